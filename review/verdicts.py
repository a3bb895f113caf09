"""A network against what it is meant to do: every spoke and service, every pair of spokes, and all else it reaches.

What is meant comes from outside, as plain data; `intended` makes it from the network alone where nobody says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from assurance.capacity import Figure, figures
from assurance.groups import groups
from assurance.path import Path, Verdict
from assurance.refusals import refusals
from assurance.trace import Exposure, Reach, State, Trace
from findings import Finding, Place, Severity, Step, codes
from findings.codes import Code
from network.model import Network, Refusal, Vpc
from network.services import Service

__all__ = ["Intent", "Report", "intended", "report"]


@dataclass(frozen=True)
class Intent:
    """What should hold. Spokes and hubs go by name, services by key."""

    services: Mapping[str, frozenset[str]]
    """The services that each spoke should reach privately."""
    hub: Mapping[str, str]
    """The hub of each spoke: its endpoints are the spoke's to use, and no other's."""
    gateway: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The services that each spoke should reach through a gateway endpoint of its own."""
    kept: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The services on offer that each spoke does without: it keeps their names, and may reach their endpoints."""
    segment: Mapping[str, str] = field(default_factory=dict)
    """The segment of each spoke. One without may reach no other spoke."""
    joined: frozenset[tuple[str, str]] = frozenset()
    """Pairs of segments whose spokes may reach each other, both ways."""
    queries: Mapping[str, int] = field(default_factory=dict)
    """DNS queries a second that each hub is expected to answer."""
    judged: frozenset[str] | None = None
    """The spokes that are judged, by themselves and towards all others; None judges every one."""

    def judges(self, *spokes: str) -> bool:
        """Whether any of some spokes is judged."""
        return self.judged is None or not self.judged.isdisjoint(spokes)

    def wants(self, spoke: str, service: str) -> bool:
        """Whether a spoke is meant to reach a service."""
        return service in self.services.get(spoke, ()) or service in self.gateway.get(spoke, ())

    def wants_any(self, spoke: str) -> bool:
        """Whether a spoke is meant to reach any service."""
        return bool(self.services.get(spoke) or self.gateway.get(spoke))

    def may_reach(self, source: str, target: str) -> bool:
        """Whether a spoke is meant to reach another."""
        pair = self.segment.get(source), self.segment.get(target)
        return None not in pair and (pair in self.joined or pair[::-1] in self.joined)


@dataclass(frozen=True)
class Report:
    """Everything that a trace found."""

    intent: Intent
    groups: tuple[tuple[str, ...], ...]
    """Spokes that are alike, of which the first was walked."""
    services: tuple[str, ...]
    """The columns of the table: every service that some spoke should reach, or could and does without."""
    reaches: Mapping[tuple[str, str], Reach]
    """By the first spoke of a group, and service."""
    opened: Mapping[tuple[int, int], Path]
    """Pairs of groups whose spokes reach each other."""
    exposed: Mapping[int, tuple[Exposure, ...]]
    """By group."""
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...]
    unmodelled: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every intended path works and nothing else is reachable. Where there is no such path, nothing is."""
        return self.examined and not self.findings

    @property
    def examined(self) -> bool:
        """Whether there is a spoke that is judged and should reach something: else nothing was proved."""
        return any(self.intent.judges(name) and self.intent.wants_any(name) for name in self.group_of)

    @cached_property
    def group_of(self) -> dict[str, int]:
        """The group of each spoke."""
        return {name: at for at, names in enumerate(self.groups) for name in names}

    def state(self, spoke: str, service: str) -> State:
        """How a spoke reaches a service."""
        return self.reaches[self.groups[self.group_of[spoke]][0], service].state

    def rows(self) -> Iterator[tuple[str, tuple[State, ...]]]:
        """The table: a row for each spoke, in the order of their names."""
        for spoke in filter(self.intent.judges, sorted(self.group_of)):
            yield spoke, tuple(self.state(spoke, service) for service in self.services)


def intended(network: Network, services: Iterable[Service]) -> Intent:
    """What a network is taken to be for: each spoke uses what its gateway's hub offers, and meets no other spoke."""
    trace = Trace(network, services)
    hubs = {spoke: _hub_of(network, vpc) for spoke, vpc in network.spokes.items()}
    found = {spoke: hub for spoke, hub in hubs.items() if hub is not None}
    keys = {hub.address: frozenset(s.key for s in trace.offered.get(hub.address, ())) for hub in network.hubs.values()}
    return Intent(
        services={spoke: keys[hub.address] for spoke, hub in found.items()},
        hub={spoke: hub.name for spoke, hub in found.items()},
    )


