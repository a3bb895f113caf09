"""The two forms of Terraform that are read: synthesised stacks and plans. Either becomes resources with values.

A reference to a resource comes to that resource's address, so that everything else can work with addresses alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Protocol

from network.model import Owner, Unknown
from network.terraform.expressions import Json, decode, evaluate, follow

__all__ = ["Document", "Parameters", "Plan", "Resource", "Stack", "is_plan"]

Parameters = MutableMapping[tuple[Json, Json, str], Json]
"""SSM parameters that a stack writes, by account, region and name: the way from a hub's stack to a spoke's."""

IDENTITIES = frozenset({"id", "arn", "dns_entry", "allocation_id", "zone_id"})
"""Attributes that stand for the resource itself."""
PARTS = frozenset(
    {"default_network_acl_id", "default_route_table_id", "main_route_table_id", "default_security_group_id"}
)
"""Attributes that stand for something that AWS makes with the resource."""
ACCEPTER = "aws_ec2_transit_gateway_vpc_attachment_accepter"
PARAMETER = "aws_ssm_parameter"
CONTENTS = ("insecure_value", "value")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a document."""

    kind: str
    address: str
    owner: Owner
    raw: Mapping[str, Json]
    document: Document

    def get(self, name: str) -> Json:
        """An attribute's value: None where it is not set, `Unknown` where nothing tells."""
        return self.document.value(self, name)


class Document(Protocol):
    """A stack or a plan."""

    def resources(self) -> Iterator[Resource]:
        """Every managed resource."""

    def value(self, resource: Resource, name: str) -> Json:
        """An attribute of one of its resources."""


def is_plan(document: Mapping[str, Json]) -> bool:
    """Whether a document is `terraform show -json` of a plan rather than a synthesised stack."""
    return "planned_values" in document


def _owner(block: Mapping[str, Json]) -> Owner:
    accounts = block.get("allowed_account_ids") or []
    region = block.get("region")
    return Owner(
        account=accounts[0]
        if len(accounts) == 1 and isinstance(accounts[0], str)
        else Unknown("the provider's account"),
        region=region if isinstance(region, str) else Unknown("the provider's region"),
    )


NOBODY = Owner(Unknown("no provider"), Unknown("no provider"))


class Stack:
    """One stack's Terraform JSON, with references resolved in it and, through parameters, in the stacks before it."""

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
        names = [str(block.get("name")) for block in blocks if not str(block.get("name")).startswith("/aws/")]
        written = {name for _, _, name in self._parameters}
        return any(name not in written for name in names)

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
        owner = self._owner_of(block)
        missing = Unknown(
            f"parameter {block.get('name')} of account {owner.account}, which nothing that was read writes"
        )
        return follow(self._parameters.get((owner.account, owner.region, block.get("name", "")), missing), rest[1:])

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
            yield (f"{kind}.{alias}" if alias else kind), _owner(block)


