"""Resolver endpoints, rules, and the VPCs that rules and profiles are associated with: answers of VPC Resolver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Address

from network.aws.names import Names
from network.aws.snapshot import Item, Snapshot
from network.aws.values import as_address, as_text, domain_of, refer, refer_all
from network.model import Forwarder, Owner, ResolverEndpoint, ResolverRule, RuleAssociation, Unknown, Vpc

__all__ = ["read_resolver_endpoints", "read_rule_associations", "read_rules"]

DNS_PORT = 53
PLAIN = "Do53"
ATTACHED = "ATTACHED"
LOST = frozenset({"FAILED_CREATION", "DELETING", "DELETE_FAILED_FAS_EXPIRED"})
"""States of an address that nobody answers at, or soon will not."""
AUTODEFINED = "rslvr-autodefined"
"""Rules that every VPC has: they say what its resolver does anyway."""


def read_resolver_endpoints(snapshot: Snapshot, names: Names) -> dict[str, ResolverEndpoint]:
    """Every endpoint. Where one that is not operational, or does not speak plain DNS, answers is not known."""
    addresses = snapshot.entries("ResolverEndpointIpAddresses", "ResolverEndpointId")
    found = {}
    for id_, (owner, item) in snapshot.owned("ResolverEndpoints", "Id").items():
        status = item.get("Status", "OPERATIONAL")
        unsure = Unknown(f"{id_} is {status}") if status != "OPERATIONAL" else None
        if PLAIN not in (item.get("Protocols") or (PLAIN,)):
            unsure = Unknown(f"{id_} does not speak plain DNS")
        interfaces = tuple(_interfaces(names, addresses[id_])) if id_ in addresses else ()
        if unsure is not None or id_ not in addresses:
            interfaces = (*interfaces, (unsure or Unknown(f"the addresses of {id_}"), None))
        found[names.of(id_)] = ResolverEndpoint(
            names.of(id_),
            owner,
            as_text(item.get("Direction"), "direction"),
            interfaces,
            # Whether it answers is as unknown as if its groups were.
            refer_all(names, item.get("SecurityGroupIds")) if unsure is None else (unsure,),
        )
    return found


def _interfaces(names: Names, entry: Item) -> Iterator[tuple[str | Unknown, IPv4Address | None]]:
    for each in entry.get("IpAddresses") or ():
        status, address = each.get("Status", ATTACHED), as_address(each.get("Ip"))
        if status == ATTACHED and isinstance(address, IPv4Address):
            yield refer(names, each.get("SubnetId"), "subnet"), address
        elif status not in LOST and each.get("Ip"):
            yield Unknown(f"{each.get('Ip')} is {status}"), None


def read_rules(snapshot: Snapshot, names: Names) -> dict[str, ResolverRule]:
    """Every rule that somebody made. What one does that is being changed could not be determined."""
    found = {}
    for id_, (owner, item) in snapshot.owned("ResolverRules", "Id").items():
        if id_.startswith(AUTODEFINED):
            continue
        status = item.get("Status", "COMPLETE")
        kind = as_text(item.get("RuleType"), "RuleType") if status == "COMPLETE" else Unknown(f"{id_} is {status}")
        endpoint = item.get("ResolverEndpointId")
        targets = tuple(
            Forwarder(as_address(each.get("Ip")), int(each.get("Port") or DNS_PORT))
            for each in item.get("TargetIps") or ()
        )
        found[names.of(id_)] = ResolverRule(
            names.of(id_),
            owner,
            domain_of(item.get("DomainName")),
            kind,
            names.of(endpoint) if endpoint else None,
            targets,
        )
    return found


def read_rule_associations(
    snapshot: Snapshot, names: Names, vpcs: Mapping[str, Vpc], rules: Mapping[str, ResolverRule]
) -> tuple[tuple[RuleAssociation, ...], dict[str, ResolverRule]]:
    """Every association that is in effect, and stand-ins for rules of which it is not known whether they are.

    A profile is a rule of which nothing is known: it may bring rules and zones for any name.
    """
    found, stand_ins = [], {}
    for id_, (owner, item) in snapshot.owned("ResolverRuleAssociations", "Id").items():
        status, rule = item.get("Status", "COMPLETE"), str(item.get("ResolverRuleId"))
        if status == "FAILED" or rule.startswith(AUTODEFINED):
            continue
        vpc = refer(names, item.get("VPCId"), "VPC")
        user = vpcs[vpc].owner if isinstance(vpc, str) and vpc in vpcs else owner
        target: str | Unknown = names.of(rule)
        if status != "COMPLETE":
            at = f"{target}#{id_}"
            if str(target) in rules:
                stand_ins[at] = replace(rules[str(target)], address=at, owner=user, kind=Unknown(f"{id_} is {status}"))
            target = at
        found.append(RuleAssociation(names.of(id_), user, target, vpc))
    found += _profiles(snapshot, names, vpcs)
    return tuple(found), stand_ins


def _profiles(snapshot: Snapshot, names: Names, vpcs: Mapping[str, Vpc]) -> Iterator[RuleAssociation]:
    resources = snapshot.entries("ProfileResourceAssociations", "ProfileId")
    for id_, (owner, item) in snapshot.owned("ProfileAssociations", "Id").items():
        vpc, profile = refer(names, item.get("ResourceId"), "VPC"), str(item.get("ProfileId"))
        empty = profile in resources and not resources[profile].get("ProfileResourceAssociations")
        if not empty and item.get("Status") not in {"DELETED", "FAILED"}:
            user = vpcs[vpc].owner if isinstance(vpc, str) and vpc in vpcs else Owner(owner.account, owner.region)
            yield RuleAssociation(names.of(id_), user, Unknown(f"what the profile {profile} brings"), vpc)
