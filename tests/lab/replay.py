"""`python -m tests.lab.replay FIRST [LAST]`: compare the networks of some seeds, in a sandbox; see docs/guides/lab.md."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lab.host import UnavailableError, environment, sandbox

__all__ = ["command"]

ROOT = Path(__file__).parent.parent.parent


def command(first: int, last: int, *options: str) -> tuple[list[str], dict[str, str]]:
    """A command line and an environment that compare the networks of some seeds. Raises `UnavailableError`."""
    return sandbox("tests.lab.differential", str(first), str(last), *options), {
        **environment(),
        "PYTHONPATH": str(ROOT),
    }


def main() -> int:
    """Compare, and print a line of JSON for each network."""
    seeds = [int(text) for text in sys.argv[1:3]]
    try:
        argv, variables = command(seeds[0], seeds[-1], *sys.argv[3:])
    except UnavailableError as unavailable:
        sys.stderr.write(f"{unavailable}\n")
        return 1
    return subprocess.run(argv, env={**os.environ, **variables}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
