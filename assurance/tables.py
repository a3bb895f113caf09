"""What VPCs' route tables and transit gateways' tables hold, and which of it AWS refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import IPv4Network

from assurance import sources
from assurance.path import Hop, Verdict, undetermined
from assurance.prefixes import Table
from assurance.sharing import admission
from network.model import (
    Attachment,
    GatewayTable,
    Link,
    Network,
    Prefix,
    Route,
    Unknown,
)

__all__ = ["LOCAL", "Entry", "Members", "Tables"]

LOCAL = "local"
"""The kind of a stand-in for a range of the VPC that is not known."""
MIDDLE = frozenset({"network_interface", "vpc_endpoint"})
"""Kinds of route that replace the local route of the same range; any other to that range loses to it."""


class Tables:
    """Reads the tables of one network, each once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.entries = cache(self._read_gateway_table)
        self.routes = cache(self._read_route_table)
        self.associated = self._associations()
        tables = network.gateway_tables.values()
        links = (link for table in tables for link in table.associations if isinstance(link.target, Unknown))
        self.unclear = tuple(dict.fromkeys(link.address for link in links))
        self.members = cache(self._read_members)

    def accepted(self, attachment: Attachment) -> Hop:
        """Whether an attachment is in use: its gateway is shared with its account, whose owner accepts it."""
        gateway = self.network.gateways.get(str(attachment.gateway))
        if gateway is None:
            return undetermined(attachment.address, f"its gateway is not in the input: {attachment.gateway}")
        shared = admission(self.network, gateway.address, gateway.owner, attachment.owner)
        if attachment.available is not None:
            return _reported(attachment, attachment.available, shared)
        refused = self._attached_by_another(attachment) or shared
        if refused.verdict is not Verdict.PASSES:
            return refused
        if attachment.owner.account == gateway.owner.account:
            return Hop(
                attachment.address, "an attachment in the gateway's own account needs no acceptance", sources.ACCEPT
            )
        if gateway.auto_accept is True:
            return Hop(attachment.address, "the gateway accepts every attachment", sources.ACCEPT)
        return _accepting(attachment, gateway.owner.account, gateway.auto_accept)

    def wired(self, link: Link, table: GatewayTable, says: str) -> Hop:
        """An association or propagation: only the gateway's own account may make one."""
        gateway = self.network.gateways.get(str(table.gateway))
        by, owner = link.owner.account if link.owner else None, gateway.owner.account if gateway else None
        if isinstance(by, str) and isinstance(owner, str) and by != owner:
            refused = f"account {by} may not change the tables of account {owner}'s gateway"
            fix = "use a provider of the gateway's account"
            return Hop(link.address, refused, sources.ACCEPT, Verdict.DROPPED, fix)
        return Hop(link.address, says, sources.GATEWAY_ROUTING)

    def _attached_by_another(self, attachment: Attachment) -> Hop | None:
        """Only the account of a VPC can attach it."""
        vpc = self.network.vpcs.get(str(attachment.vpc))
        by, owner = attachment.owner.account, vpc.owner.account if vpc is not None else None
        if isinstance(by, str) and isinstance(owner, str) and by != owner:
            says = f"account {by} attaches a VPC of account {owner}"
            fix = "use a provider of the VPC's account"
            return Hop(attachment.address, says, sources.ATTACHMENTS, Verdict.DROPPED, fix)
        return None

    def _not_propagated(self, link: Link, table: GatewayTable, attachment: Attachment | None) -> Hop | None:
        """Why an attachment's ranges do not get into a table, where that is certain."""
        hops = [self.wired(link, table, "")]
        if attachment is not None and attachment.gateway in self.network.gateways:
            hops.append(self.accepted(attachment))
        return next((hop for hop in hops if hop.verdict is Verdict.DROPPED), None)

    def _read_route_table(self, address: str) -> tuple[Table[Route | str] | None, tuple[Route, ...]]:
        """A route table's entries, and the routes of unknown destination, which may be more specific than any."""
        table = self.network.tables.get(address)
        vpc = self.network.vpcs.get(str(table.vpc)) if table is not None else None
        if table is None or vpc is None:
            return None, ()
        known = [cidr for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)]
        replaced = {route.destination for route in table.routes if route.kind in MIDDLE}
        local = [(cidr, vpc.address) for cidr in known if cidr not in replaced]
        written = [(route.destination, route) for route in table.routes if isinstance(route.destination, IPv4Network)]
        unknown = tuple(route for route in table.routes if not isinstance(route.destination, IPv4Network))
        if len(known) < len(vpc.cidrs):
            # A range of the VPC that is not known is local too.
            unknown += (Route(vpc.address, Unknown("a range of the VPC"), LOCAL, vpc.address),)
        return Table([*local, *written]), unknown

    def _read_gateway_table(self, address: str) -> tuple[Table[Entry], Table[Hop], tuple[str, ...]]:
        """A gateway table's entries, static ones first; what AWS refuses to propagate into it; what makes it uncertain.

        A range that is refused hides no wider route.
        """
        table = self.network.gateway_tables[address]
        entries: list[tuple[Prefix, Entry]] = []
        unknown: list[str] = []
        for route in table.routes:
            if isinstance(route.destination, Unknown) or isinstance(route.attachment, Unknown):
                unknown.append(route.address)
            else:
                entries.append(
                    (
                        route.destination,
                        Entry(route.address, f"the static route {route.destination}", route.attachment),
                    )
                )
        learnt = []
        refused: list[tuple[Prefix, Hop]] = []
        for link in table.propagations:
            attachment = self.network.attachments.get(str(link.target))
            vpc = self.network.vpcs.get(str(attachment.vpc)) if attachment is not None else None
            if vpc is None or any(isinstance(cidr, Unknown) for cidr in vpc.cidrs):
                unknown.append(link.address)
            else:
                cidrs = [cidr for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)]
                hop = self._not_propagated(link, table, attachment)
                learnt += [(cidr, link) for cidr in cidrs if hop is None]
                refused += [(cidr, hop) for cidr in cidrs if hop is not None]
        return Table([*entries, *_propagated(learnt)]), Table(refused), tuple(dict.fromkeys(unknown))

    def _read_members(self, address: str) -> Members:
        table = self.network.gateway_tables[address]
        associated = frozenset(link.target for link in table.associations if isinstance(link.target, str))
        propagating = frozenset(link.target for link in table.propagations if isinstance(link.target, str))
        hubs = {hub.address for hub in self.network.hubs.values()}
        attachments = self.network.attachments
        return Members(
            associated,
            associated & propagating,
            any(at in attachments and attachments[at].vpc in hubs for at in associated),
        )

    def _associations(self) -> dict[str, tuple[tuple[Link, GatewayTable], ...]]:
        found: dict[str, tuple[tuple[Link, GatewayTable], ...]] = {}
        for table in self.network.gateway_tables.values():
            for link in table.associations:
                found[str(link.target)] = (*found.get(str(link.target), ()), (link, table))
        return found


