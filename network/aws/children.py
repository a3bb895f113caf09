"""Ids of what AWS gives none: routes, associations, propagations. Terraform makes one up from what they join.

By them a plan's prior state tells which of the snapshot's parts are its own.
Source: hashicorp/terraform-provider-aws 5.100.0, `internal/service/ec2` and `internal/service/route53`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from zlib import crc32

from network.model import GatewayEndpoint, GatewayTable, HostedZone, Network, RouteTable

__all__ = ["child_ids"]

Ids = Mapping[str, str]
Made = Iterator[tuple[str, str]]


def child_ids(network: Network, ids: Ids) -> Made:
    """The address and the id of each of them. `ids` has those of what they are parts of."""
    for table in network.tables.values():
        yield from _routes(table, ids)
    for wired in network.gateway_tables.values():
        yield from _wires(wired, ids)
    for zone in network.zones.values():
        yield from _uses(zone, ids)
    for endpoint in network.gateway_endpoints.values():
        yield from _tables(endpoint, ids)


def _hash(text: str) -> int:
    return crc32(text.encode())


def _routes(table: RouteTable, ids: Ids) -> Made:
    for route in table.routes:
        yield route.address, f"r-{ids.get(table.address)}{_hash(str(route.destination))}"


def _wires(table: GatewayTable, ids: Ids) -> Made:
    own = ids.get(table.address)
    for link in (*table.associations, *table.propagations):
        if isinstance(link.target, str):
            yield link.address, f"{own}_{ids.get(link.target, link.target)}"
    for route in table.routes:
        yield route.address, f"{own}_{route.destination}"


def _uses(zone: HostedZone, ids: Ids) -> Made:
    own = ids.get(zone.address)
    for link in zone.vpcs:
        yield link.address, f"{own}:{ids.get(str(link.target), link.target)}"
    for record in zone.records:
        yield record.address, f"{own}_{record.name}_A"


def _tables(endpoint: GatewayEndpoint, ids: Ids) -> Made:
    for link in endpoint.tables:
        yield link.address, f"a-{ids.get(endpoint.address)}{_hash(str(ids.get(str(link.target), link.target)))}"
