"""The network of the benchmark in CDKTF Python, as its documentation writes it: `python main.py NETWORK.json`.

The same as bench/typescript/network.ts, line by line. It knows nothing of this project, and does nothing against the
costs that the benchmark shows.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cdktf import (
    App,
    Fn,
    Postcondition,
    S3Backend,
    S3BackendAssumeRoleConfig,
    TerraformLocal,
    TerraformOutput,
    TerraformResourceLifecycle,
    TerraformStack,
)
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.ec2_transit_gateway import Ec2TransitGateway
from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table import Ec2TransitGatewayRouteTable
from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table_association import (
    Ec2TransitGatewayRouteTableAssociation,
)
from cdktf_cdktf_provider_aws.ec2_transit_gateway_route_table_propagation import (
    Ec2TransitGatewayRouteTablePropagation,
)
from cdktf_cdktf_provider_aws.ec2_transit_gateway_vpc_attachment import Ec2TransitGatewayVpcAttachment
from cdktf_cdktf_provider_aws.ec2_transit_gateway_vpc_attachment_accepter import (
    Ec2TransitGatewayVpcAttachmentAccepter,
)
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from cdktf_cdktf_provider_aws.ram_principal_association import RamPrincipalAssociation
from cdktf_cdktf_provider_aws.ram_resource_association import RamResourceAssociation
from cdktf_cdktf_provider_aws.ram_resource_share import RamResourceShare
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route53_resolver_endpoint import Route53ResolverEndpoint, Route53ResolverEndpointIpAddress
from cdktf_cdktf_provider_aws.route53_resolver_rule import Route53ResolverRule, Route53ResolverRuleTargetIp
from cdktf_cdktf_provider_aws.route53_resolver_rule_association import Route53ResolverRuleAssociation
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct


def tags(name: str, part: str) -> dict[str, str]:
    """A resource's tags."""
    return {"Name": name, "hub:part": part}


def range_id(cidr: str) -> str:
    """A range as a part of an id."""
    return cidr.replace(".", "-").replace("/", "_")


def protected() -> TerraformResourceLifecycle:
    """Not to be destroyed."""
    return TerraformResourceLifecycle(prevent_destroy=True)


class NetworkStack(TerraformStack):
    """A stack with its backend."""

    def __init__(self, scope: Construct, name: str, network: dict[str, Any]) -> None:
        super().__init__(scope, name)
        self.name, self.network = name, network
        self.add_override("terraform.required_providers.aws.source", "hashicorp/aws")
        self.add_override("terraform.required_version", ">= 1.11")
        backend = S3Backend(
            self,
            bucket=network["state"]["bucket"],
            key=f"endpoint-hub/{name}.tfstate",
            region=network["region"],
            allowed_account_ids=[network["state"]["account"]],
            max_retries=7,
            assume_role=S3BackendAssumeRoleConfig(role_arn=self.role(network["state"]["account"])),
        )
        backend.add_override("use_lockfile", True)  # noqa: FBT003  CDKTF's signature

    def role(self, account: str) -> str:
        """The role that deploys in an account."""
        return f"arn:aws:iam::{account}:role/{self.network['role']}"

    def account(self, alias: str, account: str) -> AwsProvider:
        """The provider of an account."""
        return AwsProvider(
            self,
            f"{alias}-account",
            alias=alias,
            region=self.network["region"],
            allowed_account_ids=[account],
            max_retries=7,
            assume_role=[AwsProviderAssumeRole(role_arn=self.role(account))],
            default_tags=[
                AwsProviderDefaultTags(
                    tags={
                        "hub:stack": self.name,
                        "hub:state": f"{self.network['state']['bucket']}/endpoint-hub",
                    }
                )
            ],
        )


