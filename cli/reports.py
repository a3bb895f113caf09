"""A trace's report, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from assurance.capacity import Figure
from assurance.path import Path
from assurance.trace import State
from review.verdicts import Finding, Report

__all__ = ["FORMATS", "columns", "pipes", "rows"]

EACH = 100
"""Spokes that get a row each; of more, those that are alike share one."""
SHOWN = 8
"""Figures in a table for people: those nearest to their limit."""


def rows(report: Report) -> Iterator[tuple[str, ...]]:
    """The table's cells. A service that a spoke is not meant to reach, and does not, is a dash."""
    if len(report.group_of) <= EACH:
        for spoke in sorted(report.group_of):
            yield spoke, *(_cell(report, spoke, service) for service in report.services)
        return
    for names in report.groups:
        alike = f" (and {len(names) - 1:,} like it)" if len(names) > 1 else ""
        yield f"{names[0]}{alike}", *(_cell(report, names[0], service) for service in report.services)


def _cell(report: Report, spoke: str, service: str) -> str:
    state = report.state(spoke, service)
    if state is not State.UNREACHABLE:
        return str(state.value)
    return str(State.BROKEN.value) if report.intent.wants(spoke, service) else "–"


def _text(report: Report) -> Iterator[str]:
    """What follows the table."""
    yield ""
    meant = [pair for pair in _pairs(report) if report.intent.may_reach(*pair)]
    shut = "every other pair" if report.opened else "every pair"
    yield f"spoke to spoke: {shut} is shut"
    for source, target in meant[:SHOWN]:
        yield f"  {source} → {target} is open, as it is meant to be"
    if len(meant) > SHOWN:
        yield f"  and {len(meant) - SHOWN:,} more"
    exposed = sum(map(len, report.exposed.values()))
    yield f"anything else that spokes reach: {exposed or 'nothing'}"
    for figure in report.figures[:SHOWN]:
        yield f"{_mark(figure)} {figure.what}: {figure.value:,} of {figure.limit:,} ({figure.where}; {figure.source})"
    if len(report.figures) > SHOWN:
        yield f"  and {len(report.figures) - SHOWN} figures further from their limits (--format json)"
    for address in report.unmodelled:
        yield f"not modelled: {address}"
    for finding in report.findings:
        yield ""
        yield finding.title
        yield _decisive(finding.path)


def _pairs(report: Report) -> Iterator[tuple[str, str]]:
    """One pair of spokes for each pair of groups that is open."""
    for source, target in sorted(report.opened):
        yield report.groups[source][0], report.groups[target][1 if source == target else 0]


def _mark(figure: Figure) -> str:
    return " " if figure.fits else "!"


def _decisive(path: Path) -> str:
    end = path.end or (path.hops[-1] if path.hops else None)
    return str(end) if end is not None else "  no path"


def as_text(report: Report) -> str:
    """For a terminal: a table in plain columns, then everything that is not as it should be."""
    return "\n".join([*columns([("spoke", *report.services), *rows(report)]), *_text(report)])


def columns(cells: Collection[tuple[str, ...]]) -> Iterator[str]:
    """A table in plain columns, a line for each row."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def pipes(header: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table in Markdown, a line for each row."""
    for row in (header, ("---",) * len(header), *body):
        yield "| " + " | ".join(row) + " |"


def as_markdown(report: Report) -> str:
    """For the comment on a pull request."""
    table = pipes(("spoke", *report.services), rows(report))
    found = [f"- **{finding.title}**\n  ```\n{_decisive(finding.path)}\n  ```" for finding in report.findings]
    quotas = [
        f"- {figure.what}: {figure.value:,} of {figure.limit:,} ([source]({figure.source}))"
        for figure in report.figures
        if not figure.fits
    ]
    unmodelled = [f"- not modelled: `{address}`" for address in report.unmodelled]
    verdict = "Every intended path works, and no other is open." if report.sound else f"{len(found)} findings:"
    return "\n".join([*table, "", verdict, *found, *quotas, *unmodelled])


def as_json(report: Report) -> str:
    """For programs: stable keys, every spoke by name."""
    return json.dumps(
        {
            "sound": report.sound,
            "spokes": {
                spoke: dict(zip(report.services, _values(states), strict=True)) for spoke, states in report.rows()
            },
            "open": [
                {"from": list(report.groups[source]), "to": list(report.groups[target])}
                for source, target in sorted(report.opened)
            ],
            "findings": [
                {"kind": finding.kind, "title": finding.title, "path": _hops(finding.path)}
                for finding in report.findings
            ],
            "capacity": [
                {"what": f.what, "where": f.where, "value": f.value, "limit": f.limit, "source": f.source}
                for f in report.figures
            ],
            "unmodelled": list(report.unmodelled),
        },
        indent=2,
    )


def _values(states: tuple[State, ...]) -> list[str]:
    return [state.value for state in states]


def _hops(path: Path) -> list[Mapping[str, Any]]:
    return [
        {"at": hop.at, "says": hop.says, "verdict": hop.verdict.value, "fix": hop.fix, "source": hop.source}
        for hop in path.hops
    ]


def as_junit(report: Report) -> str:
    """For a CI server: a test case for each group and service, and one for each finding of another kind."""
    broken = {finding.subject: finding for finding in report.findings}
    suite = ET.Element("testsuite", name="hub trace")
    for names in report.groups:
        for service in report.services:
            subject = f"{names[0]} → {service}"
            _case(suite, "reach", subject, broken.pop(subject, None))
    for subject, finding in broken.items():
        _case(suite, finding.kind, subject, finding)
    for kind, empty in (
        ("isolation", "no spoke reaches another that it should not"),
        ("exposure", "nothing else is open"),
    ):
        if not any(finding.kind == kind for finding in report.findings):
            _case(suite, kind, empty, None)
    cases, failures = suite.findall("testcase"), suite.findall("testcase/failure")
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(failures)))
    return ET.tostring(suite, encoding="unicode")


def _case(suite: ET.Element, kind: str, name: str, finding: Finding | None) -> None:
    case = ET.SubElement(suite, "testcase", classname=kind, name=name)
    if finding is not None:
        ET.SubElement(case, "failure", message=finding.title).text = str(finding.path)


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "table": as_text,
    "json": as_json,
    "junit": as_junit,
    "markdown": as_markdown,
}
