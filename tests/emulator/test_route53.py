"""Hosted zones."""

from typing import Any

from tests.emulator.conftest import HUB, Client


def test_a_zone_that_names_a_vpc_is_private(client: Client, network: Any) -> None:
    vpc, _ = network(HUB)
    route53 = client("route53", HUB)
    made = route53.create_hosted_zone(
        Name="example.internal", CallerReference="private", VPC={"VPCRegion": "us-east-1", "VPCId": vpc}
    )
    assert made["HostedZone"]["Config"]["PrivateZone"] is True, f"found {made['HostedZone']}"
    found = route53.list_hosted_zones_by_vpc(VPCId=vpc, VPCRegion="us-east-1")["HostedZoneSummaries"]
    assert [zone["Name"] for zone in found] == ["example.internal."], f"found {found}"


def test_a_zone_without_a_vpc_is_public(client: Client) -> None:
    made = client("route53", HUB).create_hosted_zone(Name="example.com", CallerReference="public")
    assert made["HostedZone"]["Config"]["PrivateZone"] is False, f"found {made['HostedZone']}"
