"""What the model has no part for and has an address in a hub: load balancers, databases, functions."""

from __future__ import annotations

from collections.abc import Iterable

from network.model import Doubt, Instance, Network, Subnet, Unknown

__all__ = ["other_interfaces"]


def other_interfaces(network: Network, placed: Iterable[Doubt]) -> dict[str, Instance]:
    """An interface in each subnet of a hub that a service names; where it names none, in each of its account's hubs.

    Only in hubs, where packets of spokes may meet them. A spoke's own are no workload that a proof has to speak for.
    """
    hubs = {hub.address: hub.owner for hub in network.hubs.values()}
    inside = [subnet for subnet in network.subnets.values() if subnet.vpc in hubs]

    def may_be_in(doubt: Doubt, subnet: Subnet) -> bool:
        return subnet.address in doubt.names if doubt.names else doubt.owner.may_be(hubs[str(subnet.vpc)])

    found = {}
    for doubt in placed:
        groups = tuple(name for name in doubt.names if name in network.groups)
        for subnet in inside:
            if may_be_in(doubt, subnet):
                address = f"{doubt.address}#{subnet.address}" if doubt.address in found else doubt.address
                what = groups or (Unknown(doubt.why, doubt.address),)
                found[address] = Instance(address, subnet.address, what)
    return found
