"""Transit gateways: attachments, tables, and what is associated with and propagated to them.

Both the account of a gateway and that of a VPC see an attachment; the tables are seen by the gateway's account alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from network.aws.names import Names
from network.aws.snapshot import Item, Snapshot
from network.aws.values import as_prefix, refer, refer_all
from network.model import Attachment, Gateway, GatewayRoute, GatewayTable, Link, Owner, Unknown, Vpc

__all__ = ["read_attachments", "read_gateway_tables", "read_gateways"]

IN_USE = frozenset({"available", "modifying"})
GONE = frozenset({"deleted", "failed", "rejected"})
WAITING = frozenset({"initiatingRequest", "pendingAcceptance"})


def read_gateways(snapshot: Snapshot, names: Names) -> dict[str, Gateway]:
    """Every transit gateway that is there, also those that others share."""
    found = {}
    for id_, (owner, item) in snapshot.owned("TransitGateways", "TransitGatewayId").items():
        if item.get("State", "available") in IN_USE:
            told = (item.get("Options") or {}).get("AutoAcceptSharedAttachments")
            auto = told == "enable" if told else Unknown("no AutoAcceptSharedAttachments")
            found[names.of(id_)] = Gateway(names.of(id_), owner, auto)
    return found


def read_attachments(snapshot: Snapshot, names: Names) -> dict[str, Attachment]:
    """Every attachment of a VPC that is there. Its subnets are unknown where only the gateway's account lists it."""
    vpcs = snapshot.owned("TransitGatewayVpcAttachments", "TransitGatewayAttachmentId", "VpcOwnerId")
    listed = snapshot.owned("TransitGatewayAttachments", "TransitGatewayAttachmentId", "ResourceOwnerId")
    gateways = snapshot.owned("TransitGateways", "TransitGatewayId")
    found = {}
    for id_ in dict.fromkeys((*vpcs, *listed)):
        owner, item = vpcs.get(id_) or listed[id_]
        state = str(item.get("State", "available"))
        if state in GONE or item.get("ResourceType", "vpc") != "vpc":
            continue
        gateway = str(item.get("TransitGatewayId"))
        accepted = state not in WAITING
        by = listed[id_][1].get("TransitGatewayOwnerId") if id_ in listed else None
        accepter = gateways[gateway][0] if gateway in gateways else Owner(by or Unknown(gateway), owner.region)
        subnets = refer_all(names, item.get("SubnetIds"))
        found[names.of(id_)] = Attachment(
            names.of(id_),
            owner,
            names.of(gateway),
            refer(names, item.get("VpcId") or item.get("ResourceId"), "VPC"),
            subnets or (Unknown(f"the subnets of {id_}"),),
            names.of(id_) if accepted else None,
            accepter if accepted else None,
            state in IN_USE if state in IN_USE | WAITING else Unknown(f"{id_} is {state}"),
        )
    return found


def read_gateway_tables(
    snapshot: Snapshot, names: Names, vpcs: Mapping[str, Vpc], attachments: Mapping[str, Attachment]
) -> dict[str, GatewayTable]:
    """Every table that its gateway's account sees."""
    reader = _Tables(snapshot, names, vpcs, attachments)
    return {
        names.of(id_): reader.table(id_, item)
        for id_, (_, item) in snapshot.owned("TransitGatewayRouteTables", "TransitGatewayRouteTableId").items()
        if str(item.get("State")) not in {"deleting", "deleted"}
    }


