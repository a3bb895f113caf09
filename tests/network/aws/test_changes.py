"""What somebody changes by hand in a deployed quickstart is found, each with the hop that decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assurance.path import Verdict
from assurance.trace import State
from tests.network.aws.recorded import HUB, LEDGER, PAYMENTS, Recorded, exposures, failing, judged, leaks

KMS = "payments → kms"


def spoke_table(snapshot: Recorded, account: str = PAYMENTS) -> dict[str, Any]:
    """The route table of a spoke's subnets."""
    (table,) = snapshot.part("RouteTables", "route-table", account)
    return table


def gateway_table(snapshot: Recorded, *vpcs: str) -> str:
    """The gateway's table that some VPCs are associated with."""
    return next(
        str(entry["TransitGatewayRouteTableId"])
        for entry in snapshot.items("TransitGatewayRouteTableAssociations")
        if {each["ResourceId"] for each in entry["Associations"]} == set(vpcs)
    )


def spokes_table(snapshot: Recorded) -> str:
    return gateway_table(snapshot, snapshot.vpc(PAYMENTS), snapshot.vpc(LEDGER))


def routes_of(snapshot: Recorded, table: str) -> list[dict[str, Any]]:
    found = snapshot.item("TransitGatewayStaticRoutes", TransitGatewayRouteTableId=table)["Routes"]
    assert isinstance(found, list)
    return found


def route_deleted(snapshot: Recorded) -> str:
    table = spoke_table(snapshot)
    table["Routes"] = [route for route in table["Routes"] if "TransitGatewayId" not in route]
    return f"spoke-core-payments: {table['RouteTableId']}"


def return_route_deleted(snapshot: Recorded) -> str:
    (table,) = snapshot.part("RouteTables", "route-table")
    table["Routes"] = [route for route in table["Routes"] if "TransitGatewayId" not in route]
    return f"hub-core: {table['RouteTableId']}"


def route_to_what_is_gone(snapshot: Recorded) -> str:
    table = spoke_table(snapshot)
    next(route for route in table["Routes"] if "TransitGatewayId" in route)["State"] = "blackhole"
    return f"spoke-core-payments: {table['RouteTableId']}#10.0.0.0/22"


def narrower_blackhole(snapshot: Recorded) -> str:
    table = spoke_table(snapshot)
    eni = {"DestinationCidrBlock": "10.0.1.0/24", "NetworkInterfaceId": "eni-1", "Origin": "CreateRoute"}
    table["Routes"].append({**eni, "State": "blackhole"})
    return f"spoke-core-payments: {table['RouteTableId']}#10.0.1.0/24"


def gateway_blackhole(snapshot: Recorded) -> str:
    table = spokes_table(snapshot)
    routes_of(snapshot, table).append({"DestinationCidrBlock": "10.0.1.0/24", "State": "blackhole", "Type": "static"})
    return f"hub-core: {table}#10.0.1.0/24"


def narrower_route(snapshot: Recorded) -> str:
    """Leads to ledger what is the hub's."""
    table, ledger = spokes_table(snapshot), snapshot.item("TransitGatewayVpcAttachments", LEDGER)
    attached = {"TransitGatewayAttachmentId": ledger["TransitGatewayAttachmentId"], "ResourceType": "vpc"}
    routes_of(snapshot, table).append(
        {
            "DestinationCidrBlock": "10.0.1.0/24",
            "State": "active",
            "Type": "static",
            "TransitGatewayAttachments": [attached],
        }
    )
    # ledger's own table sends it back to the gateway, which sends it to ledger again.
    return next(
        f"spoke-core-ledger: {subnet['SubnetId']}"
        for subnet in snapshot.part("Subnets", "attachment-subnet", LEDGER)
        if subnet["SubnetId"] in ledger["SubnetIds"]
    ).partition(": ")[0]


def association_deleted(snapshot: Recorded) -> str:
    """Of the gateway's table."""
    vpc = snapshot.vpc(PAYMENTS)
    for entry in snapshot.items("TransitGatewayRouteTableAssociations"):
        entry["Associations"] = [each for each in entry["Associations"] if each["ResourceId"] != vpc]
    attachment = snapshot.item("TransitGatewayVpcAttachments", PAYMENTS)["TransitGatewayAttachmentId"]
    return f"spoke-core-payments: {attachment}"


