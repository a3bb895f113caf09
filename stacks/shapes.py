"""Spokes of one shape: their stacks differ only in the values that are specific to each spoke.

Constructs make no decisions, so a value that they only pass on appears verbatim in the stack. With a mark in place of
each such value, one stack becomes a template from which the stacks of all spokes of the shape can be stamped without
CDKTF. A construct that inspects a mark instead of passing it on raises an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

from topology.design import Account, Forwarding, SpokeDesign, Subnet
from topology.names import STACK_TAG

__all__ = ["MarkInspectedError", "Shape", "Stamp", "marked", "shapes", "unnumbered"]

MARKS = re.compile(r"~\d+-(\d+)~")
"""A mark in text: the number of the shape and of the value. No text in a topology can contain a tilde."""
PLAIN = re.compile(r"[A-Za-z0-9_+=,.@:/-]+")
"""Text that needs no escaping in JSON and Terraform strings. Any other value is part of the shape."""

LOOKS = {"contains", "eq", "ge", "getitem", "gt", "hash", "iter", "le", "len", "lt", "mod", "mul", "ne", "rmul"}
"""The special methods that inspect a string; all methods without underscores are refused too."""


class MarkInspectedError(Exception):
    """A mark was compared, measured or sliced, which could have another result for another spoke."""


class Mark(str):
    """A placeholder for a value of a spoke. It can only be passed on and inserted into text."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True  # marked values are never empty


def _refuse(*_: object, **__: object) -> NoReturn:
    raise MarkInspectedError


for _name in [*(f"__{_name}__" for _name in LOOKS), *(_name for _name in vars(str) if not _name.startswith("_"))]:
    setattr(Mark, _name, _refuse)


@dataclass
class Shape:
    """Spokes whose designs are equal except for spoke-specific values."""

    template: SpokeDesign
    """The design that they share, with a mark in place of each such value."""
    spokes: list[SpokeDesign] = field(default_factory=list)
    values: list[list[str]] = field(default_factory=list)
    """The values of each spoke, in the order of the marks."""

    @property
    def sample(self) -> int:
        """The index of the spoke to compare: the one with the longest values, where truncation would show first."""
        return max(range(len(self.spokes)), key=lambda at: sum(map(len, self.values[at])))


def shapes(spokes: Iterable[SpokeDesign]) -> list[Shape]:
    """The shapes of spokes, in the order of their first spokes. Each template has a unique stack name.

    Shapes are distinguished by the whole design with marks in it. So any new field of a design is part of the shape
    until `marked` replaces it with a mark.
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
    """A spoke with a mark in place of each spoke-specific value, and these values in the order of the marks.

    Specific to a spoke are its name, account and ranges, and anything named after them. No construct may use one in an
    id, for ordering or in a condition.
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
        stack=str(mark(spoke.stack)),  # the stack's id, which is used for lookups
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


def unnumbered(text: str) -> str:
    """Text with marks, without the number of the shape, which depends on the other spokes."""
    return MARKS.sub(r"~\1~", text)


class Stamp:
    """Text with marks, into which the values of any spoke of the shape can be inserted."""

    def __init__(self, text: str) -> None:
        self._parts = MARKS.split(text)
        self._marks = [int(number) for number in self._parts[1::2]]

    def of(self, values: Sequence[str]) -> str:
        """The text with values in place of the marks."""
        parts = self._parts.copy()
        parts[1::2] = [values[number] for number in self._marks]
        return "".join(parts)
