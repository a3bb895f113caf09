"""The stack of a spoke: its parts in its own account, and its associations and propagations in the hub's."""

from __future__ import annotations

from collections.abc import Sequence

from modules import aws, parts
from modules.cdk import Construct, ITerraformDependable, TerraformOutput
from modules.contract import HubContract
from modules.endpoints import GatewayEndpoints
from modules.gateway import VpcAttachment, add_routes, wire
from modules.instance import TestInstance
from modules.network import PrivateNetwork
from stacks.dns import MECHANISMS
from stacks.foundation import OwnedStack, account_provider
from topology.design import SpokeDesign

__all__ = ["SpokeStack"]


class SpokeStack(OwnedStack):
    """A spoke's VPC, attached to its hub.

    An absent spoke keeps only providers and backend, so that an apply deletes the rest.

    It has two providers: `spoke` in its own account, and `hub` in the hub's with the wiring role, which accepts,
    associates and propagates the attachment. Adding a spoke therefore changes no other stack.
    """

    def __init__(self, scope: Construct, *, design: SpokeDesign) -> None:
        super().__init__(scope, design.stack, backend=design.backend)
        spoke = account_provider(self, "spoke", design.account)
        hub = account_provider(self, "hub", design.wiring)
        if design.absent:
            return
        mechanism = MECHANISMS[type(design.dns)]
        contract = HubContract(
            self,
            "contract",
            parameter=design.contract,
            hub_stack=design.hub_stack,
            tables={design.segment, *design.propagations},
            sections=mechanism.needs(design),
            provider=hub,
        )
        network = PrivateNetwork(self, "network", vpc=design.vpc, provider=spoke)
        attachment, routes = self._attachment(design, contract, network, spoke, hub)
        dns = mechanism.at_spoke(self, design, contract.sections, network, spoke)
        GatewayEndpoints(
            self,
            "endpoints",
            name=design.name,
            region=design.account.region,
            services=design.gateway_endpoints,
            network=network,
            provider=spoke,
        )
        TerraformOutput(self, "vpc_id", value=network.id)
        TerraformOutput(self, "subnet_ids", value=network.subnet_ids)
        TerraformOutput(self, "attachment_id", value=attachment.id)
        if design.test_instance is not None:
            instance = TestInstance(
                self,
                "test-instance",
                name=design.name,
                image=design.test_instance,
                network=network,
                provider=spoke,
                after=[*routes, *dns.ready],
            )
            TerraformOutput(self, "test_instance_id", value=instance.id)

    def _attachment(
        self,
        design: SpokeDesign,
        contract: HubContract,
        network: parts.Network,
        spoke: aws.AwsProvider,
        hub: aws.AwsProvider,
    ) -> tuple[parts.Attachment, Sequence[ITerraformDependable]]:
        """The attachment to the gateway, set up on both sides of the account boundary, and then the routes.

        The spoke's account owns the attachment and the routes. The hub's account owns the rest: it accepts the
        attachment, associates it with its segment's table and propagates its range.
        """
        scope = Construct(self, "gateway")
        attachment = VpcAttachment(
            scope,
            name=design.name,
            gateway_id=contract.gateway_id,
            network=network,
            provider=spoke,
            accepter=None if design.owns_gateway else hub,
        )
        wired = wire(
            scope,
            attachment,
            table=design.segment,
            propagations=design.propagations,
            table_ids=contract.table_ids,
            provider=hub,
        )
        routes = add_routes(
            scope, network, design.destinations, gateway_id=contract.gateway_id, provider=spoke, after=wired
        )
        return attachment, routes
