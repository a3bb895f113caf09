"""What counts against each quota, where the most is, and what a resolver address answers."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from assurance.capacity import Figure, figures
from assurance.flows import EVERYWHERE
from network.model import (
    Attachment,
    Forwarder,
    Gateway,
    GatewayRoute,
    GatewayTable,
    InterfaceEndpoint,
    Link,
    Network,
    Owner,
    ResolverEndpoint,
    ResolverRule,
    Route,
    RouteTable,
    RuleAssociation,
    SecurityGroup,
    SecurityRule,
    Share,
    Subnet,
    Vpc,
)

HERE = Owner("111111111111", "us-east-1")
THERE = Owner("111111111111", "eu-west-1")
OTHERS = Owner("222222222222", "us-east-1")
PLACE = "account 111111111111 in us-east-1"
NET = IPv4Network("10.0.0.0/24")


def vpc(name: str, owner: Owner = HERE) -> Vpc:
    return Vpc(name, name, owner, (NET,), dns_support=True, dns_hostnames=True)


def rule(protocol: Any = "-1", first: int = 0, last: int = 65535, peer: IPv4Network = EVERYWHERE) -> SecurityRule:
    return SecurityRule("rule", protocol, first, last, peer)


def endpoint(name: str, direction: str = "INBOUND", owner: Owner = HERE, interfaces: int = 2) -> ResolverEndpoint:
    places = tuple(("subnet", IPv4Address(f"10.0.0.{at + 10}")) for at in range(interfaces))
    return ResolverEndpoint(name, owner, direction, places, ("group",))


def found(network: Network, **queries: int) -> dict[str, Figure]:
    return {figure.what: figure for figure in figures(network, queries)}


def links(count: int) -> tuple[Link, ...]:
    return tuple(Link(f"link {at}", f"target {at}") for at in range(count))


def parts(*named: Any) -> dict[str, Any]:
    return {part.address: part for part in named}


def routes(count: int) -> tuple[Route, ...]:
    return tuple(Route(f"route {at}", IPv4Network(f"10.{at}.0.0/16"), "transit_gateway", "tgw") for at in range(count))


def full() -> Network:
    """Two of everything that is counted by place, of unequal size; in other accounts and regions one more."""
    rules = [
        ResolverRule("rule a", HERE, "a.example", "FORWARD", "in", (Forwarder(IPv4Address("10.0.0.10"), 53),) * 3),
        ResolverRule("rule b", HERE, "b.example", "FORWARD", "in", (Forwarder(IPv4Address("10.0.0.10"), 53),)),
        ResolverRule("rule c", THERE, "c.example", "FORWARD", "in", ()),
    ]
    return Network(
        vpcs=parts(vpc("hub"), vpc("second"), vpc("third"), vpc("elsewhere", THERE), vpc("theirs", OTHERS)),
        subnets=parts(*(Subnet(f"subnet {at}", at.split()[0], "z", NET, "t") for at in ("hub 1", "hub 2", "second 1"))),
        tables=parts(RouteTable("few", "hub", routes(2)), RouteTable("many", "hub", routes(7))),
        groups=parts(
            SecurityGroup("small", "hub", (rule(),) * 3, (rule(),) * 4),
            SecurityGroup("large", "hub", (rule(),) * 9, (rule(),)),
        ),
        gateways=parts(Gateway("tgw", HERE, auto_accept=False), Gateway("far", THERE, auto_accept=False)),
        attachments=parts(*(Attachment(f"attachment {at}", HERE, "tgw", "hub", ()) for at in range(4))),
        gateway_tables=parts(
            GatewayTable("table a", "tgw", links(9), links(2), (GatewayRoute("static", NET, None),) * 3),
            GatewayTable("table b", "tgw", links(9), links(4), (GatewayRoute("static", NET, None),)),
            GatewayTable("table c", "far", (), links(1)),
        ),
        resolver_endpoints=parts(
            endpoint("in"), endpoint("out", "OUTBOUND", interfaces=5), endpoint("far", owner=THERE)
        ),
        rules=parts(*rules),
        rule_associations=tuple(
            RuleAssociation(f"use {at}", OTHERS if at else HERE, "rule a", "hub") for at in range(6)
        ),
        interface_endpoints=parts(
            *(
                InterfaceEndpoint(
                    f"endpoint {at}", "hub" if at else "second", "kms", (), ("group",) * at, private_dns=True
                )
                for at in range(4)
            )
        ),
        shares=(
            Share("one", HERE, external=False, resources=links(3), principals=links(1)),
            Share("two", HERE, external=False, resources=links(2), principals=links(8)),
        ),
    )


QUOTAS = {
    "resources of a share": ("one", 3, 5_000),
    "principals of a share": ("two", 8, 5_000),
    "resolver endpoints of an account and region": (PLACE, 2, 4),
    "addresses of a resolver endpoint": ("out", 5, 6),
    "rules of an account and region": (PLACE, 2, 1_000),
    "targets of a rule": ("rule a", 3, 6),
    "rule associations of an account and region": ("account 222222222222 in us-east-1", 5, 2_000),
    "gateways of an account and region": (PLACE, 1, 5),
    "attachments of a gateway": ("tgw", 4, 5_000),
    "tables of a gateway": ("tgw", 2, 20),
    "routes of a gateway, all tables together": ("tgw", 10, 10_000),
    "VPCs of an account and region": (PLACE, 3, 5),
    "subnets of a VPC": ("hub", 2, 200),
    "routes of a VPC's table": ("many", 7, 50),
    "rules of a security group, one way": ("large", 9, 60),
    "interface endpoints of a VPC": ("hub", 3, 50),
    "security groups of an interface": ("endpoint 3", 3, 5),
}
"""The place with the most, how many there are, and AWS's default quota as its pages have it."""


