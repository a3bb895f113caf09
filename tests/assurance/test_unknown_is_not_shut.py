"""What is not known counts neither as allowed nor as blocked: every place where a walk once passed over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from assurance.path import Verdict
from assurance.trace import State, Trace
from network.model import (
    GatewayEndpoint,
    GatewayRoute,
    HostedZone,
    Instance,
    InterfaceEndpoint,
    Link,
    Network,
    Owner,
    Record,
    Route,
    RuleAssociation,
    SecurityRule,
    Subnet,
    Unknown,
)
from review.verdicts import intended, report
from tests.lab.networks import HUB_ACCOUNT, REGION, SERVICES, Draft, sound_network

OPEN = Unknown("var.value")
KMS, S3 = SERVICES[0], SERVICES[5]
OFFERED = frozenset({443})
NET = IPv4Network


def draft() -> Draft:
    """A sound network, in which s0 and s1 reach the hub and not each other."""
    return sound_network(1)


def traced(written: Draft | Network) -> Trace:
    return Trace(written.network() if isinstance(written, Draft) else written, SERVICES)


def reach(written: Draft | Network, service: Any = KMS) -> tuple[State, str]:
    """How s0 reaches a service, and the hop that decides."""
    found = traced(written).reach("s0", service)
    return found.state, found.path.end.at if found.path.end is not None else ""


def exposures(written: Draft | Network) -> dict[str, Verdict]:
    """What s0 reaches besides the HTTPS of both endpoints."""
    trace = traced(written)
    offered = dict.fromkeys(trace.network.interface_endpoints, OFFERED)
    return {each.address: each.path.verdict for each in trace.exposures("s0", offered)}


def between(written: Draft | Network) -> tuple[Verdict, str]:
    path = traced(written).between("s0", "s1")
    return path.verdict, path.end.at if path.end is not None else ""


def test_the_network_is_sound_as_long_as_everything_is_known() -> None:
    assert reach(draft()) == (State.PRIVATE, "")
    assert exposures(draft()) == {}
    assert between(draft())[0] is Verdict.DROPPED


# Subnets and instances --------------------------------------------------------------------------------------------


def test_a_subnet_of_unknown_range_is_not_walked_and_so_nothing_of_its_vpc_is_proved() -> None:
    written = draft()
    written.change("subnets", "s0: a", cidr=OPEN)
    assert reach(written) == (State.UNKNOWN, "s0: a")
    assert exposures(written)["public addresses"] is Verdict.UNKNOWN


def test_a_subnet_of_an_unknown_vpc_may_be_in_any_vpc_of_its_stack() -> None:
    written = draft()
    written.parts["subnets"]["s0: other"] = Subnet("s0: other", OPEN, "z1", NET("10.0.4.224/28"), "not read")
    assert reach(written) == (State.UNKNOWN, "s0: other")
    assert between(written) == (Verdict.UNKNOWN, "s0: other")
    assert traced(written).reach("s1", KMS).state is State.PRIVATE, "the stack of another spoke"


def test_an_instance_in_an_unknown_subnet_may_be_in_the_spoke_and_denied_everything() -> None:
    written = draft()
    written.parts["instances"]["s0: i"] = Instance("s0: i", OPEN, (written.group("s0: nothing", [], []),))
    assert reach(written) == (State.UNKNOWN, "s0: i")


def test_an_instance_whose_group_may_not_allow_a_port_is_asked_for_it() -> None:
    smtp = replace(KMS, ports=(443, 587))
    written = draft()
    group = written.group("s0: some", [], [("tcp", 443, 443, "0.0.0.0/0")])
    rule = SecurityRule("s0: maybe", "tcp", 587, 587, OPEN)
    written.change("groups", group, egress=(*written.parts["groups"][group].egress, rule))
    written.parts["instances"]["s0: i"] = Instance("s0: i", "s0: a", (group,))
    written.group("hub: https", [("tcp", 443, 443, "10.0.0.0/8"), ("tcp", 587, 587, "10.0.0.0/8")], [])
    found = Trace(written.network(), [smtp]).reach("s0", smtp)
    assert (found.state, found.ports) == (State.UNKNOWN, (587,)), str(found.path)
    assert found.path.end is not None
    assert found.path.end.at == "s0: maybe"


def test_a_hub_instance_whose_subnet_is_unknown_may_be_exposed() -> None:
    written = draft()
    written.parts["instances"]["hub: i"] = Instance("hub: i", OPEN, ("hub: https",))
    assert exposures(written) == {"hub: i": Verdict.UNKNOWN}


def test_an_endpoint_with_an_unknown_subnet_is_reached_in_part_and_may_be_exposed_there() -> None:
    written = draft()
    written.change("interface_endpoints", "hub: kms", subnets=("hub: a", OPEN))
    assert reach(written) == (State.UNKNOWN, "hub: kms")
    assert exposures(written) == {"hub: kms": Verdict.UNKNOWN}


# Security groups --------------------------------------------------------------------------------------------------


def test_a_group_that_was_not_read_may_expose_anything() -> None:
    written = draft()
    written.change("interface_endpoints", "hub: kms", groups=("hub: https", "hub: not read"))
    assert exposures(written)["hub: kms"] is Verdict.UNKNOWN


def test_a_rule_of_unknown_ports_may_expose_anything() -> None:
    written = draft()
    rule = SecurityRule("hub: rule of var", "tcp", OPEN, OPEN, NET("10.0.0.0/8"))
    written.change("groups", "hub: https", ingress=(*written.parts["groups"]["hub: https"].ingress, rule))
    assert set(exposures(written)) == {"hub: kms", "hub: ecr.dkr"}
    assert set(exposures(written).values()) == {Verdict.UNKNOWN}


def test_a_rule_for_a_group_is_undetermined_where_the_other_sides_groups_are() -> None:
    written = draft()
    both = [("udp", 53, 53, "hub: outbound-group"), ("tcp", 53, 53, "hub: outbound-group")]
    written.group("hub: inbound-group", both, [])
    assert reach(written)[0] is State.PRIVATE
    written.change("resolver_endpoints", "hub: out", groups=("hub: outbound-group", OPEN))
    assert reach(written)[0] is State.PRIVATE, "one of its groups is enough"
    written.change("resolver_endpoints", "hub: out", groups=(OPEN,))
    assert reach(written)[0] is State.UNKNOWN


# Routes and gateways ----------------------------------------------------------------------------------------------


def test_a_route_of_unknown_destination_may_be_more_specific_than_the_vpcs_own_range() -> None:
    """Within the hub's VPC: from the outbound endpoint's interfaces to the inbound endpoint's."""
    written = draft()
    table = written.parts["tables"]["hub: table"]
    appliance = Route("hub: route of var", OPEN, "network_interface", "eni-1")
    written.change("tables", "hub: table", routes=(*table.routes, appliance))
    assert reach(written) == (State.UNKNOWN, "hub: route of var")


