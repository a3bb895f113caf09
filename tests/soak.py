"""`make soak`: runs every family of tests in full, and adds a row to bench/results/soak.md."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results" / "soak.md"


def main() -> int:
    """Run the families, write the row, and return pytest's exit status."""
    os.environ["HUB_SOAK"] = "1"
    from tests.families import FAMILIES, SEED  # noqa: PLC0415  it reads the environment

    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-m", "family", "-n", "6", "-q", f"--junit-xml={report}"]
        status = subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, check=False).returncode
        suite = next(ET.parse(report).iter("testsuite"))
    counts = {key: int(suite.attrib[key]) for key in ("tests", "failures", "errors", "skipped")}
    minutes = (time.monotonic() - started) / 60
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    sizes = "/".join(str(family.full) for family in FAMILIES)
    cells = (
        f"{datetime.now(UTC):%Y-%m-%d}",
        commit,
        SEED,
        sizes,
        *(str(counts[key]) for key in ("tests", "skipped")),
        str(counts["failures"] + counts["errors"]),
        f"{minutes:.0f}",
    )
    with RESULTS.open("a", encoding="utf-8") as results:
        results.write(f"| {' | '.join(cells)} |\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
