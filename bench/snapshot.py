"""`python -m bench.snapshot [ACCOUNTS]`: the time, memory and number of calls for recording many accounts.

The recorded snapshot is then traced as `./hub trace FILE --snapshot DIR` does, which is timed too.

The accounts are in the emulator, which runs in its own process and handles one request at a time; AWS serves accounts
independently, but with more latency. Each account has a spoke that moto can create quickly: a VPC with six subnets, a
route table, a group, a gateway endpoint and an attachment to the hub's gateway, which thus has a route to each. Latency
and throttling are as configured below. Writes `bench/results/snapshot.md`. Fails if it exceeds the bounds of time or
memory.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3.session

from accounts.clients import Clients
from accounts.snapshot import record
from bench.topologies import topology
from bench.trace import peak
from emulator import Fault, serve
from local.organization import local_organization
from network.aws.reader import read
from network.names import named
from review.intent import intent_of, names_in, services_in
from review.verdicts import report
from topology import Design, design
from topology.document import read_text
from topology.reader import topology_of

ACCOUNTS = 300
LATENCY = 0.05
"""The minimum seconds for a response: a describe call within a region takes 50 to 200 ms."""
RATES = (Fault("ec2:*", latency=LATENCY, rate=4), Fault("route53resolver:*", latency=LATENCY, rate=5))
OTHERS = tuple(Fault(f"{service}:*", latency=LATENCY) for service in ("ram", "route53", "route53profiles", "ssm"))
"""The rates are requests per second.

The resolver's is AWS's own, per account and region
(https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html). EC2's is lower than AWS's, which differ
by call (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html), so that calls get throttled.
"""
SECONDS, MEGABYTES = 900.0, 500.0
RESULTS = Path(__file__).parent / "results" / "snapshot.md"
HEAD = f"""\
# Recording {ACCOUNTS} accounts

`python -m bench.snapshot`: the emulator, on the same machine and in one process, handles one request at a time. Every
response is delayed by at least {LATENCY * 1000:.0f} ms; EC2 allows an account 4 requests per second, fewer than AWS
does, and VPC Resolver 5. The largest account is the hub's, whose gateway has an attachment and a route for every spoke.
"""
SETTLED, STOP = "settled.json", "stop"
HUB = "111111111111"


def planned(accounts: int) -> Design:
    """A design with a spoke in each account except the hub's."""
    return design(topology_of(read_text(topology(accounts - 1))).topology)


def settle(url: str, keys: Mapping[str, Mapping[str, str]], wanted: Design) -> None:
    """Create the networks with EC2 calls."""
    session = boto3.session.Session(region_name="us-east-1")

    def ec2(account: str) -> Any:  # noqa: ANN401  boto3's clients have no types
        own = keys[account]
        return session.client(
            "ec2",
            endpoint_url=url,
            aws_access_key_id=own["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=own["AWS_SECRET_ACCESS_KEY"],
        )

    hub = ec2(HUB)
    options = {"AutoAcceptSharedAttachments": "enable"}
    gateway = hub.create_transit_gateway(Options=options)["TransitGateway"]
    ram = session.client(
        "ram",
        endpoint_url=url,
        aws_access_key_id=keys[HUB]["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys[HUB]["AWS_SECRET_ACCESS_KEY"],
    )
    ram.create_resource_share(
        name="core", resourceArns=[gateway["TransitGatewayArn"]], principals=[wanted.hubs[0].organization_arn]
    )
    for spoke in wanted.spokes:
        client = ec2(spoke.account.id)
        tags = [{"Key": key, "Value": value} for key, value in spoke.account.tags.items()]
        vpc = client.create_vpc(CidrBlock=spoke.vpc.cidr)["Vpc"]["VpcId"]
        client.create_tags(Resources=[vpc], Tags=tags)
        made = [
            client.create_subnet(VpcId=vpc, CidrBlock=subnet.cidr, AvailabilityZoneId=subnet.zone)["Subnet"]["SubnetId"]
            for subnet in (*spoke.vpc.subnets, *spoke.vpc.attachment_subnets)
        ]
        client.create_transit_gateway_vpc_attachment(
            TransitGatewayId=gateway["TransitGatewayId"], VpcId=vpc, SubnetIds=made[len(spoke.vpc.subnets) :]
        )
        table = client.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        client.create_route(
            RouteTableId=table, DestinationCidrBlock="10.0.0.0/22", TransitGatewayId=gateway["TransitGatewayId"]
        )
        client.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table])


