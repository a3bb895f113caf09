"""Slow answers, throttling and dropped connections, as an SDK meets them."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from emulator import Fault, LocalAWS
from tests.emulator.conftest import HUB, OTHER, SESSION, SPOKE, Refused
from tests.waiting import PATIENCE

Make = Callable[..., Any]

LISTS = {
    "ec2": "describe_vpcs",
    "iam": "list_roles",
    "kms": "list_keys",
    "organizations": "describe_organization",
    "ram": "get_resource_shares",
    "resourcegroupstaggingapi": "get_resources",
    "route53resolver": "list_resolver_rules",
    "s3": "list_buckets",
    "ssm": "describe_parameters",
    "sts": "get_caller_identity",
}
CODES = {
    "ec2": (503, "RequestLimitExceeded"),
    "iam": (400, "Throttling"),
    "kms": (400, "ThrottlingException"),
    "organizations": (400, "TooManyRequestsException"),
    "ram": (429, "ThrottlingException"),
    "resourcegroupstaggingapi": (400, "ThrottledException"),
    "route53resolver": (400, "ThrottlingException"),
    "s3": (503, "SlowDown"),
    "ssm": (400, "ThrottlingException"),
    "sts": (400, "Throttling"),
}


@pytest.fixture(autouse=True)
def calm(aws: LocalAWS) -> Iterator[None]:
    yield
    aws.faults = ()


@pytest.fixture(scope="module")
def caller(aws: LocalAWS) -> Iterator[Make]:
    """A function that makes a client, which sends each request so many times, in the SDKs' standard retry mode."""

    @cache
    def make(service: str, account: str = HUB, attempts: int = 1) -> Any:
        keys = aws.environment(account)
        return SESSION.client(
            service,
            endpoint_url=aws.url,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
        )

    with mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)):
        yield make


def call(client: Any, operation: str) -> Any:
    arguments = {"resourceOwner": "SELF"} if operation == "get_resource_shares" else {}
    return getattr(client, operation)(**arguments)


