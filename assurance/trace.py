"""What the walks come to for a spoke: which services it reaches and how, which spokes, and what else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from ipaddress import IPv4Network

from assurance.dns import Answer, Kind, Names, interface_of
from assurance.flows import ANY, Flow, Interface
from assurance.packets import Packets
from assurance.path import Path, Verdict, worst
from network.doubts import cast
from network.model import Network, SecurityRule, Subnet, Unknown, Vpc
from network.services import Service, by_endpoint

__all__ = ["Exposure", "Reach", "State", "Trace"]

ANYTHING = Flow(ANY, 0, 65535)
HTTPS = Flow("tcp", 443, 443)


class State(Enum):
    """How a spoke reaches a service."""

    PRIVATE = "private"
    GATEWAY = "gateway"
    """Through a gateway endpoint: public addresses, and no way out of AWS's network."""
    PUBLIC = "public"
    UNREACHABLE = "unreachable"
    """The name is answered with public addresses, to which there is no way: the usual case in an isolated spoke."""
    BROKEN = "broken"
    """The name is not answered, or a packet is dropped on its way to the endpoint or on the return path."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reach:
    """How a spoke reaches a service, with the path that shows it: the worst of all."""

    spoke: str
    service: str
    state: State
    path: Path
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """Something besides an endpoint's own ports that packets of a spoke get to."""

    address: str
    flow: str
    path: Path


