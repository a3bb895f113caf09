"""Sound stacks to plant faults in: of every example, and of random topologies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from deployment.synthesis import synthesise
from tests.examples import designed, stacks_of
from tests.families import drawing
from tests.topologies import topologies
from topology import Design, design
from topology.document import read_text
from topology.reader import topology_of

__all__ = ["Block", "Sound", "Stacks", "example", "random_topology"]

Json = Any
Stacks = Mapping[str, Mapping[str, Json]]
CANDIDATES = 12


@dataclass(frozen=True)
class Block:
    """One resource of a stack."""

    stack: str
    kind: str
    key: str
    role: str
    """Its construct path below the stack, such as `network/vpc`."""
    arguments: Mapping[str, Json]

    @property
    def address(self) -> str:
        return f"{self.kind}.{self.key}"


@dataclass(frozen=True)
class Sound:
    """The stacks of a design, with nothing wrong in them."""

    name: str
    design: Design
    stacks: Stacks

    def blocks(self) -> Iterator[Block]:
        """Every resource of every stack."""
        for stack, document in self.stacks.items():
            for kind, named in document.get("resource", {}).items():
                for key, arguments in named.items():
                    role = arguments["//"]["metadata"]["path"].partition("/")[2]
                    yield Block(stack, kind, key, role, arguments)

    def named_by_attribute(self, block: Block) -> bool:
        """Whether an expression takes an attribute of a resource: without it the stack is not valid."""
        return any(f"{block.address}." in text for text in self._texts(block))

    def named_at_all(self, block: Block) -> bool:
        """Whether anything names it, `depends_on` included."""
        return any(block.address in text for text in self._texts(block))

    def _texts(self, block: Block) -> Iterator[str]:
        document = self.stacks[block.stack]
        for section, content in document.items():
            if section != "resource":
                yield from _texts(content)
        for kind, named in document["resource"].items():
            for key, arguments in named.items():
                if (kind, key) != (block.kind, block.key):
                    yield from _texts(arguments)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, child in value.items():
            if key != "//":
                yield from _texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)


def example(name: str) -> Sound:
    """The stacks of an example."""
    return Sound(name, designed(name), stacks_of(name))


@cache
def random_topology(number: int) -> Sound:
    """The stacks of the random topology of a number, by the seed."""
    found: list[Design] = []

    @seeded(drawing(f"planted topology {number}").getrandbits(32))
    @settings(max_examples=CANDIDATES, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @given(topologies(count=(2, 5)))
    def collect(text: str) -> None:
        found.append(design(topology_of(read_text(text)).topology))

    collect()
    # Of a topology whose spokes use nothing, a trace proves nothing.
    proved = [each for each in found if any(spoke.services and not spoke.absent for spoke in each.spokes)]
    planned = drawing(f"which planted topology {number}").choice(proved)
    return Sound(f"random topology {number}", planned, synthesise(planned).parsed())
