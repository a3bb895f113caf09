"""DNS through forwarding rules: the hub's resolver endpoints and rules, and a spoke's associations with the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modules import aws, parts
from modules.cdk import Construct, ITerraformDependable, protected
from modules.tags import tags
from topology.design import Forwarding, HubDesign, InboundAddress, SpokeDesign

__all__ = ["FORWARDING", "HubResolver", "RuleForwarding", "SpokeResolver", "VpcResolverEndpoints"]

DNS_PORT = 53


class VpcResolverEndpoints:
    """The hub's resolver endpoints: queries leave through the outbound one and return through the inbound one.

    Both endpoints allow DNS within the hub's VPC only: a spoke's query reaches the outbound endpoint inside the VPC
    Resolver service, not through the transit gateway
    (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-availability-scaling.html). Names and
    descriptions of the security groups are constant, because a new group replaces its resolver endpoint.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        name: str,
        inbound: Sequence[InboundAddress],
        network: parts.Network,
        provider: aws.AwsProvider,
        protect: bool,
    ) -> None:
        inbound_group = _group(scope, "inbound", "DNS from within the hub", network, provider)
        outbound_group = _group(scope, "outbound", "DNS to within the hub", network, provider)
        for protocol in ("tcp", "udp"):
            aws.VpcSecurityGroupIngressRule(
                scope,
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
                scope,
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
        answering = aws.Route53ResolverEndpoint(
            scope,
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
            scope,
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
            depends_on=[answering],  # the inbound addresses are fixed, while these are any free ones
        )
        self.addresses = [at.address for at in inbound]
        self.outbound_id: str = outbound.id
        self.ready: tuple[ITerraformDependable, ...] = (answering,)


def _group(scope: Construct, side: str, description: str, network: parts.Network, provider: aws.AwsProvider) -> str:
    group = aws.SecurityGroup(
        scope,
        f"{side}-group",
        provider=provider,
        vpc_id=network.id,
        name=f"endpoint-hub-{side}",
        description=description,
        tags=tags(f"endpoint-hub-{side}", f"{side}-security-group"),
    )
    return str(group.id)


class HubResolver:
    """A hub's forwarding rules, created in the scope of a construct: they send a domain to the inbound endpoint.

    They are never associated with the hub's own VPC, where a query would loop between the two endpoints.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        rules: Sequence[Forwarding],
        endpoints: parts.ResolverEndpoints,
        provider: aws.AwsProvider,
        protect: bool,
    ) -> None:
        made = {
            rule: aws.Route53ResolverRule(
                scope,
                f"rule-{rule.id}",
                provider=provider,
                name=rule.name,
                domain_name=rule.domain,
                rule_type="FORWARD",
                resolver_endpoint_id=endpoints.outbound_id,
                target_ip=[aws.Route53ResolverRuleTargetIp(ip=address) for address in endpoints.addresses],
                lifecycle=protected(protect),
                tags=tags(rule.name, "forwarding-rule"),
                # The addresses are literals, so Terraform cannot infer that the endpoint must exist first.
                depends_on=list(endpoints.ready),
            )
            for rule in rules
        }
        ids: dict[str, str] = {rule.domain: resource.id for rule, resource in made.items()}
        self.ready = endpoints.ready
        self.shared: dict[str, dict[str, str]] = {"rules": {rule.id: resource.arn for rule, resource in made.items()}}
        self.contract = {"rules": ids}
        self.outputs = {"resolver_rule_ids": ids}


class SpokeResolver(Construct):
    """The spoke's side: its VPC forwards the hub's domains, and resolves exempted names itself.

    The shared rules belong to the hub; the associations, and the SYSTEM rules that exempt names, belong to the spoke's
    account. A SYSTEM rule takes precedence because it is more specific
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
        network: parts.Network,
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
        self.ready: list[ITerraformDependable] = [
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


class RuleForwarding:
    """The mechanism: spokes forward the hub's domains through shared rules, whose ids are in the contract by domain.

    All queries for these domains go to the hub, except for names in an exempt domain.
    """

    def at_hub(
        self, stack: Construct, design: HubDesign, network: parts.Network, provider: aws.AwsProvider
    ) -> parts.HubDns:
        """Create resolver endpoints, and a rule for each domain."""
        scope = Construct(stack, "resolver")
        endpoints = VpcResolverEndpoints(
            scope,
            name=design.name,
            inbound=design.dns.inbound,
            network=network,
            provider=provider,
            protect=design.protect,
        )
        return HubResolver(
            scope, rules=design.dns.rules, endpoints=endpoints, provider=provider, protect=design.protect
        )

    def needs(self, design: SpokeDesign) -> Mapping[str, Sequence[str]]:
        """The rule of each domain."""
        return {"rules": design.dns.domains}

    def at_spoke(
        self,
        stack: Construct,
        design: SpokeDesign,
        contract: Mapping[str, parts.Ids],
        network: parts.Network,
        provider: aws.AwsProvider,
    ) -> parts.SpokeDns:
        """Create associations with the rules, and SYSTEM rules for exemptions."""
        return SpokeResolver(
            stack,
            "resolver",
            rules=design.dns.rules,
            rule_ids=contract["rules"],
            exemptions=design.dns.exemptions,
            network=network,
            provider=provider,
        )


FORWARDING: parts.Dns = RuleForwarding()
