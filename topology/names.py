"""The names that stacks and their parts go by. They are part of the state: a change moves what is deployed."""

from __future__ import annotations

__all__ = [
    "CONTRACT_WRITERS",
    "HUB_TABLE",
    "OWN_TAGS",
    "STACK_TAG",
    "STATE_STACK",
    "STATE_TAG",
    "TEST_PREFIX",
    "hub_stack",
    "spoke_stack",
]

STATE_STACK = "state"
HUB_TABLE = "hub"
"""The gateway table of the hub's own attachment; segments cannot take its name."""

CONTRACT_WRITERS = {1: "0.1.0"}
"""The first version of this project that writes each form of the contract; later ones do, up to the next form's."""
STACK_TAG, STATE_TAG = "hub:stack", "hub:state"
"""Tags of every resource: the stack that it is in, and where the states of its topology are, as bucket/prefix."""
OWN_TAGS = ("Name", "hub:part", STACK_TAG, STATE_TAG)
"""The keys of every tag that a resource has besides the topology's."""
TEST_PREFIX = "endpoint-hub-test-"
"""What the names of a test instance's role, profile and group begin with."""


def hub_stack(hub: str) -> str:
    """The stack of a hub."""
    return f"hub-{hub}"


def spoke_stack(hub: str, spoke: str) -> str:
    """The stack of a spoke."""
    return f"spoke-{hub}-{spoke}"
