"""Topologies that real Terraform applied to a local organization, read twice: from the stacks, and from a snapshot."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from cli.given import documents, recorded_files, stack_files
from deployment.output import write
from deployment.synthesis import synthesise
from network.aws.reader import read
from network.join import join
from network.model import Network
from network.names import named
from network.terraform.reader import read as read_stacks
from review.differences import differences
from review.intent import names_in, services_in
from tests.deploy.local import Local, local, written
from tests.examples import ROOT
from tests.families import drawing
from tests.lab.differential import asked_of_trace
from tests.lab.differential import differences as differing
from tests.lab.packets import answers
from tests.network.verdicts import known_as, present, unlike, verdicts
from tests.topologies import topologies
from topology import Design, design, read_topology

__all__ = ["Applied", "drawn", "example", "faulty", "same_packets", "same_verdicts"]

CANDIDATES = 40
HTTPS = (443,)
AT_ONCE = 3
LEAVES = (
    "aws_ec2_transit_gateway_route_table_association",
    "aws_ec2_transit_gateway_route_table_propagation",
    "aws_route",
    "aws_route53_resolver_rule_association",
    "aws_route_table_association",
    "aws_vpc_endpoint",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)
"""Kinds of which one may be taken out of a stack: the rest can be applied, and something may no longer work."""


@dataclass(frozen=True)
class Applied:
    """One network in two readings."""

    design: Design
    stacks: Network
    """As the files say that Terraform was given."""
    snapshot: Network
    """As it was recorded after the apply."""
    faults: tuple[str, ...] = ()
    """What was taken out of the stacks before, for a message."""

    @property
    def spokes(self) -> frozenset[str]:
        return frozenset(spoke.name for spoke in self.design.spokes if not spoke.absent)


# Making one -------------------------------------------------------------------------------------------------------


def example(folder: Path, name: str) -> Applied:
    """Deploy an example as its users do; record it and trace the snapshot, which finds nothing."""
    with local(folder, name) as running:
        running.create_bucket()
        running.hub("deploy", "--yes", "--only", "hub-*", "--only", "spoke-*")
        found = _recorded(running, folder / "snapshot")
        running.run([ROOT / "hub", "trace", running.topology, "--snapshot", folder / "snapshot"])
    return found


def faulty(folder: Path, text: str, random: Random) -> Applied:
    """Apply a topology's stacks, from some of which a part was taken before."""
    with written(folder / "topology.yaml", text) as running:
        running.create_bucket()
        planned = design(read_topology(running.topology).topology)
        write(synthesise(planned), running.output, planned)  # ./hub synth refuses what its trace finds broken
        hubs = [hub.stack for hub in planned.hubs]
        spokes = [spoke.stack for spoke in planned.spokes]
        faults = [_take_out(running, random.choice([*hubs, *spokes]), random) for _ in range(random.randint(0, 3))]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for stacks in (hubs, spokes):
                for stack in stacks:  # one by one: the plugin cache is not safe for two first inits at once
                    running.terraform(stack, "init", "-no-color", "-input=false")
                apply = partial(_apply, running)
                list(pool.map(apply, stacks))
        return _recorded(running, folder / "snapshot", tuple(filter(None, faults)))


def _apply(running: Local, stack: str) -> None:
    running.terraform(stack, "apply", "-no-color", "-input=false", "-auto-approve")


def _take_out(running: Local, stack: str, random: Random) -> str:
    """Take out of a stack a part that no other one names, where it has one; its address."""
    file = running.stack(stack) / "cdk.tf.json"
    text = file.read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    resources: Mapping[str, dict[str, Any]] = document.get("resource", {})
    found = [(kind, key) for kind in LEAVES for key in resources.get(kind, ()) if f"{kind}.{key}" not in text]
    if not found:
        return ""
    kind, key = random.choice(found)
    del document["resource"][kind][key]
    if not document["resource"][kind]:  # Terraform refuses a kind without any
        del document["resource"][kind]
    file.write_text(json.dumps(document), encoding="utf-8")
    return f"{stack}: {kind}.{key}"


