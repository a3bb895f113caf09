"""Transit gateways: attachments, tables, and what is associated with and propagated to them."""

from __future__ import annotations

from collections.abc import Mapping

from network.model import Attachment, Doubt, Gateway, GatewayRoute, GatewayTable, Unknown
from network.terraform.builder import LISTED, Builder, Reader, Switches
from network.terraform.documents import Resource
from network.terraform.values import as_flag, as_prefix, as_text, as_texts, is_ipv6
from network.unplaced import NOWHERE

__all__ = ["READERS"]


def _gateway(to: Builder, r: Resource) -> None:
    to.gateways[r.address] = Gateway(
        r.address, r.owner, as_flag(r.get("auto_accept_shared_attachments"), default=False)
    )
    # Terraform's defaults are AWS's: both on.
    to.default_tables[r.address] = (
        as_flag(r.get("default_route_table_association"), default=True),
        as_flag(r.get("default_route_table_propagation"), default=True),
    )


def _joins(r: Resource) -> Switches:
    return (
        as_flag(r.get("transit_gateway_default_route_table_association"), default=True),
        as_flag(r.get("transit_gateway_default_route_table_propagation"), default=True),
    )


def _attachment(to: Builder, r: Resource) -> None:
    gateway, vpc = as_text(r.get("transit_gateway_id")), as_text(r.get("vpc_id"))
    to.attachments[r.address] = Attachment(r.address, r.owner, gateway, vpc, as_texts(r.get("subnet_ids")))
    to.joins[r.address] = _joins(r)


def _accepter(to: Builder, r: Resource) -> None:
    to.accepters[to.parent(r, "transit_gateway_attachment_id")] = (r.address, r.owner, _joins(r))


def _gateway_table(to: Builder, r: Resource) -> None:
    gateway = as_text(r.get("transit_gateway_id"))
    if isinstance(gateway, Unknown):
        to.doubts.append(Doubt(r.address, f"is a table of a gateway that is not known ({gateway})", r.owner))
    to.gateway_tables[r.address] = GatewayTable(r.address, gateway)


def _association(to: Builder, r: Resource) -> None:
    to.link("association", r, "transit_gateway_route_table_id", "transit_gateway_attachment_id")
    replaces = as_flag(r.get("replace_existing_association"), default=False)
    if replaces is not False:
        attachment = as_text(r.get("transit_gateway_attachment_id"))
        if isinstance(attachment, Unknown):
            to.replacing[NOWHERE] = attachment
        else:
            to.replacing[attachment] = Unknown(r.uncertain) if r.uncertain else replaces


def _propagation(to: Builder, r: Resource) -> None:
    to.link("propagation", r, "transit_gateway_route_table_id", "transit_gateway_attachment_id")


def _target(r: Resource) -> str | Unknown | None:
    """The attachment that a route leads to; None is a blackhole."""
    drops = as_flag(r.get("blackhole"), default=False)
    if isinstance(drops, Unknown):
        return drops
    return None if drops else as_text(r.get("transit_gateway_attachment_id"))


def _gateway_route(to: Builder, r: Resource) -> None:
    destination, table = r.get("destination_cidr_block"), to.parent(r, "transit_gateway_route_table_id")
    if not is_ipv6(destination):  # IPv4 alone is modelled
        to.gateway_routes[table].append(GatewayRoute(r.address, as_prefix(destination), _target(r)))


def _gateway_list(to: Builder, r: Resource) -> None:
    """A route to each range of a prefix list."""
    routes = to.gateway_routes[to.parent(r, "transit_gateway_route_table_id")]
    to.listed.append((routes, GatewayRoute(r.address, LISTED, _target(r)), as_text(r.get("prefix_list_id"))))


READERS: Mapping[str, Reader] = {
    "aws_ec2_transit_gateway": _gateway,
    "aws_ec2_transit_gateway_prefix_list_reference": _gateway_list,
    "aws_ec2_transit_gateway_route": _gateway_route,
    "aws_ec2_transit_gateway_route_table": _gateway_table,
    "aws_ec2_transit_gateway_route_table_association": _association,
    "aws_ec2_transit_gateway_route_table_propagation": _propagation,
    "aws_ec2_transit_gateway_vpc_attachment": _attachment,
    "aws_ec2_transit_gateway_vpc_attachment_accepter": _accepter,
}
