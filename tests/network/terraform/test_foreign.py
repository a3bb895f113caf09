"""Terraform that others wrote: what it leaves open is undetermined, and no document makes the reader fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assurance.trace import State, Trace
from network.model import Network, Unknown
from network.terraform.reader import DocumentError, read
from review.intent import intent_of, services_in
from review.verdicts import report
from tests.assurance.faults import HUB, PAYMENTS, Stacks, catalogued, service
from tests.examples import designed, stacks_of
from tests.network.terraform.test_modules import plan

OPEN = "${data.aws_vpc.x.id}"
LIST = "${aws_ec2_managed_prefix_list.added.id}"


def known(value: object) -> object:
    return "unknown" if isinstance(value, Unknown) else value


def built(resources: dict[str, Any]) -> Network:
    provider = {"aws": [{"region": "us-east-1", "allowed_account_ids": ["111111111111"]}]}
    return read([("s", {"provider": provider, "resource": resources})])


# Never a definite verdict ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stack", "path", "changes"),
    [
        (PAYMENTS, "resolver/rule-us-east-1_amazonaws_com-association", {"vpc_id": OPEN}),
        (PAYMENTS, "network/vpc", {"cidr_block": "${var.range}"}),
        (PAYMENTS, "network/vpc", {"cidr_block": None, "ipv4_ipam_pool_id": "ipam-pool-1", "ipv4_netmask_length": 24}),
        (PAYMENTS, "network/subnet-use1-az1", {"cidr_block": "${var.range}"}),
        (PAYMENTS, "network/subnet-use1-az1-routes", {"subnet_id": OPEN}),
        (PAYMENTS, "gateway/route-hub", {"destination_cidr_block": "${var.range}"}),
        (HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22", {"from_port": "https"}),
        (HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22", {"to_port": "${var.port}"}),
        (HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22", {"from_port": [443], "to_port": {}}),
        (HUB, "endpoints/endpoint-kms", {"service_name": "${data.aws_vpc_endpoint_service.x.service_name}"}),
        (HUB, "endpoints/endpoint-kms", {"private_dns_enabled": "yes"}),
        (HUB, "resolver/rule-us-east-1_amazonaws_com", {"target_ip": [{"ip": "10.0.0.53", "port": "dns"}]}),
    ],
    ids=str,
)
def test_what_is_not_known_is_undetermined(stack: str, path: str, changes: dict[str, Any]) -> None:
    reach = Stacks().changed(stack, path, **changes).reach()
    assert reach.state is State.UNKNOWN, str(reach.path)


def test_a_route_in_the_main_table_is_one_in_the_default_table() -> None:
    vpc = {"cidr_block": "10.0.0.0/16"}
    route = {"route_table_id": "${aws_vpc.x.main_route_table_id}", "destination_cidr_block": "10.1.0.0/16"}
    resources: dict[str, Any] = {"aws_vpc": {"x": vpc}, "aws_route": {"x": {**route, "gateway_id": "igw-1"}}}
    assert len(built(resources).tables["s: aws_vpc.x#default_route_table_id"].routes) == 1
    other = {"aws_main_route_table_association": {"x": {"vpc_id": "${aws_vpc.x.id}", "route_table_id": "rtb-1"}}}
    (found,) = built(resources | other).tables["s: aws_vpc.x#default_route_table_id"].routes
    assert known(found.target) == "unknown", "which table was the main one when the route was made"


@pytest.mark.parametrize("argument", ["default_route_table_id", "main_route_table_id"])
def test_a_default_table_goes_by_the_id_of_what_it_takes_over(argument: str) -> None:
    resources: dict[str, Any] = {
        "aws_vpc": {"x": {"cidr_block": "10.0.0.0/16"}},
        "aws_default_route_table": {"x": {"default_route_table_id": f"${{aws_vpc.x.{argument}}}"}},
        "aws_route": {
            "x": {
                "route_table_id": "${aws_default_route_table.x.id}",
                "destination_cidr_block": "10.1.0.0/16",
                "gateway_id": "igw-1",
            }
        },
    }
    network = built(resources)
    assert [str(r.destination) for r in network.tables["s: aws_vpc.x#default_route_table_id"].routes] == ["10.1.0.0/16"]
    resources["aws_default_route_table"]["x"]["default_route_table_id"] = OPEN
    subnet = {"vpc_id": "${aws_vpc.x.id}", "cidr_block": "10.0.0.0/24"}
    network = built(resources | {"aws_subnet": {"x": subnet}})
    assert known(network.subnets["s: aws_subnet.x"].table) == "unknown"


@pytest.mark.parametrize("managed", [False, True])
def test_rules_of_a_vpcs_default_group_and_acl_are_in_them(*, managed: bool) -> None:
    resources: dict[str, Any] = {
        "aws_vpc": {"x": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {"x": {"vpc_id": "${aws_vpc.x.id}", "cidr_block": "10.0.0.0/24"}},
        "aws_vpc_security_group_ingress_rule": {
            "x": {
                "security_group_id": "${aws_vpc.x.default_security_group_id}",
                "ip_protocol": "-1",
                "cidr_ipv4": "10.1.0.0/16",
            }
        },
        "aws_network_acl_rule": {
            "x": {
                "network_acl_id": "${aws_vpc.x.default_network_acl_id}",
                "rule_number": 50,
                "rule_action": "deny",
                "protocol": "-1",
                "cidr_block": "10.1.0.0/16",
            }
        },
    }
    if managed:
        resources["aws_default_security_group"] = {"x": {"vpc_id": "${aws_vpc.x.id}"}}
        resources["aws_default_network_acl"] = {"x": {"default_network_acl_id": "${aws_vpc.x.default_network_acl_id}"}}
    network = built(resources)
    group = network.groups[str(network.vpcs["s: aws_vpc.x"].default_group)]
    acl = network.acls[str(network.subnets["s: aws_subnet.x"].acl)]
    assert [str(rule.peer) for rule in group.ingress][-1] == "10.1.0.0/16"
    assert [entry.number for entry in acl.ingress] == ([50] if managed else [100, 50])
    assert bool(group.egress) is not managed, "AWS's own allows everything out"


@pytest.mark.parametrize("kind", ["aws_network_acl_rule", "aws_security_group_rule"], ids=["an entry", "a rule"])
def test_a_rule_of_an_unknown_side_may_be_on_either(kind: str) -> None:
    parents: dict[str, Any] = {
        "aws_network_acl": {"x": {"vpc_id": "vpc-1"}},
        "aws_security_group": {"x": {"vpc_id": "vpc-1"}},
    }
    rule = {
        "network_acl_id": "${aws_network_acl.x.id}",
        "security_group_id": "${aws_security_group.x.id}",
        "rule_number": 1,
        "rule_action": "allow",
        "protocol": "-1",
        "cidr_block": "10.0.0.0/8",
        "cidr_blocks": ["10.0.0.0/8"],
        "egress": OPEN,
        "type": OPEN,
    }
    network = built(parents | {kind: {"x": rule}})
    found: Any = network.acls["s: aws_network_acl.x"] if "acl" in kind else network.groups["s: aws_security_group.x"]
    for side in (found.ingress, found.egress):
        (only,) = side
        assert known(only.cidr if "acl" in kind else only.peer) == "unknown"


def test_two_tables_of_one_subnet_are_none_for_certain() -> None:
    subnet = {"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"}
    both = {at: {"subnet_id": "${aws_subnet.x.id}", "route_table_id": f"rtb-{at}"} for at in ("a", "b")}
    network = built({"aws_subnet": {"x": subnet}, "aws_route_table_association": both})
    assert known(network.subnets["s: aws_subnet.x"].table) == "unknown"


def test_the_table_of_a_gateway_is_no_subnets() -> None:
    association = {"gateway_id": "igw-1", "route_table_id": "rtb-1"}
    subnet = {"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"}
    network = built({"aws_subnet": {"x": subnet}, "aws_route_table_association": {"x": association}})
    assert known(network.subnets["s: aws_subnet.x"].table) == "vpc-1#default_route_table_id"


# Prefix lists, DHCP options, records --------------------------------------------------------------------------------


def listed(*ranges: Any) -> Stacks:
    """The quickstart, with a prefix list of ranges in the spoke's account."""
    entries = [{"cidr": each} for each in ranges]
    return Stacks().added(PAYMENTS, "aws_ec2_managed_prefix_list", entry=entries, provider="aws.spoke")


