"""Check a topology."""

from __future__ import annotations

from cli.console import out
from cli.options import File
from cli.steps import read_file
from topology import design


def check(file: File) -> None:
    """Check a topology: every problem at once, with its line and the fix."""
    planned = design(read_file(file).topology)
    hubs, spokes = len(planned.hubs), len(planned.spokes)
    out.print(f"{file} is sound: {hubs} hub{'s' * (hubs != 1)}, {spokes} spoke{'s' * (spokes != 1)}", markup=False)
