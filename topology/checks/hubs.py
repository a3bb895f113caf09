"""A hub by itself."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from findings import codes
from topology.addressing import lay_out
from topology.checks.addresses import check_room
from topology.checks.mistake import Mistake
from topology.checks.names import check_contract, check_hub_name
from topology.checks.ranges import check_pools
from topology.checks.resolver import MAX_RESOLVER_ADDRESSES, MIN_RESOLVER_ADDRESSES, check_addresses
from topology.checks.segments import check_segments
from topology.checks.services import check_services
from topology.checks.subnets import check_subnets, check_zones, subnets_known
from topology.document import Place
from topology.models import Hub

__all__ = ["check_hub"]


def check_hub(place: Place, hub: Hub, refused: AbstractSet[Place]) -> Iterator[Mistake]:
    """What is wrong with a hub by itself: zones, subnets, resolver addresses, services, segments, pools."""
    if hub.zones is not None:
        yield from check_zones((*place, "zones"), hub.zones, hub.region)
        zones = [zone for zone in hub.zones if zone is not None]
        if len(set(zones)) < MIN_RESOLVER_ADDRESSES:
            yield Mistake(
                codes.ZONE_COUNT,
                (*place, "zones"),
                f"a resolver endpoint needs two zones or more, there are {len(zones)}",
                "add a zone",
            )
        if len(zones) > MAX_RESOLVER_ADDRESSES:
            message = f"a resolver endpoint takes six addresses, one a zone, and there are {len(zones)} zones"
            yield Mistake(codes.ZONE_COUNT, (*place, "zones"), message, "keep six")
        if subnets_known(place, refused):
            yield from check_subnets(place, hub, hub.zones, hub.region)
            layout = lay_out(hub.cidr, hub.zones, hub.subnets, hub.attachment_subnets) if hub.cidr is not None else None
            if layout is not None and (*place, "resolver_addresses") not in refused:
                yield from check_addresses(place, hub, layout[0])
                if hub.services is not None:
                    yield from check_room(place, hub, layout[0])
    if hub.services is not None:
        yield from check_services(place, hub)
    if hub.segments is not None:
        yield from check_segments(place, hub.segments)
    if None not in (hub.region, hub.services, hub.segments):
        yield from check_contract(place, hub)
    yield from check_hub_name(place, str(place[-1]))
    yield from check_pools(place, hub)