def propagation_deleted(snapshot: Recorded) -> str:
    """Of the spoke into the hub's table: answers do not come back."""
    vpc, table = snapshot.vpc(PAYMENTS), gateway_table(snapshot, snapshot.vpc(HUB))
    entry = snapshot.item("TransitGatewayPropagations", TransitGatewayRouteTableId=table)
    told = entry["TransitGatewayRouteTablePropagations"]
    entry["TransitGatewayRouteTablePropagations"] = [each for each in told if each["ResourceId"] != vpc]
    routes = routes_of(snapshot, table)
    routes[:] = [route for route in routes if route["DestinationCidrBlock"] != "10.0.4.0/24"]
    return f"hub-core: {table}"


def not_accepted(snapshot: Recorded) -> str:
    vpc = snapshot.vpc(PAYMENTS)
    id_ = ""
    for account in (HUB, PAYMENTS):
        for item in snapshot.items("TransitGatewayVpcAttachments", account):
            if item["VpcId"] == vpc:
                item["State"], id_ = "pendingAcceptance", item["TransitGatewayAttachmentId"]
    return f"spoke-core-payments: {id_}"


def attachment_gone(snapshot: Recorded) -> str:
    vpc = snapshot.vpc(PAYMENTS)
    for account in (HUB, PAYMENTS):
        for file, key in (("TransitGatewayVpcAttachments", "VpcId"), ("TransitGatewayAttachments", "ResourceId")):
            for item in snapshot.items(file, account):
                if item[key] == vpc:
                    item["State"] = "deleted"
    return f"spoke-core-payments: {vpc}"


def rule_disassociated(snapshot: Recorded) -> str:
    associations = snapshot.items("ResolverRuleAssociations", PAYMENTS)
    associations[:] = [each for each in associations if each["Name"] != "payments-us-east-1_amazonaws_com"]
    vpc = snapshot.vpc(PAYMENTS)
    return f"spoke-core-payments: {vpc}"


def share_withdrawn(snapshot: Recorded) -> str:
    """Of the rules: the rule acts as one that is not associated."""
    associations = snapshot.items("ResourceShareAssociations")
    associations[:] = [each for each in associations if each["resourceShareName"] != "core-rules"]
    snapshot.items("ResolverRules", PAYMENTS)[:] = [
        rule for rule in snapshot.items("ResolverRules", PAYMENTS) if rule["OwnerId"] == PAYMENTS
    ]
    return f"hub-core: {snapshot.items('ResolverRules')[0]['Id']}"


def group_rule_removed(snapshot: Recorded) -> str:
    group = next(each for each in snapshot.items("SecurityGroups") if each["GroupName"] == "core-endpoints-https")
    for entry in group["IpPermissions"]:
        entry["IpRanges"] = [each for each in entry["IpRanges"] if each["CidrIp"] != "10.0.4.0/22"]
    return f"hub-core: {group['GroupId']}"


def acl_entry(snapshot: Recorded) -> str:
    vpc = snapshot.vpc(PAYMENTS)
    acl = next(each for each in snapshot.items("NetworkAcls", PAYMENTS) if each["VpcId"] == vpc)
    acl["Entries"].append(
        {
            "CidrBlock": "10.0.0.0/16",
            "Egress": True,
            "PortRange": {"From": 443, "To": 443},
            "Protocol": "6",
            "RuleAction": "deny",
            "RuleNumber": 50,
        }
    )
    return f"spoke-core-payments: {acl['NetworkAclId']}#egress-50"


def own_zone(snapshot: Recorded) -> str:
    """A private zone without a record of the name."""
    vpc, region = snapshot.vpc(PAYMENTS), "us-east-1"
    zone = {"Id": "/hostedzone/Z0123", "Name": f"kms.{region}.amazonaws.com.", "Config": {"PrivateZone": True}}
    snapshot.items("HostedZones", PAYMENTS, "global").append(zone)
    snapshot.items("HostedZoneDetails", PAYMENTS, "global").append(
        {"HostedZone": zone, "VPCs": [{"VPCRegion": region, "VPCId": vpc}]}
    )
    snapshot.items("ResourceRecordSets", PAYMENTS, "global").append(
        {"HostedZoneId": "/hostedzone/Z0123", "ResourceRecordSets": [{"Name": zone["Name"], "Type": "SOA"}]}
    )
    summary = {"HostedZoneId": "Z0123", "Name": zone["Name"], "Owner": {"OwningAccount": PAYMENTS}}
    snapshot.item("HostedZonesByVpc", PAYMENTS, VpcId=vpc)["HostedZoneSummaries"].append(summary)
    return "spoke-core-payments: Z0123"


