"""The routes and rules of each namespace, as commands for `ip -batch`.

Cables are point to point: both ends have the same MAC address and no ARP. Otherwise a full neighbour table, which
silently drops packets, could look like a blocked path. A packet without a route is sent to `lo`, where nftables records
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from lab.effective import associated, propagated
from lab.plan import LISTED, PUBLIC, WORLD, Interface, Plan, Wire
from network.model import GatewayTable, Route, RouteTable, Subnet

__all__ = ["LINK_LOCAL_RESOLVER", "NOWHERE", "cables", "entry_rule", "gateway", "interface", "router", "world"]

MAC = "02:00:00:00:00:01"
NOWHERE = "lo"
LOCAL = 900
"""The routing table with the VPC's own interfaces."""
FIRST = 1000
LAST_METRIC = 4_000_000_000
PROPAGATED, STATIC = 20, 10
"""Metrics: of two routes to the same range, the static one takes precedence."""
LINK_LOCAL_RESOLVER = "169.254.169.253"


def cables(plan: Plan) -> Iterator[str]:
    """The namespaces, and the cables between them."""
    for name in plan.namespaces:
        yield f"netns add {name}"
    for each in plan.interfaces:
        yield _cable(plan.routers[each.vpc], each.port, each.name, "eth0")
    for wire in plan.wires:
        router = plan.routers[str(wire.attachment.vpc)]
        yield _cable(router, wire.name, plan.gateways[str(wire.attachment.gateway)], wire.name)
    for vpc in sorted(plan.public):
        router = plan.routers[vpc]
        yield _cable(router, "net", WORLD, f"n{router}")
        yield _cable(router, "pl", WORLD, f"p{router}")


def _cable(near: str, port: str, far: str, end: str) -> str:
    return f"link add {port} netns {near} address {MAC} type veth peer name {end} netns {far} address {MAC}"


def _up(*ports: str) -> Iterator[str]:
    yield "link set lo up"
    for port in ports:
        yield f"link set {port} arp off up"


def interface(each: Interface) -> Iterator[str]:
    """A network interface: its addresses, and a default route over the cable."""
    yield from _up("eth0")
    for address in each.addresses:
        yield f"addr add {address}/32 dev eth0"
    yield "route add default dev eth0"


def router(plan: Plan, vpc: str) -> Iterator[str]:
    """A VPC's router: a routing table for each route table and zone, and the routes to the VPC's own interfaces."""
    network, own = plan.network, plan.within(vpc)
    wires = [wire for wire in plan.wires if wire.attachment.vpc == vpc]
    ports = [each.port for each in own] + [wire.name for wire in wires]
    yield from _up(*ports, *(("net", "pl") if vpc in plan.public else ()))
    cidrs = [cidr for cidr in network.vpcs[vpc].cidrs if isinstance(cidr, IPv4Network)]
    for cidr in cidrs[:1]:
        yield f"addr add {cidr[2]}/32 dev lo"
    yield f"addr add {LINK_LOCAL_RESOLVER}/32 dev lo"
    yield "rule del pref 32766"
    yield "rule del pref 32767"
    yield f"rule add pref 30000 lookup {LOCAL}"
    for cidr in cidrs:
        yield f"route add {cidr} dev {NOWHERE} table {LOCAL}"
    for each in own:
        for address in each.addresses:
            yield f"route add {address}/32 dev {each.port} table {LOCAL}"
    numbers = _numbers(plan, vpc)
    for (table, zone), number in numbers.items():
        yield from _vpc_table(plan, vpc, network.tables.get(table), zone, number)
    for at, each in enumerate(own):
        subnet = network.subnets[each.subnet]
        yield f"rule add pref {2000 + at} iif {each.port} lookup {numbers[str(subnet.table), str(subnet.zone)]}"
    for wire in wires:
        yield from entry_rule(plan, wire, 0)


def entry_rule(plan: Plan, wire: Wire, entry: int) -> Iterator[str]:
    """Make packets from a gateway enter through one of the attachment's subnets and use its route table."""
    if wire.entries:
        subnet = wire.entries[entry % len(wire.entries)]
        number = _numbers(plan, str(wire.attachment.vpc))[str(subnet.table), str(subnet.zone)]
        yield f"rule add pref {100 + int(wire.name[1:])} iif {wire.name} lookup {number}"


def _numbers(plan: Plan, vpc: str) -> dict[tuple[str, str], int]:
    """A routing table for each route table and zone in use: a zone reaches only attachments with a subnet in it."""
    subnets: tuple[Subnet, ...] = plan.network.subnets_of.get(vpc, ())
    used = sorted({(str(subnet.table), str(subnet.zone)) for subnet in subnets})
    return {key: FIRST + at for at, key in enumerate(used)}


