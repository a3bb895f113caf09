"""Waiting for events in tests. The bound is only for events that never happen, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["PATIENCE", "wait_for"]

PATIENCE = 300.0
"""Seconds after which an event counts as never happening."""
PAUSE = 0.05


def wait_for(what: str, seen: Callable[[], object]) -> None:
    """Wait until a condition holds; the failure names it."""
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline, f"{what}: not seen within {PATIENCE:.0f} s"
        time.sleep(PAUSE)
