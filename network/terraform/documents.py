"""What stacks, plans and states have in common: resources with values, and the addresses behind AWS's ids.

A reference to a resource comes to that resource's address, so that everything else can work with addresses alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Protocol

from network.model import Owner, Unknown
from network.terraform.coverage.table import has_own_id
from network.terraform.expressions import Json, decode
from network.terraform.syntax import Block, Form, bodies

__all__ = [
    "ACCEPTER",
    "CONTENTS",
    "IDENTITIES",
    "MAIN_TABLE",
    "NOBODY",
    "PARAMETER",
    "PARTS",
    "SAME",
    "TOLD",
    "Document",
    "Names",
    "Parameters",
    "Resource",
    "Scope",
    "assumed",
    "blocks_in",
    "ids_of",
    "owner_of",
    "parameters_of",
]

Scope = Mapping[str, Json]
"""What names such as `count` and `each` stand for within one resource."""
Parameters = MutableMapping[tuple[Json, Json, str], Json]
"""SSM parameters that a stack writes, by account, region and name: the way from a hub's stack to a spoke's."""

IDENTITIES = frozenset({"id", "arn", "dns_entry", "allocation_id", "zone_id"})
"""Attributes that stand for the resource itself."""
PARTS = ("default_network_acl_id", "default_route_table_id", "default_security_group_id", "main_route_table_id")
"""Attributes that stand for something that AWS makes with a VPC. The main table is the default one unless it was
changed, and then goes by that name."""
MAIN_TABLE = "main_route_table_id"
GATEWAY_TABLES = ("association_default_route_table_id", "propagation_default_route_table_id")
"""The same for a transit gateway: AWS makes one table for both."""
ACCEPTER = "aws_ec2_transit_gateway_vpc_attachment_accepter"
SAME = {ACCEPTER: "transit_gateway_attachment_id", "aws_default_route_table": "default_route_table_id"}
"""Kinds that have the id of what they take over, with the argument that says it."""
PARAMETER = "aws_ssm_parameter"
CONTENTS = ("insecure_value", "value")
NOBODY = Owner(Unknown("no provider"), Unknown("no provider"))


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a document."""

    kind: str
    address: str
    owner: Owner
    raw: Mapping[str, Json]
    document: Document
    uncertain: str = ""
    """Why it is not known whether, or how often, it exists: a `count` that is not known."""
    scope: Scope | None = None

    def get(self, name: str) -> Json:
        """An attribute's value: None where it is not set, `Unknown` where it could not be determined."""
        return self.document.value(self, name)


class Document(Protocol):
    """A stack, a plan or a state."""

    @property
    def builds(self) -> bool:
        """Whether its resources are to be built, so that AWS may refuse them; those of a state exist."""

    def resources(self) -> Iterator[Resource]:
        """Every managed resource."""

    def value(self, resource: Resource, name: str) -> Json:
        """An attribute of one of its resources."""


class Names:
    """Which address each of AWS's ids stands for, in all plans and states that are read together."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._owners: dict[str, Owner] = {}

    def note(self, kind: str, address: str, values: Mapping[str, Json]) -> None:
        """Note what stands for a resource, so that those who name it find it."""
        if not has_own_id(kind) or kind == ACCEPTER:  # an accepter has its attachment's id
            return
        for key in ("id", "arn"):
            if isinstance(values.get(key), str):
                self._addresses[values[key]] = address
                self._owners[values[key]] = self.owner_in(values)
        entries = values.get("dns_entry")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and isinstance(entry.get("dns_name"), str):
                self._addresses[entry["dns_name"]] = address
        # What AWS made goes by its parent, unless Terraform manages it.
        for key, name in (*((key, key) for key in PARTS), *((key, "default_route_table") for key in GATEWAY_TABLES)):
            if isinstance(values.get(key), str) and values[key]:
                self._addresses.setdefault(values[key], f"{address}#{name}")

    @staticmethod
    def owner_in(values: Mapping[str, Json]) -> Owner:
        """The account and region that a resource's own values say."""
        _, _, _, region, account, *_ = (*str(values.get("arn") or "").split(":"), *[""] * 5)
        told = values.get("owner_id")
        return Owner(
            (told if isinstance(told, str) else "") or account or Unknown("its values name no account"),
            region or Unknown("its values name no region"),
        )

    def owner(self, identity: str) -> Owner | None:
        """The owner of the resource with an id or ARN, where it was read."""
        return self._owners.get(identity)

    def of(self, value: Json) -> Json:
        """A value with the addresses of all ids in it that are known."""
        if isinstance(value, str):
            return self._addresses.get(value, value)
        if isinstance(value, list):
            return [self.of(child) for child in value]
        if isinstance(value, dict):
            return {key: self.of(child) for key, child in value.items()}
        return value


