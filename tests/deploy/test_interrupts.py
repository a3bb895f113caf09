"""Applies that are stopped or killed in the middle: what the state knows, who holds the lock, how to go on.

One network; the tests are its story and run in their order.
"""

import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.deploy.local import TIMEOUT, Local, children, local
from tests.examples import ROOT
from tests.families import INTERRUPTS, drawing
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

BUCKET, HUB, SPOKE = "example-network-state", "111111111111", "222222222222"
BEGUN, DONE = r"^(\S+): (?:Creating|Destroying)\.\.\.", r"^(\S+): (?:Creation|Destruction) complete"
QUIET_SECONDS = 2.0


@pytest.fixture(scope="module", params=range(INTERRUPTS.size), ids="round {}".format)
def story(request: pytest.FixtureRequest) -> int:
    """Which time this network is built and taken down: each interrupt comes by another signal than the time before."""
    return int(request.param)


@pytest.fixture(scope="module")
def network(story: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local(tmp_path_factory.mktemp(f"interrupts-{story}"), "minimal") as running:
        running.client("s3", HUB).create_bucket(Bucket=BUCKET)
        yield running


def begin(network: Local, verb: str) -> subprocess.Popen[str]:
    """`./hub deploy` or `./hub destroy`, running. The logs of the run before are gone: only this one's are waited on."""
    for log in (network.output / "logs").glob("*.log"):
        log.unlink()
    return network.start(verb, session=True)


def await_quiet(
    process: subprocess.Popen[str], network: Local, stack: str, kind: str, seconds: float = PATIENCE
) -> None:
    """Wait until a resource of a kind is being worked on, and nothing else has begun or ended for a while.

    An interrupt cancels requests under way: what AWS makes in answer to one of them is in no state. While the provider
    only watches what it made, which is most of the time, no such request is under way.
    """
    log = network.output / "logs" / f"{stack}.log"
    deadline, seen, since = time.monotonic() + seconds, "", time.monotonic()
    while time.monotonic() < deadline:
        assert process.poll() is None, f"it ended before {kind} was at work: {process.communicate()[0]}"
        said = log.read_text() if log.is_file() else ""
        steps = "\n".join(line for line in said.splitlines() if "Still " not in line)
        if steps != seen:
            seen, since = steps, time.monotonic()
        under_way = set(re.findall(BEGUN, steps, re.MULTILINE)) - set(re.findall(DONE, steps, re.MULTILINE))
        if any(address.startswith(f"{kind}.") for address in under_way) and time.monotonic() - since > QUIET_SECONDS:
            return
        time.sleep(0.1)
    raise AssertionError(f"{stack}: {kind} was never alone at work within {seconds} s")


def unmanaged(network: Local, expect: int = 0) -> str:
    return network.run([ROOT / "hub", "unmanaged", network.topology], expect=expect)


STEPS = [
    ("deploy", "hub-core", "aws_vpc"),
    ("deploy", "hub-core", "aws_route53_resolver_endpoint"),
    ("deploy", "spoke-core-payments", "aws_vpc"),
    ("deploy", "spoke-core-payments", "aws_route53_resolver_rule_association"),
    ("destroy", "spoke-core-payments", "aws_route53_resolver_rule_association"),
]


def signal_for(step: tuple[str, str, str], story: int) -> signal.Signals:
    """Ctrl-C or SIGTERM, as the seed draws it; in the next round the other one."""
    first = drawing(" ".join(step)).randrange(2)
    return (signal.SIGINT, signal.SIGTERM)[(first + story) % 2]


@pytest.mark.family
@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_1_stopped_in_the_middle_it_leaves_no_lock_and_nothing_unmanaged(
    network: Local, story: int, step: tuple[str, str, str]
) -> None:
    verb, stack, kind = step
    process = begin(network, verb)
    try:
        await_quiet(process, network, stack, kind)
        os.kill(process.pid, signal_for(step, story))
        said, _ = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 1, said
    assert "Terraform finishes its step" in said
    assert f"to resume: ./hub {verb}" in said
    assert "Traceback" not in said
    assert network.locks(BUCKET) == []
    assert "0 unmanaged resources" in unmanaged(network), "everything that was made is in the state"


def test_2_the_next_apply_converges(network: Local) -> None:
    network.hub("deploy", "--yes")
    network.hub("plan")
    assert "0 unmanaged resources" in unmanaged(network)
    ec2 = network.client("ec2", HUB)
    hubs = ec2.describe_vpcs(Filters=[{"Name": "tag:hub:stack", "Values": ["hub-core"]}])["Vpcs"]
    assert len(hubs) == 1, "nothing was made twice"


def test_3_killed_it_says_how_to_unlock_and_strays_names_what_was_lost(network: Local) -> None:
    with network.topology.open("a") as topology:
        topology.write('  ledger: {hub: core, account: "222222222222", cidr: 10.0.5.0/24}\n')
    process = begin(network, "deploy")
    try:
        await_quiet(process, network, "spoke-core-ledger", "aws_vpc")
        # Terraform and its provider, not `./hub`: as a machine does that runs out of memory.
        [terraform] = children(process.pid)
        os.killpg(terraform, signal.SIGKILL)
        said, _ = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 1, said
    assert "spoke-core-ledger: terraform apply was killed (SIGKILL)" in said, said
    assert network.locks(BUCKET) == ["endpoint-hub/spoke-core-ledger.tfstate.tflock"]

    refused = network.hub("deploy", "--yes", expect=1)
    assert "Error acquiring the state lock" in refused
    unlock = re.search(r"^terraform -chdir=.* force-unlock -force \S+$", refused, re.MULTILINE)
    assert unlock, refused
    assert "spoke-core-ledger is locked" in unmanaged(network, expect=1)
    network.run(shlex.split(unlock[0]))
    assert network.locks(BUCKET) == []

    lost = unmanaged(network, expect=1)
    assert re.search(
        r"222222222222 +us-east-1 +spoke-core-ledger +ledger +arn:aws:ec2:us-east-1:222222222222:vpc/", lost
    )
    network.hub("deploy", "--yes")
    network.hub("plan")
    assert unmanaged(network, expect=1) == lost, "what was lost is made anew, and the lost one is still named"


def test_4_destroyed_only_what_was_lost_is_left(network: Local) -> None:
    network.hub("destroy", "--yes")
    left = network.aws.leftovers()
    lost = unmanaged(network, expect=1)
    for kind, id_ in left[SPOKE]:
        assert id_ in lost, f"{kind} {id_} exists, and is not among the unmanaged resources:\n{lost}"
    assert left.keys() == {HUB, SPOKE}
    assert left[HUB] == [("bucket", BUCKET)]
