"""Test instances that can be reached and started."""

from __future__ import annotations

from collections.abc import Iterator

from findings import codes
from topology.checks.mistake import Mistake
from topology.document import Place
from topology.models import Hub, TestInstance
from topology.problems import did_you_mean

__all__ = ["check_instance"]


def check_instance(
    place: Place, instance: TestInstance, hub_name: str, hub: Hub, zones: list[str]
) -> Iterator[Mistake]:
    """A test instance is in a zone of its spoke, and Session Manager reaches it."""
    missing = [key for key in ("ssm", "ssmmessages") if hub.services is not None and key not in hub.services]
    if missing:
        message = f'a test instance is reached through Session Manager, and hub "{hub_name}" lacks {", ".join(missing)}'
        yield Mistake(codes.UNREACHABLE_INSTANCE, place, message, f"add {', '.join(missing)} to its services")
    if instance.zone is not None and zones and instance.zone not in zones:
        fix = did_you_mean(instance.zone, zones, f"they are {', '.join(zones)}")
        yield Mistake(codes.UNKNOWN_ZONE, (*place, "zone"), f"{instance.zone} is none of the spoke's zones", fix)
