"""Makes a synthesis start fast: `install()` applies every optimisation, `HUB_START=plain` in the environment none.

`HUB_START=fresh` only ignores what was synthesised before.

Importing this package, or a module in it, has no effect. docs/internals/start.md explains each optimisation.
"""

from __future__ import annotations

import os
import sys
from functools import cache as once

from modules.start import python

__all__ = ["install", "is_fresh", "is_plain"]


def is_plain() -> bool:
    """Whether the environment requests a start without optimisations."""
    return _requested() == "plain"


def is_fresh() -> bool:
    """Whether the environment requests that every stack is synthesised, whatever was synthesised before."""
    return _requested() in {"fresh", "plain"}


def _requested() -> str:
    """The value of HUB_START. Exits with status 2 if there is no such value."""
    asked = os.environ.get("HUB_START", "")
    if asked not in {"", "fresh", "plain"}:
        sys.stderr.write(f'HUB_START is "{asked}"; expected "fresh", "plain", or nothing for the fastest start\n')
        raise SystemExit(2)
    return asked


def install(*, constructs: bool = True) -> None:
    """Make the start fast. Further calls have no effect.

    Call it before importing anything else; without `constructs`, since most commands create none. `modules.cdk` calls
    it with them, before it imports CDKTF.

    This changes garbage collection thresholds, and variables that pydantic, jsii and Node read. A plain start only
    chooses the Node from the Python dependencies: jsii starts it in its own way, and loads the whole provider.
    """
    if is_plain():
        if constructs:
            from modules.start import node  # noqa: PLC0415  most commands need no Node

            node.choose()
        return
    _tune()
    if constructs:
        _prepare()


@once
def _tune() -> None:
    python.tune()


@once
def _prepare() -> None:
    from modules.start import node  # noqa: PLC0415  as above

    node.prepare()
