"""The DNS walk: what a VPC's resolver makes of a name, through every rule and endpoint on the way.

The most specific domain among the VPC's rules and zones takes a name; at the same domain a rule comes before a zone. A
query crosses no transit gateway: it goes to the outbound endpoint inside the Resolver service.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum
from functools import cache
from ipaddress import IPv4Address, IPv4Network

from assurance import sources
from assurance.flows import Flow, Interface
from assurance.packets import Packets
from assurance.path import Hop, Path, Verdict, undetermined, worst
from assurance.sharing import admission
from network.model import (
    Forwarder,
    HostedZone,
    Instance,
    InterfaceEndpoint,
    Link,
    Network,
    Owner,
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
DNS = 53
"""The port that an inbound endpoint listens on."""
NEAR = 0.85
"""How alike two domains are, of 1, where one is taken for the other, mistyped."""
REGION = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-\d\b")
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
    unsure: str = ""
    """Why it is not known whether the VPC has it; empty where it has."""


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

    def __init__(
        self,
        network: Network,
        packets: Packets,
        services: Mapping[str, Service],
        accepted: Collection[str] = (),
    ) -> None:
        self.network = network
        self.accepted = accepted
        self.packets = packets
        self.services = services
        self._takers = cache(self._takers_of)
        self._associations: dict[str | Unknown, list[RuleAssociation]] = {}
        for association in network.rule_associations:
            self._associations.setdefault(association.vpc, []).append(association)
        self._zones: dict[str | Unknown, list[tuple[Link, HostedZone]]] = {}
        for zone in network.zones.values():
            for link in zone.vpcs:
                self._zones.setdefault(link.target, []).append((link, zone))
        self._endpoints: dict[str | Unknown, list[InterfaceEndpoint]] = {}
        for endpoint in network.interface_endpoints.values():
            self._endpoints.setdefault(endpoint.vpc, []).append(endpoint)
        self._anywhere = tuple(self._of_unknown_vpcs())
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
        possible = [taker for taker, hop in found if hop is None]
        undecided = _undecided(possible, name)
        if undecided:
            return Answer(Kind.UNKNOWN, path + Path(undecided))
        takers = [taker for taker in possible if not taker.unsure]
        best = max(takers, key=_precedence, default=None)
        if best is None:
            return Answer(Kind.PUBLIC, path.then(self._public_hop(vpc, name)))
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
            return Answer(Kind.PUBLIC, path.then(self._kept_hop(rule, name)))
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
        records = _records(zone, name)
        record = records[0] if records else None
        if len({(each.alias, each.values) for each in records}) > 1:
            says = f"{name} has several records, which may be answered in turn"
            hops = (Hop(each.address, says, sources.PRIVATE_ZONES, Verdict.UNKNOWN) for each in records)
            return Answer(Kind.UNKNOWN, path + Path(tuple(hops)))
        if record is None:
            says = f"the private zone {zone.domain} covers {name} but has no record for it; public DNS is not queried"
            fix = "add the record, or make the zone more specific"
            return Answer(
                Kind.NXDOMAIN, path.then(Hop(zone.address, says, sources.PRIVATE_ZONES, Verdict.DROPPED, fix))
            )
        if isinstance(record.alias, str) and record.alias in self.network.interface_endpoints:
            says = f"{name} is an alias of {record.alias}"
            return Answer(Kind.PRIVATE, path.then(Hop(record.address, says, sources.PRIVATE_ZONES)), record.alias)
        says = f"the target of {name} is not modelled"
        return Answer(
            Kind.UNKNOWN, path.then(undetermined(record.address, says, sources.PRIVATE_ZONES, open_by=record.alias))
        )

    def _public_hop(self, vpc: Vpc, name: str) -> Hop:
        """The last resort of a resolver, and what would have kept a name from it."""
        says = f"no rule or zone of the VPC matches {name}, so it is resolved in public DNS"
        at, fix = self._keep_private(vpc, name)
        return Hop(at, says, sources.RULE_MATCH, fix=fix)

    def _kept_hop(self, rule: ResolverRule, name: str) -> Hop:
        """A SYSTEM rule that keeps a name in a VPC without an endpoint, so that it is resolved in public DNS."""
        says = f"the SYSTEM rule for {rule.domain} keeps {name} in the VPC, so it is resolved in public DNS"
        fix = f"have {rule.address} forward (rule_type FORWARD) or remove it, where the name is not to stay in the VPC"
        return Hop(rule.address, says, sources.RULE_MATCH, fix=fix)

    def _keep_private(self, vpc: Vpc, name: str) -> tuple[str, str]:
        """What would have kept a name private: where, and what to do there."""
        for endpoint in self._endpoints.get(vpc.address, ()):
            service = self.services.get(str(endpoint.service))
            if service is not None and any(_below(name, domain) for domain, _ in service.zones()):
                if endpoint.private_dns is not True:
                    return endpoint.address, f"set private_dns_enabled on {endpoint.address}"
                if vpc.dns_hostnames is not True:
                    return vpc.address, f"set enable_dns_hostnames on {vpc.address}: private DNS needs it"
                return endpoint.address, f"have {endpoint.address} answer every query (dns_options)"
            if service is None and isinstance(endpoint.service, str) and (near := _mistaken(name, endpoint.service)):
                fix = f"correct the service of {endpoint.address}: {endpoint.service}, where {near} is asked for"
                return endpoint.address, fix
        if vpc.address not in {spoke.address for spoke in self.network.spokes.values()}:
            return vpc.address, "create an interface endpoint for the service, with private DNS"
        return self._misread(vpc, name) or (vpc.address, self._forwarded(vpc, name))

    def _misread(self, vpc: Vpc, name: str) -> tuple[str, str] | None:
        """A rule of a VPC that would forward a name if its domain were not mistyped or of another region."""
        used = [self.network.rules.get(str(each.rule)) for each in self._associations.get(vpc.address, ())]
        for rule in used:
            if rule is None or rule.kind != "FORWARD" or not isinstance(rule.domain, str):
                continue
            if _is_of_another_region(name, rule.domain):
                fix = f"use one region for the VPC, {vpc.owner.region}, and for {rule.address}, which has {rule.domain}"
                return rule.address, fix
            meant = _mistaken(name, rule.domain)
            forwards = any(_below(each, rule.domain) for service in self.services.values() for each in service.names)
            if meant and not forwards:
                fix = f"correct the domain of {rule.address}: {rule.domain}, where {meant} is asked for"
                return rule.address, fix
        return None

    def _forwarded(self, vpc: Vpc, name: str) -> str:
        """The rule of the VPC's hub, or of another, that would forward a name; else the endpoint that there is not."""
        gateways = self._gateways_of(vpc.address)
        fitting = [
            (bool(gateways & self._gateways_behind(rule)), len(str(rule.domain)), rule.address)
            for rule in self.network.rules.values()
            if rule.kind == "FORWARD" and _below(name, str(rule.domain))
        ]
        if not fitting:
            return "create an interface endpoint for the service, with private DNS"
        best = max(fitting, key=lambda each: each[:2])[2]
        return f"associate {best} with the VPC (aws_route53_resolver_rule_association)"

    def _gateways_of(self, vpc: str) -> set[str | Unknown]:
        return {attachment.gateway for attachment in self.network.attachments_of.get(vpc, ())}

    def _gateways_behind(self, rule: ResolverRule) -> set[str | Unknown]:
        """The gateways of the VPC that a rule's outbound endpoint is in: its users' too, in one hub."""
        outbound = self.network.resolver_endpoints.get(str(rule.endpoint))
        subnets = [self.network.subnets.get(str(at)) for at, _ in outbound.interfaces] if outbound is not None else []
        return {each for subnet in subnets if subnet is not None for each in self._gateways_of(str(subnet.vpc))}

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
        if isinstance(outbound.direction, Unknown):
            says = f"the direction of its endpoint is not known: {outbound.direction.why}"
            hop = Hop(outbound.address, says, sources.RESOLVER_PATH, Verdict.UNKNOWN)
            return Answer(Kind.UNKNOWN, path.then(hop))
        if outbound.direction != "OUTBOUND" or not rule.targets:
            says = f"the rule has {len(rule.targets)} targets, through an endpoint of direction {outbound.direction}"
            hop = Hop(
                rule.address, says, sources.RESOLVER_PATH, Verdict.DROPPED, "forward through an outbound endpoint"
            )
            return Answer(Kind.SERVFAIL, path.then(hop))
        return self._ask_targets(rule, outbound, replace(query, seen=(*seen, vpc.address)), path)

    def _ask_targets(self, rule: ResolverRule, outbound: ResolverEndpoint, query: _Query, path: Path) -> Answer:
        """Any target may be asked, so all have to answer; they are one answer where they are one endpoint."""
        asked = [(self._listening(outbound, target.ip), self._asked(rule, outbound, target)) for target in rule.targets]
        failing = [way for _, way in asked if way.verdict is not Verdict.PASSES]
        if failing:
            way = worst(failing, self.accepted)
            return Answer(Kind.SERVFAIL if way.verdict is Verdict.DROPPED else Kind.UNKNOWN, path + way)
        hubs: dict[str, Path] = {}
        for inbound, way in asked:
            if inbound is not None:
                hubs.setdefault(str(self.network.subnets[inbound[1].subnet].vpc), way)
        answers = [
            self._resolve(replace(query, vpc=self.network.vpcs[at], inbound=True), path + way)
            for at, way in hubs.items()
        ]
        if len({answer.endpoint for answer in answers}) > 1 and all(a.kind is Kind.PRIVATE for a in answers):
            says = "its targets are in several VPCs, which answer with different endpoints"
            return Answer(Kind.UNKNOWN, path.then(Hop(rule.address, says, sources.RESOLVER_PATH, Verdict.UNKNOWN)))
        return min(answers, key=lambda answer: (answer.kind is Kind.PRIVATE, answer.path.is_accepted(self.accepted)))

    def _asked(self, rule: ResolverRule, outbound: ResolverEndpoint, target: Forwarder) -> Path:
        """The way of a query to one target of a rule, and into the VPC of the inbound endpoint that has its address."""
        inbound = self._listening(outbound, target.ip)
        if inbound is None:
            return Path((self._nobody(rule, target.ip),))
        endpoint, interface = inbound
        if target.port != DNS:
            says = f"the target {target.ip} names port {target.port}, and the inbound endpoint listens on {DNS}"
            fix = f"set the port of the rule's target to {DNS}"
            return Path((Hop(rule.address, says, sources.INBOUND, Verdict.DROPPED, fix),))
        if str(self.network.subnets[interface.subnet].vpc) not in self.network.vpcs:
            says = f"the VPC of the inbound endpoint {target.ip} is not in the input"
            return Path((Hop(endpoint.address, says, sources.RESOLVER_PATH, Verdict.UNKNOWN),))
        says = f"the inbound endpoint {target.ip} passes the query to its VPC's resolver"
        return self._carried(outbound, interface, target.port).then(Hop(endpoint.address, says, sources.RESOLVER_PATH))

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

    def _nobody(self, rule: ResolverRule, ip: IPv4Address | Unknown) -> Hop:
        """A target that no inbound endpoint has: nobody, where its VPC is known in full."""
        resolver = next((vpc for vpc in self.network.vpcs.values() if _is_resolver_of(vpc, ip)), None)
        if resolver is not None:
            says = f"the target {ip} is the resolver of {resolver.address} itself, which is not modelled"
            fix = "forward to the fixed addresses of an inbound endpoint"
            return Hop(rule.address, says, sources.INBOUND, Verdict.UNKNOWN, fix)
        open_ends = any(map(self._may_listen_anywhere, self.network.resolver_endpoints.values())) or any(
            self._may_have(instance, ip) for instance in self.network.instances.values()
        )
        inside = isinstance(ip, IPv4Address) and any(
            isinstance(cidr, IPv4Network) and ip in cidr for vpc in self.network.vpcs.values() for cidr in vpc.cidrs
        )
        dead = inside and not open_ends
        says = f"{'no' if dead else 'possibly no'} inbound endpoint has the target address {ip}"
        verdict = Verdict.DROPPED if dead else Verdict.UNKNOWN
        return Hop(rule.address, says, sources.INBOUND, verdict, "forward to the inbound endpoint's fixed addresses")

    def _may_listen_anywhere(self, endpoint: ResolverEndpoint) -> bool:
        """Whether an endpoint may be an inbound one with an address that was not read."""
        if isinstance(endpoint.direction, Unknown):
            return True
        unread = (address is None or str(at) not in self.network.subnets for at, address in endpoint.interfaces)
        return endpoint.direction == "INBOUND" and any(unread)

    def _may_have(self, instance: Instance, ip: IPv4Address | Unknown) -> bool:
        """Whether an instance may have an address, and be a name server."""
        home = self.network.subnets.get(str(instance.subnet))
        cidr = home.cidr if home is not None else None
        return not isinstance(cidr, IPv4Network) or (isinstance(ip, IPv4Address) and ip in cidr)

    def _carried(self, outbound: ResolverEndpoint, inbound: Interface, port: int) -> Path:
        """The way of a query from any interface of the outbound endpoint: the worst of all."""
        ways = [
            way
            for subnet, ip in outbound.interfaces
            for protocol in PROTOCOLS
            for way in self._way(outbound, subnet, ip, inbound, Flow(protocol, port, port))
        ]
        return worst(ways, self.accepted) if ways else _unplaced(outbound)

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
        takers = [*self._rules_of(vpc.address)]
        if vpc.dns_support is True and vpc.dns_hostnames is not False:
            takers += [*self._zones_of(vpc.address), *self._endpoint_zones(vpc.address, inbound=inbound)]
        possible = (taker for owner, taker in self._anywhere if owner is None or _may_be(owner, vpc.owner))
        return (*takers, *possible)

    def _of_unknown_vpcs(self) -> Iterator[tuple[Owner | None, _Taker]]:
        """Rules and zones of which it is not known which VPC has them, each with its owner, as far as it is known."""
        for vpc in dict.fromkeys((*self._associations, *self._zones, *self._endpoints)):
            if isinstance(vpc, Unknown):
                takers = (*self._rules_of(vpc), *self._zones_of(vpc), *self._endpoint_zones(vpc, inbound=True))
                for taker in takers:
                    owner = taker.association.owner if taker.association is not None else None
                    yield owner, replace(taker, unsure=vpc.why, association=None)

    def _rules_of(self, vpc: str | Unknown) -> Iterator[_Taker]:
        for association in self._associations.get(vpc, ()):
            rule = self.network.rules.get(str(association.rule))
            if rule is not None and isinstance(rule.domain, str):
                yield _Taker(rule.domain, wins_ties=True, via=association.address, what=rule, association=association)
                continue
            # It may take any name.
            yield _Taker("", wins_ties=True, via=association.address, what=_stand_in(association))

    def _zones_of(self, vpc: str | Unknown) -> Iterator[_Taker]:
        for link, zone in self._zones.get(vpc, ()):
            domain = zone.domain if isinstance(zone.domain, str) else ""
            yield _Taker(domain, wins_ties=False, via=link.address, what=zone)

    def _endpoint_zones(self, vpc: str | Unknown, *, inbound: bool) -> Iterator[_Taker]:
        for endpoint in self._endpoints.get(vpc, ()):
            if endpoint.private_dns is False or (endpoint.inbound_only is True and not inbound):
                continue
            if isinstance(endpoint.service, Unknown):
                yield _Taker("", wins_ties=False, via=endpoint.address, what=endpoint)
                continue
            service = self.services.get(endpoint.service)
            for domain, everything in service.zones() if service is not None else ():
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
        at = what.kind.at if isinstance(what.kind, Unknown) else ""
        hop = Hop(at or what.address, says, sources.RULE_MATCH, Verdict.UNKNOWN, fix)
        return None if what.kind in {"FORWARD", "SYSTEM"} else hop
    if isinstance(vpc.dns_hostnames, Unknown):
        says = f"whether {vpc.address} has DNS hostnames, which its zones need, is not known"
        return Hop(vpc.address, says, sources.DNS_ATTRIBUTES, Verdict.UNKNOWN)
    if isinstance(what, InterfaceEndpoint):
        if isinstance(what.private_dns, Unknown):
            says = "whether private DNS is on is not known"
            return undetermined(what.address, says, sources.PRIVATE_DNS, open_by=what.private_dns)
        if isinstance(what.inbound_only, Unknown) and not query.inbound:
            says = "whether its private DNS answers inbound endpoints alone is not known"
            return Hop(what.address, says, sources.PRIVATE_DNS, Verdict.UNKNOWN)
    return None


