"""What each field of AWS's answers comes to, in each state that AWS names; what is coming or going is unknown."""

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from network.aws.reader import read
from network.model import Network, Owner, Unknown

ACCOUNT, REGION = "111111111111", "us-east-1"
HERE = Owner(ACCOUNT, REGION)
NET = IPv4Network("10.0.0.0/24")
VPC: dict[str, Any] = {
    "VpcId": "vpc-1",
    "OwnerId": ACCOUNT,
    "CidrBlock": "10.0.0.0/16",
    "DhcpOptionsId": "dopt-1",
    "IsDefault": False,
}


def recorded(**files: list[dict[str, Any]]) -> Network:
    """The network of an account with one VPC, and files of its own."""
    named = {"Vpcs": [VPC], **files}
    return read(
        {
            f"aws_configs/accounts/{ACCOUNT}/{'global' if name in ONCE else REGION}/{name}.json": json.dumps(
                {name: items}
            ).encode()
            for name, items in named.items()
        }
    )


ONCE = {"HostedZones", "HostedZoneDetails", "ResourceRecordSets"}


def at(id_: str) -> str:
    return f"{ACCOUNT}/{REGION}: {id_}"


def known(value: object) -> object:
    """A value, or `unknown` whatever the reason."""
    return "unknown" if isinstance(value, Unknown) else value


def subnet(**changes: Any) -> dict[str, Any]:
    return {"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24", "AvailabilityZoneId": "z1"} | changes


# VPCs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "cidrs"),
    [
        ("associated", [IPv4Network("10.0.0.0/16"), IPv4Network("10.1.0.0/16")]),
        ("associating", [IPv4Network("10.0.0.0/16"), "unknown"]),
        ("disassociating", [IPv4Network("10.0.0.0/16"), "unknown"]),
        ("disassociated", [IPv4Network("10.0.0.0/16")]),
        ("failed", [IPv4Network("10.0.0.0/16")]),
    ],
)
def test_a_range_counts_once_it_is_associated(state: str, cidrs: list[object]) -> None:
    second = {"CidrBlock": "10.1.0.0/16", "CidrBlockState": {"State": state}}
    network = recorded(Vpcs=[VPC | {"CidrBlockAssociationSet": [second, {"CidrBlock": "10.0.0.0/16"}]}])
    assert [known(cidr) for cidr in network.vpcs[at("vpc-1")].cidrs] == cidrs


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        (["AmazonProvidedDNS"], []),
        (["169.254.169.253"], []),
        (["10.0.0.2"], []),
        (["10.0.0.3"], ["10.0.0.3"]),
        (["10.0.0.1"], ["10.0.0.1"]),
        (["AmazonProvidedDNS", "192.0.2.53"], ["192.0.2.53"]),
        ([], ["unknown"]),
    ],
    ids=str,
)
def test_name_servers_are_those_that_are_not_the_vpcs_resolver(servers: list[str], expected: list[str]) -> None:
    configuration = [
        {"Key": "domain-name", "Values": [{"Value": "example.com"}]},
        {"Key": "domain-name-servers", "Values": [{"Value": server} for server in servers]},
    ]
    options = [{"DhcpOptionsId": "dopt-1", "OwnerId": ACCOUNT, "DhcpConfigurations": configuration}]
    network = recorded(DhcpOptions=options)
    assert [known(each) for each in network.vpcs[at("vpc-1")].name_servers] == expected
    shown = [line for line in network.unmodelled if "name servers" in line]
    assert len(shown) == bool(expected), shown


def test_options_that_were_not_recorded_are_not_known_and_a_vpc_may_have_none() -> None:
    assert [known(each) for each in recorded(DhcpOptions=[]).vpcs[at("vpc-1")].name_servers] == ["unknown"]
    plain = [VPC | {"DhcpOptionsId": "default"}]
    assert recorded(Vpcs=plain, DhcpOptions=[]).vpcs[at("vpc-1")].name_servers == ()
    assert [known(each) for each in recorded(Vpcs=plain).vpcs[at("vpc-1")].name_servers] == ["unknown"]


@pytest.mark.parametrize(("value", "expected"), [(True, True), (False, False), (None, "unknown")], ids=str)
def test_dns_attributes_are_on_off_or_unknown(value: object, expected: object) -> None:
    told = {"VpcId": "vpc-1"} | ({} if value is None else {"EnableDnsSupport": {"Value": value}})
    vpc = recorded(VpcAttributes=[told]).vpcs[at("vpc-1")]
    assert (known(vpc.dns_support), known(vpc.dns_hostnames)) == (expected, "unknown")
    vpc = recorded(VpcAttributes=[{"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": True}}]).vpcs[at("vpc-1")]
    assert (known(vpc.dns_support), vpc.dns_hostnames) == ("unknown", True)


def test_the_default_group_of_a_vpc_is_the_one_of_that_name() -> None:
    groups = [
        {"GroupId": f"sg-{at}", "GroupName": name, "VpcId": "vpc-1"} for at, name in enumerate(["web", "default"])
    ]
    assert recorded(SecurityGroups=groups).vpcs[at("vpc-1")].default_group == at("sg-1")
    assert recorded(SecurityGroups=groups[:1]).vpcs[at("vpc-1")].default_group is None


# Subnets and tables -----------------------------------------------------------------------------------------------


def table(id_: str, *routes: dict[str, Any], **association: Any) -> dict[str, Any]:
    return {"RouteTableId": id_, "VpcId": "vpc-1", "Routes": list(routes), "Associations": [association]}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("associated", at("rtb-own")),
        ("associating", "unknown"),
        ("disassociating", "unknown"),
        ("disassociated", at("rtb-main")),
        ("failed", at("rtb-main")),
    ],
)
def test_a_subnet_has_its_own_table_once_it_is_associated_else_the_main_one(state: str, expected: object) -> None:
    own = table("rtb-own", SubnetId="subnet-1", AssociationState={"State": state})
    network = recorded(Subnets=[subnet()], RouteTables=[table("rtb-main", Main=True), own])
    assert known(network.subnets[at("subnet-1")].table) == expected