def _vpc_table(plan: Plan, vpc: str, table: RouteTable | None, zone: str, number: int) -> Iterator[str]:
    yield f"route add default dev {NOWHERE} metric {LAST_METRIC} table {number}"
    done: set[IPv4Network] = set()
    for cidr in plan.network.vpcs[vpc].cidrs:
        if isinstance(cidr, IPv4Network):
            done.add(cidr)
            yield f"route add throw {cidr} table {number}"
    for route in table.routes if table is not None else ():
        if isinstance(route.destination, IPv4Network) and route.destination not in done:
            done.add(route.destination)
            yield f"route add {route.destination} dev {_way(plan, vpc, zone, route)} table {number}"
    if table is not None:
        for prefix in _listed(plan, table.address):
            yield f"route add {prefix} dev pl table {number}"


def _way(plan: Plan, vpc: str, zone: str, route: Route) -> str:
    if route.kind in {"internet_gateway", "nat_gateway"}:
        return "net"
    for wire in plan.wires:
        here = wire.attachment.vpc == vpc and wire.attachment.gateway == route.target
        if here and any(str(entry.zone) == zone for entry in wire.entries):
            return wire.name
    return NOWHERE


def _listed(plan: Plan, table: str) -> Iterator[IPv4Network]:
    """The prefixes that a route table sends to gateway endpoints."""
    endpoints = plan.network.gateway_endpoints.values()
    services = sorted({str(endpoint.service) for endpoint in endpoints})
    used = {str(endpoint.service) for endpoint in endpoints if any(link.target == table for link in endpoint.tables)}
    for service, prefix in zip(services, LISTED.subnets(new_prefix=27), strict=False):
        if service in used:
            yield prefix


def gateway(plan: Plan, address: str) -> Iterator[str]:
    """A transit gateway: a routing table for each of its tables, selected by the attachment a packet comes from."""
    wires = {wire.attachment.address: wire for wire in plan.wires if wire.attachment.gateway == address}
    yield from _up(*(wire.name for wire in wires.values()))
    yield "rule del pref 32766"
    yield "rule del pref 32767"
    yield f"rule add pref 30000 lookup {LOCAL}"
    yield f"route add default dev {NOWHERE} table {LOCAL}"
    used: set[str] = set()
    tables = [table for table in plan.network.gateway_tables.values() if table.gateway == address]
    for number, table in enumerate(tables, FIRST):
        yield from _gateway_table(plan, table, wires, number)
        for attachment in associated(plan.network, table):
            wire = wires[attachment.address]
            if wire.name not in used:  # AWS refuses a second association
                used.add(wire.name)
                yield f"rule add pref {100 + int(wire.name[1:])} iif {wire.name} lookup {number}"


def _gateway_table(plan: Plan, table: GatewayTable, wires: dict[str, Wire], number: int) -> Iterator[str]:
    yield f"route add default dev {NOWHERE} metric {LAST_METRIC} table {number}"
    for route in table.routes:
        if isinstance(route.destination, IPv4Network):
            wire = wires.get(str(route.attachment))
            way = wire.name if wire is not None else NOWHERE
            yield f"route add {route.destination} dev {way} metric {STATIC} table {number}"
    learnt: set[IPv4Network] = set()
    for attachment in propagated(plan.network, table):
        for cidr in plan.network.vpcs[str(attachment.vpc)].cidrs:
            if isinstance(cidr, IPv4Network) and cidr not in learnt:
                learnt.add(cidr)
                yield f"route add {cidr} dev {wires[attachment.address].name} metric {PROPAGATED} table {number}"


def world(plan: Plan) -> Iterator[str]:
    """The namespace with every public address, and with routes to each VPC's translated address."""
    yield from _up()
    for prefix in (PUBLIC, LISTED):
        yield f"route add local {prefix} dev lo"
    for vpc in sorted(plan.public):
        name = plan.routers[vpc]
        at = int(name[1:])
        for port, host in ((f"n{name}", outside_address(at)), (f"p{name}", listed_address(at))):
            yield f"link set {port} arp off up"
            yield f"route add {host}/32 dev {port}"


def outside_address(at: int) -> str:
    """The source address of a VPC's packets to public addresses after translation (RFC 2544)."""
    return f"198.18.{at // 256}.{at % 256}"


def listed_address(at: int) -> str:
    """The same through a gateway endpoint."""
    return f"198.19.{at // 256}.{at % 256}"
