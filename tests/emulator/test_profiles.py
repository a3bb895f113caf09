"""Route 53 Profiles: one account makes and shares them, others associate their VPCs."""

from typing import Any

import pytest

from tests.emulator.conftest import HUB, OTHER, SPOKE, Client, Refused

ZONE = "arn:aws:route53:::hostedzone/Z0123456789ABC"


@pytest.fixture
def profile(client: Client) -> dict[str, Any]:
    made: dict[str, Any] = client("route53profiles", HUB).create_profile(Name="hub", ClientToken="one")["Profile"]
    return made


def statuses(client: Client, account: str, profile: dict[str, Any]) -> list[str]:
    """How the account sees the profile: one status, or none."""
    found = client("route53profiles", account).list_profiles()["ProfileSummaries"]
    return [one["ShareStatus"] for one in found if one["Id"] == profile["Id"]]


def test_a_profile_is_seen_by_its_owner_and_through_a_share(
    client: Client, profile: dict[str, Any], share: Any
) -> None:
    assert (statuses(client, HUB, profile), statuses(client, SPOKE, profile)) == (["NOT_SHARED"], [])
    share([profile["Arn"]], [SPOKE])
    assert statuses(client, HUB, profile) == ["SHARED_BY_ME"]
    assert statuses(client, SPOKE, profile) == ["SHARED_WITH_ME"]
    assert statuses(client, OTHER, profile) == []


def test_a_vpc_takes_one_profile_and_only_its_account_lists_it(
    client: Client, profile: dict[str, Any], share: Any, network: Any, refused: Refused
) -> None:
    share([profile["Arn"]], [SPOKE])
    vpc, _ = network(SPOKE)
    spoke = client("route53profiles", SPOKE)
    spoke.associate_profile(Name="spoke", ProfileId=profile["Id"], ResourceId=vpc)
    with refused("already has a profile"):
        spoke.associate_profile(Name="again", ProfileId=profile["Id"], ResourceId=vpc)
    found = spoke.list_profile_associations(ProfileId=profile["Id"])["ProfileAssociations"]
    assert [(one["ResourceId"], one["Status"]) for one in found] == [(vpc, "COMPLETE")], f"found {found}"
    assert client("route53profiles", HUB).list_profile_associations()["ProfileAssociations"] == []
    with refused("has associations"):
        client("route53profiles", HUB).delete_profile(ProfileId=profile["Id"])
    spoke.disassociate_profile(ProfileId=profile["Id"], ResourceId=vpc)
    client("route53profiles", HUB).delete_profile(ProfileId=profile["Id"])
    assert statuses(client, HUB, profile) == []


def test_the_owner_decides_what_a_profile_holds(
    client: Client, profile: dict[str, Any], share: Any, refused: Refused
) -> None:
    share([profile["Arn"]], [SPOKE])
    hub, spoke = client("route53profiles", HUB), client("route53profiles", SPOKE)
    with refused("ResourceNotFoundException"):
        spoke.associate_resource_to_profile(Name="zone", ProfileId=profile["Id"], ResourceArn=ZONE)
    hub.associate_resource_to_profile(Name="zone", ProfileId=profile["Id"], ResourceArn=ZONE)
    for one in (hub, spoke):
        held = one.list_profile_resource_associations(ProfileId=profile["Id"])["ProfileResourceAssociations"]
        assert [(item["ResourceType"], item["ResourceArn"]) for item in held] == [("PRIVATE_HOSTED_ZONE", ZONE)]
    hub.disassociate_resource_from_profile(ProfileId=profile["Id"], ResourceArn=ZONE)
    assert hub.list_profile_resource_associations(ProfileId=profile["Id"])["ProfileResourceAssociations"] == []


def test_an_account_that_is_not_shared_with_does_not_find_it(
    client: Client, profile: dict[str, Any], network: Any, refused: Refused
) -> None:
    vpc, _ = network(OTHER)
    with refused("ResourceNotFoundException"):
        client("route53profiles", OTHER).associate_profile(Name="other", ProfileId=profile["Id"], ResourceId=vpc)
