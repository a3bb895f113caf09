"""A third answer on isolation: whether a packet exists that gets from one spoke to another, by the solver z3.

A packet is a symbol: addresses, protocol and port. Route tables, tables of gateways and network ACLs are what has to hold
of it, written down from AWS's documentation and with nothing of the walk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network

import pytest
import z3  # type: ignore[import-untyped]

from assurance.path import Verdict
from assurance.trace import Trace
from network.model import Acl, AclEntry, Attachment, GatewayTable, Link, Network, Subnet
from tests.families import SOLVED, drawing
from tests.lab.networks import SERVICES, random_network

pytestmark = [pytest.mark.family]

ALWAYS = 40
"""Networks that are tried in every run; the others are drawn."""
PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
PASSES, NEVER = z3.BoolVal(True), z3.BoolVal(False)  # noqa: FBT003  z3 takes it so


@dataclass(frozen=True)
class Packet:
    """What nothing is known of yet."""

    source: z3.BitVecRef
    target: z3.BitVecRef
    protocol: z3.BitVecRef
    port: z3.BitVecRef

    @staticmethod
    def any() -> Packet:
        return Packet(z3.BitVec("source", 32), z3.BitVec("target", 32), z3.BitVec("protocol", 8), z3.BitVec("port", 16))


def within(address: z3.BitVecRef, cidr: IPv4Network) -> z3.BoolRef:
    """Whether an address is in a range: the bits that the mask keeps are those of the range."""
    found: z3.BoolRef = address & int(cidr.netmask) == int(cidr.network_address)
    return found


class Question:
    """One network, and whether some packet gets from one of its VPCs to another."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.packet = Packet.any()

    def crosses(self, source: str, target: str) -> bool:
        """Whether a packet exists that gets from a subnet of one VPC to a subnet of the other."""
        subnets = self.network.subnets_of
        return any(self._exists(one, other) for one in subnets[source] for other in subnets[target])

    def _exists(self, start: Subnet, end: Subnet) -> bool:
        solver = z3.Solver()
        solver.add(within(self.packet.source, _cidr(start)), within(self.packet.target, _cidr(end)))
        solver.add(self._allowed(start, "egress"), self._onward(start, end, ()))
        return bool(solver.check() == z3.sat)

    # Hops ---------------------------------------------------------------------------------------------------------

    def _onward(self, here: Subnet, end: Subnet, passed: tuple[str, ...]) -> z3.BoolRef:
        """From a subnet by its route table: within the VPC, or through a gateway."""
        table = self.network.tables[str(here.table)]
        vpc = self.network.vpcs[str(table.vpc)]
        entries = [(cidr, self._arrives(here, end) if passed else NEVER) for cidr in _towards(vpc.cidrs, end)]
        for route in table.routes:
            by_gateway = route.kind == "transit_gateway" and isinstance(route.target, str)
            entries += (
                (cidr, self._through(here, str(route.target), end, passed) if by_gateway else NEVER)
                for cidr in _towards([route.destination], end)
            )
        return self._longest(entries)

    def _arrives(self, door: Subnet, end: Subnet) -> z3.BoolRef:
        """From an attachment's subnet to the last one. The ACL of a subnet that is both is not asked."""
        if door.vpc != end.vpc:
            return NEVER
        if door.address == end.address:
            return PASSES
        return z3.And(self._allowed(door, "egress"), self._allowed(end, "ingress"))

    def _through(self, here: Subnet, gateway: str, end: Subnet, passed: tuple[str, ...]) -> z3.BoolRef:
        """Through a transit gateway and into a VPC by any of its attachment's subnets."""
        attachment = self._attachment(here, gateway)
        if attachment is None or here.address in passed[:-1]:
            return NEVER
        doors = [door for door in self._doors(attachment) if door.zone == here.zone]
        if not doors:
            return NEVER
        entry = PASSES if passed else z3.And([self._allowed(door, "ingress") for door in doors])
        tables = list(self._associated(attachment))
        if len(tables) != 1:
            return NEVER
        return z3.And(entry, self._longest(list(self._entries(tables[0], end, passed))))

    def _entries(
        self, table: GatewayTable, end: Subnet, passed: tuple[str, ...]
    ) -> Iterator[tuple[IPv4Network, z3.BoolRef]]:
        """Static routes first: of two to one range the static one counts."""
        for route in table.routes:
            onward = self.network.attachments.get(str(route.attachment))
            for cidr in _towards([route.destination], end):
                yield cidr, self._into(onward, end, passed)
        for link in table.propagations:
            attachment = self.network.attachments.get(str(link.target))
            if attachment is not None and self._wires(link, table) and self._available(attachment):
                for cidr in _towards(self.network.vpcs[str(attachment.vpc)].cidrs, end):
                    yield cidr, self._into(attachment, end, passed)

    def _into(self, attachment: Attachment | None, end: Subnet, passed: tuple[str, ...]) -> z3.BoolRef:
        if attachment is None or not self._available(attachment):
            return NEVER
        doors = [door for door in self._doors(attachment) if door.address not in passed]
        return z3.Or([self._onward(door, end, (*passed, door.address)) for door in doors])

    def _longest(self, entries: list[tuple[IPv4Network, z3.BoolRef]]) -> z3.BoolRef:
        """What the longest prefix decides that the target is in; nothing passes where there is none."""
        found: z3.BoolRef = NEVER
        # The last to be wrapped is asked first: the longest, and of equals the first.
        for cidr, then in sorted(entries, key=lambda entry: entry[0].prefixlen, reverse=True)[::-1]:
            found = z3.If(within(self.packet.target, cidr), then, found)
        return found

    # Filters ------------------------------------------------------------------------------------------------------

    def _allowed(self, subnet: Subnet, side: str) -> z3.BoolRef:
        """What a subnet's ACL says: the lowest number that matches decides, and what none matches is denied."""
        if subnet.acl is None:
            return PASSES
        acl: Acl = self.network.acls[str(subnet.acl)]
        entries = acl.ingress if side == "ingress" else acl.egress
        peer = self.packet.source if side == "ingress" else self.packet.target
        found: z3.BoolRef = NEVER
        for entry in sorted(entries, key=lambda each: each.number, reverse=True):
            found = z3.If(self._matches(entry, peer), z3.BoolVal(bool(entry.allow)), found)
        return found

    def _matches(self, entry: AclEntry, peer: z3.BitVecRef) -> z3.BoolRef:
        assert isinstance(entry.cidr, IPv4Network)
        if entry.protocol == "-1":
            return within(peer, entry.cidr)
        protocol = PROTOCOLS[str(entry.protocol)]
        return z3.And(
            within(peer, entry.cidr),
            self.packet.protocol == protocol,
            z3.UGE(self.packet.port, entry.first_port),
            z3.ULE(self.packet.port, entry.last_port),
        )

    # Who may what -------------------------------------------------------------------------------------------------

    def _attachment(self, here: Subnet, gateway: str) -> Attachment | None:
        found = (each for each in self.network.attachments.values() if (each.vpc, each.gateway) == (here.vpc, gateway))
        return next((each for each in found if self._available(each)), None)

    def _doors(self, attachment: Attachment) -> list[Subnet]:
        return [self.network.subnets[str(at)] for at in attachment.subnets if str(at) in self.network.subnets]

    def _available(self, attachment: Attachment) -> bool:
        """Made by the VPC's account, which the gateway is shared with, and accepted by the gateway's."""
        gateway = self.network.gateways[str(attachment.gateway)]
        own, owner = attachment.owner.account, gateway.owner.account
        if own != self.network.vpcs[str(attachment.vpc)].owner.account:
            return False
        if own == owner:
            return True
        by = attachment.accepter_owner.account if attachment.accepter_owner is not None else None
        return gateway.address in self._shared(str(own)) and (gateway.auto_accept is True or by == owner)

    def _shared(self, account: str) -> set[str]:
        """What is shared with an account. Every account here is in the one organization."""
        found: set[str] = set()
        for share in self.network.shares:
            names = [str(link.target) for link in share.principals]
            if account in names or any(":organization/" in name for name in names):
                found |= {str(link.target) for link in share.resources}
        return found

    def _wires(self, link: Link, table: GatewayTable) -> bool:
        """Only the gateway's own account changes its tables."""
        gateway = self.network.gateways[str(table.gateway)]
        return link.owner is None or link.owner.account == gateway.owner.account

    def _associated(self, attachment: Attachment) -> Iterator[GatewayTable]:
        for table in self.network.gateway_tables.values():
            for link in table.associations:
                if link.target == attachment.address and self._wires(link, table):
                    yield table

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        names = sorted(self.network.spokes)
        return [(one, other) for one in names for other in names if one != other]


