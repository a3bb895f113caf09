"""Who acts, against what the topology says: the account and region of each hub and spoke, and whom a share is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assurance import sources
from network.model import Network, Owner, Refusal

__all__ = ["misplaced"]


def misplaced(network: Network, owners: Mapping[str, Owner], organization: str) -> Iterator[Refusal]:
    """VPCs in another account or region than they are meant to be in, and shares with another organization.

    `owners` has the account and region of hubs and spokes by name; `organization` is the ARN that shares go to, or
    empty where nobody says.
    """
    for vpc in network.vpcs.values():
        meant = owners.get(vpc.name)
        if meant is not None:
            found = _elsewhere(vpc.address, vpc.owner, meant)
            # A snapshot may not say where something is that exists.
            yield from (each for each in found if each.certain or vpc.address in network.makers)
    shared = network.gateways.keys() | network.rules.keys()
    for share in network.shares:
        if not organization or not any(link.target in shared for link in share.resources):
            continue
        for link in share.principals:
            if ":organization/" in str(link.target) and link.target != organization:
                says = (
                    f"it shares {share.address} with {link.target}, and the topology's organization is {organization}"
                )
                yield Refusal(link.address, says, f"share it with {organization}", sources.SHARING)


def _elsewhere(address: str, owner: Owner, meant: Owner) -> Iterator[Refusal]:
    for what, found, wanted in (("account", owner.account, meant.account), ("region", owner.region, meant.region)):
        if found != wanted:
            known = isinstance(found, str)
            says = f"it is in {what} {found}" if known else f"its {what} could not be determined"
            fix = f"use a provider of {what} {wanted}"
            yield Refusal(address, f"{says}, and the topology says {wanted}", fix, sources.SHARING, certain=known)
