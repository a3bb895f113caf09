"""A share for another organization than the topology's is one for nobody here."""

import pytest

from review.intent import intent_of, services_in
from review.verdicts import Report, report
from tests.assurance.faults import HUB, Stacks
from tests.examples import designed

OTHERS = "arn:aws:organizations::555555555555:organization/o-otherorg111"
UNIT = "arn:aws:organizations::555555555555:ou/o-otherorg111/ou-abcd-12345678"


def judged(stacks: Stacks) -> Report:
    network = stacks.network
    return report(network, services_in(network), intent_of(designed("quickstart")))


@pytest.mark.parametrize("principal", [OTHERS, UNIT])
@pytest.mark.parametrize("share", ["gateway-share", "rules-share"])
def test_a_share_for_another_organization(share: str, principal: str) -> None:
    found = judged(Stacks().changed(HUB, f"{share}/organization", principal=principal))
    assert not found.sound, "accounts of the topology's organization were taken to be in the other"
    assert any("is not among its principals" in finding.why for finding in found.findings), found.findings


def test_a_share_for_the_organization() -> None:
    assert judged(Stacks()).sound
