"""Terraform JSON, as it would be applied, becomes a network.

Each kind of resource has one function below. A resource that has none, and could carry or stop a packet or a name, is
listed in `Network.unmodelled`; so is a part whose parent is not among what was read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Protocol

from network.model import (
    Acl,
    AclEntry,
    Attachment,
    Forwarder,
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
    Prefix,
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
from network.terraform.documents import Document, Plan, Resource, Stack, is_plan
from network.terraform.expressions import Json

__all__ = ["read"]

Source = Mapping[str, Json] | bytes | str
"""A document: parsed, or its text."""


class _Part(Protocol):
    """A part that has the address of its own resource."""

    @property
    def address(self) -> str: ...


HARMLESS = (
    "aws_cloudwatch_",
    "aws_flow_log",
    "aws_iam_",
    "aws_kms_",
    "aws_route53_resolver_query_log",
    "aws_s3_bucket",
    "aws_ssm_parameter",
    "aws_vpc_endpoint_policy",
)
"""Kinds that neither carry nor stop a packet or a name."""
TARGETS = {
    "transit_gateway_id": "transit_gateway",
    "gateway_id": "internet_gateway",
    "nat_gateway_id": "nat_gateway",
    "vpc_peering_connection_id": "peering",
    "network_interface_id": "network_interface",
    "vpc_endpoint_id": "vpc_endpoint",
    "egress_only_gateway_id": "egress_only_gateway",
    "carrier_gateway_id": "carrier_gateway",
    "local_gateway_id": "local_gateway",
    "core_network_arn": "core_network",
}
ALL_PORTS = (0, 65535)
PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "all": "-1"}
DNS_PORT = 53


def read(documents: Iterable[tuple[str, Source]]) -> Network:
    """The network of synthesised stacks and plans, each given with the name that its addresses begin with.

    A stack that reads a parameter is read after the stack that writes it, so the order does not matter. Texts are
    parsed one at a time and let go, since five thousand parsed stacks do not fit into memory.
    """
    builder = _Builder()
    parameters: dict[tuple[Json, Json, str], Json] = {}
    names: dict[str, str] = {}
    plans: list[Plan] = []
    waiting: list[tuple[str, Source]] = []
    for name, source in documents:
        document = _parsed(source)
        if is_plan(document):
            plans.append(Plan(name, document, names))
            continue
        stack = Stack(name, document, parameters)
        if stack.waits():
            waiting.append((name, source))
        else:
            parameters.update(stack.writes())
            builder.take(stack)
    for plan in plans:
        parameters.update(plan.writes())
    for name, source in waiting:
        builder.take(Stack(name, _parsed(source), parameters))
    for plan in plans:
        builder.take(plan)
        builder.ids.update(plan.ids())
    return builder.network()


def _parsed(source: Source) -> Mapping[str, Json]:
    document: Mapping[str, Json] = json.loads(source) if isinstance(source, (bytes, str)) else source
    return document


def _text(value: Json) -> str | Unknown:
    if isinstance(value, (str, Unknown)):
        return value
    return Unknown("not set") if value is None else str(value)


def _optional(value: Json) -> str | Unknown | None:
    return None if value is None or value == "" else _text(value)


def _flag(value: Json, default: bool) -> bool | Unknown:  # noqa: FBT001  a value, not a switch
    if isinstance(value, (bool, Unknown)):
        return value
    return default if value is None else str(value).lower() in {"true", "enable"}


def _number(value: Json, default: int) -> int | Unknown:
    if isinstance(value, Unknown):
        return value
    return default if value is None else int(value)


def _prefix(value: Json) -> Prefix | Unknown:
    try:
        return IPv4Network(value) if isinstance(value, str) else value if isinstance(value, Unknown) else _no(value)
    except (AddressValueError, NetmaskValueError, ValueError):
        return Unknown(str(value))


def _no(value: Json) -> Unknown:
    return Unknown(f"not an IPv4 range: {value}")


def _address(value: Json) -> IPv4Address | Unknown | None:
    try:
        return value if value is None or isinstance(value, Unknown) else IPv4Address(value)
    except AddressValueError:
        return Unknown(str(value))


def _many(value: Json) -> tuple[Json, ...]:
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _texts(value: Json) -> tuple[str | Unknown, ...]:
    return tuple(_text(each) for each in _many(value))


def _name(resource: Resource) -> str:
    tags = resource.raw.get("tags")
    name = tags.get("Name") if isinstance(tags, Mapping) else None
    return name if isinstance(name, str) and "${" not in name else resource.address


class _Builder:
    """Collects the parts of a network as they come, and joins them when all are there."""

    def __init__(self) -> None:
        self.vpcs: dict[str, Vpc] = {}
        self.subnets: dict[str, Subnet] = {}
        self.tables: dict[str, RouteTable] = {}
        self.groups: dict[str, SecurityGroup] = {}
        self.acls: dict[str, Acl] = {}
        self.gateways: dict[str, Gateway] = {}
        self.attachments: dict[str, Attachment] = {}
        self.gateway_tables: dict[str, GatewayTable] = {}
        self.resolver_endpoints: dict[str, ResolverEndpoint] = {}
        self.rules: dict[str, ResolverRule] = {}
        self.rule_associations: list[RuleAssociation] = []
        self.zones: dict[str, HostedZone] = {}
        self.interface_endpoints: dict[str, InterfaceEndpoint] = {}
        self.gateway_endpoints: dict[str, GatewayEndpoint] = {}
        self.shares: dict[str, Share] = {}
        self.instances: dict[str, Instance] = {}
        self.unmodelled: list[str] = []
        self.ids: dict[str, str] = {}
        # Parts by the address of what they belong to, until everything has been read.
        self.cidrs: dict[str, list[Prefix | Unknown]] = defaultdict(list)
        self.routes: dict[str, list[Route]] = defaultdict(list)
        self.ingress: dict[str, list[SecurityRule]] = defaultdict(list)
        self.egress: dict[str, list[SecurityRule]] = defaultdict(list)
        self.acl_entries: dict[str, list[tuple[bool, AclEntry]]] = defaultdict(list)
        self.subnet_tables: dict[str, str | Unknown] = {}
        self.subnet_acls: dict[str, str | Unknown] = {}
        self.main_tables: dict[str, str | Unknown] = {}
        self.default_acls: dict[str, str] = {}
        self.default_groups: dict[str, str] = {}
        self.default_tables: dict[str, tuple[bool, bool]] = {}
        self.joins: dict[str, tuple[bool, bool]] = {}
        self.accepters: dict[str, tuple[str, Owner, tuple[bool, bool]]] = {}
        self.links: dict[str, dict[str, list[Link]]] = defaultdict(lambda: defaultdict(list))
        self.gateway_routes: dict[str, list[GatewayRoute]] = defaultdict(list)
        self.records: dict[str, list[Record]] = defaultdict(list)

    def take(self, document: Document) -> None:
        """Add a document's resources."""
        for resource in document.resources():
            reader = READERS.get(resource.kind)
            if reader is not None:
                reader(self, resource)
            elif not resource.kind.startswith(HARMLESS):
                self.unmodelled.append(resource.address)

    def parent(self, resource: Resource, name: str) -> str:
        """The address that a part belongs to; a part without a known one is listed, and joins nothing."""
        value = resource.get(name)
        if isinstance(value, str):
            return value
        self.unmodelled.append(f"{resource.address} ({name}: {_text(value)})")
        return ""

    def link(self, what: str, resource: Resource, parent: str, target: str) -> None:
        """Note an association or propagation."""
        value = _text(resource.get(target))
        self.links[what][self.parent(resource, parent)].append(Link(resource.address, value, resource.owner))

    def linked(self, what: str, parent: str) -> tuple[Link, ...]:
        """The links of one kind that a parent has."""
        return tuple(self.links[what].get(parent, ()))

    def network(self) -> Network:
        """Join the parts."""
        self._adopt_defaults()
        self._list_orphans()
        return Network(
            vpcs={
                at: replace(vpc, cidrs=(*vpc.cidrs, *self.cidrs.get(at, ())), default_group=self.default_groups.get(at))
                for at, vpc in self.vpcs.items()
            },
            subnets={at: self._subnet(subnet) for at, subnet in self.subnets.items()},
            tables={at: replace(t, routes=(*t.routes, *self.routes.get(at, ()))) for at, t in self.tables.items()},
            groups={
                at: replace(
                    g,
                    ingress=(*g.ingress, *self.ingress.get(at, ())),
                    egress=(*g.egress, *self.egress.get(at, ())),
                )
                for at, g in self.groups.items()
            },
            acls={at: self._acl(acl) for at, acl in self.acls.items()},
            gateways=self.gateways,
            attachments={at: self._attachment(attachment) for at, attachment in self.attachments.items()},
            gateway_tables={at: self._gateway_table(table) for at, table in self.gateway_tables.items()},
            resolver_endpoints=self.resolver_endpoints,
            rules=self.rules,
            rule_associations=tuple(self.rule_associations),
            zones={
                at: replace(z, vpcs=(*z.vpcs, *self.linked("zone", at)), records=tuple(self.records.get(at, ())))
                for at, z in self.zones.items()
            },
            interface_endpoints={
                at: replace(
                    e,
                    subnets=(*e.subnets, *(link.target for link in self.linked("endpoint subnet", at))),
                    groups=(*e.groups, *(link.target for link in self.linked("endpoint group", at))),
                )
                for at, e in self.interface_endpoints.items()
            },
            gateway_endpoints={
                at: replace(e, tables=(*e.tables, *self.linked("endpoint table", at)))
                for at, e in self.gateway_endpoints.items()
            },
            shares=tuple(
                replace(s, resources=self.linked("shared", at), principals=self.linked("principal", at))
                for at, s in self.shares.items()
            ),
            instances=self.instances,
            unmodelled=tuple(sorted(self.unmodelled)),
            ids=self.ids,
        )

    def _adopt_defaults(self) -> None:
        """Give each VPC the main route table that AWS makes with it, and each gateway its default table."""
        for vpc in self.vpcs:
            main = f"{vpc}#default_route_table_id"
            self.tables.setdefault(main, RouteTable(main, vpc))
        for gateway, (associates, propagates) in self.default_tables.items():
            if associates or propagates:
                table = f"{gateway}#default_route_table"
                self.gateway_tables[table] = GatewayTable(table, gateway)
                self._join_default(gateway, table, (associates, propagates))

    def _list_orphans(self) -> None:
        """List the parts of what was not read: a VPC or a gateway that somebody else's Terraform makes."""
        groups = (self.ingress, self.groups), (self.egress, self.groups)
        others = (self.routes, self.tables), (self.gateway_routes, self.gateway_tables), (self.records, self.zones)
        for parts, parents in (*groups, *others):
            self._list_parts(parts, parents)
        for what in ("association", "propagation"):
            self._list_parts(self.links[what], self.gateway_tables)

    def _list_parts(self, parts: Mapping[str, Sequence[_Part]], parents: Mapping[str, object]) -> None:
        for parent, found in parts.items():
            if parent and parent not in parents:
                self.unmodelled += [f"{part.address} ({parent} was not read)" for part in found]

    def _join_default(self, gateway: str, table: str, does: tuple[bool, bool]) -> None:
        for at, attachment in self.attachments.items():
            wants = self.accepters[at][2] if at in self.accepters else self.joins[at]
            if attachment.gateway == gateway:
                link = Link(at, at)
                for what, switch, wanted in zip(("association", "propagation"), does, wants, strict=True):
                    if switch and wanted:
                        self.links[what][table].append(link)

    def _subnet(self, subnet: Subnet) -> Subnet:
        vpc = subnet.vpc if isinstance(subnet.vpc, str) else ""
        main = self.main_tables.get(vpc, f"{vpc}#default_route_table_id")
        return replace(
            subnet,
            table=self.subnet_tables.get(subnet.address, main),
            acl=self.subnet_acls.get(subnet.address, self.default_acls.get(vpc)),
        )

    def _acl(self, acl: Acl) -> Acl:
        entries = self.acl_entries.get(acl.address, ())
        return replace(
            acl,
            ingress=(*acl.ingress, *(entry for egress, entry in entries if not egress)),
            egress=(*acl.egress, *(entry for egress, entry in entries if egress)),
        )

    def _attachment(self, attachment: Attachment) -> Attachment:
        accepter = self.accepters.get(attachment.address)
        return replace(attachment, accepter=accepter[0], accepter_owner=accepter[1]) if accepter else attachment

    def _gateway_table(self, table: GatewayTable) -> GatewayTable:
        at = table.address
        return replace(
            table,
            associations=self.linked("association", at),
            propagations=self.linked("propagation", at),
            routes=tuple(self.gateway_routes.get(at, ())),
        )


