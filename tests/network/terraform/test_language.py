"""Terraform's own language in a stack: what is repeated, generated, or written in another form of JSON syntax."""

from __future__ import annotations

from typing import Any

import pytest

from assurance.trace import State
from network.model import Network, Unknown
from network.terraform.reader import DocumentError, read
from tests.assurance.faults import HUB, PAYMENTS, Stacks

OPEN = "${var.value}"
RANGE = "10.0.0.0/16"


def built(resources: dict[str, Any], **sections: Any) -> Network:
    """The network of a stack."""
    provider = {"aws": [{"region": "us-east-1", "allowed_account_ids": ["111111111111"]}]}
    return read([("s", {"provider": provider, "resource": resources, **sections})])


def known(value: object) -> object:
    return "unknown" if isinstance(value, Unknown) else value


def vpcs(**block: Any) -> dict[str, Any]:
    return {"aws_vpc": {"x": {"cidr_block": RANGE, **block}}}


# Instances --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "instances"),
    [
        ({"count": 0}, []),
        ({"count": 2}, ["x[0]", "x[1]"]),
        ({"count": "${length([1, 2])}"}, ["x[0]", "x[1]"]),
        ({"count": "${local.none ? 1 : 0}"}, []),
        ({"for_each": {}}, []),
        ({"for_each": {"a": 1, "b": 2}}, ['x["a"]', 'x["b"]']),
        ({"for_each": "${toset([])}"}, []),
        ({"for_each": '${toset(["b", "a"])}'}, ['x["a"]', 'x["b"]']),
        ({"for_each": "${local.map}"}, ['x["k"]']),
    ],
    ids=str,
)
def test_a_constant_says_which_instances_there_are(block: dict[str, Any], instances: list[str]) -> None:
    network = built(vpcs(**block), locals={"none": False, "map": {"k": {"v": 1}}})
    assert sorted(network.vpcs) == [f"s: aws_vpc.{each}" for each in instances]
    assert network.doubts == ()


@pytest.mark.parametrize(
    "block",
    [
        {"count": OPEN},
        {"count": -1},
        {"count": True},
        {"count": None},
        {"count": 10**9},
        {"count": "${data.aws_vpc.x.id}"},
        {"for_each": OPEN},
        {"for_each": ["a"]},
        {"for_each": [1]},
        {"for_each": "${toset([var.value])}"},
        {"for_each": "${toset([1])}"},
        {"for_each": "${aws_vpc.x}"},
        {"count": 1, "for_each": {}},
    ],
    ids=str,
)
def test_what_says_nothing_of_how_often_it_is_there_leaves_it_in_doubt(block: dict[str, Any]) -> None:
    network = built(vpcs(**block))
    assert list(network.vpcs) == ["s: aws_vpc.x"]
    assert [doubt.address for doubt in network.doubts] == ["s: aws_vpc.x"], network.doubts
    assert network.doubts[0].owner.account == "111111111111"


def test_an_instance_has_its_own_values() -> None:
    counted = built(vpcs(count=2, cidr_block='${cidrsubnet("10.0.0.0/8", 8, count.index)}'))
    assert [str(vpc.cidrs[0]) for vpc in counted.vpcs.values()] == ["10.0.0.0/16", "10.1.0.0/16"]
    keyed = built(vpcs(for_each={"a": {"cidr": RANGE}}, cidr_block="${each.value.cidr}", tags={"Name": "n"}))
    assert [str(vpc.cidrs[0]) for vpc in keyed.vpcs.values()] == [RANGE]
    unknown = built(vpcs(count=OPEN, cidr_block="${local.ranges[count.index]}"), locals={"ranges": [RANGE]})
    assert [known(vpc.cidrs[0]) for vpc in unknown.vpcs.values()] == ["unknown"]


