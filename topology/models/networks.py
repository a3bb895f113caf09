"""Types of networks, addresses and ASNs in the file."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from findings import codes
from topology.models.invalid import InvalidError

__all__ = ["Address", "Asn", "PoolCidr", "SubnetCidr", "VpcCidr"]


def _network(value: str, least: int, most: int) -> IPv4Network:
    try:
        network = IPv4Network(value, strict=False)
    except ValueError:
        raise InvalidError(codes.INVALID_RANGE, f'"{value[:80]}" is not an IPv4 network such as 10.0.4.0/24') from None
    if "/" not in value:
        raise InvalidError(codes.INVALID_RANGE, f'"{value}" has no prefix length; write {value}/24 or another length')
    if "." in value.partition("/")[2]:
        raise InvalidError(codes.INVALID_RANGE, f'"{value}" has a netmask; write {network}')
    if str(network.network_address) != value.partition("/")[0]:
        raise InvalidError(codes.INVALID_RANGE, f'"{value}" has host bits set; the network is {network}')
    if not least <= network.prefixlen <= most:
        raise InvalidError(
            codes.INVALID_RANGE, f'"{value}" is a /{network.prefixlen}; it has to be from /{least} to /{most}'
        )
    if network.is_loopback or network.is_multicast or network.is_link_local or network.is_reserved or value[0] == "0":
        raise InvalidError(
            codes.INVALID_RANGE, f'"{value}" is a range that no VPC can use; take private ranges such as 10.0.0.0/8'
        )
    return network


def _address(value: str) -> IPv4Address:
    try:
        return IPv4Address(value)
    except ValueError:
        raise InvalidError(codes.INVALID_ADDRESS, f'"{value[:80]}" is not an IPv4 address such as 10.0.0.53') from None


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
        raise ValueError(f"{value} is not a private ASN: 64512 to 65534, or 4200000000 to 4294967294")
    return value


Asn = Annotated[int, AfterValidator(_asn)]
