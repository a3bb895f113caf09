"""Which of a VPC's rules and zones takes a name, whom a query is forwarded to, and when it is lost."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from assurance.dns import Answer, Kind
from assurance.trace import State, Trace
from network.model import (
    Forwarder,
    HostedZone,
    Link,
    Network,
    Owner,
    Record,
    ResolverEndpoint,
    RuleAssociation,
    Unknown,
)
from tests.lab.networks import DOMAIN, HUB_ACCOUNT, REGION, SERVICES, Draft, sound_network

NAME = f"kms.{DOMAIN}"
OPEN = Unknown("var.value")


def draft() -> Draft:
    return sound_network(1)


def answered(written: Draft | Network, name: str = NAME, vpc: str = "s0") -> Answer:
    """What a VPC's resolver answers."""
    network = written.network() if isinstance(written, Draft) else written
    trace = Trace(network, SERVICES)
    return trace.names.resolve({**network.hubs, **network.spokes}[vpc], name)


def lost(written: Draft | Network, name: str = NAME, vpc: str = "s0") -> tuple[Kind, str]:
    """The same, with the hop that decides."""
    answer = answered(written, name, vpc)
    assert answer.path.end is not None, f"{answer.kind}\n{answer.path}"
    return answer.kind, answer.path.end.at


def with_zone(written: Draft, domain: Any, *records: Record, vpc: str = "s0: vpc") -> Draft:
    zone = HostedZone("zone", domain, (Link("zone link", vpc),), records)
    written.parts["zones"]["zone"] = zone
    return written


def record(name: str, alias: Any = "hub: kms", **values: Any) -> Record:
    return replace(Record(f"record {name}", name, (), alias), **values)


@pytest.mark.parametrize(("other", "state"), [("com.amazonaws.x.other", State.BROKEN), (OPEN, State.UNKNOWN)], ids=str)
def test_a_record_that_leads_to_the_endpoint_of_another_service_is_no_private_path(other: Any, state: State) -> None:
    written = with_zone(draft(), NAME, record(NAME))
    assert Trace(written.network(), SERVICES).reach("s0", SERVICES[0]).state is State.PRIVATE
    written.change("interface_endpoints", "hub: kms", service=other, private_dns=False)
    reach = Trace(written.network(), SERVICES).reach("s0", SERVICES[0])
    assert reach.path.end is not None
    assert (reach.state, reach.path.end.at) == (state, "hub: kms"), str(reach.path)


def test_a_name_is_answered_by_the_hubs_endpoint() -> None:
    answer = answered(draft())
    assert (answer.kind, answer.endpoint) == (Kind.PRIVATE, "hub: kms"), str(answer.path)


# Rules and zones --------------------------------------------------------------------------------------------------


def test_the_most_specific_domain_takes_the_name() -> None:
    for domain, taken in ((NAME, True), (f"other.{DOMAIN}", False), ("com", False)):
        written = draft()
        written.rule("hub", "narrow", domain, (IPv4Address("192.0.2.53"),))
        written.share("hub: more", ["hub: narrow"])
        written.use_rule("s0", "hub: narrow")
        answer = answered(written)
        assert (answer.kind is Kind.PRIVATE) is not taken, f"{domain}\n{answer.path}"


@pytest.mark.parametrize(("domain", "kind"), [(DOMAIN, Kind.PRIVATE), (NAME, Kind.NXDOMAIN)])
def test_a_rule_comes_before_a_zone_of_its_own_domain_and_after_a_narrower_one(domain: str, kind: Kind) -> None:
    assert answered(with_zone(draft(), domain)).kind is kind


def test_a_system_rule_leaves_the_name_to_zones_and_then_to_the_public() -> None:
    written = draft()
    written.rule("hub", "keeps", NAME, (), kind="SYSTEM")
    written.share("hub: more", ["hub: keeps"])
    written.use_rule("s0", "hub: keeps")
    assert answered(written).kind is Kind.PUBLIC
    wide = with_zone(written, DOMAIN, record("kms"))
    assert answered(wide).kind is Kind.PRIVATE
    assert lost(wide, f"x.{NAME}") == (Kind.NXDOMAIN, "zone")


