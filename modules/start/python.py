"""What takes Python long at a start, and is no use to a run that is short."""

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
    """Look for garbage seldom, and for no plug-ins of pydantic.

    What is imported stays: searching it for garbage takes an eighth of a run. To find plug-ins, pydantic would read
    what every installed package says of itself.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.set_threshold(100_000, 20, 20)
    atexit.register(gc.freeze)


def skip_checks() -> None:
    """Leave the check of a construct's arguments to Node.

    The generated classes check each argument with typeguard, and so does Node, where it arrives. The first check takes
    a thirtieth of a start and a tenth of each construct. Whoever imports typeguard before, as the tests do, keeps both.
    """
    if "typeguard" not in sys.modules:
        unchecked = ModuleType("typeguard")
        vars(unchecked)["check_type"] = lambda **_: None
        sys.modules["typeguard"] = unchecked
    # Each generated module asks which version of typeguard there is, which reads the file that says it.
    importlib.metadata.version = cache(importlib.metadata.version)
