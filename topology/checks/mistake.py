"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass

from findings.codes import Code
from topology.document import Place

__all__ = ["Mistake"]


@dataclass(frozen=True)
class Mistake:
    """One problem at a place of the file; `other` is a second place that takes part in it."""

    code: Code
    place: Place
    message: str
    fix: str = ""
    other: Place = ()
