"""What exists in the accounts, compared with the design: what a trace relies on. Pure: nothing here asks anybody."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, collapse_addresses
from typing import TypeVar

from accounts.judgements import Role
from findings import Finding, Place, Severity, codes
from findings.codes import Code
from topology.design import Endpoint, HubDesign, SpokeDesign
from topology.names import HUB_TABLE

__all__ = [
    "AclEntry",
    "Attachment",
    "Contract",
    "GatewayRoute",
    "Group",
    "HubFacts",
    "InterfaceEndpoint",
    "Permission",
    "Refused",
    "Resolver",
    "Route",
    "Rule",
    "SpokeFacts",
    "Subnet",
    "Vpc",
    "judge_hub",
    "judge_spoke",
]


@dataclass(frozen=True)
class Refused:
    """AWS did not say: the role may not ask, or no answer came."""

    why: str
    action: str = ""
    """The IAM action that the role lacks; empty where no answer came."""


@dataclass(frozen=True)
class Vpc:
    """A VPC with its DNS attributes."""

    id: str
    cidr: str
    dns_support: bool
    dns_hostnames: bool


@dataclass(frozen=True)
class Route:
    """A route of a VPC's table. `destination` is a range or a prefix list."""

    destination: str
    target: str
    state: str


@dataclass(frozen=True)
class AclEntry:
    """An entry of a network ACL."""

    number: int
    egress: bool
    allow: bool
    everything: bool
    """Of every protocol and all of IPv4."""


@dataclass(frozen=True)
class Subnet:
    """A subnet with the route table and the network ACL that hold for it."""

    id: str
    zone: str
    table: str
    routes: tuple[Route, ...]
    acl: tuple[AclEntry, ...]


@dataclass(frozen=True)
class Attachment:
    """An attachment, as its owner or the gateway's sees it."""

    id: str
    vpc: str
    state: str
    table: str = ""
    """The gateway's table that it is associated with; the gateway's owner sees that."""
    association: str = ""
    subnets: tuple[str, ...] = ()
    """The VPC's owner sees these."""


@dataclass(frozen=True)
class GatewayRoute:
    """A route of a gateway's table, with the attachments that it leads to."""

    cidr: str
    state: str
    attachments: tuple[str, ...]


@dataclass(frozen=True)
class InterfaceEndpoint:
    """A VPC endpoint; a gateway endpoint has tables in the place of addresses and groups."""

    id: str
    service: str
    kind: str
    state: str
    private_dns: bool = False
    addresses: frozenset[str] = frozenset()
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resolver:
    """A resolver endpoint with the status of each of its addresses."""

    id: str
    direction: str
    status: str
    addresses: Mapping[str, str]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A resolver rule, as one account sees it."""

    id: str
    domain: str
    kind: str
    status: str
    share: str
    targets: frozenset[str] = frozenset()
    endpoint: str = ""


@dataclass(frozen=True)
class Permission:
    """What a security group lets in or out. Ranges only: what names a group or a prefix list is left out."""

    egress: bool
    protocol: str
    first: int
    last: int
    cidrs: tuple[str, ...]

    def holds(self, port: int) -> bool:
        """Whether a port is among its ports."""
        return self.first <= port <= self.last


Group = tuple[Permission, ...]


@dataclass(frozen=True)
class Contract:
    """What the hub has published: the ids of its gateway, tables (by name) and rules (by domain)."""

    gateway: str
    tables: Mapping[str, str]
    rules: Mapping[str, str]


@dataclass(frozen=True)
class HubFacts:
    """What exists in a hub's account. Mappings go by id where nothing else is said."""

    contract: Contract
    vpc: Vpc
    subnets: tuple[Subnet, ...] | Refused
    gateway: str | Refused
    """Its state."""
    attachments: Mapping[str, Attachment] | Refused
    """By VPC."""
    propagated: Mapping[str, frozenset[str]] | Refused
    """The attachments that each table learns from, by the table's name."""
    endpoints: Mapping[str, InterfaceEndpoint] | Refused
    """By the endpoint service."""
    resolvers: Mapping[str, Resolver] | Refused
    """By direction."""
    rules: Mapping[str, Rule] | Refused
    groups: Mapping[str, Group] | Refused