class PrivateNetwork(Construct):
    """A VPC with its subnets."""

    def __init__(self, scope: Construct, member: dict[str, Any], provider: AwsProvider) -> None:
        super().__init__(scope, "network")
        vpc = Vpc(
            self,
            "vpc",
            provider=provider,
            cidr_block=member["cidr"],
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=tags(member["name"], "vpc"),
        )
        self.id = vpc.id
        DefaultSecurityGroup(
            self,
            "default-security-group",
            provider=provider,
            vpc_id=self.id,
            tags=tags(f"{member['name']}-default", "default-security-group"),
        )
        table = RouteTable(
            self, "route-table", provider=provider, vpc_id=self.id, tags=tags(member["name"], "route-table")
        )
        self.route_table_id = table.id
        self.subnet_ids: dict[str, str] = {}
        self.attachment_subnet_ids: dict[str, str] = {}
        for kind, subnets, ids in (
            ("subnet", member["subnets"], self.subnet_ids),
            ("attachment-subnet", member["attachment_subnets"], self.attachment_subnet_ids),
        ):
            for zone, cidr in subnets.items():
                subnet = Subnet(
                    self,
                    f"{kind}-{zone}",
                    provider=provider,
                    vpc_id=self.id,
                    cidr_block=cidr,
                    availability_zone_id=zone,
                    lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
                    tags=tags(f"{member['name']}-{kind}-{zone}", kind),
                )
                ids[zone] = subnet.id
                RouteTableAssociation(
                    self,
                    f"{kind}-{zone}-routes",
                    provider=provider,
                    subnet_id=ids[zone],
                    route_table_id=self.route_table_id,
                )


