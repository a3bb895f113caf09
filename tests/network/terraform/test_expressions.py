"""Expressions come to what they name, and to nothing else."""

import pytest

from network.model import Unknown
from network.terraform.expressions import evaluate


def names(path: tuple[str, ...]) -> str:
    return "/".join(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("${aws_vpc.network_vpc_4E8F0223.id}", "aws_vpc/network_vpc_4E8F0223/id"),
        ("${aws_subnet.network_subnet-use1-az1_8A127AC8.id}", "aws_subnet/network_subnet-use1-az1_8A127AC8/id"),
        ('${local.contract.tables["spokes"]}', "local/contract/tables/spokes"),
        ("${aws_vpc_endpoint.kms.dns_entry[0].dns_name}", "aws_vpc_endpoint/kms/dns_entry/0/dns_name"),
        ("${jsondecode(data.aws_ssm_parameter.x.value)}", Unknown("it is not JSON")),
        ('${jsonencode({"a" = aws_vpc.x.id, b: [1, true, null]})}', {"a": "aws_vpc/x/id", "b": [1, True, None]}),
        ('${jsondecode("{\\"a\\": 1}").a}', 1),
        ('${jsondecode("{\\"a\\": 1}").b}', Unknown("no b in it")),
        ("${1 == 1}", True),
        ('${a.b.c == "a/b/d"}', False),
        ("${jsondecode(a.b.c) == 1}", Unknown("it is not JSON")),
        ("${1 == 1 && 2 == 2 && 3 == 3}", True),
        ("${1 == 1 && 2 == 3}", False),
        ("${cidrhost(a.b.c, 1) == 1 && 2 == 3}", False),
        ("${cidrhost(a.b.c, 1) == 1 && 2 == 2}", Unknown("cidrhost(…)")),
        ('${keys(jsondecode("{\\"b\\": 1, \\"a\\": 2}"))}', ["a", "b"]),
        ('${length(setsubtract(["a", "b", "c"], ["b"]))}', 2),
        ("${keys(1)}", Unknown("keys(…)")),
        ("${length(keys(jsondecode(a.b.c)))}", Unknown("it is not JSON")),
    ],
)
def test_an_expression(text: str, value: object) -> None:
    assert evaluate(text, names) == value


@pytest.mark.parametrize(
    "text",
    ["a-${aws_vpc.x.id}", "${cidrsubnet(aws_vpc.x.cidr_block, 4, 1)}", "${a ? b : c}", "${", "${}", "${a[*].id}"],
)
def test_what_is_not_understood_is_unknown(text: str) -> None:
    assert isinstance(evaluate(text, names), (Unknown, str))
    assert evaluate(text, names) == text or isinstance(evaluate(text, names), Unknown)


def test_blocks_and_lists_are_evaluated_inside() -> None:
    assert evaluate({"a": ["${b.c.d}", {"e": "${f.g.h}"}], "n": 1}, names) == {"a": ["b/c/d", {"e": "f/g/h"}], "n": 1}
