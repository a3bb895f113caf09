"""What is wrong with a topology, in words that say where it is and how to fix it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from findings import Finding, Place, Severity
from findings.codes import Code

__all__ = ["TopologyError", "did_you_mean", "nearest", "problem", "shortened"]


def problem(  # noqa: PLR0917  a problem has that many parts
    code: Code, file: str, line: int, message: str, fix: str = "", severity: Severity = Severity.FAILED
) -> Finding:
    """A finding on a line of a topology. Printed as `file:line message; fix`."""
    return Finding(code, Place(file=file, line=line), severity, message, fix)


class TopologyError(Exception):
    """A topology that is refused, with every problem it has, in the order of its lines."""

    def __init__(self, problems: Iterable[Finding]) -> None:
        self.problems = tuple(sorted(set(problems), key=_order))
        super().__init__("\n".join(map(str, self.problems)))


def _order(problem: Finding) -> tuple[str, int, str, str]:
    return problem.place.file, problem.place.line, problem.found, problem.fix


MAX_SHOWN = 80
"""Characters of the file's own text that a message repeats."""


def shortened(text: str) -> str:
    """Text of the file as a message repeats it: a key of a megabyte should not fill the terminal."""
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def nearest(word: str, known: Iterable[str], count: int = 1) -> list[str]:
    """The known words closest to a misspelt one, best first; none if nothing comes near. Case does not count."""
    by_lower = {each.lower(): each for each in reversed(list(known))}
    close = difflib.get_close_matches(word[:MAX_SHOWN].lower(), list(by_lower), n=count, cutoff=0.6)
    return [by_lower[each] for each in close]


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean "x"?` where a known word is near, else the other advice."""
    close = nearest(word, known)
    return f'did you mean "{close[0]}"?' if close else otherwise
