"""Stacks that are sound but for one edit that AWS refuses: the refusal names the edited resource, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assurance.refusals import refusals
from network.join import join
from network.model import Refusal
from network.terraform.reader import read
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks
from tests.examples import EXAMPLES
from tests.network.aws.recorded import Recorded

Edit = Callable[[Stacks], object]

SUBNET = "network/subnet-use1-az1"
KMS = "endpoints/endpoint-kms"
INBOUND = "resolver/inbound"


def refused(stacks: Stacks) -> list[tuple[str, str, bool]]:
    return [(each.address, each.says, each.certain) for each in refusals(stacks.network)]


def one(stacks: Stacks) -> Refusal:
    found = refusals(stacks.network)
    assert len(found) == 1, f"expected one refusal, found {found}"
    assert found[0].fix, f"expected a fix, found {found[0]}"
    assert found[0].source.startswith("https://"), f"expected a source, found {found[0]}"
    return found[0]


def copied(stacks: Stacks, stack: str, path: str, **changes: Any) -> str:
    """A second resource like the one at a path; its address."""
    kind, _ = stacks.find(stack, path)
    stacks.added(stack, kind, **{**{k: v for k, v in stacks.at(stack, path).items() if k != "//"}, **changes})
    return f"{stack}: {kind}.added"


# Ranges and addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "changes", "words"),
    [
        ("network/vpc", {"cidr_block": "10.0.0.0/15"}, "10.0.0.0/15 is a /15, and AWS takes /16 to /28"),
        (SUBNET, {"cidr_block": "10.0.0.0/29"}, "10.0.0.0/29 is a /29, and AWS takes /16 to /28"),
        (SUBNET, {"cidr_block": "10.0.0.1/24"}, "10.0.0.1/24 is no range: it begins at 10.0.0.0"),
        (SUBNET, {"cidr_block": "10.9.0.0/24"}, "10.9.0.0/24 is not within 10.0.0.0/22"),
        ("network/subnet-use1-az2", {"cidr_block": "10.0.0.128/25"}, "10.0.0.128/25 overlaps 10.0.0.0/24 of hub-core"),
        ("network/vpc", {"cidr_block": "10.0.0.0/31"}, "10.0.0.0/31 is a /31"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_ranges_that_aws_does_not_take(path: str, changes: dict[str, Any], words: str) -> None:
    stacks = Stacks().changed(HUB, path, **changes)
    found = [says for at, says, certain in refused(stacks) if at == stacks.address(HUB, path) and certain]
    assert any(words in says for says in found), f"expected {words!r}, found {refused(stacks)}"


def test_a_further_range_of_a_vpc_that_overlaps_the_first() -> None:
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_vpc_ipv4_cidr_block_association",
        provider="aws.hub",
        vpc_id=stacks.reference(HUB, "network/vpc"),
        cidr_block="10.0.2.0/23",
    )
    assert "10.0.2.0/23 overlaps 10.0.0.0/22" in one(stacks).says


@pytest.mark.parametrize(
    ("ip", "words"),
    [
        ("10.0.0.0", "first four addresses"),
        ("10.0.0.3", "first four addresses"),
        ("10.0.0.255", "the last for itself"),
        ("10.0.1.60", "10.0.1.60 is not in 10.0.0.0/24"),
        ("10.9.0.9", "10.9.0.9 is not in 10.0.0.0/24"),
    ],
)
def test_addresses_of_a_resolver_endpoint_that_aws_keeps_or_that_are_elsewhere(ip: str, words: str) -> None:
    stacks = Stacks()
    stacks.at(HUB, INBOUND)["ip_address"][0]["ip"] = ip
    found = one(stacks)
    assert (found.address, found.certain) == (stacks.address(HUB, INBOUND), True)
    assert words in found.says


@pytest.mark.parametrize("ip", ["10.0.0.4", "10.0.0.254"])
def test_the_first_and_the_last_address_that_aws_gives_away(ip: str) -> None:
    stacks = Stacks()
    stacks.at(HUB, INBOUND)["ip_address"][0]["ip"] = ip
    assert refused(stacks) == []


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("aws_network_interface", {"private_ips": ["10.0.0.2"]}),
        ("aws_network_interface", {"private_ips": ["10.0.0.20", "10.0.0.53"]}),
        ("aws_instance", {"private_ip": "10.0.0.53", "ami": "ami-0123456789abcdef0", "instance_type": "t3.nano"}),
        ("aws_instance", {"private_ip": "10.0.4.9", "ami": "ami-0123456789abcdef0", "instance_type": "t3.nano"}),
    ],
    ids=str,
)
def test_addresses_of_interfaces_and_instances(kind: str, arguments: dict[str, Any]) -> None:
    stacks = Stacks()
    subnet = stacks.reference(HUB, SUBNET)
    found = one(stacks.added(HUB, kind, provider="aws.hub", subnet_id=subnet, **arguments))
    assert found.address == f"{HUB}: {kind}.added"


def test_an_address_of_an_endpoint_in_its_subnet_configuration() -> None:
    stacks = Stacks()
    stacks.changed(HUB, KMS, subnet_configuration=[{"subnet_id": stacks.reference(HUB, SUBNET), "ipv4": "10.0.1.9"}])
    assert one(stacks).says.startswith("10.0.1.9 is not in 10.0.0.0/24")


# Zones and VPCs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [KMS, "gateway/attachment"])
def test_two_subnets_in_one_zone(path: str) -> None:
    stacks = Stacks()
    stacks.at(HUB, path)["subnet_ids"] += [
        stacks.reference(HUB, SUBNET),
        stacks.reference(HUB, "network/attachment-subnet-use1-az1"),
    ]
    found = one(stacks)
    assert found.address == stacks.address(HUB, path)
    assert "are both in use1-az1" in found.says


def test_an_attachment_without_a_subnet() -> None:
    stacks = Stacks().changed(PAYMENTS, "gateway/attachment", subnet_ids=[])
    assert stacks.address(PAYMENTS, "gateway/attachment") in {at for at, _, _ in refused(stacks)}


def elsewhere(stacks: Stacks) -> tuple[str, str]:
    """References to a subnet and to a security group of another VPC of the hub's account."""
    stacks.added(HUB, "aws_vpc", provider="aws.hub", cidr_block="10.9.0.0/16")
    stacks.added(
        HUB,
        "aws_subnet",
        provider="aws.hub",
        vpc_id="${aws_vpc.added.id}",
        cidr_block="10.9.0.0/24",
        availability_zone_id="use1-az6",
    )
    stacks.added(HUB, "aws_security_group", provider="aws.hub", vpc_id="${aws_vpc.added.id}", name="far")
    return "${aws_subnet.added.id}", "${aws_security_group.added.id}"


