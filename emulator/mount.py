"""Put extended classes in moto's places for a while, then take them out again."""

import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock


@dataclass(frozen=True)
class Extension:
    """The classes that replace moto's for one service.

    ``actions`` are further operations of a REST service, which moto routes by URL, in lower case. ``models`` are
    further classes of moto's to replace, by ``module.Class`` below ``moto.<service>``.
    """

    service: str
    backend: type | None = None
    response: type | None = None
    actions: tuple[str, ...] = ()
    models: dict[str, Any] = field(default_factory=dict)


@contextmanager
def mounted(*extensions: Extension) -> Iterator[None]:
    """While this runs, moto is the extended one. Nothing may have used these services since moto's last reset.

    ``unittest.mock`` does the replacing because it also does the putting back, whatever happens in between.
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
        # moto finds a backend's URLs by the name of the module that the class stands in.
        extension.backend._url_module = urls  # type: ignore[attr-defined]  # noqa: SLF001 # a property that we replace
        backends = getattr(importlib.import_module(f"{package}.models"), f"{extension.service}_backends")
        yield mock.patch.object(backends, "backend", extension.backend)
    if extension.response is not None:
        paths = importlib.import_module(f"{package}.urls").url_paths
        routes = (*paths, *("{0}/" + action + "$" for action in extension.actions))
        yield mock.patch.dict(paths, dict.fromkeys(routes, extension.response.dispatch))  # type: ignore[attr-defined]
    for name, replacement in extension.models.items():
        yield mock.patch(f"{package}.{name}", replacement)
