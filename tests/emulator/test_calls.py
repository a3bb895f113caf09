"""Every call: whose it is, and what happens to those that are not there."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from emulator import LocalAWS
from tests.emulator.conftest import HUB, MANAGEMENT, SPOKE, Client, Refused


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("globalaccelerator", "list_accelerators"),
        ("ec2", "describe_ipams"),
        ("ram", "list_permission_versions"),
        ("organizations", "list_handshakes_for_account"),
    ],
)
def test_what_is_not_there_fails_at_once_and_says_so(client: Client, service: str, operation: str) -> None:
    arguments: dict[str, Any] = {"permissionArn": "arn:aws:ram::aws:permission/x"} if service == "ram" else {}
    call = getattr(client(service, HUB), operation)
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    response: Any = refusal.value.response
    found = (response["Error"]["Code"], response["ResponseMetadata"]["RetryAttempts"])
    assert found == ("EmulatorGap", 0), f"expected a refusal that is not retried, found {found}"


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("ec2", "describe_vpcs", "AuthFailure"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("ssm", "describe_parameters", "UnrecognizedClientException"),
    ],
)
def test_keys_that_were_not_issued_here_are_refused(
    aws: LocalAWS, refused: Refused, service: str, operation: str, code: str
) -> None:
    session = boto3.session.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="us-east-1")
    with refused(code):
        getattr(session.client(service, endpoint_url=aws.url), operation)()


def test_the_environment_is_of_an_account_of_the_organization(aws: LocalAWS) -> None:
    assert aws.environment() == aws.environment(MANAGEMENT), "expected the management account by default"
    assert aws.environment(SPOKE)["AWS_ACCESS_KEY_ID"] != aws.environment(HUB)["AWS_ACCESS_KEY_ID"]
    with pytest.raises(KeyError, match="777777777777"):
        aws.environment("777777777777")


def test_tagged_resources_are_found_in_their_account(client: Client, network: Any) -> None:
    ec2, (vpc, _) = client("ec2", HUB), network(HUB)
    tags = [{"Key": "owner", "Value": "network"}]

    def tagged(kind: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": tags}]

    gateway = ec2.create_transit_gateway(TagSpecifications=tagged("transit-gateway"))["TransitGateway"]
    table = ec2.create_transit_gateway_route_table(
        TransitGatewayId=gateway["TransitGatewayId"], TagSpecifications=tagged("transit-gateway-route-table")
    )["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", TagSpecifications=tagged("vpc-endpoint")
    )["VpcEndpoint"]["VpcEndpointId"]
    rule = client("route53resolver", HUB).create_resolver_rule(
        CreatorRequestId="efs", RuleType="SYSTEM", DomainName="efs.us-east-1.amazonaws.com", Tags=tags
    )["ResolverRule"]["Arn"]
    share = client("ram", HUB).create_resource_share(name="hub", tags=[{"key": "owner", "value": "network"}])
    expected = {
        gateway["TransitGatewayArn"],
        f"arn:aws:ec2:us-east-1:{HUB}:transit-gateway-route-table/{table}",
        f"arn:aws:ec2:us-east-1:{HUB}:vpc-endpoint/{endpoint}",
        rule,
        share["resourceShare"]["resourceShareArn"],
    }
    wanted = {"TagFilters": [{"Key": "owner", "Values": ["network"]}]}
    for account, arns in ((HUB, expected), (SPOKE, set())):
        listed = client("resourcegroupstaggingapi", account).get_resources(**wanted)["ResourceTagMappingList"]
        found = {one["ResourceARN"] for one in listed}
        assert found == arns, f"{account}: expected {arns}, found {found}"