def test_without_a_main_table_or_an_acl_a_subnets_are_not_known() -> None:
    found = recorded(Subnets=[subnet()], RouteTables=[], NetworkAcls=[]).subnets[at("subnet-1")]
    assert (known(found.table), known(found.acl)) == ("unknown", "unknown")
    acl = {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Associations": [{"SubnetId": "subnet-1"}], "Entries": []}
    assert recorded(Subnets=[subnet()], NetworkAcls=[acl]).subnets[at("subnet-1")].acl == at("acl-1")


@pytest.mark.parametrize(
    ("changes", "zone"),
    [
        ({}, "z1"),
        ({"AvailabilityZoneId": None, "AvailabilityZone": "us-east-1a"}, "us-east-1a"),
        ({"AvailabilityZoneId": None}, "unknown"),
    ],
    ids=str,
)
def test_a_zone_goes_by_its_id_or_else_by_its_name(changes: dict[str, Any], zone: str) -> None:
    assert known(recorded(Subnets=[subnet(**changes)]).subnets[at("subnet-1")].zone) == zone


@pytest.mark.parametrize(
    ("route", "kind", "target"),
    [
        ({"GatewayId": "igw-1"}, "internet_gateway", "igw-1"),
        ({"GatewayId": "vgw-1"}, "vpn_gateway", "vgw-1"),
        ({"GatewayId": "other-1"}, "gateway", "other-1"),
        ({"TransitGatewayId": "tgw-1"}, "transit_gateway", "tgw-1"),
        ({"InstanceId": "i-1", "NetworkInterfaceId": "eni-1"}, "network_interface", "eni-1"),
        ({"TransitGatewayId": "tgw-1", "State": "blackhole"}, "blackhole", "tgw-1"),
        ({"State": "blackhole"}, "blackhole", "a target that was deleted"),
        ({"TransitGatewayId": "tgw-1", "State": "pending"}, "transit_gateway", "unknown"),
        ({}, "unknown", "unknown"),
    ],
    ids=str,
)
def test_a_route_has_the_kind_of_its_target(route: dict[str, Any], kind: str, target: str) -> None:
    network = recorded(RouteTables=[table("rtb-1", {"DestinationCidrBlock": "10.9.0.0/16", **route})])
    (found,) = network.tables[at("rtb-1")].routes
    assert (found.destination, found.kind, known(found.target)) == (IPv4Network("10.9.0.0/16"), kind, target)


def test_local_routes_ipv6_and_gateway_endpoints_are_no_routes_of_a_table() -> None:
    endpoint = {"VpcEndpointId": "vpce-1", "VpcEndpointType": "Gateway", "VpcId": "vpc-1", "ServiceName": "s3"}
    routes = [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"},
        {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"},
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1"},
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"},
    ]
    network = recorded(RouteTables=[table("rtb-1", *routes)], VpcEndpoints=[endpoint])
    assert [str(route.destination) for route in network.tables[at("rtb-1")].routes] == ["0.0.0.0/0"]
    assert network.tables[at("rtb-1")].vpc == at("vpc-1")


def test_a_local_route_that_leads_elsewhere_leaves_the_tables_vpc_unknown() -> None:
    route = {"DestinationCidrBlock": "10.0.0.0/16", "NetworkInterfaceId": "eni-1"}
    network = recorded(RouteTables=[table("rtb-1", route)])
    assert known(network.tables[at("rtb-1")].vpc) == "unknown"


def test_of_routes_to_one_range_the_one_that_aws_prefers_is_first() -> None:
    routes = [
        {"DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
        {"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1"},
        {"DestinationCidrBlock": "10.9.0.0/16", "NetworkInterfaceId": "eni-1", "Origin": "CreateRoute"},
    ]
    entries = [{"PrefixListId": "pl-1", "Entries": [{"Cidr": "10.9.0.0/16"}, {"Cidr": "2001:db8::/32"}]}]
    network = recorded(RouteTables=[table("rtb-1", *routes)], ManagedPrefixListEntries=entries)
    found = network.tables[at("rtb-1")].routes
    assert [route.kind for route in found] == ["network_interface", "transit_gateway", "vpn_gateway"]
    assert {route.destination for route in found} == {IPv4Network("10.9.0.0/16")}
    (unknown,) = recorded(RouteTables=[table("rtb-1", routes[1])]).tables[at("rtb-1")].routes
    assert known(unknown.destination) == "unknown"


def test_a_route_that_a_route_server_advertises_comes_after_what_somebody_wrote() -> None:
    routes = [
        {"DestinationCidrBlock": "10.9.0.0/16", "NetworkInterfaceId": "eni-1", "Origin": "Advertisement"},
        {"DestinationCidrBlock": "10.9.0.0/16", "TransitGatewayId": "tgw-1", "Origin": "CreateRoute"},
    ]
    found = recorded(RouteTables=[table("rtb-1", *routes)]).tables[at("rtb-1")].routes
    assert [route.kind for route in found] == ["transit_gateway", "network_interface"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [("create-complete", IPv4Network("10.9.0.0/16")), ("restore-complete", IPv4Network("10.9.0.0/16"))]
    + [(state, "unknown") for state in ("modify-in-progress", "modify-failed", "delete-in-progress")],
)
def test_the_ranges_of_a_prefix_list_are_known_once_it_is_complete(state: str, expected: object) -> None:
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": "pl-1"}]}
    network = recorded(
        RouteTables=[table("rtb-1", {"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1"})],
        SecurityGroups=[{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [permission]}],
        ManagedPrefixLists=[{"PrefixListId": "pl-1", "State": state}],
        ManagedPrefixListEntries=[{"PrefixListId": "pl-1", "Entries": [{"Cidr": "10.9.0.0/16"}]}],
    )
    (route,), (rule,) = network.tables[at("rtb-1")].routes, network.groups[at("sg-1")].ingress
    assert [known(route.destination), known(rule.peer)] == [expected, expected]


# Security groups and ACLs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        ({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 90}, ("tcp", 80, 90)),
        ({"IpProtocol": "6", "FromPort": 80}, ("tcp", 80, 80)),
        ({"IpProtocol": "17", "FromPort": 0, "ToPort": 0}, ("udp", 0, 0)),
        ({"IpProtocol": "-1", "FromPort": 80, "ToPort": 80}, ("-1", 0, 65535)),
        ({"IpProtocol": "50"}, ("50", 0, 65535)),
    ],
    ids=str,
)
def test_a_permission_has_a_protocol_by_name_and_its_ports(
    permission: dict[str, Any], expected: tuple[object, ...]
) -> None:
    ranges = {"IpRanges": [{"CidrIp": "10.0.0.0/24"}]}
    group = {"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissionsEgress": [permission | ranges]}
    found = recorded(SecurityGroups=[group]).groups[at("sg-1")]
    (rule,) = found.egress
    assert (rule.protocol, rule.first_port, rule.last_port) == expected
    assert (found.ingress, rule.peer) == ((), NET)


@pytest.mark.parametrize(
    ("pair", "peer"),
    [
        ({"GroupId": "sg-1"}, at("sg-1")),
        ({"GroupId": "sg-1", "VpcId": "vpc-1"}, at("sg-1")),
        ({"GroupId": "sg-2"}, "unknown"),
        ({"GroupId": "sg-9", "VpcId": "vpc-2"}, "unknown"),
        ({"GroupId": "sg-9"}, "sg-9"),
    ],
    ids=str,
)
def test_a_peer_is_a_group_of_the_same_vpc(pair: dict[str, Any], peer: str) -> None:
    permission = {"IpProtocol": "-1", "UserIdGroupPairs": [pair]}
    groups: list[dict[str, Any]] = [
        {"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [permission]},
        {"GroupId": "sg-2", "VpcId": "vpc-2"},
    ]
    (rule,) = recorded(SecurityGroups=groups).groups[at("sg-1")].ingress
    assert known(rule.peer) == peer


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"Protocol": "6", "PortRange": {"From": 80, "To": 90}}, ("tcp", 80, 90)),
        ({"Protocol": "17", "PortRange": {"From": 53}}, ("udp", 53, 53)),
        ({"Protocol": "6", "PortRange": {"From": 0, "To": 0}}, ("tcp", 0, 0)),
        ({"Protocol": "6"}, ("tcp", 0, 65535)),
        ({"Protocol": "-1", "PortRange": {"From": 80, "To": 80}}, ("-1", 0, 65535)),
        ({"Protocol": "1", "PortRange": {"From": 8, "To": 8}}, ("icmp", 0, 65535)),
    ],
    ids=str,
)
def test_an_entry_has_a_protocol_by_name_and_its_ports(entry: dict[str, Any], expected: tuple[object, ...]) -> None:
    entries = [
        {"RuleNumber": 100, "RuleAction": "allow", "Egress": True, "CidrBlock": "10.0.0.0/24", **entry},
        {"RuleNumber": 101, "RuleAction": "allow", "Egress": True, "Ipv6CidrBlock": "::/0", "Protocol": "-1"},
        {"RuleNumber": 102, "RuleAction": "deny", "Egress": False, "CidrBlock": "0.0.0.0/0", "Protocol": "-1"},
    ]
    acl = recorded(NetworkAcls=[{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Entries": entries}]).acls[at("acl-1")]
    ((allowing,), (denying,)) = acl.egress, acl.ingress
    assert (allowing.protocol, allowing.first_port, allowing.last_port) == expected
    assert (allowing.number, allowing.cidr, allowing.allow) == (100, NET, True)
    assert (denying.number, denying.allow) == (102, False)


# Transit gateways -------------------------------------------------------------------------------------------------


def gateway(**changes: Any) -> list[dict[str, Any]]:
    return [{"TransitGatewayId": "tgw-1", "OwnerId": ACCOUNT, "State": "available"} | changes]


@pytest.mark.parametrize(
    ("state", "expected"), [("available", 1), ("modifying", 1), ("pending", 0), ("deleting", 0), ("deleted", 0)]
)
def test_a_gateway_that_is_in_use_is_one(state: str, expected: int) -> None:
    assert len(recorded(TransitGateways=gateway(State=state)).gateways) == expected


@pytest.mark.parametrize(("told", "auto"), [("enable", True), ("disable", False), (None, "unknown")], ids=str)
def test_whether_a_gateway_accepts_every_attachment(told: str | None, auto: object) -> None:
    options = {"Options": {} if told is None else {"AutoAcceptSharedAttachments": told}}
    assert known(recorded(TransitGateways=gateway(**options)).gateways[at("tgw-1")].auto_accept) == auto


@pytest.mark.parametrize(
    ("state", "available", "accepted"),
    [
        ("available", True, True),
        ("modifying", True, True),
        ("pendingAcceptance", False, False),
        ("initiatingRequest", False, False),
        ("deleting", "unknown", True),
        ("pending", "unknown", True),
        ("deleted", None, None),
        ("failed", None, None),
        ("rejected", None, None),
    ],
)
def test_an_attachment_is_available_waiting_undetermined_or_gone(
    state: str, available: object, accepted: object
) -> None:
    item = {"TransitGatewayAttachmentId": "att-1", "TransitGatewayId": "tgw-1", "VpcId": "vpc-1", "State": state}
    ours = item | {"VpcOwnerId": ACCOUNT, "SubnetIds": ["subnet-1"]}
    found = recorded(TransitGateways=gateway(), TransitGatewayVpcAttachments=[ours]).attachments.get(at("att-1"))
    if available is None:
        assert found is None
        return
    assert found is not None
    assert (known(found.available), found.accepter is not None) == (available, accepted)
    assert found.accepter_owner == (HERE if accepted else None)
    assert (found.gateway, found.vpc, found.subnets) == (at("tgw-1"), at("vpc-1"), ("subnet-1",))


@pytest.mark.parametrize(("kind", "expected"), [("vpc", 1), ("vpn", 0), ("peering", 0)])
def test_what_the_gateways_account_alone_lists_has_unknown_subnets(kind: str, expected: int) -> None:
    item = {
        "TransitGatewayAttachmentId": "att-1",
        "TransitGatewayId": "tgw-2",
        "TransitGatewayOwnerId": "222222222222",
        "ResourceType": kind,
        "ResourceId": "vpc-9",
        "ResourceOwnerId": "333333333333",
        "State": "available",
    }
    network = recorded(TransitGatewayAttachments=[item])
    assert len(network.attachments) == expected
    for found in network.attachments.values():
        assert (found.vpc, [known(each) for each in found.subnets]) == ("vpc-9", ["unknown"])
        assert (found.owner.account, found.accepter_owner) == ("333333333333", Owner("222222222222", REGION))
    assert any("attachment of type" in line for line in network.unmodelled) is not bool(expected)


def tables(**files: list[dict[str, Any]]) -> Network:
    """A gateway with one table, and the attachment of the VPC."""
    attachment = {
        "TransitGatewayAttachmentId": "att-1",
        "TransitGatewayId": "tgw-1",
        "VpcId": "vpc-1",
        "VpcOwnerId": ACCOUNT,
        "State": "available",
        "SubnetIds": ["subnet-1"],
    }
    parts = {
        "TransitGateways": gateway(),
        "TransitGatewayVpcAttachments": [attachment],
        "TransitGatewayRouteTables": [{"TransitGatewayRouteTableId": "rtb-1", "TransitGatewayId": "tgw-1"}],
        "TransitGatewayRouteTableAssociations": [entry(Associations=[])],
        "TransitGatewayPropagations": [entry(TransitGatewayRouteTablePropagations=[])],
        "TransitGatewayStaticRoutes": [entry(Routes=[])],
    }
    return recorded(**{**parts, **files})


def entry(**changes: Any) -> dict[str, Any]:
    return {"TransitGatewayRouteTableId": "rtb-1"} | changes


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("associated", [at("att-1")]),
        ("associating", ["unknown"]),
        ("disassociating", ["unknown"]),
        ("disassociated", []),
    ],
)
def test_an_association_counts_once_it_is_made(state: str, expected: list[str]) -> None:
    told = {"TransitGatewayAttachmentId": "att-1", "State": state}
    network = tables(TransitGatewayRouteTableAssociations=[entry(Associations=[told])])
    assert [known(link.target) for link in network.gateway_tables[at("rtb-1")].associations] == expected
    listed = {
        "TransitGatewayAttachmentId": "att-1",
        "ResourceOwnerId": ACCOUNT,
        "Association": {"TransitGatewayRouteTableId": "rtb-1", "State": state},
    }
    network = tables(TransitGatewayRouteTableAssociations=[], TransitGatewayAttachments=[listed])
    assert [known(link.target) for link in network.gateway_tables[at("rtb-1")].associations] == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [("enabled", [at("att-1")]), ("enabling", ["unknown"]), ("disabling", ["unknown"]), ("disabled", [])],
)
def test_a_propagation_counts_once_it_is_enabled(state: str, expected: list[str]) -> None:
    told = {"TransitGatewayAttachmentId": "att-1", "State": state}
    network = tables(TransitGatewayPropagations=[entry(TransitGatewayRouteTablePropagations=[told])])
    assert [known(link.target) for link in network.gateway_tables[at("rtb-1")].propagations] == expected


