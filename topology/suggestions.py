"""What to write instead of a value that is refused, so that it fits the rest of the file.

An example out of the schema can be the range of another spoke, a zone of another region or the name of a spoke where a
hub is meant. Here the file is read as far as it can be read, and nothing is suggested that it contradicts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from ipaddress import IPv4Network, collapse_addresses
from typing import Any

from pydantic import BaseModel

from topology.addressing import free_blocks, overlaps, smallest_vpc
from topology.document import Node, Place
from topology.models import Accepted, Hub, Organization, ServiceOptions, Spoke, State, TestInstance, Topology
from topology.problems import shortened
from topology.regions import REGION, zone_prefix

__all__ = ["MODELS", "Suggestions", "as_yaml", "model_at", "placeholder"]

MODELS: dict[Place, type[BaseModel]] = {
    (): Topology,
    ("organization",): Organization,
    ("state",): State,
    ("accept", "*"): Accepted,
    ("hubs", "*"): Hub,
    ("hubs", "*", "services", "*"): ServiceOptions,
    ("spokes", "*"): Spoke,
    ("spokes", "*", "test_instance"): TestInstance,
}
"""The model of each section, by its place; `*` is any name."""
PRIVATE = IPv4Network("10.0.0.0/8")
MOST_ZONES = 15
"""As many as a section takes: a longer list is refused for that."""
HUB_PREFIX, SPOKE_PREFIX = 22, 24
"""Sizes that are suggested: those of the examples."""


def model_at(place: Place) -> type[BaseModel] | None:
    """The model of the section at a place; None where there is none."""
    pattern = tuple(
        "*" if index in (1, 3) and place[index - 1] in ("accept", "hubs", "spokes", "services") else part
        for index, part in enumerate(place)
    )
    return MODELS.get(pattern)


def as_yaml(example: object) -> str:
    """A value on one line, as it is written in the file."""
    if isinstance(example, dict):
        return "{" + ", ".join(f"{key}: {as_yaml(value)}" for key, value in example.items()) + "}"
    if isinstance(example, list):
        return "[" + ", ".join(map(as_yaml, example)) + "]"
    return f'"{example}"' if isinstance(example, str) and example.isdigit() else str(example)


class Suggestions:
    """What fits a file, which is read once, before anything of it is replaced. No block is suggested twice."""

    def __init__(self, data: Node) -> None:
        sections = data if isinstance(data, dict) else {}
        self._hubs, self._spokes = (_sections(sections.get(kind)) for kind in ("hubs", "spokes"))
        self._free: dict[tuple[str, int], Iterator[IPv4Network]] = {}
        """The blocks of a size that a hub has left, from which the next one is taken."""
        self._offered: dict[tuple[str, int], list[IPv4Network]] = {}
        """What was taken of them. Those of one hub and size never overlap each other."""

    def claimed(self, hub: str) -> list[IPv4Network]:
        """The ranges at a hub's gateway that the file names, those of spokes without a known hub, and what was offered.

        Values that are refused count with what they will become.
        """
        at_hub = [network for place, network in self._networks.items() if self._hub_of(place) in {hub, ""}]
        return [*at_hub, *self._suggested()]

    def example(self, place: Place) -> Any:  # noqa: ANN401  whatever the schema says
        """A value for a place that fits the rest of the file; None where the schema has none."""
        return _example(place, self._fitting)

    def refined(self, place: Place, value: object, fix: str) -> str:
        """The fix of a value that is refused by itself, where the rest of the file asks for another one."""
        prefix = self._zone_prefix(place)
        if prefix is not None and "-az1" in fix:
            return re.sub(r"\b[a-z]+\d-az1\b", f"{prefix}-az1", fix)
        if place[0] != "spokes" or place[2:] != ("cidr",) or not isinstance(value, str):
            return fix
        network = _network(value)
        if network is None or str(network) not in fix:
            return fix
        other = self._taken.get(place[:2])
        if other is None:
            return fix
        taken = f'{network} overlaps {str(other[0])[:-1]} "{shortened(str(other[1]))}" {self._networks[other]}'
        block = self._block(str(place[1]), network.prefixlen)
        return taken if block is None else f"{taken}, and the next free /{block.prefixlen} is {block}"

    # What the file has ------------------------------------------------------------------------------------------------

    @cached_property
    def _networks(self) -> dict[Place, IPv4Network]:
        """The range of every hub and spoke, as far as it can be read as one."""
        units = {("hubs", name): hub for name, hub in self._hubs.items()}
        units |= {("spokes", name): spoke for name, spoke in self._spokes.items()}
        read = {place: _network(unit.get("cidr")) for place, unit in units.items()}
        return {place: network for place, network in read.items() if network is not None}

    @cached_property
    def _taken(self) -> dict[Place, Place]:
        """Each range that has to move, since it overlaps another one, with that one."""
        order = {place: number for number, place in enumerate(self._networks)}  # hubs first: they never move

        def rank(place: Place) -> tuple[bool, int]:
            return place[0] == "spokes" and not self._is_sound(place), order[place]

        found: dict[Place, Place] = {}
        for hub in self._hubs or ("",):
            meeting = [(place, net) for place, net in self._networks.items() if self._hub_of(place) in {hub, ""}]
            for inner, _, outer, _ in overlaps(meeting):
                kept, moved = sorted((inner, outer), key=rank)
                found.setdefault(moved, kept)
        return found

    def _is_sound(self, place: Place) -> bool:
        return self._spokes[str(place[1])].get("cidr") == str(self._networks[place])

    def _hub_of(self, place: Place) -> str:
        """The hub of a place in a hub or spoke; empty where the file has no such hub."""
        name = place[1] if place[0] == "hubs" else self._spokes.get(str(place[1]), {}).get("hub")
        return name if isinstance(name, str) and name in self._hubs else ""

    def _zone_prefix(self, place: Place) -> str | None:
        """How AZ ids begin at a place; None where the file does not say which region it is in."""
        region = self._hubs.get(self._hub_of(place), {}).get("region") if len(place) > 1 else None
        return zone_prefix(region) if isinstance(region, str) and REGION.fullmatch(region) else None

    # What fits it -----------------------------------------------------------------------------------------------------

    def _fitting(self, place: Place) -> object:
        """What only the rest of the file can say; None where the schema's example will do."""
        found: object = None
        match place:
            case "spokes", _, "hub":
                found = next(iter(self._hubs), None)
            case "spokes", str(name), "cidr":
                block = self._block(name, SPOKE_PREFIX)
                found = None if block is None else str(block)
            case "spokes", _, "segment":
                segments = self._hubs.get(self._hub_of(place), {}).get("segments")
                found = next(iter(segments), None) if isinstance(segments, dict) else "spokes"
            case "hubs", _, "cidr":
                found = self._unused(HUB_PREFIX)
            case "hubs", str(name), "pools":
                used = [
                    network
                    for unit, network in self._networks.items()
                    if unit[0] == "spokes" and self._hub_of(unit) in {name, ""}
                ]
                found = [str(pool) for pool in collapse_addresses(used)] or [self._unused(HUB_PREFIX)]
            case (("hubs" | "spokes"), _, "zones"):
                prefix = self._zone_prefix(place)
                found = [f"{prefix}-az1", f"{prefix}-az2"] if prefix else None
        return found

    def _unused(self, prefix: int) -> str | None:
        """A private block that overlaps nothing in the file."""
        taken = [*self._networks.values(), *self._pools(), *self._suggested()]
        block = next(free_blocks([PRIVATE], taken, prefix), None)
        if block is None:
            return None
        self._offered.setdefault(("", prefix), []).append(block)
        return str(block)

    def _suggested(self, but: tuple[str, int] | None = None) -> Iterator[IPv4Network]:
        for key, blocks in self._offered.items():
            if key != but:
                yield from blocks

    def _pools(self, hub: str | None = None) -> Iterator[IPv4Network]:
        for name, section in self._hubs.items():
            pools = section.get("pools") if hub in (None, name) else None
            read = map(_network, pools if isinstance(pools, list) else [])
            yield from (pool for pool in read if pool is not None)

    def _block(self, spoke: str, prefix: int) -> IPv4Network | None:
        """The next free block for a spoke, large enough for its zones; None where its hub has no room."""
        hub = self._hub_of(("spokes", spoke))
        if not hub:
            return None
        zones = self._spokes[spoke].get("zones") or self._hubs[hub].get("zones")
        slots = len(zones) if isinstance(zones, list) and zones else 1
        key = hub, min(prefix, smallest_vpc(min(slots, MOST_ZONES)))
        if key not in self._free:
            self._free[key] = free_blocks(list(self._pools(hub)), self.claimed(hub), key[1])
        for block in self._free[key]:
            if not any(block.overlaps(other) for other in self._suggested(but=key)):
                self._offered.setdefault(key, []).append(block)
                return block
        return None