@dataclass(frozen=True)
class SpokeFacts:
    """What exists in a spoke's account, and what the hub's gateway knows of the spoke."""

    vpc: Vpc
    subnets: tuple[Subnet, ...] | Refused
    gateway: str | Refused
    """The state of the hub's gateway, as the spoke's account sees it; empty where it does not."""
    attachment: Attachment | Refused | None
    gateway_routes: Mapping[tuple[str, str], tuple[GatewayRoute, ...]] | Refused
    """Routes within a range, by the table's name and the range."""
    associations: Mapping[str, str] | Refused
    """The status of each rule's association with the VPC."""
    rules: Mapping[str, Rule] | Refused
    zones: tuple[str, ...] | Refused
    """Private hosted zones of the VPC."""
    endpoints: tuple[InterfaceEndpoint, ...] | Refused


T = TypeVar("T")


@dataclass(frozen=True)
class _Bench:
    """Makes the findings of one hub or spoke."""

    place: Place
    subject: str
    role: Role
    stack: str

    def check(  # noqa: PLR0917  a finding has that many parts
        self, code: Code, expected: str, problems: Iterable[str], fix: str = "", label: str = "", service: str = ""
    ) -> Finding:
        """A check that found these problems, or none."""
        found = "; ".join(problems)
        severity = Severity.FAILED if found else Severity.OK
        advice = (fix or f"see what `terraform plan` of {self.stack} would change, and apply it") if found else ""
        return Finding(
            code,
            self.place,
            severity,
            found or expected,
            advice,
            subject=self.subject,
            label=label,
            service=service,
            expected=expected,
        )

    def told(
        self, code: Code, fact: T | Refused, judge: Callable[[T], Iterator[Finding]], label: str = ""
    ) -> Iterator[Finding]:
        """The findings about a fact; one that AWS did not return could not be determined."""
        if isinstance(fact, Refused):
            fix = f"allow {self.role} {fact.action} (see docs/guides/verify.md)" if fact.action else "ask again"
            yield Finding(code, self.place, Severity.UNKNOWN, fact.why, fix, subject=self.subject, label=label)
        else:
            yield from judge(fact)


# The hub ------------------------------------------------------------------------------------------------------------


def judge_hub(hub: HubDesign, facts: HubFacts) -> Iterator[Finding]:
    """Everything that a hub's spokes have in common is there and as designed."""
    bench = _Bench(Place(hub.account.id, hub.account.region), hub.name, Role.of(hub.account), hub.stack)
    yield from _HubJudge(bench, hub, facts).findings()


