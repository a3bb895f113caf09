"""A network against what it is meant to do: every spoke and service, every pair of spokes, and all else it reaches.

What is meant comes from outside, as plain data; without a topology `intended` derives it from the network alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from assurance.capacity import Figure, figures
from assurance.groups import groups
from assurance.path import Hop, Path, Verdict
from assurance.refusals import refusals
from assurance.trace import Exposure, Reach, State, Trace
from findings import Affected, Finding, Place, Severity, Step, codes
from findings.codes import Code
from network.model import Doubt, Network, Owner, Refusal, Unknown, Vpc, stack_of
from network.services import Service
from review.accounts import misplaced
from review.causes import Case, by_cause
from review.membership import within

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
    owners: Mapping[str, Owner] = field(default_factory=dict)
    """The account and region of each hub's and spoke's stack: a hub and a spoke may have one name."""
    judged: frozenset[str] | None = None
    """The spokes that are judged, by themselves and towards all others; None judges every one."""
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Addresses at which what could not be determined is accepted, each with the reason."""
    organization: str = ""
    """The id of the organization that the spokes' accounts are in; empty if it is not known."""

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
    """Pairs of groups whose spokes reach each other, or of which that could not be determined."""
    exposed: Mapping[int, tuple[Exposure, ...]]
    """By group."""
    findings: tuple[Finding, ...]
    """One for each cause of what is not as intended, or could not be determined: the worst first."""
    figures: tuple[Figure, ...]
    unmodelled: tuple[str, ...]
    accepted: tuple[Finding, ...] = ()
    """What could not be determined and is accepted, and warnings of what is accepted and was not found."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """The service of each interface endpoint, by its address."""

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
        """How a spoke reaches a service. One that it is not meant to use is exposed, or it does not matter how."""
        group = self.group_of[spoke]
        state = self.reaches[self.groups[group][0], service].state
        if self.intent.wants(spoke, service):
            return state
        if service not in self.intent.kept.get(spoke, ()) and service in self._exposed_services(group):
            return State.EXPOSED
        return State.UNREACHABLE if state is State.BROKEN else state

    def _exposed_services(self, group: int) -> Iterator[str]:
        for exposure in self.exposed.get(group, ()):
            if exposure.path.verdict is Verdict.PASSES and exposure.address in self.endpoints:
                yield self.endpoints[exposure.address]

    def reachable(self) -> Iterator[tuple[int, int]]:
        """Pairs of groups whose spokes certainly reach each other."""
        return (pair for pair in sorted(self.opened) if self.opened[pair].verdict is Verdict.PASSES)

    def rows(self) -> Iterator[tuple[str, tuple[State, ...]]]:
        """The table: a row for each spoke, in the order of their names."""
        for spoke in filter(self.intent.judges, sorted(self.group_of)):
            yield spoke, tuple(self.state(spoke, service) for service in self.services)


def intended(network: Network, services: Iterable[Service]) -> Intent:
    """What a network is assumed to be for: each spoke uses what its gateway's hub offers, and meets no other spoke."""
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
    left_out = tuple(doubt for doubt in network.doubts if doubt.address in intent.accepted)
    if left_out:
        network = replace(network, doubts=tuple(doubt for doubt in network.doubts if doubt not in left_out))
    elsewhere = misplaced(network, intent.owners, intent.judges)
    trace = Trace(within(network, intent.organization), known, intent.accepted)
    # Before doubts are in their places: no resource creates what stands for them.
    refused = refusals(network)
    network = trace.network
    alike = _same_intent(groups(network), trace, intent) if shortcut else [(name,) for name in sorted(network.spokes)]
    columns = sorted(set().union(*intent.services.values(), *intent.gateway.values(), *intent.kept.values()))
    judge = _Judge(trace, intent, tuple(alike), tuple(columns))
    reaches = judge.reaches()
    opened = judge.opened()
    exposed = judge.exposed()
    found = by_cause(
        (
            *(judge.refusal(each, codes.REFUSED) for each in refused),
            *(judge.refusal(each, codes.ACCOUNT) for each in elsewhere),
            *judge.hub_cases(),
            *judge.reach_cases(reaches),
            *judge.isolation_cases(opened),
            *judge.exposure_cases(exposed),
        )
    )
    accepted = [finding for finding in found if finding.severity is Severity.ACCEPTED]
    accepted += [_left_out(doubt, intent) for doubt in left_out]
    return Report(
        intent=intent,
        groups=tuple(alike),
        services=tuple(columns),
        reaches=reaches,
        opened=opened,
        exposed=exposed,
        endpoints=trace.endpoints,
        findings=tuple(finding for finding in found if finding.severity is not Severity.ACCEPTED),
        accepted=(*accepted, *_stale(network, intent, {finding.place.address for finding in accepted})),
        figures=figures(network, intent.queries),
        unmodelled=network.unmodelled,
    )


