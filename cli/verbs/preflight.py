"""Ask AWS whether a topology can be applied."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Annotated

import typer

from accounts import preflight as checks
from accounts.clients import CallerError, Clients
from accounts.judgements import Finding, Result
from cli.console import FAILED, fail, out, table
from cli.options import File, Format
from cli.progress import progress
from cli.steps import read_file
from topology import design


def preflight(
    file: File,
    every: Annotated[bool, typer.Option("--all", help="Show what is in order too.")] = False,
    form: Annotated[Format, typer.Option("--format", help="JSON holds every finding.")] = Format.TABLE,
) -> None:
    """Ask AWS, with the deploy roles, whether the topology can be applied. Changes nothing."""
    planned = design(read_file(file).topology)
    try:
        with progress(f"asking AWS in {len(set(planned.accounts.values()))} accounts"):
            findings = checks.preflight(planned, Clients())
    except CallerError as error:
        fail(error)
    if form is Format.JSON:
        sys.stdout.write(json.dumps([_finding(finding) for finding in findings], indent=2) + "\n")
    else:
        _show_findings(findings, every)
    if any(finding.result is Result.FAILED for finding in findings):
        raise typer.Exit(FAILED)


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "account": finding.place.account,
        "region": finding.place.region,
        "result": finding.result.value,
        "found": finding.found,
        "fix": finding.fix,
    }


def _show_findings(findings: list[Finding], every: bool) -> None:  # noqa: FBT001  the option's own name
    """The worst first; of what is in order, the number."""
    counts = Counter(finding.result for finding in findings)
    shown = [finding for result in Result for finding in findings if finding.result is result]
    if not every:
        shown = [finding for finding in shown if finding.result is not Result.OK]
    if shown:
        rows = [
            (f.result.value, f.check, f.place.account, f.place.region, f.found + (f"\nfix: {f.fix}" if f.fix else ""))
            for f in shown
        ]
        out.print(table(["result", "check", "account", "region", "found"], rows))
    told = ", ".join(f"{counts[result]} {result.value}" for result in Result if counts[result])
    out.print(f"{len(findings)} checks: {told}", markup=False)
