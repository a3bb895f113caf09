"""bench/results/planted.md: what each soak of the edits came to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime

from tests.examples import ROOT
from tests.families import SEED

__all__ = ["PAGE", "add_row"]

PAGE = ROOT / "bench" / "results" / "planted.md"


def add_row(what: str, cells: Iterable[object]) -> None:
    """Add a row with today's date, the commit and the seed."""
    head = ["git", "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(head, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    row = (f"{datetime.now(UTC):%Y-%m-%d}", commit, SEED, what, *cells)
    with PAGE.open("a", encoding="utf-8") as page:
        page.write(f"| {' | '.join(map(str, row))} |\n")
