"""What allows and denies packets at an interface and at a subnet: security groups and network ACLs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv4Network

from assurance import sources
from assurance.flows import ANY, EVERYWHERE, Flow, Interface
from assurance.path import Hop, Path, Verdict, undetermined
from assurance.prefixes import covers, remainder
from network.model import (
    Acl,
    AclEntry,
    Network,
    Prefix,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Unknown,
    Vpc,
)

__all__ = ["Filters"]


class Filters:
    """Asks the security groups and network ACLs of one network."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def security(self, own: Interface, side: str, peer: Interface, flow: Flow) -> Hop:
        """What an interface's groups do with a flow to or from another interface."""
        if own.groups is None:
            return _assumed(own, side)
        subnets = self.network.subnets
        near = subnets[own.subnet].vpc == subnets[peer.subnet].vpc
        return self._decide(own, side, (peer.addresses, self._names_of(peer) if near else ()), flow)

    def egress(self, own: Interface, target: Prefix, flow: Flow) -> Hop:
        """What an interface's groups do with a flow to a range."""
        return _assumed(own, "egress") if own.groups is None else self._decide(own, "egress", (target, ()), flow)

    def allows_out(self, source: Interface, target: Interface, flow: Flow) -> bool:
        """Whether an interface's own groups allow a flow out."""
        return self.security(source, "egress", target, flow).verdict is Verdict.PASSES

    def denies_out(self, source: Interface, target: Interface, flow: Flow) -> bool:
        """Whether it is certain that an interface's own groups deny a flow out."""
        return self.security(source, "egress", target, flow).verdict is Verdict.DROPPED

    def groups_of(self, interface: Interface) -> tuple[SecurityGroup | None, ...]:
        """The groups of an interface; without any it has its VPC's default group. None where a group was not read."""
        if interface.groups:
            return tuple(self.network.groups.get(str(group)) for group in interface.groups)
        vpc = self.network.vpcs.get(str(self.network.subnets[interface.subnet].vpc))
        default = vpc.default_group if vpc is not None else None
        return (self.network.groups.get(default) if default is not None else _default_group(vpc),)

    def _names_of(self, interface: Interface) -> tuple[str | Unknown, ...]:
        """The addresses of an interface's groups, read or not; of a workload's nothing is known."""
        if interface.groups:
            return interface.groups
        default = () if interface.groups is None else self.groups_of(interface)
        return tuple(group.address for group in default if group is not None)

    def _decide(self, own: Interface, side: str, peer: tuple[Prefix, tuple[str | Unknown, ...]], flow: Flow) -> Hop:
        """Whether the groups of an interface together allow a flow, from or to the whole of a range."""
        addresses, names = peer
        groups = self.groups_of(own)
        towards = "from" if side == "ingress" else "to"
        known = [group.address for group in groups if group is not None]
        # Several groups act as one, which has no name but the interface's.
        label = known[0] if len(groups) == len(known) == 1 else own.address
        rules = [
            rule
            for group in groups
            if group is not None
            for rule in (group.ingress if side == "ingress" else group.egress)
        ]
        verdicts = [(rule, _lets(rule, flow)) for rule in rules]
        sure = [rule for rule, lets in verdicts if lets]
        by_group = next((rule for rule in sure if isinstance(rule.peer, str) and rule.peer in names), None)
        if by_group is not None:
            says = f"{flow} {towards} the other side's security group is allowed"
            return Hop(label, says, sources.GROUPS, undo=f"remove {by_group.address}")
        left = remainder(addresses, [rule.peer for rule in sure if isinstance(rule.peer, IPv4Network)])
        if not left:
            at = next((rule.address for rule in sure if covers(rule.peer, addresses)), label)
            says = f"{flow} {towards} {addresses} is allowed"
            return Hop(at, says, sources.GROUPS, undo=f"remove {at}, or limit it to the services on offer")
        unsure = [
            _open_by(rule)
            for rule, lets in verdicts
            if lets is None or (lets and (isinstance(rule.peer, Unknown) or _may_name(rule, names)))
        ]
        if unsure or None in groups:
            at = unsure[0] if len(set(unsure)) == 1 and None not in groups else own.address
            says = f"whether {flow} {towards} {addresses} is allowed could not be determined"
            return undetermined(at, says, sources.GROUPS)
        says = f"no {side} rule allows {flow} {towards} {', '.join(map(str, left))}"
        fix = f"add an {side} rule for {flow} {towards} {addresses}"
        if len(groups) > 1:
            fix += f" to {known[0]} or another of its groups"
        return Hop(label, says, sources.GROUPS, Verdict.DROPPED, fix)

    def acl_hops(
        self, path: Path, subnet: Subnet, side: str, peer: Prefix, *, flow: Flow, gateway: bool = False
    ) -> Path:
        """The walk with what a subnet's ACL says; a default ACL allows everything and is not mentioned."""
        if subnet.acl is None or path.verdict is Verdict.DROPPED:
            return path
        acl = self.network.acls.get(str(subnet.acl))
        source = sources.GATEWAY_ACLS if gateway else sources.ACLS
        if acl is None:
            return path.then(undetermined(subnet.address, "its network ACL is not in the input", source))
        return path.then(_acl_hop(acl, side, peer, flow, source))