def _vpc(to: _Builder, r: Resource) -> None:
    to.vpcs[r.address] = Vpc(
        r.address,
        _name(r),
        r.owner,
        (_prefix(r.get("cidr_block")),),
        # AWS's own defaults: support on, hostnames off.
        _flag(r.get("enable_dns_support"), default=True),
        _flag(r.get("enable_dns_hostnames"), default=False),
    )


def _vpc_cidr(to: _Builder, r: Resource) -> None:
    to.cidrs[to.parent(r, "vpc_id")].append(_prefix(r.get("cidr_block")))


def _subnet(to: _Builder, r: Resource) -> None:
    zone = _optional(r.get("availability_zone_id")) or _text(r.get("availability_zone"))
    cidr = _prefix(r.get("cidr_block"))
    to.subnets[r.address] = Subnet(r.address, _text(r.get("vpc_id")), zone, cidr, Unknown("not joined yet"))


def _route_table(to: _Builder, r: Resource) -> None:
    own = r.get("default_route_table_id") if r.kind == "aws_default_route_table" else None
    address = own if isinstance(own, str) else r.address
    vpc = address.partition("#")[0] if own else _text(r.get("vpc_id"))
    routes = tuple(
        _route_of(r.address, entry.get("cidr_block") or entry.get("destination_prefix_list_id"), entry.get)
        for entry in _many(r.get("route"))
        if isinstance(entry, Mapping) and not entry.get("ipv6_cidr_block")
    )
    to.tables[address] = RouteTable(address, vpc, routes)


