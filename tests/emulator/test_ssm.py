"""Run Command: who is registered, what a shell is told, and what becomes of a command."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator import LocalAWS, Machine, ScriptResult, serve
from tests.emulator.conftest import ORGANIZATION, SPOKE, Client, Refused, clients
from tests.waiting import PATIENCE, wait_for

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
AGENT = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
HELD = threading.Event()
SEEN: list[Machine] = []


def shell(machine: Machine, script: str) -> ScriptResult | None:
    """Does what the script says, in words of this test's own."""
    SEEN.append(machine)
    if script == "hold":
        HELD.wait(PATIENCE)
    if script == "break":
        raise ValueError("broken")
    return {"dead": None, "fail": ScriptResult(3, "partly", "no")}.get(
        script, ScriptResult(0, "x" * 30_000 if script == "long" else script)
    )


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAWS]:
    with serve(ORGANIZATION, shell=shell) as running:
        try:
            yield running
        finally:
            HELD.set()


@pytest.fixture(scope="module")
def client(aws: LocalAWS) -> Client:
    return clients(aws)


@pytest.fixture(scope="module")
def instance(client: Client) -> dict[str, Any]:
    iam, ec2 = client("iam", SPOKE), client("ec2", SPOKE)
    iam.create_role(RoleName="test", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName="test", PolicyArn=AGENT)
    iam.create_instance_profile(InstanceProfileName="test")
    iam.add_role_to_instance_profile(InstanceProfileName="test", RoleName="test")
    vpc = ec2.create_vpc(CidrBlock="10.0.4.0/24")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.4.0/26")["Subnet"]["SubnetId"]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    made = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, IamInstanceProfile={"Name": "test"}
    )["Instances"][0]
    return dict(made)


def send(client: Client, instance: dict[str, Any], script: str, limit: int = 60) -> Callable[[], dict[str, Any]]:
    ssm, id_ = client("ssm", SPOKE), instance["InstanceId"]
    sent = ssm.send_command(
        InstanceIds=[id_],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": [script], "executionTimeout": [str(limit)]},
    )["Command"]["CommandId"]
    return lambda: dict(ssm.get_command_invocation(CommandId=sent, InstanceId=id_))


def finished(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    wait_for("the end of the command", lambda: ask()["Status"] != "InProgress")
    return ask()


def test_a_running_instance_with_the_agents_policy_is_registered(client: Client, instance: dict[str, Any]) -> None:
    ssm = client("ssm", SPOKE)
    listed = ssm.describe_instance_information()["InstanceInformationList"]
    assert [(i["InstanceId"], i["PingStatus"]) for i in listed] == [(instance["InstanceId"], "Online")]
    others = [{"Key": "InstanceIds", "Values": ["i-00000000000000000"]}]
    assert ssm.describe_instance_information(Filters=others)["InstanceInformationList"] == []


def test_the_shell_is_told_where_it_runs_and_its_output_comes_back(client: Client, instance: dict[str, Any]) -> None:
    told = finished(send(client, instance, "echo hello"))
    assert (told["Status"], told["ResponseCode"], told["StandardOutputContent"]) == ("Success", 0, "echo hello")
    assert SEEN[-1] == Machine(
        SPOKE,
        "us-east-1",
        instance["InstanceId"],
        instance["VpcId"],
        instance["SubnetId"],
        instance["PrivateIpAddress"],
    )


def test_output_is_cut_as_aws_cuts_it(client: Client, instance: dict[str, Any]) -> None:
    assert len(finished(send(client, instance, "long"))["StandardOutputContent"]) == 24_000


@pytest.mark.parametrize(
    ("script", "status", "error"),
    [("fail", "Failed", "no"), ("break", "Failed", "ValueError: broken"), ("dead", "Pending", "")],
)
def test_a_command_ends_as_its_shell_does(
    client: Client, instance: dict[str, Any], script: str, status: str, error: str
) -> None:
    told = finished(send(client, instance, script))
    assert (told["Status"], told["StandardErrorContent"]) == (status, error)


def test_a_command_that_takes_too_long_has_timed_out(client: Client, instance: dict[str, Any]) -> None:
    ask = send(client, instance, "hold", limit=1)
    wait_for("the command timed out", lambda: ask()["Status"] == "TimedOut")


def test_a_command_can_be_cancelled_and_other_requests_are_answered_while_it_runs(
    client: Client, instance: dict[str, Any]
) -> None:
    ask = send(client, instance, "hold", limit=int(PATIENCE))
    assert ask()["Status"] == "InProgress"
    client("ssm", SPOKE).cancel_command(CommandId=ask()["CommandId"])
    assert ask()["Status"] == "Cancelled"


def test_nobody_else_takes_a_command(client: Client, instance: dict[str, Any], refused: Refused) -> None:
    ssm = client("ssm", SPOKE)
    with refused("InvalidInstanceId"):
        ssm.send_command(
            InstanceIds=["i-00000000000000000"], DocumentName="AWS-RunShellScript", Parameters={"commands": ["true"]}
        )
    with refused("EmulatorGap"):
        ssm.send_command(InstanceIds=[instance["InstanceId"]], DocumentName="AWS-Other", Parameters={"commands": ["x"]})
    iam = client("iam", SPOKE)
    iam.detach_role_policy(RoleName="test", PolicyArn=AGENT)
    try:
        assert ssm.describe_instance_information()["InstanceInformationList"] == []
    finally:
        iam.attach_role_policy(RoleName="test", PolicyArn=AGENT)
