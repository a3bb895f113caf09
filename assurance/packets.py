"""The packet walk: what every packet between two interfaces meets, hop by hop, in both directions.

A walk is symbolic. Its ends are ranges, because AWS picks an endpoint's addresses, and a workload may have any address
of its subnet; where a table or a group treats parts of a range differently, the walk forks. "Reaches" needs every fork
to pass, "blocked" needs every fork to be dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from ipaddress import IPv4Network

from assurance import sources
from assurance.filters import Filters
from assurance.flows import EPHEMERAL, EVERYWHERE, Flow, Interface
from assurance.path import Hop, Path, Verdict, undetermined
from assurance.tables import LOCAL, Entry, Tables
from network.model import (
    Attachment,
    GatewayTable,
    Link,
    Network,
    Prefix,
    Route,
    Subnet,
    Unknown,
    Vpc,
)

__all__ = ["Packets"]


ZONE_ID = re.compile(r"-az\d+$")
"""What the id of a zone ends with, and its name does not."""
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16")))
"""Private ranges (RFC 1918), carriers' shared range (RFC 6598), which VPCs use as a private one, and link-local."""

Step = tuple[Path, Prefix]
"""A walk so far, and the part of the destination that it is about."""


class Packets:
    """Walks packets through one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.filters = Filters(network)
        self.tables = Tables(network)
        self._unsure = [
            attachment
            for attachment in network.attachments.values()
            if isinstance(attachment.vpc, Unknown) or isinstance(attachment.gateway, Unknown)
        ]

    # Walks --------------------------------------------------------------------------------------------------------

    def there_and_back(self, source: Interface, target: Interface, flow: Flow) -> tuple[Path, ...]:
        """Every fork of a connection: the request, and the answer on its return path."""
        back = [path for path, _ in self._carry(target, source.addresses, source.subnet, _answer(flow))]
        found = []
        for path in self.there(source, target, flow):
            if path.verdict is Verdict.DROPPED:
                found.append(path)
            else:
                found += [path + answer for answer in back]
        return tuple(found)

    def there(self, source: Interface, target: Interface, flow: Flow) -> tuple[Path, ...]:
        """Every fork of the packets from one interface to another."""
        start = Path((self.filters.security(source, "egress", target, flow),))
        if start.verdict is Verdict.DROPPED:
            return (start,)
        end = self.filters.security(target, "ingress", source, flow)
        found = []
        for path, _ in self._carry(source, target.addresses, target.subnet, flow):
            whole = start + path
            found.append(whole if whole.verdict is Verdict.DROPPED else whole.then(end))
        return tuple(found)

    def outside(self, source: Interface, service: str | None, flow: Flow) -> tuple[Path, ...]:
        """Every fork of the packets to a public address, which may be one behind a gateway endpoint's prefix list."""
        subnet = self.network.subnets[source.subnet]
        start = Path((self.filters.egress(source, EVERYWHERE, flow),))
        if start.verdict is Verdict.DROPPED:
            return (start,)
        start = self.filters.acl_hops(start, subnet, "egress", EVERYWHERE, flow=flow)
        listed = self._gateway_endpoint(subnet, service)
        if listed is not None:
            return (start.then(listed),)
        return tuple(start + path for path in self._to_public(subnet, flow))

    def severed(self, source: Vpc, target: Vpc) -> Hop | None:
        """A reason why no packet gets from one VPC to another, where the tables alone say so."""
        ranges = [cidr for cidr in target.cidrs if isinstance(cidr, IPv4Network)]
        if len(ranges) < len(target.cidrs):
            return None
        used = sorted({str(subnet.table) for subnet in self.network.subnets_of.get(source.address, ())})
        tables = [self.tables.routes(table) for table in used]
        if not ranges or not used or any(table is None or unknown for table, unknown in tables):
            return None
        routes = [r for table, _ in tables if table for cidr in ranges for _, r in table.match(cidr) if r is not None]
        if not routes:
            return _route_hop(self._home_table(source) or used[0], ranges[0], None)
        gateways = {route.target if isinstance(route, Route) else None for route in routes}
        hops = [
            self._severed_by_gateway(source, gateway, ranges) if gateway in self.network.gateways else None
            for gateway in gateways
        ]
        return hops[0] if None not in hops else None

    def _home_table(self, vpc: Vpc) -> str:
        """The route table of a VPC's first subnet that is not the attachment's."""
        doors = {at for attachment in self.network.attachments_of.get(vpc.address, ()) for at in attachment.subnets}
        homes = (each.table for each in self.network.subnets_of[vpc.address] if each.address not in doors)
        return str(next(homes, ""))

    def _severed_by_gateway(self, source: Vpc, gateway: object, ranges: list[Prefix]) -> Hop | None:
        """The same for one gateway, of whose part in it everything is known."""
        found = [a for a in self.network.attachments_of.get(source.address, ()) if a.gateway == gateway]
        tables = self.tables.associated.get(found[0].address, ()) if len(found) == 1 else ()
        if len(tables) != 1 or self.tables.unclear:
            return None
        _, table = tables[0]
        entries, _, unknown = self.tables.entries(table.address)
        matches = [each for cidr in ranges for each in entries.match(cidr)]
        if unknown or any(entry is not None and (entry.contested or entry.attachment) for _, entry in matches):
            return None
        piece, entry = matches[-1]
        return self._nowhere(table, piece) if entry is None else _blackhole(entry, piece)

    # One direction ------------------------------------------------------------------------------------------------

    def _carry(self, source: Interface, target: Prefix, target_subnet: str, flow: Flow) -> Iterator[Step]:
        """From a subnet to a subnet, security groups aside."""
        here, there = self.network.subnets[source.subnet], self.network.subnets[target_subnet]
        if here.address == there.address:
            yield Path((Hop(here.address, "both ends are in this subnet", sources.ROUTE_TABLES),)), target
            return
        start = self.filters.acl_hops(Path(), here, "egress", target, flow=flow)
        if start.verdict is Verdict.DROPPED:
            yield start, target
            return
        for path, piece, route in self._route(start, here, target):
            if path.hops[-1].verdict is not Verdict.PASSES:
                yield path, piece
            elif here.vpc == there.vpc and route is None:
                yield self.filters.acl_hops(path, there, "ingress", source.addresses, flow=flow), piece
            elif route is not None and route.kind == "internet_gateway":
                says = f"an internet gateway carries packets to public addresses only, and {piece} is in {there.vpc}"
                yield path.then(Hop(route.address, says, sources.ROUTE_TABLES, Verdict.DROPPED)), piece
            elif route is None:
                says = f"{piece} is also local to {here.vpc}, so the packet never leaves it"
                yield path.then(Hop(str(here.table), says, sources.ROUTE_TABLES, Verdict.DROPPED)), piece
            elif route.kind != "transit_gateway" or not isinstance(route.target, str):
                says = f"a {route.kind.replace('_', ' ')} is on the path, and its other side is not modelled"
                yield path.then(undetermined(route.address, says)), piece
            else:
                crossing = _Crossing(here, there, route.target, source.addresses, flow)
                yield from self._cross(path, piece, crossing)

    def _route(self, path: Path, subnet: Subnet, target: Prefix) -> Iterator[tuple[Path, Prefix, Route | None]]:
        """What a subnet's route table does with a range: the VPC's own ranges are local, and have no route.

        A route whose destination is not known may take any packet, so that the walk forks: it may also be more
        specific than the VPC's own ranges.
        """
        table, unknown = self.tables.routes(str(subnet.table))
        if table is None:
            yield path.then(_no_table(subnet)), target, None
            return
        for piece, route in table.match(target):
            forks = [each for each in unknown if each.kind != LOCAL or not isinstance(route, str)]
            for fork in forks:
                says = "a route whose destination is not known may take the packet"
                yield path.then(undetermined(fork.address, says, open_by=fork.destination)), piece, None
            if forks and route is None:
                continue
            hop = _route_hop(str(subnet.table), piece, route)
            yield path.then(hop), piece, route if isinstance(route, Route) else None

    def _cross(self, path: Path, target: Prefix, crossing: _Crossing) -> Iterator[Step]:
        """Through a transit gateway, into the VPC on its other side."""
        path, attachment = self._enter_gateway(path, crossing)
        if attachment is None:
            yield path, target
            return
        for onward, piece, leaving in self._gateway_route(path, attachment, target):
            if leaving is None:
                yield onward, piece
            else:
                yield from self._leave_gateway(onward, piece, leaving, crossing)

    def _enter_gateway(self, path: Path, crossing: _Crossing) -> tuple[Path, Attachment | None]:
        """From a subnet into its VPC's attachment, which needs to be there, accepted and in the subnet's zone."""
        subnet, gateway = crossing.here, crossing.gateway
        if gateway not in self.network.gateways:
            return path.then(undetermined(gateway, "the transit gateway is not in the input")), None
        found = [a for a in self.network.attachments_of.get(str(subnet.vpc), ()) if a.gateway == gateway]
        unsure = [a for a in self._unsure if _may_attach(a, str(subnet.vpc), gateway)]
        if not found and unsure:
            says = "which VPC it attaches to which gateway is not known"
            return path + Path(tuple(undetermined(attachment.address, says) for attachment in unsure)), None
        if not found:
            fix = "attach the VPC (aws_ec2_transit_gateway_vpc_attachment)"
            says = f"the VPC has no attachment to {gateway}"
            return path.then(Hop(str(subnet.vpc), says, sources.ATTACHMENTS, Verdict.DROPPED, fix)), None
        attachment = found[0]
        for hop in (self.tables.accepted(attachment), self._zone(attachment, subnet)):
            path = path.then(hop)
            if hop.verdict is Verdict.DROPPED:
                return path, None
        for door in self._doors(attachment):
            # A subnet that is also the attachment's asks its ACL both ways; a packet that passes through does not.
            if door.zone == subnet.zone and not crossing.passed:
                path = self.filters.acl_hops(path, door, "ingress", crossing.source, flow=crossing.flow, gateway=True)
        return (path, None) if path.verdict is Verdict.DROPPED else (path, attachment)

    def _doors(self, attachment: Attachment) -> list[Subnet]:
        """The subnets of an attachment by their zones, as far as they were read."""
        known = [self.network.subnets[str(at)] for at in attachment.subnets if str(at) in self.network.subnets]
        return sorted(known, key=lambda door: str(door.zone))

    def _zone(self, attachment: Attachment, subnet: Subnet) -> Hop:
        doors = self._doors(attachment)
        zones = {door.zone for door in doors}
        if isinstance(subnet.zone, str) and subnet.zone in zones:
            return Hop(attachment.address, f"it has a subnet in {subnet.zone}", sources.ATTACHMENTS)
        if len(doors) < len(attachment.subnets) or not all(_comparable(subnet.zone, zone) for zone in zones):
            unknown = next((at for at in attachment.subnets if isinstance(at, Unknown)), None)
            says = "its zones could not be determined"
            return undetermined(attachment.address, says, sources.ATTACHMENTS, open_by=unknown)
        says = f"it has no subnet in {subnet.zone}, so nothing in that zone can reach the gateway"
        fix = f"add a subnet in {subnet.zone} to the attachment's subnet_ids"
        return Hop(attachment.address, says, sources.ATTACHMENTS, Verdict.DROPPED, fix)

    def _gateway_route(
        self, path: Path, attachment: Attachment, target: Prefix
    ) -> Iterator[tuple[Path, Prefix, Attachment | None]]:
        """What the gateway does with a range that comes in by an attachment."""
        tables = self.tables.associated.get(attachment.address, ())
        if len(tables) != 1:
            yield path + self._unassociated(attachment, tables), target, None
            return
        link, table = tables[0]
        wired = self.tables.wired(link, table, f"the attachment uses {table.address}")
        if wired.verdict is Verdict.DROPPED:
            yield path.then(wired), target, None
            return
        if table.gateway != attachment.gateway:
            says = f"{table.address} is a table of {table.gateway}, and the attachment is of {attachment.gateway}"
            yield path.then(undetermined(table.address, says, sources.GATEWAY_ROUTING)), target, None
            return
        entries, _, unknown = self.tables.entries(table.address)
        if unknown:
            says = "it adds an unknown range to the table"
            yield path + Path((wired, *(undetermined(each, says) for each in unknown))), target, None
            return
        for piece, entry in entries.match(target):
            hop, onward = self._gateway_hop(table, piece, entry)
            if entry is None:
                hop = self._astray(link, table, piece) or hop
            elif onward is not None:
                wired, hop = self._opened(link, table, wired, hop)
            yield path.then(wired).then(hop), piece, onward

    def _unassociated(self, attachment: Attachment, tables: Sequence[tuple[Link, GatewayTable]]) -> Path:
        """Why it is not one table that routes an attachment's packets."""
        if tables:
            says = f"several tables are associated with {attachment.address}, and AWS refuses all but one of them"
            return Path(tuple(undetermined(link.address, says, sources.GATEWAY_ROUTING) for link, _ in tables))
        if self.tables.unclear:
            says = "the attachment that it associates is unknown"
            return Path(tuple(undetermined(each, says) for each in self.tables.unclear))
        fix = "associate one table (aws_ec2_transit_gateway_route_table_association)"
        says = "no gateway table is associated with the attachment"
        return Path((Hop(attachment.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED, fix),))

    def _opened(self, link: Link, table: GatewayTable, wired: Hop, hop: Hop) -> tuple[Hop, Hop]:
        """The association and the route by which packets get on: the one that is the exception has what undoes it.

        In a hub's table every route has its use, and in a table whose members reach each other, one that they do not
        reach does not belong.
        """
        members = self.tables.members(table.address)
        source = str(link.target)
        own = self.network.attachments.get(source)
        outsider = members.of_hub and (own is None or own.vpc not in self._hubs)
        outsider |= source not in members.mutual and len(members.mutual) > 1
        if outsider:
            return replace(wired, undo=f"associate {source} with its own table, in place of {table.address}"), hop
        return wired, replace(hop, undo=f"remove {hop.at}, which adds the route to {table.address}")

    def _astray(self, link: Link, table: GatewayTable, piece: Prefix) -> Hop | None:
        """An association with a table that lacks a route, where another table has it and is the one to associate.

        A missing propagation is the better explanation where others use the table too, unless what they lack uses it
        itself: its propagation would join them all.
        """
        others = [
            (each, target)
            for each in self.network.gateway_tables.values()
            if each.gateway == table.gateway and each is not table and (target := self._leads(each, piece))
        ]
        users = self.tables.members(table.address).associated
        if not others or (len(users) > 1 and not any(target in users for _, target in others)):
            return None
        better = max(others, key=lambda each: len(self.tables.members(each[0].address).associated))[0].address
        says = f"the attachment uses {table.address}, which has no route to {piece}; {better} has"
        fix = f"associate {link.target} with {better}, in place of {table.address}"
        return Hop(link.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED, fix)

    def _leads(self, table: GatewayTable, piece: Prefix) -> str:
        """The attachment that a gateway's table sends the whole of a range to; empty where it is not one."""
        entries, _, unknown = self.tables.entries(table.address)
        found = {entry.attachment if entry is not None else None for _, entry in entries.match(piece)}
        return found.pop() or "" if len(found) == 1 and not unknown else ""

    @cached_property
    def _hubs(self) -> frozenset[str]:
        return frozenset(hub.address for hub in self.network.hubs.values())

    def _nowhere(self, table: GatewayTable, piece: Prefix) -> Hop:
        """Why a gateway's table has no route: somebody's propagation was refused, or there is none."""
        _, refused, _ = self.tables.entries(table.address)
        says = f"{table.address} has no route to {piece}"
        fix = "propagate the range into it (aws_ec2_transit_gateway_route_table_propagation)"
        missing = Hop(table.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED, fix)
        return next((hop for _, hop in refused.match(piece) if hop is not None), missing)

    def _gateway_hop(self, table: GatewayTable, piece: Prefix, entry: Entry | None) -> tuple[Hop, Attachment | None]:
        if entry is None:
            return self._nowhere(table, piece), None
        if entry.contested:
            says = f"several attachments propagate {piece}, and AWS keeps the routes of only one"
            return undetermined(entry.address, says, sources.GATEWAY_ROUTING), None
        if entry.attachment is None:
            return _blackhole(entry, piece), None
        onward = self.network.attachments.get(entry.attachment)
        if onward is None:
            return undetermined(entry.address, f"the route to {piece} leads to an unknown attachment"), None
        accepted = self.tables.accepted(onward)
        if accepted.verdict is not Verdict.PASSES:
            return accepted, None
        return Hop(entry.address, f"{piece}: {entry.how} leads to {onward.address}", sources.GATEWAY_ROUTING), onward

    def _leave_gateway(self, path: Path, target: Prefix, attachment: Attachment, crossing: _Crossing) -> Iterator[Step]:
        """From an attachment into its VPC: any of its subnets may carry the packet, so all of them have to."""
        doors = self._doors(attachment)
        unknown = isinstance(attachment.vpc, Unknown) or isinstance(crossing.there.vpc, Unknown)
        if unknown or not doors or len(doors) < len(attachment.subnets):
            yield path.then(undetermined(attachment.address, "its VPC or its subnets are not known")), target
        if unknown:
            return
        for door in {(door.table, door.acl): door for door in reversed(doors)}.values():
            for arrived, piece, route in self._route(path, door, target):
                if arrived.hops[-1].verdict is not Verdict.PASSES:
                    yield arrived, piece
                elif route is not None:
                    yield from self._leave_again(arrived.then(_through(attachment)), piece, route, door, crossing)
                elif attachment.vpc != crossing.there.vpc:
                    says = f"it ends in {attachment.vpc}, and the other side is in {crossing.there.vpc}"
                    yield arrived.then(Hop(attachment.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED)), piece
                else:
                    yield self._arrive(arrived, piece, door, crossing), piece

    def _arrive(self, path: Path, target: Prefix, door: Subnet, crossing: _Crossing) -> Path:
        """From the attachment's subnet to the target's; the ACL of a subnet that is both is not asked."""
        if door.address == crossing.there.address:
            return path
        path = self.filters.acl_hops(path, door, "egress", target, flow=crossing.flow, gateway=True)
        return self.filters.acl_hops(path, crossing.there, "ingress", crossing.source, flow=crossing.flow, gateway=True)

    def _leave_again(
        self, path: Path, target: Prefix, route: Route, door: Subnet, crossing: _Crossing
    ) -> Iterator[Step]:
        """A VPC on the way: the route table of the attachment's subnet may send a packet on, also back to a gateway."""
        if route.kind == "internet_gateway":
            says = f"{door.table} sends {target} to an internet gateway, which carries packets to public addresses only"
            yield path.then(Hop(door.address, says, sources.ROUTE_TABLES, Verdict.DROPPED)), target
        elif route.kind != "transit_gateway" or not isinstance(route.target, str):
            says = f"a {route.kind.replace('_', ' ')} is on the path, and its other side is not modelled"
            yield path.then(undetermined(route.address, says)), target
        elif door.address in crossing.passed:
            says = f"{target} returns to {door.address}, and loops until it is dropped"
            yield path.then(Hop(door.address, says, sources.ROUTE_TABLES, Verdict.DROPPED)), target
        else:
            passed = crossing.passed | {door.address}
            yield from self._cross(path, target, replace(crossing, here=door, gateway=route.target, passed=passed))

    # To public addresses ------------------------------------------------------------------------------------------

    def _gateway_endpoint(self, subnet: Subnet, service: str | None) -> Hop | None:
        """The gateway endpoint that takes a service's packets from a subnet, or else one that may."""
        possible = None
        for endpoint in self.network.gateway_endpoints.values() if service is not None else ():
            links = [each.target for each in endpoint.tables if each.target == subnet.table]
            # AWS takes a route table of the endpoint's own VPC alone.
            if endpoint.service == service and links and endpoint.vpc == subnet.vpc:
                says = f"the service's prefix list leads to the gateway endpoint in {subnet.table}"
                return Hop(endpoint.address, says, sources.GATEWAY_ENDPOINT)
            unsure = any(isinstance(link.target, Unknown) for link in endpoint.tables) and (
                endpoint.vpc == subnet.vpc or isinstance(endpoint.vpc, Unknown)
            )
            if (links or unsure) and (endpoint.service == service or isinstance(endpoint.service, Unknown)):
                says = f"whether {subnet.table} leads to it for {service} could not be determined"
                hop = undetermined(endpoint.address, says, sources.GATEWAY_ENDPOINT, open_by=endpoint.service)
                possible = possible or hop
        return possible

    def no_gateway_endpoint(self, subnet: Subnet, service: str) -> Hop:
        """A subnet whose route table has no gateway endpoint of a service, and what would give it one."""
        at, table = str(subnet.table), f"the route table {subnet.table}"
        near = [e for e in self.network.gateway_endpoints.values() if e.vpc == subnet.vpc and e.service == service]
        fix = (
            f"associate {near[0].address} with {table} (aws_vpc_endpoint_route_table_association)"
            if near
            else f"create a gateway endpoint for {service} in {subnet.vpc}, with {table} (aws_vpc_endpoint)"
        )
        says = f"no gateway endpoint takes packets for {service} from {subnet.address}"
        return Hop(at, says, sources.GATEWAY_ENDPOINT, Verdict.DROPPED, fix)

    def _to_public(self, subnet: Subnet, flow: Flow, seen: frozenset[str] = frozenset()) -> Iterator[Path]:
        table = self.network.tables.get(str(subnet.table))
        if table is None:
            yield Path((_no_table(subnet),))
            return
        routes = [route for route in table.routes if _leads_out(route)]
        if not routes:
            says = "no route leads to public addresses"
            yield Path((Hop(str(subnet.table), says, sources.ROUTE_TABLES, Verdict.DROPPED),))
        for route in routes:
            yield from self._out_by(route, subnet, flow, seen)

    def _out_by(self, route: Route, subnet: Subnet, flow: Flow, seen: frozenset[str]) -> Iterator[Path]:
        what = "default route" if route.destination == EVERYWHERE else f"route to {route.destination}"
        says = f"the {what} leads to a {route.kind.replace('_', ' ')}"
        hop = Hop(route.address, says, sources.ROUTE_TABLES, undo=f"remove {route.address}")
        if route.kind == "blackhole":
            yield Path((_route_hop(route.address, EVERYWHERE, route),))
        elif isinstance(route.destination, Unknown):
            says = "a route with an unknown destination may lead out"
            yield Path((undetermined(route.address, says, open_by=route.destination),))
        elif isinstance(route.target, Unknown):
            says = f"the target of the {what} is unknown"
            yield Path((undetermined(route.address, says, open_by=route.target),))
        elif route.kind in {"internet_gateway", "nat_gateway"}:
            yield Path((hop,))
        elif route.kind == "transit_gateway" and isinstance(route.target, str) and subnet.address not in seen:
            yield from self._public_by_gateway(Path((hop,)), subnet, route, flow, seen | {subnet.address})
        else:
            yield Path((undetermined(route.address, f"what is behind the {route.kind} is not modelled"),))

    def _public_by_gateway(
        self, path: Path, subnet: Subnet, route: Route, flow: Flow, seen: frozenset[str]
    ) -> Iterator[Path]:
        cidr = subnet.cidr if isinstance(subnet.cidr, IPv4Network) else EVERYWHERE
        path, attachment = self._enter_gateway(path, _Crossing(subnet, subnet, str(route.target), cidr, flow))
        if attachment is None:
            yield path
            return
        whole = route.destination if isinstance(route.destination, IPv4Network) else EVERYWHERE
        for onward, piece, leaving in self._gateway_route(path, attachment, whole):
            if leaving is None:
                if _is_public(piece):
                    yield onward
            elif _is_public(piece):
                doors = self._doors(leaving)
                if not doors or len(doors) < len(leaving.subnets):
                    yield onward.then(undetermined(leaving.address, "its subnets are not known"))
                for door in doors:
                    for public in self._to_public(door, flow, seen):
                        yield onward + public


