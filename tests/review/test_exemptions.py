"""A spoke that keeps a name to itself is not expected to use the hub's endpoint for it: every verb agrees."""

from collections.abc import Mapping
from typing import Any

import pytest

from assurance.trace import State
from deployment.synthesis import synthesise
from review.intent import intent_of
from review.proof import prove
from review.verdicts import Report
from tests.examples import changed
from topology import Design

KMS = {"exempt": ["kms"]}


def spokes(**own: Mapping[str, Any]) -> Design:
    """The quickstart's spokes with some more keys each."""
    services = ["kms", "ssm", "ssmmessages", "ec2messages", "sagemaker.api", "monitoring", "s3"]
    plain = {
        "payments": {"hub": "core", "account": "222222222222", "cidr": "10.0.4.0/24"},
        "ledger": {"hub": "core", "account": "333333333333", "cidr": "10.0.5.0/24"},
    }
    return changed(
        "quickstart",
        hubs__core__services=services,
        spokes={name: {**keys, **own.get(name, {})} for name, keys in plain.items()},
    )


def proved(design: Design) -> Report:
    stacks = synthesise(design).stacks
    _, found, reasons = prove(design, stacks, stacks.items())
    assert reasons == [], f"expected no reason against the stacks, found {reasons}"
    return found


@pytest.mark.parametrize(
    ("exempt", "kept"),
    [
        pytest.param(["kms"], {"kms"}, id="the name of a service"),
        pytest.param(["sagemaker"], {"sagemaker.api"}, id="a parent of a service's name"),
        pytest.param(["monitoring"], {"monitoring"}, id="one of several names of a service"),
        pytest.param(["efs", "kms", "sagemaker"], {"kms", "sagemaker.api"}, id="several"),
        pytest.param(["efs", "km", "s"], set(), id="names that no service has"),
        pytest.param(["x.kms"], set(), id="a name below a service's"),
    ],
)
def test_what_a_spoke_keeps_is_not_expected_of_the_hub(exempt: list[str], kept: set[str]) -> None:
    design = spokes(payments={"exempt": exempt})
    intent = intent_of(design)
    assert intent.kept == {"payments": kept, "ledger": set()}
    assert intent.services["ledger"] - intent.services["payments"] == kept
    proved(design)


def test_one_spoke_keeps_a_name_and_the_other_still_has_to_reach_the_endpoint() -> None:
    found = proved(spokes(payments=KMS))
    assert found.state("ledger", "kms") is State.PRIVATE
    assert found.state("payments", "kms") is not State.PRIVATE


def test_a_name_that_every_spoke_keeps_is_shown_and_expected_of_nobody() -> None:
    found = proved(spokes(payments=KMS, ledger=KMS))
    assert "kms" in found.services
    assert {spoke: found.state(spoke, "kms") for spoke in ("ledger", "payments")} == dict.fromkeys(
        ("ledger", "payments"), State.UNREACHABLE
    )


def test_a_spoke_that_keeps_s3_reaches_it_through_its_gateway_endpoint() -> None:
    design = spokes(payments={"exempt": ["s3"]})
    intent = intent_of(design)
    assert intent.gateway == {"payments": {"s3"}, "ledger": set()}
    found = proved(design)
    assert (found.state("payments", "s3"), found.state("ledger", "s3")) == (State.GATEWAY, State.PRIVATE)
