"""Collects the parts of a network as they come, and joins them when all are there.

A part whose parent is not among what was read is listed in `Network.unmodelled`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeVar

from network.model import (
    Acl,
    AclEntry,
    Attachment,
    Doubt,
    Fixed,
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
    Refusal,
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
from network.name_servers import foreign
from network.terraform.coverage.doubts import doubts_of
from network.terraform.coverage.table import has_effect
from network.terraform.documents import NOBODY, Document, Resource
from network.terraform.expressions import Json
from network.terraform.others import other_interfaces
from network.terraform.refusals import Refusals
from network.terraform.values import as_address, as_prefix, as_text, is_ipv6
from network.unplaced import NOWHERE, doubted, doubted_groups, doubted_tables, doubted_zones

__all__ = ["LISTED", "Builder", "Reader", "Switches"]

LISTED = Unknown("the ranges of a prefix list")
EVERYWHERE = IPv4Network("0.0.0.0/0")
Switches = tuple[bool | Unknown, bool | Unknown]
"""Whether a default table is associated with attachments, and propagated to."""

RULE = ("protocol", "first_port", "last_port", "peer")


P = TypeVar("P")
L = TypeVar("L", Route, SecurityRule, GatewayRoute, Record, Link)


@dataclass
class Builder:
    """Collects the parts of a network as they come, and joins them when all are there."""

    vpcs: dict[str, Vpc] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    tables: dict[str, RouteTable] = field(default_factory=dict)
    groups: dict[str, SecurityGroup] = field(default_factory=dict)
    acls: dict[str, Acl] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    gateway_tables: dict[str, GatewayTable] = field(default_factory=dict)
    resolver_endpoints: dict[str, ResolverEndpoint] = field(default_factory=dict)
    rules: dict[str, ResolverRule] = field(default_factory=dict)
    rule_associations: list[RuleAssociation] = field(default_factory=list)
    zones: dict[str, HostedZone] = field(default_factory=dict)
    interface_endpoints: dict[str, InterfaceEndpoint] = field(default_factory=dict)
    gateway_endpoints: dict[str, GatewayEndpoint] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)
    unmodelled: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    services: list[Doubt] = field(default_factory=list)
    """Those with an address in a subnet, where they are not modelled."""
    owners: dict[str, Owner] = field(default_factory=dict)
    """Of parts without a known parent."""
    loose: list[Loose] = field(default_factory=list)
    fixed: list[Fixed] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    makers: dict[str, Owner] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    refusing: Refusals = field(default_factory=Refusals)
    was: Builder | None = None
    """The parts that exist and plans are about to change."""
    # Parts by the address of what they belong to, until everything has been read.
    inline: dict[str, list[Route]] = field(default_factory=lambda: defaultdict(list))
    inline_ingress: dict[str, list[SecurityRule]] = field(default_factory=lambda: defaultdict(list))
    inline_egress: dict[str, list[SecurityRule]] = field(default_factory=lambda: defaultdict(list))
    listed: list[tuple[list[Any], Route | SecurityRule | GatewayRoute, str | Unknown]] = field(default_factory=list)
    """Parts about the ranges of a prefix list, each with the list of parts that it belongs in."""
    prefix_lists: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    dhcp_options: dict[str, tuple[str | Unknown, ...]] = field(default_factory=dict)
    dhcp: dict[str, str | Unknown] = field(default_factory=dict)
    cidrs: dict[str, list[Prefix | Unknown]] = field(default_factory=lambda: defaultdict(list))
    routes: dict[str, list[Route]] = field(default_factory=lambda: defaultdict(list))
    ingress: dict[str, list[SecurityRule]] = field(default_factory=lambda: defaultdict(list))
    egress: dict[str, list[SecurityRule]] = field(default_factory=lambda: defaultdict(list))
    acl_entries: dict[str, list[tuple[bool, AclEntry]]] = field(default_factory=lambda: defaultdict(list))
    subnet_tables: dict[str, str | Unknown] = field(default_factory=dict)
    subnet_acls: dict[str, str | Unknown] = field(default_factory=dict)
    main_tables: dict[str, str | Unknown] = field(default_factory=dict)
    default_acls: dict[str, str] = field(default_factory=dict)
    default_groups: dict[str, str] = field(default_factory=dict)
    default_tables: dict[str, Switches] = field(default_factory=dict)
    joins: dict[str, Switches] = field(default_factory=dict)
    replacing: dict[str, bool | Unknown] = field(default_factory=dict)
    """Attachments that are taken out of a default table, since an association of their own replaces that one."""
    accepters: dict[str, tuple[str, Owner, Switches]] = field(default_factory=dict)
    links: dict[str, dict[str, list[Link]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    gateway_routes: dict[str, list[GatewayRoute]] = field(default_factory=lambda: defaultdict(list))
    records: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))

    def repeats(self, document: Document, readers: Mapping[str, Reader]) -> None:
        """Note parts that exist and are about to change: a list that has them is not theirs to say."""
        self.was = self.was or Builder()
        self.was.take(document, readers)

    def _whole(self, inline: str, separate: str, at: str, *key: str) -> tuple[Any, ...]:
        """The parts within a resource, without those that are about to change, and those that are their own."""
        parts, own = getattr(self, inline).get(at, ()), getattr(self, separate).get(at, ())
        was = {_key(part, key) for part in getattr(self.was, separate).get(at, ())} if self.was is not None else set()
        return _merged([part for part in parts if _key(part, key) not in was] if was else parts, own, *key)

    def _own(self, named: Sequence[str | Unknown], what: str, at: str) -> list[str | Unknown]:
        """The same for what is named and not described."""
        was = {link.target for link in self.was.linked(what, at)} if self.was is not None else set()
        return [each for each in named if each not in was]

    def _own_tables(self, endpoint: GatewayEndpoint) -> list[Link]:
        own = self._own([link.target for link in endpoint.tables], "endpoint table", endpoint.address)
        return [link for link in endpoint.tables if link.target in own]

    def _groups(self, endpoint: InterfaceEndpoint) -> list[str | Unknown]:
        """The groups that an endpoint names; without any it keeps its VPC's default group beside what is associated."""
        default = self.default_groups.get(str(endpoint.vpc)) if not endpoint.groups else None
        joins = default is not None and self.linked("endpoint group", endpoint.address)
        own = self._own(endpoint.groups, "endpoint group", endpoint.address)
        return [default, *own] if default is not None and joins else own

    def take(self, document: Document, readers: Mapping[str, Reader]) -> None:
        """Add a document's resources, each by the reader of its kind."""
        for resource in document.resources():
            reader = readers.get(resource.kind)
            if reader is not None:
                reader(self, resource)
            for doubt in doubts_of(resource):
                self.unmodelled.append(f"{resource.address} ({doubt.why})")
                if doubt.about == "addresses":
                    self.services.append(doubt)
                elif doubt.about != "IPv6":
                    self.doubts.append(doubt)
            if resource.uncertain and has_effect(resource.kind):
                self.doubts.append(Doubt(resource.address, resource.uncertain, resource.owner))
            if document.builds:
                self.makers[resource.address] = resource.owner
                self.refused += self.refusing.of_resource(resource)

    def parent(self, resource: Resource, name: str) -> str:
        """The address that a part belongs to; a part without a known one is listed, and joins nothing."""
        value = resource.get(name)
        if isinstance(value, str) and value:
            return value
        self.unmodelled.append(f"{resource.address} ({name}: {as_text(value)})")
        self.owners[resource.address] = resource.owner
        return NOWHERE

    def placed(self, resource: Resource, name: str, value: Json, about: str = "both") -> None:
        """Doubt everything of an account that a resource may be in, where it is not known what it is in."""
        if not isinstance(value, str) or not value:
            why = f"is in something that is not known ({as_text(value)})"
            self.doubts.append(Doubt(f"{resource.address} ({name})", why, resource.owner, (), about))

    def doubt(self, resource: Resource, name: str, vpc: str | Unknown) -> None:
        """Doubt a VPC for an argument of something in it that is not known."""
        why = f"is not known ({as_text(resource.get(name))})"
        names = (vpc,) if isinstance(vpc, str) else ()
        self.doubts.append(Doubt(f"{resource.address} ({name})", why, resource.owner, names))

    @staticmethod
    def only(places: dict[str, str | Unknown], at: str, value: str | Unknown) -> None:
        """Note what only one resource can say of something. What two of them say differently is not known."""
        differs = places.get(at, value) != value
        places[at] = Unknown(f"both {places[at]} and {value} are associated with it") if differs else value

    def fix(self, address: str, subnet: str | Unknown, *ips: Json) -> None:
        """Note the addresses that a resource asks for; those that are not known are not judged."""
        known = (ip if isinstance(ip, IPv4Address) else as_address(ip) for ip in ips if ip)
        self.fixed += [Fixed(address, subnet, ip) for ip in known if isinstance(ip, IPv4Address)]

    def link(self, what: str, resource: Resource, parent: str, target: str) -> None:
        """Note an association or propagation."""
        value = as_text(resource.get(target))
        self.links[what][self.parent(resource, parent)].append(Link(resource.address, value, resource.owner))

    def linked(self, what: str, parent: str) -> tuple[Link, ...]:
        """The links of one kind that a parent has."""
        return tuple(self.links[what].get(parent, ()))

    def network(self) -> Network:
        """Join the parts."""
        self.spell_out(self.prefix_lists)
        self._adopt_defaults()
        self._share_anew()
        if self.was is not None:
            self.was.spell_out(self.prefix_lists)
        self._list_orphans()
        network = Network(
            vpcs={at: self._vpc(vpc) for at, vpc in self.vpcs.items()},
            subnets={at: self._subnet(subnet) for at, subnet in self.subnets.items()},
            tables=doubted_tables(
                {
                    at: replace(t, routes=self._whole("inline", "routes", at, "destination"))
                    for at, t in self.tables.items()
                },
                self.loose,
                self.vpcs,
            ),
            groups=doubted_groups(
                {
                    at: replace(
                        g,
                        ingress=self._whole("inline_ingress", "ingress", at, *RULE),
                        egress=self._whole("inline_egress", "egress", at, *RULE),
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
                        # A name that is empty is the zone's own.
                        records=tuple(replace(e, name=e.name or str(z.domain)) for e in self.records.get(at, ())),
                    )
                    for at, z in self.zones.items()
                },
                self.loose,
            ),
            interface_endpoints={
                at: replace(
                    e,
                    subnets=_once(self._own(e.subnets, "endpoint subnet", at), self.linked("endpoint subnet", at)),
                    groups=_once(self._groups(e), self.linked("endpoint group", at)),
                )
                for at, e in self.interface_endpoints.items()
            },
            gateway_endpoints={
                at: replace(e, tables=_merged(self._own_tables(e), self.linked("endpoint table", at), "target"))
                for at, e in self.gateway_endpoints.items()
            },
            shares=tuple(
                replace(s, resources=self._shared("shared", at), principals=self._shared("principal", at))
                for at, s in self.shares.items()
            ),
            instances=self.instances,
            unmodelled=tuple(sorted(self.unmodelled)),
            loose=tuple(self.loose),
            doubts=tuple(self.doubts),
            fixed=tuple(self.fixed),
            refused=tuple(self.refused),
            makers=self.makers,
            ids=self.ids,
        )
        others = other_interfaces(network, self.services) if self.services else {}
        return replace(network, instances={**network.instances, **others}) if others else network

    def _adopt_defaults(self) -> None:
        """Give each VPC the main route table that AWS makes with it, and each gateway its default table."""
        for vpc in self.vpcs:
            main = f"{vpc}#default_route_table_id"
            self.tables.setdefault(main, RouteTable(main, vpc))
            self._adopt_group(vpc)
            self._adopt_acl(vpc)
        for gateway, (associates, propagates) in self.default_tables.items():
            if associates is not False or propagates is not False:
                table = f"{gateway}#default_route_table"
                self.gateway_tables[table] = GatewayTable(table, gateway)
                self._join_default(gateway, table, (associates, propagates))

    def _adopt_group(self, vpc: str) -> None:
        """Put rules of a VPC's default group into the group that Terraform manages, or into one as AWS makes it."""
        at = f"{vpc}#default_security_group_id"
        if at not in self.ingress and at not in self.egress:
            return
        if vpc in self.default_groups:
            for rules in (self.ingress, self.egress):
                rules[self.default_groups[vpc]] += rules.pop(at, [])
            return
        self.groups[at] = SecurityGroup(at, vpc)
        self.default_groups[vpc] = at
        self.inline_ingress[at].append(SecurityRule(at, "-1", 0, 65535, at))
        self.inline_egress[at].append(SecurityRule(at, "-1", 0, 65535, EVERYWHERE))

    def _adopt_acl(self, vpc: str) -> None:
        """The same for the entries of a VPC's default network ACL."""
        at = f"{vpc}#default_network_acl_id"
        if at not in self.acl_entries:
            return
        if vpc in self.default_acls:
            self.acl_entries[self.default_acls[vpc]] += self.acl_entries.pop(at)
            return
        everything = (AclEntry(at, 100, "-1", 0, 65535, EVERYWHERE, allow=True),)
        self.acls[at] = Acl(at, everything, everything)
        self.default_acls[vpc] = at

    def spell_out(self, lists: Mapping[str, Sequence[Json]]) -> None:
        """Put a part into its place for each range of the prefix list that it is about."""
        for parts, part, listed in self.listed:
            for each in _ranges(lists, listed):
                more = replace(part, peer=each) if isinstance(part, SecurityRule) else replace(part, destination=each)
                parts.append(more)

    def _share_anew(self) -> None:
        """Make a share of each that was not read and has something here: what else is in it is not known."""
        for what in ("shared", "principal"):
            for parent, links in self.links[what].items():
                if parent not in self.shares and parent != NOWHERE:
                    self.shares[parent] = Share(parent, links[0].owner or NOBODY, Unknown("a share that was not read"))
                    for other in ("shared", "principal"):
                        self.links[other][parent].append(Link(parent, Unknown(f"what else is in {parent}")))

    def _shared(self, what: str, share: str) -> tuple[Link, ...]:
        """The links of a share, and those that may be its own."""
        unsure = Unknown("whether it is in this share")
        return (*self.linked(what, share), *(replace(each, target=unsure) for each in self.linked(what, NOWHERE)))

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

    def _join_default(self, gateway: str, table: str, does: Switches) -> None:
        for at, attachment in self.attachments.items():
            if attachment.gateway == gateway:
                replaced = (self.replacing.get(at, self.replacing.get(NOWHERE, False)), False)
                wants = self._wants(attachment)
                for what, *switches, gone in zip(("association", "propagation"), does, wants, replaced, strict=True):
                    unknown = next((each for each in (*switches, gone) if isinstance(each, Unknown)), None)
                    if False not in switches and gone is not True:
                        self.links[what][table].append(Link(at, unknown or at))

    def _wants(self, attachment: Attachment) -> Switches:
        """Whether an attachment joins default tables. Of a gateway of another account, only an accepter can say no.

        The provider changes the tables of a gateway in the attachment's own account only, and otherwise ignores what
        the attachment says.
        """
        if attachment.address in self.accepters:
            return self.accepters[attachment.address][2]
        own, owner = attachment.owner, self.gateways[str(attachment.gateway)].owner
        if own == owner or own.account == owner.account:
            return self.joins[attachment.address]
        if isinstance(own.account, str) and isinstance(owner.account, str):
            return True, True
        unsure = Unknown("whether the gateway is another account's")
        associates, propagates = (each is True or unsure for each in self.joins[attachment.address])
        return associates, propagates

    def _vpc(self, vpc: Vpc) -> Vpc:
        unplaced = (Unknown("a range of a VPC that is not known"),) if NOWHERE in self.cidrs else ()
        cidrs = (*vpc.cidrs, *self.cidrs.get(vpc.address, ()), *unplaced)
        servers = foreign(self._name_servers(vpc.address), cidrs)
        return replace(vpc, cidrs=cidrs, default_group=self.default_groups.get(vpc.address), name_servers=servers)

    def _name_servers(self, vpc: str) -> tuple[str | Unknown, ...]:
        """What a VPC's DHCP options hand out, where they are not the ones that it has by itself."""
        options = self.dhcp.get(vpc)
        if options is None:
            return ()
        return self.dhcp_options.get(str(options), (Unknown(f"the name servers of {options}"),))

    def _subnet(self, subnet: Subnet) -> Subnet:
        """A subnet with its table and ACL; an association of which the subnet is not known may be its own."""
        vpc = subnet.vpc if isinstance(subnet.vpc, str) else NOWHERE
        unplaced = Unknown("an association with a subnet or a VPC that is not known")
        main: str | Unknown = f"{vpc}#default_route_table_id"
        main = self.main_tables.get(vpc, unplaced if NOWHERE in self.main_tables else main)
        acl = self.default_acls.get(vpc, unplaced if NOWHERE in self.default_acls else None)
        acl = self.subnet_acls.get(subnet.address, unplaced if NOWHERE in self.subnet_acls else acl)
        return replace(
            subnet,
            table=self.subnet_tables.get(subnet.address, unplaced if NOWHERE in self.subnet_tables else main),
            acl=unplaced if NOWHERE in self.acl_entries else acl,
        )

    def _acl(self, acl: Acl) -> Acl:
        entries = self.acl_entries.get(acl.address, ())
        return replace(
            acl,
            ingress=_merged(self._own_entries(acl, egress=False), [e for side, e in entries if not side], "number"),
            egress=_merged(self._own_entries(acl, egress=True), [e for side, e in entries if side], "number"),
        )

    def _own_entries(self, acl: Acl, *, egress: bool) -> Sequence[AclEntry]:
        entries = acl.egress if egress else acl.ingress
        was = self.was.acl_entries.get(acl.address, ()) if self.was is not None else ()
        gone = {entry.number for side, entry in was if side is egress}
        return [entry for entry in entries if entry.number not in gone] if gone else entries

    def _attachment(self, attachment: Attachment) -> Attachment:
        accepter = self.accepters.get(attachment.address)
        if accepter is None and NOWHERE in self.accepters:
            accepter = (self.accepters[NOWHERE][0], NOBODY, (True, True))
        return replace(attachment, accepter=accepter[0], accepter_owner=accepter[1]) if accepter else attachment

    def _gateway_table(self, table: GatewayTable) -> GatewayTable:
        at = table.address
        return replace(
            table,
            associations=self.linked("association", at),
            propagations=self.linked("propagation", at),
            routes=tuple(self.gateway_routes.get(at, ())),
        )