def placeholder(place: Place) -> Any:  # noqa: ANN401  whatever the schema says
    """A value that every check of a place accepts, whatever the rest of the file holds."""
    return _example(place, lambda _: None)


def _example(place: Place, fitting: Callable[[Place], object]) -> Any:  # noqa: ANN401  whatever the schema says
    *parent, key = place
    model = model_at(tuple(parent))
    if model is None or key not in model.model_fields:
        return None
    found = fitting(place)
    if found is not None:
        return found
    section = MODELS.get((*parent, key))
    if section is not None:
        return _required(section, place, fitting)
    if key == "hubs":
        return {"core": _required(Hub, ("hubs", "core"), fitting)}
    examples = _properties(model)[str(key)].get("examples")
    return examples[0] if examples else None


def _required(section: type[BaseModel], place: Place, fitting: Callable[[Place], object]) -> dict[str, Any]:
    required = [name for name, field in section.model_fields.items() if field.is_required()]
    return {name: _example((*place, name), fitting) for name in required}


def _sections(value: object) -> dict[str, dict[str, Any]]:
    """Named sections as they are written now: later changes of the document change none of them."""
    named = value if isinstance(value, dict) else {}
    return {name: dict(section) for name, section in named.items() if isinstance(section, dict)}


def _network(value: object) -> IPv4Network | None:
    """The network that a text means, with host bits and without a length too."""
    if not isinstance(value, str):
        return None
    try:
        return IPv4Network(value if "/" in value else f"{value}/24", strict=False)
    except ValueError:
        return None


@cache
def _properties(model: type[BaseModel]) -> dict[str, Any]:
    properties: dict[str, Any] = model.model_json_schema()["properties"]
    return properties
