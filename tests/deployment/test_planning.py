"""What is read out of a plan's JSON, and out of Terraform's errors."""

from typing import Any

import pytest

from deployment.planning import Planned, drifted, read_plan, waits_for
from deployment.terraform import TerraformError
from tests.examples import designed


def change(address: str, *actions: str, mode: str = "managed") -> dict[str, Any]:
    return {"address": address, "mode": mode, "change": {"actions": list(actions)}}


def test_each_action_is_counted_by_its_address() -> None:
    plan = {
        "resource_changes": [
            change("aws_vpc.b", "create"),
            change("aws_vpc.a", "create"),
            change("aws_route.a", "update"),
            change("aws_subnet.a", "delete", "create"),
            change("aws_subnet.b", "create", "delete"),
            change("aws_route.b", "delete"),
            change("aws_route.c", "no-op"),
            change("data.aws_ssm_parameter.a", "read", mode="data"),
        ],
        "output_changes": {"vpc_id": {"actions": ["update"]}, "gateway": {"actions": ["no-op"]}},
    }
    found = read_plan(plan)
    assert found.changes == {
        "create": ("aws_vpc.a", "aws_vpc.b"),
        "change": ("aws_route.a",),
        "replace": ("aws_subnet.a", "aws_subnet.b"),
        "delete": ("aws_route.b",),
    }
    assert found.outputs == ("vpc_id",)
    assert str(found) == "2 to create, 1 to change, 2 to replace, 1 to delete"


def test_nothing_to_do_is_clean_and_outputs_alone_are_not() -> None:
    assert read_plan({"resource_changes": [change("aws_vpc.a", "no-op")]}).clean
    outputs = read_plan({"output_changes": {"vpc_id": {"actions": ["create"]}}})
    assert not outputs.clean
    assert str(outputs) == "outputs"


def test_drift_is_what_an_apply_would_undo_and_not_what_aws_filled_in() -> None:
    drift = {"resource_drift": [change("aws_route.a", "delete"), change("aws_security_group.a", "update")]}
    healing = Planned({"create": ("aws_route.a",)})
    assert drifted(read_plan(drift, "resource_drift"), healing) == Planned({"delete": ("aws_route.a",)})
    assert drifted(read_plan(drift, "resource_drift"), Planned()).clean


@pytest.mark.parametrize(
    ("error", "hub"),
    [
        ("Error: reading SSM Parameter (/endpoint-hub/core/contract): couldn't find resource", "hub-core"),
        (
            "Error: Resource postcondition failed\n\nThe hub's contract lacks a table.\nApply hub-core\nfirst.",
            "hub-core",
        ),
        ("reading EC2 Transit Gateway (tgw-1): InvalidTransitGatewayID.NotFound", "hub-core"),
        ("reading EC2 Transit Gateway (tgw-1): couldn't find resource", "hub-core"),
        ("Error: reading SSM Parameter (/endpoint-hub/other/contract): couldn't find resource", ""),
        ("Error: AccessDenied", ""),
        ("Error: reading SSM Document: ResourceNotFoundException", ""),
    ],
)
def test_a_spoke_waits_only_where_its_own_hub_is_what_it_lacks(error: str, hub: str) -> None:
    assert waits_for(designed("quickstart"), "spoke-core-ledger", TerraformError(error)) == hub


def test_a_hub_waits_for_nobody() -> None:
    error = TerraformError("InvalidTransitGatewayID.NotFound")
    assert waits_for(designed("quickstart"), "hub-core", error) == ""
