"""Stacks are proved before they are written, with the hubs that they need; a path is explained hop by hop."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from network.model import Doubt, Owner
from review.intent import intent_of
from review.proof import explain, needed_hubs, prove
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks
from tests.examples import changed, designed
from tests.review.test_membership import OTHERS

QUICKSTART = designed("quickstart")
MEANT = intent_of(QUICKSTART)


@pytest.mark.parametrize(
    ("stacks", "expected"),
    [
        ({PAYMENTS}, {HUB}),
        ({PAYMENTS, LEDGER}, {HUB}),
        ({PAYMENTS, HUB}, set()),
        ({HUB}, set()),
        ({"state"}, set()),
        (set(), set()),
    ],
    ids=lambda stacks: " ".join(sorted(stacks)) or "none",
)
def test_a_spoke_cannot_be_traced_without_its_hub(stacks: set[str], expected: set[str]) -> None:
    assert needed_hubs(QUICKSTART, stacks) == expected


def texts(stacks: Stacks) -> list[tuple[str, bytes]]:
    return [(name, json.dumps(stack).encode()) for name, stack in stacks.stacks.items()]


def test_sound_stacks_may_be_written() -> None:
    network, found, refusals = prove(QUICKSTART, {PAYMENTS, LEDGER, HUB}, texts(Stacks()))
    assert refusals == []
    assert found.sound
    assert sorted(network.spokes) == ["ledger", "payments"]


def test_stacks_that_break_a_path_must_not_be_written_and_the_hop_says_why() -> None:
    broken = Stacks().without(PAYMENTS, "gateway/route-hub")
    _, found, refusals = prove(QUICKSTART, {PAYMENTS}, texts(broken))
    assert len(refusals) == len(found.findings)
    (refusal,) = (text for text in refusals if ": broken" in text)
    title, *reasons = refusal.splitlines()
    assert title == "payments → ec2messages and 3 others: broken, and should be private"
    assert any("no route leads to 10.0.0.0/24" in line for line in reasons), reasons
    assert all(line.startswith("  ") for line in reasons), reasons


def test_a_stack_without_its_vpc_must_not_be_written() -> None:
    _, _, refusals = prove(QUICKSTART, {PAYMENTS}, texts(Stacks().without(PAYMENTS, "network/vpc")))
    assert refusals[0] == "payments: its VPC is not in its stack"


def test_spokes_go_by_their_stacks_and_not_by_their_tags() -> None:
    swapped = Stacks().changed(PAYMENTS, "network/vpc", tags={"Name": "anything"})
    network, _, refusals = prove(QUICKSTART, {PAYMENTS}, texts(swapped))
    assert ("payments" in network.spokes, refusals) == (True, [])


def test_expected_queries_are_in_the_figures() -> None:
    design = changed("quickstart", hubs__core__queries_per_second=5_000)
    _, found, _ = prove(design, {HUB}, texts(Stacks()))
    assert [figure.value for figure in found.figures if "DNS queries" in figure.what] == [5_000, 5_000]


def test_a_path_is_explained_to_a_service_and_to_a_spoke() -> None:
    network = Stacks().network
    shown = explain(network, MEANT, "payments", "kms")
    assert shown.splitlines()[0] == "payments → kms (kms.us-east-1.amazonaws.com): private"
    assert "is answered with the endpoint's private addresses" in shown
    shown = explain(network, MEANT, "payments", "ledger")
    assert shown.splitlines()[0] == "payments → ledger: dropped"
    assert "✗ no route leads to" in shown
    for source, target in (("nobody", "kms"), ("payments", "nobody")):
        with pytest.raises(KeyError):
            explain(network, MEANT, source, target)


def test_a_path_is_explained_as_the_report_judges_it() -> None:
    """A share for another organization is one for nobody, and what is accepted does nothing."""
    elsewhere = Stacks().changed(HUB, "gateway-share/organization", principal=OTHERS).network
    assert explain(elsewhere, MEANT, "payments", "kms").splitlines()[0].endswith("broken")
    network = Stacks().network
    doubt = Doubt("firewall", "is not modelled", Owner("111111111111", "us-east-1"), (network.hubs["core"].address,))
    network = replace(network, doubts=(doubt,))
    assert explain(network, MEANT, "payments", "kms").splitlines()[0].endswith("undetermined")
    accepting = replace(MEANT, accepted={"firewall": "it drops nothing"})
    assert explain(network, accepting, "payments", "kms").splitlines()[0].endswith("private")
