"""`./hub verify` where there is nothing to ask, or nobody to ask as; and how its report is written."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from accounts.verify import Seen, Verification
from cli.verify_reports import verify_report
from emulator import Account, LocalOrganization, serve
from findings import Finding, Place, Severity, codes
from findings.render import render
from tests.accounts.test_preflight import NOBODY, ORGANIZATION
from tests.cli.test_commands import hub
from tests.examples import ROOT

pytestmark = pytest.mark.xdist_group("verify")

HUB, PAYMENTS = Place("111111111111", "us-east-1"), Place("222222222222", "us-east-1")


def test_no_credentials_are_a_message_and_exit_status_1() -> None:
    done = hub("verify", "examples/quickstart.yaml", cwd=ROOT, **NOBODY)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no AWS credentials: Unable to locate credentials\n"


def test_a_refused_topology_and_a_stack_that_is_not_there_ask_nobody(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("hubs: {}\n")
    assert hub("verify", "bad.yaml", cwd=tmp_path, **NOBODY).returncode == 2
    done = hub("verify", "examples/quickstart.yaml", "--only", "spoke-none", cwd=ROOT, **NOBODY)
    assert done.returncode == 2
    assert 'no stack matches "spoke-none"' in done.stderr


def test_a_network_that_is_not_deployed_is_told_with_the_stack_to_apply() -> None:
    with serve(ORGANIZATION) as aws:
        done = hub("verify", "examples/quickstart.yaml", "--format", "json", cwd=ROOT, **aws.environment())
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    told = {(c["subject"], c["code"]): (c["severity"], c["found"], c["fix"]) for c in report["findings"] if c["fix"]}
    waits = ("unknown", 'not asked: hub "core" is not deployed, or could not be asked', "fix that first")
    assert told == {
        ("core", "HUB401"): (
            "failed",
            "hub-core is not deployed: there is no parameter /endpoint-hub/core/contract",
            "apply hub-core",
        ),
        ("payments", "HUB401"): waits,
        ("ledger", "HUB401"): waits,
    }


def test_a_role_that_cannot_be_assumed_is_told_and_its_spoke_is_not_asked() -> None:
    alone = LocalOrganization("o-exampleorg1", "999999999999", (Account(HUB.account, ("NetworkDeploy",)),))
    with serve(alone) as aws:
        done = hub("verify", "examples/minimal.yaml", cwd=ROOT, **aws.environment())
    assert done.returncode == 1, done.stderr
    assert f"FAILED HUB201 {PAYMENTS.account}: role" in done.stdout
    assert f"not asked: arn:aws:iam::{PAYMENTS.account}:role/NetworkDeploy cannot be assumed" in done.stdout


FOUND = Verification(
    services=("kms", "s3", ""),
    seen=(
        Seen("ledger", "AWS APIs", {"kms": "differs"}),
        Seen("payments", "i-1", {"kms": "private", "s3": "gateway", "": "unreachable"}),
    ),
    findings=(
        Finding(codes.ROLE, HUB, Severity.OK, "works"),
        Finding(codes.ROUTES, PAYMENTS, Severity.WARNING, "odd", "look", subject="payments"),
        Finding(codes.ENDPOINT, HUB, Severity.UNKNOWN, "denied", "let it", subject="core", label="endpoints"),
        Finding(
            codes.ROUTES, PAYMENTS, Severity.FAILED, "no <route>", "apply it", subject="ledger", expected="a route"
        ),
    ),
)


def test_the_table_shows_every_spoke_and_the_worst_first() -> None:
    assert render(verify_report(FOUND), "table").splitlines() == [
        "spoke     asked     kms      s3       without endpoint",
        "ledger    AWS APIs  differs  –        –",
        "payments  i-1       private  gateway  unreachable",
        "",
        "FAILED HUB409 ledger: routes",
        "  found:    no <route>",
        "  expected: a route",
        "  fix:      apply it",
        "  asked in: 222222222222 us-east-1",
        "",
        "unknown HUB416 core: endpoints",
        "  found:    denied",
        "  fix:      let it",
        "  asked in: 111111111111 us-east-1",
        "",
        "warning HUB409 payments: routes",
        "  found:    odd",
        "  fix:      look",
        "  asked in: 222222222222 us-east-1",
        "",
        "4 checks: 1 FAILED, 1 unknown, 1 warning, 1 ok",
    ]


def test_markdown_is_a_table_and_a_list() -> None:
    lines = render(verify_report(FOUND), "markdown").splitlines()
    assert lines[:3] == [
        "| spoke | asked | kms | s3 | without endpoint |",
        "| --- | --- | --- | --- | --- |",
        "| ledger | AWS APIs | differs | – | – |",
    ]
    assert "- **FAILED HUB409 ledger: routes**" in lines


def test_json_has_every_check_and_whether_it_is_sound() -> None:
    report = json.loads(render(verify_report(FOUND), "json"))
    assert report["sound"] is False
    assert report["facts"]["spokes"]["payments"] == {
        "asked": "i-1",
        "services": {"kms": "private", "s3": "gateway", "without endpoint": "unreachable"},
    }
    assert [finding["severity"] for finding in report["findings"]] == ["ok", "warning", "unknown", "failed"]
    assert report["findings"][3]["expected"] == "a route"


def test_in_junit_a_difference_is_a_failure_and_what_was_not_told_an_error() -> None:
    suite = ET.fromstring(render(verify_report(FOUND), "junit"))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "1")
    told = {(case.get("classname"), case.get("name")): [child.tag for child in case] for case in suite}
    assert told == {
        ("111111111111 us-east-1", "role"): [],
        ("payments", "routes"): ["system-out"],
        ("core", "endpoints"): ["error"],
        ("ledger", "routes"): ["failure"],
    }


def test_a_warning_alone_is_sound_and_an_unknown_is_not() -> None:
    warning, unknown = FOUND.findings[1:3]
    assert Verification((), (), (warning,)).sound
    assert not Verification((), (), (unknown,)).sound