def _hub_of(network: Network, spoke: Vpc) -> Vpc | None:
    """The hub that is attached to the same gateway, or else the one whose endpoints its rules lead to."""
    gateways = {attachment.gateway for attachment in network.attachments_of.get(spoke.address, ())}
    for hub in network.hubs.values():
        if any(attachment.gateway in gateways for attachment in network.attachments_of.get(hub.address, ())):
            return hub
    return next(iter(network.hubs.values())) if len(network.hubs) == 1 else None


def report(network: Network, services: Iterable[Service], intent: Intent, *, shortcut: bool = True) -> Report:
    """Walk everything, and judge it by what is meant. Without the shortcut each spoke is walked, however alike."""
    known = tuple(services)
    trace = Trace(network, known)
    network = trace.network
    alike = _same_intent(groups(network), intent) if shortcut else [(name,) for name in sorted(network.spokes)]
    columns = sorted(set().union(*intent.services.values(), *intent.gateway.values(), *intent.kept.values()))
    tracer = _Judge(trace, intent, tuple(alike), tuple(columns))
    reaches = tracer.reaches()
    opened = tracer.opened()
    exposed = tracer.exposed()
    findings = (
        *map(_refused, refusals(network)),
        *tracer.hub_findings(),
        *tracer.reach_findings(reaches),
        *tracer.isolation_findings(opened),
        *tracer.exposure_findings(exposed),
    )
    return Report(
        intent=intent,
        groups=tuple(alike),
        services=tuple(columns),
        reaches=reaches,
        opened=opened,
        exposed=exposed,
        findings=findings,
        figures=figures(network, intent.queries),
        unmodelled=network.unmodelled,
    )


def _same_intent(alike: Iterable[tuple[str, ...]], intent: Intent) -> list[tuple[str, ...]]:
    """Groups whose spokes are also meant for the same."""
    found: dict[object, list[str]] = {}
    for at, names in enumerate(alike):
        for name in names:
            meant = (
                intent.hub.get(name),
                intent.services.get(name),
                intent.gateway.get(name),
                intent.kept.get(name),
                intent.segment.get(name),
                intent.judges(name),
            )
            found.setdefault((at, meant), []).append(name)
    return [tuple(names) for names in found.values()]


REACHABLE = {Verdict.PASSES: "reachable", Verdict.DROPPED: "blocked", Verdict.UNKNOWN: "could not be determined"}


