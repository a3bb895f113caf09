"""Expressions come to what they name, and to nothing else."""

import pytest

from network.model import Unknown
from network.terraform.expressions import Identity, Set, decode, evaluate, follow

OPEN = Unknown("var.value")


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
        ('${length(setsubtract(["a", "a"], ["b"]))}', 1),
        ("${keys(1)}", Unknown("keys(…)")),
        ("${length(keys(jsondecode(a.b.c)))}", Unknown("it is not JSON")),
    ],
)
def test_an_expression(text: str, value: object) -> None:
    assert evaluate(text, names) == value


@pytest.mark.parametrize(
    "text",
    [
        "a-${aws_vpc.x[*].id}",
        "${cidrsubnet(aws_vpc.x.cidr_block, 4, 1)}",
        "${a ? b : c}",
        "${",
        "${}",
        "${a[*].id}",
        "%{ if a }b%{ endif }",
        "${[for a in b : a]}",
        "${{for a in b : a => 1}}",
        "${try(a.b.c, 1)}",
        '${{"${a}" = 1}}',
    ],
)
def test_what_is_not_understood_is_unknown(text: str) -> None:
    assert isinstance(evaluate(text, names), (Unknown, str))
    assert evaluate(text, names) == text or isinstance(evaluate(text, names), Unknown)


def test_blocks_and_lists_are_evaluated_inside() -> None:
    assert evaluate({"a": ["${b.c.d}", {"e": "${f.g.h}"}], "n": 1}, names) == {"a": ["b/c/d", {"e": "f/g/h"}], "n": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${[aws_vpc.x.id, 1, -2, 1.5,]}", ["aws_vpc/x/id", 1, -2, 1.5]),
        ("${[]}", []),
        ("${{}}", {}),
        ('${{a = 1, "b": "two" c = [true, false, null]}}', {"a": 1, "b": "two", "c": [True, False, None]}),
        ("${jsonencode([1])[0]}", 1),
        ('${jsonencode({a = [{b = "deep"}]}).a[0].b}', "deep"),
        ('${jsonencode({a = 1})["a"]}', 1),
        ("${jsonencode([1])[1]}", Unknown("no 1 in it")),
        ("${jsonencode([1]).a}", Unknown("no a in it")),
        ("${jsonencode(1).a}", Unknown("no a in it")),
        ('${jsondecode("[]")[0].a}', Unknown("no 0 in it")),
        ("${other(1).a}", Unknown("other(…)")),
        ("${jsonencode(1, 2)}", Unknown("jsonencode(…)")),
        ('${jsondecode("1", "2")}', Unknown("jsondecode(…)")),
        ("${jsondecode(jsonencode({a = aws_vpc.x.id})).a}", "aws_vpc/x/id"),
        ('${"text"}', "text"),
        ('${"${aws_vpc.x.id}"}', "aws_vpc/x/id"),
        ("${ aws_vpc . x . id }", "aws_vpc/x/id"),
        ("${aws_vpc.x[0].id}", "aws_vpc/x/0/id"),
        ("${true}", True),
        ("a $ {b}", "a $ {b}"),
    ],
)
def test_an_expression_with_parts(text: str, value: object) -> None:
    found = evaluate(text, names)
    assert found == value, f"expected {value}, found {found}"
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "${[1 2]}",
        "${[1, 2}",
        "${{a 1}}",
        "${{1 = 2}}",
        "${{a = 1}",
        "${aws_vpc.x.id extra}",
        "${aws_vpc.x[0}",
        "${jsonencode(1}",
        "${=}",
        "${,}",
        "${a.}",
        "${a[}",
        "${1 +}",
        "${(1}",
        "${a ? b}",
        '${"\\x"}',
        '${"open}',
    ],
)
def test_what_is_no_expression_that_names_things_is_unknown_with_its_text(text: str) -> None:
    assert evaluate(text, names) == Unknown(text)


def test_values_that_are_no_text_stay_as_they_are() -> None:
    values: tuple[object, ...] = (1, 1.5, True, None, [], {})
    for value in values:
        assert evaluate(value, names) == value


@pytest.mark.parametrize(
    ("value", "decoded"), [("[1]", [1]), ("{", Unknown("it is not JSON")), ([1], [1]), (None, None)]
)
def test_a_text_is_decoded_and_data_is_data_already(value: object, decoded: object) -> None:
    assert decode(value) == decoded


