"""Private hosted zones, their records, and the VPCs that they are associated with."""

from __future__ import annotations

from collections.abc import Mapping

from network.model import HostedZone, Link, Record, Unknown
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.values import as_address, as_list, as_text

__all__ = ["READERS"]


def _zone(to: Builder, r: Resource) -> None:
    vpcs = tuple(
        Link(r.address, as_text(entry.get("vpc_id"))) for entry in as_list(r.get("vpc")) if isinstance(entry, Mapping)
    )
    name = as_text(r.get("name"))
    domain = name if isinstance(name, Unknown) else name.rstrip(".").lower()
    to.zones[r.address] = HostedZone(r.address, domain, vpcs)


def _zone_association(to: Builder, r: Resource) -> None:
    to.link("zone", r, "zone_id", "vpc_id")


def _record(to: Builder, r: Resource) -> None:
    alias = next((block for block in as_list(r.get("alias")) if isinstance(block, Mapping)), None)
    values = tuple(as_address(value) or Unknown("empty") for value in as_list(r.get("records")))
    name = str(as_text(r.get("name"))).rstrip(".").lower()
    record = Record(r.address, name, values, as_text(alias.get("name")) if alias is not None else None)
    to.records[to.parent(r, "zone_id")].append(record)


READERS: Mapping[str, Reader] = {
    "aws_route53_record": _record,
    "aws_route53_zone": _zone,
    "aws_route53_zone_association": _zone_association,
}
