"""Collects the parts of a network as they come, and joins them when all are there.

A part whose parent is not among what was read is listed in `Network.unmodelled`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from network.model import (
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
    Loose,
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
from network.terraform.coverage.doubts import doubts_of
from network.terraform.documents import Document, Resource
from network.terraform.values import as_text
from network.unplaced import NOWHERE, doubted, doubted_groups, doubted_tables, doubted_zones

__all__ = ["Builder", "Reader"]

RULE = ("protocol", "first_port", "last_port", "peer")


P = TypeVar("P")
L = TypeVar("L", Route, SecurityRule, GatewayRoute, Record, Link)


class Builder:
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
        self.doubts: list[Doubt] = []
        self.owners: dict[str, Owner] = {}
        """Of parts without a known parent."""
        self.loose: list[Loose] = []
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

    def take(self, document: Document, readers: Mapping[str, Reader]) -> None:
        """Add a document's resources, each by the reader of its kind."""
        for resource in document.resources():
            reader = readers.get(resource.kind)
            if reader is not None:
                reader(self, resource)
            for doubt in doubts_of(resource):
                self.unmodelled.append(f"{resource.address} ({doubt.why})")
                if doubt.about in {"names", "packets", "both"}:
                    self.doubts.append(doubt)
            if resource.uncertain:
                self.doubts.append(Doubt(resource.address, resource.uncertain, resource.owner))

    def parent(self, resource: Resource, name: str) -> str:
        """The address that a part belongs to; a part without a known one is listed, and joins nothing."""
        value = resource.get(name)
        if isinstance(value, str):
            return value
        self.unmodelled.append(f"{resource.address} ({name}: {as_text(value)})")
        self.owners[resource.address] = resource.owner
        return NOWHERE

    def link(self, what: str, resource: Resource, parent: str, target: str) -> None:
        """Note an association or propagation."""
        value = as_text(resource.get(target))
        self.links[what][self.parent(resource, parent)].append(Link(resource.address, value, resource.owner))

    def linked(self, what: str, parent: str) -> tuple[Link, ...]:
        """The links of one kind that a parent has."""
        return tuple(self.links[what].get(parent, ()))

    def network(self) -> Network:
        """Join the parts."""
        self._adopt_defaults()
        self._list_orphans()
        return Network(
            vpcs={at: self._vpc(vpc) for at, vpc in self.vpcs.items()},
            subnets={at: self._subnet(subnet) for at, subnet in self.subnets.items()},
            tables=doubted_tables(
                {
                    at: replace(t, routes=_merged(t.routes, self.routes.get(at, ()), "destination"))
                    for at, t in self.tables.items()
                },
                self.loose,
                self.vpcs,
            ),
            groups=doubted_groups(
                {
                    at: replace(
                        g,
                        ingress=_merged(g.ingress, self.ingress.get(at, ()), *RULE),
                        egress=_merged(g.egress, self.egress.get(at, ()), *RULE),
                    )
                    for at, g in self.groups.items()
                },
                self.loose,
                self.vpcs,
            ),
            acls={at: self._acl(acl) for at, acl in self.acls.items()},
            gateways=self.gateways,
            attachments={at: self._attachment(attachment) for at, attachment in self.attachments.items()},
            gateway_tables=doubted(
                {at: self._gateway_table(table) for at, table in self.gateway_tables.items()},
                self.loose,
                self.attachments,
                self.vpcs,
            ),
            resolver_endpoints=self.resolver_endpoints,
            rules=self.rules,
            rule_associations=tuple(self.rule_associations),
            zones=doubted_zones(
                {
                    at: replace(
                        z,
                        vpcs=_merged(z.vpcs, self.linked("zone", at), "target"),
                        records=tuple(self.records.get(at, ())),
                    )
                    for at, z in self.zones.items()
                },
                self.loose,
            ),
            interface_endpoints={
                at: replace(
                    e,
                    subnets=_once(e.subnets, self.linked("endpoint subnet", at)),
                    groups=_once(e.groups, self.linked("endpoint group", at)),
                )
                for at, e in self.interface_endpoints.items()
            },
            gateway_endpoints={
                at: replace(e, tables=_merged(e.tables, self.linked("endpoint table", at), "target"))
                for at, e in self.gateway_endpoints.items()
            },
            shares=tuple(
                replace(s, resources=self.linked("shared", at), principals=self.linked("principal", at))
                for at, s in self.shares.items()
            ),
            instances=self.instances,
            unmodelled=tuple(sorted(self.unmodelled)),
            loose=tuple(self.loose),
            doubts=tuple(self.doubts),
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
        self._list_parts(self.ingress, self.groups, "ingress")
        self._list_parts(self.egress, self.groups, "egress")
        self._list_parts(self.routes, self.tables, "routes")
        self._list_parts(self.gateway_routes, self.gateway_tables, "routes")
        self._list_parts(self.records, self.zones, "records")
        self._list_parts(self.links["zone"], self.zones, "vpcs")
        self._list_parts(self.links["endpoint table"], self.gateway_endpoints, "tables")
        self._list_parts(self.links["association"], self.gateway_tables, "associations")
        self._list_parts(self.links["propagation"], self.gateway_tables, "propagations")

    def _list_parts(self, parts: Mapping[str, Sequence[L]], parents: Mapping[str, object], field: str) -> None:
        for parent, found in parts.items():
            if parent and parent not in parents:
                self.unmodelled += [f"{part.address} ({parent} was not read)" for part in found]
            if parent not in parents:
                self.loose += [Loose(parent, field, part, self.owners.get(part.address)) for part in found]

    def _join_default(self, gateway: str, table: str, does: tuple[bool, bool]) -> None:
        for at, attachment in self.attachments.items():
            wants = self.accepters[at][2] if at in self.accepters else self.joins[at]
            if attachment.gateway == gateway:
                link = Link(at, at)
                for what, switch, wanted in zip(("association", "propagation"), does, wants, strict=True):
                    if switch and wanted:
                        self.links[what][table].append(link)

    def _vpc(self, vpc: Vpc) -> Vpc:
        unplaced = (Unknown("a range of a VPC that is not known"),) if NOWHERE in self.cidrs else ()
        cidrs = (*vpc.cidrs, *self.cidrs.get(vpc.address, ()), *unplaced)
        return replace(vpc, cidrs=cidrs, default_group=self.default_groups.get(vpc.address))

    def _subnet(self, subnet: Subnet) -> Subnet:
        """A subnet with its table and ACL; an association of which the subnet is not known may be its own."""
        vpc = subnet.vpc if isinstance(subnet.vpc, str) else NOWHERE
        unplaced = Unknown("an association with a subnet or a VPC that is not known")
        main: str | Unknown = f"{vpc}#default_route_table_id"
        main = self.main_tables.get(vpc, unplaced if NOWHERE in self.main_tables else main)
        acl: str | Unknown | None = self.default_acls.get(vpc)
        acl = self.subnet_acls.get(subnet.address, unplaced if NOWHERE in self.subnet_acls else acl)
        return replace(
            subnet,
            table=self.subnet_tables.get(subnet.address, unplaced if NOWHERE in self.subnet_tables else main),
            acl=unplaced if acl is not None and NOWHERE in self.acl_entries else acl,
        )

    def _acl(self, acl: Acl) -> Acl:
        entries = self.acl_entries.get(acl.address, ())
        return replace(
            acl,
            ingress=_merged(acl.ingress, [entry for egress, entry in entries if not egress], "number"),
            egress=_merged(acl.egress, [entry for egress, entry in entries if egress], "number"),
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


def _merged(inline: Sequence[P], separate: Sequence[P], *key: str) -> tuple[P, ...]:
    """The parts within a resource, and those that are resources of their own.

    A state shows the latter in the former too: AWS has such a part once, and it goes by its own resource's address.
    """
    own = {tuple(getattr(part, name) for name in key) for part in separate}
    return (*(part for part in inline if tuple(getattr(part, name) for name in key) not in own), *separate)


def _once(inline: Sequence[str | Unknown], links: Sequence[Link]) -> tuple[str | Unknown, ...]:
    """The same for what is named and not described."""
    return tuple(dict.fromkeys((*inline, *(link.target for link in links))))


Reader = Callable[[Builder, Resource], None]
"""Adds one resource to what a builder has collected."""
