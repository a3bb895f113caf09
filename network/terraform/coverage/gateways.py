"""Transit gateways, VPNs, Direct Connect and Cloud WAN."""

from __future__ import annotations

from network.terraform.coverage.rows import ID, IPV6, TAGS, irrelevant, kind, read, reported, unmodelled

__all__ = ["KINDS", "ROWS"]

ZONES = "which zone's interface carries a flow; the trace requires that each can"
INSTANCES = "names of instances, and no service's name is one"
GROUPS = "in effect only where the gateway's own setting is on"

KINDS = (
    *kind(
        "aws_ec2_transit_gateway",
        read("auto_accept_shared_attachments default_route_table_association default_route_table_propagation"),
        irrelevant("a label", "description"),
        irrelevant("concerns sessions with VPNs and peers, which are not modelled themselves", "amazon_side_asn"),
        irrelevant("concerns VPNs, which are not modelled themselves", "vpn_ecmp_support"),
        irrelevant("multicast; the trace is about unicast", "multicast_support"),
        irrelevant(INSTANCES, "dns_support"),
        unmodelled(
            "rules of security groups may allow groups of other VPCs",
            "security_group_referencing_support",
            "packets",
            usual=("disable",),
        ),
        unmodelled("the gateway has addresses of its own", "transit_gateway_cidr_blocks", "packets"),
        reported("arn association_default_route_table_id owner_id propagation_default_route_table_id"),
        ID,
        TAGS,
    ),
    *kind(
        "aws_ec2_transit_gateway_vpc_attachment",
        read(
            "subnet_ids transit_gateway_default_route_table_association "
            "transit_gateway_default_route_table_propagation transit_gateway_id vpc_id"
        ),
        irrelevant(ZONES, "appliance_mode_support"),
        irrelevant(INSTANCES, "dns_support"),
        irrelevant(GROUPS, "security_group_referencing_support"),
        unmodelled(IPV6, "ipv6_support", "IPv6", usual=("disable",)),
        reported("arn vpc_owner_id"),
        ID,
        TAGS,
    ),
    *kind(
        "aws_ec2_transit_gateway_vpc_attachment_accepter",
        read(
            "transit_gateway_attachment_id transit_gateway_default_route_table_association "
            "transit_gateway_default_route_table_propagation"
        ),
        reported(
            "appliance_mode_support dns_support ipv6_support security_group_referencing_support subnet_ids "
            "transit_gateway_id vpc_id vpc_owner_id"
        ),
        ID,
        TAGS,
    ),
    *kind(
        "aws_ec2_transit_gateway_route",
        read("blackhole destination_cidr_block transit_gateway_attachment_id transit_gateway_route_table_id"),
        ID,
    ),
    *kind(
        "aws_ec2_transit_gateway_prefix_list_reference",
        read("blackhole prefix_list_id transit_gateway_attachment_id transit_gateway_route_table_id"),
        reported("prefix_list_owner_id"),
        ID,
    ),
    *kind(
        "aws_ec2_transit_gateway_route_table",
        read("transit_gateway_id"),
        reported("arn default_association_route_table default_propagation_route_table"),
        ID,
        TAGS,
    ),
    *kind(
        "aws_ec2_transit_gateway_route_table_association",
        read("replace_existing_association transit_gateway_attachment_id transit_gateway_route_table_id"),
        reported("resource_id resource_type"),
        ID,
    ),
    *kind(
        "aws_ec2_transit_gateway_route_table_propagation",
        read("transit_gateway_attachment_id transit_gateway_route_table_id"),
        reported("resource_id resource_type"),
        ID,
    ),
)

BY_CORE = "carries only what a route sends to a core network, and the trace follows no such route: it is undetermined"
BY_VGW = "carries only what a route sends to a VPN gateway, and the trace follows no such route: it is undetermined"