class Plan:
    """A plan, as `terraform show -json` prints it: planned values, and the references behind those not known yet.

    Ids that are known (`vpc-…`) come to the address of the resource that has them, also across plans.
    """

    def __init__(self, name: str, document: Mapping[str, Json], names: MutableMapping[str, str]) -> None:
        self.name = name
        self._planned = list(_planned(document.get("planned_values", {}).get("root_module", {})))
        root = document.get("configuration", {})
        self._configured = {block["address"]: block for block in root.get("root_module", {}).get("resources", [])}
        self._owners = {
            key: _owner({at: _constant(value) for at, value in block.get("expressions", {}).items()})
            for key, block in root.get("provider_config", {}).items()
        }
        self._names = names
        self._prior = list(_planned(document.get("prior_state", {}).get("values", {}).get("root_module", {})))
        for planned in self._planned:
            self._name(planned)

    def _name(self, planned: Mapping[str, Json]) -> None:
        """Note which ids stand for a resource, so that those who name them find it."""
        values, address = planned.get("values", {}), f"{self.name}: {planned['address']}"
        if planned.get("type") == ACCEPTER:
            return  # it has its attachment's id
        for key in ("id", "arn"):
            if isinstance(values.get(key), str):
                self._names[values[key]] = address
        for key in PARTS & values.keys():
            if isinstance(values[key], str):
                self._names.setdefault(values[key], f"{address}#{key}")  # unless Terraform manages it

    def ids(self) -> Iterator[tuple[str, str]]:
        """The id of each resource that exists before the plan is applied, and of what AWS made with it, by address.

        One that will be replaced has no planned id, and one that will be destroyed is not planned: the prior state has
        both. Where it was left out, the planned values have the id of everything that stays.
        """
        for block in (*self._planned, *self._prior):
            if block.get("mode") != "managed" or block.get("type") == ACCEPTER:
                continue  # an accepter has its attachment's id
            values, address = block.get("values", {}), f"{self.name}: {block['address']}"
            for key in ("id", *sorted(PARTS)):
                if isinstance(values.get(key), str):
                    yield (address if key == "id" else f"{address}#{key}"), values[key]

    def resources(self) -> Iterator[Resource]:
        """Every managed resource."""
        for planned in self._planned:
            if planned.get("mode") == "managed":
                configured = self._configured.get(_bare(planned["address"]), {})
                owner = self._owners.get(configured.get("provider_config_key", ""), NOBODY)
                raw = {"address": planned["address"], **planned.get("values", {})}
                yield Resource(planned["type"], f"{self.name}: {planned['address']}", owner, raw, self)

    def writes(self) -> Iterator[tuple[tuple[Json, Json, str], Json]]:
        """The parameters that it writes, as far as they are known, with the addresses of what their ids stand for."""
        for resource in self.resources():
            if resource.kind == PARAMETER:
                written = next((self.value(resource, key) for key in CONTENTS if self.value(resource, key)), None)
                owner = resource.owner
                yield (owner.account, owner.region, resource.raw["name"]), self._named(decode(written))

    def value(self, resource: Resource, name: str) -> Json:
        """An attribute: the planned value where it is known in whole, else what the configuration says.

        A list that is not configured repeats what resources of its own made, such as a route table its routes: those
        are in the plan themselves, or about to be destroyed.
        """
        planned = resource.raw.get(name)
        configured = self._configured.get(_bare(resource.raw["address"]), {}).get("expressions", {}).get(name)
        if configured is None:
            return None if isinstance(planned, list) else self._named(planned)
        if _complete(planned, configured):
            return self._named(planned)
        return self._expression(configured)

    def _named(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._names.get(value, value)
        if isinstance(value, list):
            return [self._named(child) for child in value]
        if isinstance(value, dict):
            return {key: self._named(child) for key, child in value.items()}
        return value

    def _expression(self, configured: Json) -> Json:
        """What the configuration says. In JSON syntax Terraform calls a template constant, and leaves it as it is."""
        if isinstance(configured, list):
            return [{key: self._expression(child) for key, child in block.items()} for block in configured]
        if "constant_value" in configured:
            return self._named(evaluate(configured["constant_value"], self._lookup))
        found = [self._reference(text) for text in configured.get("references", ()) if text.count(".") > 1]
        if not found:
            return Unknown("an expression without references")
        return found[0] if len(found) == 1 else found

    def _lookup(self, path: tuple[str, ...]) -> Json:
        text = ".".join(path)
        return Unknown(text) if path[0] in {"local", "data"} else self._reference(".".join(path[:3]))

    def _reference(self, text: str) -> Json:
        address, _, attribute = text.partition("[0]")[0].rpartition(".")
        block = self._configured.get(address)
        if block is None or block.get("mode") == "data":
            return Unknown(text)
        if block.get("type") == ACCEPTER and attribute == "id":
            return self._expression(block["expressions"]["transit_gateway_attachment_id"])
        if attribute in IDENTITIES:
            return f"{self.name}: {address}"
        return f"{self.name}: {address}#{attribute}" if attribute in PARTS else Unknown(text)


def _planned(module: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _planned(child)


def _constant(expression: Json) -> Json:
    """What an expression says without references; a block says nothing here."""
    return expression.get("constant_value") if isinstance(expression, dict) else None


def _bare(address: str) -> str:
    """An address without the index of `count` or `for_each`."""
    return address.partition("[")[0]


def _complete(planned: Json, configured: Json) -> bool:
    """Whether a planned value says all that the configuration does: unknown parts are left out of it or null."""
    if isinstance(configured, list):
        return isinstance(planned, list) and all(
            _complete(entry.get(key), expression)
            for entry in planned
            for block in configured[:1]
            for key, expression in block.items()
        )
    unknown = planned is None or (isinstance(planned, list) and (None in planned or not planned))
    return not unknown
