"""Ranges that meet at one gateway: they do not overlap, and spokes come from the pools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from findings import codes
from findings.codes import Code
from topology.addressing import free_blocks, lay_out, overlaps, smallest_vpc
from topology.checks.mistake import Mistake
from topology.document import Place
from topology.models import Hub, Spoke

__all__ = ["check_pools", "check_ranges"]

MAX_SPOKES = 4999
"""A transit gateway takes 5,000 attachments, and one is the hub's."""


def check_pools(place: Place, hub: Hub) -> Iterator[Mistake]:
    """Pools overlap neither each other nor the hub's VPC."""
    for network, pool, other, enclosing in overlaps(((*place, "pools", i), p) for i, p in enumerate(hub.pools or [])):
        yield Mistake(
            codes.OVERLAP, network, f"the pool {pool} overlaps the pool {enclosing}", "keep the larger", other
        )
    for index, pool in enumerate(hub.pools or []):
        if hub.cidr is not None and pool.subnet_of(hub.cidr):
            yield Mistake(
                codes.OVERLAP,
                (*place, "pools", index),
                f"the pool {pool} lies in the hub's own VPC {hub.cidr}",
                "spokes need ranges of their own",
            )


def check_ranges(
    name: str, hub: Hub, spokes: Mapping[str, Spoke], claimed: Callable[[str], list[IPv4Network]]
) -> Iterator[Mistake]:
    """Networks that meet at one gateway: they do not overlap, and spokes come from the pools."""
    if len(spokes) > MAX_SPOKES:
        yield Mistake(
            codes.TOO_MANY_SPOKES,
            ("hubs", name),
            f"{len(spokes):,} spokes, and a transit gateway takes {MAX_SPOKES:,}",
            "put some behind another hub",
        )
    networks: list[tuple[Place, IPv4Network]] = [(("hubs", name), hub.cidr)] if hub.cidr is not None else []
    networks += [(("spokes", key), spoke.cidr) for key, spoke in spokes.items() if spoke.cidr is not None]
    order = {place: index for index, (place, _) in enumerate(networks)}
    misplaced: list[tuple[Code, Place, IPv4Network, str, Place]] = []
    for place, network in networks[1 if hub.cidr is not None else 0 :]:
        if hub.pools is not None and not any(network.subnet_of(pool) for pool in hub.pools):
            message = f'{network} is outside the pools of hub "{name}" ({", ".join(map(str, hub.pools))})'
            misplaced.append((codes.OUTSIDE_POOLS, place, network, message, ()))
    for place, network, other, enclosing in overlaps(networks):
        # The later one in the file is the one to move, and a hub never is.
        (moved, its), (kept, theirs) = sorted(((place, network), (other, enclosing)), key=lambda item: -order[item[0]])
        message = f'{its} overlaps {str(kept[0])[:-1]} "{kept[1]}" {theirs}'
        misplaced.append((codes.OVERLAP, moved, its, message, (*kept, "cidr")))
    if not misplaced:
        return
    wanted = {place: _size(hub, spokes[str(place[1])], network) for _, place, network, _, _ in misplaced}
    free = _free(hub, [*claimed(name), *(network for _, network in networks)], wanted)
    for code, place, _, message, other in misplaced:
        yield Mistake(code, (*place, "cidr"), message, free[place], other)


def _size(hub: Hub, spoke: Spoke, network: IPv4Network) -> int:
    """The prefix length that a spoke's range should have: its own, or a shorter one where its zones need it."""
    zones = spoke.zones if spoke.zones is not None else hub.zones
    if zones is None or lay_out(network, zones, spoke.subnets or {}, spoke.attachment_subnets or {}) is not None:
        return network.prefixlen
    return smallest_vpc(len(zones))


def _free(hub: Hub, networks: Iterable[IPv4Network], wanted: Mapping[Place, int]) -> dict[Place, str]:
    """The next free block of the wanted size for each place. No two overlap, so that all can be fixed at once."""
    if hub.pools is None:
        return dict.fromkeys(wanted, "")
    taken = list(networks)
    advice: dict[Place, str] = {}
    for prefix in sorted(set(wanted.values())):
        blocks = free_blocks(hub.pools, list(taken), prefix)
        for place in (place for place, size in wanted.items() if size == prefix):
            block = next(blocks, None)
            if block is None:
                advice[place] = f"no /{prefix} is free in the hub's pools; add a pool"
            else:
                advice[place] = f"the next free /{prefix} is {block}"
                taken.append(block)
    return advice
