"""What is accepted, with a reason: shown in every report, left out of the proof, and never a failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.options import accepted
from cli.reports import trace_report
from findings import Finding, Severity, codes
from findings.render import FORMATS, render
from network.model import Doubt, Network, Owner, Unknown
from review.intent import intent_of
from review.verdicts import Intent, Report, report
from tests.assurance.faults import HUB, PAYMENTS, Stacks
from tests.examples import ROOT, changed, designed
from tests.findings.test_render import valid
from tests.lab.networks import SERVICES, sound_network
from tests.review.test_verdicts import intent, judged
from tests.topology import sound
from tests.topology.sound import on_top, problems_of, reading_of

FIREWALL = "hub-core: aws_networkfirewall_firewall.x"
REASON = "it drops nothing"
QUICKSTART = str(ROOT / "examples/quickstart.yaml")


def doubted(*addresses: str) -> Network:
    """The quickstart with something that is not modelled in the hub's VPC."""
    network = Stacks().network
    owner = Owner("111111111111", "us-east-1")
    hub = network.hubs["core"].address
    return replace(network, doubts=tuple(Doubt(each, "is not modelled", owner, (hub,)) for each in addresses))


def excused(network: Network, accept: Mapping[str, str]) -> Report:
    return judged(network, intent(accepted=accept))


def only(found: Report) -> Finding:
    (finding,) = found.accepted
    return finding


def test_what_is_not_modelled_fails_a_trace_until_it_is_accepted() -> None:
    assert not excused(doubted(FIREWALL), {}).sound
    found = excused(doubted(FIREWALL), {FIREWALL: REASON})
    assert found.sound, [finding.title for finding in found.findings]
    finding = only(found)
    assert (finding.code, finding.severity, finding.place.address) == (codes.ACCEPTED, Severity.ACCEPTED, FIREWALL)
    assert (finding.found, finding.reason) == ("is not modelled", REASON)


def test_the_rest_of_the_path_is_still_proved() -> None:
    stacks = Stacks().without(HUB, "gateway/route-pool-10-0-4-0_22")
    network = replace(stacks.network, doubts=doubted(FIREWALL).doubts)
    found = excused(network, {FIREWALL: REASON})
    assert {finding.severity for finding in found.findings} == {Severity.FAILED}
    assert not found.sound


def test_one_of_two_that_are_not_known_is_not_enough() -> None:
    other = "hub-core: aws_networkfirewall_firewall.y"
    found = excused(doubted(FIREWALL, other), {FIREWALL: REASON})
    assert not found.sound
    assert {finding.place.address for finding in found.findings} == {other}


def alone(stacks: Stacks) -> Network:
    """The network as the walk alone sees it: without what the reader says of the resources themselves."""
    return replace(stacks.network, doubts=(), refused=(), makers={})


def unknown_route(stacks: Stacks, key: str = "added") -> Stacks:
    route: dict[str, Any] = {**stacks.at(PAYMENTS, "gateway/route-hub"), "destination_cidr_block": "${var.elsewhere}"}
    del route["//"]
    return stacks.added(PAYMENTS, "aws_route", key, **route)


def test_a_finding_whose_hop_is_accepted_is_shown_and_does_not_count() -> None:
    at = "spoke-core-payments: aws_route.added"
    network = alone(unknown_route(Stacks()))
    assert not excused(network, {}).sound
    found = excused(network, {at: REASON})
    assert found.sound, [finding.title for finding in found.findings]
    assert {finding.severity for finding in found.accepted} == {Severity.ACCEPTED}
    assert {finding.place.address for finding in found.accepted} == {at}
    assert codes.REACH in {finding.code for finding in found.accepted}


def test_a_second_route_that_is_not_known_still_counts_whichever_comes_first() -> None:
    for one, two in (("a", "b"), ("b", "a")):
        network = alone(unknown_route(unknown_route(Stacks(), one), two))
        found = excused(network, {"spoke-core-payments: aws_route.a": REASON})
        assert {finding.place.address for finding in found.findings} == {"spoke-core-payments: aws_route.b"}


def test_what_fails_cannot_be_accepted() -> None:
    stacks = Stacks().without(HUB, "gateway/route-pool-10-0-4-0_22")
    at = stacks.address(HUB, "network/route-table")
    found = excused(stacks.network, {at: REASON})
    assert [finding.severity for finding in found.findings] == [Severity.FAILED]
    assert (only(found).severity, only(found).place.address) == (Severity.WARNING, at)
    assert "what fails cannot be accepted" in only(found).fix


def test_an_accepted_address_that_matches_nothing_is_a_warning() -> None:
    found = excused(Stacks().network, {FIREWALL: REASON})
    assert found.sound
    assert (only(found).code, only(found).severity) == (codes.ACCEPTED, Severity.WARNING)


def test_an_address_of_a_stack_that_was_not_read_and_one_of_a_recorded_network_are_no_warnings() -> None:
    stacks = Stacks()
    del stacks.stacks[PAYMENTS]
    assert excused(stacks.network, {"spoke-core-payments: aws_route.x": REASON}).accepted == ()
    assert excused(Stacks().network, {"hub-core: rtb-0123456789abcdef0": REASON}).accepted == ()


