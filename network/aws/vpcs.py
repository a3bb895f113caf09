"""VPCs, subnets, and the route tables that hold for them: answers of EC2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from network.aws.names import Names
from network.aws.snapshot import Item, Snapshot, tags_of
from network.aws.values import as_flag, as_prefix, prefix_lists, ranges_of, refer
from network.model import Owner, Prefix, Route, RouteTable, Subnet, Unknown, Vpc
from network.name_servers import foreign

__all__ = ["read_subnets", "read_tables", "read_vpcs"]

NO_OPTIONS = "default"
"""What a VPC names that has no set of DHCP options."""
TARGETS = {
    "TransitGatewayId": "transit_gateway",
    "NatGatewayId": "nat_gateway",
    "VpcPeeringConnectionId": "peering",
    "NetworkInterfaceId": "network_interface",
    "InstanceId": "network_interface",
    "VpcEndpointId": "vpc_endpoint",
    "EgressOnlyInternetGatewayId": "egress_only_gateway",
    "CarrierGatewayId": "carrier_gateway",
    "LocalGatewayId": "local_gateway",
    "CoreNetworkArn": "core_network",
    "OdbNetworkArn": "odb_network",
}
GATEWAYS = {"igw": "internet_gateway", "vgw": "vpn_gateway", "vpce": "vpc_endpoint"}
"""Kinds of what is named as `GatewayId`, by the beginning of its id."""
LEARNT = frozenset({"EnableVgwRoutePropagation", "Advertisement"})
"""Origins of routes that nobody wrote."""


def read_vpcs(snapshot: Snapshot, names: Names) -> dict[str, Vpc]:
    """Every VPC. Of one that only its subnets name, nothing else is known."""
    attributes = snapshot.entries("VpcAttributes", "VpcId")
    options = snapshot.entries("DhcpOptions", "DhcpOptionsId")
    found = {}
    for id_, (owner, item) in snapshot.owned("Vpcs", "VpcId").items():
        address, told = names.of(id_), attributes.get(id_, {})
        why = snapshot.missing("VpcAttributes", owner)
        support, hostnames = (_switch(told.get(key), why) for key in ("EnableDnsSupport", "EnableDnsHostnames"))
        cidrs = tuple(_cidrs(item))
        vpc = Vpc(address, tags_of(item).get("Name", address), owner, cidrs, support, hostnames)
        lost = snapshot.missing("DhcpOptions", owner)
        found[address] = replace(vpc, name_servers=_name_servers(item, cidrs, options, lost))
    for owner, subnet in snapshot.owned("Subnets", "SubnetId").values():
        id_ = str(subnet.get("VpcId"))
        if not names.knows(id_):
            unknown = snapshot.missing("Vpcs", owner) or Unknown(f"{id_} is not among the VPCs")
            found[id_] = Vpc(id_, id_, owner, (unknown,), unknown, unknown)
    return found


def _switch(told: object, why: Unknown | None) -> bool | Unknown:
    value = told.get("Value") if isinstance(told, dict) else None
    return as_flag(value, "attribute of this VPC") if why is None or value is not None else why


def _cidrs(item: Item) -> Iterator[Prefix | Unknown]:
    """The ranges, the first one first; one that is coming or going may or may not be there."""
    blocks = item.get("CidrBlockAssociationSet") or ({"CidrBlock": item.get("CidrBlock")},)
    for block in sorted(blocks, key=lambda block: block.get("CidrBlock") != item.get("CidrBlock")):
        state = (block.get("CidrBlockState") or {}).get("State", "associated")
        if state == "associated":
            yield as_prefix(block.get("CidrBlock"))
        elif state in {"associating", "disassociating"}:
            yield Unknown(f"{block.get('CidrBlock')} is {state}")


def _name_servers(
    item: Item, cidrs: tuple[Prefix | Unknown, ...], options: Mapping[str, Item], lost: Unknown | None
) -> tuple[str | Unknown, ...]:
    """The name servers that are not the VPC's resolver. Every account has a set of options, unless it is emulated."""
    id_ = item.get("DhcpOptionsId")
    if lost is not None:
        return (lost,)
    if id_ == NO_OPTIONS and not options:
        return ()
    if id_ not in options:
        return (Unknown(f"DHCP options {id_} are not in the snapshot"),)
    servers = [
        str(value.get("Value"))
        for entry in options[str(id_)].get("DhcpConfigurations") or ()
        if entry.get("Key") == "domain-name-servers"
        for value in entry.get("Values") or ()
    ]
    return foreign(servers, cidrs) if servers else (Unknown(f"{id_} names no name server"),)


