"""Check with AWS whether a topology can be applied."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from accounts import preflight as checks
from accounts.clients import CallerError, Clients
from cli.console import FAILED, fail
from cli.options import File, Form
from cli.progress import progress
from cli.steps import read_file
from findings import Severity
from findings.render import render
from findings.report import Report
from topology import design


def preflight(
    file: File,
    every: Annotated[bool, typer.Option("--all", help="Also show checks that passed.")] = False,
    form: Form = "table",
) -> None:
    """Check with AWS, using the deploy roles, whether the topology can be applied. Changes nothing."""
    planned = design(read_file(file).topology)
    try:
        with progress(f"checking {len(set(planned.accounts.values()))} accounts"):
            findings = checks.preflight(planned, Clients())
    except CallerError as error:
        fail(error)
    report = Report("preflight", tuple(findings), every=every)
    sys.stdout.write(render(report, form) + "\n")
    if report.counts[Severity.FAILED]:  # a role that may not make every call is no failure
        raise typer.Exit(FAILED)