def _route_of(address: str, destination: Json, get: Callable[[str], Json]) -> Route:
    for name, kind in TARGETS.items():
        target = _optional(get(name))
        if target is not None:
            return Route(address, _prefix(destination), kind, target)
    return Route(address, _prefix(destination), "unknown", Unknown("no target"))


def _route(to: _Builder, r: Resource) -> None:
    if r.get("destination_ipv6_cidr_block"):
        return  # IPv4 alone is modelled
    destination = r.get("destination_cidr_block") or Unknown("a prefix list")
    to.routes[to.parent(r, "route_table_id")].append(_route_of(r.address, destination, r.get))


def _table_association(to: _Builder, r: Resource) -> None:
    to.subnet_tables[to.parent(r, "subnet_id")] = _text(r.get("route_table_id"))


def _main_table(to: _Builder, r: Resource) -> None:
    to.main_tables[to.parent(r, "vpc_id")] = _text(r.get("route_table_id"))


def _protocol(value: Json) -> str | Unknown:
    text = _text(value)
    return text if isinstance(text, Unknown) else PROTOCOLS.get(text.lower(), text.lower())


def _ports(protocol: str | Unknown, get: Callable[[str], Json]) -> tuple[int | Unknown, int | Unknown]:
    if protocol == "-1":
        return ALL_PORTS
    return _number(get("from_port"), 0), _number(get("to_port"), ALL_PORTS[1])


