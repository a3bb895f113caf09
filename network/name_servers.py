"""Which name servers of DHCP options are not a VPC's own resolver."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from network.model import Prefix, Unknown

__all__ = ["AMAZON", "foreign"]

AMAZON = "AmazonProvidedDNS"
"""How DHCP options name the VPC's own resolver."""
LINK_LOCAL = "169.254.169.253"
"""Its address in every VPC."""


def foreign(servers: Iterable[str | Unknown], cidrs: Iterable[Prefix | Unknown]) -> tuple[str | Unknown, ...]:
    """The servers that are not the VPC's resolver, which is also at its base + 2."""
    own = {str(IPv4Address(int(cidr.network_address) + 2)) for cidr in cidrs if isinstance(cidr, IPv4Network)}
    return tuple(each for each in servers if each not in {AMAZON, LINK_LOCAL, *own})