@pytest.mark.parametrize(
    ("ranges", "state"),
    [
        (("10.0.0.0/22",), State.PRIVATE),
        (("10.0.0.0/23", "10.0.2.0/23"), State.PRIVATE),
        (("10.1.0.0/16", "2001:db8::/32"), State.BROKEN),
        (("10.0.0.0/22", "${var.more}"), State.UNKNOWN),
        (("${var.hub}",), State.UNKNOWN),
    ],
    ids=str,
)
def test_a_route_to_a_prefix_list_is_one_to_each_of_its_ranges(ranges: tuple[str, ...], state: State) -> None:
    stacks = listed(*ranges)
    route = stacks.at(PAYMENTS, "gateway/route-hub")
    del route["destination_cidr_block"]
    route["destination_prefix_list_id"] = LIST
    assert stacks.reach().state is state


def test_an_entry_of_its_own_is_in_the_list() -> None:
    stacks = listed().added(
        PAYMENTS, "aws_ec2_managed_prefix_list_entry", prefix_list_id=LIST, cidr="10.0.0.0/22", provider="aws.spoke"
    )
    route = stacks.at(PAYMENTS, "gateway/route-hub")
    del route["destination_cidr_block"]
    route["destination_prefix_list_id"] = LIST
    assert stacks.reach().state is State.PRIVATE
    stacks.at(PAYMENTS, "gateway/route-hub")["destination_prefix_list_id"] = "pl-0123456789abcdef0"
    assert stacks.reach().state is State.UNKNOWN


