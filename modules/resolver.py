"""Name resolution: the hub's resolver endpoints and rules, and a spoke's associations with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modules import aws
from modules.cdk import Construct, ITerraformDependable, protected
from modules.network import PrivateNetwork
from modules.tags import tags
from topology.design import Forwarding, InboundAddress

__all__ = ["HubResolver", "SpokeResolver"]

DNS_PORT = 53


class HubResolver(Construct):
    """Queries for the forwarded domains go out of the outbound endpoint, into the inbound one, and are answered here.

    Both endpoints speak DNS within the hub's VPC only: a spoke's query reaches the outbound endpoint inside the
    Resolver service, not through the transit gateway
    (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-availability-scaling.html). The rules are never
    associated with the hub's own VPC, where a query would go round between the two endpoints for ever. Names and
    descriptions of the security groups are constant, because a new group replaces its resolver endpoint.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        name: str,
        inbound: Sequence[InboundAddress],
        rules: Sequence[Forwarding],
        network: PrivateNetwork,
        provider: aws.AwsProvider,
        protect: bool,
    ) -> None:
        super().__init__(scope, id)
        inbound_group = self._group("inbound", "DNS from within the hub", network, provider)
        outbound_group = self._group("outbound", "DNS to within the hub", network, provider)
        for protocol in ("tcp", "udp"):
            aws.VpcSecurityGroupIngressRule(
                self,
                f"inbound-{protocol}",
                provider=provider,
                security_group_id=inbound_group,
                description=f"DNS over {protocol} from the outbound endpoint",
                ip_protocol=protocol,
                from_port=DNS_PORT,
                to_port=DNS_PORT,
                cidr_ipv4=network.cidr,
                tags=tags("endpoint-hub-inbound", "inbound-security-group-rule"),
            )
            aws.VpcSecurityGroupEgressRule(
                self,
                f"outbound-{protocol}",
                provider=provider,
                security_group_id=outbound_group,
                description=f"DNS over {protocol} to the inbound endpoint",
                ip_protocol=protocol,
                from_port=DNS_PORT,
                to_port=DNS_PORT,
                cidr_ipv4=network.cidr,
                tags=tags("endpoint-hub-outbound", "outbound-security-group-rule"),
            )
        self.inbound = aws.Route53ResolverEndpoint(
            self,
            "inbound",
            provider=provider,
            name=f"{name}-inbound",
            direction="INBOUND",
            security_group_ids=[inbound_group],
            ip_address=[
                aws.Route53ResolverEndpointIpAddress(subnet_id=network.subnet_ids[at.zone], ip=at.address)
                for at in inbound
            ],
            lifecycle=protected(protect),
            tags=tags(f"{name}-inbound", "inbound-endpoint"),
        )
        outbound = aws.Route53ResolverEndpoint(
            self,
            "outbound",
            provider=provider,
            name=f"{name}-outbound",
            direction="OUTBOUND",
            security_group_ids=[outbound_group],
            ip_address=[
                aws.Route53ResolverEndpointIpAddress(subnet_id=subnet) for subnet in network.subnet_ids.values()
            ],
            lifecycle=protected(protect),
            tags=tags(f"{name}-outbound", "outbound-endpoint"),
            depends_on=[self.inbound],  # its addresses are fixed, these are any that are free
        )
        self.rules: dict[str, aws.Route53ResolverRule] = {
            rule.domain: aws.Route53ResolverRule(
                self,
                f"rule-{rule.id}",
                provider=provider,
                name=rule.name,
                domain_name=rule.domain,
                rule_type="FORWARD",
                resolver_endpoint_id=outbound.id,
                target_ip=[aws.Route53ResolverRuleTargetIp(ip=at.address) for at in inbound],
                lifecycle=protected(protect),
                tags=tags(rule.name, "forwarding-rule"),
                depends_on=[self.inbound],  # the addresses are literals, and would be forwarded to before they answer
            )
            for rule in rules
        }

    def _group(self, side: str, description: str, network: PrivateNetwork, provider: aws.AwsProvider) -> str:
        group = aws.SecurityGroup(
            self,
            f"{side}-group",
            provider=provider,
            vpc_id=network.id,
            name=f"endpoint-hub-{side}",
            description=description,
            tags=tags(f"endpoint-hub-{side}", f"{side}-security-group"),
        )
        return str(group.id)


class SpokeResolver(Construct):
    """A spoke's VPC forwards the hub's domains, and keeps the exempted names to itself.

    The rules belong to the hub and are shared; the associations, and the SYSTEM rules that exempt names, belong to
    the spoke's account. A SYSTEM rule is the more specific one and wins
    (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network-domain-name-matches.html).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        rules: Sequence[Forwarding],
        rule_ids: Mapping[str, str],
        exemptions: Sequence[Forwarding],
        network: PrivateNetwork,
        provider: aws.AwsProvider,
    ) -> None:
        super().__init__(scope, id)
        wanted = [(f"rule-{rule.id}", rule, rule_ids[rule.domain]) for rule in rules]
        for exemption in exemptions:
            kept = aws.Route53ResolverRule(
                self,
                f"exemption-{exemption.id}",
                provider=provider,
                name=exemption.name,
                domain_name=exemption.domain,
                rule_type="SYSTEM",
                tags=tags(exemption.name, "exemption-rule"),
            )
            wanted.append((f"exemption-{exemption.id}", exemption, kept.id))
        self.associations: list[ITerraformDependable] = [
            aws.Route53ResolverRuleAssociation(
                self,
                f"{key}-association",
                provider=provider,
                name=rule.name,
                resolver_rule_id=rule_id,
                vpc_id=network.id,
            )
            for key, rule, rule_id in wanted
        ]
        """What has to stand before a workload can resolve the hub's names."""