def test_what_was_not_recorded_of_a_table_is_unknown() -> None:
    network = tables(
        TransitGatewayRouteTableAssociations=[], TransitGatewayPropagations=[], TransitGatewayStaticRoutes=[]
    )
    found = network.gateway_tables[at("rtb-1")]
    assert [known(link.target) for link in found.associations] == ["unknown"]
    assert [known(link.target) for link in found.propagations] == ["unknown"]
    assert [known(route.destination) for route in found.routes] == ["unknown"]


def route(**changes: Any) -> dict[str, Any]:
    attached = [{"TransitGatewayAttachmentId": "att-1", "ResourceType": "vpc"}]
    return {
        "DestinationCidrBlock": "10.9.0.0/16",
        "State": "active",
        "Type": "static",
        "TransitGatewayAttachments": attached,
    } | changes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [at("att-1")]),
        ({"State": "blackhole"}, [None]),
        ({"State": "blackhole", "TransitGatewayAttachments": []}, [None]),
        ({"State": "deleted"}, []),
        ({"State": "pending"}, ["att-1 (the route is pending)"]),
        ({"DestinationCidrBlock": "2001:db8::/32"}, []),
        ({"TransitGatewayAttachments": []}, ["unknown"]),
        ({"Type": "propagated", "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "att-9"}]}, ["att-9"]),
    ],
    ids=str,
)
def test_a_route_of_a_gateways_table_leads_to_its_attachment(changes: dict[str, Any], expected: list[object]) -> None:
    network = tables(TransitGatewayStaticRoutes=[entry(Routes=[route(**changes)])])
    found = network.gateway_tables[at("rtb-1")].routes
    assert [known(each.attachment) for each in found] == expected
    assert all(each.destination == IPv4Network("10.9.0.0/16") for each in found), found


