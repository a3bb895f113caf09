"""The security groups and network ACLs of each router as nftables rules that record every dropped packet.

A drop is recorded in a set named after its reason, with addresses, protocol and ports; only such a record shows that a
path is blocked. Groups are enforced in the router, as AWS enforces them outside the instance: the sender sees only
silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from lab.plan import LISTED, PUBLIC, Interface, Plan, Wire
from lab.routing import NOWHERE, listed_address, outside_address
from network.model import Acl, SecurityGroup, SecurityRule

__all__ = ["REASONS", "TABLE", "entry_chain", "gateway_filter", "router_filter"]

TABLE = "lab"
REASONS = {
    "unrouted": "no route",
    "refused_out": "the sender's security groups",
    "refused_in": "the receiver's security groups",
    "denied": "a network ACL",
    "invalid": "it belongs to no connection",
    "looping": "a routing loop",
    "not_served": "a resolver that is off, or not in this VPC",
}
FLOW = "ip saddr . ip daddr . ip protocol . th sport . th dport"
EVERY_PORT = (0, 65535)


def _drops(*reasons: str) -> Iterator[str]:
    for reason in reasons:
        yield (
            f"set {reason} {{ type ipv4_addr . ipv4_addr . inet_proto . inet_service . inet_service; "
            f"size 65535; flags dynamic; counter; }}"
        )
        yield f"chain {reason}_drop {{ update @{reason} {{ {FLOW} }} drop; }}"


def _base(*local: str) -> Iterator[str]:
    """Loops end when the TTL expires, and routers send no ICMP errors, as in AWS."""
    yield "chain arriving {"
    yield "type filter hook prerouting priority -300; policy accept;"
    yield "ip ttl 1 fib daddr type != local goto looping_drop"
    yield "}"
    yield "chain leaving {"
    yield "type filter hook output priority 0; policy accept;"
    yield "icmp type { destination-unreachable, time-exceeded, redirect } drop"
    yield "}"
    yield "chain input {"
    yield "type filter hook input priority 0; policy drop;"
    yield from local
    yield "goto not_served_drop"
    yield "}"


def gateway_filter() -> Iterator[str]:
    """A gateway drops packets without a route, and nothing else."""
    yield f"table ip {TABLE} {{"
    yield from _drops("unrouted", "looping", "not_served")
    yield from _base()
    yield "chain forward {"
    yield "type filter hook forward priority 0; policy accept;"
    yield f'oifname "{NOWHERE}" goto unrouted_drop'
    yield "}"
    yield "}"


def router_filter(plan: Plan, vpc: str) -> Iterator[str]:
    """A VPC's router: first the ACLs, which are stateless, then the groups at both ends."""
    network, own = plan.network, plan.within(vpc)
    wires = [wire for wire in plan.wires if wire.attachment.vpc == vpc]
    ports = ", ".join(f'"{each.port}"' for each in own)
    hears = network.vpcs[vpc].dns_support is True and own
    yield f"table ip {TABLE} {{"
    yield from _drops(*REASONS)
    yield from _base(*([f"iifname {{ {ports} }} meta l4proto {{ tcp, udp }} th dport 53 accept"] if hears else []))
    for address in sorted({str(subnet.acl) for subnet in network.subnets_of.get(vpc, ()) if subnet.acl is not None}):
        yield from _acl_chains(plan, address)
    for wire in wires:
        yield f"chain by_{wire.name} {{"
        yield from _entry_rules(plan, wire, 0)
        yield "}"
    yield "chain subnets {"
    yield from _subnets(plan, vpc, wires)
    yield "}"
    for each in own:
        if each.groups is not None:
            yield from _group_chains(plan, each)
    guarded = [each for each in own if each.groups is not None]
    yield "chain forward {"
    yield "type filter hook forward priority 0; policy drop;"
    yield f'oifname "{NOWHERE}" goto unrouted_drop'
    if vpc in plan.public:  # an internet gateway leads to public addresses only
        yield f'oifname {{ "net", "pl" }} ip daddr != {{ {PUBLIC}, {LISTED} }} goto unrouted_drop'
    yield "jump subnets"
    yield "ct state established,related accept"
    yield "ct state invalid goto invalid_drop"
    if guarded:
        for side, port in (("out", "iifname"), ("in", "oifname")):
            yield f"{port} vmap {{ " + ", ".join(f'"{e.port}" : jump {side}_{e.name}' for e in guarded) + " }"
    yield "accept"
    yield "}"
    if vpc in plan.public:
        at = int(plan.routers[vpc][1:])
        yield "chain translate {"
        yield "type nat hook postrouting priority 100; policy accept;"
        yield f'oifname "net" snat to {outside_address(at)}'
        yield f'oifname "pl" snat to {listed_address(at)}'
        yield "}"
    yield "}"


# Security groups --------------------------------------------------------------------------------------------------


