"""Doubts about what a snapshot says and the reader does not take into account: fields, endpoints and whole files.

Each is about the part whose field it is (a route, a record, an instance), or else the item, or else the account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from network.aws.coverage import FILES, is_known
from network.aws.coverage.fields import Field, Rows, Use, rows
from network.aws.endpoints import GONE, state_of
from network.aws.names import KINDS, OWNER_KEYS, TERMINATED, Names, place_name, zone_id
from network.aws.resolver import AUTODEFINED
from network.aws.snapshot import Item, Snapshot
from network.aws.zones import name_of
from network.model import Doubt, Owner

__all__ = ["doubts"]

KEYS = {
    **{file: (key, OWNER_KEYS.get(file, "OwnerId")) for file, key, _ in KINDS},
    "HostedZoneDetails": ("Id", ""),
    "HostedZones": ("Id", ""),
    "HostedZonesByVpc": ("VpcId", ""),
    "ManagedPrefixListEntries": ("PrefixListId", ""),
    "Parameters": ("Name", ""),
    "ProfileResourceAssociations": ("ProfileId", ""),
    "Reservations": ("ReservationId", "OwnerId"),
    "ResolverEndpointIpAddresses": ("ResolverEndpointId", ""),
    "ResourceRecordSets": ("HostedZoneId", ""),
    "ResourceShareAssociations": ("resourceShareArn", ""),
    "TransitGatewayPrefixListReferences": ("TransitGatewayRouteTableId", ""),
    "TransitGatewayPropagations": ("TransitGatewayRouteTableId", ""),
    "TransitGatewayRouteTableAssociations": ("TransitGatewayRouteTableId", ""),
    "TransitGatewayStaticRoutes": ("TransitGatewayRouteTableId", ""),
    "VpcAttributes": ("VpcId", ""),
}
"""The keys of the id that an item has, or is about, and of its owner."""
BELONGS = ("VpcId", "VPCId", "HostVPCId", "TransitGatewayId", "ResourceId", "SubnetId", "ResolverEndpointId")
"""Keys of what an item belongs to."""


def _route(_: Names, table: str, item: Item) -> str:
    destination = item.get("DestinationCidrBlock") or item.get("DestinationPrefixListId") or item.get("PrefixListId")
    return f"{table}#{destination}"


PARTS: Mapping[str, tuple[str, Callable[[Names, str, Item], str]]] = {
    "Reservations": ("Instances", lambda names, _, item: names.of(item.get("InstanceId"))),
    "ResourceRecordSets": ("ResourceRecordSets", lambda _, zone, item: f"{zone}#{name_of(item)}"),
    "RouteTables": ("Routes", _route),
    "TransitGatewayStaticRoutes": ("Routes", _route),
}
"""Files whose items have a list of parts with addresses of their own, which follow from the item's."""
TREES = {file: rows(fields) for file, fields in FILES.items() if fields[0].path}
"""The files that are not irrelevant as a whole."""
WITHIN = {file: TREES[file].below(part) for file, (part, _) in PARTS.items()}
ROWS: Mapping[str, Rows] = TREES | {file: TREES[file].without(part) for file, (part, _) in PARTS.items()}
"""The fields of items, without those of parts that have addresses of their own."""
LINGERING = frozenset({"TransitGatewayAttachments", "TransitGatewayVpcAttachments", "TransitGateways", "VpcEndpoints"})
"""Files that list for a while what is gone."""
KNOWN_TYPES = frozenset({"Interface", "Gateway", "GatewayLoadBalancer"})
"""Types of endpoints that are read. Packets come to one of a load balancer by the routes that lead to it."""
EMPTY: tuple[object, ...] = (None, "", [], {})
"""Values that say nothing."""
UNLISTED = Field("", Use.NOT_MODELLED, "it is not a known field")
"""What no row has: AWS is newer than the rows."""
LONGEST = 60
"""Of a value that a message quotes, in characters."""


def doubts(snapshot: Snapshot, names: Names) -> tuple[Doubt, ...]:
    """Every doubt, once."""
    found = [*_files(snapshot), *_endpoints(snapshot, names)]
    for file in ROWS:
        found += _fields(snapshot, names, file)
    return tuple(dict.fromkeys(found))


def _files(snapshot: Snapshot) -> Iterator[Doubt]:
    """Files that are not known: they may be about anything in their account."""
    for place, file in snapshot.files():
        if not is_known(file):
            yield Doubt(f"{place_name(place)}: {file}", "is a file of the snapshot that is not modelled", place)


