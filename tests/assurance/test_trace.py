"""What the walks come to for a spoke: from where it sends, which service it reaches and how, and what else it gets to."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from assurance.flows import Flow
from assurance.path import Verdict
from assurance.trace import State, Trace
from network.model import (
    GatewayEndpoint,
    GatewayRoute,
    Instance,
    Link,
    Network,
    SecurityRule,
    Unknown,
)
from network.services import Service
from tests.lab.networks import DOMAIN, REGION, SERVICES, Draft, sound_network

OPEN = Unknown("var.value")
EVERYWHERE = IPv4Network("0.0.0.0/0")
KMS = SERVICES[0]


def draft() -> Draft:
    return sound_network(1)


def traced(written: Draft | Network) -> Trace:
    return Trace(written.network() if isinstance(written, Draft) else written, SERVICES)


def state(written: Draft | Network, service: Service = KMS, spoke: str = "s0") -> State:
    return traced(written).reach(spoke, service).state


# Services ---------------------------------------------------------------------------------------------------------


def test_a_vpc_offers_the_services_whose_names_its_endpoints_answer_in_the_order_of_their_keys() -> None:
    written = draft()
    written.endpoint("hub", "unheard", ["a"], "hub: https")
    nameless = Service("plain", f"com.amazonaws.{REGION}.plain", (), (443,))
    written.endpoint("hub", "plain", ["a"], "hub: https")
    trace = Trace(written.network(), (*SERVICES, nameless))
    assert {vpc: [service.key for service in found] for vpc, found in trace.offered.items()} == {
        "hub: vpc": ["ecr.dkr", "kms"],
        "check: vpc": ["kms"],
    }


def test_a_service_is_the_one_of_the_vpcs_region_or_else_any() -> None:
    far = replace(KMS, endpoint="com.amazonaws.eu-west-1.kms")
    trace = Trace(draft().network(), (far, KMS))
    spoke = trace.spoke("s0")
    assert trace.service("kms", spoke) == KMS
    assert Trace(draft().network(), (far,)).service("kms", spoke) == far
    with pytest.raises(KeyError, match="no service sqs is known"):
        trace.service("sqs", spoke)


def test_a_spoke_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(KeyError, match="no spoke nobody; the spokes are control, s0"):
        traced(draft()).spoke("nobody")
    with pytest.raises(KeyError, match="no spoke nobody; there are none"):
        Trace(Network(), ()).spoke("nobody")


def test_a_service_without_names_is_not_known() -> None:
    assert state(draft(), Service("plain", f"com.amazonaws.{REGION}.plain", (), (443,))) is State.UNKNOWN


def test_of_several_names_the_worst_counts() -> None:
    assert state(draft()) is State.PRIVATE
    both = replace(KMS, names=(*KMS.names, "kms.other.example"))
    assert state(draft(), both) is State.UNREACHABLE
    assert state(draft(), replace(KMS, names=(f"x.kms.{DOMAIN}",))) is State.BROKEN


def test_every_port_of_a_service_counts() -> None:
    assert state(draft(), replace(KMS, ports=(443, 8443))) is State.BROKEN
    assert state(draft(), replace(KMS, ports=())) is State.UNKNOWN


def test_an_endpoint_of_which_an_interface_is_not_known_is_not_known_to_be_reached() -> None:
    written = draft()
    written.change("interface_endpoints", "hub: kms", subnets=("hub: a", OPEN))
    assert state(written) is State.UNKNOWN
    written.change("interface_endpoints", "hub: kms", subnets=())
    assert state(written) is State.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "target", "expected"),
    [
        (None, "", State.UNREACHABLE),
        ("internet_gateway", "igw", State.PUBLIC),
        ("nat_gateway", "nat", State.PUBLIC),
        ("peering", "pcx", State.UNKNOWN),
        ("blackhole", "gone", State.UNREACHABLE),
    ],
)
def test_a_public_answer_is_worth_what_the_way_out_is(kind: str | None, target: str, expected: State) -> None:
    written = draft()
    written.associations.clear()
    if kind is not None:
        written.route("s0", "0.0.0.0/0", target, kind)
    assert state(written) is expected


def test_a_gateway_endpoint_in_every_table_is_a_way_of_its_own() -> None:
    written = draft()
    written.associations.clear()
    link = Link("link", "s0: table")
    written.parts["gateway_endpoints"]["s3"] = GatewayEndpoint("s3", "s0: vpc", f"com.amazonaws.{REGION}.s3", (link,))
    s3 = next(service for service in SERVICES if service.key == "s3")
    assert state(written, s3) is State.GATEWAY
    written.change("subnets", "s0: b", table="s0: empty")
    assert state(written, s3) is State.UNREACHABLE


# Where packets start ----------------------------------------------------------------------------------------------


def test_workloads_are_in_subnets_that_are_not_the_attachments_and_real_instances_in_all() -> None:
    written = draft()
    written.parts["instances"] = {
        "mine": Instance("mine", "s0: door-a", ("group",)),
        "other": Instance("other", "s1: a", ("group",)),
        "lost": Instance("lost", OPEN, ("group",)),
    }
    trace = traced(written)
    assert [each.address for each in trace.workloads(trace.spoke("s0"))] == ["s0: a", "s0: b", "mine"]
    written = draft()
    for key in ("a", "b"):
        del written.parts["subnets"][f"s0: {key}"]
    trace = traced(written)
    assert [each.address for each in trace.workloads(trace.spoke("s0"))] == ["s0: door-a", "s0: door-b"]


@pytest.mark.parametrize(
    ("egress", "ports", "expected"),
    [
        ([("tcp", 443, 443, "0.0.0.0/0")], (443,), State.PRIVATE),
        ([], (443,), State.BROKEN),
        ([("tcp", 443, 443, "0.0.0.0/0")], (443, 8443), State.PRIVATE),
        ([("tcp", 0, 65535, "0.0.0.0/0")], (443, 8443), State.PRIVATE),
        ([("tcp", 8443, 8443, "0.0.0.0/0")], (443, 8443), State.BROKEN),
    ],
    ids=str,
)
def test_an_instance_for_https_alone_is_no_client_of_other_ports(
    egress: list[tuple[str, int, int, str]], ports: tuple[int, ...], expected: State
) -> None:
    written = draft()
    both = [("tcp", 443, 443, "10.0.0.0/16"), ("tcp", 8443, 8443, "10.0.0.0/16")]
    written.group("hub: https", both, [])
    written.group("s0: own", [], egress)
    written.parts["instances"]["instance"] = Instance("instance", "s0: a", ("s0: own",))
    assert state(written, replace(KMS, ports=ports)) is expected


# What else is reached ---------------------------------------------------------------------------------------------


def exposed(
    written: Draft | Network, offered: dict[str, frozenset[int]] | None = None, spoke: str = "s0"
) -> list[tuple[str, str, Verdict]]:
    """What a spoke gets to besides what it is offered."""
    given = {f"hub: {key}": frozenset({443}) for key in ("kms", "ecr.dkr")} if offered is None else offered
    found = traced(written).exposures(spoke, given)
    return [(each.address, each.flow, each.path.verdict) for each in found]


def ingress(*rules: Any) -> Draft:
    """The hub's endpoints with a group that has some rules."""
    written = draft()
    found = tuple(SecurityRule(f"rule {at}", *rule) for at, rule in enumerate(rules))
    written.change("groups", "hub: https", ingress=found)
    return written


