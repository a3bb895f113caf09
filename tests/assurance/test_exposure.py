"""What opens a spoke: every next hop, any part of a route table, and anything that an ACL leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from assurance.trace import State, Trace
from review.verdicts import intended, report
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, catalogued

PUBLIC = "public addresses"


def exposures(stacks: Stacks, spoke: str = "payments") -> dict[str, str]:
    """What a spoke reaches and should not, with the verdict."""
    found = Trace(stacks.network, catalogued()).exposures(spoke, {})
    return {exposure.address: exposure.path.verdict.value for exposure in found}


def findings(stacks: Stacks) -> set[tuple[str, str]]:
    """Subject and target of everything that is amiss."""
    network = stacks.network
    found = report(network, catalogued(), intended(network, catalogued()))
    return {(finding.subject, finding.target) for finding in found.findings}


def with_route(destination: str, **target: Any) -> Stacks:
    """A route in the payments spoke's table, as somebody would add it."""
    stacks = Stacks()
    (table,) = stacks.stacks[PAYMENTS]["resource"]["aws_route_table"]
    return stacks.added(
        PAYMENTS,
        "aws_route",
        route_table_id=f"${{aws_route_table.{table}.id}}",
        destination_cidr_block=destination,
        **target,
    )


def with_internet_gateway(destination: str) -> Stacks:
    stacks = with_route(destination, gateway_id="${aws_internet_gateway.out.id}")
    vpc = stacks.reference(PAYMENTS, "network/vpc")
    return stacks.added(PAYMENTS, "aws_internet_gateway", "out", vpc_id=vpc)


@pytest.mark.parametrize("destination", ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "52.0.0.0/8", "0.0.0.0/2"])
def test_a_route_to_any_public_addresses_is_a_way_out(destination: str) -> None:
    assert exposures(with_internet_gateway(destination))[PUBLIC] == "passes"


