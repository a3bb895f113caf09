"""The packet walk: what every packet between two interfaces meets, hop by hop, in both directions.

A walk is symbolic. Its ends are ranges, because AWS picks an endpoint's addresses, and a workload may have any address
of its subnet; where a table or a group treats parts of a range differently, the walk forks. "Reaches" needs every fork
to pass, "blocked" needs every fork to be dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import IPv4Network

from assurance import sources
from assurance.path import Hop, Path, Verdict
from assurance.prefixes import Table, remainder
from assurance.sharing import admission
from network.model import (
    Acl,
    AclEntry,
    Attachment,
    GatewayTable,
    Link,
    Network,
    Prefix,
    Route,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Unknown,
    Vpc,
)

__all__ = ["Flow", "Interface", "Packets"]

EVERYWHERE = IPv4Network("0.0.0.0/0")
ANY = "-1"
"""A flow of any protocol: something of it passes where anything does, which is what isolation has to rule out."""
EPHEMERAL = (1024, 65535)
"""Ports that answers go to: the widest range that clients of the services use."""
Step = tuple[Path, Prefix]
"""A walk so far, and the part of the destination that it is about."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What is sent: a protocol and a port, or a range of them."""

    protocol: str
    first_port: int
    last_port: int

    def __str__(self) -> str:
        """As people write it."""
        if self.protocol == ANY:
            return "anything"
        ports = f"{self.first_port}" if self.first_port == self.last_port else f"{self.first_port}-{self.last_port}"
        return f"{self.protocol} {ports}"


@dataclass(frozen=True, slots=True)
class Interface:
    """One end of a walk: a network interface, or any that could be in a subnet."""

    address: str
    subnet: str
    addresses: Prefix
    """Where it may be: its address, or the range that AWS takes it from."""
    groups: tuple[str | Unknown, ...] | None
    """Security groups; None for a workload whose groups allow everything, which is what a proof has to assume."""


