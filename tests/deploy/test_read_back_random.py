"""Random topologies, some with random faults, read back as they were applied."""

from __future__ import annotations

import pytest

from tests.deploy.applied import Applied, drawn, faulty, same_packets, same_verdicts
from tests.deploy.local import TIMEOUT
from tests.families import APPLIED, drawing
from tests.lab.parts import need_lab

pytestmark = [pytest.mark.slow, pytest.mark.family, pytest.mark.timeout(TIMEOUT)]


@pytest.fixture(scope="module", params=range(APPLIED.size), ids="topology {}".format)
def applied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Applied:
    folder = tmp_path_factory.mktemp("read-back")
    return faulty(folder, drawn(request.param), drawing(f"faults of topology {request.param}"))


def test_a_random_network_has_the_verdicts_of_its_stacks(applied: Applied) -> None:
    same_verdicts(applied)


def test_a_random_networks_packets_meet_what_they_meet_in_its_stacks(applied: Applied) -> None:
    need_lab()
    same_packets(applied)
