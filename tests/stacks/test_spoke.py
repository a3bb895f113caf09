"""Each part of the pattern that a spoke owns, and the order in which they come to exist."""

import json

import pytest

from tests.examples import stacks_of
from tests.terraform_json import Stack, depends_on, instances, one, resources

SPOKE = stacks_of("quickstart")["spoke-core-payments"]


def addresses(kind: str, stack: Stack = SPOKE) -> set[str]:
    return {at for at in resources(stack) if at.startswith(f"{kind}.")}


def test_vpc_has_dns_support_and_hostnames() -> None:
    vpc = one(SPOKE, "aws_vpc")
    assert (vpc["cidr_block"], vpc["enable_dns_support"], vpc["enable_dns_hostnames"]) == ("10.0.4.0/24", True, True)


def test_subnets_are_one_per_zone() -> None:
    subnets = {path.partition("/")[2]: block["cidr_block"] for path, block in instances(SPOKE, "aws_subnet").items()}
    assert subnets == {
        "subnet-use1-az1": "10.0.4.0/26",
        "subnet-use1-az2": "10.0.4.64/26",
        "subnet-use1-az4": "10.0.4.128/26",
        "attachment-subnet-use1-az1": "10.0.4.192/28",
        "attachment-subnet-use1-az2": "10.0.4.208/28",
        "attachment-subnet-use1-az4": "10.0.4.224/28",
    }


def test_attachment_is_the_spokes_and_leaves_the_default_table_flags_alone() -> None:
    attachment = one(SPOKE, "aws_ec2_transit_gateway_vpc_attachment")
    assert attachment["provider"] == "aws.spoke"
    assert len(attachment["subnet_ids"]) == 3
    flags = {key for key in attachment if key.startswith("transit_gateway_default_")}
    assert not flags, "on a gateway of another account they drift (hashicorp/terraform-provider-aws#8383)"


def test_accepting_and_wiring_are_the_hubs() -> None:
    accepter = one(SPOKE, "aws_ec2_transit_gateway_vpc_attachment_accepter")
    assert accepter["provider"] == "aws.hub"
    assert accepter["transit_gateway_default_route_table_association"] is False
    assert accepter["transit_gateway_default_route_table_propagation"] is False
    assert accepter["tags"]["Name"] == "payments", "tags belong to an account: the hub sees none of the spoke's"
    for kind, table in (("association", "spokes"), ("propagation", "hub")):
        wiring = one(SPOKE, f"aws_ec2_transit_gateway_route_table_{kind}")
        assert wiring["provider"] == "aws.hub"
        assert f'.tables["{table}"]' in wiring["transit_gateway_route_table_id"]


def test_route_table_serves_every_subnet() -> None:
    one(SPOKE, "aws_route_table")
    joined = {block["subnet_id"] for block in instances(SPOKE, "aws_route_table_association").values()}
    assert len(joined) == len(instances(SPOKE, "aws_subnet")) == 6


def test_route_leads_to_the_hub_only() -> None:
    route = one(SPOKE, "aws_route")
    assert (route["destination_cidr_block"], route["provider"]) == ("10.0.0.0/22", "aws.spoke")
    assert ".transit_gateway_id" in route["transit_gateway_id"]


def test_s3_gateway_endpoint_is_on_the_route_table() -> None:
    endpoint = one(SPOKE, "aws_vpc_endpoint")
    assert (endpoint["service_name"], endpoint["vpc_endpoint_type"]) == ("com.amazonaws.us-east-1.s3", "Gateway")
    assert len(endpoint["route_table_ids"]) == 1


def test_the_shared_rule_is_associated_with_the_vpc() -> None:
    association = one(
        SPOKE, "aws_route53_resolver_rule_association", "resolver/rule-us-east-1_amazonaws_com-association"
    )
    assert '.rules["us-east-1.amazonaws.com"]' in association["resolver_rule_id"]
    assert association["provider"] == "aws.spoke"


def test_efs_names_stay_with_the_spoke() -> None:
    rule = one(SPOKE, "aws_route53_resolver_rule")
    assert (rule["domain_name"], rule["rule_type"]) == ("efs.us-east-1.amazonaws.com", "SYSTEM")
    assert not {"target_ip", "resolver_endpoint_id"} & set(rule)
    one(SPOKE, "aws_route53_resolver_rule_association", "resolver/exemption-efs-association")


def test_instance_is_reached_through_session_manager_only() -> None:
    instance = one(SPOKE, "aws_instance")
    assert instance["instance_type"] == "t3.nano"
    assert instance["metadata_options"] == {"http_endpoint": "enabled", "http_tokens": "required"}
    assert instance["root_block_device"] == {"encrypted": True, "volume_type": "gp3"}
    assert instance["lifecycle"] == {"ignore_changes": ["ami"]}
    assert "key_name" not in instance
    assert one(SPOKE, "data.aws_ssm_parameter", "test-instance/image")["name"].startswith(
        "/aws/service/ami-amazon-linux-latest/al2023"
    )


def test_instance_role_allows_session_manager_and_two_trials() -> None:
    trust = json.loads(one(SPOKE, "aws_iam_role")["assume_role_policy"])
    assert trust["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert (
        one(SPOKE, "aws_iam_role_policy_attachment")["policy_arn"]
        == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    )
    trials = json.loads(one(SPOKE, "aws_iam_role_policy")["policy"])
    assert trials["Statement"][0]["Action"] == ["sns:ListTopics", "ssm:ListDocuments"]
    one(SPOKE, "aws_iam_instance_profile")


