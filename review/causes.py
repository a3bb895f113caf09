"""One finding for each cause: what one hop decides for many spokes and services is said once, with all it affects."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from findings import Affected, Finding, Severity

__all__ = ["Case", "by_cause"]

ORDER = list(Severity)


@dataclass(frozen=True, slots=True)
class Case:
    """What is wrong for some spokes and one target, and the names that its cause is not about."""

    finding: Finding
    names: tuple[str, ...] = ()
    """Names that were asked: what decides for all names of a service or region says the same of each."""

    @property
    def cause(self) -> Hashable:
        """What cases have in common that one change puts in order: code, severity, the hop, and its fix."""
        finding = self.finding
        said = [finding.why, finding.fix]
        for name in sorted(self.names, key=len, reverse=True):
            said = [text.replace(name, "…") for text in said]
        return finding.code.id, finding.severity, finding.place, finding.found, finding.expected, *said


def by_cause(cases: Iterable[Case]) -> tuple[Finding, ...]:
    """A finding for each cause, with the first case to show it: the worst first, then what affects the most."""
    found: dict[Hashable, list[Finding]] = {}
    for case in cases:
        found.setdefault(case.cause, []).append(case.finding)
    merged = [replace(first, affects=tuple(_together((first, *more)))) for first, *more in found.values()]
    return tuple(sorted(merged, key=lambda finding: (ORDER.index(finding.severity), -finding.extent)))


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