def test_a_propagated_route_is_its_propagations_and_one_that_is_missing_leads_nowhere_known() -> None:
    propagations = [entry(TransitGatewayRouteTablePropagations=[{"TransitGatewayAttachmentId": "att-1"}])]
    told = route(Type="propagated", DestinationCidrBlock="10.0.0.0/16")
    whole = tables(
        TransitGatewayPropagations=propagations, TransitGatewayStaticRoutes=[entry(Routes=[told])]
    ).gateway_tables[at("rtb-1")]
    assert ([link.target for link in whole.propagations], whole.routes) == ([at("att-1")], ())
    other = route(Type="propagated", TransitGatewayAttachments=[{"TransitGatewayAttachmentId": "att-9"}])
    lacking = tables(
        TransitGatewayPropagations=propagations, TransitGatewayStaticRoutes=[entry(Routes=[other])]
    ).gateway_tables[at("rtb-1")]
    (_, missing) = lacking.routes
    assert missing.destination == IPv4Network("10.0.0.0/16")
    assert "whose propagated route to 10.0.0.0/16 is not in the table" in str(missing.attachment)


def test_a_propagated_route_that_no_propagation_tells_is_a_route() -> None:
    """AWS's two answers differ: the propagation was disabled in between, or the range is none of the VPC's any more."""
    told = [route(Type="propagated", DestinationCidrBlock="10.0.0.0/16")]
    (found,) = tables(TransitGatewayStaticRoutes=[entry(Routes=told)]).gateway_tables[at("rtb-1")].routes
    assert (found.destination, found.attachment) == (IPv4Network("10.0.0.0/16"), at("att-1"))
    propagations = [entry(TransitGatewayRouteTablePropagations=[{"TransitGatewayAttachmentId": "att-1"}])]
    told.append(route(Type="propagated"))
    old = tables(TransitGatewayPropagations=propagations, TransitGatewayStaticRoutes=[entry(Routes=told)])
    (found,) = old.gateway_tables[at("rtb-1")].routes
    assert (found.destination, found.attachment) == (IPv4Network("10.9.0.0/16"), at("att-1"))


