"""What takes addresses in the subnets of a hub."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from findings import codes
from topology.addressing import parts_needed
from topology.checks.mistake import Mistake
from topology.document import Place
from topology.models import Hub
from topology.services import catalogue

__all__ = ["check_room"]

RESERVED = 5
"""Addresses that AWS keeps in each subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""


def check_room(place: Place, hub: Hub, subnets: Mapping[str, IPv4Network]) -> Iterator[Mistake]:
    """Every subnet has an address for each interface that AWS makes in it.

    That is one for each endpoint that is in the zone, those of the inbound resolver endpoint, and one of the outbound
    one. The gateway's attachment takes one address in a subnet of its own, and a /28 has eleven.
    """
    endpoints = _endpoints(hub, subnets)
    resolvers = _resolvers(hub, subnets)
    short = {
        zone: endpoints[zone] + resolvers[zone]
        for zone, subnet in subnets.items()
        if endpoints[zone] + resolvers[zone] > subnet.num_addresses - RESERVED
    }
    allocated = {zone: needed for zone, needed in short.items() if zone not in hub.subnets}
    fullest = max(allocated, key=lambda zone: allocated[zone], default=None)
    for zone, needed in short.items():
        subnet, prefix = subnets[zone], 32 - (needed + RESERVED - 1).bit_length()
        if zone in hub.subnets:
            where: Place = (*place, "subnets", zone)
            fix = f"give it a /{prefix} or larger, or offer fewer services in it"
        elif zone == fullest:  # all of these are cut from one range, so one fix is for all
            where = (*place, "cidr")
            whole = prefix - (parts_needed(len(hub.zones)).bit_length() - 1)
            fix = f"give the hub a /{whole} or larger, or offer fewer services"
        else:
            continue
        yield Mistake(
            codes.SUBNET_TOO_SMALL,
            where,
            f"the subnet of {zone}, {subnet}, has {subnet.num_addresses - RESERVED} usable addresses, and {needed} are "
            f"needed: {endpoints[zone]} endpoints, {resolvers[zone]} of the resolver",
            fix,
        )


def _endpoints(hub: Hub, subnets: Mapping[str, IPv4Network]) -> Counter[str]:
    """How many endpoints are in each zone."""
    found: Counter[str] = Counter()
    for key, options in hub.services.items():
        service = catalogue().get(key)
        if service is not None and service.service_name is not None:
            chosen = options.zones if options is not None else None
            found.update(chosen or [zone for zone in subnets if zone not in service.unavailable_zones])
    return found


def _resolvers(hub: Hub, subnets: Mapping[str, IPv4Network]) -> Counter[str]:
    """How many addresses the resolver endpoints have in each zone."""
    outbound = Counter(list(subnets))
    if hub.resolver_addresses is None:
        return outbound + Counter(list(subnets))
    inside = (zone for at in hub.resolver_addresses for zone, subnet in subnets.items() if at in subnet)
    return outbound + Counter(inside)