def _left_out(doubt: Doubt, intent: Intent) -> Finding:
    place, reason = Place(address=doubt.address), intent.accepted[doubt.address]
    return Finding(codes.ACCEPTED, place, Severity.ACCEPTED, doubt.why, reason=reason)


def _stale(network: Network, intent: Intent, used: Collection[str]) -> Iterator[Finding]:
    """Accepted addresses at which there was nothing to accept, of what was read."""
    complete = intent.hub.keys() <= network.spokes.keys()
    forms = {_is_terraform(vpc) for vpc in network.vpcs}
    for address, reason in intent.accepted.items():
        read = complete or stack_of(address) in network.stacks
        # The stack and the network deployed from it call a resource differently.
        if address not in used and read and _is_terraform(address) in forms:
            found = "it is accepted, and nothing there could not be determined"
            fix = "take it out of `accept`; what fails cannot be accepted"
            yield Finding(codes.ACCEPTED, Place(address=address), Severity.WARNING, found, fix, reason=reason)


def _is_terraform(address: str) -> bool:
    """Whether an address is Terraform's, and not AWS's id."""
    return re.search(r": (?:module\.|data\.|aws_\w+\.)", address) is not None


def _same_intent(alike: Iterable[tuple[str, ...]], trace: Trace, intent: Intent) -> list[tuple[str, ...]]:
    """Groups whose spokes are also meant for the same, and may have the same parts of which the VPC is not known."""
    found: dict[object, list[str]] = {}
    excepted = frozenset(_excepted(trace.network, intent.accepted))
    for at, names in enumerate(alike):
        for name in names:
            vpc = trace.spoke(name)
            meant = (
                vpc.address if vpc.address in excepted else "",
                intent.hub.get(name),
                intent.services.get(name),
                intent.gateway.get(name),
                intent.kept.get(name),
                intent.segment.get(name),
                intent.judges(name),
                trace.unplaced(vpc),
            )
            found.setdefault((at, meant), []).append(name)
    return [tuple(names) for names in found.values()]


