"""Parts that Terraform gives to something it does not name: they may be in anything, and nothing passes over them."""

from __future__ import annotations

from typing import Any

import pytest

from assurance.trace import State, Trace
from review.verdicts import intended, report
from tests.assurance.faults import HUB, PAYMENTS, Stacks, affected, catalogued

OPEN = "${var.other}"


def findings(stacks: Stacks) -> dict[tuple[str, str], str]:
    """Subject and target of everything that is amiss, with the severity."""
    network = stacks.network
    found = report(network, catalogued(), intended(network, catalogued()))
    return {pair: finding.severity.value for pair, finding in affected(found.findings).items()}


def with_part(kind: str, stack: str = PAYMENTS, **arguments: Any) -> Stacks:
    """A resource by the provider of a stack's own VPC."""
    stacks = Stacks()
    provider = stacks.at(stack, "network/vpc").get("provider")
    stacks.stacks[stack]["variable"] = {"other": {}}
    return stacks.added(stack, kind, **arguments, **({"provider": provider} if provider else {}))


def test_a_route_of_an_unknown_table_leaves_the_pair_undetermined_and_no_other() -> None:
    peering = {"vpc_peering_connection_id": "pcx-0123456789abcdef0"}
    found = findings(with_part("aws_route", route_table_id=OPEN, destination_cidr_block="10.0.5.0/24", **peering))
    assert found == {("payments", "ledger"): "unknown"}


def test_a_route_to_anywhere_may_lead_out() -> None:
    stacks = with_part("aws_route", route_table_id=OPEN, destination_cidr_block="0.0.0.0/0", gateway_id="igw-1")
    assert findings(stacks)["payments", "public addresses"] == "unknown"
    assert ("ledger", "public addresses") not in findings(stacks), "whose account is another one"


def test_a_route_of_an_unknown_gateway_table_leaves_what_it_may_carry_undetermined() -> None:
    stacks = with_part(
        "aws_ec2_transit_gateway_route",
        HUB,
        transit_gateway_route_table_id=OPEN,
        destination_cidr_block="10.0.0.0/22",
        transit_gateway_attachment_id="tgw-attach-0123456789abcdef0",
    )
    states = {
        Trace(stacks.network, catalogued()).reach("payments", each).state for each in catalogued() if each.key == "kms"
    }
    assert states == {State.UNKNOWN}


def test_a_rule_of_an_unknown_group_may_expose_any_port() -> None:
    rule = {"security_group_id": OPEN, "ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "10.0.4.0/22"}
    found = findings(with_part("aws_vpc_security_group_ingress_rule", HUB, **rule))
    exposed = {
        target for (subject, target), severity in found.items() if "endpoint" in target and severity == "unknown"
    }
    assert exposed, found
    assert not any(target in {"kms", "ssm"} for _, target in found), "what is allowed stays allowed"


def test_an_association_with_an_unknown_zone_may_take_any_name() -> None:
    vpc = Stacks().reference(PAYMENTS, "network/vpc")
    found = findings(with_part("aws_route53_zone_association", zone_id=OPEN, vpc_id=vpc))
    assert found["payments", "kms"] == "unknown"
    assert ("ledger", "kms") not in found


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("aws_route_table_association", {"subnet_id": OPEN, "route_table_id": "rtb-0123456789abcdef0"}),
        ("aws_main_route_table_association", {"vpc_id": OPEN, "route_table_id": "rtb-0123456789abcdef0"}),
    ],
)
def test_a_subnet_without_a_table_of_its_own_may_have_the_one_of_an_association(
    kind: str, arguments: dict[str, Any]
) -> None:
    stacks = with_part(kind, **arguments)
    associations = stacks.stacks[PAYMENTS]["resource"]["aws_route_table_association"]
    for name in [name for name in associations if name != "added" and "attachment" not in name]:
        del associations[name]
    assert findings(stacks)["payments", "kms"] == "unknown"


def test_an_acl_association_of_an_unknown_subnet_may_be_any_subnets() -> None:
    stacks = with_part("aws_network_acl_association", subnet_id=OPEN, network_acl_id="acl-0123456789abcdef0")
    assert findings(stacks)["payments", "kms"] == "unknown"


def test_a_range_of_an_unknown_vpc_may_be_any_vpcs() -> None:
    stacks = with_part("aws_vpc_ipv4_cidr_block_association", vpc_id=OPEN, cidr_block="10.9.0.0/24")
    assert findings(stacks), "another range is another source and another target of packets"
