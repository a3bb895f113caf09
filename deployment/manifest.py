"""The manifest of a folder of stacks, in CDKTF's own form: which stacks there are, and what comes before what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from topology import Design

__all__ = ["MANIFEST", "STACK_FILE", "manifest_of", "merged", "stacks_in"]

STACK_FILE = "cdk.tf.json"
MANIFEST = "manifest.json"


def manifest_of(entries: Mapping[str, dict[str, Any]], version: str, design: Design) -> bytes:
    """The manifest of some stacks of a design, with an entry for each."""
    stacks = {
        name: {**entries[name], "dependencies": [earlier for earlier in before if earlier in entries]}
        for name, before in design.order.items()
        if name in entries
    }
    text = json.dumps({"stacks": stacks, "version": version}, indent=2, sort_keys=True)
    # CDKTF breaks an empty list over two lines.
    return re.sub(r'^( *)("[^"]*": )\[\]', r"\1\2[\n\1]", text, flags=re.MULTILINE).encode()


def stacks_in(output: Path) -> dict[str, Any]:
    """The entries of the manifest in a folder by the names of their stacks; none where it has no manifest of ours."""
    try:
        return dict(json.loads((output / MANIFEST).read_bytes())["stacks"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def merged(manifest: bytes, output: Path, design: Design) -> bytes:
    """The manifest with the stacks of the design that are in the folder from an earlier synthesis."""
    new = json.loads(manifest)
    earlier = {
        name: entry
        for name, entry in stacks_in(output).items()
        if name in design.order
        and name not in new["stacks"]
        and isinstance(entry, dict)
        and (output / "stacks" / name / STACK_FILE).is_file()
    }
    return manifest_of({**earlier, **new["stacks"]}, new["version"], design) if earlier else manifest
