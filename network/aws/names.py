"""Which address each of AWS's ids goes by.

An address is `<where>: <id>`. Where it is say the tags `hub:stack` and `hub:state` of the thing, or else of what it
belongs to (its VPC, its gateway), or else its account and region.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from network.aws.snapshot import Item, Snapshot, tags_of
from network.model import Owner, Unknown, stack_of
from network.names import beside

__all__ = ["Names", "place_name", "zone_id"]

STACK_TAG, STATE_TAG = "hub:stack", "hub:state"
"""The tags by which a part is found to be a stack's; recordings never leave them out."""

KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Vpcs", "VpcId", ()),
    ("TransitGateways", "TransitGatewayId", ()),
    ("Subnets", "SubnetId", ("VpcId",)),
    ("RouteTables", "RouteTableId", ("VpcId",)),
    ("NetworkAcls", "NetworkAclId", ("VpcId",)),
    ("SecurityGroups", "GroupId", ("VpcId",)),
    ("VpcEndpoints", "VpcEndpointId", ("VpcId",)),
    ("TransitGatewayVpcAttachments", "TransitGatewayAttachmentId", ("VpcId", "TransitGatewayId")),
    ("TransitGatewayAttachments", "TransitGatewayAttachmentId", ("ResourceId", "TransitGatewayId")),
    ("TransitGatewayRouteTables", "TransitGatewayRouteTableId", ("TransitGatewayId",)),
    ("NetworkInterfaces", "NetworkInterfaceId", ("VpcId",)),
    ("NatGateways", "NatGatewayId", ("VpcId",)),
    ("InternetGateways", "InternetGatewayId", ()),
    ("EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId", ()),
    ("VpnGateways", "VpnGatewayId", ()),
    ("VpnConnections", "VpnConnectionId", ("TransitGatewayId", "VpnGatewayId")),
    ("CustomerGateways", "CustomerGatewayId", ()),
    ("VpcPeeringConnections", "VpcPeeringConnectionId", ()),
    ("DhcpOptions", "DhcpOptionsId", ()),
    ("ManagedPrefixLists", "PrefixListId", ()),
    ("ResolverEndpoints", "Id", ("HostVPCId",)),
    ("ResolverRules", "Id", ("ResolverEndpointId",)),
    ("ResolverRuleAssociations", "Id", ("VPCId",)),
    ("Profiles", "Id", ()),
    ("ProfileAssociations", "Id", ("ResourceId",)),
    ("ResourceShares", "resourceShareArn", ()),
)
"""The files whose items have an id of their own, with its key and those of what an item belongs to; parents first."""
OWNER_KEYS = {
    "ResourceShares": "owningAccountId",
    "TransitGatewayAttachments": "ResourceOwnerId",
    "TransitGatewayVpcAttachments": "VpcOwnerId",
}
TERMINATED = frozenset({"terminated", "shutting-down"})
"""States of instances that are gone."""


class Names:
    """Gives every thing of a snapshot its address."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.ids: dict[str, str] = {}
        """The id of each address."""
        self.states: dict[str, str] = {}
        """Where the state of each stack is."""
        self._addresses: dict[str, str] = {}
        users = _vpcs_of_rules(snapshot)
        for file, key, parents in KINDS:
            for id_, (owner, item) in snapshot.owned(file, key, OWNER_KEYS.get(file, "OwnerId")).items():
                above = [str(item.get(parent)) for parent in parents]
                self._add(id_, owner, item, above or _within(item))
                if file == "ResolverRules" and not item.get("ResolverEndpointId"):
                    self._beside(id_, owner, users.get(id_, ()))
        for owner, instance in instances_of(snapshot):
            self._add(str(instance.get("InstanceId")), owner, instance, [str(instance.get("VpcId"))])
        for owner, zone, vpcs in _private_zones(snapshot):
            self._add(zone_id(zone.get("Id")), owner, zone, vpcs)

    def of(self, id_: object) -> str:
        """The address of an id; an id that nothing in the snapshot has is its own address, as in Terraform."""
        return self._addresses.get(str(id_), str(id_))

    def knows(self, id_: object) -> bool:
        """Whether something in the snapshot has an id."""
        return str(id_) in self._addresses

    def _add(self, id_: str, owner: Owner, item: Item, parents: Iterable[str]) -> None:
        tags = tags_of(item)
        tag = self._stack(tags[STACK_TAG], tags.get(STATE_TAG)) if STACK_TAG in tags else None
        above = (stack_of(self._addresses[parent]) for parent in parents if parent in self._addresses)
        where = tag or next(above, None) or place_name(owner)
        self._name(id_, where)

    def _stack(self, stack: str, state: str | None) -> str:
        """What a stack goes by: the second of a name has its state behind it."""
        if state is None or self.states.setdefault(stack, state) == state:
            return stack
        other = beside(stack, state)
        self.states[other] = state
        return other

    def _beside(self, id_: str, owner: Owner, vpcs: Iterable[str]) -> None:
        """A rule without an endpoint, and resolver parts have no tags: it is where the only VPC is that uses it."""
        homes = {stack_of(self._addresses[vpc]) for vpc in vpcs if vpc in self._addresses}
        self._name(id_, homes.pop() if len(homes) == 1 else place_name(owner))

    def _name(self, id_: str, where: str) -> None:
        self.ids.pop(self._addresses.get(id_, ""), None)
        address = f"{where}: {id_.rpartition('/')[2]}"
        self._addresses[id_] = address
        self.ids[address] = id_


def place_name(owner: Owner) -> str:
    """An account and region, as addresses begin with them."""
    return "/".join("?" if isinstance(part, Unknown) else part for part in (owner.account, owner.region))


def zone_id(value: object) -> str:
    """The id of a hosted zone, which some answers print as a path."""
    return str(value).rpartition("/")[2]


def instances_of(snapshot: Snapshot) -> Iterator[tuple[Owner, Item]]:
    """Every instance, with its owner; those that were terminated stay in AWS's answers for an hour."""
    for place, reservation in snapshot.of("Reservations"):
        owner = Owner(reservation.get("OwnerId") or place.account, place.region)
        for instance in reservation.get("Instances") or ():
            if (instance.get("State") or {}).get("Name") not in TERMINATED:
                yield owner, instance


def _within(item: Item) -> list[str]:
    """The VPCs that something is attached to."""
    attached = item.get("Attachments") or item.get("VpcAttachments") or ()
    return [str(each.get("VpcId")) for each in attached if isinstance(each, dict)]


def _vpcs_of_rules(snapshot: Snapshot) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for _, association in snapshot.of("ResolverRuleAssociations"):
        found.setdefault(str(association.get("ResolverRuleId")), set()).add(str(association.get("VPCId")))
    return found


def _private_zones(snapshot: Snapshot) -> Iterator[tuple[Owner, Item, list[str]]]:
    """The private zones that accounts own, with the VPCs that each is associated with."""
    details = {
        zone_id(detail.get("HostedZone", {}).get("Id")): [str(vpc.get("VPCId")) for vpc in detail.get("VPCs") or ()]
        for _, detail in snapshot.of("HostedZoneDetails")
    }
    for owner, zone in snapshot.of("HostedZones"):
        if (zone.get("Config") or {}).get("PrivateZone"):
            yield owner, zone, details.get(zone_id(zone.get("Id")), [])
