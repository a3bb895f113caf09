"""Regions and the AZ ids in them."""

import pytest

from topology.regions import zone_prefix
from topology.services import catalogue


@pytest.mark.parametrize(
    ("region", "prefix"),
    [
        ("us-east-1", "use1"),
        ("us-west-2", "usw2"),
        ("eu-central-1", "euc1"),
        ("ap-southeast-2", "apse2"),
        ("ap-northeast-3", "apne3"),
        ("ca-central-1", "cac1"),
        ("me-south-1", "mes1"),
    ],
)
def test_az_ids_begin_with_their_regions_short_name(region: str, prefix: str) -> None:
    assert zone_prefix(region) == prefix


def test_the_zones_of_the_catalogue_begin_with_a_regions_short_name() -> None:
    known = {zone.partition("-")[0] for service in catalogue().values() for zone in service.unavailable_zones}
    regions = ("us-east-1", "us-west-1", "us-west-2", "ap-northeast-2", "ca-central-1")
    assert known == {zone_prefix(region) for region in regions}
