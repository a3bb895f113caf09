"""What a walk came to: hops, each with the resource it is about, the reason, and where the reason comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import Enum

from assurance import sources
from network.model import Unknown

__all__ = ["Hop", "Path", "Verdict", "likeliest", "undetermined", "worst"]


class Verdict(Enum):
    """What becomes of a name or a packet at a hop."""

    PASSES = "passes"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a walk."""

    at: str
    """The address of the resource that decides."""
    says: str
    """What it decides, as a sentence."""
    source: str
    """The page that says so."""
    verdict: Verdict = Verdict.PASSES
    fix: str = ""
    """What would make it pass."""
    undo: str = ""
    """What would block what passes here, where this hop allows it."""

    def __str__(self) -> str:
        """One line, and another for what would fix it."""
        mark = {Verdict.PASSES: " ", Verdict.DROPPED: "✗", Verdict.UNKNOWN: "?"}[self.verdict]
        fix = f"\n      fix: {self.fix}" if self.fix and self.verdict is not Verdict.PASSES else ""
        return f"  {mark} {self.says}\n      at {self.at}{fix}\n      see {self.source}"


@dataclass(frozen=True, slots=True)
class Path:
    """A walk from its first hop to the one that ends it."""

    hops: tuple[Hop, ...] = ()

    @property
    def end(self) -> Hop | None:
        """The hop at which it is dropped, or else the first that could not be determined."""
        dead = next((hop for hop in self.hops if hop.verdict is Verdict.DROPPED), None)
        return dead or next((hop for hop in self.hops if hop.verdict is Verdict.UNKNOWN), None)

    @property
    def verdict(self) -> Verdict:
        """What became of it."""
        return self.end.verdict if self.end is not None else Verdict.PASSES

    def deciding(self, accepted: Collection[str]) -> Hop | None:
        """The hop that ends it; of several that could not be determined, the first that is not accepted."""
        end = self.end
        if end is None or end.verdict is Verdict.DROPPED:
            return end
        unknown = (hop for hop in self.hops if hop.verdict is Verdict.UNKNOWN and hop.at not in accepted)
        return next(unknown, end)

    def is_accepted(self, accepted: Collection[str]) -> bool:
        """Whether nothing but what is accepted keeps it from being determined."""
        hop = self.deciding(accepted) if accepted else None
        return hop is not None and hop.verdict is Verdict.UNKNOWN and hop.at in accepted

    def __add__(self, more: Path) -> Path:
        """One walk after another."""
        return Path(self.hops + more.hops)

    def then(self, hop: Hop) -> Path:
        """The walk with one more hop."""
        return Path((*self.hops, hop))

    def ended(self, verdict: Verdict) -> Path:
        """The walk with another verdict of its last hop."""
        return Path((*self.hops[:-1], replace(self.hops[-1], verdict=verdict))) if self.hops else self

    def survived(self) -> Path:
        """The walk where what was dropped at a hop did not matter: something else took its place."""
        if self.verdict is not Verdict.DROPPED:
            return self
        return Path(tuple(replace(h, verdict=Verdict.PASSES) if h.verdict is Verdict.DROPPED else h for h in self.hops))

    def __str__(self) -> str:
        """Every hop."""
        return "\n".join(map(str, self.hops))


ACCEPT = "if it changes nothing here, accept it with the reason: `accept` in the topology, or --accept 'ADDRESS=REASON'"


def undetermined(at: str, says: str, source: str = sources.ROUTE_TABLES, *, open_by: object = None) -> Hop:
    """A hop that what was read does not decide. `open_by`, the value that is not known, may name who leaves it so."""
    if isinstance(open_by, Unknown) and open_by.at:
        return Hop(open_by.at, f"{says}: {open_by.at} {open_by.why}", source, Verdict.UNKNOWN, ACCEPT)
    says = f"{says}: {open_by.why}" if isinstance(open_by, Unknown) else says
    return Hop(at, says, source, Verdict.UNKNOWN, "trace it together with the stack that determines it")


WORST = (Verdict.DROPPED, Verdict.UNKNOWN, Verdict.PASSES)
LIKELIEST = (Verdict.PASSES, Verdict.UNKNOWN, Verdict.DROPPED)


def worst(paths: Iterable[Path], accepted: Collection[str] = ()) -> Path:
    """The path that is least as it should be, where all have to pass; any of them where all pass."""
    return min(paths, key=lambda path: (WORST.index(path.verdict), path.is_accepted(accepted)))


def likeliest(paths: Iterable[Path], accepted: Collection[str] = ()) -> Path | None:
    """The path by which something gets through, where none should; any of them where none does."""
    return min(paths, key=lambda path: (LIKELIEST.index(path.verdict), path.is_accepted(accepted)), default=None)
