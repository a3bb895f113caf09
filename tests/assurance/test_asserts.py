"""The assertions pass where they should, and print the path where they should not."""

import pytest

from assurance.asserts import assert_blocked, assert_reaches, assert_resolves_private
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, catalogued, service


def joined() -> Stacks:
    """Payments and ledger learn of each other, and route the pool."""
    stacks = Stacks()
    for stack, other in ((PAYMENTS, "10.0.5.0/24"), (LEDGER, "10.0.4.0/24")):
        propagation = stacks.at(stack, "gateway/propagation-hub")
        table = stacks.at(stack, "gateway/association")["transit_gateway_route_table_id"]
        stacks.added(
            stack,
            "aws_ec2_transit_gateway_route_table_propagation",
            **{**propagation, "transit_gateway_route_table_id": table},
        )
        route = stacks.at(stack, "gateway/route-hub")
        stacks.added(stack, "aws_route", **{**route, "destination_cidr_block": other})
    return stacks


def test_a_spoke_reaches_a_service() -> None:
    assert_reaches(Stacks().network, "payments", service("kms"))


def test_a_spoke_that_does_not_reach_a_service_is_told_with_its_path() -> None:
    broken = Stacks().without(HUB, "gateway/route-pool-10-0-4-0_22").network
    with pytest.raises(AssertionError) as failed:
        assert_reaches(broken, "payments", service("kms"))
    text = str(failed.value)
    assert text.startswith("payments does not reach kms privately: broken")
    assert "✗ no route leads to 10.0.4.0/26" in text
    assert "fix: add a route to 10.0.4.0/26 (aws_route)" in text


def test_spokes_are_blocked_from_each_other() -> None:
    assert_blocked(Stacks().network, "payments", "ledger")


def test_spokes_that_are_not_blocked_are_told_with_the_path() -> None:
    with pytest.raises(AssertionError, match="payments reaches ledger"):
        assert_blocked(joined().network, "payments", "ledger")


def test_a_route_alone_does_not_open_a_segment() -> None:
    stacks = Stacks()
    route = stacks.at(PAYMENTS, "gateway/route-hub")
    stacks.added(PAYMENTS, "aws_route", **{**route, "destination_cidr_block": "10.0.4.0/22"})
    path = assert_blocked(stacks.network, "payments", "ledger")
    assert path.end is not None
    assert path.end.at == stacks.address(HUB, "gateway/table-spokes")


def test_a_name_resolves_private() -> None:
    network = Stacks().network
    endpoint = assert_resolves_private(network, "payments", "kms.us-east-1.amazonaws.com", catalogued())
    assert endpoint == Stacks().address(HUB, "endpoints/endpoint-kms")


def test_a_name_that_resolves_public_is_told_with_its_path() -> None:
    with pytest.raises(AssertionError, match=r"payments resolves states\.us-east-1\.amazonaws\.com to public"):
        assert_resolves_private(Stacks().network, "payments", "states.us-east-1.amazonaws.com", catalogued())


def test_a_spoke_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="no spoke paymets; the spokes are ledger, payments"):
        assert_reaches(Stacks().network, "paymets", service("kms"))


def test_spokes_that_are_not_known_to_be_blocked_are_told_so() -> None:
    stacks = Stacks()
    route = stacks.at(PAYMENTS, "gateway/route-hub")
    stacks.added(PAYMENTS, "aws_route", **{**route, "destination_cidr_block": "${var.elsewhere}"})
    with pytest.raises(AssertionError, match="payments may reach ledger"):
        assert_blocked(stacks.network, "payments", "ledger")
