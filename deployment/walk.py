"""Applies and destroys stacks in dependency order, independent ones in parallel."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from types import FrameType

from deployment.terraform import InterruptedRunError, Terraform, TerraformError

__all__ = ["Step", "Work", "apply_stack", "change", "destroy_stack", "interruptible", "walk"]

SHARE_ERRORS = ("InvalidTransitGatewayID.NotFound", "ResourceNotFoundException", "UnknownResourceException")
"""The errors that AWS returns while a new share has not taken effect yet (hashicorp/terraform-provider-aws#10025,
#11902): for the spoke, the hub's gateway or rule does not exist.
"""
RETRY_SECONDS = 5.0
"""The pause before the first retry; it doubles with each further one."""


@dataclass
class Step:
    """The progress of one stack."""

    stack: str
    status: str = "waiting"
    """First `waiting`, then the current activity, finally the outcome."""
    started: float | None = None
    seconds: float = 0.0
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether the stack's work failed."""
        return bool(self.error)

    def elapsed(self) -> float:
        """The seconds that the stack has taken so far."""
        return self.seconds if self.started is None else time.monotonic() - self.started


Work = Callable[[str, Callable[[str], None]], str]
"""Processes a stack, reports what it is doing, and returns the outcome. Raises `TerraformError`."""


@dataclass
class _Walk:
    steps: dict[str, Step]
    work: Work
    tell: Callable[[Step], None]
    keep_going: bool
    halted: threading.Event = field(default_factory=threading.Event)

    def run(self, stack: str) -> None:
        step = self.steps[stack]
        if self.halted.is_set():
            return
        step.started = time.monotonic()

        def report(status: str) -> None:
            step.status = status
            self.tell(step)

        try:
            outcome = self.work(stack, report)
        except InterruptedRunError as interrupted:
            self.halted.set()
            outcome, step.error = "interrupted", str(interrupted)
        except TerraformError as failed:
            if not self.keep_going:
                self.halted.set()
            outcome, step.error = "failed", str(failed)
        step.seconds, step.started = step.elapsed(), None
        report(outcome)


def walk(
    order: Mapping[str, tuple[str, ...]],
    work: Work,
    tell: Callable[[Step], None],
    *,
    workers: int,
    keep_going: bool = False,
) -> list[Step]:
    """Process every stack after its dependencies, at most `workers` at once; returns the final step of each.

    After a failure no further stack is started, and running ones are finished: a partial apply is worse than a long
    one. With `keep_going`, all stacks are processed: for work that changes nothing, and whose failures should all be
    reported.
    """
    steps = {stack: Step(stack) for stack in order}
    walking = _Walk(steps, work, tell, keep_going)
    sorter = TopologicalSorter({stack: [b for b in before if b in order] for stack, before in order.items()})
    sorter.prepare()
    with ThreadPoolExecutor(workers, thread_name_prefix="stack") as pool:
        pending = {}
        finished = threading.Condition()
        while sorter.is_active() and not walking.halted.is_set():
            for stack in sorted(sorter.get_ready()):
                pending[stack] = pool.submit(walking.run, stack)
                pending[stack].add_done_callback(lambda _: _notify(finished))
            with finished:
                # The timeout lets signal handlers run in the main thread.
                finished.wait_for(lambda: any(future.done() for future in pending.values()), timeout=0.2)
            for stack in [stack for stack, future in pending.items() if future.done()]:
                pending.pop(stack).result()
                sorter.done(stack)
        while pending:  # a join would keep the main thread from handling signals
            with finished:
                finished.wait_for(lambda: all(future.done() for future in pending.values()), timeout=0.2)
            for stack in [stack for stack, future in pending.items() if future.done()]:
                pending.pop(stack).result()
    return list(steps.values())


def _notify(finished: threading.Condition) -> None:
    with finished:
        finished.notify_all()


def apply_stack(terraform: Terraform, share_wait: float) -> Work:
    """Plan a stack and apply that plan; retry while a share that it needs has not taken effect yet.

    A share takes effect some time after RAM reports it as associated. With plain Terraform you would apply again; this
    retries for up to `share_wait` seconds in total, since a share that never takes effect should be reported as an
    error.
    """

    def work(stack: str, report: Callable[[str], None]) -> str:
        terraform.begin_log(stack)
        report("init")
        terraform.init(stack)
        waited, pause = 0.0, RETRY_SECONDS
        while True:
            try:
                return change(terraform, stack, report)
            except InterruptedRunError:
                raise
            except TerraformError as failed:
                if waited + pause > share_wait or not any(code in str(failed) for code in SHARE_ERRORS):
                    raise
            report("waiting for the share")
            terraform.stopping.wait(pause)
            waited, pause = waited + pause, pause * 2

    return work


def destroy_stack(terraform: Terraform) -> Work:
    """Plan the destruction of a stack and apply that plan."""

    def work(stack: str, report: Callable[[str], None]) -> str:
        terraform.begin_log(stack)
        report("init")
        terraform.init(stack)
        return change(terraform, stack, report, "-destroy")

    return work


def change(terraform: Terraform, stack: str, report: Callable[[str], None], *options: str) -> str:
    """Plan a stack whose folder is initialised, and apply the plan if it changes anything."""
    report("plan")
    if terraform.plan(stack, *options):
        report("destroy" if "-destroy" in options else "apply")
        terraform.apply(stack)
    return str(terraform.changes(stack))


@contextmanager
def interruptible(terraform: Terraform, warn: Callable[[str], None]) -> Iterator[None]:
    """Make Ctrl-C and SIGTERM let Terraform finish its step and release its lock within this context."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        warn("stopping: Terraform finishes its step, writes its state and releases its lock")
        terraform.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
