"""How much of AWS's quotas a network takes, and whether its resolver addresses are enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from assurance import sources
from assurance.flows import EVERYWHERE
from network.model import Network, Owner, ResolverEndpoint, SecurityGroup

__all__ = ["Figure", "figures"]

UNTRACKED_RATE = 10_000
"""Queries a second that one resolver address answers."""
TRACKED_RATE = 1_500
"""The same where its security groups make AWS track connections, which all but wide open ones do."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a network takes of something that is limited: the most of all places."""

    what: str
    where: str
    value: int
    limit: int
    source: str

    @property
    def fits(self) -> bool:
        """Whether it is within the limit."""
        return self.value <= self.limit


def figures(network: Network, queries: Mapping[str, int]) -> tuple[Figure, ...]:
    """Every figure, the fullest first. `queries` has the expected DNS queries a second of hubs by name."""
    found = [*_rates(network, queries), *_quotas(network)]
    return tuple(sorted(found, key=lambda figure: (-figure.value / figure.limit, figure.what, figure.where)))


def _rates(network: Network, queries: Mapping[str, int]) -> Iterator[Figure]:
    for endpoint in network.resolver_endpoints.values():
        subnets = [network.subnets[str(at)] for at, _ in endpoint.interfaces if str(at) in network.subnets]
        vpc = network.vpcs.get(str(subnets[0].vpc)) if subnets else None
        if vpc is None or vpc.name not in queries:
            continue
        groups = [network.groups[str(group)] for group in endpoint.groups if str(group) in network.groups]
        rate = UNTRACKED_RATE if _untracked(endpoint, groups) else TRACKED_RATE
        what = f"DNS queries per second, {rate:,} per address"
        yield Figure(
            what, endpoint.address, queries[vpc.name], rate * len(endpoint.interfaces), sources.RESOLVER_SCALING
        )


def _untracked(endpoint: ResolverEndpoint, groups: Iterable[SecurityGroup]) -> bool:
    """Whether every connection of an endpoint is allowed both ways by rules for all addresses, and not tracked."""
    rules = [(rule, side) for group in groups for side in ("ingress", "egress") for rule in getattr(group, side)]
    wide = {
        side
        for rule, side in rules
        if rule.peer == EVERYWHERE
        and (
            rule.protocol == "-1"
            or (rule.protocol == "udp" and (rule.first_port, rule.last_port) == _open_ports(endpoint, side))
        )
    }
    return wide == {"ingress", "egress"}


def _open_ports(endpoint: ResolverEndpoint, side: str) -> tuple[int, int]:
    """Queries go in at 53 of an inbound endpoint and out to 53 of an outbound one; the other side is every port."""
    asks = (endpoint.direction == "INBOUND") == (side == "ingress")
    return (53, 53) if asks else (0, 65535)


def _quotas(network: Network) -> Iterator[Figure]:
    for what, counted, limit, source in _counts(network):
        if counted:
            where, value = max(counted.items(), key=lambda each: (each[1], each[0]))
            yield Figure(what, where, value, limit, source)


def _counts(network: Network) -> Iterator[tuple[str, Mapping[str, int], int, str]]:
    """What is counted, how many there are in each place, and AWS's default quota."""
    yield from _resolver_counts(network)
    yield from _gateway_counts(network)
    yield from _vpc_counts(network)
    shares = network.shares
    yield "resources of a share", {s.address: len(s.resources) for s in shares}, 5_000, sources.RAM_QUOTAS
    yield "principals of a share", {s.address: len(s.principals) for s in shares}, 5_000, sources.RAM_QUOTAS


def _resolver_counts(network: Network) -> Iterator[tuple[str, Mapping[str, int], int, str]]:
    endpoints, rules, source = network.resolver_endpoints.values(), network.rules.values(), sources.RESOLVER_QUOTAS
    yield "resolver endpoints of an account and region", Counter(_place(e) for e in endpoints), 4, source
    yield "addresses of a resolver endpoint", {e.address: len(e.interfaces) for e in endpoints}, 6, source
    yield "rules of an account and region", Counter(_place(rule) for rule in rules), 1_000, source
    yield "targets of a rule", {rule.address: len(rule.targets) for rule in rules}, 6, source
    associations = Counter(_place(association) for association in network.rule_associations)
    yield "rule associations of an account and region", associations, 2_000, source


def _gateway_counts(network: Network) -> Iterator[tuple[str, Mapping[str, int], int, str]]:
    source, tables = sources.GATEWAY_QUOTAS, network.gateway_tables.values()
    yield "gateways of an account and region", Counter(_place(g) for g in network.gateways.values()), 5, source
    yield "attachments of a gateway", Counter(str(a.gateway) for a in network.attachments.values()), 5_000, source
    yield "tables of a gateway", Counter(str(table.gateway) for table in tables), 20, source
    routes: Counter[str] = Counter()
    for table in tables:
        routes[str(table.gateway)] += len(table.routes) + len(table.propagations)
    yield "routes of a gateway, all tables together", routes, 10_000, source


def _vpc_counts(network: Network) -> Iterator[tuple[str, Mapping[str, int], int, str]]:
    source, groups = sources.VPC_QUOTAS, network.groups.values()
    yield "VPCs of an account and region", Counter(_place(vpc) for vpc in network.vpcs.values()), 5, source
    yield "subnets of a VPC", {vpc: len(subnets) for vpc, subnets in network.subnets_of.items()}, 200, source
    yield "routes of a VPC's table", {t.address: len(t.routes) for t in network.tables.values()}, 50, source
    most = {group.address: max(len(group.ingress), len(group.egress)) for group in groups}
    yield "rules of a security group, one way", most, 60, source
    endpoints = Counter(str(endpoint.vpc) for endpoint in network.interface_endpoints.values())
    yield "interface endpoints of a VPC", endpoints, 50, sources.ENDPOINT_QUOTAS
    free = {e.address: len(e.groups) for e in network.interface_endpoints.values()}
    yield "security groups of an interface", free, 5, source


class _Owned(Protocol):
    @property
    def owner(self) -> Owner: ...


def _place(thing: _Owned) -> str:
    return f"account {thing.owner.account} in {thing.owner.region}"
