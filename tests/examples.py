"""The examples, synthesised once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deployment.synthesis import Synthesis, synthesise
from topology import Design, design, read_topology
from topology.document import read_text
from topology.reader import topology_of

__all__ = ["EXAMPLES", "changed", "designed", "stacks_of", "synthesised"]

ROOT = Path(__file__).parent.parent
EXAMPLES = tuple(sorted(path.stem for path in (ROOT / "examples").glob("*.yaml")))


def designed(name: str) -> Design:
    """The design of an example."""
    return design(read_topology(ROOT / "examples" / f"{name}.yaml").topology)


@cache
def synthesised(name: str) -> Synthesis:
    """An example's stacks as bytes."""
    return synthesise(designed(name))


@cache
def stacks_of(name: str) -> dict[str, Any]:
    """An example's stacks as data. Shared by all tests, so do not change it."""
    return synthesised(name).parsed()


def changed(name: str, **changes: Any) -> Design:
    """The design of an example with changed values, such as `hubs__core__asn=64513`; None removes a key."""
    data = yaml.safe_load((ROOT / "examples" / f"{name}.yaml").read_text(encoding="utf-8"))
    for path, value in changes.items():
        *parents, key = path.split("__")
        section = data
        for parent in parents:
            section = section[parent]
        if value is None:
            del section[key]
        else:
            section[key] = value
    return design(topology_of(read_text(yaml.safe_dump(data, sort_keys=False))).topology)