def test_a_group_rule_and_a_gateways_table_name_lists_too() -> None:
    lists = {"aws_ec2_managed_prefix_list": {"x": {"entry": [{"cidr": "10.0.0.0/8"}, {"cidr": "10.1.0.0/16"}]}}}
    of = "${aws_ec2_managed_prefix_list.x.id}"
    group = "${aws_security_group.x.id}"
    network = built(
        {
            **lists,
            "aws_security_group": {"x": {"vpc_id": "vpc-1", "ingress": [{"protocol": "-1", "prefix_list_ids": [of]}]}},
            "aws_vpc_security_group_egress_rule": {
                "x": {"security_group_id": group, "ip_protocol": "-1", "prefix_list_id": of}
            },
            "aws_ec2_transit_gateway_route_table": {"x": {"transit_gateway_id": "tgw-1"}},
            "aws_ec2_transit_gateway_prefix_list_reference": {
                "x": {
                    "prefix_list_id": of,
                    "transit_gateway_route_table_id": "${aws_ec2_transit_gateway_route_table.x.id}",
                    "transit_gateway_attachment_id": "tgw-attach-1",
                }
            },
        }
    )
    found = network.groups["s: aws_security_group.x"]
    routes = network.gateway_tables["s: aws_ec2_transit_gateway_route_table.x"].routes
    for ranges in (found.ingress, found.egress, routes):
        each = [str(getattr(part, "peer", None) or getattr(part, "destination", None)) for part in ranges]
        assert each == ["10.0.0.0/8", "10.1.0.0/16"]
    assert {route.attachment for route in routes} == {"tgw-attach-1"}


@pytest.mark.parametrize(
    ("servers", "state"),
    [
        (["AmazonProvidedDNS"], State.PRIVATE),
        (["10.0.4.2"], State.PRIVATE),
        (["169.254.169.253"], State.PRIVATE),
        (["10.0.4.2", "10.9.0.1"], State.UNKNOWN),
        (["${var.server}"], State.UNKNOWN),
        ([], State.UNKNOWN),
        (None, State.UNKNOWN),
    ],
    ids=str,
)
def test_name_servers_of_dhcp_options_are_the_vpcs_own_or_unknown(servers: Any, state: State) -> None:
    stacks = Stacks().added(PAYMENTS, "aws_vpc_dhcp_options", domain_name_servers=servers, provider="aws.spoke")
    stacks.added(
        PAYMENTS,
        "aws_vpc_dhcp_options_association",
        vpc_id=stacks.reference(PAYMENTS, "network/vpc"),
        dhcp_options_id="${aws_vpc_dhcp_options.added.id}",
        provider="aws.spoke",
    )
    assert stacks.reach().state is state


