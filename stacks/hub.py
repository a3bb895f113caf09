"""The stack of a hub: everything that exists once."""

from __future__ import annotations

from modules.cdk import Construct, TerraformOutput
from modules.contract import Contract
from modules.endpoints import InterfaceEndpoints
from modules.gateway import Gateway
from modules.network import PrivateNetwork
from modules.resolver import HubResolver
from modules.sharing import OrganizationShare
from stacks.foundation import OwnedStack, account_provider
from topology.design import HubDesign

__all__ = ["HubStack"]


class HubStack(OwnedStack):
    """A hub in one account and region: VPC, endpoints, resolver, transit gateway, shares, contract.

    Nothing in it names a spoke: routes, rules and shares are for pools and for the organization.
    """

    def __init__(self, scope: Construct, *, design: HubDesign) -> None:
        super().__init__(scope, design.stack, backend=design.backend)
        hub = account_provider(self, "hub", design.account)
        network = PrivateNetwork(self, "network", vpc=design.vpc, provider=hub)
        gateway = Gateway(
            self,
            "gateway",
            name=design.name,
            asn=design.asn,
            segments=design.segments,
            pools=design.pools,
            network=network,
            provider=hub,
            protect=design.protect,
        )
        resolver = HubResolver(
            self,
            "resolver",
            name=design.name,
            inbound=design.dns.inbound,
            rules=design.dns.rules,
            network=network,
            provider=hub,
            protect=design.protect,
        )
        endpoints = InterfaceEndpoints(
            self,
            "endpoints",
            name=design.name,
            groups=design.groups,
            endpoints=design.endpoints,
            sources=design.sources,
            network=network,
            provider=hub,
            after=[resolver.inbound],
        )
        shares = [
            OrganizationShare(
                self,
                f"{part}-share",
                name=f"{design.name}-{part}",
                resource_arns=arns,
                organization_arn=design.organization_arn,
                provider=hub,
                protect=design.protect,
            )
            for part, arns in (
                ("gateway", {"gateway": gateway.arn}),
                ("rules", {rule.id: resolver.rules[rule.domain].arn for rule in design.dns.rules}),
            )
        ]
        rule_ids = {domain: rule.id for domain, rule in resolver.rules.items()}
        Contract(
            self,
            "contract",
            parameter=design.contract,
            gateway_id=gateway.id,
            table_ids=gateway.table_ids,
            rule_ids=rule_ids,
            provider=hub,
            after=[association for share in shares for association in share.associations],
        )
        TerraformOutput(self, "vpc_id", value=network.id)
        TerraformOutput(self, "transit_gateway_id", value=gateway.id)
        TerraformOutput(self, "transit_gateway_table_ids", value=gateway.table_ids)
        TerraformOutput(self, "resolver_rule_ids", value=rule_ids)
        TerraformOutput(self, "endpoint_ids", value=endpoints.ids)
        TerraformOutput(self, "contract_parameter", value=design.contract)