def _resolver_off(vpc: Vpc, name: str) -> Hop:
    """Why a VPC's resolver answers nothing, or may not."""
    fix, unknown = "set enable_dns_support to true", vpc.dns_support
    if isinstance(unknown, Unknown) and unknown.at:
        says = f"what becomes of {name} is not known"
        return undetermined(vpc.address, says, sources.DNS_ATTRIBUTES, open_by=unknown)
    if isinstance(unknown, Unknown):
        says = f"{name}: the VPC's resolver may be off: {unknown.why}"
        return Hop(vpc.address, says, sources.DNS_ATTRIBUTES, Verdict.UNKNOWN, fix)
    return Hop(vpc.address, f"{name}: the VPC's resolver is off", sources.DNS_ATTRIBUTES, Verdict.DROPPED, fix)


def _unplaced(outbound: ResolverEndpoint) -> Path:
    return Path((Hop(outbound.address, "its subnets are not known", sources.RESOLVER_PATH, Verdict.UNKNOWN),))


def _stand_in(association: RuleAssociation) -> ResolverRule:
    """A rule of which only the association was read."""
    unknown = Unknown("not read")
    return ResolverRule(str(association.rule), association.owner, unknown, unknown, None, ())


def _records(zone: HostedZone, name: str) -> list[Record]:
    """The records of a name, or of the wildcard that stands for it; names in Terraform may leave out the zone's."""
    full: dict[str, list[Record]] = {}
    for record in zone.records:
        own = record.name if _below(record.name, str(zone.domain)) else f"{record.name}.{zone.domain}"
        full.setdefault(own, []).append(record)
    parts = name.split(".")
    wildcards = (f"*.{'.'.join(parts[at:])}" for at in range(1, len(parts)))
    return next((full[each] for each in (name, *wildcards) if each in full), [])


