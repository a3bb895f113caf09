"""Two topologies may have stacks of one name in one account: the tag `hub:state` tells them apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from network.join import join
from network.model import Network, stack_of
from network.names import distinguished, named
from network.terraform.reader import read as read_stacks
from review.intent import names_in
from tests.assurance.faults import PAYMENTS as PAYMENTS_STACK
from tests.assurance.faults import Stacks
from tests.examples import designed
from tests.network.aws.recorded import PAYMENTS, Recorded, complaints, judged

OURS = designed("quickstart").states.address
OTHER = "example-other-state/endpoint-hub"
NAMES = names_in(designed("quickstart"))


def tags(state: str) -> list[dict[str, str]]:
    return [{"Key": "hub:stack", "Value": PAYMENTS_STACK}, {"Key": "hub:state", "Value": state}]


def with_another(*, first: bool) -> Recorded:
    """A quickstart in whose account of payments another topology has a spoke of the same name."""
    snapshot = Recorded()
    vpc: dict[str, Any] = json.loads(
        json.dumps(next(each for each in snapshot.items("Vpcs", PAYMENTS) if not each["IsDefault"]))
    )
    vpc |= {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.9.0.0/24", "CidrBlockAssociationSet": []}
    vpcs = snapshot.items("Vpcs", PAYMENTS)
    vpcs.insert(0 if first else len(vpcs), vpc | {"Tags": tags(OTHER)})
    asked = {"VpcId": vpc["VpcId"]}
    on = {"EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}}
    snapshot.items("VpcAttributes", PAYMENTS).append({**asked, **on})
    snapshot.items("HostedZonesByVpc", PAYMENTS).append({**asked, "HostedZoneSummaries": []})
    return snapshot


def of_another() -> Recorded:
    """A snapshot of another topology alone, with the same names."""
    snapshot = Recorded()
    snapshot.documents = json.loads(json.dumps(snapshot.documents).replace(f'"{OURS}"', f'"{OTHER}"'))
    return snapshot


def read(snapshot: Recorded) -> Network:
    return named(snapshot.network, NAMES, OURS)


@pytest.mark.parametrize("first", [True, False])
def test_the_spoke_is_the_one_whose_state_is_the_topologys(*, first: bool) -> None:
    network = read(with_another(first=first))
    assert network.spokes["payments"].address.startswith(f"{PAYMENTS_STACK}: vpc-")
    (other,) = (vpc.address for vpc in network.vpcs.values() if OTHER in vpc.address)
    assert other == f"{PAYMENTS_STACK} ({OTHER}): vpc-0123456789abcdef0"
    assert network.states[PAYMENTS_STACK] == OURS
    assert network.states[stack_of(other)] == OTHER
    assert judged(network).state("payments", "kms").value == "private", complaints(judged(network))


def test_a_topology_whose_namesake_alone_exists_has_no_spoke() -> None:
    network = read(of_another())
    assert not {"payments", "ledger", "core"} & {*network.spokes, *network.hubs}
    assert not any(stack_of(vpc) in NAMES for vpc in network.vpcs)


@pytest.mark.parametrize("first", [True, False])
def test_stacks_are_joined_with_what_has_their_state(*, first: bool) -> None:
    stacks = read_stacks(Stacks().stacks.items())
    assert stacks.states[PAYMENTS_STACK] == OURS
    plain = join(Recorded().network, stacks)
    found = join(with_another(first=first).network, stacks)
    assert found.vpcs.keys() - plain.vpcs.keys() == {f"{PAYMENTS_STACK} ({OTHER}): vpc-0123456789abcdef0"}
    assert found.subnets.keys() == plain.subnets.keys()
    assert judged(named(found, NAMES, OURS)).state("payments", "kms").value == "private"


def test_stacks_are_not_joined_with_what_has_another_state() -> None:
    stacks = read_stacks(Stacks().stacks.items())
    base = of_another().network
    found = join(base, stacks)
    assert len(found.vpcs) == len(base.vpcs) + len(stacks.vpcs)
    assert len(found.subnets) == len(base.subnets) + len(stacks.subnets)


def test_where_a_state_is_not_known_the_name_counts() -> None:
    snapshot = Recorded()
    for path, document in snapshot.documents.items():
        text = json.dumps(document).replace('"hub:state"', '"state"')
        snapshot.documents[path] = json.loads(text)
    network = snapshot.network
    assert network.states == {}
    assert distinguished(network, dict.fromkeys(NAMES, OURS)) is network
    assert {"payments", "ledger"} <= read(snapshot).spokes.keys()
