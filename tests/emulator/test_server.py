"""Starting, stopping, failing fast, and telling what is left."""

import socket
import time
import urllib.error
import urllib.request
from dataclasses import replace

import boto3
import pytest

from emulator import serve
from tests.emulator.conftest import HUB, MANAGEMENT, ORGANIZATION, SPOKE, Refused, clients
from tests.waiting import wait_for


def test_one_use_knows_nothing_of_the_one_before() -> None:
    for _ in range(2):
        with serve(ORGANIZATION) as aws:
            client = clients(aws)
            assert aws.leftovers() == {}, f"expected nothing, found {aws.leftovers()}"
            vpc = client("ec2", HUB).create_vpc(CidrBlock="10.0.0.0/22")["Vpc"]["VpcId"]
            client("s3", HUB).create_bucket(Bucket="example-network-state")
            expected = {HUB: [("bucket", "example-network-state"), ("vpc", vpc)]}
            assert aws.leftovers() == expected, f"expected {expected}, found {aws.leftovers()}"


def test_the_server_is_gone_after_its_block() -> None:
    with serve(ORGANIZATION) as aws:
        url = aws.url
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)


def test_there_is_one_emulator_in_a_process() -> None:
    with serve(ORGANIZATION), pytest.raises(RuntimeError, match="already running"), serve(ORGANIZATION):
        pass
    with serve(ORGANIZATION):
        pass


def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_behind() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"), serve(ORGANIZATION, port):
            pass
    with serve(ORGANIZATION, port) as aws:
        assert aws.url == f"http://127.0.0.1:{port}", f"expected port {port}, found {aws.url}"


def test_plain_moto_is_itself_again_afterwards() -> None:
    from moto import mock_aws  # noqa: PLC0415 # patches botocore when it is imported

    with serve(ORGANIZATION):
        pass
    with mock_aws():
        session = boto3.session.Session("test", "test", region_name="us-east-1")
        session.client("sts").assume_role(RoleArn="arn:aws:iam::555555555555:role/Any", RoleSessionName="any")


def test_a_share_takes_effect_after_its_delay_though_it_reads_associated() -> None:
    with serve(replace(ORGANIZATION, share_delay=1.0)) as aws:
        client = clients(aws)
        gateway = client("ec2", HUB).create_transit_gateway()["TransitGateway"]
        shared = time.monotonic()
        arn = client("ram", HUB).create_resource_share(
            name="hub", resourceArns=[gateway["TransitGatewayArn"]], principals=[ORGANIZATION.arn]
        )["resourceShare"]["resourceShareArn"]
        found = client("ram", HUB).get_resource_share_associations(associationType="PRINCIPAL", resourceShareArns=[arn])
        assert found["resourceShareAssociations"][0]["status"] == "ASSOCIATED", f"found {found}"

        wait_for(
            "the spoke sees the gateway",
            lambda: client("ec2", SPOKE).describe_transit_gateways()["TransitGateways"],
        )
        took = time.monotonic() - shared
        assert took >= 1, f"expected the gateway after a second, found it after {took:.1f} s"


def test_sharing_with_the_organization_can_be_off_until_it_is_enabled(refused: Refused) -> None:
    with serve(replace(ORGANIZATION, share_with_organization=False)) as aws:
        client = clients(aws)
        wanted = {"name": "hub", "principals": [ORGANIZATION.arn]}
        with refused("UnknownResourceException"):
            client("ram", HUB).create_resource_share(**wanted)
        with refused("OperationNotPermittedException"):
            client("ram", HUB).enable_sharing_with_aws_organization()
        client("ram", MANAGEMENT).enable_sharing_with_aws_organization()
        client("ram", HUB).create_resource_share(**wanted)


def test_trusted_access_alone_does_not_enable_sharing(refused: Refused) -> None:
    with serve(replace(ORGANIZATION, share_with_organization=False)) as aws:
        client = clients(aws)
        client("organizations", MANAGEMENT).enable_aws_service_access(ServicePrincipal="ram.amazonaws.com")
        with refused("UnknownResourceException"):
            client("ram", HUB).create_resource_share(name="hub", principals=[ORGANIZATION.arn])
