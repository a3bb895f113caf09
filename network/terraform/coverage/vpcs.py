"""VPCs, subnets, route tables, and what else is by name about VPCs."""

from __future__ import annotations

from network.terraform.coverage.rows import ID, IPV6, TAGS, irrelevant, kind, read, reported, unmodelled

__all__ = ["KINDS", "ROWS"]

POOL = "the range itself is read, and is unknown until a pool has given it"
INSTANCES = "names of instances, and no service's name is one"
OUTPOST = "connects the subnet to a network on premises"
BY_ROUTES = "carries only what a route sends to it, and the trace follows no such route: it is undetermined"
BLOCKS_INTERNET = "can only block internet gateways: no private path uses one, and a route to one is reported anyway"
PUBLIC = "a public address, which is of use only with a route to an internet gateway: the trace reports that"

OTHER_OPTIONS = "ipv6_address_preferred_lease_time netbios_name_servers netbios_node_type ntp_servers"

TARGETS = (
    "carrier_gateway_id core_network_arn egress_only_gateway_id gateway_id local_gateway_id nat_gateway_id "
    "network_interface_id transit_gateway_id vpc_endpoint_id vpc_peering_connection_id"
)


def _within(block: str, names: str) -> str:
    return " ".join(f"{block}.{name}" for name in names.split())


ROUTES = (
    read(_within("route", f"cidr_block destination_prefix_list_id {TARGETS}")),
    unmodelled(IPV6, "route.ipv6_cidr_block", "IPv6"),
    unmodelled("the table also has the routes that the gateway learns", "propagating_vgws", "packets"),
    reported("arn owner_id"),
    ID,
    TAGS,
)

KINDS = (
    *kind(
        "aws_vpc",
        read("cidr_block enable_dns_hostnames enable_dns_support"),
        irrelevant(POOL, "ipv4_ipam_pool_id ipv4_netmask_length"),
        irrelevant(
            f"{IPV6}, and without a route for IPv6 nothing leaves the VPC by it",
            "assign_generated_ipv6_cidr_block ipv6_cidr_block ipv6_cidr_block_network_border_group ipv6_ipam_pool_id "
            "ipv6_netmask_length",
        ),
        irrelevant("a metric", "enable_network_address_usage_metrics"),
        unmodelled("AWS refuses resolver endpoints in it", "instance_tenancy", "both", usual=("default",)),
        reported(
            "arn default_network_acl_id default_route_table_id default_security_group_id dhcp_options_id "
            "ipv6_association_id main_route_table_id owner_id"
        ),
        ID,
        TAGS,
    ),
    *kind(
        "aws_vpc_ipv4_cidr_block_association",
        read("cidr_block vpc_id"),
        irrelevant(POOL, "ipv4_ipam_pool_id ipv4_netmask_length"),
        ID,
    ),
    *kind(
        "aws_subnet",
        read("availability_zone availability_zone_id cidr_block vpc_id"),
        irrelevant(PUBLIC, "map_public_ip_on_launch"),
        irrelevant(
            INSTANCES,
            "enable_resource_name_dns_a_record_on_launch enable_resource_name_dns_aaaa_record_on_launch "
            "private_dns_hostname_type_on_launch",
        ),
        irrelevant(IPV6, "assign_ipv6_address_on_creation ipv6_cidr_block"),
        unmodelled("the subnet has no IPv4", "ipv6_native", "packets"),
        unmodelled("the resolver synthesises IPv6 addresses for names that have none", "enable_dns64", "names"),
        unmodelled(
            OUTPOST,
            "customer_owned_ipv4_pool enable_lni_at_device_index map_customer_owned_ip_on_launch outpost_arn",
            "packets",
        ),
        reported("arn ipv6_cidr_block_association_id owner_id"),
        ID,
        TAGS,
    ),
    *kind("aws_route_table", read("vpc_id"), *ROUTES),
    *kind(
        "aws_default_route_table",
        read("default_route_table_id"),
        unmodelled("a route to an instance", "route.instance_id", "packets"),
        reported("vpc_id"),
        *(
            read(
                _within(
                    "route",
                    "cidr_block destination_prefix_list_id core_network_arn egress_only_gateway_id "
                    "gateway_id nat_gateway_id network_interface_id transit_gateway_id vpc_endpoint_id "
                    "vpc_peering_connection_id",
                )
            ),
            *ROUTES[1:],
        ),
    ),
    *kind(
        "aws_route",
        read(f"destination_cidr_block destination_prefix_list_id route_table_id {TARGETS}"),
        unmodelled(IPV6, "destination_ipv6_cidr_block", "IPv6"),
        reported("instance_id instance_owner_id origin state"),
        ID,
    ),
    *kind(
        "aws_route_table_association",
        read("route_table_id subnet_id"),
        unmodelled("this table routes what comes in through the gateway", "gateway_id", "packets"),
        ID,
    ),
    *kind(
        "aws_main_route_table_association",
        read("route_table_id vpc_id"),
        reported("original_route_table_id"),
        ID,
    ),
    *kind(
        "aws_vpc_dhcp_options",
        read("domain_name_servers"),
        irrelevant("it is appended to short names, and no service's name is one", "domain_name"),
        irrelevant("for clocks, NetBIOS and IPv6", OTHER_OPTIONS),
        reported("arn owner_id"),
        ID,
        TAGS,
    ),
    *kind(
        "aws_default_vpc_dhcp_options",
        irrelevant("AWS's own set, which names the VPC's resolver", f"owner_id {OTHER_OPTIONS}"),
        reported("arn domain_name domain_name_servers"),
        ID,
        TAGS,
    ),
    *kind("aws_vpc_dhcp_options_association", read("dhcp_options_id vpc_id"), ID),
    *kind(
        "aws_ec2_managed_prefix_list",
        read("entry.cidr"),
        irrelevant("a label", "name entry.description"),
        irrelevant("it follows from its ranges", "address_family"),
        irrelevant("room for more ranges, which are read when they are there", "max_entries"),
        reported("arn owner_id version"),
        ID,
        TAGS,
    ),
    *kind("aws_ec2_managed_prefix_list_entry", read("cidr prefix_list_id"), irrelevant("a label", "description"), ID),
    *kind(
        "aws_internet_gateway",
        irrelevant("AWS refuses a route to a gateway of another VPC", "vpc_id"),
        reported("arn owner_id"),
        ID,
        TAGS,
    ),
    *kind(
        "aws_nat_gateway",
        irrelevant(
            "an address of its own; the trace reports the path through it",
            "allocation_id private_ip secondary_allocation_ids secondary_private_ip_address_count "
            "secondary_private_ip_addresses subnet_id",
        ),
        unmodelled("leads to other VPCs", "connectivity_type", "packets", usual=("public",)),
        reported("association_id network_interface_id public_ip"),
        ID,
        TAGS,
    ),
)

