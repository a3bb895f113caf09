"""Asks a deployed network what the trace says of it: with packets where a test instance is, else through AWS's APIs.

An instance that cannot be asked, or that saw something else, has its spoke's wiring looked at as well, since that tells
why. Nothing is changed in any account.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from threading import Event
from typing import TypeVar

from accounts.clients import Clients
from accounts.deployed import AskedAccount, NotDeployedError, RefusedError, read_hub, read_spoke
from accounts.judgements import Role, judge_role
from accounts.preflight import assume
from accounts.probe import Question, judge, observed, parse, script_for
from accounts.run_command import InstanceError, run_on_instance
from accounts.wiring import HubFacts, Refused, judge_hub, judge_spoke
from assurance.trace import State, Trace
from findings import Finding, Place, Severity, codes
from findings.codes import Code
from network.model import Network
from review.intent import services_in
from review.verdicts import Report
from topology import Design
from topology.design import HubDesign, SpokeDesign

__all__ = ["Expectation", "Seen", "Verification", "expectations", "verify"]

WORKERS = 8
"""Spokes that are asked at once: an instance takes seconds, and AWS limits requests by account."""
WITHOUT = ("states", "sqs", "sns", "logs", "ec2", "sts")
"""Services whose name is asked as one without endpoint: the first that the hub does not offer. The pattern asks the
first."""

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Expectation:
    """What the trace says of a name in a spoke."""

    service: str
    """Key of the service; empty for the name without endpoint."""
    endpoint: str
    """The endpoint service."""
    name: str
    state: State
    ports: tuple[int, ...]


@dataclass(frozen=True)
class Seen:
    """What was seen of a spoke."""

    spoke: str
    asked: str
    """The instance, or `AWS APIs`."""
    cells: Mapping[str, str]
    """For each service of the hub: how it is reached, or whether all that it relies on is in place."""


@dataclass(frozen=True)
class Verification:
    """Everything that was found."""

    services: tuple[str, ...]
    """The columns: services on offer or with a gateway endpoint; the empty string is the name without endpoint."""
    seen: tuple[Seen, ...]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether everything is as the trace says. What AWS did not tell is not."""
        return not any(finding.severity in {Severity.FAILED, Severity.UNKNOWN} for finding in self.findings)


def expectations(design: Design, network: Network, traced: Report) -> dict[str, tuple[Expectation, ...]]:
    """What the trace says of every name that is asked, for each spoke that was traced."""
    trace = Trace(network, services_in(network))
    alike: dict[str, Iterable[Expectation]] = {}
    for names in traced.groups:
        spoke = design.spoke_named[names[0]]
        told = tuple(_expected(trace, traced, spoke, design.hub_named[spoke.hub]))
        alike |= dict.fromkeys(names, told)
    return {name: tuple(told) for name, told in alike.items()}


def _expected(trace: Trace, traced: Report, spoke: SpokeDesign, hub: HubDesign) -> Iterator[Expectation]:
    vpc = trace.spoke(spoke.name)
    offered = {endpoint.service: endpoint for endpoint in hub.endpoints}
    for key in (*offered, *(key for key in spoke.gateway_endpoints if key not in offered)):
        service = trace.service(key, vpc)
        state = traced.state(spoke.name, key)
        # Through a gateway endpoint one name is as good as another, and a bucket's name has to exist.
        names = service.asked if key in offered else service.asked[:1]
        for name in names:
            yield Expectation(key, service.endpoint, name, state, service.ports)
    for key in WITHOUT:
        if key not in offered and key not in spoke.gateway_endpoints:
            service = trace.service(key, vpc)
            yield Expectation("", "", service.asked[0], trace.reach(spoke.name, service).state, service.ports)
            return