def emulate(accounts: int, folder: Path) -> None:
    """The emulator's process: create the networks, add latency and limits, signal that, and serve until stopped."""
    wanted = planned(accounts)
    reading = topology_of(read_text(topology(accounts - 1)))
    with serve(local_organization(reading.topology, wanted)) as aws:
        ids = [HUB, *(spoke.account.id for spoke in wanted.spokes)]
        settle(aws.url, {account: aws.environment(account) for account in ids}, wanted)
        aws.faults = (*RATES, *OTHERS)
        ready = folder / f"{SETTLED}.part"
        ready.write_text(json.dumps(aws.environment()), encoding="utf-8")
        ready.rename(folder / SETTLED)
        while not (folder / STOP).exists():
            time.sleep(0.2)
        throttled = sum(number for (what, _), number in aws.injected.items() if what == "throttled")
        (folder / "throttled").write_text(str(throttled), encoding="utf-8")


@contextmanager
def emulated(accounts: int, folder: Path) -> Iterator[Mapping[str, str]]:
    """The environment for an emulator that runs in its own process."""
    command = [sys.executable, "-m", "bench.snapshot", "--emulate", str(accounts), str(folder)]
    with subprocess.Popen(command) as process:  # noqa: S603  ours
        try:
            while not (folder / SETTLED).exists():
                if process.poll() is not None:
                    raise RuntimeError(f"the emulator ended with status {process.returncode}")
                time.sleep(0.2)
            yield json.loads((folder / SETTLED).read_text(encoding="utf-8"))
        finally:
            (folder / STOP).touch()


def traced(folder: Path, wanted: Design) -> dict[str, str]:
    """How long reading and tracing what was recorded takes."""
    start = time.perf_counter()
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.json")}
    network = named(read(files), names_in(wanted))
    middle = time.perf_counter()
    meant = intent_of(wanted)
    found = report(network, services_in(network), replace(meant, judged=frozenset(meant.services)))
    end = time.perf_counter()
    alike = f"{len(network.spokes):,} VPCs in {len(found.groups):,} groups"
    return {"reading it": f"{middle - start:,.1f} s", "tracing it": f"{end - middle:,.1f} s, {alike}"}


def main() -> int:
    """Measure, print and write the results, and compare them with the bounds."""
    if sys.argv[1:2] == ["--emulate"]:
        emulate(int(sys.argv[2]), Path(sys.argv[3]))
        return 0
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS
    wanted = planned(accounts)
    folder = Path(tempfile.mkdtemp(prefix="snapshot-"))
    try:
        with emulated(accounts, folder) as environment:
            os.environ.update(environment)
            before = peak()
            start, cpu = time.perf_counter(), time.process_time()
            done = record(wanted, Clients(), folder / "snapshot")
            seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
            most = peak()
        tracing = traced(folder / "snapshot", wanted)
        files = list((folder / "snapshot").rglob("*.json"))
        size = sum(path.stat().st_size for path in files) / 1e6
        throttled = int((folder / "throttled").read_text(encoding="utf-8"))
    finally:
        shutil.rmtree(folder)
    rows = {
        "accounts": f"{len(done.accounts):,}",
        "wall time": f"{seconds:,.0f} s",
        "CPU time of the recorder": f"{cpu:,.0f} s",
        "memory at most": f"{most:,.0f} MB ({before:,.0f} MB before)",
        "calls": f"{done.calls:,}",
        "throttled, and repeated": f"{throttled:,}",
        "files": f"{len(files):,}, {size:,.1f} MB",
        "not recorded": f"{len(done.missing):,}",
        **tracing,
    }
    table = "".join(f"| {what} | {value} |\n" for what, value in rows.items())
    print(table)  # noqa: T201  a benchmark's result
    if accounts == ACCOUNTS:
        text = f"{HEAD}\nMeasured on {datetime.now(UTC):%Y-%m-%d}.\n\n| | |\n| --- | --- |\n{table}"
        RESULTS.write_text(text, encoding="utf-8")
    return 0 if not done.missing and seconds < SECONDS and most < MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())
