"""Ranges, routes, associations and addresses that AWS refuses."""

from typing import Any

import pytest

from tests.emulator.conftest import HUB, Client, Refused

KMS, S3 = "com.amazonaws.us-east-1.kms", "com.amazonaws.us-east-1.s3"


@pytest.fixture
def ec2(client: Client) -> Any:
    """The hub's client."""
    return client("ec2", HUB)


@pytest.fixture
def own(ec2: Any, network: Any) -> dict[str, Any]:
    """A VPC 10.0.0.0/24 with subnets in two zones, a further one in the first of them, a route table and a group."""
    vpc, subnets = network(HUB)
    second = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.128/26", AvailabilityZoneId="use1-az1")
    return {
        "vpc": vpc,
        "subnets": subnets,
        "second": second["Subnet"]["SubnetId"],
        "table": ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"],
        "group": ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc)["GroupId"],
    }


@pytest.fixture
def far(ec2: Any) -> dict[str, Any]:
    """Another VPC, 10.9.0.0/16, of the same account."""
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24", AvailabilityZoneId="use1-az3")
    return {
        "vpc": vpc,
        "subnet": subnet["Subnet"]["SubnetId"],
        "table": ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"],
        "group": ec2.create_security_group(GroupName="far", Description="far", VpcId=vpc)["GroupId"],
    }


@pytest.mark.parametrize(
    ("cidr", "code"),
    [
        ("10.0.0.192/29", "InvalidSubnet.Range"),
        ("10.0.8.0/28", "InvalidSubnet.Range"),
        ("10.0.0.0/28", "InvalidSubnet.Conflict"),
        ("10.0.0.0/24", "InvalidSubnet.Conflict"),
    ],
)
def test_subnets_of_no_size_outside_and_in_each_others_way(
    ec2: Any, own: Any, refused: Refused, cidr: str, code: str
) -> None:
    with refused(code):
        ec2.create_subnet(VpcId=own["vpc"], CidrBlock=cidr)
    ec2.create_subnet(VpcId=own["vpc"], CidrBlock="10.0.0.192/28")


@pytest.mark.parametrize("cidr", ["10.0.0.0/15", "10.0.0.0/29"])
def test_vpcs_of_no_size(ec2: Any, refused: Refused, cidr: str) -> None:
    with refused("InvalidVpc.Range"):
        ec2.create_vpc(CidrBlock=cidr)


@pytest.mark.parametrize(("cidr", "code"), [("10.0.0.0/23", "CidrConflict"), ("10.8.0.0/29", "InvalidVpc.Range")])
def test_further_ranges_of_a_vpc(ec2: Any, own: Any, refused: Refused, cidr: str, code: str) -> None:
    with refused(code):
        ec2.associate_vpc_cidr_block(VpcId=own["vpc"], CidrBlock=cidr)
    ec2.associate_vpc_cidr_block(VpcId=own["vpc"], CidrBlock="10.8.0.0/24")


@pytest.mark.parametrize("cidr", ["10.0.0.0/24", "10.0.0.0/26"])
def test_a_route_out_of_the_vpc_for_a_part_of_it(
    ec2: Any, own: Any, gateway: dict[str, Any], refused: Refused, cidr: str
) -> None:
    ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway["TransitGatewayId"], VpcId=own["vpc"], SubnetIds=own["subnets"]
    )
    with refused("more specific than one of this VPC's CIDR blocks"):
        ec2.create_route(
            RouteTableId=own["table"], DestinationCidrBlock=cidr, TransitGatewayId=gateway["TransitGatewayId"]
        )
    ec2.create_route(
        RouteTableId=own["table"], DestinationCidrBlock="10.0.0.0/8", TransitGatewayId=gateway["TransitGatewayId"]
    )


def test_a_route_to_an_interface_for_a_part_of_the_vpc(ec2: Any, own: Any) -> None:
    interface = ec2.create_network_interface(SubnetId=own["second"])["NetworkInterface"]["NetworkInterfaceId"]
    ec2.create_route(RouteTableId=own["table"], DestinationCidrBlock="10.0.0.0/26", NetworkInterfaceId=interface)
    (table,) = ec2.describe_route_tables(RouteTableIds=[own["table"]])["RouteTables"]
    routes = {route["DestinationCidrBlock"]: route.get("NetworkInterfaceId") for route in table["Routes"]}
    assert routes.get("10.0.0.0/26") == interface, routes


