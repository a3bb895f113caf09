"""What security groups and network ACLs do with a flow, at the edges of each rule."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from assurance.filters import Filters
from assurance.flows import ANY, EVERYWHERE, Flow, Interface
from assurance.path import Hop, Path, Verdict
from network.model import (
    Acl,
    AclEntry,
    Network,
    Owner,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Unknown,
    Vpc,
)

OWNER = Owner("111111111111", "us-east-1")
NEAR, FAR = IPv4Network("10.0.0.0/24"), IPv4Network("10.1.0.0/24")
HTTPS = Flow("tcp", 443, 443)
ANSWERS = Flow("tcp", 1024, 65535)
EVERYTHING = Flow(ANY, 0, 65535)
OPEN = Unknown("var.value")


def vpc(name: str, cidr: IPv4Network, default_group: str | None = None) -> Vpc:
    return Vpc(name, name, OWNER, (cidr,), dns_support=True, dns_hostnames=True, default_group=default_group)


def network(*groups: SecurityGroup, default_group: str | None = None, acls: tuple[Acl, ...] = ()) -> Network:
    """Two VPCs; two subnets in the first, `near` and `beside`, and one in the second, `far`."""
    places = {"near": ("vpc", NEAR), "beside": ("vpc", IPv4Network("10.0.1.0/24")), "far": ("other", FAR)}
    return Network(
        vpcs={"vpc": vpc("vpc", IPv4Network("10.0.0.0/16"), default_group), "other": vpc("other", FAR)},
        subnets={name: Subnet(name, at, "use1-az1", cidr, "table") for name, (at, cidr) in places.items()},
        groups={group.address: group for group in groups},
        acls={acl.address: acl for acl in acls},
    )


def interface(subnet: str, *groups: str | Unknown) -> Interface:
    cidr = {"near": NEAR, "beside": IPv4Network("10.0.1.0/24"), "far": FAR}[subnet]
    return Interface(f"interface in {subnet}", subnet, cidr, groups)


def rule(protocol: Any = "tcp", first: Any = 443, last: Any = 443, peer: Any = FAR) -> SecurityRule:
    return SecurityRule(f"rule {protocol} {first}-{last}", protocol, first, last, peer)


def ingress(*rules: SecurityRule, flow: Flow = HTTPS, peer: str = "far") -> Hop:
    """What a group with these rules does to a flow from a workload in a subnet."""
    known = network(SecurityGroup("group", "vpc", ingress=rules))
    return Filters(known).security(interface("near", "group"), "ingress", interface(peer, "peers"), flow)


# Security groups --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flow", "ports", "verdict"),
    [
        (HTTPS, (443, 443), Verdict.PASSES),
        (HTTPS, (442, 444), Verdict.PASSES),
        (HTTPS, (0, 443), Verdict.PASSES),
        (HTTPS, (443, 65535), Verdict.PASSES),
        (HTTPS, (444, 444), Verdict.DROPPED),
        (HTTPS, (442, 442), Verdict.DROPPED),
        (ANSWERS, (1024, 65535), Verdict.PASSES),
        (ANSWERS, (1025, 65535), Verdict.DROPPED),
        (ANSWERS, (1024, 65534), Verdict.DROPPED),
    ],
    ids=str,
)
def test_a_rule_allows_the_ports_from_its_first_to_its_last(
    flow: Flow, ports: tuple[int, int], verdict: Verdict
) -> None:
    hop = ingress(rule("tcp", *ports), flow=flow)
    assert hop.verdict is verdict, str(hop)


@pytest.mark.parametrize(
    ("protocol", "verdict"), [("tcp", Verdict.PASSES), ("-1", Verdict.PASSES), ("udp", Verdict.DROPPED)]
)
def test_a_rule_allows_its_protocol_and_no_other(protocol: str, verdict: Verdict) -> None:
    hop = ingress(rule(protocol))
    assert hop.verdict is verdict, str(hop)


def test_a_rule_for_every_protocol_allows_every_port_whatever_ports_it_names() -> None:
    hop = ingress(rule("-1", 0, 0), flow=ANSWERS)
    assert hop.verdict is Verdict.PASSES, str(hop)


@pytest.mark.parametrize(
    "unknown",
    [rule(protocol=OPEN), rule(first=OPEN), rule(last=OPEN), rule(peer=OPEN)],
    ids=["protocol", "first port", "last port", "peer"],
)
def test_a_rule_of_which_a_part_is_not_known_is_neither_a_pass_nor_a_drop(unknown: SecurityRule) -> None:
    hop = ingress(unknown)
    assert hop.verdict is Verdict.UNKNOWN, str(hop)


def test_a_rule_for_another_port_is_of_no_interest_however_little_is_known_of_its_peer() -> None:
    hop = ingress(rule("tcp", 22, 22, OPEN))
    assert hop.verdict is Verdict.DROPPED, str(hop)


def test_what_one_rule_allows_is_not_in_doubt_because_of_another() -> None:
    hop = ingress(rule(peer=OPEN), rule())
    assert (hop.verdict, hop.at) == (Verdict.PASSES, rule().address), str(hop)


def test_a_group_that_was_not_read_might_allow_what_the_others_do_not() -> None:
    known = network(SecurityGroup("group", "vpc"))
    hop = Filters(known).security(interface("near", "group", "elsewhere"), "ingress", interface("far"), HTTPS)
    assert hop.verdict is Verdict.UNKNOWN, str(hop)


@pytest.mark.parametrize(("peer", "verdict"), [("beside", Verdict.PASSES), ("far", Verdict.DROPPED)])
def test_a_rule_for_a_group_counts_within_one_vpc(peer: str, verdict: Verdict) -> None:
    """A reference to a group of another VPC does not hold across a transit gateway, unless that is switched on."""
    hop = ingress(rule(peer="peers"), peer=peer)
    assert hop.verdict is verdict, str(hop)


def test_a_rule_for_another_group_allows_nothing() -> None:
    hop = ingress(rule(peer="strangers"), peer="beside")
    assert hop.verdict is Verdict.DROPPED, str(hop)


def test_ingress_rules_say_nothing_about_egress() -> None:
    known = network(SecurityGroup("group", "vpc", ingress=(rule(),)))
    hop = Filters(known).security(interface("near", "group"), "egress", interface("far"), HTTPS)
    assert hop.verdict is Verdict.DROPPED, str(hop)
    assert hop.fix == "add an egress rule for tcp 443 to 10.1.0.0/24", hop.fix


def test_two_rules_together_allow_a_range_that_neither_does() -> None:
    hop = ingress(rule(peer=IPv4Network("10.1.0.0/25")), rule(peer=IPv4Network("10.1.0.128/25")))
    assert (hop.verdict, hop.at) == (Verdict.PASSES, "group"), str(hop)


def test_a_workload_whose_groups_are_not_given_is_taken_to_send_and_receive_anything() -> None:
    workload = replace(interface("near"), groups=None)
    filters = Filters(network())
    for side in ("ingress", "egress"):
        assert filters.security(workload, side, interface("far"), HTTPS).verdict is Verdict.PASSES
    assert filters.egress(workload, EVERYWHERE, HTTPS).verdict is Verdict.PASSES
    assert filters.allows_out(workload, interface("far"), HTTPS) is True


def test_egress_to_a_range_needs_a_rule_for_the_whole_of_it() -> None:
    narrow = network(SecurityGroup("group", "vpc", egress=(rule(),)))
    wide = network(SecurityGroup("group", "vpc", egress=(rule(peer=EVERYWHERE),)))
    own = interface("near", "group")
    assert Filters(narrow).egress(own, EVERYWHERE, HTTPS).verdict is Verdict.DROPPED
    assert Filters(wide).egress(own, EVERYWHERE, HTTPS).verdict is Verdict.PASSES


def test_without_a_group_the_default_one_lets_out_everything_and_in_only_its_own_members() -> None:
    filters = Filters(network())
    (default,) = filters.groups_of(interface("near"))
    assert default is not None
    assert default.vpc == "vpc"
    for flow in (HTTPS, Flow("udp", 0, 65535)):
        assert filters.security(interface("near"), "egress", interface("far"), flow).verdict is Verdict.PASSES
        assert filters.security(interface("near"), "ingress", interface("far"), flow).verdict is Verdict.DROPPED
        for member in (interface("beside"), interface("beside", default.address)):
            assert filters.security(interface("near"), "ingress", member, flow).verdict is Verdict.PASSES
            assert filters.security(interface("near"), "egress", member, flow).verdict is Verdict.PASSES


def test_nothing_is_known_of_a_workloads_groups_not_even_that_it_has_the_default_one() -> None:
    workload = replace(interface("beside"), groups=None)
    hop = Filters(network()).security(interface("near"), "ingress", workload, HTTPS)
    assert hop.verdict is Verdict.DROPPED, str(hop)


def test_a_default_group_that_is_managed_holds_instead_of_awss_own() -> None:
    managed = SecurityGroup("default", "vpc")
    filters = Filters(network(managed, default_group="default"))
    assert filters.groups_of(interface("near")) == (managed,)
    assert filters.security(interface("near"), "egress", interface("far"), HTTPS).verdict is Verdict.DROPPED


def test_a_default_group_that_was_not_read_is_not_guessed_at() -> None:
    filters = Filters(network(default_group="default"))
    assert filters.groups_of(interface("near")) == (None,)
    assert filters.security(interface("near"), "egress", interface("far"), HTTPS).verdict is Verdict.UNKNOWN


def test_the_default_group_of_a_vpc_that_was_not_read_is_not_guessed_at() -> None:
    known = network()
    filters = Filters(replace(known, vpcs={}))
    assert filters.groups_of(interface("near")) == (None,)


# Network ACLs -----------------------------------------------------------------------------------------------------


def entry(number: int = 100, **changes: Any) -> AclEntry:
    allowing = AclEntry(f"entry {number}", number, "tcp", 443, 443, FAR, allow=True)
    return replace(allowing, **changes)


def asked(*entries: AclEntry, flow: Flow = HTTPS, side: str = "ingress", peer: IPv4Network = FAR) -> Hop:
    """What an ACL with these entries in one direction, and none in the other, does to a flow."""
    acl = Acl("acl", entries, ()) if side == "ingress" else Acl("acl", (), entries)
    known = network(acls=(acl,))
    subnet = replace(known.subnets["near"], acl="acl")
    path = Filters(known).acl_hops(Path(), subnet, side, peer, flow=flow)
    (hop,) = path.hops
    return hop


@pytest.mark.parametrize(
    ("flow", "ports", "verdict"),
    [
        (HTTPS, (443, 443), Verdict.PASSES),
        (HTTPS, (0, 442), Verdict.DROPPED),
        (HTTPS, (444, 65535), Verdict.DROPPED),
        (ANSWERS, (1024, 65535), Verdict.PASSES),
        (ANSWERS, (1025, 65535), Verdict.DROPPED),
        (ANSWERS, (1024, 65534), Verdict.DROPPED),
    ],
    ids=str,
)
def test_an_entry_allows_the_ports_from_its_first_to_its_last(
    flow: Flow, ports: tuple[int, int], verdict: Verdict
) -> None:
    hop = asked(entry(first_port=ports[0], last_port=ports[1]), flow=flow)
    assert hop.verdict is verdict, str(hop)


@pytest.mark.parametrize(
    ("ports", "verdict"),
    [
        ((1023, 1023), Verdict.PASSES),
        ((1023, 1024), Verdict.DROPPED),
        ((65535, 65535), Verdict.DROPPED),
        ((3000, 3000), Verdict.DROPPED),
    ],
    ids=str,
)
def test_an_entry_that_denies_any_port_of_a_flow_drops_it(ports: tuple[int, int], verdict: Verdict) -> None:
    allowing = entry(200, protocol="-1")
    hop = asked(entry(100, allow=False, first_port=ports[0], last_port=ports[1]), allowing, flow=ANSWERS)
    assert hop.verdict is verdict, str(hop)


@pytest.mark.parametrize(
    ("protocol", "verdict"), [("tcp", Verdict.PASSES), ("-1", Verdict.PASSES), ("udp", Verdict.DROPPED)]
)
def test_an_entry_is_about_its_protocol_and_no_other(protocol: str, verdict: Verdict) -> None:
    hop = asked(entry(protocol=protocol))
    assert hop.verdict is verdict, str(hop)


def test_an_entry_for_every_protocol_is_about_every_port_whatever_ports_it_names() -> None:
    hop = asked(entry(protocol="-1", first_port=0, last_port=0))
    assert hop.verdict is Verdict.PASSES, str(hop)


@pytest.mark.parametrize("order", [1, -1], ids=["listed in order", "listed in reverse"])
def test_the_lowest_number_decides(order: int) -> None:
    first, second = entry(100, allow=False), entry(200)
    hop = asked(*(first, second)[::order])
    assert (hop.at, hop.verdict) == ("entry 100", Verdict.DROPPED), str(hop)
    hop = asked(*(replace(first, allow=True), replace(second, allow=False))[::order])
    assert (hop.at, hop.verdict) == ("entry 100", Verdict.PASSES), str(hop)


def test_an_entry_about_other_addresses_does_not_decide() -> None:
    hop = asked(entry(100, allow=False, cidr=IPv4Network("10.2.0.0/16")), entry(200))
    assert (hop.at, hop.verdict) == ("entry 200", Verdict.PASSES), str(hop)


def test_an_entry_that_allows_half_of_a_range_does_not_allow_all_of_it() -> None:
    hop = asked(entry(cidr=IPv4Network("10.1.0.0/25")))
    assert hop.verdict is Verdict.DROPPED, str(hop)


def test_an_entry_whose_range_is_not_known_is_neither_a_pass_nor_a_drop() -> None:
    hop = asked(entry(cidr=OPEN))
    assert (hop.at, hop.verdict) == ("entry 100", Verdict.UNKNOWN), str(hop)


def test_an_acl_has_entries_for_each_direction() -> None:
    assert asked(entry(), side="egress").verdict is Verdict.PASSES
    known = network(acls=(Acl("acl", (entry(),), ()),))
    path = Filters(known).acl_hops(Path(), replace(known.subnets["near"], acl="acl"), "egress", FAR, flow=HTTPS)
    assert path.verdict is Verdict.DROPPED, str(path)


def test_an_acl_that_was_not_read_is_undetermined_and_a_default_one_is_not_mentioned() -> None:
    known = network()
    path = Filters(known).acl_hops(Path(), replace(known.subnets["near"], acl="acl"), "ingress", FAR, flow=HTTPS)
    assert path.verdict is Verdict.UNKNOWN, str(path)
    path = Filters(known).acl_hops(Path(), known.subnets["near"], "ingress", FAR, flow=HTTPS)
    assert path.hops == (), str(path)


def test_a_packet_that_was_dropped_meets_no_acl() -> None:
    known = network()
    dropped = Path((Hop("route", "no route", "https://docs.aws.amazon.com/", Verdict.DROPPED),))
    subnet = replace(known.subnets["near"], acl="acl")
    assert Filters(known).acl_hops(dropped, subnet, "ingress", FAR, flow=HTTPS) == dropped


@pytest.mark.parametrize(
    ("entries", "verdict", "at"),
    [
        ((entry(),), Verdict.PASSES, "entry 100"),
        ((entry(cidr=OPEN),), Verdict.UNKNOWN, "entry 100"),
        ((entry(cidr=OPEN), entry(200)), Verdict.PASSES, "entry 200"),
        ((entry(cidr=IPv4Network("10.1.0.0/30")),), Verdict.PASSES, "entry 100"),
        ((entry(cidr=IPv4Network("10.2.0.0/16")),), Verdict.DROPPED, "acl"),
        ((entry(100, allow=False, protocol="-1"), entry(200)), Verdict.DROPPED, "entry 100"),
        ((entry(100, allow=False), entry(200)), Verdict.PASSES, "entry 200"),
        (
            (entry(100, allow=False, protocol="-1", cidr=IPv4Network("10.1.0.0/25")), entry(200)),
            Verdict.PASSES,
            "entry 200",
        ),
        ((entry(100, allow=False, protocol="-1", cidr=OPEN), entry(200)), Verdict.PASSES, "entry 200"),
        ((), Verdict.DROPPED, "acl"),
    ],
    ids=[
        "one port is allowed",
        "an unknown range is allowed",
        "an unknown range is allowed, and then everything",
        "a part is allowed",
        "others are allowed",
        "everything is denied first",
        "one port is denied first",
        "a part is denied first",
        "an unknown range is denied first",
        "no entry",
    ],
)
def test_isolation_holds_only_where_an_acl_denies_everything(
    entries: tuple[AclEntry, ...], verdict: Verdict, at: str
) -> None:
    """A flow of any protocol passes as soon as something of it does."""
    hop = asked(*entries, flow=EVERYTHING)
    assert (hop.verdict, hop.at) == (verdict, at), str(hop)
