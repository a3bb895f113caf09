"""One finding for each cause: what one hop decides for many spokes and services is said once, with all it affects."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from findings import Affected, Finding, Severity

__all__ = ["Case", "by_cause"]

ORDER = list(Severity)
RANGE = re.compile(r"\b(?:\d+\.){3}\d+(?:/\d+)?(?:, )?")


@dataclass(frozen=True, slots=True)
class Case:
    """What is wrong for some spokes and one target, and the names that its cause is not about."""

    finding: Finding
    names: tuple[str, ...] = ()
    """Names that were asked: what decides for all names of a service or region says the same of each."""

    @property
    def cause(self) -> Hashable:
        """What cases have in common that one change puts in order: code, severity, the hop, and its fix.

        What a hop says of one range it says of another: spokes differ in theirs.
        """
        finding = self.finding
        said = [RANGE.sub("…", text) for text in (finding.why, finding.fix)]
        for name in sorted(self.names, key=len, reverse=True):
            said = [text.replace(name, "…") for text in said]
        return finding.code.id, finding.severity, finding.place, finding.found, finding.expected, *said


def by_cause(cases: Iterable[Case]) -> tuple[Finding, ...]:
    """A finding for each cause, with the first case to show it: the worst first, then what affects the most."""
    found: dict[Hashable, list[Finding]] = {}
    for case in cases:
        found.setdefault(case.cause, []).append(case.finding)
    merged = map(_merged, found.values())
    return tuple(sorted(merged, key=lambda finding: (ORDER.index(finding.severity), -finding.extent)))


def _merged(findings: Sequence[Finding]) -> Finding:
    """The first finding, with what all of them affect. A fix for one range goes for the others' ranges too."""
    first = findings[0]
    alike = all(RANGE.findall(each.fix) == RANGE.findall(first.fix) for each in findings)
    fix = first.fix if alike else f"{first.fix}, and likewise for the other ranges"
    return replace(first, fix=fix, affects=tuple(_together(findings)))


def _together(findings: Iterable[Finding]) -> Iterator[Affected]:
    """Everything that some findings affect: spokes with the same targets together, the most first."""
    by_target: dict[str, dict[str, None]] = {}
    for each in (each for finding in findings for each in finding.affects):
        for target in each.targets or ("",):
            by_target.setdefault(target, {}).update(dict.fromkeys(each.spokes))
    by_spokes: dict[tuple[str, ...], list[str]] = {}
    for target, spokes in by_target.items():
        by_spokes.setdefault(tuple(spokes), []).append(target)
    for names, targets in sorted(by_spokes.items(), key=lambda each: -len(each[0]) * len(each[1])):
        yield Affected(names, tuple(target for target in targets if target))
