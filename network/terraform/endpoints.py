"""Interface and gateway endpoints."""

from __future__ import annotations

from collections.abc import Mapping

from network.model import GatewayEndpoint, InterfaceEndpoint, Link, Unknown
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.values import as_flag, as_list, as_text, as_texts, fields_of

__all__ = ["READERS"]


def _endpoint(to: Builder, r: Resource) -> None:
    vpc, service = as_text(r.get("vpc_id")), as_text(r.get("service_name"))
    kind = r.get("vpc_endpoint_type") or "Gateway"
    to.placed(r, "vpc_id", vpc, "names")
    if isinstance(kind, Unknown) or isinstance(service, Unknown):
        # Which names it answers, or to which tables it adds routes, is not known.
        to.doubt(r, "service_name" if isinstance(service, Unknown) else "vpc_endpoint_type", vpc)
    if kind == "Gateway":
        tables = tuple(Link(r.address, table) for table in as_texts(r.get("route_table_ids")))
        if any(isinstance(link.target, Unknown) for link in tables):
            to.doubt(r, "route_table_ids", vpc)
        to.gateway_endpoints[r.address] = GatewayEndpoint(r.address, vpc, service, tables)
        return
    for get in map(fields_of, as_list(r.get("subnet_configuration"))):
        to.fix(r.address, as_text(get("subnet_id")), get("ipv4"))
    options = fields_of(next(iter(as_list(r.get("dns_options"))), {}))
    to.interface_endpoints[r.address] = InterfaceEndpoint(
        r.address,
        vpc,
        service,
        as_texts(r.get("subnet_ids")),
        as_texts(r.get("security_group_ids")),
        as_flag(r.get("private_dns_enabled"), default=False),
        as_flag(options("private_dns_only_for_inbound_resolver_endpoint"), default=False),
    )


def _endpoint_table(to: Builder, r: Resource) -> None:
    to.link("endpoint table", r, "vpc_endpoint_id", "route_table_id")
    to.placed(r, "vpc_endpoint_id", r.get("vpc_endpoint_id"))


def _endpoint_group(to: Builder, r: Resource) -> None:
    to.link("endpoint group", r, "vpc_endpoint_id", "security_group_id")
    to.placed(r, "vpc_endpoint_id", r.get("vpc_endpoint_id"))


def _endpoint_subnet(to: Builder, r: Resource) -> None:
    to.link("endpoint subnet", r, "vpc_endpoint_id", "subnet_id")
    to.placed(r, "vpc_endpoint_id", r.get("vpc_endpoint_id"))


READERS: Mapping[str, Reader] = {
    "aws_vpc_endpoint": _endpoint,
    "aws_vpc_endpoint_route_table_association": _endpoint_table,
    "aws_vpc_endpoint_security_group_association": _endpoint_group,
    "aws_vpc_endpoint_subnet_association": _endpoint_subnet,
}
