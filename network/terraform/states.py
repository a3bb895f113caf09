"""States: what exists behind each address. Every value is known, and resources name each other by AWS's ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from network.model import Owner, Unknown
from network.terraform.documents import ACCEPTER, Names, Resource, blocks_in, ids_of, parameters_of
from network.terraform.expressions import Json
from network.terraform.syntax import DocumentError, Form

__all__ = ["State", "is_state"]

OWNED_BY = {
    ACCEPTER: "transit_gateway_id",
    "aws_ec2_transit_gateway_route_table_association": "transit_gateway_route_table_id",
    "aws_ec2_transit_gateway_route_table_propagation": "transit_gateway_route_table_id",
    "aws_ec2_transit_gateway_vpc_attachment": "vpc_id",
    "aws_route53_resolver_rule_association": "vpc_id",
}
"""What only one account can have made: the owner of what this attribute names. A state says nothing about providers,
and the ARN of an attachment has the account of whoever asked."""


def is_state(document: Mapping[str, Json]) -> bool:
    """Whether a document is `terraform show -json` of a state; an empty one has a version and nothing else."""
    return "format_version" in document and not {"planned_values", "configuration"} & document.keys()


class State:
    """A state, as `terraform show -json` prints it: what the last apply or refresh saw.

    Ids come to the address of the resource that has them, also across states and plans.
    """

    builds = False

    def __init__(self, name: str, document: Mapping[str, Json], names: Names) -> None:
        self.name = name
        form = Form()
        self._blocks = blocks_in(form, document.get("values"), "values")
        if form.problems:
            raise DocumentError([(name, problem) for problem in form.problems])
        self._names = names
        for block in self._blocks:
            names.note(block["type"], f"{name}: {block['address']}", block["values"])

    def ids(self) -> Iterator[tuple[str, str]]:
        """The id of each of its resources, and of what AWS made with it, by address."""
        return ids_of(self.name, self._blocks)

    def resources(self) -> Iterator[Resource]:
        """Every managed resource."""
        for block in self._blocks:
            values = block["values"]
            owner = self._owner(block["type"], values)
            yield Resource(block["type"], f"{self.name}: {block['address']}", owner, values, self)

    def writes(self) -> Iterator[tuple[tuple[Json, Json, str], Json]]:
        """The parameters that it wrote."""
        return parameters_of(self, self._names)

    def value(self, resource: Resource, name: str) -> Json:
        """An attribute. A list may repeat what resources of its own made, such as a route table its routes."""
        return self._names.of(resource.raw.get(name))

    def _owner(self, kind: str, values: Mapping[str, Json]) -> Owner:
        parent = OWNED_BY.get(kind)
        if parent is None:
            return self._names.owner_in(values)
        known = self._names.owner(str(values.get(parent)))
        account = values.get("vpc_owner_id") if parent == "vpc_id" else None
        account = account if isinstance(account, str) else None
        return known or Owner(account or Unknown(f"the account of {values.get(parent)}"), Unknown("its region"))
