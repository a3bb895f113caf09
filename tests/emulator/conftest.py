"""An organization of four accounts, and a client for each of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from emulator import Account, LocalAWS, LocalOrganization, serve

MANAGEMENT, HUB, SPOKE, OTHER = "999999999999", "111111111111", "222222222222", "333333333333"
ORGANIZATION = LocalOrganization(
    id="o-exampleorg1",
    management_account=MANAGEMENT,
    accounts=(
        Account(HUB, roles=("NetworkDeploy",), ou="network"),
        Account(SPOKE, roles=("NetworkDeploy", "deploy/Application"), ou="workloads/production"),
        Account(OTHER, roles=("NetworkDeploy",)),
    ),
)

# One for all: a session reads the API's description of a service once, which takes longer than most tests.
SESSION = boto3.session.Session(region_name=ORGANIZATION.region)

Client = Callable[[str, str], Any]
Refused = Callable[[str], AbstractContextManager[None]]


def clients(aws: LocalAWS) -> Client:
    """A function that makes the client of a service in an account."""

    @cache
    def client(service: str, account: str) -> Any:
        environment = aws.environment(account)
        return SESSION.client(
            service,
            endpoint_url=aws.url,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )

    return client


@contextmanager
def _refused(code: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        found = error.response["Error"]
        assert found["Code"] == code or code in found["Message"], f"expected refusal {code}, found {found}"
    else:
        pytest.fail(f"expected refusal {code}, found that it was done")


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAWS]:
    with serve(ORGANIZATION) as running:
        yield running


@pytest.fixture(scope="module")
def client(aws: LocalAWS) -> Client:
    return clients(aws)


@pytest.fixture
def refused() -> Refused:
    """A block that must end in an AWS error with this code, or with these words in its message."""
    return _refused


@pytest.fixture
def network(client: Client) -> Callable[..., tuple[str, list[str]]]:
    """A function that makes a VPC with two subnets in an account."""

    def make(account: str, third: int = 0) -> tuple[str, list[str]]:
        ec2 = client("ec2", account)
        vpc = ec2.create_vpc(CidrBlock=f"10.0.{third}.0/24")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnets = [
            ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.0.{third}.{part * 64}/26", AvailabilityZoneId=f"use1-az{part + 1}"
            )
            for part in range(2)
        ]
        return vpc, [subnet["Subnet"]["SubnetId"] for subnet in subnets]

    return make


@pytest.fixture
def share(client: Client) -> Callable[..., str]:
    """A function that shares resources of the hub with principals."""

    def make(resources: list[str], principals: list[str]) -> str:
        made = client("ram", HUB).create_resource_share(
            name="hub", allowExternalPrincipals=False, resourceArns=resources, principals=principals
        )
        return str(made["resourceShare"]["resourceShareArn"])

    return make


@pytest.fixture
def gateway(client: Client) -> dict[str, Any]:
    """A gateway of the hub that associates, propagates and accepts nothing by default."""
    options = dict.fromkeys(
        ("DefaultRouteTableAssociation", "DefaultRouteTablePropagation", "AutoAcceptSharedAttachments"), "disable"
    )
    made: dict[str, Any] = client("ec2", HUB).create_transit_gateway(Options=options)["TransitGateway"]
    return made
