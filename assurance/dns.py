"""The DNS walk: what a VPC's resolver makes of a name, through every rule and endpoint on the way.

The most specific domain among the VPC's rules and zones takes a name; at the same domain a rule comes before a zone. A
query crosses no transit gateway: it goes to the outbound endpoint inside the Resolver service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from ipaddress import IPv4Address, IPv4Network

from assurance import sources
from assurance.flows import Flow, Interface
from assurance.packets import Packets
from assurance.path import Hop, Path, Verdict
from assurance.sharing import admission
from network.model import (
    HostedZone,
    InterfaceEndpoint,
    Network,
    Record,
    ResolverEndpoint,
    ResolverRule,
    RuleAssociation,
    Unknown,
    Vpc,
)
from network.services import Service

__all__ = ["Answer", "Kind", "Names"]

PROTOCOLS = ("udp", "tcp")
"""DNS needs both: an answer that does not fit into a datagram is asked for again over TCP."""
MOST_VPCS = 8
"""Resolvers that a query may pass; a chain that long is taken for a loop."""


class Kind(Enum):
    """What a name comes to."""

    PRIVATE = "private"
    PUBLIC = "public"
    NXDOMAIN = "NXDOMAIN"
    SERVFAIL = "SERVFAIL"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name comes to, and how."""

    kind: Kind
    path: Path
    endpoint: str | None = None
    """The interface endpoint whose addresses were answered."""


@dataclass(frozen=True, slots=True)
class _Taker:
    """A rule or zone that a VPC has for a domain."""

    domain: str
    """Empty where it is not known, so that the taker may be any name's."""
    wins_ties: bool
    via: str
    """The resource that puts it to use in the VPC."""
    what: ResolverRule | HostedZone | InterfaceEndpoint
    everything_below: bool = True
    association: RuleAssociation | None = None


@dataclass(frozen=True, slots=True)
class _Query:
    """A name on its way: which VPC's resolver has it, and which have had it before."""

    name: str
    vpc: Vpc
    seen: tuple[str, ...] = ()
    inbound: bool = False
    """It came through an inbound endpoint."""


