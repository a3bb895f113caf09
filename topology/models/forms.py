"""Values that the file may write in more than one form: lists and mappings of services, presets, switches."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from findings import codes
from topology.models.refusal import RefusedValue
from topology.models.texts import Name, ZoneId
from topology.problems import shortened

__all__ = ["PRESETS", "Boolean", "Segments", "Zones", "read_services", "read_switch"]


def read_services(value: Any) -> Any:  # noqa: ANN401  whatever the file holds
    """Read `[kms, ssm]` as `{kms: {}, ssm: {}}`, and an empty value as no options."""
    if isinstance(value, list):
        for index, key in enumerate(value):
            if not isinstance(key, str):
                raise RefusedValue(*_no_key(key), at=(index,))
        twice = [key for key, count in Counter(value).items() if count > 1]
        if twice:
            raise RefusedValue(
                f"{shortened(', '.join(sorted(twice)))} is listed twice", "keep one", code=codes.LISTED_TWICE
            )
        return {key: {} for key in value}
    if isinstance(value, dict):
        return {key: {} if options is None else options for key, options in value.items()}
    return value


def _no_key(value: object) -> tuple[str, str]:
    """What is wrong with an entry of a list of services, and the fix."""
    if value is None:
        return "expected the key of a service, found nothing", "take the entry out"
    found = "a mapping" if isinstance(value, dict) else "a list"
    return f"expected the key of a service, found {found}", "write a mapping of keys, where one has options"


def _segments(value: Any) -> Any:  # noqa: ANN401  whatever the file holds
    """Read a preset as the segments that it stands for, and an empty value as a list of none."""
    if isinstance(value, str):
        if value not in PRESETS:
            raise RefusedValue(
                f'"{shortened(value)}" is not a preset', "write segmented, flat, or a mapping of segments"
            )
        return PRESETS[value]
    if isinstance(value, dict):
        return {key: [] if reaches is None else reaches for key, reaches in value.items()}
    return value


def _boolean(value: object) -> object:
    """Read YAML 1.2's two words, and no others: `yes` and `on` mean something else to other readers of the file."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def read_switch(value: Any) -> Any:  # noqa: ANN401  whatever the file holds
    """Read `true` as all defaults and `false` as absence."""
    return {"true": {}, "false": None}.get(value, value) if isinstance(value, str) else value


# The two presets have a segment of the same name, so that a change from one to the other adds and removes
# propagations and keeps every table.
PRESETS: dict[str, dict[str, list[str]]] = {"segmented": {"spokes": []}, "flat": {"spokes": ["spokes"]}}

Boolean = Annotated[
    bool,
    BeforeValidator(_boolean),
    Field(strict=True),
]
Zones = Annotated[list[ZoneId | None], Field(min_length=1, max_length=15, examples=[["use1-az1", "use1-az2"]])]
Segments = Annotated[dict[Name, list[Name]], BeforeValidator(_segments), Field(min_length=1)]