def verify(
    design: Design,
    wanted: Collection[str],
    expected: Mapping[str, tuple[Expectation, ...]],
    clients: Clients,
    *,
    seconds: float,
    stopping: Event,
    say: Callable[[str], None] = lambda _: None,
) -> Verification:
    """Everything that is found of the wanted stacks. `seconds`: how long an instance may take. `say`: what is done.

    Raises `KeyboardInterrupt` once what is under way has ended.
    """
    spokes = [spoke for spoke in design.spokes if spoke.stack in wanted and not spoke.absent]
    needed = {spoke.hub for spoke in spokes}
    hubs = [hub for hub in design.hubs if hub.name in needed or hub.stack in wanted]
    work = _Work(clients, {hub.name: hub for hub in hubs}, expected, seconds, stopping)
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="verify")
    try:
        say("roles")
        accounts = [hub.account for hub in hubs] + [spoke.account for spoke in spokes]
        regions = {Role.of(account): account.region for account in accounts}
        landed = dict(zip(regions, pool.map(partial(assume, clients), regions, regions.values()), strict=True))
        roles = [judge_role(role, *told, caller=clients.caller_arn) for role, told in landed.items()]
        work.usable |= {role for role, (account, _) in landed.items() if account == role.account}
        say(f"{len(hubs)} hubs")
        at_hubs = list(chain.from_iterable(pool.map(work.hub, hubs)))
        say(f"{len(spokes)} spokes")
        found = list(pool.map(work.spoke, spokes))
    except BaseException:
        stopping.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    services = {service for hub in hubs for service in _services(hub)}
    services |= {service for spoke in spokes for service in spoke.gateway_endpoints}
    return Verification(
        (*sorted(services), ""),
        tuple(seen for seen, _ in found),
        (*roles, *at_hubs, *chain.from_iterable(findings for _, findings in found)),
    )


@dataclass
class _Work:
    clients: Clients
    hubs: Mapping[str, HubDesign]
    expected: Mapping[str, tuple[Expectation, ...]]
    seconds: float
    stopping: Event
    usable: set[Role] = field(default_factory=set)
    facts: dict[str, HubFacts] = field(default_factory=dict)
    accounts: dict[str, AskedAccount] = field(default_factory=dict)
    """By hub."""
    judged: dict[str, list[Finding]] = field(default_factory=dict)
    """By hub."""

    def hub(self, hub: HubDesign) -> list[Finding]:
        """Read and judge a hub; what was read serves its spokes."""
        place, role = Place(hub.account.id, hub.account.region), Role.of(hub.account)
        if role not in self.usable:
            return []  # the role's own finding says it
        asked = self.accounts[hub.name] = AskedAccount(self.clients, role, hub.account.region)
        try:
            facts = self.facts[hub.name] = read_hub(asked, hub)
        except (NotDeployedError, RefusedError) as error:
            return [_absence(error, codes.DEPLOYED, place, hub.name, hub.stack, role)]
        self.judged[hub.name] = list(judge_hub(hub, facts))
        return self.judged[hub.name]

    def spoke(self, spoke: SpokeDesign) -> tuple[Seen, list[Finding]]:
        """Ask a spoke's instance; look at its wiring where there is none, or where something was amiss."""
        place, role = Place(spoke.account.id, spoke.account.region), Role.of(spoke.account)
        hub, facts = self.hubs[spoke.hub], self.facts.get(spoke.hub)
        if role not in self.usable:
            return _unseen(spoke, place, f"{role} cannot be assumed")
        if facts is None:
            return _unseen(spoke, place, f'hub "{hub.name}" is not deployed, or could not be asked')
        asked = AskedAccount(self.clients, role, spoke.account.region)
        by, cells, findings = "AWS APIs", dict[str, str](), list[Finding]()
        if spoke.test_instance is not None:
            by, cells, findings = self.instance(spoke, asked, facts, place)
        if spoke.test_instance is None or any(finding.severity is not Severity.OK for finding in findings):
            try:
                there = read_spoke(asked, self.accounts[hub.name], spoke, hub, facts)
                wiring = list(judge_spoke(spoke, hub, facts, there))
            except (NotDeployedError, RefusedError) as error:
                wiring = [_absence(error, codes.DEPLOYED, place, spoke.name, spoke.stack, role)]
            findings += wiring
            if not cells:
                cells = dict(_in_place(spoke, hub, wiring, self.judged[hub.name]))
        return Seen(spoke.name, by, cells), findings

    def instance(
        self, spoke: SpokeDesign, asked: AskedAccount, facts: HubFacts, place: Place
    ) -> tuple[str, dict[str, str], list[Finding]]:
        """Which instance was asked, what it saw of each service, and what that means."""
        endpoints = facts.endpoints
        if isinstance(endpoints, Refused):
            return "AWS APIs", {}, []  # the addresses to compare with are not known, as the hub's finding says
        questions = [
            Question(e.service, e.name, e.state, endpoints[e.endpoint].addresses, e.ports)
            if e.state is State.PRIVATE and e.endpoint in endpoints
            else Question(e.service, e.name, e.state, ports=e.ports)
            for e in self.expected[spoke.name]
        ]
        ids: list[str] = []
        role = Role.of(spoke.account)
        try:
            printed = run_on_instance(
                asked, spoke, script_for(questions), seconds=self.seconds, stopping=self.stopping, say=ids.append
            )
        except InstanceError as error:
            finding = Finding(codes.TEST_INSTANCE, place, error.severity, error.found, error.fix, subject=spoke.name)
            return "AWS APIs", {}, [finding]
        except RefusedError as error:
            return "AWS APIs", {}, [_absence(error, codes.TEST_INSTANCE, place, spoke.name, spoke.stack, role)]
        answers, complete = parse(printed)
        findings = [judge(place, spoke.name, each, answers.get(at, ())) for at, each in enumerate(questions)]
        if not complete:
            fix = "offer fewer services at once, or ask the instance by hand: the output is cut after 24,000 characters"
            findings.append(
                Finding(
                    codes.TEST_INSTANCE, place, Severity.UNKNOWN, "its output is not complete", fix, subject=spoke.name
                )
            )
        cells: dict[str, str] = {}
        for at, question in enumerate(questions):
            state = observed(question, answers.get(at, ()))
            if (state, question.expected) == (State.PUBLIC, State.GATEWAY):
                state = State.GATEWAY  # addresses do not tell the two apart
            if cells.get(question.service) in {None, State.PRIVATE.value}:
                cells[question.service] = str(state.value)
        return ids[0], cells, findings