def _cidr(subnet: Subnet) -> IPv4Network:
    assert isinstance(subnet.cidr, IPv4Network)
    return subnet.cidr


def _towards(cidrs: Iterable[object], end: Subnet) -> Iterator[IPv4Network]:
    """The ranges that an address of a subnet may be in: no other entry is ever chosen."""
    for cidr in cidrs:
        assert isinstance(cidr, IPv4Network), f"the random networks have IPv4 ranges, and this is {cidr}"
        if cidr.overlaps(_cidr(end)):
            yield cidr


def _seeds() -> Iterable[int]:
    return [*range(ALWAYS), *(drawing("networks to solve").randrange(10_000, 10**9) for _ in range(SOLVED.size))]


def test_isolation_is_what_the_solver_says() -> None:
    wrong, asked, open_ = [], 0, 0
    for seed in _seeds():
        draft = random_network(seed)
        network = draft.network()
        trace, question = Trace(network, SERVICES), Question(network)
        for source, target in question.pairs:
            verdict = trace.between(source, target).verdict
            crosses = question.crosses(network.spokes[source].address, network.spokes[target].address)
            asked, open_ = asked + 1, open_ + crosses
            if verdict is not Verdict.UNKNOWN and crosses != (verdict is Verdict.PASSES):
                said = "finds a packet" if crosses else "finds no packet"
                wrong.append(
                    f"network {seed} ({', '.join(draft.faults)}): {source} → {target} {verdict.value}; z3 {said}"
                )
    assert 0 < open_ < asked, f"of {asked} pairs, {open_} are reachable: one side is not tried"
    assert not wrong, "\n".join(wrong)
