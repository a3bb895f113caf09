"""What each verb writes: its JSON keeps the schema's promise, its findings are on the topology's lines."""

import json
from pathlib import Path
from unittest import mock

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.verification import report_of
from findings import Finding, Place, Severity, codes
from findings.render import FORMATS, render
from tests.assurance.faults import HUB, PAYMENTS, Stacks
from tests.cli.test_tracing import ROUTE, folder
from tests.cli.test_verification import FOUND
from tests.examples import ROOT
from tests.findings.test_render import valid
from tests.findings.test_sarif import sound_sarif

QUICKSTART = ROOT / "examples/quickstart.yaml"


def verb(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(map(str, arguments)))
    return done.exit_code, done.stdout, done.stderr


def line_of(text: str) -> int:
    """The line of the quickstart that begins with this."""
    lines = QUICKSTART.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.lstrip().startswith(text))


FIRST = line_of("payments:")
"""Of the spokes."""


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    """The quickstart with two mistakes and a warning."""
    file = tmp_path / "network.yaml"
    text = QUICKSTART.read_text(encoding="utf-8").replace("hub: core", "hub: cor", 1)
    file.write_text(text + "rolle: x\n", encoding="utf-8")
    return file


def test_check_writes_every_problem_in_every_format_with_exit_status_2(refused: Path) -> None:
    for form in FORMATS:
        status, said, _ = verb("check", refused, "--format", form)
        assert status == 2, f"{form}: {said}"
    document = valid(verb("check", refused, "--format", "json")[1])
    last = len(refused.read_text(encoding="utf-8").splitlines())
    assert document["sound"] is False
    assert {(each["code"], each["place"]["file"], each["place"]["line"]) for each in document["findings"]} == {
        ("HUB160", str(refused), FIRST),
        ("HUB110", str(refused), last),
    }
    results = sound_sarif(verb("check", refused, "--format", "sarif")[1])
    assert [each["ruleId"] for each in results] == ["HUB160", "HUB110"]
    assert results[1]["locations"][0]["physicalLocation"]["region"]["startLine"] == last


def test_checks_plain_text_is_one_line_for_each_problem_on_standard_error(refused: Path) -> None:
    status, said, complained = verb("check", refused)
    assert (status, said) == (2, "")
    first, second, count = complained.splitlines()
    assert first.startswith(f"{refused}:{FIRST} spoke ")
    assert second.startswith(f'{refused}:{len(refused.read_text().splitlines())} "rolle" is not a key of a topology')
    assert count == "2 problems; nothing was written"


def test_check_of_a_sound_topology_writes_its_warnings() -> None:
    assert valid(verb("check", QUICKSTART, "--format", "json")[1])["findings"] == []
    status, said, complained = verb("check", ROOT / "examples/production.yaml", "--format", "json")
    assert (status, complained) == (0, "")
    document = valid(said)
    assert document["sound"]
    assert {(each["code"], each["severity"]) for each in document["findings"]} >= {("HUB170", "warning")}


def test_traces_json_has_every_group_and_service() -> None:
    status, said, _ = verb("trace", QUICKSTART, "--format", "json")
    document = valid(said)
    assert (status, document["sound"]) == (0, True)
    assert document["facts"]["spokes"]["payments"]["kms"] == "private"
    assert {each["severity"] for each in document["findings"]} == {"ok"}


def test_traces_findings_are_on_the_line_of_their_spoke(tmp_path: Path) -> None:
    stacks = folder(Stacks().without(HUB, ROUTE), tmp_path)
    status, said, _ = verb("trace", QUICKSTART, stacks, "--format", "json")
    broken = [each for each in valid(said)["findings"] if each["severity"] == "failed"]
    assert (status, {each["code"] for each in broken}) == (1, {"HUB301"})
    assert {(each["subject"], each["place"]["line"]) for each in broken} == {("ledger", line_of("ledger:"))}
    assert [each["affects"][0]["spokes"] for each in broken] == [["ledger", "payments"]]
    assert all(each["place"]["address"].startswith(HUB) for each in broken), "the hop that decided"
    lines = {
        (each["ruleId"], each["locations"][0]["physicalLocation"]["region"]["startLine"])
        for each in sound_sarif(verb("trace", QUICKSTART, stacks, "--format", "sarif")[1])
    }
    assert lines == {("HUB301", line_of("ledger:"))}


def test_a_trace_of_stacks_alone_names_the_resource(tmp_path: Path) -> None:
    said = verb("trace", folder(Stacks().without(HUB, ROUTE), tmp_path), "--format", "sarif")[1]
    for result in sound_sarif(said):
        [location] = result["locations"]
        assert "physicalLocation" not in location
        assert location["logicalLocations"][0]["fullyQualifiedName"].startswith(HUB)


def test_what_a_trace_cannot_determine_is_unknown_and_fails_it(tmp_path: Path) -> None:
    """A spoke without its hub: nothing explains the ids that it names."""
    stack = tmp_path / f"{PAYMENTS}.json"
    stack.write_text(json.dumps(Stacks().stacks[PAYMENTS]))
    status, said, _ = verb("trace", QUICKSTART, stack, "--format", "json")
    found = {each["severity"] for each in valid(said)["findings"] if each["code"] == "HUB301"}
    assert status == 1
    assert "unknown" in found


def test_preflights_json_keeps_the_promise() -> None:
    found = [Finding(codes.QUOTA, Place("111111111111", "us-east-1"), Severity.FAILED, "6 of 5", "ask for more")]
    with mock.patch("cli.verbs.preflight.Clients"), mock.patch("accounts.preflight.preflight", return_value=found):
        status, said, _ = verb("preflight", QUICKSTART, "--format", "json")
    document = valid(said)
    assert (status, document["verb"], document["counts"]["failed"]) == (1, "preflight", 1)


@pytest.mark.parametrize("topology", [None, QUICKSTART], ids=["alone", "with its topology"])
def test_verifys_json_keeps_the_promise(topology: Path | None) -> None:
    document = valid(render(report_of(FOUND, topology), "json"))
    lines = {each["subject"]: each["place"]["line"] for each in document["findings"] if each["subject"]}
    expected = {name: line_of(f"{name}:") for name in ("payments", "core", "ledger")}
    assert lines == (expected if topology is not None else dict.fromkeys(expected, 0))