@pytest.mark.parametrize("path", [KMS, "gateway/attachment", INBOUND])
def test_a_subnet_of_another_vpc(path: str) -> None:
    stacks = Stacks()
    subnet, _ = elsewhere(stacks)
    if path == INBOUND:
        stacks.at(HUB, path)["ip_address"].append({"subnet_id": subnet})
    else:
        stacks.at(HUB, path)["subnet_ids"].append(subnet)
    found = one(stacks)
    assert found.address == stacks.address(HUB, path)
    assert "aws_vpc.added" in found.says


@pytest.mark.parametrize("path", [KMS, INBOUND])
def test_a_security_group_of_another_vpc(path: str) -> None:
    stacks = Stacks()
    _, group = elsewhere(stacks)
    found = one(stacks.changed(HUB, path, security_group_ids=[group]))
    assert found.address == stacks.address(HUB, path)
    assert "aws_security_group.added" in found.says


@pytest.mark.parametrize("count", [0, 1])
def test_a_resolver_endpoint_with_too_few_addresses(count: int) -> None:
    stacks = Stacks()
    stacks.at(HUB, "resolver/outbound")["ip_address"] = stacks.at(HUB, "resolver/outbound")["ip_address"][:count]
    found = one(stacks)
    assert found.address == stacks.address(HUB, "resolver/outbound")
    assert f"it has {count} address" in found.says


def test_a_resolver_endpoint_that_names_one_subnet_twice_has_one_address() -> None:
    """The provider takes the blocks as a set."""
    stacks = Stacks()
    stacks.at(HUB, "resolver/outbound")["ip_address"] = stacks.at(HUB, "resolver/outbound")["ip_address"][:1] * 2
    assert "it has 1 address" in one(stacks).says


# Routes and tables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("destination", ["10.0.0.0/22", "10.0.1.0/24"])
def test_a_route_to_a_part_of_the_vpc(destination: str) -> None:
    stacks = Stacks()
    address = copied(stacks, HUB, "gateway/route-pool-10-0-4-0_22", destination_cidr_block=destination)
    found = one(stacks)
    assert found.address == address
    assert f"{destination} is within 10.0.0.0/22, the VPC's own range" in found.says


