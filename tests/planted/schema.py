"""What the provider says that its resources take: the only source of the edits' arguments, and no reader's."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.examples import ROOT
from tests.plugins import WARM
from tests.waiting import PATIENCE

__all__ = ["VERSION", "Argument", "arguments", "schema"]

FOLDER = ROOT / ".cache" / "schema"
VERSION = WARM.partition('version = "')[2].partition('"')[0]
INHERENT = frozenset({"id", "tags_all"})
"""Optional arguments that every resource has and nobody sets."""


@dataclass(frozen=True)
class Argument:
    """What can be set in a resource: an argument of its own, or of a block in it."""

    path: tuple[str, ...]
    type: str
    """`bool`, `number`, `string`, or what contains them: `list`, `set`, `map`, `object`."""
    required: bool

    @property
    def name(self) -> str:
        return self.path[-1]


@cache
def schema() -> Mapping[str, Mapping[str, Any]]:
    """The block of each resource type, by `terraform providers schema`; asked once for each version of the provider."""
    file = FOLDER / f"aws-{VERSION}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            written = file.with_suffix(".new")
            written.write_text(json.dumps(_asked()), encoding="utf-8")
            written.rename(file)
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _asked() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(WARM, encoding="utf-8")
        _terraform(folder, "init", "-no-color", "-input=false")
        told = json.loads(_terraform(folder, "providers", "schema", "-json"))
    (provider,) = told["provider_schemas"].values()
    return {kind: found["block"] for kind, found in provider["resource_schemas"].items()}


def _terraform(folder: str, *arguments: str) -> str:
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env={**os.environ, "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@cache
def arguments(kind: str) -> tuple[Argument, ...]:
    """Everything that can be set in a resource of a type, in its blocks as well."""
    return tuple(_in(schema()[kind], ()))


def _in(block: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Argument]:
    for name, told in block.get("attributes", {}).items():
        if (told.get("optional") or told.get("required")) and not (not path and name in INHERENT):
            kind = told.get("type", "object")
            yield Argument((*path, name), kind if isinstance(kind, str) else kind[0], bool(told.get("required")))
    for name, nested in block.get("block_types", {}).items():
        yield from _in(nested["block"], (*path, name))
