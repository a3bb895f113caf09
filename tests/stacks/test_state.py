"""The state stack: a bucket that many accounts' states can be kept in."""

import json
from typing import Any

from tests.examples import changed, designed, stacks_of
from tests.terraform_json import one

STATE = stacks_of("quickstart")["state"]


def statements(policy: str) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}


def test_it_exists_only_where_it_is_asked_for() -> None:
    assert designed("minimal").state is None
    assert "state" not in stacks_of("minimal")


def test_the_bucket_keeps_versions_and_old_ones_expire() -> None:
    assert one(STATE, "aws_s3_bucket")["bucket"] == "example-network-state"
    assert one(STATE, "aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    [rule] = one(STATE, "aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["status"] == "Enabled"
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 90}]


def test_the_bucket_is_encrypted_with_its_own_key() -> None:
    [rule] = one(STATE, "aws_s3_bucket_server_side_encryption_configuration")["rule"]
    default = rule["apply_server_side_encryption_by_default"]
    assert default["sse_algorithm"] == "aws:kms"
    assert default["kms_master_key_id"].startswith("${aws_kms_key.")
    assert one(STATE, "aws_kms_key")["enable_key_rotation"] is True
    assert one(STATE, "aws_kms_alias")["name"] == "alias/example-network-state"


def test_the_key_serves_the_organization_through_s3_only() -> None:
    policy = statements(one(STATE, "aws_kms_key")["policy"])
    assert policy["Account"]["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}
    assert policy["OrganizationThroughS3"]["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1", "kms:ViaService": "s3.us-east-1.amazonaws.com"}
    }
    assert "kms:*" not in policy["OrganizationThroughS3"]["Action"]


def test_the_bucket_takes_tls_only() -> None:
    policy = statements(one(STATE, "aws_s3_bucket_policy")["policy"])
    assert policy["TlsOnly"]["Effect"] == "Deny"
    assert policy["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert policy["TlsOnly"]["Resource"] == [
        "arn:aws:s3:::example-network-state",
        "arn:aws:s3:::example-network-state/*",
    ]


def test_the_bucket_is_closed_to_the_public() -> None:
    block = one(STATE, "aws_s3_bucket_public_access_block")
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert {switch: block[switch] for switch in switches} == dict.fromkeys(switches, True)


def test_bucket_and_key_are_protected_unless_told_otherwise() -> None:
    protected = stacks_of("two-hubs")["state"]
    for kind in ("aws_s3_bucket", "aws_kms_key"):
        assert one(protected, kind)["lifecycle"] == {"prevent_destroy": True}
        assert "lifecycle" not in one(STATE, kind), "the quickstart says protect: false"


def test_its_own_state_lies_in_the_bucket_under_a_key_that_is_known_beforehand() -> None:
    backend = STATE["terraform"]["backend"]["s3"]
    assert backend["key"] == "endpoint-hub/state.tfstate"
    assert backend["kms_key_id"] == "arn:aws:kms:us-east-1:111111111111:alias/example-network-state"


def test_a_given_alias_is_the_one_that_is_created() -> None:
    design = changed("quickstart", state__key="alias/example-other")
    assert design.state is not None
    assert (design.state.alias, design.hubs[0].backend.kms_key_id) == (
        "alias/example-other",
        "arn:aws:kms:us-east-1:111111111111:alias/example-other",
    )
