"""What a packet meets between two VPCs, at each place where it may be dropped or lost sight of."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from assurance.flows import ANY, Flow, Interface
from assurance.packets import Packets
from assurance.path import Path, Verdict, worst
from network.model import (
    Acl,
    AclEntry,
    Attachment,
    Gateway,
    GatewayEndpoint,
    GatewayRoute,
    GatewayTable,
    Link,
    Network,
    Owner,
    Route,
    RouteTable,
    Subnet,
    Unknown,
    Vpc,
)
from tests.assurance.faults import HUB, PAYMENTS, Stacks

OWNER = Owner("111111111111", "us-east-1")
NET = IPv4Network
EVERYWHERE = NET("0.0.0.0/0")
OPEN = Unknown("var.value")
HTTPS = Flow("tcp", 443, 443)
DENY = AclEntry("deny", 10, "-1", 0, 65535, EVERYWHERE, allow=False)
ALLOW = AclEntry("allow", 10, "-1", 0, 65535, EVERYWHERE, allow=True)


def vpc(name: str, *cidrs: str) -> Vpc:
    return Vpc(name, name, OWNER, tuple(map(NET, cidrs)), dns_support=True, dns_hostnames=True)


def route(name: str, destination: Any, target: Any = "gateway", kind: str = "transit_gateway") -> Route:
    return Route(name, NET(destination) if isinstance(destination, str) else destination, kind, target)


def joined() -> Network:
    """Two VPCs on one gateway, each with a workload's subnet and one for the attachment, and routes to each other."""
    return Network(
        vpcs={"a": vpc("a", "10.0.0.0/24"), "b": vpc("b", "10.0.1.0/24")},
        subnets={
            "a work": Subnet("a work", "a", "z1", NET("10.0.0.0/26"), "a table"),
            "a door": Subnet("a door", "a", "z1", NET("10.0.0.192/28"), "a door table"),
            "b work": Subnet("b work", "b", "z1", NET("10.0.1.0/26"), "b table"),
            "b door": Subnet("b door", "b", "z1", NET("10.0.1.192/28"), "b door table"),
        },
        tables={
            "a table": RouteTable("a table", "a", (route("a to b", "10.0.1.0/24"),)),
            "b table": RouteTable("b table", "b", (route("b to a", "10.0.0.0/24"),)),
            "a door table": RouteTable("a door table", "a"),
            "b door table": RouteTable("b door table", "b"),
        },
        gateways={"gateway": Gateway("gateway", OWNER, auto_accept=False)},
        attachments={
            f"{name} attached": Attachment(f"{name} attached", OWNER, "gateway", name, (f"{name} door",))
            for name in ("a", "b")
        },
        gateway_tables={
            "table": GatewayTable(
                "table",
                "gateway",
                associations=(Link("a uses", "a attached"), Link("b uses", "b attached")),
                propagations=(Link("a tells", "a attached"), Link("b tells", "b attached")),
            )
        },
    )


def changed(field: str, name: str, **values: Any) -> Network:
    """The two VPCs after one part is changed."""
    parts = getattr(joined(), field)
    whole: dict[str, Any] = {field: {**parts, name: replace(parts[name], **values)}}
    return replace(joined(), **whole)


def workload(network: Network, name: str = "a work") -> Interface:
    cidr = network.subnets[name].cidr
    assert isinstance(cidr, IPv4Network)
    return Interface(name, name, cidr, None)


def sent(network: Network, flow: Flow = HTTPS, source: str = "a work", target: str = "b work") -> Path:
    """The walk of packets from one workload to another: the worst, where it forks."""
    return worst(Packets(network).there(workload(network, source), workload(network, target), flow))


def shown(value: object) -> str:
    """Parameters in a test's name; a network is too long for one."""
    return "network" if isinstance(value, Network) else str(value)


