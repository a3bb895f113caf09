"""SARIF 2.1.0, by what its specification requires of the parts that are written here.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from findings import Place
from findings.render import render
from findings.report import Report
from tests.findings.test_render import BROKEN, DENIED, FINE, ODD, REPORT

__all__ = ["sound_sarif"]

# Section 4.3.2 names characters of a URI reference; what is outside of them has to be escaped.
URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def sound_sarif(text: str) -> list[dict[str, Any]]:
    """The results of a document that has every required property in the form that is required."""
    document = json.loads(text)
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("/sarif-schema-2.1.0.json")
    [run] = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "hub"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids)), "rules are unique by id"
    for rule in driver["rules"]:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert result["locations"]
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())
        for location in result["locations"]:
            assert location.keys() <= {"physicalLocation", "logicalLocations"}
            if "physicalLocation" in location:
                physical = location["physicalLocation"]
                assert URI.fullmatch(physical["artifactLocation"]["uri"]), physical
                assert physical["region"]["startLine"] >= 1
    return list(run["results"])


def test_results_are_what_is_not_in_order_with_rule_level_and_line() -> None:
    odd, denied, broken = sound_sarif(render(REPORT, "sarif"))
    assert [(each["ruleId"], each["level"]) for each in (odd, denied, broken)] == [
        ("HUB207", "warning"), ("HUB402", "error"), ("HUB301", "error")
    ]  # fmt: skip
    physical = broken["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "network.yaml"}, "region": {"startLine": 13}}
    assert broken["message"]["text"] == (
        "payments → kms (and 2 spokes like it): broken, and should be private; "
        "no route leads to 10.0.4.0/26; add a route"
    )
    assert denied["locations"] == [
        {"logicalLocations": [{"fullyQualifiedName": "111111111111 us-east-1", "kind": "resource"}]}
    ]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("network.yaml", "network.yaml"),
        ("envs/a b#1.yaml", "envs/a%20b%231.yaml"),
        ("/srv/näh.yaml", "file:///srv/n%C3%A4h.yaml"),
        ("../x.yaml", "../x.yaml"),
    ],
)
def test_a_file_becomes_a_uri_as_it_was_given(file: str, uri: str) -> None:
    found = replace(BROKEN, place=Place(file=file, line=1))
    [result] = sound_sarif(render(Report("check", (found,)), "sarif"))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_finding_keeps_its_fingerprint_where_its_line_moves_and_no_two_share_one() -> None:
    moved = replace(BROKEN, place=replace(BROKEN.place, line=99))
    other = replace(BROKEN, target="ssm", service="ssm")
    prints = [
        result["partialFingerprints"]["finding/v1"]
        for result in sound_sarif(render(Report("trace", (BROKEN, moved, other, ODD, DENIED)), "sarif"))
    ]
    assert prints[0] == prints[1]
    assert len(set(prints)) == 4


def test_a_report_in_order_has_no_result() -> None:
    assert sound_sarif(render(Report("check", (FINE,)), "sarif")) == []
