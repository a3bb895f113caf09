"""Record the network in the accounts of a topology."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from accounts import snapshot as recording
from accounts.clients import CallerError, Clients
from accounts.snapshot import KEPT_TAGS, OccupiedError, Recording
from cli.console import FAILED, fail, out, refuse
from cli.options import File, Only
from cli.progress import progress
from cli.recorded import show_missing
from cli.steps import read_file
from deployment.synthesis import UnsoundError, select
from topology import design


def snapshot(
    file: File,
    output: Annotated[Path, typer.Option(metavar="DIR", help="The folder of the snapshot.")] = Path("snapshot"),
    only: Only = None,
    exclude_tags: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Leave out tags with this key. Repeatable.")
    ] = None,
) -> None:
    """Record the network in every account and region of the topology, using the deploy roles. Changes nothing in AWS.

    Exit status 1: something could not be recorded; the snapshot is written anyway, and lists what is missing.
    """
    planned = design(read_file(file).topology)
    excluded = exclude_tags or []
    if kept := sorted(KEPT_TAGS.intersection(excluded)):
        refuse(f"--exclude-tags {', '.join(kept)}: this tag identifies a resource's stack, so it is always recorded")
    try:
        wanted = select(planned.order, only or [])
        total = len({planned.accounts[stack] for stack in planned.order if wanted(stack)})
        with progress("recording", total, "accounts") as count:
            done = recording.record(planned, Clients(), output, wanted, count, excluded=excluded)
    except (UnsoundError, OccupiedError) as refused:
        refuse(refused)
    except CallerError as error:
        fail(error)
    except OSError as error:
        fail(f"cannot write to {output}: {error.strerror or error}")
    except KeyboardInterrupt:
        fail(f"stopped; {output} was not changed")
    _show(done, output)
    if done.missing:
        raise typer.Exit(FAILED)


def _show(done: Recording, output: Path) -> None:
    show_missing(done.missing)
    accounts = len(done.accounts)
    out.print(f"{accounts} account{'s' * (accounts != 1)} recorded in {output} with {done.calls:,} calls", markup=False)
