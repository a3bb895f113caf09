"""Associations and propagations whose table is not known: they may be in any, and keep open what they may change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from network.model import Attachment, GatewayRoute, GatewayTable, Link, Loose, Unknown, Vpc

__all__ = ["NOWHERE", "doubted"]

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
    return {
        at: replace(table, associations=(*table.associations, *associations), routes=(*table.routes, *routes))
        for at, table in tables.items()
    }


def _routes(link: Link, attachment: Attachment | None, vpcs: Mapping[str, Vpc]) -> Iterator[GatewayRoute]:
    vpc = vpcs.get(str(attachment.vpc)) if attachment is not None else None
    for cidr in vpc.cidrs if vpc is not None else (Unknown(f"the ranges behind {link.target}"),):
        yield GatewayRoute(link.address, cidr, f"{link.target} (whether it propagates to the table is not known)")
