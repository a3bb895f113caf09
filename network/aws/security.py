"""Security groups and network ACLs: answers of EC2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from network.aws.names import Names
from network.aws.snapshot import Item, Snapshot
from network.aws.values import ALL_PORTS, as_prefix, prefix_lists, protocol_of, ranges_of, refer
from network.model import Acl, AclEntry, Prefix, SecurityGroup, SecurityRule, Unknown

__all__ = ["default_groups", "read_acls", "read_groups"]

PORTED = frozenset({"tcp", "udp"})


def read_groups(snapshot: Snapshot, names: Names) -> dict[str, SecurityGroup]:
    """Every security group, with a rule for each peer."""
    found = {}
    listed = prefix_lists(snapshot)
    for id_, (_, item) in snapshot.owned("SecurityGroups", "GroupId").items():
        address = names.of(id_)
        sides = (
            tuple(
                rule
                for entry in item.get(key) or ()
                for rule in _rules(snapshot, names, f"{address}#{side}", (item, entry, listed))
            )
            for side, key in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))
        )
        found[address] = SecurityGroup(address, refer(names, item.get("VpcId"), "VPC"), *sides)
    return found


def default_groups(snapshot: Snapshot, names: Names) -> dict[str, str]:
    """The default group of each VPC, both by address."""
    groups = snapshot.owned("SecurityGroups", "GroupId")
    return {
        names.of(item.get("VpcId")): names.of(id_)
        for id_, (_, item) in groups.items()
        if item.get("GroupName") == "default"
    }


def _rules(
    snapshot: Snapshot, names: Names, address: str, found: tuple[Item, Item, Mapping[str, Item]]
) -> Iterator[SecurityRule]:
    group, entry, listed = found
    protocol = protocol_of(entry.get("IpProtocol"))
    ports = ALL_PORTS
    if protocol != "-1" and entry.get("FromPort") is not None:
        ports = (int(entry["FromPort"]), int(entry.get("ToPort", entry["FromPort"])))
    for each in entry.get("IpRanges") or ():
        yield SecurityRule(address, protocol, *ports, as_prefix(each.get("CidrIp")))
    for each in entry.get("PrefixListIds") or ():
        for cidr in ranges_of(listed, each.get("PrefixListId")):
            yield SecurityRule(address, protocol, *ports, cidr)
    for each in entry.get("UserIdGroupPairs") or ():
        yield SecurityRule(address, protocol, *ports, _peer(snapshot, names, group, each))


def _peer(snapshot: Snapshot, names: Names, group: Item, pair: Item) -> str | Prefix | Unknown:
    """A group of the same VPC; whether one of another VPC is met depends on a peering or a gateway."""
    known = snapshot.owned("SecurityGroups", "GroupId").get(str(pair.get("GroupId")))
    vpc = pair.get("VpcId") or (known[1].get("VpcId") if known is not None else group.get("VpcId"))
    if vpc != group.get("VpcId"):
        return Unknown(f"{pair.get('GroupId')} of another VPC")
    return refer(names, pair.get("GroupId"), "group")


def read_acls(snapshot: Snapshot, names: Names) -> dict[str, Acl]:
    """Every network ACL with its IPv4 entries; the last ones, which deny what no other matches, have number 32767."""
    found = {}
    for id_, (_, item) in snapshot.owned("NetworkAcls", "NetworkAclId").items():
        address = names.of(id_)
        entries = [entry for entry in item.get("Entries") or () if entry.get("CidrBlock")]
        sides = (
            tuple(_entry(f"{address}#{side}", entry) for entry in entries if bool(entry.get("Egress")) == egress)
            for side, egress in (("ingress", False), ("egress", True))
        )
        found[address] = Acl(address, *sides)
    return found


def _entry(address: str, item: Item) -> AclEntry:
    protocol, number = protocol_of(item.get("Protocol")), int(item.get("RuleNumber", 0))
    told = item.get("PortRange") or {}
    first, last = ALL_PORTS
    if protocol in PORTED and told.get("From") is not None:
        first, last = int(told["From"]), int(told.get("To", told["From"]))
    allow = item.get("RuleAction") == "allow"
    return AclEntry(f"{address}-{number}", number, protocol, first, last, as_prefix(item.get("CidrBlock")), allow)
