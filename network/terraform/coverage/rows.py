"""The form of the table: a row decides about arguments of a type, or about types.

A row names what it decides about in one text, with spaces between. An argument within blocks is a path with dots; a row
for a block decides about all that is in it and has no row of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

__all__ = [
    "ID",
    "IPV6",
    "TAGS",
    "About",
    "Kind",
    "Row",
    "Shape",
    "Status",
    "irrelevant",
    "kind",
    "placed",
    "read",
    "reported",
    "unmodelled",
    "unset",
]

Status = Literal["read", "irrelevant", "reported", "not modelled"]
About = Literal["", "names", "packets", "both", "IPv6", "addresses"]
"""What it may change. IPv6 is outside of what the trace says, and so are addresses that are added to a subnet: such a
resource is listed, and changes no verdict."""
Neutral = Callable[[Any], bool]
"""Whether an argument's value leaves names and packets as they are without it."""

META = frozenset(
    {
        "//",
        "address",
        "connection",
        "count",
        "depends_on",
        "for_each",
        "lifecycle",
        "provider",
        "provisioner",
        "timeouts",
    }
)
"""What a block may have that is no argument of its type; `address` is a plan's."""
OFF = frozenset({"false", "0"})
"""What Terraform shows of arguments that nobody set, beside nothing at all."""


def unset(value: Any) -> bool:  # noqa: ANN401  any value of an argument
    """Whether an argument has no value: Terraform shows it as null, or as an empty text, list or mapping."""
    return value is None or value in ("", [], {})


def _one_of(values: frozenset[str]) -> Neutral:
    def neutral(value: Any) -> bool:  # noqa: ANN401
        found = value if isinstance(value, list) else [value]
        return all(unset(each) or str(each).lower() in values for each in found)

    return neutral


@dataclass(frozen=True, slots=True)
class Row:
    """A decision about arguments or types, with the reason, or with what they do that is not modelled."""

    names: tuple[str, ...]
    status: Status
    reason: str = ""
    about: About = ""
    neutral: Neutral | None = None
    """Values of an argument for which the decision is as good as `irrelevant`, or `read`; None where all are."""
    usual: tuple[str, ...] = ()
    """The same, as a page lists them."""
    of: str = ""
    """The argument of a type that names what it changes; where it is empty, all that the resource names."""
    reach: Literal["named", "account", "organization"] = "named"
    """How far a type reaches that is not modelled."""

    @property
    def silent(self) -> bool:
        """Whether no value of the argument leaves anything open."""
        return self.neutral is None


def read(names: str, *, only: tuple[str, ...] = (), else_: str = "", about: About = "both") -> Row:
    """Arguments that the reader reads; `only` has the values that the trace knows, and `else_` says what others do."""
    neutral = _one_of(frozenset(each.lower() for each in only)) if only else None
    return Row(tuple(names.split()), "read", else_, about if only else "", neutral, only)


def irrelevant(reason: str, names: str) -> Row:
    """Arguments or types that change neither names nor packets."""
    return Row(tuple(names.split()), "irrelevant", reason)


def reported(names: str) -> Row:
    """Attributes that only AWS sets: what they say of other resources is read from those."""
    return Row(tuple(names.split()), "reported")


def unmodelled(
    does: str,
    names: str,
    about: About,
    *,
    usual: tuple[str, ...] = (),
    neutral: Neutral | None = None,
    of: str = "",
    reach: Literal["named", "account", "organization"] = "named",
) -> Row:
    """Arguments that may change names or packets, unless they have a usual value, or a neutral one; or such types."""
    test = neutral or _one_of(frozenset(each.lower() for each in usual) or OFF)
    return Row(tuple(names.split()), "not modelled", does, about, test, usual, of, reach)


def placed(reason: str, names: str) -> Row:
    """Types that change neither names nor packets, and have an address in each subnet that they name."""
    return Row(tuple(names.split()), "irrelevant", reason, "addresses")


ID = irrelevant("AWS's name for it", "id")
TAGS = irrelevant("labels", "tags tags_all")
IPV6 = "IPv6; the trace is about IPv4"


@dataclass(frozen=True)
class Shape:
    """The decisions about the arguments of a type, or of one of its blocks."""

    silent: frozenset[str]
    """Arguments that leave nothing open, whatever their value."""
    open: Mapping[str, Row]
    blocks: Mapping[str, Shape]

    @cached_property
    def quiet(self) -> bool:
        """Whether no argument in it, however deep, leaves anything open."""
        return not self.open and all(block.quiet for block in self.blocks.values())


@dataclass(frozen=True)
class Kind:
    """A type of which every argument has a row: those that are read, and a few others."""

    name: str
    rows: tuple[Row, ...]
    of: str = ""

    @cached_property
    def arguments(self) -> Mapping[str, Row]:
        """The row of each argument by its path, in the order of the alphabet."""
        found = {name: replace(row, names=(name,)) for row in self.rows for name in row.names}
        return MappingProxyType(dict(sorted(found.items())))

    @cached_property
    def shape(self) -> Shape:
        """The arguments as a tree."""
        shape = _shape(self.arguments)
        return replace(shape, silent=shape.silent | META)


def kind(names: str, *rows: Row, of: str = "") -> tuple[Kind, ...]:
    """Types of which every argument has a row; `of` is the argument that names what they belong to."""
    return tuple(Kind(name, rows, of) for name in names.split())


def _shape(rows: Mapping[str, Row]) -> Shape:
    inner: dict[str, dict[str, Row]] = {}
    for path, row in rows.items():
        first, _, rest = path.partition(".")
        if rest:
            inner.setdefault(first, {})[rest] = row
    own = {path: row for path, row in rows.items() if "." not in path and path not in inner}
    return Shape(
        frozenset(path for path, row in own.items() if row.silent),
        {path: row for path, row in own.items() if not row.silent},
        {name: _shape(within) for name, within in inner.items()},
    )