def own_endpoint(snapshot: Recorded) -> str:
    """With a group that allows nothing in."""
    vpc = snapshot.vpc(PAYMENTS)
    group = next(g for g in snapshot.items("SecurityGroups", PAYMENTS) if g["VpcId"] == vpc and not g["IpPermissions"])
    ours = snapshot.item("VpcEndpoints", ServiceName="com.amazonaws.us-east-1.kms")
    subnets = [subnet["SubnetId"] for subnet in snapshot.part("Subnets", "subnet", PAYMENTS)]
    own = {"VpcEndpointId": "vpce-0123456789abcdef0", "VpcId": vpc, "SubnetIds": subnets, "Tags": []}
    groups = [{"GroupId": group["GroupId"]}]
    snapshot.items("VpcEndpoints", PAYMENTS).append({**ours, **own, "OwnerId": PAYMENTS, "Groups": groups})
    return f"spoke-core-payments: {group['GroupId']}"


def support_off(snapshot: Recorded) -> str:
    vpc = snapshot.vpc(PAYMENTS)
    snapshot.item("VpcAttributes", PAYMENTS, VpcId=vpc)["EnableDnsSupport"] = {"Value": False}
    return f"spoke-core-payments: {vpc}"


def private_dns_off(snapshot: Recorded) -> str:
    endpoint = snapshot.item("VpcEndpoints", ServiceName="com.amazonaws.us-east-1.kms")
    endpoint["PrivateDnsEnabled"] = False
    return f"hub-core: {endpoint['VpcEndpointId']}"


BROKEN, UNREACHABLE = "broken", "unreachable"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (route_deleted, BROKEN),
        (return_route_deleted, BROKEN),
        (route_to_what_is_gone, BROKEN),
        (narrower_blackhole, BROKEN),
        (gateway_blackhole, BROKEN),
        (narrower_route, BROKEN),
        (association_deleted, BROKEN),
        (propagation_deleted, BROKEN),
        (not_accepted, BROKEN),
        (attachment_gone, BROKEN),
        (rule_disassociated, UNREACHABLE),
        (share_withdrawn, UNREACHABLE),
        (group_rule_removed, BROKEN),
        (acl_entry, BROKEN),
        (own_zone, BROKEN),
        (own_endpoint, BROKEN),
        (support_off, BROKEN),
        (private_dns_off, UNREACHABLE),
    ],
)
def test_a_change_by_hand_is_found_at_its_hop(change: Callable[[Recorded], str], says: str) -> None:
    snapshot = Recorded()
    expected = change(snapshot)
    found, end = failing(snapshot.network, KMS)
    assert end.at.startswith(expected), f"expected the hop at {expected}, found it at {end.at}: {end.says}"
    assert end.verdict is Verdict.DROPPED, end
    assert found == says


def unshared(snapshot: Recorded) -> None:
    """The gateway is shared with nobody any more."""
    associations = snapshot.items("ResourceShareAssociations")
    associations[:] = [each for each in associations if each["resourceShareName"] == "core-rules"]
    snapshot.items("TransitGateways", PAYMENTS).clear()


def status(file: str, value: str, account: str, key: str = "Status") -> Callable[[Recorded], None]:
    """A change of the status of everything in a file."""

    def change(snapshot: Recorded) -> None:
        for item in snapshot.items(file, account):
            item[key] = value

    return change


def encrypted_alone(snapshot: Recorded) -> None:
    """The hub's endpoints speak DNS over HTTPS alone."""
    for item in snapshot.items("ResolverEndpoints"):
        item["Protocols"] = ["DoH"]


def inbound_is(**values: object) -> Callable[[Recorded], None]:
    def change(snapshot: Recorded) -> None:
        snapshot.item("ResolverEndpoints", Direction="INBOUND").update(values)

    return change


def moving_address(snapshot: Recorded) -> None:
    for entry in snapshot.items("ResolverEndpointIpAddresses"):
        entry["IpAddresses"][0]["Status"] = "DETACHING"