@dataclass(frozen=True, slots=True)
class _Crossing:
    """A way through a gateway: from which subnet to which, and what is sent."""

    here: Subnet
    there: Subnet
    gateway: str
    source: Prefix
    flow: Flow
    passed: frozenset[str] = frozenset()
    """Subnets of attachments by which it came into a VPC and left it again."""


def _comparable(one: str | Unknown, other: str | Unknown) -> bool:
    """Whether two zones are known, and both by their names or both by their ids: no account's names say which ids."""
    return isinstance(one, str) and isinstance(other, str) and bool(ZONE_ID.search(one)) is bool(ZONE_ID.search(other))


def _may_attach(attachment: Attachment, vpc: str, gateway: str) -> bool:
    """Whether an attachment of which not everything is known could be a VPC's to a gateway."""
    known = ((attachment.vpc, vpc), (attachment.gateway, gateway))
    return all(isinstance(found, Unknown) or found == wanted for found, wanted in known)


def _answer(flow: Flow) -> Flow:
    return Flow(flow.protocol, *EPHEMERAL)


def _leads_out(route: Route) -> bool:
    """Whether a route may take public addresses."""
    return isinstance(route.destination, Unknown) or (
        isinstance(route.destination, IPv4Network) and _is_public(route.destination)
    )


