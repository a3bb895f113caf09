"""What differs between two networks, part by part, whether or not it breaks a path.

Parts are compared by what they do and not by what they are called: ids and addresses of resources say nothing about a
network, and differ between the Terraform and what was made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from network.model import (
    Acl,
    AclEntry,
    Attachment,
    GatewayTable,
    Network,
    ResolverRule,
    RuleAssociation,
    SecurityRule,
    Subnet,
    Unknown,
    Vpc,
)

__all__ = ["Difference", "differences"]

UNDETERMINED = "could not be determined"
EVERYWHERE = IPv4Network("0.0.0.0/0")
EVERYTHING = "allows everything"


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """What one part of a hub or spoke has in one network and not in the other."""

    subject: str
    """The hub or spoke."""
    part: str
    """Such as `routes`."""
    missing: tuple[str, ...]
    """What the second network lacks."""
    added: tuple[str, ...]
    """What only the second network has."""


Facts = Mapping[str, frozenset[str]]
"""What a VPC has, by part."""


def differences(designed: Network, deployed: Network, subjects: Iterable[str] | None = None) -> Iterator[Difference]:
    """Every difference between the hubs and spokes of two networks, in the order of their names.

    `subjects` limits it to some names. A hub or spoke that only one of them has is one difference. What a reader could
    not determine differs from everything that is known, so that no part passes as equal that nobody has seen.
    """
    known = {**designed.hubs, **designed.spokes}
    found = {**deployed.hubs, **deployed.spokes}
    for name in sorted((known.keys() | found.keys()) if subjects is None else set(subjects)):
        if name not in known and name not in found:
            continue
        if name not in known or name not in found:
            there = (f"VPC {name}",)
            yield Difference(name, "VPC", there if name in known else (), there if name in found else ())
            continue
        ours, theirs = _facts(designed, known[name]), _facts(deployed, found[name])
        for part in ours:
            if ours[part] != theirs[part]:
                missing, added = sorted(ours[part] - theirs[part]), sorted(theirs[part] - ours[part])
                yield Difference(name, part, tuple(missing), tuple(added))


def _facts(network: Network, vpc: Vpc) -> Facts:
    """What a VPC has. Every part is there, so that an empty one is compared too."""
    subnets = network.subnets_of.get(vpc.address, ())
    return {
        part: frozenset(facts)
        for part, facts in (
            ("VPC", _vpc(vpc)),
            ("subnets", (f"{_text(subnet.cidr)} in {_text(subnet.zone)}" for subnet in subnets)),
            ("routes", _routes(network, subnets)),
            ("network ACLs", (f"{_text(s.cidr)}: {_acl(network, s)}" for s in subnets)),
            ("attachments", _attachments(network, vpc)),
            ("gateway tables", _gateway_tables(network, vpc)),
            ("resolver endpoints", _resolver_endpoints(network, vpc)),
            ("resolver rules", _rules(network, vpc)),
            ("private zones", _zones(network, vpc)),
            ("interface endpoints", _interface_endpoints(network, vpc)),
            ("gateway endpoints", _gateway_endpoints(network, vpc)),
            ("security groups", _security_groups(network, vpc)),
        )
    }


def _text(value: object) -> str:
    return UNDETERMINED if isinstance(value, Unknown) else str(value)


def _switch(value: bool | Unknown) -> str:  # noqa: FBT001  a value, not a switch of ours
    return UNDETERMINED if isinstance(value, Unknown) else "on" if value else "off"


def _vpc(vpc: Vpc) -> Iterator[str]:
    yield from map(_text, vpc.cidrs)
    yield f"DNS support {_switch(vpc.dns_support)}"
    yield f"DNS hostnames {_switch(vpc.dns_hostnames)}"


def _routes(network: Network, subnets: Iterable[Subnet]) -> Iterator[str]:
    """Of every subnet, by the table that holds for it; routes to a gateway endpoint are that endpoint's part."""
    for subnet in subnets:
        table = network.tables.get(str(subnet.table))
        if table is None:
            yield f"{_text(subnet.cidr)}: the route table {UNDETERMINED}"
            continue
        for route in table.routes:
            if not isinstance(route.destination, str):
                yield f"{_text(subnet.cidr)}: {_text(route.destination)} to {route.kind.replace('_', ' ')}"


def _acl(network: Network, subnet: Subnet) -> str:
    if isinstance(subnet.acl, Unknown):
        return UNDETERMINED
    if subnet.acl is None:
        return EVERYTHING
    acl = network.acls.get(subnet.acl)
    if acl is None:
        return UNDETERMINED
    return EVERYTHING if _allows_everything(acl) else "; ".join(_entries(acl))


def _allows_everything(acl: Acl) -> bool:
    """Whether the first entry of each direction decides, and allows everything, as in a VPC's default ACL."""
    return all(
        entries
        and (first := min(entries, key=lambda entry: entry.number)).allow
        and first.protocol == "-1"
        and first.cidr == EVERYWHERE
        for entries in (acl.ingress, acl.egress)
    )


def _entries(acl: Acl) -> Iterator[str]:
    for direction, entries in (("ingress", acl.ingress), ("egress", acl.egress)):
        yield from (f"{direction} {_entry(entry)}" for entry in sorted(entries, key=lambda entry: entry.number))


def _entry(entry: AclEntry) -> str:
    verb = "allows" if entry.allow else "denies"
    return f"{entry.number} {verb} {_ports(entry.protocol, entry.first_port, entry.last_port)} {_text(entry.cidr)}"


