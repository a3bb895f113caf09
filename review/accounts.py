"""Who acts, against what the topology says: the account and the region of each hub and spoke."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from assurance import sources
from network.model import Network, Owner, Refusal, stack_of

__all__ = ["misplaced"]


def misplaced(network: Network, owners: Mapping[str, Owner], judges: Callable[[str], bool]) -> Iterator[Refusal]:
    """VPCs in another account or region than `owners` has for their stack; of spokes, those that are judged."""
    spokes = {vpc.address: name for name, vpc in network.spokes.items()}
    for vpc in network.vpcs.values():
        meant, spoke = owners.get(stack_of(vpc.address)), spokes.get(vpc.address)
        if meant is not None and (spoke is None or judges(spoke)):
            found = _elsewhere(vpc.address, vpc.owner, meant)
            # A snapshot may not say where something is that exists.
            yield from (each for each in found if each.certain or vpc.address in network.makers)


def _elsewhere(address: str, owner: Owner, meant: Owner) -> Iterator[Refusal]:
    for what, found, wanted in (("account", owner.account, meant.account), ("region", owner.region, meant.region)):
        if found != wanted:
            known = isinstance(found, str)
            says = f"it is in {what} {found}" if known else f"its {what} could not be determined"
            fix = f"use a provider of {what} {wanted}"
            yield Refusal(address, f"{says}, and the topology says {wanted}", fix, sources.SHARING, certain=known)