class _Tables:
    """Joins the answers that AWS gives about each table."""

    def __init__(
        self, snapshot: Snapshot, names: Names, vpcs: Mapping[str, Vpc], attachments: Mapping[str, Attachment]
    ) -> None:
        key = "TransitGatewayRouteTableId"
        self.names = names
        self.vpcs = vpcs
        self.attachments = attachments
        self.associations = snapshot.entries("TransitGatewayRouteTableAssociations", key)
        self.propagations = snapshot.entries("TransitGatewayPropagations", key)
        self.routes = snapshot.entries("TransitGatewayStaticRoutes", key)
        self.references = snapshot.entries("TransitGatewayPrefixListReferences", key)
        self.listed = snapshot.owned("TransitGatewayAttachments", "TransitGatewayAttachmentId", "ResourceOwnerId")
        recorded = (route for entry in self.routes.values() for route in entry.get("Routes") or ())
        self.whole = any(route.get("Type") == "propagated" for route in recorded)
        """Whether propagated routes are recorded too; other tools record the static ones alone."""

    def table(self, id_: str, item: Item) -> GatewayTable:
        """One table."""
        address = self.names.of(id_)
        propagations = tuple(self._propagations(id_, address))
        told = frozenset(link.target for link in propagations if isinstance(link.target, str))
        routes = (*self._routes(id_, address, told), *self._learnt(id_, address, propagations))
        kept = tuple(
            link
            for link in propagations
            if not self.whole or isinstance(link.target, Unknown) or self._vpc(link.target) is not None
        )
        gateway = refer(self.names, item.get("TransitGatewayId"), "gateway")
        return GatewayTable(address, gateway, tuple(self._associations(id_, address)), kept, routes)

    def _vpc(self, attachment: str | Unknown) -> Vpc | None:
        """The VPC behind an attachment, where it was read and all its ranges are known."""
        known = self.attachments.get(str(attachment))
        vpc = self.vpcs.get(str(known.vpc)) if known is not None else None
        return vpc if vpc is not None and all(isinstance(cidr, IPv4Network) for cidr in vpc.cidrs) else None

    def _associations(self, id_: str, address: str) -> Iterator[Link]:
        if id_ in self.associations:
            for each in self.associations[id_].get("Associations") or ():
                yield from self._association(address, str(each.get("TransitGatewayAttachmentId")), each)
            return
        for attachment, (_, item) in self.listed.items():
            told = item.get("Association") or {}
            if told.get("TransitGatewayRouteTableId") == id_:
                yield from self._association(address, attachment, told)
        if not self.listed:
            yield Link(address, Unknown(f"the associations of {id_}"))

    def _association(self, address: str, attachment: str, told: Item) -> Iterator[Link]:
        state = told.get("State", "associated")
        if state == "associated":
            yield Link(f"{address}#{attachment}", self.names.of(attachment))
        elif state in {"associating", "disassociating"}:
            yield Link(f"{address}#{attachment}", Unknown(f"{attachment} is {state}"))

    def _propagations(self, id_: str, address: str) -> Iterator[Link]:
        if id_ not in self.propagations:
            yield Link(address, Unknown(f"the propagations of {id_}"))
            return
        for each in self.propagations[id_].get("TransitGatewayRouteTablePropagations") or ():
            attachment, state = str(each.get("TransitGatewayAttachmentId")), each.get("State", "enabled")
            if state == "enabled":
                yield Link(f"{address}#{attachment}", self.names.of(attachment))
            elif state in {"enabling", "disabling"}:
                yield Link(f"{address}#{attachment}", Unknown(f"{attachment} is {state}"))

    def _routes(self, id_: str, address: str, told: frozenset[str]) -> Iterator[GatewayRoute]:
        """What was written into the table, and what others than known VPCs (`told`: who propagates) have told it."""
        entry = self.routes.get(id_)
        if entry is None or entry.get("AdditionalRoutesAvailable"):
            yield GatewayRoute(address, Unknown(f"not every route of {id_} was recorded"), None)
        routes = (entry or {}).get("Routes") or ()
        for route in sorted(routes, key=lambda route: route.get("Type") == "propagated"):
            yield from self._route(address, route, told)
        seen = {route.get("PrefixListId") for route in routes}
        for each in (self.references.get(id_) or {}).get("TransitGatewayPrefixListReferences") or ():
            list_id = each.get("PrefixListId")
            if list_id not in seen:
                yield GatewayRoute(f"{address}#{list_id}", Unknown(f"the ranges of {list_id}"), None)

    def _route(self, address: str, item: Item, told: frozenset[str]) -> Iterator[GatewayRoute]:
        state, cidr = item.get("State", "active"), item.get("DestinationCidrBlock")
        if state == "deleted" or ":" in str(cidr):
            return
        attached = [str(each.get("TransitGatewayAttachmentId")) for each in item.get("TransitGatewayAttachments") or ()]
        target = self.names.of(", ".join(attached))
        where, destination = f"{address}#{cidr or item.get('PrefixListId')}", as_prefix(cidr)
        vpc = self._vpc(target) if item.get("Type") == "propagated" and state == "active" and target in told else None
        if vpc is not None and destination in vpc.cidrs:
            return  # its propagation says so
        if state == "blackhole":
            yield GatewayRoute(where, destination, None)
        elif state == "active":
            yield GatewayRoute(where, destination, target or Unknown(f"the route to {cidr} names no attachment"))
        else:
            yield GatewayRoute(where, destination, f"{', '.join(attached)} (the route is {state})")

    def _learnt(self, id_: str, address: str, propagations: tuple[Link, ...]) -> Iterator[GatewayRoute]:
        """Ranges that should have been propagated and are not among the routes: AWS's two answers differ."""
        entry = self.routes.get(id_)
        if not self.whole or entry is None or entry.get("AdditionalRoutesAvailable"):
            return
        there = {as_prefix(route.get("DestinationCidrBlock")) for route in entry.get("Routes") or ()}
        for link in propagations:
            vpc = self._vpc(link.target)
            known = self.attachments.get(str(link.target))
            if vpc is None or known is None or known.available is not True:
                continue
            for cidr in vpc.cidrs:
                if isinstance(cidr, IPv4Network) and cidr not in there:
                    says = f"{link.target}, whose propagated route to {cidr} is not in the table"
                    yield GatewayRoute(f"{address}#{cidr}", cidr, says)
