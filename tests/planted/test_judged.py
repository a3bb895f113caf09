"""Edits whose right answer follows from the design: the trace passes none that breaks, opens or is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.examples import EXAMPLES
from tests.families import JUDGED, SOAK
from tests.planted.edits import drawn
from tests.planted.judging import Judged, Outcome, Tally, judged
from tests.planted.page import add_row
from tests.planted.sound import Sound, example, random_topology

pytestmark = [pytest.mark.family, pytest.mark.timeout(4 * 3600 if SOAK else 600)]

TOPOLOGIES = 24 if SOAK else 3
SHARE = {"production": 0.08}
"""Of the edits, how many are of an example; a larger network takes longer to trace."""
USUAL = 0.2
ALARMS = 0.01
UNDETERMINED = 0.05


def _sizes() -> Iterator[tuple[Sound, int]]:
    """Every sound network with the number of its edits."""
    left = JUDGED.size
    for name in EXAMPLES:
        size = round(JUDGED.size * SHARE.get(name, USUAL))
        left -= size
        yield example(name), size
    for number in range(TOPOLOGIES):
        yield random_topology(number), -(-left // TOPOLOGIES)


@pytest.fixture(scope="module")
def tally() -> Tally:
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH, and the edits are drawn from its provider's schema")
    found = Tally()
    for sound, size in _sizes():
        found.found += judged(sound, drawn(sound, "edits"), size)
    if SOAK:
        counts = (len(found.of(each)) for each in (Outcome.FALSE_PASS, Outcome.FALSE_ALARM, Outcome.UNDETERMINED))
        add_row("judged", (len(found.found), *counts))
    return found


def test_the_trace_passes_no_edit_that_breaks_something(
    tally: Tally, record_property: Callable[[str, object], None]
) -> None:
    record_property("figures", tally.table())
    wrong = tally.of(Outcome.FALSE_PASS)
    assert not wrong, _listed(f"{len(wrong)} false passes of {len(tally.found)} edits", wrong, tally)


def test_the_trace_finds_nothing_wrong_where_nothing_is(tally: Tally) -> None:
    wrong, harmless = tally.of(Outcome.FALSE_ALARM), tally.harmless()
    assert len(wrong) <= ALARMS * len(harmless), _listed(
        f"{len(wrong)} false alarms of {len(harmless)} edits that change nothing", wrong, tally
    )


def test_the_trace_knows_the_examples(tally: Tally) -> None:
    """What changes nothing in the project's own examples is determined, but for a few."""
    own = [each for each in tally.harmless() if each.sound.name in EXAMPLES]
    unknown = [each for each in own if each.outcome is Outcome.UNDETERMINED]
    assert len(unknown) <= UNDETERMINED * len(own), _listed(
        f"{len(unknown)} undetermined of {len(own)} edits that change nothing", unknown, tally
    )


def _listed(title: str, wrong: list[Judged], tally: Tally) -> str:
    return "\n".join((title, *map(str, wrong), tally.table()))
