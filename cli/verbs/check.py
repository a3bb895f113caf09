"""Check a topology."""

from __future__ import annotations

import sys

import typer

from cli.console import REFUSED, out
from cli.options import File, Form
from cli.topology_files import accept, refuse_topology
from findings import Finding
from topology import TopologyError, design, read_topology


def check(file: File, form: Form = "table") -> None:
    """Check a topology: every problem at once, with its line and the fix. Exit status 2: it has problems."""
    try:
        reading = read_topology(file)
    except TopologyError as refused:
        if form == "table":
            refuse_topology(refused)
        _write(form, refused.problems)
        raise typer.Exit(REFUSED) from None
    planned = design(reading.topology)
    hubs, spokes = len(planned.hubs), len(planned.spokes)
    sound = f"{file} is sound: {hubs} hub{'s' * (hubs != 1)}, {spokes} spoke{'s' * (spokes != 1)}"
    if form == "table":
        accept(reading)
        out.print(sound, markup=False)
        return
    _write(form, reading.warnings, sound)


def _write(form: str, found: tuple[Finding, ...], *notes: str) -> None:
    from findings.render import render  # noqa: PLC0415  a table needs neither
    from findings.report import Report  # noqa: PLC0415

    sys.stdout.write(render(Report("check", found, notes=notes), form) + "\n")
