"""Prints locked packages as requirements of pip, with their hashes: what `make setup` and `make setup-synth` install.

It runs before anything is installed, so it needs the standard library only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["requirements"]

LOCK = Path(__file__).parent.parent / "Pipfile.lock"


def requirements(lock: Mapping[str, Any], categories: Iterable[str]) -> Iterator[str]:
    """A line for each package of some categories of a lock; a package of several is listed once.

    Raises KeyError for a category that the lock has not, and ValueError for a package with two versions, of which pip
    could install only one.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for category in categories:
        for name, package in lock[category].items():
            if found.setdefault(name, package)["version"] != package["version"]:
                raise ValueError(f"{name} is locked as {found[name]['version']} and as {package['version']}")
    for name, package in sorted(found.items()):
        marker = f" ; {package['markers']}" if "markers" in package else ""
        yield f"{name}{package['version']}{marker}{''.join(f' --hash={digest}' for digest in package['hashes'])}"


def main() -> None:
    """Print the requirements of the categories that the arguments name."""
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    sys.stdout.writelines(f"{line}\n" for line in requirements(lock, sys.argv[1:]))


if __name__ == "__main__":
    main()
