"""One set of renderers: what people read, and what programs are promised."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from findings import Affected, Finding, Place, Severity, Step, codes
from findings.render import FORMATS, VERSION, render
from findings.report import Report, Table
from tests.examples import ROOT

SCHEMA = json.loads((ROOT / "schema/findings.schema.json").read_text(encoding="utf-8"))
ROUTE = Step("hub-core: aws_route_table.x", "no route leads to 10.0.4.0/26", "dropped", "add a route", "https://a.b/c")
BROKEN = Finding(
    codes.REACH,
    Place(file="network.yaml", line=13, address=ROUTE.at),
    Severity.FAILED,
    "broken",
    "add a route",
    subject="payments",
    target="kms",
    service="kms",
    expected="private",
    source="https://a.b/c",
    why=ROUTE.says,
    path=(Step("spoke: aws_vpc.x", "DNS support is on", "passes"), ROUTE),
    affects=(Affected(("payments", "ledger", "orders"), ("kms",)),),
)
DENIED = Finding(
    codes.NOT_RECORDED, Place("111111111111", "us-east-1"), Severity.UNKNOWN, "denied", "allow it", subject="core"
)
ODD = Finding(codes.QUOTA, Place("111111111111", "us-east-1"), Severity.WARNING, "5 of 5")
FINE = Finding(codes.ROLE, Place("111111111111"), Severity.OK, "works")
REPORT = Report(
    "trace",
    (FINE, ODD, DENIED, BROKEN),
    Table(("spoke", "kms"), (("payments", "broken"), ("a|b", "–"))),
    ("spoke to spoke: every pair is blocked",),
    {"spokes": {}, "reachable": [], "undetermined": [], "capacity": [], "unmodelled": []},
)


def valid(text: str) -> dict[str, Any]:
    """A JSON report that keeps its schema's promise."""
    document = json.loads(text)
    errors = sorted(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document), key=str)
    assert not errors, "\n".join(f"{error.json_path}: {error.message}" for error in errors)
    return dict(document)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["version"]["const"] == VERSION


def test_a_terminal_shows_the_table_the_notes_and_the_worst_first() -> None:
    assert render(REPORT, "table").splitlines() == [
        "spoke     kms",
        "payments  broken",
        "a|b       –",
        "",
        "spoke to spoke: every pair is blocked",
        "",
        "FAILED HUB301 payments → kms (and 2 spokes like it): reach",
        "  found:    broken",
        "  expected: private",
        "  affects:  3 spokes: payments, ledger, orders → kms",
        "  why:      no route leads to 10.0.4.0/26",
        "  fix:      add a route",
        "  at:       hub-core: aws_route_table.x",
        "  in:       network.yaml:13",
        "  see:      https://a.b/c",
        "",
        "unknown HUB402 core: recording",
        "  found:    denied",
        "  fix:      allow it",
        "  asked in: 111111111111 us-east-1",
        "",
        "warning HUB207 111111111111 us-east-1: quota",
        "  found:    5 of 5",
        "",
        "4 checks: 1 FAILED, 1 unknown, 1 warning, 1 ok",
    ]


def test_what_is_in_order_is_shown_where_everything_is_wanted() -> None:
    every = Report("preflight", (FINE,), every=True)
    assert render(every, "table").splitlines()[0] == "ok HUB201 111111111111: role"
    assert render(Report("preflight", (FINE,)), "table") == "1 check: 1 ok"
    assert render(Report("check", ()), "table") == "no findings"


def test_json_holds_every_finding_with_its_path() -> None:
    document = valid(render(REPORT, "json"))
    assert (document["version"], document["verb"], document["sound"]) == (1, "trace", False)
    assert document["counts"] == {"failed": 1, "unknown": 1, "warning": 1, "accepted": 0, "ok": 1}
    assert [(each["code"], each["severity"]) for each in document["findings"]] == [
        ("HUB201", "ok"), ("HUB207", "warning"), ("HUB402", "unknown"), ("HUB301", "failed")
    ]  # fmt: skip
    broken = document["findings"][3]
    assert (broken["subject"], broken["target"], broken["service"], broken["alike"]) == ("payments", "kms", "kms", 2)
    assert broken["affects"] == [{"spokes": ["payments", "ledger", "orders"], "targets": ["kms"]}]
    assert broken["place"]["line"] == 13
    assert [step["verdict"] for step in broken["path"]] == ["passes", "dropped"]


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"verb": "guess"}, {"more": 1}, {"facts": {"spokes": {}}}, {"findings": [{"code": "HUB301"}]}],
    ids=lambda change: next(iter(change)),
)
def test_the_schema_refuses_another_document(change: dict[str, Any]) -> None:
    document = {**json.loads(render(REPORT, "json")), **change}
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)), f"{change} is accepted"


def test_in_junit_a_finding_is_a_failure_and_what_could_not_be_determined_an_error() -> None:
    suite = ET.fromstring(render(REPORT, "junit"))
    assert {key: suite.get(key) for key in ("name", "tests", "failures", "errors")} == {
        "name": "hub trace", "tests": "4", "failures": "1", "errors": "1"
    }  # fmt: skip
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    assert {key: [child.tag for child in case] for key, case in cases.items()} == {
        ("111111111111", "role"): [],
        ("111111111111 us-east-1", "quota"): ["system-out"],
        ("core", "recording"): ["error"],
        ("payments", "reach kms"): ["failure"],
    }
    [failure] = cases["payments", "reach kms"]
    assert failure.get("type") == "HUB301"
    assert failure.get("message") == "payments → kms (and 2 spokes like it): broken, and should be private"
    assert "passes: DNS support is on" in str(failure.text), "the whole path"


def test_markdown_is_a_table_and_a_list() -> None:
    lines = render(REPORT, "markdown").splitlines()
    assert lines[:6] == [
        "| spoke | kms |",
        "| --- | --- |",
        "| payments | broken |",
        r"| a\|b | – |",
        "",
        "- spoke to spoke: every pair is blocked",
    ]
    assert "- **FAILED HUB301 payments → kms (and 2 spokes like it): reach**" in lines


@pytest.mark.parametrize("form", FORMATS)
def test_no_text_of_a_file_breaks_a_format(form: str) -> None:
    """A topology may hold anything that is text: it comes out as text."""
    nasty = "\x1b[2J\x00 ]]> </failure> `` ``` ``` | \N{REPLACEMENT CHARACTER} **x** \u2028"
    found = Finding(codes.WRONG_TYPE, Place(file="a b#?.yaml", line=1), Severity.FAILED, nasty, nasty, subject=nasty)
    shown = render(Report("check", (found,), notes=(nasty,)), form)
    if form == "json":
        assert valid(shown)["findings"][0]["found"] == nasty
    elif form == "junit":
        assert "</failure>" in str(ET.fromstring(shown)[0][0].text)
    elif form == "sarif":
        assert json.loads(shown)["runs"][0]["results"][0]["message"]["text"].startswith(nasty)
    else:
        assert not re.search(r"[\x00-\x08\x0b-\x1f]", shown), "control characters reach the terminal"
        assert form != "markdown" or shown.count("```") == 2, "the quotation ends early"
