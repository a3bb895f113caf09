"""Plans are the same network as the stacks that they plan, before anything is applied and after.

`plans/` holds what real Terraform printed (`terraform show -json`, shortened to what is read) for the quickstart,
against the emulator: `first` the hub when nothing stands, `second` its spokes when the hub does.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assurance.trace import State, Trace
from network.model import Unknown
from network.terraform.reader import read
from review.verdicts import intended, report
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, catalogued, service

PLANS = Path(__file__).parent / "plans"


def plan(when: str, stack: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PLANS / when / f"{stack}.json").read_text(encoding="utf-8"))
    return loaded


def second() -> dict[str, dict[str, Any]]:
    return {stack: plan("second", stack) for stack in (HUB, LEDGER, PAYMENTS)}


def planned(plans: dict[str, dict[str, Any]], stack: str, kind: str) -> Iterator[dict[str, Any]]:
    for resource in plans[stack]["planned_values"]["root_module"]["resources"]:
        if resource["type"] == kind:
            yield resource


def test_a_first_plan_is_the_same_network_as_the_stack() -> None:
    # The plan is from before the tag that says where a stack's state is.
    assert read([(HUB, plan("first", HUB))]) == replace(read([(HUB, Stacks().stacks[HUB])]), states={})


def test_a_first_plan_of_the_hub_and_stacks_of_spokes() -> None:
    stacks = Stacks().stacks
    network = read([(PAYMENTS, stacks[PAYMENTS]), (HUB, plan("first", HUB)), (LEDGER, stacks[LEDGER])])
    assert report(network, catalogued(), intended(network, catalogued())).sound


def test_plans_of_spokes_beside_the_hub_that_stands() -> None:
    network = read(second().items())
    found = report(network, catalogued(), intended(network, catalogued()))
    assert found.sound
    assert sorted(found.group_of) == ["ledger", "payments"]
    assert network.unmodelled == ()


def test_a_plan_of_the_hub_that_stands_and_stacks_of_spokes() -> None:
    stacks = Stacks().stacks
    network = read([(PAYMENTS, stacks[PAYMENTS]), (HUB, plan("second", HUB))])
    assert Trace(network, catalogued()).reach("payments", service("kms")).state is State.PRIVATE


def test_without_the_hubs_plan_what_the_ids_stand_for_is_unknown() -> None:
    network = read([(PAYMENTS, plan("second", PAYMENTS))])
    reach = Trace(network, catalogued()).reach("payments", service("kms"))
    assert reach.state is State.UNKNOWN
    assert any("was not read" in line for line in network.unmodelled)


@pytest.mark.parametrize(
    ("kind", "hop"),
    [("aws_route", "no route leads to"), ("aws_ec2_transit_gateway_route_table_association", "no gateway table is")],
)
def test_what_a_plan_destroys_is_gone_whatever_else_repeats_it(kind: str, hop: str) -> None:
    """A route table's planned value still lists the routes that stand."""
    plans = second()
    resources = plans[HUB]["planned_values"]["root_module"]["resources"]
    gone = next(planned(plans, HUB, kind))
    resources.remove(gone)
    reach = Trace(read(plans.items()), catalogued()).reach("payments", service("kms"))
    assert reach.state is State.BROKEN
    assert reach.path.end is not None
    assert hop in reach.path.end.says


def test_an_address_that_is_known_is_walked_as_it_is() -> None:
    network = read(second().items())
    outbound = next(e for e in network.resolver_endpoints.values() if e.direction == "OUTBOUND")
    assert all(ip is not None for _, ip in outbound.interfaces)


def test_references_of_other_configurations_are_read_too() -> None:
    """Where the configuration is HCL, Terraform lists an expression's references instead of its text."""
    plans = {HUB: plan("first", HUB)}
    for resource in plans[HUB]["configuration"]["root_module"]["resources"]:
        for name, expression in resource["expressions"].items():
            text = expression.get("constant_value") if isinstance(expression, dict) else None
            if isinstance(text, str) and text.startswith("${aws_"):
                resource["expressions"][name] = {"references": [text[2:-1], text[2:-1].rpartition(".")[0]]}
    subnets = read(plans.items()).subnets.values()
    assert {subnet.vpc for subnet in subnets} == {Stacks().address(HUB, "network/vpc")}


def test_an_expression_that_names_no_resource_is_unknown() -> None:
    plans = {HUB: plan("first", HUB)}
    vpc = next(r for r in plans[HUB]["configuration"]["root_module"]["resources"] if r["type"] == "aws_subnet")
    vpc["expressions"]["vpc_id"] = {"references": ["var.vpc_id"]}
    network = read(plans.items())
    assert any(isinstance(subnet.vpc, Unknown) for subnet in network.subnets.values())
