"""Instances, network interfaces, and load balancers."""

from __future__ import annotations

from network.terraform.coverage.rows import ID, IPV6, TAGS, irrelevant, kind, placed, read, reported, unmodelled

__all__ = ["KINDS", "ROWS"]

ANYWHERE = "the trace sends from and to every address of the subnet"
FORWARDS = "it forwards only what a route sends to its interface, and a path by such a route is undetermined"
INSTANCES = "names of instances, and no service's name is one"

KINDS = (
    *kind(
        "aws_instance",
        read("private_ip security_groups subnet_id vpc_security_group_ids"),
        irrelevant(ANYWHERE, "secondary_private_ips"),
        irrelevant(
            "a public address, which is of use only with a route to an internet gateway: the trace reports that",
            "associate_public_ip_address",
        ),
        irrelevant(FORWARDS, "source_dest_check"),
        irrelevant(IPV6, "enable_primary_ipv6 ipv6_address_count ipv6_addresses"),
        irrelevant(INSTANCES, "private_dns_name_options"),
        irrelevant("it follows from the subnet", "availability_zone"),
        irrelevant(
            "what runs on the instance",
            "ami get_password_data iam_instance_profile key_name user_data user_data_base64 "
            "user_data_replace_on_change",
        ),
        irrelevant(
            "what it is made of, and what it costs",
            "capacity_reservation_specification cpu_core_count cpu_options cpu_threads_per_core credit_specification "
            "ebs_block_device ebs_optimized enclave_options ephemeral_block_device hibernation host_id "
            "host_resource_group_arn instance_market_options instance_type placement_group "
            "placement_partition_number root_block_device tenancy volume_tags",
        ),
        irrelevant(
            "when it runs",
            "disable_api_stop disable_api_termination instance_initiated_shutdown_behavior maintenance_options "
            "monitoring",
        ),
        irrelevant("an address that is local to the instance", "metadata_options"),
        unmodelled("may give it a subnet, groups and interfaces", "launch_template", "packets"),
        unmodelled("its subnet and its groups are those of the interface", "network_interface", "packets"),
        reported(
            "arn instance_lifecycle instance_state outpost_arn password_data primary_network_interface_id private_dns "
            "public_dns public_ip spot_instance_request_id"
        ),
        ID,
        TAGS,
    ),
    *kind(
        "aws_network_interface",
        read("private_ip_list private_ips security_groups subnet_id"),
        irrelevant(
            ANYWHERE,
            "ipv4_prefix_count ipv4_prefixes private_ip private_ip_list_enabled private_ips_count",
        ),
        irrelevant(FORWARDS, "source_dest_check"),
        irrelevant(
            IPV6,
            "enable_primary_ipv6 ipv6_address_count ipv6_address_list ipv6_address_list_enabled ipv6_addresses "
            "ipv6_prefix_count ipv6_prefixes",
        ),
        irrelevant("which instance has it; its subnet and groups are its own", "attachment"),
        irrelevant("how an instance drives it", "interface_type"),
        irrelevant("a label", "description"),
        reported("arn mac_address outpost_arn owner_id private_dns_name"),
        ID,
        TAGS,
    ),
)

HOSTS = "starts instances; every subnet is assumed to have some"

ROWS = (
    placed(
        HOSTS,
        "aws_ec2_fleet aws_ec2_instance_connect_endpoint aws_spot_fleet_request aws_spot_instance_request "
        "aws_launch_template aws_launch_configuration",
    ),
    irrelevant("which instance has an interface", "aws_network_interface_attachment aws_network_interface_permission"),
    irrelevant(
        "what instances are made of, and what they cost",
        "aws_ec2_availability_zone_group aws_ec2_capacity_block_reservation aws_ec2_capacity_reservation "
        "aws_ec2_default_credit_specification aws_ec2_host aws_ec2_image_block_public_access "
        "aws_ec2_instance_metadata_defaults aws_ec2_instance_state aws_ec2_serial_console_access "
        "aws_placement_group aws_spot_datafeed_subscription",
    ),
    irrelevant("labels", "aws_ec2_tag"),
    placed(
        "ends connections, and forwards no packet",
        "aws_alb aws_elb aws_lb aws_verifiedaccess_endpoint aws_vpclattice_resource_gateway",
    ),
    irrelevant(
        "what a load balancer does with connections",
        "aws_alb_listener aws_alb_listener_certificate aws_alb_listener_rule aws_alb_target_group "
        "aws_alb_target_group_attachment aws_app_cookie_stickiness_policy aws_elb_attachment "
        "aws_lb_cookie_stickiness_policy aws_lb_listener aws_lb_listener_certificate aws_lb_listener_rule "
        "aws_lb_ssl_negotiation_policy aws_lb_target_group aws_lb_target_group_attachment aws_lb_trust_store "
        "aws_lb_trust_store_revocation aws_load_balancer_backend_server_policy aws_load_balancer_listener_policy "
        "aws_load_balancer_policy aws_proxy_protocol_policy",
    ),
)
