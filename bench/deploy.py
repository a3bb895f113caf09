"""`python -m bench.deploy [SPOKES]`: the time and memory in which `./hub` deploys, re-plans and destroys spokes.

It deploys twenty-five spokes in five accounts, with real Terraform, to the emulator. The peer is plain `terraform` on a
single spoke, multiplied by the number of spokes. It is measured before and after; the difference shows the machine's
noise. Measuring memory needs Linux. Writes bench/results/deploy.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import boto3
import yaml

from bench.measure import calibrate, descendants, pss
from emulator import LocalAWS, serve
from local.organization import local_organization
from topology import design, read_topology

ROOT = Path(__file__).parent.parent
RESULT = ROOT / "bench" / "results" / "deploy.md"
HUB, BUCKET = "111111111111", "example-network-state"
ACCOUNTS = ("222222222222", "333333333333", "444444444444", "555555555555", "666666666666")
SPOKES, PEER = 25, "spoke-core-peer"
EVERY = 0.5
"""Seconds between two memory samples."""
SECONDS = 7200
"""A bound for the slowest command."""


@dataclass(frozen=True)
class Cost:
    """The cost of a command, including all processes that it starts."""

    seconds: float
    megabytes: float
    """Peak memory, as PSS: shared memory counts once."""


@dataclass(frozen=True)
class Costs:
    """The costs of the three steps."""

    deploy: Cost
    plan: Cost
    destroy: Cost


@dataclass
class Bench:
    """A local organization with a deployed hub, and commands to measure in it."""

    aws: LocalAWS
    topology: Path
    output: Path
    environment: Mapping[str, str]

    def hub(self, verb: str, only: str, *options: str) -> Cost:
        """`./hub VERB` for some stacks."""
        command = [ROOT / "hub", verb, self.topology, "--output", self.output, "--only", only, *options]
        return measured(list(map(str, command)), self.environment, self.output.with_suffix(".log"))

    def peer(self) -> Costs:
        """Plain Terraform on one spoke."""
        folder = self.output / "stacks" / PEER

        def terraform(*arguments: str) -> Cost:
            command = ["terraform", f"-chdir={folder}", *arguments]
            return measured(command, self.environment, self.output.with_suffix(".log"))

        begin = terraform("init", "-no-color", "-reconfigure")
        apply = terraform("apply", "-no-color", "-auto-approve")
        return Costs(
            deploy=Cost(begin.seconds + apply.seconds, apply.megabytes),
            plan=terraform("plan", "-no-color", "-detailed-exitcode"),
            destroy=terraform("destroy", "-no-color", "-auto-approve"),
        )


def measured(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Cost:
    """Run a command and measure it. Raises RuntimeError with the end of its output if it fails."""
    start = time.perf_counter()
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sink, stderr=sink)  # noqa: S603  ours
        most = [0]
        ended = threading.Event()
        looking = threading.Thread(target=_look, args=(process.pid, most, ended))
        looking.start()
        try:
            status = process.wait(SECONDS)
        finally:
            seconds = time.perf_counter() - start
            ended.set()
            looking.join()
            if process.poll() is None:
                process.terminate()
    if status:
        said = log.read_text(encoding="utf-8", errors="replace")[-4000:]
        raise RuntimeError(f"{' '.join(command)} ended with status {status}:\n{said}")
    return Cost(seconds, most[0] / 1e3)


def _look(pid: int, most: list[int], ended: threading.Event) -> None:
    while not ended.wait(EVERY):
        most[0] = max(most[0], sum(map(pss, descendants(pid))))


def topology(spokes: int) -> str:
    """The text of a topology with a hub, spokes spread over the accounts, and one spoke for the peer."""
    ranges = iter(f"10.0.{third}.0/24" for third in range(4, 256))
    named = {
        f"s{at:02}": {"hub": "core", "account": ACCOUNTS[at % len(ACCOUNTS)], "cidr": next(ranges)}
        for at in range(spokes)
    }
    return yaml.safe_dump(
        {
            "organization": {"id": "o-exampleorg1", "management_account": "999999999999"},
            "role": "NetworkDeploy",
            "protect": False,
            "state": {"bucket": BUCKET, "region": "us-east-1", "account": HUB},
            "hubs": {
                "core": {
                    "region": "us-east-1",
                    "account": HUB,
                    "cidr": "10.0.0.0/22",
                    "zones": ["use1-az1", "use1-az2", "use1-az4"],
                    "pools": ["10.0.0.0/16"],
                    "services": ["kms", "ssm", "ssmmessages", "ec2messages"],
                }
            },
            "spokes": {**named, "peer": {"hub": "core", "account": ACCOUNTS[0], "cidr": next(ranges)}},
        },
        sort_keys=False,
    )


def report(spokes: int, parallel: int, ours: Costs, peers: list[Costs], noise: list[float]) -> str:
    """The results as Markdown."""

    def row(step: str, cost: Cost, others: list[Cost]) -> str:
        one = statistics.mean(other.seconds for other in others)
        most = max(other.megabytes for other in others)
        first, second = (f"{other.seconds:.0f}" for other in others)
        return (
            f"| {step} | {cost.seconds:.0f} s | {spokes} × {one:.0f} s = {spokes * one:.0f} s ({first} s before, "
            f"{second} s after) | **{cost.seconds / (spokes * one):.2f}** | {cost.megabytes:.0f} MB | {most:.0f} MB "
            f"| **{cost.megabytes / most:.2f}** |"
        )

    steps = ("deploy", "plan", "destroy")
    rows = "\n".join(row(step, getattr(ours, step), [getattr(peer, step) for peer in peers]) for step in steps)
    before, between, after = (f"{seconds:.2f} s" for seconds in noise)
    return f"""# {spokes} spokes in {len(ACCOUNTS)} accounts