TOLD = ("allowed_account_ids", "assume_role", "assume_role_with_web_identity", "region")
"""The arguments of a provider that say where it acts."""
ACCOUNT = 4
"""The field of an ARN that has the account."""


def owner_of(block: Mapping[str, Json]) -> Owner:
    """The account and region that a provider's block says: the only account that it allows, or its role's."""
    accounts, region = block.get("allowed_account_ids"), block.get("region")
    allowed = [each for each in accounts if isinstance(each, str)] if isinstance(accounts, list) else []
    roles = [account for account in assumed(block) if not accounts or account in allowed]
    known = allowed if isinstance(accounts, list) and len(accounts) == len(allowed) == 1 else roles
    return Owner(
        account=known[0] if known else Unknown("the provider's account"),
        region=region if isinstance(region, str) else Unknown("the provider's region"),
    )


def assumed(block: Mapping[str, Json]) -> list[str]:
    """The account of the role that a provider assumes, of several the last."""
    found = []
    for name in ("assume_role_with_web_identity", "assume_role"):
        parts = [str(each.get("role_arn")).split(":") for each in bodies(block.get(name))][-1:]
        found += [part[ACCOUNT] for part in parts if len(part) > ACCOUNT and part[ACCOUNT].isdigit()]
    return found[-1:]


def blocks_in(form: Form, values: Json, place: str) -> list[Block]:
    """The managed resources of planned or of a state's values, those of child modules included.

    An object that a replacement left behind is not one of them: its address is the new one's.
    """
    found: list[Block] = []
    modules = [(form.mapping(form.mapping(values, place).get("root_module"), f"{place}.root_module"), place)]
    while modules:
        module, at = modules.pop(0)
        for number, block in enumerate(form.mappings(module.get("resources"), f"{at}.resources")):
            if block.get("mode", "managed") == "managed" and "deposed_key" not in block:
                here = f"{at}.resources[{number}]"
                told = {key: form.text(block, key, here) for key in ("address", "type")}
                found.append({**block, **told, "values": form.mapping(block.get("values"), f"{here}.values")})
        inner = form.mappings(module.get("child_modules"), f"{at}.child_modules")
        modules = [*((each, f"{at}.child_modules[{number}]") for number, each in enumerate(inner)), *modules]
    return found


def ids_of(stack: str, blocks: Iterable[Mapping[str, Json]]) -> Iterator[tuple[str, str]]:
    """Address and id of each resource that exists, and of what AWS made with a VPC."""
    for block in blocks:
        if block["type"] == ACCEPTER:
            continue  # it has its attachment's id
        values, address = block["values"], f"{stack}: {block['address']}"
        for key in ("id", *PARTS):
            if isinstance(values.get(key), str):
                yield (address if key == "id" else f"{address}#{key}"), values[key]


def parameters_of(document: Document, names: Names) -> Iterator[tuple[tuple[Json, Json, str], Json]]:
    """The parameters that a plan or a state writes, as far as they are known, with addresses in place of ids."""
    for resource in document.resources():
        if resource.kind == PARAMETER:
            written = next((document.value(resource, key) for key in CONTENTS if document.value(resource, key)), None)
            name = resource.raw.get("name")
            if isinstance(name, str):
                yield (resource.owner.account, resource.owner.region, name), names.of(decode(written))
