"""The trace and the packets agree, for every question, in hundreds of random networks with random faults."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from lab.host import dies_with_parent
from network.model import Network
from tests.lab.mutations import MUTATIONS
from tests.lab.networks import FAULTS, SERVICES, random_network
from tests.lab.parts import need_lab
from tests.lab.replay import ROOT, command

NETWORKS = 220
SECONDS = 1500
"""A bound for a machine that does much else; it takes one to two minutes on two free cores."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(SECONDS + 60)]


@pytest.fixture(scope="module")
def compared() -> list[dict[str, Any]]:
    """What became of each network; two processes share them."""
    need_lab()
    half = NETWORKS // 2
    running = []
    for first, last in ((0, half - 1), (half, NETWORKS - 1)):
        argv, environment = command(first, last, "--mutations")
        running.append(
            subprocess.Popen(
                argv,
                env=environment,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                preexec_fn=dies_with_parent,  # noqa: PLW1509  one call of the C library, and no lock
            )
        )
    try:
        said = [process.communicate(timeout=SECONDS) for process in running]
    finally:
        for process in running:
            process.kill()
    rows = [json.loads(line) for text, _ in said for line in text.splitlines()]
    assert len(rows) == NETWORKS, "\n".join(errors[-2000:] for _, errors in said)
    return rows


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