def other_name_servers(snapshot: Recorded) -> None:
    servers = {"Key": "domain-name-servers", "Values": [{"Value": "10.0.4.10"}, {"Value": "AmazonProvidedDNS"}]}
    snapshot.items("DhcpOptions", PAYMENTS).append({"DhcpOptionsId": "dopt-1", "DhcpConfigurations": [servers]})
    for vpc in snapshot.items("Vpcs", PAYMENTS):
        vpc["DhcpOptionsId"] = "dopt-1"


def profile(snapshot: Recorded) -> None:
    snapshot.items("ProfileAssociations", PAYMENTS).append(
        {"Id": "rpassoc-1", "ProfileId": "rp-1", "ResourceId": snapshot.vpc(PAYMENTS), "Status": "COMPLETE"}
    )


def zone_without_records(snapshot: Recorded) -> None:
    """Somebody else's zone, such as a file system's."""
    summary = {
        "HostedZoneId": "Z0123",
        "Name": "kms.us-east-1.amazonaws.com.",
        "Owner": {"OwningAccount": "999999999999"},
    }
    snapshot.item("HostedZonesByVpc", PAYMENTS, VpcId=snapshot.vpc(PAYMENTS))["HostedZoneSummaries"].append(summary)


def changing_range(snapshot: Recorded) -> None:
    for vpc in snapshot.items("Vpcs", PAYMENTS):
        vpc["CidrBlockAssociationSet"].append(
            {"CidrBlock": "10.9.0.0/16", "CidrBlockState": {"State": "disassociating"}}
        )


def list_that_is_not_known(snapshot: Recorded) -> None:
    spoke_table(snapshot)["Routes"].append(
        {"DestinationPrefixListId": "pl-0123", "NetworkInterfaceId": "eni-1", "State": "active"}
    )


def other_local_route(snapshot: Recorded) -> None:
    table = snapshot.part("RouteTables", "route-table")[0]
    local = next(route for route in table["Routes"] if route.get("GatewayId") == "local")
    del local["GatewayId"]
    local["NetworkInterfaceId"] = "eni-1"


def cut_list(snapshot: Recorded) -> None:
    for entry in snapshot.items("TransitGatewayStaticRoutes"):
        entry["AdditionalRoutesAvailable"] = True


def route_missing_from_the_list(snapshot: Recorded) -> None:
    """AWS's two answers differ: the propagation is enabled, and its route is not there."""
    routes_of(snapshot, spokes_table(snapshot)).clear()


@pytest.mark.parametrize(
    "change",
    [
        unshared,
        status("ResolverRuleAssociations", "DELETING", PAYMENTS),
        status("ResolverRuleAssociations", "OVERRIDDEN", PAYMENTS),
        status("ResolverEndpoints", "ACTION_NEEDED", HUB),
        inbound_is(Status="CREATING"),
        inbound_is(Status="DELETING"),
        inbound_is(Protocols=["DoH"]),
        encrypted_alone,
        status("ResolverRules", "UPDATING", HUB),
        status("VpcEndpoints", "pending", HUB, "State"),
        status("TransitGatewayVpcAttachments", "deleting", PAYMENTS, "State"),
        moving_address,
        other_name_servers,
        profile,
        zone_without_records,
        changing_range,
        list_that_is_not_known,
        other_local_route,
        cut_list,
        route_missing_from_the_list,
    ],
    ids=lambda change: change.__name__,
)
def test_what_may_go_either_way_is_unknown(change: Callable[[Recorded], None]) -> None:
    snapshot = Recorded()
    change(snapshot)
    found, end = failing(snapshot.network, KMS)
    assert found == "undetermined", f"{found}: {end}"


@pytest.mark.parametrize("kind", ["vpn", "direct-connect-gateway", "connect", "peering", "network-function"])
@pytest.mark.parametrize("written", ["static", "propagated"])
def test_a_route_to_what_is_no_vpc_is_undetermined(kind: str, written: str) -> None:
    """An appliance or router behind another attachment may send packets on to the other spoke, or drop them."""
    snapshot = Recorded()
    other = {"TransitGatewayAttachmentId": "tgw-attach-0123456789abcdef0", "ResourceType": kind, "ResourceId": "x-1"}
    gateway = snapshot.items("TransitGateways")[0]["TransitGatewayId"]
    told = {"TransitGatewayId": gateway, "TransitGatewayOwnerId": HUB, "ResourceOwnerId": HUB, "State": "available"}
    snapshot.items("TransitGatewayAttachments").append({**other, **told})
    routes_of(snapshot, spokes_table(snapshot)).append(
        {
            "DestinationCidrBlock": "10.0.4.0/22",
            "State": "active",
            "Type": written,
            "TransitGatewayAttachments": [other],
        }
    )
    for account in (PAYMENTS, LEDGER):
        routes = spoke_table(snapshot, account)["Routes"]
        routes += [{**route, "DestinationCidrBlock": "10.0.4.0/22"} for route in routes if "TransitGatewayId" in route]
    found = leaks(snapshot.network)
    assert {pair: path.verdict for pair, path in found.items()} == {
        "payments → ledger": Verdict.UNKNOWN,
        "ledger → payments": Verdict.UNKNOWN,
    }
    assert not judged(snapshot.network).sound


