"""How the commands speak: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

__all__ = ["err", "out", "progress", "table"]

WIDE = 240
"""Columns where nobody's terminal says how many there are: a log or a file need not break a path in two."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Show what is being done, once it takes longer than a second, and only to a person at a terminal."""
    status = err.status(doing)
    timer = threading.Timer(1.0, status.start)
    if err.is_terminal:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        status.stop()


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """A plain table: it reads the same in a terminal, a log and a pull request's comment."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        result.add_column(column, overflow="fold")
    for row in rows:
        result.add_row(*row)
    return result
