"""The benchmark of the synthesis compares like with like."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.frozen import ALLOWED, SPOKES, Allowed, Difference, differences, reference, unexplained
from bench.measure import FailedError, peak_memory, timed
from bench.plot import Line, plot
from bench.synthesis import OURS, PLAIN, departures, difference
from bench.topologies import topology
from deployment.synthesis import synthesise
from tests.examples import ROOT
from topology import design
from topology.document import read_text
from topology.reader import topology_of


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


def test_ours_differs_from_the_reference_only_as_the_list_allows() -> None:
    planned = design(topology_of(read_text(topology(SPOKES))).topology)
    ours = synthesise(planned).parsed()
    assert ours.keys() == reference().keys(), f"expected the stacks {sorted(reference())}, found {sorted(ours)}"
    found = unexplained(differences(ours))
    assert not found, "not in ALLOWED of bench/frozen.py:\n" + "\n".join(found[:20])


def test_a_difference_says_where_it_is_and_what_was_expected() -> None:
    expected = {"hub": {"resource": {"vpc": {"cidr": "10.0.0.0/16", "zones": ["a", "b"]}}}}
    found = {"hub": {"//": {"path": "hub"}, "resource": {"vpc": {"cidr": "10.1.0.0/16", "zones": ["a"], "new": 1}}}}
    assert differences(found, expected) == [
        Difference("hub.resource.vpc.cidr", "10.0.0.0/16", "10.1.0.0/16"),
        Difference("hub.resource.vpc.new", None, 1),
        Difference("hub.resource.vpc.zones.1", "b", None),
    ]


def test_the_list_allows_what_it_names_and_has_no_entry_that_names_nothing() -> None:
    found = [Difference("hub.output.more", None, {"value": 1}), Difference("hub.resource.vpc.cidr", "a", "b")]
    outputs, stale = Allowed("hub.output.*", "an output costs nothing"), Allowed("spoke.*", "gone")
    assert unexplained(found, [outputs]) == ['hub.resource.vpc.cidr: expected "a", found "b"']
    assert unexplained(found[:1], [outputs, stale]) == ["spoke.*: nothing differs there; remove the entry"]
    assert all(entry.reason for entry in ALLOWED)


def test_a_peer_that_departs_from_the_reference_is_not_measured() -> None:
    name, *_ = reference()
    wrote = {f"cdktf.out/stacks/{name}/cdk.tf.json": json.dumps({**reference()[name], "output": {}}).encode()}
    assert any(line.startswith(f"{name}.output.") for line in departures(PLAIN, wrote)), departures(PLAIN, wrote)
    assert departures(OURS, wrote), "ours may differ only as the list says"
    assert not departures(PLAIN, {path: json.dumps(reference()[name]).encode() for path in wrote})


@pytest.mark.slow
def test_both_peers_write_the_reference_network(tmp_path: Path) -> None:
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
