"""Ranges of addresses: what a table does with all addresses of a range at once, not only with one of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, collapse_addresses
from typing import Generic, TypeVar

__all__ = ["Table", "covers", "remainder"]

T = TypeVar("T")


def covers(whole: object, part: IPv4Network) -> bool:
    """Whether something is a range, and one that another lies in."""
    return isinstance(whole, IPv4Network) and part.subnet_of(whole)


def remainder(whole: IPv4Network, covered: Iterable[IPv4Network]) -> list[IPv4Network]:
    """The parts of a range that none of the others covers."""
    left = [whole]
    for cover in collapse_addresses(cover for cover in covered if cover.overlaps(whole)):
        left = [part for piece in left for part in _without(piece, cover)]
    return left


def _without(piece: IPv4Network, cover: IPv4Network) -> Iterator[IPv4Network]:
    if not piece.overlaps(cover):
        yield piece
    elif not piece.subnet_of(cover):
        yield from piece.address_exclude(cover)


class Table(Generic[T]):
    """Entries by prefix, of which the longest that matches decides. The first entry of a prefix wins."""

    def __init__(self, entries: Iterable[tuple[IPv4Network, T]]) -> None:
        self._entries: dict[IPv4Network, T] = {}
        for prefix, entry in entries:
            self._entries.setdefault(prefix, entry)
        self._sorted = sorted(self._entries)
        self._lengths = sorted({prefix.prefixlen for prefix in self._sorted}, reverse=True)

    def match(self, target: IPv4Network) -> list[tuple[IPv4Network, T | None]]:
        """What becomes of each part of a range: usually one entry for the whole; None where no entry matches."""
        inside = self._inside(target)
        found: list[tuple[IPv4Network, T | None]] = [(prefix, self._entries[prefix]) for prefix in inside]
        if remainder(target, inside):
            found.insert(0, (target, self._covering(target)))
        return found

    def _covering(self, target: IPv4Network) -> T | None:
        for length in self._lengths:
            if length <= target.prefixlen:
                entry = self._entries.get(target.supernet(new_prefix=length))
                if entry is not None:
                    return entry
        return None

    def _inside(self, target: IPv4Network) -> list[IPv4Network]:
        """Prefixes that are more specific than the range and lie in it."""
        found = []
        for prefix in self._sorted[bisect_left(self._sorted, target) :]:
            if prefix.network_address > target.broadcast_address:
                break
            if prefix.prefixlen > target.prefixlen:
                found.append(prefix)
        return found
