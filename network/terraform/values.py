"""What an attribute says, in the types of the model. What it does not say is `Unknown`, never a guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from network.model import Prefix, Unknown
from network.terraform.documents import Resource
from network.terraform.expressions import Json

__all__ = [
    "as_address",
    "as_flag",
    "as_list",
    "as_number",
    "as_optional",
    "as_prefix",
    "as_text",
    "as_texts",
    "fields_of",
    "is_ipv6",
    "name_of",
]


def as_text(value: Json) -> str | Unknown:
    """A text; a number is written out."""
    if isinstance(value, (str, Unknown)):
        return value
    if value is None or isinstance(value, (list, dict)):
        return Unknown("not set" if value is None else f"not a text: {value}")
    return str(value)


def as_optional(value: Json) -> str | Unknown | None:
    """A text, or None where there is none: Terraform writes an empty one for what is not set."""
    return None if value is None or value == "" else as_text(value)


def as_flag(value: Json, default: bool) -> bool | Unknown:  # noqa: FBT001  a value, not a switch
    """A switch, which some resources write as `enable` and `disable`."""
    if isinstance(value, (bool, Unknown)):
        return value
    return default if value is None else SWITCHES.get(str(value).lower(), Unknown(f"not a switch: {value}"))


SWITCHES = {"true": True, "false": False, "enable": True, "disable": False}


def as_number(value: Json, default: int) -> int | Unknown:
    """A whole number, which may be written as a text."""
    if value is None or isinstance(value, Unknown):
        return default if value is None else value
    whole = isinstance(value, (int, str)) and not isinstance(value, bool) and WHOLE.fullmatch(str(value))
    return int(value) if whole else Unknown(f"not a whole number: {value}")


WHOLE = re.compile(r"-?[0-9]{1,9}")


def as_prefix(value: Json) -> Prefix | Unknown:
    """An IPv4 range."""
    if isinstance(value, Unknown):
        return value
    if not isinstance(value, str):
        return Unknown(f"not an IPv4 range: {value}")
    try:
        return IPv4Network(value)
    except (AddressValueError, NetmaskValueError, ValueError):
        return Unknown(value)


def is_ipv6(value: Json) -> bool:
    """Whether a range is known to be one of IPv6."""
    return isinstance(value, str) and ":" in value


def as_address(value: Json) -> IPv4Address | Unknown | None:
    """An IPv4 address, or None where there is none: Terraform writes an empty text for what is not set."""
    if value is None or value == "" or isinstance(value, Unknown):
        return None if value == "" else value
    try:
        return IPv4Address(value) if isinstance(value, str) else Unknown(f"not an address: {value}")
    except AddressValueError:
        return Unknown(str(value))


def as_list(value: Json) -> tuple[Json, ...]:
    """The entries of a list without those that are null; one value is a list of one."""
    if value is None:
        return ()
    return tuple(each for each in value if each is not None) if isinstance(value, list) else (value,)


def as_texts(value: Json) -> tuple[str | Unknown, ...]:
    """The texts of a list."""
    return tuple(as_text(each) for each in as_list(value))


def fields_of(block: Json) -> Callable[[str], Json]:
    """Reads the fields of a block. Of one that is not known, no field is."""
    if isinstance(block, Mapping):
        return block.get
    unknown = block if isinstance(block, Unknown) else Unknown(f"not a block: {block}")
    return lambda _: unknown


def name_of(resource: Resource) -> str:
    """The `Name` tag, or else the address."""
    tags = resource.raw.get("tags")
    name = tags.get("Name") if isinstance(tags, Mapping) else None
    return name if isinstance(name, str) and "${" not in name else resource.address
