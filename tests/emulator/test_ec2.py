"""Endpoints, rules of security groups, and what cannot be deleted while it is in use."""

import ipaddress
from typing import Any

import pytest

from tests.emulator.conftest import HUB, SPOKE, Client, Refused

KMS, S3 = "com.amazonaws.us-east-1.kms", "com.amazonaws.us-east-1.s3"


@pytest.fixture
def endpoint(client: Client) -> Any:
    """A function that makes an endpoint in a VPC of the hub."""

    def make(vpc: str, subnets: list[str], service: str = KMS, **options: Any) -> dict[str, Any]:
        made: dict[str, Any] = client("ec2", HUB).create_vpc_endpoint(
            **{"VpcId": vpc, "ServiceName": service, "VpcEndpointType": "Interface", "SubnetIds": subnets} | options
        )["VpcEndpoint"]
        return made

    return make


def test_interfaces_of_an_endpoint_have_an_address_in_each_subnet(client: Client, network: Any, endpoint: Any) -> None:
    vpc, subnets = network(HUB)
    made = endpoint(vpc, subnets)
    ec2 = client("ec2", HUB)
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=made["NetworkInterfaceIds"])["NetworkInterfaces"]
    assert sorted(one["SubnetId"] for one in found) == sorted(subnets), f"found {found}"
    ranges = {one["SubnetId"]: one["CidrBlock"] for one in ec2.describe_subnets(SubnetIds=subnets)["Subnets"]}
    for one in found:
        address, subnet = ipaddress.ip_address(one["PrivateIpAddress"]), ipaddress.ip_network(ranges[one["SubnetId"]])
        assert address in subnet, f"expected an address of {subnet}, found {address}"
        kind = (one["InterfaceType"], one["RequesterManaged"], one["Status"])
        assert kind == ("vpc_endpoint", True, "in-use"), f"found {kind}"


def test_an_endpoint_keeps_the_region_of_a_service_elsewhere(network: Any, endpoint: Any) -> None:
    vpc, subnets = network(HUB)
    made = endpoint(vpc, subnets, "com.amazonaws.iam", ServiceRegion="us-east-1")
    assert made["ServiceRegion"] == "us-east-1", f"found {made.get('ServiceRegion')}"


def test_private_dns_needs_host_names(client: Client, refused: Refused, network: Any, endpoint: Any) -> None:
    vpc, subnets = network(HUB)
    client("ec2", HUB).modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False})
    with refused("requires both enableDnsSupport and enableDnsHostnames"):
        endpoint(vpc, subnets)
    made = endpoint(vpc, subnets, PrivateDnsEnabled=False)
    assert made["PrivateDnsEnabled"] is False, f"found {made}"


def test_a_vpc_takes_the_private_name_of_a_service_once(
    client: Client, refused: Refused, network: Any, endpoint: Any
) -> None:
    vpc, subnets = network(HUB)
    first = endpoint(vpc, subnets)
    with refused("conflicting DNS domain"):
        endpoint(vpc, subnets)
    client("ec2", HUB).delete_vpc_endpoints(VpcEndpointIds=[first["VpcEndpointId"]])
    endpoint(vpc, subnets)


def test_private_dns_of_s3_for_resolvers_only_needs_a_gateway_endpoint(
    refused: Refused, network: Any, endpoint: Any
) -> None:
    vpc, subnets = network(HUB)
    with refused("must have a Gateway endpoint"):
        endpoint(vpc, subnets, S3)
    made = endpoint(vpc, subnets, S3, DnsOptions={"PrivateDnsOnlyForInboundResolverEndpoint": False})
    assert made["DnsOptions"]["PrivateDnsOnlyForInboundResolverEndpoint"] is False, f"found {made['DnsOptions']}"


def test_private_dns_of_s3_is_for_resolvers_only_unless_told(network: Any, endpoint: Any) -> None:
    vpc, subnets = network(HUB)
    gateway = endpoint(vpc, [], S3, VpcEndpointType="Gateway")
    assert not gateway["PrivateDnsEnabled"], f"expected no private DNS on a gateway endpoint, found {gateway}"
    made = endpoint(vpc, subnets, S3)
    assert made["DnsOptions"]["PrivateDnsOnlyForInboundResolverEndpoint"] is True, f"found {made['DnsOptions']}"


