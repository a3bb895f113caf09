"""Describes a local AWS Organization with the accounts and roles of a topology."""

from __future__ import annotations

from collections.abc import Iterator

from emulator import Account, LocalOrganization
from topology import Design
from topology.models import Topology

__all__ = ["local_organization"]


def local_organization(topology: Topology, design: Design, share_delay: float = 0.0) -> LocalOrganization:
    """The organization of a topology: every account and role that its stacks use, without any resources.

    `share_delay`: seconds until a share takes effect after RAM has reported it as associated.
    """
    roles: dict[str, set[str]] = {}
    for account, arn in _used(design):
        names = roles.setdefault(account, set())
        if arn is not None:
            names.add(arn.partition(":role/")[2])
    return LocalOrganization(
        id=topology.organization.id,
        management_account=topology.organization.management_account,
        accounts=tuple(Account(account, roles=tuple(sorted(names))) for account, names in sorted(roles.items())),
        region=min((hub.account.region for hub in design.hubs), default="us-east-1"),
        share_delay=share_delay,
    )


def _used(design: Design) -> Iterator[tuple[str, str | None]]:
    """Every account with a role that is assumed in it."""
    yield design.states.account, design.states.role_arn
    for hub in design.hubs:
        yield hub.account.id, hub.account.role_arn
    for spoke in design.spokes:
        yield spoke.account.id, spoke.account.role_arn
        yield spoke.wiring.id, spoke.wiring.role_arn