def _ranges(lists: Mapping[str, Sequence[Json]], listed: str | Unknown) -> list[Prefix | Unknown]:
    """The IPv4 ranges of a prefix list; one that is not known where the list was not read in whole."""
    if not isinstance(listed, str) or listed not in lists or NOWHERE in lists:
        return [Unknown(f"the ranges of prefix list {listed}")]
    return [as_prefix(each) for each in lists[listed] if not is_ipv6(each)]


def _merged(inline: Sequence[P], separate: Sequence[P], *key: str) -> tuple[P, ...]:
    """The parts within a resource, and those that are resources of their own.

    A state shows the latter in the former too: AWS has such a part once, and it goes by its own resource's address.
    """
    own = {_key(part, key) for part in separate}
    return (*(part for part in inline if _key(part, key) not in own), *separate)


def _key(part: object, names: Sequence[str]) -> tuple[object, ...]:
    """By what two parts are the same."""
    return tuple(getattr(part, name) for name in names)


def _once(inline: Sequence[str | Unknown], links: Sequence[Link]) -> tuple[str | Unknown, ...]:
    """The same for what is named and not described."""
    return tuple(dict.fromkeys((*inline, *(link.target for link in links))))


Reader = Callable[[Builder, Resource], None]
"""Adds one resource to what a builder has collected."""
