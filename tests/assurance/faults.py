"""The quickstart's stacks, to remove one thing from them, and the resulting network."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from itertools import product
from typing import Any

from assurance.trace import Reach, Trace
from findings import Finding
from network.model import Network
from network.services import Service
from network.terraform.reader import read
from tests.examples import stacks_of
from topology.services import catalogue

__all__ = ["HUB", "LEDGER", "PAYMENTS", "Stacks", "affected", "catalogued", "service"]

HUB, PAYMENTS, LEDGER = "hub-core", "spoke-core-payments", "spoke-core-ledger"


def catalogued(region: str = "us-east-1") -> list[Service]:
    """The catalogue for one region."""
    return [
        Service(row.key, row.name_in(region), row.names_in(region), row.ports)
        for row in catalogue().values()
        if row.service_name is not None
    ]


def service(key: str, region: str = "us-east-1") -> Service:
    """One service of the catalogue."""
    return next(each for each in catalogued(region) if each.key == key)


def affected(findings: Iterable[Finding]) -> dict[tuple[str, str], Finding]:
    """The finding of each pair of a spoke and a target that one of the findings affects."""
    return {
        pair: finding
        for finding in findings
        for each in finding.affects
        for pair in product(each.spokes, each.targets or ("",))
        if pair[0] != pair[1]
    }


class Stacks:
    """An example's synthesised stacks, for a test to change."""

    def __init__(self, example: str = "quickstart") -> None:
        self.stacks: dict[str, Any] = deepcopy(stacks_of(example))

    def find(self, stack: str, path: str) -> tuple[str, str]:
        """Kind and key of the resource at a construct path, such as `network/vpc`."""
        found = [
            (kind, key)
            for kind, blocks in self.stacks[stack]["resource"].items()
            for key, block in blocks.items()
            if block.get("//", {}).get("metadata", {}).get("path") == f"{stack}/{path}"
        ]
        assert len(found) == 1, f"expected one resource at {stack}/{path}, found {found}"
        return found[0]

    def address(self, stack: str, path: str) -> str:
        return "{}: {}.{}".format(stack, *self.find(stack, path))

    def at(self, stack: str, path: str) -> dict[str, Any]:
        """A resource's arguments."""
        kind, key = self.find(stack, path)
        block: dict[str, Any] = self.stacks[stack]["resource"][kind][key]
        return block

    def without(self, stack: str, path: str) -> Stacks:
        """The stacks without a resource, for which nothing waits any more, and which no output shows."""
        kind, key = self.find(stack, path)
        del self.stacks[stack]["resource"][kind][key]
        outputs = self.stacks[stack].get("output", {})
        shown = f"${{{kind}.{key}.id}}"
        for name in [name for name, output in outputs.items() if output["value"] == shown]:
            del outputs[name]
        for blocks in self.stacks[stack]["resource"].values():
            for block in blocks.values():
                if f"{kind}.{key}" in block.get("depends_on", ()):
                    block["depends_on"] = [each for each in block["depends_on"] if each != f"{kind}.{key}"]
        return self

    def changed(self, stack: str, path: str, **arguments: Any) -> Stacks:
        self.at(stack, path).update(arguments)
        return self

    def added(self, stack: str, kind: str, key: str = "added", **arguments: Any) -> Stacks:
        self.stacks[stack]["resource"].setdefault(kind, {})[key] = arguments
        return self

    def reference(self, stack: str, path: str, attribute: str = "id") -> str:
        return "${{{}.{}.{}}}".format(*self.find(stack, path), attribute)

    @property
    def network(self) -> Network:
        return read(self.stacks.items())

    def reach(self, spoke: str = "payments", key: str = "kms") -> Reach:
        trace = Trace(self.network, catalogued())
        return trace.reach(spoke, service(key))
