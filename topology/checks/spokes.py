"""A spoke with its hub."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from findings import codes
from topology.checks.instances import check_instance
from topology.checks.mistake import Mistake
from topology.checks.names import check_exemptions
from topology.checks.segments import check_segment
from topology.checks.subnets import check_subnets, check_zones, subnets_known
from topology.document import Place
from topology.models import Spoke, Topology
from topology.problems import did_you_mean

__all__ = ["check_spoke"]


def check_spoke(place: Place, spoke: Spoke, topology: Topology, refused: AbstractSet[Place]) -> Iterator[Mistake]:
    """What is wrong with a spoke towards its hub: zones, subnets, segment, test instance."""
    hubs = topology.hubs
    if spoke.hub is None or hubs is None:
        return
    if spoke.hub not in hubs:
        fix = did_you_mean(spoke.hub, hubs, f"there are {', '.join(hubs)}")
        yield Mistake(codes.UNKNOWN_HUB, (*place, "hub"), f'there is no hub "{spoke.hub}"', fix)
        return
    hub = hubs[spoke.hub]
    if hub is None:
        return
    if spoke.zones is not None:
        yield from check_zones((*place, "zones"), spoke.zones, hub.region)
    zones = spoke.zones if spoke.zones is not None or (*place, "zones") in refused else hub.zones
    used = [zone for zone in zones or [] if zone is not None]
    if spoke.zones is not None and not used:
        yield Mistake(codes.ZONE_COUNT, (*place, "zones"), "every entry is empty", "name at least one zone")
    elif zones is not None and subnets_known(place, refused):
        yield from check_subnets(place, spoke, zones, hub.region)
    if hub.segments is not None and (*place, "segment") not in refused:
        yield from check_segment(place, spoke, hub.segments)
    if spoke.exempt is not None and hub.region is not None:
        yield from check_exemptions(place, spoke.exempt, hub.region)
    if spoke.test_instance is not None:
        yield from check_instance((*place, "test_instance"), spoke.test_instance, spoke.hub, hub, used)
