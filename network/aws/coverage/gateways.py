"""Fields of transit gateways, their attachments and their tables: answers of EC2."""

from __future__ import annotations

from collections.abc import Mapping

from network.aws.coverage.fields import Field, below, irrelevant, not_modelled, read

__all__ = ["FILES"]

TABLE = "TransitGatewayRouteTableId"
ATTACHMENT = "TransitGatewayAttachmentId"
LISTED = "what it leads to is among the associations and propagations"
SAME = "the attachment says what is attached"
ANNOUNCED = "a route that a peered gateway announces is one like any other"

FILES: Mapping[str, tuple[Field, ...]] = {
    "TransitGateways": (
        *read("TransitGatewayId TransitGatewayArn OwnerId State Options.AutoAcceptSharedAttachments"),
        *irrelevant(
            LISTED,
            "Options.DefaultRouteTableAssociation Options.AssociationDefaultRouteTableId"
            " Options.DefaultRouteTablePropagation Options.PropagationDefaultRouteTableId",
        ),
        *irrelevant("numbers that BGP uses; the routes that it results in are listed", "Options.AmazonSideAsn"),
        *irrelevant("which of two VPN connections with one route is used", "Options.VpnEcmpSupport"),
        *irrelevant("multicast is not traced", "Options.MulticastSupport"),
        *irrelevant("public names of instances, which are none of a service's", "Options.DnsSupport"),
        *irrelevant("a group of another VPC is an unknown peer anyway", "Options.SecurityGroupReferencingSupport"),
        *not_modelled("packets", "the gateway itself has these ranges", "Options.TransitGatewayCidrBlocks"),
        *not_modelled(
            "packets",
            "packets that cannot be encrypted are dropped",
            "Options.EncryptionSupport.EncryptionState",
            "disabled",
        ),
    ),
    "TransitGatewayAttachments": (
        *read(f"{ATTACHMENT} TransitGatewayId TransitGatewayOwnerId ResourceOwnerId ResourceType ResourceId State"),
        *read(f"Association.{TABLE} Association.State"),
        *not_modelled("packets", "a policy table chooses its routes", "Association.TransitGatewayPolicyTableId"),
        *not_modelled("packets", "a NAT gateway may change its packets", "NatGatewaySupport", "disabled"),
    ),
    "TransitGatewayVpcAttachments": (
        *read(f"{ATTACHMENT} TransitGatewayId VpcId VpcOwnerId State SubnetIds"),
        *irrelevant("public names of instances, which are none of a service's", "Options.DnsSupport"),
        *irrelevant("a group of another VPC is an unknown peer anyway", "Options.SecurityGroupReferencingSupport"),
        *not_modelled("packets", "what is reachable over IPv6 is not traced", "Options.Ipv6Support", "disable"),
        *not_modelled(
            "packets", "packets may leave the gateway in another zone", "Options.ApplianceModeSupport", "disable"
        ),
    ),
    "TransitGatewayRouteTables": (
        *read(f"{TABLE} TransitGatewayId"),
        *not_modelled("packets", "the table may not be in use", "State", "available", "deleting", "deleted"),
        *irrelevant(LISTED, "DefaultAssociationRouteTable DefaultPropagationRouteTable"),
    ),
    "TransitGatewayRouteTableAssociations": (
        *read(f"{TABLE} Associations.{ATTACHMENT} Associations.State"),
        *irrelevant(SAME, "Associations.ResourceId Associations.ResourceType"),
    ),
    "TransitGatewayPropagations": (
        *read(f"{TABLE} TransitGatewayRouteTablePropagations.{ATTACHMENT} TransitGatewayRouteTablePropagations.State"),
        *irrelevant(
            SAME,
            "TransitGatewayRouteTablePropagations.ResourceId TransitGatewayRouteTablePropagations.ResourceType",
        ),
        *irrelevant(ANNOUNCED, "TransitGatewayRouteTablePropagations.TransitGatewayRouteTableAnnouncementId"),
    ),
    "TransitGatewayStaticRoutes": (
        *read(f"{TABLE} AdditionalRoutesAvailable Routes.DestinationCidrBlock Routes.PrefixListId Routes.Type"),
        *read(f"Routes.State Routes.TransitGatewayAttachments.{ATTACHMENT}"),
        *irrelevant(SAME, "Routes.TransitGatewayAttachments.ResourceId Routes.TransitGatewayAttachments.ResourceType"),
        *irrelevant(ANNOUNCED, "Routes.TransitGatewayRouteTableAnnouncementId"),
    ),
    "TransitGatewayPrefixListReferences": (
        *read(f"{TABLE} TransitGatewayPrefixListReferences.PrefixListId"),
        *irrelevant(
            "its ranges are among the routes; where they are not, they may lead anywhere",
            below(
                "TransitGatewayPrefixListReferences",
                f"{TABLE} PrefixListOwnerId State Blackhole TransitGatewayAttachment",
            ),
        ),
    ),
}
"""The fields of each file's items."""