class HubStack(NetworkStack):
    """The stack of the hub."""

    def __init__(self, scope: Construct, network: dict[str, Any]) -> None:
        hub = network["hub"]
        super().__init__(scope, f"hub-{hub['name']}", network)
        provider = self.account("hub", hub["account"])
        vpc = PrivateNetwork(self, hub, provider)
        domain = f"{network['region']}.amazonaws.com"
        rule_id = domain.replace(".", "_")
        gateway, tables = self.gateway(hub, vpc, provider)
        inbound, rule = self.resolver(hub, domain, vpc, provider)
        endpoint_ids = self.endpoints(hub, vpc, provider, inbound)
        associations: list[RamResourceAssociation | RamPrincipalAssociation] = []
        for part, key, arn in (("gateway", "gateway", gateway.arn), ("rules", rule_id, rule.arn)):
            associations += self.share(part, key, arn, provider)
        parameter = f"/endpoint-hub/{hub['name']}/contract"
        SsmParameter(
            Construct(self, "contract"),
            "parameter",
            provider=provider,
            name=parameter,
            description="What the spokes of this hub need to know of it",
            type="String",
            insecure_value=Fn.jsonencode(
                {"version": 1, "transit_gateway_id": gateway.id, "tables": tables, "rules": {domain: rule.id}}
            ),
            tags=tags(parameter, "contract"),
            depends_on=associations,
        )
        TerraformOutput(self, "vpc_id", value=vpc.id)
        TerraformOutput(self, "transit_gateway_id", value=gateway.id)
        TerraformOutput(self, "transit_gateway_table_ids", value=tables)
        TerraformOutput(self, "resolver_rule_ids", value={domain: rule.id})
        TerraformOutput(self, "endpoint_ids", value=endpoint_ids)
        TerraformOutput(self, "contract_parameter", value=parameter)

    def gateway(
        self, hub: dict[str, Any], vpc: PrivateNetwork, provider: AwsProvider
    ) -> tuple[Ec2TransitGateway, dict[str, str]]:
        """The transit gateway, its tables and the hub's attachment."""
        part = Construct(self, "gateway")
        gateway = Ec2TransitGateway(
            part,
            "gateway",
            provider=provider,
            description=f"Reaches the interface endpoints of hub {hub['name']}",
            amazon_side_asn=hub["asn"],
            auto_accept_shared_attachments="disable",
            default_route_table_association="disable",
            default_route_table_propagation="disable",
            lifecycle=protected(),
            tags=tags(hub["name"], "gateway"),
        )
        attachment = Ec2TransitGatewayVpcAttachment(
            part,
            "attachment",
            provider=provider,
            transit_gateway_id=gateway.id,
            vpc_id=vpc.id,
            subnet_ids=list(vpc.attachment_subnet_ids.values()),
            transit_gateway_default_route_table_association=False,
            transit_gateway_default_route_table_propagation=False,
            tags=tags(hub["name"], "attachment"),
        )
        tables: dict[str, str] = {}
        for table in ("hub", "spokes"):
            tables[table] = Ec2TransitGatewayRouteTable(
                part,
                f"table-{table}",
                provider=provider,
                transit_gateway_id=gateway.id,
                tags=tags(f"{hub['name']}-{table}", "gateway-table"),
            ).id
        Ec2TransitGatewayRouteTableAssociation(
            part,
            "association",
            provider=provider,
            transit_gateway_attachment_id=attachment.id,
            transit_gateway_route_table_id=tables["hub"],
        )
        Ec2TransitGatewayRouteTablePropagation(
            part,
            "propagation-spokes",
            provider=provider,
            transit_gateway_attachment_id=attachment.id,
            transit_gateway_route_table_id=tables["spokes"],
        )
        Route(
            part,
            f"route-pool-{range_id(hub['pool'])}",
            provider=provider,
            route_table_id=vpc.route_table_id,
            destination_cidr_block=hub["pool"],
            transit_gateway_id=gateway.id,
            depends_on=[attachment],
        )
        return gateway, tables

    def resolver(
        self, hub: dict[str, Any], domain: str, vpc: PrivateNetwork, provider: AwsProvider
    ) -> tuple[Route53ResolverEndpoint, Route53ResolverRule]:
        """The resolver endpoints and the rule."""
        part = Construct(self, "resolver")
        groups: dict[str, str] = {}
        for side, way in (("inbound", "from"), ("outbound", "to")):
            groups[side] = SecurityGroup(
                part,
                f"{side}-group",
                provider=provider,
                vpc_id=vpc.id,
                name=f"endpoint-hub-{side}",
                description=f"DNS {way} within the hub",
                tags=tags(f"endpoint-hub-{side}", f"{side}-security-group"),
            ).id
        for protocol in ("tcp", "udp"):
            VpcSecurityGroupIngressRule(
                part,
                f"inbound-{protocol}",
                provider=provider,
                security_group_id=groups["inbound"],
                description=f"DNS over {protocol} from the outbound endpoint",
                ip_protocol=protocol,
                from_port=53,
                to_port=53,
                cidr_ipv4=hub["cidr"],
                tags=tags("endpoint-hub-inbound", "inbound-security-group-rule"),
            )
            VpcSecurityGroupEgressRule(
                part,
                f"outbound-{protocol}",
                provider=provider,
                security_group_id=groups["outbound"],
                description=f"DNS over {protocol} to the inbound endpoint",
                ip_protocol=protocol,
                from_port=53,
                to_port=53,
                cidr_ipv4=hub["cidr"],
                tags=tags("endpoint-hub-outbound", "outbound-security-group-rule"),
            )
        inbound = Route53ResolverEndpoint(
            part,
            "inbound",
            provider=provider,
            name=f"{hub['name']}-inbound",
            direction="INBOUND",
            security_group_ids=[groups["inbound"]],
            ip_address=[
                Route53ResolverEndpointIpAddress(subnet_id=vpc.subnet_ids[zone], ip=ip)
                for zone, ip in hub["inbound"].items()
            ],
            lifecycle=protected(),
            tags=tags(f"{hub['name']}-inbound", "inbound-endpoint"),
        )
        outbound = Route53ResolverEndpoint(
            part,
            "outbound",
            provider=provider,
            name=f"{hub['name']}-outbound",
            direction="OUTBOUND",
            security_group_ids=[groups["outbound"]],
            ip_address=[Route53ResolverEndpointIpAddress(subnet_id=subnet) for subnet in vpc.subnet_ids.values()],
            lifecycle=protected(),
            tags=tags(f"{hub['name']}-outbound", "outbound-endpoint"),
            depends_on=[inbound],
        )
        rule_id = domain.replace(".", "_")
        rule = Route53ResolverRule(
            part,
            f"rule-{rule_id}",
            provider=provider,
            name=f"{hub['name']}-{rule_id}",
            domain_name=domain,
            rule_type="FORWARD",
            resolver_endpoint_id=outbound.id,
            target_ip=[Route53ResolverRuleTargetIp(ip=ip) for ip in hub["inbound"].values()],
            lifecycle=protected(),
            tags=tags(f"{hub['name']}-{rule_id}", "forwarding-rule"),
            depends_on=[inbound],
        )
        return inbound, rule

    def endpoints(
        self, hub: dict[str, Any], vpc: PrivateNetwork, provider: AwsProvider, after: Route53ResolverEndpoint
    ) -> dict[str, str]:
        """The interface endpoints of the hub's services."""
        part = Construct(self, "endpoints")
        group = SecurityGroup(
            part,
            "group-https",
            provider=provider,
            vpc_id=vpc.id,
            name=f"{hub['name']}-endpoints-https",
            description="Interface endpoints that listen on 443",
            tags=tags(f"{hub['name']}-endpoints-https", "endpoint-security-group"),
        )
        for key, cidr in (("hub", hub["cidr"]), (f"pool-{range_id(hub['pool'])}", hub["pool"])):
            VpcSecurityGroupIngressRule(
                part,
                f"ingress-https-443-{key}",
                provider=provider,
                security_group_id=group.id,
                description=f"tcp 443 from {cidr}",
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                cidr_ipv4=cidr,
                tags=tags(f"{hub['name']}-endpoints-https", "endpoint-security-group-rule"),
            )
        return {
            service: VpcEndpoint(
                part,
                f"endpoint-{service}",
                provider=provider,
                vpc_id=vpc.id,
                service_name=f"com.amazonaws.{self.network['region']}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(vpc.subnet_ids.values()),
                security_group_ids=[group.id],
                tags=tags(f"{hub['name']}-{service}", "interface-endpoint"),
                depends_on=[after],
            ).id
            for service in hub["services"]
        }

    def share(
        self, part: str, key: str, arn: str, provider: AwsProvider
    ) -> list[RamResourceAssociation | RamPrincipalAssociation]:
        """A resource shared with the organization."""
        name = f"{self.network['hub']['name']}-{part}"
        scope = Construct(self, f"{part}-share")
        share = RamResourceShare(
            scope,
            "share",
            provider=provider,
            name=name,
            allow_external_principals=False,
            lifecycle=protected(),
            tags=tags(name, "share"),
        )
        return [
            RamResourceAssociation(
                scope,
                f"resource-{key}",
                provider=provider,
                resource_arn=arn,
                resource_share_arn=share.arn,
                lifecycle=protected(),
            ),
            RamPrincipalAssociation(
                scope,
                "organization",
                provider=provider,
                principal=self.network["organization"],
                resource_share_arn=share.arn,
                lifecycle=protected(),
            ),
        ]