def test_a_path_leads_through_keys_and_indices_until_something_is_not_known() -> None:
    value = {"a": [{"b": 1}], "c": OPEN}
    assert follow(value, ("a", "0", "b")) == 1
    assert follow(value, ["c", "d", "e"]) == OPEN
    assert follow(value, ()) == value
    assert follow(value, ("a", "x")) == Unknown("no x in it")
    assert follow(value, ("a", "1")) == Unknown("no 1 in it")
    assert follow(value, ("z",)) == Unknown("no z in it")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${true ? 1 : 2}", 1),
        ("${1 == 2 ? 1 : 2 == 2 ? 3 : 4}", 3),
        ("${length([]) > 0 ? 1 : 0}", 0),
        ("${1 + 2 * 3 - 4}", 3),
        ("${(1 + 2) * 3}", 9),
        ("${7 / 2}", 3.5),
        ("${6 / 2}", 3),
        ("${7 % 4}", 3),
        ("${-1 + 2}", 1),
        ("${!true}", False),
        ("${false || 1 != 2}", True),
        ("${1 <= 1 && 2 >= 3}", False),
        ('${1 == "1"}', False),
        ("${true == 1}", False),
        ("${null == null}", True),
        ("${a.b.c == null}", False),
        ("a-${1 + 1}-b", "a-2-b"),
        ("a-${true}${1.5 == 1}", "a-truefalse"),
        ("$${a} %%{b}", "${a} %{b}"),
        ("x${aws_vpc.x.id} ", "xaws_vpc/x/id "),
        ('a${"b${1 + 1}c"}d', "ab2cd"),
        ('${{"a}" = 1}["a}"]}', 1),
        ("${a.b[1 + 1].c}", "a/b/2/c"),
        ('${a.b["k"].c}', "a/b/k/c"),
        ("${a.b[c.d].e}", "a/b/c/d/e"),
        ('${toset(["b", "a", "b"])}', ["a", "b"]),
        ("${concat([1], [2, 3])}", [1, 2, 3]),
        ("${merge({a = 1}, {a = 2, b = 3})}", {"a": 2, "b": 3}),
        ('${lookup({a = 1}, "b", 2)}', 2),
        ("${values({b = 1, a = 2})}", [2, 1]),
        ("${contains([1, 2], 2)}", True),
        ("${contains([1, 2], 3)}", False),
        ("${element([1, 2], 3)}", 2),
        ('${cidrsubnet("10.0.0.0/16", 8, 2)}', "10.0.2.0/24"),
        ('${cidrhost("10.0.0.0/16", 5)}', "10.0.0.5"),
        ('${upper(lower("Ab"))}', "AB"),
    ],
)
def test_what_is_constant_is_worked_out(text: str, value: object) -> None:
    found = evaluate(text, names)
    assert found == value, f"expected {value}, found {found}"


@pytest.mark.parametrize(
    "text",
    [
        "${var.a ? 1 : 2}",
        '${"a" ? 1 : 2}',
        "${!var.a}",
        "${var.a == 1}",
        "${[1] == [1]}",
        "${1 / 0}",
        "${-1 % 2}",
        "${true + 1}",
        '${"1" + 1}',
        "${9007199254740993 * 2}",
        "${toset([var.a])}",
        "${toset([1, true])}",
        '${toset(["a"])[0]}',
        '${element(toset(["a"]), 0)}',
        "${contains([var.a], 1)}",
        '${cidrsubnet("10.0.0.0/16", 8, 256)}',
        '${cidrsubnet("10.0.0.0/16", 17, 1)}',
        '${cidrhost("10.0.0.0/30", 4)}',
        '${cidrhost("none", 4)}',
        '${lookup({a = 1}, "b")}',
        "${merge([1])}",
        "${element([], 0)}",
        "${[1][var.a]}",
        "${[1][true]}",
        "${[1][-1]}",
        "a${null}",
        "a${[1]}",
        "a${var.a}",
        "${id.a}-1",
        '${id.a == "vpc-1"}',
        "${toset([id.a])}",
        "${length(id.a)}",
        '${setsubtract([id.a], ["vpc-1"])}',
        "${{}[id.a]}",
        "${" + "(" * 200 + "1" + ")" * 200 + "}",
    ],
)
def test_what_is_not_certain_is_unknown(text: str) -> None:
    def lookup(path: tuple[str, ...]) -> object:
        return OPEN if path[0] == "var" else Identity("stack: aws_vpc.x")

    assert isinstance(evaluate(text, lookup), Unknown), evaluate(text, lookup)


@pytest.mark.parametrize(
    ("text", "value"), [("${id.a == null}", False), ('${id.a == ""}', False), ("${id.a == id.a}", True)]
)
def test_an_id_that_aws_has_not_given_is_one(text: str, value: object) -> None:
    assert evaluate(text, lambda _: Identity("stack: aws_vpc.x")) is value


def test_a_set_is_no_list_that_has_numbers() -> None:
    assert isinstance(evaluate('${toset(["a"])}', names), Set)
    assert isinstance(follow(Set(["a"]), ("0",)), Unknown)