@pytest.mark.parametrize("service", LISTS)
def test_throttling_has_the_code_of_the_service_and_is_retried(aws: LocalAWS, caller: Make, service: str) -> None:
    aws.faults = (Fault(rate=0),)
    with pytest.raises(ClientError) as refusal:
        call(caller(service, attempts=3), LISTS[service])
    response: Any = refusal.value.response
    found = (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"])
    assert found == CODES[service], f"expected {CODES[service]}, found {found}"
    retried = response["ResponseMetadata"]["RetryAttempts"]
    assert retried == 2, f"expected two retries, found {retried}"


def test_an_account_has_a_second_worth_of_requests_at_once_and_the_others_have_theirs(
    aws: LocalAWS, caller: Make, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("emulator.faults.time", SimpleNamespace(monotonic=lambda: now[0]))
    aws.faults = (Fault("route53resolver:*", rate=5),)
    hub, spoke = caller("route53resolver"), caller("route53resolver", SPOKE)
    for _ in range(5):
        call(hub, "list_resolver_rules")
    with refused("ThrottlingException"):
        call(hub, "list_resolver_rules")
    call(spoke, "list_resolver_rules")
    call(caller("ssm"), "describe_parameters")
    now[0] = 0.2
    call(hub, "list_resolver_rules")
    with refused("ThrottlingException"):
        call(hub, "list_resolver_rules")


def test_slow_requests_do_not_wait_for_each_other(aws: LocalAWS, caller: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits until all six are slow at once."""
    ec2, meeting, slept = caller("ec2"), Barrier(6), []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        meeting.wait(PATIENCE)

    monkeypatch.setattr("emulator.server.time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    aws.faults = (Fault("ec2:*", latency=0.5),)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: ec2.describe_vpcs(), range(6)))
    assert slept == [0.5] * 6, f"expected six waits of half a second, found {slept}"


@pytest.mark.parametrize(("fault", "made"), [("lost_request", 1), ("lost_response", 2)])
def test_a_create_is_lost_or_done_and_not_known(aws: LocalAWS, caller: Make, fault: str, made: int) -> None:
    ec2, before = caller("ec2", SPOKE, attempts=2), len(aws.leftovers().get(SPOKE, []))
    aws.faults = (Fault("ec2:CreateVpc", times=1, **{fault: 1}),)
    ec2.create_vpc(CidrBlock="10.0.0.0/22")
    found = len(aws.leftovers()[SPOKE]) - before
    assert found == made, f"expected {made} more, found {found}"
    assert aws.injected == {(fault, "ec2:CreateVpc"): 1}


def test_a_caller_that_does_not_retry_sees_the_connection_close(aws: LocalAWS, caller: Make) -> None:
    before = aws.leftovers()
    aws.faults = (Fault(lost_request=1),)
    with pytest.raises(ConnectionClosedError):
        caller("ec2", OTHER).create_vpc(CidrBlock="10.0.0.0/22")
    assert aws.leftovers() == before, "expected that nothing was done"


KINDS = {"transit gateway table": "transit gateway route table"}
"""What `leftovers` calls differently."""
Parts = dict[str, tuple[Any, str, dict[str, Any]]]


@pytest.fixture(scope="module")
def parts(caller: Make) -> Parts:
    """The creates of the project's Terraform, what they are called with, and what they need."""
    ec2 = caller("ec2", attempts=3)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/22")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{third}.0/24", AvailabilityZoneId=f"use1-az{third + 1}")[
            "Subnet"
        ]["SubnetId"]
        for third in range(2)
    ]
    group = ec2.create_security_group(GroupName="dns", Description="dns", VpcId=vpc)["GroupId"]
    options = dict.fromkeys(("DefaultRouteTableAssociation", "DefaultRouteTablePropagation"), "disable")
    gateway = ec2.create_transit_gateway(Options=options)["TransitGateway"]["TransitGatewayId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    resolver, iam = caller("route53resolver", attempts=3), caller("iam", attempts=3)
    endpoint = {"SecurityGroupIds": [group], "Direction": "INBOUND", "CreatorRequestId": "terraform-1", "Name": "core"}
    standing = resolver.create_resolver_rule(
        CreatorRequestId="terraform-0", RuleType="SYSTEM", DomainName="example.org", Name="standing"
    )["ResolverRule"]["Id"]
    other = ec2.create_vpc(CidrBlock="10.2.0.0/24")["Vpc"]["VpcId"]
    zone = ec2.create_subnet(VpcId=other, CidrBlock="10.2.0.0/25", AvailabilityZoneId="use1-az1")["Subnet"]["SubnetId"]
    attachment = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway,
        VpcId=other,
        SubnetIds=[zone],
    )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    segment = ec2.create_transit_gateway_route_table(TransitGatewayId=gateway)["TransitGatewayRouteTable"][
        "TransitGatewayRouteTableId"
    ]
    wired = {"TransitGatewayRouteTableId": segment, "TransitGatewayAttachmentId": attachment}
    rule = {"CreatorRequestId": "terraform-2", "RuleType": "SYSTEM", "DomainName": "example.com", "Name": "local"}
    attached = {"TransitGatewayId": gateway, "VpcId": vpc, "SubnetIds": subnets}
    image = ec2.describe_images()["Images"][0]["ImageId"]
    return {
        "vpc": (ec2, "create_vpc", {"CidrBlock": "10.1.0.0/22"}),
        "subnet": (
            ec2,
            "create_subnet",
            {"VpcId": vpc, "CidrBlock": "10.0.2.0/24", "AvailabilityZoneId": "use1-az1"},
        ),
        "security group": (
            ec2,
            "create_security_group",
            {"VpcId": vpc, "GroupName": "endpoints", "Description": "endpoints"},
        ),
        "route table": (ec2, "create_route_table", {"VpcId": vpc}),
        "route": (
            ec2,
            "create_route",
            {"RouteTableId": table, "DestinationCidrBlock": "10.9.0.0/16", "GatewayId": "local"},
        ),
        "VPC endpoint": (
            ec2,
            "create_vpc_endpoint",
            {"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.kms", "ClientToken": "terraform-3"},
        ),
        "instance": (
            ec2,
            "run_instances",
            {"ImageId": image, "MinCount": 1, "MaxCount": 1, "SubnetId": subnets[0]},
        ),
        "transit gateway": (ec2, "create_transit_gateway", {}),
        "transit gateway table": (ec2, "create_transit_gateway_route_table", {"TransitGatewayId": gateway}),
        "transit gateway attachment": (ec2, "create_transit_gateway_vpc_attachment", attached),
        "resolver endpoint": (
            resolver,
            "create_resolver_endpoint",
            {**endpoint, "IpAddresses": [{"SubnetId": subnet} for subnet in subnets]},
        ),
        "resolver rule": (resolver, "create_resolver_rule", rule),
        "group rule": (
            ec2,
            "authorize_security_group_ingress",
            {"GroupId": group, "IpProtocol": "tcp", "FromPort": 53, "ToPort": 53, "CidrIp": "10.0.0.0/16"},
        ),
        "gateway association": (ec2, "associate_transit_gateway_route_table", wired),
        "gateway propagation": (ec2, "enable_transit_gateway_route_table_propagation", wired),
        "rule association": (
            resolver,
            "associate_resolver_rule",
            {"ResolverRuleId": standing, "VPCId": vpc, "Name": "standing"},
        ),
        "resource share": (caller("ram", attempts=3), "create_resource_share", {"name": "core"}),
        "key": (caller("kms", attempts=3), "create_key", {}),
        "role": (iam, "create_role", {"RoleName": "test-instance", "AssumeRolePolicyDocument": "{}"}),
        "instance profile": (iam, "create_instance_profile", {"InstanceProfileName": "test-instance"}),
        "parameter": (
            caller("ssm", attempts=3),
            "put_parameter",
            {"Name": "/endpoint-hub/core/contract", "Value": "{}", "Type": "String"},
        ),
    }


@pytest.mark.parametrize(
    ("what", "expected"),
    {
        "instance": "once",
        "route table": "once",
        "VPC endpoint": "once",
        "gateway association": "Resource.AlreadyAssociated",
        "gateway propagation": "TransitGatewayRouteTablePropagation.Duplicate",
        "group rule": "InvalidPermission.Duplicate",
        "instance profile": "EntityAlreadyExists",
        "parameter": "ParameterAlreadyExists",
        "resolver endpoint": "ResourceExistsException",
        "resolver rule": "ResourceExistsException",
        "role": "EntityAlreadyExists",
        "route": "RouteAlreadyExists",
        "rule association": "InvalidRequestException",
        "security group": "InvalidGroup.Duplicate",
        "subnet": "InvalidSubnet.Conflict",
        "transit gateway attachment": "DuplicateTransitGatewayAttachment",
        "key": "twice",
        "resource share": "twice",
        "transit gateway": "twice",
        "transit gateway table": "twice",
        "vpc": "twice",
    }.items(),
    ids=lambda value: str(value).replace(" ", "-"),
)
def test_a_create_whose_answer_is_lost_is_done_once_refused_or_done_twice(
    aws: LocalAWS, parts: Parts, what: str, expected: str
) -> None:
    """What an SDK makes of it by itself. docs/internals/emulator.md has the table."""
    client, operation, arguments = parts[what]

    def standing() -> int:
        return sum(kind == KINDS.get(what, what) for kind, _ in aws.leftovers()[HUB])

    before = standing()
    aws.faults = (Fault(lost_response=1, times=1),)
    try:
        getattr(client, operation)(**arguments)
    except ClientError as refusal:
        found = str(refusal.response.get("Error", {}).get("Code"))
    else:
        found = {1: "once", 2: "twice"}.get(standing() - before, f"{standing() - before} times")
    assert sum(aws.injected.values()) == 1, f"expected one lost response, found {aws.injected}"
    assert found == expected, f"{what}: expected {expected}, found {found}"


def test_a_client_token_with_other_parameters_is_refused(aws: LocalAWS, caller: Make, refused: Refused) -> None:
    ec2 = caller("ec2", OTHER)
    vpcs = [ec2.create_vpc(CidrBlock=f"10.0.{third}.0/24")["Vpc"]["VpcId"] for third in (0, 1)]
    first, again = (ec2.create_route_table(VpcId=vpcs[0], ClientToken="a")["RouteTable"] for _ in range(2))
    assert first["RouteTableId"] == again["RouteTableId"]
    with refused("IdempotentParameterMismatch"):
        ec2.create_route_table(VpcId=vpcs[1], ClientToken="a")
    ec2.create_route_table(VpcId=vpcs[1], ClientToken="b")
    tables = [kind for kind, _ in aws.leftovers()[OTHER]].count("route table")
    assert tables == 2, f"expected one for each token, found {tables}"


def test_only_the_named_actions_have_trouble_and_none_has_any_when_it_is_over(aws: LocalAWS, caller: Make) -> None:
    ec2, s3 = caller("ec2"), caller("s3")
    aws.faults = (Fault("ec2:Create*", lost_request=1), Fault("s3:PUT /example-*", lost_request=1))
    ec2.describe_vpcs()
    s3.list_buckets()
    with pytest.raises(ConnectionClosedError):
        ec2.create_vpc(CidrBlock="10.0.0.0/22")
    with pytest.raises(ConnectionClosedError):
        s3.create_bucket(Bucket="example-network-state")
    aws.faults = ()
    ec2.create_vpc(CidrBlock="10.0.0.0/22")
    assert aws.injected == {}, "expected the count to start anew with new faults"


def test_the_same_seed_drops_the_same_connections(aws: LocalAWS, caller: Make) -> None:
    ec2 = caller("ec2")

    def dropped(seed: int) -> list[bool]:
        aws.faults = (Fault(lost_request=0.5, seed=seed),)
        fates = []
        for _ in range(20):
            try:
                ec2.describe_vpcs()
                fates.append(False)
            except ConnectionClosedError:
                fates.append(True)
        return fates

    first = dropped(1)
    assert 0 < sum(first) < 20, f"expected some of twenty, found {first}"
    assert dropped(1) == first
    assert dropped(2) != first


@pytest.mark.parametrize("wrong", [{"lost_request": 1.5}, {"lost_response": -1}, {"latency": -1}, {"rate": -1}])
def test_values_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must not be negative|shares from 0 to 1"):
        Fault(**wrong)  # type: ignore[arg-type]