@pytest.mark.parametrize(
    ("target", "kind", "verdict"),
    [
        ("eni", "network_interface", Verdict.UNKNOWN),
        ("local", "gateway", Verdict.PASSES),
        ("gateway", "transit_gateway", Verdict.PASSES),
    ],
)
def test_only_a_route_to_an_interface_or_endpoint_replaces_the_local_one(
    target: str, kind: str, verdict: Verdict
) -> None:
    network = changed("tables", "a table", routes=(route("middle", "10.0.0.0/24", target, kind),))
    assert sent(network, target="a door").verdict is verdict


def test_two_vpcs_with_routes_to_each_other_are_joined_both_ways() -> None:
    for source, target in (("a work", "b work"), ("b work", "a work")):
        path = sent(joined(), source=source, target=target)
        assert path.verdict is Verdict.PASSES, str(path)
    ways = Packets(joined()).there_and_back(workload(joined()), workload(joined(), "b work"), HTTPS)
    assert [way.verdict for way in ways] == [Verdict.PASSES], "\n".join(map(str, ways))


@pytest.mark.parametrize(
    ("network", "verdict", "at"),
    [
        (changed("tables", "a table", routes=()), Verdict.DROPPED, "a table"),
        (
            changed("tables", "a table", routes=(route("gone", "10.0.1.0/24", kind="blackhole"),)),
            Verdict.DROPPED,
            "gone",
        ),
        (changed("tables", "a table", routes=(route("open", "10.0.1.0/24", OPEN),)), Verdict.UNKNOWN, "open"),
        (changed("tables", "a table", routes=(route("any", OPEN),)), Verdict.UNKNOWN, "any"),
        (
            changed("tables", "a table", routes=(route("out", "0.0.0.0/0", "igw", "internet_gateway"),)),
            Verdict.DROPPED,
            "out",
        ),
        (
            changed("tables", "a table", routes=(route("peer", "10.0.1.0/24", "pcx", "peering"),)),
            Verdict.UNKNOWN,
            "peer",
        ),
        (changed("subnets", "a work", table="not read"), Verdict.UNKNOWN, "a work"),
        (changed("subnets", "a work", table=OPEN), Verdict.UNKNOWN, "a work"),
        (
            changed("tables", "a table", routes=(route("far", "10.0.1.0/24", "elsewhere"),)),
            Verdict.UNKNOWN,
            "elsewhere",
        ),
        (replace(joined(), attachments={}), Verdict.DROPPED, "a"),
        (changed("attachments", "a attached", gateway="another"), Verdict.DROPPED, "a"),
        (changed("subnets", "a work", zone="z2"), Verdict.DROPPED, "a attached"),
        (changed("subnets", "a work", zone=OPEN), Verdict.UNKNOWN, "a attached"),
        (changed("subnets", "a work", zone="use1-az1"), Verdict.UNKNOWN, "a attached"),
        (changed("subnets", "a door", zone=OPEN), Verdict.UNKNOWN, "a attached"),
        (changed("attachments", "a attached", subnets=(OPEN,)), Verdict.UNKNOWN, "a attached"),
        (changed("attachments", "b attached", subnets=("b door", "not read")), Verdict.UNKNOWN, "b attached"),
        (changed("attachments", "b attached", subnets=()), Verdict.UNKNOWN, "b attached"),
        (changed("attachments", "a attached", available=False), Verdict.DROPPED, "a attached"),
        (changed("attachments", "b attached", available=False), Verdict.DROPPED, "b attached"),
        (changed("attachments", "b attached", available=OPEN), Verdict.UNKNOWN, "b attached"),
        (changed("gateway_tables", "table", associations=()), Verdict.DROPPED, "a attached"),
        (changed("gateway_tables", "table", associations=(Link("unclear", OPEN),)), Verdict.UNKNOWN, "unclear"),
        (
            changed("gateway_tables", "table", associations=(Link("a uses", "a attached"),) * 2),
            Verdict.UNKNOWN,
            "a uses",
        ),
        (
            changed("gateway_tables", "table", associations=(Link("a uses", "a attached", Owner("2" * 12, "r")),)),
            Verdict.DROPPED,
            "a uses",
        ),
        (changed("gateway_tables", "table", propagations=()), Verdict.DROPPED, "table"),
        (changed("gateway_tables", "table", propagations=(Link("open", OPEN),)), Verdict.UNKNOWN, "open"),
        (
            changed("gateway_tables", "table", routes=(GatewayRoute("hole", NET("10.0.1.0/24"), None),)),
            Verdict.DROPPED,
            "hole",
        ),
        (
            changed("gateway_tables", "table", routes=(GatewayRoute("far", NET("10.0.1.0/24"), "not read"),)),
            Verdict.UNKNOWN,
            "far",
        ),
        (
            changed("gateway_tables", "table", routes=(GatewayRoute("self", NET("10.0.1.0/24"), "a attached"),)),
            Verdict.DROPPED,
            "a door table",
        ),
        (
            changed("tables", "b door table", routes=(route("igw", "10.0.1.0/26", "igw", "internet_gateway"),)),
            Verdict.DROPPED,
            "b door",
        ),
        (
            changed("tables", "b door table", routes=(route("peer", "10.0.1.0/26", "pcx", "peering"),)),
            Verdict.UNKNOWN,
            "peer",
        ),
        (changed("tables", "b door table", routes=(route("back", "10.0.1.0/26"),)), Verdict.DROPPED, "b door"),
        (changed("subnets", "b door", table="not read"), Verdict.UNKNOWN, "b door"),
    ],
    ids=shown,
)
def test_a_packet_is_dropped_or_lost_sight_of(network: Network, verdict: Verdict, at: str) -> None:
    path = sent(network)
    assert path.end is not None, f"it passes:\n{path}"
    assert (path.verdict, path.end.at) == (verdict, at), str(path)


