"""Plans: planned values, and the references behind those that are not known yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from network.model import Unknown
from network.terraform.documents import (
    ACCEPTER,
    IDENTITIES,
    NOBODY,
    PARTS,
    Names,
    Resource,
    blocks_in,
    ids_of,
    owner_of,
    parameters_of,
)
from network.terraform.expressions import Json, evaluate

__all__ = ["Plan", "is_plan"]


def is_plan(document: Mapping[str, Json]) -> bool:
    """Whether a document is `terraform show -json` of a plan rather than a synthesised stack."""
    return "planned_values" in document


class Plan:
    """A plan, as `terraform show -json` prints it: planned values, and the references behind those not known yet.

    Ids that are known (`vpc-…`) come to the address of the resource that has them, also across plans.
    """

    def __init__(self, name: str, document: Mapping[str, Json], names: Names) -> None:
        self.name = name
        self._planned = list(blocks_in(document.get("planned_values", {})))
        root = document.get("configuration", {})
        self._configured = {block["address"]: block for block in root.get("root_module", {}).get("resources", [])}
        self._owners = {
            key: owner_of({at: _constant(value) for at, value in block.get("expressions", {}).items()})
            for key, block in root.get("provider_config", {}).items()
        }
        self._names = names
        self._prior = list(blocks_in(document.get("prior_state", {}).get("values", {})))
        for planned in self._planned:
            names.note(planned["type"], f"{name}: {planned['address']}", planned.get("values", {}))

    def ids(self) -> Iterator[tuple[str, str]]:
        """The id of each resource that exists before the plan is applied, and of what AWS made with it, by address.

        One that will be replaced has no planned id, and one that will be destroyed is not planned: the prior state has
        both. Where it was left out, the planned values have the id of everything that stays.
        """
        return ids_of(self.name, (*self._planned, *self._prior))

    def resources(self) -> Iterator[Resource]:
        """Every managed resource."""
        for planned in self._planned:
            configured = self._configured.get(_bare(planned["address"]), {})
            owner = self._owners.get(configured.get("provider_config_key", ""), NOBODY)
            # What is configured and not known yet has no planned value.
            given = dict.fromkeys(configured.get("expressions", ()))
            raw = {**given, **planned.get("values", {}), "address": planned["address"]}
            yield Resource(planned["type"], f"{self.name}: {planned['address']}", owner, raw, self)

    def writes(self) -> Iterator[tuple[tuple[Json, Json, str], Json]]:
        """The parameters that it writes."""
        return parameters_of(self, self._names)

    def value(self, resource: Resource, name: str) -> Json:
        """An attribute: the planned value where it is known in whole, else what the configuration says.

        A list that is not configured repeats what resources of its own made, such as a route table its routes: those
        are in the plan themselves, or about to be destroyed.
        """
        planned = resource.raw.get(name)
        configured = self._configured.get(_bare(resource.raw["address"]), {}).get("expressions", {}).get(name)
        if configured is None:
            return None if isinstance(planned, list) else self._names.of(planned)
        if _complete(planned, configured):
            return self._names.of(planned)
        return self._expression(configured)

    def _expression(self, configured: Json) -> Json:
        """What the configuration says. In JSON syntax Terraform calls a template constant, and leaves it as it is."""
        if isinstance(configured, list):
            return [{key: self._expression(child) for key, child in block.items()} for block in configured]
        if "constant_value" in configured:
            return self._names.of(evaluate(configured["constant_value"], self._lookup))
        found = [self._reference(text) for text in _whole(configured.get("references", ())) if text.count(".") > 1]
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


def _constant(expression: Json) -> Json:
    """What an expression says without references; a block says nothing here."""
    return expression.get("constant_value") if isinstance(expression, dict) else None


def _whole(references: Sequence[str]) -> list[str]:
    """References without the shorter ones that Terraform lists beside each: `aws_vpc.x.id`, and then `aws_vpc.x`."""
    return [text for text in references if not any(other.startswith((f"{text}.", f"{text}[")) for other in references)]


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