def _peer(r: Resource) -> Prefix | str | Unknown:
    if r.get("cidr_ipv4") is not None:
        return _prefix(r.get("cidr_ipv4"))
    group = r.get("referenced_security_group_id")
    return group if isinstance(group, str) else Unknown("a prefix list")


def _group_rule(to: _Builder, r: Resource) -> None:
    if r.get("cidr_ipv6") is not None:
        return
    protocol = _protocol(r.get("ip_protocol"))
    parts = to.ingress if r.kind.endswith("ingress_rule") else to.egress
    parts[to.parent(r, "security_group_id")].append(
        SecurityRule(r.address, protocol, *_ports(protocol, r.get), _peer(r))
    )


def _old_group_rule(to: _Builder, r: Resource) -> None:
    group = to.parent(r, "security_group_id")
    parts = to.ingress if r.get("type") == "ingress" else to.egress
    parts[group] += _block_rules(r.address, group, r.get)


def _block_rules(address: str, group: str, get: Callable[[str], Json]) -> Iterator[SecurityRule]:
    """The rules of one inline block, which lists several peers."""
    protocol = _protocol(get("protocol"))
    ports = _ports(protocol, get)
    for cidr in _many(get("cidr_blocks")):
        yield SecurityRule(address, protocol, *ports, _prefix(cidr))
    for peer in (*_many(get("security_groups")), *_many(get("source_security_group_id"))):
        yield SecurityRule(address, protocol, *ports, _text(peer))
    for _ in _many(get("prefix_list_ids")):
        yield SecurityRule(address, protocol, *ports, Unknown("a prefix list"))
    if get("self") is True:
        yield SecurityRule(address, protocol, *ports, group)