# Where it is said -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_what_is_accepted_and_why(form: str) -> None:
    report = trace_report(excused(doubted(FIREWALL), {FIREWALL: REASON}))
    assert report.sound
    said = render(report, form)
    assert REASON in said
    assert FIREWALL in said
    if form == "json":
        document = valid(said)
        assert (document["counts"]["accepted"], document["sound"]) == (1, True)
    elif form == "junit":
        suite = ET.fromstring(said)
        assert [each.get("message") for each in suite.findall("testcase/skipped")] == [REASON]
        assert (suite.get("skipped"), suite.get("errors")) == ("1", "0")
    elif form == "sarif":
        (result,) = json.loads(said)["runs"][0]["results"]
        assert result["level"] == "note"
        assert result["suppressions"] == [{"kind": "external", "justification": REASON}]
    else:
        assert "but for what is accepted" in said


def accept(*entries: str) -> str:
    """The sound topology with these entries on line 2."""
    return sound.changed(on_top(f"accept: [{', '.join(entries)}]"))


def test_the_topology_accepts_an_address_with_a_reason() -> None:
    reading = reading_of(accept(f'{{address: "{FIREWALL}", reason: {REASON}}}'))
    assert [(each.address, each.reason) for each in reading.topology.accept] == [(FIREWALL, REASON)]
    design = changed("quickstart", accept=[{"address": FIREWALL, "reason": REASON}])
    assert intent_of(design).accepted == {FIREWALL: REASON}
    assert intent_of(designed("quickstart")).accepted == {}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([f'{{address: "{FIREWALL}"}}'], "network.yaml:2 accept[0] lacks `reason`"),
        (
            [f'{{address: "{FIREWALL}", reason: " "}}'],
            'network.yaml:2 accept[0].reason: " " is not a reason, in one line',
        ),
        (["{address: x, reason: y}"], 'network.yaml:2 accept[0].address: "x" is not a resource as reports name it'),
        ([f'{{address: "{FIREWALL}", why: y}}'], 'network.yaml:2 "why" is not a key of accept[0]'),
        (
            [f'{{address: "{FIREWALL}", reason: y}}'] * 2,
            f"network.yaml:2 accept[1].address: {FIREWALL} is listed twice (line 2); keep one of them",
        ),
    ],
    ids=["no reason", "an empty reason", "no address", "another key", "twice"],
)
def test_an_entry_that_says_too_little_is_refused_with_its_line(entries: list[str], expected: str) -> None:
    problems = problems_of(accept(*entries))
    assert any(problem.startswith(expected) for problem in problems), problems


def test_the_command_accepts_an_address_with_a_reason() -> None:
    assert accepted([f"{FIREWALL}={REASON}", 'a: aws_x.y["k=v"]=because=it is']) == {
        FIREWALL: REASON,
        'a: aws_x.y["k=v"]': "because=it is",
    }
    assert accepted(None) == {}


@pytest.mark.parametrize("given", [FIREWALL, f"{FIREWALL}=", f"{FIREWALL}= ", "=why"])
def test_the_command_refuses_an_address_without_a_reason(given: str) -> None:
    done = CliRunner().invoke(app, ["trace", QUICKSTART, "--accept", given])
    assert done.exit_code == 2, done.output


@pytest.mark.parametrize("verb", ["trace", "synth"])
def test_a_command_shows_what_it_accepts(verb: str, tmp_path: Path) -> None:
    arguments = ["--output", str(tmp_path)] if verb == "synth" else []
    done = CliRunner().invoke(app, [verb, QUICKSTART, "--accept", f"{FIREWALL}={REASON}", *arguments])
    assert done.exit_code == 0, done.output
    said = " ".join((done.stdout + done.stderr).split())
    assert "HUB306" in said
    assert FIREWALL in said


@pytest.mark.parametrize("part", ["s0: attachment", "hub: s0 uses"])
def test_what_is_accepted_of_one_spoke_is_not_accepted_of_another_that_is_alike(part: str) -> None:
    """What could not be determined of each has an address of its own."""
    network = sound_network(1).network()
    unknown = Unknown("not recorded")
    attachments = {
        at: replace(each, available=unknown, accepter=f"hub: {str(each.vpc).partition(':')[0]} uses")
        if at in {"s0: attachment", "s1: attachment"}
        else each
        for at, each in network.attachments.items()
    }
    network = replace(network, attachments=attachments)
    services = {name: frozenset({SERVICES[0].key}) for name in ("s0", "s1")}
    meant = Intent(services, {"s0": "hub", "s1": "hub"}, judged=frozenset({"s0", "s1"}))
    assert ("s0", "s1") in report(network, SERVICES, meant).groups
    found = report(network, SERVICES, replace(meant, accepted={part: REASON}))
    open_ = {name for each in found.findings for block in each.affects for name in block.spokes}
    assert "s1" in open_, [each.title for each in found.findings]