@pytest.mark.parametrize(
    ("repeated", "reference", "expected"),
    [
        ({"count": 1}, "aws_vpc.x[0].id", "s: aws_vpc.x[0]"),
        ({"count": 2}, "aws_vpc.x[1].id", "s: aws_vpc.x[1]"),
        ({"count": 2}, "aws_vpc.x[1 - 1].id", "s: aws_vpc.x[0]"),
        ({"count": 1}, "aws_vpc.x[1].id", "unknown"),
        ({"count": 1}, "aws_vpc.x.id", "unknown"),
        ({"count": 1}, "aws_vpc.x[*].id", "unknown"),
        ({"count": 1}, "aws_vpc.x[0].cidr_block", RANGE),
        ({"count": 1}, "aws_vpc.x[0].default_route_table_id", "s: aws_vpc.x[0]#default_route_table_id"),
        ({"count": 0}, "aws_vpc.x[0].id", "unknown"),
        ({"for_each": {"a": 1}}, 'aws_vpc.x["a"].id', 's: aws_vpc.x["a"]'),
        ({"for_each": {"a": 1}}, 'aws_vpc.x["b"].id', "unknown"),
        ({"for_each": {"a": 1}}, "aws_vpc.x.id", "unknown"),
        ({"for_each": {"a": 1}}, "values(aws_vpc.x)[0].id", "unknown"),
        ({"count": OPEN}, "aws_vpc.x[0].id", "s: aws_vpc.x"),
        ({"count": OPEN}, "aws_vpc.x.id", "unknown"),
        ({}, "aws_vpc.x[0].id", "unknown"),
        ({}, "aws_vpc.x.main_route_table_id", "s: aws_vpc.x#default_route_table_id"),
        ({}, "module.x.vpc_id", "unknown"),
        ({}, "true ? aws_vpc.x.id : null", "s: aws_vpc.x"),
        ({}, "var.a ? aws_vpc.x.id : null", "unknown"),
    ],
    ids=str,
)
def test_a_reference_comes_to_the_instance_that_it_names(
    repeated: dict[str, Any], reference: str, expected: str
) -> None:
    subnet = {"aws_subnet": {"x": {"vpc_id": f"${{{reference}}}", "cidr_block": RANGE}}}
    assert known(built({**vpcs(**repeated), **subnet}).subnets["s: aws_subnet.x"].vpc) == expected


def test_attributes_that_name_each_other_are_unknown() -> None:
    block = {"cidr_block": "${aws_vpc.y.cidr_block}"}, {"cidr_block": "${aws_vpc.x.cidr_block}"}
    network = built({"aws_vpc": {"x": block[0], "y": block[1]}})
    assert [known(vpc.cidrs[0]) for vpc in network.vpcs.values()] == ["unknown", "unknown"]
    counted = built({"aws_vpc": {"x": {"cidr_block": RANGE, "count": "${length(aws_vpc.x[0].id)}"}}})
    assert [doubt.address for doubt in counted.doubts] == ["s: aws_vpc.x"]


def test_a_route_that_is_there_no_times_is_not_there() -> None:
    stacks = Stacks().changed(PAYMENTS, "gateway/route-hub", count=0)
    assert stacks.reach().state is State.BROKEN


def test_a_route_that_may_be_there_is_undetermined() -> None:
    stacks = Stacks().changed(PAYMENTS, "gateway/route-hub", count="${var.routes}")
    reach = stacks.reach()
    assert reach.state is State.UNKNOWN
    assert "count" in str(reach.path)


def test_a_module_leaves_its_account_in_doubt() -> None:
    stacks = Stacks()
    stacks.stacks[PAYMENTS]["module"] = {"more": {"source": "./more", "providers": {"aws": "aws.spoke"}}}
    assert stacks.reach().state is State.UNKNOWN
    (doubt,) = [each for each in stacks.network.doubts if "what it creates" in each.why]
    assert (doubt.address, doubt.owner.account) == (f"{PAYMENTS}: module.more", "222222222222")


