"""`make soak`: every family of tests in full, and a row about each in bench/results/soak.md.

python -m tests.soak [WORD…]     only the families whose tests' path contains one of the words
"""

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
    """Run each family, write its row, and return 1 if one failed."""
    os.environ["HUB_SOAK"] = "1"
    from tests.families import FAMILIES, SEED, Family  # noqa: PLC0415  it reads the environment

    def failed(family: Family) -> bool:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.xml")
            command = [sys.executable, "-m", "pytest", "-m", "family", "-n", "6", "-q", f"--junit-xml={report}"]
            subprocess.run([*command, family.where], cwd=ROOT, check=False)
            suite = next(ET.parse(report).iter("testsuite"))
        counts = {key: int(suite.attrib[key]) for key in ("tests", "failures", "errors", "skipped")}
        wrong = counts["failures"] + counts["errors"]
        head = ["git", "rev-parse", "--short=12", "HEAD"]
        commit = subprocess.run(head, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
        cells = (f"{datetime.now(UTC):%Y-%m-%d}", commit, SEED, family.what, family.full, counts["tests"])
        minutes = f"{(time.monotonic() - started) / 60:.0f}"
        row = " | ".join(map(str, (*cells, counts["skipped"], wrong, minutes)))
        with RESULTS.open("a", encoding="utf-8") as results:
            results.write(f"| {row} |\n")
        return bool(wrong)

    words = sys.argv[1:] or [""]
    chosen = [family for family in FAMILIES if any(word in family.where for word in words)]
    results = [failed(family) for family in chosen]
    return int(any(results))


if __name__ == "__main__":
    sys.exit(main())
