"""Every example's stacks are the network that its topology means: asked as a network engineer would."""

import pytest

from assurance.asserts import assert_blocked, assert_reaches, assert_resolves_private
from tests.assurance.faults import Stacks, catalogued, service
from tests.examples import EXAMPLES, designed


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_spoke_of_every_example_reaches_every_service_of_its_hub(example: str) -> None:
    network = Stacks(example).network
    hubs = {hub.name: hub for hub in designed(example).hubs}
    for spoke in designed(example).spokes:
        for endpoint in () if spoke.absent else hubs[spoke.hub].endpoints:
            assert_reaches(network, spoke.name, service(endpoint.service, spoke.account.region))


def test_segments_of_the_production_example() -> None:
    network = Stacks("production").network
    assert_blocked(network, "sandbox", "payments")
    assert_blocked(network, "payments", "ledger")
    with pytest.raises(AssertionError, match="build reaches payments"):
        assert_blocked(network, "build", "payments")


def test_each_hub_of_a_region_answers_its_own_spokes() -> None:
    network = Stacks("two-hubs").network
    for spoke, hub in (("payments", "hub-prod"), ("payments-dev", "hub-dev")):
        endpoint = assert_resolves_private(network, spoke, "kms.us-east-1.amazonaws.com", catalogued())
        assert endpoint.startswith(f"{hub}: ")


def test_spokes_of_two_hubs_do_not_meet() -> None:
    network = Stacks("two-hubs").network
    assert_blocked(network, "payments", "payments-dev")
    assert_blocked(network, "payments-dev", "payments")
