"""RAM shares: which resources, to whom. Only what is in effect counts."""

from __future__ import annotations

from collections.abc import Iterator

from network.aws.names import Names
from network.aws.snapshot import Item, Snapshot
from network.aws.values import as_flag
from network.model import Link, Owner, Share, Unknown

__all__ = ["read_shares"]

ORGANIZATION = ":organization/"
UNIT = ":ou/"
SEEN = (("TransitGateways", "TransitGatewayId", "OwnerId"), ("ResolverRules", "Id", "OwnerId"))
"""Files in which an account lists what others share with it."""


def read_shares(snapshot: Snapshot, names: Names) -> tuple[Share, ...]:
    """Every share that is active, with what is associated."""
    seen = _seen(snapshot)
    parts: dict[str, list[Item]] = {}
    for _, item in snapshot.of("ResourceShareAssociations"):
        if item.get("status") == "ASSOCIATED":
            parts.setdefault(str(item.get("resourceShareArn")), []).append(item)
    holding: dict[str, int] = {}
    for items in parts.values():
        for id_ in _resources(items):
            holding[id_] = holding.get(id_, 0) + 1
    found = []
    for arn, (owner, item) in snapshot.owned("ResourceShares", "resourceShareArn", "owningAccountId").items():
        if item.get("status", "ACTIVE") != "ACTIVE":
            continue
        address, items = names.of(arn), parts.get(arn, [])
        only = [(id_, seen.get(id_, set())) for id_ in _resources(items) if holding[id_] == 1]
        external = as_flag(item.get("allowExternalPrincipals"), "allowExternalPrincipals")
        resources = tuple(Link(f"{address}#{id_}", names.of(id_)) for id_ in _resources(items))
        principals = tuple(_principals(snapshot, address, owner, (items, only)))
        found.append(Share(address, owner, external, resources, principals))
    return tuple(found)


def _resources(items: list[Item]) -> Iterator[str]:
    """The ids at the end of the ARNs of what is shared."""
    for item in items:
        if item.get("associationType") == "RESOURCE":
            yield str(item.get("associatedEntity")).rpartition("/")[2]


def _seen(snapshot: Snapshot) -> dict[str, set[str]]:
    """The accounts that list each thing of another account."""
    found: dict[str, set[str]] = {}
    for file, key, owner_key in SEEN:
        for place, item in snapshot.of(file):
            if isinstance(place.account, str) and item.get(owner_key) not in {None, place.account}:
                found.setdefault(str(item.get(key)), set()).add(place.account)
    return found


def _principals(
    snapshot: Snapshot, address: str, owner: Owner, told: tuple[list[Item], list[tuple[str, set[str]]]]
) -> Iterator[Link]:
    """The principals. Who is in an organization or a unit shows in what the accounts themselves list.

    An account that lists what only this share holds is one of its principals. Where another account does not list it,
    nobody is taken to be in the organization without having been seen.
    """
    items, only = told
    seeing = set().union(*(accounts for _, accounts in only)) if only else set()
    for item in items:
        if item.get("associationType") != "PRINCIPAL":
            continue
        principal = str(item.get("associatedEntity"))
        at = f"{address}#{principal}"
        unsure = ORGANIZATION in principal and _contradicted(snapshot, owner, only)
        yield Link(at, Unknown(f"who of {principal} it is shared with") if unsure else principal)
        if unsure or UNIT in principal:
            for account in sorted(seeing):
                yield Link(at, account)


def _contradicted(snapshot: Snapshot, owner: Owner, only: list[tuple[str, set[str]]]) -> bool:
    """Whether some account was asked what it has, and did not list what a share for everybody holds."""
    for id_, accounts in only:
        file = "TransitGateways" if id_.startswith("tgw-") else "ResolverRules" if id_.startswith("rslvr-rr-") else ""
        if not file:
            continue
        for place in snapshot.places:
            elsewhere = place.account != owner.account and place.region == owner.region
            if elsewhere and snapshot.missing(file, place) is None and place.account not in accounts:
                return True
    return False
