# ruff: noqa: ANN401 -- overriding methods hand through whatever moto's take
"""EC2: endpoints, security group rules, network interfaces, and the deletion of resources that are in use."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance, InstanceState
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPC, VPCEndPoint

from emulator import transit_gateway, vpc
from emulator.mount import Extension

ROOT_VOLUME_SIZE = 8
"""The size of an Amazon Linux image in GiB. moto's images have none."""


class Rule(SecurityGroupRule):
    """A security group rule that always returns its description; moto does so only if the source is a CIDR."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = inspect.signature(SecurityGroupRule).bind(*args, **kwargs).arguments
        self._prefix_list: dict[str, str] = given.get("prefix_list_id") or {}

    @property
    def description(self) -> str | None:
        """The description, whatever the source is."""
        sources = (self.ip_range, self.source_group, self._prefix_list)
        return next((source["Description"] for source in sources if source.get("Description")), None)


OF_SERVICES = {"VPC Endpoint Interface ": "vpc_endpoint", "Route 53 Resolver: ": "interface"}
"""The descriptions and types of the network interfaces that AWS services create."""


class Interface(NetworkInterface):
    """A network interface that may belong to a service; moto treats all as created by a user and unattached."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for beginning, type_ in OF_SERVICES.items():
            if self.description.startswith(beginning):
                self.interface_type, self.requester_managed, self.status = type_, True, "in-use"


class LocalSubnet(Subnet):
    """A subnet that hands out free addresses only; moto may hand out one that an interface was given explicitly."""

    def get_available_subnet_ip(self, instance: Instance) -> str:
        """An address that no network interface in the subnet has."""
        held = {eni.private_ip_address for eni in self.ec2_backend.enis.values() if eni.subnet is self}
        while (address := super().get_available_subnet_ip(instance)) in held:
            pass
        return address


