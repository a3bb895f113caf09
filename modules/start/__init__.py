"""How a synthesis starts fast: `install()` does all of it, and `HUB_START=plain` in the environment none.

Importing this package, or a file of it, changes nothing. docs/internals/start.md says what is done, and what it saves.
"""

from __future__ import annotations

import os
import sys
from functools import cache as once

from modules.start import python

__all__ = ["install", "is_plain"]


def is_plain() -> bool:
    """Whether the environment asks for a start without any of this. Exit status 2 where it asks for something else."""
    asked = os.environ.get("HUB_START", "")
    if asked not in {"", "plain"}:
        sys.stderr.write(f'HUB_START is "{asked}"; expected "plain", or nothing for the fast start\n')
        raise SystemExit(2)
    return asked == "plain"


def install(*, constructs: bool = True) -> None:
    """Make the start fast, once; every further call does nothing.

    Call it before anything else is imported. Without `constructs` Node is not started: most commands make none.
    Whoever makes some after all comes by here again, since `modules.cdk` calls this before it imports CDKTF.

    Changes of this process: how often it looks for garbage, pydantic's plug-ins, a stand-in for typeguard where nobody
    has imported it, a cache in front of `importlib.metadata.version`, and jsii's kernel. A plain start changes none of
    it: jsii starts the Node that comes with the Python dependencies its own way, and loads the whole provider.
    """
    if is_plain():
        if constructs:
            from modules.start import node  # noqa: PLC0415  most commands need no Node

            node.choose()
        return
    _tune()
    if constructs:
        _start_node()


@once
def _tune() -> None:
    python.tune()


@once
def _start_node() -> None:
    from modules.start import node  # noqa: PLC0415  as above

    running = node.start()  # before jsii is imported, which takes as long as Node's start
    python.skip_checks()
    from modules.start import kernel  # noqa: PLC0415  it imports jsii

    kernel.install(running)