def test_a_route_to_another_vpcs_internet_gateway(ec2: Any, own: Any, far: Any, refused: Refused) -> None:
    igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=far["vpc"])
    with refused("belong to different networks"):
        ec2.create_route(RouteTableId=own["table"], DestinationCidrBlock="0.0.0.0/0", GatewayId=igw)
    ec2.create_route(RouteTableId=far["table"], DestinationCidrBlock="0.0.0.0/0", GatewayId=igw)


def test_two_routes_to_one_destination(ec2: Any, own: Any, refused: Refused) -> None:
    igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=own["vpc"])
    ec2.create_route(RouteTableId=own["table"], DestinationCidrBlock="0.0.0.0/0", GatewayId=igw)
    with refused("RouteAlreadyExists"):
        ec2.create_route(RouteTableId=own["table"], DestinationCidrBlock="0.0.0.0/0", GatewayId=igw)


def test_a_subnet_has_one_route_table_of_its_own_vpc(ec2: Any, own: Any, far: Any, refused: Refused) -> None:
    with refused("belong to different networks"):
        ec2.associate_route_table(RouteTableId=far["table"], SubnetId=own["second"])
    made = ec2.associate_route_table(RouteTableId=own["table"], SubnetId=own["second"])["AssociationId"]
    other = ec2.create_route_table(VpcId=own["vpc"])["RouteTable"]["RouteTableId"]
    with refused("Resource.AlreadyAssociated"):
        ec2.associate_route_table(RouteTableId=other, SubnetId=own["second"])
    ec2.replace_route_table_association(AssociationId=made, RouteTableId=other)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("10.0.0.0", "reserved address range"),
        ("10.0.0.3", "reserved address range"),
        ("10.0.0.63", "reserved address range"),
        ("10.0.0.64", "does not fall within"),
        ("10.0.0.20", "InvalidIPAddress.InUse"),
    ],
)
def test_addresses_of_interfaces(ec2: Any, own: Any, refused: Refused, address: str, words: str) -> None:
    for free in ("10.0.0.4", "10.0.0.20", "10.0.0.62"):
        ec2.create_network_interface(SubnetId=own["subnets"][0], PrivateIpAddress=free)
    with refused(words):
        ec2.create_network_interface(SubnetId=own["subnets"][0], PrivateIpAddress=address)
    with refused(words):
        ec2.create_network_interface(
            SubnetId=own["subnets"][0], PrivateIpAddresses=[{"PrivateIpAddress": address, "Primary": True}]
        )


@pytest.mark.parametrize("which", ["zone", "subnet", "group", "address"])
def test_endpoints_in_one_zone_twice_and_in_two_vpcs(
    ec2: Any, own: Any, far: Any, refused: Refused, which: str
) -> None:
    subnets, groups = own["subnets"], [own["group"]]
    wrong: dict[str, Any] = {
        "zone": {"SubnetIds": [*subnets, own["second"]]},
        "subnet": {"SubnetIds": [subnets[0], far["subnet"]]},
        "group": {"SecurityGroupIds": [far["group"]]},
        "address": {"SubnetConfigurations": [{"SubnetId": subnets[0], "Ipv4": "10.0.0.2"}]},
    }[which]
    code = {"zone": "DuplicateSubnetsInSameZone", "address": "InvalidParameterValue"}.get(which, "InvalidParameter")
    arguments = {"SubnetIds": subnets, "SecurityGroupIds": groups}
    with refused(code):
        ec2.create_vpc_endpoint(
            **{"VpcId": own["vpc"], "ServiceName": KMS, "VpcEndpointType": "Interface", **arguments, **wrong}
        )


@pytest.mark.parametrize("which", ["zone", "subnet", "group"])
def test_an_endpoint_gets_no_second_subnet_in_a_zone_and_none_of_another_vpc(
    ec2: Any, own: Any, far: Any, refused: Refused, which: str
) -> None:
    made = ec2.create_vpc_endpoint(
        VpcId=own["vpc"], ServiceName=KMS, VpcEndpointType="Interface", SubnetIds=own["subnets"]
    )["VpcEndpoint"]["VpcEndpointId"]
    added = {
        "zone": {"AddSubnetIds": [own["second"]]},
        "subnet": {"AddSubnetIds": [far["subnet"]]},
        "group": {"AddSecurityGroupIds": [far["group"]]},
    }[which]
    with refused("DuplicateSubnetsInSameZone" if which == "zone" else "InvalidParameter"):
        ec2.modify_vpc_endpoint(VpcEndpointId=made, **added)
    ec2.modify_vpc_endpoint(VpcEndpointId=made, RemoveSubnetIds=own["subnets"][:1], AddSubnetIds=[own["second"]])


