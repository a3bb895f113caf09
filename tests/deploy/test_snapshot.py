"""`./hub snapshot` of the quickstart, after real Terraform deployed it; and plans of a change over what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from assurance.trace import State, Trace
from deployment.synthesis import synthesise
from network.aws.reader import read
from network.join import join
from network.model import Network
from network.names import named
from network.terraform.reader import read as read_stacks
from review.intent import intent_of, names_in, services_in
from review.verdicts import report
from tests.deploy.local import TIMEOUT, Local, deployed
from tests.examples import ROOT
from topology import Design, design, read_topology

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

HUB, PAYMENTS, LEDGER, ORDERS = "111111111111", "222222222222", "333333333333", "444444444444"
NEW = "spoke-core-orders"


@dataclass(frozen=True)
class Quickstart:
    """The quickstart as it is deployed, and a topology that changes it.

    It has a service and a spoke more, a spoke and a test instance less.
    """

    running: Local
    changed: Path

    @cached_property
    def snapshot(self) -> Path:
        """What is recorded of it."""
        return self.recorded("snapshot")

    def recorded(self, name: str) -> Path:
        """A snapshot of its accounts."""
        folder = self.changed.parent / name
        self.running.run([ROOT / "hub", "snapshot", self.running.topology, "--output", folder])
        return folder

    @cached_property
    def plans(self) -> Mapping[str, Path]:
        """Plans of the change, by stack; nothing is applied."""
        folder = self.changed.parent / "changed"
        only = ["--only", "hub-*", "--only", "spoke-*"]
        self.running.run([ROOT / "hub", "plan", self.changed, "--output", folder, *only], expect=2)
        return {file.parent.name: file for file in sorted(folder.glob("stacks/*/tfplan.json"))}

    @cached_property
    def design(self) -> Design:
        """What the changed topology means."""
        return design(read_topology(self.changed).topology)

    @property
    def spokes(self) -> list[str]:
        """The spokes that there will be."""
        return [spoke.name for spoke in self.design.spokes if not spoke.absent]

    def trace(self, *plans: str) -> str:
        """`./hub trace` of plans over the snapshot, which finds everything as the changed topology means it."""
        files = [self.plans[plan] for plan in plans]
        return self.running.run([ROOT / "hub", "trace", self.changed, *files, "--snapshot", self.snapshot])


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quickstart]:
    folder = tmp_path_factory.mktemp("quickstart")
    data = yaml.safe_load((ROOT / "examples" / "quickstart.yaml").read_text(encoding="utf-8"))
    data["hubs"]["core"]["services"].append("sts")
    data["spokes"]["ledger"]["absent"] = True
    data["spokes"]["payments"]["test_instance"] = False
    data["spokes"]["orders"] = {"hub": "core", "account": ORDERS, "cidr": "10.0.6.0/24"}
    changed = folder / "changed.yaml"
    changed.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    with deployed(folder, accounts=changed) as running:
        yield Quickstart(running, changed)


def entries(folder: Path, file: str, account: str = HUB) -> list[dict[str, Any]]:
    """What a file of a snapshot lists."""
    text = (folder / "aws_configs/accounts" / account / "us-east-1" / f"{file}.json").read_text(encoding="utf-8")
    ((_, found),) = json.loads(text).items()
    return list(found)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_quickstart_is_recorded_after_it_was_deployed(quickstart: Quickstart) -> None:
    first = quickstart.snapshot
    assert tree(first) == tree(quickstart.recorded("again"))
    assert not list(first.rglob("NotRecorded.json"))
    endpoints = entries(first, "VpcEndpoints")
    assert {one["VpcEndpointType"] for one in endpoints} == {"Interface"}
    types = {one["NetworkInterfaceId"]: one["InterfaceType"] for one in entries(first, "NetworkInterfaces")}
    assert {types[id_] for one in endpoints for id_ in one["NetworkInterfaceIds"]} == {"vpc_endpoint"}
    seen = {account: entries(first, "TransitGatewayAttachments", account) for account in (HUB, PAYMENTS, LEDGER)}
    assert {account: [one["State"] for one in found] for account, found in seen.items()} == {
        HUB: ["available"] * 3,
        PAYMENTS: ["available"],
        LEDGER: ["available"],
    }
    stacks = {tag["Value"] for vpc in entries(first, "Vpcs") for tag in vpc["Tags"] if tag["Key"] == "hub:stack"}
    assert stacks == {"hub-core"}
    shares = sorted(one["ShareStatus"] for one in entries(first, "ResolverRules", PAYMENTS))
    assert shares == ["NOT_SHARED", "SHARED_WITH_ME"]


def verdicts(quickstart: Quickstart, network: Network) -> dict[str, object]:
    """What becomes of every spoke's names and packets: to each service, to each other spoke, and to all else."""
    network = named(network, names_in(quickstart.design))
    services = services_in(network)
    found = report(network, services, intent_of(quickstart.design), shortcut=False)
    trace = Trace(network, services)
    spokes = quickstart.spokes
    return {
        "spokes": sorted(spoke for spoke in network.spokes if ": " not in spoke),
        **{f"{spoke} → {key}": found.state(spoke, key) for spoke in spokes for key in found.services},
        **{f"{a} → {b}": trace.between(a, b).verdict for a in spokes for b in spokes if a != b},
        **{spoke: found.exposed.get(found.group_of[spoke], ()) for spoke in spokes},
    }


def test_plans_over_the_snapshot_are_the_network_of_the_changed_stacks(quickstart: Quickstart) -> None:
    assert set(quickstart.plans) == {"hub-core", "spoke-core-payments", "spoke-core-ledger", NEW}
    change = read_stacks((stack, file.read_bytes()) for stack, file in quickstart.plans.items())
    found = join(read(tree(quickstart.snapshot)), change)
    stacks = read_stacks(synthesise(quickstart.design).stacks.items())
    expected = verdicts(quickstart, stacks)
    assert expected["orders → sts"] is State.PRIVATE
    assert verdicts(quickstart, found) == expected
    assert (found.unmodelled, found.loose) == ((), ())
    quickstart.trace(*quickstart.plans)


def test_a_new_spokes_plan_alone_over_the_snapshot(quickstart: Quickstart) -> None:
    """It is the spoke on the hub as it is: the service that the hub does not have yet is what it lacks."""
    change = read_stacks([(NEW, quickstart.plans[NEW].read_bytes())])
    found = join(read(tree(quickstart.snapshot)), change)
    stacks = read_stacks(synthesise(quickstart.design).stacks.items())
    expected = verdicts(quickstart, stacks)
    lacking = {f"{spoke} → sts": State.UNREACHABLE for spoke in quickstart.spokes}
    assert verdicts(quickstart, found) == {**expected, **lacking, "spokes": ["ledger", "orders", "payments"]}
    assert (found.unmodelled, found.loose) == ((), ())
