"""Writes the tables of docs/reference/topology.md from the models of the topology: `make reference`.

The part between the two marks is replaced; the rest of the page is written by hand.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from topology import models
from topology.models import Accepted, Hub, Organization, Section, ServiceOptions, Spoke, State, TestInstance, Topology

__all__ = ["PAGE", "reference"]

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "topology.md"
BEGIN, END = "<!-- begin: written by make reference -->\n", "<!-- end: written by make reference -->\n"

MEANINGS = models.meanings()

SECTIONS: tuple[tuple[type[Section], str], ...] = (
    (Topology, "The file"),
    (Organization, "`organization`"),
    (State, "`state`"),
    (Hub, "`hubs.NAME`"),
    (ServiceOptions, "`hubs.NAME.services.KEY`"),
    (Spoke, "`spokes.NAME`"),
    (TestInstance, "`spokes.NAME.test_instance`"),
    (Accepted, "`accept[]`"),
)
"""The sections in the order of the file, with the place of each."""

MATCHED: tuple[tuple[Any, str], ...] = (
    (models.Name, "name"),
    (models.AccountId, "account id"),
    (models.OrganizationId, "organization id"),
    (models.Role, "role"),
    (models.ExternalId, "external id"),
    (models.Bucket, "bucket"),
    (models.Prefix, "key prefix"),
    (models.KmsKey, "KMS key"),
    (models.ParameterName, "parameter"),
    (models.InstanceType, "instance type"),
    (models.LocalName, "local name"),
    (models.ResourceAddress, "resource"),
    (models.Reason, "reason"),
)
"""Types of text, by the pattern that they match."""

OTHERS: tuple[tuple[Any, str, str, str], ...] = (
    (models.VpcCidr, "VPC range", "an IPv4 network from /16 to /28 without host bits", "10.0.4.0/24"),
    (models.SubnetCidr, "subnet range", "an IPv4 network from /16 to /28 without host bits", "10.0.4.0/26"),
    (models.PoolCidr, "pool", "an IPv4 network from /8 to /28 without host bits", "10.0.4.0/22"),
    (models.Address, "address", "an IPv4 address", "10.0.0.53"),
    (models.Region, "region", "a region of the `aws` partition", "us-east-1"),
    (models.ZoneId, "AZ id", "the id of a zone, which means the same in every account; not its name", "use1-az1"),
    (models.Boolean, "boolean", "`true` or `false`, and no other word", "true"),
)
"""Types that are not plain patterns: name, description, example."""

FORMS: tuple[tuple[Any, str], ...] = (
    (models.Zones, "list of AZ ids and `~`"),
    (models.Services, "list of service keys, or mapping of service keys to options"),
    (models.Segments, "`segmented`, `flat`, or mapping of names to lists of names"),
    (TestInstance | None, "`true`, `false` or mapping"),
    (dict[str, str], "mapping of text to text"),
)
"""Values with more than one form."""


def reference(page: str) -> str:
    """The page with its tables regenerated."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks its marks: {BEGIN.strip()} and {END.strip()}")
    tables = [*(_section(model, title) for model, title in SECTIONS), _types()]
    return before + begin + "\n" + "\n".join(tables) + "\n" + end + after


def _section(model: type[Section], title: str) -> str:
    hints = get_type_hints(model, include_extras=True)
    rows = [
        (f"`{key}`", _type(hints[key]), *_default_and_meaning(field, MEANINGS[model.__name__, key]))
        for key, field in model.model_fields.items()
    ]
    return f"### {title}\n{_flat(model.__doc__)}\n\n" + _table(("key", "type", "default", "meaning"), rows)


def _types() -> str:
    matched = []
    for hint, name in MATCHED:
        pattern = next(part for part in get_args(hint) if isinstance(part, models.Matching))
        what = pattern.what.partition(": ")[2] or pattern.what
        matched.append((name, what, f"`{pattern.example}`"))
    others = [(name, what, f"`{example}`") for _, name, what, example in OTHERS]
    return "### Types\n" + _table(("type", "what", "example"), [*matched, *others])


def _type(hint: Any) -> str:  # noqa: ANN401  any annotation of a model
    """A type in words."""
    origin, arguments = get_origin(hint), get_args(hint)
    for known, name, *_ in (*MATCHED, *OTHERS, *FORMS):
        if hint == known:
            return name
    if origin in (Annotated, Union, types.UnionType):
        return _type(next(part for part in arguments if part is not type(None)))
    if origin in (list, dict):
        return ("list" if origin is list else "mapping") + f" of {' to '.join(map(_plural, arguments))}"
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if isinstance(hint, type) and issubclass(hint, (int, Section)):
        return "number" if hint is int else "mapping"
    raise TypeError(f"a type without a description: {hint}; add one in {Path(__file__).name}")


def _plural(hint: Any) -> str:  # noqa: ANN401  any annotation of a model
    word = _type(hint)
    return word if word.endswith("`") else f"{word}es" if word.endswith("s") else f"{word}s"


def _default_and_meaning(field: FieldInfo, text: str) -> tuple[str, str]:
    """The default, and the meaning without it if the default is only in the text."""
    meaning = _flat(text)
    if field.is_required():
        return "required", meaning
    if field.default is None or field.default is PydanticUndefined:
        before, _, after = meaning.partition("Default: ")
        return after.rstrip(".") or "none", before.strip()
    return f"`{_yaml(field.default)}`", meaning


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def main() -> None:
    """Write the page."""
    PAGE.write_text(reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
