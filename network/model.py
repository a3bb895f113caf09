"""A network as Terraform or AWS describes it: plain, final values, each with the address of the resource it came from.

Resources name each other by address (`stack: aws_vpc.name`, `stack: vpc-0123`). What is left open is `Unknown`, never a
guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network

__all__ = [
    "INSIDE",
    "Acl",
    "AclEntry",
    "Attachment",
    "Doubt",
    "Fixed",
    "Forwarder",
    "Gateway",
    "GatewayEndpoint",
    "GatewayRoute",
    "GatewayTable",
    "HostedZone",
    "Instance",
    "InterfaceEndpoint",
    "Link",
    "Loose",
    "Network",
    "Owner",
    "Prefix",
    "Record",
    "Refusal",
    "ResolverEndpoint",
    "ResolverRule",
    "Route",
    "RouteTable",
    "RuleAssociation",
    "SecurityGroup",
    "SecurityRule",
    "Share",
    "Subnet",
    "Unknown",
    "Vpc",
    "stack_of",
]

Prefix = IPv4Network


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be determined from what was read."""

    why: str
    at: str = ""
    """The address of the resource that leaves it open, where that is another than the one that has the value."""

    def __str__(self) -> str:
        """As a report shows it."""
        return f"unknown ({self.why})"


@dataclass(frozen=True, slots=True)
class Owner:
    """The account and the region that a resource is in, as far as its provider says."""

    account: str | Unknown
    region: str | Unknown

    def may_be(self, other: Owner) -> bool:
        """Whether two accounts and regions may be the same."""
        pairs = ((self.account, other.account), (self.region, other.region))
        return all(one == two or isinstance(one, Unknown) or isinstance(two, Unknown) for one, two in pairs)


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC with its ranges and its two DNS attributes."""

    address: str
    name: str
    owner: Owner
    cidrs: tuple[Prefix | Unknown, ...]
    dns_support: bool | Unknown
    dns_hostnames: bool | Unknown
    default_group: str | None = None
    """The security group of whatever names none, where Terraform manages it."""
    name_servers: tuple[str | Unknown, ...] = ()
    """Name servers that its DHCP options hand out beside or in place of the VPC's resolver."""


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet, its zone, and the route table and network ACL that hold for it."""

    address: str
    vpc: str | Unknown
    zone: str | Unknown
    cidr: Prefix | Unknown
    table: str | Unknown
    acl: str | Unknown | None = None
    """None is the VPC's default ACL, which allows everything."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a VPC's table; `kind` says what its target is, such as `transit_gateway` or `nat_gateway`."""

    address: str
    destination: Prefix | str | Unknown
    """A prefix, or the service name of a gateway endpoint."""
    kind: str
    """`blackhole` where AWS reports that the target is gone, so that the route drops what it takes."""
    target: str | Unknown


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A VPC's route table. The routes to the VPC's own ranges are not listed: every table has them."""

    address: str
    vpc: str | Unknown
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """What one rule of a security group allows."""

    address: str
    protocol: str | Unknown
    """`tcp`, `udp`, `icmp` or `-1` for all."""
    first_port: int | Unknown
    last_port: int | Unknown
    peer: Prefix | str | Unknown
    """A prefix, or the address of a security group."""


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group: stateful, and it denies what no rule allows."""

    address: str
    vpc: str | Unknown
    ingress: tuple[SecurityRule, ...] = ()
    egress: tuple[SecurityRule, ...] = ()


@dataclass(frozen=True, slots=True)
class AclEntry:
    """A numbered entry of a network ACL."""

    address: str
    number: int
    protocol: str
    """`tcp`, `udp`, `icmp` or `-1` for all."""
    first_port: int
    last_port: int
    cidr: Prefix | Unknown
    allow: bool


@dataclass(frozen=True, slots=True)
class Acl:
    """A network ACL: stateless, the lowest number that matches decides, and what none matches is denied."""

    address: str
    ingress: tuple[AclEntry, ...]
    egress: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True)
class Gateway:
    """A transit gateway."""

    address: str
    owner: Owner
    auto_accept: bool | Unknown


@dataclass(frozen=True, slots=True)
class Attachment:
    """A VPC's attachment to a transit gateway, with one subnet in each zone that it serves."""

    address: str
    owner: Owner
    gateway: str | Unknown
    vpc: str | Unknown
    subnets: tuple[str | Unknown, ...]
    accepter: str | None = None
    """The resource with which the gateway's account accepts it."""
    accepter_owner: Owner | None = None
    available: bool | Unknown | None = None
    """Whether AWS reports it as available; None where AWS was not asked."""


@dataclass(frozen=True, slots=True)
class Link:
    """An association or propagation: the resource that makes it, and what it joins to its parent."""

    address: str
    target: str | Unknown
    owner: Owner | None = None


