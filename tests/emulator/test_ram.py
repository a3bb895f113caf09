"""Resource Access Manager decides what an account sees."""

from typing import Any

import pytest

from tests.emulator.conftest import HUB, MANAGEMENT, ORGANIZATION, OTHER, SPOKE, Client, Refused


def sees(client: Client, account: str, gateway: dict[str, Any]) -> bool:
    found = client("ec2", account).describe_transit_gateways()["TransitGateways"]
    return gateway["TransitGatewayId"] in [one["TransitGatewayId"] for one in found]


@pytest.mark.parametrize(
    ("principal", "accounts"),
    [
        (ORGANIZATION.arn, {SPOKE, OTHER}),
        (ORGANIZATION.unit_arn("workloads/production"), {SPOKE}),
        (ORGANIZATION.unit_arn("workloads"), {SPOKE}),
        (ORGANIZATION.unit_arn("network"), set()),
        (OTHER, {OTHER}),
    ],
    ids=["organization", "unit", "unit above", "another unit", "account"],
)
def test_a_share_reaches_the_accounts_of_its_principal(
    client: Client, share: Any, gateway: dict[str, Any], principal: str, accounts: set[str]
) -> None:
    share([gateway["TransitGatewayArn"]], [principal])
    found = {account for account in (SPOKE, OTHER) if sees(client, account, gateway)}
    assert found == accounts, f"expected that {accounts} see the gateway, found {found}"


def test_without_a_share_nobody_else_sees_a_gateway(client: Client, refused: Refused, gateway: dict[str, Any]) -> None:
    assert sees(client, HUB, gateway), "expected that the owner sees its gateway"
    assert not sees(client, SPOKE, gateway), "expected that the spoke does not see the gateway"
    with refused("InvalidTransitGatewayID.NotFound"):
        client("ec2", SPOKE).describe_transit_gateways(TransitGatewayIds=[gateway["TransitGatewayId"]])


def test_withdrawing_a_principal_hides_the_resource(client: Client, share: Any, gateway: dict[str, Any]) -> None:
    arn = share([gateway["TransitGatewayArn"]], [SPOKE])
    client("ram", HUB).disassociate_resource_share(resourceShareArn=arn, principals=[SPOKE])
    assert not sees(client, SPOKE, gateway), "expected that the spoke no longer sees the gateway"


def test_a_share_needs_its_resource_as_well_as_its_principal(
    client: Client, share: Any, gateway: dict[str, Any]
) -> None:
    arn = share([], [SPOKE])
    assert not sees(client, SPOKE, gateway), "expected nothing from a share without resources"
    client("ram", HUB).associate_resource_share(resourceShareArn=arn, resourceArns=[gateway["TransitGatewayArn"]])
    assert sees(client, SPOKE, gateway), "expected that the spoke sees the gateway"


def test_a_deleted_share_hides_the_resource_and_stays_described(
    client: Client, share: Any, gateway: dict[str, Any]
) -> None:
    arn = share([gateway["TransitGatewayArn"]], [SPOKE])
    client("ram", HUB).delete_resource_share(resourceShareArn=arn)
    assert not sees(client, SPOKE, gateway), "expected that the spoke no longer sees the gateway"
    found = client("ram", HUB).get_resource_shares(resourceOwner="SELF", resourceShareArns=[arn])["resourceShares"]
    assert [one["status"] for one in found] == ["DELETED"], f"found {found}"


def test_a_member_sees_who_shares_with_it(client: Client, share: Any, gateway: dict[str, Any]) -> None:
    arn = share([gateway["TransitGatewayArn"]], [SPOKE])
    found = client("ram", SPOKE).get_resource_shares(resourceOwner="OTHER-ACCOUNTS")["resourceShares"]
    assert arn in [one["resourceShareArn"] for one in found], f"expected {arn}, found {found}"


def test_only_the_owner_can_share(client: Client, refused: Refused, gateway: dict[str, Any]) -> None:
    with refused("UnknownResourceException"):
        client("ram", SPOKE).create_resource_share(name="theirs", resourceArns=[gateway["TransitGatewayArn"]])


def test_an_account_outside_needs_external_principals(refused: Refused, share: Any) -> None:
    with refused("can only be shared within your AWS Organization"):
        share([], ["777777777777"])


def test_an_account_outside_that_was_invited_sees_nothing_yet(client: Client) -> None:
    ram = client("ram", HUB)
    arn = ram.create_resource_share(name="external", principals=["777777777777"])["resourceShare"]["resourceShareArn"]
    found = ram.get_resource_share_associations(associationType="PRINCIPAL", resourceShareArns=[arn])
    statuses = [one["status"] for one in found["resourceShareAssociations"]]
    assert statuses == ["ASSOCIATING"], f"expected an invitation that nobody accepted, found {statuses}"


@pytest.mark.parametrize(
    "principal", [f"arn:aws:organizations::{MANAGEMENT}:organization/o-anotherorg1", ORGANIZATION.unit_arn("no/such")]
)
def test_a_principal_that_does_not_exist_is_refused(refused: Refused, share: Any, principal: str) -> None:
    with refused("UnknownResourceException"):
        share([], [principal])


def test_a_share_shows_default_permissions_and_tags(client: Client, share: Any, gateway: dict[str, Any]) -> None:
    arn, ram = share([gateway["TransitGatewayArn"]], []), client("ram", HUB)
    permissions = ram.list_resource_share_permissions(resourceShareArn=arn)["permissions"]
    assert [one["name"] for one in permissions] == ["AWSRAMDefaultPermissionTransitGateway"], f"found {permissions}"
    ram.tag_resource(resourceShareArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    ram.untag_resource(resourceShareArn=arn, tagKeys=["a"])
    tags = ram.get_resource_shares(resourceOwner="SELF", resourceShareArns=[arn])["resourceShares"][0]["tags"]
    assert tags == [{"key": "b", "value": "2"}], f"found {tags}"
