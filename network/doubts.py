"""Puts what is not known about resources in its place: `Unknown`s in the parts of a network that they may change.

A doubt about a part that the network has leaves that part open, and nothing else. A doubt about a resource that the
model has no part for leaves open what the resource names: its VPC, else its gateway, else everything of its account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Any

from network.model import (
    INSIDE,
    Acl,
    AclEntry,
    Attachment,
    Doubt,
    Gateway,
    GatewayEndpoint,
    GatewayRoute,
    GatewayTable,
    HostedZone,
    Instance,
    InterfaceEndpoint,
    Link,
    Network,
    Owner,
    Record,
    ResolverEndpoint,
    ResolverRule,
    Route,
    RouteTable,
    RuleAssociation,
    SecurityGroup,
    SecurityRule,
    Share,
    Subnet,
    Unknown,
    Vpc,
)

__all__ = ["cast", "opened"]

GROUPED = ("resolver_endpoints", "instances")
"""Parts that get a security group of their own, of which it is not known what it allows."""
MAPPINGS = (
    "vpcs",
    "subnets",
    "tables",
    "groups",
    "acls",
    "attachments",
    "gateway_tables",
    "resolver_endpoints",
    "rules",
    "zones",
    "interface_endpoints",
    "gateway_endpoints",
    "instances",
)


def cast(network: Network) -> Network:
    """The network with every doubt in its place. A network without doubts is returned as it is."""
    return _Casting(network).network() if network.doubts else network


class _Casting:
    """One network, and the doubts about each of its parts."""

    def __init__(self, network: Network) -> None:
        self.old = network
        self.doubts: dict[str, list[Doubt]] = defaultdict(list)
        """By the address of the part that they are about."""
        here = frozenset(_addresses(network))
        for doubt in network.doubts:
            part = doubt.part or doubt.address
            for address in (part,) if part in here else self._touched(doubt):
                self.doubts[address].append(doubt)

    def network(self) -> Network:
        old = self.old
        made: dict[str, Any] = {
            name: {at: self._part(part) for at, part in getattr(old, name).items()} for name in MAPPINGS
        }
        for subnet in old.subnets.values():
            for doubt in self._about(subnet.vpc, old.vpcs, "packets"):
                made["subnets"][subnet.address] = replace(subnet, table=_unknown(doubt))
        joined: tuple[tuple[str, Mapping[str, Any]], ...] = (
            ("gateway_tables", old.gateway_tables),
            ("attachments", old.attachments),
        )
        for name, parts in joined:
            for part in parts.values():
                for doubt in self._about(part.gateway, old.gateways, "packets"):
                    made[name][part.address] = opened(made[name][part.address], _unknown(doubt))
        for part in (each for name in GROUPED for each in getattr(old, name).values()):
            for doubt in self.doubts.get(part.address, ()):
                group = _own_group(part.address)
                made["groups"][group] = _any_group(group, _unknown(doubt))
        return replace(
            old,
            **made,
            shares=tuple(map(self._part, old.shares)),
            rule_associations=tuple(map(self._part, old.rule_associations)),
            doubts=(),
        )

    def _about(self, address: object, where: Mapping[str, Any], what: str) -> Iterator[Doubt]:
        """The doubts about a VPC or a gateway, which its parts share."""
        if isinstance(address, str) and address in where:
            yield from (doubt for doubt in self.doubts.get(address, ()) if doubt.about in {what, "both"})

    def _part(self, part: Any) -> Any:  # noqa: ANN401  any part of the model
        """A part, and what it consists of, with the doubts about either."""
        inside = {
            name: tuple(map(self._part, getattr(part, name)))
            for name in INSIDE.get(type(part), ())
            if any(each.address in self.doubts for each in getattr(part, name))
        }
        part = replace(part, **inside) if inside else part
        for doubt in self.doubts.get(part.address, ()):
            part = opened(part, _unknown(doubt), doubt.about)
        return part

    def _touched(self, doubt: Doubt) -> Iterable[str]:
        """The VPCs, or else the gateways, that a resource names; or else all that its account has."""
        found = dict.fromkeys(at for name in doubt.names for at in self._home(name))
        vpcs = [at for at in found if at in self.old.vpcs]
        if found:
            return vpcs or found
        account = doubt.owner.account
        owned = chain.from_iterable(self._owned.values()) if isinstance(account, Unknown) else self._of(account)
        return [at for at, owner in owned if doubt.owner.may_be(owner)]

    def _of(self, account: str) -> Iterator[tuple[str, Owner]]:
        return chain(self._owned.get(account, ()), self._owned.get(None, ()))

    @cached_property
    def _owned(self) -> Mapping[str | None, list[tuple[str, Owner]]]:
        """The VPCs and the gateways of each account; None has those whose account is not known."""
        found: dict[str | None, list[tuple[str, Owner]]] = defaultdict(list)
        parts: tuple[Vpc | Gateway, ...] = (*self.old.vpcs.values(), *self.old.gateways.values())
        for part in parts:
            account = part.owner.account if isinstance(part.owner.account, str) else None
            found[account].append((part.address, part.owner))
        return found

    @cached_property
    def _users(self) -> Mapping[object, list[object]]:
        """The VPCs that each resolver rule is associated with."""
        found: dict[object, list[object]] = defaultdict(list)
        for each in self.old.rule_associations:
            found[each.rule].append(each.vpc)
        return found

    def _home(self, name: str) -> Iterator[str]:
        """The VPCs or the gateway that something belongs to."""
        old, address = self.old, name.partition("#")[0]
        if address in old.vpcs or address in old.gateways:
            yield address
        placed: tuple[Mapping[str, Any], ...] = (
            old.subnets,
            old.tables,
            old.groups,
            old.interface_endpoints,
            old.gateway_endpoints,
        )
        homes: list[object] = [parts[name].vpc for parts in placed if name in parts]
        joined: tuple[Mapping[str, Any], ...] = (old.attachments, old.gateway_tables)
        homes += [parts[name].gateway for parts in joined if name in parts]
        homes += [link.target for link in old.zones[name].vpcs] if name in old.zones else []
        homes += self._users.get(name, ())
        homes += [old.subnets[at].vpc for at in self._subnets(name) if at in old.subnets]
        yield from (home for home in homes if isinstance(home, str))

    def _subnets(self, name: str) -> Iterator[str]:
        """The subnets that a resolver endpoint, an instance or a network ACL is in."""
        old = self.old
        if name in old.resolver_endpoints:
            yield from (str(subnet) for subnet, _ in old.resolver_endpoints[name].interfaces)
        if name in old.instances:
            yield str(old.instances[name].subnet)
        if name in old.acls:
            yield from (subnet.address for subnet in old.subnets.values() if subnet.acl == name)


def _addresses(network: Network) -> Iterator[str]:
    """Every address that a part of the network has; a VPC and a gateway go by theirs as well."""
    yield from network.gateways
    mappings = (getattr(network, name).values() for name in MAPPINGS)
    for parts in (*mappings, network.shares, network.rule_associations):
        for part in parts:
            yield part.address
            yield from (each.address for name in INSIDE.get(type(part), ()) for each in getattr(part, name))


def _unknown(doubt: Doubt) -> Unknown:
    return Unknown(doubt.why, doubt.address)


def _own_group(address: str) -> str:
    return f"{address}#groups"


def _any_group(address: str, what: Unknown) -> SecurityGroup:
    rules = (_any_rule(address, what),)
    return SecurityGroup(address, what, rules, rules)


def _any_rule(address: str, what: Unknown) -> SecurityRule:
    return SecurityRule(address, what, what, what, what)


# What is left open -------------------------------------------------------------------------------------------------


def opened(part: Any, what: Unknown, about: str = "both") -> Any:  # noqa: ANN401  any part of the model
    """A part of which `what` is not known. `about` says what that may change, as in `Doubt`."""
    if isinstance(part, InterfaceEndpoint):
        part = part if about == "packets" else replace(part, private_dns=what)
        return part if about == "names" else replace(part, subnets=(*part.subnets, what))
    if isinstance(part, Vpc):
        return replace(part, dns_support=what) if about != "packets" else part
    return replace(part, **OPENED[type(part)](part, what))


def _of_gateway_table(table: GatewayTable, what: Unknown) -> dict[str, Any]:
    """A route that may take anything, and an association that may be any attachment's."""
    route, link = GatewayRoute(what.at, what, None), Link(what.at, what)
    return {"routes": (*table.routes, route), "associations": (*table.associations, link)}


