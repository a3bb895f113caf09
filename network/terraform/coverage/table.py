"""The whole table: which row or rule decides about a type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from network.terraform.coverage import endpoints, gateways, instances, names, security, services, shares, vpcs
from network.terraform.coverage.rows import Kind, Row, unmodelled

__all__ = ["KINDS", "ROWS", "RULES", "UNKNOWN", "decision", "has_effect", "has_own_id"]

FAMILIES = (vpcs, gateways, endpoints, names, security, shares, instances)

KINDS: Mapping[str, Kind] = {each.name: each for family in FAMILIES for each in family.KINDS}
"""The types of which every argument has a row."""
ROWS: Mapping[str, Row] = {name: row for family in FAMILIES for row in family.ROWS for name in row.names}
"""The types that a row decides about as a whole."""
RULES: Mapping[str, Row] = {name: row for row in services.RULES for name in row.names}
"""The rules for all other types, by the beginning of the types' names."""
UNKNOWN = unmodelled("nothing is known of this type", "", "both")
"""What holds for a type that no row and no rule knows."""


@lru_cache(maxsize=4096)
def decision(kind: str) -> Kind | Row:
    """What decides about a type: its row, or else the longest rule that fits."""
    found = KINDS.get(kind) or ROWS.get(kind)
    if found is not None:
        return found
    fitting = [start for start in RULES if kind.startswith(start)]
    return RULES[max(fitting, key=len)] if fitting else UNKNOWN


def has_effect(kind: str) -> bool:
    """Whether it makes a difference to names or packets that a resource of a type exists, whatever it says."""
    decided = decision(kind)
    if isinstance(decided, Kind):
        return any(row.status == "read" for row in decided.rows)
    return decided.status != "irrelevant"


def has_own_id(kind: str) -> bool:
    """Whether the id of a type's resources is AWS's name for them, and for nothing else.

    Roles and the like go by a text of the user's choice, and a policy by the id of what it belongs to.
    """
    return kind in KINDS and not KINDS[kind].of
