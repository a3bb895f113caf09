"""Services that a hub can offer."""

from __future__ import annotations

from collections.abc import Iterator

from findings import codes
from topology.checks.mistake import Mistake
from topology.checks.subnets import in_region
from topology.document import Place
from topology.models import Hub
from topology.problems import did_you_mean, nearest, shortened
from topology.services import catalogue, keys_for

__all__ = ["check_services"]

MAX_RULES = 60
"""AWS's default quota of inbound rules of a security group."""


def check_services(place: Place, hub: Hub) -> Iterator[Mistake]:
    """Services have endpoints with private DNS in the hub's zones, and fit into a security group."""
    known = catalogue()
    zones = [zone for zone in hub.zones or [] if zone is not None]
    for key, options in hub.services.items():
        where = (*place, "services", key)
        service = known.get(key)
        if service is None:
            close = keys_for(key) or nearest(key, known, 3)
            fix = f"did you mean {' or '.join(close)}?" if close else "./hub services lists them"
            yield Mistake(codes.UNKNOWN_SERVICE, where, f'"{shortened(key)}" is not a service of the catalogue', fix)
            continue
        if service.service_name is None or service.private_dns is False:  # the notes say what to do instead
            yield Mistake(codes.SERVICE_NOT_OFFERABLE, where, f"{key} cannot be offered: {' '.join(service.notes)}")
            continue
        offered = options.zones if options is not None and options.zones is not None else None
        for zone in offered or []:
            if zones and zone not in zones:
                yield Mistake(
                    codes.UNKNOWN_ZONE,
                    (*where, "zones", zone),
                    f"{zone} is none of the hub's zones",
                    did_you_mean(zone, in_region(zones, hub.region), f"they are {', '.join(zones)}"),
                )
            elif zone in service.unavailable_zones:
                yield Mistake(
                    codes.SERVICE_NOT_IN_ZONE, (*where, "zones", zone), f"{key} is not in {zone}", "leave the zone out"
                )
        if zones and offered is None and set(zones) <= set(service.unavailable_zones):
            yield Mistake(
                codes.SERVICE_NOT_IN_ZONE,
                where,
                f"{key} is in none of the hub's zones",
                "leave the service out, or add a zone",
            )
        rules = len(service.ports) * (1 + len(hub.pools or []))
        if rules > MAX_RULES:
            message = f"{key} needs {rules} security group rules, ports times ranges, and a group takes {MAX_RULES}"
            yield Mistake(codes.TOO_MANY_RULES, where, message, "use fewer, larger pools")