def _excepted(network: Network, accepted: Collection[str]) -> Iterator[str | Unknown]:
    """The VPCs of which a part is accepted. The same part of a VPC that is alike is another address, and is not."""
    stacks = frozenset(map(stack_of, accepted))
    yield from (vpc for vpc in network.vpcs if stack_of(vpc) in stacks)
    attachments = network.attachments
    yield from (each.vpc for each in attachments.values() if {each.address, each.accepter} & set(accepted))
    yield from (each.vpc for each in network.rule_associations if each.address in accepted)
    for table in network.gateway_tables.values():
        for link in (*table.associations, *table.propagations):
            if link.address in accepted and link.target in attachments:
                yield attachments[str(link.target)].vpc


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
            by_gateway = self.intent.gateway.get(first, frozenset()) - self.intent.services.get(first, frozenset())
            for key in self.columns:
                service = self.trace.service(key, vpc)
                found[first, key] = self.trace.reach(first, service, by_gateway=key in by_gateway)
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

    def hub_cases(self) -> Iterator[Case]:
        """Spokes that use a gateway or a rule, and whose hub was not read: what they should reach is not known."""
        network = self.trace.network
        users = [*(each.vpc for each in network.attachments.values()), *(a.vpc for a in network.rule_associations)]
        unplaced = any(isinstance(vpc, Unknown) for vpc in users)
        linked = {vpc for vpc, attachments in network.attachments_of.items() if attachments}
        linked |= {str(association.vpc) for association in network.rule_associations}
        for names in self.groups:
            vpc = network.spokes[names[0]].address
            lost = tuple(name for name in names if self.intent.judges(name) and name not in self.intent.hub)
            if lost and (unplaced or vpc in linked):
                finding = Finding(
                    codes.HUB_NOT_READ,
                    Place(address=vpc),
                    Severity.UNKNOWN,
                    "its hub is not in what was read, so what it should reach is not known",
                    codes.HUB_NOT_READ.fix,
                    subject=lost[0],
                    affects=(Affected(lost),),
                )
                yield Case(self._excused(finding))

    def reach_cases(self, reaches: Mapping[tuple[str, str], Reach]) -> Iterator[Case]:
        for names in self.groups:
            for key in self.columns:
                reach = reaches[names[0], key]
                for wanted, meant in ((State.PRIVATE, self.intent.services), (State.GATEWAY, self.intent.gateway)):
                    failing = tuple(name for name in names if key in meant.get(name, ()))
                    # A service that is offered on an interface endpoint is not asked for at a gateway endpoint.
                    if wanted is State.GATEWAY and reach.state is State.PRIVATE:
                        continue
                    if failing and reach.state is not wanted:
                        finding = self._finding(
                            codes.REACH,
                            Affected(failing, (key,)),
                            _found(reach),
                            reach.path,
                            expected=wanted.value,
                            undetermined=reach.state is State.UNKNOWN,
                        )
                        yield Case(replace(finding, service=key), reach.names)

    def isolation_cases(self, opened: Mapping[tuple[int, int], Path]) -> Iterator[Case]:
        """Pairs that are reachable and should not be, and pairs that are blocked and should be reachable."""
        for at, pair in self._pairs():
            path = opened.get(at)
            wanted = Verdict.PASSES if self.intent.may_reach(*pair) else Verdict.DROPPED
            if wanted is (path.verdict if path is not None else Verdict.DROPPED):
                continue
            shown = path if path is not None else self.trace.between(*pair, in_full=True)
            expected = "reachable" if self.intent.may_reach(*pair) else "blocked"
            finding = self._finding(
                codes.ISOLATION,
                Affected(self.groups[at[0]], self.groups[at[1]]),
                REACHABLE[shown.verdict],
                shown,
                expected=expected,
                undetermined=shown.verdict is Verdict.UNKNOWN,
            )
            yield Case(replace(finding, target=pair[1]))

    def _pair(self, source: int, target: int) -> tuple[str, str] | None:
        """One spoke of each of two groups; two spokes of one group, where it has two."""
        names, others = self.groups[source], self.groups[target]
        if source != target:
            return names[0], others[0]
        return (names[0], names[1]) if len(names) > 1 else None

    def exposure_cases(self, exposed: Mapping[int, tuple[Exposure, ...]]) -> Iterator[Case]:
        for at, exposures in exposed.items():
            names = self.groups[at]
            hub = self.trace.network.hubs.get(self.intent.hub.get(names[0], ""))
            for exposure in exposures:
                endpoint = self.trace.network.interface_endpoints.get(exposure.address)
                unclear = endpoint is not None and isinstance(endpoint.service, Unknown)
                undetermined = unclear or exposure.path.verdict is Verdict.UNKNOWN
                found = f"{exposure.flow} is reachable, and is no service on offer"
                if undetermined:
                    found = f"whether {exposure.flow} is reachable, and is a service on offer, could not be determined"
                finding = self._finding(
                    codes.EXPOSURE,
                    Affected(names, (exposure.address,)),
                    found,
                    exposure.path,
                    undetermined=undetermined,
                    own=hub is not None and exposure.vpc == hub.address,
                )
                yield Case(finding)

    def refusal(self, refused: Refusal, code: Code) -> Case:
        """What would never be applied, or by somebody else."""
        severity = Severity.FAILED if refused.certain else Severity.UNKNOWN
        place = Place(address=refused.address)
        finding = Finding(code, place, severity, refused.says, refused.fix, source=refused.source)
        return Case(self._excused(finding))

    def _finding(
        self,
        code: Code,
        affected: Affected,
        found: str,
        path: Path,
        *,
        undetermined: bool,
        expected: str = "",
        own: bool = False,
    ) -> Finding:
        """A path that is not as intended, with the hop that decided. `own` says that it is to the spoke's own hub."""
        end = path.deciding(self.intent.accepted) or _opener(path, code, own=own)
        finding = Finding(
            code,
            Place(address=end.at if end is not None else ""),
            Severity.UNKNOWN if undetermined else Severity.FAILED,
            found,
            end.fix if end is not None else "",
            subject=affected.spokes[0],
            target=affected.targets[0],
            expected=expected,
            source=end.source if end is not None else "",
            why=end.says if end is not None else "",
            path=tuple(Step(hop.at, hop.says, str(hop.verdict.value), hop.fix, hop.source) for hop in path.hops),
            affects=(affected,),
        )
        return self._excused(finding)

    def _excused(self, finding: Finding) -> Finding:
        """A finding that is accepted where it could not be determined, and the hop that decided is accepted."""
        reason = self.intent.accepted.get(finding.place.address)
        if finding.severity is not Severity.UNKNOWN or reason is None:
            return finding
        return replace(finding, severity=Severity.ACCEPTED, reason=reason)


def _opener(path: Path, code: Code, *, own: bool) -> Hop | None:
    """The hop that matters of a path that gets through, with what would change that as its fix.

    To a service: the last that would have led elsewhere. To anything else: the first that could be undone, or the last
    on the way to a spoke's own hub, where all others have to stay.
    """
    if code == codes.REACH:
        return next((hop for hop in reversed(path.hops) if hop.fix), path.hops[-1] if path.hops else None)
    openers = [hop for hop in path.hops if hop.undo]
    if not openers:
        return path.hops[-1] if path.hops else None
    opener = openers[-1 if own else 0]
    return replace(opener, fix=opener.undo)


def _found(reach: Reach) -> str:
    """How a service is reached, with the ports that fail where others do not."""
    ports = ", ".join(map(str, reach.ports))
    return f"{reach.state.value} on port{'s' * (len(reach.ports) > 1)} {ports}" if ports else str(reach.state.value)
