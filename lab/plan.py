"""Plans the lab of a network: which namespaces to build, with which addresses, as plain data.

There is one namespace for each VPC's router, each transit gateway and each network interface, and one for everything
public. This reads the network model only, and nothing that the trace derives from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise

from lab.effective import attached
from network.model import Attachment, Network, Subnet
from network.services import Service

__all__ = ["WORLD", "Interface", "Plan", "Wire", "boundaries", "plan", "public_address"]

WORLD = "world"
RESERVED = 4
"""AWS reserves the first four addresses of a subnet, and the last."""
PUBLIC = IPv4Network("198.51.100.0/24")
"""Represents all public addresses (RFC 5737)."""
LISTED = IPv4Network("203.0.113.0/24")
"""Represents the public addresses in the prefix lists of gateway endpoints."""
MOST_PARTS = 16


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface, in a namespace of its own."""

    name: str
    """The namespace's name; the router's port has the same name with the prefix `e`."""
    kind: str
    """`workload`, `instance`, `endpoint`, `inbound` or `outbound`."""
    resource: str
    """The Terraform address of its resource; for a workload, of its subnet."""
    subnet: str
    vpc: str
    groups: tuple[str, ...] | None
    """None allows everything, as the groups of an unknown workload may."""
    addresses: tuple[IPv4Address, ...]

    @property
    def port(self) -> str:
        """The interface at the router's end of the cable."""
        return f"e{self.name}"


@dataclass(frozen=True, slots=True)
class Wire:
    """An available attachment: a cable between a VPC's router and a gateway."""

    name: str
    attachment: Attachment
    entries: tuple[Subnet, ...]


