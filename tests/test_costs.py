"""What a synthesis costs, counted in things that are the same on every machine."""

from collections import Counter
from typing import Any

import pytest
from jsii._kernel.providers import process

from bench.topologies import topology
from deployment.synthesis import synthesise
from stacks.spoke import SpokeStack
from topology import Design, design
from topology.document import read_text
from topology.reader import topology_of

MOST_MESSAGES = 55
"""Messages to Node for one more spoke, half a millisecond each: 38 objects made, 13 attributes read, 4 calls."""
MOST_CONSTRUCTS = 25
"""Resources and data sources of a spoke with three zones."""
PER_SHAPE = 2
"""Stacks that CDKTF makes of any number of spokes of one shape: the stamp, and the sample that it is compared with."""


def designed(spokes: int) -> Design:
    return design(topology_of(read_text(topology(spokes))).topology)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the messages to Node, and the spokes' stacks that constructs make."""
    counts: Counter[str] = Counter()

    send = process._NodeProcess.send  # noqa: SLF001  jsii's only place to count

    def sending(*arguments: Any) -> Any:
        counts["messages"] += 1
        return send(*arguments)

    def making(*arguments: Any, **values: Any) -> Any:
        counts["stacks"] += 1
        return SpokeStack(*arguments, **values)

    monkeypatch.setattr(process._NodeProcess, "send", sending)  # noqa: SLF001  as above
    monkeypatch.setattr("stacks.app.SpokeStack", making)
    return counts


def test_messages_of_a_spoke(counted: Counter[str]) -> None:
    synthesise(designed(1))  # what is loaded once is not counted
    counted.clear()
    synthesise(designed(1))
    one = counted["messages"]
    synthesise(designed(2))
    more = counted["messages"] - one - one
    assert 0 < more <= MOST_MESSAGES, f"a spoke takes {more} messages, and {MOST_MESSAGES} are agreed"


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
