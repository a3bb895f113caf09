"""What was not recorded, as parts whose values are unknown.

A network without a part looks as if the part did not exist, and a packet that nothing carries looks blocked. So each
file that is missing leaves a part behind that keeps every verdict that depends on it undetermined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network

from network.aws.names import place_name
from network.aws.snapshot import Snapshot
from network.model import (
    Attachment,
    GatewayTable,
    Instance,
    Link,
    Network,
    Owner,
    ResolverEndpoint,
    RuleAssociation,
    SecurityGroup,
    SecurityRule,
    Share,
    Subnet,
    Unknown,
    Vpc,
)

__all__ = ["fill", "guard"]

DNS = ("ResolverRuleAssociations", "HostedZonesByVpc", "VpcEndpoints", "ProfileAssociations")
"""Files any of which may hold what takes a VPC's names."""
ATTACHED = ("TransitGatewayVpcAttachments", "TransitGatewayAttachments")


def fill(snapshot: Snapshot, network: Network) -> Network:
    """The network with a stand-in for each part that depends on what was not recorded."""
    network = replace(network, subnets={**network.subnets, **dict(_subnets(snapshot, network))})
    return replace(
        network,
        attachments={**network.attachments, **dict(_attachments(snapshot, network))},
        gateway_tables={**network.gateway_tables, **dict(_gateway_tables(snapshot, network))},
        resolver_endpoints={**network.resolver_endpoints, **dict(_resolver_endpoints(snapshot, network))},
        rule_associations=(*network.rule_associations, *_takers(snapshot, network)),
        shares=(*network.shares, *_shares(snapshot, network)),
        instances={**network.instances, **dict(_instances(snapshot, network))},
    )


def _subnets(snapshot: Snapshot, network: Network) -> Iterator[tuple[str, Subnet]]:
    for vpc in network.vpcs.values():
        why = snapshot.missing("Subnets", vpc.owner)
        for cidr in vpc.cidrs if why is not None else ():
            address = f"{vpc.address}#{cidr if isinstance(cidr, IPv4Network) else 'subnets'}"
            yield address, Subnet(address, vpc.address, why or "", cidr, why or "", why)


def _attachments(snapshot: Snapshot, network: Network) -> Iterator[tuple[str, Attachment]]:
    """An attachment of each VPC to each gateway, where it is not known which there are."""
    for vpc in network.vpcs.values():
        lost = [snapshot.missing(file, vpc.owner) for file in ATTACHED]
        why = lost[0]
        if why is None or None in lost:
            continue
        for gateway in network.gateways:
            address = f"{vpc.address}#{gateway.partition(': ')[2]}"
            # Whether it is accepted is as unknown as whether it exists.
            by = Owner(why, why)
            yield address, Attachment(address, vpc.owner, gateway, vpc.address, (why,), address, by, why)


def _gateway_tables(snapshot: Snapshot, network: Network) -> Iterator[tuple[str, GatewayTable]]:
    for gateway in network.gateways.values():
        why = snapshot.missing("TransitGatewayRouteTables", gateway.owner)
        if why is not None:
            address = f"{gateway.address}#tables"
            link = Link(address, why)
            yield address, GatewayTable(address, gateway.address, (link,), (link,))


def _resolver_endpoints(snapshot: Snapshot, network: Network) -> Iterator[tuple[str, ResolverEndpoint]]:
    """An inbound endpoint that may have any address, in each place that has a VPC."""
    for owner in dict.fromkeys(vpc.owner for vpc in network.vpcs.values()):
        why = snapshot.missing("ResolverEndpoints", owner)
        if why is not None:
            address = f"{place_name(owner)}: ResolverEndpoints"
            yield address, ResolverEndpoint(address, owner, "INBOUND", ((why, None),), (why,))


def _takers(snapshot: Snapshot, network: Network) -> Iterator[RuleAssociation]:
    """A rule that may take any name, for each VPC of which not every rule and zone is known."""
    asked = set(snapshot.entries("HostedZonesByVpc", "VpcId"))
    for vpc in network.vpcs.values():
        for file in DNS:
            why = snapshot.missing(file, vpc.owner)
            if why is None and file == "HostedZonesByVpc" and vpc.address.partition(": ")[2] not in asked:
                why = Unknown("its private zones")
            if why is not None:
                yield RuleAssociation(f"{vpc.address}#{file}", vpc.owner, why, vpc.address)


def _shares(snapshot: Snapshot, network: Network) -> Iterator[Share]:
    """A share of everything with nobody knows whom, in each account whose shares are not known."""
    owned: dict[Owner, list[str]] = {}
    for gateway in network.gateways.values():
        owned.setdefault(gateway.owner, []).append(gateway.address)
    for rule in network.rules.values():
        owned.setdefault(rule.owner, []).append(rule.address)
    for owner, addresses in owned.items():
        lost = [snapshot.missing(file, owner) for file in ("ResourceShares", "ResourceShareAssociations")]
        why = next((each for each in lost if each is not None), None)
        if why is not None:
            at = f"{place_name(owner)}: ResourceShares"
            yield Share(at, owner, why, tuple(Link(at, address) for address in addresses), (Link(at, why),))


def _instances(snapshot: Snapshot, network: Network) -> Iterator[tuple[str, Instance]]:
    """An instance in each subnet, where it is not known which there are; in hubs, anything else that has an address."""
    hubs = {hub.address for hub in network.hubs.values()}
    for subnet in network.subnets.values():
        vpc = network.vpcs.get(str(subnet.vpc))
        if vpc is None:
            continue
        files = ("Reservations", "NetworkInterfaces") if vpc.address in hubs else ("Reservations",)
        for file in files:
            why = snapshot.missing(file, vpc.owner)
            if why is not None:
                yield f"{subnet.address}#{file}", Instance(f"{subnet.address}#{file}", subnet.address, (why,))


def guard(network: Network) -> Network:
    """The network with a group for every group that something has and that was not read: what it allows is unknown."""
    groups = dict(network.groups)

    def known(address: str, vpc: Vpc | None, named: tuple[str | Unknown, ...]) -> tuple[str | Unknown, ...]:
        if not named and (vpc is None or vpc.default_group is None):
            named = (Unknown("its security groups"),)
        found = []
        for each in named:
            at = each if isinstance(each, str) else f"{address}#groups"
            if at not in groups:
                why = each if isinstance(each, Unknown) else Unknown(f"the rules of {each}")
                rule = SecurityRule(at, why, why, why, why)
                groups[at] = SecurityGroup(at, vpc.address if vpc is not None else why, (rule,), (rule,))
            found.append(at)
        return tuple(found)

    def home(subnet: str | Unknown) -> Vpc | None:
        read = network.subnets.get(str(subnet))
        return network.vpcs.get(str(read.vpc)) if read is not None else None

    return replace(
        network,
        interface_endpoints={
            at: replace(each, groups=known(at, network.vpcs.get(str(each.vpc)), each.groups))
            for at, each in network.interface_endpoints.items()
        },
        resolver_endpoints={
            at: replace(
                each,
                groups=known(at, home(each.interfaces[0][0]) if each.interfaces else None, each.groups),
                # An address in a subnet that was not read may be anywhere.
                interfaces=tuple(
                    (subnet, ip) if subnet in network.subnets else (Unknown(f"the subnet of {ip}"), None)
                    for subnet, ip in each.interfaces
                ),
            )
            for at, each in network.resolver_endpoints.items()
        },
        instances={
            at: replace(each, groups=known(at, home(each.subnet), each.groups))
            for at, each in network.instances.items()
        },
        groups=groups,
    )
