"""Security groups, network ACLs and firewalls."""

from __future__ import annotations

from network.terraform.coverage.rows import ID, IPV6, TAGS, irrelevant, kind, read, reported, unmodelled

__all__ = ["KINDS", "ROWS"]


def _both_sides(names: str) -> str:
    return " ".join(f"{side}.{name}" for side in ("egress", "ingress") for name in names.split())


GROUP = (
    read(_both_sides("cidr_blocks from_port prefix_list_ids protocol security_groups self to_port")),
    read("vpc_id"),
    irrelevant(IPV6, _both_sides("ipv6_cidr_blocks")),
    irrelevant("a label", f"{_both_sides('description')}"),
    irrelevant("concerns its deletion only", "revoke_rules_on_delete"),
    ID,
    TAGS,
)
ICMP = "the trace sends TCP and UDP"
ACL = (
    read(_both_sides("action cidr_block from_port protocol rule_no to_port")),
    read("subnet_ids"),
    irrelevant(ICMP, _both_sides("icmp_code icmp_type")),
    irrelevant(IPV6, _both_sides("ipv6_cidr_block")),
    ID,
    TAGS,
)

KINDS = (
    *kind(
        "aws_security_group", *GROUP, irrelevant("a label", "description name name_prefix"), reported("arn owner_id")
    ),
    *kind("aws_default_security_group", *GROUP, reported("arn description name name_prefix owner_id")),
    *kind(
        "aws_security_group_rule",
        read(
            "cidr_blocks from_port prefix_list_ids protocol security_group_id self source_security_group_id "
            "to_port type"
        ),
        irrelevant(IPV6, "ipv6_cidr_blocks"),
        irrelevant("a label", "description"),
        reported("security_group_rule_id"),
        ID,
    ),
    *kind(
        "aws_vpc_security_group_egress_rule aws_vpc_security_group_ingress_rule",
        read("cidr_ipv4 from_port ip_protocol prefix_list_id referenced_security_group_id security_group_id to_port"),
        irrelevant(IPV6, "cidr_ipv6"),
        irrelevant("a label", "description tags"),
        reported("arn id security_group_rule_id tags_all"),
    ),
    *kind("aws_network_acl", *ACL, irrelevant("it follows from its subnets", "vpc_id"), reported("arn owner_id")),
    *kind("aws_default_network_acl", *ACL, read("default_network_acl_id"), reported("arn owner_id vpc_id")),
    *kind(
        "aws_network_acl_rule",
        read("cidr_block egress from_port network_acl_id protocol rule_action rule_number to_port"),
        irrelevant(ICMP, "icmp_code icmp_type"),
        irrelevant(IPV6, "ipv6_cidr_block"),
        ID,
    ),
    *kind("aws_network_acl_association", read("network_acl_id subnet_id"), ID),
)

ROWS = (
    irrelevant("whoever uses the group there names it", "aws_vpc_security_group_vpc_association"),
    unmodelled(
        "a further group of the interface", "aws_network_interface_sg_attachment", "packets", of="network_interface_id"
    ),
    irrelevant(
        "carries only what a route sends to a firewall, and the trace follows no such route: it is undetermined",
        "aws_networkfirewall_firewall aws_networkfirewall_firewall_policy aws_networkfirewall_resource_policy "
        "aws_networkfirewall_rule_group aws_networkfirewall_tls_inspection_configuration",
    ),
    irrelevant("observes packets", "aws_networkfirewall_logging_configuration"),
    unmodelled(
        "writes security groups, network ACLs and firewalls of DNS in every account",
        "aws_fms_policy",
        "both",
        reach="organization",
    ),
    irrelevant("of no effect without a policy", "aws_fms_admin_account aws_fms_resource_set"),
)
