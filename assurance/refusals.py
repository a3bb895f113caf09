"""What AWS refuses of the parts of a network that are to be built: the network would never be as it is written.

Only what stacks and plans build is judged. What a snapshot or a state has exists, and AWS has accepted it. Where one of
two that exclude each other exists already, it may be the very same, so that the refusal is not certain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from assurance import sources
from assurance.actors import strangers
from network.model import Network, Prefix, Refusal, ResolverRule, Unknown, Vpc

__all__ = ["refusals"]

SHORTEST, LONGEST = 16, 28
"""The prefix lengths that AWS takes for ranges of VPCs and subnets."""
RESERVED = 4
"""The first addresses of a subnet, which AWS keeps for itself as it does the last."""
FEWEST = 2
"""Addresses of a resolver endpoint."""
NEVER_INSIDE = frozenset({"transit_gateway", "peering", "internet_gateway", "vpn_gateway", "egress_only_gateway"})
"""Targets that a route to a part of the VPC's own range cannot have."""


def refusals(network: Network) -> tuple[Refusal, ...]:
    """What Terraform or AWS refuses of what is to be built, each with its reason and what to do about it."""
    if not network.makers:
        return network.refused
    found = _Refusals(network)
    return tuple(
        dict.fromkeys((*network.refused, *(each for check in found.checks for each in check()), *strangers(network)))
    )


