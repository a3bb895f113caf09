"""Shows how far a longer piece of work is, on standard error."""

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
"""Whether neither progress nor warnings are shown; `./hub --quiet` sets it."""
Count = Callable[[int], None]
TICK, LINE = 0.1, 5.0
"""Seconds between two counts: on a terminal, and in a log."""
MANY = 100
"""Stacks that are worth a line in a log."""


@contextmanager
def progress(doing: str, total: int = 0, things: str = "stacks") -> Iterator[Count]:
    """Show what is being done, once it takes longer than a second, and of how many stacks, or else, it has been done.

    A person at a terminal sees the number move. A log gets a line every few seconds where there are many stacks.
    """
    if quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        pause = LINE if total >= MANY else float("inf")
        yield _counting(doing, total, things, pause, lambda text: sys.stderr.write(f"{text}\n"))
        return
    from cli.console import err  # noqa: PLC0415  it takes longer to import than many a synthesis

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
    """The items, each of them counted when the next one is asked for."""
    for item in items:
        yield item
        count(1)
