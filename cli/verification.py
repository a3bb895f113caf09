"""The deployed network: recorded, traced, asked by its test instances, and reported. For `./hub verify`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from accounts.clients import Clients
from accounts.instances import Seen, ask
from accounts.judgements import Role
from accounts.preflight import check_roles
from accounts.probe import Question
from accounts.snapshot import recorded
from assurance.trace import State
from cli.recorded import missing_findings, unseen
from cli.reports import NOTHING_PROVED, checks_of, located, pairs_of
from findings import Finding, Place, Severity, codes
from findings.report import Report, Table
from network.aws.reader import read
from network.model import Network
from network.names import named
from review.deployed import Deployed, Promise, judge, promises
from review.intent import names_in
from review.verdicts import Report as Traced
from topology import Design
from topology.design import SpokeDesign

__all__ = ["Verification", "report_of", "verify"]

WITHOUT = "without endpoint"
"""The column of the name that no endpoint answers."""
PATHS = frozenset({codes.HUB_NOT_READ, codes.REACH, codes.ISOLATION, codes.EXPOSURE})
"""What a trace finds."""
ROLES = 8
"""Roles that are assumed at once."""
Progress = Callable[[str, int, str], AbstractContextManager[Callable[[int], object]]]
"""Given what is done, how much of it and of what: a context whose value counts."""


@dataclass(frozen=True)
class Verification:
    """Everything that was found."""

    deployed: Deployed
    promised: Mapping[str, tuple[Promise, ...]]
    seen: Mapping[str, Seen]
    """What the test instances saw, by spoke."""
    findings: tuple[Finding, ...]
    """Of roles, recording and instances."""


def verify(
    design: Design,
    wanted: Collection[str],
    proof: tuple[Network, Traced],
    clients: Clients,
    *,
    seconds: float,
    stopping: Event,
    progress: Progress = lambda *_: nullcontext(lambda _: None),
) -> Verification:
    """Verify the wanted stacks, and the hubs that they need. Changes nothing.

    `proof` is the network of these stacks and what the trace found of it; a test instance has so many `seconds`.
    """
    designed, traced = proof
    spokes = [spoke for spoke in design.spokes if spoke.stack in wanted and not spoke.absent]
    hubs = {spoke.hub_stack for spoke in spokes} | {hub.stack for hub in design.hubs if hub.stack in wanted}
    asked = hubs | {spoke.stack for spoke in spokes}
    accounts = [design.stacks[stack].account for stack in design.order if stack in asked]
    regions = {Role.of(account): account.region for account in accounts}
    with ThreadPoolExecutor(ROLES) as pool:
        roles, usable = check_roles(clients, regions, pool)
    with progress("recording", len({account.id for account in accounts}), "accounts") as count:
        files, recording = recorded(design, clients, asked.__contains__, count)
    deployed = named(read(files), names_in(design), design.states.address)
    judged = judge(design, wanted, designed, deployed, unseen(recording.missing))
    promised = promises(design, designed, traced)
    able = [spoke for spoke in spokes if spoke.test_instance is not None and Role.of(spoke.account) in usable]
    able = [spoke for spoke in able if judged.report.intent.judges(spoke.name)]
    questions = [(spoke, *_questions(spoke, promised[spoke.name], deployed)) for spoke in able]
    with progress("asking", len(able), "test instances") as count:
        seen = ask(clients, [each[:2] for each in questions], seconds=seconds, stopping=stopping, count=count)
    unknown = [finding for *_, findings in questions for finding in findings]
    lost = missing_findings(recording.missing, {role.account: role for role in regions})
    instances = [finding for each in seen for finding in each.findings]
    return Verification(judged, promised, {each.spoke: each for each in seen}, (*roles, *lost, *unknown, *instances))


def _questions(
    spoke: SpokeDesign, promised: Iterable[Promise], deployed: Network
) -> tuple[list[Question], list[Finding]]:
    """What the instance of a spoke is asked; and a finding for each name that its answers could not be compared for."""
    hub = deployed.hubs.get(spoke.hub)
    endpoints = [each for each in deployed.interface_endpoints.values() if hub is not None and each.vpc == hub.address]
    questions, unknown = [], []
    for each in promised:
        used = [endpoint for endpoint in endpoints if endpoint.service == each.endpoint]
        addresses = frozenset(str(ip) for endpoint in used for _, ip in endpoint.addresses)
        if each.state is State.PRIVATE and used and not addresses:
            place = Place(spoke.account.id, spoke.account.region)
            found = "not asked: the addresses of the endpoint could not be recorded"
            unknown.append(
                Finding(
                    codes.ANSWER,
                    place,
                    Severity.UNKNOWN,
                    found,
                    "see what could not be recorded",
                    subject=spoke.name,
                    service=each.service,
                    label=each.name,
                )
            )
        elif each.state is State.PRIVATE:
            questions.append(Question(each.service, each.name, each.state, addresses, each.ports))
        else:
            questions.append(Question(each.service, each.name, each.state, ports=each.ports))
    return questions, unknown


def report_of(found: Verification, topology: Path | None = None) -> Report:
    """What a verification found, as a report. With the topology's file, on its lines."""
    deployed = found.deployed
    paths = [finding for finding in deployed.findings if finding.code in PATHS]
    others = [finding for finding in deployed.findings if finding.code not in PATHS]
    checks = (*others, *checks_of(deployed.report, paths), *found.findings)
    rows = {spoke: _cells(found, spoke) for spoke in sorted(deployed.without)}
    services = sorted({key for cells in rows.values() for key in cells if key})
    columns = [*services, ""]
    table = tuple(
        (spoke, _instance(found, spoke) or "–", *(_shown(cells[key]) if key in cells else "–" for key in columns))
        for spoke, cells in rows.items()
    )
    return Report(
        "verify",
        located(checks, topology),
        Table(("spoke", "test instance", *services, WITHOUT), table),
        () if deployed.report.examined else (NOTHING_PROVED,),
        facts={
            "spokes": {
                spoke: {
                    "instance": _instance(found, spoke),
                    "services": {key or WITHOUT: cell for key, cell in cells.items()},
                }
                for spoke, cells in rows.items()
            },
            "reachable": pairs_of(deployed.report, deployed.report.reachable()),
            "differences": [
                {"stack": each.stack, "part": each.part, "missing": list(each.missing), "added": list(each.added)}
                for each in deployed.differences
            ],
        },
        examined=deployed.report.examined,
    )


def _instance(found: Verification, spoke: str) -> str:
    return found.seen[spoke].instance if spoke in found.seen else ""


def _cells(found: Verification, spoke: str) -> dict[str, dict[str, str]]:
    """For each service: what is promised, what the deployed network does, and what the test instance saw."""
    seen = found.seen[spoke].states if spoke in found.seen else {}

    def states(promise: Promise) -> Iterator[tuple[str, str]]:
        yield "promised", str(promise.state.value)
        state = (
            found.deployed.report.state(spoke, promise.service) if promise.service else found.deployed.without[spoke]
        )
        yield "deployed", str(state.value)
        if promise.service in seen:
            yield "observed", str(seen[promise.service].value)

    return {promise.service: dict(states(promise)) for promise in found.promised[spoke]}


def _shown(cell: Mapping[str, str]) -> str:
    """The word for people: what the instance saw, unless the trace of what is deployed has something else amiss."""
    return cell["deployed"] if cell["deployed"] != cell["promised"] else cell.get("observed", cell["deployed"])
