"""The other examples read back as they were designed: one of them by the seed, in a soak each."""

from __future__ import annotations

import pytest

from tests.deploy.applied import Applied, example, same_packets, same_verdicts
from tests.deploy.local import TIMEOUT
from tests.examples import EXAMPLES
from tests.families import DEPLOYED, drawing
from tests.lab.parts import need_lab

OTHERS = [name for name in EXAMPLES if name != "quickstart"]
pytestmark = [pytest.mark.slow, pytest.mark.family, pytest.mark.timeout(TIMEOUT)]


@pytest.fixture(scope="module", params=sorted(drawing("examples to deploy").sample(OTHERS, DEPLOYED.size)))
def applied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Applied:
    return example(tmp_path_factory.mktemp("read-back"), request.param)


def test_an_example_has_the_verdicts_of_its_stacks(applied: Applied) -> None:
    same_verdicts(applied)


def test_an_examples_packets_meet_what_they_meet_in_its_stacks(applied: Applied) -> None:
    need_lab()
    same_packets(applied)


def test_a_soak_deploys_every_example() -> None:
    assert len(OTHERS) == DEPLOYED.full, f"tests/families.py says {DEPLOYED.full}, and there are {OTHERS}"
