"""Decides which attachments, associations and rules of a network AWS would put into effect.

To a packet, a withdrawn share and a missing cable look the same. So this part is decided in code, from AWS's
documentation and independently of the trace; everything after it is done with packets.
"""

from __future__ import annotations

from collections.abc import Iterator

from network.model import Attachment, GatewayTable, Link, Network, Owner, ResolverRule, RuleAssociation, Vpc

__all__ = ["associated", "attached", "may_use", "propagated", "rules_of"]


def may_use(network: Network, what: str, owner: Owner, user: Owner) -> bool:
    """Whether an account can use a resource: its own, or one that is shared with it in the same region."""
    if not isinstance(owner.account, str) or not isinstance(user.account, str):
        return False
    if owner.account == user.account:
        return True
    shares = [
        share
        for share in network.shares
        if share.owner.account == owner.account and any(resource.target == what for resource in share.resources)
    ]
    return owner.region == user.region and any(
        principal.target == user.account or (isinstance(principal.target, str) and ":organization/" in principal.target)
        for share in shares
        for principal in share.principals
    )


def attached(network: Network, attachment: Attachment) -> bool:
    """Whether an attachment becomes available: created by the VPC's account, to a gateway it can use, and accepted."""
    gateway = network.gateways.get(str(attachment.gateway))
    vpc = network.vpcs.get(str(attachment.vpc))
    if gateway is None or vpc is None or vpc.owner.account != attachment.owner.account:
        return False
    if attachment.available is not None:  # as reported by AWS
        return attachment.available is True
    if not may_use(network, gateway.address, gateway.owner, attachment.owner):
        return False
    own = gateway.owner.account == attachment.owner.account
    by = attachment.accepter_owner.account if attachment.accepter_owner is not None else None
    return own or gateway.auto_accept is True or (attachment.accepter is not None and by == gateway.owner.account)


def _wired(network: Network, table: GatewayTable, links: tuple[Link, ...]) -> Iterator[Attachment]:
    """The attachments that the gateway's owner has linked (associated or propagated) to one of its tables."""
    gateway = network.gateways.get(str(table.gateway))
    for link in links:
        attachment = network.attachments.get(str(link.target))
        if gateway is None or attachment is None or attachment.gateway != gateway.address:
            continue
        by_owner = link.owner is None or link.owner.account == gateway.owner.account
        if by_owner and attached(network, attachment):
            yield attachment


def associated(network: Network, table: GatewayTable) -> Iterator[Attachment]:
    """The attachments whose packets are routed by a gateway table."""
    return _wired(network, table, table.associations)


def propagated(network: Network, table: GatewayTable) -> Iterator[Attachment]:
    """The attachments whose VPC ranges are propagated into a gateway table."""
    return _wired(network, table, table.propagations)


def rules_of(network: Network, vpc: Vpc) -> Iterator[ResolverRule]:
    """The resolver rules in effect in a VPC: associated by the VPC's account, which must be able to use them."""
    for association in network.rule_associations:
        rule = network.rules.get(str(association.rule))
        if association.vpc == vpc.address and rule is not None and _takes_effect(network, rule, association, vpc):
            yield rule


def _takes_effect(network: Network, rule: ResolverRule, association: RuleAssociation, vpc: Vpc) -> bool:
    own = association.owner.account == vpc.owner.account
    return own and may_use(network, rule.address, rule.owner, association.owner)