def default_route(kind: str, **target: str) -> Callable[[Recorded], None]:
    def change(snapshot: Recorded) -> None:
        spoke_table(snapshot)["Routes"].append({"DestinationCidrBlock": kind, "State": "active", **target})

    return change


@pytest.mark.parametrize(
    "change",
    [
        default_route("0.0.0.0/0", GatewayId="igw-1"),
        default_route("0.0.0.0/0", NatGatewayId="nat-1"),
        default_route("52.0.0.0/8", GatewayId="igw-1"),
        default_route("0.0.0.0/0", VpcPeeringConnectionId="pcx-1"),
        default_route("0.0.0.0/0", GatewayId="vgw-1"),
    ],
)
def test_a_way_out_by_hand_is_an_exposure(change: Callable[[Recorded], None]) -> None:
    snapshot = Recorded()
    change(snapshot)
    assert "payments → public addresses" in exposures(snapshot.network)


def test_a_default_route_to_what_is_gone_is_no_way_out() -> None:
    snapshot = Recorded()
    default_route("0.0.0.0/0", NatGatewayId="nat-1")(snapshot)
    spoke_table(snapshot)["Routes"][-1]["State"] = "blackhole"
    assert judged(snapshot.network).sound


def test_a_load_balancer_in_the_hub_is_an_exposure() -> None:
    snapshot = Recorded()
    ours = next(each for each in snapshot.items("NetworkInterfaces") if each["InterfaceType"] == "vpc_endpoint")
    balancer = {
        "NetworkInterfaceId": "eni-0123",
        "InterfaceType": "network_load_balancer",
        "PrivateIpAddress": "10.0.0.77",
    }
    snapshot.items("NetworkInterfaces").append({**ours, **balancer, "Description": "ELB net/x/1", "Groups": []})
    assert "payments → hub-core: eni-0123" in exposures(snapshot.network)


def test_a_peering_between_spokes_is_not_taken_for_isolation() -> None:
    snapshot = Recorded()
    for account, other in ((PAYMENTS, "10.0.5.0/24"), (LEDGER, "10.0.4.0/24")):
        spoke_table(snapshot, account)["Routes"].append(
            {"DestinationCidrBlock": other, "VpcPeeringConnectionId": "pcx-1", "State": "active"}
        )
    found = leaks(snapshot.network)
    assert "payments → ledger" in found
    assert "peering" in str(found["payments → ledger"].end)
    assert not judged(snapshot.network).sound, "what could not be determined is no isolation"


def test_attachments_that_work_are_not_isolated_by_a_share_that_was_withdrawn() -> None:
    """Unsharing a gateway cuts no attachment: what reaches what is not known to be blocked."""
    snapshot = Recorded()
    for account in (PAYMENTS, LEDGER):
        snapshot.items("TransitGateways", account).clear()
    unshared(snapshot)
    found = failing(snapshot.network, KMS)
    assert "it is in no share" in found[1].says
    assert "may continue to work" in found[1].says


def test_a_unit_is_known_by_what_its_accounts_see() -> None:
    snapshot = Recorded()
    for each in snapshot.items("ResourceShareAssociations"):
        if each["associationType"] == "PRINCIPAL":
            each["associatedEntity"] = "arn:aws:organizations::999999999999:ou/o-exampleorg1/ou-1234-12345678"
    assert judged(snapshot.network).sound
    snapshot.items("ResolverRules", LEDGER)[:] = []
    assert failing(snapshot.network, "ledger → kms")[0] == "undetermined"
    assert judged(snapshot.network).state("payments", "kms") is State.PRIVATE
