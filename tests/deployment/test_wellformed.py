"""What must not be applied, each planted in the quickstart's sound JSON."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployment.wellformed import defects
from modules import aws, cdk
from tests.examples import EXAMPLES, stacks_of

NAME = "spoke-core-payments"
Stack = dict[str, Any]


def spoke() -> Stack:
    stack: Stack = copy.deepcopy(stacks_of("quickstart")[NAME])
    return stack


def vpc(stack: Stack) -> dict[str, Any]:
    block: dict[str, Any]
    [block] = stack["resource"]["aws_vpc"].values()
    return block


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_sound(example: str) -> None:
    for name, stack in stacks_of(example).items():
        assert defects(name, stack) == []


def without_provider(stack: Stack) -> None:
    del vpc(stack)["provider"]


def with_an_unknown_provider(stack: Stack) -> None:
    vpc(stack)["provider"] = "aws.other"


def with_a_doubled_alias(stack: Stack) -> None:
    stack["provider"]["aws"][1]["alias"] = "spoke"
    for block in (block for kind in stack["resource"].values() for block in kind.values()):
        block["provider"] = "aws.spoke"
    stack["data"] = {}


def with_a_provider_without_alias(stack: Stack) -> None:
    stack["provider"]["aws"].append({"region": "us-east-1", "allowed_account_ids": ["111111111111"]})


def with_an_emptied_role(stack: Stack) -> None:
    stack["provider"]["aws"][0]["assume_role"] = [{}]


def without_allowed_accounts(stack: Stack) -> None:
    del stack["provider"]["aws"][0]["allowed_account_ids"]


def with_an_unsafe_path(stack: Stack) -> None:
    vpc(stack)["//"]["metadata"]["path"] = f"{NAME}/network/v.pc"


def with_a_data_source_without_provider(stack: Stack) -> None:
    del next(iter(stack["data"]["aws_ssm_parameter"].values()))["provider"]


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (without_provider, "aws_vpc.network_vpc_4E8F0223 names no provider"),
        (
            with_an_unknown_provider,
            "aws_vpc.network_vpc_4E8F0223 names the provider aws.other, which the stack does not have",
        ),
        (with_a_doubled_alias, "the alias aws.spoke exists 2 times"),
        (
            with_a_provider_without_alias,
            "provider aws has a configuration without an alias, which resources would use by mistake",
        ),
        (
            with_an_emptied_role,
            "provider aws.spoke has an empty assume_role: it would run with the caller's own credentials",
        ),
        (
            without_allowed_accounts,
            "provider aws.spoke has no allowed_account_ids: a wrong role could write to a wrong account",
        ),
        (with_an_unsafe_path, "aws_vpc.network_vpc_4E8F0223 has an id outside [A-Za-z0-9_-]: v.pc"),
        (with_a_data_source_without_provider, "data.aws_ssm_parameter.contract_parameter_9294965A names no provider"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_planted_defect_is_named(plant: Callable[[Stack], None], expected: str) -> None:
    stack = spoke()
    plant(stack)
    assert defects(NAME, stack) == [f"{NAME}: {expected}"]


def test_what_cdktf_itself_lets_pass_is_found(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    stack = cdk.TerraformStack(app, "plain")
    aws.AwsProvider(
        stack, "default", region="us-east-1", assume_role=[{"role_arn": "arn:aws:iam::111111111111:role/x"}]
    )
    aws.Vpc(cdk.Construct(stack, "a.b"), "vpc", cidr_block="10.0.0.0/16")
    app.synth()  # not Testing.synth, which leaves out the construct paths
    found = defects("plain", json.loads((tmp_path / "stacks" / "plain" / "cdk.tf.json").read_bytes()))
    assert [reason for reason in found if "empty assume_role" in reason], "a dictionary in a list is emptied by CDKTF"
    assert [reason for reason in found if "names no provider" in reason]
    assert [reason for reason in found if "id outside" in reason]
