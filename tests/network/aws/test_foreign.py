"""A snapshot that this project did not make: an account with an internet gateway, NAT, a peering, VPNs, load balancers."""

import json
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from assurance.trace import State, Trace
from network.aws.reader import read
from network.model import Network, Unknown
from network.services import Service

PLACE = "444455556666/eu-central-1"
TEXT = (Path(__file__).parent / "foreign.json").read_text(encoding="utf-8")
KMS = Service("kms", "com.amazonaws.eu-central-1.kms", ("kms.eu-central-1.amazonaws.com",), (443,))


@cache
def foreign() -> Network:
    return read({path: json.dumps(document).encode() for path, document in json.loads(TEXT).items()})


def at(id_: str) -> str:
    return f"{PLACE}: {id_}"


def test_ranges_that_are_associated_count_the_first_one_first() -> None:
    shop = foreign().vpcs[at("vpc-0a1b2c3d4e5f60718")]
    assert shop.name == "shop"
    assert shop.cidrs == (IPv4Network("10.20.0.0/16"), IPv4Network("100.64.0.0/16"))


def test_main_and_explicit_route_tables_hold() -> None:
    tables = {subnet.address.partition("subnet-")[2]: subnet.table for subnet in foreign().subnets.values()}
    assert tables == {
        "0aa000000000000a1": at("rtb-0a000000000000002"),
        "0aa000000000000a2": at("rtb-0a000000000000003"),
        "0aa000000000000a3": at("rtb-0a000000000000003"),
        "0aa000000000000a4": at("rtb-0a000000000000001"),
        "0bb000000000000b1": at("rtb-0b000000000000001"),
    }, "a subnet with IPv6 alone is none of the model's"


def test_routes_keep_the_kind_of_their_target() -> None:
    routes = {str(route.destination): route.kind for route in foreign().tables[at("rtb-0a000000000000003")].routes}
    assert routes == {
        "0.0.0.0/0": "nat_gateway",
        "10.30.0.0/16": "peering",
        "10.128.0.0/9": "transit_gateway",
        "172.16.0.0/12": "blackhole",
        "192.0.2.0/25": "transit_gateway",
        "192.0.2.128/25": "transit_gateway",
        "192.168.10.0/24": "vpn_gateway",
    }
    (way_out,) = foreign().tables[at("rtb-0a000000000000002")].routes
    assert way_out.kind == "internet_gateway"
    (endpoint,) = foreign().gateway_endpoints.values()
    assert [link.target for link in endpoint.tables] == [at("rtb-0a000000000000003")]


def test_network_acls_have_their_last_entry() -> None:
    acl = foreign().acls[at("acl-0a000000000000002")]
    assert [(e.number, e.protocol, e.first_port, e.last_port, e.allow) for e in acl.ingress] == [
        (90, "-1", 0, 65535, False),
        (100, "tcp", 443, 443, True),
        (110, "tcp", 1024, 65535, True),
        (120, "icmp", 0, 65535, True),
        (32767, "-1", 0, 65535, False),
    ]
    assert [(e.number, e.allow) for e in acl.egress] == [(100, True), (32767, False)]


def test_peers_are_ranges_groups_or_unknown() -> None:
    web = foreign().groups[at("sg-0a000000000000003")]
    peers = {(rule.protocol, rule.first_port): rule.peer for rule in web.ingress}
    assert peers["tcp", 8080] == at("sg-0a000000000000002")
    assert peers["icmp", 8] == IPv4Network("10.0.0.0/8")
    by_list = {rule.peer for rule in web.ingress if (rule.protocol, rule.first_port) == ("tcp", 22)}
    assert by_list == {IPv4Network("192.0.2.0/25"), IPv4Network("192.0.2.128/25")}, "the ranges of a prefix list"
    assert isinstance(peers["tcp", 9100], Unknown), "a group of the peered VPC"
    assert foreign().vpcs[at("vpc-0a1b2c3d4e5f60718")].default_group == at("sg-0a000000000000001")


def test_attachments_count_by_their_state() -> None:
    states = {a.address.partition(": ")[2][-1]: a.available for a in foreign().attachments.values()}
    assert states == {"1": True, "3": True, "4": False}, "2 and 6 are no VPC's, 5 is deleted"