@pytest.mark.parametrize("count", [0, "${length([])}"])
def test_a_module_that_is_not_called_makes_nothing(count: Any) -> None:
    stacks = Stacks()
    stacks.stacks[PAYMENTS]["module"] = {"more": {"source": "./more", "count": count}}
    assert stacks.reach().state is State.PRIVATE


def test_a_section_that_is_not_known_may_make_anything() -> None:
    assert {each.address for each in built(vpcs(), brand_new={"x": {}}).doubts} == {"s: brand_new"}
    settled = {"moved": [{}], "output": {}, "variable": {"x": {}}, "terraform": {}, "check": {}, "//": "x"}
    assert built(vpcs(), **settled).doubts == ()


# Generated blocks -------------------------------------------------------------------------------------------------


def routes(dynamic: Any, **more: Any) -> list[tuple[str, object]]:
    table = {"vpc_id": "vpc-1", "dynamic": dynamic, **more}
    found = built({"aws_route_table": {"x": table}}, locals={"ranges": {"a": "10.1.0.0/16"}})
    return [(str(known(r.destination)), known(r.target)) for r in found.tables["s: aws_route_table.x"].routes]


CONTENT = {"cidr_block": "${route.value}", "transit_gateway_id": "tgw-${route.key}"}


@pytest.mark.parametrize(
    ("dynamic", "expected"),
    [
        ({"route": {"for_each": [], "content": CONTENT}}, []),
        ({"route": {"for_each": [RANGE], "content": CONTENT}}, [(RANGE, "tgw-0")]),
        ([{"route": [{"for_each": [RANGE], "content": [CONTENT]}]}], [(RANGE, "tgw-0")]),
        ({"route": {"for_each": "${local.ranges}", "content": CONTENT}}, [("10.1.0.0/16", "tgw-a")]),
        (
            {
                "route": {
                    "for_each": [RANGE],
                    "iterator": "r",
                    "content": {"cidr_block": "${r.value}", "gateway_id": "igw"},
                }
            },
            [(RANGE, "igw")],
        ),
        ({"route": {"for_each": [OPEN], "content": CONTENT}}, [("unknown", "tgw-0")]),
        ({"route": {"for_each": OPEN, "content": CONTENT}}, [("unknown", "unknown")]),
        ({"route": {"for_each": "${aws_vpc.x[*]}", "content": CONTENT}}, [("unknown", "unknown")]),
        ({"other": {"for_each": OPEN, "content": CONTENT}}, []),
    ],
    ids=str,
)
def test_dynamic_blocks_are_those_that_they_generate(dynamic: Any, expected: list[tuple[str, object]]) -> None:
    assert routes(dynamic) == expected
    written = {"cidr_block": "10.9.0.0/16", "gateway_id": "igw-1"}
    assert routes(dynamic, route=written) == [("10.9.0.0/16", "igw-1"), *expected]


