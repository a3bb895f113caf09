"""What the topology accepts although it could not be determined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from findings import codes
from topology.checks.mistake import Mistake
from topology.models import Accepted

__all__ = ["check_accepted"]


def check_accepted(accepted: Sequence[Accepted | None] | None) -> Iterator[Mistake]:
    """Each address is listed once: of two reasons it is not known which one counts."""
    first: dict[str, int] = {}
    for index, each in enumerate(accepted or ()):
        address = each.address if each is not None else None
        if address is not None and first.setdefault(address, index) != index:
            yield Mistake(
                codes.LISTED_TWICE,
                ("accept", index, "address"),
                f"{address} is listed twice",
                "keep one of them",
                ("accept", first[address]),
            )
