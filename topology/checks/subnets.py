"""Zones of one region, and subnets that fit into their VPC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Network

from findings import codes
from topology.addressing import lay_out, overlaps, smallest_vpc
from topology.checks.mistake import Mistake
from topology.document import Place
from topology.models import Hub, Spoke
from topology.problems import did_you_mean
from topology.regions import zone_prefix

__all__ = ["check_subnets", "check_zones", "in_region", "subnets_known"]


def check_zones(place: Place, zones: list[str | None], region: str | None) -> Iterator[Mistake]:
    """Zones are of the region, each listed once."""
    seen: set[str] = set()
    for index, zone in enumerate(zones):
        if zone is None:
            continue
        if zone in seen:
            yield Mistake(codes.LISTED_TWICE, (*place, index), f"{zone} is listed twice", "keep one")
        seen.add(zone)
        if region and not zone.startswith(f"{zone_prefix(region)}-"):
            fix = f"AZ ids of {region} begin with {zone_prefix(region)}-az"
            yield Mistake(codes.ZONE_OUTSIDE_REGION, (*place, index), f"{zone} is not in {region}", fix)


def in_region(zones: Iterable[str], region: str | None) -> list[str]:
    """The zones that are of a region, which are those to suggest."""
    return [zone for zone in zones if region is None or zone.startswith(f"{zone_prefix(region)}-")]


def subnets_known(place: Place, refused: AbstractSet[Place]) -> bool:
    """Whether nothing was refused of what the subnets of a hub or spoke come from."""
    return refused.isdisjoint((*place, key) for key in ("zones", "subnets", "attachment_subnets"))


def check_subnets(place: Place, unit: Hub | Spoke, zones: list[str | None], region: str | None) -> Iterator[Mistake]:
    """Subnets are in zones of the VPC, within its range, and overlap no other one."""
    used = [zone for zone in zones if zone is not None]
    given = {"subnets": unit.subnets or {}, "attachment_subnets": unit.attachment_subnets or {}}
    for kind, chosen in given.items():
        for zone in chosen:
            if zone not in used:
                fix = did_you_mean(zone, in_region(used, region), f"its zones are {', '.join(used)}")
                yield Mistake(codes.UNKNOWN_ZONE, (*place, kind, zone), f"{zone} is none of its zones", fix)
    if unit.cidr is None:
        return
    layout = lay_out(unit.cidr, zones, *given.values())
    if layout is None:
        several = len(zones) > 1
        each = (
            f"{len(zones)} zones with a subnet and an attachment /28 each" if several else "its subnet and attachment"
        )
        fix = f"give it a /{smallest_vpc(len(zones))} or larger" + (", or fewer zones" if several else "")
        message = f"{unit.cidr} is too small for {each}"
        yield Mistake(codes.VPC_TOO_SMALL, (*place, "cidr"), message, fix)
        return
    networks: list[tuple[Place, IPv4Network]] = [
        ((*place, kind, zone) if zone in given[kind] else (*place, "cidr"), network)
        for kind, by_zone in zip(given, layout, strict=True)
        for zone, network in by_zone.items()
    ]
    for where, network in networks:
        if not network.subnet_of(unit.cidr):
            yield Mistake(
                codes.SUBNET_OUTSIDE_VPC,
                where,
                f"{network} lies outside its VPC {unit.cidr}",
                f"choose a block within {unit.cidr}",
            )
    for inner, block, outer, enclosing in overlaps(networks):
        # Of an allocated and a given subnet, the given one is the author's to change.
        (where, network), (_, taken) = sorted(
            ((inner, block), (outer, enclosing)), key=lambda item: item[0][-1] == "cidr"
        )
        fix = "give every zone its subnet, or leave the allocation alone"
        yield Mistake(codes.OVERLAP, where, f"{network} overlaps {taken}, another subnet of the VPC", fix)