def test_a_known_route_within_the_vpc_is_followed_too() -> None:
    written = draft()
    table = written.parts["tables"]["hub: table"]
    appliance = Route("hub: to an appliance", NET("10.0.1.0/24"), "network_interface", "eni-1")
    written.change("tables", "hub: table", routes=(*table.routes, appliance))
    assert reach(written) == (State.UNKNOWN, "hub: to an appliance")


def test_two_gateways_are_severed_only_where_both_are() -> None:
    """The second gateway's attachment is not known; the first's table alone says that nothing passes."""
    written = draft()
    gateways = written.parts["gateways"]
    gateways["hub: second"] = replace(gateways["hub: gateway"], address="hub: second")
    written.route("s0", "10.0.5.0/25", "hub: gateway")
    written.route("s0", "10.0.5.128/25", "hub: second")
    old = written.parts["attachments"]["s0: attachment"]
    written.parts["attachments"]["s0: second"] = replace(old, address="s0: second", gateway="hub: second", vpc=OPEN)
    assert between(written) == (Verdict.UNKNOWN, "s0: second")


def test_two_associations_of_one_attachment_leave_open_which_one_counts() -> None:
    written = draft()
    written.link("hub: table-hub", "associations", "s0")
    written.route("s0", "10.0.4.0/22", "hub: gateway")
    assert between(written)[0] is Verdict.UNKNOWN