def test_a_route_to_a_part_of_the_vpc_through_an_interface_is_accepted() -> None:
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_route",
        provider="aws.hub",
        route_table_id=stacks.reference(HUB, "network/route-table"),
        destination_cidr_block="10.0.1.0/24",
        network_interface_id="eni-0123456789abcdef0",
    )
    assert refused(stacks) == []


def test_two_static_routes_of_a_gateways_table() -> None:
    stacks = Stacks()
    for name in ("first", "second"):
        stacks.added(
            HUB,
            "aws_ec2_transit_gateway_route",
            name,
            provider="aws.hub",
            blackhole=True,
            destination_cidr_block="10.0.9.0/24",
            transit_gateway_route_table_id=stacks.reference(HUB, "gateway/table-hub"),
        )
    assert one(stacks).address == "hub-core: aws_ec2_transit_gateway_route.second"


def test_two_entries_of_one_number() -> None:
    stacks = Stacks()
    stacks.added(HUB, "aws_network_acl", provider="aws.hub", vpc_id=stacks.reference(HUB, "network/vpc"))
    for name, egress in (("in", False), ("out", True), ("again", True)):
        stacks.added(
            HUB,
            "aws_network_acl_rule",
            name,
            provider="aws.hub",
            network_acl_id="${aws_network_acl.added.id}",
            rule_number=100,
            egress=egress,
            protocol="-1",
            rule_action="allow",
            cidr_block="0.0.0.0/0",
        )
    assert one(stacks).address == "hub-core: aws_network_acl_rule.again"


def test_two_entries_of_one_number_within_an_acl() -> None:
    entry = {"rule_no": 100, "action": "allow", "protocol": "-1", "from_port": 0, "to_port": 0}
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_network_acl",
        provider="aws.hub",
        vpc_id=stacks.reference(HUB, "network/vpc"),
        ingress=[{**entry, "cidr_block": "10.0.0.0/8"}, {**entry, "cidr_block": "10.9.0.0/16"}],
    )
    assert one(stacks).address == "hub-core: aws_network_acl.added"


def test_the_default_table_and_another_one() -> None:
    """A gateway that associates by default leaves no room for a second association."""
    stacks = Stacks().changed(HUB, "gateway/gateway", default_route_table_association="enable")
    stacks.changed(HUB, "gateway/attachment", transit_gateway_default_route_table_association=True)
    found = one(stacks)
    assert found.address in {stacks.address(HUB, f"gateway/{name}") for name in ("association", "attachment")}
    assert "Resource.AlreadyAssociated" in found.says


def test_the_default_table_and_another_one_that_replaces_it() -> None:
    stacks = Stacks().changed(HUB, "gateway/gateway", default_route_table_association="enable")
    stacks.changed(HUB, "gateway/attachment", transit_gateway_default_route_table_association=True)
    stacks.changed(HUB, "gateway/association", replace_existing_association=True)
    assert refused(stacks) == []


# Names ------------------------------------------------------------------------------------------------------------


def test_a_second_endpoint_that_answers_the_same_names() -> None:
    stacks = Stacks()
    address = copied(stacks, HUB, KMS)
    found = one(stacks)
    assert found.address == address
    assert "private names of com.amazonaws.us-east-1.kms" in found.says


def test_a_second_endpoint_without_private_names_is_accepted() -> None:
    stacks = Stacks()
    copied(stacks, HUB, KMS, private_dns_enabled=False)
    assert refused(stacks) == []


@pytest.mark.parametrize("name", ["enable_dns_support", "enable_dns_hostnames"])
def test_private_names_in_a_vpc_without_dns(name: str) -> None:
    stacks = Stacks().changed(HUB, "network/vpc", **{name: False})
    found = refused(stacks)
    assert {at for at, _, _ in found} == {
        stacks.address(HUB, f"endpoints/endpoint-{key}") for key in ("kms", "ssm", "ssmmessages", "ec2messages")
    }
    assert all(f"private DNS needs {name}" in says for _, says, _ in found)


def test_two_rules_for_one_domain() -> None:
    stacks = Stacks()
    stacks.changed(PAYMENTS, "resolver/exemption-efs", domain_name="us-east-1.amazonaws.com")
    assert "a rule for us-east-1.amazonaws.com with the same VPC" in one(stacks).says