class Trace:
    """Walks names and packets of one network."""

    def __init__(self, network: Network, services: Iterable[Service]) -> None:
        self.network = network = cast(network)
        self.packets = Packets(network)
        self._by_endpoint = by_endpoint(services)
        self.names = Names(network, self.packets, self._by_endpoint)
        self._public_ways: dict[tuple[Interface, str | None], tuple[Path, ...]] = {}

    @cached_property
    def offered(self) -> Mapping[str, tuple[Service, ...]]:
        """The services that each VPC has interface endpoints of."""
        found: dict[str, dict[str, Service]] = {}
        for endpoint in self.network.interface_endpoints.values():
            service = self._by_endpoint.get(str(endpoint.service))
            if service is not None and service.names:
                found.setdefault(str(endpoint.vpc), {})[service.key] = service
        return {vpc: tuple(services[key] for key in sorted(services)) for vpc, services in found.items()}

    def spoke(self, name: str) -> Vpc:
        """A spoke by name; the error lists those that there are."""
        if name not in self.network.spokes:
            known = ", ".join(sorted(self.network.spokes)[:12])
            raise KeyError(f"no spoke {name}; " + (f"the spokes are {known}" if known else "there are none"))
        return self.network.spokes[name]

    def service(self, key: str, vpc: Vpc) -> Service:
        """A service by its key, in the region of a VPC."""
        region = vpc.owner.region
        found = [service for service in self._by_endpoint.values() if service.key == key]
        near = [service for service in found if f".{region}." in service.endpoint]
        if not found:
            raise KeyError(f"no service {key} is known")
        return (near or found)[0]

    def workloads(self, vpc: Vpc) -> tuple[Interface, ...]:
        """Where a spoke's packets start: a workload in each subnet that is not the attachment's, and real instances."""
        subnets = self.network.subnets_of.get(vpc.address, ())
        doors = {at for attachment in self.network.attachments_of.get(vpc.address, ()) for at in attachment.subnets}
        homes = [subnet for subnet in subnets if subnet.address not in doors] or subnets
        inside = {subnet.address for subnet in subnets}
        return (
            *_workloads(homes),
            *(
                interface
                for instance in self.network.instances.values()
                if instance.subnet in inside
                for interface in self._interfaces(instance.address, (instance.subnet,), instance.groups)
            ),
        )

    # Services -----------------------------------------------------------------------------------------------------

    def reach(self, spoke: str, service: Service) -> Reach:
        """How every workload of a spoke reaches a service by each of its names: the worst of all."""
        vpc = self.spoke(spoke)
        if not service.asked:
            return Reach(spoke, service.key, State.UNKNOWN, Path())
        found = [self._by_name(vpc, service, name) for name in service.asked]
        state, path = min(found, key=lambda each: WORST.index(each[0]))
        return Reach(spoke, service.key, state, path, service.asked)

    def _by_name(self, vpc: Vpc, service: Service, name: str) -> tuple[State, Path]:
        answer = self.names.resolve(vpc, name)
        if answer.kind is Kind.PRIVATE:
            return self._private(vpc, service, answer)
        if answer.kind is Kind.PUBLIC:
            return self._public(vpc, service, answer)
        return (State.UNKNOWN if answer.kind is Kind.UNKNOWN else State.BROKEN), answer.path

    def _private(self, vpc: Vpc, service: Service, answer: Answer) -> tuple[State, Path]:
        endpoint = self.network.interface_endpoints[str(answer.endpoint)]
        targets = self._interfaces(endpoint.address, endpoint.subnets, endpoint.groups)
        ways = tuple(
            way
            for source in self.workloads(vpc)
            for target in targets
            for port in service.ports
            if self._is_client(source, target, port)
            for way in self.packets.there_and_back(source, target, Flow("tcp", port, port))
        )
        if not ways or len(targets) < len(endpoint.subnets):
            return State.UNKNOWN, answer.path
        way = worst(ways)
        states = {Verdict.PASSES: State.PRIVATE, Verdict.DROPPED: State.BROKEN, Verdict.UNKNOWN: State.UNKNOWN}
        return states[way.verdict], answer.path + way

    def _is_client(self, source: Interface, target: Interface, port: int) -> bool:
        """An instance whose groups allow HTTPS out and not another port is meant for HTTPS services only."""
        sends_https = source.groups is not None and self.packets.filters.allows_out(source, target, HTTPS)
        return not sends_https or self.packets.filters.allows_out(source, target, Flow("tcp", port, port))

    def _public(self, vpc: Vpc, service: Service, answer: Answer) -> tuple[State, Path]:
        ways = tuple(way for source in self.workloads(vpc) for way in self._outside(source, service.endpoint))
        if not ways:
            return State.UNKNOWN, answer.path
        way = worst(ways)
        if way.verdict is Verdict.UNKNOWN:
            return State.UNKNOWN, answer.path + way
        if way.verdict is Verdict.PASSES:
            # Subnets have tables of their own: one workload that leaves for the internet is the answer for all.
            leaving = [each for each in ways if each.hops[-1].at not in self.network.gateway_endpoints]
            return (State.PUBLIC if leaving else State.GATEWAY), answer.path + (leaving[0] if leaving else way)
        # What went wrong is the answer; that there is no way to a public address is only where it shows.
        named = answer.path if answer.path.verdict is not Verdict.PASSES else answer.path.ended(Verdict.DROPPED)
        return State.UNREACHABLE, named + way

    def _outside(self, source: Interface, service: str | None) -> tuple[Path, ...]:
        key = (source, service)
        if key not in self._public_ways:
            self._public_ways[key] = self.packets.outside(source, service, HTTPS)
        return self._public_ways[key]

    def _interfaces(
        self, address: str, subnets: Iterable[str | Unknown], groups: tuple[str | Unknown, ...]
    ) -> list[Interface]:
        found = (interface_of(self.network, address, subnet, None, groups) for subnet in subnets)
        return [interface for interface in found if interface is not None]

    # Isolation ----------------------------------------------------------------------------------------------------

    def between(self, source: str, target: str) -> Path:
        """What becomes of packets from one spoke to another: a path that passes, or one that shows why none does."""
        near, far = self.spoke(source), self.spoke(target)
        severed = self.packets.severed(near, far)
        if severed is not None:
            return Path((severed,))
        ends = [_workloads(self.network.subnets_of.get(vpc.address, ())) for vpc in (near, far)]
        ways = [way for start in ends[0] for end in ends[1] for way in self.packets.there(start, end, ANYTHING)]
        return min(ways, key=lambda way: OPEN.index(way.verdict), default=Path())

    def exposures(self, spoke: str, offered: Mapping[str, frozenset[int]]) -> Iterator[Exposure]:
        """Everything that packets of a spoke get to, but other spokes and the ports of what it is offered.

        `offered` has the TCP ports of each interface endpoint that is meant for it.
        """
        vpc = self.spoke(spoke)
        sources = _workloads(self.network.subnets_of.get(vpc.address, ()))
        ways = [way for start in sources for way in self.packets.outside(start, None, ANYTHING)]
        best = min(ways, key=lambda way: OPEN.index(way.verdict), default=None)
        if best is not None and best.verdict is not Verdict.DROPPED:
            yield Exposure("public addresses", str(ANYTHING), best)
        seen = set()
        for target in self._foreign_interfaces(vpc):
            for exposure in self._exposed(sources, target, offered.get(target.address, frozenset())):
                if (exposure.address, exposure.flow) not in seen:
                    seen.add((exposure.address, exposure.flow))
                    yield exposure

    def _exposed(self, starts: Iterable[Interface], target: Interface, ports: frozenset[int]) -> Iterator[Exposure]:
        for rule in self._ingress(target):
            flow = _flow(rule)
            if flow.protocol == "tcp" and set(range(flow.first_port, flow.last_port + 1)) <= ports:
                continue
            best = self._admitted(starts, target, rule, flow)
            if best is not None:
                yield Exposure(target.address, str(flow), best)

    def _admitted(self, starts: Iterable[Interface], target: Interface, rule: SecurityRule, flow: Flow) -> Path | None:
        """How something of a flow that a rule is about gets to an interface; None where nothing does."""
        ways = [
            way
            for start in starts
            for piece in _overlap(start.addresses, rule.peer)
            for way in self.packets.there(
                Interface(start.address, start.subnet, piece, None), target, replace(flow, in_part=True)
            )
        ]
        best = min(ways, key=lambda way: OPEN.index(way.verdict), default=None)
        return best if best is not None and best.verdict is not Verdict.DROPPED else None

    def admits(self, spoke: str, address: str, flow: Flow) -> bool:
        """Whether anything of a flow gets from a spoke to a resource of a hub, as far as is known."""
        vpc = self.spoke(spoke)
        starts = _workloads(self.network.subnets_of.get(vpc.address, ()))
        return any(
            self._admitted(starts, target, rule, flow) is not None
            for target in self._foreign_interfaces(vpc)
            if target.address == address
            for rule in self._ingress(target)
            if _is_part(flow, _flow(rule))
        )

    def leaves(self, spoke: str, flow: Flow) -> bool:
        """Whether anything of a flow gets from a spoke to a public address, as far as is known."""
        starts = _workloads(self.network.subnets_of.get(self.spoke(spoke).address, ()))
        ways = (way for start in starts for way in self.packets.outside(start, None, replace(flow, in_part=True)))
        return any(way.verdict is not Verdict.DROPPED for way in ways)

    def _ingress(self, target: Interface) -> Iterator[SecurityRule]:
        for group in self.packets.filters.groups_of(target):
            yield from group.ingress if group is not None else ()

    def _foreign_interfaces(self, vpc: Vpc) -> Iterator[Interface]:
        """Every interface of everything outside a VPC and of no spoke: the ways to each may differ."""
        for vpc_of_hub in self.network.hubs.values():
            if vpc_of_hub.address != vpc.address:
                yield from self._hub_interfaces.get(vpc_of_hub.address, ())

    @cached_property
    def _hub_interfaces(self) -> Mapping[str, tuple[Interface, ...]]:
        network = self.network
        things = [
            *((e.address, e.subnets, e.groups) for e in network.interface_endpoints.values()),
            *((e.address, tuple(at for at, _ in e.interfaces), e.groups) for e in network.resolver_endpoints.values()),
            *((i.address, (i.subnet,), i.groups) for i in network.instances.values()),
        ]
        found: dict[str, tuple[Interface, ...]] = {}
        for address, subnets, groups in things:
            for interface in self._interfaces(address, subnets, groups):
                vpc = str(network.subnets[interface.subnet].vpc)
                found[vpc] = (*found.get(vpc, ()), interface)
        return found