def _absence(error: Exception, code: Code, place: Place, subject: str, stack: str, role: Role) -> Finding:  # noqa: PLR0917  a finding has that many parts
    """A stack that is not there, or a role that may not even ask for it."""
    if isinstance(error, RefusedError):
        action = error.refused.action
        fix = f"allow {role} {action} (see docs/guides/verify.md)" if action else "ask again"
        return Finding(code, place, Severity.UNKNOWN, error.refused.why, fix, subject=subject)
    return Finding(code, place, Severity.FAILED, str(error), f"apply {stack}", subject=subject, expected="deployed")


def _unseen(spoke: SpokeDesign, place: Place, why: str) -> tuple[Seen, list[Finding]]:
    fix = "fix that first"
    return Seen(spoke.name, "nothing", {}), [
        Finding(codes.DEPLOYED, place, Severity.UNKNOWN, f"not asked: {why}", fix, subject=spoke.name)
    ]


def _in_place(
    spoke: SpokeDesign, hub: HubDesign, wiring: Collection[Finding], at_hub: Collection[Finding]
) -> Iterator[tuple[str, str]]:
    """Whether all that each service relies on exists: the worst of the spoke's checks and the hub's that concern it."""
    for service in _services(hub):
        yield service, _word(finding for finding in (*wiring, *at_hub) if _concerns(finding, service))
    for service in spoke.gateway_endpoints:
        if service not in _services(hub):
            own = (finding for finding in wiring if finding.code in OF_GATEWAY_ENDPOINTS)
            yield service, _word(finding for finding in own if finding.service in {"", service})


OF_GATEWAY_ENDPOINTS = (codes.VPC, codes.NETWORK_ACLS, codes.GATEWAY_ENDPOINT)
"""What a gateway endpoint relies on, besides the route tables that its own check looks at."""


def _concerns(finding: Finding, service: str) -> bool:
    """Whether a service on an interface endpoint relies on what was checked."""
    if finding.code == codes.GATEWAY_ENDPOINT and finding.service:
        return False
    return finding.service in {"", service}


def _services(hub: HubDesign) -> list[str]:
    return [endpoint.service for endpoint in hub.endpoints]


def _word(findings: Iterable[Finding]) -> str:
    results = {finding.severity for finding in findings}
    return "differs" if Severity.FAILED in results else "unknown" if Severity.UNKNOWN in results else "in place"
