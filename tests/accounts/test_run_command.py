"""A script on a test instance, by recorded answers: what is sent, what is waited for, and what keeps it from running."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, cast

import pytest

from accounts import run_command
from accounts.asked import AskedAccount, RefusedError
from accounts.clients import Clients
from accounts.judgements import Role
from accounts.run_command import InstanceError, run_on_instance
from tests.accounts.recorded import Answer, Answers, Recorded, Refusal
from tests.examples import designed

SPOKE = next(spoke for spoke in designed("quickstart").spokes if spoke.name == "payments")
ID, COMMAND = "i-0123456789abcdef0", "11111111-2222-3333-4444-555555555555"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ONLINE: Answer = {"InstanceInformationList": [{"InstanceId": ID, "PingStatus": "Online"}]}
NOBODY: Answer = {"InstanceInformationList": []}
DONE: Answer = {"Status": "Success", "StandardOutputContent": "hello"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_command, "PAUSE", 0.0)


def instances(*states: str, started: datetime = LONG_AGO) -> Answer:
    ids = [ID if at == 0 else f"i-{at:017}" for at in range(len(states))]
    found = [
        {"InstanceId": id_, "State": {"Name": state}, "LaunchTime": started}
        for id_, state in zip(ids, states, strict=True)
    ]
    return {"Reservations": [{"Instances": [each]} for each in found]}


def one_after_the_other(*answers: Answer) -> Answers:
    """The answers in their order; the last one for ever."""
    left: Iterator[Answer] = iter(answers[:-1])
    return lambda *_: next(left, answers[-1])


def recorded(**answers: Answers) -> Recorded:
    return Recorded(
        {
            "ec2:DescribeInstances": instances("running"),
            "ssm:DescribeInstanceInformation": ONLINE,
            "ssm:SendCommand": {"Command": {"CommandId": COMMAND}},
            "ssm:GetCommandInvocation": DONE,
            "ssm:CancelCommand": {},
            **{f"{'ec2' if name == 'DescribeInstances' else 'ssm'}:{name}": answer for name, answer in answers.items()},
        }
    )


def run(clients: Recorded, seconds: float = 60, stopping: Event | None = None) -> str:
    account = AskedAccount(cast("Clients", clients), Role.of(SPOKE.account), SPOKE.account.region)
    return run_on_instance(account, SPOKE, "echo hello", seconds=seconds, stopping=stopping or Event())


def refusal(clients: Recorded, seconds: float = 60) -> InstanceError:
    with pytest.raises(InstanceError) as raised:
        run(clients, seconds)
    return raised.value


def asked(clients: Recorded, operation: str) -> list[dict[str, Any]]:
    return [parameters for _, name, parameters in clients.asked if name == operation]


def test_what_the_script_prints_is_returned() -> None:
    clients = recorded()
    assert run(clients, seconds=90) == "hello"
    (sent,) = asked(clients, "ssm:SendCommand")
    assert sent["InstanceIds"] == [ID]
    assert sent["DocumentName"] == "AWS-RunShellScript"
    assert sent["Parameters"] == {"commands": ["echo hello"], "executionTimeout": ["90"]}
    (filters,) = (each["Filters"] for each in asked(clients, "ec2:DescribeInstances"))
    assert {"Name": "tag:hub:part", "Values": ["test-instance"]} in filters
    assert {"Name": "tag:hub:stack", "Values": [SPOKE.stack]} in filters
    assert not asked(clients, "ssm:CancelCommand")


def test_the_running_one_is_taken_and_what_was_terminated_is_none() -> None:
    clients = recorded(DescribeInstances=instances("terminated", "stopped", "running"))
    run(clients)
    assert asked(clients, "ssm:SendCommand")[0]["InstanceIds"] == [f"i-{2:017}"]


@pytest.mark.parametrize("states", [(), ("terminated",), ("shutting-down",)])
def test_without_an_instance_the_stack_is_to_be_applied(states: tuple[str, ...]) -> None:
    found = refusal(recorded(DescribeInstances=instances(*states)))
    assert found.found == "no instance has the tags of the test instance"
    assert found.fix == f"apply {SPOKE.stack}"


def test_a_stopped_instance_is_reported_with_the_command_that_starts_it() -> None:
    found = refusal(recorded(DescribeInstances=instances("stopped")))
    assert found.found == f"{ID} is stopped"
    assert found.fix == (
        f"aws ec2 start-instances --instance-ids {ID} --region us-east-1, in account {SPOKE.account.id}"
    )


def test_an_old_instance_that_is_not_registered_is_not_waited_for() -> None:
    clients = recorded(DescribeInstanceInformation=NOBODY)
    assert refusal(clients).found == f"{ID} is not registered with Systems Manager"
    assert len(asked(clients, "ssm:DescribeInstanceInformation")) == 1
    assert not asked(clients, "ssm:SendCommand")


def test_a_lost_instance_is_reported_with_when_it_was_last_seen() -> None:
    lost = {"InstanceId": ID, "PingStatus": "ConnectionLost", "LastPingDateTime": LONG_AGO}
    found = refusal(recorded(DescribeInstanceInformation={"InstanceInformationList": [lost]}))
    assert found.found == f"{ID} is known to Systems Manager as ConnectionLost, last seen {LONG_AGO}"


def test_a_young_instance_is_waited_for_until_it_registers() -> None:
    young = instances("running", started=datetime.now(UTC) - timedelta(seconds=30))
    registers = one_after_the_other(NOBODY, NOBODY, ONLINE)
    assert run(recorded(DescribeInstances=young, DescribeInstanceInformation=registers)) == "hello"


def test_a_young_instance_is_waited_for_no_longer_than_was_asked() -> None:
    young = instances("running", started=datetime.now(UTC))
    found = refusal(recorded(DescribeInstances=young, DescribeInstanceInformation=NOBODY), seconds=0)
    assert found.found == f"{ID} is not registered with Systems Manager"


def test_a_command_that_is_not_known_yet_or_was_asked_after_too_often_is_asked_after_again() -> None:
    answers = one_after_the_other(
        Refusal("InvocationDoesNotExist"),
        {"Status": "Pending"},
        Refusal("ThrottlingException"),
        {"Status": "InProgress"},
        DONE,
    )
    assert run(recorded(GetCommandInvocation=answers)) == "hello"


def test_a_command_that_may_not_be_asked_after_is_a_refusal() -> None:
    with pytest.raises(RefusedError) as raised:
        run(recorded(GetCommandInvocation=Refusal("AccessDeniedException", "not authorized")))
    assert raised.value.code == "AccessDeniedException"


def test_a_role_that_may_not_send_is_a_refusal() -> None:
    with pytest.raises(RefusedError, match="SendCommand: AccessDeniedException"):
        run(recorded(SendCommand=Refusal("AccessDeniedException", "not authorized")))


@pytest.mark.parametrize("details", ["DeliveryTimedOut", "ExecutionTimedOut", ""])
def test_a_command_that_timed_out_proves_nothing(details: str) -> None:
    found = refusal(recorded(GetCommandInvocation={"Status": "TimedOut", "StatusDetails": details}))
    assert found.found == f"the command timed out on {ID} ({details or 'TimedOut'})"


def test_a_command_that_failed_is_reported_with_its_status_and_what_it_said() -> None:
    failed: Answer = {"Status": "Failed", "ResponseCode": 127, "StandardErrorContent": "sh: 1:\n no such\n  tool"}
    found = refusal(recorded(GetCommandInvocation=failed))
    assert found.found == f"the command ended as Failed on {ID}, with status 127: sh: 1: no such tool"
    assert found.fix == f"aws ssm get-command-invocation --command-id {COMMAND} --instance-id {ID}"


def test_a_command_that_nobody_answers_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_command, "DELIVERY", 0)
    monkeypatch.setattr(run_command, "GRACE", 0.25)
    clients = recorded(GetCommandInvocation={"Status": "Pending"})
    account = AskedAccount(cast("Clients", clients), Role.of(SPOKE.account), "us-east-1")
    waiting = run_command._Asking(account, SPOKE, 0, Event())  # noqa: SLF001  SendCommand itself takes 30 s at least
    with pytest.raises(InstanceError, match=r"did not answer within 0 s \(Pending\)"):
        waiting.wait_until_done(ID, COMMAND)
    assert asked(clients, "ssm:CancelCommand") == [{"CommandId": COMMAND, "InstanceIds": [ID]}]


def test_a_run_that_is_stopped_cancels_the_command_even_if_that_is_refused() -> None:
    stopping = Event()

    def stop(*_: object) -> Answer:
        stopping.set()
        return {"Status": "InProgress"}

    clients = recorded(GetCommandInvocation=stop, CancelCommand=Refusal("AccessDeniedException"))
    with pytest.raises(InstanceError, match="stopped"):
        run(clients, stopping=stopping)
    assert len(asked(clients, "ssm:CancelCommand")) == 1
