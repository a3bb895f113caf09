"""The transit gateway, VPC attachments to it, associations and propagations in its tables, and routes to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modules import aws, parts
from modules.cdk import Construct, ITerraformDependable, protected
from modules.tags import tags
from topology.design import Range
from topology.names import HUB_TABLE

__all__ = ["TransitGateway", "VpcAttachment", "add_routes", "wire"]


class TransitGateway:
    """A transit gateway with a table for the hub and one for each segment, created in the scope of a construct.

    The tables alone decide who reaches whom. The gateway has no default table, and an attachment from another account
    stays pending until the hub accepts it, so that no other account of the organization can connect by itself. The
    hub's ranges are in every segment's table; a spoke's stack propagates its own.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        name: str,
        asn: int,
        segments: Sequence[str],
        provider: aws.AwsProvider,
        protect: bool,
    ) -> None:
        gateway = aws.Ec2TransitGateway(
            scope,
            "gateway",
            provider=provider,
            description=f"Reaches the interface endpoints of hub {name}",
            amazon_side_asn=asn,
            auto_accept_shared_attachments="disable",
            default_route_table_association="disable",
            default_route_table_propagation="disable",
            lifecycle=protected(protect),
            tags=tags(name, "gateway"),
        )
        self.id: str = gateway.id
        self.arn: str = gateway.arn
        self.table_ids: dict[str, str] = {
            table: aws.Ec2TransitGatewayRouteTable(
                scope,
                f"table-{table}",
                provider=provider,
                transit_gateway_id=self.id,
                tags=tags(f"{name}-{table}", "gateway-table"),
            ).id
            for table in (HUB_TABLE, *segments)
        }


class VpcAttachment:
    """A VPC attachment outside the gateway's default tables, created in the scope of a construct.

    The VPC's account owns the attachment. The gateway's owner accepts it, through the provider `accepter`; None if the
    VPC is in the gateway's own account, where nothing has to be accepted.

    In the gateway's own account, and on the accepter, the two default-table flags are false; otherwise the provider
    would add the attachment to default tables. On an attachment to another account's gateway they stay unset, because
    there they drift (hashicorp/terraform-provider-aws#8383, #13512).
    """

    def __init__(
        self,
        scope: Construct,
        *,
        name: str,
        gateway_id: str,
        network: parts.Network,
        provider: aws.AwsProvider,
        accepter: aws.AwsProvider | None,
    ) -> None:
        own = False if accepter is None else None
        attachment = aws.Ec2TransitGatewayVpcAttachment(
            scope,
            "attachment",
            provider=provider,
            transit_gateway_id=gateway_id,
            vpc_id=network.id,
            subnet_ids=list(network.attachment_subnet_ids.values()),
            transit_gateway_default_route_table_association=own,
            transit_gateway_default_route_table_propagation=own,
            tags=tags(name, "attachment"),
        )
        self.id: str = attachment.id
        self.accepted_id = self.id
        self.ready: tuple[ITerraformDependable, ...] = (attachment,)
        if accepter is not None:
            accepted = aws.Ec2TransitGatewayVpcAttachmentAccepter(
                scope,
                "accepter",
                provider=accepter,
                transit_gateway_attachment_id=self.id,
                transit_gateway_default_route_table_association=False,
                transit_gateway_default_route_table_propagation=False,
                tags=tags(name, "attachment"),  # tags belong to an account: the hub does not see the spoke's
            )
            self.accepted_id = accepted.id
            self.ready = (accepted,)


def wire(
    scope: Construct,
    attachment: parts.Attachment,
    *,
    table: str,
    propagations: Sequence[str],
    table_ids: Mapping[str, str],
    provider: aws.AwsProvider,
) -> list[ITerraformDependable]:
    """Associate an attachment with its table, and propagate its VPC's ranges.

    Returns what has to exist before packets flow.

    Only the gateway's owner may do this, so the provider is the hub's
    (https://docs.aws.amazon.com/vpc/latest/tgw/working-with-transit-gateways.html).
    """
    association = aws.Ec2TransitGatewayRouteTableAssociation(
        scope,
        "association",
        provider=provider,
        transit_gateway_attachment_id=attachment.accepted_id,
        transit_gateway_route_table_id=table_ids[table],
    )
    return [
        association,
        *(
            aws.Ec2TransitGatewayRouteTablePropagation(
                scope,
                f"propagation-{learning}",
                provider=provider,
                transit_gateway_attachment_id=attachment.accepted_id,
                transit_gateway_route_table_id=table_ids[learning],
            )
            for learning in propagations
        ),
    ]


def add_routes(
    scope: Construct,
    network: parts.Network,
    destinations: Sequence[Range],
    *,
    gateway_id: str,
    provider: aws.AwsProvider,
    after: Sequence[ITerraformDependable],
) -> list[ITerraformDependable]:
    """Add routes to the gateway in every route table of a network, and return them.

    `after` is what has to exist first: AWS refuses a route to a gateway whose attachment is not available.
    """
    return [
        aws.Route(
            scope,
            parts.in_table(f"route-{destination.id}", table),
            provider=provider,
            route_table_id=route_table_id,
            destination_cidr_block=destination.cidr,
            transit_gateway_id=gateway_id,
            depends_on=list(after),
        )
        for table, route_table_id in network.route_table_ids.items()
        for destination in destinations
    ]
