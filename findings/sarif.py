"""SARIF 2.1.0: what code review tools put beside the lines of a change.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from findings.codes import Code
from findings.finding import Finding, Severity
from findings.report import Report

__all__ = ["as_sarif"]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {
    Severity.FAILED: "error",
    Severity.UNKNOWN: "error",
    Severity.WARNING: "warning",
    Severity.ACCEPTED: "note",
}
"""What could not be determined fails the verb, so it is no lesser level."""


def as_sarif(report: Report) -> str:
    """One run, with a result for each finding that is not in order, on the line of the topology where there is one."""
    wrong = [finding for finding in report.findings if finding.severity is not Severity.OK]
    rules = sorted({finding.code for finding in wrong})
    index = {code.id: at for at, code in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "hub", "rules": [_rule(code) for code in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.code.id]) for finding in wrong],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "name": "".join(word[0].upper() + word[1:] for word in code.title.split()),
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.meaning},
        "help": {"text": f"{code.meaning}\n\n{code.fix}"},
    }


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    text = finding.found if finding.place.file and not finding.subject else finding.title
    parts = [text, finding.why, finding.fix]
    identity = json.dumps([finding.code.id, finding.subject, finding.target, finding.check, text])
    result: dict[str, Any] = {
        "ruleId": finding.code.id,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": "; ".join(part for part in parts if part)},
        "locations": [_location(finding)],
        "partialFingerprints": {"finding/v1": hashlib.sha256(identity.encode()).hexdigest()},
    }
    if finding.affects:
        affects = [{"spokes": list(each.spokes), "targets": list(each.targets)} for each in finding.affects]
        result["properties"] = {"affects": affects}
    if finding.severity is Severity.ACCEPTED:
        result["suppressions"] = [{"kind": "external", "justification": finding.reason}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.place
    account = f"{place.account} {place.region}".strip()
    location: dict[str, Any] = {}
    if place.file:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(place.file)},
            "region": {"startLine": max(place.line, 1)},
        }
    if name := place.address or account or finding.subject:
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "resource"}]
    return location


def _uri(file: str) -> str:
    """Relative to the folder where the verb runs, as review tools want it, where the file was given so."""
    path = PurePosixPath(file.replace("\\", "/"))
    return path.as_uri() if path.is_absolute() else quote(str(path))
