"""Line plots with logarithmic axes, as SVG: linear growth is a straight line at 45 degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Line", "plot"]

_COLOURS = ("#b3541e", "#1f5fa8", "#7a9fc8", "#3a7d44")
_WIDTH, _HEIGHT, _LEFT, _TOP = 360, 300, 56, 40


@dataclass(frozen=True)
class Line:
    """A name, and points with positive coordinates."""

    name: str
    points: Sequence[tuple[float, float]]


def plot(*panels: tuple[str, Sequence[Line]]) -> str:
    """Panels side by side, each with a title and lines, over numbers of spokes."""
    wide = len(panels) * (_WIDTH + _LEFT + 24)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {_HEIGHT + _TOP + 64}">',
        "<style>text { font: 12px sans-serif }</style>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for at, (title, lines) in enumerate(panels):
        parts.append(f'<g transform="translate({at * (_WIDTH + _LEFT + 24) + _LEFT} {_TOP})">')
        parts += _panel(title, [line for line in lines if line.points])
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(title: str, lines: Sequence[Line]) -> list[str]:
    across = _Axis([x for line in lines for x, _ in line.points], _WIDTH)
    up = _Axis([y for line in lines for _, y in line.points], _HEIGHT)
    parts = [f'<text y="-16" font-weight="bold">{escape(title)}</text>']
    for value in across.ticks:
        x = across.place(value)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y2="{_HEIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT + 18}" text-anchor="middle">{value:,.0f}</text>')
    for value in up.ticks:
        y = _HEIGHT - up.place(value)
        parts.append(f'<line x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{value:,g}</text>')
    parts.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT + 40}" text-anchor="middle">spokes</text>')
    for line, colour in zip(lines, _COLOURS, strict=False):
        places = [(across.place(x), _HEIGHT - up.place(y)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
    for at, (line, colour) in enumerate(zip(lines, _COLOURS, strict=False)):
        parts.append(f'<text x="8" y="{16 + 16 * at}" fill="{colour}">{escape(line.name)}</text>')
    return parts


class _Axis:
    """A logarithmic axis between two powers of ten."""

    def __init__(self, values: Sequence[float], length: float) -> None:
        self._low = math.floor(math.log10(min(values)))
        self._high = max(math.ceil(math.log10(max(values))), self._low + 1)
        self._length = length
        self.ticks = [10.0**power for power in range(self._low, self._high + 1)]

    def place(self, value: float) -> float:
        """The position of a value on the axis."""
        return (math.log10(value) - self._low) / (self._high - self._low) * self._length
