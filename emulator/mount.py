"""Temporarily replaces moto's classes with extended ones."""

import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock


@dataclass(frozen=True)
class Extension:
    """The classes that replace moto's in one service.

    ``actions`` are additional operations of a REST service, in lower case; moto routes these by URL. ``models`` are
    other moto classes to replace, by ``module.Class`` under ``moto.<service>``.
    """

    service: str
    backend: type | None = None
    response: type | None = None
    actions: tuple[str, ...] = ()
    models: dict[str, Any] = field(default_factory=dict)


@contextmanager
def mounted(*extensions: Extension) -> Iterator[None]:
    """Replace moto's classes within this context. These services must not have been used since moto's last reset.

    ``unittest.mock`` does this because it reliably restores the originals, whatever happens in between.
    """
    with ExitStack() as stack:
        for extension in extensions:
            for patch in _patches(extension):
                stack.enter_context(patch)
        yield


def _patches(extension: Extension) -> Iterator[Any]:
    package = f"moto.{extension.service}"
    if extension.backend is not None:
        urls = importlib.import_module(f"{package}.urls")
        # moto finds a backend's URLs by the name of the module that the class is defined in.
        extension.backend._url_module = urls  # type: ignore[attr-defined]  # noqa: SLF001 # a property that we replace
        backends = getattr(importlib.import_module(f"{package}.models"), f"{extension.service}_backends")
        yield mock.patch.object(backends, "backend", extension.backend)
    if extension.response is not None:
        paths = importlib.import_module(f"{package}.urls").url_paths
        routes = (*paths, *("{0}/" + action + "$" for action in extension.actions))
        yield mock.patch.dict(paths, dict.fromkeys(routes, extension.response.dispatch))  # type: ignore[attr-defined]
    for name, replacement in extension.models.items():
        yield mock.patch(f"{package}.{name}", replacement)