@dataclass(frozen=True)
class _HubJudge:
    bench: _Bench
    hub: HubDesign
    facts: HubFacts

    def findings(self) -> Iterator[Finding]:
        facts, told = self.facts, self.bench.told
        yield _vpc(self.bench, self.hub.vpc.cidr, facts.vpc)
        yield from told(codes.GATEWAY, facts.gateway, self.gateway)
        yield from told(codes.ATTACHMENT, facts.attachments, self.attachment)
        yield from told(codes.ROUTES, facts.subnets, self.subnets, "return routes")
        yield from told(codes.RESOLVER_ENDPOINTS, facts.resolvers, self.resolvers)
        yield from told(codes.FORWARDING_RULE, facts.rules, self.rules, "forwarding rules")
        yield from told(codes.ENDPOINT, facts.endpoints, self.endpoints, "endpoints")
        yield from told(codes.SECURITY_GROUP, facts.groups, self.groups, "security groups")

    def gateway(self, state: str) -> Iterator[Finding]:
        yield self.bench.check(codes.GATEWAY, "available", _unless(state == "available", state or "not there"))

    def attachment(self, attachments: Mapping[str, Attachment]) -> Iterator[Finding]:
        own = attachments.get(self.facts.vpc.id)
        yield self.bench.check(codes.ATTACHMENT, "available", _state_of(own, "no attachment of the hub's VPC"))
        if own is not None:
            yield _association(self.bench, HUB_TABLE, self.facts.contract, own)
            yield from _propagation(self.bench, self.hub.segments, own.id, self.facts.propagated)

    def subnets(self, subnets: Collection[Subnet]) -> Iterator[Finding]:
        pools = [pool.cidr for pool in self.hub.pools]
        yield from _subnets(self.bench, "return routes", pools, self.facts.contract.gateway, subnets)

    @property
    def inbound(self) -> set[str]:
        return {str(at.address) for at in self.hub.dns.inbound}

    def resolvers(self, found: Mapping[str, Resolver]) -> Iterator[Finding]:
        inbound, outbound = found.get("INBOUND"), found.get("OUTBOUND")
        expected = f"OPERATIONAL at {_listed(self.inbound)}"
        yield self.bench.check(
            codes.RESOLVER_ENDPOINTS, expected, _resolver(inbound, self.inbound), label="inbound endpoint"
        )
        yield self.bench.check(
            codes.RESOLVER_ENDPOINTS, "OPERATIONAL", _resolver(outbound, None), label="outbound endpoint"
        )

    def rules(self, rules: Mapping[str, Rule]) -> Iterator[Finding]:
        resolvers = self.facts.resolvers
        outbound = None if isinstance(resolvers, Refused) else resolvers.get("OUTBOUND")
        for planned in self.hub.dns.rules:
            rule = rules.get(self.facts.contract.rules.get(planned.domain, ""))
            expected = f"COMPLETE, to {_listed(self.inbound)}"
            problems = _rule(rule, self.inbound, outbound)
            label = f"forwarding rule {planned.domain}"
            yield self.bench.check(codes.FORWARDING_RULE, expected, problems, label=label)

    def endpoints(self, found: Mapping[str, InterfaceEndpoint]) -> Iterator[Finding]:
        for planned in self.hub.endpoints:
            expected = f"available, private DNS on, in {len(planned.zones)} zones"
            problems = _endpoint(planned, found.get(planned.service_name))
            label = f"endpoint {planned.service}"
            yield self.bench.check(codes.ENDPOINT, expected, problems, label=label, service=planned.service)

    def groups(self, known: Mapping[str, Group]) -> Iterator[Finding]:
        """Of the endpoints and the resolver endpoints that are there; that one is missing is told elsewhere."""
        groups = {group.id: group for group in self.hub.groups}
        sources = [IPv4Network(source.cidr) for source in self.hub.sources]
        if not isinstance(self.facts.endpoints, Refused):
            for planned in self.hub.endpoints:
                endpoint, ports = self.facts.endpoints.get(planned.service_name), groups[planned.group].ports
                if endpoint is not None:
                    rules = [known.get(id_, ()) for id_ in endpoint.groups]
                    gaps = [g for port in ports for g in _gaps(rules, "tcp", port, sources, egress=False)]
                    expected = f"tcp {', '.join(map(str, ports))} from {_listed(map(str, sources))}"
                    label = f"security group of {planned.service}"
                    yield self.bench.check(codes.SECURITY_GROUP, expected, gaps, label=label, service=planned.service)
        if not isinstance(self.facts.resolvers, Refused):
            within = [IPv4Network(self.hub.vpc.cidr)]
            for direction, egress in (("INBOUND", False), ("OUTBOUND", True)):
                resolver = self.facts.resolvers.get(direction)
                if resolver is not None:
                    rules = [known.get(id_, ()) for id_ in resolver.groups]
                    gaps = [g for way in ("udp", "tcp") for g in _gaps(rules, way, DNS, within, egress=egress)]
                    expected = f"DNS {'to' if egress else 'from'} {self.hub.vpc.cidr}"
                    label = f"security group of the {direction.lower()} endpoint"
                    yield self.bench.check(codes.SECURITY_GROUP, expected, gaps, label=label)


DNS = 53