class Names:
    """Resolves names in one network."""

    def __init__(self, network: Network, packets: Packets, services: Mapping[str, Service]) -> None:
        self.network = network
        self.packets = packets
        self.services = services
        self._takers = cache(self._takers_of)
        self._associations: dict[str, list[RuleAssociation]] = {}
        for association in network.rule_associations:
            self._associations.setdefault(str(association.vpc), []).append(association)
        self._zones: dict[str, list[tuple[str, HostedZone]]] = {}
        for zone in network.zones.values():
            for link in zone.vpcs:
                self._zones.setdefault(str(link.target), []).append((link.address, zone))
        self._endpoints: dict[str, list[InterfaceEndpoint]] = {}
        for endpoint in network.interface_endpoints.values():
            self._endpoints.setdefault(str(endpoint.vpc), []).append(endpoint)
        self._inbound: dict[IPv4Address, list[tuple[ResolverEndpoint, Interface]]] = {}
        for ip, inbound in self._inbound_addresses():
            self._inbound.setdefault(ip, []).append(inbound)

    def resolve(self, vpc: Vpc, name: str) -> Answer:
        """What a workload in a VPC is answered."""
        if vpc.name_servers:
            servers = ", ".join(map(str, vpc.name_servers))
            says = f"{name}: the VPC's DHCP options set other name servers than its resolver: {servers}"
            fix = "set domain_name_servers to AmazonProvidedDNS"
            hop = Hop(vpc.address, says, sources.DHCP_OPTIONS, Verdict.UNKNOWN, fix)
            return Answer(Kind.UNKNOWN, Path((hop,)))
        return self._resolve(_Query(name.lower().rstrip("."), vpc), Path())

    def _resolve(self, query: _Query, path: Path) -> Answer:
        vpc, name = query.vpc, query.name
        if vpc.dns_support is not True:
            hop = _resolver_off(vpc, name)
            return Answer(Kind.UNKNOWN if hop.verdict is Verdict.UNKNOWN else Kind.SERVFAIL, path.then(hop))
        found = [
            (taker, self._refused(taker, vpc))
            for taker in self._takers(vpc, query.inbound)
            if _below(name, taker.domain)
        ]
        refused = [hop for _, hop in found if hop is not None]
        path += Path(tuple(refused))
        if any(hop.verdict is Verdict.UNKNOWN for hop in refused):
            return Answer(Kind.UNKNOWN, path)
        takers = [taker for taker, hop in found if hop is None]
        unclear = next((taker for taker in takers if not taker.domain), None)
        if unclear is not None:
            says = f"{name} may be below the domain of {unclear.what.address}, which is unknown"
            fix = "trace it together with the stack that determines it"
            hop = Hop(unclear.via, says, sources.RULE_MATCH, Verdict.UNKNOWN, fix)
            return Answer(Kind.UNKNOWN, path.then(hop))
        best = max(takers, key=lambda taker: (len(taker.domain), taker.wins_ties), default=None)
        if best is None:
            return Answer(Kind.PUBLIC, path.then(self._public_hop(vpc, name)))
        rivals = [t for t in takers if t.domain == best.domain and t.wins_ties and t.what is not best.what]
        if best.wins_ties and rivals:
            says = f"two rules for {best.domain} are associated with the VPC; AWS refuses one of them"
            hop = Hop(rivals[0].via, says, sources.SAME_DOMAIN, Verdict.UNKNOWN, f"remove it, or {best.via}")
            return Answer(Kind.UNKNOWN, path.then(hop))
        return self._follow(best, query, path, takers)

    def _refused(self, taker: _Taker, vpc: Vpc) -> Hop | None:
        """A rule of another account that is not shared acts as one that is not associated, without a word."""
        if not isinstance(taker.what, ResolverRule) or taker.association is None:
            return None
        by, owner = taker.association.owner.account, vpc.owner.account
        if isinstance(by, str) and isinstance(owner, str) and by != owner:
            says = f"account {by} associates a rule with a VPC of account {owner}"
            return Hop(taker.via, says, sources.SHARED_RULES, Verdict.DROPPED, "use a provider of the VPC's account")
        shared = admission(self.network, taker.what.address, taker.what.owner, taker.association.owner)
        return None if shared.verdict is Verdict.PASSES else shared

    def _follow(self, taker: _Taker, query: _Query, path: Path, takers: list[_Taker]) -> Answer:
        name = query.name
        unclear = _unclear(taker, query)
        if unclear is not None:
            return Answer(Kind.UNKNOWN, path.then(unclear))
        if isinstance(taker.what, InterfaceEndpoint):
            return self._endpoint_answer(taker, taker.what, name, path)
        if isinstance(taker.what, HostedZone):
            return self._zone_answer(taker.what, name, path)
        rule = taker.what
        says = f"{name} is below {rule.domain}, the most specific domain of the VPC's rules and zones: {rule.kind}"
        path = path.then(Hop(taker.via, says, sources.RULE_MATCH))
        if rule.kind == "SYSTEM":
            zones = [taker for taker in takers if not isinstance(taker.what, ResolverRule)]
            best = max(zones, key=lambda taker: len(taker.domain), default=None)
            if best is not None:
                return self._follow(best, query, path, zones)
            return Answer(Kind.PUBLIC, path.then(self._public_hop(query.vpc, name)))
        return self._forward(rule, query, path)

    # Answers ------------------------------------------------------------------------------------------------------

    def _endpoint_answer(self, taker: _Taker, endpoint: InterfaceEndpoint, name: str, path: Path) -> Answer:
        if name != taker.domain and not taker.everything_below:
            says = f"private DNS of the endpoint has {taker.domain} but nothing below it, such as {name}"
            fix = "offer the service that has the name, or exempt the name in the spoke (a SYSTEM rule)"
            return Answer(
                Kind.NXDOMAIN, path.then(Hop(endpoint.address, says, sources.PRIVATE_ZONES, Verdict.DROPPED, fix))
            )
        says = f"{name} is answered with the endpoint's private addresses"
        return Answer(Kind.PRIVATE, path.then(Hop(endpoint.address, says, sources.PRIVATE_DNS)), endpoint.address)

    def _zone_answer(self, zone: HostedZone, name: str, path: Path) -> Answer:
        record = _record(zone, name)
        if record is None:
            says = f"the private zone {zone.domain} covers {name} but has no record for it; public DNS is not queried"
            fix = "add the record, or make the zone more specific"
            return Answer(
                Kind.NXDOMAIN, path.then(Hop(zone.address, says, sources.PRIVATE_ZONES, Verdict.DROPPED, fix))
            )
        if isinstance(record.alias, str) and record.alias in self.network.interface_endpoints:
            says = f"{name} is an alias of {record.alias}"
            return Answer(Kind.PRIVATE, path.then(Hop(record.address, says, sources.PRIVATE_ZONES)), record.alias)
        hop = Hop(record.address, f"the target of {name} is not modelled", sources.PRIVATE_ZONES, Verdict.UNKNOWN)
        return Answer(Kind.UNKNOWN, path.then(hop))

    def _public_hop(self, vpc: Vpc, name: str) -> Hop:
        """The last resort of a resolver, and what would have kept a name from it."""
        says = f"no rule or zone of the VPC matches {name}, so it is resolved in public DNS"
        return Hop(vpc.address, says, sources.RULE_MATCH, fix=self._keep_private(vpc, name))

    def _keep_private(self, vpc: Vpc, name: str) -> str:
        for endpoint in self._endpoints.get(vpc.address, ()):
            service = self.services.get(str(endpoint.service))
            if service is not None and any(_below(name, domain) for domain, _ in service.zones()):
                if endpoint.private_dns is not True:
                    return f"set private_dns_enabled on {endpoint.address}"
                if vpc.dns_hostnames is not True:
                    return f"set enable_dns_hostnames on {vpc.address}: private DNS needs it"
                return f"have {endpoint.address} answer every query (dns_options)"
        rules = [
            rule for rule in self.network.rules.values() if rule.kind == "FORWARD" and _below(name, str(rule.domain))
        ]
        if rules and vpc.address in {spoke.address for spoke in self.network.spokes.values()}:
            rule = max(rules, key=lambda rule: len(str(rule.domain)))
            return f"associate {rule.address} with the VPC (aws_route53_resolver_rule_association)"
        return "create an interface endpoint for the service, with private DNS"

    # Forwarding ---------------------------------------------------------------------------------------------------

    def _forward(self, rule: ResolverRule, query: _Query, path: Path) -> Answer:
        vpc, seen = query.vpc, query.seen
        if vpc.address in seen or len(seen) > MOST_VPCS:
            says = f"the query returns to this rule and loops: {' → '.join((*seen, vpc.address))}"
            fix = f"remove the rule's association with {vpc.address}, which has the inbound endpoint"
            return Answer(Kind.SERVFAIL, path.then(Hop(rule.address, says, sources.LOOP, Verdict.DROPPED, fix)))
        outbound = self.network.resolver_endpoints.get(str(rule.endpoint))
        if outbound is None:
            says = f"its outbound endpoint is not in the input: {rule.endpoint}"
            hop = Hop(rule.address, says, sources.RESOLVER_PATH, Verdict.UNKNOWN)
            return Answer(Kind.UNKNOWN, path.then(hop))
        says = f"inside the Resolver service the query goes to the outbound endpoint {outbound.address}"
        path = path.then(Hop(rule.address, says, sources.RESOLVER_PATH))
        if outbound.direction != "OUTBOUND" or not rule.targets:
            says = f"the rule has {len(rule.targets)} targets, through an endpoint of direction {outbound.direction}"
            hop = Hop(
                rule.address, says, sources.RESOLVER_PATH, Verdict.DROPPED, "forward through an outbound endpoint"
            )
            return Answer(Kind.SERVFAIL, path.then(hop))
        return self._ask_targets(rule, outbound, replace(query, seen=(*seen, vpc.address)), path)

    def _ask_targets(self, rule: ResolverRule, outbound: ResolverEndpoint, query: _Query, path: Path) -> Answer:
        """Any target may be asked, so all have to answer; they are one answer where they are one endpoint."""
        hubs: dict[str, Path] = {}
        for target in rule.targets:
            inbound = self._listening(outbound, target.ip)
            if inbound is None:
                return self._nobody(rule, target.ip, path)
            endpoint, interface = inbound
            asked = self._carried(outbound, interface, target.port)
            if asked.verdict is not Verdict.PASSES:
                kind = Kind.SERVFAIL if asked.verdict is Verdict.DROPPED else Kind.UNKNOWN
                return Answer(kind, path + asked)
            says = f"the inbound endpoint {target.ip} passes the query to its VPC's resolver"
            hop = Hop(endpoint.address, says, sources.RESOLVER_PATH)
            hubs.setdefault(str(self.network.subnets[interface.subnet].vpc), asked.then(hop))
        answers = [
            self._resolve(replace(query, vpc=self.network.vpcs[at], inbound=True), path + asked)
            for at, asked in hubs.items()
        ]
        return min(answers, key=lambda answer: answer.kind is Kind.PRIVATE)

    def _listening(
        self, outbound: ResolverEndpoint, ip: IPv4Address | Unknown
    ) -> tuple[ResolverEndpoint, Interface] | None:
        """Who has a target's address: in the outbound endpoint's own VPC, or else the only one that was read."""
        found = self._inbound.get(ip, []) if isinstance(ip, IPv4Address) else []
        own = {
            self.network.subnets[str(at)].vpc
            for at, _ in outbound.interfaces
            if isinstance(at, str) and at in self.network.subnets
        }
        near = [each for each in found if self.network.subnets[each[1].subnet].vpc in own]
        return near[0] if near else found[0] if len(found) == 1 else None

    def _nobody(self, rule: ResolverRule, ip: IPv4Address | Unknown, path: Path) -> Answer:
        """A target that no inbound endpoint has: nobody, where its VPC is known in full."""
        open_ends = [
            endpoint
            for endpoint in self.network.resolver_endpoints.values()
            if endpoint.direction == "INBOUND" and any(address is None for _, address in endpoint.interfaces)
        ]
        inside = isinstance(ip, IPv4Address) and any(
            isinstance(cidr, IPv4Network) and ip in cidr for vpc in self.network.vpcs.values() for cidr in vpc.cidrs
        )
        dead = inside and not open_ends
        says = f"{'no' if dead else 'possibly no'} inbound endpoint has the target address {ip}"
        verdict = Verdict.DROPPED if dead else Verdict.UNKNOWN
        hop = Hop(rule.address, says, sources.INBOUND, verdict, "forward to the inbound endpoint's fixed addresses")
        return Answer(Kind.SERVFAIL if dead else Kind.UNKNOWN, path.then(hop))

    def _carried(self, outbound: ResolverEndpoint, inbound: Interface, port: int) -> Path:
        """The way of a query from any interface of the outbound endpoint: the worst of all."""
        ways = [
            way
            for subnet, ip in outbound.interfaces
            for protocol in PROTOCOLS
            for way in self._way(outbound, subnet, ip, inbound, Flow(protocol, port, port))
        ]
        if not ways:
            return _unplaced(outbound)
        failing = [way for way in ways if way.verdict is not Verdict.PASSES]
        return min(failing or ways, key=lambda way: way.verdict is Verdict.UNKNOWN)

    def _way(
        self,
        outbound: ResolverEndpoint,
        subnet: str | Unknown,
        ip: IPv4Address | None,
        inbound: Interface,
        flow: Flow,
    ) -> Iterable[Path]:
        source = interface_of(self.network, outbound.address, subnet, ip, outbound.groups)
        if source is None:
            return (_unplaced(outbound),)
        return self.packets.there_and_back(source, inbound, flow)

    def _inbound_addresses(self) -> Iterator[tuple[IPv4Address, tuple[ResolverEndpoint, Interface]]]:
        for endpoint in self.network.resolver_endpoints.values():
            if endpoint.direction != "INBOUND":
                continue
            for subnet, ip in endpoint.interfaces:
                interface = interface_of(self.network, endpoint.address, subnet, ip, endpoint.groups)
                if ip is not None and interface is not None:
                    yield ip, (endpoint, interface)

    # What a VPC has -----------------------------------------------------------------------------------------------

    def _takers_of(self, vpc: Vpc, inbound: bool) -> tuple[_Taker, ...]:  # noqa: FBT001  part of a cache's key
        """Every rule and zone of a VPC. Zones need both DNS attributes."""
        takers = [*self._rules_of(vpc)]
        if vpc.dns_support is True and vpc.dns_hostnames is not False:
            takers += [*self._zones_of(vpc), *self._endpoint_zones(vpc, inbound=inbound)]
        return tuple(takers)

    def _rules_of(self, vpc: Vpc) -> Iterator[_Taker]:
        for association in self._associations.get(vpc.address, ()):
            rule = self.network.rules.get(str(association.rule))
            if rule is not None and isinstance(rule.domain, str):
                yield _Taker(rule.domain, wins_ties=True, via=association.address, what=rule, association=association)
                continue
            # It may take any name.
            yield _Taker("", wins_ties=True, via=association.address, what=_stand_in(association))

    def _zones_of(self, vpc: Vpc) -> Iterator[_Taker]:
        for via, zone in self._zones.get(vpc.address, ()):
            domain = zone.domain if isinstance(zone.domain, str) else ""
            yield _Taker(domain, wins_ties=False, via=via, what=zone)

    def _endpoint_zones(self, vpc: Vpc, *, inbound: bool) -> Iterator[_Taker]:
        for endpoint in self._endpoints.get(vpc.address, ()):
            service = self.services.get(str(endpoint.service))
            if service is None or endpoint.private_dns is False or (endpoint.inbound_only is True and not inbound):
                continue
            for domain, everything in service.zones():
                yield _Taker(domain, wins_ties=False, via=endpoint.address, what=endpoint, everything_below=everything)