ROWS = (
    unmodelled(
        "a network of the service is attached to the gateway, and has routes to it",
        "aws_finspace_kx_environment",
        "both",
    ),
    unmodelled(
        "an attachment to the gateway, which learns routes or has static ones",
        "aws_dx_gateway_association aws_dx_gateway_association_proposal aws_ec2_transit_gateway_connect "
        "aws_ec2_transit_gateway_connect_peer aws_ec2_transit_gateway_peering_attachment "
        "aws_ec2_transit_gateway_peering_attachment_accepter aws_networkmanager_transit_gateway_peering "
        "aws_networkmanager_transit_gateway_route_table_attachment aws_vpn_connection",
        "packets",
    ),
    unmodelled(
        "decides which table attachments without one of their own are in",
        "aws_ec2_transit_gateway_default_route_table_association "
        "aws_ec2_transit_gateway_default_route_table_propagation",
        "packets",
    ),
    unmodelled(
        "decides which table routes a packet",
        "aws_ec2_transit_gateway_policy_table aws_ec2_transit_gateway_policy_table_association",
        "packets",
    ),
    irrelevant(
        "multicast; the trace is about unicast",
        "aws_ec2_transit_gateway_multicast_domain aws_ec2_transit_gateway_multicast_domain_association "
        "aws_ec2_transit_gateway_multicast_group_member aws_ec2_transit_gateway_multicast_group_source",
    ),
    irrelevant(
        BY_VGW,
        "aws_customer_gateway aws_vpn_connection_route aws_vpn_gateway aws_vpn_gateway_attachment",
    ),
    irrelevant(
        "reaches a network only by an association of its gateway",
        "aws_dx_bgp_peer aws_dx_connection aws_dx_connection_association aws_dx_connection_confirmation aws_dx_gateway "
        "aws_dx_hosted_connection aws_dx_hosted_private_virtual_interface "
        "aws_dx_hosted_private_virtual_interface_accepter aws_dx_hosted_public_virtual_interface "
        "aws_dx_hosted_public_virtual_interface_accepter aws_dx_hosted_transit_virtual_interface "
        "aws_dx_hosted_transit_virtual_interface_accepter aws_dx_lag aws_dx_macsec_key_association "
        "aws_dx_private_virtual_interface aws_dx_public_virtual_interface aws_dx_transit_virtual_interface",
    ),
    irrelevant(
        BY_CORE,
        "aws_networkmanager_attachment_accepter aws_networkmanager_connect_attachment aws_networkmanager_connect_peer "
        "aws_networkmanager_core_network aws_networkmanager_core_network_policy_attachment "
        "aws_networkmanager_dx_gateway_attachment aws_networkmanager_site_to_site_vpn_attachment "
        "aws_networkmanager_vpc_attachment",
    ),
    irrelevant(
        "an inventory of what is elsewhere",
        "aws_networkmanager_connection aws_networkmanager_customer_gateway_association aws_networkmanager_device "
        "aws_networkmanager_global_network aws_networkmanager_link aws_networkmanager_link_association "
        "aws_networkmanager_site aws_networkmanager_transit_gateway_connect_peer_association "
        "aws_networkmanager_transit_gateway_registration",
    ),
    irrelevant(
        "admits clients of a VPN; no spoke sends packets through it",
        "aws_ec2_client_vpn_authorization_rule aws_ec2_client_vpn_endpoint aws_ec2_client_vpn_network_association "
        "aws_ec2_client_vpn_route",
    ),
    irrelevant(
        "admits clients from the internet; no spoke sends packets through it",
        "aws_globalaccelerator_accelerator aws_globalaccelerator_cross_account_attachment "
        "aws_globalaccelerator_custom_routing_accelerator aws_globalaccelerator_custom_routing_endpoint_group "
        "aws_globalaccelerator_custom_routing_listener aws_globalaccelerator_endpoint_group "
        "aws_globalaccelerator_listener aws_verifiedaccess_group aws_verifiedaccess_instance "
        "aws_verifiedaccess_instance_logging_configuration aws_verifiedaccess_instance_trust_provider_attachment "
        "aws_verifiedaccess_trust_provider",
    ),
)
