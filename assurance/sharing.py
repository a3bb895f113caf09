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
    if isinstance(owner.region, Unknown) or isinstance(user.region, Unknown):
        return Hop(what, "the region that it is used in could not be determined", sources.SHARING, Verdict.UNKNOWN)
    if owner.region != user.region:
        says = f"it is in {owner.region} but used in {user.region}; shares are regional"
        return Hop(what, says, sources.SHARING, Verdict.DROPPED, "use a hub in the same region")
    offered = [share for share in network.shares if any(link.target == what for link in share.resources)]
    if not offered:
        return _unshared(network, what, user.account)
    hops = [_admits(share, what, user.account) for share in offered]
    return next((hop for verdict in Verdict for hop in hops if hop.verdict is verdict), hops[0])


def _unshared(network: Network, what: str, account: str) -> Hop:
    """A resource that no share is known to have."""
    for share in network.shares:
        if any(isinstance(link.target, Unknown) for link in share.resources):
            says = f"whether {what} is among its resources could not be determined"
            return Hop(share.address, says, sources.SHARING, Verdict.UNKNOWN)
    says = f"it is in no share, so account {account} cannot use it"
    fix = "add it to a share (aws_ram_resource_association)"
    return Hop(what, says, sources.SHARING, Verdict.DROPPED, fix)


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