def _reported(attachment: Attachment, available: bool | Unknown, shared: Hop) -> Hop:  # noqa: FBT001  a value
    """What AWS reports of an attachment.

    No page of AWS's says what becomes of an available attachment whose gateway is not shared any more: undetermined.
    """
    at = attachment.address
    if isinstance(available, Unknown):
        return undetermined(at, "whether it is available could not be determined", sources.ACCEPT, open_by=available)
    if not available:
        fix = "accept it in the gateway's account (aws_ec2_transit_gateway_vpc_attachment_accepter)"
        return Hop(at, "AWS reports the attachment as pending acceptance", sources.ACCEPT, Verdict.DROPPED, fix)
    if shared.verdict is Verdict.DROPPED:
        says = f"{shared.says}; AWS reports {at} as available, and it may continue to work"
        return replace(shared, says=says, verdict=Verdict.UNKNOWN)
    return Hop(at, "AWS reports the attachment as available", sources.ACCEPT)


def _accepting(attachment: Attachment, owner: str | Unknown, auto_accept: bool | Unknown) -> Hop:  # noqa: FBT001
    """Whether the account that owns the gateway accepts an attachment."""
    if attachment.accepter is None and isinstance(auto_accept, Unknown):
        says = f"whether the gateway accepts attachments by itself is not known: {auto_accept.why}"
        return undetermined(attachment.address, says, sources.ACCEPT)
    if attachment.accepter is None:
        fix = "accept it in the gateway's account (aws_ec2_transit_gateway_vpc_attachment_accepter)"
        return Hop(attachment.address, "the attachment is not accepted", sources.ACCEPT, Verdict.DROPPED, fix)
    accepting = attachment.accepter_owner.account if attachment.accepter_owner else None
    if isinstance(accepting, Unknown):
        return undetermined(attachment.accepter, "the account that accepts the attachment is unknown", sources.ACCEPT)
    if accepting != owner:
        says = f"account {accepting} accepts the attachment, but the gateway belongs to account {owner}"
        fix = "accept it with a provider of the gateway's account"
        return Hop(attachment.accepter, says, sources.ACCEPT, Verdict.DROPPED, fix)
    return Hop(attachment.accepter, "the gateway's account accepts the attachment", sources.ACCEPT)


@dataclass(frozen=True, slots=True)
class Members:
    """Who uses a gateway table."""

    associated: frozenset[str]
    """Attachments whose packets it routes."""
    mutual: frozenset[str]
    """Those of them that the others reach, since they propagate to it too."""
    of_hub: bool
    """Whether a hub is associated, whose table knows every spoke."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a gateway table: where it comes from, and where it leads; nowhere is a blackhole."""

    address: str
    how: str
    attachment: str | None
    contested: bool = False


def _propagated(learnt: Iterable[tuple[Prefix, Link]]) -> Iterator[tuple[Prefix, Entry]]:
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
        yield prefix, Entry(link.address, how, str(link.target), prefix in contested)