def test_a_vpc_that_has_the_range_too_keeps_its_packets() -> None:
    network = changed("tables", "a table", routes=(route("wider", "10.0.0.0/8"),))
    path = sent(replace(network, vpcs={**network.vpcs, "a": vpc("a", "10.0.0.0/16")}))
    assert path.end is not None
    assert (path.verdict, path.end.at) == (Verdict.DROPPED, "a table"), str(path)


def test_packets_that_end_in_another_vpc_do_not_reach_the_target() -> None:
    network = changed("gateway_tables", "table", routes=(GatewayRoute("wrong", NET("10.0.1.0/24"), "c attached"),))
    wide = {**network.vpcs, "c": vpc("c", "10.0.1.0/24")}
    attached = Attachment("c attached", OWNER, "gateway", "c", ("c door",))
    network = replace(
        network,
        vpcs=wide,
        attachments={**network.attachments, "c attached": attached},
        subnets={**network.subnets, "c door": Subnet("c door", "c", "z1", NET("10.0.1.0/28"), "c table")},
        tables={**network.tables, "c table": RouteTable("c table", "c")},
    )
    path = sent(network)
    assert path.end is not None
    assert (path.verdict, path.end.at) == (Verdict.DROPPED, "c attached"), str(path)


@pytest.mark.parametrize("subnet", ["a work", "a door", "b door", "b work"])
@pytest.mark.parametrize("side", ["ingress", "egress"])
def test_acls_are_asked_on_the_way_out_of_a_subnet_and_on_the_way_into_one(subnet: str, side: str) -> None:
    """Out of the workload's subnet, into the attachment's; out of the other attachment's, into the other workload's."""
    sides = {"ingress": (ALLOW,), "egress": (ALLOW,), side: (DENY,)}
    network = replace(changed("subnets", subnet, acl="acl"), acls={"acl": Acl("acl", **sides)})
    asked = {"a work": "egress", "a door": "ingress", "b door": "egress", "b work": "ingress"}[subnet]
    path = sent(network)
    assert path.verdict is (Verdict.DROPPED if side == asked else Verdict.PASSES), str(path)