def _resolver(resolver: Resolver | None, planned: set[str] | None) -> Iterator[str]:
    if resolver is None:
        yield "not there"
        return
    if resolver.status != "OPERATIONAL":
        yield f"{resolver.id} is {resolver.status}"
    detached = {ip: status for ip, status in resolver.addresses.items() if status != "ATTACHED"}
    yield from (f"{ip} is {status}" for ip, status in sorted(detached.items()))
    if planned is not None and set(resolver.addresses) != planned:
        yield f"{resolver.id} is at {_listed(resolver.addresses)}"


def _rule(rule: Rule | None, targets: set[str], outbound: Resolver | None) -> Iterator[str]:
    if rule is None:
        yield "not there"
        return
    if rule.status != "COMPLETE":
        yield f"{rule.id} is {rule.status}"
    if rule.kind != "FORWARD":
        yield f"{rule.id} is of type {rule.kind}"
    if rule.targets != targets:
        yield f"{rule.id} forwards to {_listed(rule.targets)}"
    if outbound is not None and rule.endpoint != outbound.id:
        yield f"{rule.id} goes out of {rule.endpoint or 'no endpoint'}, not of {outbound.id}"


def _endpoint(planned: Endpoint, endpoint: InterfaceEndpoint | None) -> Iterator[str]:
    if endpoint is None:
        yield f"no endpoint of {planned.service_name} in the hub's VPC"
        return
    if endpoint.state.lower() != "available":
        yield f"{endpoint.id} is {endpoint.state}"
    if not endpoint.private_dns:
        yield f"{endpoint.id} has private DNS off"
    if len(endpoint.subnets) != len(planned.zones):
        yield f"{endpoint.id} is in {len(endpoint.subnets)} zones"


# A spoke ------------------------------------------------------------------------------------------------------------


def judge_spoke(spoke: SpokeDesign, hub: HubDesign, at_hub: HubFacts, facts: SpokeFacts) -> Iterator[Finding]:
    """A spoke's own parts are there, and its hub's gateway knows it as designed."""
    own = _Bench(Place(spoke.account.id, spoke.account.region), spoke.name, Role.of(spoke.account), spoke.stack)
    wiring = _Bench(Place(hub.account.id, hub.account.region), spoke.name, Role.of(hub.account), spoke.stack)
    yield from _SpokeJudge(own, wiring, spoke, hub, at_hub, facts).findings()