def interface_of(
    network: Network,
    address: str,
    subnet: str | Unknown,
    ip: IPv4Address | None,
    groups: tuple[str | Unknown, ...] | None,
) -> Interface | None:
    """A resource's interface in a subnet; None where the subnet is not known."""
    known = network.subnets.get(str(subnet))
    if known is None or not isinstance(known.cidr, IPv4Network):
        return None
    return Interface(address, known.address, IPv4Network(ip) if ip is not None else known.cidr, groups)


def _below(name: str, domain: str) -> bool:
    return domain in {"", ".", name} or name.endswith(f".{domain}")


def _unclear(taker: _Taker, query: _Query) -> Hop | None:
    """Why it is not known what becomes of a name that a VPC's rule or zone takes."""
    vpc, what = query.vpc, taker.what
    if isinstance(what, ResolverRule):
        says = f"what a rule of type {what.kind} does with the name is not known"
        fix = "trace it with the stack that has the rule"
        hop = Hop(what.address, says, sources.RULE_MATCH, Verdict.UNKNOWN, fix)
        return None if what.kind in {"FORWARD", "SYSTEM"} else hop
    if isinstance(vpc.dns_hostnames, Unknown):
        says = f"whether {vpc.address} has DNS hostnames, which its zones need, is not known"
        return Hop(vpc.address, says, sources.DNS_ATTRIBUTES, Verdict.UNKNOWN)
    if isinstance(what, InterfaceEndpoint):
        if isinstance(what.private_dns, Unknown):
            return Hop(what.address, "whether private DNS is on is not known", sources.PRIVATE_DNS, Verdict.UNKNOWN)
        if isinstance(what.inbound_only, Unknown) and not query.inbound:
            says = "whether its private DNS answers inbound endpoints alone is not known"
            return Hop(what.address, says, sources.PRIVATE_DNS, Verdict.UNKNOWN)
    return None


