"""The names that stacks and their parts go by. They are part of the state: a change moves what is deployed."""

from __future__ import annotations

__all__ = ["HUB_TABLE", "STATE_STACK", "hub_stack", "spoke_stack"]

STATE_STACK = "state"
HUB_TABLE = "hub"
"""The gateway table of the hub's own attachment; segments cannot take its name."""


def hub_stack(hub: str) -> str:
    """The stack of a hub."""
    return f"hub-{hub}"


def spoke_stack(hub: str, spoke: str) -> str:
    """The stack of a spoke."""
    return f"spoke-{hub}-{spoke}"
