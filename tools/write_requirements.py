"""Prints locked packages as pip requirements with hashes, for `make setup` and `make setup-synth`.

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
    """A line for each package in some categories of a lock; a package in several is listed once.

    Raises KeyError for a category that is not in the lock, and ValueError for a package with two versions, since pip
    can install only one.
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
    """Print the requirements of the categories given as arguments."""
    lock = json.loads(LOCK.read_text(encoding="utf-8"))
    sys.stdout.writelines(f"{line}\n" for line in requirements(lock, sys.argv[1:]))


if __name__ == "__main__":
    main()
