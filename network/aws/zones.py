"""Private hosted zones, their records, and the VPCs that they are associated with: answers of Route 53.

A zone's account lists its records and its VPCs; a VPC's account lists the zones that the VPC has, also those of others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from network.aws.endpoints import endpoint_names
from network.aws.names import Names, place_name, zone_id
from network.aws.snapshot import Item, Snapshot
from network.aws.values import as_address, domain_of
from network.model import HostedZone, Link, Owner, Record, Unknown

__all__ = ["name_of", "read_zones"]

ADDRESSES = "A"
SILENT = frozenset({"SOA", "NS"})
"""Types that every zone has at its top, and that answer no address."""


def read_zones(snapshot: Snapshot, names: Names) -> dict[str, HostedZone]:
    """Every private zone that an account owns or a VPC has. Without its records any name in it is undetermined."""
    reader = _Zones(snapshot, names)
    for owner, item in snapshot.of("HostedZones"):
        if (item.get("Config") or {}).get("PrivateZone"):
            reader.add(owner, zone_id(item.get("Id")), item.get("Name"))
    for detail in (detail for _, detail in snapshot.of("HostedZoneDetails")):
        id_ = zone_id((detail.get("HostedZone") or {}).get("Id"))
        for vpc in detail.get("VPCs") or ():
            reader.link(id_, str(vpc.get("VPCId")))
    reader.add_used()
    return reader.zones()


class _Zones:
    """Joins what zones' and VPCs' accounts list."""

    def __init__(self, snapshot: Snapshot, names: Names) -> None:
        self.snapshot = snapshot
        self.names = names
        self.records = {zone_id(key): e for key, e in snapshot.entries("ResourceRecordSets", "HostedZoneId").items()}
        self.endpoints = endpoint_names(snapshot, names)
        self.found: dict[str, tuple[Owner, str | Unknown]] = {}
        self.vpcs: dict[str, dict[str, None]] = {}

    def add(self, owner: Owner, id_: str, name: object) -> None:
        """Note a zone; who lists it first owns it."""
        self.found.setdefault(id_, (owner, domain_of(name)))

    def link(self, id_: str, vpc: str) -> None:
        """Note that a zone is associated with a VPC."""
        self.vpcs.setdefault(id_, {})[vpc] = None

    def add_used(self) -> None:
        """Note the zones of each VPC, except the hidden ones of its own endpoints, which say so themselves."""
        own: dict[str, set[str]] = {}
        for _, endpoint in self.snapshot.owned("VpcEndpoints", "VpcEndpointId").values():
            told = own.setdefault(str(endpoint.get("VpcId")), set())
            for entry in endpoint.get("DnsEntries") or ():
                told |= {str(entry.get("HostedZoneId")), str(entry.get("DnsName")).removeprefix("*.").rstrip(".")}
        for place, entry in self.snapshot.of("HostedZonesByVpc"):
            vpc = str(entry.get("VpcId"))
            for summary in entry.get("HostedZoneSummaries") or ():
                id_, said = zone_id(summary.get("HostedZoneId")), summary.get("Owner") or {}
                name = str(summary.get("Name")).rstrip(".")
                if "OwningService" in said and own.get(vpc, set()) & {id_, name}:
                    continue
                self.add(Owner(said.get("OwningAccount") or place.account, "global"), id_, summary.get("Name"))
                self.link(id_, vpc)

    def zones(self) -> dict[str, HostedZone]:
        """Every zone that some VPC has."""
        found = {}
        for id_, (owner, domain) in self.found.items():
            address = self.names.of(id_) if self.names.knows(id_) else f"{place_name(owner)}: {id_}"
            links = tuple(Link(f"{address}#{vpc}", self.names.of(vpc)) for vpc in self.vpcs.get(id_, ()))
            records = tuple(self._records(address, id_, domain))
            found[address] = HostedZone(address, domain, links, records)
        return found

    def _records(self, address: str, id_: str, domain: str | Unknown) -> Iterator[Record]:
        if isinstance(domain, Unknown):
            return
        if id_ not in self.records:
            yield from _anything(address, domain, Unknown(f"the records of {id_}"))
            return
        named: dict[str, list[Item]] = {}
        for item in self.records[id_].get("ResourceRecordSets") or ():
            named.setdefault(name_of(item), []).append(item)
        for name, items in named.items():
            kinds = {item.get("Type") for item in items}
            if name == domain and kinds <= SILENT:
                continue
            if "NS" in kinds and name != domain:
                yield from _anything(address, name, Unknown(f"{name} is delegated"))
                continue
            yield self._record(f"{address}#{name}", name, items)

    def _record(self, address: str, name: str, items: list[Item]) -> Record:
        """What a name is answered with: addresses, an alias, or something that the model does not know."""
        told = [item for item in items if item.get("Type") == ADDRESSES]
        aliases = {str(item["AliasTarget"].get("DNSName")) for item in told if item.get("AliasTarget")}
        values = tuple(as_address(each.get("Value")) for item in told for each in item.get("ResourceRecords") or ())
        if len(aliases) == 1 and not values:
            target = aliases.pop().rstrip(".").lower()
            return Record(address, name, (), self.endpoints.get(target, target))
        if not aliases and values:
            return Record(address, name, values, None)
        kinds = ", ".join(sorted({str(item.get("Type")) for item in items}))
        return Record(address, name, (), Unknown(f"{name} has records {kinds}"))


def name_of(item: Mapping[str, object]) -> str:
    r"""A record's name; Route 53 writes `*` as `\052`."""
    return str(item.get("Name")).replace("\\052", "*").rstrip(".").lower()


def _anything(address: str, domain: str, why: Unknown) -> Iterator[Record]:
    """Records of which nothing is known: any name in a domain may have one."""
    for name in (domain, f"*.{domain}"):
        yield Record(f"{address}#{name}", name, (), why)
