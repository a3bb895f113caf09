"""Record what the accounts of a topology hold."""

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
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the snapshot is written.")] = Path("snapshot"),
    only: Only = None,
    exclude_tags: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Leave out tags with this key. Repeatable.")
    ] = None,
) -> None:
    """Record, with the deploy roles, what every account and region of the topology holds. Changes nothing in AWS.

    Exit status 1: something could not be recorded; the snapshot is written all the same, and says what it lacks.
    """
    planned = design(read_file(file).topology)
    excluded = exclude_tags or []
    if kept := sorted(KEPT_TAGS.intersection(excluded)):
        refuse(f"--exclude-tags {', '.join(kept)}: a trace finds a part's stack by this tag, so it is always recorded")
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
        fail(f"stopped; {output} is as it was")
    _show(done, output)
    if done.missing:
        raise typer.Exit(FAILED)


def _show(done: Recording, output: Path) -> None:
    show_missing(done.missing)
    accounts = len(done.accounts)
    out.print(f"{accounts} account{'s' * (accounts != 1)} recorded in {output} with {done.calls:,} calls", markup=False)
