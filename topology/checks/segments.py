"""Segments exist, and every spoke is in one."""

from __future__ import annotations

from collections.abc import Iterator

from findings import codes
from topology.checks.mistake import Mistake
from topology.document import Place
from topology.models import Spoke
from topology.names import HUB_TABLE
from topology.problems import did_you_mean

__all__ = ["check_segment", "check_segments"]


def check_segments(place: Place, segments: dict[str, list[str]]) -> Iterator[Mistake]:
    """Segments reach segments that exist, and none has the name of the hub's own table."""
    for segment, reaches in segments.items():
        where = (*place, "segments", segment)
        if segment == HUB_TABLE:
            yield Mistake(
                codes.RESERVED_SEGMENT,
                where,
                f'"{HUB_TABLE}" is the name of the hub\'s own table',
                "choose another name",
            )
        for other in reaches:
            if other not in segments:
                yield Mistake(
                    codes.UNKNOWN_SEGMENT,
                    (*where, other),
                    f'there is no segment "{other}"',
                    did_you_mean(other, segments, f"there are {', '.join(segments)}"),
                )


def check_segment(place: Place, spoke: Spoke, segments: dict[str, list[str]]) -> Iterator[Mistake]:
    """A spoke's segment exists, and is named where there are several."""
    if spoke.segment is None:
        if len(segments) > 1:
            message = f'hub "{spoke.hub}" has several segments, and it names none'
            yield Mistake(codes.SEGMENT_NOT_CHOSEN, place, message, f"add segment: {' or '.join(segments)}")
    elif spoke.segment not in segments:
        yield Mistake(
            codes.UNKNOWN_SEGMENT,
            (*place, "segment"),
            f'hub "{spoke.hub}" has no segment "{spoke.segment}"',
            did_you_mean(spoke.segment, segments, f"there are {', '.join(segments)}"),
        )
