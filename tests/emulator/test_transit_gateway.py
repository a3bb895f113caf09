"""Transit gateways across accounts."""

from typing import Any

import pytest

from tests.emulator.conftest import HUB, SPOKE, Client, Refused


@pytest.fixture
def table(client: Client, gateway: dict[str, Any]) -> str:
    made = client("ec2", HUB).create_transit_gateway_route_table(TransitGatewayId=gateway["TransitGatewayId"])
    return str(made["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"])


@pytest.fixture
def attach(client: Client, gateway: dict[str, Any], network: Any) -> Any:
    """A function that attaches a new VPC of an account to the gateway."""

    def make(account: str, third: int = 0, **options: Any) -> dict[str, Any]:
        vpc, subnets = network(account, third)
        made: dict[str, Any] = client("ec2", account).create_transit_gateway_vpc_attachment(
            TransitGatewayId=gateway["TransitGatewayId"], VpcId=vpc, SubnetIds=subnets, **options
        )["TransitGatewayVpcAttachment"]
        return made

    return make


@pytest.fixture
def pending(share: Any, gateway: dict[str, Any], attach: Any) -> str:
    """An attachment of the spoke, which waits for the hub."""
    share([gateway["TransitGatewayArn"]], [SPOKE])
    return str(attach(SPOKE, 4)["TransitGatewayAttachmentId"])


@pytest.fixture
def accepted(client: Client, pending: str) -> str:
    client("ec2", HUB).accept_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=pending)
    return pending


def described(client: Client, account: str, attachment: str) -> dict[str, Any]:
    found = client("ec2", account).describe_transit_gateway_vpc_attachments(TransitGatewayAttachmentIds=[attachment])
    one: dict[str, Any] = found["TransitGatewayVpcAttachments"][0]
    return one


def routes(client: Client, table: str) -> dict[str, Any]:
    filters = [{"Name": "type", "Values": ["static", "propagated"]}]
    told = client("ec2", HUB).search_transit_gateway_routes(TransitGatewayRouteTableId=table, Filters=filters)
    return {route["DestinationCidrBlock"]: route for route in told["Routes"]}


def test_a_gateway_without_defaults_has_no_default_table(client: Client, gateway: dict[str, Any]) -> None:
    filters = [{"Name": "transit-gateway-id", "Values": [gateway["TransitGatewayId"]]}]
    tables = client("ec2", HUB).describe_transit_gateway_route_tables(Filters=filters)["TransitGatewayRouteTables"]
    assert tables == [], f"expected no table, found {tables}"
    assert "AssociationDefaultRouteTableId" not in gateway["Options"], f"found {gateway['Options']}"


def test_a_gateway_with_defaults_associates_and_propagates_by_itself(client: Client, network: Any) -> None:
    ec2 = client("ec2", HUB)
    gateway = ec2.create_transit_gateway()["TransitGateway"]
    vpc, subnets = network(HUB, 8)
    attachment = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway["TransitGatewayId"], VpcId=vpc, SubnetIds=subnets
    )
    table = gateway["Options"]["AssociationDefaultRouteTableId"]
    associations = ec2.get_transit_gateway_route_table_associations(TransitGatewayRouteTableId=table)["Associations"]
    propagations = ec2.get_transit_gateway_route_table_propagations(TransitGatewayRouteTableId=table)
    assert [one["ResourceId"] for one in associations] == [vpc], f"found {associations}"
    assert [one["ResourceId"] for one in propagations["TransitGatewayRouteTablePropagations"]] == [vpc], (
        f"found {propagations}"
    )
    ec2.delete_transit_gateway_vpc_attachment(
        TransitGatewayAttachmentId=attachment["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    )
    ec2.delete_transit_gateway(TransitGatewayId=gateway["TransitGatewayId"])
    left = [
        one["TransitGatewayRouteTableId"]
        for one in ec2.describe_transit_gateway_route_tables()["TransitGatewayRouteTables"]
    ]
    assert table not in left, f"expected that the default table went with its gateway, found {left}"


def test_an_unshared_gateway_cannot_be_attached_to(refused: Refused, attach: Any) -> None:
    with refused("InvalidTransitGatewayID.NotFound"):
        attach(SPOKE, 4)


def test_an_attachment_of_the_owner_is_available_at_once(attach: Any) -> None:
    found = attach(HUB)["State"]
    assert found == "available", f"expected available, found {found}"


def test_an_attachment_from_another_account_waits_for_the_owner(client: Client, pending: str) -> None:
    for account in (HUB, SPOKE):
        found = described(client, account, pending)
        assert (found["State"], found["VpcOwnerId"]) == ("pendingAcceptance", SPOKE), f"{account} found {found}"


def test_a_gateway_can_accept_by_itself(client: Client, share: Any, network: Any) -> None:
    gateway = client("ec2", HUB).create_transit_gateway(Options={"AutoAcceptSharedAttachments": "enable"})[
        "TransitGateway"
    ]
    share([gateway["TransitGatewayArn"]], [SPOKE])
    vpc, subnets = network(SPOKE, 4)
    found = client("ec2", SPOKE).create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway["TransitGatewayId"], VpcId=vpc, SubnetIds=subnets
    )["TransitGatewayVpcAttachment"]["State"]
    assert found == "available", f"expected available, found {found}"


def test_only_the_owner_accepts_and_only_once(client: Client, refused: Refused, pending: str) -> None:
    with refused("UnauthorizedOperation"):
        client("ec2", SPOKE).accept_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=pending)
    client("ec2", HUB).accept_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=pending)
    with refused("IncorrectState"):
        client("ec2", HUB).accept_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=pending)


