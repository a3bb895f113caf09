"""The deployed network against the design: what each spoke was promised, what it has, and where a path is dropped.

The same walk traces both networks, which differ only in where they were read from. So what is deployed is as good as
what was proved before the apply, or the hop that is not is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from assurance.trace import State, Trace
from findings import Finding, Place, Severity, codes
from network.model import Network, stack_of
from review.differences import Difference, differences
from review.intent import intent_of, services_in
from review.verdicts import Report, report
from topology import Design
from topology.design import HubDesign, SpokeDesign

__all__ = ["Deployed", "Promise", "judge", "promises"]

WITHOUT = ("states", "sqs", "sns", "logs", "ec2", "sts")
"""Services one of whose names is asked as a name without an endpoint: the first that the hub does not offer."""


@dataclass(frozen=True)
class Promise:
    """How the design has a spoke reach a name."""

    service: str
    """Key of the service; empty for the name without an endpoint."""
    endpoint: str
    """The endpoint service; empty where the spoke is to use none."""
    name: str
    state: State
    ports: tuple[int, ...]


@dataclass(frozen=True)
class Deployed:
    """What became of the promises."""

    report: Report
    """The verdicts on the deployed network, of the spokes that could be judged."""
    without: Mapping[str, State]
    """How each of these spokes reaches the name without an endpoint."""
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    """Of stacks that are not deployed, of paths that are not as promised, and of differences."""


def promises(design: Design, network: Network, traced: Report) -> dict[str, tuple[Promise, ...]]:
    """What the design promises of every name that a test instance asks, for each spoke that was traced."""
    trace = Trace(network, services_in(network))
    made: dict[str, tuple[Promise, ...]] = {}
    for names in traced.groups:
        spoke = design.spoke_named[names[0]]
        alike = tuple(_promises(trace, traced, spoke, design.hub_named[spoke.hub]))
        made |= dict.fromkeys(names, alike)
    return made


def _promises(trace: Trace, traced: Report, spoke: SpokeDesign, hub: HubDesign) -> Iterator[Promise]:
    vpc = trace.spoke(spoke.name)
    offered = frozenset(spoke.services)
    for key in (*spoke.services, *(key for key in spoke.gateway_endpoints if key not in offered)):
        service = trace.service(key, vpc)
        # Through a gateway endpoint one name is as good as another, and a bucket's name has to exist.
        names = service.asked if key in offered else service.asked[:1]
        for name in names:
            yield Promise(key, service.endpoint, name, traced.state(spoke.name, key), service.ports)
    unoffered = _without(spoke, hub)
    if unoffered is not None:
        service = trace.service(unoffered, vpc)
        yield Promise("", "", service.asked[0], trace.reach(spoke.name, service).state, service.ports)


def _without(spoke: SpokeDesign, hub: HubDesign) -> str | None:
    used = {endpoint.service for endpoint in hub.endpoints} | set(spoke.gateway_endpoints)
    return next((key for key in WITHOUT if key not in used), None)


def judge(
    design: Design, wanted: Collection[str], designed: Network, deployed: Network, unseen: Mapping[Place, str]
) -> Deployed:
    """Judge the spokes of the wanted stacks, and the hubs that they need.

    `designed` is read from the stacks and `deployed` from a recording; in both, VPCs go by the names of the design.
    `unseen` has the accounts and regions whose VPCs could not be recorded, each with the reason.
    """
    spokes = [spoke for spoke in design.spokes if spoke.stack in wanted and not spoke.absent]
    needed = {spoke.hub for spoke in spokes}
    hubs = [hub for hub in design.hubs if hub.name in needed or hub.stack in wanted]
    units: list[HubDesign | SpokeDesign] = [*hubs, *spokes]
    standing = {each.stack: _deployment(each, deployed, unseen) for each in units}
    there = {stack for stack, finding in standing.items() if finding.severity is Severity.OK}
    missing = {hub.name: hub for hub in hubs if hub.stack not in there}
    for spoke in spokes:
        if spoke.stack in there and spoke.hub in missing:
            standing[spoke.stack] = _waiting(spoke, missing[spoke.hub])
    judged = frozenset(s.name for s in spokes if s.stack in there and s.hub not in missing)
    meant = intent_of(design)
    meant = replace(
        meant,
        judged=judged,
        services={name: keys for name, keys in meant.services.items() if name in judged},
        gateway={name: keys for name, keys in meant.gateway.items() if name in judged},
    )
    known = services_in(deployed)
    found = report(deployed, known, meant)
    broken = [_fixed(finding, design) for finding in found.findings]
    partial = len(spokes) < sum(not spoke.absent for spoke in design.spokes)
    differing = tuple(differences(designed, deployed, there, partial=partial))
    trace = Trace(deployed, known)
    return Deployed(
        found,
        {name: _reach_without(trace, design, name) for name in sorted(judged)},
        differing,
        (*standing.values(), *broken, *found.accepted, *_listed(design, differing, broken, judged)),
    )


def _deployment(each: HubDesign | SpokeDesign, deployed: Network, unseen: Mapping[Place, str]) -> Finding:
    """Whether a stack is deployed: one VPC has its tags."""
    place = Place(each.account.id, each.account.region)
    count = len(deployed.stacks.get(each.stack, ()))

    def finding(severity: Severity, found: str, fix: str = "") -> Finding:
        return Finding(codes.DEPLOYED, place, severity, found, fix, subject=each.name)

    if count == 1:
        return finding(Severity.OK, "deployed")
    if count > 1:
        fix = "`./hub unmanaged` lists what is in no state; delete the VPC that is"
        return finding(Severity.FAILED, f"{count} VPCs have the tags of {each.stack}", fix)
    if place in unseen:
        return finding(Severity.UNKNOWN, f"not verified: {unseen[place]}", "fix that first")
    return finding(Severity.FAILED, f"{each.stack} is not deployed: no VPC has its tags", f"apply {each.stack}")


def _waiting(spoke: SpokeDesign, hub: HubDesign) -> Finding:
    """Of a spoke whose hub is not there: each of its paths would fail, and for this one reason."""
    return Finding(
        codes.DEPLOYED,
        Place(spoke.account.id, spoke.account.region),
        Severity.UNKNOWN,
        f'not verified: hub "{hub.name}" is not deployed, or could not be recorded',
        "fix that first",
        subject=spoke.name,
    )


def _fixed(finding: Finding, design: Design) -> Finding:
    """The design was proved, so what is not as promised is a change made outside of it, or is not applied yet."""
    stack = stack_of(finding.place.address)
    if finding.severity is not Severity.FAILED or stack not in design.accounts:
        return finding
    restore = f"`./hub plan FILE --only {stack}` shows what an apply restores"
    return replace(finding, fix=f"{restore}; else {finding.fix}" if finding.fix else restore)


def _reach_without(trace: Trace, design: Design, name: str) -> State:
    spoke = design.spoke_named[name]
    key = _without(spoke, design.hub_named[spoke.hub])
    return trace.reach(name, trace.service(key, trace.spoke(name))).state if key is not None else State.UNKNOWN


def _listed(
    design: Design, found: Collection[Difference], broken: Collection[Finding], judged: Collection[str]
) -> Iterator[Finding]:
    """A difference as a finding, which says whether a path is broken that it may explain.

    Of a hub without a spoke that was judged nothing says whether a difference breaks a path.
    """
    names = {name for finding in broken for name in (*finding.spokes, *finding.targets)}
    verified = {stack for spoke in design.spokes if spoke.name in judged for stack in (spoke.stack, spoke.hub_stack)}
    affected = {stack for spoke in design.spokes if spoke.name in names for stack in (spoke.stack, spoke.hub_stack)}
    for each in found:
        parts = [f"{', '.join(each.missing)} missing"] if each.missing else []
        parts += [f"{', '.join(each.added)} added"] if each.added else []
        account = design.stacks[each.stack].account
        why = "see the paths that fail" if each.stack in affected else "it breaks no path of a verified spoke"
        yield Finding(
            codes.DIFFERENCE,
            Place(account.id, account.region),
            Severity.WARNING if each.stack in verified else Severity.UNKNOWN,
            "; ".join(parts),
            f"`./hub plan FILE --only {each.stack}` shows what an apply restores",
            subject=each.subject,
            label=each.part,
            why=why if each.stack in verified else "no spoke was verified that shows whether it breaks a path",
        )
