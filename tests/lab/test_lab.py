"""The quickstart as a lab: real answers, one sandbox, and nothing left of it however it ends."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lab
from cli.app import app
from lab import Lab, UnavailableError, host
from lab.host import environment
from network.model import Network
from review.intent import services_in
from tests.assurance.faults import HUB, Stacks
from tests.lab.parts import need_lab
from tests.waiting import PATIENCE, wait_for

ROOT = Path(__file__).parent.parent.parent
KMS = "kms.us-east-1.amazonaws.com"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _needed() -> None:
    need_lab()


def built(network: Network) -> Lab:
    return lab.build_lab(network, services_in(network))


@pytest.fixture(scope="module")
def quickstart() -> Iterator[Lab]:
    with built(Stacks().network) as found:
        yield found


def processes() -> set[str]:
    """Every process of a lab on this machine, and of its sandboxes."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if "lab.inside" in words:
            found.add(path.parent.name)
    return found


def mounts() -> str:
    return Path("/proc/self/mounts").read_text(encoding="utf-8")


def gone(before: set[str]) -> bool:
    wait_for("the end of the lab's processes", lambda: not processes() - before)
    return True


# Answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spoke", ["payments", "ledger"])
def test_a_name_on_offer_is_answered_with_private_addresses(quickstart: Lab, spoke: str) -> None:
    done = quickstart.run(spoke, ["nslookup", KMS])
    expected = {str(a) for each in quickstart.plan.interfaces if "kms" in each.resource for a in each.addresses}
    answered = {line.split()[-1] for line in done.stdout.splitlines()[2:] if line.startswith("Address:")}
    assert (done.returncode, answered) == (0, expected), done.stdout


def test_a_name_without_an_endpoint_is_answered_as_in_public(quickstart: Lab) -> None:
    done = quickstart.run("payments", ["nslookup", "lambda.us-east-1.amazonaws.com"])
    assert "198.51.100." in done.stdout, done.stdout


def test_a_name_that_is_nobodys_does_not_exist(quickstart: Lab) -> None:
    done = quickstart.run("payments", ["nslookup", "kms.example.invalid"])
    assert (done.returncode, "NXDOMAIN" in done.stdout) == (1, True), done.stdout


def test_the_endpoint_is_reached_over_tls_from_the_spokes_own_address(quickstart: Lab) -> None:
    done = quickstart.run("payments", ["curl", "--silent", "--show-error", "--max-time", "120", f"https://{KMS}/"])
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["service"] == "com.amazonaws.us-east-1.kms"
    assert said["client"] == str(quickstart.plan.client("payments").addresses[0])


def test_another_name_than_the_certificates_is_refused(quickstart: Lab) -> None:
    address = next(each for each in quickstart.plan.interfaces if "kms" in each.resource).addresses[0]
    name = "sts.us-east-1.amazonaws.com"
    done = quickstart.run("payments", ["curl", "--silent", "--resolve", f"{name}:443:{address}", f"https://{name}/"])
    assert done.returncode == 60, f"curl's status for a wrong certificate is 60, and this is {done.returncode}"


def test_a_fault_is_felt() -> None:
    with built(Stacks().without(HUB, "gateway/route-pool-10-0-4-0_22").network) as broken:
        done = broken.run("ledger", ["curl", "--silent", "--max-time", "2", f"https://{KMS}/"])
    assert done.returncode == 28, f"curl's status for a timeout is 28, and this is {done.returncode}"


# The sandbox ------------------------------------------------------------------------------------------------------


def test_nothing_in_the_lab_reaches_this_machine(quickstart: Lab) -> None:
    before = mounts()
    done = quickstart.run("payments", ["sh", "-c", "cat /proc/net/dev; cat /etc/resolv.conf; touch /run/mine"])
    devices = {line.partition(":")[0].strip() for line in done.stdout.splitlines() if ":" in line}
    assert devices == {"lo", "eth0"}, done.stdout
    assert "nameserver 10.0.4.2" in done.stdout
    assert not Path("/run/mine").exists()
    assert "10.0.4.2" not in Path("/etc/resolv.conf").read_text(encoding="utf-8")
    assert mounts() == before


def test_a_command_that_does_not_end_is_ended(quickstart: Lab) -> None:
    done = quickstart.run("payments", ["sleep", "infinity"], timeout=1)
    assert done.returncode == 137


def test_standard_input_and_exit_status_go_through(quickstart: Lab) -> None:
    done = quickstart.run("ledger", ["sh", "-c", "cat; exit 7"], stdin="hello")
    assert (done.stdout, done.returncode) == ("hello", 7)


def test_nothing_is_left_of_a_lab() -> None:
    before, mounted = processes(), mounts()
    with built(Stacks().network) as found:
        assert processes() - before, "the lab has no process that this test can see"
        found.run("ledger", ["true"])
    assert gone(before)
    assert mounts() == mounted


