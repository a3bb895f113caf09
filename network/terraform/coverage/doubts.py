"""What a resource leaves open: each of its arguments that is not modelled and set, or its type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from network.model import Doubt, Owner, Unknown
from network.terraform.coverage.rows import META, OFF, Kind, Row, Shape, unset
from network.terraform.coverage.table import decision

if TYPE_CHECKING:
    from network.terraform.documents import Resource

__all__ = ["doubts_of"]

ADDRESS = re.compile(r"[^:]+: (?:module\..+\.)?[a-z0-9]+_\w+\..+|arn:.+|[a-z]+(?:-[a-z]+)*-[0-9a-f]+", re.DOTALL)
"""What names a resource: an address, an ARN or an id."""
PLACE = re.compile(r"attachment|endpoint|gateway|group|interface|network|resource|subnet|table|vpc|zone")
"""Words in the names of arguments that say where in a network a resource has its effect."""
SUBNETS = re.compile(r"[^:]+: (?:module\..+\.)?aws_(?:default_)?subnet\.|subnet-[0-9a-f]|arn:.+:subnet/")
"""What names a subnet."""
LONG = 40


def doubts_of(resource: Resource) -> Iterable[Doubt]:
    """What the table leaves open of a resource; nothing of most."""
    decided = decision(resource.kind)
    if isinstance(decided, Kind):
        shape = decided.shape
        if shape.silent.issuperset(resource.raw):
            return ()
        return tuple(_of_arguments(resource, decided))
    if decided.status == "irrelevant":
        return tuple(_of_place(resource, decided)) if decided.about else ()
    return (_doubt(resource, decided, f"is of a type that is not modelled: {decided.reason}", decided.of),)


def _of_arguments(resource: Resource, kind: Kind) -> Iterator[Doubt]:
    for path, row, value in _open(kind.shape, resource.raw, resource):
        if path == "region" and value == resource.owner.region:
            continue  # newer providers take a region with each resource, and a state shows it
        yield _doubt(resource, row, _sets(path, value, row), kind.of)


def _open(
    shape: Shape, given: Mapping[str, Any], resource: Resource | None, at: str = ""
) -> Iterator[tuple[str, Row, Any]]:
    """The arguments that are set and not modelled, with their rows and values; those of blocks are values already."""
    for name in (name for name in given if name not in shape.silent):
        row = shape.open.get(name, NEW)
        block = shape.blocks.get(name)
        if block is not None and block.quiet and _only(block, given[name]):
            continue
        value = resource.get(name) if resource is not None else given[name]
        if block is None:
            if not unset(value) and (isinstance(value, Unknown) or row.neutral is None or not row.neutral(value)):
                yield at + name, row, value
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping):
                yield from _open(block, each, None, f"{at}{name}.")
            elif isinstance(each, Unknown) and not block.quiet:
                yield at + name, next(iter(block.open.values()), NEW), each


def _only(shape: Shape, value: Any) -> bool:  # noqa: ANN401  any value of an argument
    """Whether blocks have, at first sight, no argument but those that leave nothing open."""
    return all(
        isinstance(each, Mapping) and shape.silent.issuperset(each)
        for each in (value if isinstance(value, list) else [value])
    )


def _sets(path: str, value: Any, row: Row) -> str:  # noqa: ANN401  any value of an argument
    text = str(value).lower() if isinstance(value, bool) else str(value)
    short = not isinstance(value, (dict, list)) and len(text) < LONG
    shown = f"to what is {value}" if isinstance(value, Unknown) else f"to {text}" if short else ""
    return f"{' '.join(part for part in ('sets', path, shown) if part)}, which is not modelled: {row.reason}"


def _of_place(resource: Resource, row: Row) -> Iterator[Doubt]:
    """A resource with an address in a subnet: it is listed, since a spoke may reach it in a hub."""
    texts = [(name, text) for name in resource.raw for text in _texts(resource.get(name))]
    if any("subnet" in name if isinstance(text, Unknown) else SUBNETS.match(text) for name, text in texts):
        yield _doubt(resource, row, "has an address in a subnet, and what it does there is not modelled", "")


def _doubt(resource: Resource, row: Row, why: str, of: str) -> Doubt:
    """A doubt about the resource, or about what it belongs to where that is known."""
    whole = resource.get(of) if of else None
    part = whole if isinstance(whole, str) and ADDRESS.fullmatch(whole) else ""
    owner = resource.owner if row.reach != "organization" else EVERYWHERE
    names = () if row.reach != "named" else _names(resource)
    return Doubt(resource.address, why, owner, names, row.about, part)


EVERYWHERE = Owner(Unknown("every account of the organization"), Unknown("every region"))
NEW = Row((), "not modelled", "the table does not have it", "both", lambda value: str(value).lower() in OFF)
"""What holds for an argument that a newer provider has."""


def _names(resource: Resource) -> tuple[str, ...]:
    """The addresses and ids of what a resource names, or none where one that may matter is not known."""
    found: dict[str, None] = {}
    for name in resource.raw:
        if name in META or name.startswith("tags"):
            continue
        for text in _texts(resource.get(name)):
            if isinstance(text, Unknown) and PLACE.search(name):
                return ()
            if isinstance(text, str) and ADDRESS.fullmatch(text) and text != resource.address:
                found[text] = None
    return tuple(found)


def _texts(value: Any) -> Iterator[str | Unknown]:  # noqa: ANN401  any value of an argument
    if isinstance(value, (str, Unknown)):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