def _group(to: _Builder, r: Resource) -> None:
    sides = [
        tuple(
            rule
            for block in _many(r.get(side))
            if isinstance(block, Mapping)
            for rule in _block_rules(r.address, r.address, block.get)
        )
        for side in ("ingress", "egress")
    ]
    vpc = _text(r.get("vpc_id"))
    to.groups[r.address] = SecurityGroup(r.address, vpc, *sides)
    if r.kind == "aws_default_security_group" and isinstance(vpc, str):
        to.default_groups[vpc] = r.address


def _acl_entry(address: str, get: Callable[[str], Json], names: tuple[str, str, str]) -> AclEntry:
    number, action, cidr = names
    protocol = str(_protocol(get("protocol")))
    first, last = _ports(protocol, get)
    if first == last == 0:
        first, last = ALL_PORTS
    numbers = [value if isinstance(value, int) else 0 for value in (_number(get(number), 0), first, last)]
    return AclEntry(
        address, numbers[0], protocol, numbers[1], numbers[2], _prefix(get(cidr)), str(get(action)).lower() == "allow"
    )


def _acl(to: _Builder, r: Resource) -> None:
    sides = [
        tuple(
            _acl_entry(r.address, block.get, ("rule_no", "action", "cidr_block"))
            for block in _many(r.get(side))
            if isinstance(block, Mapping)
        )
        for side in ("ingress", "egress")
    ]
    to.acls[r.address] = Acl(r.address, *sides)
    if r.kind == "aws_default_network_acl":
        to.default_acls[to.parent(r, "default_network_acl_id").partition("#")[0]] = r.address
    for subnet in _texts(r.get("subnet_ids")):
        to.subnet_acls[str(subnet)] = r.address


def _acl_rule(to: _Builder, r: Resource) -> None:
    entry = _acl_entry(r.address, r.get, ("rule_number", "rule_action", "cidr_block"))
    to.acl_entries[to.parent(r, "network_acl_id")].append((r.get("egress") is True, entry))


def _acl_association(to: _Builder, r: Resource) -> None:
    to.subnet_acls[to.parent(r, "subnet_id")] = _text(r.get("network_acl_id"))


def _gateway(to: _Builder, r: Resource) -> None:
    to.gateways[r.address] = Gateway(r.address, r.owner, _flag(r.get("auto_accept_shared_attachments"), default=False))
    # Terraform's defaults are AWS's: both on.
    to.default_tables[r.address] = (
        _flag(r.get("default_route_table_association"), default=True) is not False,
        _flag(r.get("default_route_table_propagation"), default=True) is not False,
    )


def _joins(r: Resource) -> tuple[bool, bool]:
    return (
        _flag(r.get("transit_gateway_default_route_table_association"), default=True) is not False,
        _flag(r.get("transit_gateway_default_route_table_propagation"), default=True) is not False,
    )


