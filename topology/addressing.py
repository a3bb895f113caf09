"""Arithmetic of addresses: how a VPC is cut, which networks overlap, where the next free block is."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from itertools import islice
from typing import TypeVar

__all__ = [
    "DEFAULT_HOST",
    "cut",
    "free_blocks",
    "is_reserved",
    "lay_out",
    "overlaps",
    "parts_needed",
    "smallest_vpc",
]

Key = TypeVar("Key", bound=Hashable)

DEFAULT_HOST = 53
"""The inbound endpoint's address within each subnet, where none is given: the port's number is easy to remember."""

SMALLEST_SUBNET = 28
"""AWS's smallest subnet, and the size that AWS advises for a gateway attachment."""


def parts_needed(slots: int) -> int:
    """Into how many equal parts a VPC of so many zone slots is cut: a power of two, one part kept for attachments."""
    return 1 << slots.bit_length()


def cut(vpc: IPv4Network, slots: int) -> tuple[list[IPv4Network], list[IPv4Network]] | None:
    """Cut a VPC into one subnet and one attachment /28 for each slot, or None where it is too small.

    The parts go to the slots in order and the last part holds the /28s, so a slot's subnets depend on its position
    and on the number of parts only: while that number stays, a zone can be added or emptied and no other one moves.
    """
    prefix = vpc.prefixlen + parts_needed(slots).bit_length() - 1
    if prefix > SMALLEST_SUBNET:
        return None
    *parts, last = vpc.subnets(new_prefix=prefix)
    attachments = list(islice(last.subnets(new_prefix=SMALLEST_SUBNET), slots))  # a /16 has a thousand of them
    if len(attachments) < slots:
        return None
    return parts[:slots], attachments


def lay_out(
    vpc: IPv4Network,
    zones: Sequence[str | None],
    subnets: Mapping[str, IPv4Network],
    attachment_subnets: Mapping[str, IPv4Network],
) -> tuple[dict[str, IPv4Network], dict[str, IPv4Network]] | None:
    """The workload and the attachment subnet of each zone: the given one, else the allocated one.

    An entry of None is an emptied slot. None where something has to be allocated and the VPC is too small for it.
    """
    used = [(slot, zone) for slot, zone in enumerate(zones) if zone is not None]
    allocated = cut(vpc, len(zones))
    if allocated is None:
        if any(zone not in given for given in (subnets, attachment_subnets) for _, zone in used):
            return None
        return {zone: subnets[zone] for _, zone in used}, {zone: attachment_subnets[zone] for _, zone in used}
    parts, attachments = allocated
    return (
        {zone: subnets.get(zone, parts[slot]) for slot, zone in used},
        {zone: attachment_subnets.get(zone, attachments[slot]) for slot, zone in used},
    )


def smallest_vpc(slots: int) -> int:
    """The longest prefix of a VPC that `cut` can cut into so many slots."""
    return next(p for p in range(SMALLEST_SUBNET, 0, -1) if cut(IPv4Network((0, p)), slots))


def is_reserved(address: IPv4Address, subnet: IPv4Network) -> bool:
    """Whether AWS keeps the address: the first four and the last of each subnet.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    offset = int(address) - int(subnet.network_address)
    return offset < 4 or offset == subnet.num_addresses - 1  # noqa: PLR2004  the figures of the page above


def overlaps(networks: Iterable[tuple[Key, IPv4Network]]) -> Iterator[tuple[Key, IPv4Network, Key, IPv4Network]]:
    """Each network that overlaps an earlier or larger one, with that one, in the order of addresses.

    One sweep over the sorted networks. CIDR blocks nest or are disjoint, so a stack of enclosing blocks suffices; the
    nearest enclosing block is the one reported, so that n equal networks give n - 1 findings and not n².
    """
    enclosing: list[tuple[Key, IPv4Network]] = []
    numbered = sorted(
        enumerate(networks), key=lambda item: (int(item[1][1].network_address), item[1][1].prefixlen, item[0])
    )
    for _, (key, network) in numbered:
        while enclosing and enclosing[-1][1].broadcast_address < network.network_address:
            enclosing.pop()
        if enclosing:
            yield key, network, *enclosing[-1]
        enclosing.append((key, network))


def free_blocks(pools: Iterable[IPv4Network], taken: Iterable[IPv4Network], prefix: int) -> Iterator[IPv4Network]:
    """The blocks of a size within the pools that overlap nothing taken, in the order of addresses.

    Of pools that overlap, the larger one counts.
    """
    size = 1 << (32 - prefix)
    used = [(int(n.network_address), int(n.broadcast_address)) for n in taken]
    heapq.heapify(used)
    numbered = dict(enumerate(pools))
    for nested, *_ in list(overlaps(numbered.items())):
        del numbered[nested]
    for pool in sorted(numbered.values()):
        start, end = int(pool.network_address), int(pool.broadcast_address)
        while start + size - 1 <= end:
            while used and used[0][1] < start:
                heapq.heappop(used)
            if used and used[0][0] <= start + size - 1:
                start = (used[0][1] // size + 1) * size  # and it stays: it may reach into the next pool
                continue
            yield IPv4Network((start, prefix))
            start += size