@dataclass(frozen=True)
class _SpokeJudge:
    bench: _Bench
    wiring: _Bench
    """For what is asked in the hub's account."""
    spoke: SpokeDesign
    hub: HubDesign
    at_hub: HubFacts
    facts: SpokeFacts

    def findings(self) -> Iterator[Finding]:
        facts, told = self.facts, self.bench.told
        yield _vpc(self.bench, self.spoke.vpc.cidr, facts.vpc)
        if not self.spoke.owns_gateway:
            yield from told(codes.GATEWAY_SHARE, facts.gateway, self.gateway_share)
        yield from told(codes.ATTACHMENT, facts.attachment, self.attachment)
        if isinstance(facts.attachment, Attachment):
            yield from self.wiring.told(codes.ASSOCIATION, self.at_hub.attachments, self.association)
            yield from _propagation(self.wiring, self.spoke.propagations, facts.attachment.id, self.at_hub.propagated)
        yield from self.wiring.told(codes.GATEWAY_ROUTES, facts.gateway_routes, self.gateway_routes)
        yield from told(codes.ROUTES, facts.subnets, self.routes)
        yield from told(codes.RULE_ASSOCIATION, facts.rules, self.rules, "rules")
        yield from told(codes.GATEWAY_ENDPOINT, facts.endpoints, self.endpoints, "endpoints")

    def gateway_share(self, state: str) -> Iterator[Finding]:
        expected = f"{self.at_hub.contract.gateway} is shared with the account"
        problems = _unless(state == "available", f"the account sees it as {state or 'not there'}")
        fix = f"see that the share of {self.hub.stack} holds the gateway, and the account is in the organization"
        yield self.bench.check(codes.GATEWAY_SHARE, expected, problems, fix)

    def attachment(self, own: Attachment | None) -> Iterator[Finding]:
        zones = sorted(subnet.zone for subnet in self.spoke.vpc.attachment_subnets)
        problems = _state_of(own, "no attachment of the VPC to the hub's gateway")
        if own is not None and not isinstance(self.facts.subnets, Refused):
            there = sorted(subnet.zone for subnet in self.facts.subnets if subnet.id in own.subnets)
            problems += _unless(there == zones, f"it has a subnet in {_listed(there)}")
        yield self.bench.check(codes.ATTACHMENT, f"available, with a subnet in {_listed(zones)}", problems)

    def association(self, attachments: Mapping[str, Attachment]) -> Iterator[Finding]:
        seen = attachments.get(self.facts.vpc.id)
        if seen is None:
            yield self.wiring.check(codes.ASSOCIATION, "associated", ["the gateway knows no attachment of the VPC"])
        else:
            yield _association(self.wiring, self.spoke.segment, self.at_hub.contract, seen)

    def gateway_routes(self, routes: Mapping[tuple[str, str], tuple[GatewayRoute, ...]]) -> Iterator[Finding]:
        attachments = self.at_hub.attachments
        hubs = None if isinstance(attachments, Refused) else attachments.get(self.at_hub.vpc.id)
        own = self.facts.attachment if isinstance(self.facts.attachment, Attachment) else None
        wanted = [(table, self.spoke.vpc.cidr, own) for table in self.spoke.propagations]
        wanted.append((self.spoke.segment, self.hub.vpc.cidr, hubs))
        problems = [
            f'table "{table}": {problem}'
            for table, cidr, attachment in wanted
            for problem in _gateway_route(cidr, attachment, routes.get((table, cidr), ()))
        ]
        expected = "; ".join(f'{cidr} in table "{table}"' for table, cidr, _ in wanted)
        yield self.wiring.check(codes.GATEWAY_ROUTES, expected, problems)

    def routes(self, subnets: Collection[Subnet]) -> Iterator[Finding]:
        destinations = [destination.cidr for destination in self.spoke.destinations]
        yield from _subnets(self.bench, "routes", destinations, self.at_hub.contract.gateway, subnets)

    def rules(self, rules: Mapping[str, Rule]) -> Iterator[Finding]:
        statuses = self.facts.associations
        if isinstance(statuses, Refused):
            yield from self.bench.told(codes.RULE_ASSOCIATION, statuses, lambda _: iter(()), "rule associations")
            return
        for planned in self.spoke.dns.rules:
            id_ = self.at_hub.contract.rules.get(planned.domain, "")
            problems = [
                *_share(rules.get(id_), owned=self.spoke.owns_gateway),
                *_unless(statuses.get(id_) == "COMPLETE", f"its association is {statuses.get(id_, 'not there')}"),
            ]
            expected = "shared with the account, and its association COMPLETE"
            fix = f"see that the share of {self.hub.stack} holds the rule; then apply {self.spoke.stack}"
            yield self.bench.check(codes.RULE_ASSOCIATION, expected, problems, fix, f"rule {planned.domain}")
        for exemption in self.spoke.dns.exemptions:
            kept = [status for id_, status in statuses.items() if _keeps(rules.get(id_), exemption.domain)]
            problems = _unless(kept == ["COMPLETE"], f"its association is {_listed(kept) if kept else 'not there'}")
            label = f"exemption {exemption.domain}"
            yield self.bench.check(codes.EXEMPTION, "a SYSTEM rule, associated", problems, label=label)
        ours = {rule.domain for rule in (*self.spoke.dns.rules, *self.spoke.dns.exemptions)}
        others = [rules[id_] for id_ in statuses if id_ in rules and rules[id_].domain not in ours]
        yield self.names("other rules", [(f"rule {rule.id}", rule.domain) for rule in others])
        yield from self.bench.told(codes.OTHER_ANSWERS, self.facts.zones, self.zones, "private zones")

    def zones(self, zones: Collection[str]) -> Iterator[Finding]:
        yield self.names("private zones", [("private zone", zone) for zone in zones])

    def names(self, label: str, takers: Iterable[tuple[str, str]]) -> Finding:
        """Nothing in the spoke's VPC takes an offered name away from the hub's rule.

        The most specific domain wins, and at the same domain a rule comes before a zone
        (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html).
        """
        names = [name.removeprefix("*.") for endpoint in self.hub.endpoints for name in endpoint.names]
        problems = []
        for what, domain in takers:
            taken = {name for name in names if _below(name, domain) and not self.forwards(name, domain)}
            problems += _unless(not taken, f"{what} {domain} takes {_listed(taken)}")
        fix = "take it from the VPC, or take the service from the hub"
        return self.bench.check(codes.OTHER_ANSWERS, "none takes an offered name", problems, fix, label)

    def forwards(self, name: str, domain: str) -> bool:
        """Whether a rule of the hub is at least as specific as a domain."""
        return any(_below(name, rule.domain) and len(rule.domain) >= len(domain) for rule in self.spoke.dns.rules)

    def endpoints(self, found: Collection[InterfaceEndpoint]) -> Iterator[Finding]:
        offered = {endpoint.service_name for endpoint in self.hub.endpoints}
        interfaces = [e for e in found if e.kind == "Interface" and e.private_dns and e.service in offered]
        fix = "delete it, or take the service from the hub: the spoke uses its own"
        own = [f"{endpoint.id} of {endpoint.service}" for endpoint in interfaces]
        expected = "the VPC has none of an offered service"
        yield self.bench.check(codes.OTHER_ANSWERS, expected, own, fix, "own endpoints")
        for service in self.spoke.gateway_endpoints:
            name = f"com.amazonaws.{self.spoke.account.region}.{service}"
            endpoint = next((e for e in found if (e.kind, e.service) == ("Gateway", name)), None)
            problems = _state_of(endpoint, "not there")
            if endpoint is not None and not isinstance(self.facts.subnets, Refused):
                bare = {subnet.table for subnet in self.facts.subnets} - set(endpoint.tables)
                problems += _unless(not bare, f"it is not in the route tables {_listed(bare)}")
            yield self.bench.check(
                codes.GATEWAY_ENDPOINT,
                "available, in every route table",
                problems,
                label=f"gateway endpoint {service}",
                service=service,
            )


