"""Types of networks, addresses and ASNs in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from findings import codes
from topology.models.refusal import RefusedValue
from topology.problems import shortened

__all__ = ["Address", "Asn", "Number", "PoolCidr", "SubnetCidr", "VpcCidr"]


def _network(value: str, least: int, most: int) -> IPv4Network:
    try:
        network = IPv4Network(value, strict=False)
    except ValueError:
        raise RefusedValue(
            f'"{shortened(value)}" is not an IPv4 network such as 10.0.4.0/24', code=codes.INVALID_RANGE
        ) from None
    address, slash, length = value.partition("/")
    if not slash:
        raise RefusedValue(
            f'"{value}" has no prefix length', f"write {value}/24 or another length", code=codes.INVALID_RANGE
        )
    if "." in length:
        raise RefusedValue(f'"{value}" has a netmask', f"write {network}", code=codes.INVALID_RANGE)
    if length != str(network.prefixlen):  # Python's own reader takes /024, and AWS does not
        raise RefusedValue(
            f'"{value}" has zeros before its prefix length', f"write {network}", code=codes.INVALID_RANGE
        )
    if str(network.network_address) != address:
        raise RefusedValue(f'"{value}" has host bits set', f"the network is {network}", code=codes.INVALID_RANGE)
    if not least <= network.prefixlen <= most:
        raise RefusedValue(
            f'"{value}" is a /{network.prefixlen}', f"it has to be from /{least} to /{most}", code=codes.INVALID_RANGE
        )
    if network.is_loopback or network.is_multicast or network.is_link_local or network.is_reserved or value[0] == "0":
        raise RefusedValue(
            f'"{value}" is a range that no VPC can use',
            "take private ranges such as 10.0.0.0/8",
            code=codes.INVALID_RANGE,
        )
    return network


def _address(value: str) -> IPv4Address:
    try:
        return IPv4Address(value)
    except ValueError:
        raise RefusedValue(
            f'"{shortened(value)}" is not an IPv4 address such as 10.0.0.53', code=codes.INVALID_ADDRESS
        ) from None


def _number(value: object) -> object:
    """Read decimal digits and nothing else: `6_4512` and `0123` are numbers to some readers of YAML and not to others.

    18 digits are more than any number of a topology has, and few enough for every reader of JSON.
    """
    return int(value) if isinstance(value, str) and re.fullmatch(r"0|[1-9]\d{0,17}", value, re.ASCII) else value


CIDR_PATTERN = r"^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$"


@dataclass(frozen=True)
class Block:
    """Annotates a network: a CIDR block without host bits, of a size from /`least` to /`most`."""

    least: int
    most: int
    example: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the block before pydantic does, whose message would name neither the network nor the size."""
        return no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give editors a pattern."""
        return {"type": "string", "pattern": CIDR_PATTERN, "examples": [self.example]}

    def _read(self, value: object) -> object:
        return _network(value, self.least, self.most) if isinstance(value, str) else value


# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
VpcCidr = Annotated[IPv4Network, Block(16, 28, "10.0.4.0/24")]
SubnetCidr = Annotated[IPv4Network, Block(16, 28, "10.0.4.0/26")]
PoolCidr = Annotated[IPv4Network, Block(8, 28, "10.0.4.0/22")]
Address = Annotated[
    IPv4Address,
    BeforeValidator(lambda value: _address(value) if isinstance(value, str) else value),
    WithJsonSchema({"type": "string", "format": "ipv4", "examples": ["10.0.0.53"]}),
]


def _asn(value: int) -> int:
    # https://docs.aws.amazon.com/vpc/latest/tgw/tgw-transit-gateways.html
    if not (64512 <= value <= 65534 or 4200000000 <= value <= 4294967294):  # noqa: PLR2004  the page's figures
        raise RefusedValue(f"{value} is not a private ASN: 64512 to 65534, or 4200000000 to 4294967294")
    return value


Number = Annotated[int, Field(strict=True, ge=1), BeforeValidator(_number)]
Asn = Annotated[int, Field(strict=True), BeforeValidator(_number), AfterValidator(_asn)]