def _attachment(to: _Builder, r: Resource) -> None:
    gateway, vpc = _text(r.get("transit_gateway_id")), _text(r.get("vpc_id"))
    to.attachments[r.address] = Attachment(r.address, r.owner, gateway, vpc, _texts(r.get("subnet_ids")))
    to.joins[r.address] = _joins(r)


def _accepter(to: _Builder, r: Resource) -> None:
    to.accepters[to.parent(r, "transit_gateway_attachment_id")] = (r.address, r.owner, _joins(r))


def _gateway_table(to: _Builder, r: Resource) -> None:
    to.gateway_tables[r.address] = GatewayTable(r.address, _text(r.get("transit_gateway_id")))


def _association(to: _Builder, r: Resource) -> None:
    to.link("association", r, "transit_gateway_route_table_id", "transit_gateway_attachment_id")


def _propagation(to: _Builder, r: Resource) -> None:
    to.link("propagation", r, "transit_gateway_route_table_id", "transit_gateway_attachment_id")


def _gateway_route(to: _Builder, r: Resource) -> None:
    target = None if r.get("blackhole") is True else _text(r.get("transit_gateway_attachment_id"))
    route = GatewayRoute(r.address, _prefix(r.get("destination_cidr_block")), target)
    to.gateway_routes[to.parent(r, "transit_gateway_route_table_id")].append(route)


def _resolver_endpoint(to: _Builder, r: Resource) -> None:
    interfaces = tuple(
        (_text(entry.get("subnet_id")), _known(_address(entry.get("ip") or None)))
        for entry in _many(r.get("ip_address"))
        if isinstance(entry, Mapping)
    )
    to.resolver_endpoints[r.address] = ResolverEndpoint(
        r.address, r.owner, _text(r.get("direction")), interfaces, _texts(r.get("security_group_ids"))
    )


def _known(value: IPv4Address | Unknown | None) -> IPv4Address | None:
    """An address, or None where it is any of the subnet's."""
    return value if isinstance(value, IPv4Address) else None


def _rule(to: _Builder, r: Resource) -> None:
    targets = tuple(
        Forwarder(_address(entry.get("ip")) or Unknown("no IPv4 address"), int(entry.get("port") or DNS_PORT))
        for entry in _many(r.get("target_ip"))
        if isinstance(entry, Mapping)
    )
    domain = _text(r.get("domain_name"))
    to.rules[r.address] = ResolverRule(
        r.address,
        r.owner,
        domain if isinstance(domain, Unknown) else domain.rstrip(".").lower() or ".",
        _text(r.get("rule_type")),
        _optional(r.get("resolver_endpoint_id")),
        targets,
    )


def _rule_association(to: _Builder, r: Resource) -> None:
    rule, vpc = _text(r.get("resolver_rule_id")), _text(r.get("vpc_id"))
    to.rule_associations.append(RuleAssociation(r.address, r.owner, rule, vpc))


def _zone(to: _Builder, r: Resource) -> None:
    vpcs = tuple(
        Link(r.address, _text(entry.get("vpc_id"))) for entry in _many(r.get("vpc")) if isinstance(entry, Mapping)
    )
    name = _text(r.get("name"))
    domain = name if isinstance(name, Unknown) else name.rstrip(".").lower()
    to.zones[r.address] = HostedZone(r.address, domain, vpcs)


def _zone_association(to: _Builder, r: Resource) -> None:
    to.link("zone", r, "zone_id", "vpc_id")


def _record(to: _Builder, r: Resource) -> None:
    alias = next((block for block in _many(r.get("alias")) if isinstance(block, Mapping)), None)
    values = tuple(_address(value) or Unknown("empty") for value in _many(r.get("records")))
    name = str(_text(r.get("name"))).rstrip(".").lower()
    record = Record(r.address, name, values, _text(alias.get("name")) if alias is not None else None)
    to.records[to.parent(r, "zone_id")].append(record)


