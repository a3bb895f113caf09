"""What the VPCs of a network are called: by their stack, where somebody knows which stack is whose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from network.model import Network, Vpc, stack_of

__all__ = ["named"]


def named(network: Network, names: Mapping[str, str]) -> Network:
    """The network with its VPCs called as their stacks are: `names` has the name of the spoke or hub of each stack.

    The only VPC of a stack takes the stack's name, whatever its `Name` tag says. Of several in one stack, or in a
    stack without a name, each keeps the name that it has; where that is another stack's, it goes by its address.
    """

    def name(vpc: Vpc) -> str:
        stack = stack_of(vpc.address)
        own = names.get(stack)
        if own is not None and len(network.stacks[stack]) == 1:
            return own
        return vpc.address if vpc.name != own and vpc.name in taken else vpc.name

    taken = frozenset(names.values())
    return replace(network, vpcs={at: replace(vpc, name=name(vpc)) for at, vpc in network.vpcs.items()})
