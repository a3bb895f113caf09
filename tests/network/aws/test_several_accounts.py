"""What several accounts see of one thing, what only one of them lists, and what stands in for what was not recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from network.aws.reader import read
from network.model import Network, Owner, Unknown

HUB, SPOKE, OTHER = "111111111111", "222222222222", "333333333333"
REGION = "us-east-1"
ONCE = {"HostedZones", "HostedZoneDetails", "ResourceRecordSets"}
Items = list[dict[str, Any]]


def recorded(**accounts: dict[str, Items]) -> Network:
    """The network of the files of `hub`, `spoke` and `other`."""
    numbers = {"hub": HUB, "spoke": SPOKE, "other": OTHER}
    files = {
        f"aws_configs/accounts/{numbers[who]}/{'global' if name in ONCE else REGION}/{name}.json": {name: items}
        for who, named in accounts.items()
        for name, items in named.items()
    }
    return read({path: json.dumps(document).encode() for path, document in files.items()})


def known(value: object) -> object:
    """A value, or `unknown` whatever the reason."""
    return "unknown" if isinstance(value, Unknown) else value


GATEWAY = {"TransitGatewayId": "tgw-1", "OwnerId": HUB, "State": "available"}
ARN = f"arn:aws:ram:{REGION}:{HUB}:resource-share/s-1"
ORGANIZATION = f"arn:aws:organizations::{HUB}:organization/o-exampleorg1"
UNIT = f"arn:aws:organizations::{HUB}:ou/o-exampleorg1/ou-examplerootid-exampleouid"


def shared(*principals: str, arn: str = ARN, what: str = "transit-gateway/tgw-1") -> dict[str, Items]:
    """The gateway's account, and a share of the gateway with some principals."""
    share = {"resourceShareArn": arn, "owningAccountId": HUB, "status": "ACTIVE", "allowExternalPrincipals": False}
    parts = [("RESOURCE", f"arn:aws:ec2:{REGION}:{HUB}:{what}"), *(("PRINCIPAL", each) for each in principals)]
    associations = [
        {"resourceShareArn": arn, "associationType": kind, "associatedEntity": entity, "status": "ASSOCIATED"}
        for kind, entity in parts
    ]
    return {
        "TransitGateways": [GATEWAY],
        "ResolverRules": [],
        "ResourceShares": [share],
        "ResourceShareAssociations": associations,
    }


def principals(**accounts: dict[str, Items]) -> list[object]:
    (share,) = recorded(**accounts).shares
    return [known(link.target) for link in share.principals]


SEES: dict[str, Items] = {"TransitGateways": [GATEWAY]}
SEES_NOTHING: dict[str, Items] = {"TransitGateways": []}


@pytest.mark.parametrize(
    ("to", "accounts", "expected"),
    [
        (SPOKE, {}, [SPOKE]),
        (ORGANIZATION, {}, [ORGANIZATION]),
        (ORGANIZATION, {"spoke": SEES}, [ORGANIZATION]),
        (ORGANIZATION, {"spoke": SEES, "other": SEES_NOTHING}, ["unknown", SPOKE]),
        (ORGANIZATION, {"spoke": SEES_NOTHING}, ["unknown"]),
        (ORGANIZATION, {"spoke": {}}, [ORGANIZATION]),
        (UNIT, {"spoke": SEES}, [UNIT, SPOKE]),
        (UNIT, {"spoke": SEES, "other": SEES}, [UNIT, SPOKE, OTHER]),
        (UNIT, {"spoke": SEES_NOTHING}, [UNIT]),
        (SPOKE, {"other": SEES}, [SPOKE]),
    ],
    ids=str,
)
def test_who_is_in_an_organization_or_a_unit_shows_in_what_accounts_list(
    to: str, accounts: dict[str, dict[str, Items]], expected: list[str]
) -> None:
    assert principals(hub=shared(to), **accounts) == expected


def test_what_two_shares_hold_shows_nothing_of_either() -> None:
    hub = shared(UNIT)
    second = shared(SPOKE, arn=f"{ARN}-2")
    for file in ("ResourceShares", "ResourceShareAssociations"):
        hub[file] = [*hub[file], *second[file]]
    shares = recorded(hub=hub, spoke=SEES).shares
    assert [[known(link.target) for link in share.principals] for share in shares] == [[UNIT], [SPOKE]]


