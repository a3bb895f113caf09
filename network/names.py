"""What the stacks of a network and their VPCs are called, where somebody knows which stack is whose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from network.model import Network, Vpc, stack_of

__all__ = ["beside", "distinguished", "named"]


def beside(stack: str, state: str) -> str:
    """What a stack goes by beside another one of its name, whose state is elsewhere."""
    return f"{stack} ({state})"


def distinguished(network: Network, states: Mapping[str, str]) -> Network:
    """The network in which stacks go by their own name alone that have their state where `states` says.

    One of the same name whose state is known to be elsewhere is another topology's.
    """
    moved = {}
    for stack, state in states.items():
        if network.states.get(stack, state) != state:
            moved[stack] = beside(stack, network.states[stack])
            moved[beside(stack, state)] = stack
    if not moved:
        return network
    kept = {moved.get(stack, stack): state for stack, state in network.states.items()}
    found: Network = _moved(network, moved)
    return replace(found, states=kept)


def _moved(value: Any, stacks: Mapping[str, str]) -> Any:  # noqa: ANN401  any value of the model
    """A value with the addresses that it has when stacks go by other names."""
    if isinstance(value, str):
        stack, mark, rest = value.partition(": ")
        return f"{stacks.get(stack, stack)}{mark}{rest}" if mark else value
    if isinstance(value, Mapping):
        return {_moved(key, stacks): _moved(each, stacks) for key, each in value.items()}
    if isinstance(value, (tuple, frozenset)):
        return type(value)(_moved(each, stacks) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _moved(getattr(value, each.name), stacks) for each in fields(value)})
    return value


def named(network: Network, names: Mapping[str, str], state: str | None = None) -> Network:
    """The network with its VPCs called as their stacks are: `names` has the name of the spoke or hub of each stack.

    `state` is where their states are; stacks of these names with states elsewhere are another topology's.


    The only VPC of a stack takes the stack's name, whatever its `Name` tag says. Of several in one stack, or in a
    stack without a name, each keeps the name that it has; where that is another stack's, it goes by its address.
    """
    network = distinguished(network, dict.fromkeys(names, state)) if state is not None else network

    def name(vpc: Vpc) -> str:
        stack = stack_of(vpc.address)
        own = names.get(stack)
        if own is not None and len(network.stacks[stack]) == 1:
            return own
        return vpc.address if vpc.name != own and vpc.name in taken else vpc.name

    taken = frozenset(names.values())
    return replace(network, vpcs={at: replace(vpc, name=name(vpc)) for at, vpc in network.vpcs.items()})
