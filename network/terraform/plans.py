"""Plans: planned values, and the references behind those that are not known yet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from network.model import Owner, Unknown
from network.terraform.documents import (
    IDENTITIES,
    MAIN_TABLE,
    NOBODY,
    PARTS,
    SAME,
    TOLD,
    Document,
    Names,
    Resource,
    Scope,
    blocks_in,
    ids_of,
    owner_of,
    parameters_of,
)
from network.terraform.expressions import Identity, Json, evaluate, follow
from network.terraform.syntax import Block, DocumentError, Form

__all__ = ["Plan", "is_plan"]

STEP = re.compile(r'\.?([A-Za-z_][\w-]*)|\.?(\*)|\[("(?:[^"\\]|\\.)*"|\d+|\*)\]|(.)')
"""One step of a reference or an address."""
MODULE = "module"
SET_ALWAYS = frozenset({"alias", "entry", "ip_address", "target_ip", "vpc"})
"""Blocks that AWS fills for nobody: where the configuration has none and they are not known, `dynamic` makes them."""
REPEATED = frozenset({"egress", "ingress", "route", "route_table_ids", "security_group_ids", "subnet_ids"})
"""Lists that repeat, once they are applied, what resources of their own have made."""
PARTS_OF_OTHERS = frozenset(
    {
        "aws_network_acl_rule",
        "aws_route",
        "aws_security_group_rule",
        "aws_vpc_endpoint_route_table_association",
        "aws_vpc_endpoint_security_group_association",
        "aws_vpc_endpoint_subnet_association",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
    }
)
"""Those resources."""
REPEATS = frozenset({"count_expression", "for_each_expression"})

Path = tuple[str, ...]
"""The steps of a reference."""
Module = tuple[tuple[str, str], ...]
"""A module by the calls that lead to it, each with its name and the key of its instance, as an address has it."""


def is_plan(document: Mapping[str, Json]) -> bool:
    """Whether a document is `terraform show -json` of a plan rather than a synthesised stack."""
    return "planned_values" in document


@dataclass(frozen=True)
class _Call:
    """What the configuration says of a module, below the call of it."""

    resources: Mapping[str, Block] = field(default_factory=dict)
    outputs: Block = field(default_factory=dict)
    calls: Mapping[str, _Call] = field(default_factory=dict)
    inputs: Block = field(default_factory=dict)
    repeats: Block = field(default_factory=dict)
    """The expressions of `count` and `for_each`."""


class Plan:
    """A plan, as `terraform show -json` prints it: planned values, and the references behind those not known yet.

    Ids that are known (`vpc-…`) come to the address of the resource that has them, also across plans. Raises
    `DocumentError` for one that is not whole: what it leaves out would not be judged.
    """

    builds = True

    def __init__(self, name: str, document: Mapping[str, Json], names: Names) -> None:
        self.name = name
        form = Form()
        self._planned = blocks_in(form, document.get("planned_values"), "planned_values")
        prior = form.mapping(document.get("prior_state"), "prior_state")
        self._prior = blocks_in(form, prior.get("values"), "prior_state.values")
        self._changes = {
            form.text(change, "address", f"resource_changes[{at}]"): change
            for at, change in enumerate(form.mappings(document.get("resource_changes"), "resource_changes"))
        }
        configuration = form.mapping(document.get("configuration"), "configuration")
        self._root = _call(form, {"module": configuration.get("root_module")}, "configuration.root_module")
        self._variables = form.mapping(document.get("variables"), "variables")
        self._providers = form.mapping(configuration.get("provider_config"), "configuration.provider_config")
        problems = [*form.problems, *self._torn(document)]
        if problems:
            raise DocumentError([(name, problem) for problem in problems])
        self._planned += self._forgotten()
        self._addresses = frozenset(block["address"] for block in self._planned)
        places = [_place(address) for address in self._addresses]
        self._modules = frozenset(module[:at] for module, *_ in places for at in range(1, len(module) + 1))
        self._keyed = frozenset(
            (
                *(f"{_prefix(module)}{kind}.{name}" for module, kind, name, key in places if key),
                *(f"{_prefix(module[:-1])}{MODULE}.{module[-1][0]}" for module in self._modules if module[-1][1]),
            )
        )
        """Addresses without the keys of the instances, of what has some."""
        self._names = names
        self._following: set[tuple[Module, Path]] = set()
        for planned in self._planned:
            names.note(planned["type"], f"{name}: {planned['address']}", planned["values"])

    def _torn(self, document: Mapping[str, Json]) -> Iterator[str]:
        """Why a plan does not have all that there will be."""
        if document.get("errored") is True:
            yield '"errored" is true: Terraform failed while it planned; fix what it reported, and plan again'
        elif document.get("complete") is False:
            yield '"complete" is false: resources are left out of the plan; plan again without -target or -exclude'
        elif "resource_changes" in document:
            left = sorted(block["address"] for block in self._prior if block["address"] not in self._changes)
            if left:
                yield f"resource_changes leaves out {left[0]}, which exists; plan again without -target or -exclude"

    def _forgotten(self) -> Iterator[dict[str, Json]]:
        """What Terraform forgets, and leaves in AWS as it is."""
        for address, change in self._changes.items():
            told = change.get("change")
            before = told.get("before") if isinstance(told, dict) and told.get("actions") == ["forget"] else None
            if isinstance(before, dict):
                yield {"address": address, "type": str(change.get("type")), "values": before}

    def ids(self) -> Iterator[tuple[str, str]]:
        """The id of each resource that exists before the plan is applied, and of what AWS made with it, by address.

        One that will be replaced has no planned id, and one that will be destroyed is not planned: the prior state has
        both. Where it was left out, the planned values have the id of everything that stays.
        """
        return ids_of(self.name, (*self._planned, *self._prior))

    def resources(self) -> Iterator[Resource]:
        """Every managed resource."""
        return map(self._resource, self._planned)

    @property
    def before(self) -> Document:
        """The parts that the plan manages as they were: where a list repeats one, it is about to be changed or gone."""
        return _Before(self.name, tuple(each for each in self._prior if each["type"] in PARTS_OF_OTHERS), self._names)

    def _resource(self, block: Block) -> Resource:
        address, values = block["address"], block["values"]
        module, kind, name, _ = _place(address)
        # What is configured and not known yet has no planned value.
        given = dict.fromkeys(_expressions(self._configured(module, f"{kind}.{name}") or {}))
        raw = {**given, **values, "address": address}
        return Resource(block["type"], f"{self.name}: {address}", self._owner(address), raw, self)

    def writes(self) -> Iterator[tuple[tuple[Json, Json, str], Json]]:
        """The parameters that it writes."""
        return parameters_of(self, self._names)

    # Owners -------------------------------------------------------------------------------------------------------

    def _owner(self, address: str) -> Owner:
        module, kind, name, _ = _place(address)
        configured = self._configured(module, f"{kind}.{name}") or {}
        key = configured.get("provider_config_key")
        return self._owners.get(key, NOBODY) if isinstance(key, str) else NOBODY

    @cached_property
    def _owners(self) -> Mapping[str, Owner]:
        """The owner of what each provider makes."""
        found = {}
        for key, block in self._providers.items():
            expressions = _expressions(block) if isinstance(block, dict) else {}
            within = tuple((name, "") for name in key.partition(":")[0].split(".")[1::2]) if ":" in key else ()
            found[key] = owner_of({at: self._expression(expressions.get(at), within, {}) for at in TOLD})
        return found

    # Values -------------------------------------------------------------------------------------------------------

    def value(self, resource: Resource, name: str) -> Json:
        """An attribute: the planned value as far as it is known, else what the configuration says.

        Blocks that `dynamic` generates are not in the configuration; what is planned of them counts.
        """
        planned, address = resource.raw.get(name), resource.raw["address"]
        module, kind, called, key = _place(address)
        block = self._configured(module, f"{kind}.{called}") or {}
        configured = _expressions(block).get(name)
        unknown = self._unknown(address, name, planned, configured)
        if configured is None:
            if unknown is True:
                # Computed: AWS fills it.
                return Unknown(f"{address}: {name}") if name in SET_ALWAYS else None
            return self._partly(planned, unknown, f"{address}: {name}")
        if not _any(unknown):
            return self._names.of(planned)
        if isinstance(configured, list) and isinstance(planned, list) and len(configured) != len(planned):
            return self._partly(planned, unknown, f"{address}: {name}")
        told = self._expression(configured, module, self._scope(block, module, key))
        return _filled(told, self._names.of(planned)) if isinstance(configured, list) else told

    def _unknown(self, address: str, name: str, planned: Json, configured: Json) -> Json:
        """What of a value is not known: true, or the same of its parts."""
        change = self._changes.get(address, {}).get("change")
        if isinstance(change, dict) and isinstance(change.get("after_unknown"), dict):
            return change["after_unknown"].get(name)
        # The changes were left out.
        if configured is None:
            return name in REPEATED
        return not _complete(planned, configured)

    def _partly(self, planned: Json, unknown: Json, why: str) -> Json:
        """A planned value with `Unknown` in the place of each part that is not known."""
        if unknown is True:
            return Unknown(why)
        if isinstance(unknown, list) and isinstance(planned, list):
            missing = [None] * (len(unknown) - len(planned))
            flags = [*unknown, *[False] * (len(planned) - len(unknown))]
            return [self._partly(one, each, why) for one, each in zip([*planned, *missing], flags, strict=True)]
        if isinstance(unknown, dict) and isinstance(planned, dict):
            return {key: self._partly(planned.get(key), unknown.get(key), why) for key in {**planned, **unknown}}
        return self._names.of(planned)

    def _expression(self, configured: Json, module: Module, scope: Scope) -> Json:
        """What the configuration says. In JSON syntax Terraform calls a template constant, and leaves it as it is."""
        if isinstance(configured, list):
            return [self._expression(block, module, scope) for block in configured]
        if not isinstance(configured, dict):
            return Unknown("no expression")
        if "constant_value" in configured:
            found = evaluate(configured["constant_value"], lambda path: self._reference(path, module, scope))
            return self._names.of(found)
        if "references" not in configured:
            return {name: self._expression(child, module, scope) for name, child in configured.items()} or Unknown(
                "an expression without references"
            )
        references = configured["references"]
        texts = [each for each in references if isinstance(each, str)] if isinstance(references, list) else []
        found = [self._reference(_steps(text), module, scope) for text in _whole(texts)]
        if not found:
            return Unknown("an expression without references")
        return found[0] if len(found) == 1 else found

    def _scope(self, block: Block, module: Module, key: str) -> Scope:
        """What `count` and `each` stand for in an instance."""
        if not key:
            return {}
        at = _bare(key[1:-1])
        if not key.startswith('["'):
            return {"count": {"index": int(at)}}
        return {"each": {"key": at, "value": _Repeated(block.get("for_each_expression"), module, at)}}

    # References ---------------------------------------------------------------------------------------------------

    def _reference(self, path: Path, module: Module, scope: Scope) -> Json:
        """What a reference in a module comes to."""
        if (module, path) in self._following:
            return Unknown(f"{'.'.join(path)} names itself")
        self._following.add((module, path))
        found = self._followed(path, module, scope)
        self._following.discard((module, path))
        return found

    def _followed(self, path: Path, module: Module, scope: Scope) -> Json:
        first, *steps = path
        if path[:2] == ("each", "value") and "each" in scope:
            return self._repeated(scope["each"]["value"], path[2:])
        if first in scope:
            return follow(scope[first], steps)
        if first == "var" and steps:
            return self._input(module, path)
        if first == MODULE and len(steps) > 1:
            return self._output(module, path)
        return self._attribute(path, module)

    def _input(self, module: Module, path: Path) -> Json:
        """What a module is given: by its call, or by whoever plans."""
        unknown = Unknown(".".join(path))
        if not module:
            given = self._variables.get(path[1])
            return follow(given["value"], path[2:]) if isinstance(given, dict) and "value" in given else unknown
        outer, (_, key) = module[:-1], module[-1]
        call = self._call(module)
        if call is None or path[1] not in call.inputs:
            return unknown
        scope = self._scope(call.repeats, outer, key)
        return follow(self._expression(call.inputs[path[1]], outer, scope), path[2:])

    def _output(self, module: Module, path: Path) -> Json:
        """What a module gives to whoever calls it."""
        _, name, *steps = path
        call = self._call((*module, (name, "")))
        key = ""
        if len(steps) > 1 and (
            f"{_prefix(module)}{MODULE}.{name}" in self._keyed or (call is not None and call.repeats)
        ):
            keys = [_key(steps[0], counted=counted) for counted in (True, False)]
            key = next((each for each in keys if (*module, (name, each)) in self._modules), "[?]")
            steps = steps[1:]
        output = call.outputs.get(steps[0]) if call is not None else None
        if not isinstance(output, dict):
            return Unknown(".".join(path))
        return follow(self._expression(output.get("expression"), (*module, (name, key)), {}), steps[1:])

    def _repeated(self, each: _Repeated, steps: Path) -> Json:
        """What `each.value` comes to: an entry of a map, or the instance of what is repeated for."""
        over = each.over if isinstance(each.over, dict) else {}
        references = over.get("references")
        one = references[0] if isinstance(references, list) and len(references) == 1 else None
        if isinstance(one, str) and not one.startswith(("each.", "local.", "var.")):
            return self._reference((*_steps(one), each.key, *steps), each.module, {})
        if "constant_value" not in over and not isinstance(one, str):
            return Unknown("each.value")
        return follow(follow(self._expression(over, each.module, {}), (each.key,)), steps)

    def _attribute(self, path: Path, module: Module) -> Json:
        """The address of a resource that is planned, or what its configuration says."""
        unknown = Unknown(".".join(path))
        kind, name, *steps = (*path, "")[: max(len(path), 2)]
        address, block = f"{_prefix(module)}{kind}.{name}", self._configured(module, f"{kind}.{name}")
        key: str | None = ""
        if block is not None and steps and (address in self._keyed or not REPEATS.isdisjoint(block)):
            keys = (_key(steps[0], counted=True), _key(steps.pop(0), counted=False))
            key = next((each for each in keys if f"{address}{each}" in self._addresses), None)
        if block is None or key is None or not steps:
            return unknown
        attribute, at = steps[0], f"{self.name}: {address}{key}"
        if attribute == "id" and kind in SAME:
            told = _expressions(block).get(SAME[kind])
            return self._expression(told, module, self._scope(block, module, key))
        if attribute in IDENTITIES and attribute not in _expressions(block):
            return Identity(at)
        if attribute == MAIN_TABLE and not self._changes_main_tables:
            attribute = PARTS[1]
        return Identity(f"{at}#{attribute}") if attribute in PARTS and attribute != MAIN_TABLE else unknown

    @cached_property
    def _changes_main_tables(self) -> bool:
        return any(each["type"] == "aws_main_route_table_association" for each in self._planned)

    # Configuration ------------------------------------------------------------------------------------------------

    def _call(self, module: Module) -> _Call | None:
        found: _Call | None = self._root
        for name, _ in module:
            found = found.calls.get(name) if found is not None else None
        return found

    def _configured(self, module: Module, address: str) -> Block | None:
        call = self._call(module)
        return call.resources.get(address) if call is not None else None


@dataclass(frozen=True)
class _Before:
    """Resources as they are before a plan is applied."""

    name: str
    blocks: tuple[Block, ...]
    names: Names
    builds: bool = False

    def resources(self) -> Iterator[Resource]:
        for block in self.blocks:
            yield Resource(block["type"], f"{self.name}: {block['address']}", NOBODY, block["values"], self)

    def value(self, resource: Resource, name: str) -> Json:
        return self.names.of(resource.raw.get(name))


@dataclass(frozen=True)
class _Repeated:
    """What `each.value` is: the entry with a key of what a block is repeated for."""

    over: Json
    module: Module
    key: str


def _call(form: Form, block: Block, place: str) -> _Call:
    """What the configuration says of a module."""
    module = form.mapping(block.get("module"), place)
    calls = form.mapping(module.get("module_calls"), f"{place}.module_calls")
    resources = form.mappings(module.get("resources"), f"{place}.resources")
    return _Call(
        {form.text(each, "address", f"{place}.resources[{at}]"): each for at, each in enumerate(resources)},
        form.mapping(module.get("outputs"), f"{place}.outputs"),
        {
            name: _call(form, form.mapping(each, f"{place}.{name}"), f"{place}.module_calls.{name}.module")
            for name, each in calls.items()
        },
        form.mapping(block.get("expressions"), f"{place}.expressions"),
        {key: block[key] for key in REPEATS if key in block},
    )


def _expressions(block: Block) -> Block:
    found = block.get("expressions")
    return found if isinstance(found, dict) else {}


def _steps(text: str) -> Path:
    """The steps of a reference, its keys without their quotes."""
    return tuple(step if key is None else _bare(key) for step, key in _split(text)) or ("",)


def _split(text: str) -> Iterator[tuple[str, str | None]]:
    """The names and keys of a reference or an address."""
    for match in STEP.finditer(text):
        yield match[1] or match[2] or match[4] or "", match[3]


def _bare(key: str) -> str:
    try:
        return str(json.loads(key))
    except ValueError:
        return key


def _key(step: str, *, counted: bool) -> str:
    """A key as an address has it."""
    return f"[{step}]" if counted else f"[{json.dumps(step, ensure_ascii=False)}]"


def _place(address: str) -> tuple[Module, str, str, str]:
    """The module, type, name and key of a resource's address."""
    steps, module = list(_split(address)), []
    while steps and steps[0] == (MODULE, None) and len(steps) > 1:
        (name, _), steps = steps[1], steps[2:]
        keyed = bool(steps) and steps[0][1] is not None
        module.append((name, f"[{steps.pop(0)[1]}]" if keyed else ""))
    (kind, _), (name, _), *rest = (*steps, ("", None), ("", None))[: max(len(steps), 2)]
    return tuple(module), kind, name, f"[{rest[0][1]}]" if rest and rest[0][1] is not None else ""


