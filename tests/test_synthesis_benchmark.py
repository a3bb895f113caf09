"""The benchmark of the synthesis compares like with like."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.measure import FailedError, peak_memory, timed
from bench.plot import Line, plot
from bench.synthesis import difference
from tests.examples import ROOT


def test_outputs_differ_in_anything_but_cdktf_s_notes() -> None:
    one = {"stack": b'{"//": {"path": "a"}, "resource": {"vpc": {"//": 1, "cidr": "10.0.0.0/16"}}}'}
    assert difference(one, {"stack": b'{"//": {}, "resource": {"vpc": {"cidr": "10.0.0.0/16"}}}'}) is None
    assert difference(one, {"stack": b'{"resource": {"vpc": {"cidr": "10.1.0.0/16"}}}'}) == "stack is not the same"
    assert difference(one, {}) == "only one wrote stack"


def test_memory_counts_the_processes_that_a_command_starts(tmp_path: Path) -> None:
    hoard = "import time; kept = b'x' * {}; time.sleep(2)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hoard.format(80_000_000)!r}])"
    alone = peak_memory([sys.executable, "-c", hoard.format(1)], tmp_path, {})
    together = peak_memory([sys.executable, "-c", parent], tmp_path, {})
    assert 80 < together - alone < 120, f"{together:.0f} MB with a child of 80 MB, {alone:.0f} MB without"


def test_processor_time_counts_the_processes_that_a_command_starts(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    assert timed([sys.executable, "-c", parent], tmp_path, {}).cpu > 0.3


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="status 3:\nwhy"):
        timed([sys.executable, "-c", "print('why'); raise SystemExit(3)"], tmp_path, {})


def test_the_plot_draws_what_grows_linearly_at_45_degrees() -> None:
    picture = ET.fromstring(plot(("time", [Line("one", [(1, 0.1), (10, 1), (100, 10)])])))
    (line,) = picture.iter("{http://www.w3.org/2000/svg}polyline")
    (x0, y0), (x1, y1), (x2, y2) = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert x1 - x0 == pytest.approx(x2 - x1)
    assert y0 - y1 == pytest.approx(y1 - y2)


@pytest.mark.slow
def test_the_three_ways_write_the_same_network(tmp_path: Path) -> None:
    made = subprocess.run(
        ["make", "bench/typescript/out/network.js"], cwd=ROOT, capture_output=True, text=True, timeout=500, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    done = subprocess.run(
        [sys.executable, "-m", "bench.synthesis", "--sizes", "2", "--runs", "1", "--output", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| 2 | CDKTF TypeScript |" in (tmp_path / "synthesis.md").read_text(encoding="utf-8")
    ET.parse(tmp_path / "synthesis.svg")
