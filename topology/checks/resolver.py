"""Addresses of the inbound resolver endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from findings import codes
from topology.addressing import DEFAULT_HOST, is_reserved
from topology.checks.mistake import Mistake
from topology.document import Place
from topology.models import Hub

__all__ = ["MAX_RESOLVER_ADDRESSES", "MIN_RESOLVER_ADDRESSES", "check_addresses"]

MIN_RESOLVER_ADDRESSES, MAX_RESOLVER_ADDRESSES = 2, 6
"""What a resolver endpoint takes: AWS's minimum and its default quota."""


def check_addresses(place: Place, hub: Hub, subnets: dict[str, IPv4Network]) -> Iterator[Mistake]:
    """The inbound endpoint's addresses are two to six free ones in the hub's subnets, in two zones or more."""
    place = (*place, "resolver_addresses")
    given = hub.resolver_addresses
    if given is None:
        for zone, subnet in subnets.items():
            if subnet.num_addresses <= DEFAULT_HOST + 1:
                message = f"the subnet of {zone}, {subnet}, has no address base + {DEFAULT_HOST}"
                yield Mistake(
                    codes.RESOLVER_ADDRESSES, place, message, f"give resolver_addresses, for example {subnet[4]}"
                )
        return
    if not MIN_RESOLVER_ADDRESSES <= len(given) <= MAX_RESOLVER_ADDRESSES:
        yield Mistake(
            codes.RESOLVER_ADDRESSES,
            place,
            f"an inbound endpoint takes two to six addresses, there are {len(given)}",
            "give two to six",
        )
    holders: dict[IPv4Address, str] = {}
    for address in given:
        where = (*place, str(address))
        holder = next((zone for zone, subnet in subnets.items() if address in subnet), None)
        if holder is None:
            fix = f"its subnets are {', '.join(map(str, subnets.values()))}"
            yield Mistake(codes.RESOLVER_ADDRESSES, where, f"{address} is in no subnet of the hub", fix)
        elif is_reserved(address, subnets[holder]):
            fix = f"take one from {subnets[holder][4]} to {subnets[holder][-2]}"
            yield Mistake(
                codes.RESOLVER_ADDRESSES,
                where,
                f"{address} is one of the five addresses that AWS keeps in {subnets[holder]}",
                fix,
            )
        elif address in holders:
            yield Mistake(codes.LISTED_TWICE, where, f"{address} is listed twice", "keep one")
        else:
            holders[address] = holder
    if len(given) == len(holders) and len(holders) > 1 and len(set(holders.values())) == 1:
        yield Mistake(codes.RESOLVER_ADDRESSES, place, "all addresses are in one zone", "put them in two zones or more")
