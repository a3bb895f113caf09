"""What an association adds to a part is in the part, beside what the part lists itself."""

from typing import Any

import pytest

from network.model import Network
from network.terraform.reader import read


def endpoint(kind: str, **arguments: str) -> Network:
    """An interface endpoint with a group and a subnet of its own, and an association."""
    own = {
        "vpc_endpoint_type": "Interface",
        "service_name": "com.amazonaws.us-east-1.kms",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-1"],
        "security_group_ids": ["sg-1"],
    }
    resources: dict[str, Any] = {"aws_vpc_endpoint": {"x": own}}
    resources[kind] = {"y": {"vpc_endpoint_id": "${aws_vpc_endpoint.x.id}", **arguments}}
    return read([("stack", {"resource": resources})])


@pytest.mark.parametrize(
    ("kind", "argument", "field", "values"),
    [
        ("aws_vpc_endpoint_security_group_association", "security_group_id", "groups", ("sg-1", "sg-2")),
        ("aws_vpc_endpoint_subnet_association", "subnet_id", "subnets", ("subnet-1", "subnet-2")),
    ],
)
def test_an_interface_endpoint_has_what_is_associated(
    kind: str, argument: str, field: str, values: tuple[str, str]
) -> None:
    (found,) = endpoint(kind, **{argument: values[1]}).interface_endpoints.values()
    assert getattr(found, field) == values


@pytest.mark.parametrize(("own", "groups"), [([], ("stack: aws_default_security_group.d", "sg-2")), (["sg-1"], None)])
def test_an_endpoint_without_groups_keeps_the_default_one_beside_what_is_associated(
    own: list[str], groups: tuple[str, ...] | None
) -> None:
    vpc = "${aws_vpc.v.id}"
    resources: dict[str, Any] = {
        "aws_vpc": {"v": {"cidr_block": "10.0.0.0/24"}},
        "aws_default_security_group": {"d": {"vpc_id": vpc}},
        "aws_vpc_endpoint": {"x": {"vpc_endpoint_type": "Interface", "vpc_id": vpc, "security_group_ids": own}},
        "aws_vpc_endpoint_security_group_association": {
            "y": {"vpc_endpoint_id": "${aws_vpc_endpoint.x.id}", "security_group_id": "sg-2"}
        },
    }
    (found,) = read([("stack", {"resource": resources})]).interface_endpoints.values()
    assert found.groups == (groups or ("sg-1", "sg-2"))
