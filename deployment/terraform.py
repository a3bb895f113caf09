"""Runs Terraform in the folders of synthesised stacks, with a log for each, and never cuts off a running step."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["PLAN", "PLAN_FILE", "Changes", "InterruptedRunError", "Terraform", "TerraformError", "find"]

PLAN, PLAN_FILE = "tfplan", "tfplan.json"
"""A stack's plan in its folder: for `terraform apply`, and as printed by `terraform show -json`."""
VALIDATE_SECONDS = 600
"""Enough for the first `init` to download a provider of some 150 MB over a slow connection."""
APPLY_SECONDS = 3600
"""Enough for the slowest step: a resolver endpoint takes minutes, and a throttled apply of a hub longer."""

APART = {"TF_DATA_DIR": ".terraform/validate"}
"""A data folder for validation, separate from that of a deployed stack."""
NO_CHANGES, HAS_CHANGES = 0, 2
"""Exit statuses of `terraform plan -detailed-exitcode`."""


_one_init = threading.Lock()
"""The plugin cache is not safe for concurrent first inits."""


class TerraformError(Exception):
    """Terraform failed; the message is Terraform's own error."""


class InterruptedRunError(TerraformError):
    """Terraform was asked to stop; it finished its step, wrote its state and released its lock."""


def find() -> str | None:
    """The `terraform` on PATH, if there is one."""
    return shutil.which("terraform")


@dataclass(frozen=True)
class Changes:
    """How many resources of a stack were changed."""

    added: int = 0
    changed: int = 0
    destroyed: int = 0

    def __str__(self) -> str:
        """A summary such as "2 added, 1 changed"."""
        words = ("added", self.added), ("changed", self.changed), ("destroyed", self.destroyed)
        return ", ".join(f"{count} {word}" for word, count in words if count) or "no changes"