class _Refusals:
    """Looks for what is refused in one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.made = network.makers
        self.checks: tuple[Callable[[], Iterator[Refusal]], ...] = (
            self.ranges,
            self.addresses,
            self.zones,
            self.resolver_endpoints,
            self.routes,
            self.entries,
            self.ports,
            self.private_names,
            self.gateway_endpoints,
            self.links,
        )

    # Ranges and addresses ----------------------------------------------------------------------------------------

    def ranges(self) -> Iterator[Refusal]:
        """VPCs and subnets of sizes that AWS does not have, outside of their VPC, or in each other's way."""
        for vpc in self.network.vpcs.values():
            if vpc.address in self.made:
                own = [(vpc.address, cidr) for cidr in vpc.cidrs]
                yield from self._sizes(own, sources.VPC_RANGES)
                yield from self._overlaps(own, "ranges of one VPC", sources.VPC_RANGES)
            inside = [(subnet.address, subnet.cidr) for subnet in self.network.subnets_of.get(vpc.address, ())]
            ours = [each for each in inside if each[0] in self.made]
            yield from self._sizes(ours, sources.SUBNETS)
            yield from self._overlaps(inside, "subnets of one VPC", sources.SUBNETS)
            known = [cidr for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)]
            for address, cidr in ours if len(known) == len(vpc.cidrs) else ():
                if isinstance(cidr, IPv4Network) and not any(cidr.subnet_of(whole) for whole in known):
                    says = f"{cidr} is not within {_listed(known)}, the range of {vpc.address} (InvalidSubnet.Range)"
                    yield Refusal(address, says, f"choose a range within {_listed(known)}", sources.SUBNETS)

    def _sizes(self, ranges: Iterable[tuple[str, Prefix | Unknown]], source: str) -> Iterator[Refusal]:
        for address, cidr in ranges:
            if isinstance(cidr, Unknown):
                yield from _unread(address, cidr)
            elif not SHORTEST <= cidr.prefixlen <= LONGEST:
                says = f"{cidr} is a /{cidr.prefixlen}, and AWS takes /{SHORTEST} to /{LONGEST}"
                yield Refusal(address, says, f"choose a range from /{SHORTEST} to /{LONGEST}", source)

    def _overlaps(self, ranges: Iterable[tuple[str, Prefix | Unknown]], what: str, source: str) -> Iterator[Refusal]:
        """Ranges that overlap. In order of their beginnings, one that overlaps any overlaps the widest before it."""
        known = sorted(
            ((at, cidr) for at, cidr in ranges if isinstance(cidr, IPv4Network)),
            key=lambda each: (int(each[1].network_address), each[1].prefixlen),
        )
        widest: tuple[str, Prefix] | None = None
        for address, cidr in known:
            if widest is not None and cidr.subnet_of(widest[1]):
                says = f"{cidr} overlaps {widest[1]} of {{other}}: {what} may not (InvalidSubnet.Conflict)"
                yield from self._conflict(widest[0], address, says, "choose another range", source)
            else:
                widest = (address, cidr)

    def _conflict(self, first: str, second: str, says: str, fix: str, source: str) -> Iterator[Refusal]:
        """Two that exclude each other, of which at least one is to be built."""
        built = [address for address in (second, first) if address in self.made]
        if built:
            other = first if built[0] == second else second
            yield Refusal(built[0], says.format(other=other), fix, source, certain=len(built) > 1)

    def addresses(self) -> Iterator[Refusal]:
        """Addresses that are not in their subnet, that AWS keeps for itself, or that two resources ask for."""
        taken: dict[tuple[object, IPv4Address], str] = {}
        for fixed in self.network.fixed:
            subnet = self.network.subnets.get(str(fixed.subnet))
            if subnet is None or fixed.address not in self.made:
                continue
            other = taken.setdefault((subnet.vpc, fixed.ip), fixed.address)
            if other != fixed.address:
                says = f"{fixed.ip} is the address of {other} already"
                yield Refusal(fixed.address, says, "choose another address", sources.SUBNETS)
            if isinstance(subnet.cidr, IPv4Network):
                yield from _misplaced(fixed.address, fixed.ip, subnet.address, subnet.cidr)

    # Zones, and what a part is in --------------------------------------------------------------------------------

    def zones(self) -> Iterator[Refusal]:
        """Attachments and endpoints with two subnets in one zone, with subnets of another VPC, or with none."""
        network = self.network
        attached: dict[tuple[object, object], str] = {}
        for attachment in network.attachments.values():
            if isinstance(attachment.gateway, str) and isinstance(attachment.vpc, str):
                other = attached.setdefault((attachment.gateway, attachment.vpc), attachment.address)
                if other != attachment.address:
                    says = "{other} attaches the same VPC to the same gateway (DuplicateTransitGatewayAttachment)"
                    yield from self._conflict(
                        other, attachment.address, says, "name all subnets in one attachment", sources.ATTACHMENTS
                    )
            if attachment.address in self.made:
                if not attachment.subnets:
                    says, fix = "it has no subnet, and the provider requires one", "name a subnet in each zone"
                    yield Refusal(attachment.address, says, fix, sources.ATTACHMENTS)
                yield from self._placed(attachment.address, attachment.vpc, attachment.subnets, sources.ATTACHMENTS)
        for endpoint in network.interface_endpoints.values():
            if endpoint.address in self.made:
                yield from self._placed(endpoint.address, endpoint.vpc, endpoint.subnets, sources.ENDPOINT)
                yield from self._grouped(endpoint.address, endpoint.vpc, endpoint.groups)

    def _placed(
        self, address: str, vpc: str | Unknown, subnets: Iterable[str | Unknown], source: str
    ) -> Iterator[Refusal]:
        seen: dict[str, str] = {}
        for at in subnets:
            subnet = self.network.subnets.get(str(at))
            if subnet is None:
                continue
            if isinstance(vpc, str) and isinstance(subnet.vpc, str) and vpc in self.network.vpcs and subnet.vpc != vpc:
                says = f"its subnet {subnet.address} is in {subnet.vpc}, and it is in {vpc}"
                yield Refusal(address, says, "name subnets of one VPC", source)
            if isinstance(subnet.zone, str):
                other = seen.setdefault(subnet.zone, subnet.address)
                if other != subnet.address:
                    says = (
                        f"{other} and {subnet.address} are both in {subnet.zone}, and AWS takes one subnet in each "
                        "zone (DuplicateSubnetsInSameZone)"
                    )
                    yield Refusal(address, says, "name one subnet in each zone", source)

    def _grouped(self, address: str, vpc: object, groups: Iterable[str | Unknown]) -> Iterator[Refusal]:
        for at in groups:
            group = self.network.groups.get(str(at))
            if group is not None and isinstance(group.vpc, str) and isinstance(vpc, str) and group.vpc != vpc:
                says = f"its security group {group.address} is of {group.vpc}, and it is in {vpc}"
                yield Refusal(address, says, "name a security group of its own VPC", sources.GROUPS)

    def resolver_endpoints(self) -> Iterator[Refusal]:
        """Resolver endpoints with too few addresses, or with addresses in two VPCs."""
        for endpoint in self.network.resolver_endpoints.values():
            if endpoint.address not in self.made:
                continue
            several = frozenset(endpoint.interfaces)
            known = all(isinstance(subnet, str) for subnet, _ in several)
            if known and len(several) < FEWEST:
                says = f"it has {len(several)} address, and AWS takes no fewer than {FEWEST}"
                yield Refusal(endpoint.address, says, f"give it {FEWEST} addresses or more", sources.RESOLVER_ENDPOINT)
            subnets = [self.network.subnets[str(at)] for at, _ in endpoint.interfaces if at in self.network.subnets]
            vpcs = sorted({subnet.vpc for subnet in subnets if isinstance(subnet.vpc, str)})
            if len(vpcs) > 1:
                says = f"its subnets are in {' and '.join(vpcs)}, and a resolver endpoint is in one VPC"
                yield Refusal(endpoint.address, says, "name subnets of one VPC", sources.RESOLVER_ENDPOINT)
            elif vpcs:
                yield from self._grouped(endpoint.address, vpcs[0], endpoint.groups)

    # Tables ------------------------------------------------------------------------------------------------------

    def routes(self) -> Iterator[Refusal]:
        """Routes to no range, and routes to a part of the VPC's own range."""
        for table in self.network.tables.values():
            vpc = self.network.vpcs.get(str(table.vpc))
            own = [cidr for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)] if vpc is not None else []
            for route in table.routes:
                if route.address not in self.made:
                    continue
                if isinstance(route.destination, Unknown):
                    yield from _unread(route.address, route.destination)
                elif route.kind in NEVER_INSIDE and isinstance(route.destination, IPv4Network):
                    yield from _inside(route.address, route.destination, own)

    def entries(self) -> Iterator[Refusal]:
        """Two entries of one number in one direction of a network ACL."""
        for acl in self.network.acls.values():
            for entries in (acl.ingress, acl.egress):
                yield from self._twice(
                    ((entry.number, entry.address) for entry in entries if entry.number),
                    acl.address,
                    "its number is that of an entry of {other} in the same direction (NetworkAclEntryAlreadyExists)",
                    "choose another number",
                    sources.ACLS,
                )

    def ports(self) -> Iterator[Refusal]:
        """Rules of security groups whose range of ports ends before it begins."""
        for group in self.network.groups.values():
            for rule in (*group.ingress, *group.egress):
                ends = rule.first_port, rule.last_port
                if rule.address in self.made and rule.protocol in {"tcp", "udp"} and _reversed(*ends):
                    says = f"its ports go from {ends[0]} to {ends[1]} (InvalidParameterValue)"
                    yield Refusal(rule.address, says, "let from_port be the lower of the two", sources.GROUPS)

    def links(self) -> Iterator[Refusal]:
        """Attachments that are associated with two tables of their gateway, or propagate to one table twice."""
        found: dict[str, list[str]] = defaultdict(list)
        for table in self.network.gateway_tables.values():
            for link in table.associations:
                if isinstance(link.target, str):
                    found[link.target].append(link.address)
            yield from self._twice(
                ((link.target, link.address) for link in table.propagations if isinstance(link.target, str)),
                "",
                "{other} propagates the same attachment to the same table already "
                "(TransitGatewayRouteTablePropagation.Duplicate)",
                "remove one of the two",
                sources.GATEWAY_ROUTING,
            )
        says = "{other} associates the same attachment with a table already (Resource.AlreadyAssociated)"
        for links in found.values():
            for second in links[1:]:
                yield from self._conflict(links[0], second, says, "remove one of the two", sources.GATEWAY_ROUTING)

    def _twice(
        self, parts: Iterable[tuple[Hashable, str]], parent: str, says: str, fix: str, source: str
    ) -> Iterator[Refusal]:
        """Parts of a parent that are alike. A parent may list several parts under its own address."""
        seen: dict[Hashable, str] = {}
        for key, address in parts:
            if key in seen and (seen[key] != address or address == parent):
                yield from self._conflict(seen[key], address, says, fix, source)
            seen.setdefault(key, address)

    # Names -------------------------------------------------------------------------------------------------------

    def private_names(self) -> Iterator[Refusal]:
        """Two that answer the same name in one VPC: endpoints of one service, rules or zones of one domain."""
        by_service: dict[tuple[str, str], str] = {}
        for endpoint in self.network.interface_endpoints.values():
            if not (isinstance(endpoint.vpc, str) and isinstance(endpoint.service, str)) or not endpoint.private_dns:
                continue
            other = by_service.setdefault((endpoint.vpc, endpoint.service), endpoint.address)
            if other != endpoint.address and endpoint.private_dns is True:
                says = f"{{other}} answers the private names of {endpoint.service} in the same VPC already"
                fix = "remove one of the two, or turn its private DNS off"
                yield from self._conflict(other, endpoint.address, says, fix, sources.PRIVATE_DNS)
            yield from self._resolvable(endpoint.address, self.network.vpcs.get(endpoint.vpc), endpoint.private_dns)
        yield from self._domains()

    def _resolvable(self, address: str, vpc: Vpc | None, private_dns: object) -> Iterator[Refusal]:
        """Private DNS takes a VPC with both DNS attributes."""
        if vpc is None or private_dns is not True or address not in self.made:
            return
        attributes = {"enable_dns_support": vpc.dns_support, "enable_dns_hostnames": vpc.dns_hostnames}
        for name in (name for name, value in attributes.items() if value is False):
            says = f"private DNS needs {name}, which {vpc.address} has off"
            yield Refusal(address, says, f"set {name} to true, or turn private DNS off", sources.PRIVATE_DNS)

    def _domains(self) -> Iterator[Refusal]:
        rules: dict[tuple[str, str], str] = {}
        for association in self.network.rule_associations:
            rule = self.network.rules.get(str(association.rule))
            if rule is None or not _certain(rule) or not isinstance(association.vpc, str):
                continue
            other = rules.setdefault((association.vpc, str(rule.domain)), association.address)
            if other != association.address:
                says = f"{{other}} associates a rule for {rule.domain} with the same VPC already"
                yield from self._conflict(
                    other, association.address, says, "remove one of the two", sources.SAME_DOMAIN
                )
        zones: dict[tuple[str, str], tuple[str, str]] = {}
        for zone in self.network.zones.values():
            for link in zone.vpcs if isinstance(zone.domain, str) else ():
                if not isinstance(link.target, str):
                    continue
                other, first = zones.setdefault((link.target, str(zone.domain)), (zone.address, link.address))
                if other != zone.address:
                    says = f"a VPC takes one zone of a name, and {{other}} gives it one for {zone.domain} already"
                    fix = "remove one of the two"
                    yield from self._conflict(
                        first, link.address, f"{says} (ConflictingDomainExists)", fix, sources.ZONES
                    )

    def gateway_endpoints(self) -> Iterator[Refusal]:
        """Two gateway endpoints of one service for one route table."""
        seen: dict[tuple[str, str], tuple[str, str]] = {}
        for endpoint in self.network.gateway_endpoints.values():
            for link in endpoint.tables if isinstance(endpoint.service, str) else ():
                if not isinstance(link.target, str):
                    continue
                other, first = seen.setdefault((link.target, str(endpoint.service)), (endpoint.address, link.address))
                if other != endpoint.address:
                    says = f"{link.target} has a route to {endpoint.service} through {{other}} (RouteAlreadyExists)"
                    yield from self._conflict(
                        first, link.address, says, "name each table in one endpoint", sources.GATEWAY_ENDPOINT
                    )


