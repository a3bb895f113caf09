"""A report: what a verb found, with what it shows beside that. Renderers know nothing of verbs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from findings.finding import Finding, Severity

__all__ = ["Report", "Table"]


@dataclass(frozen=True)
class Table:
    """Cells under a header. Every row is as long as the header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Report:
    """Everything that a verb found."""

    verb: str
    findings: tuple[Finding, ...]
    """Every check, also those that found nothing wrong."""
    matrix: Table | None = None
    """An overview, for people."""
    notes: tuple[str, ...] = ()
    """Sentences below it, for people."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What only this verb knows, for programs: JSON values. `schema/findings.schema.json` has its form for each."""
    every: bool = False
    """Show people what is in order too."""
    examined: bool = True
    """Whether there was anything to check. A report on nothing is not sound."""

    @property
    def sound(self) -> bool:
        """Whether everything is as it should be. What could not be determined is not."""
        return self.examined and not self.counts[Severity.FAILED] and not self.counts[Severity.UNKNOWN]

    @cached_property
    def counts(self) -> Counter[Severity]:
        """How many findings of each severity there are."""
        return Counter(finding.severity for finding in self.findings)

    @property
    def summary(self) -> str:
        """One line that counts."""
        counts = ", ".join(f"{self.counts[each]} {each.word}" for each in Severity if self.counts[each])
        checks = f"{len(self.findings):,} check{'s' * (len(self.findings) != 1)}"
        return f"{checks}: {counts}" if counts else "no findings"

    def shown(self) -> Iterator[Finding]:
        """What people are shown: the worst first, and of one severity what affects the most."""
        for severity in Severity:
            if severity is not Severity.OK or self.every:
                found = (finding for finding in self.findings if finding.severity is severity)
                yield from sorted(found, key=lambda finding: -finding.extent)
