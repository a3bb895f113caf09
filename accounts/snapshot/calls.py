"""The calls of a snapshot as data: which file comes from which call, and which IAM action it needs.

Files and wrappers have Batfish's names where it has one (batfish/batfish, `representation/aws/Region.java` and
`AwsVpcEntity.java`), so that one snapshot serves both tools.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["CALLS", "CONTRACTS", "GLOBAL", "NOT_RECORDED", "Call"]

Item = Mapping[str, Any]

GLOBAL = "global"
"""The folder, instead of a region's, of global services."""
NOT_RECORDED = "NotRecorded"
"""The file that lists what is missing, and why."""
CONTRACTS = "contracts"
"""A value of `Call.of` for the names of the contracts that the hubs in a region publish."""


def _every(item: Item, account: str) -> bool:  # noqa: ARG001  the signature of `Call.asked`
    return True


def _own(item: Item, account: str) -> bool:
    """Only the account's own items: a shared one is recorded in its owner's account, and refused to others."""
    return bool(item.get("OwnerId", account) == account)


def _private(item: Item, account: str) -> bool:  # noqa: ARG001  the signature of `Call.asked`
    return bool(item.get("Config", {}).get("PrivateZone"))


def _own_profile(item: Item, account: str) -> bool:  # noqa: ARG001  the signature of `Call.asked`
    return item.get("ShareStatus") != "SHARED_WITH_ME"


