"""Calls Terraform in the folders of synthesised stacks, with one log a stack, so that it can always finish its step."""

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
"""A stack's plan in its folder: as `terraform apply` takes it, and as `terraform show -json` prints it."""
VALIDATE_SECONDS = 600
"""Room for the first `init` to fetch a provider of some 150 MB over a slow line."""
APPLY_SECONDS = 3600
"""Room for the slowest step: a resolver endpoint takes minutes, and a throttled apply of a hub some more."""

APART = {"TF_DATA_DIR": ".terraform/validate"}
"""Where Terraform keeps what it needs to validate a stack, apart from what belongs to a deployed one."""
NO_CHANGES, HAS_CHANGES = 0, 2
"""Exit statuses of `terraform plan -detailed-exitcode`."""


_one_init = threading.Lock()
"""The plugin cache is not safe for two first inits at once."""


class TerraformError(Exception):
    """Terraform failed; the message is its own error."""


class InterruptedRunError(TerraformError):
    """Terraform was asked to stop; it finished its step, wrote its state and released its lock."""


def find() -> str | None:
    """The `terraform` on PATH, if there is one."""
    return shutil.which("terraform")


@dataclass(frozen=True)
class Changes:
    """What became of a stack's resources."""

    added: int = 0
    changed: int = 0
    destroyed: int = 0

    def __str__(self) -> str:
        """As people say it."""
        words = ("added", self.added), ("changed", self.changed), ("destroyed", self.destroyed)
        return ", ".join(f"{count} {word}" for word, count in words if count) or "no changes"


