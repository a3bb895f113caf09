"""Transit gateways: attachments, tables, and what is associated with and propagated to them."""

from __future__ import annotations

from collections.abc import Mapping

from network.model import Attachment, Gateway, GatewayRoute, GatewayTable
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.values import as_flag, as_prefix, as_text, as_texts

__all__ = ["READERS"]


def _gateway(to: Builder, r: Resource) -> None:
    to.gateways[r.address] = Gateway(
        r.address, r.owner, as_flag(r.get("auto_accept_shared_attachments"), default=False)
    )
    # Terraform's defaults are AWS's: both on.
    to.default_tables[r.address] = (
        as_flag(r.get("default_route_table_association"), default=True) is not False,
        as_flag(r.get("default_route_table_propagation"), default=True) is not False,
    )


def _joins(r: Resource) -> tuple[bool, bool]:
    return (
        as_flag(r.get("transit_gateway_default_route_table_association"), default=True) is not False,
        as_flag(r.get("transit_gateway_default_route_table_propagation"), default=True) is not False,
    )


def _attachment(to: Builder, r: Resource) -> None:
    gateway, vpc = as_text(r.get("transit_gateway_id")), as_text(r.get("vpc_id"))
    to.attachments[r.address] = Attachment(r.address, r.owner, gateway, vpc, as_texts(r.get("subnet_ids")))
    to.joins[r.address] = _joins(r)


def _accepter(to: Builder, r: Resource) -> None:
    to.accepters[to.parent(r, "transit_gateway_attachment_id")] = (r.address, r.owner, _joins(r))


def _gateway_table(to: Builder, r: Resource) -> None:
    to.gateway_tables[r.address] = GatewayTable(r.address, as_text(r.get("transit_gateway_id")))


def _association(to: Builder, r: Resource) -> None:
    to.link("association", r, "transit_gateway_route_table_id", "transit_gateway_attachment_id")


def _propagation(to: Builder, r: Resource) -> None:
    to.link("propagation", r, "transit_gateway_route_table_id", "transit_gateway_attachment_id")


def _gateway_route(to: Builder, r: Resource) -> None:
    target = None if r.get("blackhole") is True else as_text(r.get("transit_gateway_attachment_id"))
    route = GatewayRoute(r.address, as_prefix(r.get("destination_cidr_block")), target)
    to.gateway_routes[to.parent(r, "transit_gateway_route_table_id")].append(route)


READERS: Mapping[str, Reader] = {
    "aws_ec2_transit_gateway": _gateway,
    "aws_ec2_transit_gateway_route": _gateway_route,
    "aws_ec2_transit_gateway_route_table": _gateway_table,
    "aws_ec2_transit_gateway_route_table_association": _association,
    "aws_ec2_transit_gateway_route_table_propagation": _propagation,
    "aws_ec2_transit_gateway_vpc_attachment": _attachment,
    "aws_ec2_transit_gateway_vpc_attachment_accepter": _accepter,
}