def test_what_is_offered_is_no_exposure_and_what_is_not_is_one() -> None:
    assert exposed(draft()) == []
    found = exposed(draft(), {})
    assert {(address, flow) for address, flow, _ in found} == {("hub: kms", "tcp 443"), ("hub: ecr.dkr", "tcp 443")}
    assert {verdict for *_, verdict in found} == {Verdict.PASSES}


@pytest.mark.parametrize(
    ("rule", "flow", "verdict"),
    [
        (("tcp", 443, 444, IPv4Network("10.0.4.0/22")), "tcp 443-444", Verdict.PASSES),
        (("tcp", 442, 443, IPv4Network("10.0.4.0/22")), "tcp 442-443", Verdict.PASSES),
        (("udp", 443, 443, IPv4Network("10.0.4.0/22")), "udp 443", Verdict.PASSES),
        (("-1", 0, 65535, IPv4Network("10.0.4.0/22")), "anything", Verdict.PASSES),
        (("tcp", 22, 22, IPv4Network("10.0.4.0/30")), "tcp 22", Verdict.PASSES),
        (("tcp", 22, 22, OPEN), "tcp 22", Verdict.UNKNOWN),
        (("tcp", OPEN, 22, IPv4Network("10.0.4.0/22")), "anything", Verdict.UNKNOWN),
        (("tcp", 22, OPEN, IPv4Network("10.0.4.0/22")), "anything", Verdict.UNKNOWN),
        ((OPEN, 22, 22, IPv4Network("10.0.4.0/22")), "anything", Verdict.UNKNOWN),
        (("tcp", 443, 443, IPv4Network("10.0.4.0/22")), None, None),
        (("tcp", 22, 22, IPv4Network("192.168.0.0/16")), None, None),
        (("tcp", 22, 22, "a group"), None, None),
    ],
    ids=str,
)
def test_a_rule_for_anything_but_the_offered_port_exposes_it(
    rule: Any, flow: str | None, verdict: Verdict | None
) -> None:
    found = exposed(ingress(rule))
    expected = [] if flow is None else [("hub: kms", flow, verdict), ("hub: ecr.dkr", flow, verdict)]
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        (Flow("tcp", 443, 443), True),
        (Flow("tcp", 440, 449), True),
        (Flow("tcp", 439, 440), False),
        (Flow("tcp", 449, 450), False),
        (Flow("udp", 443, 443), False),
        (Flow("-1", 0, 65535), False),
    ],
    ids=str,
)
def test_an_endpoint_admits_what_lies_within_one_of_its_rules(flow: Flow, *, expected: bool) -> None:
    trace = traced(ingress(("tcp", 440, 449, IPv4Network("10.0.4.0/22"))))
    assert trace.admits("s0", "hub: kms", flow) is expected, str(flow)


