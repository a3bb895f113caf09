"""Differences between two networks that say nothing about a path, and those that do."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from network.model import (
    Acl,
    AclEntry,
    Forwarder,
    GatewayRoute,
    HostedZone,
    Link,
    Network,
    Route,
    SecurityRule,
    Unknown,
)
from network.terraform.reader import read
from review.differences import Difference, differences
from tests.examples import stacks_of

Stacks = dict[str, Any]


def network_of(change: Callable[[Stacks], None] = lambda _: None) -> Network:
    stacks = deepcopy(stacks_of("quickstart"))
    change(stacks)
    return read(stacks.items())


DESIGNED = network_of()


def found_after(change: Callable[[Stacks], None]) -> list[Difference]:
    return list(differences(DESIGNED, network_of(change)))


def resource(stacks: Stacks, stack: str, kind: str, having: str = "") -> tuple[dict[str, Any], str]:
    blocks = stacks[stack]["resource"][kind]
    (name,) = [name for name in blocks if having in name]
    return blocks, name


def without(stack: str, kind: str, having: str = "") -> Callable[[Stacks], None]:
    def change(stacks: Stacks) -> None:
        blocks, name = resource(stacks, stack, kind, having)
        del blocks[name]

    return change


def test_a_network_does_not_differ_from_itself() -> None:
    assert list(differences(DESIGNED, network_of())) == []


@pytest.mark.parametrize("example", ["minimal", "production", "two-hubs"])
def test_no_example_differs_from_itself(example: str) -> None:
    network = read(stacks_of(example).items())
    assert list(differences(network, read(stacks_of(example).items()))) == []


@pytest.mark.parametrize(
    ("stack", "kind", "having", "subject", "part"),
    [
        ("spoke-core-payments", "aws_route", "", "payments", "routes"),
        ("hub-core", "aws_route", "", "core", "routes"),
        ("hub-core", "aws_vpc_endpoint", "kms", "core", "interface endpoints"),
        ("spoke-core-payments", "aws_vpc_endpoint", "s3", "payments", "gateway endpoints"),
        (
            "spoke-core-payments",
            "aws_route53_resolver_rule_association",
            "rule-us-east-1",
            "payments",
            "resolver rules",
        ),
    ],
)
def test_a_part_that_is_missing_is_named(stack: str, kind: str, having: str, subject: str, part: str) -> None:
    found = found_after(without(stack, kind, having))
    assert (subject, part) in {(each.subject, each.part) for each in found if each.missing}, found
    assert {each.subject for each in found} == {subject}, found


def test_a_change_that_breaks_no_path_is_a_difference() -> None:
    def change(stacks: Stacks) -> None:
        blocks, name = resource(stacks, "spoke-core-payments", "aws_route")
        blocks["by_hand"] = {**blocks[name], "destination_cidr_block": "192.168.0.0/16"}

    (found,) = found_after(change)
    assert (found.subject, found.part, found.missing) == ("payments", "routes", ())
    assert {text.partition(": ")[2] for text in found.added} == {"192.168.0.0/16 to transit gateway"}, found


def test_a_value_that_could_not_be_determined_is_not_taken_as_equal() -> None:
    def change(stacks: Stacks) -> None:
        blocks, name = resource(stacks, "spoke-core-payments", "aws_vpc")
        blocks[name]["enable_dns_support"] = "${var.dns}"

    (found,) = found_after(change)
    assert found == Difference(
        "spoke-core-payments", "payments", "VPC", ("DNS support on",), ("DNS support could not be determined",)
    )


def test_a_spoke_that_only_one_network_has_is_one_difference() -> None:
    stacks = {name: stack for name, stack in stacks_of("quickstart").items() if name != "spoke-core-payments"}
    found = [each for each in differences(DESIGNED, read(stacks.items())) if each.subject == "payments"]
    assert found == [Difference("spoke-core-payments", "payments", "VPC", ("VPC payments",), ())]


def test_only_the_stacks_that_are_asked_for_are_compared() -> None:
    changed = network_of(without("spoke-core-payments", "aws_route"))
    assert list(differences(DESIGNED, changed, ["spoke-core-ledger"])) == []


# Part by part -----------------------------------------------------------------------------------------------------

CORE, PAYMENTS = "core", "payments"
UNKNOWN = Unknown("nobody says")


def after(**parts: Any) -> list[Difference]:
    """What differs after parts of the designed network are put in place of its own, by the name of their field."""
    return list(differences(DESIGNED, replace(DESIGNED, **parts)))


def changed(field: str, choose: Callable[[Any], bool], **values: Any) -> list[Difference]:
    """What differs after some values of one kind are changed."""
    parts = getattr(DESIGNED, field)
    assert any(choose(part) for part in parts.values()), f"nothing of {field} is chosen"
    return after(**{field: {at: replace(part, **values) if choose(part) else part for at, part in parts.items()}})


def only(found: list[Difference], subject: str, part: str) -> Difference:
    assert [(each.subject, each.part) for each in found] == [(subject, part)], found
    return found[0]


def of_vpc(name: str) -> Callable[[Any], bool]:
    address = {**DESIGNED.hubs, **DESIGNED.spokes}[name].address
    return lambda part: bool(part.vpc == address)


def test_each_attribute_of_a_vpc_counts() -> None:
    def payments(vpc: Any) -> bool:
        return bool(vpc.name == PAYMENTS)

    found = only(changed("vpcs", payments, dns_hostnames=False), PAYMENTS, "VPC")
    assert (found.missing, found.added) == (("DNS hostnames on",), ("DNS hostnames off",))
    found = only(changed("vpcs", payments, dns_support=False), PAYMENTS, "VPC")
    assert (found.missing, found.added) == (("DNS support on",), ("DNS support off",))
    found = only(changed("vpcs", payments, cidrs=(IPv4Network("10.9.0.0/24"), UNKNOWN)), PAYMENTS, "VPC")
    assert found.added == ("10.9.0.0/24", "could not be determined")


def test_a_subnet_counts_with_its_range_and_zone() -> None:
    found = changed("subnets", lambda subnet: subnet.cidr == IPv4Network("10.0.4.0/26"), zone=UNKNOWN)
    assert (
        Difference(
            "spoke-core-payments",
            PAYMENTS,
            "subnets",
            ("10.0.4.0/26 in use1-az1",),
            ("10.0.4.0/26 in could not be determined",),
        )
        in found
    ), found


def test_a_table_that_was_not_read_and_a_route_to_a_gateway_endpoint() -> None:
    tables = {at: table for at, table in DESIGNED.tables.items() if not of_vpc(PAYMENTS)(table)}
    found = only(after(tables=tables), PAYMENTS, "routes")
    assert {text.partition(": ")[2] for text in found.added} == {"the route table could not be determined"}
    listed = Route("route", "com.amazonaws.us-east-1.s3", "vpc_endpoint", "endpoint")
    assert changed("tables", of_vpc(PAYMENTS), routes=(*routes_of(PAYMENTS), listed)) == []


def routes_of(name: str) -> tuple[Route, ...]:
    return next(table.routes for table in DESIGNED.tables.values() if of_vpc(name)(table) and table.routes)


def entry(number: int = 100, **values: Any) -> AclEntry:
    return replace(AclEntry("entry", number, "-1", 0, 65535, IPv4Network("0.0.0.0/0"), allow=True), **values)


@pytest.mark.parametrize(
    ("ingress", "egress", "shown"),
    [
        ((entry(),), (entry(),), None),
        ((entry(200, allow=False), entry(100)), (entry(),), None),
        ((entry(),), (), "ingress 100 allows everything 0.0.0.0/0"),
        (
            (entry(allow=False),),
            (entry(),),
            "ingress 100 denies everything 0.0.0.0/0; egress 100 allows everything 0.0.0.0/0",
        ),
        (
            (entry(200), entry(100, allow=False)),
            (),
            "ingress 100 denies everything 0.0.0.0/0; ingress 200 allows everything 0.0.0.0/0",
        ),
        ((entry(protocol="tcp"),), (), "ingress 100 allows tcp 0-65535 0.0.0.0/0"),
        ((entry(protocol="udp", first_port=53, last_port=53),), (), "ingress 100 allows udp 53 0.0.0.0/0"),
        ((entry(cidr=IPv4Network("10.0.0.0/8")),), (), "ingress 100 allows everything 10.0.0.0/8"),
        ((entry(cidr=UNKNOWN),), (), "ingress 100 allows everything could not be determined"),
    ],
    ids=str,
)
def test_an_acl_counts_unless_it_allows_everything_as_the_default_one_does(
    ingress: tuple[AclEntry, ...], egress: tuple[AclEntry, ...], shown: str | None
) -> None:
    subnets = {
        at: replace(subnet, acl="acl") if of_vpc(PAYMENTS)(subnet) else subnet
        for at, subnet in DESIGNED.subnets.items()
    }
    found = after(subnets=subnets, acls={"acl": Acl("acl", ingress, egress)})
    if shown is None:
        assert found == []
        return
    assert {text.partition(": ")[2] for text in only(found, PAYMENTS, "network ACLs").added} == {shown}


@pytest.mark.parametrize("acl", [UNKNOWN, "not read"], ids=str)
def test_an_acl_that_is_not_known_is_not_the_default_one(acl: Any) -> None:
    found = only(changed("subnets", of_vpc(PAYMENTS), acl=acl), PAYMENTS, "network ACLs")
    assert {text.partition(": ")[2] for text in found.added} == {"could not be determined"}


def test_an_attachment_counts_with_its_zones() -> None:
    found = only(changed("attachments", of_vpc(PAYMENTS), subnets=("not read",)), PAYMENTS, "attachments")
    assert (found.missing, found.added) == (
        ("in use1-az1", "in use1-az2", "in use1-az4"),
        ("in could not be determined",),
    ), found


def test_a_gateways_table_counts_with_whom_it_leads_to() -> None:
    address = next(each.address for each in DESIGNED.attachments.values() if of_vpc(PAYMENTS)(each))
    links = {
        at: replace(table, associations=tuple(link for link in table.associations if link.target != address))
        for at, table in DESIGNED.gateway_tables.items()
    }
    found = only(after(gateway_tables=links), PAYMENTS, "gateway tables")
    assert found.added == ("no association with a route table",)
    assert found.missing == ("propagation from core",)


@pytest.mark.parametrize(
    ("attachment", "shown"),
    [
        (None, "static route 10.9.0.0/16 to blackhole"),
        ("not read", "static route 10.9.0.0/16 to an attachment that was not read"),
        ("elsewhere", "static route 10.9.0.0/16 to a VPC that was not read"),
    ],
)
def test_a_static_route_of_a_gateways_table_counts(attachment: str | None, shown: str) -> None:
    route = GatewayRoute("route", IPv4Network("10.9.0.0/16"), attachment)
    spokes = next(table for table in DESIGNED.gateway_tables.values() if len(table.associations) > 1)
    tables = {**DESIGNED.gateway_tables, spokes.address: replace(spokes, routes=(route,))}
    some = next(iter(DESIGNED.attachments.values()))
    elsewhere = replace(some, address="elsewhere", vpc="vpc-9")
    found = after(gateway_tables=tables, attachments={**DESIGNED.attachments, "elsewhere": elsewhere})
    assert [(each.subject, each.part, each.added) for each in found] == [
        (name, "gateway tables", (shown,)) for name in ("ledger", PAYMENTS)
    ], found


def test_fixed_addresses_count_for_inbound_endpoints_and_zones_for_outbound_ones() -> None:
    moved = {
        at: replace(each, interfaces=tuple((subnet, IPv4Address("10.0.0.200")) for subnet, _ in each.interfaces))
        for at, each in DESIGNED.resolver_endpoints.items()
    }
    found = only(after(resolver_endpoints=moved), CORE, "resolver endpoints")
    assert found.added == ("INBOUND at 10.0.0.200",)
    assert all(text.startswith("INBOUND at ") for text in found.missing), found
    anywhere = {
        at: replace(each, interfaces=tuple((subnet, None) for subnet, _ in each.interfaces))
        for at, each in DESIGNED.resolver_endpoints.items()
    }
    found = only(after(resolver_endpoints=anywhere), CORE, "resolver endpoints")
    assert found.added == ("INBOUND at use1-az1", "INBOUND at use1-az2", "INBOUND at use1-az4")


def test_a_rule_counts_with_its_domain_kind_and_targets() -> None:
    def forwards(rule: Any) -> bool:
        return bool(rule.kind == "FORWARD")

    found = changed("rules", forwards, targets=(Forwarder(IPv4Address("10.0.0.99"), 5353), Forwarder(UNKNOWN, 53)))
    assert {(each.subject, each.part, each.added) for each in found} == {
        (name, "resolver rules", ("us-east-1.amazonaws.com FORWARD to 10.0.0.99:5353, could not be determined:53",))
        for name in ("ledger", PAYMENTS)
    }
    found = changed("rules", forwards, targets=(), kind="SYSTEM")
    assert {each.added for each in found} == {("us-east-1.amazonaws.com SYSTEM",)}
    rules = {at: rule for at, rule in DESIGNED.rules.items() if not forwards(rule)}
    assert {each.added for each in after(rules=rules)} == {("a rule that was not read",)}


def test_a_private_zone_counts_where_a_vpc_has_it() -> None:
    zone = HostedZone("zone", "example.com", (Link("link", DESIGNED.spokes[PAYMENTS].address),))
    found = only(after(zones={"zone": zone}), PAYMENTS, "private zones")
    assert found.added == ("example.com",)
    assert after(zones={"zone": replace(zone, vpcs=())}) == []


def test_an_interface_endpoint_counts_with_private_dns_and_zones() -> None:
    def kms(endpoint: Any) -> bool:
        return str(endpoint.service).endswith(".kms")

    service = "com.amazonaws.us-east-1.kms"
    found = only(changed("interface_endpoints", kms, private_dns=False), CORE, "interface endpoints")
    assert (found.missing, found.added) == ((f"{service}: private DNS on",), (f"{service}: private DNS off",))
    found = only(changed("interface_endpoints", kms, subnets=("not read",)), CORE, "interface endpoints")
    assert found.added == (f"{service} in could not be determined",)
    found = only(changed("interface_endpoints", kms, groups=("not read",)), CORE, "security groups")
    assert found.added == (f"{service}: a group that was not read",)


def test_a_gateway_endpoint_counts_for_the_subnets_of_its_tables() -> None:
    found = only(changed("gateway_endpoints", of_vpc(PAYMENTS), tables=()), PAYMENTS, "gateway endpoints")
    assert (found.added, len(found.missing) > 0) == ((), True)
    assert all(text.startswith("com.amazonaws.us-east-1.s3 for 10.0.4.") for text in found.missing), found


@pytest.mark.parametrize(
    ("protocol", "first", "last", "peer", "shown"),
    [
        ("tcp", 22, 22, IPv4Network("10.0.0.0/8"), "tcp 22 10.0.0.0/8"),
        ("udp", 0, 65535, "group", "udp 0-65535 a security group"),
        ("-1", 0, 65535, UNKNOWN, "everything could not be determined"),
        (
            UNKNOWN,
            1,
            UNKNOWN,
            IPv4Network("10.0.0.0/8"),
            "could not be determined 1-could not be determined 10.0.0.0/8",
        ),
    ],
    ids=str,
)
def test_a_rule_of_a_group_counts_by_what_the_group_protects(
    protocol: Any, first: Any, last: Any, peer: Any, shown: str
) -> None:
    rule = SecurityRule("rule", protocol, first, last, peer)
    endpoint = next(each for each in DESIGNED.resolver_endpoints.values() if each.direction == "INBOUND")
    (group,) = endpoint.groups
    groups = {**DESIGNED.groups, str(group): replace(DESIGNED.groups[str(group)], egress=(rule,))}
    found = only(after(groups=groups), CORE, "security groups")
    assert found.added == (f"INBOUND resolver endpoint: egress {shown}",)


def test_a_hub_or_spoke_that_only_the_second_network_has() -> None:
    fewer = replace(DESIGNED, vpcs={at: vpc for at, vpc in DESIGNED.vpcs.items() if vpc.name != PAYMENTS})
    found = [each for each in differences(fewer, DESIGNED) if each.part == "VPC"]
    assert found == [Difference("spoke-core-payments", PAYMENTS, "VPC", (), ("VPC payments",))]
