"""Regions and the AZ ids in them."""

from __future__ import annotations

import re

__all__ = ["REGION", "zone_prefix"]

REGION = re.compile(
    r"(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-[1-9]"
)
"""A region of the `aws` partition."""


def zone_prefix(region: str) -> str:
    """How AZ ids of a region begin: `use1` for us-east-1, `apse2` for ap-southeast-2."""
    area, *_, compass, number = region.split("-")
    initials = re.sub(r"(north|south|east|west|central)", lambda match: match[0][0], compass)
    return f"{area}{initials}{number}"
