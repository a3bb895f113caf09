"""jsii's kernel, with Node as it was started before, and with assemblies in the place of others. Imports jsii."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import jsii
from jsii._kernel.providers import ProcessProvider
from jsii._kernel.types import LoadRequest, LoadResponse

from modules.start.node import Running

__all__ = ["install", "instead"]

instead: dict[str, Path] = {}
"""Assemblies to load in the place of others, by the file name of those."""


class Provider(ProcessProvider):
    """Loads some assemblies in the place of others, in a Node that runs already, where there is one."""

    def __init__(self, running: Running | None) -> None:
        self.running = running

    def load(self, request: LoadRequest) -> LoadResponse:
        """Load an assembly, or the one that takes its place."""
        tarball = instead.get(Path(request.tarball).name, Path(request.tarball))
        return super().load(LoadRequest(name=request.name, version=request.version, tarball=str(tarball)))

    @cached_property
    def _process(self) -> Any:  # noqa: ANN401  jsii does not export the type
        if self.running is None:
            return super()._process
        from modules.start.pipelining import Pipelined  # noqa: PLC0415  of jsii as it was tested only

        return Pipelined(self.running.process, self.running.asked)


def install(running: Running | None) -> None:
    """Give jsii a Node that runs already. With None it starts one its own way, when it first needs it."""
    jsii.kernel.provider = Provider(running)
