"""What a field of an answer says, in the types of the model. What it does not say is `Unknown`, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from network.aws.names import Names
from network.aws.snapshot import Item, Snapshot
from network.model import Prefix, Unknown

__all__ = [
    "ALL_PORTS",
    "as_address",
    "as_flag",
    "as_prefix",
    "as_text",
    "domain_of",
    "prefix_lists",
    "protocol_of",
    "ranges_of",
    "refer",
    "refer_all",
]

ALL_PORTS = (0, 65535)
SETTLED = "-complete"
"""How the states of a prefix list end in which its entries hold."""
PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "all": "-1"}


def as_text(value: Any, what: str) -> str | Unknown:  # noqa: ANN401  JSON
    """A text; `what` says which one is missing."""
    return str(value) if value not in {None, ""} else Unknown(f"no {what}")


def as_prefix(value: Any) -> Prefix | Unknown:  # noqa: ANN401  JSON
    """An IPv4 range."""
    try:
        return IPv4Network(value) if isinstance(value, str) else Unknown("no IPv4 range")
    except ValueError:
        return Unknown(f"not an IPv4 range: {value}")


def as_address(value: Any) -> IPv4Address | Unknown:  # noqa: ANN401  JSON
    """An IPv4 address."""
    try:
        return IPv4Address(value) if isinstance(value, str) else Unknown("no IPv4 address")
    except ValueError:
        return Unknown(f"not an IPv4 address: {value}")


def as_flag(value: Any, what: str) -> bool | Unknown:  # noqa: ANN401  JSON
    """A switch."""
    return value if isinstance(value, bool) else Unknown(f"no {what}")


def domain_of(value: Any) -> str | Unknown:  # noqa: ANN401  JSON
    """A domain without the dot at its end; the root is a dot."""
    return str(value).rstrip(".").lower() or "." if value else Unknown("no domain")


def protocol_of(value: Any) -> str:  # noqa: ANN401  JSON
    """A protocol by name, or -1 for all."""
    text = str(value).lower()
    return PROTOCOLS.get(text, text)


def refer(names: Names, id_: Any, what: str) -> str | Unknown:  # noqa: ANN401  JSON
    """The address of something that is named by its id."""
    return names.of(id_) if id_ else Unknown(f"no {what}")


def refer_all(names: Names, ids: Any) -> tuple[str | Unknown, ...]:  # noqa: ANN401  JSON
    """The same for several."""
    return tuple(names.of(id_) for id_ in ids or ())


def prefix_lists(snapshot: Snapshot) -> dict[str, Item]:
    """The entries of each prefix list that were recorded, and are not about to change."""
    lists = snapshot.owned("ManagedPrefixLists", "PrefixListId")
    return {
        id_: entry
        for id_, entry in snapshot.entries("ManagedPrefixListEntries", "PrefixListId").items()
        if id_ not in lists or str(lists[id_][1].get("State", SETTLED)).endswith(SETTLED)
    }


def ranges_of(listed: Mapping[str, Item], id_: object) -> tuple[Prefix | Unknown, ...]:
    """The IPv4 ranges of one of these lists; of another, one that is not known."""
    if id_ not in listed:
        return (Unknown(f"the ranges of {id_}"),)
    cidrs = (entry.get("Cidr") for entry in listed[str(id_)].get("Entries") or ())
    return tuple(as_prefix(cidr) for cidr in cidrs if ":" not in str(cidr))