def _certain(rule: ResolverRule) -> bool:
    return isinstance(rule.domain, str) and isinstance(rule.kind, str)


def _unread(address: str, cidr: Unknown) -> Iterator[Refusal]:
    """A text that is no range is what it says itself; one with host bits is refused."""
    try:
        meant = IPv4Network(cidr.why, strict=False)
    except ValueError:
        return
    says = f"{cidr.why} is no range: it begins at {meant.network_address}"
    yield Refusal(address, says, f"write {meant}", sources.VPC_RANGES)


def _reversed(first: int | Unknown, last: int | Unknown) -> bool:
    return isinstance(first, int) and isinstance(last, int) and first > last


def _misplaced(address: str, ip: IPv4Address, subnet: str, cidr: Prefix) -> Iterator[Refusal]:
    """An address that AWS does not give to anybody in a subnet."""
    if ip not in cidr:
        says = f"{ip} is not in {cidr}, the range of its subnet {subnet}"
        yield Refusal(address, says, f"choose an address of {cidr}", sources.SUBNETS)
    elif int(ip) - int(cidr.network_address) < RESERVED or ip == cidr.broadcast_address:
        says = f"AWS keeps the first four addresses of {cidr} and the last for itself, and {ip} is one of them"
        yield Refusal(address, says, f"choose from {cidr[RESERVED]} to {cidr[-2]}", sources.SUBNETS)


def _inside(address: str, to: Prefix, own: Iterable[Prefix]) -> Iterator[Refusal]:
    for whole in own:
        if to.subnet_of(whole):
            says = (
                f"{to} is within {whole}, the VPC's own range: such a route may lead to a network interface or an "
                "endpoint in the VPC only"
            )
            yield Refusal(address, says, "remove it, or choose a destination outside of the VPC", sources.ROUTE_TABLES)


def _listed(ranges: Iterable[Prefix]) -> str:
    return " and ".join(map(str, ranges))