def test_a_rule_that_is_refused_is_not_blamed_where_another_one_leads_to_the_endpoint() -> None:
    written = draft()
    written.rule("hub", "narrow", NAME, (IPv4Address("192.0.2.53"),))
    written.accounts["s0"] = "2" * 12
    written.use_rule("s0", "hub: narrow")
    written.change("tables", "hub: table", routes=())
    reach = Trace(written.network(), SERVICES).reach("s0", SERVICES[0])
    assert reach.path.end is not None
    assert (reach.state, reach.path.end.at) == (State.BROKEN, "hub: table"), str(reach.path)


@pytest.mark.parametrize("kind", ["RECURSIVE", "DELEGATE", OPEN], ids=str)
def test_what_a_rule_of_another_kind_does_is_not_known(kind: Any) -> None:
    written = draft()
    written.parts["rules"]["hub: rule"] = replace(written.parts["rules"]["hub: rule"], kind=kind)
    assert lost(written) == (Kind.UNKNOWN, "hub: rule")


def test_a_rule_or_zone_of_an_unknown_domain_may_take_any_name() -> None:
    written = draft()
    written.change("rules", "hub: rule", domain=OPEN)
    assert answered(written).kind is Kind.UNKNOWN
    assert lost(with_zone(draft(), OPEN)) == (Kind.UNKNOWN, "zone link")
    written = draft()
    written.associations["any"] = RuleAssociation("any", written.owner(HUB_ACCOUNT), "not read", "s0: vpc")
    assert answered(written).kind is Kind.UNKNOWN


def test_two_rules_for_one_domain_are_undetermined_and_one_rule_twice_is_not() -> None:
    written = draft()
    written.rule("hub", "twin", DOMAIN, (IPv4Address("10.0.0.53"),))
    written.share("hub: more", ["hub: twin"])
    written.use_rule("s0", "hub: twin")
    assert answered(written).kind is Kind.UNKNOWN
    written = draft()
    written.associations["again"] = replace(written.associations["s0: uses hub: rule"], address="again")
    assert answered(written).kind is Kind.PRIVATE


def test_a_rule_that_is_not_shared_or_whose_owner_is_not_known_takes_no_name() -> None:
    owner = Owner("222222222222", REGION)
    network = draft().network()
    spoke = next(name for name in network.spokes if network.spokes[name].owner.account != HUB_ACCOUNT)
    assert answered(network, vpc=spoke).kind is Kind.PRIVATE
    alone = replace(network, shares=tuple(share for share in network.shares if share.address != "hub: share"))
    assert answered(alone, vpc=spoke).kind is Kind.PUBLIC
    rules = {**network.rules, "hub: rule": replace(network.rules["hub: rule"], owner=Owner(OPEN, REGION))}
    assert answered(replace(network, rules=rules), vpc=spoke).kind is Kind.UNKNOWN
    wrong = tuple(
        replace(each, owner=owner if network.spokes[spoke].owner != owner else Owner("333333333333", REGION))
        if each.vpc == f"{spoke}: vpc"
        else each
        for each in network.rule_associations
    )
    answer = answered(replace(network, rule_associations=wrong), vpc=spoke)
    assert answer.kind is Kind.PUBLIC
    assert "associates a rule with a VPC of account" in str(answer.path)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"dns_support": False}, Kind.SERVFAIL),
        ({"dns_support": OPEN}, Kind.UNKNOWN),
        ({"dns_hostnames": False}, Kind.PUBLIC),
        ({"dns_hostnames": OPEN}, Kind.UNKNOWN),
    ],
    ids=str,
)
def test_the_hubs_attributes_decide_about_its_zones(changes: dict[str, Any], kind: Kind) -> None:
    written = draft()
    written.change("vpcs", "hub: vpc", **changes)
    assert answered(written).kind is kind


