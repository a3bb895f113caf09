"""What the walks come to for a spoke: which services it reaches and how, which spokes, and what else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from ipaddress import IPv4Network

from assurance import sources
from assurance.dns import Answer, Kind, Names, interface_of
from assurance.flows import ANY, Flow, Interface
from assurance.packets import Packets
from assurance.path import Hop, Path, Verdict, likeliest, undetermined, worst
from network.doubts import cast
from network.model import InterfaceEndpoint, Network, SecurityRule, Subnet, Unknown, Vpc, stack_of
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
    EXPOSED = "exposed"
    """It is not meant for the spoke, which reaches it. Who judges says so: a trace does not know what is meant."""
    UNKNOWN = "undetermined"
    """Something on the path is not known."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a spoke reaches a service, with the path that shows it: the worst of all."""

    spoke: str
    service: str
    state: State
    path: Path
    names: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    """The ports that fail, where others of the service do not."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Something besides an endpoint's own ports that packets of a spoke get to."""

    address: str
    flow: str
    path: Path
    vpc: str = ""
    """The VPC that it is in."""


class Trace:
    """Walks names and packets of one network.

    Of several walks it shows the one that matters most. What could not be determined at an address that is `accepted`
    matters less than anything else that is not as it should be.
    """

    def __init__(self, network: Network, services: Iterable[Service], accepted: Collection[str] = ()) -> None:
        self.network = network = cast(network)
        self.accepted = accepted
        self.packets = Packets(network)
        self._by_endpoint = by_endpoint(services)
        self.names = Names(network, self.packets, self._by_endpoint, accepted)
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

    @cached_property
    def endpoints(self) -> Mapping[str, str]:
        """The service of each interface endpoint, as far as it is known, by the endpoint's address."""
        known = ((e.address, self._by_endpoint.get(str(e.service))) for e in self.network.interface_endpoints.values())
        return {address: service.key for address, service in known if service is not None}

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

    @cached_property
    def _homeless(self) -> Mapping[str, tuple[Hop, ...]]:
        """Subnets that may be in any VPC of their stack, by stack."""
        found: dict[str, tuple[Hop, ...]] = {}
        for subnet in self.network.subnets.values():
            if isinstance(subnet.vpc, Unknown):
                hop = undetermined(subnet.address, f"which VPC the subnet is in is not known: {subnet.vpc.why}")
                found[stack_of(subnet.address)] = (*found.get(stack_of(subnet.address), ()), hop)
        return found

    @cached_property
    def _unplaced_sources(self) -> Mapping[str, tuple[Hop, ...]]:
        """Instances that may be in any VPC of their stack, by stack."""
        found: dict[str, tuple[Hop, ...]] = {}
        for instance in self.network.instances.values():
            if isinstance(instance.subnet, Unknown):
                hop = undetermined(instance.address, f"which subnet it is in is not known: {instance.subnet.why}")
                found[stack_of(instance.address)] = (*found.get(stack_of(instance.address), ()), hop)
        return found

    def _rangeless(self, vpc: Vpc) -> Iterator[Hop]:
        for subnet in self.network.subnets_of.get(vpc.address, ()):
            if not isinstance(subnet.cidr, IPv4Network):
                yield undetermined(subnet.address, "the subnet's range is not known")

    def unplaced(self, vpc: Vpc) -> tuple[Path, ...]:
        """What keeps the packets of a VPC from being walked in full: what may be in it, and subnets without a range."""
        stack = stack_of(vpc.address)
        hops = (*self._homeless.get(stack, ()), *self._unplaced_sources.get(stack, ()), *self._rangeless(vpc))
        return tuple(Path((hop,)) for hop in hops)

    # Services -----------------------------------------------------------------------------------------------------

    def reach(self, spoke: str, service: Service, *, by_gateway: bool = False) -> Reach:
        """How every workload of a spoke reaches a service by each of its names: the worst of all.

        `by_gateway` says that a gateway endpoint is meant to take it, so that a public answer is as it should be.
        """
        vpc = self.spoke(spoke)
        if not service.asked:
            return Reach(spoke, service.key, State.UNKNOWN, Path())
        found = [self._by_name(vpc, service, name, by_gateway=by_gateway) for name in service.asked]
        state, path, ports = min(found, key=lambda each: (WORST.index(each[0]), each[1].is_accepted(self.accepted)))
        return Reach(spoke, service.key, state, path, service.asked, ports)

    def _by_name(self, vpc: Vpc, service: Service, name: str, *, by_gateway: bool) -> _Found:
        answer = self.names.resolve(vpc, name)
        if answer.kind is Kind.PRIVATE:
            return self._private(vpc, service, answer)
        if answer.kind is Kind.PUBLIC:
            return (*self._public(vpc, service, answer, by_gateway=by_gateway), ())
        return (State.UNKNOWN if answer.kind is Kind.UNKNOWN else State.BROKEN), answer.path, ()

    def _private(self, vpc: Vpc, service: Service, answer: Answer) -> _Found:
        endpoint = self.network.interface_endpoints[str(answer.endpoint)]
        if endpoint.service != service.endpoint:
            hop = _of_another_service(endpoint, service)
            return (State.BROKEN if hop.verdict is Verdict.DROPPED else State.UNKNOWN), answer.path.then(hop), ()
        targets = self._interfaces(endpoint.address, endpoint.subnets, endpoint.groups)
        missing = self.unplaced(vpc)
        if len(targets) < len(endpoint.subnets) or not targets:
            unknown = next((at for at in endpoint.subnets if isinstance(at, Unknown)), None)
            missing += (Path((undetermined(endpoint.address, "its subnets are not known", open_by=unknown),)),)
        homes = self.workloads(vpc)
        ways = {
            port: tuple(
                way
                for source in homes
                for target in targets
                if self._is_client(source, target, port)
                for way in self.packets.there_and_back(source, target, Flow("tcp", port, port))
            )
            for port in service.ports
        }
        found = (*(way for each in ways.values() for way in each), *missing)
        if not found:
            return State.UNKNOWN, answer.path, ()
        way = worst(found, self.accepted)
        failing = [port for port, each in ways.items() if any(path.verdict is way.verdict for path in each)]
        ports = tuple(failing) if way.verdict is not Verdict.PASSES and len(failing) < len(ways) else ()
        states = {Verdict.PASSES: State.PRIVATE, Verdict.DROPPED: State.BROKEN, Verdict.UNKNOWN: State.UNKNOWN}
        # A rule that is refused decides nothing where another one leads to the endpoint.
        return states[way.verdict], answer.path.survived() + way, ports

    def _is_client(self, source: Interface, target: Interface, port: int) -> bool:
        """An instance whose groups allow HTTPS out and not another port is meant for HTTPS services only."""
        sends_https = source.groups is not None and self.packets.filters.allows_out(source, target, HTTPS)
        return not sends_https or not self.packets.filters.denies_out(source, target, Flow("tcp", port, port))

    def _public(self, vpc: Vpc, service: Service, answer: Answer, *, by_gateway: bool) -> tuple[State, Path]:
        walked = [(source, way) for source in self.workloads(vpc) for way in self._outside(source, service.endpoint)]
        ways = (*(way for _, way in walked), *self.unplaced(vpc))
        if not ways:
            return State.UNKNOWN, answer.path
        way = worst(ways, self.accepted)
        if way.verdict is Verdict.UNKNOWN:
            return State.UNKNOWN, answer.path + way
        # Subnets have tables of their own: one workload that leaves for the internet is the answer for all.
        others = [each for each in walked if each[1].hops[-1].at not in self.network.gateway_endpoints]
        leaving = [way for _, way in others if way.verdict is Verdict.PASSES]
        state = State.UNREACHABLE if way.verdict is Verdict.DROPPED else State.PUBLIC if leaving else State.GATEWAY
        if state is State.GATEWAY:
            return state, answer.path + way
        if by_gateway and answer.path.verdict is Verdict.PASSES and others:
            lacking = self.packets.no_gateway_endpoint(self.network.subnets[others[0][0].subnet], service.endpoint)
            return state, answer.path.then(lacking)
        if state is State.PUBLIC:
            return state, answer.path + leaving[0]
        # What went wrong is the answer; that there is no way to a public address is only where it shows.
        named = answer.path if answer.path.verdict is not Verdict.PASSES else answer.path.ended(Verdict.DROPPED)
        return state, named + way

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

    def between(self, source: str, target: str, *, in_full: bool = False) -> Path:
        """What becomes of packets from one spoke to another: a path that passes, or one that shows why none does.

        Where the tables alone tell that none does, that is the answer, unless the whole path is wanted, `in_full`.
        """
        near, far = self.spoke(source), self.spoke(target)
        astray = self._homeless.get(stack_of(near.address), ())
        severed = self.packets.severed(near, far) if not astray and not in_full else None
        if severed is not None:
            return Path((severed,))
        ends = [_workloads(self.network.subnets_of.get(vpc.address, ())) for vpc in (near, far)]
        ways = [way for start in ends[0] for end in ends[1] for way in self.packets.there(start, end, ANYTHING)]
        ways += [Path((hop,)) for hop in (*astray, *self._rangeless(near), *self._rangeless(far))]
        nobody = Hop((far if ends[0] else near).address, "it has no subnet", sources.ROUTE_TABLES, Verdict.DROPPED)
        return likeliest(ways, self.accepted) or Path((nobody,))

    def exposures(self, spoke: str, offered: Mapping[str, frozenset[int]]) -> Iterator[Exposure]:
        """Everything that packets of a spoke get to, but other spokes and the ports of what it is offered.

        `offered` has the TCP ports of each interface endpoint that is meant for it.
        """
        vpc = self.spoke(spoke)
        starts = _workloads(self.network.subnets_of.get(vpc.address, ()))
        unwalked = [Path((hop,)) for hop in (*self._homeless.get(stack_of(vpc.address), ()), *self._rangeless(vpc))]
        ways = [*(way for start in starts for way in self.packets.outside(start, None, ANYTHING)), *unwalked]
        best = likeliest(ways, self.accepted)
        if best is not None and best.verdict is not Verdict.DROPPED:
            yield Exposure("public addresses", str(ANYTHING), best)
        found: dict[tuple[str, str, str], list[Path]] = {}
        for home, target in self._foreign_interfaces(vpc):
            for flow, path in self._exposed(starts, target, offered.get(target.address, frozenset())):
                found.setdefault((target.address, flow, home), []).append(path)
        for home, address, hop in self._unplaced_targets:
            if home != vpc.address:
                found.setdefault((address, str(ANYTHING), home), []).append(Path((hop,)))
        for (address, flow, home), paths in found.items():
            yield Exposure(address, flow, likeliest(paths, self.accepted) or Path(), home)

    def _exposed(
        self, starts: Iterable[Interface], target: Interface, ports: frozenset[int]
    ) -> Iterator[tuple[str, Path]]:
        for rule in self._ingress(target):
            flow = _flow(rule)
            if flow.protocol == "tcp" and set(range(flow.first_port, flow.last_port + 1)) <= ports:
                continue
            best = self._admitted(starts, target, rule, flow)
            if best is not None:
                yield str(flow), best

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
        best = likeliest(ways, self.accepted)
        return best if best is not None and best.verdict is not Verdict.DROPPED else None

    def admits(self, spoke: str, address: str, flow: Flow) -> bool:
        """Whether anything of a flow gets from a spoke to a resource of a hub, as far as is known."""
        vpc = self.spoke(spoke)
        starts = _workloads(self.network.subnets_of.get(vpc.address, ()))
        return any(
            self._admitted(starts, target, rule, flow) is not None
            for _, target in self._foreign_interfaces(vpc)
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
        """The rules of an interface's groups; a group that was not read may allow anything."""
        for group in self.packets.filters.groups_of(target):
            yield from group.ingress if group is not None else (_anything(target.address),)

    def _foreign_interfaces(self, vpc: Vpc) -> Iterator[tuple[str, Interface]]:
        """Every interface of everything in hubs but a VPC, with its hub: the ways to each may differ."""
        for hub in self.network.hubs.values():
            if hub.address != vpc.address:
                yield from ((hub.address, interface) for interface in self._hub_interfaces.get(hub.address, ()))

    def _things(self) -> Iterator[tuple[str, tuple[str | Unknown, ...], tuple[str | Unknown, ...], str | Unknown]]:
        """What has interfaces: its address, their subnets and groups, and the VPC that it names itself."""
        network, unsaid = self.network, Unknown("what it is in says so")
        for endpoint in network.interface_endpoints.values():
            yield endpoint.address, endpoint.subnets, endpoint.groups, endpoint.vpc
        for resolver in network.resolver_endpoints.values():
            yield resolver.address, tuple(at for at, _ in resolver.interfaces), resolver.groups, unsaid
        for instance in network.instances.values():
            yield instance.address, (instance.subnet,), instance.groups, unsaid

    @cached_property
    def _hub_interfaces(self) -> Mapping[str, tuple[Interface, ...]]:
        found: dict[str, list[Interface]] = {}
        for address, subnets, groups, _ in self._things():
            for interface in self._interfaces(address, subnets, groups):
                found.setdefault(str(self.network.subnets[interface.subnet].vpc), []).append(interface)
        return {vpc: tuple(interfaces) for vpc, interfaces in found.items()}

    @cached_property
    def _unplaced_targets(self) -> tuple[tuple[str, str, Hop], ...]:
        """The hub and address of what has interfaces there of which it is not known where they are."""
        hubs = {hub.address for hub in self.network.hubs.values()}
        stacks = {stack_of(hub): hub for hub in hubs}
        found = []
        for address, subnets, _, named in self._things():
            homes = [subnet.vpc for at in subnets if (subnet := self.network.subnets.get(str(at))) is not None]
            home = next((vpc for vpc in (named, *homes) if isinstance(vpc, str)), stacks.get(stack_of(address), ""))
            placed = self._interfaces(address, subnets, ())
            if home in hubs and (len(placed) < len(subnets) or any(isinstance(vpc, Unknown) for vpc in homes)):
                unknown = next((at for at in subnets if isinstance(at, Unknown)), None)
                hop = undetermined(address, "the subnets of its interfaces are not known", open_by=unknown)
                found.append((home, address, hop))
        return tuple(found)


WORST = (State.BROKEN, State.UNREACHABLE, State.UNKNOWN, State.PUBLIC, State.GATEWAY, State.PRIVATE)
_Found = tuple[State, Path, tuple[int, ...]]
"""How a name is reached, the path that shows it, and the ports that fail where others do not."""


def _of_another_service(endpoint: InterfaceEndpoint, service: Service) -> Hop:
    """An endpoint to which a record leads for the name of a service that is not, or may not be, its own."""
    if isinstance(endpoint.service, Unknown):
        return undetermined(endpoint.address, "its service is not known", sources.ENDPOINT, open_by=endpoint.service)
    says = f"it is the endpoint of {endpoint.service}, and {service.endpoint} is asked for"
    fix = f"have the record lead to an endpoint of {service.endpoint}"
    return Hop(endpoint.address, says, sources.ENDPOINT, Verdict.DROPPED, fix)


def _workloads(subnets: Iterable[Subnet]) -> tuple[Interface, ...]:
    return tuple(
        Interface(subnet.address, subnet.address, subnet.cidr, None)
        for subnet in subnets
        if isinstance(subnet.cidr, IPv4Network)
    )


def _anything(address: str) -> SecurityRule:
    """A rule that stands for those of a group that was not read."""
    unknown = Unknown("the group was not read")
    return SecurityRule(address, unknown, unknown, unknown, unknown)


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
