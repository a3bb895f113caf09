"""Each part of the pattern that a hub owns, in the quickstart's JSON."""

from tests.examples import changed, stacks_of
from tests.terraform_json import depends_on, instances, one, resources

HUB = stacks_of("quickstart")["hub-core"]


def address(kind: str, path: str) -> str:
    return next(
        at
        for at, block in resources(HUB).items()
        if at.startswith(f"{kind}.") and block["//"]["metadata"]["path"] == f"hub-core/{path}"
    )


def test_vpc_has_dns_support_and_hostnames() -> None:
    vpc = one(HUB, "aws_vpc")
    assert (vpc["cidr_block"], vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == ("10.0.0.0/22", True, True)


def test_subnets_are_one_per_zone_and_named_by_az_id() -> None:
    subnets = {
        path: (block["cidr_block"], block["availability_zone_id"])
        for path, block in instances(HUB, "aws_subnet").items()
    }
    assert subnets == {
        "network/subnet-use1-az1": ("10.0.0.0/24", "use1-az1"),
        "network/subnet-use1-az2": ("10.0.1.0/24", "use1-az2"),
        "network/subnet-use1-az4": ("10.0.2.0/24", "use1-az4"),
        "network/attachment-subnet-use1-az1": ("10.0.3.0/28", "use1-az1"),
        "network/attachment-subnet-use1-az2": ("10.0.3.16/28", "use1-az2"),
        "network/attachment-subnet-use1-az4": ("10.0.3.32/28", "use1-az4"),
    }


def test_route_table_serves_every_subnet() -> None:
    one(HUB, "aws_route_table")
    joined = {block["subnet_id"] for block in instances(HUB, "aws_route_table_association").values()}
    assert len(joined) == len(instances(HUB, "aws_subnet")) == 6


def test_route_to_the_spokes_is_for_the_pool_and_comes_after_the_attachment() -> None:
    routes = instances(HUB, "aws_route")
    assert [route["destination_cidr_block"] for route in routes.values()] == ["10.0.4.0/22"]
    at = address("aws_route", "gateway/route-pool-10-0-4-0_22")
    assert address("aws_ec2_transit_gateway_vpc_attachment", "gateway/attachment") in depends_on(HUB, at)


def test_endpoint_security_group_takes_443_from_the_hub_and_its_pools_and_nothing_else() -> None:
    rules = {
        path: block
        for path, block in instances(HUB, "aws_vpc_security_group_ingress_rule").items()
        if path.startswith("endpoints/")
    }
    seen = {(rule["ip_protocol"], rule["from_port"], rule["to_port"], rule["cidr_ipv4"]) for rule in rules.values()}
    assert seen == {("tcp", 443, 443, "10.0.0.0/22"), ("tcp", 443, 443, "10.0.4.0/22")}
    egress = instances(HUB, "aws_vpc_security_group_egress_rule")
    assert not [path for path in egress if path.startswith("endpoints/")], "an endpoint answers and never calls"


def test_resolver_security_groups_speak_dns_within_the_hub_only() -> None:
    ingress = {
        path: block
        for path, block in instances(HUB, "aws_vpc_security_group_ingress_rule").items()
        if path.startswith("resolver/")
    }
    egress = instances(HUB, "aws_vpc_security_group_egress_rule")
    for rules, group in ((ingress, "resolver_inbound-group"), (egress, "resolver_outbound-group")):
        seen = {(rule["ip_protocol"], rule["from_port"], rule["to_port"], rule["cidr_ipv4"]) for rule in rules.values()}
        assert seen == {("tcp", 53, 53, "10.0.0.0/22"), ("udp", 53, 53, "10.0.0.0/22")}
        assert all(group in rule["security_group_id"] for rule in rules.values())


def test_every_security_group_rule_has_a_description_and_is_a_resource_of_its_own() -> None:
    for kind in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"):
        for path, rule in instances(HUB, kind).items():
            assert rule["description"], path
    for path, group in instances(HUB, "aws_security_group").items():
        assert group["description"], path
        assert not {"ingress", "egress"} & set(group), path


def test_default_security_group_is_emptied() -> None:
    assert not {"ingress", "egress"} & set(one(HUB, "aws_default_security_group"))


def test_interface_endpoints_answer_privately_in_every_zone() -> None:
    endpoints = {block["service_name"]: block for block in instances(HUB, "aws_vpc_endpoint").values()}
    assert sorted(endpoints) == [
        f"com.amazonaws.us-east-1.{key}" for key in ("ec2messages", "kms", "ssm", "ssmmessages")
    ]
    for endpoint in endpoints.values():
        assert (endpoint["vpc_endpoint_type"], endpoint["private_dns_enabled"]) == ("Interface", True)
        assert len(endpoint["subnet_ids"]) == 3
        assert all("network_subnet-" in subnet for subnet in endpoint["subnet_ids"])


def test_inbound_endpoint_has_its_fixed_addresses_before_others_can_take_them() -> None:
    inbound = one(HUB, "aws_route53_resolver_endpoint", "resolver/inbound")
    assert inbound["direction"] == "INBOUND"
    assert [at["ip"] for at in inbound["ip_address"]] == ["10.0.0.53", "10.0.1.53", "10.0.2.53"]
    first = address("aws_route53_resolver_endpoint", "resolver/inbound")
    others = [at for at in resources(HUB) if at.startswith("aws_vpc_endpoint.")]
    others.append(address("aws_route53_resolver_endpoint", "resolver/outbound"))
    for other in others:
        assert first in depends_on(HUB, other), f"{other} could take a fixed address"


def test_outbound_endpoint_has_one_address_per_subnet() -> None:
    outbound = one(HUB, "aws_route53_resolver_endpoint", "resolver/outbound")
    assert outbound["direction"] == "OUTBOUND"
    assert len({at["subnet_id"] for at in outbound["ip_address"]}) == 3
    assert not any("ip" in at for at in outbound["ip_address"])


def test_forwarding_rule_sends_the_regions_domain_to_the_inbound_addresses_and_is_not_for_the_hub_itself() -> None:
    rule = one(HUB, "aws_route53_resolver_rule")
    assert (rule["domain_name"], rule["rule_type"]) == ("us-east-1.amazonaws.com", "FORWARD")
    assert [target["ip"] for target in rule["target_ip"]] == ["10.0.0.53", "10.0.1.53", "10.0.2.53"]
    assert "resolver_outbound" in rule["resolver_endpoint_id"]
    assert not instances(HUB, "aws_route53_resolver_rule_association"), "a rule on the hub's own VPC would loop"


def test_rule_and_gateway_are_shared_with_the_organization_and_nobody_else() -> None:
    shares = instances(HUB, "aws_ram_resource_share")
    assert sorted(shares) == ["gateway-share/share", "rules-share/share"]
    assert all(share["allow_external_principals"] is False for share in shares.values())
    principals = [block["principal"] for block in instances(HUB, "aws_ram_principal_association").values()]
    assert principals == ["arn:aws:organizations::999999999999:organization/o-exampleorg1"] * 2
    shared = [block["resource_arn"].split(".")[0] for block in instances(HUB, "aws_ram_resource_association").values()]
    assert sorted(shared) == ["${aws_ec2_transit_gateway", "${aws_route53_resolver_rule"]


def test_gateway_lets_nobody_in_by_itself() -> None:
    gateway = one(HUB, "aws_ec2_transit_gateway")
    keys = ("auto_accept_shared_attachments", "default_route_table_association", "default_route_table_propagation")
    assert {key: gateway[key] for key in keys} == dict.fromkeys(keys, "disable")
    assert gateway["amazon_side_asn"] == 64512


def test_hub_attachment_is_in_every_zone_and_outside_default_tables() -> None:
    attachment = one(HUB, "aws_ec2_transit_gateway_vpc_attachment")
    assert len(attachment["subnet_ids"]) == 3
    assert all("attachment-subnet" in subnet for subnet in attachment["subnet_ids"])
    assert attachment["transit_gateway_default_route_table_association"] is False
    assert attachment["transit_gateway_default_route_table_propagation"] is False


def test_gateway_has_a_table_for_the_hub_and_one_for_each_segment() -> None:
    assert sorted(instances(HUB, "aws_ec2_transit_gateway_route_table")) == [
        "gateway/table-hub",
        "gateway/table-spokes",
    ]
    assert "table-hub" in one(HUB, "aws_ec2_transit_gateway_route_table_association")["transit_gateway_route_table_id"]
    assert list(instances(HUB, "aws_ec2_transit_gateway_route_table_propagation")) == ["gateway/propagation-spokes"]


def test_contract_names_gateway_tables_and_rules_once_they_are_shared() -> None:
    contract = one(HUB, "aws_ssm_parameter")
    assert (contract["name"], contract["type"]) == ("/endpoint-hub/core/contract", "String")
    assert contract["insecure_value"].startswith("${jsonencode(")
    for part in ('"version" = 1', '"transit_gateway_id" =', '"hub" =', '"spokes" =', '"us-east-1.amazonaws.com" ='):
        assert part in contract["insecure_value"], f"{part} is missing in {contract['insecure_value']}"
    before = depends_on(HUB, address("aws_ssm_parameter", "contract/parameter"))
    assert sum(at.startswith("aws_ram_") for at in before) == 6, sorted(before)


def test_outputs_say_what_was_made() -> None:
    assert sorted(HUB["output"]) == [
        "contract_parameter",
        "endpoint_ids",
        "resolver_rule_ids",
        "transit_gateway_id",
        "transit_gateway_table_ids",
        "vpc_id",
    ]
    assert sorted(HUB["output"]["endpoint_ids"]["value"]) == ["ec2messages", "kms", "ssm", "ssmmessages"]


def test_what_every_spoke_depends_on_is_protected() -> None:
    hub = stacks_of("production")["hub-core"]
    protected = {
        at.partition(".")[0]
        for at, block in resources(hub).items()
        if block.get("lifecycle", {}).get("prevent_destroy")
    }
    assert protected == {
        "aws_ec2_transit_gateway",
        "aws_ram_principal_association",
        "aws_ram_resource_association",
        "aws_ram_resource_share",
        "aws_route53_resolver_endpoint",
        "aws_route53_resolver_rule",
    }
    assert not [at for at, block in resources(HUB).items() if "prevent_destroy" in block.get("lifecycle", {})], (
        "the quickstart says protect: false"
    )


def test_protection_can_be_lifted_for_one_hub() -> None:
    stacks = stacks_of("two-hubs")
    assert "lifecycle" in one(stacks["hub-prod"], "aws_ec2_transit_gateway")
    assert "lifecycle" not in one(stacks["hub-dev"], "aws_ec2_transit_gateway")


def test_other_ports_have_a_security_group_of_their_own() -> None:
    hub = stacks_of("production")["hub-core"]
    assert sorted(instances(hub, "aws_security_group")) == [
        "endpoints/group-email-smtp",
        "endpoints/group-https",
        "resolver/inbound-group",
        "resolver/outbound-group",
    ]
    rules = instances(hub, "aws_vpc_security_group_ingress_rule")
    smtp = {rule["from_port"] for path, rule in rules.items() if path.startswith("endpoints/ingress-email-smtp-")}
    assert smtp == {465, 587, 2465, 2587}
    [endpoint] = [
        block for path, block in instances(hub, "aws_vpc_endpoint").items() if path == "endpoints/endpoint-email-smtp"
    ]
    assert "group-email-smtp" in endpoint["security_group_ids"][0]


def test_names_outside_the_regions_domain_have_rules_of_their_own() -> None:
    domains = {
        rule["domain_name"]
        for rule in instances(stacks_of("production")["hub-core"], "aws_route53_resolver_rule").values()
    }
    assert domains == {"eu-west-1.amazonaws.com", "eu-west-1.api.aws"}, "monitoring registers names below both"


def test_a_global_service_is_reached_in_its_own_region() -> None:
    europe = stacks_of("two-hubs")["hub-europe"]
    iam = one(europe, "aws_vpc_endpoint", "endpoints/endpoint-iam")
    assert (iam["service_name"], iam["service_region"]) == ("com.amazonaws.iam", "us-east-1")
    assert {rule["domain_name"] for rule in instances(europe, "aws_route53_resolver_rule").values()} == {
        "eu-west-1.amazonaws.com",
        "iam.amazonaws.com",
    }


def test_a_service_can_be_in_some_zones_only() -> None:
    dev = stacks_of("two-hubs")["hub-dev"]
    assert len(one(dev, "aws_vpc_endpoint", "endpoints/endpoint-ssm")["subnet_ids"]) == 1
    assert len(one(dev, "aws_vpc_endpoint", "endpoints/endpoint-kms")["subnet_ids"]) == 2


def test_a_hub_without_spokes_is_a_hub() -> None:
    design = changed("minimal", spokes={})
    assert [hub.stack for hub in design.hubs] == ["hub-core"]
    assert design.spokes == ()