class Backend(transit_gateway.Backend):
    """The networks of one account in one region."""

    def create_vpc_endpoint(
        self, vpc_id: str, service_name: str, endpoint_type: str | None, *args: Any, **kwargs: Any
    ) -> VPCEndPoint:
        """CreateVpcEndpoint, with network interfaces in its subnets and security groups.

        moto picks each interface's address from 10.0.0.0/8 and gives it the default group.
        """
        endpoint = super().create_vpc_endpoint(vpc_id, service_name, endpoint_type, *args, **kwargs)
        for eni_id in endpoint.network_interface_ids:
            del self.enis[eni_id]
        endpoint.network_interface_ids = []
        self._settle_interfaces(endpoint)
        return endpoint

    def modify_vpc_endpoint(self, vpc_id: str, *args: Any, **kwargs: Any) -> None:
        """ModifyVpcEndpoint, which also updates the interfaces' subnets and groups; moto leaves them unchanged."""
        super().modify_vpc_endpoint(vpc_id, *args, **kwargs)
        self._settle_interfaces(self.vpc_end_points[vpc_id])

    def delete_vpc_endpoints(self, vpce_ids: list[str] | None = None) -> None:
        """DeleteVpcEndpoints, which skips deleted endpoints; moto would look for a gateway endpoint's routes again."""
        known = self.vpc_end_points
        super().delete_vpc_endpoints(
            [id_ for id_ in vpce_ids or [] if id_ not in known or known[id_].state != "deleted"]
        )

    def create_subnet(self, vpc_id: str, *args: Any, **kwargs: Any) -> Subnet:
        """CreateSubnet: a default subnet only in a default VPC.

        moto makes the first subnet of each zone a default subnet with public addresses, whatever its VPC.
        """
        subnet = super().create_subnet(vpc_id, *args, **kwargs)
        if not is_default(self.get_vpc(vpc_id)):
            subnet.default_for_az = subnet.map_public_ip_on_launch = False
        return subnet

    def delete_subnet(self, subnet_id: str) -> Subnet:
        """DeleteSubnet, refused while it has a network interface; moto deletes it anyway."""
        attached = any(subnet_id in a.subnet_ids for a in self.transit_gateway_attachments.values() if a.home is self)
        if attached or any(eni.subnet.id == subnet_id for eni in self.enis.values()):
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return super().delete_subnet(subnet_id)

    def delete_security_group(self, name: str | None = None, group_id: str | None = None) -> None:
        """DeleteSecurityGroup, refused while a network interface uses it; moto deletes it anyway."""
        if any(group_id in {group.id for group in eni.group_set} for eni in self.enis.values()):
            raise DependencyViolationError(f"resource {group_id} has a dependent object")
        super().delete_security_group(name, group_id)

    def revoke_security_group_ingress(self, *args: Any, **kwargs: Any) -> None:
        """RevokeSecurityGroupIngress, with AWS's error code for a rule id that no longer exists."""
        self._check_rule_ids(SecurityGroupBackend.revoke_security_group_ingress, *args, **kwargs)
        super().revoke_security_group_ingress(*args, **kwargs)

    def revoke_security_group_egress(self, *args: Any, **kwargs: Any) -> None:
        """RevokeSecurityGroupEgress, the same."""
        self._check_rule_ids(SecurityGroupBackend.revoke_security_group_egress, *args, **kwargs)
        super().revoke_security_group_egress(*args, **kwargs)

    def delete_vpc(self, vpc_id: str) -> VPC:
        """DeleteVpc, refused while endpoints or security groups remain; moto checks only subnets and route tables."""
        endpoints = [e for e in self.vpc_end_points.values() if e.vpc_id == vpc_id and e.state != "deleted"]
        groups = [group for group in self.groups[vpc_id].values() if group.name != "default"]
        if endpoints or groups:
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        return super().delete_vpc(vpc_id)

    def terminate_instances(self, instance_ids: list[str]) -> list[tuple[Instance, InstanceState]]:
        """TerminateInstances, which also deletes the instance's own network interfaces; moto leaves them."""
        terminated = super().terminate_instances(instance_ids)
        for instance, _ in terminated:
            for eni in [eni for eni in self.enis.values() if eni.instance is instance]:
                del self.enis[eni.id]
        return terminated

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Resources for the Resource Groups Tagging API; moto leaves out these three kinds."""
        yield from super().iter_tagged_resources()
        further: dict[str, Any] = {
            "vpc-endpoint": [e.id for e in self.vpc_end_points.values() if e.state != "deleted"],
            "transit-gateway-route-table": self.transit_gateways_route_tables,
            "security-group-rule": [
                rule.id
                for groups in self.groups.values()
                for group in groups.values()
                for rule in (*group.ingress_rules, *group.egress_rules)
            ],
        }
        for kind, ids in further.items():
            for id_ in ids:
                arn = f"arn:aws:ec2:{self.region_name}:{self.account_id}:{kind}/{id_}"
                yield TaggedResource(arn, dict(self.tags.get(id_, {})), f"ec2:{kind}")

    def _check_rule_ids(self, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        named = inspect.signature(operation).bind(self, *args, **kwargs).arguments.get("security_rule_ids") or ()
        groups = [group for groups in self.groups.values() for group in groups.values()]
        known = {rule.id for group in groups for rule in (*group.ingress_rules, *group.egress_rules)}
        for id_ in named:
            if id_ not in known:
                raise EC2ClientError(
                    "InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{id_}' does not exist"
                )

    def _settle_interfaces(self, endpoint: VPCEndPoint) -> None:
        """Make an endpoint have one interface in each of its subnets, all with its security groups."""
        if endpoint.vpc_endpoint_type != "Interface":
            return
        subnets = endpoint.subnet_ids or []
        for eni_id in list(endpoint.network_interface_ids):
            if self.enis[eni_id].subnet.id not in subnets:
                del self.enis[eni_id]
                endpoint.network_interface_ids.remove(eni_id)
        for subnet_id in set(subnets) - {self.enis[eni_id].subnet.id for eni_id in endpoint.network_interface_ids}:
            address = self.get_subnet(subnet_id).get_available_subnet_ip(endpoint)  # type: ignore[arg-type]  # any holder
            eni = self.create_network_interface(subnet_id, address, description=f"VPC Endpoint Interface {endpoint.id}")
            endpoint.network_interface_ids.append(eni.id)
        if endpoint.security_group_ids:
            groups = [self.get_security_group_from_id(group) for group in endpoint.security_group_ids]
            for eni_id in endpoint.network_interface_ids:
                self.enis[eni_id]._group_set = groups  # noqa: SLF001 # moto has no setter


class Response(vpc.Response):
    """Operations that moto gets wrong."""

    ec2_backend: Backend

    def create_vpc_endpoint(self) -> ActionResult:
        """CreateVpcEndpoint, with private DNS checked and DNS options kept; moto does neither.

        The error messages are from the AWS PrivateLink guide, "Private DNS", terraform-provider-aws#17535 (conflict)
        and terraform-aws-modules/terraform-aws-vpc#982 (S3).
        """
        interface = self._get_param("VpcEndpointType") == "Interface"
        # AWS enables private DNS by default on interface endpoints, and only they have it; moto enables it on all.
        private_dns = interface and self._get_bool_param("PrivateDnsEnabled", if_none=True)
        options = dict(self._get_param("DnsOptions") or {})
        service = self._get_param("ServiceName")
        vpc = self.ec2_backend.get_vpc(self._get_param("VpcId"))
        if private_dns:
            self._check_private_dns(vpc, service)
        if private_dns and service.endswith(".s3"):
            options.setdefault("PrivateDnsOnlyForInboundResolverEndpoint", True)
            if options["PrivateDnsOnlyForInboundResolverEndpoint"] and not self._has_endpoint(vpc, service, "Gateway"):
                raise EC2ClientError(
                    "InvalidParameter",
                    f"To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC {vpc.id} must have a Gateway "
                    "endpoint for the service.",
                )
        result = super().create_vpc_endpoint()
        endpoint: Any = result.result["VpcEndpoint"]  # type: ignore[index]  # typed as object
        endpoint.private_dns_enabled = private_dns
        endpoint.ip_address_type = self._get_param("IpAddressType", "ipv4")
        # moto forgets the region of a cross-region service, and the provider would replace the endpoint.
        endpoint.service_region = self._get_param("ServiceRegion", self.region)
        endpoint.dns_options = {"DnsRecordIpType": "ipv4" if interface else "service-defined"} | options
        return result

    def modify_vpc_endpoint(self) -> ActionResult:
        """ModifyVpcEndpoint, with private DNS and DNS options, which moto drops."""
        known: Any = self.ec2_backend.get_vpc_end_point(self._get_param("VpcEndpointId"))
        if self._get_bool_param("PrivateDnsEnabled", if_none=False) and not known.private_dns_enabled:
            self._check_private_dns(self.ec2_backend.get_vpc(known.vpc_id), known.service_name)
        result = super().modify_vpc_endpoint()
        endpoint: Any = self.ec2_backend.vpc_end_points[self._get_param("VpcEndpointId")]
        endpoint.private_dns_enabled = self._get_bool_param("PrivateDnsEnabled", if_none=endpoint.private_dns_enabled)
        endpoint.dns_options |= dict(self._get_param("DnsOptions") or {})
        return result

    def _parse_block_device_mapping(self) -> list[dict[str, Any]]:
        """The devices of a new instance; moto requires the size of the root volume, where AWS takes the image's."""
        image = self.ec2_backend.describe_images(ami_ids=[self._get_param("ImageId")])[0]
        for device in self._get_param("BlockDeviceMappings", []):
            if device.get("DeviceName") == image.root_device_name and "Ebs" in device:
                device["Ebs"].setdefault("VolumeSize", ROOT_VOLUME_SIZE)
        return super()._parse_block_device_mapping()

    def _check_private_dns(self, vpc: VPC, service: str) -> None:
        if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
            raise EC2ClientError(
                "InvalidParameter",
                "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true "
                f"for {vpc.id}",
            )
        if self._has_endpoint(vpc, service, "Interface", private_dns=True):
            raise EC2ClientError(
                "InvalidParameter",
                f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {service} "
                f"in the VPC {vpc.id}",
            )

    def _has_endpoint(self, vpc: VPC, service: str, kind: str, *, private_dns: bool = False) -> bool:
        return any(
            (endpoint.vpc_id, endpoint.service_name, endpoint.vpc_endpoint_type) == (vpc.id, service, kind)
            and endpoint.state != "deleted"
            and (endpoint.private_dns_enabled or not private_dns)
            for endpoint in self.ec2_backend.vpc_end_points.values()
        )


def is_default(vpc: VPC) -> bool:
    """Whether this is a default VPC."""
    return vpc.is_default in (True, "true")


EXTENSION = Extension(
    "ec2",
    backend=Backend,
    response=Response,
    models={
        "models.transit_gateway.TransitGateway": transit_gateway.Gateway,
        "models.elastic_network_interfaces.NetworkInterface": Interface,
        "models.security_groups.SecurityGroupRule": Rule,
        "models.subnets.Subnet": LocalSubnet,
    },
)