def _environment(cache: Path) -> dict[str, str]:
    """The environment for Terraform: no prompts, no update checks, and one copy of the provider for all stacks.

    Without the plugin cache, each stack's `init` would unpack its own 700 MB.
    """
    cache.mkdir(parents=True, exist_ok=True)
    defaults = {"TF_PLUGIN_CACHE_DIR": str(cache.resolve()), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true"}
    return {**defaults, **os.environ, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


@dataclass
class Terraform:
    """Terraform for the stacks in one output folder. Thread-safe, with one thread for each stack."""

    binary: str
    output: Path
    cache: Path = Path(".cache/terraform")
    logs: str = "logs"
    """The folder of logs within the output folder."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables added to the caller's."""
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set, init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False)
    stopping: threading.Event = field(default_factory=threading.Event, init=False)
    """Set once Terraform has been asked to stop."""

    def folder(self, stack: str) -> Path:
        """The folder of a stack."""
        return self.output / "stacks" / stack

    def log(self, stack: str) -> Path:
        """The log of a stack: everything that Terraform has printed since `begin_log`."""
        return self.output / self.logs / f"{stack}.log"

    def begin_log(self, stack: str) -> None:
        """Start a stack's log afresh."""
        self.log(stack).parent.mkdir(parents=True, exist_ok=True)
        self.log(stack).write_bytes(b"")

    def init(self, stack: str, *options: str) -> None:
        """Initialise a stack's folder.

        Refused while it has a state that an apply could not write and that would be lost.
        """
        unsaved = self.folder(stack) / "errored.tfstate"
        if unsaved.is_file():
            raise TerraformError(
                f"An earlier apply could not write its state, and left it in {unsaved}.\n"
                "Push it, delete that file, and continue:\n"
                f"terraform -chdir={self.folder(stack)} state push errored.tfstate\n"
                "If the state is locked, that apply could not release its lock. If nobody is working on it:\n"
                f"terraform -chdir={self.folder(stack)} force-unlock -force ID"
            )
        with _one_init:
            self._run(stack, ["init", "-no-color", *options], VALIDATE_SECONDS)

    def validate(self, stack: str) -> None:
        """Validate a stack with the real provider and without its backend, without touching a deployed stack's data.

        It uses a separate data folder: in one that has a backend, even `init -backend=false` needs credentials.
        """
        with _one_init:
            self._run(stack, ["init", "-no-color", "-backend=false"], VALIDATE_SECONDS, variables=APART)
        self._run(stack, ["validate", "-no-color"], VALIDATE_SECONDS, variables=APART)

    def plan(self, stack: str, *options: str, out: str = PLAN) -> bool:
        """Write a plan to the stack's folder, or none if planning fails; returns whether it changes anything."""
        arguments = ["plan", "-no-color", "-detailed-exitcode", f"-out={out}", *options]
        try:
            return self._run(stack, arguments, APPLY_SECONDS, accepted=(NO_CHANGES, HAS_CHANGES)) == HAS_CHANGES
        except TerraformError:
            # Terraform writes the incomplete plan, which cannot be applied, under the same name.
            (self.folder(stack) / out).unlink(missing_ok=True)
            raise

    def show(self, stack: str, plan: str) -> dict[str, Any]:
        """The contents of a plan in the stack's folder, which are also written there as JSON."""
        output = self.folder(stack) / f"{plan}.json"
        self._run(stack, ["show", "-json", plan], VALIDATE_SECONDS, answer=output)
        return dict(json.loads(output.read_bytes()))

    def apply(self, stack: str) -> None:
        """Apply exactly the plan that was written."""
        self._run(stack, ["apply", "-no-color", PLAN], APPLY_SECONDS)

    def changes(self, stack: str) -> Changes:
        """The changes made to a stack since `begin_log`, including those of an apply that failed."""
        output = self._output(stack, 0)
        return Changes(
            *(output.count(f": {done} complete after") for done in ("Creation", "Modifications", "Destruction"))
        )

    def addresses(self, stack: str) -> list[str]:
        """The resources in a stack's state."""
        start = self.log(stack).stat().st_size
        self._run(stack, ["state", "list"], VALIDATE_SECONDS)
        return [
            line for line in self._output(stack, start).splitlines() if re.match(r"[a-z0-9_.]+\.[A-Za-z0-9_-]+$", line)
        ]

    def stop(self) -> None:
        """Ask every running Terraform to finish its step, write its state and release its lock; start no more."""
        with self._guard:
            self.stopping.set()
            for process in self._running:
                process.send_signal(signal.SIGINT)

    def _run(
        self,
        stack: str,
        arguments: Sequence[str],
        seconds: int,
        *,
        accepted: tuple[int, ...] = (0,),
        variables: Mapping[str, str] | None = None,
        answer: Path | None = None,
    ) -> int:
        """Run Terraform and return its exit status.

        Its output goes to the log, or its standard output to `answer` if given.

        Raises `TerraformError` for an exit status that is not accepted.
        """
        log = self.log(stack)
        if not log.is_file():
            self.begin_log(stack)
        start = log.stat().st_size
        with ExitStack() as files:
            sink = files.enter_context(log.open("ab"))
            stdout = files.enter_context(answer.open("wb")) if answer else sink
            with self._guard:
                if self.stopping.is_set():
                    raise InterruptedRunError(f"{stack}: stopped before terraform {arguments[0]}")
                process = subprocess.Popen(  # noqa: S603  terraform from PATH, with our own arguments
                    [self.binary, f"-chdir={self.folder(stack)}", *arguments],
                    env={**_environment(self.cache), **self.variables, **(variables or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=stdout,
                    stderr=sink,
                    # In its own process group, it gets a Ctrl-C at the terminal only once, through `stop`: a second
                    # signal would make it exit immediately and lose the resource that it was waiting for.
                    start_new_session=True,
                )
                self._running.add(process)
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)
                process.wait(seconds)
                raise TerraformError(f"terraform {arguments[0]} took more than {seconds} s; see {log}") from None
            finally:
                with self._guard:
                    self._running.discard(process)
        if status not in accepted:
            if self.stopping.is_set():
                raise InterruptedRunError(f"{stack}: terraform {arguments[0]} was interrupted; see {log}")
            if status < 0:
                raise TerraformError(
                    f"terraform {arguments[0]} was killed ({signal.Signals(-status).name}). Its lock may still be held,"
                    " and what it created last may be in no state: run this again, then `./hub unmanaged`."
                )
            error = _error(self._output(stack, start)) or f"terraform {arguments[0]} exited with {status}"
            raise TerraformError(error + self._unlocking(stack, error))
        return status

    def _unlocking(self, stack: str, error: str) -> str:
        """Advice on how to continue after an error about a lock; else empty."""
        held = re.search(r"Error acquiring the state lock.*?^\s*ID:\s*(\S+)", error, re.DOTALL | re.MULTILINE)
        if held is None:
            return ""
        return (
            "\n\nAnother run is working on this stack, or was killed. If you are certain that no other run is active:\n"
            f"terraform -chdir={self.folder(stack)} force-unlock -force {held[1]}\n"
            "Resources that it created last may be in no state; `./hub unmanaged` finds them."
        )

    def _output(self, stack: str, start: int) -> str:
        with self.log(stack).open("rb") as log:
            log.seek(start)
            return log.read().decode("utf-8", "replace")


def _error(output: str) -> str:
    """Terraform's own error messages, without the plan before them and the box around them."""
    at = output.find("Error:")
    lines = output[at:].splitlines() if at >= 0 else output.splitlines()[-20:]
    return "\n".join(line.lstrip("│╷╵ ").rstrip() for line in lines if line.strip("│╷╵ ")).strip()
