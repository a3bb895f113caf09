"""The format of a snapshot's files: the same bytes for the same network, and no secrets. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from topology.names import STACK_TAG, STATE_TAG

__all__ = ["KEPT_TAGS", "cleaned", "ordered", "rendered"]

KEPT_TAGS = frozenset({STACK_TAG, STATE_TAG})
"""Tags that are always recorded, since they identify the stack of a resource."""

TIMES = {"CreationTime", "CreateTime", "ModificationTime", "LastUpdatedTime", "LaunchTime", "AttachTime"}
"""Keys of times that some services return as text. Values that boto3 parses as times are left out by their type."""
LEFT_OUT = TIMES | {
    "ResponseMetadata",
    "NextToken",
    # Texts that contain times and trace ids.
    "StatusMessage",
    "StateTransitionReason",
    # A VPN connection's pre-shared keys, and the XML that contains them.
    "CustomerGatewayConfiguration",
    "PreSharedKey",
    "UserData",
}
IN_ORDER = {"Values", "DnsEntries", "ResourceRecords"}
"""Lists whose order is significant (name servers of DHCP options; an endpoint's regional name comes first)."""
TAGS = {"Tags", "TagSet", "tags"}


def cleaned(value: Any, excluded: Collection[str], key: str = "") -> Any:  # noqa: ANN401  JSON
    """A part of a response, without times, secrets and excluded tags, and with sorted lists.

    AWS does not guarantee the order of lists within an item (tags, permissions, routes).
    """
    if isinstance(value, Mapping):
        return {
            name: cleaned(inner, excluded, name)
            for name, inner in value.items()
            if name not in LEFT_OUT and not isinstance(inner, datetime)
        }
    if isinstance(value, list):
        if key in TAGS:
            value = [tag for tag in value if _tag(tag) in KEPT_TAGS or _tag(tag) not in excluded]
        inner = [cleaned(item, excluded) for item in value]
        return inner if key in IN_ORDER else sorted(inner, key=_canonical)
    return value


def ordered(items: Iterable[Mapping[str, Any]], keys: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """Items sorted by their ids."""
    return sorted(items, key=lambda item: ([str(item.get(key, "")) for key in keys], _canonical(item)))


def rendered(key: str, items: Sequence[Mapping[str, Any]]) -> bytes:
    """The contents of a file."""
    return (json.dumps({key: items}, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n").encode()


def _tag(tag: Mapping[str, Any]) -> str:
    return str(tag.get("Key", tag.get("key", "")))


def _canonical(value: Any) -> str:  # noqa: ANN401  JSON
    return json.dumps(value, sort_keys=True, default=str)
