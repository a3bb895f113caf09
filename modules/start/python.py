"""Skips work at Python's start that is of no use to a short run."""

from __future__ import annotations

import atexit
import gc
import importlib.metadata
import os
import sys
from functools import cache
from types import ModuleType

__all__ = ["skip_checks", "tune"]


def tune() -> None:
    """Collect garbage rarely, and look for no pydantic plug-ins.

    Imported modules stay in use, and searching them for garbage takes an eighth of a run. To find plug-ins, pydantic
    would read the metadata of every installed package.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)


def skip_checks() -> None:
    """Leave checking the arguments of constructs to Node.

    The generated classes check each argument with typeguard, and Node checks it again. The typeguard check takes a
    thirtieth of a start and a tenth of each construct. If typeguard is already imported, as in the tests, both checks
    stay.
    """
    if "typeguard" not in sys.modules:
        unchecked = ModuleType("typeguard")
        vars(unchecked)["check_type"] = lambda **_: None
        sys.modules["typeguard"] = unchecked
    # Each generated module looks up typeguard's version, which reads its metadata file.
    importlib.metadata.version = cache(importlib.metadata.version)
