"""List unmanaged resources."""

from __future__ import annotations

import typer

from accounts import unmanaged as searching
from accounts.clients import Clients
from cli.console import FAILED, caution, err, out, table
from cli.options import File
from cli.progress import progress
from cli.steps import asking, read_file
from topology import design


def unmanaged(file: File) -> None:
    """List resources that have the topology's tag and are in no state. Exit status 1: there are some."""
    planned = design(read_file(file).topology)
    with (
        asking("the states could not be read"),
        progress(f"searching {len(set(planned.accounts.values()))} accounts"),
    ):
        found = searching.search(planned, Clients())
    if found.resources:
        rows = [(r.account, r.region, r.stack, r.name, r.arn) for r in found.resources]
        out.print(table(["account", "region", "created by", "name", "resource"], rows))
    for stack in found.busy:
        caution(f"{stack} is locked: resources that a running apply has just created are in no state yet")
    for place, why in found.unasked:
        err.print(f"not searched: {place.account} {place.region}: {why}", markup=False, style="red")
    count = len(found.resources)
    out.print(f"{count} unmanaged resource{'s' * (count != 1)}", markup=False)
    if found.resources or found.unasked:
        raise typer.Exit(FAILED)
