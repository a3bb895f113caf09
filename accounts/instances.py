"""Asks the test instances of spokes what they see of names and ports. Nothing is changed in any account."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

from accounts.asked import AskedAccount, RefusedError
from accounts.clients import Clients
from accounts.judgements import Role
from accounts.probe import Question, judge, observed, parse, script_for
from accounts.run_command import InstanceError, run_on_instance
from assurance.trace import State
from findings import Finding, Place, Severity, codes
from topology.design import SpokeDesign

__all__ = ["Seen", "ask"]

WORKERS = 8
"""Instances that are asked at once: one takes seconds, and AWS limits requests by account."""
CUT = "offer fewer services at once, or run the script by hand: Systems Manager keeps 24,000 characters of the output"


@dataclass(frozen=True)
class Seen:
    """What a spoke's test instance saw."""

    spoke: str
    instance: str
    """Its id; empty where it gave no answers."""
    states: Mapping[str, State]
    """How it reaches each service; by key, the empty one is the name without an endpoint."""
    findings: tuple[Finding, ...]


def ask(
    clients: Clients,
    questions: Sequence[tuple[SpokeDesign, Sequence[Question]]],
    *,
    seconds: float,
    stopping: Event,
    count: Callable[[int], object] = lambda _: None,
) -> list[Seen]:
    """What each instance answers within so many seconds. The spokes' roles must have been assumed.

    `count` hears of each instance that is done. Raises `KeyboardInterrupt` once what is under way has ended: commands
    that nobody waits for any more are cancelled.
    """
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="instances")

    def work(asked: tuple[SpokeDesign, Sequence[Question]]) -> Seen:
        seen = _ask(clients, *asked, seconds, stopping)
        count(1)
        return seen

    try:
        return list(pool.map(work, questions))
    except BaseException:
        stopping.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _ask(clients: Clients, spoke: SpokeDesign, questions: Sequence[Question], seconds: float, stopping: Event) -> Seen:
    place, role = Place(spoke.account.id, spoke.account.region), Role.of(spoke.account)
    asked = AskedAccount(clients, role, spoke.account.region)
    ids: list[str] = []

    def finding(severity: Severity, found: str, fix: str) -> Finding:
        return Finding(codes.TEST_INSTANCE, place, severity, found, fix, subject=spoke.name)

    try:
        printed = run_on_instance(
            asked, spoke, script_for(questions), seconds=seconds, stopping=stopping, say=ids.append
        )
    except InstanceError as error:
        return Seen(spoke.name, "", {}, (finding(error.severity, error.found, error.fix),))
    except RefusedError as error:
        fix = f"allow {role} {error.action} (see docs/guides/verify.md)" if error.action else "try again"
        return Seen(spoke.name, "", {}, (finding(Severity.UNKNOWN, str(error), fix),))
    answers, complete = parse(printed)
    findings = [judge(place, spoke.name, each, answers.get(at, ())) for at, each in enumerate(questions)]
    if not complete:
        findings.append(finding(Severity.UNKNOWN, "its output is not complete", CUT))
    states: dict[str, State] = {}
    for at, question in enumerate(questions):
        state = observed(question, answers.get(at, ()))
        if (state, question.expected) == (State.PUBLIC, State.GATEWAY):
            state = State.GATEWAY  # addresses do not tell the two apart
        if states.get(question.service) in {None, State.PRIVATE}:  # the worst of a service's names
            states[question.service] = state
    return Seen(spoke.name, ids[0], states, tuple(findings))