def test_other_name_servers_answer_what_nobody_knows() -> None:
    written = draft()
    written.change("vpcs", "s0: vpc", name_servers=("192.0.2.53",))
    assert lost(written) == (Kind.UNKNOWN, "s0: vpc")


# Records ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "kind"),
    [
        ((record(NAME),), Kind.PRIVATE),
        ((record("kms"),), Kind.PRIVATE),
        ((record("*"),), Kind.PRIVATE),
        ((record(f"*.{DOMAIN}"),), Kind.PRIVATE),
        ((record("*.com"),), Kind.NXDOMAIN),
        ((record("*", OPEN), record("kms")), Kind.PRIVATE),
        ((record("*"), record("kms", OPEN)), Kind.UNKNOWN),
        ((record("sqs"),), Kind.NXDOMAIN),
        ((record("kms", "an endpoint that was not read"),), Kind.UNKNOWN),
        ((record("kms", None, values=(IPv4Address("10.0.0.99"),)),), Kind.UNKNOWN),
        ((), Kind.NXDOMAIN),
    ],
    ids=str,
)
def test_a_private_zone_answers_with_its_record_or_its_wildcard(records: tuple[Record, ...], kind: Kind) -> None:
    written = draft()
    written.associations.clear()
    assert answered(with_zone(written, DOMAIN, *records)).kind is kind


# Forwarding -------------------------------------------------------------------------------------------------------


def forwarded(**changes: Any) -> Draft:
    written = draft()
    written.change("rules", "hub: rule", **changes)
    return written


def target(text: str, port: int = 53) -> Forwarder:
    return Forwarder(IPv4Address(text), port)


@pytest.mark.parametrize(
    ("changes", "kind", "at"),
    [
        ({"endpoint": "not read"}, Kind.UNKNOWN, "hub: rule"),
        ({"endpoint": None}, Kind.UNKNOWN, "hub: rule"),
        ({"endpoint": "hub: in"}, Kind.SERVFAIL, "hub: rule"),
        ({"targets": ()}, Kind.SERVFAIL, "hub: rule"),
        ({"targets": (target("10.0.0.54"),)}, Kind.SERVFAIL, "hub: rule"),
        ({"targets": (target("192.0.2.53"),)}, Kind.UNKNOWN, "hub: rule"),
        ({"targets": (Forwarder(OPEN, 53),)}, Kind.UNKNOWN, "hub: rule"),
        ({"targets": (target("10.0.0.53"), target("10.0.0.54"))}, Kind.SERVFAIL, "hub: rule"),
        ({"targets": (target("10.0.0.53", 5353),)}, Kind.SERVFAIL, "hub: rule"),
    ],
    ids=str,
)
def test_every_target_has_to_answer(changes: dict[str, Any], kind: Kind, at: str) -> None:
    assert lost(forwarded(**changes)) == (kind, at)


def test_a_target_that_an_inbound_endpoint_may_have_is_not_known() -> None:
    written = forwarded(targets=(target("10.0.0.54"),))
    endpoint = written.parts["resolver_endpoints"]["hub: in"]
    written.change("resolver_endpoints", "hub: in", interfaces=tuple((at, None) for at, _ in endpoint.interfaces))
    assert lost(written) == (Kind.UNKNOWN, "hub: rule")


def test_outbound_interfaces_anywhere_are_no_inbound_endpoint() -> None:
    written = forwarded(targets=(target("10.0.0.54"),))
    outbound = written.parts["resolver_endpoints"]["hub: out"]
    assert all(ip is None for _, ip in outbound.interfaces)
    assert lost(written)[0] is Kind.SERVFAIL


def test_an_outbound_interface_whose_subnet_is_not_known_may_not_get_there() -> None:
    written = draft()
    outbound = written.parts["resolver_endpoints"]["hub: out"]
    written.change("resolver_endpoints", "hub: out", interfaces=(*outbound.interfaces, (OPEN, None)))
    assert lost(written) == (Kind.UNKNOWN, "hub: out")


