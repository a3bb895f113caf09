"""Runs a script on a test instance through Systems Manager, and says in plain words what keeps it from being run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

from accounts.asked import AskedAccount, RefusedError, part_filters
from findings import Severity
from topology.design import SpokeDesign

__all__ = ["InstanceError", "run_on_instance"]

DOCUMENT = "AWS-RunShellScript"
PAUSE = 2.0
"""Seconds between two looks at a command."""
YOUNG = 600.0
"""Seconds after its start in which an instance may yet register: it boots, and its agent asks every few minutes."""
DELIVERY = 30
"""Seconds, the least that SendCommand takes, within which the agent has to pick the command up."""
GRACE = 15.0
"""Seconds that Systems Manager may take to say that a command has timed out."""
THROTTLED = {"ThrottlingException", "Throttling", "RequestLimitExceeded"}
UNDER_WAY = {"Pending", "InProgress", "Delayed", "Cancelling"}
LEFT = {"terminated", "shutting-down"}


class InstanceError(Exception):
    """The instance could not be asked."""

    def __init__(self, found: str, fix: str, severity: Severity = Severity.FAILED) -> None:
        super().__init__(found)
        self.found, self.fix, self.severity = found, fix, severity


@dataclass(frozen=True)
class _Asking:
    account: AskedAccount
    spoke: SpokeDesign
    seconds: float
    stopping: Event

    def instance(self) -> tuple[str, datetime]:
        """The running instance, and when it was started."""
        filters = part_filters(self.spoke.account, "test-instance")
        found = [
            instance
            for reservation in self.account.items("ec2", "describe_instances", "Reservations", Filters=filters)
            for instance in reservation["Instances"]
            if instance["State"]["Name"] not in LEFT
        ]
        if not found:
            raise InstanceError("no instance has the tags of the test instance", f"apply {self.spoke.stack}")
        running = [instance for instance in found if instance["State"]["Name"] == "running"]
        if not running:
            id_, state = found[0]["InstanceId"], found[0]["State"]["Name"]
            fix = f"aws ec2 start-instances --instance-ids {id_} --region {self.account.region}"
            raise InstanceError(f"{id_} is {state}", f"{fix}, in account {self.account.role.account}")
        return running[0]["InstanceId"], running[0]["LaunchTime"]

    def wait_until_registered(self, id_: str, started: datetime) -> None:
        """Wait for an instance that has just been started; one that is older is registered or is not."""
        chosen = [{"Key": "InstanceIds", "Values": [id_]}]
        deadline = time.monotonic() + self.seconds
        while True:
            known = list(
                self.account.items("ssm", "describe_instance_information", "InstanceInformationList", Filters=chosen)
            )
            if known and known[0]["PingStatus"] == "Online":
                return
            young = (datetime.now(UTC) - started).total_seconds() < YOUNG
            if not young or time.monotonic() + PAUSE > deadline or self.stopping.wait(PAUSE):
                break
        if known:
            last = known[0].get("LastPingDateTime")
            words = f"{id_} is known to Systems Manager as {known[0]['PingStatus']}, last seen {last}"
        else:
            words = f"{id_} is not registered with Systems Manager"
        fix = (
            "its agent reaches ssm and ssmmessages through the hub, so the next checks may say why; else: the policy "
            "AmazonSSMManagedInstanceCore on its role, and `amazon-ssm-agent` on the image"
        )
        raise InstanceError(words, fix)

    def send(self, id_: str, script: str) -> str:
        sent = self.account.call(
            "ssm",
            "send_command",
            InstanceIds=[id_],
            DocumentName=DOCUMENT,
            Comment="hub verify",
            TimeoutSeconds=DELIVERY,
            Parameters={"commands": [script], "executionTimeout": [str(max(1, int(self.seconds)))]},
        )
        return str(sent["Command"]["CommandId"])

    def wait_until_done(self, id_: str, command: str) -> str:
        """What the command printed."""
        limit = max(self.seconds, DELIVERY) + GRACE
        deadline = time.monotonic() + limit
        answer: dict[str, Any] = {"Status": "Pending"}
        while not self.stopping.wait(PAUSE) and time.monotonic() < deadline:
            try:
                answer = self.account.call("ssm", "get_command_invocation", CommandId=command, InstanceId=id_)
            except RefusedError as error:
                # It is not known in the first moments, and a look that was too many is made again.
                if error.code not in {"InvocationDoesNotExist", *THROTTLED}:
                    raise
            if answer["Status"] not in UNDER_WAY:
                break
        status = answer["Status"]
        if status == "Success":
            return str(answer["StandardOutputContent"])
        if status in UNDER_WAY:
            self.cancel(id_, command)
            if self.stopping.is_set():
                raise InstanceError("stopped", "", Severity.UNKNOWN)
            raise InstanceError(f"{id_} did not answer within {limit:.0f} s ({status})", SLOW, Severity.UNKNOWN)
        if status == "TimedOut":
            details = answer.get("StatusDetails", "")
            raise InstanceError(f"the command timed out on {id_} ({details or status})", SLOW, Severity.UNKNOWN)
        told = " ".join(str(answer.get("StandardErrorContent", "")).split())[:200]
        words = f"the command ended as {status} on {id_}, with status {answer.get('ResponseCode')}"
        fix = f"aws ssm get-command-invocation --command-id {command} --instance-id {id_}"
        raise InstanceError(words + (f": {told}" if told else ""), fix, Severity.UNKNOWN)

    def cancel(self, id_: str, command: str) -> None:
        """Take a command back; that it could not be is no news, since it ends by itself."""
        try:
            self.account.call("ssm", "cancel_command", CommandId=command, InstanceIds=[id_])
        except RefusedError:
            return


SLOW = "try a longer --timeout; if that does not help, the agent: aws ssm describe-instance-information"


def run_on_instance(
    account: AskedAccount,
    spoke: SpokeDesign,
    script: str,
    *,
    seconds: float,
    stopping: Event,
    say: Callable[[str], None] = lambda _: None,
) -> str:
    """What a script prints on the test instance of a spoke, which has so many seconds for it.

    Raises `InstanceError` with the fix, and `RefusedError` where the role may not. Another thread ends the waiting with
    `stopping`. `say` is told the instance's id.
    """
    asking = _Asking(account, spoke, seconds, stopping)
    id_, started = asking.instance()
    say(id_)
    asking.wait_until_registered(id_, started)
    return asking.wait_until_done(id_, asking.send(id_, script))