def test_the_owner_can_reject(client: Client, gateway: dict[str, Any], pending: str) -> None:
    client("ec2", HUB).reject_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=pending)
    for account in (HUB, SPOKE):
        found = described(client, account, pending)["State"]
        assert found == "rejected", f"{account}: expected rejected, found {found}"
    client("ec2", HUB).delete_transit_gateway(TransitGatewayId=gateway["TransitGatewayId"])


def test_tags_of_an_attachment_are_each_accounts_own(
    client: Client, share: Any, gateway: dict[str, Any], attach: Any
) -> None:
    share([gateway["TransitGatewayArn"]], [SPOKE])
    tags = [{"Key": "Name", "Value": "to the hub"}]
    made = attach(SPOKE, 4, TagSpecifications=[{"ResourceType": "transit-gateway-attachment", "Tags": tags}])
    attachment = made["TransitGatewayAttachmentId"]
    client("ec2", HUB).create_tags(Resources=[attachment], Tags=[{"Key": "Name", "Value": "payments"}])
    for account, name in ((SPOKE, "to the hub"), (HUB, "payments")):
        found = described(client, account, attachment)["Tags"]
        assert found == [{"Key": "Name", "Value": name}], f"{account}: expected {name}, found {found}"


def test_a_vpc_is_attached_once_in_one_subnet_per_zone(
    client: Client, refused: Refused, gateway: dict[str, Any], network: Any
) -> None:
    ec2, (vpc, subnets) = client("ec2", HUB), network(HUB)
    same_zone = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.128/26", AvailabilityZoneId="use1-az1")["Subnet"][
        "SubnetId"
    ]
    wanted = {"TransitGatewayId": gateway["TransitGatewayId"], "VpcId": vpc}
    with refused("DuplicateSubnetsInSameZone"):
        ec2.create_transit_gateway_vpc_attachment(SubnetIds=[*subnets, same_zone], **wanted)
    ec2.create_transit_gateway_vpc_attachment(SubnetIds=subnets, **wanted)
    with refused("DuplicateTransitGatewayAttachment"):
        ec2.create_transit_gateway_vpc_attachment(SubnetIds=subnets, **wanted)


def test_an_attachment_is_associated_once(client: Client, refused: Refused, accepted: str, table: str) -> None:
    ec2, pair = client("ec2", HUB), {"TransitGatewayAttachmentId": accepted, "TransitGatewayRouteTableId": table}
    ec2.associate_transit_gateway_route_table(**pair)
    with refused("Resource.AlreadyAssociated"):
        ec2.associate_transit_gateway_route_table(**pair)
    ec2.disassociate_transit_gateway_route_table(**pair)
    with refused("InvalidAssociation.NotFound"):
        ec2.disassociate_transit_gateway_route_table(**pair)