@pytest.mark.parametrize("source", ["group", "prefix list", "range"])
def test_a_rule_keeps_its_description_whatever_its_source(client: Client, network: Any, source: str) -> None:
    ec2, (vpc, _) = client("ec2", HUB), network(HUB)
    group = ec2.create_security_group(GroupName="rules", Description="rules", VpcId=vpc)["GroupId"]
    prefix_list = ec2.describe_prefix_lists()["PrefixLists"][0]["PrefixListId"]
    said = {"Description": "why"}
    sources = {
        "group": {"UserIdGroupPairs": [{"GroupId": group} | said]},
        "prefix list": {"PrefixListIds": [{"PrefixListId": prefix_list} | said]},
        "range": {"IpRanges": [{"CidrIp": "10.0.0.0/8"} | said]},
    }
    permission: Any = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443} | sources[source]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    found = [rule.get("Description") for rule in rules if not rule["IsEgress"]]
    assert found == ["why"], f"expected the description, found {found}"


def test_what_is_in_use_cannot_be_deleted(client: Client, refused: Refused, network: Any, endpoint: Any) -> None:
    ec2, (vpc, subnets) = client("ec2", HUB), network(HUB)
    group = ec2.create_security_group(GroupName="used", Description="used", VpcId=vpc)["GroupId"]
    made = endpoint(vpc, subnets, SecurityGroupIds=[group])
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=subnets[0])
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    with refused("DependencyViolation"):
        ec2.delete_vpc(VpcId=vpc)
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)


def test_the_subnets_of_an_attachment_are_in_use(
    client: Client, refused: Refused, network: Any, gateway: dict[str, Any]
) -> None:
    ec2, (vpc, subnets) = client("ec2", HUB), network(HUB)
    attachment = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway["TransitGatewayId"], VpcId=vpc, SubnetIds=subnets
    )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=subnets[0])
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment)
    ec2.delete_subnet(SubnetId=subnets[0])


def test_the_first_subnet_of_a_zone_is_no_default_subnet(client: Client, network: Any) -> None:
    _, subnets = network(SPOKE)
    found = client("ec2", SPOKE).describe_subnets(SubnetIds=subnets)["Subnets"]
    flags = {(one["DefaultForAz"], one["MapPublicIpOnLaunch"]) for one in found}
    assert flags == {(False, False)}, f"expected neither default nor public, found {found}"


def test_a_terminated_instance_leaves_no_interface_and_no_volume(client: Client, network: Any) -> None:
    ec2, (vpc, subnets) = client("ec2", SPOKE), network(SPOKE)
    image = client("ssm", SPOKE).get_parameter(
        Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    )["Parameter"]["Value"]
    root = ec2.describe_images(ImageIds=[image])["Images"][0]["RootDeviceName"]
    instance = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnets[0], InstanceType="t3.micro",
        BlockDeviceMappings=[{"DeviceName": root, "Ebs": {"Encrypted": True, "DeleteOnTermination": True}}],
    )["Instances"][0]["InstanceId"]  # fmt: skip
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    before = ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"]
    assert len(before) == 1, f"expected the interface of the instance, found {before}"
    ec2.terminate_instances(InstanceIds=[instance])
    after = ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"]
    volumes = ec2.describe_volumes()["Volumes"]
    assert (after, volumes) == ([], []), f"expected nothing, found {after} and {volumes}"


def test_a_zone_can_be_taken_from_an_endpoint(client: Client, refused: Refused, network: Any, endpoint: Any) -> None:
    ec2, (vpc, subnets) = client("ec2", HUB), network(HUB)
    made = endpoint(vpc, subnets)["VpcEndpointId"]
    with refused("DependencyViolation"):
        ec2.delete_subnet(SubnetId=subnets[1])
    ec2.modify_vpc_endpoint(VpcEndpointId=made, RemoveSubnetIds=[subnets[1]])
    ec2.delete_subnet(SubnetId=subnets[1])
    found = ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"][0]
    assert (found["SubnetIds"], len(found["NetworkInterfaceIds"])) == ([subnets[0]], 1), f"found {found}"
    assert found["PrivateDnsEnabled"] is True, f"expected private DNS to stay, found {found}"


def test_what_is_gone_can_be_deleted_again_as_after_an_answer_that_was_lost(
    client: Client, network: Any, refused: Refused
) -> None:
    ec2, (vpc, _) = client("ec2", HUB), network(HUB)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, VpcEndpointType="Gateway", RouteTableIds=[table])[
        "VpcEndpoint"
    ]["VpcEndpointId"]
    for _ in range(2):
        assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []
    group = ec2.create_security_group(GroupName="twice", Description="twice", VpcId=vpc)["GroupId"]
    rule = ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=53, ToPort=53, CidrIp="10.0.0.0/16"
    )["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        ec2.revoke_security_group_egress(GroupId=group, SecurityGroupRuleIds=[rule])
