"""What a snapshot holds and the model has no part for: it may change what the model says."""

from __future__ import annotations

from collections.abc import Iterator

from network.aws.coverage import is_known
from network.aws.endpoints import state_of
from network.aws.names import Names, place_name
from network.aws.snapshot import Item, Snapshot
from network.model import Network

__all__ = ["unmodelled"]

KINDS = (
    ("NatGateways", "NatGatewayId", "a NAT gateway"),
    ("EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId", "an egress-only internet gateway"),
    ("VpcPeeringConnections", "VpcPeeringConnectionId", "a peering"),
    ("VpnGateways", "VpnGatewayId", "a VPN gateway"),
    ("VpnConnections", "VpnConnectionId", "a VPN connection"),
    ("ManagedPrefixLists", "PrefixListId", "a prefix list"),
    ("Profiles", "Id", "a profile"),
    ("ProfileAssociations", "Id", "a VPC's profile"),
)
GONE = frozenset({"deleted", "rejected", "expired", "failed", "delete-complete"})
AWS = "AWS"
"""Who owns the prefix lists of AWS's services."""


def unmodelled(snapshot: Snapshot, names: Names, network: Network) -> tuple[str, ...]:
    """Each of them by its address, and each file that is missing or that nobody reads."""
    found = [
        *_listed(snapshot, names),
        *_attachments(snapshot, names),
        *_endpoints(snapshot, names),
        *_edges(snapshot, names),
        *_name_servers(network),
        *(f"{place_name(place)}: {file} (not recorded: {told})" for place, file, told in snapshot.lost()),
        *(f"{place_name(place)}: {file} (not modelled)" for place, file in snapshot.files() if not is_known(file)),
    ]
    return tuple(sorted(found))


def _listed(snapshot: Snapshot, names: Names) -> Iterator[str]:
    for file, key, what in KINDS:
        for id_, (_, item) in snapshot.owned(file, key).items():
            if _state(item) not in GONE and item.get("OwnerId") != AWS:
                yield f"{names.of(id_)} ({what})"


def _name_servers(network: Network) -> Iterator[str]:
    for vpc in network.vpcs.values():
        if vpc.name_servers:
            yield f"{vpc.address} (name servers {', '.join(map(str, vpc.name_servers))})"


def _state(item: Item) -> str:
    told = item.get("Status") if isinstance(item.get("Status"), dict) else None
    return str((told or {}).get("Code") or item.get("State") or item.get("Status")).lower()


def _attachments(snapshot: Snapshot, names: Names) -> Iterator[str]:
    """Attachments of a transit gateway that are no VPC's."""
    listed = snapshot.owned("TransitGatewayAttachments", "TransitGatewayAttachmentId", "ResourceOwnerId")
    for id_, (_, item) in listed.items():
        kind = str(item.get("ResourceType", "vpc"))
        if kind != "vpc" and _state(item) not in GONE:
            yield f"{names.of(id_)} (an attachment of type {kind})"


def _endpoints(snapshot: Snapshot, names: Names) -> Iterator[str]:
    """Endpoints of other types, and those that do not work."""
    for id_, (_, item) in snapshot.owned("VpcEndpoints", "VpcEndpointId").items():
        kind, state = str(item.get("VpcEndpointType", "Gateway")), state_of(item)
        if kind not in {"Interface", "Gateway"} or state != "available":
            yield f"{names.of(id_)} (an endpoint of type {kind}, {state})"


def _edges(snapshot: Snapshot, names: Names) -> Iterator[str]:
    """Route tables of a VPC's gateways, which decide about what comes in by them."""
    for id_, (_, item) in snapshot.owned("RouteTables", "RouteTableId").items():
        for association in item.get("Associations") or ():
            if association.get("GatewayId"):
                yield f"{names.of(id_)} (the route table of {association['GatewayId']})"