@dataclass(frozen=True, slots=True)
class GatewayRoute:
    """A static route of a gateway's table; one without an attachment is a blackhole."""

    address: str
    destination: Prefix | Unknown
    attachment: str | Unknown | None


@dataclass(frozen=True, slots=True)
class GatewayTable:
    """A transit gateway's route table: who uses it, who tells it their ranges, and what was written into it."""

    address: str
    gateway: str | Unknown
    associations: tuple[Link, ...] = ()
    propagations: tuple[Link, ...] = ()
    routes: tuple[GatewayRoute, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolverEndpoint:
    """An inbound or outbound resolver endpoint."""

    address: str
    owner: Owner
    direction: str | Unknown
    interfaces: tuple[tuple[str | Unknown, IPv4Address | None], ...]
    """Subnet and address of each interface; None where AWS takes any address of the subnet."""
    groups: tuple[str | Unknown, ...]


@dataclass(frozen=True, slots=True)
class Forwarder:
    """A target of a forwarding rule."""

    ip: IPv4Address | Unknown
    port: int


@dataclass(frozen=True, slots=True)
class ResolverRule:
    """A resolver rule, in the account that owns it."""

    address: str
    owner: Owner
    domain: str | Unknown
    kind: str | Unknown
    """FORWARD, SYSTEM, RECURSIVE or DELEGATE."""
    endpoint: str | Unknown | None
    targets: tuple[Forwarder, ...]


@dataclass(frozen=True, slots=True)
class RuleAssociation:
    """A resolver rule put to use in a VPC."""

    address: str
    owner: Owner
    rule: str | Unknown
    vpc: str | Unknown


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a private zone: literal addresses, or the interface endpoint that it is an alias of."""

    address: str
    name: str
    values: tuple[IPv4Address | Unknown, ...]
    alias: str | Unknown | None


@dataclass(frozen=True, slots=True)
class HostedZone:
    """A private hosted zone, with the VPCs that it is associated with."""

    address: str
    domain: str | Unknown
    vpcs: tuple[Link, ...]
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class InterfaceEndpoint:
    """An interface endpoint: a network interface in each of its subnets."""

    address: str
    vpc: str | Unknown
    service: str | Unknown
    subnets: tuple[str | Unknown, ...]
    groups: tuple[str | Unknown, ...]
    private_dns: bool | Unknown
    inbound_only: bool | Unknown = False
    """S3 only: its private DNS answers queries that came through an inbound endpoint, and no others."""
    addresses: tuple[tuple[str | Unknown, IPv4Address], ...] = ()
    """Subnet and address of each interface as deployed; empty where AWS was not asked."""


@dataclass(frozen=True, slots=True)
class GatewayEndpoint:
    """A gateway endpoint: a route to a service's prefix list in each of its tables."""

    address: str
    vpc: str | Unknown
    service: str | Unknown
    tables: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A RAM share: which resources, to whom."""

    address: str
    owner: Owner
    external: bool | Unknown
    resources: tuple[Link, ...] = ()
    principals: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance, or any other network interface that starts connections."""

    address: str
    subnet: str | Unknown
    groups: tuple[str | Unknown, ...]


@dataclass(frozen=True, slots=True)
class Loose:
    """A part of something that was not read, and that only its id names: a route of somebody else's table."""

    parent: str
    field: str
    """The field of the parent that it belongs in."""
    part: Route | SecurityRule | GatewayRoute | Record | Link
    owner: Owner | None = None
    """Whose it is, of a part without a known parent."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why it is not known what a resource does: an argument that is not modelled, a count that nothing tells."""

    address: str
    why: str
    owner: Owner
    names: tuple[str, ...] = ()
    """Addresses of what the resource names, where the network has no part for it."""
    about: str = "both"
    """What it may change: `names`, `packets` or `both`."""
    part: str = ""
    """The address of the part that it is about, where that is another: an endpoint's policy is about the endpoint."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Terraform or AWS refuses of what is to be built: it will never exist as it is written."""

    address: str
    says: str
    fix: str
    source: str
    """The page that says so."""
    certain: bool = True
    """False where it depends on what was not read, or on which of two comes last."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """An address that a resource asks for in a subnet, where AWS would otherwise take any."""

    address: str
    subnet: str | Unknown
    ip: IPv4Address


@dataclass(frozen=True)
class Network:
    """Everything that was read. Mappings go from address to value."""

    vpcs: Mapping[str, Vpc] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    tables: Mapping[str, RouteTable] = field(default_factory=dict)
    groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    acls: Mapping[str, Acl] = field(default_factory=dict)
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    gateway_tables: Mapping[str, GatewayTable] = field(default_factory=dict)
    resolver_endpoints: Mapping[str, ResolverEndpoint] = field(default_factory=dict)
    rules: Mapping[str, ResolverRule] = field(default_factory=dict)
    rule_associations: tuple[RuleAssociation, ...] = ()
    zones: Mapping[str, HostedZone] = field(default_factory=dict)
    interface_endpoints: Mapping[str, InterfaceEndpoint] = field(default_factory=dict)
    gateway_endpoints: Mapping[str, GatewayEndpoint] = field(default_factory=dict)
    shares: tuple[Share, ...] = ()
    instances: Mapping[str, Instance] = field(default_factory=dict)
    unmodelled: tuple[str, ...] = ()
    """Addresses of resources that the model does not know; they may change what it says."""
    loose: tuple[Loose, ...] = ()
    """Parts of what was not read. They are listed in `unmodelled` too, until a join finds what they belong to."""
    doubts: tuple[Doubt, ...] = ()
    """What is not known about resources, until `network.doubts.cast` puts it in its place."""
    fixed: tuple[Fixed, ...] = ()
    refused: tuple[Refusal, ...] = ()
    """What a reader has seen that is refused. `assurance.refusals` finds the rest."""
    makers: Mapping[str, Owner] = field(default_factory=dict)
    """With which account's provider, in which region, each resource is to be built: those of stacks and plans. What is
    not here exists, and AWS has accepted it."""
    states: Mapping[str, str] = field(default_factory=dict)
    """Where the state of each stack is (the tag `hub:state`), of those that say so: two topologies may have stacks of
    one name."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """AWS's id of each address that exists, as far as it is known. A plan's resources that are about to be destroyed
    are here too, although they are nowhere else in the network."""

    @property
    def hubs(self) -> Mapping[str, Vpc]:
        """VPCs with resolver endpoints, by name; or with interface endpoints beside a transit gateway that has none."""
        return self._roles[0]

    @property
    def spokes(self) -> Mapping[str, Vpc]:
        """All other VPCs, by name."""
        return self._roles[1]

    @cached_property
    def stacks(self) -> Mapping[str, tuple[Vpc, ...]]:
        """The VPCs of each stack that has any."""
        found: dict[str, tuple[Vpc, ...]] = {}
        for vpc in self.vpcs.values():
            stack = stack_of(vpc.address)
            found[stack] = (*found.get(stack, ()), vpc)
        return found

    @cached_property
    def _roles(self) -> tuple[Mapping[str, Vpc], Mapping[str, Vpc]]:
        """The index of the VPCs: hubs by name, and spokes. The second of a name goes by its address: none is lost."""
        hubs: dict[str, Vpc] = {}
        spokes: dict[str, Vpc] = {}
        for vpc in self.vpcs.values():
            found = hubs if vpc.address in self._serving else spokes
            found[vpc.address if vpc.name in found else vpc.name] = vpc
        return hubs, spokes

    @cached_property
    def _serving(self) -> frozenset[str]:
        """Addresses of the hubs' VPCs."""
        resolving = {
            str(self.subnets[subnet].vpc)
            for endpoint in self.resolver_endpoints.values()
            for subnet, _ in endpoint.interfaces
            if isinstance(subnet, str) and subnet in self.subnets
        }
        # A hub that has lost its resolver is still known by the gateway and the interface endpoints of its stack.
        known = {stack_of(vpc) for vpc in resolving}
        homes = {stack_of(gateway) for gateway in self.gateways} - known
        offering = {str(endpoint.vpc) for endpoint in self.interface_endpoints.values()}
        return frozenset(resolving | {vpc for vpc in offering if stack_of(vpc) in homes})

    @cached_property
    def subnets_of(self) -> dict[str, tuple[Subnet, ...]]:
        """The subnets of each VPC."""
        found: dict[str, list[Subnet]] = {vpc: [] for vpc in self.vpcs}
        for subnet in self.subnets.values():
            if isinstance(subnet.vpc, str):
                found.setdefault(subnet.vpc, []).append(subnet)
        return {vpc: tuple(subnets) for vpc, subnets in found.items()}

    @cached_property
    def attachments_of(self) -> dict[str, tuple[Attachment, ...]]:
        """The attachments of each VPC."""
        found: dict[str, list[Attachment]] = {}
        for attachment in self.attachments.values():
            if isinstance(attachment.vpc, str):
                found.setdefault(attachment.vpc, []).append(attachment)
        return {vpc: tuple(attachments) for vpc, attachments in found.items()}


INSIDE: Mapping[type, tuple[str, ...]] = {
    Acl: ("ingress", "egress"),
    GatewayEndpoint: ("tables",),
    GatewayTable: ("associations", "propagations", "routes"),
    HostedZone: ("vpcs", "records"),
    RouteTable: ("routes",),
    SecurityGroup: ("ingress", "egress"),
    Share: ("resources", "principals"),
}
"""The parts that a part consists of, which have addresses of their own: several stacks may have created them."""


def stack_of(address: str) -> str:
    """The stack that an address is in."""
    return address.partition(": ")[0]