def test_the_return_path_is_walked_and_the_answers_ports_with_it() -> None:
    only_https = AclEntry("https", 10, "tcp", 443, 443, EVERYWHERE, allow=True)
    network = replace(changed("subnets", "b work", acl="acl"), acls={"acl": Acl("acl", (only_https,), (only_https,))})
    ends = workload(network), workload(network, "b work")
    assert sent(network).verdict is Verdict.PASSES
    assert [way.verdict for way in Packets(network).there_and_back(*ends, HTTPS)] == [Verdict.DROPPED]
    no_route = changed("tables", "b table", routes=())
    assert sent(no_route).verdict is Verdict.PASSES
    (way,) = Packets(no_route).there_and_back(*ends, HTTPS)
    assert way.end is not None
    assert (way.verdict, way.end.at) == (Verdict.DROPPED, "b table")


def test_within_a_subnet_no_acl_is_asked_and_within_a_vpc_both_are() -> None:
    network = replace(
        joined(),
        subnets={
            name: replace(subnet, acl="acl") if name == "a work" else subnet
            for name, subnet in joined().subnets.items()
        },
        acls={"acl": Acl("acl", (DENY,), (ALLOW,))},
    )
    assert sent(network, target="a work").verdict is Verdict.PASSES
    assert sent(network, target="a door").verdict is Verdict.PASSES
    path = sent(network, source="a door", target="a work")
    assert path.end is not None
    assert (path.verdict, path.end.at) == (Verdict.DROPPED, "deny"), str(path)


def test_a_range_that_is_treated_in_parts_is_walked_in_parts() -> None:
    halves = (route("first", "10.0.1.0/27"), route("second", "10.0.1.32/27", "pcx", "peering"))
    network = changed("tables", "a table", routes=halves)
    found = Packets(network).there(workload(network), workload(network, "b work"), HTTPS)
    assert [path.verdict for path in found] == [Verdict.PASSES, Verdict.UNKNOWN], "\n".join(map(str, found))


def test_every_subnet_of_an_attachment_has_to_carry_the_packet() -> None:
    network = changed("attachments", "b attached", subnets=("b door", "b second"))
    second = Subnet("b second", "b", "z2", NET("10.0.1.208/28"), "b second table")
    drops = RouteTable("b second table", "b", (route("hole", "10.0.1.0/26", "gone", "blackhole"),))
    network = replace(
        network,
        subnets={**network.subnets, "b second": second},
        tables={**network.tables, "b second table": drops},
    )
    found = Packets(network).there(workload(network), workload(network, "b work"), HTTPS)
    assert {path.verdict for path in found} == {Verdict.PASSES, Verdict.DROPPED}


# The shortcut -----------------------------------------------------------------------------------------------------


def severed(network: Network) -> str | None:
    """Where the tables alone show that no packet gets from one VPC to the other."""
    hop = Packets(network).severed(network.vpcs["a"], network.vpcs["b"])
    assert hop is None or hop.verdict is Verdict.DROPPED, str(hop)
    return hop.at if hop is not None else None


@pytest.mark.parametrize(
    ("network", "at"),
    [
        (joined(), None),
        (replace(changed("tables", "a table", routes=())), "a table"),
        (changed("gateway_tables", "table", propagations=()), "table"),
        (changed("gateway_tables", "table", routes=(GatewayRoute("hole", NET("10.0.1.0/24"), None),)), "hole"),
        (changed("gateway_tables", "table", propagations=(Link("open", OPEN),)), None),
        (changed("gateway_tables", "table", associations=(Link("open", OPEN),)), None),
        (changed("tables", "a table", routes=(route("any", OPEN),)), None),
        (changed("tables", "a table", routes=(route("peer", "10.0.1.0/24", "pcx", "peering"),)), None),
        (changed("tables", "a door table", routes=(route("peer", "10.0.1.0/24", "pcx", "peering"),)), None),
        (changed("vpcs", "b", cidrs=(NET("10.0.1.0/24"), OPEN)), None),
        (changed("subnets", "a work", table="not read"), None),
        (changed("attachments", "a attached", gateway="another"), None),
    ],
    ids=shown,
)
def test_vpcs_are_severed_where_the_tables_alone_show_it(network: Network, at: str | None) -> None:
    assert severed(network) == at


