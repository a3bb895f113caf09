"""Edits of stacks, drawn with a seed from what the provider's schema allows. An edit is data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any

from tests.families import drawing
from tests.planted.schema import Argument, arguments
from tests.planted.sound import Block, Sound, Stacks
from tests.planted.values import others

__all__ = ["VARIABLE", "Action", "Edit", "drawn"]

Json = Any
COPY = "planted_copy"
VARIABLE = "planted_copies"


class Action(Enum):
    """What is done to a resource."""

    REMOVE = "removed"
    DOUBLE = "doubled"
    NONE = "count = 0"
    VARIABLE = "count of a variable without a default"
    EMPTY = "for_each over nothing"
    MOVE = "moved to provider"
    SET = "set"


@dataclass(frozen=True)
class Edit:
    """One change of one resource, reproducible by (sound stacks, seed, index)."""

    block: Block
    action: Action
    path: tuple[str | int, ...] = ()
    """Where in the resource's arguments, of an argument that is set."""
    value: Json = None

    def __str__(self) -> str:
        what = f"{self.block.stack}: {self.block.kind} at {self.block.role}"
        if self.action is Action.SET:
            return f"{what}: {'.'.join(map(str, self.path))} = {self.value!r}, was {self.old!r}"
        return f"{what}: {self.action.value}{'' if self.value is None else f' {self.value}'}"

    @property
    def argument(self) -> str:
        """The argument's path without positions, such as `target_ip.port`."""
        return ".".join(part for part in self.path if isinstance(part, str))

    @property
    def old(self) -> Json:
        """What the argument was; None where it was not set."""
        found: Json = self.block.arguments
        for part in self.path:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def applied(self, stacks: Stacks) -> dict[str, Mapping[str, Json]]:
        """The stacks with the edit."""
        document = deepcopy(stacks[self.block.stack])
        blocks = document["resource"][self.block.kind]
        _DO[self.action](self, document, blocks)
        if not blocks:  # Terraform refuses a type without any
            del document["resource"][self.block.kind]
        return {**stacks, self.block.stack: document}


def _remove(edit: Edit, document: Json, blocks: Json) -> None:
    del document, blocks[edit.block.key]


def _double(edit: Edit, document: Json, blocks: Json) -> None:
    del document
    blocks[COPY] = deepcopy(blocks[edit.block.key])


def _none(edit: Edit, document: Json, blocks: Json) -> None:
    del document
    blocks[edit.block.key]["count"] = 0


def _variable(edit: Edit, document: Json, blocks: Json) -> None:
    document.setdefault("variable", {})[VARIABLE] = {"type": "number"}
    blocks[edit.block.key]["count"] = f"${{var.{VARIABLE}}}"


def _empty(edit: Edit, document: Json, blocks: Json) -> None:
    del document
    blocks[edit.block.key]["for_each"] = {}


def _move(edit: Edit, document: Json, blocks: Json) -> None:
    del document
    blocks[edit.block.key]["provider"] = edit.value


def _set(edit: Edit, document: Json, blocks: Json) -> None:
    del document
    found: Json = blocks[edit.block.key]
    *parents, last = edit.path
    for part in parents:
        found = found.setdefault(part, {}) if isinstance(part, str) else found[part]
    found[last] = edit.value


_DO: Mapping[Action, Callable[[Edit, Json, Json], None]] = {
    Action.REMOVE: _remove,
    Action.DOUBLE: _double,
    Action.NONE: _none,
    Action.VARIABLE: _variable,
    Action.EMPTY: _empty,
    Action.MOVE: _move,
    Action.SET: _set,
}


def drawn(sound: Sound, what: str, seed: str | None = None) -> Iterator[Edit]:
    """Edits of some stacks without end, the same for the same purpose and seed."""
    random = drawing(f"{what} of {sound.name}") if seed is None else Random(f"{seed} {what} of {sound.name}")
    blocks = list(sound.blocks())
    kinds = sorted({block.kind for block in blocks})
    by_kind = {kind: [block for block in blocks if block.kind == kind] for kind in kinds}
    while True:
        # Of a resource type there is one or there are thirty: every second edit is of a type first.
        of = by_kind[random.choice(kinds)] if random.random() < 0.5 else blocks
        edit = _drawn(sound, random.choice(of), random)
        if edit is not None:
            yield edit


def _drawn(sound: Sound, block: Block, random: Random) -> Edit | None:
    action = random.choice([*Action, Action.SET, Action.SET, Action.SET, Action.SET])
    if action is Action.MOVE:
        others = [alias for alias in _aliases(sound, block) if alias != block.arguments.get("provider")]
        return Edit(block, action, value=random.choice(others)) if others else None
    return _set_drawn(sound, block, random) if action is Action.SET else Edit(block, action)


def _aliases(sound: Sound, block: Block) -> list[str]:
    return [f"aws.{each['alias']}" for each in sound.stacks[block.stack]["provider"]["aws"]]


def _set_drawn(sound: Sound, block: Block, random: Random) -> Edit | None:
    known = arguments(block.kind)
    set_today = [each for each in known if each.path[0] in block.arguments]
    argument = random.choice(set_today if set_today and random.random() < 0.5 else known)
    path = _placed(block, argument, random)
    old = Edit(block, Action.SET, path).old
    values = [value for value in others(sound, block, argument, old) if value != old]
    return Edit(block, Action.SET, path, random.choice(values)) if values else None


def _placed(block: Block, argument: Argument, random: Random) -> tuple[str | int, ...]:
    """The path of an argument, with a position for each list of blocks on the way."""
    path: list[str | int] = []
    found: Json = block.arguments
    for part in argument.path[:-1]:
        path.append(part)
        found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, list) and found:
            at = random.randrange(len(found))
            path.append(at)
            found = found[at]
    return (*path, argument.name)
