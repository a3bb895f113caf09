"""VPC Resolver, hosted zones, profiles, and whatever else answers names."""

from __future__ import annotations

from typing import Any

from network.terraform.coverage.rows import ID, TAGS, irrelevant, kind, read, reported, unmodelled

__all__ = ["KINDS", "ROWS"]


def plain_dns(protocols: Any) -> bool:  # noqa: ANN401  any value of an argument
    """Whether a resolver endpoint speaks plain DNS, perhaps among other protocols."""
    return not protocols or "Do53" in (protocols if isinstance(protocols, list) else [protocols])


ROUTING = "which of several records is the answer, and for whom"
PUBLIC = "concerns public DNS only"

KINDS = (
    *kind(
        "aws_route53_resolver_endpoint",
        read("direction", only=("INBOUND", "OUTBOUND"), else_="an endpoint for delegations", about="names"),
        read("ip_address.ip ip_address.subnet_id security_group_ids"),
        irrelevant("an endpoint of type IPV4 has none", "ip_address.ipv6"),
        irrelevant("a label", "name"),
        unmodelled("does not speak plain DNS", "protocols", "names", neutral=plain_dns, usual=("Do53",)),
        unmodelled("takes IPv6", "resolver_endpoint_type", "names", usual=("IPV4",)),
        reported("arn host_vpc_id ip_address.ip_id"),
        ID,
        TAGS,
    ),
    *kind(
        "aws_route53_resolver_rule",
        read("domain_name resolver_endpoint_id target_ip.ip target_ip.port"),
        read("rule_type", only=("FORWARD", "SYSTEM"), else_="another type of rule", about="names"),
        irrelevant("a label", "name"),
        unmodelled("a target that is queried over IPv6", "target_ip.ipv6", "names"),
        unmodelled("a target that is not queried by plain DNS", "target_ip.protocol", "names", usual=("Do53",)),
        reported("arn owner_id share_status"),
        ID,
        TAGS,
    ),
    *kind(
        "aws_route53_resolver_rule_association",
        read("resolver_rule_id vpc_id"),
        irrelevant("a label", "name"),
        ID,
    ),
    *kind(
        "aws_route53_zone",
        read("name vpc.vpc_id"),
        irrelevant("it follows from the VPC's id", "vpc.vpc_region"),
        irrelevant("a label", "comment"),
        irrelevant(PUBLIC, "delegation_set_id"),
        irrelevant("concerns its deletion only", "force_destroy"),
        reported("arn name_servers primary_name_server zone_id"),
        ID,
        TAGS,
    ),
    *kind(
        "aws_route53_zone_association",
        read("vpc_id zone_id"),
        irrelevant("it follows from the VPC's id", "vpc_region"),
        reported("owning_account"),
        ID,
    ),
    *kind(
        "aws_route53_record",
        read("alias.name name records zone_id"),
        unmodelled("a record that is no address", "type", "names", usual=("A", "CNAME")),
        irrelevant("it follows from the alias's name", "alias.zone_id"),
        irrelevant("a single record is answered whatever its health", "alias.evaluate_target_health"),
        irrelevant("how long an answer is cached", "ttl"),
        irrelevant("concerns its creation only", "allow_overwrite"),
        unmodelled(
            ROUTING,
            "cidr_routing_policy failover_routing_policy geolocation_routing_policy geoproximity_routing_policy "
            "health_check_id latency_routing_policy multivalue_answer_routing_policy set_identifier "
            "weighted_routing_policy",
            "names",
        ),
        reported("fqdn"),
        ID,
    ),
)

ROWS = (
    unmodelled(
        "may block names for the VPC, or answer them otherwise",
        "aws_route53_resolver_firewall_rule_group_association",
        "names",
        of="vpc_id",
    ),
    irrelevant(
        "of no effect until a rule group is associated",
        "aws_route53_resolver_firewall_config aws_route53_resolver_firewall_domain_list "
        "aws_route53_resolver_firewall_rule aws_route53_resolver_firewall_rule_group",
    ),
    irrelevant("names of addresses, and no service's name is one", "aws_route53_resolver_config"),
    unmodelled(
        "the VPC refuses answers that it cannot validate",
        "aws_route53_resolver_dnssec_config",
        "names",
        of="resource_id",
    ),
    irrelevant(
        "observes queries",
        "aws_route53_query_log aws_route53_resolver_query_log_config aws_route53_resolver_query_log_config_association",
    ),
    unmodelled(
        "gives the VPC zones, rules and firewalls", "aws_route53profiles_association", "names", of="resource_id"
    ),
    irrelevant(
        "of no effect until the profile is associated",
        "aws_route53profiles_profile aws_route53profiles_resource_association",
    ),
    unmodelled("decides about every record of the zone", "aws_route53_records_exclusive", "names", of="zone_id"),
    unmodelled("records of the zone", "aws_route53_traffic_policy_instance", "names", of="hosted_zone_id"),
    irrelevant("of no effect until it is put to use in a zone", "aws_route53_traffic_policy"),
    irrelevant(
        "put to use by records with a routing policy, which is not modelled itself",
        "aws_route53_cidr_collection aws_route53_cidr_location aws_route53_health_check",
    ),
    irrelevant("allows an association, which is read itself", "aws_route53_vpc_association_authorization"),
    irrelevant(
        PUBLIC,
        "aws_route53_delegation_set aws_route53_hosted_zone_dnssec aws_route53_key_signing_key "
        "aws_route53domains_delegation_signer_record aws_route53domains_domain aws_route53domains_registered_domain "
        "aws_service_discovery_public_dns_namespace",
    ),
    irrelevant(
        "switches that only records with a health check ask",
        "aws_route53recoverycontrolconfig_cluster aws_route53recoverycontrolconfig_control_panel "
        "aws_route53recoverycontrolconfig_routing_control aws_route53recoverycontrolconfig_safety_rule "
        "aws_route53recoveryreadiness_cell aws_route53recoveryreadiness_readiness_check "
        "aws_route53recoveryreadiness_recovery_group aws_route53recoveryreadiness_resource_set",
    ),
    unmodelled("a private zone of the VPC", "aws_service_discovery_private_dns_namespace", "names", of="vpc"),
    irrelevant(
        "in a namespace, which is judged itself",
        "aws_service_discovery_http_namespace aws_service_discovery_instance aws_service_discovery_service",
    ),
    irrelevant(
        "answers only who queries it, because of DHCP options or a rule",
        "aws_directory_service_conditional_forwarder aws_directory_service_log_subscription "
        "aws_directory_service_radius_settings aws_directory_service_shared_directory "
        "aws_directory_service_shared_directory_accepter aws_directory_service_trust",
    ),
    unmodelled(
        "a private zone of the VPC, for collections", "aws_opensearchserverless_vpc_endpoint", "names", of="vpc_id"
    ),
)