@pytest.mark.parametrize(("side", "group"), [("egress", "hub: outbound-group"), ("ingress", "hub: inbound-group")])
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_a_query_needs_both_protocols_through_both_groups(side: str, group: str, protocol: str) -> None:
    written = draft()
    rules = getattr(written.parts["groups"][group], side)
    written.change("groups", group, **{side: tuple(rule for rule in rules if rule.protocol != protocol)})
    assert lost(written) == (Kind.SERVFAIL, group)


def test_of_targets_with_one_address_the_one_in_the_outbound_endpoints_vpc_is_asked() -> None:
    written = draft()
    twin = ResolverEndpoint(
        "s1: in", written.owner(HUB_ACCOUNT), "INBOUND", (("s1: a", IPv4Address("10.0.0.53")),), ("hub: inbound-group",)
    )
    written.parts["resolver_endpoints"] = {"s1: in": twin, **written.parts["resolver_endpoints"]}
    answer = answered(written)
    assert (answer.kind, answer.endpoint) == (Kind.PRIVATE, "hub: kms"), str(answer.path)


def test_a_query_that_comes_back_to_its_rule_goes_round_for_ever() -> None:
    written = draft()
    written.use_rule("hub", "hub: rule")
    kind, at = lost(written, f"states.{DOMAIN}")
    assert (kind, at) == (Kind.SERVFAIL, "hub: rule")


# Fixes ------------------------------------------------------------------------------------------------------------


def fix(written: Draft, vpc: str, name: str = NAME) -> str:
    """What would have kept a name private that was answered in public."""
    answer = answered(written, name, vpc)
    assert answer.kind is Kind.PUBLIC, str(answer.path)
    return answer.path.hops[-1].fix


@pytest.mark.parametrize(
    ("kind", "address", "changes", "expected"),
    [
        ("interface_endpoints", "hub: kms", {"private_dns": False}, "set private_dns_enabled on hub: kms"),
        ("vpcs", "hub: vpc", {"dns_hostnames": False}, "set enable_dns_hostnames on hub: vpc: private DNS needs it"),
        ("interface_endpoints", "hub: kms", {"inbound_only": True}, "have hub: kms answer every query (dns_options)"),
    ],
)
def test_what_keeps_an_endpoint_from_answering_is_the_fix(
    kind: str, address: str, changes: dict[str, Any], expected: str
) -> None:
    written = draft()
    written.change(kind, address, **changes)
    assert fix(written, "hub") == expected


def test_a_rule_of_the_name_is_the_fix_for_a_spoke_the_narrowest_first() -> None:
    written = draft()
    del written.associations["s0: uses hub: rule"]
    associate = "with the VPC (aws_route53_resolver_rule_association)"
    assert fix(written, "s0") == f"associate hub: rule {associate}"
    written.rule("hub", "narrow", NAME, (IPv4Address("10.0.0.53"),))
    assert fix(written, "s0") == f"associate hub: narrow {associate}"
    assert (
        fix(written, "s0", "kms.eu-west-1.amazonaws.com")
        == "create an interface endpoint for the service, with private DNS"
    )
    assert fix(written, "hub", f"states.{DOMAIN}") == "create an interface endpoint for the service, with private DNS"


def test_an_endpoint_of_the_own_vpc_answers_and_holds_nothing_below_its_names() -> None:
    assert answered(draft(), vpc="hub").endpoint == "hub: kms"
    assert answered(draft(), f"example.dkr.ecr.{DOMAIN}", "hub").kind is Kind.PRIVATE
    assert lost(draft(), f"x.{NAME}", "hub") == (Kind.NXDOMAIN, "hub: kms")
    written = draft()
    written.change("interface_endpoints", "hub: kms", private_dns=OPEN)
    assert lost(written, vpc="hub") == (Kind.UNKNOWN, "hub: kms")