def test_a_subnet_of_an_attachment_that_was_not_read_may_be_in_any_zone() -> None:
    written = draft()
    written.change("attachments", "s0: attachment", subnets=("s0: door-a", "s0: not read"))
    assert reach(written) == (State.UNKNOWN, "s0: attachment")


def test_a_gateway_that_may_accept_attachments_by_itself_leaves_open_whether_one_is() -> None:
    written = draft()
    written.change("gateways", "hub: gateway", auto_accept=OPEN)
    account = next(name for name in written.spokes if written.accounts[name] != HUB_ACCOUNT)
    written.change("attachments", f"{account}: attachment", accepter=None, accepter_owner=None)
    found = traced(written).reach(account, KMS)
    assert found.state is State.UNKNOWN, str(found.path)


def test_a_way_out_through_a_vpc_whose_subnets_are_unknown_may_be_one() -> None:
    written = draft()
    written.route("s0", "0.0.0.0/0", "hub: gateway")
    table = next(
        table
        for table in written.parts["gateway_tables"].values()
        if any(link.target == "s0: attachment" for link in table.associations)
    )
    egress = replace(written.parts["attachments"]["hub: attachment"], address="hub: egress", subnets=(OPEN,))
    written.parts["attachments"]["hub: egress"] = egress
    route = GatewayRoute("hub: default", NET("0.0.0.0/0"), "hub: egress")
    written.change("gateway_tables", table.address, routes=(route,))
    assert exposures(written)["public addresses"] is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"vpc": "vpc-0123456789abcdef0"},
        {"service": OPEN},
        {"tables": (Link("link", OPEN),)},
        {"vpc": OPEN, "tables": (Link("link", OPEN),)},
    ],
    ids=["another VPC", "service", "table", "VPC and table"],
)
def test_a_gateway_endpoint_of_which_something_is_unknown_may_take_the_packets(changes: dict[str, Any]) -> None:
    endpoint = GatewayEndpoint("s0: s3", "s0: vpc", f"com.amazonaws.{REGION}.s3", (Link("link", "s0: table"),))
    written = draft()
    written.parts["gateway_endpoints"]["s0: s3"] = endpoint
    assert reach(written, S3)[0] is State.GATEWAY
    written.parts["gateway_endpoints"]["s0: s3"] = replace(endpoint, **changes)
    assert reach(written, S3) == (State.UNKNOWN, "s0: s3")


# Names ------------------------------------------------------------------------------------------------------------


def association(written: Draft) -> None:
    owner = written.owner(written.accounts["s0"])
    written.rule("hub", "keeps", KMS.names[0], (), kind="SYSTEM")
    written.associations["somewhere"] = RuleAssociation("somewhere", owner, "hub: keeps", OPEN)


def zone(written: Draft) -> None:
    written.parts["zones"]["zone"] = HostedZone("zone", KMS.names[0], (Link("somewhere", OPEN),))


def endpoint(written: Draft) -> None:
    own = InterfaceEndpoint("somewhere", OPEN, KMS.endpoint, (), (), private_dns=True)
    written.parts["interface_endpoints"]["somewhere"] = own


def service(written: Draft) -> None:
    own = InterfaceEndpoint("somewhere", "s0: vpc", OPEN, (), (), private_dns=True)
    written.parts["interface_endpoints"]["somewhere"] = own


@pytest.mark.parametrize("change", [association, zone, endpoint, service])
def test_what_may_be_in_the_vpc_may_take_its_names(change: Callable[[Draft], None]) -> None:
    written = draft()
    change(written)
    assert reach(written) == (State.UNKNOWN, "somewhere")


