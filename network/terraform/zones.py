"""Private hosted zones, their records, and the VPCs that they are associated with."""

from __future__ import annotations

from collections.abc import Mapping

from network.model import HostedZone, Link, Record, Unknown
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.values import as_address, as_list, as_text, fields_of
from network.unplaced import NOWHERE

__all__ = ["READERS"]


def _zone(to: Builder, r: Resource) -> None:
    vpcs = tuple(Link(r.address, as_text(get("vpc_id"))) for get in map(fields_of, as_list(r.get("vpc"))))
    for link in vpcs:
        to.placed(r, "vpc", link.target, "names")
    name = as_text(r.get("name"))
    domain = name if isinstance(name, Unknown) else name.rstrip(".").lower()
    to.zones[r.address] = HostedZone(r.address, domain, vpcs)


def _zone_association(to: Builder, r: Resource) -> None:
    to.link("zone", r, "zone_id", "vpc_id")
    to.placed(r, "vpc_id", r.get("vpc_id"), "names")


def _record(to: Builder, r: Resource) -> None:
    alias = next(map(fields_of, as_list(r.get("alias"))), None)
    values = tuple(as_address(value) or Unknown("empty") for value in as_list(r.get("records")))
    name = as_text(r.get("name"))
    zone = to.parent(r, "zone_id")
    if zone == NOWHERE:
        to.placed(r, "zone_id", None, "names")
    target = as_text(alias("name")) if alias is not None else None
    # Of an unknown name, it may be every name's: the zone's own, and all below it.
    names = (name.rstrip(".").lower(),) if isinstance(name, str) else ("", "*")
    for each in names:
        to.records[zone].append(Record(r.address, each, values, target if isinstance(name, str) else name))


READERS: Mapping[str, Reader] = {
    "aws_route53_record": _record,
    "aws_route53_zone": _zone,
    "aws_route53_zone_association": _zone_association,
}
