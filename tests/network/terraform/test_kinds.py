"""What each kind of resource comes to, with the defaults of AWS's provider; what nobody says is unknown."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from network.model import Network, Owner, Unknown
from network.terraform.reader import read
from tests.assurance.faults import HUB, PAYMENTS, Stacks

NET = IPv4Network("10.0.0.0/24")
OPEN = "${var.value}"


def built(**resources: dict[str, Any]) -> Network:
    """The network of a stack that has one resource of each kind, `x`."""
    provider = {"aws": [{"region": "us-east-1", "allowed_account_ids": ["111111111111"]}]}
    kinds = {f"aws_{kind}": {"x": arguments} for kind, arguments in resources.items()}
    return read([("stack", {"provider": provider, "resource": kinds})])


def at(kind: str) -> str:
    return f"stack: aws_{kind}.x"


def known(value: object) -> object:
    """A value, or `unknown` whatever the reason."""
    return "unknown" if isinstance(value, Unknown) else value


# VPCs and routes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, (True, False)),
        ({"enable_dns_support": False, "enable_dns_hostnames": True}, (False, True)),
        ({"enable_dns_support": "false", "enable_dns_hostnames": "true"}, (False, True)),
        ({"enable_dns_support": OPEN, "enable_dns_hostnames": OPEN}, ("unknown", "unknown")),
    ],
    ids=str,
)
def test_dns_attributes_have_awss_defaults(arguments: dict[str, Any], expected: tuple[object, object]) -> None:
    vpc = built(vpc={"cidr_block": "10.0.0.0/24", **arguments}).vpcs[at("vpc")]
    assert (known(vpc.dns_support), known(vpc.dns_hostnames)) == expected
    assert (vpc.cidrs, vpc.owner) == ((NET,), Owner("111111111111", "us-east-1"))


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"Name": "core"}, "core"),
        ({}, "stack: aws_vpc.x"),
        ({"Name": "${var.n}-core"}, "stack: aws_vpc.x"),
        (None, "stack: aws_vpc.x"),
    ],
    ids=str,
)
def test_a_vpc_goes_by_its_name_or_else_by_its_address(tags: dict[str, str] | None, name: str) -> None:
    assert built(vpc={"cidr_block": "10.0.0.0/24", "tags": tags}).vpcs[at("vpc")].name == name


def test_a_further_range_is_the_vpcs_too() -> None:
    more = {"vpc_id": "${aws_vpc.x.id}", "cidr_block": "10.9.0.0/24"}
    network = built(vpc={"cidr_block": "10.0.0.0/24"}, vpc_ipv4_cidr_block_association=more)
    assert network.vpcs[at("vpc")].cidrs == (NET, IPv4Network("10.9.0.0/24"))


@pytest.mark.parametrize(
    ("arguments", "zone"),
    [
        ({"availability_zone_id": "use1-az1", "availability_zone": "us-east-1a"}, "use1-az1"),
        ({"availability_zone": "us-east-1a"}, "us-east-1a"),
        ({"availability_zone_id": "", "availability_zone": "us-east-1a"}, "us-east-1a"),
        ({}, "unknown"),
    ],
    ids=str,
)
def test_a_zone_goes_by_its_id_or_else_by_its_name(arguments: dict[str, Any], zone: str) -> None:
    network = built(subnet={"vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24", **arguments})
    assert known(network.subnets[at("subnet")].zone) == zone


def test_a_subnet_has_its_own_table_else_the_main_one_else_the_default_one() -> None:
    vpc, subnet = {"cidr_block": "10.0.0.0/24"}, {"vpc_id": "${aws_vpc.x.id}", "cidr_block": "10.0.0.0/26"}
    table = {"vpc_id": "${aws_vpc.x.id}"}
    network = built(vpc=vpc, subnet=subnet, route_table=table)
    assert network.subnets[at("subnet")].table == f"{at('vpc')}#default_route_table_id"
    assert network.tables[f"{at('vpc')}#default_route_table_id"].vpc == at("vpc")
    main = {"vpc_id": "${aws_vpc.x.id}", "route_table_id": "${aws_route_table.x.id}"}
    network = built(vpc=vpc, subnet=subnet, route_table=table, main_route_table_association=main)
    assert network.subnets[at("subnet")].table == at("route_table")
    own = {"subnet_id": "${aws_subnet.x.id}", "route_table_id": "rtb-1"}
    network = built(
        vpc=vpc, subnet=subnet, route_table=table, main_route_table_association=main, route_table_association=own
    )
    assert network.subnets[at("subnet")].table == "rtb-1"


@pytest.mark.parametrize(
    ("arguments", "kind", "target"),
    [
        ({"transit_gateway_id": "tgw-1"}, "transit_gateway", "tgw-1"),
        ({"gateway_id": "igw-1", "transit_gateway_id": ""}, "internet_gateway", "igw-1"),
        ({"nat_gateway_id": "nat-1"}, "nat_gateway", "nat-1"),
        ({"network_interface_id": OPEN}, "network_interface", "unknown"),
        ({}, "unknown", "unknown"),
    ],
    ids=str,
)
def test_a_route_has_the_kind_of_its_target(arguments: dict[str, Any], kind: str, target: str) -> None:
    table = {"vpc_id": "vpc-1", "route": [{"cidr_block": "10.9.0.0/24", **arguments}]}
    route = {"route_table_id": "${aws_route_table.x.id}", "destination_cidr_block": "10.8.0.0/24", **arguments}
    found = built(route_table=table, route=route).tables[at("route_table")].routes
    assert [str(each.destination) for each in found] == ["10.9.0.0/24", "10.8.0.0/24"]
    assert {(each.kind, known(each.target)) for each in found} == {(kind, target)}


def test_ipv6_is_not_modelled_and_a_prefix_list_may_be_any_range() -> None:
    inline = [
        {"ipv6_cidr_block": "::/0", "gateway_id": "igw-1"},
        {"destination_prefix_list_id": "pl-1", "gateway_id": "igw-1"},
    ]
    route = {"route_table_id": "${aws_route_table.x.id}", "destination_ipv6_cidr_block": "::/0", "gateway_id": "igw-1"}
    found = built(route_table={"vpc_id": "vpc-1", "route": inline}, route=route).tables[at("route_table")].routes
    assert [known(each.destination) for each in found] == ["unknown"]
    listed = {"route_table_id": "${aws_route_table.x.id}", "destination_prefix_list_id": "pl-1", "gateway_id": "igw-1"}
    found = built(route_table={"vpc_id": "vpc-1"}, route=listed).tables[at("route_table")].routes
    assert [known(each.destination) for each in found] == ["unknown"]


# Security groups and ACLs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"protocol": "tcp", "from_port": 80, "to_port": 90}, ("tcp", 80, 90)),
        ({"protocol": "6", "from_port": 80, "to_port": 90}, ("tcp", 80, 90)),
        ({"protocol": "UDP", "from_port": 0, "to_port": 0}, ("udp", 0, 0)),
        ({"protocol": "-1", "from_port": 0, "to_port": 0}, ("-1", 0, 65535)),
        ({"protocol": "all"}, ("-1", 0, 65535)),
        ({"protocol": "tcp"}, ("tcp", 0, 65535)),
        ({"protocol": OPEN, "from_port": OPEN, "to_port": OPEN}, ("unknown",) * 3),
    ],
    ids=str,
)
def test_a_rule_has_a_protocol_by_name_and_its_ports(arguments: dict[str, Any], expected: tuple[object, ...]) -> None:
    group = "${aws_security_group.x.id}"
    inline = {"vpc_id": "vpc-1", "egress": [{**arguments, "cidr_blocks": ["10.0.0.0/24"]}]}
    old = {"type": "egress", "security_group_id": group, "cidr_blocks": ["10.1.0.0/24"], **arguments}
    new = {"security_group_id": group, "cidr_ipv4": "10.2.0.0/24", **arguments, "ip_protocol": arguments["protocol"]}
    found = built(security_group=inline, security_group_rule=old, vpc_security_group_egress_rule=new)
    rules = found.groups[at("security_group")].egress
    assert sorted(str(rule.peer) for rule in rules) == ["10.0.0.0/24", "10.1.0.0/24", "10.2.0.0/24"]
    assert {(known(r.protocol), known(r.first_port), known(r.last_port)) for r in rules} == {expected}
    assert found.groups[at("security_group")].ingress == ()


def test_a_rule_of_each_kind_is_on_the_side_that_it_names() -> None:
    group = {"security_group_id": "${aws_security_group.x.id}", "cidr_blocks": ["10.1.0.0/24"]}
    plain = {"vpc_id": "vpc-1"}
    old = built(security_group=plain, security_group_rule={**group, "type": "ingress", "protocol": "-1"})
    new = built(
        security_group=plain,
        vpc_security_group_ingress_rule={
            "security_group_id": "${aws_security_group.x.id}",
            "ip_protocol": "-1",
            "cidr_ipv4": "10.1.0.0/24",
        },
    )
    for network in (old, new):
        found = network.groups[at("security_group")]
        assert ([str(rule.peer) for rule in found.ingress], found.egress) == (["10.1.0.0/24"], ())


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ({"cidr_blocks": ["10.1.0.0/24", "10.2.0.0/24"]}, ["10.1.0.0/24", "10.2.0.0/24"]),
        ({"security_groups": ["sg-1"]}, ["sg-1"]),
        ({"prefix_list_ids": ["pl-1"]}, ["unknown"]),
        ({"self": True}, ["stack: aws_security_group.x"]),
        ({"self": False}, []),
        ({"self": OPEN}, ["unknown"]),
        ({"ipv6_cidr_blocks": ["::/0"]}, []),
        ({"cidr_blocks": OPEN}, ["unknown"]),
    ],
    ids=str,
)
def test_a_block_has_a_rule_for_each_peer(peer: dict[str, Any], expected: list[str]) -> None:
    group = {"vpc_id": "vpc-1", "ingress": [{"protocol": "-1", **peer}]}
    found = built(security_group=group).groups[at("security_group")].ingress
    assert [str(known(rule.peer)) for rule in found] == expected


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ({"cidr_ipv4": "10.1.0.0/24"}, ["10.1.0.0/24"]),
        ({"referenced_security_group_id": "sg-1"}, ["sg-1"]),
        ({"prefix_list_id": "pl-1"}, ["unknown"]),
        ({"cidr_ipv6": "::/0"}, []),
    ],
    ids=str,
)
def test_a_rule_of_its_own_has_one_peer(peer: dict[str, Any], expected: list[str]) -> None:
    rule = {"security_group_id": "${aws_security_group.x.id}", "ip_protocol": "-1", **peer}
    network = built(security_group={"vpc_id": "vpc-1"}, vpc_security_group_ingress_rule=rule)
    assert [str(known(each.peer)) for each in network.groups[at("security_group")].ingress] == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"protocol": "6", "from_port": 80, "to_port": 90}, ("tcp", 80, 90)),
        ({"protocol": "-1", "from_port": 0, "to_port": 0}, ("-1", 0, 65535)),
        ({"protocol": "17", "from_port": 53, "to_port": 53}, ("udp", 53, 53)),
        ({"protocol": "icmp", "from_port": 0, "to_port": 0}, ("icmp", 0, 65535)),
        ({"protocol": "tcp", "from_port": 0, "to_port": 1}, ("tcp", 0, 1)),
        ({"protocol": "tcp", "from_port": 0, "to_port": 0}, ("tcp", 0, 0)),
    ],
    ids=str,
)
def test_an_entry_has_a_protocol_by_name_and_its_ports(entry: dict[str, Any], expected: tuple[object, ...]) -> None:
    inline = {"rule_no": 100, "action": "ALLOW", "cidr_block": "10.0.0.0/24", **entry}
    own = {
        "network_acl_id": "${aws_network_acl.x.id}",
        "rule_number": 90,
        "rule_action": "deny",
        "cidr_block": "10.1.0.0/24",
        "egress": True,
        **entry,
    }
    network = built(network_acl={"vpc_id": "vpc-1", "ingress": [inline]}, network_acl_rule=own)
    ((first,), (second,)) = network.acls[at("network_acl")].ingress, network.acls[at("network_acl")].egress
    assert (first.number, first.allow, first.cidr) == (100, True, NET)
    assert (second.number, second.allow, str(second.cidr)) == (90, False, "10.1.0.0/24")
    for found in (first, second):
        assert (found.protocol, found.first_port, found.last_port) == expected


@pytest.mark.parametrize("unknown", ["protocol", "from_port", "to_port", "rule_no", "action", "cidr_block"])
def test_an_entry_of_which_a_part_is_not_known_may_be_about_any_packet(unknown: str) -> None:
    entry = {
        "rule_no": 100,
        "action": "deny",
        "protocol": "tcp",
        "from_port": 1,
        "to_port": 2,
        "cidr_block": "0.0.0.0/0",
    }
    network = built(network_acl={"vpc_id": "vpc-1", "ingress": [{**entry, unknown: OPEN}]})
    (found,) = network.acls[at("network_acl")].ingress
    assert known(found.cidr) == "unknown"
    assert found.number == (0 if unknown == "rule_no" else 100)
    assert unknown == "cidr_block" or (found.protocol, found.first_port, found.last_port) == ("-1", 0, 65535)


def test_entries_for_ipv6_are_none() -> None:
    entry = {"rule_no": 100, "action": "deny", "protocol": "-1", "ipv6_cidr_block": "::/0", "cidr_block": ""}
    own = {"network_acl_id": "${aws_network_acl.x.id}", "rule_number": 90, "protocol": "-1", "ipv6_cidr_block": "::/0"}
    network = built(network_acl={"vpc_id": "vpc-1", "ingress": [entry]}, network_acl_rule=own)
    assert (network.acls[at("network_acl")].ingress, network.acls[at("network_acl")].egress) == ((), ())


def test_a_subnet_has_the_acl_that_names_it_or_is_associated_or_the_default_one() -> None:
    vpc, subnet = {"cidr_block": "10.0.0.0/24"}, {"vpc_id": "${aws_vpc.x.id}", "cidr_block": "10.0.0.0/26"}
    assert built(vpc=vpc, subnet=subnet).subnets[at("subnet")].acl is None
    default = {"default_network_acl_id": "${aws_vpc.x.default_network_acl_id}"}
    network = built(vpc=vpc, subnet=subnet, default_network_acl=default)
    assert network.subnets[at("subnet")].acl == at("default_network_acl")
    named = {"vpc_id": "${aws_vpc.x.id}", "subnet_ids": ["${aws_subnet.x.id}"]}
    network = built(vpc=vpc, subnet=subnet, default_network_acl=default, network_acl=named)
    assert network.subnets[at("subnet")].acl == at("network_acl")
    association = {"subnet_id": "${aws_subnet.x.id}", "network_acl_id": "acl-1"}
    network = built(vpc=vpc, subnet=subnet, network_acl_association=association)
    assert network.subnets[at("subnet")].acl == "acl-1"


def test_an_acl_of_subnets_that_are_not_known_is_listed() -> None:
    network = built(network_acl={"vpc_id": "vpc-1", "subnet_ids": [OPEN]})
    assert [line.partition(" (")[0] for line in network.unmodelled] == [at("network_acl")]


@pytest.mark.parametrize(
    ("kind", "field", "part"),
    [
        ("route_table", "route", "routes"),
        ("security_group", "ingress", "ingress"),
        ("security_group", "egress", "egress"),
        ("network_acl", "ingress", "ingress"),
        ("network_acl", "egress", "egress"),
    ],
)
def test_blocks_that_are_not_known_may_be_about_anything(kind: str, field: str, part: str) -> None:
    network = built(**{kind: {"vpc_id": "vpc-1", field: OPEN}})
    parents: dict[str, Any] = {
        "route_table": network.tables,
        "security_group": network.groups,
        "network_acl": network.acls,
    }
    found = getattr(parents[kind][at(kind)], part)
    assert found, f"{field} of {kind} is not known, and was left out"
    for each in found:
        about = {"route_table": "destination", "security_group": "peer", "network_acl": "cidr"}[kind]
        assert known(getattr(each, about)) == "unknown", each


def test_a_default_security_group_is_its_vpcs() -> None:
    network = built(vpc={"cidr_block": "10.0.0.0/24"}, default_security_group={"vpc_id": "${aws_vpc.x.id}"})
    assert network.vpcs[at("vpc")].default_group == at("default_security_group")
    assert built(vpc={"cidr_block": "10.0.0.0/24"}).vpcs[at("vpc")].default_group is None


# Transit gateways -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gateway", "attachment", "associations", "propagations"),
    [
        ({}, {}, 1, 1),
        ({"default_route_table_association": "disable"}, {}, 0, 1),
        ({"default_route_table_propagation": "disable"}, {}, 1, 0),
        ({}, {"transit_gateway_default_route_table_association": False}, 0, 1),
        ({}, {"transit_gateway_default_route_table_propagation": False}, 1, 0),
    ],
    ids=str,
)
def test_a_gateways_default_table_joins_whom_neither_side_keeps_out(
    gateway: dict[str, Any], attachment: dict[str, Any], associations: int, propagations: int
) -> None:
    attached = {
        "transit_gateway_id": "${aws_ec2_transit_gateway.x.id}",
        "vpc_id": "vpc-1",
        "subnet_ids": [],
        **attachment,
    }
    network = built(ec2_transit_gateway=gateway, ec2_transit_gateway_vpc_attachment=attached)
    table = network.gateway_tables[f"{at('ec2_transit_gateway')}#default_route_table"]
    assert (len(table.associations), len(table.propagations)) == (associations, propagations)


@pytest.mark.parametrize(
    ("replaces", "associated"),
    [(True, []), (False, [at("ec2_transit_gateway_vpc_attachment")]), ("${var.it}", ["unknown"])],
    ids=str,
)
@pytest.mark.parametrize("named", ["${aws_ec2_transit_gateway_vpc_attachment.x.id}", "${var.attachment}"])
def test_an_association_that_replaces_takes_the_attachment_out_of_the_default_table(
    replaces: Any, associated: list[str], named: str
) -> None:
    gateway = {"transit_gateway_id": "${aws_ec2_transit_gateway.x.id}"}
    network = built(
        ec2_transit_gateway={},
        ec2_transit_gateway_vpc_attachment={**gateway, "vpc_id": "vpc-1", "subnet_ids": []},
        ec2_transit_gateway_route_table=gateway,
        ec2_transit_gateway_route_table_association={
            "transit_gateway_attachment_id": named,
            "transit_gateway_route_table_id": "${aws_ec2_transit_gateway_route_table.x.id}",
            "replace_existing_association": replaces,
        },
    )
    table = network.gateway_tables[f"{at('ec2_transit_gateway')}#default_route_table"]
    expected = ["unknown"] if "var" in named and replaces is not False else associated
    assert [known(link.target) for link in table.associations] == expected
    assert [link.target for link in table.propagations] == [at("ec2_transit_gateway_vpc_attachment")]


def test_a_gateway_without_default_tables_joins_nobody() -> None:
    off = {"default_route_table_association": "disable", "default_route_table_propagation": "disable"}
    attached = {"transit_gateway_id": "${aws_ec2_transit_gateway.x.id}", "vpc_id": "vpc-1", "subnet_ids": []}
    assert built(ec2_transit_gateway=off, ec2_transit_gateway_vpc_attachment=attached).gateway_tables == {}
    elsewhere = {**attached, "transit_gateway_id": "tgw-9"}
    network = built(ec2_transit_gateway={}, ec2_transit_gateway_vpc_attachment=elsewhere)
    assert network.gateway_tables[f"{at('ec2_transit_gateway')}#default_route_table"].associations == ()


@pytest.mark.parametrize(
    ("told", "auto"),
    [
        ({}, False),
        ({"auto_accept_shared_attachments": "enable"}, True),
        ({"auto_accept_shared_attachments": OPEN}, "unknown"),
    ],
    ids=str,
)
def test_whether_a_gateway_accepts_every_attachment(told: dict[str, Any], auto: object) -> None:
    assert known(built(ec2_transit_gateway=told).gateways[at("ec2_transit_gateway")].auto_accept) == auto


@pytest.mark.parametrize(
    ("arguments", "attachment"),
    [
        ({"blackhole": True}, None),
        ({"blackhole": False, "transit_gateway_attachment_id": "att-1"}, "att-1"),
        ({"transit_gateway_attachment_id": OPEN}, "unknown"),
        ({}, "unknown"),
    ],
    ids=str,
)
def test_a_static_route_leads_to_its_attachment_or_nowhere(arguments: dict[str, Any], attachment: object) -> None:
    route = {
        "transit_gateway_route_table_id": "${aws_ec2_transit_gateway_route_table.x.id}",
        "destination_cidr_block": "10.0.0.0/24",
        **arguments,
    }
    table = {"transit_gateway_id": "tgw-1"}
    network = built(ec2_transit_gateway_route_table=table, ec2_transit_gateway_route=route)
    (found,) = network.gateway_tables[at("ec2_transit_gateway_route_table")].routes
    assert (found.destination, known(found.attachment)) == (NET, attachment)


# Endpoints and the resolver ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({}, "gateway"),
        ({"vpc_endpoint_type": "Gateway"}, "gateway"),
        ({"vpc_endpoint_type": "Interface"}, "interface"),
    ],
    ids=str,
)
def test_an_endpoint_is_a_gateway_endpoint_unless_it_says_otherwise(arguments: dict[str, Any], kind: str) -> None:
    network = built(vpc_endpoint={"vpc_id": "vpc-1", "service_name": "s3", "route_table_ids": ["rtb-1"], **arguments})
    assert (len(network.gateway_endpoints), len(network.interface_endpoints)) == (
        (1, 0) if kind == "gateway" else (0, 1)
    )
    for endpoint in network.gateway_endpoints.values():
        assert [link.target for link in endpoint.tables] == ["rtb-1"]


@pytest.mark.parametrize(
    ("arguments", "private", "inbound_only"),
    [
        ({}, False, False),
        ({"private_dns_enabled": True, "dns_options": []}, True, False),
        ({"dns_options": [{"dns_record_ip_type": "ipv4"}]}, False, False),
        ({"dns_options": [{"private_dns_only_for_inbound_resolver_endpoint": True}]}, False, True),
        ({"dns_options": {"private_dns_only_for_inbound_resolver_endpoint": True}}, False, True),
        ({"private_dns_enabled": OPEN, "dns_options": OPEN}, "unknown", "unknown"),
    ],
    ids=str,
)
def test_private_dns_is_off_unless_it_is_switched_on(
    arguments: dict[str, Any], private: object, inbound_only: object
) -> None:
    endpoint = {"vpc_id": "vpc-1", "service_name": "s3", "vpc_endpoint_type": "Interface", **arguments}
    found = built(vpc_endpoint=endpoint).interface_endpoints[at("vpc_endpoint")]
    assert (known(found.private_dns), known(found.inbound_only)) == (private, inbound_only)


def test_what_is_associated_with_an_endpoint_is_there_once() -> None:
    endpoint = {
        "vpc_id": "vpc-1",
        "service_name": "s3",
        "vpc_endpoint_type": "Interface",
        "subnet_ids": ["subnet-1"],
        "security_group_ids": ["sg-1"],
    }
    id_ = "${aws_vpc_endpoint.x.id}"
    network = built(
        vpc_endpoint=endpoint,
        vpc_endpoint_subnet_association={"vpc_endpoint_id": id_, "subnet_id": "subnet-2"},
        vpc_endpoint_security_group_association={"vpc_endpoint_id": id_, "security_group_id": "sg-1"},
    )
    found = network.interface_endpoints[at("vpc_endpoint")]
    assert (found.subnets, found.groups) == (("subnet-1", "subnet-2"), ("sg-1",))
    table = {"vpc_endpoint_id": id_, "route_table_id": "rtb-2"}
    gateway = {**endpoint, "vpc_endpoint_type": "Gateway", "route_table_ids": ["rtb-1", "rtb-2"]}
    network = built(vpc_endpoint=gateway, vpc_endpoint_route_table_association=table)
    links = network.gateway_endpoints[at("vpc_endpoint")].tables
    assert [(link.target, link.address == at("vpc_endpoint")) for link in links] == [("rtb-1", True), ("rtb-2", False)]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"ip": "10.0.0.10"}, (IPv4Address("10.0.0.10"), 53)),
        ({"ip": "10.0.0.10", "port": 5353}, (IPv4Address("10.0.0.10"), 5353)),
        ({"ip": "10.0.0.10", "port": OPEN}, ("unknown", 53)),
        ({"ipv6": "2001:db8::10"}, ("unknown", 53)),
        (OPEN, ("unknown", 53)),
    ],
    ids=str,
)
def test_a_target_has_an_address_and_port_53_where_it_names_none(target: Any, expected: tuple[object, int]) -> None:
    rule = {"domain_name": "Example.com.", "rule_type": "FORWARD", "target_ip": [target]}
    found = built(route53_resolver_rule=rule).rules[at("route53_resolver_rule")]
    assert [(known(each.ip), each.port) for each in found.targets] == [expected]
    assert (found.domain, found.endpoint) == ("example.com", None)
    assert built(route53_resolver_rule={**rule, "domain_name": "."}).rules[at("route53_resolver_rule")].domain == "."


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"subnet_id": "subnet-1", "ip": "10.0.0.10"}, ("subnet-1", IPv4Address("10.0.0.10"))),
        ({"subnet_id": "subnet-1"}, ("subnet-1", None)),
        ({"subnet_id": "subnet-1", "ip": ""}, ("subnet-1", None)),
        ({"subnet_id": OPEN, "ip": OPEN}, ("unknown", None)),
        (OPEN, ("unknown", None)),
    ],
    ids=str,
)
def test_an_interface_of_a_resolver_endpoint_may_have_any_address(address: Any, expected: tuple[object, ...]) -> None:
    endpoint = {"direction": "INBOUND", "ip_address": [address]}
    found = built(route53_resolver_endpoint=endpoint).resolver_endpoints[at("route53_resolver_endpoint")]
    assert [(known(subnet), ip) for subnet, ip in found.interfaces] == [expected]


# What was not read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "parent", "arguments"),
    [
        ("route", "route_table_id", {"destination_cidr_block": "10.0.0.0/24", "gateway_id": "igw-1"}),
        ("vpc_security_group_ingress_rule", "security_group_id", {"ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/24"}),
        ("vpc_security_group_egress_rule", "security_group_id", {"ip_protocol": "-1", "cidr_ipv4": "10.0.0.0/24"}),
        ("ec2_transit_gateway_route", "transit_gateway_route_table_id", {"destination_cidr_block": "10.0.0.0/24"}),
        ("route53_record", "zone_id", {"name": "a.example.com", "type": "A", "records": ["10.0.0.1"]}),
        ("route53_zone_association", "zone_id", {"vpc_id": "vpc-1"}),
        ("vpc_endpoint_route_table_association", "vpc_endpoint_id", {"route_table_id": "rtb-1"}),
        (
            "ec2_transit_gateway_route_table_association",
            "transit_gateway_route_table_id",
            {"transit_gateway_attachment_id": "att-1"},
        ),
        (
            "ec2_transit_gateway_route_table_propagation",
            "transit_gateway_route_table_id",
            {"transit_gateway_attachment_id": "att-1"},
        ),
    ],
)
def test_a_part_of_what_was_not_read_is_listed(kind: str, parent: str, arguments: dict[str, Any]) -> None:
    network = built(**{kind: {parent: "id-1", **arguments}})
    assert network.unmodelled == (f"{at(kind)} (id-1 was not read)",)
    assert [loose.parent for loose in network.loose] == ["id-1"]
    network = built(**{kind: {parent: OPEN, **arguments}})
    assert [line.partition(" (")[0] for line in network.unmodelled] == [at(kind)]
    assert [loose.parent for loose in network.loose] == [""], "it may be a part of anything"


def test_what_neither_carries_nor_stops_a_packet_is_not_listed() -> None:
    assert built(iam_role={}, s3_bucket={}, cloudwatch_log_group={}).unmodelled == ()
    assert [line.partition(" (")[0] for line in built(vpn_connection={}).unmodelled] == [at("vpn_connection")]


def test_a_default_route_table_that_is_managed_is_the_vpcs_main_one() -> None:
    stacks = Stacks()
    vpc = stacks.reference(PAYMENTS, "network/vpc", "default_route_table_id")
    stacks.added(PAYMENTS, "aws_default_route_table", default_route_table_id=vpc, route=[])
    address = f"{stacks.address(PAYMENTS, 'network/vpc')}#default_route_table_id"
    assert stacks.network.tables[address].vpc == stacks.address(PAYMENTS, "network/vpc")
    assert stacks.network.tables[f"{stacks.address(HUB, 'network/vpc')}#default_route_table_id"].routes == ()