def test_an_attachment_propagates_once_to_each_of_several_tables(
    client: Client, refused: Refused, gateway: dict[str, Any], accepted: str, table: str
) -> None:
    ec2 = client("ec2", HUB)
    second = ec2.create_transit_gateway_route_table(TransitGatewayId=gateway["TransitGatewayId"])
    tables = [table, second["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]]
    for one in tables:
        pair = {"TransitGatewayAttachmentId": accepted, "TransitGatewayRouteTableId": one}
        ec2.enable_transit_gateway_route_table_propagation(**pair)
        with refused("TransitGatewayRouteTablePropagation.Duplicate"):
            ec2.enable_transit_gateway_route_table_propagation(**pair)
        routes = ec2.search_transit_gateway_routes(
            TransitGatewayRouteTableId=one, Filters=[{"Name": "type", "Values": ["propagated"]}]
        )["Routes"]
        assert [route["DestinationCidrBlock"] for route in routes] == ["10.0.4.0/24"], f"found {routes}"
        ec2.disable_transit_gateway_route_table_propagation(**pair)
        with refused("TransitGatewayRouteTablePropagation.NotFound"):
            ec2.disable_transit_gateway_route_table_propagation(**pair)


def test_tables_belong_to_the_owner(
    client: Client, refused: Refused, gateway: dict[str, Any], accepted: str, table: str
) -> None:
    ec2, pair = client("ec2", SPOKE), {"TransitGatewayAttachmentId": accepted, "TransitGatewayRouteTableId": table}
    with refused("InvalidRouteTableID.NotFound"):
        ec2.associate_transit_gateway_route_table(**pair)
    with refused("InvalidRouteTableID.NotFound"):
        ec2.enable_transit_gateway_route_table_propagation(**pair)
    with refused("UnauthorizedOperation"):
        ec2.create_transit_gateway_route_table(TransitGatewayId=gateway["TransitGatewayId"])
    with refused("UnauthorizedOperation"):
        ec2.delete_transit_gateway(TransitGatewayId=gateway["TransitGatewayId"])


def test_a_pending_attachment_cannot_be_wired(client: Client, refused: Refused, pending: str, table: str) -> None:
    ec2, pair = client("ec2", HUB), {"TransitGatewayAttachmentId": pending, "TransitGatewayRouteTableId": table}
    with refused("IncorrectState"):
        ec2.associate_transit_gateway_route_table(**pair)
    with refused("IncorrectState"):
        ec2.enable_transit_gateway_route_table_propagation(**pair)


def test_a_static_route_reads_back_as_it_was_written(
    client: Client, refused: Refused, accepted: str, table: str
) -> None:
    ec2 = client("ec2", HUB)
    wanted = {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayRouteTableId": table}
    ec2.create_transit_gateway_route(TransitGatewayAttachmentId=accepted, **wanted)
    with refused("RouteAlreadyExists"):
        ec2.create_transit_gateway_route(TransitGatewayAttachmentId=accepted, **wanted)
    filters = [{"Name": "type", "Values": ["static"]}]
    route = ec2.search_transit_gateway_routes(TransitGatewayRouteTableId=table, Filters=filters)["Routes"][0]
    through = [part["TransitGatewayAttachmentId"] for part in route["TransitGatewayAttachments"]]
    assert (route["State"], through) == ("active", [accepted]), f"found {route}"
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=accepted)
    route = ec2.search_transit_gateway_routes(TransitGatewayRouteTableId=table, Filters=filters)["Routes"][0]
    assert route["State"] == "blackhole", f"expected a blackhole after its attachment is gone, found {route}"


def test_a_deleted_attachment_stays_described(client: Client, accepted: str) -> None:
    client("ec2", SPOKE).delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=accepted)
    for account in (HUB, SPOKE):
        found = described(client, account, accepted)["State"]
        assert found == "deleted", f"{account}: expected deleted, found {found}"


def test_a_gateway_and_a_table_in_use_cannot_be_deleted(
    client: Client, refused: Refused, gateway: dict[str, Any], accepted: str, table: str
) -> None:
    ec2, pair = client("ec2", HUB), {"TransitGatewayAttachmentId": accepted, "TransitGatewayRouteTableId": table}
    ec2.associate_transit_gateway_route_table(**pair)
    with refused("IncorrectState"):
        ec2.delete_transit_gateway_route_table(TransitGatewayRouteTableId=table)
    with refused("IncorrectState"):
        ec2.delete_transit_gateway(TransitGatewayId=gateway["TransitGatewayId"])
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=accepted)
    ec2.delete_transit_gateway_route_table(TransitGatewayRouteTableId=table)
    ec2.delete_transit_gateway(TransitGatewayId=gateway["TransitGatewayId"])