def test_a_second_endpoint_does_not_get_private_names_later(ec2: Any, own: Any, refused: Refused) -> None:
    first, second = (
        ec2.create_vpc_endpoint(
            VpcId=own["vpc"],
            ServiceName=KMS,
            VpcEndpointType="Interface",
            SubnetIds=own["subnets"],
            PrivateDnsEnabled=private,
        )["VpcEndpoint"]["VpcEndpointId"]
        for private in (True, False)
    )
    with refused("conflicting DNS domain"):
        ec2.modify_vpc_endpoint(VpcEndpointId=second, PrivateDnsEnabled=True)
    ec2.modify_vpc_endpoint(VpcEndpointId=first, PrivateDnsEnabled=True)


def test_a_table_is_in_one_gateway_endpoint_of_a_service(ec2: Any, own: Any, far: Any, refused: Refused) -> None:
    arguments = {"VpcId": own["vpc"], "ServiceName": S3, "VpcEndpointType": "Gateway"}
    with refused("InvalidParameter"):
        ec2.create_vpc_endpoint(**arguments, RouteTableIds=[far["table"]])
    first = ec2.create_vpc_endpoint(**arguments, RouteTableIds=[own["table"]])["VpcEndpoint"]["VpcEndpointId"]
    with refused("RouteAlreadyExists"):
        ec2.create_vpc_endpoint(**arguments, RouteTableIds=[own["table"]])
    second = ec2.create_vpc_endpoint(**arguments)["VpcEndpoint"]["VpcEndpointId"]
    with refused("RouteAlreadyExists"):
        ec2.modify_vpc_endpoint(VpcEndpointId=second, AddRouteTableIds=[own["table"]])
    ec2.modify_vpc_endpoint(VpcEndpointId=first, RemoveRouteTableIds=[own["table"]])
    ec2.modify_vpc_endpoint(VpcEndpointId=second, AddRouteTableIds=[own["table"]])


@pytest.mark.parametrize(
    "wrong", [{"Ip": "10.0.0.0"}, {"Ip": "10.0.0.3"}, {"Ip": "10.0.0.63"}, {"Ip": "10.0.0.70"}, {}], ids=str
)
def test_addresses_of_a_resolver_endpoint(
    client: Client, own: Any, far: Any, refused: Refused, wrong: dict[str, str]
) -> None:
    first = {"SubnetId": own["subnets"][0] if wrong else far["subnet"], **wrong}
    with refused("InvalidRequestException"):
        client("route53resolver", HUB).create_resolver_endpoint(
            CreatorRequestId=f"wrong-{wrong}",
            Direction="INBOUND",
            SecurityGroupIds=[own["group"]],
            IpAddresses=[first, {"SubnetId": own["subnets"][1]}],
        )


def test_the_group_of_a_resolver_endpoint_is_of_its_vpc(client: Client, own: Any, far: Any, refused: Refused) -> None:
    with refused("InvalidRequestException"):
        client("route53resolver", HUB).create_resolver_endpoint(
            CreatorRequestId="group",
            Direction="INBOUND",
            SecurityGroupIds=[far["group"]],
            IpAddresses=[{"SubnetId": subnet} for subnet in own["subnets"]],
        )


def test_a_vpc_has_one_zone_of_a_name(client: Client, own: Any, far: Any, refused: Refused) -> None:
    route53 = client("route53", HUB)
    places = [{"VPCRegion": "us-east-1", "VPCId": each["vpc"]} for each in (own, far)]
    route53.create_hosted_zone(Name="example.org", CallerReference="1", VPC=places[0])
    with refused("ConflictingDomainExists"):
        route53.create_hosted_zone(Name="example.org", CallerReference="2", VPC=places[0])
    second = route53.create_hosted_zone(Name="example.org", CallerReference="3", VPC=places[1])["HostedZone"]["Id"]
    with refused("ConflictingDomainExists"):
        route53.associate_vpc_with_hosted_zone(HostedZoneId=second, VPC=places[0])
