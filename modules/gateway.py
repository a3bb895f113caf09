"""The transit gateway, and the two kinds of attachment to it: the hub's own and a spoke's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modules import aws
from modules.cdk import Construct, ITerraformDependable, protected
from modules.network import PrivateNetwork
from modules.tags import tags
from topology.design import Range
from topology.names import HUB_TABLE

__all__ = ["Gateway", "SpokeAttachment"]


class Gateway(Construct):
    """A transit gateway with one table for the hub and one for each segment, and the hub's attachment to it.

    Who reaches whom is decided by the tables alone: the gateway has no default table, and an attachment from another
    account waits until the hub accepts it, so that a stranger in the organization gets no further than "pending". The
    hub's ranges are in every segment's table; a spoke's are put there by the spoke's stack. Routes go to whole pools,
    so that a new spoke changes nothing here.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        name: str,
        asn: int,
        segments: Sequence[str],
        pools: Sequence[Range],
        network: PrivateNetwork,
        provider: aws.AwsProvider,
        protect: bool,
    ) -> None:
        super().__init__(scope, id)
        gateway = aws.Ec2TransitGateway(
            self,
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
        attachment = aws.Ec2TransitGatewayVpcAttachment(
            self,
            "attachment",
            provider=provider,
            transit_gateway_id=self.id,
            vpc_id=network.id,
            subnet_ids=list(network.attachment_subnet_ids.values()),
            # In the gateway's own account the provider would add the attachment to default tables unless told not to.
            transit_gateway_default_route_table_association=False,
            transit_gateway_default_route_table_propagation=False,
            tags=tags(name, "attachment"),
        )
        self.table_ids: dict[str, str] = {}
        """Gateway tables by name: the hub's own and each segment's."""
        for table in (HUB_TABLE, *segments):
            self.table_ids[table] = aws.Ec2TransitGatewayRouteTable(
                self,
                f"table-{table}",
                provider=provider,
                transit_gateway_id=self.id,
                tags=tags(f"{name}-{table}", "gateway-table"),
            ).id
        aws.Ec2TransitGatewayRouteTableAssociation(
            self,
            "association",
            provider=provider,
            transit_gateway_attachment_id=attachment.id,
            transit_gateway_route_table_id=self.table_ids[HUB_TABLE],
        )
        for segment in segments:
            aws.Ec2TransitGatewayRouteTablePropagation(
                self,
                f"propagation-{segment}",
                provider=provider,
                transit_gateway_attachment_id=attachment.id,
                transit_gateway_route_table_id=self.table_ids[segment],
            )
        _routes(self, network, pools, gateway_id=self.id, provider=provider, after=[attachment])


class SpokeAttachment(Construct):
    """A spoke's VPC joined to its hub's gateway, wired on both sides of the account boundary.

    The spoke's account owns the attachment and the routes to it. The hub's account owns the rest: it accepts the
    attachment, associates it with its segment's table and lets tables learn its range (only the gateway's owner may:
    https://docs.aws.amazon.com/vpc/latest/tgw/working-with-transit-gateways.html). Routes come last, when packets can
    pass: AWS refuses a route to a gateway whose attachment is not available.

    On an attachment to a gateway of another account the two default-table flags stay unset, since they drift
    (hashicorp/terraform-provider-aws#8383, #13512); on the accepter, and on an attachment in the gateway's own
    account, they are false.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        name: str,
        gateway_id: str,
        table_ids: Mapping[str, str],
        segment: str,
        propagations: Sequence[str],
        destinations: Sequence[Range],
        owns_gateway: bool,
        network: PrivateNetwork,
        spoke: aws.AwsProvider,
        hub: aws.AwsProvider,
    ) -> None:
        super().__init__(scope, id)
        own = False if owns_gateway else None
        attachment = aws.Ec2TransitGatewayVpcAttachment(
            self,
            "attachment",
            provider=spoke,
            transit_gateway_id=gateway_id,
            vpc_id=network.id,
            subnet_ids=list(network.attachment_subnet_ids.values()),
            transit_gateway_default_route_table_association=own,
            transit_gateway_default_route_table_propagation=own,
            tags=tags(name, "attachment"),
        )
        self.id: str = attachment.id
        accepted = self.id
        if not owns_gateway:
            accepted = aws.Ec2TransitGatewayVpcAttachmentAccepter(
                self,
                "accepter",
                provider=hub,
                transit_gateway_attachment_id=self.id,
                transit_gateway_default_route_table_association=False,
                transit_gateway_default_route_table_propagation=False,
                tags=tags(name, "attachment"),  # tags belong to an account: the hub sees none of the spoke's
            ).id
        wired: list[ITerraformDependable] = [
            aws.Ec2TransitGatewayRouteTableAssociation(
                self,
                "association",
                provider=hub,
                transit_gateway_attachment_id=accepted,
                transit_gateway_route_table_id=table_ids[segment],
            )
        ]
        wired += [
            aws.Ec2TransitGatewayRouteTablePropagation(
                self,
                f"propagation-{table}",
                provider=hub,
                transit_gateway_attachment_id=accepted,
                transit_gateway_route_table_id=table_ids[table],
            )
            for table in propagations
        ]
        self.routes = _routes(self, network, destinations, gateway_id=gateway_id, provider=spoke, after=wired)
        """What has to stand before a workload can reach the hub."""


def _routes(
    scope: Construct,
    network: PrivateNetwork,
    destinations: Sequence[Range],
    *,
    gateway_id: str,
    provider: aws.AwsProvider,
    after: Sequence[ITerraformDependable],
) -> list[ITerraformDependable]:
    """Routes of a network through the gateway, once what they depend on stands."""
    return [
        aws.Route(
            scope,
            f"route-{destination.id}",
            provider=provider,
            route_table_id=network.route_table_id,
            destination_cidr_block=destination.cidr,
            transit_gateway_id=gateway_id,
            depends_on=list(after),
        )
        for destination in destinations
    ]