@pytest.mark.parametrize("what", QUOTAS)
def test_a_quota_is_held_against_the_place_that_takes_the_most_of_it(what: str) -> None:
    figure = found(full())[what]
    assert (figure.where, figure.value, figure.limit) == QUOTAS[what], figure
    assert figure.source.startswith("https://docs.aws.amazon.com/"), figure


def test_every_quota_is_listed_above_and_nothing_is_listed_of_which_there_is_none() -> None:
    assert found(full()).keys() == QUOTAS.keys()
    assert found(Network()) == {}
    one = Network(vpcs=parts(vpc("hub")))
    assert {what: figure.value for what, figure in found(one).items() if figure.value} == {
        "VPCs of an account and region": 1
    }


def test_the_fullest_is_first() -> None:
    shown = figures(full(), {})
    fullness = [figure.value / figure.limit for figure in shown]
    assert fullness == sorted(fullness, reverse=True), shown
    assert shown[0].what == "addresses of a resolver endpoint", shown[0]


@pytest.mark.parametrize(("value", "fits"), [(4, True), (5, True), (6, False)])
def test_a_quota_may_be_used_up_but_not_exceeded(value: int, *, fits: bool) -> None:
    assert Figure("what", "where", value, 5, "source").fits is fits


def resolving(direction: str, *groups: SecurityGroup) -> Network:
    """A hub with one resolver endpoint of two addresses."""
    own = replace(endpoint("resolver", direction), groups=tuple(group.address for group in groups))
    return Network(
        vpcs=parts(vpc("hub")),
        subnets=parts(Subnet("subnet", "hub", "z", NET, "table")),
        groups=parts(*groups),
        resolver_endpoints=parts(own),
    )


def limit(direction: str, *groups: SecurityGroup) -> int:
    (figure,) = (
        f for f in figures(resolving(direction, *groups), {"hub": 5_000}) if f.where == "resolver" and f.value == 5_000
    )
    return figure.limit


TRACKED, UNTRACKED = 2 * 1_500, 2 * 10_000


@pytest.mark.parametrize(
    ("direction", "ingress", "egress", "expected"),
    [
        ("INBOUND", rule("udp", 53, 53), rule("udp"), UNTRACKED),
        ("INBOUND", rule("-1"), rule("-1"), UNTRACKED),
        ("INBOUND", rule("udp", 53, 53), rule("-1", 0, 0), UNTRACKED),
        ("INBOUND", rule("tcp", 53, 53), rule("udp"), TRACKED),
        ("INBOUND", rule("udp", 53, 53), rule("udp", 1024), TRACKED),
        ("INBOUND", rule("udp", 53, 53), rule("udp", 0, 65534), TRACKED),
        ("INBOUND", rule("udp"), rule("udp", 53, 53), TRACKED),
        ("INBOUND", rule("udp", 53, 53, NET), rule("udp"), TRACKED),
        ("INBOUND", rule("-1", peer=NET), rule("-1"), TRACKED),
        ("OUTBOUND", rule("udp"), rule("udp", 53, 53), UNTRACKED),
        ("OUTBOUND", rule("udp", 53, 53), rule("udp"), TRACKED),
    ],
    ids=str,
)
def test_connections_are_tracked_unless_rules_for_all_addresses_allow_queries_and_answers(
    direction: str, ingress: SecurityRule, egress: SecurityRule, expected: int
) -> None:
    """Queries to port 53, and answers to every port: all of it in both directions, from and to everywhere."""
    assert limit(direction, SecurityGroup("group", "hub", (ingress,), (egress,))) == expected


def test_without_any_rule_connections_are_taken_to_be_tracked() -> None:
    assert limit("INBOUND") == TRACKED
    assert limit("INBOUND", SecurityGroup("group", "hub", (rule(),), ())) == TRACKED
    assert limit("INBOUND", SecurityGroup("group", "hub", (), (rule(),))) == TRACKED


def test_the_groups_of_an_endpoint_count_together() -> None:
    both = SecurityGroup("in", "hub", (rule(),), ()), SecurityGroup("out", "hub", (), (rule(),))
    assert limit("INBOUND", *both) == UNTRACKED


def test_only_a_hub_with_an_expected_rate_has_a_figure_for_it() -> None:
    network = resolving("INBOUND")
    assert [f for f in figures(network, {"other": 5_000}) if "DNS queries" in f.what] == []
    assert [f for f in figures(replace(network, subnets={}), {"hub": 5_000}) if "DNS queries" in f.what] == []
    assert [f for f in figures(replace(network, vpcs={}), {"hub": 5_000}) if "DNS queries" in f.what] == []
    (figure,) = (f for f in figures(network, {"hub": 5_000}) if "DNS queries" in f.what)
    assert figure.what == "DNS queries per second, 1,500 per address", figure