def _assumed(own: Interface, side: str) -> Hop:
    what = "send anything" if side == "egress" else "be reached by anything"
    return Hop(own.address, f"a workload in {own.addresses} is assumed to {what}", sources.GROUPS)


def _open_by(rule: SecurityRule) -> str:
    """Who leaves open what a rule says."""
    values = (rule.peer, rule.protocol, rule.first_port, rule.last_port)
    return next((value.at for value in values if isinstance(value, Unknown) and value.at), rule.address)


def _may_name(rule: SecurityRule, names: Collection[str | Unknown]) -> bool:
    """Whether a rule for a group may be about the other side, not all of whose groups are known."""
    return isinstance(rule.peer, str) and any(isinstance(name, Unknown) for name in names)


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


def _acl_hop(acl: Acl, side: str, peer: Prefix, flow: Flow, source: str) -> Hop:
    """What an ACL does with a flow: the lowest entry that concerns any of it decides."""
    entries = sorted(acl.ingress if side == "ingress" else acl.egress, key=lambda entry: entry.number)
    towards = f"{flow} {'from' if side == 'ingress' else 'to'} {peer}"
    if flow.protocol == ANY or flow.in_part:
        return _in_part(acl, entries, peer, flow, source)
    for entry in (entry for entry in entries if _concerns(entry, peer, flow)):
        if isinstance(entry.cidr, Unknown):
            says = f"what entry {entry.number} says is not known in whole"
            return undetermined(entry.address, says, source, open_by=entry.cidr)
        if not entry.allow:
            says = f"entry {entry.number} denies {towards}"
            return Hop(entry.address, says, source, Verdict.DROPPED, f"allow it with a number below {entry.number}")
        if _all_of(entry, peer, flow):
            return Hop(entry.address, f"entry {entry.number} allows {towards}", source)
    return Hop(acl.address, f"no {side} entry allows {towards}", source, Verdict.DROPPED, f"allow {towards}")


def _in_part(acl: Acl, entries: Iterable[AclEntry], peer: Prefix, flow: Flow, source: str) -> Hop:
    """Whether an ACL allows anything of a flow: it does unless it denies all of it before it allows some."""
    unsure = None
    for entry in entries:
        concerned = flow.protocol == ANY or _concerns(entry, peer, flow)
        if entry.allow and concerned and isinstance(entry.cidr, Unknown):
            says = f"which addresses entry {entry.number} allows is not known"
            unsure = unsure or undetermined(entry.address, says, source, open_by=entry.cidr)
        elif entry.allow and concerned and isinstance(entry.cidr, IPv4Network) and entry.cidr.overlaps(peer):
            return Hop(entry.address, f"entry {entry.number} allows some of {flow} from or to {peer}", source)
        every = entry.protocol == "-1" if flow.protocol == ANY else concerned and _all_of(entry, peer, flow)
        if not entry.allow and every and covers(entry.cidr, peer):
            says = f"entry {entry.number} denies {flow} from or to {peer}"
            return unsure or Hop(entry.address, says, source, Verdict.DROPPED)
    return unsure or Hop(acl.address, f"no entry allows {flow} from or to {peer}", source, Verdict.DROPPED)


def _concerns(entry: AclEntry, peer: Prefix, flow: Flow) -> bool:
    ports = entry.first_port <= flow.last_port and flow.first_port <= entry.last_port
    ranges = isinstance(entry.cidr, Unknown) or entry.cidr.overlaps(peer)
    return (entry.protocol == "-1" or (entry.protocol == flow.protocol and ports)) and ranges


def _all_of(entry: AclEntry, peer: Prefix, flow: Flow) -> bool:
    ports = entry.first_port <= flow.first_port and flow.last_port <= entry.last_port
    return (entry.protocol == "-1" or ports) and isinstance(entry.cidr, IPv4Network) and peer.subnet_of(entry.cidr)
