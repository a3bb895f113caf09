"""`python -m bench.synthesis [--sizes 1,10,100] [--runs 5]`: compares three ways to synthesise a network.

The three are this project (`main.py`), CDKTF Python as in its documentation (`bench/plain`), and compiled CDKTF
TypeScript (`bench/typescript`). They run alternately, on the same Node, with bytecode and caches built beforehand. This
project runs warm, with every stack known, and cold (`HUB_START=fresh`), each also with spokes that all differ. The
peers have to write the same files as each other and as the reference network (`bench/reference`); this project may
differ as `bench.frozen` allows. Otherwise nothing is measured and the exit status is 1. Writes
`bench/results/synthesis.md` and a plot. The figures are ratios to TypeScript, since seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.frozen import STACK_FILE, differences, noteless, unexplained
from bench.measure import FailedError, Times, calibrate, peak_memory, timed
from bench.plot import Line, plot
from bench.topologies import MOST, topology
from topology import design
from topology.design import Design, Vpc
from topology.document import read_text
from topology.reader import topology_of

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
NODE = Path(sys.executable).with_name("node")
SIZES = (1, 10, 100, 1_000, MOST)
MANY = 1_000
"""From this number of spokes on, a run is long enough that a third of the runs suffices."""
LIMIT = 900.0
"""Seconds. A run that can be expected to take longer, from the previous size, is skipped and marked in the table."""

OURS, PLAIN, TYPESCRIPT = "this project", "plain CDKTF Python", "CDKTF TypeScript"
COLD, DIFFERENT, DIFFERENT_COLD = f"{OURS}, cold", f"{OURS}, spokes differ", f"{OURS}, spokes differ, cold"
SAME = {COLD: OURS, DIFFERENT_COLD: DIFFERENT, PLAIN: TYPESCRIPT}
"""Contestants that have to write what another one writes."""


@dataclass
class Figures:
    """The measurements of one contestant at one size."""

    times: list[Times] = field(default_factory=list)
    memory: float = 0.0

    @property
    def wall(self) -> float:
        """The median wall time in seconds."""
        return statistics.median(run.wall for run in self.times)

    @property
    def cpu(self) -> float:
        """The median CPU time in seconds."""
        return statistics.median(run.cpu for run in self.times)


def peers_input(of: Design) -> str:
    """A design in the form that the peers read. They do not parse YAML, or check, plan or trace anything."""
    hub = of.hubs[0]

    def member(name: str, account: str, vpc: Vpc) -> dict[str, object]:
        return {
            "name": name,
            "account": account,
            "cidr": vpc.cidr,
            "subnets": {subnet.zone: subnet.cidr for subnet in vpc.subnets},
            "attachment_subnets": {subnet.zone: subnet.cidr for subnet in vpc.attachment_subnets},
        }

    return json.dumps(
        {
            "organization": hub.organization_arn,
            "role": "NetworkDeploy",
            "region": hub.account.region,
            "state": {"bucket": of.states.bucket, "account": of.states.account},
            "hub": {
                **member(hub.name, hub.account.id, hub.vpc),
                "asn": hub.asn,
                "pool": hub.pools[0].cidr,
                "inbound": {at.zone: at.address for at in hub.dns.inbound},
                "services": [endpoint.service for endpoint in hub.endpoints],
            },
            "spokes": [member(spoke.name, spoke.account.id, spoke.vpc) for spoke in of.spokes],
        }
    )


class Contest:
    """The contestants at one size, in a separate folder."""

    def __init__(self, size: int, folder: Path) -> None:
        self.size = size
        self.folder = folder
        text = topology(size)
        (folder / "network.yaml").write_text(text, encoding="utf-8")
        (folder / "different.yaml").write_text(topology(size, alike=False), encoding="utf-8")
        network = folder / "network.json"
        network.write_text(peers_input(design(topology_of(read_text(text)).topology)), encoding="utf-8")
        self.commands = {
            **{name: [sys.executable, str(ROOT / "main.py")] for name in (OURS, COLD, DIFFERENT, DIFFERENT_COLD)},
            PLAIN: [sys.executable, str(ROOT / "bench" / "plain" / "main.py"), str(network)],
            TYPESCRIPT: [str(NODE), str(ROOT / "bench" / "typescript" / "out" / "network.js"), str(network)],
        }
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("JSII_", "NODE_", "PYTHON")) and key not in {"HUB_CACHE", "HUB_START"}
        }
        kept["PATH"] = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
        self.environments = {
            name: {
                **kept,
                "HUB_TOPOLOGY": str(
                    folder / ("different.yaml" if name in {DIFFERENT, DIFFERENT_COLD} else "network.yaml")
                ),
                **({"HUB_START": "fresh"} if name in {COLD, DIFFERENT_COLD} else {}),
            }
            for name in self.commands
        }
        self.figures = {name: Figures() for name in self.commands}
        self.noise: list[float] = []

    def fresh(self) -> Path:
        """An empty output folder."""
        folder = self.folder / "run"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def weigh(self, name: str) -> dict[str, bytes]:
        """Measure the memory of one contestant. Returns the files that it wrote."""
        folder = self.fresh()
        self.figures[name].memory = peak_memory(self.commands[name], folder, self.environments[name])
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.json"))}

    def time(self, name: str) -> None:
        """Time one contestant once."""
        self.noise.append(calibrate())
        self.figures[name].times.append(timed(self.commands[name], self.fresh(), self.environments[name]))


def difference(one: dict[str, bytes], other: dict[str, bytes]) -> str | None:
    """The first difference between two outputs, apart from CDKTF's metadata; None if there is none."""
    if one.keys() != other.keys():
        return f"only one wrote {', '.join(sorted(one.keys() ^ other.keys())[:5])}"
    for name, text in one.items():
        if text != other[name] and noteless(json.loads(text)) != noteless(json.loads(other[name])):
            return f"{name} is not the same"
    return None