def _ports(protocol: object, first: object, last: object) -> str:
    if protocol == "-1":
        return "everything"
    ports = _text(first) if first == last else f"{_text(first)}-{_text(last)}"
    return f"{_text(protocol)} {ports}"


def _attachments(network: Network, vpc: Vpc) -> Iterator[str]:
    for attachment in network.attachments_of.get(vpc.address, ()):
        for at in attachment.subnets:
            subnet = network.subnets.get(str(at))
            yield f"in {_text(subnet.zone) if subnet is not None else UNDETERMINED}"


def _gateway_tables(network: Network, vpc: Vpc) -> Iterator[str]:
    """What is in the tables that a VPC's attachments are associated with: who is reached through them."""
    for attachment in network.attachments_of.get(vpc.address, ()):
        tables = [table for table in network.gateway_tables.values() if _is_associated(table, attachment)]
        if not tables:
            yield "no association with a route table"
        for table in tables:
            for link in table.propagations:
                yield f"propagation from {_behind(network, link.target)}"
            for route in table.routes:
                target = "blackhole" if route.attachment is None else _behind(network, route.attachment)
                yield f"static route {_text(route.destination)} to {target}"


def _is_associated(table: GatewayTable, attachment: Attachment) -> bool:
    return any(link.target == attachment.address for link in table.associations)


def _behind(network: Network, attachment: str | Unknown) -> str:
    """The VPC behind an attachment, by name."""
    known = network.attachments.get(str(attachment))
    if known is None:
        return "an attachment that was not read"
    vpcs = {vpc.address: name for name, vpc in (*network.hubs.items(), *network.spokes.items())}
    return vpcs.get(str(known.vpc), "a VPC that was not read")


def _resolver_endpoints(network: Network, vpc: Vpc) -> Iterator[str]:
    for endpoint in network.resolver_endpoints.values():
        for at, address in endpoint.interfaces:
            subnet = network.subnets.get(str(at))
            if subnet is not None and subnet.vpc == vpc.address:
                # AWS chooses the addresses of an outbound endpoint, so that they say nothing about the design.
                where = address if endpoint.direction == "INBOUND" and address is not None else _text(subnet.zone)
                yield f"{_text(endpoint.direction)} at {where}"


def _rules(network: Network, vpc: Vpc) -> Iterator[str]:
    for association in network.rule_associations:
        if association.vpc == vpc.address:
            yield _rule(network, association)


def _rule(network: Network, association: RuleAssociation) -> str:
    rule = network.rules.get(str(association.rule))
    if rule is None:
        return "a rule that was not read"
    return f"{_text(rule.domain)} {_text(rule.kind)}{_targets(rule)}"


def _targets(rule: ResolverRule) -> str:
    targets = sorted(f"{_text(target.ip)}:{target.port}" for target in rule.targets)
    return f" to {', '.join(targets)}" if targets else ""


def _zones(network: Network, vpc: Vpc) -> Iterator[str]:
    for zone in network.zones.values():
        if any(link.target == vpc.address for link in zone.vpcs):
            yield _text(zone.domain)


def _interface_endpoints(network: Network, vpc: Vpc) -> Iterator[str]:
    for endpoint in network.interface_endpoints.values():
        if endpoint.vpc == vpc.address:
            yield f"{_text(endpoint.service)}: private DNS {_switch(endpoint.private_dns)}"
            for at in endpoint.subnets:
                subnet = network.subnets.get(str(at))
                yield f"{_text(endpoint.service)} in {_text(subnet.zone) if subnet is not None else UNDETERMINED}"


def _gateway_endpoints(network: Network, vpc: Vpc) -> Iterator[str]:
    for endpoint in network.gateway_endpoints.values():
        if endpoint.vpc == vpc.address:
            tables = {link.target for link in endpoint.tables}
            for subnet in network.subnets_of.get(vpc.address, ()):
                if subnet.table in tables:
                    yield f"{_text(endpoint.service)} for {_text(subnet.cidr)}"


def _security_groups(network: Network, vpc: Vpc) -> Iterator[str]:
    """What the groups of endpoints and resolver endpoints allow, by what they protect."""
    protected: list[tuple[str, tuple[str | Unknown, ...]]] = [
        (_text(endpoint.service), endpoint.groups)
        for endpoint in network.interface_endpoints.values()
        if endpoint.vpc == vpc.address
    ]
    protected += [
        (f"{_text(endpoint.direction)} resolver endpoint", endpoint.groups)
        for endpoint in network.resolver_endpoints.values()
        if any(_is_in(network, at, vpc) for at, _ in endpoint.interfaces)
    ]
    for what, groups in protected:
        for at in groups:
            group = network.groups.get(str(at))
            if group is None:
                yield f"{what}: a group that was not read"
                continue
            for direction, rules in (("ingress", group.ingress), ("egress", group.egress)):
                yield from (f"{what}: {direction} {_security_rule(rule)}" for rule in rules)


def _is_in(network: Network, at: str | Unknown, vpc: Vpc) -> bool:
    subnet = network.subnets.get(str(at))
    return subnet is not None and subnet.vpc == vpc.address


def _security_rule(rule: SecurityRule) -> str:
    peer = "a security group" if isinstance(rule.peer, str) else _text(rule.peer)
    return f"{_ports(rule.protocol, rule.first_port, rule.last_port)} {peer}"