def _gateway_route(cidr: str, attachment: Attachment | None, routes: Collection[GatewayRoute]) -> Iterator[str]:
    if not any(route.cidr == cidr for route in routes):
        yield f"no route to {cidr}"
    for route in routes:
        if route.state != "active":
            yield f"the route to {route.cidr} is a {route.state}"
        elif attachment is not None and route.attachments != (attachment.id,):
            yield f"the route to {route.cidr} leads to {_listed(route.attachments)}, not to {attachment.id}"


def _share(rule: Rule | None, *, owned: bool) -> list[str]:
    if rule is None:
        return ["the account does not see the rule"]
    return _unless(owned or rule.share == "SHARED_WITH_ME", f"{rule.id} is {rule.share}")


def _keeps(rule: Rule | None, domain: str) -> bool:
    return rule is not None and (rule.domain, rule.kind) == (domain, "SYSTEM")


# Both ---------------------------------------------------------------------------------------------------------------


def _vpc(bench: _Bench, cidr: str, vpc: Vpc) -> Finding:
    return bench.check(
        codes.VPC,
        f"{cidr}, DNS support and DNS hostnames on",
        [
            *_unless(vpc.cidr == cidr, f"{vpc.id} is {vpc.cidr}"),
            *_unless(vpc.dns_support, f"{vpc.id} has DNS support off"),
            *_unless(vpc.dns_hostnames, f"{vpc.id} has DNS hostnames off"),
        ],
    )