WORST = (State.BROKEN, State.UNREACHABLE, State.UNKNOWN, State.PUBLIC, State.GATEWAY, State.PRIVATE)
OPEN = (Verdict.PASSES, Verdict.UNKNOWN, Verdict.DROPPED)


def _workloads(subnets: Iterable[Subnet]) -> tuple[Interface, ...]:
    return tuple(
        Interface(subnet.address, subnet.address, subnet.cidr, None)
        for subnet in subnets
        if isinstance(subnet.cidr, IPv4Network)
    )


def _flow(rule: SecurityRule) -> Flow:
    if (
        isinstance(rule.protocol, Unknown)
        or isinstance(rule.first_port, Unknown)
        or isinstance(rule.last_port, Unknown)
    ):
        return ANYTHING
    return Flow(rule.protocol, rule.first_port, rule.last_port)


def _is_part(flow: Flow, whole: Flow) -> bool:
    """Whether a flow lies within another."""
    ports = whole.first_port <= flow.first_port and flow.last_port <= whole.last_port
    return whole.protocol == ANY or (whole.protocol == flow.protocol and ports)


def _overlap(addresses: IPv4Network, peer: IPv4Network | str | Unknown) -> tuple[IPv4Network, ...]:
    """The part of a range that a rule is about; a rule whose peer is not known may be about all of it."""
    if isinstance(peer, Unknown):
        return (addresses,)
    if isinstance(peer, str) or not peer.overlaps(addresses):
        return ()
    return (addresses if addresses.subnet_of(peer) else peer,)
