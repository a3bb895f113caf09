"""Where the states are kept."""

from __future__ import annotations

from collections.abc import Iterator

from findings import codes
from topology.checks.mistake import Mistake
from topology.models import State

__all__ = ["check_state"]


def check_state(state: State) -> Iterator[Mistake]:
    """The key of a bucket that is created here can be created too."""
    if state.create and state.key and not state.key.startswith("alias/"):
        yield Mistake(
            codes.KEY_NOT_CREATABLE,
            ("state", "key"),
            f'"{state.key}" cannot be created',
            "write alias/NAME, or leave it out",
        )
