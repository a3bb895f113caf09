"""What every stack has: exact requirements, one state key, providers that can write to one account."""

import re

import pytest

from tests.examples import EXAMPLES, stacks_of
from tests.terraform_json import Stack, resources

ALL = [
    pytest.param(stack, id=f"{example}/{name}") for example in EXAMPLES for name, stack in stacks_of(example).items()
]
TAGGABLE_WITHOUT_TAGS = {
    "aws_ec2_transit_gateway_route_table_association",
    "aws_ec2_transit_gateway_route_table_propagation",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_kms_alias",
    "aws_ram_principal_association",
    "aws_ram_resource_association",
    "aws_route",
    "aws_route53_resolver_rule_association",
    "aws_route_table_association",
}
"""Types that take no tags (the provider's schema)."""


@pytest.mark.parametrize("stack", ALL)
def test_terraform_and_provider_are_required_exactly(stack: Stack) -> None:
    assert stack["terraform"]["required_version"] == ">= 1.11"
    assert stack["terraform"]["required_providers"] == {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}


@pytest.mark.parametrize("stack", ALL)
def test_state_is_locked_natively_and_kept_under_the_stacks_own_key(stack: Stack) -> None:
    backend = stack["terraform"]["backend"]["s3"]
    assert backend["use_lockfile"] is True
    assert "dynamodb_table" not in backend
    assert backend["key"] == f"endpoint-hub/{stack['//']['metadata']['stackName']}.tfstate"
    assert len(backend["allowed_account_ids"]) == 1


@pytest.mark.parametrize("stack", ALL)
def test_every_provider_writes_to_one_account_through_that_accounts_role(stack: Stack) -> None:
    for provider in stack["provider"]["aws"]:
        [account] = provider["allowed_account_ids"]
        [role] = provider["assume_role"]
        assert role["role_arn"].startswith(f"arn:aws:iam::{account}:role/"), provider


@pytest.mark.parametrize("stack", ALL)
def test_every_taggable_resource_has_a_name_and_says_which_part_it_is(stack: Stack) -> None:
    for address, block in resources(stack).items():
        kind = address.partition(".")[0]
        if kind != "data" and kind not in TAGGABLE_WITHOUT_TAGS and not kind.startswith("aws_s3_bucket_"):
            assert {"Name", "hub:part"} <= set(block.get("tags", {})), f"{address} has tags {block.get('tags')}"


def test_common_tags_are_the_providers() -> None:
    [provider] = stacks_of("production")["hub-core"]["provider"]["aws"]
    common = {"cost-center": "1234", "owner": "network"}
    own = {"hub:stack": "hub-core", "hub:state": "example-terraform-state/endpoint-hub"}
    assert provider["default_tags"] == [{"tags": {**common, **own}}]


def test_roles_and_external_ids_go_where_they_were_given() -> None:
    stacks = stacks_of("production")
    by_alias = {
        provider["alias"]: provider["assume_role"] for provider in stacks["spoke-core-payments"]["provider"]["aws"]
    }
    external = "example-endpoint-hub"
    assert by_alias == {
        "spoke": [{"role_arn": "arn:aws:iam::222222222222:role/network/NetworkDeploy", "external_id": external}],
        "hub": [{"role_arn": "arn:aws:iam::111111111111:role/NetworkWiring", "external_id": external}],
    }
    [hub] = stacks["hub-core"]["provider"]["aws"]
    assert hub["assume_role"] == [
        {"role_arn": "arn:aws:iam::111111111111:role/network/NetworkDeploy", "external_id": external}
    ]
    assert stacks["hub-core"]["terraform"]["backend"]["s3"]["assume_role"] == {
        "role_arn": "arn:aws:iam::444444444444:role/NetworkState",
        "external_id": external,
    }


def test_a_bucket_that_is_not_ours_decides_on_its_encryption_unless_a_key_is_named() -> None:
    plain = stacks_of("minimal")["hub-core"]["terraform"]["backend"]["s3"]
    assert "encrypt" not in plain, "encrypt without a key writes AES256 over the bucket's default"
    assert "kms_key_id" not in plain
    named = stacks_of("production")["hub-core"]["terraform"]["backend"]["s3"]
    assert (named["encrypt"], named["kms_key_id"]) == (
        True,
        "arn:aws:kms:eu-central-1:444444444444:alias/example-terraform-state",
    )


@pytest.mark.parametrize("stack", ALL)
def test_descriptions_of_security_groups_have_characters_that_aws_takes(stack: Stack) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"""
    for address, block in resources(stack).items():
        if "security_group" in address and "description" in block:
            assert re.fullmatch(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}", block["description"]), (
                address,
                block["description"],
            )


@pytest.mark.parametrize("stack", ALL)
def test_names_of_resolver_parts_have_characters_and_a_length_that_aws_takes(stack: Stack) -> None:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateResolverRule.html"""
    for address, block in resources(stack).items():
        if address.startswith("aws_route53_resolver"):
            assert re.fullmatch(r"[a-zA-Z0-9\-_' ]{1,64}", block["name"]), (address, block["name"])


@pytest.mark.parametrize("stack", ALL)
def test_a_subnet_is_deleted_only_after_what_stood_in_it_has_moved_out(stack: Stack) -> None:
    """Without it Terraform deletes first and updates then, and waits 20 minutes for interfaces that nobody removes."""
    for address, block in resources(stack).items():
        if address.startswith("aws_subnet."):
            assert block.get("lifecycle") == {"create_before_destroy": True}, f"{address}: {block.get('lifecycle')}"


@pytest.mark.parametrize("stack", ALL)
def test_a_request_that_gets_no_answer_is_given_up_after_a_minute_or_two(stack: Stack) -> None:
    """Seven attempts with pauses of at most 2, 4, … 64 s. The provider's own 25 take over an hour."""
    for asks in (*stack["provider"]["aws"], stack["terraform"]["backend"]["s3"]):
        attempts = asks.get("max_retries")
        assert attempts == 7, f"expected 7 attempts, found {attempts} in {asks}"
