"""All stacks of a design."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from modules.cdk import App, TerraformStack
from stacks.hub import HubStack
from stacks.spoke import SpokeStack
from stacks.state import StateStack
from topology.design import Design

__all__ = ["add_stacks"]


def add_stacks(
    app: App,
    design: Design,
    wanted: Callable[[str], bool] = lambda _: True,
    added: Callable[[str], object] = lambda _: None,
) -> list[TerraformStack]:
    """Add the selected stacks of a design to an app, with their dependencies for the manifest.

    `added` is called with the name of each stack once it is complete.
    """
    makers: dict[str, Callable[[], TerraformStack]] = {}
    if design.state is not None:
        makers[design.state.stack] = partial(StateStack, app, design=design.state)
    makers |= {hub.stack: partial(HubStack, app, design=hub) for hub in design.hubs}
    makers |= {spoke.stack: partial(SpokeStack, app, design=spoke) for spoke in design.spokes}
    built: dict[str, TerraformStack] = {}
    for name, before in design.order.items():
        if not wanted(name):
            continue
        built[name] = makers[name]()
        for earlier in before:
            if earlier in built:
                built[name].add_dependency(built[earlier])
        added(name)
    return list(built.values())
