"""What a verification found, as a report: `findings.render` writes it."""

from __future__ import annotations

from pathlib import Path

from accounts.verify import Verification
from cli.reports import located
from findings.report import Report, Table

__all__ = ["verify_report"]

WITHOUT = "without endpoint"
"""The column of the name that no endpoint answers."""


def verify_report(found: Verification, topology: Path | None = None) -> Report:
    """What a verification found. With the topology's file, on its lines."""
    header = ("spoke", "asked", *(service or WITHOUT for service in found.services))
    rows = tuple(
        (seen.spoke, seen.asked, *(seen.cells.get(service, "–") for service in found.services)) for seen in found.seen
    )
    cells = {
        seen.spoke: {"asked": seen.asked, "services": {key or WITHOUT: cell for key, cell in seen.cells.items()}}
        for seen in found.seen
    }
    return Report("verify", located(found.findings, topology), Table(header, rows), facts={"spokes": cells})
