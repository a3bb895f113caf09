"""What is wrong with a topology, in words that say where it stands and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Problem", "TopologyError", "did_you_mean", "nearest"]

MAX_LENGTH = 600
"""Characters of one problem: a key of a megabyte should not fill the terminal."""


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. Printed as `file:line message; fix`."""

    file: str
    line: int
    message: str
    fix: str = ""

    def __str__(self) -> str:
        """The line that a terminal or an editor can jump to."""
        # One problem is one line, whatever the file holds: control characters would break the terminal's.
        text = f"{self.file}:{self.line} {self.message}" + (f"; {self.fix}" if self.fix else "")
        if len(text) > MAX_LENGTH:
            text = f"{text[:MAX_LENGTH]}…"
        return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class TopologyError(Exception):
    """A topology that is refused, with every problem it has, in the order of its lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: Iterable[str], count: int = 1) -> list[str]:
    """The known words closest to a misspelt one, best first; none if nothing comes near."""
    return difflib.get_close_matches(word[:80], list(known), n=count, cutoff=0.6)


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean "x"?` where a known word is near, else the other advice."""
    close = nearest(word, known)
    return f'did you mean "{close[0]}"?' if close else otherwise