def test_two_zones_of_one_name() -> None:
    stacks = Stacks()
    vpc = [{"vpc_id": stacks.reference(HUB, "network/vpc")}]
    for name in ("first", "second"):
        stacks.added(HUB, "aws_route53_zone", name, provider="aws.hub", name="example.org", vpc=vpc)
    found = one(stacks)
    assert found.address == "hub-core: aws_route53_zone.second"
    assert "one for example.org already" in found.says


# Doubled ----------------------------------------------------------------------------------------------------------

HARMLESS = {
    "aws_ec2_transit_gateway": "a second gateway that nothing uses",
    "aws_ec2_transit_gateway_route_table": "a second table that nothing uses",
    "aws_ec2_transit_gateway_vpc_attachment_accepter": "what is accepted is accepted",
    "aws_iam_role_policy": "it is put, not created",
    "aws_iam_role_policy_attachment": "attaching again changes nothing",
    "aws_instance": "a second instance",
    "aws_ram_principal_association": "the share has the principal already",
    "aws_ram_resource_association": "the share has the resource already",
    "aws_ram_resource_share": "a second share of nothing",
    "aws_route53_resolver_rule": "a second rule that is associated with nothing",
    "aws_route_table": "a second table that nothing uses",
    "aws_vpc": "a second VPC with nothing in it",
}
"""Kinds of which a second one like the first changes nothing, with the reason."""


@pytest.mark.parametrize("stack", [HUB, PAYMENTS])
def test_a_resource_that_exists_twice_is_refused_or_harmless(stack: str) -> None:
    wrong = []
    for kind, blocks in Stacks().stacks[stack]["resource"].items():
        for key, block in blocks.items():
            found = refused(Stacks().added(stack, kind, **{k: v for k, v in block.items() if k != "//"}))
            outbound = block.get("direction") == "OUTBOUND"  # without addresses of its own, it is a second endpoint
            if bool(found) == (kind in HARMLESS or outbound) or (found and found[0][0] != f"{stack}: {kind}.added"):
                wrong.append((kind, key, found))
    assert not wrong, f"expected a refusal of the second, but for {sorted(HARMLESS)}; found {wrong}"


# Who acts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        SUBNET,
        "network/route-table",
        "gateway/route-hub",
        "gateway/attachment",
        "gateway/association",
        "gateway/propagation-hub",
        "endpoints/endpoint-s3",
        "resolver/rule-us-east-1_amazonaws_com-association",
        "test-instance/group",
        "test-instance/https",
        "test-instance/instance",
    ],
)
def test_another_accounts_provider(path: str) -> None:
    stacks = Stacks()
    stacks.changed(
        PAYMENTS,
        path,
        provider="aws.spoke" if path in {"gateway/association", "gateway/propagation-hub"} else "aws.hub",
    )
    address = stacks.address(PAYMENTS, path)
    found = {at: says for at, says, _ in refused(stacks)}
    assert "creates it, and" in found.get(address, ""), f"expected a refusal at {address}, found {found}"


@pytest.mark.parametrize("path", [SUBNET, "gateway/association", "gateway-share/organization"])
def test_a_provider_of_an_account_that_nobody_says(path: str) -> None:
    stacks = Stacks()
    stacks.stacks[HUB]["provider"]["aws"].append({"alias": "unsaid", "region": "us-east-1"})
    found = one(stacks.changed(HUB, path, provider="aws.unsaid"))
    assert (found.address, found.certain) == (stacks.address(HUB, path), False)
    assert found.says.startswith("the account of its provider could not be determined")


def test_another_regions_provider() -> None:
    stacks = Stacks()
    stacks.stacks[PAYMENTS]["provider"]["aws"].append(
        {**stacks.stacks[PAYMENTS]["provider"]["aws"][0], "alias": "far", "region": "eu-west-1"}
    )
    found = one(stacks.changed(PAYMENTS, SUBNET, provider="aws.far"))
    assert found.address == stacks.address(PAYMENTS, SUBNET)
    assert "a provider of eu-west-1 creates it" in found.says


