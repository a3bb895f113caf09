"""Roles deploy in the account that they are in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from findings import codes
from topology.checks.mistake import Mistake
from topology.document import Place
from topology.models import Hub, Spoke, State, Topology

__all__ = ["check_roles"]


def check_roles(
    topology: Topology, hubs: Mapping[str, Hub], spokes: Mapping[str, Spoke], refused: AbstractSet[Place]
) -> Iterator[Mistake]:
    """A role that names an account is in the account where it is to deploy."""
    for place, role, account in _roles(topology, hubs, spokes, refused):
        yield from _check_role(place, role, account)


def _roles(
    topology: Topology, hubs: Mapping[str, Hub], spokes: Mapping[str, Spoke], refused: AbstractSet[Place]
) -> Iterator[tuple[Place, str | None, str | None]]:
    """Each role that is given for one account, with its place and that account."""
    units: dict[Place, State | Hub | Spoke | None] = {("state",): topology.state}
    units |= {("hubs", name): hub for name, hub in hubs.items()}
    units |= {("spokes", name): spoke for name, spoke in spokes.items()}
    accounts: list[str] = []  # those in which the topology's own role deploys
    for place, unit in units.items():
        if unit is None or unit.account is None:
            continue
        yield (*place, "role"), unit.role, unit.account
        if isinstance(unit, Hub):
            yield (*place, "wiring_role"), unit.wiring_role, unit.account
        if unit.role is None and (*place, "role") not in refused:
            accounts.append(unit.account)
    fixed = _account_of(topology.role) if topology.role else None
    yield ("role",), topology.role, next((account for account in accounts if account != fixed), None)


def _account_of(role: str) -> str | None:
    found = re.match(r"arn:aws:iam::(\d{12}):", role)
    return found[1] if found else None


def _check_role(place: Place, role: str | None, account: str | None) -> Iterator[Mistake]:
    fixed = _account_of(role) if role else None
    if fixed and account and fixed != account:
        fix = f"write {str(role).replace(fixed, '{account}')}, or only the role's name"
        yield Mistake(
            codes.ROLE_OF_ANOTHER_ACCOUNT,
            place,
            f"the role is in account {fixed}, and it is to deploy in {account}",
            fix,
        )
