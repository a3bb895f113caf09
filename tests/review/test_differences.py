"""Differences between two networks that say nothing about a path, and those that do."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from network.model import Network
from network.terraform.reader import read
from review.differences import Difference, differences
from tests.examples import stacks_of

Stacks = dict[str, Any]


def network_of(change: Callable[[Stacks], None] = lambda _: None) -> Network:
    stacks = deepcopy(stacks_of("quickstart"))
    change(stacks)
    return read(stacks.items())


DESIGNED = network_of()


def found_after(change: Callable[[Stacks], None]) -> list[Difference]:
    return list(differences(DESIGNED, network_of(change)))


def resource(stacks: Stacks, stack: str, kind: str, having: str = "") -> tuple[dict[str, Any], str]:
    blocks = stacks[stack]["resource"][kind]
    (name,) = [name for name in blocks if having in name]
    return blocks, name


def without(stack: str, kind: str, having: str = "") -> Callable[[Stacks], None]:
    def change(stacks: Stacks) -> None:
        blocks, name = resource(stacks, stack, kind, having)
        del blocks[name]

    return change


def test_a_network_does_not_differ_from_itself() -> None:
    assert list(differences(DESIGNED, network_of())) == []


@pytest.mark.parametrize("example", ["minimal", "production", "two-hubs"])
def test_no_example_differs_from_itself(example: str) -> None:
    network = read(stacks_of(example).items())
    assert list(differences(network, read(stacks_of(example).items()))) == []


@pytest.mark.parametrize(
    ("stack", "kind", "having", "subject", "part"),
    [
        ("spoke-core-payments", "aws_route", "", "payments", "routes"),
        ("hub-core", "aws_route", "", "core", "routes"),
        ("hub-core", "aws_vpc_endpoint", "kms", "core", "interface endpoints"),
        ("spoke-core-payments", "aws_vpc_endpoint", "s3", "payments", "gateway endpoints"),
        (
            "spoke-core-payments",
            "aws_route53_resolver_rule_association",
            "rule-us-east-1",
            "payments",
            "resolver rules",
        ),
    ],
)
def test_a_part_that_is_missing_is_named(stack: str, kind: str, having: str, subject: str, part: str) -> None:
    found = found_after(without(stack, kind, having))
    assert (subject, part) in {(each.subject, each.part) for each in found if each.missing}, found
    assert {each.subject for each in found} == {subject}, found


def test_a_change_that_breaks_no_path_is_a_difference() -> None:
    def change(stacks: Stacks) -> None:
        blocks, name = resource(stacks, "spoke-core-payments", "aws_route")
        blocks["by_hand"] = {**blocks[name], "destination_cidr_block": "192.168.0.0/16"}

    (found,) = found_after(change)
    assert (found.subject, found.part, found.missing) == ("payments", "routes", ())
    assert {text.partition(": ")[2] for text in found.added} == {"192.168.0.0/16 to transit gateway"}, found


def test_a_value_that_could_not_be_determined_is_not_taken_as_equal() -> None:
    def change(stacks: Stacks) -> None:
        blocks, name = resource(stacks, "spoke-core-payments", "aws_vpc")
        blocks[name]["enable_dns_support"] = "${var.dns}"

    (found,) = found_after(change)
    assert found == Difference("payments", "VPC", ("DNS support on",), ("DNS support could not be determined",))


def test_a_spoke_that_only_one_network_has_is_one_difference() -> None:
    stacks = {name: stack for name, stack in stacks_of("quickstart").items() if name != "spoke-core-payments"}
    found = [each for each in differences(DESIGNED, read(stacks.items())) if each.subject == "payments"]
    assert found == [Difference("payments", "VPC", ("VPC payments",), ())]


def test_only_the_subjects_that_are_asked_for_are_compared() -> None:
    changed = network_of(without("spoke-core-payments", "aws_route"))
    assert list(differences(DESIGNED, changed, ["ledger"])) == []


def test_a_spoke_that_neither_network_has_is_no_difference() -> None:
    assert list(differences(DESIGNED, network_of(), ["retired"])) == []
