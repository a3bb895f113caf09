"""Shows the progress of long operations on standard error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["counted", "progress"]

T = TypeVar("T")
quiet = False
"""Whether progress and warnings are suppressed; set by `./hub --quiet`."""
Count = Callable[[int], None]
TICK, LINE = 0.1, 5.0
"""Seconds between two updates: on a terminal, and in a log."""
MANY = 100
"""From this number of stacks on, progress is worth lines in a log."""


@contextmanager
def progress(doing: str, total: int = 0, things: str = "stacks") -> Iterator[Count]:
    """Show an operation that takes longer than a second, with the number of stacks (or other things) done so far.

    On a terminal the number is updated in place. A log gets a line every few seconds if there are many stacks.
    """
    if quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        pause = LINE if total >= MANY else float("inf")
        yield _counting(doing, total, things, pause, lambda text: sys.stderr.write(f"{text}\n"))
        return
    from cli.console import err  # noqa: PLC0415    importing it takes longer than many a synthesis

    status = err.status(f"{doing} {total:,} {things}" if total else doing)
    timer = threading.Timer(1.0, status.start)
    timer.start()
    try:
        yield _counting(doing, total, things, TICK, status.update)
    finally:
        timer.cancel()
        status.stop()


def _counting(doing: str, total: int, things: str, pause: float, say: Callable[[str], object]) -> Count:
    done, said = 0, time.monotonic()

    def count(more: int) -> None:
        nonlocal done, said
        done += more
        now = time.monotonic()
        if now - said >= pause:
            said = now
            say(f"{doing}: {done:,} of {total:,} {things}")

    return count


def counted(items: Iterable[T], count: Callable[[int], object]) -> Iterator[T]:
    """The items, counting each one when the next is requested."""
    for item in items:
        yield item
        count(1)