class Packets:
    """Walks packets through one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._gateway_entries = cache(self._read_gateway_table)
        self._routes = cache(self._read_route_table)
        self._associated = self._associations()
        tables = network.gateway_tables.values()
        links = (link for table in tables for link in table.associations if isinstance(link.target, Unknown))
        self._unclear = next((link.address for link in links), "")

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
        start = Path((self._security(source, "egress", target, flow),))
        if start.verdict is Verdict.DROPPED:
            return (start,)
        end = self._security(target, "ingress", source, flow)
        found = []
        for path, _ in self._carry(source, target.addresses, target.subnet, flow):
            whole = start + path
            found.append(whole if whole.verdict is Verdict.DROPPED else whole.then(end))
        return tuple(found)

    def outside(self, source: Interface, service: str | None, flow: Flow) -> tuple[Path, ...]:
        """Every fork of the packets to a public address, which may be one behind a gateway endpoint's prefix list."""
        subnet = self.network.subnets[source.subnet]
        start = Path((self._egress(source, EVERYWHERE, flow),))
        if start.verdict is Verdict.DROPPED:
            return (start,)
        start = self._acl_hops(start, subnet, "egress", EVERYWHERE, flow=flow)
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
        tables = [self._routes(table) for table in used]
        if any(table is None or unknown is not None for table, unknown in tables):
            return None
        routes = [r for table, _ in tables if table for cidr in ranges for _, r in table.match(cidr) if r is not None]
        if not routes:
            return _route_hop(", ".join(used), ranges[0], None)
        gateways = {route.target if isinstance(route, Route) else None for route in routes}
        if any(gateway not in self.network.gateways for gateway in gateways):
            return None
        return self._severed_by_gateway(source, gateways, ranges)

    def _severed_by_gateway(self, source: Vpc, gateways: Iterable[object], ranges: list[Prefix]) -> Hop | None:
        hop = None
        for attachment in self.network.attachments_of.get(source.address, ()):
            if attachment.gateway not in gateways or self._unclear:
                continue
            for _, table in self._associated.get(attachment.address, ()):
                entries, _, unknown = self._gateway_entries(table.address)
                for piece, entry in (each for cidr in ranges for each in entries.match(cidr)):
                    if unknown or (entry is not None and (entry.contested or entry.attachment is not None)):
                        return None
                    hop, _ = self._gateway_hop(table, piece, entry)
        return hop

    # One direction ------------------------------------------------------------------------------------------------

    def _carry(self, source: Interface, target: Prefix, target_subnet: str, flow: Flow) -> Iterator[Step]:
        """From a subnet to a subnet, security groups aside."""
        here, there = self.network.subnets[source.subnet], self.network.subnets[target_subnet]
        if here.address == there.address:
            yield Path((Hop(here.address, "both ends are in this subnet", sources.ROUTE_TABLES),)), target
            return
        start = self._acl_hops(Path(), here, "egress", target, flow=flow)
        if start.verdict is Verdict.DROPPED:
            yield start, target
            return
        for path, piece, route in self._route(start, here, target):
            if path.verdict is Verdict.DROPPED:
                yield path, piece
            elif here.vpc == there.vpc and route is None:
                yield self._acl_hops(path, there, "ingress", source.addresses, flow=flow), piece
            elif route is not None and route.kind == "internet_gateway":
                says = f"an internet gateway takes public addresses only, and {piece} is in {there.vpc}"
                yield path.then(Hop(route.address, says, sources.ROUTE_TABLES, Verdict.DROPPED)), piece
            elif route is None or route.kind != "transit_gateway" or not isinstance(route.target, str):
                kind = (route.kind if route else "local route").replace("_", " ")
                says = f"a {kind} is on the way, whose other side is not modelled"
                yield path.then(_unknown(route.address if route else here.address, says)), piece
            else:
                crossing = _Crossing(here, there, route.target, source.addresses, flow)
                yield from self._cross(path, piece, crossing)

    def _route(self, path: Path, subnet: Subnet, target: Prefix) -> Iterator[tuple[Path, Prefix, Route | None]]:
        """What a subnet's route table does with a range: the VPC's own ranges are local, and have no route."""
        table, unknown = self._routes(str(subnet.table))
        if table is None:
            yield path.then(_unknown(subnet.address, "its route table is not among what was read")), target, None
            return
        for piece, route in table.match(target):
            if unknown is not None and not isinstance(route, str):
                hop = _unknown(unknown.address, "a route whose destination is not known may take the packet")
            else:
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
            return path.then(_unknown(gateway, "the transit gateway is not among what was read")), None
        found = [a for a in self.network.attachments_of.get(str(subnet.vpc), ()) if a.gateway == gateway]
        if not found:
            fix = "attach the VPC (aws_ec2_transit_gateway_vpc_attachment)"
            says = f"the VPC has no attachment to {gateway}"
            return path.then(Hop(str(subnet.vpc), says, sources.ATTACHMENTS, Verdict.DROPPED, fix)), None
        attachment = found[0]
        for hop in (self._accepted(attachment), self._zone(attachment, subnet)):
            path = path.then(hop)
            if hop.verdict is Verdict.DROPPED:
                return path, None
        for door in self._doors(attachment):
            # A subnet that is also the attachment's asks its ACL both ways; a packet that passes through does not.
            if door.zone == subnet.zone and not crossing.passed:
                path = self._acl_hops(path, door, "ingress", crossing.source, flow=crossing.flow, gateway=True)
        return (path, None) if path.verdict is Verdict.DROPPED else (path, attachment)

    def _doors(self, attachment: Attachment) -> list[Subnet]:
        """The subnets of an attachment, as far as they were read."""
        return [self.network.subnets[str(at)] for at in attachment.subnets if str(at) in self.network.subnets]

    def _accepted(self, attachment: Attachment) -> Hop:
        gateway = self.network.gateways[str(attachment.gateway)]
        shared = admission(self.network, gateway.address, gateway.owner, attachment.owner)
        refused = self._attached_by_another(attachment) or shared
        if refused.verdict is not Verdict.PASSES:
            return refused
        if attachment.owner.account == gateway.owner.account:
            return Hop(
                attachment.address, "an attachment in the gateway's own account needs no accepting", sources.ACCEPT
            )
        if gateway.auto_accept is True:
            return Hop(attachment.address, "the gateway accepts every attachment", sources.ACCEPT)
        if attachment.accepter is None:
            fix = "accept it in the gateway's account (aws_ec2_transit_gateway_vpc_attachment_accepter)"
            return Hop(attachment.address, "nobody accepts the attachment", sources.ACCEPT, Verdict.DROPPED, fix)
        accepting = attachment.accepter_owner.account if attachment.accepter_owner else None
        if accepting != gateway.owner.account:
            says = f"account {accepting} accepts the attachment, and the gateway is account {gateway.owner.account}'s"
            fix = "accept it with a provider of the gateway's account"
            return Hop(attachment.accepter, says, sources.ACCEPT, Verdict.DROPPED, fix)
        return Hop(attachment.accepter, "the gateway's account accepts the attachment", sources.ACCEPT)

    def _attached_by_another(self, attachment: Attachment) -> Hop | None:
        """Only the account of a VPC can attach it."""
        vpc = self.network.vpcs.get(str(attachment.vpc))
        by, owner = attachment.owner.account, vpc.owner.account if vpc is not None else None
        if isinstance(by, str) and isinstance(owner, str) and by != owner:
            says = f"account {by} attaches a VPC of account {owner}"
            fix = "use a provider of the VPC's account"
            return Hop(attachment.address, says, sources.ATTACHMENTS, Verdict.DROPPED, fix)
        return None

    def _zone(self, attachment: Attachment, subnet: Subnet) -> Hop:
        zones = {door.zone for door in self._doors(attachment)}
        if isinstance(subnet.zone, str) and subnet.zone in zones:
            return Hop(attachment.address, f"it has a subnet in {subnet.zone}", sources.ATTACHMENTS)
        if isinstance(subnet.zone, Unknown) or any(isinstance(at, Unknown) for at in (*zones, *attachment.subnets)):
            return _unknown(attachment.address, "its zones are not known", sources.ATTACHMENTS)
        says = f"it has no subnet in {subnet.zone}, so nothing in that zone reaches the gateway"
        fix = f"add a subnet in {subnet.zone} to the attachment's subnet_ids"
        return Hop(attachment.address, says, sources.ATTACHMENTS, Verdict.DROPPED, fix)

    def _gateway_route(
        self, path: Path, attachment: Attachment, target: Prefix
    ) -> Iterator[tuple[Path, Prefix, Attachment | None]]:
        """What the gateway does with a range that comes in by an attachment."""
        tables = self._associated.get(attachment.address, ())
        if not tables and self._unclear:
            yield path.then(_unknown(self._unclear, "which attachment it associates is not known")), target, None
            return
        if len(tables) != 1:
            says = (
                "no gateway table is associated with the attachment" if not tables else "several tables are associated"
            )
            fix = "associate one table (aws_ec2_transit_gateway_route_table_association)"
            hop = Hop(attachment.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED, fix)
            yield path.then(hop), target, None
            return
        link, table = tables[0]
        path = path.then(self._wired(link, table, f"the attachment uses {table.address}"))
        if path.verdict is Verdict.DROPPED:
            yield path, target, None
            return
        entries, _, unknown = self._gateway_entries(table.address)
        if unknown:
            yield path.then(_unknown(unknown, "it puts a range that is not known into the table")), target, None
            return
        for piece, entry in entries.match(target):
            hop, onward = self._gateway_hop(table, piece, entry)
            yield path.then(hop), piece, onward

    def _wired(self, link: Link, table: GatewayTable, says: str) -> Hop:
        """An association or propagation: only the gateway's own account may make one."""
        gateway = self.network.gateways.get(str(table.gateway))
        by, owner = link.owner.account if link.owner else None, gateway.owner.account if gateway else None
        if isinstance(by, str) and isinstance(owner, str) and by != owner:
            refused = f"account {by} may not change the tables of account {owner}'s gateway"
            fix = "use a provider of the gateway's account"
            return Hop(link.address, refused, sources.ACCEPT, Verdict.DROPPED, fix)
        return Hop(link.address, says, sources.GATEWAY_ROUTING)

    def _nowhere(self, table: GatewayTable, piece: Prefix) -> Hop:
        """Why a gateway's table has no route: somebody's propagation was refused, or there is none."""
        _, refused, _ = self._gateway_entries(table.address)
        says = f"{table.address} has no route to {piece}"
        fix = "propagate the range into it (aws_ec2_transit_gateway_route_table_propagation)"
        missing = Hop(table.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED, fix)
        return next((hop for _, hop in refused.match(piece) if hop is not None), missing)

    def _gateway_hop(self, table: GatewayTable, piece: Prefix, entry: _Entry | None) -> tuple[Hop, Attachment | None]:
        if entry is None:
            return self._nowhere(table, piece), None
        if entry.contested:
            says = f"several attachments propagate {piece}, and AWS keeps the routes of one of them"
            return _unknown(entry.address, says, sources.GATEWAY_ROUTING), None
        if entry.attachment is None:
            says = f"a blackhole route drops {piece}"
            fix = "remove the route"
            return Hop(entry.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED, fix), None
        onward = self.network.attachments.get(entry.attachment)
        if onward is None:
            return _unknown(entry.address, f"the route to {piece} leads to an attachment that was not read"), None
        accepted = self._accepted(onward)
        if accepted.verdict is not Verdict.PASSES:
            return accepted, None
        return Hop(entry.address, f"{piece}: {entry.how} leads to {onward.address}", sources.GATEWAY_ROUTING), onward

    def _leave_gateway(self, path: Path, target: Prefix, attachment: Attachment, crossing: _Crossing) -> Iterator[Step]:
        """From an attachment into its VPC: any of its subnets may carry the packet, so all of them have to."""
        doors = self._doors(attachment)
        if not doors or len(doors) < len(attachment.subnets):
            yield path.then(_unknown(attachment.address, "its subnets are not known")), target
        for door in {(door.table, door.acl): door for door in reversed(doors)}.values():
            for arrived, piece, route in self._route(path, door, target):
                if arrived.verdict is Verdict.PASSES and route is not None:
                    yield from self._leave_again(arrived.then(_through(attachment)), piece, route, door, crossing)
                elif attachment.vpc != crossing.there.vpc and arrived.verdict is not Verdict.DROPPED:
                    says = f"it ends in {attachment.vpc}, and the other side is in {crossing.there.vpc}"
                    yield arrived.then(Hop(attachment.address, says, sources.GATEWAY_ROUTING, Verdict.DROPPED)), piece
                else:
                    yield self._arrive(arrived, piece, door, crossing), piece

    def _arrive(self, path: Path, target: Prefix, door: Subnet, crossing: _Crossing) -> Path:
        """From the attachment's subnet to the target's; the ACL of a subnet that is both is not asked."""
        if door.address == crossing.there.address:
            return path
        path = self._acl_hops(path, door, "egress", target, flow=crossing.flow, gateway=True)
        return self._acl_hops(path, crossing.there, "ingress", crossing.source, flow=crossing.flow, gateway=True)

    def _leave_again(
        self, path: Path, target: Prefix, route: Route, door: Subnet, crossing: _Crossing
    ) -> Iterator[Step]:
        """A VPC on the way: the route table of the attachment's subnet may send a packet on, also back to a gateway."""
        if route.kind == "internet_gateway":
            says = f"{door.table} sends {target} to an internet gateway, which takes public addresses only"
            yield path.then(Hop(door.address, says, sources.ROUTE_TABLES, Verdict.DROPPED)), target
        elif route.kind != "transit_gateway" or not isinstance(route.target, str):
            says = f"a {route.kind.replace('_', ' ')} is on the way, whose other side is not modelled"
            yield path.then(_unknown(route.address, says)), target
        elif door.address in crossing.passed:
            says = f"{target} comes back to {door.address}, and loops until it is dropped"
            yield path.then(Hop(door.address, says, sources.ROUTE_TABLES, Verdict.DROPPED)), target
        else:
            passed = crossing.passed | {door.address}
            yield from self._cross(path, target, replace(crossing, here=door, gateway=route.target, passed=passed))

    # To public addresses ------------------------------------------------------------------------------------------

    def _gateway_endpoint(self, subnet: Subnet, service: str | None) -> Hop | None:
        for endpoint in self.network.gateway_endpoints.values():
            if endpoint.service == service and any(link.target == subnet.table for link in endpoint.tables):
                says = f"the service's prefix list leads to the gateway endpoint in {subnet.table}"
                return Hop(endpoint.address, says, sources.GATEWAY_ENDPOINT)
        return None

    def _to_public(self, subnet: Subnet, flow: Flow, seen: frozenset[str] = frozenset()) -> Iterator[Path]:
        table = self.network.tables.get(str(subnet.table))
        routes = [route for route in table.routes if route.destination == EVERYWHERE] if table else []
        if not routes:
            says = "no route leads to public addresses"
            yield Path((Hop(str(subnet.table), says, sources.ROUTE_TABLES, Verdict.DROPPED),))
            return
        route = routes[0]
        hop = Hop(route.address, f"the default route leads to a {route.kind.replace('_', ' ')}", sources.ROUTE_TABLES)
        if route.kind in {"internet_gateway", "nat_gateway"}:
            yield Path((hop,))
        elif route.kind == "transit_gateway" and isinstance(route.target, str) and subnet.address not in seen:
            yield from self._public_by_gateway(Path((hop,)), subnet, route.target, flow, seen | {subnet.address})
        else:
            yield Path((_unknown(route.address, f"what is behind the {route.kind} is not modelled"),))

    def _public_by_gateway(
        self, path: Path, subnet: Subnet, gateway: str, flow: Flow, seen: frozenset[str]
    ) -> Iterator[Path]:
        cidr = subnet.cidr if isinstance(subnet.cidr, IPv4Network) else EVERYWHERE
        path, attachment = self._enter_gateway(path, _Crossing(subnet, subnet, gateway, cidr, flow))
        if attachment is None:
            yield path
            return
        # The narrower routes are to private ranges; what is left of "everywhere" is the public part.
        onward, _, leaving = next(self._gateway_route(path, attachment, EVERYWHERE))
        if leaving is None:
            yield onward
            return
        for door in self._doors(leaving):
            for public in self._to_public(door, flow, seen):
                yield onward + public

    # Tables -------------------------------------------------------------------------------------------------------

    def _read_route_table(self, address: str) -> tuple[Table[Route | str] | None, Route | None]:
        """A route table's entries, and a route whose destination is not known, which may be more specific than any."""
        table = self.network.tables.get(address)
        vpc = self.network.vpcs.get(str(table.vpc)) if table is not None else None
        if table is None or vpc is None:
            return None, None
        local = [(cidr, vpc.address) for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)]
        written = [(route.destination, route) for route in table.routes if isinstance(route.destination, IPv4Network)]
        unknown = next((route for route in table.routes if not isinstance(route.destination, IPv4Network)), None)
        return Table([*local, *written]), unknown

    def _read_gateway_table(self, address: str) -> tuple[Table[_Entry], Table[Hop], str]:
        """A gateway table's entries, static ones first; what AWS refuses to propagate into it; what is not known.

        A range that is refused hides no wider route.
        """
        table = self.network.gateway_tables[address]
        entries: list[tuple[Prefix, _Entry]] = []
        unknown = ""
        for route in table.routes:
            if isinstance(route.destination, Unknown) or isinstance(route.attachment, Unknown):
                unknown = unknown or route.address
            else:
                entries.append(
                    (
                        route.destination,
                        _Entry(route.address, f"the static route {route.destination}", route.attachment),
                    )
                )
        learnt = []
        refused: list[tuple[Prefix, Hop]] = []
        for link in table.propagations:
            attachment = self.network.attachments.get(str(link.target))
            vpc = self.network.vpcs.get(str(attachment.vpc)) if attachment is not None else None
            if vpc is None or any(isinstance(cidr, Unknown) for cidr in vpc.cidrs):
                unknown = unknown or link.address
            else:
                cidrs = [cidr for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)]
                hop = self._not_propagated(link, table, attachment)
                learnt += [(cidr, link) for cidr in cidrs if hop is None]
                refused += [(cidr, hop) for cidr in cidrs if hop is not None]
        return Table([*entries, *_propagated(learnt)]), Table(refused), unknown

    def _not_propagated(self, link: Link, table: GatewayTable, attachment: Attachment | None) -> Hop | None:
        """Why an attachment's ranges do not get into a table, where that is certain."""
        hops = [self._wired(link, table, "")]
        if attachment is not None and attachment.gateway in self.network.gateways:
            hops.append(self._accepted(attachment))
        return next((hop for hop in hops if hop.verdict is Verdict.DROPPED), None)

    def _associations(self) -> dict[str, tuple[tuple[Link, GatewayTable], ...]]:
        found: dict[str, tuple[tuple[Link, GatewayTable], ...]] = {}
        for table in self.network.gateway_tables.values():
            for link in table.associations:
                found[str(link.target)] = (*found.get(str(link.target), ()), (link, table))
        return found

    # Security groups and ACLs -------------------------------------------------------------------------------------

    def groups_of(self, interface: Interface) -> tuple[SecurityGroup | None, ...]:
        """The groups of an interface; without any it has its VPC's default group. None where a group was not read."""
        if interface.groups:
            return tuple(self.network.groups.get(str(group)) for group in interface.groups)
        vpc = self.network.vpcs.get(str(self.network.subnets[interface.subnet].vpc))
        default = vpc.default_group if vpc is not None else None
        return (self.network.groups.get(default) if default is not None else _default_group(vpc),)

    def _security(self, own: Interface, side: str, peer: Interface, flow: Flow) -> Hop:
        if own.groups is None:
            return _assumed(own, side)
        subnets = self.network.subnets
        near = subnets[own.subnet].vpc == subnets[peer.subnet].vpc
        names = tuple(str(group) for group in peer.groups or ()) if near else ()
        return self._decide(own, side, (peer.addresses, names), flow)

    def allows_out(self, source: Interface, target: Interface, flow: Flow) -> bool:
        """Whether an interface's own groups let a flow out."""
        return self._security(source, "egress", target, flow).verdict is Verdict.PASSES

    def _egress(self, own: Interface, target: Prefix, flow: Flow) -> Hop:
        return _assumed(own, "egress") if own.groups is None else self._decide(own, "egress", (target, ()), flow)

    def _decide(self, own: Interface, side: str, peer: tuple[Prefix, tuple[str, ...]], flow: Flow) -> Hop:
        """Whether the groups of an interface together allow a flow, from or to the whole of a range."""
        addresses, names = peer
        groups = self.groups_of(own)
        towards = "from" if side == "ingress" else "to"
        label = ", ".join(group.address for group in groups if group is not None) or own.address
        rules = [
            rule
            for group in groups
            if group is not None
            for rule in (group.ingress if side == "ingress" else group.egress)
        ]
        verdicts = [(rule, _lets(rule, flow)) for rule in rules]
        sure = [rule for rule, lets in verdicts if lets]
        if any(rule.peer in names for rule in sure):
            return Hop(label, f"{flow} {towards} the other side's security group is allowed", sources.GROUPS)
        left = remainder(addresses, [rule.peer for rule in sure if isinstance(rule.peer, IPv4Network)])
        if not left:
            at = next((rule.address for rule in sure if _covers(rule.peer, addresses)), label)
            return Hop(at, f"{flow} {towards} {addresses} is allowed", sources.GROUPS)
        if None in groups or any(
            lets is None or isinstance(rule.peer, Unknown) for rule, lets in verdicts if lets is not False
        ):
            return _unknown(
                label, f"whether {flow} {towards} {addresses} is allowed could not be determined", sources.GROUPS
            )
        says = f"no {side} rule allows {flow} {towards} {', '.join(map(str, left))}"
        fix = f"add an {side} rule for {flow} {towards} {addresses}"
        return Hop(label, says, sources.GROUPS, Verdict.DROPPED, fix)

    def _acl_hops(
        self, path: Path, subnet: Subnet, side: str, peer: Prefix, *, flow: Flow, gateway: bool = False
    ) -> Path:
        """The walk with what a subnet's ACL says; a default ACL allows everything and is not mentioned."""
        if subnet.acl is None or path.verdict is Verdict.DROPPED:
            return path
        acl = self.network.acls.get(str(subnet.acl))
        source = sources.GATEWAY_ACLS if gateway else sources.ACLS
        if acl is None:
            return path.then(_unknown(subnet.address, "its network ACL is not among what was read", source))
        return path.then(_acl_hop(acl, side, peer, flow, source))


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


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a gateway table: where it comes from, and where it leads; nowhere is a blackhole."""

    address: str
    how: str
    attachment: str | None
    contested: bool = False


def _propagated(learnt: Iterable[tuple[Prefix, Link]]) -> Iterator[tuple[Prefix, _Entry]]:
    """Propagated routes; of attachments whose ranges overlap AWS keeps one, and does not say which."""
    ordered = sorted(learnt, key=lambda each: (int(each[0].network_address), each[0].prefixlen))
    contested: set[Prefix] = set()
    widest: tuple[Prefix, Link] | None = None
    for prefix, link in ordered:
        if widest is not None and prefix.subnet_of(widest[0]):
            if link.target != widest[1].target:
                contested |= {prefix, widest[0]}
        else:
            widest = (prefix, link)
    for prefix, link in ordered:
        how = f"the propagated route {prefix}"
        yield prefix, _Entry(link.address, how, str(link.target), prefix in contested)


def _answer(flow: Flow) -> Flow:
    return Flow(flow.protocol, *EPHEMERAL)


def _unknown(at: str, says: str, source: str = sources.ROUTE_TABLES) -> Hop:
    return Hop(at, says, source, Verdict.UNKNOWN, "trace it together with the stack that says so")


def _assumed(own: Interface, side: str) -> Hop:
    what = "send anything" if side == "egress" else "be reached by anything"
    return Hop(own.address, f"a workload in {own.addresses} is taken to {what}", sources.GROUPS)


def _through(attachment: Attachment) -> Hop:
    return Hop(attachment.address, f"it passes through {attachment.vpc}, and leaves it again", sources.ROUTE_TABLES)


def _default_group(vpc: Vpc | None) -> SecurityGroup | None:
    """The default group that AWS makes: in from itself, out to anywhere."""
    if vpc is None:
        return None
    address = f"{vpc.address}#default_security_group_id"
    return SecurityGroup(
        address,
        vpc.address,
        (SecurityRule(address, "-1", 0, 65535, address),),
        (SecurityRule(address, "-1", 0, 65535, EVERYWHERE),),
    )


def _lets(rule: SecurityRule, flow: Flow) -> bool | None:
    """Whether a rule is about a flow; None where that is not known."""
    if (
        isinstance(rule.protocol, Unknown)
        or isinstance(rule.first_port, Unknown)
        or isinstance(rule.last_port, Unknown)
    ):
        return None
    if rule.protocol == "-1":
        return True
    return rule.protocol == flow.protocol and rule.first_port <= flow.first_port and flow.last_port <= rule.last_port


def _covers(peer: Prefix | str | Unknown, addresses: Prefix) -> bool:
    return isinstance(peer, IPv4Network) and addresses.subnet_of(peer)


def _route_hop(table: str, piece: Prefix, route: Route | str | None) -> Hop:
    if route is None:
        fix = f"add a route to {piece} (aws_route)"
        return Hop(table, f"no route leads to {piece}", sources.ROUTE_TABLES, Verdict.DROPPED, fix)
    if isinstance(route, str):
        return Hop(table, f"{piece} is local", sources.ROUTE_TABLES)
    if isinstance(route.target, Unknown):
        return _unknown(route.address, f"where the route to {route.destination} leads is not known")
    return Hop(route.address, f"{piece}: {route.destination} leads to {route.target}", sources.ROUTE_TABLES)


def _acl_hop(acl: Acl, side: str, peer: Prefix, flow: Flow, source: str) -> Hop:
    """What an ACL does with a flow: the lowest entry that concerns any of it decides."""
    entries = sorted(acl.ingress if side == "ingress" else acl.egress, key=lambda entry: entry.number)
    towards = f"{flow} {'from' if side == 'ingress' else 'to'} {peer}"
    if flow.protocol == ANY:
        return _any_hop(acl, entries, towards, peer, source)
    for entry in (entry for entry in entries if _concerns(entry, peer, flow)):
        if isinstance(entry.cidr, Unknown):
            return _unknown(entry.address, f"entry {entry.number} has a range that is not known", source)
        if not entry.allow:
            says = f"entry {entry.number} denies {towards}"
            return Hop(entry.address, says, source, Verdict.DROPPED, f"allow it with a number below {entry.number}")
        if _all_of(entry, peer, flow):
            return Hop(entry.address, f"entry {entry.number} allows {towards}", source)
    return Hop(acl.address, f"no {side} entry allows {towards}", source, Verdict.DROPPED, f"allow {towards}")


def _any_hop(acl: Acl, entries: Iterable[AclEntry], towards: str, peer: Prefix, source: str) -> Hop:
    """Whether an ACL allows anything at all: it does unless it denies everything before it allows something."""
    for entry in entries:
        concerned = isinstance(entry.cidr, Unknown) or entry.cidr.overlaps(peer)
        if entry.allow and concerned:
            return Hop(entry.address, f"entry {entry.number} allows some of {towards}", source)
        if not entry.allow and entry.protocol == "-1" and _covers(entry.cidr, peer):
            return Hop(entry.address, f"entry {entry.number} denies {towards}", source, Verdict.DROPPED)
    return Hop(acl.address, f"no entry allows {towards}", source, Verdict.DROPPED)


def _concerns(entry: AclEntry, peer: Prefix, flow: Flow) -> bool:
    ports = entry.first_port <= flow.last_port and flow.first_port <= entry.last_port
    ranges = isinstance(entry.cidr, Unknown) or entry.cidr.overlaps(peer)
    return (entry.protocol == "-1" or (entry.protocol == flow.protocol and ports)) and ranges


def _all_of(entry: AclEntry, peer: Prefix, flow: Flow) -> bool:
    ports = entry.first_port <= flow.first_port and flow.last_port <= entry.last_port
    return (entry.protocol == "-1" or ports) and isinstance(entry.cidr, IPv4Network) and peer.subnet_of(entry.cidr)
