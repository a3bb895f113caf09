"""What the reader does with a field of AWS's answers: the types of which the tables of this package are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from network.model import Owner
from network.policies import allows_everything

__all__ = [
    "EVERYWHERE",
    "FULL_ACCESS",
    "OFF",
    "Default",
    "Field",
    "Rows",
    "Use",
    "below",
    "irrelevant",
    "not_modelled",
    "read",
    "rows",
]


class Use(Enum):
    """What becomes of a field."""

    READ = "read"
    IRRELEVANT = "irrelevant"
    """It changes neither names nor packets."""
    NOT_MODELLED = "not modelled"
    """Set to anything but a neutral value, it leaves open what it may change."""


@dataclass(frozen=True, slots=True)
class Default:
    """A neutral value that no constant says."""

    text: str
    """In words."""
    matches: Callable[[object, Owner], bool]
    """Whether a value in a file of an account and region is it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field, by its dotted path within an item (lists count as their items), with everything below it."""

    path: str
    """Empty for the item as a whole."""
    use: Use
    why: str = ""
    about: str = "both"
    """What it may change, of a field that is not modelled: `names`, `packets` or `both`."""
    neutral: tuple[object, ...] = ()
    """Values, besides empty ones, with which it changes nothing."""

    def is_neutral(self, value: object, place: Owner) -> bool:
        """Whether the field changes nothing with a value, in a file of an account and region."""
        return any(each.matches(value, place) if isinstance(each, Default) else each == value for each in self.neutral)


def read(paths: str) -> tuple[Field, ...]:
    """Fields that the reader takes into account."""
    return tuple(Field(path, Use.READ) for path in paths.split())


def irrelevant(why: str, paths: str = "") -> tuple[Field, ...]:
    """Fields that change neither names nor packets, and why; without paths, all of an item."""
    return tuple(Field(path, Use.IRRELEVANT, why) for path in paths.split() or ("",))


def not_modelled(about: str, why: str, paths: str, *neutral: object) -> tuple[Field, ...]:
    """Fields that leave open what they may change, with the values that change nothing."""
    return tuple(Field(path, Use.NOT_MODELLED, why, about, neutral) for path in paths.split())


def below(name: str, paths: str) -> str:
    """Paths below another."""
    return " ".join(f"{name}.{path}" for path in paths.split())


# Rules for every file --------------------------------------------------------------------------------------------

TAGS = "Tags TagSet tags"
PAGES = (
    "NextToken nextToken MaxResults MaxItems Marker NextMarker IsTruncated NextRecordName NextRecordType"
    " NextRecordIdentifier ResponseMetadata"
)
TIMES = "CreationTimestamp CreationTime ModificationTime creationTime lastUpdatedTime AttachTime"
TEXTS = "Description StatusMessage statusMessage StateMessage"
EVERYWHERE: Mapping[str, Field] = {
    field.path: field
    for field in (
        *read(TAGS),
        *irrelevant("how an answer was split into pages; one that was cut is refused", PAGES),
        *irrelevant("when something happened", TIMES),
        *irrelevant("a text for people", TEXTS),
    )
}
"""Fields of one meaning wherever they are, by their names."""


# Neutral values --------------------------------------------------------------------------------------------------


OFF = False
"""A switch that is off."""
FULL_ACCESS = Default("AWS's default policy, which allows everything", lambda value, _: allows_everything(value))


# By path ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rows:
    """The fields of an item by their names."""

    settled: frozenset[str]
    """Those that are read or irrelevant, with everything below them."""
    others: Mapping[str, Field | Rows]
    """Those that are not modelled, and those that have fields of their own."""

    def without(self, name: str) -> Rows:
        """These, with one more that there is nothing to say about."""
        return Rows(self.settled | {name}, {key: row for key, row in self.others.items() if key != name})

    def below(self, name: str) -> Rows:
        """The fields of a field."""
        found = self.others[name]
        if isinstance(found, Field):
            raise TypeError(f"{name} has no fields")
        return found


def rows(fields: Iterable[Field]) -> Rows:
    """Fields as a tree, in which those that hold everywhere are at every level."""
    named: dict[str, list[Field]] = {}
    for field in fields:
        name, _, rest = field.path.partition(".")
        named.setdefault(name, []).append(replace(field, path=rest))
    tree = {name: found[0] if not found[0].path else rows(found) for name, found in named.items()}
    settled = {name for name, row in tree.items() if isinstance(row, Field) and row.use is not Use.NOT_MODELLED}
    return Rows(
        frozenset(EVERYWHERE.keys() - tree.keys() | settled),
        {name: row for name, row in tree.items() if name not in settled},
    )
