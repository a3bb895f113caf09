"""Test instances that can be reached and started."""

from __future__ import annotations

import re
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
    if instance.image is not None and instance.type is not None:
        yield from _check_architecture(place, instance.image, instance.type)


def _check_architecture(place: Place, image: str, type_: str) -> Iterator[Mistake]:
    """The processor of an instance type runs the image, where the image's name says for which one it is.

    A type whose generation is followed by a g, and a1, have Graviton processors:
    https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
    """
    arm = re.match(r"a1\.|[a-z]+\d+g", type_) is not None
    named = re.search(r"(x86_64|amd64)|(arm64|aarch64)", image)
    if named and arm != bool(named[2]):
        message = f"{type_} has {'an Arm' if arm else 'an x86'} processor, and the image is for {named[0]}"
        wanted = "arm64" if arm else "amd64" if "canonical" in image else "x86_64"
        fix = f"name an image for {wanted}, such as {image.replace(named[0], wanted)}, or another type"
        yield Mistake(codes.IMAGE_OF_ANOTHER_PROCESSOR, (*place, "type"), message, fix)
