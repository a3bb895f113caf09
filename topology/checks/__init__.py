"""What cannot work although each value is sound: networks that overlap, names that nobody has, zones elsewhere.

A value of None is one that was refused already (see `topology.reader`); the checks pass over it, so that one run finds
every problem of a file. Where None is sound too, `refused`, the places of those values, distinguish the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Network

from topology.checks.accepted import check_accepted
from topology.checks.advice import advise
from topology.checks.hubs import check_hub
from topology.checks.mistake import Mistake
from topology.checks.names import check_stack_names
from topology.checks.ranges import check_ranges
from topology.checks.roles import check_roles
from topology.checks.spokes import check_spoke
from topology.checks.state import check_state
from topology.checks.tags import check_tags
from topology.document import Place
from topology.models import Topology

__all__ = ["Mistake", "advise", "check"]


def check(
    topology: Topology,
    refused: AbstractSet[Place] = frozenset(),
    claimed: Callable[[str], list[IPv4Network]] = lambda _: [],
) -> Iterator[Mistake]:
    """Every problem that takes more than one value to see.

    `claimed` has the ranges at the gateway of a hub, by its name, that the file names in values that were refused or
    that were suggested for one: no fix suggests them again.
    """
    hubs = topology.hubs if topology.hubs is not None else {}
    spokes = topology.spokes if topology.spokes is not None else {}
    if topology.state is not None:
        yield from check_state(topology.state)
    if topology.tags is not None:
        yield from check_tags(topology.tags, spokes)
    yield from check_accepted(topology.accept)
    yield from check_roles(topology, hubs, spokes, refused)
    for name, hub in hubs.items():
        if hub is not None:
            yield from check_hub(("hubs", name), hub, refused)
    for name, spoke in spokes.items():
        if spoke is not None:
            yield from check_spoke(("spokes", name), spoke, topology, refused)
    yield from check_stack_names(spokes)
    for name, hub in hubs.items():
        if hub is not None:
            members = {key: spoke for key, spoke in spokes.items() if spoke is not None and spoke.hub == name}
            yield from check_ranges(name, hub, members, claimed)