def test_of_what_several_accounts_see_the_owners_copy_counts() -> None:
    seen = {**GATEWAY, "Options": {"AutoAcceptSharedAttachments": "disable"}}
    owned = {**GATEWAY, "Options": {"AutoAcceptSharedAttachments": "enable"}}
    for hub, spoke in ((owned, seen), (owned, {**seen, "State": "deleted"})):
        network = recorded(hub={"TransitGateways": [hub]}, spoke={"TransitGateways": [spoke]})
        (gateway,) = network.gateways.values()
        assert (gateway.owner, gateway.auto_accept) == (Owner(HUB, REGION), True)


def test_an_attachment_that_both_sides_list_has_the_spokes_subnets() -> None:
    attachment = {"TransitGatewayAttachmentId": "att-1", "TransitGatewayId": "tgw-1", "State": "available"}
    own = {**attachment, "VpcId": "vpc-1", "VpcOwnerId": SPOKE, "SubnetIds": ["subnet-1"]}
    listed = {
        **attachment,
        "ResourceType": "vpc",
        "ResourceId": "vpc-1",
        "ResourceOwnerId": SPOKE,
        "TransitGatewayOwnerId": HUB,
    }
    hub = {"TransitGateways": [GATEWAY], "TransitGatewayAttachments": [listed]}
    network = recorded(hub=hub, spoke={"TransitGatewayVpcAttachments": [own]})
    (found,) = network.attachments.values()
    assert (found.subnets, found.vpc, found.owner.account) == (("subnet-1",), "vpc-1", SPOKE)
    assert found.accepter_owner == Owner(HUB, REGION)


# Stand-ins --------------------------------------------------------------------------------------------------------


def vpc(owner: str = SPOKE, id_: str = "vpc-1") -> dict[str, Any]:
    return {"VpcId": id_, "OwnerId": owner, "CidrBlock": "10.0.0.0/24"}


def test_without_subnets_a_vpc_has_one_of_its_whole_range_and_nothing_is_known_of_it() -> None:
    network = recorded(spoke={"Vpcs": [vpc()]})
    (subnet,) = network.subnets.values()
    assert str(subnet.cidr) == "10.0.0.0/24"
    assert {known(each) for each in (subnet.zone, subnet.table, subnet.acl)} == {"unknown"}
    assert recorded(spoke={"Vpcs": [vpc()], "Subnets": []}).subnets == {}


def test_a_vpc_that_only_its_subnets_name_is_there_and_nothing_is_known_of_it() -> None:
    subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-9", "OwnerId": SPOKE, "CidrBlock": "10.0.0.0/26"}
    found = recorded(spoke={"Subnets": [subnet]}).vpcs["vpc-9"]
    assert [known(cidr) for cidr in found.cidrs] == ["unknown"]
    assert (known(found.dns_support), known(found.dns_hostnames)) == ("unknown", "unknown")


LISTS: dict[str, Items] = {"TransitGatewayVpcAttachments": [], "TransitGatewayAttachments": []}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 1),
        (LISTS, 0),
        ({"TransitGatewayVpcAttachments": []}, 0),
        ({"TransitGatewayAttachments": []}, 0),
    ],
    ids=str,
)
def test_without_any_list_of_attachments_a_vpc_may_be_attached_to_each_gateway(
    files: dict[str, Items], expected: int
) -> None:
    network = recorded(hub={"TransitGateways": [GATEWAY]}, spoke={"Vpcs": [vpc()], **files})
    assert len(network.attachments) == expected
    for found in network.attachments.values():
        assert (known(found.available), [known(each) for each in found.subnets]) == ("unknown", ["unknown"])
        assert found.gateway in network.gateways
        assert found.accepter_owner is not None
        assert known(found.accepter_owner.account) == "unknown"


def test_without_tables_it_is_not_known_whom_a_gateway_joins() -> None:
    (table,) = recorded(hub={"TransitGateways": [GATEWAY]}).gateway_tables.values()
    assert [known(link.target) for link in (*table.associations, *table.propagations)] == ["unknown", "unknown"]
    assert recorded(hub={"TransitGateways": [GATEWAY], "TransitGatewayRouteTables": []}).gateway_tables == {}


