"""How the commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.walk import Step

__all__ = ["counted", "err", "following", "heading", "out", "progress", "table"]

WIDE = 240
"""Columns where nobody's terminal says how many there are: a log or a file need not break a path in two."""

T = TypeVar("T")
TICK, LINE = 0.1, 5.0
"""Seconds between two counts: on a terminal, and in a log."""
MANY = 100
"""Stacks that are worth a line in a log."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress(doing: str, total: int = 0) -> Iterator[Callable[[int], None]]:
    """Show what is being done, once it takes longer than a second, and of how many stacks it has been done.

    A person at a terminal sees the number move. A log gets a line every few seconds where there are many stacks.
    """
    status = err.status(f"{doing} {total:,} stacks" if total else doing)
    timer = threading.Timer(1.0, status.start)
    if err.is_terminal:
        timer.start()
    done, said = 0, time.monotonic()

    def count(more: int) -> None:
        nonlocal done, said
        done += more
        now = time.monotonic()
        if now - said < (TICK if err.is_terminal else LINE) or (total < MANY and not err.is_terminal):
            return
        said = now
        text = f"{doing}: {done:,} of {total:,} stacks"
        if err.is_terminal:
            status.update(text)
        else:
            err.print(text, markup=False)

    try:
        yield count
    finally:
        timer.cancel()
        status.stop()


def counted(items: Iterable[T], count: Callable[[int], object]) -> Iterator[T]:
    """The items, each of them counted when the next one is asked for."""
    for item in items:
        yield item
        count(1)


def heading(text: str) -> None:
    """The name of what comes next."""
    out.print(f"\n{text}", markup=False, style="bold")


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """A plain table: it reads the same in a terminal, a log and a pull request's comment."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        result.add_column(column, overflow="fold")
    for row in rows:
        result.add_row(*map(Text, row))  # as it stands: brackets are no markup
    return result


@contextmanager
def following(accounts: Mapping[str, str]) -> Iterator[Callable[[Step], None]]:
    """Show what becomes of stacks: a live table to a person at a terminal, else a line for each stack that is done."""
    steps = {stack: Step(stack) for stack in accounts}

    def picture() -> Table:
        rows = [
            (s.stack, accounts[s.stack], s.status, f"{s.elapsed():.0f} s" if s.elapsed() else "")
            for s in steps.values()
        ]
        return table(["stack", "account", "", "time"], rows)

    if not err.is_terminal:

        def say(step: Step) -> None:
            if step.started is None:
                err.print(f"{step.stack}: {step.status} ({step.elapsed():.0f} s)", markup=False)

        yield say
        return
    with Live(get_renderable=picture, console=err, refresh_per_second=4) as live:

        def tell(step: Step) -> None:
            steps[step.stack] = step

        yield tell
        live.update(picture(), refresh=True)