def test_a_route_in_the_hubs_table_by_the_spokes_provider() -> None:
    stacks = Stacks()
    contract = stacks.at(HUB, "contract/parameter")
    table = stacks.reference(HUB, "network/route-table")[2:-1]
    contract["insecure_value"] = contract["insecure_value"].replace(
        "jsonencode({", f'jsonencode({{"route_table" = {table}, ', 1
    )
    local = next(iter(stacks.stacks[PAYMENTS]["locals"]))
    stacks.added(
        PAYMENTS,
        "aws_route",
        provider="aws.spoke",
        route_table_id=f"${{local.{local}.route_table}}",
        destination_cidr_block="10.0.9.0/24",
        transit_gateway_id=f"${{local.{local}.transit_gateway_id}}",
    )
    found = one(stacks)
    assert found.address == f"{PAYMENTS}: aws_route.added"
    assert (
        found.says
        == f"account 222222222222 creates it, and {stacks.address(HUB, 'network/route-table')} is account 111111111111's"
    )


def test_an_instance_in_a_shared_subnet_is_accepted() -> None:
    stacks = Stacks()
    stacks.added(HUB, "aws_ram_resource_share", "subnets", provider="aws.hub", name="subnets")
    share = "${aws_ram_resource_share.subnets.arn}"
    subnet = stacks.reference(HUB, SUBNET)
    stacks.added(
        HUB,
        "aws_ram_resource_association",
        "subnets",
        provider="aws.hub",
        resource_share_arn=share,
        resource_arn=subnet.replace(".id}", ".arn}"),
    )
    stacks.added(
        HUB,
        "aws_ram_principal_association",
        "subnets",
        provider="aws.hub",
        resource_share_arn=share,
        principal="333333333333",
    )
    stacks.stacks[HUB]["provider"]["aws"].append(
        {"alias": "other", "region": "us-east-1", "allowed_account_ids": ["333333333333"]}
    )
    stacks.added(HUB, "aws_network_interface", provider="aws.other", subnet_id=subnet)
    assert refused(stacks) == []
    stacks.stacks[HUB]["provider"]["aws"][-1]["allowed_account_ids"] = ["222222222222"]
    assert one(stacks).address == "hub-core: aws_network_interface.added"


# What is accepted -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_accepted(example: str) -> None:
    assert refused(Stacks(example)) == []


def test_what_exists_is_accepted() -> None:
    assert refusals(Recorded().network) == ()


def test_what_exists_is_accepted_whatever_it_looks_like() -> None:
    """AWS lets the DNS attributes of a VPC be changed under its endpoints."""
    snapshot = Recorded()
    for attribute in snapshot.items("VpcAttributes"):
        attribute["EnableDnsHostnames"] = {"Value": False}
    assert refusals(snapshot.network) == ()


def test_stacks_on_the_network_that_they_made_are_accepted() -> None:
    joined = join(Recorded().network, Stacks().network)
    assert refusals(joined) == ()


def test_a_subnet_that_overlaps_one_that_exists_may_be_the_same() -> None:
    stacks = Stacks()
    vpc = Recorded().vpc("111111111111")
    stacks.added(
        LEDGER, "aws_subnet", provider="aws.hub", vpc_id=vpc, cidr_block="10.0.0.0/24", availability_zone_id="use1-az1"
    )
    alone = read(
        [
            (
                "extra",
                {
                    **stacks.stacks[LEDGER],
                    "resource": {"aws_subnet": {"added": stacks.stacks[LEDGER]["resource"]["aws_subnet"]["added"]}},
                },
            )
        ]
    )
    found = refusals(join(Recorded().network, alone))
    assert [(each.address, each.certain) for each in found if "overlaps" in each.says] == [
        ("extra: aws_subnet.added", False)
    ]


def test_a_rule_of_another_account_that_nobody_shares() -> None:
    stacks = Stacks().changed(PAYMENTS, "resolver/exemption-efs", provider="aws.hub")
    found = [each for each in refusals(stacks.network) if "is in no share" in each.says]
    assert [each.address for each in found] == [stacks.address(PAYMENTS, "resolver/exemption-efs-association")]


def test_ports_that_end_before_they_begin() -> None:
    """Of a rule that lets the hub's own VPC in, and that no spoke needs."""
    stacks = Stacks().changed(HUB, "endpoints/ingress-https-443-hub", to_port=22)
    (found,) = refusals(stacks.network)
    assert found.address == stacks.address(HUB, "endpoints/ingress-https-443-hub")
    assert found.says == "its ports go from 443 to 22 (InvalidParameterValue)"