@dataclass(frozen=True)
class Call:
    """A file of a snapshot, and the call that it comes from."""

    file: str
    """The file's name, without its extension."""
    service: str
    """The service's name in boto3, in the AWS CLI and in IAM."""
    operation: str
    """The operation's name in the API and in IAM."""
    items: str
    """The key of the list in the response; empty if the whole response is one entry."""
    id: tuple[str, ...]
    """The keys by which the list is sorted."""
    arguments: tuple[Mapping[str, Any], ...] = ({},)
    """Arguments. The call is made once with each of these, and the responses are combined."""
    of: str = ""
    """The file for whose items the call is made, one by one."""
    parameter: str = ""
    """The argument that takes the item's id."""
    entry: str = ""
    """The key under which an entry records the requested id; empty if the response contains it."""
    asked: Callable[[Item, str], bool] = _every
    """Whether the call is made for an item of `of` in an account."""
    also: tuple[str, ...] = ()
    """Further keys of the response, which are recorded if true."""
    only: tuple[str, ...] = ()
    """The keys of an item that are recorded; empty for all."""
    once: bool = False
    """The service is global: called once for an account, not in each region."""
    regional: bool = False
    """The call takes the region as the argument `VPCRegion`."""

    @property
    def key(self) -> str:
        """The key of the file's list."""
        return self.file if self.of else self.items

    @property
    def action(self) -> str:
        """The IAM action that allows the call."""
        return f"{self.service}:{self.operation}"

    @property
    def method(self) -> str:
        """The name of boto3's method for the operation."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.operation).lower()


def _ec2(file: str, operation: str, id_: str, items: str = "") -> Call:
    return Call(file, "ec2", operation, items or file, (id_,))


def _of_table(file: str, operation: str, items: str, id_: tuple[str, ...], **more: Any) -> Call:  # noqa: ANN401  fields of `Call`
    id_key = "TransitGatewayRouteTableId"
    return Call(
        file, "ec2", operation, items, id_, of="TransitGatewayRouteTables", parameter=id_key, entry=id_key, **more
    )


CALLS: tuple[Call, ...] = (
    _ec2("Vpcs", "DescribeVpcs", "VpcId"),
    _ec2("Subnets", "DescribeSubnets", "SubnetId"),
    _ec2("RouteTables", "DescribeRouteTables", "RouteTableId"),
    _ec2("NetworkAcls", "DescribeNetworkAcls", "NetworkAclId"),
    _ec2("SecurityGroups", "DescribeSecurityGroups", "GroupId"),
    _ec2("InternetGateways", "DescribeInternetGateways", "InternetGatewayId"),
    _ec2("EgressOnlyInternetGateways", "DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"),
    _ec2("NatGateways", "DescribeNatGateways", "NatGatewayId"),
    _ec2("NetworkInterfaces", "DescribeNetworkInterfaces", "NetworkInterfaceId"),
    Call("Addresses", "ec2", "DescribeAddresses", "Addresses", ("AllocationId", "PublicIp")),
    _ec2("Reservations", "DescribeInstances", "ReservationId"),
    _ec2("VpcEndpoints", "DescribeVpcEndpoints", "VpcEndpointId"),
    _ec2("VpcPeeringConnections", "DescribeVpcPeeringConnections", "VpcPeeringConnectionId"),
    _ec2("VpnGateways", "DescribeVpnGateways", "VpnGatewayId"),
    _ec2("VpnConnections", "DescribeVpnConnections", "VpnConnectionId"),
    _ec2("CustomerGateways", "DescribeCustomerGateways", "CustomerGatewayId"),
    _ec2("DhcpOptions", "DescribeDhcpOptions", "DhcpOptionsId"),
    _ec2("PrefixLists", "DescribePrefixLists", "PrefixListId"),
    _ec2("ManagedPrefixLists", "DescribeManagedPrefixLists", "PrefixListId", "PrefixLists"),
    _ec2("TransitGateways", "DescribeTransitGateways", "TransitGatewayId"),
    _ec2("TransitGatewayAttachments", "DescribeTransitGatewayAttachments", "TransitGatewayAttachmentId"),
    _ec2("TransitGatewayVpcAttachments", "DescribeTransitGatewayVpcAttachments", "TransitGatewayAttachmentId"),
    _ec2("TransitGatewayRouteTables", "DescribeTransitGatewayRouteTables", "TransitGatewayRouteTableId"),
    Call(
        "VpcAttributes",
        "ec2",
        "DescribeVpcAttribute",
        "",
        ("VpcId",),
        ({"Attribute": "enableDnsSupport"}, {"Attribute": "enableDnsHostnames"}),
        of="Vpcs",
        parameter="VpcId",
        entry="VpcId",
        asked=_own,
    ),
    _of_table(
        "TransitGatewayPropagations",
        "GetTransitGatewayRouteTablePropagations",
        "TransitGatewayRouteTablePropagations",
        ("TransitGatewayAttachmentId",),
    ),
    _of_table(
        "TransitGatewayStaticRoutes",
        "SearchTransitGatewayRoutes",
        "Routes",
        ("DestinationCidrBlock", "PrefixListId"),
        arguments=({"Filters": [{"Name": "type", "Values": ["propagated", "static"]}]},),
        also=("AdditionalRoutesAvailable",),
    ),
    _of_table(
        "TransitGatewayRouteTableAssociations",
        "GetTransitGatewayRouteTableAssociations",
        "Associations",
        ("TransitGatewayAttachmentId",),
    ),
    _of_table(
        "TransitGatewayPrefixListReferences",
        "GetTransitGatewayPrefixListReferences",
        "TransitGatewayPrefixListReferences",
        ("PrefixListId",),
    ),
    Call(
        "ManagedPrefixListEntries",
        "ec2",
        "GetManagedPrefixListEntries",
        "Entries",
        ("Cidr",),
        of="ManagedPrefixLists",
        parameter="PrefixListId",
        entry="PrefixListId",
    ),
    Call("ResolverEndpoints", "route53resolver", "ListResolverEndpoints", "ResolverEndpoints", ("Id",)),
    Call(
        "ResolverEndpointIpAddresses",
        "route53resolver",
        "ListResolverEndpointIpAddresses",
        "IpAddresses",
        ("IpId",),
        of="ResolverEndpoints",
        parameter="ResolverEndpointId",
        entry="ResolverEndpointId",
    ),
    Call("ResolverRules", "route53resolver", "ListResolverRules", "ResolverRules", ("Id",)),
    Call(
        "ResolverRuleAssociations",
        "route53resolver",
        "ListResolverRuleAssociations",
        "ResolverRuleAssociations",
        ("Id",),
    ),
    Call("Profiles", "route53profiles", "ListProfiles", "ProfileSummaries", ("Id",)),
    Call("ProfileAssociations", "route53profiles", "ListProfileAssociations", "ProfileAssociations", ("Id",)),
    Call(
        "ProfileResourceAssociations",
        "route53profiles",
        "ListProfileResourceAssociations",
        "ProfileResourceAssociations",
        ("Id",),
        of="Profiles",
        parameter="ProfileId",
        entry="ProfileId",
        asked=_own_profile,
    ),
    Call(
        "ResourceShares",
        "ram",
        "GetResourceShares",
        "resourceShares",
        ("resourceShareArn",),
        ({"resourceOwner": "SELF"},),
    ),
    Call(
        "ResourceShareAssociations",
        "ram",
        "GetResourceShareAssociations",
        "resourceShareAssociations",
        ("resourceShareArn", "associationType", "associatedEntity"),
        ({"associationType": "PRINCIPAL"}, {"associationType": "RESOURCE"}),
    ),
    Call(
        "HostedZonesByVpc",
        "route53",
        "ListHostedZonesByVPC",
        "HostedZoneSummaries",
        ("HostedZoneId",),
        of="Vpcs",
        parameter="VPCId",
        entry="VpcId",
        asked=_own,
        regional=True,
    ),
    Call("HostedZones", "route53", "ListHostedZones", "HostedZones", ("Id",), once=True),
    Call(
        "HostedZoneDetails",
        "route53",
        "GetHostedZone",
        "",
        (),
        of="HostedZones",
        parameter="Id",
        asked=_private,
        once=True,
    ),
    Call(
        "ResourceRecordSets",
        "route53",
        "ListResourceRecordSets",
        "ResourceRecordSets",
        ("Name", "Type", "SetIdentifier"),
        of="HostedZones",
        parameter="HostedZoneId",
        entry="HostedZoneId",
        asked=_private,
        once=True,
    ),
    Call(
        "Parameters",
        "ssm",
        "GetParameter",
        "Parameter",
        ("Name",),
        of=CONTRACTS,
        parameter="Name",
        only=("Name", "Type", "Value"),
    ),
)
"""All calls, in the order in which they are made: a file precedes those that are made for its items."""
