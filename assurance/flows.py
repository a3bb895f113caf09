"""What is walked: from which interface, and what it sends."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from network.model import (
    Prefix,
    Unknown,
)

__all__ = ["ANY", "EPHEMERAL", "EVERYWHERE", "Flow", "Interface"]


EVERYWHERE = IPv4Network("0.0.0.0/0")
ANY = "-1"
"""A flow of any protocol: something of it passes where anything does, which is what isolation has to rule out."""
EPHEMERAL = (1024, 65535)
"""Ports that answers go to: the widest range that clients of the services use."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What is sent: a protocol and a port, or a range of them."""

    protocol: str
    first_port: int
    last_port: int
    in_part: bool = False
    """Whether something of it is enough: what an exposure has to rule out, as ANY does of all protocols."""

    def __str__(self) -> str:
        """As people write it."""
        if self.protocol == ANY:
            return "anything"
        ports = f"{self.first_port}" if self.first_port == self.last_port else f"{self.first_port}-{self.last_port}"
        return f"{self.protocol} {ports}"


@dataclass(frozen=True, slots=True)
class Interface:
    """One end of a walk: a network interface, or any that could be in a subnet."""

    address: str
    subnet: str
    addresses: Prefix
    """Where it may be: its address, or the range that AWS takes it from."""
    groups: tuple[str | Unknown, ...] | None
    """Security groups; None for a workload whose groups allow everything, which is what a proof has to assume."""
