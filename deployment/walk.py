"""Applies and destroys stacks in the order of the manifest, independent ones side by side."""

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
"""What AWS answers while a share that was just made is not effective yet (hashicorp/terraform-provider-aws#10025,
#11902): a gateway or a rule that the hub knows does not exist for the spoke."""
RETRY_SECONDS = 5.0
"""The first pause before another try; each next one is twice as long."""


@dataclass
class Step:
    """What becomes of one stack."""

    stack: str
    status: str = "waiting"
    """waiting, then what is being done, then what came of it."""
    started: float | None = None
    seconds: float = 0.0
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether the stack's work ended with an error."""
        return bool(self.error)

    def elapsed(self) -> float:
        """Seconds that the stack has taken so far."""
        return self.seconds if self.started is None else time.monotonic() - self.started


Work = Callable[[str, Callable[[str], None]], str]
"""Does a stack's work, says what it is doing, and returns what came of it; raises `TerraformError`."""


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

        def say(status: str) -> None:
            step.status = status
            self.tell(step)

        try:
            outcome = self.work(stack, say)
        except InterruptedRunError as interrupted:
            self.halted.set()
            outcome, step.error = "interrupted", str(interrupted)
        except TerraformError as failed:
            if not self.keep_going:
                self.halted.set()
            outcome, step.error = "failed", str(failed)
        step.seconds, step.started = step.elapsed(), None
        say(outcome)


def walk(
    order: Mapping[str, tuple[str, ...]],
    work: Work,
    tell: Callable[[Step], None],
    *,
    workers: int,
    keep_going: bool = False,
) -> list[Step]:
    """Do the work of every stack, each after those it names, at most so many at once; returns what became of each.

    After a failure no other stack is started, and those that run are finished: half an apply is worse than a long one.
    With `keep_going` all are: for work that changes nothing, and whose failures are wanted all at once.
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
                # Wakes up by itself too, so that a signal's handler gets its turn in the main thread.
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
    """Plan a stack and apply that plan, and again while a share that it needs is not effective yet.

    A share takes effect some time after RAM says that it has. Plain Terraform users apply once more; this waits up to
    `share_wait` seconds in all, since a share that never comes is an error to be shown and not to be waited for.
    """

    def work(stack: str, say: Callable[[str], None]) -> str:
        terraform.begin_log(stack)
        say("init")
        terraform.init(stack)
        waited, pause = 0.0, RETRY_SECONDS
        while True:
            try:
                return change(terraform, stack, say)
            except InterruptedRunError:
                raise
            except TerraformError as failed:
                if waited + pause > share_wait or not any(code in str(failed) for code in SHARE_ERRORS):
                    raise
            say("waiting for the share")
            terraform.stopping.wait(pause)
            waited, pause = waited + pause, pause * 2

    return work


def destroy_stack(terraform: Terraform) -> Work:
    """Plan the destruction of a stack and apply that plan."""

    def work(stack: str, say: Callable[[str], None]) -> str:
        terraform.begin_log(stack)
        say("init")
        terraform.init(stack)
        return change(terraform, stack, say, "-destroy")

    return work


def change(terraform: Terraform, stack: str, say: Callable[[str], None], *options: str) -> str:
    """Plan a stack whose folder is prepared, and apply that plan where it changes anything."""
    say("plan")
    if terraform.plan(stack, *options):
        say("destroy" if "-destroy" in options else "apply")
        terraform.apply(stack)
    return str(terraform.changes(stack))


@contextmanager
def interruptible(terraform: Terraform, warn: Callable[[str], None]) -> Iterator[None]:
    """Within it, Ctrl-C and SIGTERM let Terraform finish its step and release its lock."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        warn("stopping: Terraform finishes its step, writes its state and releases its lock")
        terraform.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
