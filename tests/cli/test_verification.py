"""`./hub verify` where there is nothing to ask, or nobody to ask as; and how its report is written."""

import json
import pathlib
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from accounts.instances import Seen
from assurance.path import Path
from assurance.trace import Reach, State
from cli.verification import Verification, report_of
from emulator import Account, LocalOrganization, serve
from findings import Finding, Place, Severity, codes
from findings.render import render
from review.deployed import Deployed, Promise
from review.differences import Difference
from review.verdicts import Intent, Report
from tests.accounts.test_preflight import NOBODY, ORGANIZATION
from tests.cli.test_commands import hub
from tests.examples import ROOT

pytestmark = pytest.mark.xdist_group("verify")

HUB, PAYMENTS = Place("111111111111", "us-east-1"), Place("222222222222", "us-east-1")


def test_no_credentials_are_a_message_and_exit_status_1() -> None:
    done = hub("verify", "examples/quickstart.yaml", cwd=ROOT, **NOBODY)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no AWS credentials: Unable to locate credentials\n"


def test_a_refused_topology_and_a_stack_that_is_not_there_ask_nobody(tmp_path: pathlib.Path) -> None:
    (tmp_path / "bad.yaml").write_text("hubs: {}\n")
    assert hub("verify", "bad.yaml", cwd=tmp_path, **NOBODY).returncode == 2
    done = hub("verify", "examples/quickstart.yaml", "--only", "spoke-none", cwd=ROOT, **NOBODY)
    assert done.returncode == 2
    assert 'no stack matches "spoke-none"' in done.stderr


def test_a_network_that_is_not_deployed_is_reported_with_the_stack_to_apply() -> None:
    with serve(ORGANIZATION) as aws:
        done = hub("verify", "examples/quickstart.yaml", "--format", "json", cwd=ROOT, **aws.environment())
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    told = {(c["subject"], c["code"]): (c["severity"], c["found"], c["fix"]) for c in report["findings"] if c["fix"]}
    assert told == {
        (name, "HUB401"): ("failed", f"{stack} is not deployed: no VPC has its tags", f"apply {stack}")
        for name, stack in (
            ("core", "hub-core"), ("payments", "spoke-core-payments"), ("ledger", "spoke-core-ledger")
        )
    }  # fmt: skip


def test_a_role_that_cannot_be_assumed_is_told_and_its_spoke_is_not_asked() -> None:
    alone = LocalOrganization("o-exampleorg1", "999999999999", (Account(HUB.account, ("NetworkDeploy",)),))
    with serve(alone) as aws:
        done = hub("verify", "examples/minimal.yaml", cwd=ROOT, **aws.environment())
    assert done.returncode == 1, done.stderr
    assert f"FAILED HUB201 {PAYMENTS.account}: role" in done.stdout
    assert "not verified: sts:AssumeRole: AccessDenied" in done.stdout


def kms(state: State) -> Promise:
    return Promise("kms", "com.amazonaws.us-east-1.kms", "kms.us-east-1.amazonaws.com", state, (443,))


WITHOUT = Promise("", "", "states.us-east-1.amazonaws.com", State.UNREACHABLE, (443,))


def reached(spoke: str, state: State) -> tuple[tuple[str, str], Reach]:
    return (spoke, "kms"), Reach(spoke, "kms", state, Path(()))


BROKEN = Finding(
    codes.REACH,
    Place(address="spoke-core-ledger: rtb-1"),
    Severity.FAILED,
    "broken",
    "apply it",
    subject="ledger",
    target="kms",
    service="kms",
    expected="private",
    why="no <route> leads to 10.0.0.4",
)
FOUND = Verification(
    deployed=Deployed(
        report=Report(
            intent=Intent(
                services={"payments": frozenset({"kms"}), "ledger": frozenset({"kms"})},
                hub={"payments": "core", "ledger": "core"},
            ),
            groups=(("ledger",), ("payments",)),
            services=("kms",),
            reaches=dict([reached("ledger", State.BROKEN), reached("payments", State.PRIVATE)]),
            opened={},
            exposed={},
            findings=(BROKEN,),
            figures=(),
            unmodelled=(),
        ),
        without={"ledger": State.UNREACHABLE, "payments": State.UNREACHABLE},
        differences=(Difference("hub-core", "core", "routes", (), ("10.9.0.0/16 to nat gateway",)),),
        findings=(
            Finding(codes.DEPLOYED, HUB, Severity.OK, "deployed", subject="core"),
            BROKEN,
            Finding(
                codes.DIFFERENCE,
                HUB,
                Severity.WARNING,
                "10.9.0.0/16 to nat gateway added",
                "remove it",
                subject="core",
                label="routes",
                why="no path is broken by it",
            ),
        ),
    ),
    promised={"ledger": (kms(State.PRIVATE), WITHOUT), "payments": (kms(State.PRIVATE), WITHOUT)},
    seen={"payments": Seen("payments", "i-1", {"kms": State.UNREACHABLE, "": State.UNREACHABLE}, ())},
    findings=(
        Finding(codes.ROLE, HUB, Severity.OK, "works"),
        Finding(codes.TEST_INSTANCE, PAYMENTS, Severity.UNKNOWN, "denied", "allow it", subject="payments"),
    ),
)


