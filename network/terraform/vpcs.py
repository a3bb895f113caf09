"""VPCs, subnets, and the route tables that hold for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from network.model import Route, RouteTable, Subnet, Unknown, Vpc
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.expressions import Json
from network.terraform.values import as_flag, as_list, as_optional, as_prefix, as_text, fields_of, name_of

__all__ = ["READERS"]

TARGETS = {
    "transit_gateway_id": "transit_gateway",
    "gateway_id": "gateway",
    "nat_gateway_id": "nat_gateway",
    "vpc_peering_connection_id": "peering",
    "network_interface_id": "network_interface",
    "vpc_endpoint_id": "vpc_endpoint",
    "egress_only_gateway_id": "egress_only_gateway",
    "carrier_gateway_id": "carrier_gateway",
    "local_gateway_id": "local_gateway",
    "core_network_arn": "core_network",
}
GATEWAYS = {
    "aws_internet_gateway.": "internet_gateway",
    "igw-": "internet_gateway",
    "aws_vpn_gateway.": "vpn_gateway",
    "vgw-": "vpn_gateway",
}
"""Kinds of what is named as `gateway_id`, by the beginning of its address or id."""


def _vpc(to: Builder, r: Resource) -> None:
    to.vpcs[r.address] = Vpc(
        r.address,
        name_of(r),
        r.owner,
        (as_prefix(r.get("cidr_block")),),
        # AWS's own defaults: support on, hostnames off.
        as_flag(r.get("enable_dns_support"), default=True),
        as_flag(r.get("enable_dns_hostnames"), default=False),
    )


def _vpc_cidr(to: Builder, r: Resource) -> None:
    to.cidrs[to.parent(r, "vpc_id")].append(as_prefix(r.get("cidr_block")))


def _subnet(to: Builder, r: Resource) -> None:
    zone = as_optional(r.get("availability_zone_id")) or as_text(r.get("availability_zone"))
    cidr = as_prefix(r.get("cidr_block"))
    to.subnets[r.address] = Subnet(r.address, as_text(r.get("vpc_id")), zone, cidr, Unknown("not joined yet"))


def _route_table(to: Builder, r: Resource) -> None:
    own = r.get("default_route_table_id") if r.kind == "aws_default_route_table" else None
    exists = isinstance(own, str) and "#" not in own
    address = own if isinstance(own, str) and not exists else r.address
    vpc = as_text(r.get("vpc_id")) if own is None or exists else address.partition("#")[0]
    if exists and isinstance(vpc, str):
        to.main_tables.setdefault(vpc, address)  # its id is known, and comes to its own address
    routes = tuple(
        _route_of(r.address, get("cidr_block") or get("destination_prefix_list_id"), get)
        for get in map(fields_of, as_list(r.get("route")))
        if isinstance(get("ipv6_cidr_block"), Unknown) or not get("ipv6_cidr_block")
    )
    to.tables[address] = RouteTable(address, vpc, routes)


def _route_of(address: str, destination: Json, get: Callable[[str], Json]) -> Route:
    for name, kind in TARGETS.items():
        target = as_optional(get(name))
        if target is not None:
            exact = _gateway_kind(target) if name == "gateway_id" else kind
            return Route(address, as_prefix(destination), exact, target)
    return Route(address, as_prefix(destination), "unknown", Unknown("no target"))


def _gateway_kind(target: str | Unknown) -> str:
    """What the argument `gateway_id` names, which takes internet gateways and others."""
    named = str(target).partition(": ")[2] or str(target)
    return next((kind for start, kind in GATEWAYS.items() if named.startswith(start)), "gateway")


def _route(to: Builder, r: Resource) -> None:
    if r.get("destination_ipv6_cidr_block"):
        return  # IPv4 alone is modelled
    destination = r.get("destination_cidr_block") or Unknown("a prefix list")
    to.routes[to.parent(r, "route_table_id")].append(_route_of(r.address, destination, r.get))


def _table_association(to: Builder, r: Resource) -> None:
    to.subnet_tables[to.parent(r, "subnet_id")] = as_text(r.get("route_table_id"))


def _main_table(to: Builder, r: Resource) -> None:
    to.main_tables[to.parent(r, "vpc_id")] = as_text(r.get("route_table_id"))


def _nothing(to: Builder, r: Resource) -> None:
    """A kind that is known by the routes that name it."""


READERS: Mapping[str, Reader] = {
    "aws_default_route_table": _route_table,
    "aws_internet_gateway": _nothing,
    "aws_main_route_table_association": _main_table,
    "aws_nat_gateway": _nothing,
    "aws_route": _route,
    "aws_route_table": _route_table,
    "aws_route_table_association": _table_association,
    "aws_subnet": _subnet,
    "aws_vpc": _vpc,
    "aws_vpc_ipv4_cidr_block_association": _vpc_cidr,
}