def test_more_routes_than_were_recorded_make_a_table_unknown_and_so_does_a_prefix_list() -> None:
    more = tables(TransitGatewayStaticRoutes=[entry(Routes=[route()], AdditionalRoutesAvailable=True)])
    unknown, _ = more.gateway_tables[at("rtb-1")].routes
    assert known(unknown.destination) == "unknown"
    references = [entry(TransitGatewayPrefixListReferences=[{"PrefixListId": "pl-1"}])]
    listed = tables(TransitGatewayPrefixListReferences=references)
    assert [known(each.destination) for each in listed.gateway_tables[at("rtb-1")].routes] == ["unknown"]
    seen = [entry(Routes=[route(PrefixListId="pl-1")])]
    both = tables(TransitGatewayPrefixListReferences=references, TransitGatewayStaticRoutes=seen)
    assert [known(each.attachment) for each in both.gateway_tables[at("rtb-1")].routes] == [at("att-1")]


@pytest.mark.parametrize(("state", "expected"), [("available", 1), ("deleting", 0), ("deleted", 0)])
def test_a_table_that_is_going_is_none(state: str, expected: int) -> None:
    told = entry(TransitGatewayId="tgw-1", State=state)
    assert len(tables(TransitGatewayRouteTables=[told]).gateway_tables) == expected


# Resolver ---------------------------------------------------------------------------------------------------------


def resolver(addresses: list[dict[str, Any]], **changes: Any) -> list[tuple[object, object]]:
    """Subnet and address of each interface of an inbound endpoint."""
    item = {"Id": "rslvr-in-1", "HostVPCId": "vpc-1", "Direction": "INBOUND", "SecurityGroupIds": ["sg-1"]} | changes
    told = [{"ResolverEndpointId": "rslvr-in-1", "IpAddresses": addresses}]
    network = recorded(Subnets=[subnet()], ResolverEndpoints=[item], ResolverEndpointIpAddresses=told)
    return [(known(at), ip) for at, ip in network.resolver_endpoints[at("rslvr-in-1")].interfaces]


ATTACHED = (at("subnet-1"), IPv4Address("10.0.0.10"))
ANYWHERE = ("unknown", None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("ATTACHED", [ATTACHED]),
        ("REMAP_ATTACHING", [ANYWHERE]),
        ("CREATING", [ANYWHERE]),
        ("FAILED_CREATION", []),
        ("DELETING", []),
        ("DELETE_FAILED_FAS_EXPIRED", []),
    ],
)
def test_an_address_answers_once_it_is_attached(status: str, expected: list[object]) -> None:
    assert resolver([{"Ip": "10.0.0.10", "SubnetId": "subnet-1", "Status": status}]) == expected


def test_an_address_of_ipv6_alone_is_none() -> None:
    assert resolver([{"Ipv6": "2001:db8::10", "SubnetId": "subnet-1", "Status": "ATTACHED"}]) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Status": "OPERATIONAL"}, [ATTACHED]),
        ({"Protocols": ["DoH", "Do53"]}, [ATTACHED]),
        ({"Protocols": ["DoH"]}, [ATTACHED, ANYWHERE]),
        ({"Status": "ACTION_NEEDED"}, [ATTACHED, ANYWHERE]),
    ],
    ids=str,
)
def test_where_an_endpoint_answers_that_is_not_operational_is_not_known(
    changes: dict[str, Any], expected: list[object]
) -> None:
    assert resolver([{"Ip": "10.0.0.10", "SubnetId": "subnet-1"}], **changes) == expected


def rules(status: str = "COMPLETE", association: str = "COMPLETE", **changes: Any) -> Network:
    rule = {
        "Id": "rslvr-rr-1",
        "OwnerId": ACCOUNT,
        "DomainName": "Example.com.",
        "RuleType": "FORWARD",
        "Status": status,
        "TargetIps": [{"Ip": "10.0.0.10"}, {"Ip": "10.0.0.11", "Port": 5353}],
    } | changes
    used = {"Id": "rslvr-rrassoc-1", "ResolverRuleId": rule["Id"], "VPCId": "vpc-1", "Status": association}
    files: dict[str, Any] = {name: [] for name in ("VpcEndpoints", "ProfileAssociations")}
    asked = [{"VpcId": "vpc-1", "HostedZoneSummaries": []}]
    return recorded(
        ResolverRules=[rule], ResolverRuleAssociations=[used], HostedZonesByVpc=asked, DhcpOptions=[], **files
    )


