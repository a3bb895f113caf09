"""What a test instance is asked, the script that asks it, and what its answers mean."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from accounts.probe import Answer, Question, judge, observed, parse, script_for
from assurance.trace import State
from findings import Place, Severity
from tests.waiting import PATIENCE

PLACE = Place("222222222222", "us-east-1")
KMS = Question("kms", "kms.us-east-1.amazonaws.com", State.PRIVATE, frozenset({"10.0.0.10", "10.0.1.10"}))
STATES = Question("", "states.us-east-1.amazonaws.com", State.UNREACHABLE)
S3 = Question("s3", "s3.us-east-1.amazonaws.com", State.GATEWAY)
BOTH = (Answer("10.0.0.10", 443, "tls"), Answer("10.0.1.10", 443, "tls"))
PUBLIC = Answer("52.46.1.1", 443, "closed")

# What bind's nslookup prints: the server's own address comes first, and must not be taken for an answer.
NSLOOKUP = """#!/bin/sh
printf 'Server:\\t\\t10.0.4.2\\nAddress:\\t10.0.4.2#53\\n\\n'
case $1 in
    local.*) printf 'Non-authoritative answer:\\nName:\\t%s\\nAddress: 127.0.0.1\\nName:\\t%s\\nAddress: 127.0.0.2\\n' "$1" "$1"
        printf 'Name:\\t%s\\nAddress: 2001:db8::1\\n' "$1" ;;
    missing.*) printf "** server can't find %s: NXDOMAIN\\n" "$1"; exit 1 ;;
    broken.*) printf "** server can't find %s: SERVFAIL\\n" "$1"; exit 1 ;;
    silent.*) printf ';; connection timed out; no servers could be reached\\n'; exit 1 ;;
    *) exit 1 ;;
esac
"""
BUSYBOX = """#!/bin/sh
printf 'Server:    10.0.4.2\\nAddress 1: 10.0.4.2 ip-10-0-4-2.ec2.internal\\n\\n'
printf 'Name:      %s\\nAddress 1: 127.0.0.1 ip-127-0-0-1.ec2.internal\\n' "$1"
"""
GETENT = """#!/bin/sh
case $2 in local.*) printf '127.0.0.1 STREAM %s\\n127.0.0.1 DGRAM\\n127.0.0.1 RAW\\n' "$2" ;; *) exit 2 ;; esac
"""
TOOLS = ("sh", "awk", "grep", "sort", "timeout", "printf", "cat")


@pytest.fixture
def listener() -> Iterator[int]:
    """A port of 127.0.0.1 that accepts; nobody listens at it on 127.0.0.2."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def machine(folder: Path, commands: Mapping[str, str], *, also: tuple[str, ...] = ()) -> dict[str, str]:
    """An environment in which only these commands are there."""
    for name in (*TOOLS, *also):
        found = shutil.which(name)
        assert found, f"{name} is missing on this machine"
        (folder / name).symlink_to(found)
    for name, text in commands.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


