"""What the lab's tests need from a machine. Without it they are skipped, which fails in CI."""

from __future__ import annotations

from functools import cache

import pytest

from lab import missing

__all__ = ["need_lab"]


@cache
def _lacking() -> str:
    return "; ".join(missing())


def need_lab() -> None:
    """Skip if the lab cannot run."""
    if _lacking():
        pytest.skip(_lacking())