def _association(bench: _Bench, table: str, contract: Contract, attachment: Attachment) -> Finding:
    wanted, found = contract.tables.get(table, ""), attachment.table
    words = {id_: f'table "{name}"' for name, id_ in contract.tables.items()}
    problems = [
        *_unless(attachment.state == "available", f"{attachment.id} is {attachment.state}"),
        *_unless(found == wanted, f"{attachment.id} is associated with {words.get(found, found) or 'no table'}"),
        *_unless(not found or attachment.association == "associated", f"the association is {attachment.association}"),
    ]
    return bench.check(codes.ASSOCIATION, f'associated with table "{table}"', problems)


def _propagation(
    bench: _Bench, tables: Iterable[str], attachment: str, found: Mapping[str, frozenset[str]] | Refused
) -> Iterator[Finding]:
    wanted = sorted(tables)

    def judged(learnt: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
        missing = [f'not into "{table}"' for table in wanted if attachment not in learnt.get(table, ())]
        yield bench.check(codes.PROPAGATION, "into " + ", ".join(f'"{table}"' for table in wanted), missing)

    yield from bench.told(codes.PROPAGATION, found, judged)


def _subnets(
    bench: _Bench, label: str, destinations: Collection[str], gateway: str, subnets: Collection[Subnet]
) -> Iterator[Finding]:
    problems = dict.fromkeys(
        f"table {subnet.table}: {problem}"
        for subnet in subnets
        for destination in destinations
        for problem in _route(IPv4Network(destination), gateway, subnet.routes)
    )
    yield bench.check(codes.ROUTES, f"{_listed(destinations)} through {gateway}", problems, label=label)
    denied = dict.fromkeys(problem for subnet in subnets for problem in _acl(subnet))
    fix = "give the subnets the VPC's default network ACL, or see that it allows 443, DNS and the answers"
    yield bench.check(codes.NETWORK_ACLS, "everything is allowed", denied, fix)


def _route(destination: IPv4Network, gateway: str, routes: Collection[Route]) -> Iterator[str]:
    """The routes that packets to a range take: those within it, and the narrowest that holds all of it."""
    known = [(IPv4Network(route.destination), route) for route in routes if "." in route.destination]
    around = [(network, route) for network, route in known if destination.subnet_of(network)]
    within = [(network, route) for network, route in known if network.subnet_of(destination) and network != destination]
    best = max(around, key=lambda pair: pair[0].prefixlen, default=None)
    if best is None:
        yield f"no route to {destination}"
    for _, route in within + ([best] if best else []):
        if route.target == "local":
            continue  # a pool may hold the VPC itself
        if route.target != gateway:
            yield f"{route.destination} goes to {route.target or 'nothing'}"
        elif route.state != "active":
            yield f"{route.destination} is a {route.state}"


def _acl(subnet: Subnet) -> Iterator[str]:
    for egress in (False, True):
        entries = sorted((entry for entry in subnet.acl if entry.egress is egress), key=lambda entry: entry.number)
        if not entries or not (entries[0].everything and entries[0].allow):
            yield f"the {'outbound' if egress else 'inbound'} entries of {subnet.id} are not those of a default ACL"


def _gaps(
    groups: Iterable[Group], protocol: str, port: int, peers: Iterable[IPv4Network], *, egress: bool
) -> Iterator[str]:
    """What security groups together deny."""
    ranges = [
        IPv4Network(cidr)
        for group in groups
        for permission in group
        if permission.egress is egress
        and (permission.protocol == "-1" or (permission.protocol == protocol and permission.holds(port)))
        for cidr in permission.cidrs
    ]
    opened = list(collapse_addresses(ranges))
    for peer in peers:
        if not any(peer.subnet_of(network) for network in opened):
            yield f"{protocol} {port} {'to' if egress else 'from'} {peer} is denied"


def _state_of(what: Attachment | InterfaceEndpoint | None, missing: str) -> list[str]:
    if what is None:
        return [missing]
    return _unless(what.state.lower() == "available", f"{what.id} is {what.state}")


def _unless(sound: bool, problem: str) -> list[str]:  # noqa: FBT001  reads as a sentence: unless sound, a problem
    return [] if sound else [problem]


def _below(name: str, domain: str) -> bool:
    return domain in {".", name} or name.endswith(f".{domain}")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "none"