def test_a_lab_dies_with_the_process_that_started_it() -> None:
    """Also with kill -9, which lets nobody clean up; and with what runs in it."""
    before = processes()
    script = (
        "import subprocess, sys; import lab; from tests.assurance.faults import Stacks\n"
        "from review.intent import services_in\n"
        "network = Stacks().network\n"
        "with lab.build_lab(network, services_in(network)) as built:\n"
        "    inner = subprocess.Popen(built.command('ledger', ['sleep', '7654']), env=built.environment('ledger'))\n"
        "    print('standing', flush=True); sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": str(ROOT)},
    )
    try:
        assert parent.stdout is not None
        assert parent.stdin is not None
        assert parent.stdout.readline() == b"standing\n"
        assert processes() - before
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait(PATIENCE)
    parent.stdin.close()
    parent.stdout.close()
    assert gone(before), "the lab has outlived its parent"
    wait_for("the end of the command in the lab", lambda: not _sleeping("7654"))


def _sleeping(seconds: str) -> bool:
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return any(line.split()[:2] == ["sleep", seconds] for line in done.stdout.splitlines())


def test_a_lab_that_cannot_be_built_leaves_nothing() -> None:
    before, mounted = processes(), mounts()
    network = Stacks().network
    broken = built(network)
    first = broken.plan.interfaces[0]
    twice = type(first)(**{name: getattr(first, name) for name in type(first).__slots__})
    object.__setattr__(broken.plan, "interfaces", (*broken.plan.interfaces, twice))
    with pytest.raises(UnavailableError, match="the lab could not be built: ip -batch") as raised, broken:
        pass
    assert "Traceback" not in str(raised.value)
    assert gone(before)
    assert mounts() == mounted


def test_an_ordinary_user_can_run_it() -> None:
    """Where the kernel gives ordinary users namespaces; where it does not, only root can."""
    way = host._unshare()  # noqa: SLF001  which of the two ways is the question
    if "--user" in way:
        assert way[:3] == ["unshare", "--user", "--map-root-user"]
    else:
        assert os.geteuid() == 0, f"an ordinary user was given {way}"


# The command ------------------------------------------------------------------------------------------------------


def test_the_command_prints_a_row_for_each_spoke() -> None:
    done = CliRunner().invoke(app, ["lab", str(ROOT / "examples/quickstart.yaml")])
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.output.splitlines() if line.startswith(("ledger", "payments"))]
    assert [row[0] for row in rows] == ["ledger", "payments"], done.output
    assert all("200 from 10.0." in " ".join(row) and "198.51.100." in row[-1] for row in rows), done.output


def test_a_shell_in_a_spoke_resolves_and_connects() -> None:
    """As a person has it: a terminal, a prompt, nslookup and curl."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        argv = [sys.executable, "-m", "cli", "lab", "examples/quickstart.yaml", "--shell", "payments"]
        os.execve(argv[0], argv, {**environment(), "PYTHONPATH": str(ROOT), "SHELL": "/bin/sh", "TERM": "dumb"})
    try:
        seen = _until(terminal, "payments")
        os.write(terminal, f"nslookup {KMS} && curl -s https://{KMS}/ && echo do''ne\n".encode())
        seen += _until(terminal, "done")
        os.write(terminal, b"exit\n")
    finally:
        try:
            wait_for("the end of the shell", lambda: os.waitpid(process, os.WNOHANG) != (0, 0))
        except AssertionError:
            os.kill(process, signal.SIGKILL)
            raise
        finally:
            os.close(terminal)
    assert "Address: 10.0.0." in seen, seen
    assert '"by": "interface endpoint"' in seen, seen


def _until(terminal: int, wanted: str) -> str:
    seen, deadline = "", time.monotonic() + PATIENCE
    while wanted not in seen:
        assert time.monotonic() < deadline, f"no {wanted!r} in {seen!r}"
        if select.select([terminal], [], [], 1.0)[0]:
            seen += os.read(terminal, 4096).decode(errors="replace")
    return seen


def test_a_spoke_that_is_not_there_is_refused() -> None:
    done = CliRunner().invoke(app, ["lab", str(ROOT / "examples/quickstart.yaml"), "--shell", "nobody"])
    assert done.exit_code == 2
    assert "no spoke nobody; the spokes are ledger, payments" in done.output


def test_a_machine_without_the_parts_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "_program", lambda name: None if name == "nft" else f"/usr/bin/{name}")
    done = CliRunner().invoke(app, ["lab", str(ROOT / "examples/quickstart.yaml")])
    assert done.exit_code == 1
    assert "nft not found; on Debian and Ubuntu: apt-get install nftables" in done.output
