"""Interface endpoints, which exist once, in the hub; and gateway endpoints, which each spoke has for itself."""

from __future__ import annotations

from collections.abc import Sequence

from modules import aws
from modules.cdk import Construct, ITerraformDependable
from modules.parts import Network
from modules.tags import tags
from topology.design import Endpoint, EndpointGroup, Range

__all__ = ["GatewayEndpoints", "InterfaceEndpoints"]


class InterfaceEndpoints(Construct):
    """Interface endpoints with private DNS, reachable on their services' ports from the ranges that may use them.

    Their security groups have no egress rule, since an endpoint's interfaces only respond. They are created after the
    resolver endpoints with fixed addresses, because an endpoint's interfaces take any free address.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        name: str,
        groups: Sequence[EndpointGroup],
        endpoints: Sequence[Endpoint],
        sources: Sequence[Range],
        network: Network,
        provider: aws.AwsProvider,
        after: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id)
        group_ids: dict[str, str] = {}
        for group in groups:
            group_ids[group.id] = aws.SecurityGroup(
                self,
                f"group-{group.id}",
                provider=provider,
                vpc_id=network.id,
                name=f"{name}-endpoints-{group.id}",
                description=group.description,
                tags=tags(f"{name}-endpoints-{group.id}", "endpoint-security-group"),
            ).id
            for port in group.ports:
                for source in sources:
                    aws.VpcSecurityGroupIngressRule(
                        self,
                        f"ingress-{group.id}-{port}-{source.id}",
                        provider=provider,
                        security_group_id=group_ids[group.id],
                        description=f"tcp {port} from {source.cidr}",
                        ip_protocol="tcp",
                        from_port=port,
                        to_port=port,
                        cidr_ipv4=source.cidr,
                        tags=tags(f"{name}-endpoints-{group.id}", "endpoint-security-group-rule"),
                    )
        self.ids: dict[str, str] = {}
        """Endpoint ids by the service's key in the catalogue."""
        for endpoint in endpoints:
            # Without this, S3's endpoint answers the inbound endpoint only, and requires a gateway endpoint in the VPC:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
            dns = aws.VpcEndpointDnsOptions(private_dns_only_for_inbound_resolver_endpoint=False)
            self.ids[endpoint.service] = aws.VpcEndpoint(
                self,
                f"endpoint-{endpoint.id}",
                provider=provider,
                vpc_id=network.id,
                service_name=endpoint.service_name,
                service_region=endpoint.service_region,
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                dns_options=dns if endpoint.answers_everyone else None,
                subnet_ids=[network.subnet_ids[zone] for zone in endpoint.zones],
                security_group_ids=[group_ids[endpoint.group]],
                tags=tags(f"{name}-{endpoint.service}", "interface-endpoint"),
                depends_on=list(after),
            ).id


class GatewayEndpoints(Construct):
    """Gateway endpoints on a spoke's route tables. They cost nothing, and their traffic bypasses the hub."""

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        name: str,
        region: str,
        services: Sequence[str],
        network: Network,
        provider: aws.AwsProvider,
    ) -> None:
        super().__init__(scope, id)
        for service in services:
            aws.VpcEndpoint(
                self,
                f"endpoint-{service}",
                provider=provider,
                vpc_id=network.id,
                service_name=f"com.amazonaws.{region}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=list(network.route_table_ids.values()),
                tags=tags(f"{name}-{service}", "gateway-endpoint"),
            )
