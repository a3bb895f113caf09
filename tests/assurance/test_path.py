"""A walk says what became of it, and where; of several the one that fails soonest speaks for all."""

from __future__ import annotations

import pytest

from assurance.flows import ANY, Flow
from assurance.path import Hop, Path, Verdict, worst

PASSES, DROPPED, UNKNOWN = (Hop(v.value, f"it {v.value}", "source", v, "a fix") for v in Verdict)


@pytest.mark.parametrize(
    ("hops", "end"),
    [
        ((), None),
        ((PASSES, PASSES), None),
        ((PASSES, UNKNOWN, PASSES), UNKNOWN),
        ((UNKNOWN, DROPPED, PASSES), DROPPED),
        ((DROPPED, UNKNOWN), DROPPED),
    ],
    ids=str,
)
def test_a_walk_ends_where_it_is_dropped_or_else_where_it_could_not_be_determined(
    hops: tuple[Hop, ...], end: Hop | None
) -> None:
    path = Path(hops)
    assert path.end == end
    assert path.verdict is (end.verdict if end is not None else Verdict.PASSES)


def test_a_walk_with_another_verdict_keeps_every_hop_before_its_last() -> None:
    ended = Path((PASSES, UNKNOWN, PASSES)).ended(Verdict.DROPPED)
    assert [hop.verdict for hop in ended.hops] == [Verdict.PASSES, Verdict.UNKNOWN, Verdict.DROPPED]
    assert [hop.at for hop in ended.hops] == ["passes", "unknown", "passes"]
    assert Path().ended(Verdict.DROPPED) == Path()


def test_a_dropped_walk_is_worse_than_an_undetermined_one_and_that_worse_than_one_that_passes() -> None:
    passes, unknown, dropped = Path((PASSES,)), Path((UNKNOWN,)), Path((DROPPED,))
    assert worst((passes, unknown, dropped)) == dropped
    assert worst((passes, unknown)) == unknown
    assert worst((passes, passes)) == passes


@pytest.mark.parametrize(
    ("hop", "lines"),
    [
        (PASSES, ["    it passes", "      at passes", "      see source"]),
        (DROPPED, ["  ✗ it dropped", "      at dropped", "      fix: a fix", "      see source"]),
        (UNKNOWN, ["  ? it unknown", "      at unknown", "      fix: a fix", "      see source"]),
        (Hop("at", "says", "source", Verdict.DROPPED), ["  ✗ says", "      at at", "      see source"]),
    ],
    ids=str,
)
def test_a_hop_is_shown_with_its_mark_and_with_a_fix_where_one_is_needed(hop: Hop, lines: list[str]) -> None:
    assert str(hop).splitlines() == lines


@pytest.mark.parametrize(
    ("flow", "shown"),
    [
        (Flow("tcp", 443, 443), "tcp 443"),
        (Flow("udp", 1024, 65535), "udp 1024-65535"),
        (Flow(ANY, 0, 65535), "anything"),
    ],
    ids=str,
)
def test_a_flow_is_shown_as_people_write_it(flow: Flow, shown: str) -> None:
    assert str(flow) == shown