`make bench-deploy` writes this page. Real Terraform and provider, against the emulator on the same machine, which has
{os.cpu_count()} processors; the hub is already deployed. `./hub` processes {parallel} stacks at once. The peer is plain
`terraform` (`init` and `apply`, `plan`, `destroy`) on a single spoke, multiplied by the number of spokes.

| | `./hub` | one spoke after another | ratio | memory | peer's memory | ratio |
|---|---|---|---|---|---|---|
{rows}

A ratio below 1 is better. Memory is the peak PSS of `./hub`, Terraform and the providers together, sampled every
{EVERY} s; the emulator is not counted. Most of a spoke's time is fixed waits in the provider
([emulator](../../docs/internals/emulator.md#timing)), so running stacks in parallel helps until the
processors are busy. A plan has no such waits, and `./hub plan` also runs `init` and starts the provider once more to
write the plan as JSON.

Noise: a fixed amount of work took {before} before, {between} between and {after} after; the table has both runs of
the peer.
"""


def main() -> int:
    """Measure, print, and write the results."""
    asked = argparse.ArgumentParser(prog="python -m bench.deploy", description=__doc__.partition("\n")[0])
    asked.add_argument("spokes", nargs="?", type=int, default=SPOKES)
    asked.add_argument("--parallel", type=int, default=2)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-deploy-") as folder:
        file = Path(folder, "topology.yaml")
        file.write_text(topology(options.spokes), encoding="utf-8")
        planned = read_topology(file).topology
        with serve(local_organization(planned, design(planned))) as aws:
            ours, peers, noise = _measure(aws, file, options.parallel)
            left = aws.leftovers()
    if left != {HUB: [("bucket", BUCKET)]}:
        raise RuntimeError(f"left behind: {left}")
    text = report(options.spokes, options.parallel, ours, peers, noise)
    print(text)  # noqa: T201  a benchmark's result
    if options.spokes == SPOKES:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(text, encoding="utf-8")
    return 0


def _measure(aws: LocalAWS, file: Path, parallel: int) -> tuple[Costs, list[Costs], list[float]]:
    keys = aws.environment(HUB)
    boto3.client(
        "s3",
        endpoint_url=aws.url,
        region_name="us-east-1",
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    ).create_bucket(Bucket=BUCKET)
    cache = ROOT / ".cache" / "terraform"
    cache.mkdir(parents=True, exist_ok=True)
    shared = {
        "TF_PLUGIN_CACHE_DIR": str(cache),
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
        "TF_IN_AUTOMATION": "1",
    }
    bench = Bench(aws, file, file.with_name("out"), {**os.environ, **aws.environment(), **shared})
    spokes, at_once = "spoke-core-s*", ("--parallel", str(parallel))
    bench.hub("synth", "*")
    bench.hub("deploy", "hub-core", "--yes")
    noise, peers = [calibrate()], [bench.peer()]
    deploy = bench.hub("deploy", spokes, "--yes", *at_once)
    noise.append(calibrate())
    ours = Costs(deploy, bench.hub("plan", spokes, *at_once), bench.hub("destroy", spokes, "--yes", *at_once))
    peers.append(bench.peer())
    noise.append(calibrate())
    bench.hub("destroy", "hub-core", "--yes")
    return ours, peers, noise


if __name__ == "__main__":
    sys.exit(main())
