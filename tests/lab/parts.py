"""What the lab's tests need of a machine: in CI they fail without it, elsewhere they are skipped by its name."""

from __future__ import annotations

import os
from functools import cache

import pytest

from lab import missing

__all__ = ["need_lab"]


@cache
def _lacking() -> str:
    return "; ".join(missing())


def need_lab() -> None:
    """Skip where the lab cannot run, and fail where it has to."""
    if _lacking():
        if os.environ.get("CI"):
            pytest.fail(f"CI has to have what the lab needs: {_lacking()}")
        pytest.skip(_lacking())
