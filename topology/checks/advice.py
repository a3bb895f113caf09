"""What works and may surprise."""

from __future__ import annotations

from collections.abc import Iterator

from findings import codes
from topology.checks.mistake import Mistake
from topology.document import Place
from topology.models import Hub, Spoke, Topology
from topology.services import catalogue

__all__ = ["advise"]


def advise(topology: Topology) -> Iterator[Mistake]:
    """What works and may surprise: notes of the services on offer, names that nobody verified, zones left out."""
    known = catalogue()
    for name, hub in topology.hubs.items():
        for key, options in hub.services.items():
            service, where = known[key], ("hubs", name, "services", key)
            for note in service.notes:
                yield Mistake(codes.SERVICE_NOTE, where, note.replace("{region}", hub.region))
            if service.private_dns is None or service.confidence == "unverified":
                names = ", ".join(service.names_in(hub.region))
                unknown = service.private_dns is None
                message = f"{'no source confirms its private DNS' if unknown else 'unverified private DNS'} ({names})"
                fix = f"compare: aws ec2 describe-vpc-endpoint-services --service-names {service.name_in(hub.region)}"
                yield Mistake(codes.UNVERIFIED_NAMES, where, message, fix)
            absent = [zone for zone in hub.zones if zone in service.unavailable_zones]
            if absent and options.zones is None:
                yield Mistake(
                    codes.ZONES_LEFT_OUT, where, f"it is not in {', '.join(absent)}; its endpoint leaves them out"
                )
    for name, spoke in topology.spokes.items():
        yield from _exemptions(("spokes", name, "exempt"), spoke, topology.hubs[spoke.hub])


def _exemptions(place: Place, spoke: Spoke, hub: Hub) -> Iterator[Mistake]:
    """Exempt names that keep a service on offer from the hub, their own or one of a parent of theirs."""
    known = catalogue()
    for label in dict.fromkeys(spoke.exempt):
        kept = [key for key in hub.services if known[key].kept_by([label], hub.region)]
        if kept:
            domain = f"{label}.{hub.region}.amazonaws.com"
            plural = "s" if len(kept) > 1 else ""
            used = "are not used" if plural else "is not used"
            yield Mistake(
                codes.ENDPOINT_UNUSED,
                (*place, label),
                f"{domain} stays with the spoke, so the hub's endpoint{plural} for {', '.join(kept)} {used}",
                f"nothing, where the spoke has an endpoint of its own; else take {label} out of exempt",
            )