def test_group_rules_that_are_generated_are_undetermined_where_their_number_is() -> None:
    stacks = Stacks().without(HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22")
    content = {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["${ingress.value}"]}
    stacks.changed(HUB, "endpoints/group-https", dynamic={"ingress": {"for_each": OPEN, "content": content}})
    assert stacks.reach().state is State.UNKNOWN
    dynamic = {"ingress": {"for_each": ["10.0.4.0/22"], "content": content}}
    assert stacks.changed(HUB, "endpoints/group-https", dynamic=dynamic).reach().state is State.PRIVATE


# Forms of JSON syntax ---------------------------------------------------------------------------------------------


BLOCK = {"cidr_block": RANGE}


@pytest.mark.parametrize(
    "document",
    [
        {"resource": [{"aws_vpc": {"x": BLOCK}}]},
        {"resource": {"aws_vpc": [{"x": BLOCK}]}},
        {"resource": {"aws_vpc": {"x": [BLOCK]}}},
        {"resource": [{"aws_vpc": [{"x": [BLOCK]}]}, {"aws_subnet": None}, None]},
        {"resource": {"aws_vpc": {"x": BLOCK, "//": "a comment"}, "aws_subnet": None, "//": "another"}},
        {"resource": {"aws_vpc": {"x": BLOCK}}, "data": None, "locals": None, "module": [], "provider": None},
        {"resource": {"aws_vpc": {"x": {"cidr_block": "${local.range}"}}}, "locals": [{"range": RANGE}, {"a": 1}]},
        {"resource": {"aws_vpc": {"x": BLOCK}}, "terraform": [{"backend": {}}], "variable": [{"x": {}}]},
    ],
    ids=str,
)
def test_a_block_is_an_object_or_an_array_at_each_level(document: dict[str, Any]) -> None:
    network = read([("s", document)])
    assert [(at, str(vpc.cidrs[0])) for at, vpc in network.vpcs.items()] == [("s: aws_vpc.x", RANGE)]


@pytest.mark.parametrize(
    "provider",
    [
        {"aws": {"region": "us-east-1", "allowed_account_ids": ["1"]}},
        {"aws": [{"region": "us-east-1", "allowed_account_ids": ["1"]}]},
        [{"aws": {"region": "us-east-1", "allowed_account_ids": ["1"]}}],
        [{"aws": {"region": "${local.region}", "allowed_account_ids": ["${local.account}"]}}, None],
    ],
    ids=str,
)
def test_a_provider_has_every_form_too(provider: Any) -> None:
    document = {"provider": provider, "resource": vpcs(), "locals": {"region": "us-east-1", "account": "1"}}
    owner = read([("s", document)]).vpcs["s: aws_vpc.x"].owner
    assert (owner.account, owner.region) == ("1", "us-east-1")


@pytest.mark.parametrize(
    "provider",
    [
        {"aws": [{"allowed_account_ids": ["1"]}, {"allowed_account_ids": ["2"]}]},
        {"aws": {"allowed_account_ids": [OPEN]}},
        {"aws": {"allowed_account_ids": "1"}},
        {"other": {"allowed_account_ids": ["1"]}},
    ],
    ids=str,
)
def test_an_account_that_a_provider_does_not_say_is_unknown(provider: Any) -> None:
    document = {"provider": provider, "resource": vpcs()}
    assert known(read([("s", document)]).vpcs["s: aws_vpc.x"].owner.account) == "unknown"


def test_a_provider_may_be_written_as_a_reference() -> None:
    provider = {"aws": [{"alias": "hub", "allowed_account_ids": ["1"]}]}
    document = {"provider": provider, "resource": vpcs(provider="${aws.hub}")}
    assert read([("s", document)]).vpcs["s: aws_vpc.x"].owner.account == "1"


def test_everything_that_is_no_block_is_refused_with_its_place() -> None:
    one = {"resource": {"aws_vpc": {"x": "text"}, "aws_subnet": 1}, "provider": "aws", "locals": [1]}
    two = {"resource": {"aws_vpc": {"x": [BLOCK, BLOCK]}}, "module": {"m": True}}
    with pytest.raises(DocumentError) as refused:
        read([("one", one), ("two", two), ("three", "{"), ("four", "[]"), ("five", {"resource": vpcs()})])
    assert [name for name, _ in refused.value.problems] == ["one"] * 4 + ["two"] * 2 + ["three", "four"]
    assert str(refused.value).splitlines() == [
        "one: resource.aws_vpc.x is 'text'; write a block as an object, and several as an array of objects",
        "one: resource.aws_subnet is 1; write a block as an object, and several as an array of objects",
        "one: locals[0] is 1; write a block as an object, and several as an array of objects",
        "one: provider is 'aws'; write a block as an object, and several as an array of objects",
        "two: resource.aws_vpc.x is there twice; give one of them another name",
        "two: module.m is True; write a block as an object, and several as an array of objects",
        "three: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "four: expected an object, found list",
    ]
