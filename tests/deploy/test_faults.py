"""AWS is slow, throttles, and cannot be reached for a while: what an operator meets, with real Terraform."""

import json
import re
from collections.abc import Iterator

import pytest

from emulator import Fault
from tests.deploy.local import TIMEOUT, Local, local
from tests.examples import ROOT
from tests.waiting import PATIENCE, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

BUCKET, HUB, SPOKE = "example-network-state", "111111111111", "222222222222"
STACK = "spoke-core-payments"
BAD_DAY = (
    Fault(latency=0.1),
    Fault("ec2:*", rate=8),
    Fault("route53resolver:*", rate=2),
    Fault(lost_request=0.03, seed=1),
    Fault("ec2:Create*Endpoint", lost_response=0.5, seed=2),
    Fault("ec2:CreateRouteTable", lost_response=1, times=1),
)
"""The Resolver takes five requests a second from an account: this is one where something else uses three of them."""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local(tmp_path_factory.mktemp("faults"), "minimal") as running:
        running.client("s3", HUB).create_bucket(Bucket=BUCKET)
        yield running


def hurried(network: Local) -> None:
    """Have the stack give up after three attempts, not seven, so that the test does not wait for minutes."""
    network.hub("synth")
    stack = json.loads((network.stack(STACK) / "cdk.tf.json").read_text())
    for provider in stack["provider"]["aws"]:
        provider["max_retries"] = 3
    stack["terraform"]["backend"]["s3"]["max_retries"] = 3
    (network.stack(STACK) / "hurried_override.tf.json").write_text(
        json.dumps({"provider": stack["provider"], "terraform": {"backend": stack["terraform"]["backend"]}})
    )


def test_1_why_is_the_lock_held_that_nobody_but_me_took(network: Local) -> None:
    """Its answer was lost: Terraform asked again, and met its own lock."""
    network.aws.faults = (Fault("s3:PUT *.tflock", lost_response=1, times=1),)
    said = network.hub("deploy", "--only", "hub-core", "--yes", expect=1)
    network.aws.faults = ()
    assert "Error acquiring the state lock" in said, said
    [unlock] = re.findall(r"^terraform .* force-unlock .*", said, re.MULTILINE)
    network.run(unlock.split())
    assert network.locks(BUCKET) == []


def test_2_will_the_hub_be_applied_while_aws_throttles_and_connections_drop(network: Local) -> None:
    network.aws.faults = (*BAD_DAY, Fault("ec2:CreateVpc", lost_response=1, times=1))
    said = network.hub("deploy", "--only", "hub-core", "--yes")
    met = network.aws.injected
    network.aws.faults = ()
    assert "hub-core: 38 added" in said, said
    seen = {what if what != "throttled" else f"{what} {action.partition(':')[0]}" for what, action in met}
    expected = {"latency", "throttled ec2", "throttled route53resolver", "lost_request", "lost_response"}
    assert seen >= expected, f"no request met {expected - seen}, so this shows nothing"
    network.terraform("hub-core", "plan", "-no-color", "-detailed-exitcode", expect=0)


def test_3_what_if_aws_cannot_be_reached_in_the_middle_of_an_apply(network: Local) -> None:
    hurried(network)
    log = network.output / "logs" / f"{STACK}.log"
    process = network.start("deploy", "--only", STACK)
    try:
        wait_for("a resource of the spoke made", lambda: log.is_file() and "Creation complete" in log.read_text())
        network.aws.faults = (Fault(lost_request=1),)
        said, _ = process.communicate(timeout=PATIENCE)
    finally:
        network.aws.faults = ()
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)
    assert process.returncode == 1, said
    assert "exceeded maximum number of attempts, 3" in said, said
    assert "to resume: ./hub deploy" in said, said
    assert (network.stack(STACK) / "errored.tfstate").is_file(), f"expected the state on this machine:\n{said}"
    assert network.locks(BUCKET) == [f"endpoint-hub/{STACK}.tfstate.tflock"]


def test_4_how_does_the_state_get_from_this_machine_into_the_bucket(network: Local) -> None:
    said = network.hub("deploy", "--only", STACK, "--yes", expect=1)
    push, unlock = (line.split() for line in re.findall(r"^terraform .*", said, re.MULTILINE))
    locked = network.run(push, expect=1)
    [lock] = re.findall(r"\bID: +([0-9a-f-]+)", locked)
    network.run([*unlock[:-1], lock])
    network.run(push)
    (network.stack(STACK) / "errored.tfstate").unlink()


def test_5_does_the_next_apply_go_on_where_the_first_stood(network: Local) -> None:
    said = network.hub("deploy", "--only", STACK, "--yes")
    # What was made and not seen to be ready is tainted in the state: it is destroyed and made anew.
    vpcs = [id_ for kind, id_ in network.aws.leftovers()[SPOKE] if kind == "vpc"]
    assert len(vpcs) == 1, f"expected one VPC, found {vpcs}:\n{said}"
    network.terraform(STACK, "plan", "-no-color", "-detailed-exitcode", expect=0)
    assert network.locks(BUCKET) == []


def test_6_what_did_the_lost_answer_leave_behind(network: Local) -> None:
    said = network.run([ROOT / "hub", "unmanaged", network.topology], expect=1)
    known = json.loads(network.terraform("hub-core", "show", "-json"))["values"]["root_module"]["resources"]
    [managed] = [resource["values"]["id"] for resource in known if resource["type"] == "aws_vpc"]
    [lost] = [id_ for kind, id_ in network.aws.leftovers()[HUB] if kind == "vpc" and id_ != managed]
    assert lost in said, said
    assert managed not in said, said
    assert "1 unmanaged resource" in said, said
    network.client("ec2", HUB).delete_vpc(VpcId=lost)


def test_7_is_everything_gone_after_a_destroy_with_lost_answers(network: Local) -> None:
    (network.stack(STACK) / "hurried_override.tf.json").unlink()
    # The backend is another one now, which plain `init` asks about.
    (network.stack(STACK) / ".terraform").rename(network.output / "hurried")
    network.aws.faults = (
        Fault("*:Delete*", lost_response=0.3, seed=4),
        Fault("*:Disassociate*", lost_response=0.3, seed=5),
    )
    network.hub("destroy", "--yes")
    met = network.aws.injected
    network.aws.faults = ()
    lost = [action for what, action in met if what == "lost_response" and re.search(":(Delete|Disassociate)", action)]
    assert lost, f"no answer to a delete was lost, so this shows nothing: {met}"
    left = network.aws.leftovers()
    assert left == {HUB: [("bucket", BUCKET)]}, f"expected nothing but the bucket, found {left}"