def _resolver_off(vpc: Vpc, name: str) -> Hop:
    """Why a VPC's resolver answers nothing, or may not."""
    fix = "set enable_dns_support to true"
    if isinstance(vpc.dns_support, Unknown):
        says = f"{name}: the VPC's resolver may be off: {vpc.dns_support.why}"
        return Hop(vpc.dns_support.at or vpc.address, says, sources.DNS_ATTRIBUTES, Verdict.UNKNOWN, fix)
    return Hop(vpc.address, f"{name}: the VPC's resolver is off", sources.DNS_ATTRIBUTES, Verdict.DROPPED, fix)


def _unplaced(outbound: ResolverEndpoint) -> Path:
    return Path((Hop(outbound.address, "its subnets are not known", sources.RESOLVER_PATH, Verdict.UNKNOWN),))


def _stand_in(association: RuleAssociation) -> ResolverRule:
    """A rule of which only the association was read."""
    unknown = Unknown("not read")
    return ResolverRule(str(association.rule), association.owner, unknown, unknown, None, ())


def _record(zone: HostedZone, name: str) -> Record | None:
    """The record of a name, or the wildcard that stands for it; names in Terraform may leave out the zone's."""
    full = {
        record.name if _below(record.name, str(zone.domain)) else f"{record.name}.{zone.domain}": record
        for record in zone.records
    }
    parts = name.split(".")
    wildcards = (f"*.{'.'.join(parts[at:])}" for at in range(1, len(parts)))
    return next((full[each] for each in (name, *wildcards) if each in full), None)