def test_a_rule_has_its_domain_without_a_dot_and_port_53_where_none_is_named() -> None:
    (rule,) = rules().rules.values()
    assert (rule.domain, rule.kind, rule.endpoint) == ("example.com", "FORWARD", None)
    assert [(str(target.ip), target.port) for target in rule.targets] == [("10.0.0.10", 53), ("10.0.0.11", 5353)]
    (root,) = rules(DomainName=".").rules.values()
    assert root.domain == "."


def test_a_rule_that_is_being_changed_is_not_known_and_one_that_every_vpc_has_is_none() -> None:
    (rule,) = rules("UPDATING").rules.values()
    assert known(rule.kind) == "unknown"
    assert rules(Id="rslvr-autodefined-rr-1").rules == {}
    assert rules(Id="rslvr-autodefined-rr-1").rule_associations == ()


@pytest.mark.parametrize(
    ("status", "kinds"),
    [("COMPLETE", ["FORWARD"]), ("CREATING", ["unknown"]), ("DELETING", ["unknown"]), ("FAILED", [])],
)
def test_an_association_that_is_coming_or_going_uses_a_rule_that_is_not_known(status: str, kinds: list[str]) -> None:
    network = rules(association=status)
    used = [network.rules[str(each.rule)] for each in network.rule_associations]
    assert [known(rule.kind) for rule in used] == kinds
    assert network.rules[at("rslvr-rr-1")].kind == "FORWARD"


@pytest.mark.parametrize(
    ("status", "resources", "expected"),
    [
        ("COMPLETE", None, 1),
        ("COMPLETE", [{"ResourceArn": "arn"}], 1),
        ("COMPLETE", [], 0),
        ("DELETED", None, 0),
        ("FAILED", None, 0),
        ("DELETING", None, 1),
    ],
    ids=str,
)
def test_a_profile_may_bring_a_rule_for_any_name_unless_it_is_empty(
    status: str, resources: list[dict[str, Any]] | None, expected: int
) -> None:
    files: dict[str, Any] = {name: [] for name in ("VpcEndpoints", "ResolverRuleAssociations")}
    if resources is not None:
        files["ProfileResourceAssociations"] = [{"ProfileId": "rp-1", "ProfileResourceAssociations": resources}]
    association = {"Id": "rpassoc-1", "ProfileId": "rp-1", "ResourceId": "vpc-1", "Status": status}
    asked = [{"VpcId": "vpc-1", "HostedZoneSummaries": []}]
    network = recorded(ProfileAssociations=[association], HostedZonesByVpc=asked, **files)
    assert [known(each.rule) for each in network.rule_associations] == ["unknown"] * expected


# Endpoints --------------------------------------------------------------------------------------------------------


def endpoint(**changes: Any) -> dict[str, Any]:
    return {
        "VpcEndpointId": "vpce-1",
        "VpcEndpointType": "Interface",
        "VpcId": "vpc-1",
        "ServiceName": "com.amazonaws.us-east-1.kms",
        "State": "available",
        "SubnetIds": ["subnet-1"],
        "PrivateDnsEnabled": True,
        "Groups": [{"GroupId": "sg-1"}],
    } | changes


@pytest.mark.parametrize(
    ("state", "private", "found"),
    [
        ("available", True, True),
        ("Available", True, True),
        ("available", False, False),
        ("pending", True, "unknown"),
        ("pending", False, False),
        ("deleting", True, "unknown"),
        ("deleted", True, None),
        ("rejected", True, None),
        ("failed", True, None),
        ("expired", True, None),
    ],
)
def test_an_interface_endpoint_answers_once_it_is_available(state: str, *, private: bool, found: object) -> None:
    network = recorded(Subnets=[subnet()], VpcEndpoints=[endpoint(State=state, PrivateDnsEnabled=private)])
    read_ = network.interface_endpoints.get(at("vpce-1"))
    if found is None:
        assert read_ is None
        return
    assert read_ is not None
    assert known(read_.private_dns) == found
    sure = state.lower() == "available"
    assert [known(each) for each in read_.subnets] == [at("subnet-1"), *([] if sure else ["unknown"])]
    assert any("vpce-1 (an endpoint" in line for line in network.unmodelled) is not sure


def test_whether_private_dns_is_on_is_not_known_where_aws_does_not_say() -> None:
    silent = endpoint()
    del silent["PrivateDnsEnabled"]
    assert known(recorded(VpcEndpoints=[silent]).interface_endpoints[at("vpce-1")].private_dns) == "unknown"
    options = {"PrivateDnsOnlyForInboundResolverEndpoint": True}
    found = recorded(VpcEndpoints=[endpoint(), endpoint(VpcEndpointId="vpce-2", DnsOptions=options)])
    assert [each.inbound_only for each in found.interface_endpoints.values()] == [False, True]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"VpcEndpointType": "Gateway"}, 1),
        ({"VpcEndpointType": "Gateway", "State": "deleted"}, 0),
        ({"VpcEndpointType": "Interface"}, 0),
        ({"VpcEndpointType": "GatewayLoadBalancer"}, 0),
    ],
    ids=str,
)
def test_a_gateway_endpoint_has_its_tables_once_it_is_available(changes: dict[str, Any], expected: int) -> None:
    network = recorded(VpcEndpoints=[endpoint(RouteTableIds=["rtb-1"], **changes)])
    assert [link.target for each in network.gateway_endpoints.values() for link in each.tables] == ["rtb-1"] * expected