def _of_group(part: SecurityGroup, what: Unknown) -> dict[str, Any]:
    """Whatever the group allows may be more, or less."""
    return {
        side: (*(replace(each, peer=what) for each in rules), _any_rule(part.address, what))
        for side, rules in (("ingress", part.ingress), ("egress", part.egress))
    }


def _of_acl(part: Acl, what: Unknown) -> dict[str, Any]:
    entry = AclEntry(part.address, 0, "-1", 0, 65535, what, allow=True)
    return {"ingress": (entry, *part.ingress), "egress": (entry, *part.egress)}


def _any_record(zone: HostedZone, what: Unknown) -> dict[str, Any]:
    names = (zone.domain, f"*.{zone.domain}") if isinstance(zone.domain, str) else ()
    return {"records": tuple(Record(zone.address, name, (), what) for name in names)}


OPENED: Mapping[type, Callable[[Any, Unknown], dict[str, Any]]] = {
    Acl: _of_acl,
    AclEntry: lambda _, what: {"protocol": "-1", "first_port": 0, "last_port": 65535, "cidr": what},
    Attachment: lambda _, what: {"available": what},
    GatewayEndpoint: lambda _, what: {"service": what},
    # Its destination is known: only for its own range it is not known where packets go.
    GatewayRoute: lambda route, what: {"attachment": f"{route.attachment} ({what.why})"},
    GatewayTable: _of_gateway_table,
    HostedZone: _any_record,
    Instance: lambda instance, _: {"groups": (_own_group(instance.address),)},
    Link: lambda _, what: {"target": what},
    Record: lambda _, what: {"values": (), "alias": what},
    ResolverEndpoint: lambda endpoint, _: {"groups": (_own_group(endpoint.address),)},
    ResolverRule: lambda _, what: {"kind": what},
    Route: lambda _, what: {"kind": "unknown", "target": what},
    RouteTable: lambda table, what: {"routes": (*table.routes, Route(table.address, what, "unknown", what))},
    RuleAssociation: lambda _, what: {"rule": what},
    SecurityGroup: _of_group,
    SecurityRule: lambda _, what: {"peer": what},
    Share: lambda share, what: {"principals": tuple(replace(link, target=what) for link in share.principals)},
    Subnet: lambda _, what: {"table": what},
}
"""What is not known of each kind of part that a doubt is about."""
