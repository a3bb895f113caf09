"""The trace and the packets agree, for every question, in hundreds of random networks with random faults.

The first ones are always the same and show every planted bug; others, one for each fault at least, are drawn.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from lab.host import end_with_parent
from network.model import Network
from tests.families import NETWORKS, SOAK, drawing
from tests.lab.mutations import MUTATIONS
from tests.lab.networks import FAULTS, SERVICES, random_network
from tests.lab.parts import need_lab
from tests.lab.replay import ROOT, command

SAME = 220
SECONDS = 1500 * (1 + 9 * SOAK)
"""A bound for a machine that does much else; it takes one to two minutes on two free cores."""
pytestmark = [pytest.mark.slow, pytest.mark.family, pytest.mark.timeout(SECONDS + 60)]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What became of each network; some processes share them."""
    need_lab()
    assert NETWORKS.size % len(FAULTS) == 0, "each fault comes first equally often"
    base = SAME + len(FAULTS) * drawing("networks").randrange(10**6)
    folder, ranges = tmp_path_factory.mktemp("networks"), []
    for start, count in ((0, SAME), (base, NETWORKS.size)):
        half = count // 2
        ranges += [(start, start + half - 1), (start + half, start + count - 1)]
    running = []
    try:
        for first, last in ranges:
            argv, environment = command(first, last, "--mutations")
            with (folder / f"{first}.json").open("w") as rows, (folder / f"{first}.log").open("w") as log:
                running.append(
                    subprocess.Popen(
                        argv,
                        env=environment,
                        cwd=ROOT,
                        stdout=rows,
                        stderr=log,
                        preexec_fn=end_with_parent,  # noqa: PLW1509  one call of the C library, and no lock
                    )
                )
        for process in running:
            process.wait(SECONDS)
    finally:
        for process in running:
            process.kill()
            process.wait()
    found = [json.loads(line) for path in folder.glob("*.json") for line in path.read_text().splitlines()]
    assert len(found) == SAME + NETWORKS.size, "\n".join(path.read_text()[-2000:] for path in folder.glob("*.log"))
    return found


def test_the_trace_and_the_packets_agree(compared: list[dict[str, Any]]) -> None:
    wrong = [
        f"seed {row['seed']} ({', '.join(row['faults'])}): {row.get('inconclusive') or row['different']}\n"
        f"    replay it: .venv/bin/python -m tests.lab.replay {row['seed']}"
        for row in compared
        if row.get("inconclusive") or row["different"]
    ]
    assert not wrong, "\n".join(wrong)


def test_enough_was_asked_for_agreement_to_mean_something(compared: list[dict[str, Any]]) -> None:
    answers, opened = (sum(row[key] for row in compared) for key in ("answers", "open"))
    blocked = sum(row["blocked"] for row in compared)
    states = {state for row in compared for state in row["states"]}
    assert answers > 150 * len(compared), f"only {answers} answers"
    assert opened > 5 * len(compared), f"only {opened} of them open"
    assert blocked > 500 * len(compared), f"only {blocked} drops were seen by a router's record"
    assert states == {"private", "broken", "public", "gateway", "unreachable"}, states
    assert {fault for row in compared for fault in row["faults"]} == {fault.__name__ for fault in FAULTS}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_planted_bug_is_caught(compared: list[dict[str, Any]], mutation: str) -> None:
    caught = [row["seed"] for row in compared if mutation in row.get("caught", ())]
    assert caught, f"no network shows that {mutation}"


def test_a_seed_gives_the_same_network_each_time() -> None:
    first, second = (random_network(7) for _ in range(2))
    assert isinstance(first.network(), Network)
    assert first.network() == second.network()
    assert first.faults == second.faults
    assert len(SERVICES) == len({service.key for service in SERVICES})
