"""Synthesised stacks: values with references in them, and providers that say the account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from network.model import Owner, Unknown
from network.terraform.documents import (
    CONTENTS,
    IDENTITIES,
    MAIN_TABLE,
    NOBODY,
    PARAMETER,
    PARTS,
    SAME,
    TOLD,
    Parameters,
    Resource,
    Scope,
    owner_of,
)
from network.terraform.expressions import Identity, Json, Lookup, Set, evaluate, follow
from network.terraform.syntax import Block, bodies, provider_name, sections

__all__ = ["Judged", "Stack"]

Conditions = tuple[tuple[str, str], ...]
"""The conditions of a parameter's value, each with its error."""
Judged = dict[tuple[tuple[Json, Json, str], Conditions], tuple[Json, str]]
"""What conditions say of a parameter's value, which many stacks read: an error, or nothing."""

MANY = 1_000
"""Instances of one block that are read."""
MODULE = "module"

Instances = Mapping[str, tuple[str, Scope]]
"""The instances of a block by their keys: what their addresses end with, and what `count` and `each` are in them."""
ONE: Instances = {"": ("", {})}


class Stack:
    """One stack's Terraform JSON, with references resolved in it and, through parameters, in the stacks before it."""

    builds = True

    def __init__(
        self, name: str, document: Mapping[str, Json], parameters: Parameters, judged: Judged | None = None
    ) -> None:
        self.name = name
        self._is = sections(name, document)
        self._resources = self._is.resources
        self._parameters = parameters
        self._judged: Judged = {} if judged is None else judged
        self._known: dict[str, Json] = {}
        self._counted: dict[tuple[str, str], Instances | Unknown] = {}
        self._followed: set[tuple[str, ...]] = set()
        self._owners = self._owners_of_providers()

    def resources(self) -> Iterator[Resource]:
        """Every managed resource; a module, and whatever else may make some, is one of which nothing is known."""
        for kind, blocks in self._resources.items():
            for name, block in blocks.items():
                owner = self._owner_of(block, kind)
                if "count" in block or "for_each" in block or "dynamic" in block:
                    yield from self._made_by(kind, name, block, owner)
                else:
                    yield Resource(kind, f"{self.name}: {kind}.{name}", owner, block, self)
        for name, block in self._is.modules.items():
            for owner in self._owners_in(block):
                for each in self._made_by(MODULE, name, block, owner):
                    unread = f"is a module ({block.get('source')}), and what it creates is not in the stack"
                    yield Resource(MODULE, each.address, owner, block, self, each.uncertain or unread)
        for section in self._is.others:
            yield Resource(section, f"{self.name}: {section}", NOBODY, {}, self, "is not modelled")

    def value(self, resource: Resource, name: str) -> Json:
        """An attribute of one of its resources."""
        found = resource.raw.get(name)
        if found is None or found is True or found is False:
            return found
        return evaluate(found, self._within(resource.scope) if resource.scope else self._lookup)

    def writes(self) -> Iterator[tuple[tuple[Json, Json, str], Json]]:
        """The parameters that it writes."""
        for name, block in self._resources.get(PARAMETER, {}).items():
            for each in self._made_by(PARAMETER, name, block, self._owner_of(block, PARAMETER)):
                at = each.get("name")
                if isinstance(at, str):
                    written = Unknown(each.uncertain) if each.uncertain else self._written(each)
                    yield (each.owner.account, each.owner.region, at), written

    @staticmethod
    def _written(parameter: Resource) -> Json:
        return next((parameter.get(key) for key in CONTENTS if key in parameter.raw), None)

    def waits(self) -> bool:
        """Whether it reads a parameter that nothing read so far has written; AWS's own are nobody's to write."""
        places = map(self._place, self._is.data.get(PARAMETER, {}).values())
        return any(place not in self._parameters for place in places if not place[2].startswith("/aws/"))

    def _place(self, block: Block) -> tuple[Json, Json, str]:
        owner = self._owner_of(block, PARAMETER)
        return owner.account, owner.region, str(evaluate(block.get("name"), self._lookup))

    # Owners -------------------------------------------------------------------------------------------------------

    def _owners_of_providers(self) -> dict[str, Owner]:
        """The owner by each provider. Of two by one name it is not known which one counts."""
        found: dict[str, Owner] = {}
        for kind, block in self._is.providers:
            alias = block.get("alias")
            name = f"{kind}.{alias}" if alias else kind
            told = {key: evaluate(block.get(key), self._lookup) for key in TOLD}
            owner = owner_of(told)
            found[name] = owner if found.get(name, owner) == owner else NOBODY
        return found

    def _owner_of(self, block: Block, kind: str) -> Owner:
        provider = block.get("provider")
        if isinstance(provider, str) and provider in self._owners:
            return self._owners[provider]
        return self._owners.get(provider_name(provider) if provider is not None else kind.partition("_")[0], NOBODY)

    def _owners_in(self, module: Block) -> list[Owner]:
        """The owners of what a module makes: it has the providers that it is given, or else those without an alias."""
        given = [provider for block in bodies(module.get("providers")) for provider in block.values()]
        names = [provider_name(each) for each in given] or [name for name in self._owners if "." not in name]
        return list(dict.fromkeys(self._owners.get(name, NOBODY) for name in names)) or [NOBODY]

    # Instances ----------------------------------------------------------------------------------------------------

    def _made_by(self, kind: str, name: str, block: Block, owner: Owner) -> Iterator[Resource]:
        """The resources of a block: one, or as many as `count` and `for_each` say."""
        address = f"{self.name}: {kind}.{name}"
        told = self._instances(kind, name, block)
        instances, why = (ONE, told.why) if isinstance(told, Unknown) else (told, "")
        for suffix, scope in instances.values():
            raw = self._generated(block, self._within(scope)) if "dynamic" in block else block
            yield Resource(kind, f"{address}{suffix}", owner, raw, self, why, scope)

    @staticmethod
    def _generated(block: Block, lookup: Lookup) -> Block:
        """A block with what its `dynamic` blocks generate."""
        found = {name: value for name, value in block.items() if name != "dynamic"}
        for labelled in bodies(block["dynamic"]):
            for name, dynamics in labelled.items():
                value = evaluate(found.get(name), lookup)
                written = value if isinstance(value, list) else [] if value is None else [value]
                found[name] = [
                    *written,
                    *(each for dynamic in bodies(dynamics) for each in _blocks(name, dynamic, lookup)),
                ]
        return found

    def _instances(self, kind: str, name: str, block: Block) -> Instances | Unknown:
        if "count" not in block and "for_each" not in block:
            return ONE
        if (kind, name) not in self._counted:
            self._counted[kind, name] = Unknown("exists as often as it exists itself")
            self._counted[kind, name] = self._told(block)
        return self._counted[kind, name]

    def _told(self, block: Block) -> Instances | Unknown:
        """The instances of a block with `count` or `for_each`, as far as its value is known."""
        if "count" in block and "for_each" in block:
            return Unknown("has both count and for_each, which Terraform refuses")
        what = "count" if "count" in block else "for_each"
        value = evaluate(block[what], self._lookup)
        if what == "count" and isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MANY:
            return {str(at): (f"[{at}]", {"count": {"index": at}}) for at in range(value)}
        keyed = what == "for_each" and isinstance(value, (dict, Set))
        pairs = _pairs(value) if keyed else None
        if pairs is not None and len(pairs) <= MANY and all(isinstance(key, str) for key, _ in pairs):
            return {
                key: (f"[{json.dumps(key, ensure_ascii=False)}]", {"each": {"key": key, "value": inner}})
                for key, inner in pairs
            }
        why = value.why if isinstance(value, Unknown) else value
        return Unknown(f"exists as often as its {what} says, which is not known ({why})")

    # References ---------------------------------------------------------------------------------------------------

    def _within(self, scope: Scope) -> Lookup:
        return _scoped(scope, self._lookup) if scope else self._lookup

    def _lookup(self, path: tuple[str, ...]) -> Json:
        if path[0] == "local" and len(path) > 1:
            return follow(self._local(path[1]), path[2:])
        if path[0] == "data":
            return self._read(path)
        if path[0] in {"var", MODULE}:
            return Unknown(f"{'.'.join(path)}, whose value the stack does not say")
        return self._attribute(path)

    def _local(self, name: str) -> Json:
        if name not in self._known:
            self._known[name] = Unknown(f"local.{name} names itself")
            self._known[name] = evaluate(self._is.values.get(name, Unknown(f"no local.{name}")), self._lookup)
        return self._known[name]

    def _read(self, path: tuple[str, ...]) -> Json:
        _, kind, name, *rest = (*path, "", "")[: max(len(path), 3)]
        block = self._is.data.get(kind, {}).get(name)
        single = block is not None and "count" not in block and "for_each" not in block
        if kind != PARAMETER or block is None or not single or not rest or rest[0] not in CONTENTS:
            return Unknown(".".join(path))
        return follow(self._parameter(block), rest[1:])

    def _parameter(self, block: Block) -> Json:
        """The value of a parameter that it reads. One that its postconditions refuse is unknown, as they say."""
        account, region, name = place = self._place(block)
        if place not in self._parameters:
            return Unknown(
                f"parameter {name} of account {account} in {region}, which is not in the input; give the stack "
                "that writes it too, or a snapshot of the account that was recorded after it was written"
            )
        value = self._parameters[place]
        conditions = tuple(
            (str(each.get("condition")), str(each.get("error_message")))
            for lifecycle in bodies(block.get("lifecycle"))
            for each in bodies(lifecycle.get("postcondition"))
        )
        of, told = self._judged.get((place, conditions), (None, None))
        if of is not value or told is None:
            told = self._judgement(value, conditions)
            self._judged[place, conditions] = (value, told)
        return value if told == "" else Unknown(told)

    def _judgement(self, value: Json, conditions: Conditions) -> str:
        """The error of the condition that a value does not meet."""
        found = ((evaluate(text, lambda path: self._of_parameter(value, path)), error) for text, error in conditions)
        return next((error or "a condition" for met, error in found if met is False), "")

    @staticmethod
    def _of_parameter(value: Json, path: tuple[str, ...]) -> Json:
        """What a reference in a postcondition comes to."""
        own = path[0] == "self" and len(path) > 1 and path[1] in CONTENTS
        return follow(value, path[2:]) if own else Unknown(".".join(path))

    def _attribute(self, path: tuple[str, ...]) -> Json:
        """What a reference to a resource of the stack comes to: its address, or what its block says."""
        kind, name = path[0], path[1] if len(path) > 1 else ""
        block = self._resources[kind].get(name) if kind in self._resources else None
        if block is None:
            return Unknown(f"{kind}.{name} is not in {self.name}")
        address, steps = f"{self.name}: {kind}.{name}", path[2:]
        scope: Scope = {}
        if "count" in block or "for_each" in block:
            key, steps = steps[0] if steps else "", steps[1:]
            instances = self._instances(kind, name, block)
            if isinstance(instances, Mapping):
                if key not in instances:
                    return Unknown(f"{kind}.{name} has no instance {key}" if key else ".".join(path))
                suffix, scope = instances[key]
                address += suffix
        if not steps:
            return Unknown(".".join(path))
        attribute = SAME[kind] if steps[0] == "id" and kind in SAME else steps[0]
        if block.get(attribute) is not None:
            return self._of_block(path, block[attribute], steps[1:], self._within(scope))
        return Identity(address) if attribute in IDENTITIES else self._made_with(address, attribute)

    def _of_block(self, path: tuple[str, ...], value: Json, steps: tuple[str, ...], lookup: Lookup) -> Json:
        """What a block says of an attribute. One that comes back to itself says nothing."""
        if path in self._followed:
            return Unknown(f"{'.'.join(path)} names itself")
        self._followed.add(path)
        found = evaluate(value, lookup)
        self._followed.discard(path)
        return follow(found, steps)

    def _made_with(self, address: str, attribute: str) -> Json:
        """What AWS makes with a resource."""
        if attribute == MAIN_TABLE:
            if self._resources.get("aws_main_route_table_association"):
                return Unknown(f"which table is the main one of {address}")
            attribute = PARTS[1]
        return Identity(f"{address}#{attribute}") if attribute in PARTS else Unknown(f"{address}: {attribute}")


def _scoped(scope: Scope, outer: Lookup) -> Lookup:
    """References where `count`, `each` or an iterator stands for something."""
    return lambda path: follow(scope[path[0]], path[1:]) if path[0] in scope else outer(path)


def _pairs(value: Json) -> list[tuple[Json, Json]] | None:
    """The keys and values that something is repeated for; None where they are not known."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, Set):
        return [(each, each) for each in value]
    return list(enumerate(value)) if isinstance(value, list) else None


def _blocks(name: str, dynamic: Block, lookup: Lookup) -> Iterator[Json]:
    """The blocks that a `dynamic` block comes to; one of which nothing is known where it may be any number."""
    value = evaluate(dynamic.get("for_each"), lookup)
    pairs, iterator = _pairs(value), dynamic.get("iterator") or name
    if pairs is None or len(pairs) > MANY:
        why = value.why if isinstance(value, Unknown) else value
        yield Unknown(f"which blocks {name} there are: {why}")
        return
    for key, inner in pairs:
        within = _scoped({str(iterator): {"key": key, "value": inner}}, lookup)
        for content in bodies(dynamic.get("content")):
            yield evaluate(content, within)
