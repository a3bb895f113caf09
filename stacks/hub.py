"""The stack of a hub: everything that exists once."""

from __future__ import annotations

from modules import aws, parts
from modules.cdk import Construct, TerraformOutput
from modules.contract import Contract
from modules.endpoints import InterfaceEndpoints
from modules.gateway import TransitGateway, VpcAttachment, add_routes, wire
from modules.network import PrivateNetwork
from modules.sharing import OrganizationShare
from stacks.dns import MECHANISMS
from stacks.foundation import OwnedStack, account_provider
from topology.design import HubDesign
from topology.names import HUB_TABLE

__all__ = ["HubStack"]


class HubStack(OwnedStack):
    """A hub in one account and region: VPC, endpoints, resolver, transit gateway, shares, contract.

    It names no spoke: routes and rules are for pools, and shares for the organization.
    """

    def __init__(self, scope: Construct, *, design: HubDesign) -> None:
        super().__init__(scope, design.stack, backend=design.backend)
        hub = account_provider(self, "hub", design.account)
        network = PrivateNetwork(self, "network", vpc=design.vpc, provider=hub)
        gateway = self._gateway(design, network, hub)
        dns = MECHANISMS[type(design.dns)].at_hub(self, design, network, hub)
        endpoints = InterfaceEndpoints(
            self,
            "endpoints",
            name=design.name,
            groups=design.groups,
            endpoints=design.endpoints,
            sources=design.sources,
            network=network,
            provider=hub,
            after=dns.ready,
        )
        shares: list[parts.Share] = [
            OrganizationShare(
                self,
                f"{part}-share",
                name=f"{design.name}-{part}",
                resource_arns=arns,
                organization_arn=design.organization_arn,
                provider=hub,
                protect=design.protect,
            )
            for part, arns in {"gateway": {"gateway": gateway.arn}, **dns.shared}.items()
        ]
        Contract(
            self,
            "contract",
            parameter=design.contract,
            gateway_id=gateway.id,
            table_ids=gateway.table_ids,
            sections=dns.contract,
            provider=hub,
            after=[resource for share in shares for resource in share.ready],
        )
        TerraformOutput(self, "vpc_id", value=network.id)
        TerraformOutput(self, "transit_gateway_id", value=gateway.id)
        TerraformOutput(self, "transit_gateway_table_ids", value=gateway.table_ids)
        for name, ids in dns.outputs.items():
            TerraformOutput(self, name, value=ids)
        TerraformOutput(self, "endpoint_ids", value=endpoints.ids)
        TerraformOutput(self, "contract_parameter", value=design.contract)

    def _gateway(self, design: HubDesign, network: parts.Network, provider: aws.AwsProvider) -> parts.Gateway:
        """The gateway, attached to the hub's VPC.

        Routes to it are for whole pools, so a new spoke changes nothing here.
        """
        scope = Construct(self, "gateway")
        gateway = TransitGateway(
            scope,
            name=design.name,
            asn=design.asn,
            segments=design.segments,
            provider=provider,
            protect=design.protect,
        )
        attachment = VpcAttachment(
            scope, name=design.name, gateway_id=gateway.id, network=network, provider=provider, accepter=None
        )
        wire(
            scope,
            attachment,
            table=HUB_TABLE,
            propagations=design.segments,
            table_ids=gateway.table_ids,
            provider=provider,
        )
        add_routes(scope, network, design.pools, gateway_id=gateway.id, provider=provider, after=attachment.ready)
        return gateway