def departures(name: str, wrote: dict[str, bytes]) -> list[str]:
    """The differences of a contestant's output from the reference that are not allowed."""
    files = {Path(path): text for path, text in wrote.items()}
    stacks = {path.parent.name: json.loads(text) for path, text in files.items() if path.name == STACK_FILE}
    found = differences(stacks)
    return unexplained(found) if name == OURS else [str(difference) for difference in found]


def compete(size: int, runs: int, without: Sequence[str], folder: Path) -> Contest:
    """Measure all contestants at one size: first memory, while filling caches and comparing; then time."""
    contest = Contest(size, folder)
    names = [name for name in contest.commands if name not in without]
    for name in {OURS, DIFFERENT} & set(names):
        timed(contest.commands[name], contest.fresh(), contest.environments[name])  # now every stack is known
    wrote = {name: contest.weigh(name) for name in names}
    for name in names:
        if name in {OURS, PLAIN, TYPESCRIPT} and (departed := departures(name, wrote[name])):
            raise FailedError(f"{name}, {size} spokes, and the reference: " + "\n".join(departed[:5]))
        like = SAME.get(name, name)
        if like in wrote and (found := difference(wrote[like], wrote[name])):
            raise FailedError(f"{name} and {like}, {size} spokes: {found}")
    wrote.clear()
    for turn in range(runs):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            contest.time(name)
    return contest


