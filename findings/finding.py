"""What a check found: a value with a stable code, which every verb that reports shares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from findings.codes import Code

__all__ = ["Affected", "Finding", "Place", "Severity", "Step", "printable"]

MAX_LENGTH = 600
"""Characters of a finding on one line: a key of a megabyte should not fill the terminal."""


class Severity(Enum):
    """What became of a check, the worst first."""

    FAILED = "failed"
    """It would not work, or do harm."""
    UNKNOWN = "unknown"
    """It could not be determined."""
    WARNING = "warning"
    """It works, or may be intended."""
    ACCEPTED = "accepted"
    """It could not be determined, and the topology or the command accepts that, with a reason."""
    OK = "ok"

    @property
    def word(self) -> str:
        """The word in a table: a failure stands out."""
        return str(self.value).upper() if self is Severity.FAILED else str(self.value)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: an account (without a region: all of it), a line of a file, a resource."""

    account: str = ""
    region: str = ""
    file: str = ""
    line: int = 0
    """From 1; 0 where there is no file."""
    address: str = ""
    """The resource, as Terraform names it, with its stack."""

    def __str__(self) -> str:
        """The most precise name that a person would use for it."""
        if self.file:
            return f"{self.file}:{self.line}"
        return f"{self.account} {self.region}".strip() or self.address


@dataclass(frozen=True, slots=True)
class Step:
    """One hop of the path that shows a finding."""

    at: str
    """The address of the resource that decides."""
    says: str
    verdict: str
    """`passes`, `unknown`, or what the judge calls a packet or name that ends here."""
    fix: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """What one cause affects: each of some spokes, with each of some targets other than itself."""

    spokes: tuple[str, ...]
    targets: tuple[str, ...] = ()
    """Services, spokes or addresses; empty where the spokes are affected as such."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check in one place, or one cause of several that are not in order."""

    code: Code
    place: Place
    severity: Severity
    found: str
    fix: str = ""
    subject: str = ""
    """The hub or spoke that it is about, by name; empty where the place says it."""
    target: str = ""
    """What the subject should reach, or should not: a service, a spoke, an address."""
    service: str = ""
    """The key of the service that it is about; empty where it concerns them all."""
    label: str = ""
    """What was compared, for people, where the code's title is not precise enough."""
    expected: str = ""
    """What should have been found; empty where `found` says it."""
    source: str = ""
    """The page that says so."""
    why: str = ""
    """The hop that decided."""
    path: tuple[Step, ...] = ()
    """Every hop that leads to it."""
    affects: tuple[Affected, ...] = ()
    """Everything that it is the same for, the subject and its target among them."""
    reason: str = ""
    """Why it is accepted."""

    @property
    def spokes(self) -> tuple[str, ...]:
        """The spokes that it affects."""
        return tuple(dict.fromkeys(spoke for each in self.affects for spoke in each.spokes))

    @property
    def targets(self) -> tuple[str, ...]:
        """What these spokes should reach, or should not."""
        return tuple(dict.fromkeys(target for each in self.affects for target in each.targets))

    @property
    def alike(self) -> int:
        """How many other spokes it is the same for."""
        return max(len(self.spokes) - 1, 0)

    @property
    def extent(self) -> int:
        """How many pairs of a spoke and a target it affects."""
        return sum(len(each.spokes) * max(len(each.targets), 1) for each in self.affects)

    @property
    def check(self) -> str:
        """What was compared, for people. Programs go by the code and the service."""
        return self.label or self.code.title

    @property
    def about(self) -> str:
        """Whom it concerns, such as `payments → kms and 3 others (and 2 spokes like it)`."""
        others = len(self.targets) - 1
        pair = f"{self.subject} → {self.target}" if self.target else self.subject
        pair += f" and {others} other{'s' * (others > 1)}" if others > 0 else ""
        more = f" (and {self.alike} spoke{'s' * (self.alike > 1)} like it)" if self.alike else ""
        return f"{pair or self.place}{more}"

    @property
    def title(self) -> str:
        """One sentence."""
        return f"{self.about}: {self.found}" + (f", and should be {self.expected}" if self.expected else "")

    def __str__(self) -> str:
        """One line. In a file it begins as terminals and editors expect it, so that they can jump to it."""
        what = f"{self.place} {self.found}" if self.place.file else f"{self.about}: {self.found}"
        text = f"{what}; {self.fix}" if self.fix else what
        if len(text) > MAX_LENGTH:
            text = f"{text[:MAX_LENGTH]}…"
        return printable(text)


def printable(text: str) -> str:
    """Text as one line that a terminal shows as it is, whatever a file holds: control characters are escaped."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
