"""What is read out of states, and what counts as known to one."""

import io
import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from accounts.clients import Clients
from accounts.states import State, StateBucket, orphans, parse
from accounts.unmanaged import managed
from tests.accounts.recorded import Answer, Recorded, Refusal
from tests.examples import designed


def resource(kind: str, *instances: dict[str, Any], mode: str = "managed") -> dict[str, Any]:
    return {"mode": mode, "type": kind, "name": "x", "instances": [{"attributes": given} for given in instances]}


def test_a_state_tells_what_it_manages_by_id_and_arn() -> None:
    document = {
        "version": 4,
        "resources": [
            resource("aws_vpc", {"id": "vpc-1", "arn": "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1", "tags": {}}),
            resource("aws_ec2_transit_gateway", {"id": "tgw-1", "arn": None}),
            resource("aws_instance", {"id": "i-1", "root_block_device": [{"volume_id": "vol-1"}]}),
            resource("aws_route", {"id": "r-1", "transit_gateway_id": "tgw-elsewhere"}),
            resource("aws_ssm_parameter", {"id": "/x", "name": "/endpoint-hub/core/contract"}, mode="data"),
        ],
    }
    assert parse("hub-core", json.dumps(document).encode()) == State(
        stack="hub-core",
        addresses=("aws_vpc.x", "aws_ec2_transit_gateway.x", "aws_instance.x", "aws_route.x"),
        ids=frozenset(
            {"vpc-1", "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1", "tgw-1", "i-1", "vol-1", "r-1"},
        ),
        gateways=frozenset({"tgw-1"}),
        parameters=frozenset({"/endpoint-hub/core/contract"}),
    )


def test_an_empty_state_manages_nothing() -> None:
    assert parse("spoke-core-a", b'{"version": 4, "resources": []}').addresses == ()


@pytest.mark.parametrize("text", [b'{"version": 3}', b"not a state"])
def test_what_is_no_state_is_an_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  its subclass for JSON has words of its own
        parse("spoke-core-a", text)


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1", True),
        ("arn:aws:ec2:us-east-1:111111111111:vpc/vpc-2", False),
        ("arn:aws:ram:us-east-1:111111111111:resource-share/a", True),
        ("arn:aws:ram:us-east-1:111111111111:resource-share/b", False),
        ("arn:aws:route53resolver:us-east-1:111111111111:resolver-endpoint/rslvr-in-1", True),
        ("arn:aws:ssm:us-east-1:111111111111:parameter/endpoint-hub/core/contract", True),
        ("arn:aws:s3:::example-network-state", True),
    ],
    ids=["id", "other id", "ARN", "other ARN", "id of what is half made", "name with slashes", "bucket"],
)
def test_a_resource_is_known_by_its_arn_or_its_id(arn: str, *, expected: bool) -> None:
    share = "arn:aws:ram:us-east-1:111111111111:resource-share/a"
    known = frozenset({"vpc-1", share, "rslvr-in-1", "/endpoint-hub/core/contract", "example-network-state"})
    assert managed(arn, known) is expected


def bucket(keys: list[str] | Refusal, states: dict[str, bytes] | None = None) -> StateBucket:
    def pages(_: str, asked: dict[str, Any]) -> Answer:
        if isinstance(keys, Refusal):
            return keys
        assert (asked["Bucket"], asked["Prefix"]) == ("example-network-state", "endpoint-hub/")
        at = int(asked.get("ContinuationToken", 0))
        more = {"IsTruncated": True, "NextContinuationToken": str(at + 1)} if at + 1 < len(keys) else {}
        return {"Contents": [{"Key": f"endpoint-hub/{keys[at]}"}] if keys else [], **more}

    def state(_: str, asked: dict[str, Any]) -> Answer:
        return {"Body": io.BytesIO((states or {})[asked["Key"]])}

    recorded = Recorded({"s3:ListObjectsV2": pages, "s3:GetObject": state})
    return StateBucket(designed("quickstart"), cast("Clients", recorded))


KEYS = [
    "spoke-core-old.tfstate",
    "hub-core.tfstate",
    "hub-core.tfstate.tflock",
    "notes.txt",
    "spoke-core-empty.tfstate",
]


def test_every_page_of_the_bucket_is_read() -> None:
    found = bucket(KEYS)
    assert found.keys() == sorted(KEYS)
    assert found.stacks() == ["hub-core", "spoke-core-empty", "spoke-core-old"]
    assert found.locked() == ["hub-core"]
    assert found.address == "example-network-state/endpoint-hub"


def test_a_bucket_that_does_not_exist_holds_no_state() -> None:
    assert bucket(Refusal("NoSuchBucket")).stacks() == []


def test_a_bucket_that_may_not_be_read_is_an_error() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        bucket(Refusal("AccessDenied")).stacks()


def test_an_orphan_is_a_state_with_resources_in_no_stack_of_the_topology() -> None:
    full = {"version": 4, "resources": [resource("aws_vpc", {"id": "vpc-1"})]}
    states = {
        "endpoint-hub/spoke-core-old.tfstate": json.dumps(full).encode(),
        "endpoint-hub/spoke-core-empty.tfstate": b'{"version": 4, "resources": []}',
    }
    found = bucket(KEYS, states)
    assert [state.stack for state in orphans(designed("quickstart"), found)] == ["spoke-core-old"]
    assert orphans(designed("quickstart"), found, lambda stack: stack != "spoke-core-old") == []
