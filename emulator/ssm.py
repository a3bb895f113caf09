# ruff: noqa: ANN401 -- overriding methods hand through whatever moto's take
"""Systems Manager: which instances are registered, and commands that a shell runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from unittest import mock

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance
from moto.iam.models import iam_backends
from moto.ssm.exceptions import SSMException
from moto.ssm.models import Command, SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from emulator.mount import Extension

AGENT_POLICY = "AmazonSSMManagedInstanceCore"
MOST_OUTPUT = 24_000
"""Characters of a command's output that GetCommandInvocation returns (its API reference)."""
DOCUMENT = "AWS-RunShellScript"


@dataclass(frozen=True)
class Machine:
    """An instance that a command runs on."""

    account: str
    region: str
    id: str
    vpc: str
    subnet: str
    address: str


@dataclass(frozen=True)
class ScriptResult:
    """The result of a script on an instance."""

    status: int
    stdout: str = ""
    stderr: str = ""


Shell = Callable[[Machine, str], ScriptResult | None]
"""Runs a script on behalf of an instance. Returns None if its agent never picks the command up. It is called in a
thread of its own and without the server's lock, so that it may call the emulator; it must end by itself.
"""


class Invocation:
    """A command on one instance: in progress until the shell returns or the time limit expires."""

    def __init__(self, machine: Machine, limit: float, answer: Future[ScriptResult | None]) -> None:
        self.machine = machine
        self.cancelled = False
        self._deadline = time.monotonic() + limit
        self._answer = answer

    def outcome(self) -> tuple[str, ScriptResult]:
        """The command's status, in AWS's terms, and its result."""
        if self.cancelled:
            return "Cancelled", ScriptResult(-1)
        if not self._answer.done():
            return ("TimedOut" if time.monotonic() > self._deadline else "InProgress"), ScriptResult(-1)
        fault = self._answer.exception()
        if fault is not None:
            return "Failed", ScriptResult(1, stderr=f"{type(fault).__name__}: {fault}")
        ran = self._answer.result()
        if ran is None:
            return "Pending", ScriptResult(-1)
        return ("Success" if ran.status == 0 else "Failed"), ran


class Backend(SimpleSystemManagerBackend):
    """The commands of one account in one region. moto reports Success for every command and runs none."""

    shell: ClassVar[Shell | None] = None
    pool: ClassVar[ThreadPoolExecutor | None] = None

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.sent: dict[tuple[str, str], Invocation] = {}

    def registered(self) -> dict[str, Instance]:
        """The registered instances: those that are running and whose role has the agent's policy.

        AWS would keep listing an instance for some minutes after it has lost the policy. Whether the agent reaches its
        endpoints is not checked: the emulator carries no packets.
        """
        if type(self).shell is None:
            return {}
        ec2 = ec2_backends[self.account_id][self.region_name]
        running = [i for r in ec2.all_reservations() for i in r.instances if i.state == "running"]
        return {instance.id: instance for instance in running if self._has_policy(ec2, instance)}

    def _has_policy(self, ec2: Any, instance: Instance) -> bool:
        association = ec2.iam_instance_profile_associations.get(instance.id)
        if association is None:
            return False
        names = {role.name for role in association.iam_instance_profile.roles}
        roles = [role for role in iam_backends[self.account_id]["aws"].roles.values() if role.name in names]
        return any(arn.endswith(f"/{AGENT_POLICY}") for role in roles for arn in role.managed_policies)

    def send_command(self, *args: Any, **kwargs: Any) -> Command:
        """SendCommand, to registered instances only (InvalidInstanceId: API reference). The shell runs the script."""
        instances = self.registered()
        unknown = [id_ for id_ in kwargs["instance_ids"] if id_ not in instances]
        if unknown:
            raise SSMException("InvalidInstanceId", f"Instances {unknown} not in a valid state for account")
        if kwargs["document_name"] != DOCUMENT:
            raise NotImplementedError(f"the document {kwargs['document_name']}")
        command = super().send_command(*args, **kwargs)
        script = "\n".join(kwargs["parameters"]["commands"])
        limit = float(kwargs["parameters"].get("executionTimeout", ["3600"])[0])
        for id_ in command.instance_ids:
            instance = instances[id_]
            where = map(str, (instance.vpc_id, instance.subnet_id, instance.private_ip))
            machine = Machine(self.account_id, self.region_name, id_, *where)
            answer = type(self).pool.submit(type(self).shell, machine, script)  # type: ignore[union-attr, arg-type]
            self.sent[command.command_id, id_] = Invocation(machine, limit, answer)
        return command

    def get_command_invocation(self, command_id: str, instance_id: str, plugin_name: str | None) -> dict[str, Any]:
        """GetCommandInvocation, with the shell's output."""
        invocation = self._invocation(command_id, instance_id)
        status, ran = invocation.outcome()
        return {
            **super().get_command_invocation(command_id, instance_id, plugin_name),
            "Status": status,
            "StatusDetails": status,
            "ResponseCode": ran.status,
            "StandardOutputContent": ran.stdout[:MOST_OUTPUT],
            "StandardErrorContent": ran.stderr[:MOST_OUTPUT],
        }

    def cancel_command(self, command_id: str) -> None:
        """CancelCommand, on all instances of the command."""
        for (sent, _), invocation in self.sent.items():
            if sent == command_id and invocation.outcome()[0] in {"InProgress", "Pending"}:
                invocation.cancelled = True

    def _invocation(self, command_id: str, instance_id: str) -> Invocation:
        if (command_id, instance_id) not in self.sent:
            raise SSMException("InvocationDoesNotExist", "")
        return self.sent[command_id, instance_id]


class Response(SimpleSystemManagerResponse):
    """Operations that moto lacks."""

    def describe_instance_information(self) -> ActionResult:
        """DescribeInstanceInformation, with the filter InstanceIds."""
        backend: Backend = self.ssm_backend  # type: ignore[assignment]  # mounted in its place
        wanted: list[str] | None = None
        for chosen in self._get_param("Filters", []):
            if chosen["Key"] != "InstanceIds":
                raise NotImplementedError(f"the filter {chosen['Key']}")
            wanted = chosen["Values"]
        now = datetime.now(UTC).timestamp()
        return ActionResult(
            {
                "InstanceInformationList": [
                    {
                        "InstanceId": instance.id,
                        "PingStatus": "Online",
                        "LastPingDateTime": now,
                        "AgentVersion": "3.3.0.0",
                        "PlatformType": "Linux",
                        "ResourceType": "EC2Instance",
                        "IPAddress": instance.private_ip,
                    }
                    for instance in backend.registered().values()
                    if wanted is None or instance.id in wanted
                ]
            }
        )

    def cancel_command(self) -> ActionResult:
        """CancelCommand."""
        backend: Backend = self.ssm_backend  # type: ignore[assignment]  # mounted in its place
        backend.cancel_command(self._get_param("CommandId"))
        return ActionResult({})


@contextmanager
def commands_run_by(shell: Shell | None) -> Iterator[None]:
    """Have the shell run commands within this context; without a shell, no instance is registered."""
    with ExitStack() as stack:
        pool = ThreadPoolExecutor(thread_name_prefix="instance")
        stack.callback(pool.shutdown, cancel_futures=True)
        stack.enter_context(mock.patch.object(Backend, "shell", staticmethod(shell) if shell else None))
        stack.enter_context(mock.patch.object(Backend, "pool", pool))
        yield


EXTENSION = Extension("ssm", backend=Backend, response=Response)
