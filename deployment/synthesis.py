"""Synthesises stacks in a temporary folder, checks them there, and only then writes what changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import zip_longest
from pathlib import Path
from traceback import extract_tb
from typing import Any

from deployment.wellformed import defects
from stacks.shapes import MarkInspectedError, Shape, Stamp, shapes
from topology import Design

__all__ = ["STACK_FILE", "Synthesis", "UnsoundError", "listed", "matches", "select", "synthesise", "write"]

STACK_FILE = "cdk.tf.json"
MANIFEST = "manifest.json"
LEAST_ALIKE = 3
"""From this number of spokes on, stamping a shape pays: its template and its sample are two syntheses."""
DECIDES = (
    "A construct decides by a value that is specific to the spoke: make it a field of SpokeDesign "
    "(docs/internals/synthesis.md)"
)
Count = Callable[[int], object]
"""A callback that takes the number of further stacks done."""


class UnsoundError(Exception):
    """Stacks must not be applied, with all the reasons."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


@dataclass(frozen=True)
class Synthesis:
    """Synthesised stacks: the bytes of each stack's JSON, and of the manifest."""

    stacks: Mapping[str, bytes]
    manifest: bytes

    def parsed(self) -> dict[str, Any]:
        """Each stack's JSON by the stack's name."""
        return {name: json.loads(text) for name, text in self.stacks.items()}


def select(names: Iterable[str], patterns: Iterable[str]) -> Callable[[str], bool]:
    """A predicate that selects stacks: the name matches one of the patterns, or there are none.

    Raises `UnsoundError` naming each pattern that matches no stack.
    """
    known, asked = list(names), list(patterns)
    unmatched = [pattern for pattern in asked if not any(fnmatchcase(name, pattern) for name in known)]
    if unmatched:
        raise UnsoundError(f'no stack matches "{pattern}"; the stacks are {listed(known)}' for pattern in unmatched)
    return lambda name: matches(name, asked)


def matches(name: str, patterns: Collection[str]) -> bool:
    """Whether a stack's name matches one of the patterns, or there are none."""
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def listed(names: list[str], most: int = 12) -> str:
    """Names as a comma-separated list, cut after `most` with the number of further ones."""
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def synthesise(
    design: Design, wanted: Callable[[str], bool] = lambda _: True, count: Count = lambda _: None
) -> Synthesis:
    """Synthesise the selected stacks of a design. Needs no network, no credentials and no Terraform.

    For spokes of the same shape, CDKTF makes a template with marks and one sample. The other stacks are stamped from
    the template, with the bytes that CDKTF would produce (see `stacks.shapes`). Raises `UnsoundError` if the result
    must not be applied, or if the sample differs from its stamped counterpart.
    """
    if os.environ.get("SYNTH_HCL_OUTPUT") == "true":
        raise UnsoundError(["stacks are written as JSON; leave out --hcl"])
    spokes = [spoke for spoke in design.spokes if wanted(spoke.stack)]
    alike = [shape for shape in shapes(spokes) if len(shape.spokes) >= LEAST_ALIKE]
    stamped = {spoke.stack for shape in alike for spoke in shape.spokes}
    by_cdktf = [spoke for spoke in spokes if spoke.stack not in stamped]
    for shape in alike:
        by_cdktf += [shape.template, shape.spokes[shape.sample]]
    templates = {shape.template.stack for shape in alike}
    made, version = _make(
        replace(design, spokes=tuple(by_cdktf)),
        lambda name: name in templates or wanted(name),
        lambda name: count(name not in templates),
    )
    # A stamped stack has the same addresses, providers and aliases as its shape's sample, which is checked here.
    reasons = [
        reason for name in sorted(made.keys() - templates) for reason in defects(name, json.loads(made[name].text))
    ]
    for shape in alike:
        reasons += _stamp(shape, made)
        count(len(shape.spokes) - 1)
    if reasons:
        raise UnsoundError(reasons)
    entries = {name: json.loads(stack.entry) for name, stack in made.items()}
    return Synthesis({name: made[name].text for name in sorted(made)}, _manifest(entries, version, design))


@dataclass(frozen=True)
class _Stack:
    """A synthesised stack: its JSON, and its entry in the manifest."""

    text: bytes
    entry: str