def _filled(told: Json, planned: Json) -> Json:
    """Blocks as the configuration says, with what is planned where the configuration does not tell."""
    if not isinstance(planned, list):
        return told
    return [_of_planned(block, [each for each in planned if isinstance(each, dict)]) for block in told]


def _of_planned(block: Json, planned: list[Block]) -> Json:
    """A block with the values of the only planned one that it can be."""
    if not isinstance(block, dict):
        return block
    known = {name: value for name, value in block.items() if not isinstance(value, Unknown)}
    fitting = [each for each in planned if all(each.get(name) in (None, _plain(known[name])) for name in known)]
    if len(fitting) != 1:
        return block
    return {name: block[name] if name in known or fitting[0].get(name) is None else fitting[0][name] for name in block}


def _plain(value: Json) -> Json:
    return value if isinstance(value, (str, int, float)) else None


def _prefix(module: Module) -> str:
    return "".join(f"{MODULE}.{name}{key}." for name, key in module)


def _whole(references: Sequence[str]) -> list[str]:
    """References without the shorter ones that Terraform lists beside each: `aws_vpc.x.id`, and then `aws_vpc.x`."""
    return [text for text in references if not any(other.startswith((f"{text}.", f"{text}[")) for other in references)]


def _any(unknown: Json) -> bool:
    """Whether anything of a value is not known."""
    if isinstance(unknown, dict):
        return any(map(_any, unknown.values()))
    return any(map(_any, unknown)) if isinstance(unknown, list) else bool(unknown)


def _complete(planned: Json, configured: Json) -> bool:
    """Whether a planned value says all that the configuration does: unknown parts are left out of it or null."""
    if isinstance(configured, list):
        return isinstance(planned, list) and all(
            isinstance(entry, dict) and _complete(entry.get(key), expression)
            for entry in planned
            for block in configured[:1]
            if isinstance(block, dict)
            for key, expression in block.items()
        )
    unknown = planned is None or (isinstance(planned, list) and (None in planned or not planned))
    return not unknown