def report(contests: Sequence[Contest]) -> str:
    """The results as Markdown."""
    lines = [
        "# Synthesis: time and memory",
        "",
        "`make bench` writes this page. The same network, synthesised by this project (`python main.py`, no trace;",
        "[how its files may differ](../frozen.py)), by",
        "[CDKTF Python as in its documentation](../plain/main.py) and by",
        "[CDKTF TypeScript](../typescript/network.ts), compiled: a hub with four services, and spokes in three zones.",
        "All run alternately, on the same Node. The peers read a list of ready-made values; this project also reads",
        "and checks the topology, and plans addresses and names. It runs with every stack known from an earlier run,",
        "and cold (`HUB_START=fresh`); and both again with spokes that all differ in shape, beside the same peers.",
        "",
        f"Python {platform.python_version()}, Node {node_version()}, {os.cpu_count()} processors ({processor()}).",
        "Times are medians, with minimum and maximum in brackets; memory is the peak PSS of all processes",
        "together, in a separate run. × is the ratio to TypeScript.",
        "",
        "![Time and memory over spokes](synthesis.svg)",
        "",
        "| spokes | | wall s | × | CPU s | × | memory MB | × |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for contest in contests:
        peer = contest.figures[TYPESCRIPT]
        for name, figures in contest.figures.items():
            if not figures.times:
                lines.append(f"| {contest.size:,} | {name} | over {LIMIT:.0f} | | | | | |")
                continue
            walls = [run.wall for run in figures.times]
            spread = f" ({min(walls):.2f}–{max(walls):.2f})" if len(walls) > 1 else ""
            lines.append(
                f"| {contest.size:,} | {name} | {figures.wall:.2f}{spread} | {figures.wall / peer.wall:.1f} "
                f"| {figures.cpu:.2f} | {figures.cpu / peer.cpu:.1f} "
                f"| {figures.memory:.0f} | {figures.memory / peer.memory:.1f} |"
            )
    lines += ["", "The machine's noise: the time of a fixed loop before each run.", ""]
    lines += ["| spokes | runs of each | loop ms, median | least | most |", "|---:|---:|---:|---:|---:|"]
    for contest in contests:
        loop = [1e3 * seconds for seconds in contest.noise]
        lines.append(
            f"| {contest.size:,} | {len(contest.figures[TYPESCRIPT].times)} "
            f"| {statistics.median(loop):.0f} | {min(loop):.0f} | {max(loop):.0f} |"
        )
    return "\n".join(lines) + "\n"


def node_version() -> str:
    """The version of Node in the Python dependencies."""
    return subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


def processor() -> str:
    """The model name of the processor."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def draw(contests: Sequence[Contest]) -> str:
    """The results as a plot."""
    measured = {
        name: [(contest.size, contest.figures[name]) for contest in contests if contest.figures[name].times]
        for name in (PLAIN, OURS, COLD, TYPESCRIPT)
    }
    return plot(
        ("wall time, s", [Line(name, [(n, f.wall) for n, f in points]) for name, points in measured.items()]),
        ("memory, MB", [Line(name, [(n, f.memory) for n, f in points]) for name, points in measured.items()]),
    )


def main() -> int:
    """Measure each size, and write the results after each."""
    options = argparse.ArgumentParser(description="compare three ways to synthesise a network")
    options.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of spokes, separated by commas")
    options.add_argument("--runs", type=int, default=5, help="timed runs of each; a third as many from 1,000 spokes on")
    options.add_argument("--output", type=Path, default=RESULTS, help="the folder for synthesis.md and synthesis.svg")
    asked = options.parse_args()
    for part in ("topology", "modules", "stacks", "bench/plain", "main.py"):
        path = ROOT / part
        (compileall.compile_dir if path.is_dir() else compileall.compile_file)(path, quiet=1)
    contests: list[Contest] = []
    for size in sorted(map(int, asked.sizes.split(","))):
        slow = [
            name
            for before in contests[-1:]
            for name, figures in before.figures.items()
            if not figures.times or figures.wall * size / before.size > LIMIT
        ]
        runs = asked.runs if size < MANY else max(1, asked.runs // 3)
        try:
            with tempfile.TemporaryDirectory(prefix="endpoint-hub-bench-") as folder:
                contests.append(compete(size, runs, slow, Path(folder)))
        except FailedError as failed:
            sys.stderr.write(f"{failed}\n")
            return 1
        text = report(contests)
        asked.output.mkdir(parents=True, exist_ok=True)
        (asked.output / "synthesis.md").write_text(text, encoding="utf-8")
        (asked.output / "synthesis.svg").write_text(draw(contests), encoding="utf-8")
        sys.stdout.write("".join(f"{line}\n" for line in text.splitlines() if line.startswith(f"| {size:,} ")))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
