"""Synthesises stacks in a temporary folder, and checks them there. `deployment.output` writes them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import zip_longest
from pathlib import Path
from traceback import extract_tb
from typing import Any

from deployment.kept import Made, kept
from deployment.manifest import MANIFEST, manifest_of
from deployment.wellformed import defects
from modules.start import failures
from stacks.shapes import MarkInspectedError, Shape, Stamp, shapes
from topology import Design

__all__ = ["Synthesis", "SynthesisError", "UnsoundError", "listed", "matches", "select", "synthesise"]

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


class SynthesisError(Exception):
    """CDKTF cannot work on this machine as it is: nothing is wrong with the topology."""


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
    the template, with the bytes that CDKTF would produce (see `stacks.shapes`). What CDKTF has made before is not made
    again (see `deployment.kept`). Raises `UnsoundError` if the result must not be applied, or if the sample differs
    from its stamped counterpart.
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
    made = _made(
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
    version = next((stack.version for stack in made.values()), "")
    return Synthesis({name: made[name].text for name in sorted(made)}, manifest_of(entries, version, design))


def _made(design: Design, wanted: Callable[[str], bool], added: Callable[[str], object]) -> dict[str, Made]:
    """What CDKTF makes of the wanted stacks of a design, by their names: some of it has been kept."""
    before = kept()
    designs = {name: of for name, of in design.stacks.items() if wanted(name)}
    found = {name: stack for name, of in designs.items() if (stack := before.get(of)) is not None}
    for name in found:
        added(name)
    missing = designs.keys() - found.keys()
    if not missing:
        return found
    made = _make(design, missing.__contains__, added)
    if kept() == before:  # nobody has changed the code meanwhile
        before.put((designs[name], stack) for name, stack in made.items())
    return found | made


def _make(design: Design, wanted: Callable[[str], bool], added: Callable[[str], object]) -> dict[str, Made]:
    """What CDKTF makes of the wanted stacks of a design now, by their names."""
    try:
        with tempfile.TemporaryDirectory(prefix="endpoint-hub-") as folder:
            return _make_in(folder, design, wanted, added)
    except (OSError, RuntimeError, json.JSONDecodeError) as error:
        why = failures.reason(error)
        if why is None:
            raise
        raise SynthesisError(why) from None


def _make_in(
    folder: str, design: Design, wanted: Callable[[str], bool], added: Callable[[str], object]
) -> dict[str, Made]:
    from modules.cdk import App  # noqa: PLC0415  jsii takes seconds to start, and most commands do without
    from stacks.app import add_stacks  # noqa: PLC0415

    app = App(outdir=folder)
    try:
        add_stacks(app, design, wanted, added)
    except MarkInspectedError as error:
        frame = extract_tb(error.__traceback__)[-2]  # the last one is the mark's own
        raise UnsoundError([f"{frame.filename}:{frame.lineno}: {frame.line}\n{DECIDES}"]) from None
    app.synth()
    manifest = json.loads(Path(folder, MANIFEST).read_bytes())
    return {
        name: Made(
            Path(folder, entry["synthesizedStackPath"]).read_bytes(),
            json.dumps({**entry, "dependencies": []}),  # those beside it in this run
            manifest["version"],
        )
        for name, entry in manifest["stacks"].items()
    }


def _stamp(shape: Shape, made: dict[str, Made]) -> list[str]:
    """Replace a shape's template with the stacks of its spokes; returns what is wrong with the sample's."""
    template = made.pop(shape.template.stack)
    text, entry = Stamp(template.text.decode()), Stamp(template.entry)
    sample = shape.spokes[shape.sample].stack
    by_cdktf = made[sample]
    for spoke, values in zip(shape.spokes, shape.values, strict=True):
        made[spoke.stack] = replace(template, text=text.of(values).encode(), entry=entry.of(values))
    if made[sample] == by_cdktf:
        return []
    return [f"{sample}: {_difference(made[sample], by_cdktf)}. {DECIDES}"]


def _difference(stamped: Made, by_cdktf: Made) -> str:
    """The first line on which two syntheses of a stack differ."""
    ours, theirs = ([*stack.text.decode().splitlines(), stack.entry] for stack in (stamped, by_cdktf))
    pairs = enumerate(zip_longest(ours, theirs, fillvalue="nothing"), 1)
    at, (our, their) = next((at, pair) for at, pair in pairs if pair[0] != pair[1])
    return f"line {at} is {their.strip(' ,')}, but stamped from the spoke's shape {our.strip(' ,')}"
