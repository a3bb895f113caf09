"""The form of Terraform's documents: what a block is in JSON syntax, and what is refused with its place.

An object is one block, an array several, and null none; so it is at each level of labels. `//` is a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from network.terraform.expressions import Json

__all__ = ["Block", "DocumentError", "Form", "Sections", "bodies", "provider_name", "sections"]

Block = Mapping[str, Json]
Kinds = Mapping[str, Mapping[str, Block]]
"""Blocks by type and name."""

COMMENT = "//"
READ = frozenset({"data", "locals", "module", "provider", "resource"})
SETTLED = frozenset({COMMENT, "check", "ephemeral", "import", "moved", "output", "terraform", "variable"})
"""Sections that make nothing in AWS."""
LONGEST = 60
"""Characters of a bad value that a problem shows."""


class DocumentError(Exception):
    """Documents that are not what they should be: the name of each with what is wrong, where, and what to do."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{name}: {problem}" for name, problem in problems))
        self.problems = tuple(problems)


class Form:
    """Reads values of a certain form, and notes those of another."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, place: str, value: Json, expected: str) -> None:
        """Note a value of another form."""
        shown = repr(value)
        shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
        self.problems.append(f"{place} is {shown}; {expected}")

    def mapping(self, value: Json, place: str) -> Block:
        """An object; null is an empty one."""
        if isinstance(value, dict) or value is None:
            return value or {}
        self.wrong(place, value, "expected an object")
        return {}

    def mappings(self, value: Json, place: str) -> list[Block]:
        """The objects of an array; null is an empty one."""
        if isinstance(value, list):
            found = [self.mapping(each, f"{place}[{at}]") for at, each in enumerate(value)]
            return [each for each in found if each]
        if value is not None:
            self.wrong(place, value, "expected an array")
        return []

    def text(self, block: Block, key: str, place: str) -> str:
        """A text that has to be there."""
        value = block.get(key)
        if isinstance(value, str):
            return value
        self.wrong(f"{place}.{key}", value, "expected a text")
        return ""

    def blocks(self, value: Json, place: str) -> Iterator[Block]:
        """The blocks of one type."""
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list):
            for at, each in enumerate(value):
                yield from self.blocks(each, f"{place}[{at}]")
        elif value is not None:
            self.wrong(place, value, "write a block as an object, and several as an array of objects")

    def labelled(self, value: Json, place: str) -> Iterator[tuple[str, Json, str]]:
        """Each label at one level, with what is below it and its place."""
        for block in self.blocks(value, place):
            for label, inner in block.items():
                if label != COMMENT:
                    yield label, inner, f"{place}.{label}"

    def kinds(self, value: Json, place: str) -> Kinds:
        """Blocks with a type and a name, each of which is there once."""
        if _is_plain(value):
            return value  # type: ignore[no-any-return]
        found: dict[str, dict[str, Block]] = {}
        for kind, names, at in self.labelled(value, place):
            for name, inner, here in self.labelled(names, at):
                for block in self.blocks(inner, here):
                    if name in found.setdefault(kind, {}):
                        self.problems.append(f"{here} is there twice; give one of them another name")
                    found[kind][name] = block
        return found

    def once(self, value: Json, place: str) -> dict[str, Block]:
        """Blocks with a name, each of which is there once."""
        found: dict[str, Block] = {}
        for name, inner, here in self.labelled(value, place):
            for block in self.blocks(inner, here):
                if name in found:
                    self.problems.append(f"{here} is there twice; give one of them another name")
                found[name] = block
        return found

    def values(self, value: Json, place: str) -> dict[str, Json]:
        """The values of all blocks of one type."""
        found: dict[str, Json] = {}
        for block in self.blocks(value, place):
            for name, inner in block.items():
                if name in found:
                    self.problems.append(f"{place}.{name} is there twice; give one of them another name")
                found[name] = inner
        return found


def _is_plain(value: Json) -> bool:
    """Whether blocks are written as objects alone, as a synthesis writes them."""
    if not isinstance(value, dict) or COMMENT in value:
        return False
    return all(
        isinstance(names, dict) and COMMENT not in names and OBJECT.issuperset(map(type, names.values()))
        for names in value.values()
    )


OBJECT = frozenset({dict})
"""The type of a block that is written as an object."""


@dataclass(frozen=True)
class Sections:
    """What a stack consists of."""

    resources: Kinds
    data: Kinds
    modules: Mapping[str, Block]
    values: Mapping[str, Json]
    """Its locals."""
    providers: tuple[tuple[str, Block], ...]
    others: tuple[str, ...]
    """Sections that are not read, and may make something."""


def sections(name: str, document: Block) -> Sections:
    """What a stack consists of. Raises `DocumentError` with every place that has another form."""
    form = Form()
    found = Sections(
        resources=form.kinds(document.get("resource"), "resource"),
        data=form.kinds(document.get("data"), "data"),
        modules=form.once(document.get("module"), "module"),
        values=form.values(document.get("locals"), "locals"),
        providers=tuple(
            (kind, block)
            for kind, inner, place in form.labelled(document.get("provider"), "provider")
            for block in form.blocks(inner, place)
        ),
        others=tuple(sorted(key for key, value in document.items() if value and key not in READ | SETTLED)),
    )
    if form.problems:
        raise DocumentError([(name, problem) for problem in form.problems])
    return found


def bodies(value: Any) -> list[Block]:  # noqa: ANN401  any JSON value
    """The blocks of one type, as far as they have the form of blocks."""
    return list(Form().blocks(value, ""))


def provider_name(provider: Json) -> str:
    """The name of a provider, which may be written as a reference."""
    text = provider if isinstance(provider, str) else ""
    return text[2:-1].strip() if text.startswith("${") and text.endswith("}") else text