class SpokeStack(NetworkStack):
    """The stack of a spoke."""

    def __init__(self, scope: Construct, network: dict[str, Any], spoke: dict[str, Any]) -> None:
        hub = network["hub"]
        super().__init__(scope, f"spoke-{hub['name']}-{spoke['name']}", network)
        own = self.account("spoke", spoke["account"])
        wiring = self.account("hub", hub["account"])
        domain = f"{network['region']}.amazonaws.com"
        rule_id = domain.replace(".", "_")

        contract = Construct(self, "contract")
        parameter = DataAwsSsmParameter(
            contract,
            "parameter",
            provider=wiring,
            name=f"/endpoint-hub/{hub['name']}/contract",
            lifecycle=TerraformResourceLifecycle(
                postcondition=[
                    Postcondition(
                        condition="${jsondecode(self.insecure_value).version == 1}",
                        error_message="This spoke reads version 1 of the contract. "
                        f"Apply hub-{hub['name']} and this stack from the same version of the project.",
                    ),
                    Postcondition(
                        condition='${length(setsubtract(["hub", "spokes"], '
                        "keys(jsondecode(self.insecure_value).tables))) == 0 && "
                        f'length(setsubtract(["{domain}"], keys(jsondecode(self.insecure_value).rules))) == 0}}',
                        error_message="The hub's contract lacks a table or rule that this spoke needs: "
                        f"hub, spokes; {domain}. Apply hub-{hub['name']} first.",
                    ),
                ]
            ),
        )
        local = TerraformLocal(contract, "document", f"${{jsondecode({parameter.fqn}.insecure_value)}}")
        document = f"local.{local.friendly_unique_id}"
        gateway_id = f"${{{document}.transit_gateway_id}}"

        vpc = PrivateNetwork(self, spoke, own)
        gateway = Construct(self, "gateway")
        attachment = Ec2TransitGatewayVpcAttachment(
            gateway,
            "attachment",
            provider=own,
            transit_gateway_id=gateway_id,
            vpc_id=vpc.id,
            subnet_ids=list(vpc.attachment_subnet_ids.values()),
            tags=tags(spoke["name"], "attachment"),
        )
        accepter = Ec2TransitGatewayVpcAttachmentAccepter(
            gateway,
            "accepter",
            provider=wiring,
            transit_gateway_attachment_id=attachment.id,
            transit_gateway_default_route_table_association=False,
            transit_gateway_default_route_table_propagation=False,
            tags=tags(spoke["name"], "attachment"),
        )
        association = Ec2TransitGatewayRouteTableAssociation(
            gateway,
            "association",
            provider=wiring,
            transit_gateway_attachment_id=accepter.id,
            transit_gateway_route_table_id=f'${{{document}.tables["spokes"]}}',
        )
        propagation = Ec2TransitGatewayRouteTablePropagation(
            gateway,
            "propagation-hub",
            provider=wiring,
            transit_gateway_attachment_id=accepter.id,
            transit_gateway_route_table_id=f'${{{document}.tables["hub"]}}',
        )
        Route(
            gateway,
            "route-hub",
            provider=own,
            route_table_id=vpc.route_table_id,
            destination_cidr_block=hub["cidr"],
            transit_gateway_id=gateway_id,
            depends_on=[association, propagation],
        )

        resolver = Construct(self, "resolver")
        exemption = Route53ResolverRule(
            resolver,
            "exemption-efs",
            provider=own,
            name=f"{spoke['name']}-keeps-efs",
            domain_name=f"efs.{domain}",
            rule_type="SYSTEM",
            tags=tags(f"{spoke['name']}-keeps-efs", "exemption-rule"),
        )
        for key, name, rule in (
            (f"rule-{rule_id}", f"{spoke['name']}-{rule_id}", f'${{{document}.rules["{domain}"]}}'),
            ("exemption-efs", f"{spoke['name']}-keeps-efs", exemption.id),
        ):
            Route53ResolverRuleAssociation(
                resolver, f"{key}-association", provider=own, name=name, resolver_rule_id=rule, vpc_id=vpc.id
            )
        VpcEndpoint(
            Construct(self, "endpoints"),
            "endpoint-s3",
            provider=own,
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{network['region']}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[vpc.route_table_id],
            tags=tags(f"{spoke['name']}-s3", "gateway-endpoint"),
        )
        TerraformOutput(self, "vpc_id", value=vpc.id)
        TerraformOutput(self, "subnet_ids", value=vpc.subnet_ids)
        TerraformOutput(self, "attachment_id", value=attachment.id)


def main() -> None:
    """Synthesise into cdktf.out."""
    network = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    app = App()
    hub = HubStack(app, network)
    for spoke in network["spokes"]:
        SpokeStack(app, network, spoke).add_dependency(hub)
    app.synth()


if __name__ == "__main__":
    main()
