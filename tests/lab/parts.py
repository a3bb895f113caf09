"""What the lab's tests need of a machine: without it they are skipped by its name, which fails in CI."""

from __future__ import annotations

from functools import cache

import pytest

from lab import missing

__all__ = ["need_lab"]


@cache
def _lacking() -> str:
    return "; ".join(missing())


def need_lab() -> None:
    """Skip where the lab cannot run."""
    if _lacking():
        pytest.skip(_lacking())