def run(script: str, environment: dict[str, str], shell: str = "sh") -> list[str]:
    path = shutil.which(shell)
    assert path, f"{shell} is missing on this machine"
    done = subprocess.run(
        [path, "-c", script], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{shell}: {done}"
    return sorted(done.stdout.splitlines())


def asking(*names: str, ports: tuple[int, ...] = ()) -> str:
    """The script for some names; a port other than 443 stands for it, since nobody may listen there in a test."""
    script = script_for([replace(KMS, name=name, ports=()) for name in names])
    for port in ports:
        script = script.replace(" 0 &", f" 0 {port} &")
    return script


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_the_script_resolves_with_nslookup_and_connects_to_every_address(
    tmp_path: Path, listener: int, shell: str
) -> None:
    environment = machine(tmp_path, {"nslookup": NSLOOKUP}, also=("bash",))
    assert run(asking("local.example.com", ports=(listener,)), environment, shell) == [
        f"0 127.0.0.1 {listener} open",
        f"0 127.0.0.2 {listener} closed",
        "end 1",
    ]


@pytest.mark.parametrize("resolver", [{"nslookup": BUSYBOX}, {"getent": GETENT}], ids=["busybox", "getent"])
def test_the_script_does_with_busybox_and_without_nslookup(tmp_path: Path, resolver: dict[str, str]) -> None:
    assert run(asking("local.example.com"), machine(tmp_path, resolver)) == ["0 127.0.0.1 - -", "end 1"]


def test_the_script_says_why_there_is_no_answer(tmp_path: Path) -> None:
    names = ("missing.example.com", "broken.example.com", "silent.example.com", "odd.example.com")
    assert run(asking(*names), machine(tmp_path, {"nslookup": NSLOOKUP})) == [
        "0 - - NXDOMAIN",
        "1 - - SERVFAIL",
        "2 - - timeout",
        "3 - - nothing",
        "end 4",
    ]


def test_without_a_tool_to_connect_with_the_script_says_so(tmp_path: Path, listener: int) -> None:
    environment = machine(tmp_path, {"nslookup": NSLOOKUP})
    assert f"0 127.0.0.1 {listener} unable" in run(asking("local.example.com", ports=(listener,)), environment)


def tls_at(port: int) -> str:
    """The script, with TLS tried at another port than 443, and for two seconds only."""
    script = asking("local.example.com", ports=(port,))
    return script.replace('"$3" = 443', f'"$3" = {port}').replace("--max-time 10", "--max-time 2")


@pytest.mark.parametrize(
    ("told", "status", "word"), [("0.020", 0, "tls"), ("0.020", 52, "tls"), ("0.000", 60, "tls-60")]
)
def test_tls_is_what_curl_says_of_it(tmp_path: Path, listener: int, told: str, status: int, word: str) -> None:
    curl = f"#!/bin/sh\nprintf {told}\nexit {status}\n"
    environment = machine(tmp_path, {"nslookup": NSLOOKUP, "curl": curl}, also=("bash",))
    assert run(tls_at(listener), environment) == [
        f"0 127.0.0.1 {listener} {word}",
        f"0 127.0.0.2 {listener} closed",
        "end 1",
    ]


def test_the_real_curl_gives_up_on_a_port_that_is_silent(tmp_path: Path, listener: int) -> None:
    environment = machine(tmp_path, {"nslookup": NSLOOKUP}, also=("bash", "curl")) | {"HOME": os.devnull}
    assert f"0 127.0.0.1 {listener} tls-28" in run(tls_at(listener), environment)


def test_only_one_public_address_is_tried_and_names_are_quoted() -> None:
    script = script_for([KMS, STATES, replace(KMS, name="a b; touch x")])
    assert "\nask 0 kms.us-east-1.amazonaws.com 0 443 &\n" in script
    assert "\nask 1 states.us-east-1.amazonaws.com 1 443 &\n" in script
    assert "\nask 2 'a b; touch x' 0 443 &\n" in script


def test_an_instance_tries_no_port_that_its_group_does_not_let_out() -> None:
    assert "\nask 0 cassandra.us-east-1.amazonaws.com 0 &\n" in script_for(
        [replace(KMS, name="cassandra.us-east-1.amazonaws.com", ports=(9142,))]
    )


def test_noise_is_passed_over_and_a_cut_output_is_seen() -> None:
    assert parse("warning: hello\n0 10.0.0.10 443 tls\n1 - - NXDOMAIN\n0 10.0.1.10 - -\nend 2\n") == (
        {0: (Answer("10.0.0.10", 443, "tls"), Answer("10.0.1.10", None, "-")), 1: (Answer("", None, "NXDOMAIN"),)},
        True,
    )
    assert parse("0 10.0.0.10 443 tls\n0 10.0.1.") == ({0: (Answer("10.0.0.10", 443, "tls"),)}, False)


@pytest.mark.parametrize(
    ("question", "answers", "state"),
    [
        (KMS, BOTH, State.PRIVATE),
        (KMS, BOTH[:1], State.PRIVATE),
        (KMS, (BOTH[0], replace(BOTH[1], told="closed")), State.BROKEN),
        (KMS, (BOTH[0], replace(BOTH[1], told="tls-60")), State.PRIVATE),
        (KMS, (BOTH[0], replace(BOTH[1], told="tls-28")), State.BROKEN),
        (KMS, (Answer("10.0.9.9", 443, "tls"),), State.BROKEN),
        (KMS, (BOTH[0], Answer("10.0.9.9", 443, "tls")), State.BROKEN),
        (KMS, (Answer("", None, "SERVFAIL"),), State.BROKEN),
        (KMS, (Answer("10.0.0.10", 443, "unable"),), State.UNKNOWN),
        (KMS, (), State.UNKNOWN),
        (KMS, (PUBLIC,), State.UNREACHABLE),
        (STATES, (PUBLIC,), State.UNREACHABLE),
        (STATES, (PUBLIC, Answer("52.46.1.2", None, "-")), State.UNREACHABLE),
        (STATES, (replace(PUBLIC, told="tls"),), State.PUBLIC),
        (S3, (replace(PUBLIC, told="tls"),), State.PUBLIC),
    ],
)
def test_answers_are_put_into_the_words_of_the_trace(
    question: Question, answers: tuple[Answer, ...], state: State
) -> None:
    assert observed(question, answers) is state


@pytest.mark.parametrize(
    ("question", "answers", "result", "found", "fix"),
    [
        (KMS, BOTH, Severity.OK, "10.0.0.10 (443 TLS), 10.0.1.10 (443 TLS)", ""),
        (STATES, (PUBLIC,), Severity.OK, "52.46.1.1 (443 no connection)", ""),
        (S3, (replace(PUBLIC, told="tls"),), Severity.OK, "52.46.1.1 (443 TLS)", ""),
        (
            KMS,
            (BOTH[0], replace(BOTH[1], told="tls-60")),
            Severity.WARNING,
            "10.0.1.10 (443 connected, no TLS (curl 60)); TLS did not come about",
            "curl ends with 60",
        ),
        (KMS, (Answer("", None, "SERVFAIL"),), Severity.FAILED, "no address (SERVFAIL)", "the way of a query"),
        (KMS, (PUBLIC,), Severity.FAILED, "52.46.1.1", "the hub is not asked, or has no private DNS"),
        (KMS, (Answer("10.0.9.9", 443, "tls"),), Severity.FAILED, "10.0.9.9", "another rule, private zone or endpoint"),
        (
            KMS,
            (BOTH[0], replace(BOTH[1], told="closed")),
            Severity.FAILED,
            "10.0.1.10 (443 no connection)",
            "routes, the gateway's tables",
        ),
        (KMS, (replace(BOTH[1], told="tls-28"),), Severity.FAILED, "no TLS (curl 28)", "look for a lower MTU"),
        (STATES, (replace(PUBLIC, told="tls"),), Severity.FAILED, "443 TLS", "find the way out"),
        (S3, (PUBLIC,), Severity.FAILED, "no connection", "prefix list"),
        (KMS, (), Severity.UNKNOWN, "no answer was printed", "look at the instance"),
    ],
)
def test_a_difference_is_told_with_what_was_found_and_how_to_mend_it(
    question: Question, answers: tuple[Answer, ...], result: Severity, found: str, fix: str
) -> None:
    finding = judge(PLACE, "payments", question, answers)
    assert (finding.severity, finding.subject, finding.check) == (result, "payments", question.name)
    assert found in finding.found
    assert fix in finding.fix
    assert bool(finding.fix) is (result is not Severity.OK)


def test_what_is_expected_names_the_endpoints_addresses_and_the_ports() -> None:
    assert judge(PLACE, "payments", KMS, BOTH).expected == "private (10.0.0.10, 10.0.1.10); connects to 443"
    assert "9142 not tried" in judge(PLACE, "payments", replace(KMS, ports=(9142,)), ()).expected
    assert "the hub does not have" in judge(PLACE, "payments", replace(KMS, addresses=frozenset()), ()).expected