def _endpoint(to: _Builder, r: Resource) -> None:
    vpc, service = _text(r.get("vpc_id")), _text(r.get("service_name"))
    if (r.get("vpc_endpoint_type") or "Gateway") == "Gateway":
        tables = tuple(Link(r.address, table) for table in _texts(r.get("route_table_ids")))
        to.gateway_endpoints[r.address] = GatewayEndpoint(r.address, vpc, service, tables)
        return
    options = next((block for block in _many(r.get("dns_options")) if isinstance(block, Mapping)), {})
    to.interface_endpoints[r.address] = InterfaceEndpoint(
        r.address,
        vpc,
        service,
        _texts(r.get("subnet_ids")),
        _texts(r.get("security_group_ids")),
        _flag(r.get("private_dns_enabled"), default=False),
        _flag(options.get("private_dns_only_for_inbound_resolver_endpoint"), default=False),
    )


def _endpoint_table(to: _Builder, r: Resource) -> None:
    to.link("endpoint table", r, "vpc_endpoint_id", "route_table_id")


def _endpoint_group(to: _Builder, r: Resource) -> None:
    to.link("endpoint group", r, "vpc_endpoint_id", "security_group_id")


def _endpoint_subnet(to: _Builder, r: Resource) -> None:
    to.link("endpoint subnet", r, "vpc_endpoint_id", "subnet_id")


def _share(to: _Builder, r: Resource) -> None:
    to.shares[r.address] = Share(r.address, r.owner, _flag(r.get("allow_external_principals"), default=True))


def _shared(to: _Builder, r: Resource) -> None:
    to.link("shared", r, "resource_share_arn", "resource_arn")


def _principal(to: _Builder, r: Resource) -> None:
    to.link("principal", r, "resource_share_arn", "principal")


def _instance(to: _Builder, r: Resource) -> None:
    groups = r.get("vpc_security_group_ids") or r.get("security_groups")
    to.instances[r.address] = Instance(r.address, _text(r.get("subnet_id")), _texts(groups))


def _nothing(to: _Builder, r: Resource) -> None:
    """A kind that is known by the routes that name it."""


READERS: Mapping[str, Callable[[_Builder, Resource], None]] = {
    "aws_default_network_acl": _acl,
    "aws_default_route_table": _route_table,
    "aws_default_security_group": _group,
    "aws_ec2_transit_gateway": _gateway,
    "aws_ec2_transit_gateway_route": _gateway_route,
    "aws_ec2_transit_gateway_route_table": _gateway_table,
    "aws_ec2_transit_gateway_route_table_association": _association,
    "aws_ec2_transit_gateway_route_table_propagation": _propagation,
    "aws_ec2_transit_gateway_vpc_attachment": _attachment,
    "aws_ec2_transit_gateway_vpc_attachment_accepter": _accepter,
    "aws_instance": _instance,
    "aws_internet_gateway": _nothing,
    "aws_main_route_table_association": _main_table,
    "aws_nat_gateway": _nothing,
    "aws_network_acl": _acl,
    "aws_network_acl_association": _acl_association,
    "aws_network_acl_rule": _acl_rule,
    "aws_network_interface": _instance,
    "aws_ram_principal_association": _principal,
    "aws_ram_resource_association": _shared,
    "aws_ram_resource_share": _share,
    "aws_route": _route,
    "aws_route53_record": _record,
    "aws_route53_resolver_endpoint": _resolver_endpoint,
    "aws_route53_resolver_rule": _rule,
    "aws_route53_resolver_rule_association": _rule_association,
    "aws_route53_zone": _zone,
    "aws_route53_zone_association": _zone_association,
    "aws_route_table": _route_table,
    "aws_route_table_association": _table_association,
    "aws_security_group": _group,
    "aws_security_group_rule": _old_group_rule,
    "aws_subnet": _subnet,
    "aws_vpc": _vpc,
    "aws_vpc_endpoint": _endpoint,
    "aws_vpc_endpoint_route_table_association": _endpoint_table,
    "aws_vpc_endpoint_security_group_association": _endpoint_group,
    "aws_vpc_endpoint_subnet_association": _endpoint_subnet,
    "aws_vpc_ipv4_cidr_block_association": _vpc_cidr,
    "aws_vpc_security_group_egress_rule": _group_rule,
    "aws_vpc_security_group_ingress_rule": _group_rule,
}
