"""Who is who: accounts, roles, organization."""

import boto3
import pytest

from emulator import Account, LocalAWS, LocalOrganization
from tests.emulator.conftest import HUB, MANAGEMENT, ORGANIZATION, SPOKE, Client, Refused


def test_the_base_credentials_are_of_the_management_account(client: Client) -> None:
    caller = client("sts", MANAGEMENT).get_caller_identity()
    assert caller["Account"] == MANAGEMENT, f"expected the management account, found {caller}"


def test_an_assumed_role_acts_in_its_own_account(aws: LocalAWS, client: Client) -> None:
    keys = client("sts", MANAGEMENT).assume_role(
        RoleArn=f"arn:aws:iam::{SPOKE}:role/deploy/Application", RoleSessionName="deploy"
    )["Credentials"]
    session = boto3.session.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="us-east-1"
    )
    caller = session.client("sts", endpoint_url=aws.url).get_caller_identity()
    assert caller["Account"] == SPOKE, f"expected {SPOKE}, found {caller}"
    assert caller["Arn"] == f"arn:aws:sts::{SPOKE}:assumed-role/Application/deploy", f"found {caller['Arn']}"


@pytest.mark.parametrize(
    "arn",
    [f"arn:aws:iam::{SPOKE}:role/NoSuchRole", "arn:aws:iam::777777777777:role/NetworkDeploy"],
    ids=["no such role", "no such account"],
)
def test_a_role_that_does_not_exist_cannot_be_assumed(client: Client, refused: Refused, arn: str) -> None:
    with refused("AccessDenied"):
        client("sts", MANAGEMENT).assume_role(RoleArn=arn, RoleSessionName="deploy")


def test_the_organization_has_the_ids_and_units_it_was_given(client: Client) -> None:
    organizations = client("organizations", MANAGEMENT)
    found = organizations.describe_organization()["Organization"]
    assert (found["Id"], found["Arn"], found["MasterAccountId"]) == (
        ORGANIZATION.id,
        ORGANIZATION.arn,
        MANAGEMENT,
    ), f"found {found}"
    root = organizations.list_roots()["Roots"][0]["Id"]
    units = {
        unit["Name"]: unit
        for unit in organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    }
    assert units["network"]["Arn"] == ORGANIZATION.unit_arn("network"), f"found {units}"
    below = organizations.list_organizational_units_for_parent(ParentId=units["workloads"]["Id"])["OrganizationalUnits"]
    members = organizations.list_accounts_for_parent(ParentId=below[0]["Id"])["Accounts"]
    assert [account["Id"] for account in members] == [SPOKE], (
        f"expected the spoke in workloads/production, found {members}"
    )


def test_a_member_account_can_see_its_organization(client: Client) -> None:
    found = client("organizations", HUB).describe_organization()["Organization"]["Id"]
    assert found == ORGANIZATION.id, f"expected {ORGANIZATION.id}, found {found}"


@pytest.mark.parametrize(
    ("id_", "accounts", "words"),
    [
        ("o-short", (), "organization id"),
        ("o-exampleorg1", (Account("111111111111"), Account("111111111111")), "listed twice"),
    ],
)
def test_an_organization_that_aws_could_not_have_is_refused(
    id_: str, accounts: tuple[Account, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        LocalOrganization(id_, MANAGEMENT, accounts)


def test_an_account_id_has_twelve_digits() -> None:
    with pytest.raises(ValueError, match="12 digits"):
        Account("12345")