def test_the_table_shows_what_is_deployed_or_seen_and_the_worst_findings_first() -> None:
    assert render(report_of(FOUND), "table").splitlines() == [
        "spoke     test instance  kms          without endpoint",
        "ledger    –              broken       unreachable",
        "payments  i-1            unreachable  unreachable",
        "",
        "FAILED HUB301 ledger → kms: reach",
        "  found:    broken",
        "  expected: private",
        "  why:      no <route> leads to 10.0.0.4",
        "  fix:      apply it",
        "  at:       spoke-core-ledger: rtb-1",
        "",
        "unknown HUB420 payments: instance",
        "  found:    denied",
        "  fix:      allow it",
        "  asked in: 222222222222 us-east-1",
        "",
        "warning HUB403 core: routes",
        "  found:    10.9.0.0/16 to nat gateway added",
        "  why:      no path is broken by it",
        "  fix:      remove it",
        "  asked in: 111111111111 us-east-1",
        "",
        "8 checks: 1 FAILED, 1 unknown, 1 warning, 5 ok",
    ]


def test_markdown_is_a_table_and_a_list() -> None:
    lines = render(report_of(FOUND), "markdown").splitlines()
    assert lines[:3] == [
        "| spoke | test instance | kms | without endpoint |",
        "| --- | --- | --- | --- |",
        "| ledger | – | broken | unreachable |",
    ]
    assert "- **FAILED HUB301 ledger → kms: reach**" in lines


def test_json_has_every_check_each_pair_and_whether_it_is_sound() -> None:
    report = json.loads(render(report_of(FOUND), "json"))
    assert report["sound"] is False
    assert report["facts"]["spokes"] == {
        "ledger": {
            "instance": "",
            "services": {
                "kms": {"promised": "private", "deployed": "broken"},
                "without endpoint": {"promised": "unreachable", "deployed": "unreachable"},
            },
        },
        "payments": {
            "instance": "i-1",
            "services": {
                "kms": {"promised": "private", "deployed": "private", "observed": "unreachable"},
                "without endpoint": dict.fromkeys(("promised", "deployed", "observed"), "unreachable"),
            },
        },
    }
    assert report["facts"]["differences"] == [
        {"stack": "hub-core", "part": "routes", "missing": [], "added": ["10.9.0.0/16 to nat gateway"]}
    ]
    pairs = {(f["subject"], f["target"]): f["severity"] for f in report["findings"] if f["code"] == "HUB301"}
    assert pairs == {("ledger", "kms"): "failed", ("payments", "kms"): "ok"}


def test_in_junit_a_broken_path_is_a_failure_and_what_could_not_be_determined_an_error() -> None:
    suite = ET.fromstring(render(report_of(FOUND), "junit"))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("8", "1", "1")
    told = {(case.get("classname"), case.get("name")): [child.tag for child in case] for case in suite}
    assert told["ledger", "reach kms"] == ["failure"]
    assert told["payments", "instance"] == ["error"]
    assert told["core", "routes"] == ["system-out"]
    assert told["payments", "reach kms"] == []


def test_a_verification_of_no_spoke_proves_nothing_and_calls_nothing_isolated() -> None:
    """As of a hub alone, or of spokes that are all absent: nothing is wrong, and nothing was looked at."""
    traced = replace(FOUND.deployed.report, groups=(), reaches={}, findings=())
    deployed = replace(FOUND.deployed, report=traced, without={}, differences=(), findings=FOUND.deployed.findings[:1])
    report = report_of(replace(FOUND, deployed=deployed, promised={}, seen={}, findings=FOUND.findings[:1]))
    assert (report.examined, report.sound) == (False, False)
    assert {finding.code for finding in report.findings} == {codes.DEPLOYED, codes.ROLE}
    assert "Nothing was proved" in render(report, "table")
