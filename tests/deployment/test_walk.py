"""Stacks are walked in order, side by side where they can be, and nothing is started after a failure."""

import threading
from collections.abc import Callable

import pytest

from deployment.terraform import Changes, InterruptedRunError, TerraformError
from deployment.walk import Step, apply_stack, walk
from tests.waiting import PATIENCE

ORDER: dict[str, tuple[str, ...]] = {
    "state": (),
    "hub-core": ("state",),
    "spoke-core-a": ("hub-core",),
    "spoke-core-b": ("hub-core",),
    "spoke-core-c": ("hub-core",),
}


class Recorder:
    """Work that notes when each stack began and ended, and how many were at work at once."""

    def __init__(self, failing: str = "", error: Exception | None = None) -> None:
        self.events: list[tuple[str, str]] = []
        self.most = 0
        self._now = 0
        self._guard = threading.Lock()
        self._failing, self._error = failing, error
        self.meeting = threading.Barrier(2)
        self.failed = threading.Event()

    def __call__(self, stack: str, say: Callable[[str], None]) -> str:
        with self._guard:
            self.events.append(("begin", stack))
            self._now += 1
            self.most = max(self.most, self._now)
        say("at work")
        if stack in {"spoke-core-a", "spoke-core-b"}:
            self.meeting.wait(timeout=PATIENCE)  # breaks where the two are not at work at once
            if self._error and stack != self._failing:
                self.failed.wait(timeout=PATIENCE)  # outlives the failure, whoever is quicker
        with self._guard:
            self._now -= 1
            self.events.append(("end", stack))
        if stack == self._failing and self._error:
            raise self._error
        return "done"

    def tell(self, step: Step) -> None:
        if step.failed:
            self.failed.set()

    def at(self, event: str, stack: str) -> int:
        return self.events.index((event, stack))


def run(work: Recorder, workers: int = 2, order: dict[str, tuple[str, ...]] = ORDER) -> dict[str, Step]:
    return {step.stack: step for step in walk(order, work, work.tell, workers=workers)}


def test_each_stack_waits_for_those_it_needs() -> None:
    work = Recorder()
    steps = run(work)
    assert {step.status for step in steps.values()} == {"done"}
    assert work.at("end", "state") < work.at("begin", "hub-core")
    for spoke in ("a", "b", "c"):
        assert work.at("end", "hub-core") < work.at("begin", f"spoke-core-{spoke}")


def test_independent_spokes_are_worked_on_side_by_side_and_no_more_than_asked() -> None:
    work = Recorder()
    run(work, workers=2)
    assert work.most == 2


def test_nothing_is_started_after_a_failure_and_what_runs_is_finished() -> None:
    work = Recorder("spoke-core-a", TerraformError("AWS said no"))
    steps = run(work)
    assert steps["spoke-core-a"].status == "failed"
    assert steps["spoke-core-a"].error == "AWS said no"
    assert steps["spoke-core-b"].status == "done"
    assert steps["spoke-core-c"].status == "waiting"


def test_a_failed_hub_leaves_its_spokes_alone() -> None:
    steps = run(Recorder("hub-core", TerraformError("no")))
    assert {stack: step.status for stack, step in steps.items()} == {
        "state": "done",
        "hub-core": "failed",
        "spoke-core-a": "waiting",
        "spoke-core-b": "waiting",
        "spoke-core-c": "waiting",
    }


def test_an_interrupted_stack_says_so() -> None:
    steps = run(Recorder("state", InterruptedRunError("asked to stop")))
    assert (steps["state"].status, steps["hub-core"].status) == ("interrupted", "waiting")


def test_a_selection_is_walked_without_what_is_not_selected() -> None:
    work = Recorder()
    steps = run(work, order={"spoke-core-c": ("hub-core",)})
    assert steps["spoke-core-c"].status == "done"


class Scripted:
    """A Terraform whose applies end as the script says; it stands for AWS's answers, which no test can order."""

    def __init__(self, *outcomes: TerraformError | None) -> None:
        self.outcomes = list(outcomes)
        self.waits: list[float] = []
        self.stopping = self

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)

    def begin_log(self, stack: str) -> None: ...

    def init(self, stack: str) -> None: ...

    def plan(self, stack: str) -> bool:
        return True

    def apply(self, stack: str) -> None:
        outcome = self.outcomes.pop(0)
        if outcome is not None:
            raise outcome

    def changes(self, stack: str) -> Changes:
        return Changes(added=24)


NOT_YET = TerraformError("InvalidTransitGatewayID.NotFound: Transit Gateway tgw-1 was deleted or does not exist.")


def applied(script: Scripted, share_wait: float) -> str:
    return apply_stack(script, share_wait)("spoke-core-a", lambda _: None)  # type: ignore[arg-type]


def test_a_share_that_comes_late_is_waited_for() -> None:
    script = Scripted(NOT_YET, NOT_YET, None)
    assert applied(script, 120) == "24 added"
    assert script.waits == [5, 10]


def test_a_share_that_never_comes_is_an_error_in_the_end() -> None:
    script = Scripted(*[NOT_YET] * 9)
    with pytest.raises(TerraformError, match="does not exist"):
        applied(script, 60)
    assert script.waits == [5, 10, 20], "35 s of 60: the next pause would be too long"


def test_other_errors_are_not_tried_again() -> None:
    script = Scripted(TerraformError("UnauthorizedOperation"), None)
    with pytest.raises(TerraformError, match="UnauthorizedOperation"):
        applied(script, 120)
    assert script.waits == []