def _recorded(running: Local, folder: Path, faults: tuple[str, ...] = ()) -> Applied:
    running.run([ROOT / "hub", "snapshot", running.topology, "--output", folder])
    planned = design(read_topology(running.topology).topology)
    names = names_in(planned)
    return Applied(
        planned,
        named(read_stacks(documents(stack_files([running.output]))), names),
        named(read(recorded_files(folder)), names),
        faults,
    )


def drawn(number: int) -> str:
    """The topology of a number by the seed: one hub and two or three spokes, all of which one caller can deploy."""
    found: list[str] = []

    @seed(drawing(f"topology {number}").getrandbits(32))
    @settings(max_examples=CANDIDATES, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(topologies([["core"]], (2, 3)))
    def collect(text: str) -> None:
        # To an endpoint by HTTP, the SDK makes a host of a bucket's name with a dot, as nothing else does.
        found.append(text.replace("ambient", "NetworkDeploy").replace("example.network-state", "example-network-state"))

    collect()
    # Of images, the emulator has Amazon Linux alone.
    several = [text for text in found if "absent: true" not in text and "/aws/service/other" not in text]
    return drawing(f"which of topology {number}").choice(several)


# Comparing the two ------------------------------------------------------------------------------------------------


def same_verdicts(applied: Applied) -> None:
    """Every verdict, and no difference between the two; nor does the snapshot change anything under the stacks."""
    stacks, snapshot = applied.stacks, applied.snapshot
    expected = verdicts(stacks, applied.design)
    assert expected, "a report without a verdict"
    _none(applied, "stacks | snapshot", unlike(expected, verdicts(snapshot, applied.design)))
    joined = unlike(expected, verdicts(join(snapshot, stacks), applied.design))
    # Stacks without ids do not tell gateway tables apart, which is listed, and is no verdict. A rule that no VPC uses
    # has no stack in a snapshot, so that it is counted beside the stack's.
    unused = any("aws_route53_resolver_rule_association" in fault for fault in applied.faults)
    apart = ("not modelled", "figure: rules of an account") if unused else ("not modelled",)
    _none(applied, "stacks | both", [line for line in joined if not line.startswith(apart)])
    _none(applied, "differences", map(str, differences(stacks, snapshot, present(applied.design))))


def _none(applied: Applied, what: str, found: Iterable[str]) -> None:
    """The failure says what differs, in a network without which parts."""
    lines = list(found)
    assert not lines, "\n".join((what, *lines, *(f"taken out before the apply: {fault}" for fault in applied.faults)))


def same_packets(applied: Applied) -> None:
    """What real packets meet in the lab of the one and of the other, and what the trace says of them."""
    asked = _asked(applied)
    trace = asked_of_trace(applied.stacks, asked, applied.spokes, partial(known_as, applied.stacks))
    assert len(trace) > len(applied.spokes) * len(asked), f"only {len(trace)} questions"
    stacks, snapshot = (answers(each, asked, applied.spokes) for each in (applied.stacks, applied.snapshot))
    assert stacks.blocked, "no packet was blocked, and the lab has more than it should"
    _none(applied, "trace and packets", differing(trace, stacks))
    sides = "packets of the stacks' lab say", "those of the snapshot's say"
    _none(applied, "packets", differing(stacks, snapshot, sides))


def _asked(applied: Applied) -> Collection[Any]:
    """Services on offer, and some that are not; HTTPS alone, since for other ports the trace passes over instances."""
    wanted = {endpoint.service for hub in applied.design.hubs for endpoint in hub.endpoints}
    wanted |= {"s3", "dynamodb", "lambda"}
    known = (each for each in services_in(applied.stacks) if each.key in wanted and each.ports == HTTPS)
    return {service.endpoint: service for service in known}.values()