def test_what_others_propagate_is_a_route_to_what_was_not_read() -> None:
    (table,) = foreign().gateway_tables.values()
    assert [link.target for link in table.propagations] == [at("tgw-attach-0a000000000000001")]
    routes = {str(route.destination): route.attachment for route in table.routes}
    assert routes == {
        "10.128.0.0/16": at("tgw-attach-0a000000000000003"),
        "10.129.0.0/16": None,
        "10.130.0.0/16": "tgw-attach-0a000000000000002, tgw-attach-0a000000000000006",
        "192.168.0.0/16": at("tgw-attach-0a000000000000002"),
    }


def test_every_interface_of_a_running_instance_is_one() -> None:
    found = foreign().instances
    assert found[at("i-0a000000000000001")].groups == (at("sg-0a000000000000003"),)
    assert found[at("i-0a000000000000001#eni-0a0000000000000b1")].groups == (at("sg-0a000000000000001"),)
    assert not any("i-0a000000000000002" in address for address in found), "it was terminated"


def test_private_zones_of_all_owners() -> None:
    zones = {zone.domain: zone for zone in foreign().zones.values()}
    assert set(zones) == {"shop.internal", "partner.example"}, "the endpoint's hidden zone is the endpoint's"
    records = {record.name: record for record in zones["shop.internal"].records}
    assert set(records) == {"db.shop.internal", "*.api.shop.internal", "keys.shop.internal"}
    assert records["db.shop.internal"].values == (IPv4Address("10.20.1.77"), IPv4Address("10.20.1.78"))
    assert records["keys.shop.internal"].alias == at("vpce-0a000000000000if1")
    assert isinstance(records["*.api.shop.internal"].alias, Unknown)
    assert {record.name for record in zones["partner.example"].records} == {"partner.example", "*.partner.example"}
    assert all(isinstance(record.alias, Unknown) for record in zones["partner.example"].records)


def test_rules_that_every_vpc_has_are_none() -> None:
    assert foreign().rules == {}
    assert foreign().rule_associations == ()


def test_what_has_no_part_in_the_model_is_listed() -> None:
    assert [each.removeprefix(f"{PLACE}: ") for each in foreign().unmodelled] == [
        "111122223333/eu-central-1: pl-0123456789abcdef0 (a prefix list)",
        "eigw-0f0f0f0f0f0f0f0f0 (an egress-only internet gateway)",
        "nat-0e0e0e0e0e0e0e0e0 (a NAT gateway)",
        "pcx-0a1a2a3a4a5a6a7a8 (a peering)",
        "rtb-0a000000000000004 (the route table of igw-0a0a0a0a0a0a0a0a0)",
        "tgw-attach-0a000000000000002 (an attachment of type vpn)",
        "tgw-attach-0a000000000000006 (an attachment of type direct-connect-gateway)",
        "vgw-0d0d0d0d0d0d0d0d0 (a VPN gateway)",
        "vpc-0b1c2d3e4f5061728 (name servers 192.168.10.2, 192.168.10.3)",
        "vpce-0a000000000000rej (an endpoint of type Interface, rejected)",
        "vpce-0a00000000000glb1 (an endpoint of type GatewayLoadBalancer, available)",
        "vpn-0a0a (a VPN connection)",
        "vpn-0b0b (a VPN connection)",
    ]


def test_what_is_not_modelled_is_a_doubt() -> None:
    """The load balancers' file is none: packets meet their interfaces."""
    assert {
        (doubt.address.removeprefix(f"{PLACE}: "), doubt.why.split()[1].rstrip(",")) for doubt in foreign().doubts
    } == {
        ("vpc-0a1b2c3d4e5f60718", "Ipv6CidrBlockAssociationSet"),
        ("subnet-0aa000000000000a6", "Ipv6CidrBlockAssociationSet"),
        ("vpce-0a000000000000if1", "PolicyDocument"),
    }


def test_the_trace_walks_it() -> None:
    trace = Trace(foreign(), [KMS])
    office, shop = foreign().spokes["office"], foreign().hubs["shop"]
    assert trace.reach("office", KMS).state is State.UNKNOWN, "it asks its own name servers"
    assert trace.names.resolve(shop, "kms.eu-central-1.amazonaws.com").endpoint == at("vpce-0a000000000000if1")
    assert trace.names.resolve(office, "kms.eu-central-1.amazonaws.com").endpoint is None
    exposed = {exposure.address for exposure in trace.exposures("office", {})}
    assert at("eni-0a0000000000000ac") in exposed, "a load balancer behind a peering may be reachable"
