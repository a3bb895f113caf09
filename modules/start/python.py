"""Skips work at Python's start that is of no use to a short run."""

from __future__ import annotations

import atexit
import gc
import os

__all__ = ["tune"]


def tune() -> None:
    """Collect garbage rarely, and look for no pydantic plug-ins.

    Imported modules stay in use, and searching them for garbage takes an eighth of a run. To find plug-ins, pydantic
    would read the metadata of every installed package.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)
