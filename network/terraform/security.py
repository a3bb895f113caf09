"""Security groups and network ACLs, with their rules inline or as resources of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from network.model import Acl, AclEntry, Prefix, SecurityGroup, SecurityRule, Unknown
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.expressions import Json
from network.terraform.values import as_list, as_number, as_prefix, as_text, as_texts, fields_of

__all__ = ["READERS"]

ALL_PORTS = (0, 65535)

PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "all": "-1"}


def _protocol(value: Json) -> str | Unknown:
    text = as_text(value)
    return text if isinstance(text, Unknown) else PROTOCOLS.get(text.lower(), text.lower())


def _ports(protocol: str | Unknown, get: Callable[[str], Json]) -> tuple[int | Unknown, int | Unknown]:
    if protocol == "-1":
        return ALL_PORTS
    return as_number(get("from_port"), 0), as_number(get("to_port"), ALL_PORTS[1])


def _peer(r: Resource) -> Prefix | str | Unknown:
    if r.get("cidr_ipv4") is not None:
        return as_prefix(r.get("cidr_ipv4"))
    group = r.get("referenced_security_group_id")
    return group if isinstance(group, str) else Unknown("a prefix list")


def _group_rule(to: Builder, r: Resource) -> None:
    if r.get("cidr_ipv6") is not None:
        return
    protocol = _protocol(r.get("ip_protocol"))
    parts = to.ingress if r.kind.endswith("ingress_rule") else to.egress
    parts[to.parent(r, "security_group_id")].append(
        SecurityRule(r.address, protocol, *_ports(protocol, r.get), _peer(r))
    )


def _old_group_rule(to: Builder, r: Resource) -> None:
    group = to.parent(r, "security_group_id")
    parts = to.ingress if r.get("type") == "ingress" else to.egress
    parts[group] += _block_rules(r.address, group, r.get)


def _block_rules(address: str, group: str, get: Callable[[str], Json]) -> Iterator[SecurityRule]:
    """The rules of one inline block, which lists several peers."""
    protocol = _protocol(get("protocol"))
    ports = _ports(protocol, get)
    for cidr in as_list(get("cidr_blocks")):
        yield SecurityRule(address, protocol, *ports, as_prefix(cidr))
    for peer in (*as_list(get("security_groups")), *as_list(get("source_security_group_id"))):
        yield SecurityRule(address, protocol, *ports, as_text(peer))
    for _ in as_list(get("prefix_list_ids")):
        yield SecurityRule(address, protocol, *ports, Unknown("a prefix list"))
    own = get("self")
    if own is True or isinstance(own, Unknown):
        yield SecurityRule(address, protocol, *ports, group if own is True else own)


def _group(to: Builder, r: Resource) -> None:
    sides = [
        tuple(rule for block in as_list(r.get(side)) for rule in _block_rules(r.address, r.address, fields_of(block)))
        for side in ("ingress", "egress")
    ]
    vpc = as_text(r.get("vpc_id"))
    to.groups[r.address] = SecurityGroup(r.address, vpc, *sides)
    if r.kind == "aws_default_security_group" and isinstance(vpc, str):
        to.default_groups[vpc] = r.address


def _acl_entry(address: str, get: Callable[[str], Json], names: tuple[str, str, str]) -> AclEntry:
    number, action, cidr = names
    protocol, at, does = _protocol(get("protocol")), as_number(get(number), 0), as_text(get(action))
    first, last = _ports(protocol, get)
    if first == last == 0:
        first, last = ALL_PORTS
    if (
        isinstance(protocol, str)
        and isinstance(at, int)
        and isinstance(does, str)
        and isinstance(first, int)
        and isinstance(last, int)
    ):
        return AclEntry(address, at, protocol, first, last, as_prefix(get(cidr)), does.lower() == "allow")
    # It may be about any packet, and where its number is not known, before all others.
    why = next(each for each in (protocol, at, does, first, last) if isinstance(each, Unknown))
    return AclEntry(address, at if isinstance(at, int) else 0, "-1", *ALL_PORTS, why, allow=True)


def _acl(to: Builder, r: Resource) -> None:
    sides = [
        tuple(
            _acl_entry(r.address, fields_of(block), ("rule_no", "action", "cidr_block"))
            for block in as_list(r.get(side))
            if not fields_of(block)("ipv6_cidr_block") or isinstance(block, Unknown)
        )
        for side in ("ingress", "egress")
    ]
    to.acls[r.address] = Acl(r.address, *sides)
    if r.kind == "aws_default_network_acl":
        own = to.parent(r, "default_network_acl_id")
        # Where its id is known, it comes to its own address, and the VPC is known too.
        to.default_acls[own.partition("#")[0] if "#" in own else str(r.get("vpc_id"))] = r.address
    for subnet in as_texts(r.get("subnet_ids")):
        if isinstance(subnet, str):
            to.subnet_acls[subnet] = r.address
        else:
            to.unmodelled.append(f"{r.address} (subnet_ids: {subnet})")


def _acl_rule(to: Builder, r: Resource) -> None:
    if r.get("ipv6_cidr_block"):
        return  # IPv4 alone is modelled
    entry = _acl_entry(r.address, r.get, ("rule_number", "rule_action", "cidr_block"))
    to.acl_entries[to.parent(r, "network_acl_id")].append((r.get("egress") is True, entry))


def _acl_association(to: Builder, r: Resource) -> None:
    to.subnet_acls[to.parent(r, "subnet_id")] = as_text(r.get("network_acl_id"))


READERS: Mapping[str, Reader] = {
    "aws_default_network_acl": _acl,
    "aws_default_security_group": _group,
    "aws_network_acl": _acl,
    "aws_network_acl_association": _acl_association,
    "aws_network_acl_rule": _acl_rule,
    "aws_security_group": _group,
    "aws_security_group_rule": _old_group_rule,
    "aws_vpc_security_group_egress_rule": _group_rule,
    "aws_vpc_security_group_ingress_rule": _group_rule,
}
