"""Shares as the accounts of one organization see them: what goes to another organization is nobody's here.

What is read says to which organization a share goes, and not which one an account is in. The topology does.
"""

from __future__ import annotations

from dataclasses import replace

from network.model import Link, Network

__all__ = ["within"]


def within(network: Network, organization: str) -> Network:
    """A network without principals of other organizations than one, by its id; unchanged where none is given."""
    shares = tuple(
        replace(share, principals=tuple(each for each in share.principals if not _elsewhere(each, organization)))
        for share in network.shares
    )
    return replace(network, shares=shares) if organization and shares != network.shares else network


def _elsewhere(principal: Link, organization: str) -> bool:
    """Whether a principal is another organization or a unit of one: the id is in its ARN, behind either word."""
    if not isinstance(principal.target, str):
        return False
    kind, _, rest = principal.target.rpartition(":")[2].partition("/")
    return kind in {"organization", "ou"} and rest.partition("/")[0] != organization
