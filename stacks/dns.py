"""Maps the DNS mechanism of a design to the construct that creates it."""

from __future__ import annotations

from collections.abc import Mapping

from modules import parts
from modules.resolver import FORWARDING
from topology.design import HubForwarding, SpokeForwarding

__all__ = ["MECHANISMS"]

MECHANISMS: Mapping[type, parts.Dns] = {HubForwarding: FORWARDING, SpokeForwarding: FORWARDING}
"""The construct by the type of `HubDesign.dns` and of `SpokeDesign.dns`."""
