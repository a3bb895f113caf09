"""Edits of an applied network: the trace passes nothing that Terraform refuses, or that breaks or opens what is applied."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.deploy.local import TIMEOUT
from tests.families import PLANNED, SEED, SOAK
from tests.planted.answers import Effect, Pair, answer, pairs
from tests.planted.applied import Base, Planned, base
from tests.planted.edits import Action, Edit, drawn
from tests.planted.judging import Traced, traced
from tests.planted.page import add_row

pytestmark = [pytest.mark.slow, pytest.mark.family, pytest.mark.timeout(4 * 3600 if SOAK else TIMEOUT)]

APPLIED = 50 if SOAK else 10
LISTED = tomllib.loads(Path(__file__).with_name("ignored.toml").read_text(encoding="utf-8"))
IGNORED = frozenset((*LISTED["undetermined"], *LISTED["harmless"]))
"""Arguments that the emulator takes and does nothing with."""
ILLEGAL = re.compile(
    r"expected .* to be|Invalid Attribute Value|invalid value|is not a valid|must be |must match|"
    r"Incorrect attribute value type",
    re.IGNORECASE,
)
"""What the provider says of a value that its argument never takes: such an edit is none of another legal value."""
EMULATORS = re.compile(
    r"EmulatorGap|timeout while waiting|NotImplemented|not been implemented|StatusCode: 50\d", re.IGNORECASE
)
"""What fails because of the emulator alone: it lacks a call, or never does what the provider waits for."""


SAME = "dc0267f95f18"
"""The seed outside a soak: CI plans and applies the same edits each time, and a soak draws others."""


@dataclass(frozen=True)
class Round:
    """Edits that were applied at once, one in each of some stacks, and what became of the network."""

    edits: dict[str, Edit]
    refused: dict[str, str]
    edited: Traced
    after: Traced
    unsettled: tuple[str, ...]
    """`type.argument` of each edit that a plan afterwards would make again."""

    def __str__(self) -> str:
        return "; ".join(map(str, self.edits.values()))


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    with base(tmp_path_factory.mktemp("planted")) as found:
        yield found


@pytest.fixture(scope="module")
def planned(applied: Base) -> list[Planned]:
    """The edits as Terraform plans them, without those that set an argument to what it never takes."""
    edits = list(islice(drawn(applied.sound, "planned", SEED if SOAK else SAME), PLANNED.size))
    return [each for each in applied.planned(edits) if not _illegal(each)]


def _illegal(each: Planned) -> bool:
    return each.edit.action is Action.SET and ILLEGAL.search(each.refusal) is not None


@pytest.fixture(scope="module")
def rounds(applied: Base, planned: list[Planned]) -> list[Round]:
    """A sample of what Terraform took, applied: in all spokes at once, and in the hub, which is every spoke's, alone."""
    quick = [each.edit for each in planned if each.quick and _name(each.edit) not in IGNORED]
    Random(f"{SEED if SOAK else SAME} planted and applied").shuffle(quick)
    of_hub = [edit for edit in quick if edit.block.stack.startswith("hub")][: APPLIED // 5]
    of_spokes = [edit for edit in quick if not edit.block.stack.startswith("hub")][: APPLIED - len(of_hub)]
    together = [{edit.block.stack: edit} for edit in of_hub]
    while of_spokes:
        together.append({edit.block.stack: edit for edit in reversed(of_spokes)})  # the first of each
        of_spokes = [edit for edit in of_spokes if edit not in together[-1].values()]
    return [_round(applied, edits, number) for number, edits in enumerate(together)]


def _name(edit: Edit) -> str:
    """The argument that an edit sets, as ignored.toml has it."""
    return f"{edit.block.kind}.{edit.argument}"


def _round(applied: Base, edits: dict[str, Edit], number: int) -> Round:
    refused = applied.apply(edits)
    stacks = applied.sound.stacks
    for edit in edits.values():
        stacks = edit.applied(stacks)
    again = tuple(
        _name(edit)
        for stack, edit in edits.items()
        if SOAK and edit.action is Action.SET and stack not in refused
        for kind, names in applied.unsettled(stack)
        if kind == edit.block.kind and edit.argument.split(".")[0] in names
    )
    return Round(edits, refused, traced(applied.sound, stacks), applied.recorded(number), again)


def test_the_applied_network_is_sound(applied: Base) -> None:
    found = traced(applied.sound, applied.sound.stacks)
    assert found.passes, found.reasons


def test_the_trace_passes_nothing_that_terraform_refuses_to_plan(
    applied: Base, planned: list[Planned], record_property: Callable[[str, object], None]
) -> None:
    refused = [each for each in planned if each.refusal]
    record_property("figures", f"{len(planned)} planned, of which {len(refused)} refused")
    assert refused, "Terraform refused nothing, and no refusal was tried"
    wrong = [each for each in refused if traced(applied.sound, each.edit.applied(applied.sound.stacks)).passes]
    if SOAK:
        add_row("planned", (len(planned), len(wrong), "", ""))
    assert not wrong, "\n".join(f"passes: {each.edit}\n    {_first(each.refusal)}" for each in wrong)


def _first(text: str) -> str:
    return " ".join(re.sub(r"[│╷╵]", " ", text).split())[:300]


def test_the_answers_that_follow_from_the_design_are_terraforms(applied: Base, planned: list[Planned]) -> None:
    """What is called harmless is planned, and of what is called refused for its references nothing is."""
    wrong = []
    for each in planned:
        expected = answer(applied.sound, each.edit)
        by_reference = each.edit.action not in {Action.SET, Action.DOUBLE, Action.MOVE}
        if expected is None:
            continue
        if expected.effect is Effect.NOTHING and each.refusal:
            wrong.append(f"called harmless, and refused: {each.edit}\n    {_first(each.refusal)}")
        if expected.effect is Effect.REFUSED and by_reference and not each.refusal:
            wrong.append(f"called refused, and planned: {each.edit}")
    assert not wrong, "\n".join(wrong)


def test_the_trace_passes_nothing_that_is_not_so_after_the_apply(
    applied: Base, rounds: list[Round], record_property: Callable[[str, object], None]
) -> None:
    wanted = sorted(pairs(applied.sound.design))
    gaps = [each for each in rounds if any(map(EMULATORS.search, each.refused.values()))]
    refused = [each for each in rounds if each.refused and each not in gaps]
    made = [each for each in rounds if not each.refused]
    tried = sum(len(each.edits) for each in rounds)
    lines = [f"{tried} applied in {len(rounds)} rounds, of which {len(refused)} were refused"]
    lines += [f"refused by the emulator alone: {each}\n    {_error(each)}" for each in gaps]
    record_property("figures", "\n".join(lines))
    wrong = [f"passes: {each}\n    {_error(each)}" for each in refused if each.edited.passes]
    wrong += [
        f"{each}\n    passes {_named(pair)}, which is not so after the apply"
        for each in made
        for pair in wanted
        if each.edited.lets(pair) and each.after.says(pair) is False and _whole(applied, rounds, each, pair)
    ]
    if SOAK:
        alarms = [each for each in made if each.edited.fails and _as_meant(each, wanted)]
        add_row("applied", (tried, len(wrong), len(alarms), ""))
    assert not wrong, "\n".join(wrong)


def _whole(applied: Base, rounds: list[Round], this: Round, pair: Pair) -> bool:
    """Whether no apply before was refused that a pair depends on: it may have ended between destroying and creating."""
    design = applied.sound.design
    spokes = {spoke.name: spoke.stack for spoke in design.spokes}
    needs = {hub.stack for hub in design.hubs} | {spokes[name] for name in (pair.spoke, pair.target) if name in spokes}
    return not any(needs & each.refused.keys() for each in rounds[: rounds.index(this)])


def _error(each: Round) -> str:
    return _first(next(iter(each.refused.values())).partition("Error:")[2])


def _as_meant(each: Round, wanted: list[Pair]) -> bool:
    return all(each.after.says(pair) is True for pair in wanted)


def _named(pair: Pair) -> str:
    return f"{pair.spoke} → {pair.target or 'nothing else'} ({pair.how})"


def test_arguments_that_the_emulator_ignores_are_listed(rounds: list[Round]) -> None:
    """Of these an apply shows nothing, so the trace has to leave them undetermined, or they are on no path."""
    found = sorted({name for each in rounds for name in each.unsettled} - IGNORED)
    assert not found, f"add to tests/planted/ignored.toml: {found}"