def test_where_a_gateway_endpoint_leads_that_is_coming_or_going_is_not_known() -> None:
    for state, service in (
        ("available", "com.amazonaws.us-east-1.kms"),
        ("pending", "unknown"),
        ("deleting", "unknown"),
    ):
        changes = {"VpcEndpointType": "Gateway", "State": state, "RouteTableIds": ["rtb-1"]}
        (found,) = recorded(VpcEndpoints=[endpoint(**changes)]).gateway_endpoints.values()
        assert known(found.service) == service, state


def test_an_endpoint_without_a_type_is_a_gateway_endpoint() -> None:
    plain = endpoint()
    del plain["VpcEndpointType"]
    network = recorded(VpcEndpoints=[plain])
    assert (len(network.gateway_endpoints), len(network.interface_endpoints)) == (1, 0)


# Private zones ----------------------------------------------------------------------------------------------------


def zones(*sets: dict[str, Any], **changes: Any) -> Network:
    """A private zone that the VPC has, with some records."""
    zone = {"Id": "/hostedzone/Z1", "Name": "example.com.", "Config": {"PrivateZone": True}} | changes
    detail = {"HostedZone": {"Id": "/hostedzone/Z1"}, "VPCs": [{"VPCId": "vpc-1", "VPCRegion": REGION}]}
    files: dict[str, Any] = {"ResourceRecordSets": [{"HostedZoneId": "Z1", "ResourceRecordSets": list(sets)}]}
    return recorded(HostedZones=[zone], HostedZoneDetails=[detail], **files)


def record(name: str, kind: str = "A", **changes: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, **changes}


def values(*texts: str) -> dict[str, Any]:
    return {"ResourceRecords": [{"Value": text} for text in texts]}


def records(*sets: dict[str, Any]) -> dict[str, tuple[list[object], object]]:
    """The values and the alias of each name in the zone."""
    (zone,) = zones(*sets).zones.values()
    return {each.name: ([known(value) for value in each.values], known(each.alias)) for each in zone.records}


def test_a_private_zone_has_its_domain_and_its_vpcs_and_a_public_one_is_none() -> None:
    (zone,) = zones().zones.values()
    assert (zone.domain, [link.target for link in zone.vpcs]) == ("example.com", [at("vpc-1")])
    assert zones(Config={"PrivateZone": False}).zones == {}
    assert zones(Config=None).zones == {}


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        ([record("a.example.com.", **values("10.0.0.9"))], {"a.example.com": ([IPv4Address("10.0.0.9")], None)}),
        ([record("\\052.example.com.", **values("10.0.0.9"))], {"*.example.com": ([IPv4Address("10.0.0.9")], None)}),
        ([record("A.example.com.", AliasTarget={"DNSName": "B.example."})], {"a.example.com": ([], "b.example")}),
        ([record("a.example.com.", "CNAME", **values("b.example"))], {"a.example.com": ([], "unknown")}),
        ([record("a.example.com.", **values("no address"))], {"a.example.com": (["unknown"], None)}),
        ([record("example.com.", "SOA"), record("example.com.", "NS")], {}),
        (
            [record("example.com.", "SOA"), record("example.com.", **values("10.0.0.9"))],
            {"example.com": ([IPv4Address("10.0.0.9")], None)},
        ),
        (
            [record("sub.example.com.", "NS", **values("ns.example"))],
            {"sub.example.com": ([], "unknown"), "*.sub.example.com": ([], "unknown")},
        ),
        (
            [record("a.example.com.", AliasTarget={"DNSName": "b"}), record("a.example.com.", **values("10.0.0.9"))],
            {"a.example.com": ([], "unknown")},
        ),
        (
            [
                record("a.example.com.", AliasTarget={"DNSName": "b"}),
                record("a.example.com.", AliasTarget={"DNSName": "c"}),
            ],
            {"a.example.com": ([], "unknown")},
        ),
    ],
    ids=str,
)
def test_a_record_has_addresses_an_alias_or_what_is_not_known(
    sets: list[dict[str, Any]], expected: dict[str, Any]
) -> None:
    assert records(*sets) == expected


def test_without_its_records_any_name_of_a_zone_is_not_known() -> None:
    zone = {"Id": "/hostedzone/Z1", "Name": "example.com.", "Config": {"PrivateZone": True}}
    (found,) = recorded(HostedZones=[zone], HostedZoneDetails=[]).zones.values()
    assert {each.name: known(each.alias) for each in found.records} == {
        "example.com": "unknown",
        "*.example.com": "unknown",
    }


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ({"Owner": {"OwningAccount": "222222222222"}}, 1),
        ({"Owner": {"OwningService": "vpce.amazonaws.com"}}, 0),
        ({"Owner": {"OwningService": "vpce.amazonaws.com"}, "HostedZoneId": "Z8", "Name": "kms.example."}, 0),
        ({"Owner": {"OwningService": "other.amazonaws.com"}, "HostedZoneId": "Z8", "Name": "other.example."}, 1),
        ({"Owner": {"OwningAccount": "222222222222"}, "Name": "kms.example."}, 1),
    ],
    ids=str,
)
def test_the_hidden_zone_of_a_vpcs_own_endpoint_is_none_of_its_zones(summary: dict[str, Any], expected: int) -> None:
    entries = [{"DnsName": "*.kms.example", "HostedZoneId": "Z9"}]
    told = {"HostedZoneId": "Z9", "Name": "anything.example."} | summary
    asked = [{"VpcId": "vpc-1", "HostedZoneSummaries": [told]}]
    network = recorded(VpcEndpoints=[endpoint(DnsEntries=entries)], HostedZonesByVpc=asked)
    assert len(network.zones) == expected, network.zones


def test_an_alias_of_an_endpoints_name_is_the_endpoint() -> None:
    zone = {"Id": "/hostedzone/Z1", "Name": "example.com.", "Config": {"PrivateZone": True}}
    sets = [record("a.example.com.", AliasTarget={"DNSName": "VPCE-1.kms.amazonaws.com."})]
    network = recorded(
        HostedZones=[zone],
        ResourceRecordSets=[{"HostedZoneId": "Z1", "ResourceRecordSets": sets}],
        VpcEndpoints=[endpoint(DnsEntries=[{"DnsName": "vpce-1.kms.amazonaws.com"}])],
    )
    (found,) = network.zones.values()
    assert [each.alias for each in found.records] == [at("vpce-1")]