def test_spokes_of_one_segment_are_severed_by_the_gateways_table() -> None:
    stacks = Stacks()
    network = stacks.network
    hop = Packets(network).severed(network.spokes["payments"], network.spokes["ledger"])
    assert hop is not None
    assert hop.at == stacks.address(PAYMENTS, "network/route-table")
    wide = {**stacks.at(PAYMENTS, "gateway/route-hub"), "destination_cidr_block": "10.0.4.0/22"}
    network = stacks.added(PAYMENTS, "aws_route", **wide).network
    hop = Packets(network).severed(network.spokes["payments"], network.spokes["ledger"])
    assert hop is not None
    assert hop.at == stacks.address(HUB, "gateway/table-spokes")


def test_a_contested_route_severs_nothing() -> None:
    network = changed("vpcs", "a", cidrs=(NET("10.0.0.0/24"), NET("10.0.2.0/24")))
    twin = replace(network.vpcs["b"], address="c", name="c")
    attached = Attachment("c attached", OWNER, "gateway", "c", ("c door",))
    table = network.gateway_tables["table"]
    network = replace(
        network,
        vpcs={**network.vpcs, "c": twin},
        attachments={**network.attachments, "c attached": attached},
        gateway_tables={"table": replace(table, propagations=(*table.propagations, Link("c tells", "c attached")))},
    )
    assert severed(network) is None
    path = sent(network)
    assert path.verdict is Verdict.UNKNOWN, str(path)
    assert path.end is not None
    assert "several attachments propagate 10.0.1.0/26" in path.end.says


# Public addresses -------------------------------------------------------------------------------------------------


def outside(network: Network, service: str | None = None) -> list[tuple[Verdict, str]]:
    """What becomes of packets to public addresses, and the hop that decides."""
    found = Packets(network).outside(workload(network), service, HTTPS)
    return [(path.verdict, (path.end or path.hops[-1]).at) for path in found]


@pytest.mark.parametrize(
    ("routes", "verdict", "at"),
    [
        ((), Verdict.DROPPED, "a table"),
        ((route("private", "10.0.0.0/8"),), Verdict.DROPPED, "a table"),
        ((route("shared", "100.64.0.0/10"),), Verdict.DROPPED, "a table"),
        ((route("igw", "0.0.0.0/0", "igw", "internet_gateway"),), Verdict.PASSES, "igw"),
        ((route("nat", "0.0.0.0/0", "nat", "nat_gateway"),), Verdict.PASSES, "nat"),
        ((route("part", "52.0.0.0/8", "nat", "nat_gateway"),), Verdict.PASSES, "part"),
        ((route("hole", "0.0.0.0/0", "gone", "blackhole"),), Verdict.DROPPED, "hole"),
        ((route("open", OPEN, "nat", "nat_gateway"),), Verdict.UNKNOWN, "open"),
        ((route("vpn", "0.0.0.0/0", "vgw", "vpn_gateway"),), Verdict.UNKNOWN, "vpn"),
        ((route("target", "0.0.0.0/0", OPEN),), Verdict.UNKNOWN, "target"),
        ((route("gateway", "0.0.0.0/0"),), Verdict.DROPPED, "table"),
    ],
    ids=str,
)
def test_a_route_leads_out_or_does_not(routes: tuple[Route, ...], verdict: Verdict, at: str) -> None:
    assert outside(changed("tables", "a table", routes=routes)) == [(verdict, at)]


def test_a_route_to_a_services_list_does_not_lead_out() -> None:
    listed = Route("list", "com.amazonaws.us-east-1.s3", "nat_gateway", "nat")
    assert outside(changed("tables", "a table", routes=(listed,))) == [(Verdict.DROPPED, "a table")]


def test_a_table_that_was_not_read_may_lead_out() -> None:
    assert outside(changed("subnets", "a work", table="not read")) == [(Verdict.UNKNOWN, "a work")]


