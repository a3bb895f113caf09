"""A verification's report, for people and for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from xml.etree import ElementTree as ET

from accounts.judgements import Finding, Result
from accounts.verify import Verification
from cli.reports import columns, pipes

__all__ = ["VERIFY_FORMATS"]

WITHOUT = "without endpoint"
"""The column of the name that no endpoint answers."""


def _header(found: Verification) -> tuple[str, ...]:
    return ("spoke", "asked", *(service or WITHOUT for service in found.services))


def _rows(found: Verification) -> Iterator[tuple[str, ...]]:
    for seen in found.seen:
        yield seen.spoke, seen.asked, *(seen.cells.get(service, "–") for service in found.services)


def _worst_first(found: Verification) -> Iterator[Finding]:
    """What is not in order."""
    for result in (Result.FAILED, Result.UNKNOWN, Result.WARNING):
        yield from (finding for finding in found.findings if finding.result is result)


def _count(found: Verification) -> str:
    counts = Counter(finding.result for finding in found.findings)
    told = ", ".join(f"{counts[result]} {result.value}" for result in Result if counts[result])
    return f"{len(found.findings)} checks: {told}"


def _title(finding: Finding) -> str:
    where = f"{finding.place.account} {finding.place.region}".strip()
    return f"{finding.result.value} {finding.subject or where}: {finding.check}"


def _lines(finding: Finding) -> Iterator[str]:
    yield f"found:    {finding.found}"
    if finding.expected:
        yield f"expected: {finding.expected}"
    if finding.fix:
        yield f"fix:      {finding.fix}"
    if finding.subject:
        yield f"asked in: {finding.place.account} {finding.place.region}"


def as_text(found: Verification) -> str:
    """For a terminal: a row for each spoke, then everything that is not in order."""
    lines = list(columns([_header(found), *_rows(found)]))
    for finding in _worst_first(found):
        lines += ["", _title(finding), *(f"  {line}" for line in _lines(finding))]
    return "\n".join([*lines, "", _count(found)])


def as_markdown(found: Verification) -> str:
    """For the comment on a pull request."""
    lines = [*pipes(_header(found), _rows(found)), "", _count(found)]
    for finding in _worst_first(found):
        lines += [f"- **{_title(finding)}**", "  ```", *(f"  {line}" for line in _lines(finding)), "  ```"]
    return "\n".join(lines)


def as_json(found: Verification) -> str:
    """For programs: stable keys, every check."""
    return json.dumps(
        {
            "sound": found.sound,
            "spokes": {
                seen.spoke: {
                    "asked": seen.asked,
                    "services": {key or WITHOUT: cell for key, cell in seen.cells.items()},
                }
                for seen in found.seen
            },
            "checks": [
                {
                    "subject": finding.subject,
                    "check": finding.check,
                    "account": finding.place.account,
                    "region": finding.place.region,
                    "result": finding.result.value,
                    "found": finding.found,
                    "expected": finding.expected,
                    "fix": finding.fix,
                }
                for finding in found.findings
            ],
        },
        indent=2,
    )


def as_junit(found: Verification) -> str:
    """For a CI server: a test case for each check; what AWS did not tell is an error, not a failure."""
    suite = ET.Element("testsuite", name="hub verify")
    kinds = {Result.FAILED: "failure", Result.UNKNOWN: "error"}
    for finding in found.findings:
        owner = finding.subject or finding.place.account
        case = ET.SubElement(suite, "testcase", classname=owner, name=finding.check)
        if finding.result in kinds:
            text = "\n".join(_lines(finding))
            ET.SubElement(case, kinds[finding.result], message=finding.found).text = text
        elif finding.result is Result.WARNING:
            ET.SubElement(case, "system-out").text = "\n".join(_lines(finding))
    counts = Counter(finding.result for finding in found.findings)
    suite.set("tests", str(len(found.findings)))
    suite.set("failures", str(counts[Result.FAILED]))
    suite.set("errors", str(counts[Result.UNKNOWN]))
    return ET.tostring(suite, encoding="unicode")


VERIFY_FORMATS: Mapping[str, Callable[[Verification], str]] = {
    "table": as_text,
    "json": as_json,
    "junit": as_junit,
    "markdown": as_markdown,
}