def _endpoints(snapshot: Snapshot, names: Names) -> Iterator[Doubt]:
    """Endpoints of other types: nothing is known of the names that they take, and of what they lead to."""
    for id_, (owner, item) in snapshot.owned("VpcEndpoints", "VpcEndpointId").items():
        kind = item.get("VpcEndpointType", "Gateway")
        if kind not in KNOWN_TYPES and state_of(item) not in GONE:
            why = f"is an endpoint of type {kind}, which is not modelled"
            yield Doubt(names.of(id_), why, owner, _belongs(names, item))


def _fields(snapshot: Snapshot, names: Names, file: str) -> Iterator[Doubt]:
    """Fields of the items of a file, and of their parts, in the answer to each account.

    Some fields of a shared thing are only in the answer to who owns it, others only to who uses it.
    """
    inner, address_of = PARTS.get(file, ("", _route))
    known = ROWS[file]
    within = WITHIN.get(file, known)
    for place, item in snapshot.of(file):
        if not known.settled.issuperset(item):
            for why, about in _odd(item, known, place):
                yield from _doubt(snapshot, names, (file, place, item), why, about)
        for part in _parts(file, item, inner) if inner else ():
            for why, about in () if within.settled.issuperset(part) else _odd(part, within, place):
                owner, address = _subject(names, (file, place, item))
                belongs = (address, *_belongs(names, item, part))
                yield Doubt(address_of(names, address, part), why, owner, belongs, about)


def _parts(file: str, item: Item, inner: str) -> Iterable[Item]:
    """The parts of an item that are there."""
    parts: Iterable[Item] = item.get(inner) or ()
    if file == "Reservations":
        return (part for part in parts if (part.get("State") or {}).get("Name") not in TERMINATED)
    return parts


def _doubt(snapshot: Snapshot, names: Names, of: tuple[str, Owner, Item], why: str, about: str) -> Iterator[Doubt]:
    """A doubt about an item that is there; about DHCP options only where a VPC has them."""
    file, _, item = of
    id_, belongs = str(item.get("Id")), _belongs(names, item)
    if file == "DhcpOptions":
        vpcs = snapshot.owned("Vpcs", "VpcId").items()
        belongs = tuple(names.of(vpc) for vpc, (_, each) in vpcs if each.get("DhcpOptionsId") == item["DhcpOptionsId"])
    public = file == "HostedZones" and not (item.get("Config") or {}).get("PrivateZone")
    unused = file == "DhcpOptions" and not belongs
    gone = file in LINGERING and state_of(item) in GONE
    if not gone and not id_.startswith(AUTODEFINED) and not public and not unused:
        owner, address = _subject(names, of)
        yield Doubt(address, why, owner, belongs, about)


def _subject(names: Names, of: tuple[str, Owner, Item]) -> tuple[Owner, str]:
    """The owner and the address of an item of a file."""
    file, place, item = of
    key, owner_key = KEYS[file]
    id_ = str((item.get("HostedZone") or item).get(key))
    return Owner(item.get(owner_key) or place.account, place.region), _address(names, place, id_)


def _address(names: Names, owner: Owner, id_: str) -> str:
    for known in (id_, zone_id(id_)):
        if names.knows(known):
            return names.of(known)
    return f"{place_name(owner)}: {zone_id(id_)}"


def _belongs(names: Names, *items: Item) -> tuple[str, ...]:
    """Addresses of what an item, and a part of it, belong to."""
    ids = [item.get(key) for item in items for key in BELONGS]
    ids += [id_ for item in items for id_ in item.get("RouteTableIds") or ()]
    return tuple(dict.fromkeys(names.of(id_) for id_ in ids if names.knows(id_)))


def _odd(item: Item, known: Rows, place: Owner, path: str = "") -> list[tuple[str, str]]:
    """Why each field of an item is a doubt that is one, and what it may change."""
    found: list[tuple[str, str]] = []
    for key in [key for key in item if key not in known.settled]:
        row, value = known.others.get(key, UNLISTED), item[key]
        if (isinstance(row, Field) and value in row.neutral) or value in EMPTY:
            continue
        for each in value if isinstance(value, list) else (value,):
            if isinstance(row, Rows) and isinstance(each, dict):
                if not row.settled.issuperset(each):
                    found += _odd(each, row, place, f"{path}{key}.")
            elif isinstance(row, Rows) or not row.is_neutral(each, place):
                told = row if isinstance(row, Field) else UNLISTED
                found.append((_said(f"{path}{key}", told, each), told.about))
    return found


def _said(path: str, row: Field, value: object) -> str:
    """The field and its value, and why it matters."""
    told = f" to {value}" if isinstance(value, (str, int, float)) and len(str(value)) <= LONGEST else ""
    return f"sets {path}{told}, which is not modelled{row.why and f': {row.why}'}"
