"""Output of the commands: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli import progress

if TYPE_CHECKING:  # every verb imports this file
    from deployment.walk import Step

__all__ = [
    "FAILED",
    "NOTHING",
    "REFUSED",
    "caution",
    "err",
    "fail",
    "following",
    "heading",
    "out",
    "refuse",
    "table",
    "warn",
]

FAILED, REFUSED, NOTHING = 1, 2, 3
"""Exit statuses: something is wrong outside the topology; the input is refused; there was nothing to check."""

WIDE = 240
"""Width in columns when the output is no terminal: wide enough for a log or a file to keep a path on one line."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def heading(text: str) -> None:
    """Print a heading."""
    out.print(f"\n{text}", markup=False, style="bold")


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table:
    """A plain table, which reads the same in a terminal, a log and a pull request comment."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        result.add_column(column, overflow="fold")
    for row in rows:
        result.add_row(*map(Text, row))  # literal text: brackets are not markup
    return result


@contextmanager
def following(accounts: Mapping[str, str]) -> Iterator[Callable[[Step], None]]:
    """Show the progress of stacks: a live table on a terminal, otherwise a line for each finished stack."""
    if progress.quiet:
        yield lambda _: None
        return
    from deployment.walk import Step  # noqa: PLC0415  as above

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


def caution(warning: object) -> None:
    """Print a warning on standard error, unless `--quiet` is set."""
    if not progress.quiet:
        err.print(f"warning: {warning}", markup=False, style="yellow")


def warn(text: str) -> None:
    """Print a line on standard error, verbatim."""
    err.print(text, markup=False)


def fail(message: object) -> NoReturn:
    """End the command: something is wrong outside the topology."""
    err.print(str(message), markup=False, style="red")
    raise typer.Exit(FAILED)


def refuse(message: object) -> NoReturn:
    """End the command: the input is refused."""
    err.print(str(message), markup=False, style="red")
    raise typer.Exit(REFUSED)