def test_what_may_be_in_the_vpc_leaves_names_alone_that_something_more_specific_takes() -> None:
    written = draft()
    written.rule("hub", "wide", "amazonaws.com", (), kind="SYSTEM")
    owner = written.owner(written.accounts["s0"])
    written.associations["somewhere"] = RuleAssociation("somewhere", owner, "hub: wide", OPEN)
    assert reach(written) == (State.PRIVATE, "")


def test_a_rule_that_another_account_associates_somewhere_is_not_this_vpcs() -> None:
    written = draft()
    written.rule("hub", "keeps", KMS.names[0], (), kind="SYSTEM")
    written.associations["somewhere"] = RuleAssociation("somewhere", Owner("9" * 12, REGION), "hub: keeps", OPEN)
    assert reach(written) == (State.PRIVATE, "")


def test_two_zones_of_one_domain_are_undetermined() -> None:
    written = draft()
    for name in ("one", "two"):
        record = Record(f"{name} record", KMS.names[0], (), "hub: kms" if name == "one" else OPEN)
        written.parts["zones"][name] = HostedZone(name, KMS.names[0], (Link(f"{name} link", "s0: vpc"),), (record,))
    assert reach(written)[0] is State.UNKNOWN


def test_a_name_with_several_records_is_undetermined() -> None:
    written = draft()
    records = (Record("one", KMS.names[0], (), "hub: kms"), Record("two", KMS.names[0], (), "hub: ecr.dkr"))
    written.parts["zones"]["zone"] = HostedZone("zone", KMS.names[0], (Link("link", "s0: vpc"),), records)
    assert reach(written) == (State.UNKNOWN, "one")


def test_an_outbound_endpoint_of_unknown_direction_may_be_one() -> None:
    written = draft()
    written.change("resolver_endpoints", "hub: out", direction=OPEN)
    assert reach(written) == (State.UNKNOWN, "hub: out")


@pytest.mark.parametrize(
    ("target", "change"),
    [
        ("10.0.0.54", lambda written: written.change("resolver_endpoints", "hub: in", direction=OPEN)),
        (
            "10.0.0.54",
            lambda written: written.change(
                "resolver_endpoints", "hub: in", interfaces=((OPEN, IPv4Address("10.0.0.54")),)
            ),
        ),
        (
            "10.0.0.54",
            lambda written: written.parts["instances"].update(
                {"hub: dns": Instance("hub: dns", "hub: a", ("hub: https",))}
            ),
        ),
        ("10.0.0.2", lambda _: None),
    ],
    ids=["a direction", "a subnet", "an instance may be a name server", "the VPC's own resolver"],
)
def test_a_target_that_somebody_may_have_is_not_known_to_be_nobody(
    target: str, change: Callable[[Draft], None]
) -> None:
    written = draft()
    rule = written.parts["rules"]["hub: rule"]
    forwarder = replace(rule.targets[0], ip=IPv4Address(target))
    written.change("rules", "hub: rule", targets=(forwarder,))
    change(written)
    assert reach(written) == (State.UNKNOWN, "hub: rule")


def test_a_target_that_nobody_has_is_one() -> None:
    written = draft()
    rule = written.parts["rules"]["hub: rule"]
    written.change("rules", "hub: rule", targets=(replace(rule.targets[0], ip=IPv4Address("10.0.0.54")),))
    assert reach(written) == (State.BROKEN, "hub: rule")


def test_an_inbound_endpoint_in_a_vpc_that_was_not_read_is_no_error() -> None:
    written = draft()
    written.change("subnets", "hub: a", vpc="not read")
    written.change("subnets", "hub: b", vpc="not read")
    assert reach(written)[0] is State.UNKNOWN


# Hubs -------------------------------------------------------------------------------------------------------------


def test_a_hub_that_nobody_knows_is_asked_for_where_an_attachments_vpc_is_unknown() -> None:
    written = draft()
    written.change("attachments", "s0: attachment", vpc=OPEN)
    network = written.network()
    found = report(network, SERVICES, replace(intended(network, SERVICES), hub={}, services={}))
    lost = {spoke for finding in found.findings if finding.code.id == "HUB305" for spoke in finding.spokes}
    assert "s0" in lost
