"""Which part of a snapshot is which part of a stack, and what is not known where that cannot be told."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from network.join import join
from network.model import (
    Acl,
    AclEntry,
    Attachment,
    HostedZone,
    InterfaceEndpoint,
    Link,
    Network,
    Owner,
    Record,
    ResolverRule,
    RouteTable,
    Share,
    Subnet,
    Unknown,
    Vpc,
)

OWNER = Owner("111111111111", "us-east-1")
OTHER = Owner("222222222222", "us-east-1")
NET = IPv4Network("10.0.0.0/24")
OPEN = Unknown("var.value")


def known(value: object) -> object:
    """A value, or `unknown` whatever the reason."""
    return "unknown" if isinstance(value, Unknown) else value


def rules(prefix: str, *domains: str) -> dict[str, ResolverRule]:
    """Rules of the stack `s`, which are told apart by their domains."""
    named = {f"s: {prefix}{at}": domain for at, domain in enumerate(domains)}
    return {at: ResolverRule(at, OWNER, domain, "FORWARD", None, ()) for at, domain in named.items()}


ATTACHED = "s: aws_ec2_transit_gateway_vpc_attachment.x"
RECORDED, BUILT = "rslvr-rr-", "aws_route53_resolver_rule.r"


@pytest.mark.parametrize(
    ("exists", "built", "kept", "undetermined"),
    [
        (("a",), ("b",), [], 0),
        (("a", "b"), ("b", "a"), [], 0),
        (("a", "b"), ("a",), ["s: rslvr-rr-1"], 0),
        (("a", "c"), ("a", "b"), [], 1),
        (("c",), ("a", "b"), [], 1),
        (("c", "d"), ("a", "b"), [], 2),
        (("c", "d", "e"), ("a", "b"), ["s: rslvr-rr-0", "s: rslvr-rr-1", "s: rslvr-rr-2"], 0),
        (("a", "a"), ("a", "a"), [], 2),
        (("a", "a"), ("a",), ["s: rslvr-rr-0", "s: rslvr-rr-1"], 0),
        (("a",), (), ["s: rslvr-rr-0"], 0),
    ],
    ids=str,
)
def test_a_part_is_the_only_one_of_its_stack_or_the_only_one_with_its_job(
    exists: tuple[str, ...], built: tuple[str, ...], kept: list[str], undetermined: int
) -> None:
    """What only the snapshot has of a stack stays and is not known; what may be one of several is listed."""
    base, change = Network(rules=rules(RECORDED, *exists)), Network(rules=rules(BUILT, *built))
    change = replace(change, vpcs={"s: aws_vpc.v": vpc("s: aws_vpc.v")})
    found = join(base, change)
    assert sorted(found.rules) == sorted([*change.rules, *kept])
    assert {known(found.rules[at].kind) for at in kept} <= {"unknown"}
    assert {found.rules[at].kind for at in change.rules} <= {"FORWARD"}
    assert len([line for line in found.unmodelled if " is s: aws" in line]) == undetermined, found.unmodelled
    assert [line for line in found.unmodelled if "and not in the stack" in line] == [
        f"{at} (in the snapshot, and not in the stack)" for at in kept
    ]


def vpc(at: str, **changes: Any) -> Vpc:
    return replace(Vpc(at, "name", OWNER, (NET,), dns_support=True, dns_hostnames=True), **changes)


def test_parts_of_another_stack_stay_as_they_are() -> None:
    base = Network(rules={"t: rslvr-rr-1": ResolverRule("t: rslvr-rr-1", OWNER, "a", "FORWARD", None, ())})
    found = join(base, Network(rules=rules(BUILT, "a")))
    assert found.rules["t: rslvr-rr-1"].kind == "FORWARD"
    assert len(found.rules) == 2


def by_id(kind: str, was: Any, now: Any) -> Any:
    """One part of a snapshot and of a state with the same id, and what becomes of it."""
    base: dict[str, Any] = {kind: {"p: id-1": was}}
    change: dict[str, Any] = {kind: {now.address: now}}
    found = join(Network(**base, ids={"p: id-1": "id-1"}), Network(**change, ids={now.address: "id-1"}))
    parts = getattr(found, kind)
    assert list(parts) == [now.address]
    return parts[now.address]


# What a stack leaves to AWS ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("available", "accepter", "owner", "expected"),
    [
        (True, None, None, (ATTACHED, OWNER)),
        (True, "s: accepter", Owner(OPEN, OPEN), ("s: accepter", OWNER)),
        (True, "s: accepter", OTHER, ("s: accepter", OTHER)),
        (False, None, None, (None, None)),
        (None, None, None, (None, None)),
        (False, "s: accepter", OTHER, ("s: accepter", OTHER)),
    ],
    ids=str,
)
def test_an_attachment_that_was_accepted_stays_so(
    available: bool | None,  # noqa: FBT001  a value
    accepter: str | None,
    owner: Owner | None,
    expected: tuple[str | None, Owner | None],
) -> None:
    was = Attachment("p: id-1", OTHER, "tgw", "vpc", (), "p: id-1", OWNER, available)
    now = Attachment(ATTACHED, OTHER, "tgw", "vpc", (), accepter, owner)
    found = by_id("attachments", was, now)
    assert (found.accepter, found.accepter_owner) == expected


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("acl-1", None, "acl-1"),
        ("acl-1", "acl-2", "acl-2"),
        (None, None, None),
        (None, "acl-2", "acl-2"),
    ],
)
def test_a_subnet_that_the_stack_gives_no_acl_has_the_one_that_aws_reports(
    was: str | None, now: str | None, expected: str | None
) -> None:
    subnet = Subnet("s: aws_subnet.x", "vpc", "z1", NET, "table", now)
    assert by_id("subnets", replace(subnet, address="p: id-1", acl=was), subnet).acl == expected


def test_a_vpc_keeps_its_name_servers_and_its_default_group_unless_the_stack_has_its_own() -> None:
    was = vpc("p: id-1", name_servers=("192.0.2.53",), default_group="sg-1", dns_support=False)
    found = by_id("vpcs", was, vpc("s: aws_vpc.x"))
    assert (found.name_servers, found.default_group, found.dns_support) == (("192.0.2.53",), "sg-1", True)
    found = by_id("vpcs", was, vpc("s: aws_vpc.x", name_servers=("192.0.2.1",), default_group="sg-2"))
    assert (found.name_servers, found.default_group) == (("192.0.2.1",), "sg-2")


def endpoint(at: str, **changes: Any) -> InterfaceEndpoint:
    return replace(InterfaceEndpoint(at, "vpc", "kms", ("subnet-1",), ("sg-1",), private_dns=True), **changes)


def test_an_endpoint_has_the_addresses_that_aws_gave_it() -> None:
    told = (("subnet-1", IPv4Address("10.0.0.9")),)
    found = by_id("interface_endpoints", endpoint("p: id-1", addresses=told), endpoint("s: aws_vpc_endpoint.x"))
    assert found.addresses == told


# What nobody says -------------------------------------------------------------------------------------------------


def left_over(kind: str, part: Any) -> Any:
    """A part of the stack `s` that only the snapshot has."""
    base: dict[str, Any] = {kind: {part.address: part}}
    found = join(Network(**base), Network(vpcs={"s: aws_vpc.v": vpc("s: aws_vpc.v")}))
    assert f"{part.address} (in the snapshot, and not in the stack)" in found.unmodelled, found.unmodelled
    return getattr(found, kind)[part.address]


def test_what_a_stack_does_not_say_any_more_may_be_there_or_not() -> None:
    attachment = left_over("attachments", Attachment("s: att-1", OWNER, "tgw", "vpc", (), available=True))
    assert known(attachment.available) == "unknown"
    kept = left_over("interface_endpoints", endpoint("s: vpce-1"))
    assert (known(kept.private_dns), [known(each) for each in kept.subnets]) == ("unknown", ["subnet-1", "unknown"])
    zone = HostedZone(
        "s: Z1", "example.com", (), (Record("s: Z1#a", "a.example.com", (IPv4Address("10.0.0.9"),), None),)
    )
    records = {each.name: (each.values, known(each.alias)) for each in left_over("zones", zone).records}
    assert records == {"example.com": ((), "unknown"), "*.example.com": ((), "unknown")}
    assert left_over("zones", replace(zone, domain=OPEN)).records == ()


def test_a_share_that_the_stack_does_not_say_may_admit_anybody() -> None:
    share = Share("s: share-1", OWNER, external=False, resources=(Link("r", "tgw"),), principals=(Link("p", "2" * 12),))
    found = join(Network(shares=(share,)), Network(vpcs={"s: aws_vpc.v": vpc("s: aws_vpc.v")}))
    ((kept,),) = (found.shares,)
    assert [known(link.target) for link in kept.principals] == ["unknown"]
    assert [link.target for link in kept.resources] == ["tgw"]


def test_the_last_entry_of_an_acl_is_certain_and_others_of_the_stack_are_not() -> None:
    def entry(number: int) -> AclEntry:
        return AclEntry(f"s: acl-1#ingress-{number}", number, "-1", 0, 65535, NET, allow=False)

    was = Acl("s: acl-1", (entry(100), entry(200), entry(32767)), ())
    now = Acl("s: aws_network_acl.x", (replace(entry(100), allow=True),), ())
    found = join(Network(acls={was.address: was}), Network(acls={now.address: now}))
    entries = {each.number: (each.allow, known(each.cidr)) for each in found.acls[now.address].ingress}
    assert entries == {100: (True, NET), 200: (False, "unknown"), 32767: (False, NET)}


# Ids and addresses ------------------------------------------------------------------------------------------------


def test_what_aws_made_with_a_vpc_goes_by_its_own_address() -> None:
    base = Network(
        vpcs={"p: vpc-1": vpc("p: vpc-1")},
        tables={"p: rtb-1": RouteTable("p: rtb-1", "p: vpc-1")},
        ids={"p: vpc-1": "vpc-1", "p: rtb-1": "rtb-1"},
    )
    main = "s: aws_vpc.v#default_route_table_id"
    subnet = Subnet("s: aws_subnet.x", "s: aws_vpc.v", "z1", NET, main)
    change = Network(
        vpcs={"s: aws_vpc.v": vpc("s: aws_vpc.v")},
        subnets={subnet.address: subnet},
        ids={"s: aws_vpc.v": "vpc-1", main: "rtb-1"},
    )
    found = join(base, change)
    assert list(found.vpcs) == ["s: aws_vpc.v"]
    assert found.subnets[subnet.address].table == "p: rtb-1"
    assert found.tables["p: rtb-1"].vpc == "s: aws_vpc.v"


def test_an_id_or_the_end_of_an_arn_is_the_resource_with_that_id() -> None:
    base = Network(vpcs={"p: vpc-1": vpc("p: vpc-1")}, ids={"p: vpc-1": "vpc-1"})
    literal = Subnet("s: aws_subnet.x", "vpc-1", "z1", NET, "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1")
    found = join(base, Network(subnets={literal.address: literal})).subnets[literal.address]
    assert (found.vpc, found.table) == ("p: vpc-1", "p: vpc-1")
    unheard = replace(literal, vpc="vpc-9", table="not/an/arn/vpc-1")
    found = join(base, Network(subnets={literal.address: unheard})).subnets[literal.address]
    assert (found.vpc, found.table) == ("vpc-9", "not/an/arn/vpc-1")


def test_an_id_that_two_stacks_claim_is_neithers() -> None:
    base = Network(vpcs={"p: vpc-1": vpc("p: vpc-1")}, ids={"p: vpc-1": "vpc-1"})
    two = {at: vpc(at) for at in ("s: aws_vpc.v", "t: aws_vpc.v")}
    literal = Subnet("u: aws_subnet.x", "vpc-1", "z1", NET, "table")
    change = Network(vpcs=two, subnets={literal.address: literal}, ids=dict.fromkeys(two, "vpc-1"))
    found = join(base, change)
    assert known(found.subnets[literal.address].vpc) == "unknown"
    assert [line for line in found.unmodelled if "p: vpc-1 is s: aws_vpc.v and t: aws_vpc.v" in line]


def test_a_part_that_an_id_has_placed_is_not_placed_again_by_its_tag() -> None:
    """One stack's state knows the id; the other stack of the snapshot's parts was read without ids."""
    base = Network(rules=rules(RECORDED, "a", "b"), ids={"s: rslvr-rr-0": "id-0", "s: rslvr-rr-1": "id-1"})
    claimed = ResolverRule("t: aws_route53_resolver_rule.r", OWNER, "c", "FORWARD", None, ())
    change = Network(rules={**rules(BUILT, "b"), claimed.address: claimed}, ids={claimed.address: "id-0"})
    found = join(base, change)
    assert sorted(found.rules) == [f"s: {BUILT}0", claimed.address]
    assert found.unmodelled == ()
