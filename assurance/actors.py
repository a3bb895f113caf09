"""Who acts: resources created by another account's provider than the one that owns what they are in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from assurance import sources
from assurance.path import Verdict
from assurance.sharing import admission
from network.model import Network, Owner, Refusal, Unknown

__all__ = ["strangers"]

Act = tuple[str, str, Owner | None, str]
"""A resource, what it is made in, who owns that, and the VPC of which a shared subnet makes up for it."""


def strangers(network: Network) -> Iterator[Refusal]:
    """What AWS refuses since the provider is of another account, or of another region, than what it acts on."""
    for address, parent, owner, shared in chain(
        _in_vpcs(network), _in_use(network), _in_gateways(network), _in_shares(network)
    ):
        maker = network.makers.get(address)
        if maker is None or owner is None or maker is owner:
            continue
        if isinstance(maker.account, Unknown) and isinstance(owner.account, str):
            says = f"the account of its provider could not be determined, and {parent} is account {owner.account}'s"
            yield Refusal(address, says, "set allowed_account_ids of its provider", sources.SHARED_VPC, certain=False)
            continue
        where = _elsewhere(maker, owner)
        if where and not (shared and _is_shared(network, shared, maker)):
            says = f"{where[0]} creates it, and {parent} is {where[1]}"
            fix = f"use a provider of account {owner.account} in {owner.region}"
            yield Refusal(address, says, fix, sources.SHARED_VPC)
    yield from _unshared(network)


def _unshared(network: Network) -> Iterator[Refusal]:
    """Rules of another account that nobody shares, and that a VPC is to use. Where one forwards, the walk finds it."""
    for association in network.rule_associations:
        rule = network.rules.get(str(association.rule))
        if association.address in network.makers and rule is not None and rule.kind != "FORWARD":
            hop = admission(network, rule.address, rule.owner, association.owner)
            if hop.verdict is Verdict.DROPPED:
                says = f"account {association.owner.account} associates {rule.address}: {hop.says}"
                yield Refusal(association.address, says, hop.fix, hop.source)


def _elsewhere(maker: Owner, owner: Owner) -> tuple[str, str] | None:
    """Where a provider acts, and where what it acts on is, if that is known to be somewhere else."""
    if isinstance(maker.account, str) and isinstance(owner.account, str) and maker.account != owner.account:
        return f"account {maker.account}", f"account {owner.account}'s"
    if isinstance(maker.region, str) and isinstance(owner.region, str) and maker.region != owner.region:
        return f"a provider of {maker.region}", f"in {owner.region}"
    return None


def _is_shared(network: Network, vpc: str, maker: Owner) -> bool:
    """Whether a subnet of a VPC is, or may be, shared with an account."""
    owner = network.vpcs[vpc].owner
    return any(
        admission(network, subnet.address, owner, maker).verdict is not Verdict.DROPPED
        for subnet in network.subnets_of.get(vpc, ())
    )


def _in_vpcs(network: Network) -> Iterator[Act]:
    """What a VPC is made of: only its own account can make that."""
    owners: dict[str | Unknown, Owner] = {at: vpc.owner for at, vpc in network.vpcs.items()}
    for subnet in network.subnets.values():
        yield subnet.address, str(subnet.vpc), owners.get(subnet.vpc), ""
    for table in network.tables.values():
        owner = owners.get(table.vpc)
        yield table.address, str(table.vpc), owner, ""
        for route in table.routes:
            if isinstance(route.target, str):  # any other may be in this table or not
                yield route.address, table.address, owner, ""
    for endpoint in network.gateway_endpoints.values():
        owner = owners.get(endpoint.vpc)
        yield endpoint.address, str(endpoint.vpc), owner, ""
        for link in endpoint.tables:
            yield link.address, endpoint.address, owner, ""
    for attachment in network.attachments.values():
        yield attachment.address, str(attachment.vpc), owners.get(attachment.vpc), ""
    for association in network.rule_associations:
        yield association.address, str(association.vpc), owners.get(association.vpc), ""


def _in_use(network: Network) -> Iterator[Act]:
    """What is put into a VPC, which another account may do in subnets that are shared with it."""
    owners: dict[str | Unknown, Owner] = {at: vpc.owner for at, vpc in network.vpcs.items()}
    homes: dict[str | Unknown, str] = {at: str(subnet.vpc) for at, subnet in network.subnets.items()}
    for group in network.groups.values():
        owner = owners.get(group.vpc)
        yield group.address, str(group.vpc), owner, str(group.vpc)
        for rule in (*group.ingress, *group.egress):
            if isinstance(rule.peer, Unknown):
                continue  # it may be in this group or not
            yield rule.address, group.address, network.makers.get(group.address, owner), ""
    for endpoint in network.interface_endpoints.values():
        yield endpoint.address, str(endpoint.vpc), owners.get(endpoint.vpc), str(endpoint.vpc)
    for instance in network.instances.values():
        vpc = homes.get(instance.subnet, "")
        yield instance.address, str(instance.subnet), owners.get(vpc), vpc
    for resolver in network.resolver_endpoints.values():
        vpc = next((homes[at] for at, _ in resolver.interfaces if at in homes), "")
        yield resolver.address, vpc, owners.get(vpc), vpc


def _in_gateways(network: Network) -> Iterator[Act]:
    """Tables of gateways and what is in them, and rules of resolver endpoints."""
    for table in network.gateway_tables.values():
        gateway = network.gateways.get(str(table.gateway))
        owner = gateway.owner if gateway is not None else None
        yield table.address, str(table.gateway), owner, ""
        for link in (*table.associations, *table.propagations):
            if link.target in network.attachments:  # any other may be in this table or not
                yield link.address, table.address, owner, ""
        for route in table.routes:
            if route.attachment is None or route.attachment in network.attachments:
                yield route.address, table.address, owner, ""
    for rule in network.rules.values():
        endpoint = network.resolver_endpoints.get(str(rule.endpoint))
        yield rule.address, str(rule.endpoint), endpoint.owner if endpoint is not None else None, ""


def _in_shares(network: Network) -> Iterator[Act]:
    """Shares and what is in them: an account shares what it owns."""
    owned = {at: gateway.owner for at, gateway in network.gateways.items()}
    owned |= {at: rule.owner for at, rule in network.rules.items()}
    for share in network.shares:
        for link in (*share.resources, *share.principals):
            if isinstance(link.target, Unknown):
                continue  # it may be in this share or not
            yield link.address, share.address, share.owner, ""
        for link in share.resources:
            at = str(link.target)
            yield share.address, at, owned.get(at, network.makers.get(at)), ""
