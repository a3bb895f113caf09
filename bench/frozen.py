"""`python -m bench.frozen FOLDER`: saves the stacks in a folder as the synthesis benchmark's reference network.

The peers write this network whatever this project writes; they are compared with it and with each other. So a new
feature need not be implemented in three programs. A list has the differences that this project may have, with reasons.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

__all__ = ["ALLOWED", "SPOKES", "Allowed", "Difference", "differences", "noteless", "reference", "unexplained"]

FOLDER = Path(__file__).parent / "reference"
STACK_FILE = "cdk.tf.json"
SPOKES = 2
"""The number of spokes in the reference. They, and the hub, are the same in a benchmark of this size or larger."""


@dataclass(frozen=True)
class Difference:
    """A value that differs from the reference: its place, the expected and the found value; None if there is none."""

    place: str
    """`<stack>.<key>.<key>…`, with the index of an element of a list."""
    expected: object
    found: object

    def __str__(self) -> str:
        """The difference in one line."""
        return f"{self.place}: expected {json.dumps(self.expected)[:200]}, found {json.dumps(self.found)[:200]}"


@dataclass(frozen=True)
class Allowed:
    """A difference that this project may have, and why the comparison is still fair."""

    places: str
    """A pattern of places, as `fnmatch` reads it."""
    reason: str


ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        "spoke-*.data.aws_ssm_parameter.*.lifecycle.postcondition.0.error_message",
        "the text of an error message; the number of constructs and messages is the same",
    ),
)


def reference() -> dict[str, Any]:
    """The stacks of the reference by name, without CDKTF's metadata."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def noteless(value: object) -> object:
    """JSON without CDKTF's metadata, such as construct paths and versions."""
    if isinstance(value, dict):
        return {key: noteless(child) for key, child in value.items() if key != "//"}
    return [noteless(child) for child in value] if isinstance(value, list) else value


def differences(stacks: Mapping[str, object], expected: Mapping[str, object] | None = None) -> list[Difference]:
    """The differences from the reference, for the stacks that are in both, in the order of places."""
    frozen = reference() if expected is None else expected
    return [
        difference
        for name in sorted(frozen.keys() & stacks.keys())
        for difference in _differences(name, frozen[name], noteless(stacks[name]))
    ]


def _differences(place: str, expected: object, found: object) -> Iterator[Difference]:
    if isinstance(expected, list) and isinstance(found, list):
        expected, found = dict(enumerate(expected)), dict(enumerate(found))
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}):
            yield from _differences(f"{place}.{key}", expected.get(key), found.get(key))
    elif expected != found:
        yield Difference(place, expected, found)


def unexplained(found: Iterable[Difference], allowed: Iterable[Allowed] = ALLOWED) -> list[str]:
    """Differences that no entry allows, and entries that no longer apply."""
    rest, used = [], set()
    entries = list(allowed)
    for difference in found:
        fitting = {entry for entry in entries if fnmatchcase(difference.place, entry.places)}
        used |= fitting
        if not fitting:
            rest.append(str(difference))
    return rest + [f"{entry.places}: nothing differs there; remove the entry" for entry in entries if entry not in used]


def main() -> int:
    """Save the hub and the first spokes of the stacks in a folder, such as the `cdktf.out` of a peer."""
    if len(sys.argv) != 2:  # noqa: PLR2004  the program and its argument
        sys.stderr.write("usage: python -m bench.frozen FOLDER\n")
        return 2
    paths = sorted(Path(sys.argv[1]).glob(f"stacks/*/{STACK_FILE}"))[: 1 + SPOKES]
    if len(paths) != 1 + SPOKES:
        sys.stderr.write(f"{sys.argv[1]} has {len(paths)} stacks; a hub and {SPOKES} spokes are needed\n")
        return 2
    FOLDER.mkdir(exist_ok=True)
    for path in paths:
        stack = noteless(json.loads(path.read_text(encoding="utf-8")))
        text = json.dumps(stack, indent=1, sort_keys=True) + "\n"
        (FOLDER / f"{path.parent.name}.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
