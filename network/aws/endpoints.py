"""Interface and gateway endpoints: answers of EC2."""

from __future__ import annotations

from ipaddress import IPv4Address

from network.aws.names import Names
from network.aws.snapshot import Item, Snapshot
from network.aws.values import as_address, as_flag, as_text, refer, refer_all
from network.model import GatewayEndpoint, InterfaceEndpoint, Link, Unknown

__all__ = ["GONE", "endpoint_names", "read_gateway_endpoints", "read_interface_endpoints", "state_of"]

GONE = frozenset({"deleted", "rejected", "failed", "expired"})


def state_of(item: Item) -> str:
    """The state of an endpoint, which AWS writes large or small."""
    return str(item.get("State", "available")).lower()


def read_interface_endpoints(snapshot: Snapshot, names: Names) -> dict[str, InterfaceEndpoint]:
    """Every interface endpoint. What one that is coming or going answers, and where, could not be determined."""
    interfaces = snapshot.owned("NetworkInterfaces", "NetworkInterfaceId")
    found = {}
    for id_, (_, item) in snapshot.owned("VpcEndpoints", "VpcEndpointId").items():
        state = state_of(item)
        if item.get("VpcEndpointType") != "Interface" or state in GONE:
            continue
        unsure = () if state == "available" else (Unknown(f"{id_} is {state}"),)
        private = as_flag(item.get("PrivateDnsEnabled"), "PrivateDnsEnabled")
        options = item.get("DnsOptions") or {}
        found[names.of(id_)] = InterfaceEndpoint(
            names.of(id_),
            refer(names, item.get("VpcId"), "VPC"),
            as_text(item.get("ServiceName"), "service"),
            (*refer_all(names, item.get("SubnetIds")), *unsure),
            refer_all(names, [group.get("GroupId") for group in item.get("Groups") or ()]),
            unsure[0] if unsure and private is not False else private,
            # AWS prints it where it is on; a wrong guess would only be about S3.
            options.get("PrivateDnsOnlyForInboundResolverEndpoint", False),
            tuple(
                (refer(names, interfaces[each][1].get("SubnetId"), "subnet"), address)
                for each in item.get("NetworkInterfaceIds") or ()
                if each in interfaces
                and isinstance(address := as_address(interfaces[each][1].get("PrivateIpAddress")), IPv4Address)
            ),
        )
    return found


def read_gateway_endpoints(snapshot: Snapshot, names: Names) -> dict[str, GatewayEndpoint]:
    """Every gateway endpoint. What one that is coming or going leads to could not be determined."""
    found = {}
    for id_, (_, item) in snapshot.owned("VpcEndpoints", "VpcEndpointId").items():
        # Gateway is what AWS takes where no type is given.
        state = state_of(item)
        if item.get("VpcEndpointType", "Gateway") == "Gateway" and state not in GONE:
            address = names.of(id_)
            tables = tuple(Link(f"{address}#{table}", names.of(table)) for table in item.get("RouteTableIds") or ())
            unsure = None if state == "available" else Unknown(f"{id_} is {state}")
            service = unsure or as_text(item.get("ServiceName"), "service")
            found[address] = GatewayEndpoint(address, refer(names, item.get("VpcId"), "VPC"), service, tables)
    return found


def endpoint_names(snapshot: Snapshot, names: Names) -> dict[str, str]:
    """The interface endpoint behind each of the names that AWS gives it."""
    return {
        str(entry.get("DnsName")).rstrip(".").lower(): names.of(id_)
        for id_, (_, item) in snapshot.owned("VpcEndpoints", "VpcEndpointId").items()
        for entry in item.get("DnsEntries") or ()
        if item.get("VpcEndpointType") == "Interface"
    }
