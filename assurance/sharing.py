"""Whether an account may use what another owns."""

from __future__ import annotations

from assurance import sources
from assurance.path import Hop, Verdict
from network.model import Network, Owner, Share, Unknown

__all__ = ["admission"]


def admission(network: Network, what: str, owner: Owner, user: Owner) -> Hop:
    """The hop at which a resource is used: it passes in the owner's account, and in those it is shared with.

    An account is taken to be in the organization that a share goes to: Terraform does not say who is.
    """
    if isinstance(owner.account, Unknown) or isinstance(user.account, Unknown):
        return Hop(what, "the account that uses it could not be determined", sources.SHARING, Verdict.UNKNOWN)
    if owner.account == user.account:
        return Hop(what, f"account {user.account} owns it", sources.SHARING)
    if isinstance(owner.region, Unknown) or isinstance(user.region, Unknown) or owner.region != user.region:
        return _elsewhere(what, owner, user)
    offered = [share for share in network.shares if any(link.target == what for link in share.resources)]
    unsure = [link for share in network.shares for link in share.resources if isinstance(link.target, Unknown)]
    if not offered and unsure:
        says = f"whether it is in a share could not be determined: {unsure[0].target}"
        return Hop(unsure[0].address, says, sources.SHARING, Verdict.UNKNOWN)
    if not offered:
        says = f"it is in no share, so account {user.account} cannot use it"
        fix = "add it to a share (aws_ram_resource_association)"
        return Hop(what, says, sources.SHARING, Verdict.DROPPED, fix)
    hops = [_admits(share, what, user.account) for share in offered]
    return next((hop for verdict in Verdict for hop in hops if hop.verdict is verdict), hops[0])


def _elsewhere(what: str, owner: Owner, user: Owner) -> Hop:
    """The hop at which a resource is used in another region, or in one that may be another."""
    if isinstance(owner.region, Unknown) or isinstance(user.region, Unknown):
        return Hop(what, "the region in which it is used could not be determined", sources.SHARING, Verdict.UNKNOWN)
    says = f"it is in {owner.region} but used in {user.region}; shares are regional"
    return Hop(what, says, sources.SHARING, Verdict.DROPPED, "use a hub in the same region")


def _admits(share: Share, what: str, account: str) -> Hop:
    principals = [link.target for link in share.principals]
    if account in principals or any(":organization/" in str(principal) for principal in principals):
        return Hop(share.address, f"it shares {what} with account {account}", sources.SHARING)
    if any(isinstance(principal, Unknown) or ":ou/" in principal for principal in principals):
        says = f"whether account {account} is among the principals could not be determined"
        return Hop(share.address, says, sources.SHARING, Verdict.UNKNOWN)
    says = f"account {account} is not among its principals"
    fix = "share it with the organization or the account (aws_ram_principal_association)"
    return Hop(share.address, says, sources.SHARING, Verdict.DROPPED, fix)