def _make(
    design: Design, wanted: Callable[[str], bool], added: Callable[[str], object]
) -> tuple[dict[str, _Stack], str]:
    """Have CDKTF synthesise the selected stacks; returns them by name, and the version of the manifest."""
    from modules.cdk import App  # noqa: PLC0415  jsii takes seconds to start, and most commands do not need it
    from stacks.app import add_stacks  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="endpoint-hub-") as folder:
        app = App(outdir=folder)
        try:
            add_stacks(app, design, wanted, added)
        except MarkInspectedError as error:
            frame = extract_tb(error.__traceback__)[-2]  # the last frame is in the mark itself
            raise UnsoundError([f"{frame.filename}:{frame.lineno}: {frame.line}\n{DECIDES}"]) from None
        app.synth()
        manifest = json.loads(Path(folder, MANIFEST).read_bytes())
        stacks = {
            name: _Stack(Path(folder, entry["synthesizedStackPath"]).read_bytes(), json.dumps(entry))
            for name, entry in manifest["stacks"].items()
        }
    return stacks, manifest["version"]


def _stamp(shape: Shape, made: dict[str, _Stack]) -> list[str]:
    """Replace a shape's template with the stacks of its spokes; returns what is wrong with the sample's."""
    template = made.pop(shape.template.stack)
    text, entry = Stamp(template.text.decode()), Stamp(template.entry)
    sample = shape.spokes[shape.sample].stack
    by_cdktf = made[sample]
    for spoke, values in zip(shape.spokes, shape.values, strict=True):
        made[spoke.stack] = _Stack(text.of(values).encode(), entry.of(values))
    if made[sample] == by_cdktf:
        return []
    return [f"{sample}: {_difference(made[sample], by_cdktf)}. {DECIDES}"]


def _difference(stamped: _Stack, by_cdktf: _Stack) -> str:
    """The first line on which two syntheses of a stack differ."""
    ours, theirs = ([*stack.text.decode().splitlines(), stack.entry] for stack in (stamped, by_cdktf))
    pairs = enumerate(zip_longest(ours, theirs, fillvalue="nothing"), 1)
    at, (our, their) = next((at, pair) for at, pair in pairs if pair[0] != pair[1])
    return f"line {at} is {their.strip(' ,')}, but stamped from the spoke's shape {our.strip(' ,')}"


def write(result: Synthesis, output: Path, design: Design, count: Count = lambda _: None) -> list[str]:
    """Write the synthesised stacks of a design to a folder; returns a message for each stale folder that was kept.

    Files that would not change are not touched; others are replaced atomically. Folders of stacks that are no longer in
    the design are deleted, unless they contain a state file. Stacks that were not synthesised this time stay.
    """
    output.mkdir(parents=True, exist_ok=True)
    for name, text in result.stacks.items():
        _replace(output / "stacks" / name / STACK_FILE, text)
        count(1)
    kept, order = [], design.order
    for folder in sorted(path.parent for path in output.glob(f"stacks/*/{STACK_FILE}")):
        if folder.name in order:
            continue
        if any(folder.glob("*.tfstate*")):
            kept.append(f"{folder} belongs to no stack of the topology, but is kept because it contains a state file")
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
    """The manifest, including stacks in the folder from an earlier synthesis."""
    new = json.loads(manifest)
    try:
        old = dict(json.loads((output / MANIFEST).read_bytes())["stacks"])
    except (OSError, ValueError, KeyError, TypeError):
        old = {}
    order = design.order
    earlier = {
        name: entry
        for name, entry in old.items()
        if name in order
        and name not in new["stacks"]
        and isinstance(entry, dict)
        and (output / "stacks" / name / STACK_FILE).is_file()
    }
    return _manifest({**earlier, **new["stacks"]}, new["version"], design) if earlier else manifest


def _manifest(entries: Mapping[str, dict[str, Any]], version: str, design: Design) -> bytes:
    """The manifest of some stacks of a design, in CDKTF's own format."""
    stacks = {
        name: {**entries[name], "dependencies": [earlier for earlier in before if earlier in entries]}
        for name, before in design.order.items()
        if name in entries
    }
    text = json.dumps({"stacks": stacks, "version": version}, indent=2, sort_keys=True)
    # CDKTF breaks an empty list over two lines.
    return re.sub(r'^( *)("[^"]*": )\[\]', r"\1\2[\n\1]", text, flags=re.MULTILINE).encode()
