"""Parts of which it is not known what they belong to: they may be in anything, and keep open what they may change.

A route that no table is known to have looks as if it did not exist, and what it carries looks blocked. So each table
that may have it gets one whose target is unknown, and each group a rule whose peer is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from network.model import (
    Attachment,
    GatewayRoute,
    GatewayTable,
    HostedZone,
    Link,
    Loose,
    Owner,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityRule,
    Unknown,
    Vpc,
)

__all__ = ["NOWHERE", "doubted", "doubted_groups", "doubted_tables", "doubted_zones"]

NOWHERE = ""
"""The parent of a part of which it is not known what it belongs to."""


def doubted(
    tables: Mapping[str, GatewayTable],
    loose: Iterable[Loose],
    attachments: Mapping[str, Attachment],
    vpcs: Mapping[str, Vpc],
) -> dict[str, GatewayTable]:
    """The tables of gateways, each with what may be in it: an association, and routes to what is propagated."""
    links = [(each.field, each.part) for each in loose if each.parent == NOWHERE and isinstance(each.part, Link)]
    associations = tuple(
        Link(link.address, Unknown(f"the table that {link.address} associates"))
        for field, link in links
        if field == "associations"
    )
    routes = tuple(
        route
        for field, link in links
        if field == "propagations"
        for route in _routes(link, attachments.get(str(link.target)), vpcs)
    )
    routes += tuple(
        replace(each.part, attachment=Unknown(f"whether {each.part.address} is in the table"))
        for each in loose
        if each.parent == NOWHERE and isinstance(each.part, GatewayRoute)
    )
    return {
        at: replace(table, associations=(*table.associations, *associations), routes=(*table.routes, *routes))
        for at, table in tables.items()
    }


def _routes(link: Link, attachment: Attachment | None, vpcs: Mapping[str, Vpc]) -> Iterator[GatewayRoute]:
    vpc = vpcs.get(str(attachment.vpc)) if attachment is not None else None
    for cidr in vpc.cidrs if vpc is not None else (Unknown(f"the ranges behind {link.target}"),):
        yield GatewayRoute(link.address, cidr, f"{link.target} (whether it propagates to the table is not known)")


def doubted_tables(
    tables: Mapping[str, RouteTable], loose: Iterable[Loose], vpcs: Mapping[str, Vpc]
) -> dict[str, RouteTable]:
    """The route tables of VPCs, each with the routes that may be in it."""
    routes = [each for each in loose if each.parent == NOWHERE and isinstance(each.part, Route)]
    found = dict(tables)
    for at, table in tables.items() if routes else ():
        more = tuple(
            replace(each.part, target=Unknown("whether the route is in this table"))
            for each in routes
            if isinstance(each.part, Route) and _may_be(each.owner, vpcs.get(str(table.vpc)))
        )
        found[at] = replace(table, routes=(*table.routes, *more))
    return found


def doubted_groups(
    groups: Mapping[str, SecurityGroup], loose: Iterable[Loose], vpcs: Mapping[str, Vpc]
) -> dict[str, SecurityGroup]:
    """The security groups, each with the rules that may be in it."""
    rules = [each for each in loose if each.parent == NOWHERE and isinstance(each.part, SecurityRule)]

    def more(field: str, vpc: Vpc | None) -> tuple[SecurityRule, ...]:
        return tuple(
            replace(each.part, peer=Unknown("whether the rule is in this group"))
            for each in rules
            if each.field == field and isinstance(each.part, SecurityRule) and _may_be(each.owner, vpc)
        )

    found = dict(groups)
    for at, group in groups.items() if rules else ():
        vpc = vpcs.get(str(group.vpc))
        found[at] = replace(
            group, ingress=(*group.ingress, *more("ingress", vpc)), egress=(*group.egress, *more("egress", vpc))
        )
    return found


def doubted_zones(zones: Mapping[str, HostedZone], loose: Iterable[Loose]) -> dict[str, HostedZone]:
    """The private zones, with one of an unknown domain for each VPC that an unknown zone is associated with."""
    links = [each.part for each in loose if each.parent == NOWHERE and each.field == "vpcs"]
    unknown = Unknown("which zone is associated")
    return {
        **zones,
        **{each.address: HostedZone(each.address, unknown, (each,)) for each in links if isinstance(each, Link)},
    }


def _may_be(owner: Owner | None, vpc: Vpc | None) -> bool:
    """Whether a part of an account may be in something of a VPC."""
    accounts = (owner.account if owner is not None else None, vpc.owner.account if vpc is not None else None)
    return not all(isinstance(account, str) for account in accounts) or accounts[0] == accounts[1]
