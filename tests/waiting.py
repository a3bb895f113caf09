"""Waiting in tests: the event decides. A bound is only for what never happens, on a machine that is busy otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["PATIENCE", "wait_for"]

PATIENCE = 300.0
"""Seconds after which what has not happened never will."""
PAUSE = 0.05


def wait_for(what: str, seen: Callable[[], object]) -> None:
    """Wait until something is seen; the failure says what was not."""
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline, f"{what}: not seen within {PATIENCE:.0f} s"
        time.sleep(PAUSE)
