"""Reads a topology file and shows its problems. Imports nothing that only a synthesis, a trace or an apply needs."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from cli.console import caution, err, refuse
from topology import Reading, TopologyError, read_topology

__all__ = ["accept", "read_file", "refuse_topology"]

MOST_SHOWN = 1000
"""The most problems that are printed: enough for any file that is meant to be a topology."""


def read_file(file: Path) -> Reading:
    """Read a topology and show its warnings; end the command if it has problems."""
    try:
        reading = read_topology(file)
    except TopologyError as refused:
        refuse_topology(refused)
    return accept(reading)


def refuse_topology(refused: TopologyError) -> NoReturn:
    """Show each problem of a topology on a line of its own, and end the command."""
    for problem in refused.problems[:MOST_SHOWN]:
        err.print(str(problem), markup=False)
    count = len(refused.problems)
    if count > MOST_SHOWN:
        err.print(f"… and {count - MOST_SHOWN:,} more", markup=False)
    refuse(f"{count:,} problem{'s' if count > 1 else ''}; nothing was written")


def accept(reading: Reading) -> Reading:
    """Show the warnings of a sound topology."""
    for warning in reading.warnings:
        caution(warning)
    return reading