@pytest.mark.parametrize("options", ["dopt-0123456789abcdef0", OPEN])
def test_dhcp_options_that_were_not_read_may_name_any_server(options: str) -> None:
    stacks = Stacks()
    vpc = stacks.reference(PAYMENTS, "network/vpc")
    arguments = {"vpc_id": vpc, "dhcp_options_id": options, "provider": "aws.spoke"}
    assert stacks.added(PAYMENTS, "aws_vpc_dhcp_options_association", **arguments).reach().state is State.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("aws_route53_resolver_firewall_rule_group_association", {"firewall_rule_group_id": "rslvr-frg-1"}),
        ("aws_route53profiles_association", {"profile_id": "rp-1"}),
    ],
)
@pytest.mark.parametrize("known_vpc", [True, False])
def test_a_firewall_of_names_and_a_profile_leave_every_name_open(
    kind: str, arguments: dict[str, Any], *, known_vpc: bool
) -> None:
    stacks = Stacks()
    vpc = stacks.reference(PAYMENTS, "network/vpc") if known_vpc else OPEN
    where = {"resource_id" if "profiles" in kind else "vpc_id": vpc}
    stacks.added(PAYMENTS, kind, **arguments, **where, provider="aws.spoke")
    assert stacks.reach().state is State.UNKNOWN
    assert stacks.reach("ledger").state is State.PRIVATE


def private_zone(stacks: Stacks, **record: Any) -> Stacks:
    """The quickstart, whose spoke has a private zone with a record for the endpoint."""
    stacks.changed(HUB, "endpoints/endpoint-kms", private_dns_enabled=False)
    vpc = stacks.reference(PAYMENTS, "network/vpc")
    stacks.added(PAYMENTS, "aws_route53_zone", name="kms.us-east-1.amazonaws.com", vpc=[{"vpc_id": vpc}])
    kind, key = stacks.find(HUB, "endpoints/endpoint-kms")
    stacks.stacks[PAYMENTS]["locals"]["endpoint"] = f"{HUB}: {kind}.{key}"
    alias = {"name": "${local.endpoint}"}
    defaults = {"zone_id": "${aws_route53_zone.added.id}", "name": "", "type": "A", "alias": alias}
    return stacks.added(PAYMENTS, "aws_route53_record", **{**defaults, **record})


@pytest.mark.parametrize(
    ("record", "state"),
    [
        ({}, State.PRIVATE),
        ({"name": "kms.us-east-1.amazonaws.com."}, State.PRIVATE),
        ({"alias": [{"name": "${local.endpoint}"}]}, State.PRIVATE),
        ({"name": "${var.name}"}, State.UNKNOWN),
        ({"zone_id": OPEN}, State.UNKNOWN),
        ({"alias": OPEN}, State.UNKNOWN),
        ({"alias": {"name": OPEN}}, State.UNKNOWN),
    ],
    ids=str,
)
def test_a_record_is_the_zones_own_where_its_name_is_empty(record: dict[str, Any], state: State) -> None:
    assert private_zone(Stacks(), **record).reach().state is state


def test_a_zones_id_may_be_taken_from_an_authorisation() -> None:
    stacks = private_zone(Stacks())
    del stacks.stacks[PAYMENTS]["resource"]["aws_route53_zone"]["added"]["vpc"]
    vpc = stacks.reference(PAYMENTS, "network/vpc")
    kind = "aws_route53_vpc_association_authorization"
    stacks.added(PAYMENTS, kind, zone_id="${aws_route53_zone.added.id}", vpc_id=vpc)
    stacks.added(PAYMENTS, "aws_route53_zone_association", zone_id=f"${{{kind}.added.zone_id}}", vpc_id=vpc)
    assert stacks.reach().state is State.PRIVATE


def test_routes_of_ipv6_leave_the_table_as_it_is() -> None:
    stacks = Stacks()
    table = stacks.reference(HUB, "gateway/table-spokes")
    attachment = stacks.reference(HUB, "gateway/attachment")
    route = {"transit_gateway_route_table_id": table, "transit_gateway_attachment_id": attachment}
    stacks.added(HUB, "aws_ec2_transit_gateway_route", destination_cidr_block="::/0", provider="aws.hub", **route)
    assert stacks.reach().state is State.PRIVATE