DNS = ("ResolverRuleAssociations", "HostedZonesByVpc", "VpcEndpoints", "ProfileAssociations")


@pytest.mark.parametrize("lost", [*DNS, ""])
def test_without_a_list_of_what_takes_names_something_may_take_any(lost: str) -> None:
    files: dict[str, Items] = {name: [] for name in DNS if name != lost}
    if "HostedZonesByVpc" in files:
        files["HostedZonesByVpc"] = [{"VpcId": "vpc-1", "HostedZoneSummaries": []}]
    found = recorded(spoke={"Vpcs": [vpc()], **files}).rule_associations
    assert [known(each.rule) for each in found] == (["unknown"] if lost else [])


def test_a_vpc_whose_zones_nobody_was_asked_for_may_have_any() -> None:
    files: dict[str, Items] = {name: [] for name in DNS}
    (found,) = recorded(spoke={"Vpcs": [vpc()], **files}).rule_associations
    assert (known(found.rule), found.vpc) == ("unknown", f"{SPOKE}/{REGION}: vpc-1")


def test_without_shares_everything_may_be_shared_with_anybody() -> None:
    (share,) = recorded(hub={"TransitGateways": [GATEWAY]}).shares
    assert [known(link.target) for link in share.principals] == ["unknown"]
    assert [link.target for link in share.resources] == [f"{HUB}/{REGION}: tgw-1"]
    whole = shared()
    del whole["ResourceShareAssociations"]
    assert [known(each.target) for share in recorded(hub=whole).shares for each in share.principals] == ["unknown"]


def test_without_resolver_endpoints_there_may_be_an_inbound_one_anywhere() -> None:
    network = recorded(spoke={"Vpcs": [vpc()], "Subnets": []})
    (endpoint,) = network.resolver_endpoints.values()
    assert (endpoint.direction, [(known(at), ip) for at, ip in endpoint.interfaces]) == (
        "INBOUND",
        [("unknown", None)],
    )
    told: Items = []
    assert recorded(spoke={"Vpcs": [vpc()], "ResolverEndpoints": told}).resolver_endpoints == {}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Reservations": []}, []),
        ({}, ["Reservations"]),
    ],
    ids=str,
)
def test_without_instances_there_may_be_one_in_each_subnet(files: dict[str, Items], expected: list[str]) -> None:
    subnet = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "OwnerId": SPOKE, "CidrBlock": "10.0.0.0/26"}
    network = recorded(spoke={"Vpcs": [vpc()], "Subnets": [subnet], "ResolverEndpoints": [], **files})
    assert [address.rpartition("#")[2] for address in network.instances] == expected


def test_what_a_group_allows_that_was_not_read_is_not_known() -> None:
    endpoint = {
        "VpcEndpointId": "vpce-1",
        "VpcEndpointType": "Interface",
        "VpcId": "vpc-1",
        "ServiceName": "kms",
        "Groups": [{"GroupId": "sg-1"}],
    }
    network = recorded(spoke={"Vpcs": [vpc()], "VpcEndpoints": [endpoint]})
    (found,) = network.interface_endpoints.values()
    assert found.groups == ("sg-1",)
    rules = (*network.groups["sg-1"].ingress, *network.groups["sg-1"].egress)
    assert [known(rule.peer) for rule in rules] == ["unknown", "unknown"]
    groups = [{"GroupId": "sg-1", "VpcId": "vpc-1", "GroupName": "https"}]
    network = recorded(spoke={"Vpcs": [vpc()], "VpcEndpoints": [endpoint], "SecurityGroups": groups})
    (found,) = network.interface_endpoints.values()
    (at,) = found.groups
    assert network.groups[str(at)].ingress == ()


@pytest.mark.parametrize(("name", "expected"), [("default", []), ("other", ["unknown"])])
def test_what_has_no_group_has_the_default_one_of_its_vpc_where_that_is_known(name: str, expected: list[str]) -> None:
    endpoint = {"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-1", "ServiceName": "kms"}
    groups = [{"GroupId": "sg-1", "VpcId": "vpc-1", "GroupName": name}]
    network = recorded(spoke={"Vpcs": [vpc()], "VpcEndpoints": [endpoint], "SecurityGroups": groups})
    (found,) = network.interface_endpoints.values()
    assert [known(rule.peer) for at in found.groups for rule in network.groups[str(at)].ingress] == expected
