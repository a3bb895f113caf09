"""Synthesised stacks: values with references in them, and providers that say the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from network.model import Owner, Unknown
from network.terraform.documents import (
    ACCEPTER,
    CONTENTS,
    IDENTITIES,
    NOBODY,
    PARAMETER,
    PARTS,
    Parameters,
    Resource,
    owner_of,
)
from network.terraform.expressions import Json, evaluate, follow

__all__ = ["Stack"]


class Stack:
    """One stack's Terraform JSON, with references resolved in it and, through parameters, in the stacks before it."""

    builds = True

    def __init__(self, name: str, document: Mapping[str, Json], parameters: Parameters) -> None:
        self.name = name
        self._resources: Mapping[str, Mapping[str, Json]] = document.get("resource", {})
        self._data: Mapping[str, Mapping[str, Json]] = document.get("data", {})
        self._locals: Mapping[str, Json] = document.get("locals", {})
        self._owners = dict(_owners(document))
        self._parameters = parameters
        self._known: dict[str, Json] = {}

    def resources(self) -> Iterator[Resource]:
        """Every managed resource."""
        for kind, blocks in self._resources.items():
            for name, block in blocks.items():
                yield Resource(kind, f"{self.name}: {kind}.{name}", self._owner_of(block), block, self)

    def value(self, resource: Resource, name: str) -> Json:
        """An attribute of one of its resources."""
        return evaluate(resource.raw.get(name), self._lookup)

    def writes(self) -> Iterator[tuple[tuple[Json, Json, str], Json]]:
        """The parameters that it writes."""
        for block in self._resources.get(PARAMETER, {}).values():
            owner = self._owner_of(block)
            written = next((block[key] for key in CONTENTS if key in block), None)
            if isinstance(block.get("name"), str):
                yield (owner.account, owner.region, block["name"]), evaluate(written, self._lookup)

    def waits(self) -> bool:
        """Whether it reads a parameter that nothing read so far has written; AWS's own are nobody's to write."""
        blocks = self._data.get(PARAMETER, {}).values()
        return any(
            self._place(block) not in self._parameters
            for block in blocks
            if not str(block.get("name")).startswith("/aws/")
        )

    def _place(self, block: Mapping[str, Json]) -> tuple[Json, Json, str]:
        owner = self._owner_of(block)
        return owner.account, owner.region, str(block.get("name"))

    def _owner_of(self, block: Mapping[str, Json]) -> Owner:
        return self._owners.get(block.get("provider", "aws"), NOBODY)

    def _lookup(self, path: tuple[str, ...]) -> Json:
        if path[0] == "local" and len(path) > 1:
            return follow(self._local(path[1]), path[2:])
        if path[0] == "data":
            return self._read(path)
        return self._attribute(path)

    def _local(self, name: str) -> Json:
        if name not in self._known:
            self._known[name] = Unknown(f"local.{name} names itself")
            self._known[name] = evaluate(self._locals.get(name, Unknown(f"no local.{name}")), self._lookup)
        return self._known[name]

    def _read(self, path: tuple[str, ...]) -> Json:
        _, kind, name, *rest = (*path, "", "")[: max(len(path), 3)]
        block = self._data.get(kind, {}).get(name)
        if kind != PARAMETER or block is None or not rest or rest[0] not in CONTENTS:
            return Unknown(".".join(path))
        return follow(self._parameter(block), rest[1:])

    def _parameter(self, block: Mapping[str, Json]) -> Json:
        """The value of a parameter that it reads. One that its postconditions refuse is unknown, as they say."""
        account, region, name = place = self._place(block)
        if place not in self._parameters:
            return Unknown(
                f"parameter {name} of account {account} in {region}, which nothing that was read has; give the stack "
                "that writes it too, or a snapshot of the account that was recorded after it was written"
            )
        value = self._parameters[place]
        conditions = block.get("lifecycle", {}).get("postcondition", ())
        for each in conditions:
            if evaluate(each.get("condition"), lambda path: self._of_parameter(value, path)) is False:
                return Unknown(str(each.get("error_message")))
        return value

    @staticmethod
    def _of_parameter(value: Json, path: tuple[str, ...]) -> Json:
        """What a reference in a postcondition comes to."""
        own = path[0] == "self" and len(path) > 1 and path[1] in CONTENTS
        return follow(value, path[2:]) if own else Unknown(".".join(path))

    def _attribute(self, path: tuple[str, ...]) -> Json:
        kind, name, attribute, *rest = (*path, "", "", "")[: max(len(path), 3)]
        block = self._resources.get(kind, {}).get(name)
        if block is None:
            return Unknown(f"{kind}.{name} is not in {self.name}")
        if kind == ACCEPTER and attribute == "id":
            return evaluate(block.get("transit_gateway_attachment_id"), self._lookup)
        if attribute in IDENTITIES:
            return f"{self.name}: {kind}.{name}"
        if attribute in PARTS:
            return f"{self.name}: {kind}.{name}#{attribute}"
        if attribute not in block:
            return Unknown(".".join(path))
        return follow(evaluate(block[attribute], self._lookup), rest)


def _owners(document: Mapping[str, Json]) -> Iterator[tuple[str, Owner]]:
    for kind, configured in document.get("provider", {}).items():
        for block in configured if isinstance(configured, list) else [configured]:
            alias = block.get("alias")
            yield (f"{kind}.{alias}" if alias else kind), owner_of(block)