def test_what_no_packet_gets_to_is_not_exposed() -> None:
    written = ingress(("tcp", 22, 22, IPv4Network("10.0.4.0/22")))
    written.change("tables", "s0: table", routes=())
    assert exposed(written) == []


def test_the_way_out_is_an_exposure_unless_it_is_dropped() -> None:
    for kind, expected in (("nat_gateway", Verdict.PASSES), ("peering", Verdict.UNKNOWN), ("blackhole", None)):
        written = draft()
        written.route("s0", "0.0.0.0/0", "target", kind)
        found = exposed(written)
        assert found == ([] if expected is None else [("public addresses", "anything", expected)]), kind


def test_instances_and_resolver_endpoints_of_a_hub_are_walked_to_and_those_of_spokes_are_not() -> None:
    written = draft()
    written.group("hub: ssh", [("tcp", 22, 22, "10.0.4.0/22")], [])
    written.parts["instances"] = {
        "bastion": Instance("bastion", "hub: a", ("hub: ssh",)),
        "neighbour": Instance("neighbour", "s1: a", ("hub: ssh",)),
    }
    written.change("resolver_endpoints", "hub: out", groups=("hub: ssh",))
    assert {(address, flow) for address, flow, _ in exposed(written)} == {("bastion", "tcp 22"), ("hub: out", "tcp 22")}


# Between spokes ---------------------------------------------------------------------------------------------------


def test_spokes_that_are_joined_reach_each_other_and_others_do_not() -> None:
    network = draft().network()
    assert traced(network).between("s0", "s1").verdict is Verdict.DROPPED
    table = next(
        table
        for table in network.gateway_tables.values()
        if any(link.target == "s0: attachment" for link in table.associations)
    )
    cidr = network.spokes["s1"].cidrs[0]
    assert isinstance(cidr, IPv4Network)
    routed = replace(table, routes=(GatewayRoute("joins", cidr, "s1: attachment"),))
    written = draft()
    written.route("s0", str(cidr), "hub: gateway")
    network = replace(written.network(), gateway_tables={**written.parts["gateway_tables"], table.address: routed})
    path = traced(network).between("s0", "s1")
    assert path.verdict is Verdict.PASSES, str(path)
