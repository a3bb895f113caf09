"""Gives jsii's kernel a Node that is already running, and replaces assemblies. Imports jsii."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import jsii
from jsii._kernel.providers import ProcessProvider
from jsii._kernel.types import LoadRequest, LoadResponse

from modules.start.node import Running

__all__ = ["install", "replacements"]

replacements: dict[str, Path] = {}
"""Assemblies to load instead of others, by the file name of the original."""


class Provider(ProcessProvider):
    """Loads replacements for some assemblies, in a Node that is already running if there is one."""

    def __init__(self, running: Running | None) -> None:
        self.running = running

    def load(self, request: LoadRequest) -> LoadResponse:
        """Load an assembly, or its replacement."""
        tarball = replacements.get(Path(request.tarball).name, Path(request.tarball))
        return super().load(LoadRequest(name=request.name, version=request.version, tarball=str(tarball)))

    @cached_property
    def _process(self) -> Any:  # noqa: ANN401  jsii does not export the type
        if self.running is None:
            return super()._process
        from modules.start.pipelining import Pipelined  # noqa: PLC0415  for the tested version of jsii only

        return Pipelined(self.running.process, self.running.asked)


def install(running: Running | None) -> None:
    """Give jsii a running Node. With None it starts one itself when it first needs it."""
    jsii.kernel.provider = Provider(running)