def _is_public(cidr: Prefix) -> bool:
    """Whether a range has public addresses; one that is private as a whole has none."""
    return not any(map(cidr.subnet_of, PRIVATE))


def _blackhole(entry: Entry, piece: Prefix) -> Hop:
    says = f"a blackhole route drops {piece}"
    return Hop(entry.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED, "remove the route")


def _through(attachment: Attachment) -> Hop:
    return Hop(attachment.address, f"it passes through {attachment.vpc}, and leaves it again", sources.ROUTE_TABLES)


def _no_table(subnet: Subnet) -> Hop:
    if isinstance(subnet.table, Unknown) and subnet.table.at:
        return undetermined(subnet.address, "where its packets go is not known", open_by=subnet.table)
    return undetermined(subnet.address, "its route table is not in the input")


def _route_hop(table: str, piece: Prefix, route: Route | str | None) -> Hop:
    if route is None:
        fix = f"add a route to {piece} (aws_route)"
        return Hop(table, f"no route leads to {piece}", sources.ROUTE_TABLES, Verdict.DROPPED, fix)
    if isinstance(route, str):
        return Hop(table, f"{piece} is local", sources.ROUTE_TABLES)
    if route.kind == "blackhole":
        says = f"the route {route.destination} is a blackhole: {route.target} no longer exists, or cannot be used"
        fix = "remove the route, or change its target"
        return Hop(route.address, says, sources.ROUTE_TABLES, Verdict.DROPPED, fix)
    if isinstance(route.target, Unknown):
        says = f"where the route to {route.destination} leads is not known"
        return undetermined(route.address, says, open_by=route.target)
    return Hop(route.address, f"{piece}: {route.destination} leads to {route.target}", sources.ROUTE_TABLES)
