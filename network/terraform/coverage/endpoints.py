"""Endpoints of VPCs, endpoint services, and VPC Lattice."""

from __future__ import annotations

from typing import Any

from network.policies import allows_everything
from network.terraform.coverage.rows import ID, IPV6, TAGS, irrelevant, kind, read, reported, unmodelled, unset

__all__ = ["KINDS", "ROWS", "full_access"]

LATTICE = "reached only through an association of a VPC or an endpoint, which are not modelled themselves"
SERVICE = "an endpoint service of your own, in no catalogue; AWS accepts only a domain of its owner for it"


def full_access(policy: Any) -> bool:  # noqa: ANN401  a text, or what an expression in it comes to
    """Whether an endpoint's policy is none, or AWS's default."""
    return unset(policy) or allows_everything(policy)


POLICY = unmodelled("a policy other than AWS's default may deny requests", "policy", "packets", neutral=full_access)

KINDS = (
    *kind(
        "aws_vpc_endpoint",
        read(
            "dns_options.private_dns_only_for_inbound_resolver_endpoint private_dns_enabled route_table_ids "
            "security_group_ids service_name subnet_ids vpc_id"
        ),
        read("vpc_endpoint_type", only=("Gateway", "Interface"), else_="an endpoint of another type"),
        irrelevant("an endpoint of an AWS service needs no acceptance", "auto_accept"),
        irrelevant("it follows from the service's name", "service_region"),
        read("subnet_configuration.ipv4 subnet_configuration.subnet_id"),
        irrelevant(IPV6, "subnet_configuration.ipv6"),
        unmodelled("answers other records, or none over IPv4", "ip_address_type", "both", usual=("ipv4",)),
        unmodelled(
            "answers other records than those for IPv4",
            "dns_options.dns_record_ip_type",
            "names",
            usual=("ipv4", "service-defined"),
        ),
        unmodelled("an endpoint of VPC Lattice", "resource_configuration_arn service_network_arn", "both"),
        POLICY,
        reported("arn cidr_blocks dns_entry network_interface_ids owner_id prefix_list_id requester_managed state"),
        ID,
        TAGS,
    ),
    *kind("aws_vpc_endpoint_route_table_association", read("route_table_id vpc_endpoint_id"), ID),
    *kind(
        "aws_vpc_endpoint_security_group_association",
        read("security_group_id vpc_endpoint_id"),
        unmodelled("removes the VPC's default group from the endpoint", "replace_default_association", "packets"),
        ID,
    ),
    *kind("aws_vpc_endpoint_subnet_association", read("subnet_id vpc_endpoint_id"), ID),
    *kind(
        "aws_vpc_endpoint_policy",
        irrelevant("names the endpoint whose policy it is", "vpc_endpoint_id"),
        POLICY,
        ID,
        of="vpc_endpoint_id",
    ),
)

ROWS = (
    unmodelled(
        "turns the endpoint's private DNS on or off", "aws_vpc_endpoint_private_dns", "names", of="vpc_endpoint_id"
    ),
    irrelevant(
        SERVICE,
        "aws_vpc_endpoint_connection_accepter aws_vpc_endpoint_service aws_vpc_endpoint_service_allowed_principal "
        "aws_vpc_endpoint_service_private_dns_verification",
    ),
    irrelevant("a notification", "aws_vpc_endpoint_connection_notification"),
    unmodelled(
        "the VPC reaches, and resolves, what is in the service network",
        "aws_vpclattice_service_network_vpc_association",
        "both",
        of="vpc_identifier",
    ),
    irrelevant(
        LATTICE,
        "aws_vpclattice_access_log_subscription aws_vpclattice_auth_policy aws_vpclattice_listener "
        "aws_vpclattice_listener_rule aws_vpclattice_resource_configuration aws_vpclattice_resource_policy "
        "aws_vpclattice_service aws_vpclattice_service_network "
        "aws_vpclattice_service_network_resource_association aws_vpclattice_service_network_service_association "
        "aws_vpclattice_target_group aws_vpclattice_target_group_attachment",
    ),
)
