"""Reports for people and for programs: one set of renderers for every verb."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from findings.finding import Affected, Finding, Severity, printable
from findings.report import Report
from findings.sarif import as_sarif

__all__ = ["FORMATS", "VERSION", "columns", "reasons", "render"]

NAMED = 12
"""Spokes and targets of a finding that people are shown by name."""
BLOCKS = 4
"""Lines about what a finding affects: each has spokes with the same targets."""
VERSION = 1
"""Of the JSON document. It changes where a program that reads the document would have to."""


def render(report: Report, form: str) -> str:
    """A report in one of `FORMATS`, without a final newline."""
    return FORMATS[form](report)


def reasons(finding: Finding) -> Iterator[str]:
    """What decided, what to do, and where to look: a line each, for people."""
    where = f"{finding.place.account} {finding.place.region}".strip()
    told = {
        "why:": finding.why,
        "fix:": finding.fix,
        "at:": finding.place.address,
        "in:": f"{finding.place.file}:{finding.place.line}" if finding.place.file and finding.subject else "",
        "see:": finding.source,
    }
    yield from (f"{word:<9} {text}" for word, text in told.items() if text)
    if where and finding.subject:
        yield f"asked in: {where}"


def _lines(finding: Finding) -> Iterator[str]:
    yield f"found:    {finding.found}"
    if finding.expected:
        yield f"expected: {finding.expected}"
    if finding.reason:
        yield f"accepted: {finding.reason}"
    if finding.extent > 1:
        yield from (f"affects:  {_affected(each)}" for each in finding.affects[:BLOCKS])
    if len(finding.affects) > BLOCKS:
        yield f"          and {len(finding.affects) - BLOCKS:,} more (--format json lists them)"
    yield from reasons(finding)


def _affected(each: Affected) -> str:
    """How many spokes one cause affects, and which, such as `2 spokes: a, b → kms, s3`."""
    names = f"{len(each.spokes):,} spoke{'s' * (len(each.spokes) > 1)}: {_some(each.spokes)}"
    return f"{names} → {_some(each.targets)}" if each.targets else names


def _some(names: Collection[str]) -> str:
    shown = ", ".join(list(names)[:NAMED])
    return f"{shown}, … ({len(names) - NAMED:,} more)" if len(names) > NAMED else shown


def _heading(finding: Finding) -> str:
    return f"{finding.severity.word} {finding.code.id} {finding.about}: {finding.check}"


def as_text(report: Report) -> str:
    """For a terminal: the overview, then what is not in order, the worst first."""
    lines = list(columns([report.matrix.header, *report.matrix.rows])) if report.matrix is not None else []
    if report.notes:
        lines += ["", *report.notes] if lines else report.notes
    for finding in report.shown():
        lines += ["", _heading(finding), *(f"  {line}" for line in _lines(finding))]
    return "\n".join(map(printable, [*lines, "", report.summary])).lstrip("\n")


def columns(cells: Collection[tuple[str, ...]]) -> Iterator[str]:
    """A table in plain columns, a line for each row."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def as_markdown(report: Report) -> str:
    """For the comment on a pull request."""
    lines: list[str] = []
    if report.matrix is not None:
        lines += [*_pipes(report.matrix.header, report.matrix.rows), ""]
    lines += [f"- {_plain(note)}" for note in report.notes if note.strip()]
    if report.notes:
        lines.append("")
    lines.append(report.summary)
    for finding in report.shown():
        fence = "`" * 3
        quoted = (f"  {line.replace(fence, '')}" for line in _lines(finding))
        lines += [f"- **{_plain(_heading(finding))}**", f"  {fence}", *quoted, f"  {fence}"]
    return "\n".join(map(printable, lines))


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([*`<\[\]|])", r"\\\1", " ".join(text.split()))


def _pipes(header: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (header, ("---",) * len(header), *body):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def as_json(report: Report) -> str:
    """For programs: `schema/findings.schema.json` says what it holds."""
    document = {
        "version": VERSION,
        "verb": report.verb,
        "sound": report.sound,
        "examined": report.examined,
        "counts": {severity.value: report.counts[severity] for severity in Severity},
        "findings": [_document(finding) for finding in report.findings],
        "facts": report.facts,
    }
    return json.dumps(document, indent=2)


def _document(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "code": finding.code.id,
        "check": finding.check,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "target": finding.target,
        "service": finding.service,
        "alike": finding.alike,
        "affects": [{"spokes": list(each.spokes), "targets": list(each.targets)} for each in finding.affects],
        "reason": finding.reason,
        "place": {
            "account": place.account,
            "region": place.region,
            "file": place.file,
            "line": place.line,
            "address": place.address,
        },
        "found": finding.found,
        "expected": finding.expected,
        "why": finding.why,
        "fix": finding.fix,
        "source": finding.source,
        "path": [
            {"at": step.at, "says": step.says, "verdict": step.verdict, "fix": step.fix, "source": step.source}
            for step in finding.path
        ],
    }


NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, however it is written (https://www.w3.org/TR/xml/#charsets)."""


def as_junit(report: Report) -> str:
    """For a CI server: a test case for each check.

    What could not be determined is an error, not a failure, and skipped where that is accepted.
    """
    suite = ET.Element(
        "testsuite",
        name=f"hub {report.verb}",
        tests=str(len(report.findings)),
        failures=str(report.counts[Severity.FAILED]),
        errors=str(report.counts[Severity.UNKNOWN]),
        skipped=str(report.counts[Severity.ACCEPTED]),
    )
    for finding in report.findings:
        owner = finding.subject or str(finding.place)
        name = f"{finding.check} {finding.target}".strip()
        case = ET.SubElement(suite, "testcase", classname=_xml(owner), name=_xml(name))
        text = _xml("\n".join([*_lines(finding), *_path(finding)]))
        kind = {Severity.FAILED: "failure", Severity.UNKNOWN: "error"}.get(finding.severity)
        if kind is not None:
            problem = ET.SubElement(case, kind, type=finding.code.id, message=_xml(finding.title))
            problem.text = text
        elif finding.severity is Severity.ACCEPTED:
            ET.SubElement(case, "skipped", message=_xml(finding.reason)).text = text
        elif finding.severity is Severity.WARNING:
            ET.SubElement(case, "system-out").text = text
    return ET.tostring(suite, encoding="unicode")


def _xml(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _path(finding: Finding) -> Iterator[str]:
    for step in finding.path:
        yield f"{step.verdict}: {step.says}"
        yield f"    at {step.at}"
        if step.source:
            yield f"    see {step.source}"


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "table": as_text,
    "json": as_json,
    "junit": as_junit,
    "markdown": as_markdown,
    "sarif": as_sarif,
}
