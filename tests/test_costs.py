"""What a synthesis costs, counted in things that are the same on every machine."""

from collections import Counter
from typing import Any

import pytest
from jsii._kernel.providers import process

from bench.topologies import topology
from deployment.synthesis import synthesise
from modules.start.pipelining import Pipelined
from stacks.spoke import SpokeStack
from topology import Design, design
from topology.document import read_text
from topology.reader import topology_of

MOST_MESSAGES = 55
"""Messages to Node for one more spoke, half a millisecond each: 38 objects made, 13 attributes read, 4 calls."""
MOST_ROUND_TRIPS = 17
"""Messages whose answer Python waits for: not those that make objects."""
MOST_CONSTRUCTS = 25
"""Resources and data sources of a spoke with three zones."""
PER_SHAPE = 2
"""Stacks that CDKTF makes of any number of spokes of one shape: the stamp, and the sample that it is compared with."""


def designed(spokes: int) -> Design:
    return design(topology_of(read_text(topology(spokes))).topology)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the messages to Node, the answers that are waited for, and the spokes' stacks that constructs make."""
    counts: Counter[str] = Counter()

    def counting(of: type[process._NodeProcess], what: str) -> None:
        send = of.send

        def sending(*arguments: Any) -> Any:
            counts[what] += 1
            return send(*arguments)

        monkeypatch.setattr(of, "send", sending)

    def making(*arguments: Any, **values: Any) -> Any:
        counts["stacks"] += 1
        return SpokeStack(*arguments, **values)

    counting(Pipelined, "messages")
    counting(process._NodeProcess, "round trips")  # noqa: SLF001  jsii's only place to count
    monkeypatch.setattr("stacks.app.SpokeStack", making)
    return counts


@pytest.mark.parametrize(("what", "most"), [("messages", MOST_MESSAGES), ("round trips", MOST_ROUND_TRIPS)])
def test_messages_of_a_spoke(counted: Counter[str], what: str, most: int) -> None:
    synthesise(designed(1))  # what is loaded once is not counted
    counted.clear()
    synthesise(designed(1))
    one = counted[what]
    synthesise(designed(2))
    more = counted[what] - one - one
    assert 0 < more <= most, f"a spoke takes {more} {what}, and {most} are agreed"


def test_constructs_of_a_spoke() -> None:
    stack = synthesise(designed(1)).parsed()["spoke-core-spoke0000"]
    found = sum(len(named) for section in ("resource", "data") for named in stack[section].values())
    assert found <= MOST_CONSTRUCTS, f"a spoke has {found} resources and data sources, and {MOST_CONSTRUCTS} are agreed"


@pytest.mark.parametrize("spokes", [3, 500])
def test_spokes_of_one_shape_take_two_syntheses(counted: Counter[str], spokes: int) -> None:
    assert len(synthesise(designed(spokes)).stacks) == spokes + 1
    assert counted["stacks"] == PER_SHAPE, f"{counted['stacks']} stacks were made for {spokes} spokes"


def test_only_makes_what_it_names(counted: Counter[str]) -> None:
    result = synthesise(designed(50), lambda name: name == "spoke-core-spoke0007")
    assert list(result.stacks) == ["spoke-core-spoke0007"]
    assert counted["stacks"] == 1, f"{counted['stacks']} stacks were made for one"
