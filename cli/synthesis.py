"""Synthesises stacks in a folder of its own, checks them there, and only then writes what changed."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from assurance.wellformed import defects
from topology import Design

__all__ = ["STACK_FILE", "Synthesis", "UnsoundError", "matches", "select", "synthesise", "write"]

STACK_FILE = "cdk.tf.json"
MANIFEST = "manifest.json"


class UnsoundError(Exception):
    """Stacks that must not be applied, with every reason."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


@dataclass(frozen=True)
class Synthesis:
    """Stacks as they were synthesised: the bytes of each stack's JSON, and the manifest's."""

    stacks: Mapping[str, bytes]
    manifest: bytes

    def parsed(self) -> dict[str, Any]:
        """Each stack's JSON by the stack's name."""
        return {name: json.loads(text) for name, text in self.stacks.items()}


def select(names: Iterable[str], patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a stack is wanted: its name matches one of the patterns, or there are none.

    Raises `UnsoundError` naming each pattern that matches no stack.
    """
    known, asked = list(names), list(patterns)
    unmatched = [pattern for pattern in asked if not any(fnmatchcase(name, pattern) for name in known)]
    if unmatched:
        raise UnsoundError(f'no stack matches "{pattern}"; there are {_listed(known)}' for pattern in unmatched)
    return lambda name: matches(name, asked)


def matches(name: str, patterns: Collection[str]) -> bool:
    """Whether a stack's name matches one of the patterns, or there are none."""
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def _listed(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def synthesise(design: Design, wanted: Callable[[str], bool] = lambda _: True) -> Synthesis:
    """Synthesise the wanted stacks of a design. Needs no network, no credentials and no Terraform.

    Raises `UnsoundError` where the result must not be applied.
    """
    from modules.cdk import App  # noqa: PLC0415  jsii takes seconds to start, and most commands do without
    from stacks.app import add_stacks  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="endpoint-hub-") as folder:
        app = App(outdir=folder)
        add_stacks(app, design, wanted)
        app.synth()
        stacks = {path.parent.name: path.read_bytes() for path in sorted(Path(folder).glob(f"stacks/*/{STACK_FILE}"))}
        result = Synthesis(stacks, Path(folder, MANIFEST).read_bytes())
    reasons = [reason for name, stack in result.parsed().items() for reason in defects(name, stack)]
    if reasons:
        raise UnsoundError(reasons)
    return result


def write(result: Synthesis, output: Path, design: Design) -> list[str]:
    """Make a folder hold the stacks of a design, as far as they were synthesised; returns what was kept and why.

    Files that would not change are not touched, each other one is replaced at once. Folders of stacks that the design
    no longer has are deleted, except one that holds a state file. Stacks that were not synthesised this time stay.
    """
    output.mkdir(parents=True, exist_ok=True)
    for name, text in result.stacks.items():
        _replace(output / "stacks" / name / STACK_FILE, text)
    kept = []
    for folder in sorted(path.parent for path in output.glob(f"stacks/*/{STACK_FILE}")):
        if folder.name in design.order:
            continue
        if any(folder.glob("*.tfstate*")):
            kept.append(f"{folder} is no stack of the topology, and is kept because it holds a state file")
        else:
            shutil.rmtree(folder)
    _replace(output / MANIFEST, _merged(result.manifest, output, design))
    return kept


def _replace(path: Path, text: bytes) -> None:
    if path.is_file() and path.read_bytes() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(text)
    fresh.replace(path)


def _merged(manifest: bytes, output: Path, design: Design) -> bytes:
    """The manifest with the stacks that stand in the folder from an earlier synthesis, in CDKTF's own form."""
    new = json.loads(manifest)
    try:
        old = dict(json.loads((output / MANIFEST).read_bytes())["stacks"])
    except (OSError, ValueError, KeyError, TypeError):
        old = {}
    earlier = {
        name: entry
        for name, entry in old.items()
        if name in design.order and name not in new["stacks"] and (output / "stacks" / name / STACK_FILE).is_file()
    }
    if not earlier:
        return manifest
    new["stacks"] = dict(sorted({**earlier, **new["stacks"]}.items()))
    for name, entry in new["stacks"].items():
        entry["dependencies"] = [before for before in design.order[name] if before in new["stacks"]]
    text = json.dumps(new, indent=2, sort_keys=True)
    # CDKTF breaks an empty list over two lines.
    return re.sub(r'^( *)("[^"]*": )\[\]', r"\1\2[\n\1]", text, flags=re.MULTILINE).encode()