def read_subnets(snapshot: Snapshot, names: Names) -> dict[str, Subnet]:
    """Every subnet that has an IPv4 range."""
    tables, acls = _tables_of(snapshot, names), _acls_of(snapshot, names)
    found = {}
    for id_, (owner, item) in snapshot.owned("Subnets", "SubnetId").items():
        if item.get("Ipv6Native"):
            continue
        address, vpc = names.of(id_), item.get("VpcId")
        home = _owner_of(snapshot, vpc, owner)
        zone = item.get("AvailabilityZoneId") or item.get("AvailabilityZone") or Unknown("no zone")
        no_table = snapshot.missing("RouteTables", home) or Unknown(f"no main route table of {vpc}")
        no_acl = snapshot.missing("NetworkAcls", home) or Unknown(f"no network ACL of {id_}")
        main = tables.get(str(vpc), no_table)
        table = tables.get(id_, main if snapshot.missing("RouteTables", home) is None else no_table)
        found[address] = Subnet(
            address, refer(names, vpc, "VPC"), zone, as_prefix(item.get("CidrBlock")), table, acls.get(id_, no_acl)
        )
    return found


def _owner_of(snapshot: Snapshot, vpc: object, fallback: Owner) -> Owner:
    """The owner of a VPC, whose route tables and ACLs hold for shared subnets too."""
    known = snapshot.owned("Vpcs", "VpcId").get(str(vpc))
    return known[0] if known is not None else fallback


def _tables_of(snapshot: Snapshot, names: Names) -> dict[str, str | Unknown]:
    """The route table of each subnet that has one of its own, and the main one of each VPC, by their ids."""
    found: dict[str, str | Unknown] = {}
    for id_, (_, item) in snapshot.owned("RouteTables", "RouteTableId").items():
        for association in item.get("Associations") or ():
            state = (association.get("AssociationState") or {}).get("State", "associated")
            subject = item.get("VpcId") if association.get("Main") else association.get("SubnetId")
            if subject and state == "associated":
                found[str(subject)] = names.of(id_)
            elif subject and state in {"associating", "disassociating"}:
                found.setdefault(str(subject), Unknown(f"{id_} is {state}"))
    return found


def _acls_of(snapshot: Snapshot, names: Names) -> dict[str, str]:
    return {
        str(association.get("SubnetId")): names.of(id_)
        for id_, (_, item) in snapshot.owned("NetworkAcls", "NetworkAclId").items()
        for association in item.get("Associations") or ()
    }


def read_tables(snapshot: Snapshot, names: Names, vpcs: Mapping[str, Vpc]) -> dict[str, RouteTable]:
    """Every route table. One whose local route leads elsewhere is not what the model takes for one."""
    listed = prefix_lists(snapshot)
    gateway_endpoints = {
        id_
        for id_, (_, item) in snapshot.owned("VpcEndpoints", "VpcEndpointId").items()
        if item.get("VpcEndpointType") == "Gateway"
    }
    found = {}
    for id_, (_, item) in snapshot.owned("RouteTables", "RouteTableId").items():
        address, vpc = names.of(id_), refer(names, item.get("VpcId"), "VPC")
        own = vpcs[vpc].cidrs if isinstance(vpc, str) and vpc in vpcs else ()
        # Of routes to one range AWS prefers what somebody wrote: with a range, then with a list, then what others told.
        written = sorted(
            item.get("Routes") or (),
            key=lambda route: (route.get("Origin") in LEARNT, "DestinationPrefixListId" in route),
        )
        routes = [
            route
            for each in written
            if each.get("GatewayId") not in {"local", *gateway_endpoints}
            for route in _routes(names, address, each, listed)
        ]
        replaced = next((route for route in routes if route.destination in own), None)
        if replaced is not None:
            vpc = Unknown(f"the local route {replaced.destination} leads to {replaced.target}")
        found[address] = RouteTable(address, vpc, tuple(routes))
    return found


def _routes(names: Names, table: str, item: Item, listed: Mapping[str, Item]) -> Iterator[Route]:
    """A route, or one for each range of its prefix list; IPv4 alone is modelled."""
    if item.get("DestinationIpv6CidrBlock"):
        return
    kind, target = _target(names, item)
    list_id = item.get("DestinationPrefixListId")
    if not list_id:
        cidr = item.get("DestinationCidrBlock")
        yield Route(f"{table}#{cidr}", as_prefix(cidr), kind, target)
    else:
        for cidr in ranges_of(listed, list_id):
            yield Route(f"{table}#{list_id}", cidr, kind, target)


def _target(names: Names, item: Item) -> tuple[str, str | Unknown]:
    state = item.get("State", "active")
    kind, id_ = next(((kind, item[key]) for key, kind in TARGETS.items() if item.get(key)), ("unknown", None))
    if item.get("GatewayId"):
        id_ = item["GatewayId"]
        kind = GATEWAYS.get(str(id_).partition("-")[0], "gateway")
    if state == "blackhole":
        return "blackhole", names.of(id_) if id_ else "a target that was deleted"
    if state != "active":
        return kind, Unknown(f"the route is {state}")
    return kind, refer(names, id_, "target")