def _precedence(taker: _Taker) -> tuple[int, bool]:
    """Which of several takers has a name: the most specific, and of rules and zones for one domain the rule."""
    return len(taker.domain), taker.wins_ties


def _undecided(takers: Collection[_Taker], name: str) -> tuple[Hop, ...]:
    """Why it is not known which of those that a name is below takes it; empty where it is."""
    fix = "trace it together with the stack that determines it"
    found = [taker for taker in takers if not taker.unsure]
    unclear = [taker for taker in found if not taker.domain]
    if unclear:
        says = "{} may be below the domain of {}, which is unknown"
        return tuple(
            Hop(each.via, says.format(name, each.what.address), sources.RULE_MATCH, Verdict.UNKNOWN, fix)
            for each in unclear
        )
    best = max(found, key=_precedence, default=None)
    least = _precedence(best) if best is not None else (0, False)
    # What the VPC may have too may also take the name, unless the best is more specific.
    unsure = [taker for taker in takers if taker.unsure and (not taker.domain or _precedence(taker) >= least)]
    if unsure:
        says = "{} may take {}: which VPC has it is not known ({})"
        return tuple(
            Hop(each.via, says.format(each.what.address, name, each.unsure), sources.RULE_MATCH, Verdict.UNKNOWN, fix)
            for each in unsure
        )
    rivals = [taker for taker in found if best and _precedence(taker) == least and taker.what != best.what]
    if best is None or not rivals:
        return ()
    says = f"two {'rules' if best.wins_ties else 'zones'} for {best.domain} are associated with the VPC"
    says += "; AWS refuses one of them"
    return (Hop(rivals[0].via, says, sources.SAME_DOMAIN, Verdict.UNKNOWN, f"remove it, or {best.via}"),)


def _may_be(owner: Owner, other: Owner) -> bool:
    """Whether two owners may be one account."""
    return isinstance(owner.account, Unknown) or isinstance(other.account, Unknown) or owner.account == other.account


def _is_resolver_of(vpc: Vpc, ip: IPv4Address | Unknown) -> bool:
    """Whether an address is that of a VPC's own resolver: the base of its first range + 2."""
    first = vpc.cidrs[0] if vpc.cidrs else None
    return isinstance(first, IPv4Network) and ip == first.network_address + 2


def _is_of_another_region(name: str, domain: str) -> bool:
    """Whether a domain would have a name if it were for the name's region."""
    found, asked = REGION.findall(domain), REGION.findall(name)
    return len(found) == len(asked) == 1 and found != asked and _below(name, domain.replace(found[0], asked[0]))


def _mistaken(name: str, written: str) -> str:
    """What somebody meant who wrote a domain that a name is nearly below; empty where nothing is near."""
    labels = name.split(".")
    parents = [".".join(labels[at:]) for at in range(len(labels))]
    parents += [".".join(reversed(parent.split("."))) for parent in parents]
    near = get_close_matches(written, [parent for parent in parents if "." in parent], 1, NEAR)
    return near[0] if near and near[0] != written else ""