def _group_chains(plan: Plan, each: Interface) -> Iterator[str]:
    groups = _groups(plan, each)
    for side, name in (("egress", "out"), ("ingress", "in")):
        yield f"chain {name}_{each.name} {{"
        for group in groups:
            for rule in group.egress if side == "egress" else group.ingress:
                yield from _rule(plan, each.vpc, rule, "daddr" if side == "egress" else "saddr")
        yield f"goto refused_{name}_drop"
        yield "}"


def _groups(plan: Plan, each: Interface) -> list[SecurityGroup]:
    """The groups of an interface, else its VPC's default group: in from itself, out to anywhere, unless managed."""
    network = plan.network
    if each.groups:
        return [network.groups[name] for name in each.groups if name in network.groups]
    managed = network.vpcs[each.vpc].default_group
    if managed is not None:
        return [network.groups[managed]] if managed in network.groups else []
    anything = SecurityRule("", "-1", *EVERY_PORT, IPv4Network("0.0.0.0/0"))
    return [SecurityGroup("", each.vpc, (), (anything,))]


def _rule(plan: Plan, vpc: str, rule: SecurityRule, end: str) -> Iterator[str]:
    if isinstance(rule.peer, IPv4Network):
        peers = [str(rule.peer)]
    else:  # a group stands for its interfaces in this VPC
        peers = [str(a) for e in plan.within(vpc) if rule.peer in (e.groups or ()) for a in e.addresses]
    known = isinstance(rule.protocol, str) and isinstance(rule.first_port, int) and isinstance(rule.last_port, int)
    if peers and known:
        match = _match(str(rule.protocol), (int(str(rule.first_port)), int(str(rule.last_port))))
        yield f"ip {end} {{ {', '.join(peers)} }} {match} return"


def _match(protocol: str, ports: tuple[int, int]) -> str:
    if protocol in {"tcp", "udp"}:
        return f"{protocol} dport {ports[0]}-{ports[1]}"
    return f"meta l4proto {protocol}" if protocol != "-1" else ""


# Network ACLs -----------------------------------------------------------------------------------------------------


def _chain(address: str, side: str, plan: Plan) -> str:
    return f"acl{list(plan.network.acls).index(address)}_{side}" if address in plan.network.acls else "denied_drop"


def _acl_chains(plan: Plan, address: str) -> Iterator[str]:
    acl: Acl | None = plan.network.acls.get(address)
    if acl is None:
        return
    for side, entries, end in (("in", acl.ingress, "saddr"), ("out", acl.egress, "daddr")):
        yield f"chain {_chain(address, side, plan)} {{"
        for entry in sorted(entries, key=lambda entry: entry.number):
            if isinstance(entry.cidr, IPv4Network):
                what = "return" if entry.allow else "goto denied_drop"
                yield f"ip {end} {entry.cidr} {_match(entry.protocol, (entry.first_port, entry.last_port))} {what}"
        yield "goto denied_drop"
        yield "}"


def _subnets(plan: Plan, vpc: str, wires: Iterable[Wire]) -> Iterator[str]:
    """The ACL of every subnet that a packet leaves or enters, including the attachment's subnet at a gateway.

    From "Network ACLs for transit gateways": from an instance to the gateway, the outbound rules of its own subnet and
    the inbound rules of the attachment's, even if both are the same subnet; from the gateway, none if they are the
    same.
    """
    network = plan.network
    for each in plan.within(vpc):
        subnet = network.subnets[each.subnet]
        inside = ", ".join(f'"{other.port}"' for other in plan.within(vpc) if other.subnet == each.subnet)
        if subnet.acl is not None:
            yield f'iifname "{each.port}" oifname != {{ {inside} }} jump {_chain(str(subnet.acl), "out", plan)}'
            known = inside + "".join(f', "{wire.name}"' for wire in wires)
            yield f'oifname "{each.port}" iifname != {{ {known} }} jump {_chain(str(subnet.acl), "in", plan)}'
        for wire in wires:
            for entry in wire.entries:
                if entry.zone == subnet.zone and entry.acl is not None:
                    chain = _chain(str(entry.acl), "in", plan)
                    yield f'iifname "{each.port}" oifname "{wire.name}" jump {chain}'
    for wire in wires:
        yield f'iifname "{wire.name}" jump by_{wire.name}'


def _entry_rules(plan: Plan, wire: Wire, entry: int) -> Iterator[str]:
    if not wire.entries:
        return
    entered = wire.entries[entry % len(wire.entries)]
    for each in plan.within(str(wire.attachment.vpc)):
        if each.subnet == entered.address:
            continue
        for acl, side in ((entered.acl, "out"), (plan.network.subnets[each.subnet].acl, "in")):
            if acl is not None:
                yield f'oifname "{each.port}" jump {_chain(str(acl), side, plan)}'


def entry_chain(plan: Plan, wire: Wire, entry: int) -> Iterator[str]:
    """Make packets from a gateway enter through another of the attachment's subnets."""
    yield f"flush chain ip {TABLE} by_{wire.name}"
    for rule in _entry_rules(plan, wire, entry):
        yield f"add rule ip {TABLE} by_{wire.name} {rule}"