def test_a_vpc_route_to_a_gateway_needs_an_available_attachment(
    client: Client, refused: Refused, gateway: dict[str, Any], pending: str
) -> None:
    ec2, vpc = client("ec2", SPOKE), described(client, SPOKE, pending)["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    route = {
        "RouteTableId": table,
        "DestinationCidrBlock": "10.0.0.0/22",
        "TransitGatewayId": gateway["TransitGatewayId"],
    }
    with refused("InvalidTransitGatewayID.NotFound"):
        ec2.create_route(**route)
    client("ec2", HUB).accept_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=pending)
    ec2.create_route(**route)
    routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert gateway["TransitGatewayId"] in [one.get("TransitGatewayId") for one in routes], f"found {routes}"


def test_an_attachment_outlives_its_share(client: Client, share: Any, gateway: dict[str, Any], attach: Any) -> None:
    arn = share([gateway["TransitGatewayArn"]], [SPOKE])
    attachment = attach(SPOKE, 4)["TransitGatewayAttachmentId"]
    client("ec2", HUB).accept_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment)
    client("ram", HUB).delete_resource_share(resourceShareArn=arn)
    found = described(client, SPOKE, attachment)["State"]
    assert found == "available", f"expected available, found {found}"


def test_a_table_must_be_named(client: Client, refused: Refused, accepted: str) -> None:
    with refused("MissingParameter"):
        client("ec2", HUB).associate_transit_gateway_route_table(
            TransitGatewayAttachmentId=accepted, TransitGatewayRouteTableId=""
        )


def test_every_range_of_a_vpc_is_propagated(client: Client, table: str, accepted: str) -> None:
    ec2, vpc = client("ec2", HUB), described(client, SPOKE, accepted)["VpcId"]
    client("ec2", SPOKE).associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.9.0.0/24")
    ec2.enable_transit_gateway_route_table_propagation(
        TransitGatewayRouteTableId=table, TransitGatewayAttachmentId=accepted
    )
    found = routes(client, table)
    assert set(found) == {"10.0.4.0/24", "10.9.0.0/24"}, f"found {found}"


def test_a_prefix_list_reference_makes_a_static_route_to_each_entry(client: Client, table: str, accepted: str) -> None:
    ec2 = client("ec2", HUB)
    entries = [{"Cidr": "10.0.4.0/25"}, {"Cidr": "10.8.0.0/16"}]
    listed = ec2.create_managed_prefix_list(
        PrefixListName="spokes", AddressFamily="IPv4", MaxEntries=5, Entries=entries
    )["PrefixList"]["PrefixListId"]
    ec2.create_transit_gateway_prefix_list_reference(
        TransitGatewayRouteTableId=table, PrefixListId=listed, TransitGatewayAttachmentId=accepted
    )
    told = ec2.get_transit_gateway_prefix_list_references(TransitGatewayRouteTableId=table)
    references = told["TransitGatewayPrefixListReferences"]
    assert [(one["PrefixListId"], one["State"], one["Blackhole"]) for one in references] == [
        (listed, "available", False)
    ], f"found {references}"
    assert references[0]["TransitGatewayAttachment"]["TransitGatewayAttachmentId"] == accepted, f"found {references}"
    found = routes(client, table)
    assert set(found) == {"10.0.4.0/25", "10.8.0.0/16"}, f"found {found}"
    assert {route["PrefixListId"] for route in found.values()} == {listed}, f"found {found}"
    ec2.delete_transit_gateway_prefix_list_reference(TransitGatewayRouteTableId=table, PrefixListId=listed)
    assert routes(client, table) == {}


def test_a_prefix_list_reference_without_an_attachment_is_a_blackhole(client: Client, table: str) -> None:
    ec2 = client("ec2", HUB)
    listed = ec2.create_managed_prefix_list(
        PrefixListName="nobody", AddressFamily="IPv4", MaxEntries=1, Entries=[{"Cidr": "10.7.0.0/16"}]
    )["PrefixList"]["PrefixListId"]
    ec2.create_transit_gateway_prefix_list_reference(
        TransitGatewayRouteTableId=table, PrefixListId=listed, Blackhole=True
    )
    assert routes(client, table)["10.7.0.0/16"]["State"] == "blackhole"


def test_references_to_prefix_lists_are_the_owners(client: Client, table: str, refused: Refused) -> None:
    with refused("InvalidRouteTableID.NotFound"):
        client("ec2", SPOKE).get_transit_gateway_prefix_list_references(TransitGatewayRouteTableId=table)
    with refused("InvalidPrefixListID.NotFound"):
        client("ec2", HUB).create_transit_gateway_prefix_list_reference(
            TransitGatewayRouteTableId=table, PrefixListId="pl-0", Blackhole=True
        )