# What is missing --------------------------------------------------------------------------------------------------


def test_the_reason_says_whether_a_file_or_a_whole_account_is_missing() -> None:
    lost = {"File": "DhcpOptions", "Action": "ec2:DescribeDhcpOptions", "Code": "UnauthorizedOperation"}
    (why,) = recorded(NotRecorded=[lost]).vpcs[at("vpc-1")].name_servers
    assert isinstance(why, Unknown)
    assert why.why == (
        "DhcpOptions of account 111111111111 in us-east-1 was not recorded: ec2:DescribeDhcpOptions: UnauthorizedOperation"
    )
    (why,) = recorded().vpcs[at("vpc-1")].name_servers
    assert isinstance(why, Unknown)
    assert why.why == "no DhcpOptions.json of account 111111111111 in us-east-1"
    theirs = recorded(Vpcs=[VPC | {"OwnerId": "222222222222"}])
    (why,) = theirs.vpcs["222222222222/us-east-1: vpc-1"].name_servers
    assert isinstance(why, Unknown)
    assert why.why == "account 222222222222 in us-east-1 is not in the snapshot"


def test_what_the_model_has_no_part_for_is_listed_unless_it_is_gone() -> None:
    nat = {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "State": "available"}
    peering = {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}}
    network = recorded(NatGateways=[nat], VpcPeeringConnections=[peering], Unheard=[{"Id": "1"}])
    listed = {line.partition(": ")[2] for line in network.unmodelled}
    assert {"nat-1 (a NAT gateway)", "pcx-1 (a peering)", "Unheard (not modelled)"} <= listed, listed
    gone = recorded(
        NatGateways=[nat | {"State": "deleted"}], VpcPeeringConnections=[peering | {"Status": {"Code": "expired"}}]
    )
    assert not [line for line in gone.unmodelled if "nat-1" in line or "pcx-1" in line], gone.unmodelled
    aws = [{"PrefixListId": "pl-1", "OwnerId": "AWS", "State": "create-complete"}]
    assert not [line for line in recorded(ManagedPrefixLists=aws).unmodelled if "pl-1" in line]
    ours = [{"PrefixListId": "pl-1", "OwnerId": ACCOUNT, "State": "create-complete"}]
    assert [line for line in recorded(ManagedPrefixLists=ours).unmodelled if "pl-1 (a prefix list)" in line]


def test_the_route_table_of_a_gateway_is_listed() -> None:
    edge = {"RouteTableId": "rtb-9", "VpcId": "vpc-1", "Associations": [{"GatewayId": "igw-1"}], "Routes": []}
    assert f"{at('rtb-9')} (the route table of igw-1)" in recorded(RouteTables=[edge]).unmodelled


# Instances --------------------------------------------------------------------------------------------------------


def test_every_interface_of_an_instance_is_one_the_first_by_the_instances_id() -> None:
    interfaces = [
        {"NetworkInterfaceId": "eni-2", "SubnetId": "subnet-2", "Attachment": {"DeviceIndex": 1}, "Groups": []},
        {
            "NetworkInterfaceId": "eni-1",
            "SubnetId": "subnet-1",
            "Attachment": {"DeviceIndex": 0},
            "Groups": [{"GroupId": "sg-1"}],
        },
    ]
    item = {"InstanceId": "i-1", "VpcId": "vpc-1", "NetworkInterfaces": interfaces, "State": {"Name": "running"}}
    found = recorded(Subnets=[subnet()], Reservations=[{"OwnerId": ACCOUNT, "Instances": [item]}]).instances
    assert {name: known(each.subnet) for name, each in found.items()} == {
        at("i-1"): at("subnet-1"),
        f"{at('i-1')}#eni-2": "subnet-2",
    }
    gone = [{"OwnerId": ACCOUNT, "Instances": [item | {"State": {"Name": "terminated"}}]}]
    assert recorded(Subnets=[subnet()], Reservations=gone).instances == {}


# Shares -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "association", "expected"),
    [("ACTIVE", "ASSOCIATED", 1), ("DELETED", "ASSOCIATED", 0), ("ACTIVE", "DISASSOCIATED", 0)],
)
def test_a_share_is_what_is_active_and_associated(status: str, association: str, expected: int) -> None:
    arn = "arn:aws:ram:us-east-1:111111111111:resource-share/s-1"
    share = {"resourceShareArn": arn, "owningAccountId": ACCOUNT, "status": status, "allowExternalPrincipals": False}
    parts = [
        {
            "resourceShareArn": arn,
            "associationType": kind,
            "associatedEntity": entity,
            "status": association,
        }
        for kind, entity in (
            ("RESOURCE", f"arn:aws:ec2:us-east-1:{ACCOUNT}:transit-gateway/tgw-1"),
            ("PRINCIPAL", "222222222222"),
        )
    ]
    network = recorded(
        TransitGateways=gateway(), ResolverRules=[], ResourceShares=[share], ResourceShareAssociations=parts
    )
    assert [[link.target for link in each.resources] for each in network.shares if each.resources] == (
        [[at("tgw-1")]] * expected
    )
    assert [[link.target for link in each.principals] for each in network.shares if each.principals] == (
        [["222222222222"]] * expected
    )


def test_of_two_routes_to_one_range_the_static_one_is_first() -> None:
    told = [
        route(Type="propagated", TransitGatewayAttachments=[{"TransitGatewayAttachmentId": "att-9"}]),
        route(),
    ]
    for routes in (told, told[::-1]):
        network = tables(TransitGatewayStaticRoutes=[entry(Routes=routes)])
        found = [each.attachment for each in network.gateway_tables[at("rtb-1")].routes]
        assert found == [at("att-1"), "att-9"]
