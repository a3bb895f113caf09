"""Reads synthesised Terraform JSON for tests: by construct path, with the dependencies that Terraform sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Stack", "depends_on", "instances", "one", "resources"]

Stack = Mapping[str, Any]
REFERENCE = re.compile(r"\b((?:data\.)?aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)")


def resources(stack: Stack) -> dict[str, dict[str, Any]]:
    """Every resource and data source by address."""
    found: dict[str, dict[str, Any]] = {}
    for section, prefix in (("resource", ""), ("data", "data.")):
        for kind, blocks in stack.get(section, {}).items():
            found |= {f"{prefix}{kind}.{key}": block for key, block in blocks.items()}
    return found


def instances(stack: Stack, kind: str) -> dict[str, dict[str, Any]]:
    """Resources of a type by their construct path below the stack, such as `network/vpc`."""
    section, kind = ("data", kind[5:]) if kind.startswith("data.") else ("resource", kind)
    blocks = stack.get(section, {}).get(kind, {})
    return {block["//"]["metadata"]["path"].partition("/")[2]: block for block in blocks.values()}


def one(stack: Stack, kind: str, path: str | None = None) -> dict[str, Any]:
    """The only resource of a type, or the one at a path; the failure lists the existing ones."""
    found = instances(stack, kind)
    if path is None:
        assert len(found) == 1, f"expected one {kind}, found {sorted(found)}"
        return next(iter(found.values()))
    assert path in found, f"expected {kind} at {path}, found {sorted(found)}"
    return found[path]


def depends_on(stack: Stack, address: str) -> set[str]:
    """Everything that an address depends on, directly or indirectly, including through locals."""
    blocks, local = resources(stack), stack.get("locals", {})
    seen: set[str] = set()
    waiting = [address]
    while waiting:
        here = waiting.pop()
        for found in _references(blocks[here], local):
            if found in blocks and found not in seen:
                seen.add(found)
                waiting.append(found)
    return seen


def _references(value: Any, local: Mapping[str, Any]) -> Iterator[str]:  # any JSON value
    if isinstance(value, str):
        yield from REFERENCE.findall(value)
        for name in re.findall(r"\blocal\.([A-Za-z0-9_-]+)", value):
            yield from _references(local.get(name), local)
    elif isinstance(value, Mapping):
        for key, child in value.items():
            if key != "//":
                yield from _references(child, local)
    elif isinstance(value, list):
        for child in value:
            yield from _references(child, local)