# Unknown places ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stack", "path", "argument"),
    [
        (PAYMENTS, "gateway/accepter", "transit_gateway_attachment_id"),
        (HUB, "gateway-share/resource-gateway", "resource_share_arn"),
        (HUB, "gateway-share/organization", "resource_share_arn"),
    ],
)
def test_what_belongs_to_something_unknown_blocks_nobody_for_certain(stack: str, path: str, argument: str) -> None:
    assert Stacks().changed(stack, path, **{argument: OPEN}).reach().state is State.UNKNOWN


def test_a_share_that_was_not_read_may_hold_for_anybody() -> None:
    stacks = Stacks().changed(
        HUB, "gateway-share/resource-gateway", resource_share_arn="arn:aws:ram:us-east-1:111111111111:resource-share/1"
    )
    assert stacks.reach().state is State.UNKNOWN


@pytest.mark.parametrize("argument", ["default_route_table_association", "default_route_table_propagation"])
def test_a_default_table_that_may_be_switched_on_is_not_off(argument: str) -> None:
    stacks = Stacks().changed(HUB, "gateway/gateway", **{argument: "${var.on}"})
    stacks.changed(PAYMENTS, "gateway/accepter", **{f"transit_gateway_{argument}": True})
    table = stacks.network.gateway_tables[f"{stacks.address(HUB, 'gateway/gateway')}#default_route_table"]
    links = table.associations if "association" in argument else table.propagations
    assert [known(link.target) for link in links] == ["unknown"]


# Anything at all ---------------------------------------------------------------------------------------------------


NODES: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        [],
        {},
        "",
        "text",
        "${var.x}",
        "${data.a.b.c}",
        "10.0.0.0/8",
        0,
        1,
        -1,
        443,
        1.5,
        True,
        False,
        [None],
        [[]],
        [{}],
        {"x": {}},
        {"a": "${b}"},
    ]
)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of each node of a document."""
    yield at
    if isinstance(value, dict):
        for key, child in value.items():
            yield from places(child, (*at, key))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from places(child, (*at, number))


STACKS = stacks_of("quickstart")
INTENT, SERVICES = intent_of(designed("quickstart")), services_in(read(STACKS.items()))
PLACES = [(stack, place) for stack in (HUB, PAYMENTS) for place in places(STACKS[stack])]
PLANNED = plan()
PLAN_PLACES = list(places(PLANNED))


def put(document: Any, place: tuple[Any, ...], node: Any) -> Any:
    """A document with another node at a place."""
    if not place:
        return node
    changed = deepcopy(document)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = node
    return changed


def read_or_refused(documents: dict[str, Any], changed: str) -> Network | None:
    """The network, or none where the document that was changed is refused, and no other."""
    try:
        return read(documents.items())
    except DocumentError as error:
        refused = {name for name, _ in error.problems}
    assert refused == {changed}
    return None


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), NODES)
def test_a_stack_with_anything_in_it_is_read_or_refused(where: tuple[str, tuple[Any, ...]], node: Any) -> None:
    stack, place = where
    network = read_or_refused({**STACKS, stack: put(STACKS[stack], place, deepcopy(node))}, stack)
    assert network is None or report(network, SERVICES, INTENT).reaches is not None


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLAN_PLACES), NODES)
def test_a_plan_with_anything_in_it_is_read_or_refused(place: tuple[Any, ...], node: Any) -> None:
    network = read_or_refused({"network": put(PLANNED, place, deepcopy(node))}, "network")
    if network is not None and "payments" in network.spokes:
        assert Trace(network, catalogued()).reach("payments", service("kms")).state in State


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='${}[]()".,=?:!&|<>+-*/%ab1 \\\n', max_size=40))
def test_any_expression_is_read(text: str) -> None:
    stack = {"resource": {"aws_vpc": {"x": {"cidr_block": f"${{{text}}}", "count": f"${{{text}}}"}}}}
    for document in (stack, json.dumps(stack)):
        assert read([("s", document)]) is not None


def test_a_plan_with_a_list_for_a_switch_of_an_alias_is_read() -> None:
    switches = (place for place in PLAN_PLACES if {"planned_values", "evaluate_target_health"} <= set(place))
    assert read_or_refused({"network": put(PLANNED, next(switches), [])}, "network") is not None
