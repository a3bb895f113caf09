"""Other legal values for an argument: booleans flipped, numbers and ranges changed, references pointed elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from tests.planted.schema import Argument
from tests.planted.sound import Block, Sound

__all__ = ["ELSEWHERE", "FOREIGN", "others"]

Json = Any
REFERENCE = re.compile(r"\$\{([a-z0-9_]+)\.([\w-]+)\.(\w+)\}")
IN_CONTRACT = re.compile(r"(\$\{local\.[\w-]+\.(?:tables|rules)\[\")[^\"]+(\"\]\})")
ELSEWHERE = ("192.168.77.0/24", "172.31.0.0/16", "100.64.0.0/16", "0.0.0.0/0")
"""Ranges that no topology here has, and all of IPv4."""
FOREIGN = "555555555555"
"""An account that is in no topology here."""
ACCOUNTS = f"arn:aws:organizations::{FOREIGN}:organization/o-otherorg111"
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}
)
KNOWN: Mapping[str, tuple[Json, ...]] = {
    "appliance_mode_support": ("enable", "disable"),
    "auto_accept_shared_attachments": ("enable", "disable"),
    "availability_zone_id": ("use1-az1", "use1-az2", "use1-az6", "euw1-az1", "euw1-az2"),
    "default_route_table_association": ("enable", "disable"),
    "default_route_table_propagation": ("enable", "disable"),
    "direction": ("INBOUND", "OUTBOUND", "INBOUND_DELEGATION"),
    "dns_record_ip_type": ("ipv4", "ipv6", "dualstack", "service-defined"),
    "dns_support": ("enable", "disable"),
    "domain_name": ("example.com", "kms.us-east-1.amazonaws.com", "amazonaws.com", "."),
    "effect": ("Deny",),
    "hostname_type": ("ip-name", "resource-name"),
    "http_endpoint": ("enabled", "disabled"),
    "http_tokens": ("optional", "required"),
    "instance_tenancy": ("dedicated", "default"),
    "instance_type": ("t3.micro", "t3.small"),
    "ip_address_type": ("ipv4", "ipv6", "dualstack"),
    "ip_protocol": ("tcp", "udp", "icmp", "-1"),
    "ipv6_support": ("enable", "disable"),
    "multicast_support": ("disable",),
    "policy": (POLICY,),
    "principal": (ACCOUNTS, FOREIGN, "222222222222", "111111111111"),
    "private_dns_hostname_type_on_launch": ("resource-name", "ip-name"),
    "protocol": ("Do53", "DoH"),
    "protocols": (["Do53"], ["DoH"], ["Do53", "DoH"]),
    "resolver_endpoint_type": ("IPV4", "IPV6", "DUALSTACK"),
    "rule_type": ("FORWARD", "SYSTEM", "RECURSIVE", "DELEGATE"),
    "security_group_referencing_support": ("enable", "disable"),
    "tenancy": ("dedicated", "default"),
    "vpc_endpoint_type": ("Interface", "Gateway", "GatewayLoadBalancer"),
    "vpn_ecmp_support": ("enable", "disable"),
}
"""Values of arguments that take one of a few, from the provider's documentation."""
IDENTITIES: Mapping[str, str] = {
    "carrier_gateway_id": "cagw-0123456789abcdef0",
    "destination_prefix_list_id": "pl-0123456789abcdef0",
    "egress_only_gateway_id": "eigw-0123456789abcdef0",
    "gateway_id": "igw-0123456789abcdef0",
    "local_gateway_id": "lgw-0123456789abcdef0",
    "nat_gateway_id": "nat-0123456789abcdef0",
    "network_interface_id": "eni-0123456789abcdef0",
    "prefix_list_id": "pl-0123456789abcdef0",
    "referenced_security_group_id": "sg-0123456789abcdef0",
    "transit_gateway_id": "tgw-0123456789abcdef0",
    "vpc_endpoint_id": "vpce-0123456789abcdef0",
    "vpc_peering_connection_id": "pcx-0123456789abcdef0",
    "subnet_id": "subnet-0123456789abcdef0",
    "vpc_id": "vpc-0123456789abcdef0",
    "route_table_id": "rtb-0123456789abcdef0",
}
"""An id of the right form, of something that is nowhere here."""
SEVERAL = {"list", "set"}