@dataclass(frozen=True)
class _Judge:
    """Walks the first spoke of each group, and judges all of them."""

    trace: Trace
    intent: Intent
    groups: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]

    def reaches(self) -> dict[tuple[str, str], Reach]:
        found = {}
        for first, *_ in self.groups:
            vpc = self.trace.spoke(first)
            for key in self.columns:
                found[first, key] = self.trace.reach(first, self.trace.service(key, vpc))
        return found

    def opened(self) -> dict[tuple[int, int], Path]:
        found = {}
        for at, pair in self._pairs():
            path = self.trace.between(*pair)
            if path.verdict is not Verdict.DROPPED:
                found[at] = path
        return found

    def _pairs(self) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
        for source in range(len(self.groups)):
            for target in range(len(self.groups)):
                pair = self._pair(source, target)
                if pair is not None and self.intent.judges(*pair):
                    yield (source, target), pair

    def exposed(self) -> dict[int, tuple[Exposure, ...]]:
        found = {}
        for at, (first, *_) in enumerate(self.groups):
            judged = self.intent.judges(first)
            exposures = tuple(self.trace.exposures(first, self._offered(first))) if judged else ()
            if exposures:
                found[at] = exposures
        return found

    def _offered(self, spoke: str) -> dict[str, frozenset[int]]:
        """The ports of the endpoints that are meant for a spoke."""
        hub = self.trace.network.hubs.get(self.intent.hub.get(spoke, ""))
        meant = self.intent.services.get(spoke, frozenset()) | self.intent.kept.get(spoke, frozenset())
        return {
            endpoint.address: frozenset(service.ports)
            for endpoint in self.trace.network.interface_endpoints.values()
            if hub is not None and endpoint.vpc == hub.address
            for service in self.trace.offered.get(hub.address, ())
            if service.endpoint == endpoint.service and service.key in meant
        }

    def hub_findings(self) -> Iterator[Finding]:
        """Spokes that use a gateway or a rule, and whose hub nobody knows: what they should reach is not known."""
        network = self.trace.network
        linked = {vpc for vpc, attachments in network.attachments_of.items() if attachments}
        linked |= {str(association.vpc) for association in network.rule_associations}
        for names in self.groups:
            vpc = network.spokes[names[0]].address
            lost = [name for name in names if self.intent.judges(name) and name not in self.intent.hub]
            if lost and vpc in linked:
                yield Finding(
                    codes.HUB_NOT_READ,
                    Place(address=vpc),
                    Severity.UNKNOWN,
                    "its hub is not in what was read, so what it should reach is not known",
                    codes.HUB_NOT_READ.fix,
                    subject=lost[0],
                    alike=len(lost) - 1,
                )

    def reach_findings(self, reaches: Mapping[tuple[str, str], Reach]) -> Iterator[Finding]:
        for names in self.groups:
            for key in self.columns:
                reach = reaches[names[0], key]
                for wanted, meant in ((State.PRIVATE, self.intent.services), (State.GATEWAY, self.intent.gateway)):
                    failing = [name for name in names if key in meant.get(name, ())]
                    # A service that is offered on an interface endpoint is not asked for at a gateway endpoint.
                    if wanted is State.GATEWAY and reach.state is State.PRIVATE:
                        continue
                    if failing and reach.state is not wanted:
                        yield _finding(
                            codes.REACH,
                            (failing[0], key),
                            str(reach.state.value),
                            reach.path,
                            undetermined=reach.state is State.UNKNOWN,
                            expected=wanted.value,
                            service=key,
                            alike=len(failing) - 1,
                        )

    def isolation_findings(self, opened: Mapping[tuple[int, int], Path]) -> Iterator[Finding]:
        """Pairs that are reachable and should not be, and pairs that are blocked and should be reachable."""
        for at, pair in self._pairs():
            path = opened.get(at)
            wanted = Verdict.PASSES if self.intent.may_reach(*pair) else Verdict.DROPPED
            if wanted is (path.verdict if path is not None else Verdict.DROPPED):
                continue
            shown = path if path is not None else self.trace.between(*pair)
            expected = "reachable" if self.intent.may_reach(*pair) else "blocked"
            undetermined = shown.verdict is Verdict.UNKNOWN
            found = REACHABLE[shown.verdict]
            yield _finding(codes.ISOLATION, pair, found, shown, undetermined=undetermined, expected=expected)

    def _pair(self, source: int, target: int) -> tuple[str, str] | None:
        """One spoke of each of two groups; two spokes of one group, where it has two."""
        names, others = self.groups[source], self.groups[target]
        if source != target:
            return names[0], others[0]
        return (names[0], names[1]) if len(names) > 1 else None

    def exposure_findings(self, exposed: Mapping[int, tuple[Exposure, ...]]) -> Iterator[Finding]:
        for at, exposures in exposed.items():
            names = self.groups[at]
            for exposure in exposures:
                yield _finding(
                    codes.EXPOSURE,
                    (names[0], exposure.address),
                    f"{exposure.flow} is reachable, and is no service on offer",
                    exposure.path,
                    undetermined=exposure.path.verdict is Verdict.UNKNOWN,
                    alike=len(names) - 1,
                )


def _refused(refusal: Refusal) -> Finding:
    """What would never be applied."""
    severity = Severity.FAILED if refusal.certain else Severity.UNKNOWN
    place = Place(address=refusal.address)
    return Finding(codes.REFUSED, place, severity, refusal.says, refusal.fix, source=refusal.source)


def _finding(
    code: Code,
    pair: tuple[str, str],
    found: str,
    path: Path,
    *,
    undetermined: bool,
    expected: str = "",
    service: str = "",
    alike: int = 0,
) -> Finding:
    """A path that is not as intended, with the hop that decided."""
    end = path.end or (path.hops[-1] if path.hops else None)
    return Finding(
        code,
        Place(address=end.at if end is not None else ""),
        Severity.UNKNOWN if undetermined else Severity.FAILED,
        found,
        end.fix if end is not None and end.verdict is not Verdict.PASSES else "",
        subject=pair[0],
        target=pair[1],
        service=service,
        expected=expected,
        source=end.source if end is not None else "",
        why=end.says if end is not None else "",
        path=tuple(Step(hop.at, hop.says, str(hop.verdict.value), hop.fix, hop.source) for hop in path.hops),
        alike=alike,
    )
