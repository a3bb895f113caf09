"""Regions and the AZ ids in them."""

from __future__ import annotations

import re

__all__ = ["zone_prefix"]


def zone_prefix(region: str) -> str:
    """How AZ ids of a region begin: `use1` for us-east-1, `apse2` for ap-southeast-2."""
    area, *_, compass, number = region.split("-")
    initials = re.sub(r"(north|south|east|west|central)", lambda match: match[0][0], compass)
    return f"{area}{initials}{number}"
