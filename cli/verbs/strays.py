"""List unmanaged resources."""

from __future__ import annotations

import typer

from accounts import unmanaged as searching
from accounts.clients import Clients
from cli.console import FAILED, err, out, table
from cli.options import File
from cli.progress import progress
from cli.steps import asking, read_file
from topology import design


def strays(file: File) -> None:
    """List what carries the topology's tag in some account and is in no state. Exit status 1: something does."""
    planned = design(read_file(file).topology)
    with (
        asking("the states could not be read"),
        progress(f"asking AWS in {len(set(planned.accounts.values()))} accounts"),
    ):
        told = searching.search(planned, Clients())
    if told.strays:
        rows = [(stray.account, stray.region, stray.stack, stray.name, stray.arn) for stray in told.strays]
        out.print(table(["account", "region", "made by", "name", "resource"], rows))
    for stack in told.busy:
        err.print(f"warning: {stack} is locked: what an apply has just made is in no state yet", style="yellow")
    for place, why in told.unasked:
        err.print(f"not asked: {place.account} {place.region}: {why}", markup=False, style="red")
    count = len(told.strays)
    out.print(f"{count} stray{'s' * (count != 1)}", markup=False)
    if told.strays or told.unasked:
        raise typer.Exit(FAILED)