@pytest.mark.parametrize("destination", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"])
def test_a_route_to_private_addresses_is_none(destination: str) -> None:
    assert PUBLIC not in exposures(with_internet_gateway(destination))


@pytest.mark.parametrize(
    "target",
    [
        {"vpc_peering_connection_id": "pcx-0123456789abcdef0"},
        {"network_interface_id": "eni-0123456789abcdef0"},
        {"vpc_endpoint_id": "vpce-0123456789abcdef0"},
        {"transit_gateway_id": "tgw-0123456789abcdef0"},
        {"gateway_id": "vgw-0123456789abcdef0"},
        {"core_network_arn": "arn:aws:networkmanager::111111111111:core-network/core-network-0123456789abcdef0"},
        {"carrier_gateway_id": "cagw-0123456789abcdef0"},
        {"local_gateway_id": "lgw-0123456789abcdef0"},
    ],
    ids=lambda target: next(iter(target)),
)
def test_a_next_hop_that_is_not_followed_leaves_the_pair_undetermined(target: dict[str, str]) -> None:
    """The other spoke's range, by way of something that the model does not know."""
    assert ("payments", "ledger") in findings(with_route("10.0.5.0/24", **target))
    assert exposures(with_route("0.0.0.0/0", **target))[PUBLIC] == "unknown"


def test_a_way_out_by_the_gateway_may_be_any_of_its_routes() -> None:
    stacks = with_route("0.0.0.0/0", transit_gateway_id="${data.aws_ssm_parameter.x.value}")
    hub_gateway = next(
        each
        for each in stacks.stacks[PAYMENTS]["resource"]["aws_route"].values()
        if "transit_gateway_id" in each and each["destination_cidr_block"] != "0.0.0.0/0"
    )
    stacks.stacks[PAYMENTS]["resource"]["aws_route"]["added"]["transit_gateway_id"] = hub_gateway["transit_gateway_id"]
    attachment = stacks.reference(HUB, "gateway/attachment")
    for number, destination in enumerate(("192.0.0.0/16", "52.0.0.0/8")):
        stacks.added(
            HUB,
            "aws_ec2_transit_gateway_route",
            f"added{number}",
            destination_cidr_block=destination,
            transit_gateway_attachment_id=attachment,
            transit_gateway_route_table_id=stacks.reference(HUB, "gateway/table-spokes"),
        )
    stacks.added(
        HUB,
        "aws_route",
        "out",
        route_table_id=stacks.reference(HUB, "network/route-table"),
        destination_cidr_block="0.0.0.0/0",
        gateway_id="${aws_internet_gateway.out.id}",
    )
    stacks.added(HUB, "aws_internet_gateway", "out", vpc_id=stacks.reference(HUB, "network/vpc"))
    assert exposures(stacks)[PUBLIC] == "passes"


def acl(stacks: Stacks, *entries: dict[str, Any]) -> Stacks:
    """A network ACL on every subnet of the hub that has an endpoint."""
    subnets = [f"${{aws_subnet.{name}.id}}" for name in stacks.stacks[HUB]["resource"]["aws_subnet"]]
    everything = {"from_port": 0, "to_port": 0, "protocol": "-1", "cidr_block": "0.0.0.0/0", "action": "allow"}
    return stacks.added(
        HUB,
        "aws_network_acl",
        vpc_id=stacks.reference(HUB, "network/vpc"),
        subnet_ids=subnets,
        ingress=[*entries, {**everything, "rule_no": 900}],
        egress=[{**everything, "rule_no": 900}],
    )


def test_an_acl_that_denies_one_port_of_a_range_leaves_the_others_exposed() -> None:
    def opened() -> Stacks:
        stacks = Stacks()
        return stacks.added(
            HUB,
            "aws_vpc_security_group_ingress_rule",
            security_group_id=stacks.reference(HUB, "endpoints/group-https"),
            ip_protocol="tcp",
            from_port=1,
            to_port=1024,
            cidr_ipv4="10.0.4.0/22",
        )

    def ports(stacks: Stacks) -> set[str]:
        return {
            each.flow for each in Trace(stacks.network, catalogued()).exposures("payments", {}) if "kms" in each.address
        }

    denied = {"protocol": "tcp", "cidr_block": "0.0.0.0/0", "action": "deny", "rule_no": 1}
    assert "tcp 1-1024" in ports(opened())
    assert "tcp 1-1024" in ports(acl(opened(), {**denied, "from_port": 22, "to_port": 22})), "22 is denied, 23 is not"
    assert "tcp 1-1024" not in ports(acl(opened(), {**denied, "from_port": 0, "to_port": 65535})), "all of it is denied"


def test_an_acl_that_denies_https_leaves_other_ports_to_public_addresses() -> None:
    stacks = with_internet_gateway("0.0.0.0/0")
    subnets = [f"${{aws_subnet.{name}.id}}" for name in stacks.stacks[PAYMENTS]["resource"]["aws_subnet"]]
    rule = {"from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_block": "0.0.0.0/0"}
    everything = {"from_port": 0, "to_port": 0, "protocol": "-1", "cidr_block": "0.0.0.0/0", "action": "allow"}
    stacks.added(
        PAYMENTS,
        "aws_network_acl",
        vpc_id=stacks.reference(PAYMENTS, "network/vpc"),
        subnet_ids=subnets,
        ingress=[{**everything, "rule_no": 900}],
        egress=[{**rule, "action": "deny", "rule_no": 1}, {**everything, "rule_no": 900}],
    )
    assert exposures(stacks)[PUBLIC] == "passes"


def test_an_attachment_of_a_vpc_that_is_not_known_may_be_any_spokes() -> None:
    stacks = Stacks()
    stacks.changed(LEDGER, "gateway/attachment", vpc_id="${var.vpc}")
    reach = Trace(stacks.network, catalogued()).reach("ledger", next(s for s in catalogued() if s.key == "kms"))
    assert reach.state is State.UNKNOWN, f"no attachment is known, but one may be its own: {reach.path}"


def test_an_interface_of_a_hub_whose_group_was_not_read_may_be_reached() -> None:
    stacks = Stacks()
    subnet = next(iter(stacks.stacks[HUB]["resource"]["aws_subnet"]))
    reference = f"${{aws_subnet.{subnet}.id}}"
    for group, verdict in (("sg-0123456789abcdef0", "unknown"), ("${data.aws_security_group.theirs.id}", "unknown")):
        added = Stacks().added(HUB, "aws_network_interface", "it", subnet_id=reference, security_groups=[group])
        assert exposures(added)[f"{HUB}: aws_network_interface.it"] == verdict
