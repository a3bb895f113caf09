"""VPCs, subnets, and the route tables that hold for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from network.model import Route, RouteTable, Subnet, Unknown, Vpc
from network.name_servers import AMAZON
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.expressions import Json
from network.terraform.values import (
    as_flag,
    as_list,
    as_optional,
    as_prefix,
    as_text,
    as_texts,
    fields_of,
    is_ipv6,
    name_of,
)

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
    cidr, vpc = as_prefix(r.get("cidr_block")), as_text(r.get("vpc_id"))
    to.placed(r, "vpc_id", vpc, "packets")
    if isinstance(cidr, Unknown):
        to.doubt(r, "cidr_block", vpc)
    to.subnets[r.address] = Subnet(r.address, vpc, zone, cidr, Unknown("not joined yet"))


def _route_table(to: Builder, r: Resource) -> None:
    address, vpc = r.address, as_text(r.get("vpc_id"))
    if r.kind == "aws_default_route_table":
        own = r.get("default_route_table_id")
        if isinstance(own, str) and "#" in own:
            address, vpc = own, own.partition("#")[0]
        elif isinstance(own, str) and isinstance(vpc, str):
            to.main_tables.setdefault(vpc, address)  # its id is known, and comes to its own address
        else:
            to.main_tables[to.parent(r, "default_route_table_id")] = address
    to.tables[address] = RouteTable(address, vpc)
    to.inline[address] = []
    for get in map(fields_of, as_list(r.get("route"))):
        _add_route(to, to.inline[address], _route_of(r.address, get("cidr_block"), get), get)


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
    table = to.parent(r, "route_table_id")
    _add_route(to, to.routes[table], _route_of(r.address, r.get("destination_cidr_block"), r.get), r.get)


def _add_route(to: Builder, routes: list[Route], route: Route, get: Callable[[str], Json]) -> None:
    """Add a route, or one to each range of its prefix list. IPv4 alone is modelled."""
    listed = as_optional(get("destination_prefix_list_id"))
    written = get("cidr_block") or get("destination_cidr_block")
    if written:
        routes.append(route)
    elif listed is not None and not isinstance(listed, Unknown):
        to.listed.append((routes, route, listed))
    elif not (is_ipv6(get("ipv6_cidr_block")) or is_ipv6(get("destination_ipv6_cidr_block"))):
        routes.append(replace(route, destination=listed or Unknown("no destination")))


def _table_association(to: Builder, r: Resource) -> None:
    if r.raw.get("gateway_id") and r.get("subnet_id") is None:
        to.unmodelled.append(f"{r.address} (the route table of a gateway)")
    else:
        to.only(to.subnet_tables, to.parent(r, "subnet_id"), as_text(r.get("route_table_id")))


def _main_table(to: Builder, r: Resource) -> None:
    to.only(to.main_tables, to.parent(r, "vpc_id"), as_text(r.get("route_table_id")))


def _prefix_list(to: Builder, r: Resource) -> None:
    why = Unknown(f"{r.address} {r.uncertain}")
    ranges = [why] if r.uncertain else [get("cidr") for get in map(fields_of, as_list(r.get("entry")))]
    to.prefix_lists[r.address] += ranges


def _prefix_list_entry(to: Builder, r: Resource) -> None:
    to.prefix_lists[to.parent(r, "prefix_list_id")].append(Unknown(r.uncertain) if r.uncertain else r.get("cidr"))


def _dhcp_options(to: Builder, r: Resource) -> None:
    """What a set hands out; a default one hands out what AWS does."""
    if r.kind == "aws_default_vpc_dhcp_options":
        to.dhcp_options[r.address] = (AMAZON,)
        return
    servers = as_texts(r.get("domain_name_servers"))
    to.dhcp_options[r.address] = servers or (Unknown(f"{r.address} names no name server"),)


def _dhcp_association(to: Builder, r: Resource) -> None:
    to.placed(r, "vpc_id", r.get("vpc_id"), "names")
    to.only(to.dhcp, to.parent(r, "vpc_id"), as_text(r.get("dhcp_options_id")))


def _nothing(to: Builder, r: Resource) -> None:
    """A kind that is known by the routes that name it."""


READERS: Mapping[str, Reader] = {
    "aws_default_route_table": _route_table,
    "aws_default_vpc_dhcp_options": _dhcp_options,
    "aws_ec2_managed_prefix_list": _prefix_list,
    "aws_ec2_managed_prefix_list_entry": _prefix_list_entry,
    "aws_internet_gateway": _nothing,
    "aws_main_route_table_association": _main_table,
    "aws_nat_gateway": _nothing,
    "aws_route": _route,
    "aws_route_table": _route_table,
    "aws_route_table_association": _table_association,
    "aws_subnet": _subnet,
    "aws_vpc": _vpc,
    "aws_vpc_dhcp_options": _dhcp_options,
    "aws_vpc_dhcp_options_association": _dhcp_association,
    "aws_vpc_ipv4_cidr_block_association": _vpc_cidr,
}
