"""What was applied reads back as what was designed: one verdict for every pair, and one answer to every packet.

The quickstart here; another example and random topologies in `test_read_back_examples.py` and `test_read_back_random.py`.
"""

from __future__ import annotations

import pytest

from tests.deploy.applied import Applied, example, same_packets, same_verdicts
from tests.deploy.local import TIMEOUT
from tests.lab.parts import need_lab

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Applied:
    return example(tmp_path_factory.mktemp("read-back"), "quickstart")


def test_the_quickstart_has_the_verdicts_of_its_stacks(quickstart: Applied) -> None:
    same_verdicts(quickstart)


def test_the_quickstarts_packets_meet_what_they_meet_in_its_stacks(quickstart: Applied) -> None:
    need_lab()
    same_packets(quickstart)
