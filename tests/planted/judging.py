"""What the trace makes of an edit, against what the edit does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice

from assurance.path import Verdict
from assurance.trace import State
from findings import Severity, codes
from review.proof import prove
from review.verdicts import Report
from tests.planted.answers import Answer, Effect, Pair, answer
from tests.planted.edits import Edit
from tests.planted.sound import Sound, Stacks

__all__ = ["Judged", "Outcome", "Tally", "Traced", "judged", "traced"]

WANTED = {"private": {State.PRIVATE}, "gateway": {State.GATEWAY, State.PRIVATE}}
OF_PAIRS = {codes.REACH.id, codes.ISOLATION.id, codes.EXPOSURE.id}


class Outcome(Enum):
    """How the trace's verdict compares with the right answer."""

    RIGHT = "right"
    FALSE_PASS = "false pass"
    FALSE_ALARM = "false alarm"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Traced:
    """What the trace says of stacks."""

    report: Report
    reasons: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Whether `./hub trace` would exit with status 0."""
        return self.report.sound and not self.reasons

    @property
    def fails(self) -> bool:
        """Whether it says that something is wrong, and not only that it cannot tell."""
        failed = any(finding.severity is Severity.FAILED for finding in self.report.findings)
        return failed or len(self.reasons) > len(self.report.findings)

    def lets(self, pair: Pair) -> bool:
        """Whether it says that a pair is as the design means it, and nothing that is about more than pairs."""
        return not self._about_all and self.says(pair) is True

    def says(self, pair: Pair) -> bool | None:
        """Whether a pair is as the design means it; None where that could not be determined."""
        found = self.report
        if pair.spoke not in found.group_of or (pair.how in {"spoke", "apart"} and pair.target not in found.group_of):
            return False
        if pair.how in WANTED:
            state = found.state(pair.spoke, pair.target)
            return None if state is State.UNKNOWN else state in WANTED[pair.how]
        group = found.group_of[pair.spoke]
        if pair.how == "exposed":
            ways = {exposure.path.verdict for exposure in found.exposed.get(group, ())}
            return False if Verdict.PASSES in ways else None if ways else True
        path = found.opened.get((group, found.group_of[pair.target]))
        verdict = Verdict.DROPPED if path is None else path.verdict
        wanted = Verdict.PASSES if pair.how == "spoke" else Verdict.DROPPED
        return None if verdict is Verdict.UNKNOWN else verdict is wanted

    @property
    def _about_all(self) -> bool:
        """Whether something is said that is about no single pair, such as what AWS refuses."""
        return any(f.code.id not in OF_PAIRS for f in self.report.findings) or len(self.reasons) > len(
            self.report.findings
        )


def traced(sound: Sound, stacks: Stacks) -> Traced:
    """Trace stacks as `./hub trace` does, beside their topology."""
    texts = ((name, json.dumps(document).encode()) for name, document in stacks.items())
    _, found, reasons = prove(sound.design, list(stacks), texts)
    return Traced(found, tuple(reasons))


@dataclass(frozen=True)
class Judged:
    """One edit, its right answer, and how the trace did."""

    sound: Sound
    index: int
    edit: Edit
    expected: Answer
    outcome: Outcome
    why: str = ""

    def __str__(self) -> str:
        wanted = self.expected.effect.value
        pairs = ", ".join(f"{pair.spoke} → {pair.target or 'elsewhere'}" for pair in sorted(self.expected.pairs)[:3])
        text = f"{self.outcome.value}: {self.sound.name} #{self.index}: {self.edit}"
        return f"{text}\n    {wanted} {pairs}; the trace: {self.why}"


def judged(sound: Sound, edits: Iterable[Edit], size: int) -> Iterator[Judged]:
    """The first edits that have a right answer, each judged."""
    answered = ((at, edit, answer(sound, edit)) for at, edit in enumerate(edits))
    for at, edit, expected in islice((each for each in answered if each[2] is not None), size):
        assert expected is not None
        try:
            found = traced(sound, edit.applied(sound.stacks))
        except Exception as error:
            raise AssertionError(f"{sound.name} #{at}: {edit}: {type(error).__name__}: {error}") from error
        outcome, why = _compared(found, expected)
        yield Judged(sound, at, edit, expected, outcome, why)


def _compared(found: Traced, expected: Answer) -> tuple[Outcome, str]:
    if expected.effect is Effect.NOTHING:
        if found.passes:
            return Outcome.RIGHT, "passes"
        why = found.reasons[0] if found.reasons else "not sound"
        return (Outcome.FALSE_ALARM if found.fails else Outcome.UNDETERMINED), why
    if found.passes:
        return Outcome.FALSE_PASS, "exit status 0"
    wrong = [pair for pair in sorted(expected.pairs) if found.lets(pair)]
    if wrong:
        names = ", ".join(f"{pair.spoke} → {pair.target} ({pair.how})" for pair in wrong[:3])
        return Outcome.FALSE_PASS, f"fails, but passes {names}"
    return Outcome.RIGHT, "does not pass"


@dataclass
class Tally:
    """Counts of outcomes by what is done and what it does."""

    found: list[Judged] = field(default_factory=list)

    def of(self, outcome: Outcome) -> list[Judged]:
        return [each for each in self.found if each.outcome is outcome]

    def harmless(self) -> list[Judged]:
        """The edits that change nothing."""
        return [each for each in self.found if each.expected.effect is Effect.NOTHING]

    def table(self) -> str:
        """Counts by action and effect, as Markdown."""
        rows = sorted({(each.edit.action.value, each.expected.effect.value) for each in self.found})
        lines = [
            "| edit | what it does | judged | right | false passes | false alarms | undetermined |",
            "|---|---|---|---|---|---|---|",
        ]
        for row in (*rows, ("all", "")):
            own = [e for e in self.found if row[0] == "all" or (e.edit.action.value, e.expected.effect.value) == row]
            counts = (sum(each.outcome is outcome for each in own) for outcome in Outcome)
            lines.append(f"| {' | '.join(map(str, (*row, len(own), *counts)))} |")
        return "\n".join(lines)