@dataclass(frozen=True)
class Plan:
    """Everything to build."""

    network: Network
    services: tuple[Service, ...]
    routers: Mapping[str, str]
    """The namespace of each VPC."""
    gateways: Mapping[str, str]
    """The namespace of each transit gateway."""
    interfaces: tuple[Interface, ...]
    wires: tuple[Wire, ...]
    public: frozenset[str] = field(default=frozenset())
    """VPCs with their own path to public addresses."""

    def resolver(self, vpc: str) -> IPv4Address | None:
        """The address of a VPC's resolver: the third address of its first range."""
        first = next(iter(self.network.vpcs[vpc].cidrs), None)
        return first[2] if isinstance(first, IPv4Network) else None

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Every namespace."""
        return (*self.routers.values(), *self.gateways.values(), *(each.name for each in self.interfaces), WORLD)

    def of(self, resource: str) -> tuple[Interface, ...]:
        """The interfaces of a resource."""
        return tuple(each for each in self.interfaces if each.resource == resource)

    def within(self, vpc: str) -> tuple[Interface, ...]:
        """The interfaces in a VPC."""
        return tuple(each for each in self.interfaces if each.vpc == vpc)

    def client(self, spoke: str) -> Interface:
        """The interface that commands in a spoke run on: its instance, or a workload outside the attachment's subnets.

        Raises `KeyError` with the names of the existing spokes.
        """
        vpc = self.network.spokes.get(spoke)
        if vpc is None:
            raise KeyError(f"no spoke {spoke}; the spokes are {', '.join(sorted(self.network.spokes)) or 'none'}")
        entries = {at for each in self.network.attachments_of.get(vpc.address, ()) for at in each.subnets}
        clients = [each for each in self.within(vpc.address) if each.kind in {"instance", "workload"}]
        if not clients:
            raise KeyError(f"spoke {spoke} has no subnet that the lab can build")
        return min(clients, key=lambda each: (each.kind != "instance", each.subnet in entries))


def plan(network: Network, services: Iterable[Service], *, every_part: bool = False) -> Plan:
    """Plan the lab of a network.

    `every_part`: an interface whose address AWS picks gets one address in every part of its subnet that some table,
    group or ACL treats differently, so that results hold for the whole subnet.
    """
    cuts = boundaries(network) if every_part else ()
    wires = tuple(
        Wire(f"t{at}", attachment, tuple(network.subnets[str(d)] for d in attachment.subnets if d in network.subnets))
        for at, attachment in enumerate(network.attachments.values())
        if attached(network, attachment)
    )
    ways = {"internet_gateway", "nat_gateway"}
    public = {str(t.vpc) for t in network.tables.values() if any(route.kind in ways for route in t.routes)}
    return Plan(
        network=network,
        services=tuple(services),
        routers={vpc: f"v{at}" for at, vpc in enumerate(network.vpcs)},
        gateways={gateway: f"g{at}" for at, gateway in enumerate(network.gateways)},
        interfaces=tuple(_interfaces(network, cuts)),
        wires=wires,
        public=frozenset(public | {str(endpoint.vpc) for endpoint in network.gateway_endpoints.values()}),
    )


def public_address(name: str, services: Iterable[Service], listed: Iterable[str]) -> IPv4Address:
    """The address of a name in public DNS; `listed` are the services with a prefix list, in order."""
    ranges = dict(zip(listed, LISTED.subnets(new_prefix=27), strict=False))
    home = next((ranges[s.endpoint] for s in services if s.endpoint in ranges and _names(s, name)), PUBLIC)
    return home[1 + sum(name.encode()) % (home.num_addresses - 2)]


def _names(service: Service, name: str) -> bool:
    """Whether a name belongs to a service."""
    return any(
        name.endswith(known.removeprefix("*")) if known.startswith("*") else name == known
        for known in (*service.names, *service.public)
    )


def boundaries(network: Network) -> tuple[int, ...]:
    """Every address from which on some table, group, ACL or subnet treats addresses differently."""
    found: set[int] = set()
    for prefix in _prefixes(network):
        if isinstance(prefix, IPv4Network):
            found |= {int(prefix.network_address), int(prefix.broadcast_address) + 1}
    return tuple(sorted(found))


def _prefixes(network: Network) -> Iterator[object]:
    for table in network.tables.values():
        yield from (route.destination for route in table.routes)
    for wired in network.gateway_tables.values():
        yield from (route.destination for route in wired.routes)
    for group in network.groups.values():
        yield from (rule.peer for rule in (*group.ingress, *group.egress))
    for acl in network.acls.values():
        yield from (entry.cidr for entry in (*acl.ingress, *acl.egress))
    for vpc in network.vpcs.values():
        yield from vpc.cidrs
    yield from (subnet.cidr for subnet in network.subnets.values())


class _AddressPool:
    """Hands out free addresses of each subnet."""

    def __init__(self, network: Network, cuts: tuple[int, ...]) -> None:
        self.cuts = cuts
        self.taken = {address for _, _, _, address, _ in _wanted(network) if address is not None}

    def take(self, subnet: Subnet) -> tuple[IPv4Address, ...]:
        """One free address in each part of a subnet, if there is one."""
        assert isinstance(subnet.cidr, IPv4Network)  # noqa: S101  callers pass only subnets with a known range
        first, last = int(subnet.cidr.network_address), int(subnet.cidr.broadcast_address)
        edges = [first, *(cut for cut in self.cuts if first < cut <= last), last + 1]
        found = []
        for start, end in pairwise(edges):
            for number in range(max(start, first + RESERVED), min(end, last)):
                address = IPv4Address(number)
                if address not in self.taken:
                    self.taken.add(address)
                    found.append(address)
                    break
        return tuple(found[:MOST_PARTS])


def _interfaces(network: Network, cuts: tuple[int, ...]) -> Iterator[Interface]:
    pool = _AddressPool(network, cuts)
    for at, (kind, resource, subnet, address, groups) in enumerate(_wanted(network)):
        known = network.subnets.get(str(subnet))
        if known is None or not isinstance(known.cidr, IPv4Network) or str(known.vpc) not in network.vpcs:
            continue
        addresses = (address,) if address is not None else pool.take(known)
        if addresses:
            chosen = None if groups is None else tuple(str(group) for group in groups)
            yield Interface(f"i{at}", kind, resource, known.address, str(known.vpc), chosen, addresses)


_Wanted = tuple[str, str, object, IPv4Address | None, tuple[object, ...] | None]


def _wanted(network: Network) -> Iterator[_Wanted]:
    """The interfaces to create, those with fixed addresses first so that no other takes them."""
    for resolver in network.resolver_endpoints.values():
        for subnet, address in resolver.interfaces:
            yield str(resolver.direction).lower(), resolver.address, subnet, address, resolver.groups
    for endpoint in network.interface_endpoints.values():
        deployed = dict(endpoint.addresses)
        for subnet in endpoint.subnets:
            yield "endpoint", endpoint.address, subnet, deployed.get(subnet), endpoint.groups
    for instance in network.instances.values():
        yield "instance", instance.address, instance.subnet, None, instance.groups
    for vpc in network.spokes.values():
        for home in network.subnets_of.get(vpc.address, ()):
            yield "workload", home.address, home.address, None, None
