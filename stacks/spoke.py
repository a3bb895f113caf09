"""The stack of a spoke: its own parts in its own account, and its wiring in the hub's."""

from __future__ import annotations

from modules.cdk import Construct, TerraformOutput
from modules.contract import HubContract
from modules.endpoints import GatewayEndpoints
from modules.gateway import SpokeAttachment
from modules.instance import TestInstance
from modules.network import PrivateNetwork
from modules.resolver import SpokeResolver
from stacks.foundation import OwnedStack, account_provider
from topology.design import SpokeDesign

__all__ = ["SpokeStack"]


class SpokeStack(OwnedStack):
    """A spoke's VPC, joined to its hub. An absent spoke keeps providers and backend, so that an apply deletes the rest.

    Two providers: `spoke` in its own account, `hub` in the hub's with the wiring role, which accepts the attachment,
    associates it and lets tables learn its range. Adding a spoke therefore changes no other stack.
    """

    def __init__(self, scope: Construct, *, design: SpokeDesign) -> None:
        super().__init__(scope, design.stack, backend=design.backend)
        spoke = account_provider(self, "spoke", design.account)
        hub = account_provider(self, "hub", design.wiring)
        if design.absent:
            return
        contract = HubContract(
            self,
            "contract",
            parameter=design.contract,
            hub_stack=design.hub_stack,
            tables={design.segment, *design.propagations},
            domains=design.dns.domains,
            provider=hub,
        )
        network = PrivateNetwork(self, "network", vpc=design.vpc, provider=spoke)
        attachment = SpokeAttachment(
            self,
            "gateway",
            name=design.name,
            gateway_id=contract.gateway_id,
            table_ids=contract.table_ids,
            segment=design.segment,
            propagations=design.propagations,
            destinations=design.destinations,
            owns_gateway=design.owns_gateway,
            network=network,
            spoke=spoke,
            hub=hub,
        )
        resolver = SpokeResolver(
            self,
            "resolver",
            rules=design.dns.rules,
            rule_ids=contract.rule_ids,
            exemptions=design.dns.exemptions,
            network=network,
            provider=spoke,
        )
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
                after=[*attachment.routes, *resolver.associations],
            )
            TerraformOutput(self, "test_instance_id", value=instance.id)