def test_instance_security_group_lets_https_out_and_nothing_in() -> None:
    assert not instances(SPOKE, "aws_vpc_security_group_ingress_rule")
    egress = one(SPOKE, "aws_vpc_security_group_egress_rule")
    assert (egress["ip_protocol"], egress["from_port"], egress["to_port"], egress["cidr_ipv4"]) == (
        "tcp",
        443,
        443,
        "0.0.0.0/0",
    )


def test_no_instance_unless_asked_for() -> None:
    ledger = stacks_of("quickstart")["spoke-core-ledger"]
    assert not [at for at in resources(ledger) if at.startswith(("aws_instance", "aws_iam", "aws_security_group"))]


def test_contract_is_read_through_the_hubs_account_and_its_version_checked() -> None:
    contract = one(SPOKE, "data.aws_ssm_parameter", "contract/parameter")
    assert (contract["name"], contract["provider"]) == ("/endpoint-hub/core/contract", "aws.hub")
    condition, needs = contract["lifecycle"]["postcondition"]
    assert condition["condition"] == "${jsondecode(self.insecure_value).version == 1}"
    assert "hub-core" in condition["error_message"]
    assert 'setsubtract(["hub", "spokes"], keys(' in needs["condition"]
    assert needs["error_message"].endswith("hub, spokes; us-east-1.amazonaws.com. Apply hub-core first.")
    assert "terraform_remote_state" not in SPOKE.get("data", {}), "no pipeline needs rights on another's state"


ORDER = [
    ("aws_ec2_transit_gateway_vpc_attachment_accepter", "aws_ec2_transit_gateway_vpc_attachment"),
    ("aws_ec2_transit_gateway_route_table_association", "aws_ec2_transit_gateway_vpc_attachment_accepter"),
    ("aws_ec2_transit_gateway_route_table_propagation", "aws_ec2_transit_gateway_vpc_attachment_accepter"),
    ("aws_route", "aws_ec2_transit_gateway_route_table_association"),
    ("aws_route", "aws_ec2_transit_gateway_route_table_propagation"),
    ("aws_instance", "aws_route"),
    ("aws_instance", "aws_route53_resolver_rule_association"),
    ("aws_instance", "aws_iam_role_policy_attachment"),
    ("aws_instance", "aws_vpc_security_group_egress_rule"),
]


@pytest.mark.parametrize(("later", "earlier"), ORDER, ids=lambda kind: kind.removeprefix("aws_"))
def test_order(later: str, earlier: str) -> None:
    for at in addresses(later):
        missing = addresses(earlier) - depends_on(SPOKE, at)
        assert not missing, f"{at} does not wait for {missing}"


def test_a_spoke_in_the_hubs_account_has_no_accepter_and_keeps_out_of_default_tables() -> None:
    build = stacks_of("production")["spoke-core-build"]
    assert not addresses("aws_ec2_transit_gateway_vpc_attachment_accepter", build)
    attachment = one(build, "aws_ec2_transit_gateway_vpc_attachment")
    assert attachment["transit_gateway_default_route_table_association"] is False
    assert attachment["transit_gateway_default_route_table_propagation"] is False
    for at in addresses("aws_ec2_transit_gateway_route_table_association", build):
        assert addresses("aws_ec2_transit_gateway_vpc_attachment", build) <= depends_on(build, at)


def test_an_absent_spoke_keeps_providers_and_backend_only() -> None:
    retired = stacks_of("production")["spoke-core-retired"]
    assert sorted(retired) == ["//", "provider", "terraform"]
    assert [provider["alias"] for provider in retired["provider"]["aws"]] == ["spoke", "hub"]
    assert retired["terraform"]["backend"]["s3"]["key"] == "endpoint-hub/spoke-core-retired.tfstate"


@pytest.mark.parametrize(
    ("example", "stack", "association", "propagations", "routes"),
    [
        ("quickstart", "spoke-core-payments", "spokes", {"hub"}, {"10.0.0.0/22"}),
        ("two-hubs", "spoke-dev-payments-dev", "spokes", {"hub", "spokes"}, {"10.1.0.0/24", "10.1.64.0/18"}),
        (
            "production",
            "spoke-core-payments",
            "prod",
            {"hub", "shared"},
            {"10.64.0.0/20", "10.65.0.0/16", "10.66.0.0/16"},
        ),
        (
            "production",
            "spoke-core-sandbox",
            "dev",
            {"hub", "shared"},
            {"10.64.0.0/20", "10.65.0.0/16", "10.66.0.0/16"},
        ),
        (
            "production",
            "spoke-core-build",
            "shared",
            {"hub", "dev", "prod"},
            {"10.64.0.0/20", "10.65.0.0/16", "10.66.0.0/16"},
        ),
    ],
    ids=["segmented", "flat", "prod reaches shared", "dev reaches shared", "shared reaches both"],
)
def test_segments(example: str, stack: str, association: str, propagations: set[str], routes: set[str]) -> None:
    spoke = stacks_of(example)[stack]
    assert (
        f'.tables["{association}"]'
        in one(spoke, "aws_ec2_transit_gateway_route_table_association")["transit_gateway_route_table_id"]
    )
    learned = instances(spoke, "aws_ec2_transit_gateway_route_table_propagation")
    assert {path.removeprefix("gateway/propagation-") for path in learned} == propagations
    assert {route["destination_cidr_block"] for route in instances(spoke, "aws_route").values()} == routes


def test_outputs_say_what_was_made() -> None:
    assert sorted(SPOKE["output"]) == ["attachment_id", "subnet_ids", "test_instance_id", "vpc_id"]
