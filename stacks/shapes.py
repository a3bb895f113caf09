"""Spokes of one shape: their stacks differ in the values that are a spoke's own, and in nothing else.

A construct makes no decision, so a value that it only hands on shows up in the stack as it is. With a mark in the place
of each such value a stack becomes a stamp, from which the stacks of all spokes of the shape can be made without CDKTF.
A construct that looks at a mark, rather than hand it on, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from topology.design import Account, Forwarding, SpokeDesign, Subnet
from topology.names import STACK_TAG

__all__ = ["LookedAtError", "Shape", "Stamp", "marked", "shapes"]

MARKS = re.compile(r"~\d+-(\d+)~")
"""What stands for a value: the shape's number and the value's. No text of a topology can hold a tilde."""
PLAIN = re.compile(r"[A-Za-z0-9_+=,.@:/-]+")
"""Text that is written to JSON, and to a Terraform string, as it is. Any other value is part of the shape."""

LOOKS = {"contains", "eq", "ge", "getitem", "gt", "hash", "iter", "le", "len", "lt", "mod", "mul", "ne", "rmul"}
"""What Python calls to look at a text; the methods that are called by name are all refused."""


class LookedAtError(Exception):
    """A mark was compared, measured or cut, which may come out otherwise for another spoke."""


class Mark(str):
    """Stands for a value of a spoke. It can be handed on and put into a text, and nothing else."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True  # no value that is marked is empty


def _refuse(*_: object, **__: object) -> NoReturn:
    raise LookedAtError


for _name in [*(f"__{_name}__" for _name in LOOKS), *(_name for _name in vars(str) if not _name.startswith("_"))]:
    setattr(Mark, _name, _refuse)


@dataclass
class Shape:
    """Spokes whose designs are equal but for the values that are their own."""

    template: SpokeDesign
    """The design that they share, with a mark in the place of each such value."""
    spokes: list[SpokeDesign] = field(default_factory=list)
    values: list[list[str]] = field(default_factory=list)
    """The values of each spoke, in the order of the marks."""

    @property
    def sample(self) -> int:
        """Which spoke is compared: the one with the most text of its own, since what is cut is cut there first."""
        return max(range(len(self.spokes)), key=lambda at: sum(map(len, self.values[at])))


def shapes(spokes: Iterable[SpokeDesign]) -> list[Shape]:
    """The shapes of spokes, in the order of their first spokes. Templates have stack names that no other has.

    What tells shapes apart is the whole design with marks in it. So whatever is added to a design is a difference of
    shape, until `marked` puts a mark in its place.
    """
    found: dict[str, Shape] = {}
    for spoke in spokes:
        template, values = marked(spoke)
        key = repr(template)
        if key not in found:
            found[key] = Shape(marked(spoke, len(found))[0])
        found[key].spokes.append(spoke)
        found[key].values.append(values)
    return list(found.values())


def marked(spoke: SpokeDesign, shape: int = 0) -> tuple[SpokeDesign, list[str]]:
    """A spoke with a mark in the place of each value that is its own, and these values in the order of the marks.

    Its own are its name, account and ranges, and what is named after them. No construct may use one in an id, in an
    order or in a condition.
    """
    values: list[str] = []

    def mark(value: str) -> str:
        if not PLAIN.fullmatch(value):
            return value
        values.append(value)
        return Mark(f"~{shape}-{len(values) - 1}~")

    def mark_any(value: str | None) -> str | None:
        return None if value is None else mark(value)

    def tags(own: Account) -> dict[str, str]:
        return {key: mark(text) if key == STACK_TAG else text for key, text in own.tags.items()}

    def subnets(own: Iterable[Subnet]) -> tuple[Subnet, ...]:
        return tuple(replace(subnet, cidr=mark(subnet.cidr)) for subnet in own)

    def named(own: Iterable[Forwarding]) -> tuple[Forwarding, ...]:
        return tuple(replace(rule, name=mark(rule.name)) for rule in own)

    account, vpc = spoke.account, spoke.vpc
    template = replace(
        spoke,
        name=mark(spoke.name),
        stack=str(mark(spoke.stack)),  # the id of the stack, by which others look it up
        account=replace(
            account,
            id=mark(account.id),
            role_arn=mark_any(account.role_arn),
            external_id=mark_any(account.external_id),
            tags=tags(account),
        ),
        wiring=replace(spoke.wiring, tags=tags(spoke.wiring)),
        backend=replace(spoke.backend, key=mark(spoke.backend.key)),
        vpc=replace(
            vpc,
            name=mark(vpc.name),
            cidr=mark(vpc.cidr),
            subnets=subnets(vpc.subnets),
            attachment_subnets=subnets(vpc.attachment_subnets),
        ),
        dns=replace(spoke.dns, rules=named(spoke.dns.rules), exemptions=named(spoke.dns.exemptions)),
    )
    return template, values


class Stamp:
    """Text with marks in it, ready to take the values of any spoke of the shape."""

    def __init__(self, text: str) -> None:
        self._parts = MARKS.split(text)
        self._marks = [int(number) for number in self._parts[1::2]]

    def of(self, values: Sequence[str]) -> str:
        """The text with the values in the places of their marks."""
        parts = self._parts.copy()
        parts[1::2] = [values[number] for number in self._marks]
        return "".join(parts)
