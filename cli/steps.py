"""Steps that several verbs share: read a topology, synthesise it, confirm a change, end with the reason."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

import typer

from cli.console import REFUSED, caution, fail, out, refuse, table
from cli.options import accepted
from cli.progress import counted, progress
from cli.topology_files import accept, read_file, refuse_topology
from deployment import operations
from deployment.manifest import STACK_FILE
from deployment.output import UnwritableError, write
from deployment.synthesis import Synthesis, UnsoundError, select, synthesise
from deployment.terraform import Terraform, find
from findings import Finding
from network.model import Network
from review.proof import needed_hubs, prove
from review.verdicts import Report
from topology import Design

__all__ = [
    "accept",
    "accepting",
    "accounts_of",
    "agree",
    "asking",
    "operating",
    "proved",
    "read_file",
    "refuse_topology",
    "show_stacks",
    "synthesised",
    "terraform_in",
]

MOST_STACKS = 100
"""The most stacks that are listed: a table of thousands takes longer than their synthesis, and nobody reads it."""


def accepting(planned: Design, given: list[str] | None) -> Design:
    """The design, which also accepts what the command does."""
    return replace(planned, accepted={**planned.accepted, **accepted(given)}) if given else planned


def synthesised(planned: Design, only: list[str] | None, output: Path) -> Synthesis:
    """Synthesise the selected stacks, trace them, and write them if the trace passes."""
    try:
        wanted = select(planned.order, only or [])
        total = sum(map(wanted, planned.order))
        with progress("synthesising", total) as count:
            result = synthesise(planned, wanted, count)
        with progress("tracing", total) as count:
            found = proved(planned, result, count)[1]
        with progress("writing", total) as count:
            kept = write(result, output, planned, count)
    except UnsoundError as unsound:
        refuse(unsound)
    except UnwritableError as error:
        fail(error)
    full = [f"{f.what}: {f.value:,} of {f.limit:,} at {f.where}; see {f.source}" for f in found.figures if not f.fits]
    for warning in (*kept, *full, *(f"{finding.code.id} {accepted_as(finding)}" for finding in found.accepted)):
        caution(warning)
    return result


def accepted_as(finding: Finding) -> str:
    """What is accepted, or was to be, as one line."""
    what = finding.about if finding.subject else finding.place.address
    parts = [finding.found, finding.why, finding.reason and f"accepted: {finding.reason}"]
    return f"{what}: {'; '.join(part for part in parts if part)}"


def proved(
    planned: Design, result: Synthesis, count: Callable[[int], object] = lambda _: None
) -> tuple[Network, Report]:
    """Trace stacks, with the hubs that they need. Raises `UnsoundError` with every path that is not as intended."""
    needed = needed_hubs(planned, result.stacks)
    hubs = synthesise(planned, needed.__contains__).stacks if needed else {}
    texts = chain(hubs.items(), counted(result.stacks.items(), count))
    network, found, reasons = prove(planned, result.stacks, texts)
    if reasons:
        raise UnsoundError(reasons)
    return network, found


def show_stacks(planned: Design, result: Synthesis, output: Path) -> None:
    """Print each stack with its account and file."""
    rows = []
    names = [name for name in planned.order if name in result.stacks]
    for name in names[:MOST_STACKS]:
        resources = json.loads(result.stacks[name]).get("resource", {})
        count = sum(len(instances) for instances in resources.values())
        rows.append((name, planned.accounts[name], str(count), str(output / "stacks" / name / STACK_FILE)))
    out.print(table(["stack", "account", "resources", "file"], rows))
    if len(names) > MOST_STACKS:
        out.print(f"… and {len(names) - MOST_STACKS:,} more stacks in {output / 'stacks'}", markup=False)


def terraform_in(output: Path, variables: Mapping[str, str] | None = None) -> Terraform:
    """Terraform for the stacks in an output folder. Ends the command if Terraform is not installed."""
    binary = find()
    if binary is None:
        fail("terraform is not on PATH; install Terraform 1.11 or newer")
    return Terraform(binary, output, variables=variables or {})


@contextmanager
def asking(failure: str) -> Iterator[None]:
    """End the command with the reason if AWS refuses a call or does not respond within this context."""
    from accounts.clients import AWSError, CallerError, reason  # noqa: PLC0415    importing boto3 is slow

    try:
        yield
    except (CallerError, ValueError) as error:
        fail(error)
    except AWSError as error:
        fail(f"{failure}: {reason(error)}")


def accounts_of(planned: Design, stacks: Iterable[str]) -> str:
    """The accounts of some stacks, as a comma-separated list."""
    return ", ".join(sorted({planned.accounts[stack] for stack in stacks}))


@contextmanager
def operating(resume: str = "") -> Iterator[None]:
    """End the command with the error of a failed operation, and with the command that resumes it."""
    try:
        yield
    except operations.OperationError as failed:
        fail(f"{failed}\n\nto resume: {resume}" if resume else failed)


def agree(what: str, yes: bool) -> None:  # noqa: FBT001  the option's own name
    """Ask for confirmation, once. Without a terminal `--yes` is required, so that no pipeline applies by mistake."""
    if yes:
        return
    if not sys.stdin.isatty():
        refuse(f"this would {what}; pass --yes to confirm without a terminal")
    if not typer.confirm(f"{what[0].upper()}{what[1:]}?", err=True):
        raise typer.Exit(REFUSED)