def _environment(cache: Path) -> dict[str, str]:
    """The environment for Terraform: no questions, no calls home, and one copy of the provider for all stacks.

    Each stack's `init` would otherwise unpack its own 700 MB.
    """
    cache.mkdir(parents=True, exist_ok=True)
    defaults = {"TF_PLUGIN_CACHE_DIR": str(cache.resolve()), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true"}
    return {**defaults, **os.environ, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


@dataclass
class Terraform:
    """Terraform for the stacks in one output folder. Safe to use from several threads, one stack each."""

    binary: str
    output: Path
    cache: Path = Path(".cache/terraform")
    logs: str = "logs"
    """The folder of logs within the output folder."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables on top of the caller's."""
    _running: set[subprocess.Popen[bytes]] = field(default_factory=set, init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, init=False)
    stopping: threading.Event = field(default_factory=threading.Event, init=False)
    """Set once Terraform was asked to stop."""

    def folder(self, stack: str) -> Path:
        """The folder of a stack."""
        return self.output / "stacks" / stack

    def log(self, stack: str) -> Path:
        """The log of a stack: everything that Terraform printed since the log was begun."""
        return self.output / self.logs / f"{stack}.log"

    def begin_log(self, stack: str) -> None:
        """Begin a stack's log anew."""
        self.log(stack).parent.mkdir(parents=True, exist_ok=True)
        self.log(stack).write_bytes(b"")

    def init(self, stack: str, *options: str) -> None:
        """Prepare a stack's folder. Refused where an apply could not write its state: what it made would be lost."""
        unsaved = self.folder(stack) / "errored.tfstate"
        if unsaved.is_file():
            raise TerraformError(
                f"An earlier apply could not write its state, and left it in {unsaved}.\n"
                "Write it, delete that file, and go on:\n"
                f"terraform -chdir={self.folder(stack)} state push errored.tfstate\n"
                "If that finds the state locked, the same apply could not release it. Where nobody is at work on it:\n"
                f"terraform -chdir={self.folder(stack)} force-unlock -force ID"
            )
        with _one_init:
            self._run(stack, ["init", "-no-color", *options], VALIDATE_SECONDS)

    def validate(self, stack: str) -> None:
        """Validate a stack with the real provider and without its backend, leaving a deployed stack's folder alone.

        In a data folder of its own: in one that knows a backend, even `init -backend=false` asks for credentials.
        """
        with _one_init:
            self._run(stack, ["init", "-no-color", "-backend=false"], VALIDATE_SECONDS, variables=APART)
        self._run(stack, ["validate", "-no-color"], VALIDATE_SECONDS, variables=APART)

    def plan(self, stack: str, *options: str, out: str = PLAN) -> bool:
        """Write a plan beside the stack; returns whether it changes anything. One that fails leaves none."""
        arguments = ["plan", "-no-color", "-detailed-exitcode", f"-out={out}", *options]
        try:
            return self._run(stack, arguments, APPLY_SECONDS, accepted=(NO_CHANGES, HAS_CHANGES)) == HAS_CHANGES
        except TerraformError:
            # Terraform writes down how far it came, which nobody can apply, under the name of a whole plan.
            (self.folder(stack) / out).unlink(missing_ok=True)
            raise

    def show(self, stack: str, plan: str) -> dict[str, Any]:
        """What a plan beside the stack holds; it is written as JSON beside the plan too."""
        said = self.folder(stack) / f"{plan}.json"
        self._run(stack, ["show", "-json", plan], VALIDATE_SECONDS, answer=said)
        return dict(json.loads(said.read_bytes()))

    def apply(self, stack: str) -> None:
        """Apply the plan that was written, and nothing else."""
        self._run(stack, ["apply", "-no-color", PLAN], APPLY_SECONDS)

    def changes(self, stack: str) -> Changes:
        """What was done to a stack since its log was begun, also by an apply that failed in the end."""
        said = self._said(stack, 0)
        return Changes(
            *(said.count(f": {done} complete after") for done in ("Creation", "Modifications", "Destruction"))
        )

    def addresses(self, stack: str) -> list[str]:
        """The resources in a stack's state."""
        start = self.log(stack).stat().st_size
        self._run(stack, ["state", "list"], VALIDATE_SECONDS)
        return [
            line for line in self._said(stack, start).splitlines() if re.match(r"[a-z0-9_.]+\.[A-Za-z0-9_-]+$", line)
        ]

    def stop(self) -> None:
        """Ask every running Terraform to finish its step, write its state and release its lock; start no other."""
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
        """Run Terraform and return its exit status. It prints into the log, and its answer into a file if one is named.

        Raises `TerraformError` where the status is not an accepted one.
        """
        log = self.log(stack)
        if not log.is_file():
            self.begin_log(stack)
        start = log.stat().st_size
        with ExitStack() as files:
            sink = files.enter_context(log.open("ab"))
            told = files.enter_context(answer.open("wb")) if answer else sink
            with self._guard:
                if self.stopping.is_set():
                    raise InterruptedRunError(f"{stack}: stopped before terraform {arguments[0]}")
                process = subprocess.Popen(  # noqa: S603  terraform from PATH, with arguments of our own
                    [self.binary, f"-chdir={self.folder(stack)}", *arguments],
                    env={**_environment(self.cache), **self.variables, **(variables or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=told,
                    stderr=sink,
                    # In a group of its own, a Ctrl-C at the terminal reaches it once, through `stop`: a second signal
                    # would make it leave at once and lose what it was waiting for.
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
                    " and what it made last may be in no state: run this again, and `./hub unmanaged`."
                )
            error = _error(self._said(stack, start)) or f"terraform {arguments[0]} exited with {status}"
            raise TerraformError(error + self._unlocking(stack, error))
        return status

    def _unlocking(self, stack: str, error: str) -> str:
        """How to go on after an error about a lock."""
        held = re.search(r"Error acquiring the state lock.*?^\s*ID:\s*(\S+)", error, re.DOTALL | re.MULTILINE)
        if held is None:
            return ""
        return (
            "\n\nSomebody else is working on this stack, or was killed at it. Where you know that nobody is any more:\n"
            f"terraform -chdir={self.folder(stack)} force-unlock -force {held[1]}\n"
            "What was made last may be in no state then; `./hub unmanaged` finds it."
        )

    def _said(self, stack: str, start: int) -> str:
        with self.log(stack).open("rb") as log:
            log.seek(start)
            return log.read().decode("utf-8", "replace")


def _error(said: str) -> str:
    """Terraform's own error messages, without the plan before them and the frame around them."""
    at = said.find("Error:")
    lines = said[at:].splitlines() if at >= 0 else said.splitlines()[-20:]
    return "\n".join(line.lstrip("│╷╵ ").rstrip() for line in lines if line.strip("│╷╵ ")).strip()
