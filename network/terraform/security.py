"""Security groups and network ACLs, with their rules inline or as resources of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from network.model import Acl, AclEntry, Doubt, SecurityGroup, SecurityRule, Unknown
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.expressions import Json
from network.terraform.values import (
    as_flag,
    as_list,
    as_number,
    as_optional,
    as_prefix,
    as_text,
    as_texts,
    fields_of,
    is_ipv6,
)
from network.unplaced import NOWHERE

__all__ = ["READERS"]

ALL_PORTS = (0, 65535)

PORTED = frozenset({"tcp", "udp"})
"""Protocols with ports. For any other, Terraform writes 0 for the first and the last."""
PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "all": "-1"}


def _protocol(value: Json) -> str | Unknown:
    text = as_text(value)
    return text if isinstance(text, Unknown) else PROTOCOLS.get(text.lower(), text.lower())


def _ports(protocol: str | Unknown, get: Callable[[str], Json]) -> tuple[int | Unknown, int | Unknown]:
    if protocol == "-1":
        return ALL_PORTS
    return as_number(get("from_port"), 0), as_number(get("to_port"), ALL_PORTS[1])


def _group_rule(to: Builder, r: Resource) -> None:
    protocol = _protocol(r.get("ip_protocol"))
    parts = (to.ingress if r.kind.endswith("ingress_rule") else to.egress)[to.parent(r, "security_group_id")]
    rule = SecurityRule(r.address, protocol, *_ports(protocol, r.get), Unknown("no peer"))
    cidr, group, listed = (
        as_optional(r.get(name)) for name in ("cidr_ipv4", "referenced_security_group_id", "prefix_list_id")
    )
    if cidr is not None:
        parts.append(replace(rule, peer=as_prefix(cidr)))
    elif group is not None:
        account, _, id_ = str(group).partition("/")
        parts.append(replace(rule, peer=id_ if account.isdigit() else group))  # of another account's group
    elif listed is not None:
        to.listed.append((parts, rule, listed))
    elif r.get("cidr_ipv6") is None:
        parts.append(rule)


def _old_group_rule(to: Builder, r: Resource) -> None:
    group, side = to.parent(r, "security_group_id"), as_text(r.get("type"))
    if side in {"ingress", "egress"}:
        _block_rules(to, (to.ingress if side == "ingress" else to.egress)[group], r.address, group, r.get)
        return
    # It may be on either side, and allow whatever it says or nothing.
    rules: list[SecurityRule] = []
    _block_rules(to, rules, r.address, group, r.get)
    unknown = side if isinstance(side, Unknown) else Unknown(f"no type: {side}")
    for parts in (to.ingress[group], to.egress[group]):
        parts.append(SecurityRule(r.address, unknown, unknown, unknown, unknown))


def _block_rules(to: Builder, parts: list[SecurityRule], address: str, group: str, get: Callable[[str], Json]) -> None:
    """Add the rules of one block, which lists several peers."""
    protocol = _protocol(get("protocol"))
    rule = SecurityRule(address, protocol, *_ports(protocol, get), Unknown("no peer"))
    parts += [replace(rule, peer=as_prefix(cidr)) for cidr in as_list(get("cidr_blocks"))]
    groups = (*as_list(get("security_groups")), *as_list(get("source_security_group_id")))
    parts += [replace(rule, peer=as_text(each)) for each in groups]
    to.listed += [(parts, rule, as_text(listed)) for listed in as_list(get("prefix_list_ids"))]
    own = as_flag(get("self"), default=False)
    if own is not False:
        parts.append(replace(rule, peer=group if own is True else own))


def _group(to: Builder, r: Resource) -> None:
    for side, parts in (("ingress", to.inline_ingress), ("egress", to.inline_egress)):
        for block in as_list(r.get(side)):
            _block_rules(to, parts[r.address], r.address, r.address, fields_of(block))
    vpc = as_text(r.get("vpc_id"))
    to.groups[r.address] = SecurityGroup(r.address, vpc)
    if isinstance(vpc, Unknown):
        to.doubts.append(Doubt(r.address, f"is in a VPC that is not known ({vpc})", r.owner, about="packets"))
    if r.kind == "aws_default_security_group":
        to.placed(r, "vpc_id", vpc, "packets")
        to.default_groups[str(vpc)] = r.address


def _acl_entry(address: str, get: Callable[[str], Json], names: tuple[str, str, str]) -> AclEntry:
    number, action, cidr = names
    protocol, at, does = _protocol(get("protocol")), as_number(get(number), 0), as_text(get(action))
    first, last = _ports(protocol, get)
    if first == last == 0 and protocol not in PORTED:
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


def _is_ipv6(get: Callable[[str], Json]) -> bool:
    """Whether an entry is about IPv6, which is not modelled."""
    return is_ipv6(get("ipv6_cidr_block")) and not get("cidr_block")


def _acl(to: Builder, r: Resource) -> None:
    sides = [
        tuple(
            _acl_entry(r.address, fields_of(block), ("rule_no", "action", "cidr_block"))
            for block in as_list(r.get(side))
            if not _is_ipv6(fields_of(block))
        )
        for side in ("ingress", "egress")
    ]
    to.acls[r.address] = Acl(r.address, *sides)
    if r.kind == "aws_default_network_acl":
        own, vpc = to.parent(r, "default_network_acl_id"), r.get("vpc_id")
        # Where its id is known, it comes to its own address, and the VPC is known too.
        to.default_acls[own.partition("#")[0] if "#" in own or not isinstance(vpc, str) else vpc] = r.address
    for subnet in as_texts(r.get("subnet_ids")):
        if isinstance(subnet, str):
            to.only(to.subnet_acls, subnet, r.address)
        else:
            to.subnet_acls[NOWHERE] = subnet
            to.unmodelled.append(f"{r.address} (subnet_ids: {subnet})")


def _acl_rule(to: Builder, r: Resource) -> None:
    acl, egress = to.parent(r, "network_acl_id"), as_flag(r.get("egress"), default=False)
    if _is_ipv6(r.get):
        return
    entry = _acl_entry(r.address, r.get, ("rule_number", "rule_action", "cidr_block"))
    sides = (False, True) if isinstance(egress, Unknown) else (egress,)
    entry = replace(entry, cidr=egress) if isinstance(egress, Unknown) else entry
    to.acl_entries[acl] += [(side, entry) for side in sides]


def _acl_association(to: Builder, r: Resource) -> None:
    to.only(to.subnet_acls, to.parent(r, "subnet_id"), as_text(r.get("network_acl_id")))


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