def centralised(*routes: Route) -> Network:
    """The other VPC's attachment takes what is for everywhere, and its subnet's table has some routes."""
    network = changed("tables", "a table", routes=(route("default", "0.0.0.0/0"),))
    table = network.gateway_tables["table"]
    out = GatewayRoute("out", EVERYWHERE, "b attached")
    return replace(
        network,
        gateway_tables={"table": replace(table, routes=(out,))},
        tables={**network.tables, "b door table": RouteTable("b door table", "b", routes)},
    )


def test_the_way_out_may_be_in_another_vpc() -> None:
    assert outside(centralised(route("nat", "0.0.0.0/0", "nat", "nat_gateway"))) == [(Verdict.PASSES, "nat")]
    assert outside(centralised()) == [(Verdict.DROPPED, "b door table")]


def test_a_way_out_that_leads_back_and_forth_is_not_followed_for_ever() -> None:
    looping = centralised(route("on", "0.0.0.0/0"))
    assert outside(looping) == [(Verdict.UNKNOWN, "on")]


def test_an_acl_decides_before_any_way_out() -> None:
    network = centralised(route("nat", "0.0.0.0/0", "nat", "nat_gateway"))
    subnets = {**network.subnets, "a work": replace(network.subnets["a work"], acl="acl")}
    denied = replace(network, subnets=subnets, acls={"acl": Acl("acl", (ALLOW,), (DENY,))})
    assert outside(denied) == [(Verdict.DROPPED, "deny")]
    assert outside(replace(denied, acls={"acl": Acl("acl", (DENY,), (ALLOW,))})) == [(Verdict.PASSES, "nat")]


@pytest.mark.parametrize(
    ("service", "table", "found"),
    [("s3", "a table", True), ("dynamodb", "a table", False), ("s3", "b table", False), (None, "a table", False)],
)
def test_a_gateway_endpoint_takes_its_service_in_its_tables(service: str | None, table: str, *, found: bool) -> None:
    endpoint = GatewayEndpoint("endpoint", "a", "s3", (Link("link", table),))
    network = replace(changed("tables", "a table", routes=()), gateway_endpoints={"endpoint": endpoint})
    expected = (Verdict.PASSES, "endpoint") if found else (Verdict.DROPPED, "a table")
    assert outside(network, service) == [expected]


def test_a_workload_whose_group_lets_nothing_out_has_no_way_out() -> None:
    network = changed("tables", "a table", routes=(route("nat", "0.0.0.0/0", "nat", "nat_gateway"),))
    barred = replace(workload(network), groups=("not read",))
    (path,) = Packets(network).outside(barred, None, HTTPS)
    assert path.verdict is Verdict.UNKNOWN, str(path)


# Everything ---------------------------------------------------------------------------------------------------------


def test_isolation_is_asked_for_any_protocol() -> None:
    one_port = AclEntry("one", 10, "udp", 53, 53, EVERYWHERE, allow=True)
    network = replace(changed("subnets", "b work", acl="acl"), acls={"acl": Acl("acl", (one_port,), ())})
    assert sent(network, Flow(ANY, 0, 65535)).verdict is Verdict.PASSES
    assert sent(network).verdict is Verdict.DROPPED


@pytest.mark.parametrize(("source", "verdict"), [("10.0.0.0/26", Verdict.PASSES), ("10.0.0.64/26", Verdict.DROPPED)])
def test_the_acl_of_an_attachments_subnet_sees_where_a_packet_to_the_public_comes_from(
    source: str, verdict: Verdict
) -> None:
    network = centralised(route("nat", "0.0.0.0/0", "nat", "nat_gateway"))
    subnets = {**network.subnets, "a door": replace(network.subnets["a door"], acl="acl")}
    only = replace(ALLOW, cidr=NET(source))
    network = replace(network, subnets=subnets, acls={"acl": Acl("acl", (only,), ())})
    assert [found for found, _ in outside(network)] == [verdict]