def others(sound: Sound, block: Block, argument: Argument, old: Json) -> list[Json]:
    """Some legal values of an argument, what it has now perhaps among them."""
    return list(_others(sound, block, argument, old))


def _others(sound: Sound, block: Block, argument: Argument, old: Json) -> Iterator[Json]:
    if argument.name in KNOWN:
        yield from KNOWN[argument.name]
    elif isinstance(old, str) and "${" in old:
        yield from _referred(sound, block, argument, old)
    elif isinstance(old, list):
        yield from _lists(sound, block, old)
    else:
        yield from _plain(argument, old)


def _plain(argument: Argument, old: Json) -> Iterator[Json]:
    if argument.type == "bool":
        yield from (True, False)
    elif argument.type == "number":
        yield from (old + 1, max(old - 1, 0), 22) if isinstance(old, int) else (1, 443, 60)
    elif argument.type == "map":
        yield {**(old if isinstance(old, dict) else {}), "planted": "by a test"}
    elif argument.type in SEVERAL:
        yield from _unset(argument.name)
    elif argument.type == "string":
        yield from _texts(argument.name, old)


def _referred(sound: Sound, block: Block, argument: Argument, old: str) -> Iterator[Json]:
    """Other references of the same kind, and an id of something that is nowhere here."""
    if REFERENCE.fullmatch(old):
        yield from _pointed(sound, block, old)
        if argument.name in IDENTITIES:
            yield IDENTITIES[argument.name]
    elif (entry := IN_CONTRACT.fullmatch(old)) is not None:
        spoke = next(each for each in sound.design.spokes if each.stack == block.stack)
        hub = next(each for each in sound.design.hubs if each.name == spoke.hub)
        keys = hub.dns.domains if entry[1].endswith('.rules["') else ("hub", *hub.segments)
        yield from (f"{entry[1]}{key}{entry[2]}" for key in keys)


def _pointed(sound: Sound, block: Block, old: str) -> Iterator[str]:
    """A reference to every other resource of the same type in the stack."""
    found = REFERENCE.fullmatch(old)
    assert found is not None
    kind, key, attribute = found.groups()
    for other in sound.stacks[block.stack]["resource"].get(kind, {}):
        if other != key:
            yield f"${{{kind}.{other}.{attribute}}}"


def _lists(sound: Sound, block: Block, old: list[Json]) -> Iterator[Json]:
    if len(old) > 1:
        yield old[:-1]
        yield old[1:]
    for at, each in enumerate(old):
        if isinstance(each, str) and REFERENCE.fullmatch(each):
            for other in _pointed(sound, block, each):
                if other not in old:
                    yield [*old[:at], other, *old[at + 1 :]]


def _unset(name: str) -> Iterator[Json]:
    if name.endswith(("cidr_blocks", "cidrs")) and "ipv6" not in name:
        yield from ([each] for each in ELSEWHERE)
    elif name.endswith("_ids") and name.removesuffix("s") in IDENTITIES:
        yield [IDENTITIES[name.removesuffix("s")]]


def _texts(name: str, old: Json) -> Iterator[str]:
    if name in IDENTITIES:
        yield IDENTITIES[name]
    elif "cidr" in name and "ipv6" not in name:
        yield from ELSEWHERE
        if isinstance(old, str) and "/" in old:
            whole = ip_network(old)
            yield str(whole.supernet())
            yield str(next(iter(whole.subnets())))
            yield str(list(whole.subnets())[-1])
    elif "ipv6" in name:
        yield "2600:1f18::/56" if "cidr" in name else "2600:1f18::5"
    elif name in {"ip", "private_ip"}:
        yield str(ip_address(old) + 1 if isinstance(old, str) else ip_address("192.168.77.7"))
        yield "192.168.77.7"
    elif name == "service_name" and isinstance(old, str):
        head, _, tail = old.rpartition(".")
        yield f"{head}.{'sqs' if tail != 'sqs' else 'sns'}"
    elif name == "service_region":
        yield from ("eu-central-1", "us-west-2")
    elif name in {"name", "description", "comment"}:
        yield f"planted-{old}"[:60] if isinstance(old, str) and "${" not in old else "planted"
