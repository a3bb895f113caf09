"""What is not known about a resource leaves open what it may change: its part, its VPC, its gateway, or its account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from assurance.path import ACCEPT
from assurance.trace import State
from network.doubts import cast
from network.model import Doubt, Network, Owner, Unknown
from network.terraform.reader import READERS, read
from review.intent import intent_of, services_in
from review.verdicts import Report, report
from tests.assurance.faults import HUB, PAYMENTS
from tests.examples import designed, stacks_of

WHY = "sets something that is not modelled"
STACKS = stacks_of("quickstart")
NETWORK = read(STACKS.items())
MEANT = intent_of(designed("quickstart"))
HUB_ACCOUNT, SPOKE_ACCOUNT = (
    next(vpc.owner for vpc in NETWORK.vpcs.values() if vpc.address.startswith(f"{stack}: "))
    for stack in (HUB, PAYMENTS)
)


def judged(network: Network) -> Report:
    """The report of a network that is meant to be the quickstart's."""
    return report(network, services_in(NETWORK), MEANT)


def doubted(address: str, owner: Owner = HUB_ACCOUNT, names: tuple[str, ...] = (), about: str = "both") -> Network:
    """The quickstart's network with a doubt."""
    return replace(NETWORK, doubts=(Doubt(address, WHY, owner, names, about),))


def without(stack: str, kind: str, key: str) -> Network:
    """The network without one of its resources."""
    blocks = {name: block for name, block in STACKS[stack]["resource"][kind].items() if name != key}
    changed = {**STACKS[stack], "resource": {**STACKS[stack]["resource"], kind: blocks}}
    return read({**STACKS, stack: changed}.items())


def resources() -> Iterator[tuple[str, str, str]]:
    """Every resource of the hub and of a spoke that the model has a part for."""
    for stack in (HUB, PAYMENTS):
        for kind, blocks in STACKS[stack]["resource"].items():
            yield from ((stack, kind, key) for key in blocks if kind in READERS)


def failing(network: Network) -> set[tuple[str, str]]:
    """The spokes and services that certainly fail in a network."""
    found = judged(network)
    pairs = [(spoke, key) for spoke in MEANT.services for key in MEANT.services[spoke] if spoke in found.group_of]
    return {pair for pair in pairs if found.state(*pair) not in {State.PRIVATE, State.UNKNOWN}}


def states(found: Report) -> dict[str, set[State]]:
    """How each spoke reaches the services that it should reach privately."""
    return {spoke: {found.state(spoke, key) for key in keys} for spoke, keys in MEANT.services.items()}


OPEN, SOUND = {State.UNKNOWN}, {State.PRIVATE}


def test_without_doubts_a_network_is_returned_as_it_is() -> None:
    assert cast(NETWORK) is NETWORK


@pytest.mark.parametrize(("stack", "kind", "key"), list(resources()))
def test_a_doubt_about_a_resource_leaves_open_whatever_fails_without_it(stack: str, kind: str, key: str) -> None:
    found = judged(doubted(f"{stack}: {kind}.{key}"))
    failed = failing(without(stack, kind, key))
    definite = {pair: found.state(*pair) for pair in failed if found.state(*pair) is not State.UNKNOWN}
    assert not definite, f"without {kind}.{key} they fail, and although it is in doubt they are {definite}"


def test_a_part_in_doubt_leaves_other_spokes_alone() -> None:
    attachment = next(at for at in NETWORK.attachments if at.startswith(f"{PAYMENTS}: "))
    assert states(judged(doubted(attachment, SPOKE_ACCOUNT))) == {"payments": OPEN, "ledger": SOUND}


@pytest.mark.parametrize("about", ["names", "packets", "both"])
def test_a_type_that_is_not_modelled_leaves_its_vpc_open(about: str) -> None:
    vpc = NETWORK.spokes["payments"].address
    found = judged(doubted("payments: aws_new_thing.it", SPOKE_ACCOUNT, (vpc,), about))
    assert states(found) == {"payments": OPEN, "ledger": SOUND}
    named = {finding.place.address for finding in found.findings}
    assert named == {"payments: aws_new_thing.it"}, "the findings name the resource that is not modelled"


def test_what_packets_do_is_open_in_both_directions() -> None:
    vpc = NETWORK.spokes["payments"].address
    found = cast(doubted("payments: aws_new_thing.it", SPOKE_ACCOUNT, (vpc,), "packets"))
    tables = {subnet.table for subnet in found.subnets_of[vpc]}
    assert tables == {Unknown(WHY, "payments: aws_new_thing.it")}, tables


def test_what_names_a_subnet_leaves_its_vpc_open() -> None:
    subnet = NETWORK.subnets_of[NETWORK.spokes["payments"].address][0].address
    found = judged(doubted("payments: aws_new_thing.it", SPOKE_ACCOUNT, (subnet,)))
    assert states(found) == {"payments": OPEN, "ledger": SOUND}


def test_what_names_a_gateway_leaves_every_path_through_it_open() -> None:
    gateway = next(iter(NETWORK.gateways))
    found = judged(doubted(f"{HUB}: aws_new_thing.it", HUB_ACCOUNT, (gateway,)))
    assert states(found) == {"payments": OPEN, "ledger": OPEN}


def test_what_names_nothing_leaves_its_account_open() -> None:
    found = judged(doubted("payments: aws_new_thing.it", SPOKE_ACCOUNT))
    assert states(found) == {"payments": OPEN, "ledger": SOUND}


def test_what_is_of_an_unknown_account_leaves_everything_open() -> None:
    owner = Owner(Unknown("no provider"), Unknown("no provider"))
    found = judged(doubted("payments: aws_new_thing.it", owner))
    assert states(found) == {"payments": OPEN, "ledger": OPEN}


def test_another_region_is_left_alone() -> None:
    owner = Owner(SPOKE_ACCOUNT.account, "eu-west-9")
    found = judged(doubted("payments: aws_new_thing.it", owner))
    assert found.sound, [finding.title for finding in found.findings]


def test_a_doubt_about_another_part_leaves_that_open_and_names_its_own_resource() -> None:
    endpoint = next(at for at, each in NETWORK.interface_endpoints.items() if str(each.service).endswith(".kms"))
    policy = f"{HUB}: aws_vpc_endpoint_policy.it"
    found = judged(replace(NETWORK, doubts=(Doubt(policy, WHY, HUB_ACCOUNT, (), "packets", endpoint),)))
    assert {key for key in MEANT.services["ledger"] if found.state("ledger", key) is State.UNKNOWN} == {"kms"}
    assert {finding.place.address for finding in found.findings} == {policy}
    assert {finding.fix for finding in found.findings} == {ACCEPT}, "what to do about it is to accept it"