ROWS = (
    unmodelled("a VPC that the trace does not read, and its subnets", "aws_default_vpc aws_default_subnet", "both"),
    irrelevant(
        "plans addresses; ranges that are in use are read",
        "aws_vpc_ipam aws_vpc_ipam_organization_admin_account aws_vpc_ipam_pool aws_vpc_ipam_pool_cidr "
        "aws_vpc_ipam_pool_cidr_allocation aws_vpc_ipam_preview_next_cidr aws_vpc_ipam_resource_discovery "
        "aws_vpc_ipam_resource_discovery_association aws_vpc_ipam_scope aws_ec2_subnet_cidr_reservation",
    ),
    irrelevant(
        f"{IPV6}, and without a route for IPv6 nothing leaves the VPC by it", "aws_vpc_ipv6_cidr_block_association"
    ),
    irrelevant(
        BY_ROUTES,
        "aws_vpc_peering_connection aws_vpc_peering_connection_accepter aws_egress_only_internet_gateway "
        "aws_ec2_carrier_gateway aws_ec2_local_gateway_route aws_ec2_local_gateway_route_table_vpc_association",
    ),
    irrelevant(INSTANCES, "aws_vpc_peering_connection_options"),
    irrelevant("AWS refuses a route to a gateway of another VPC", "aws_internet_gateway_attachment"),
    irrelevant(
        "of no effect until it propagates to a route table",
        "aws_vpc_route_server aws_vpc_route_server_endpoint aws_vpc_route_server_peer "
        "aws_vpc_route_server_vpc_association",
    ),
    unmodelled(
        "the table also has the routes that the route server learns",
        "aws_vpc_route_server_propagation",
        "packets",
        of="route_table_id",
    ),
    unmodelled(
        "the table also has the routes that the gateway learns",
        "aws_vpn_gateway_route_propagation",
        "packets",
        of="route_table_id",
    ),
    irrelevant(
        BLOCKS_INTERNET,
        "aws_vpc_block_public_access_exclusion aws_vpc_block_public_access_options",
    ),
    irrelevant(
        "observes packets",
        "aws_flow_log aws_vpc_network_performance_metric_subscription aws_internetmonitor_monitor "
        "aws_networkmonitor_monitor aws_networkmonitor_probe aws_ec2_network_insights_analysis "
        "aws_ec2_network_insights_path aws_ec2_traffic_mirror_filter aws_ec2_traffic_mirror_filter_rule "
        "aws_ec2_traffic_mirror_session aws_ec2_traffic_mirror_target",
    ),
    irrelevant(PUBLIC, "aws_eip aws_eip_association aws_eip_domain_name"),
)
