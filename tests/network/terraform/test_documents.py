"""Where values of stacks, plans and states come from: locals, parameters, references, ids, and who owns what."""

from __future__ import annotations

from typing import Any

import pytest

from network.model import Network, Owner, Unknown
from network.terraform.plans import is_plan
from network.terraform.reader import read
from network.terraform.states import is_state

HUB, SPOKE = "111111111111", "222222222222"


def known(value: object) -> object:
    """A value, or `unknown` whatever the reason."""
    return "unknown" if isinstance(value, Unknown) else value


def provider(account: str, alias: str | None = None, **changes: Any) -> dict[str, Any]:
    named = {} if alias is None else {"alias": alias}
    return {"region": "us-east-1", "allowed_account_ids": [account], **named, **changes}


def subnet(vpc: Any, **changes: Any) -> dict[str, Any]:
    return {"aws_subnet": {"x": {"vpc_id": vpc, "cidr_block": "10.0.0.0/24", **changes}}}


def vpc_of(document: dict[str, Any], *others: tuple[str, dict[str, Any]]) -> object:
    """The VPC that the subnet of a stack is in."""
    return known(read([("s", document), *others]).subnets["s: aws_subnet.x"].vpc)


# Stacks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vpc", "expected"),
    [
        ("${local.vpc}", "vpc-1"),
        ("${local.nested.vpc}", "vpc-2"),
        ("${local.nested.none}", "unknown"),
        ("${local.none}", "unknown"),
        ("${local.itself}", "unknown"),
        ("${local.other}", "vpc-1"),
        ("${aws_vpc.x.id}", "s: aws_vpc.x"),
        ("${aws_vpc.x.arn}", "s: aws_vpc.x"),
        ("${aws_vpc.x.default_route_table_id}", "s: aws_vpc.x#default_route_table_id"),
        ("${aws_vpc.x.cidr_block}", "10.0.0.0/16"),
        ("${aws_vpc.x.tags.Name}", "core"),
        ("${aws_vpc.x.tags.Other}", "unknown"),
        ("${aws_vpc.x.owner_id}", "unknown"),
        ("${aws_vpc.y.id}", "unknown"),
        ("${aws_vpc.x}", "unknown"),
        ("${data.aws_vpc.x.id}", "unknown"),
        ("${var.vpc}", "unknown"),
        ("${local}", "unknown"),
    ],
)
def test_a_reference_comes_to_what_it_names_in_the_stack(vpc: str, expected: str) -> None:
    nested = {"vpc": "vpc-2"}
    values = {"vpc": "vpc-1", "nested": nested, "itself": "${local.itself}", "other": "${local.vpc}"}
    block = {"cidr_block": "10.0.0.0/16", "tags": {"Name": "core"}}
    assert vpc_of({"locals": values, "resource": {"aws_vpc": {"x": block}, **subnet(vpc)}}) == expected


@pytest.mark.parametrize(
    ("blocks", "argument", "expected"),
    [
        ([provider(HUB)], {}, HUB),
        (provider(HUB), {}, HUB),
        ([provider(HUB), provider(SPOKE, "spoke")], {"provider": "aws.spoke"}, SPOKE),
        ([provider(HUB), provider(SPOKE, "spoke")], {}, HUB),
        ([provider(SPOKE, "spoke")], {}, "unknown"),
        ([provider(HUB)], {"provider": "aws.other"}, "unknown"),
        ([provider(HUB, allowed_account_ids=[HUB, SPOKE])], {}, "unknown"),
        ([provider(HUB, allowed_account_ids=[])], {}, "unknown"),
        ([provider(HUB, allowed_account_ids=[1])], {}, "unknown"),
    ],
    ids=str,
)
def test_a_resource_is_in_the_one_account_of_its_provider(blocks: Any, argument: dict[str, Any], expected: str) -> None:
    vpc = {"aws_vpc": {"x": {"cidr_block": "10.0.0.0/16", **argument}}}
    found = read([("s", {"provider": {"aws": blocks}, "resource": vpc})]).vpcs["s: aws_vpc.x"]
    assert known(found.owner.account) == expected


def test_a_region_that_the_provider_does_not_say_is_not_known() -> None:
    vpc = {"aws_vpc": {"x": {"cidr_block": "10.0.0.0/16"}}}
    document = {"provider": {"aws": [provider(HUB, region=None)]}, "resource": vpc}
    owner = read([("s", document)]).vpcs["s: aws_vpc.x"].owner
    assert (owner.account, known(owner.region)) == (HUB, "unknown")


def writer(account: str = HUB, name: str = "/contract", **contents: Any) -> tuple[str, dict[str, Any]]:
    """A stack that writes a parameter with the id of its VPC."""
    block = {
        "name": name,
        "type": "String",
        **(contents or {"insecure_value": '${jsonencode({"vpc" = aws_vpc.x.id})}'}),
    }
    resources = {"aws_vpc": {"x": {"cidr_block": "10.0.0.0/16"}}, "aws_ssm_parameter": {"x": block}}
    return "hub", {"provider": {"aws": [provider(account)]}, "resource": resources}


def reader_of(path: str, account: str = HUB, name: str = "/contract") -> dict[str, Any]:
    return {
        "provider": {"aws": [provider(account)]},
        "data": {"aws_ssm_parameter": {"x": {"name": name}}},
        "locals": {"contract": "${jsondecode(data.aws_ssm_parameter.x.insecure_value)}"},
        "resource": subnet(path),
    }


@pytest.mark.parametrize(
    ("document", "other", "expected"),
    [
        (reader_of("${local.contract.vpc}"), writer(), "hub: aws_vpc.x"),
        (reader_of("${local.contract.other}"), writer(), "unknown"),
        (reader_of("${local.contract.vpc}", SPOKE), writer(), "unknown"),
        (reader_of("${local.contract.vpc}", name="/other"), writer(), "unknown"),
        (reader_of("${local.contract.vpc}"), writer(value='${jsonencode({"vpc" = aws_vpc.x.id})}'), "hub: aws_vpc.x"),
        (reader_of("${local.contract.vpc}"), writer(value='{"vpc": "vpc-1"}'), "vpc-1"),
        (reader_of("${local.contract.vpc}"), writer(value="no JSON"), "unknown"),
        (reader_of("${data.aws_ssm_parameter.x.value}"), writer(value="vpc-1"), "vpc-1"),
        (reader_of("${data.aws_ssm_parameter.x.version}"), writer(value="vpc-1"), "unknown"),
        (reader_of("${data.aws_ssm_parameter.y.value}"), writer(value="vpc-1"), "unknown"),
    ],
    ids=str,
)
def test_a_parameter_leads_from_the_stack_that_writes_it_to_those_that_read_it(
    document: dict[str, Any], other: tuple[str, dict[str, Any]], expected: str
) -> None:
    assert vpc_of(document, other) == expected
    assert known(read([other, ("s", document)]).subnets["s: aws_subnet.x"].vpc) == expected


def test_an_accepters_id_is_its_attachments() -> None:
    resources = {
        "aws_ec2_transit_gateway_vpc_attachment_accepter": {"x": {"transit_gateway_attachment_id": "att-1"}},
        **subnet("${aws_ec2_transit_gateway_vpc_attachment_accepter.x.id}"),
    }
    assert vpc_of({"resource": resources}) == "att-1"


# Plans ------------------------------------------------------------------------------------------------------------


def plan(
    values: dict[str, Any], expressions: dict[str, Any], *others: dict[str, Any], address: str = "aws_subnet.x"
) -> dict[str, Any]:
    """A plan of a subnet, with its planned values and what the configuration says."""
    planned = {"address": address, "type": "aws_subnet", "values": {"cidr_block": "10.0.0.0/24", **values}}
    configured = {"address": "aws_subnet.x", "type": "aws_subnet", "expressions": expressions}
    configured["provider_config_key"] = "aws"
    keys = {"allowed_account_ids": {"constant_value": [HUB]}, "region": {"constant_value": "us-east-1"}}
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [planned]}},
        "configuration": {
            "provider_config": {"aws": {"expressions": keys}},
            "root_module": {"resources": [configured, *others]},
        },
    }


def planned_vpc(document: dict[str, Any], address: str = "aws_subnet.x") -> object:
    return known(read([("s", document)]).subnets[f"s: {address}"].vpc)


TWO = {"references": ["aws_subnet.x.id", "aws_subnet.x", "aws_vpc.x.id", "aws_vpc.x"]}
VPC = {"address": "aws_vpc.x", "type": "aws_vpc", "expressions": {}}
DATA = {"address": "data.aws_vpc.x", "type": "aws_vpc", "mode": "data", "expressions": {}}
ACCEPTER = {
    "address": "aws_ec2_transit_gateway_vpc_attachment_accepter.x",
    "type": "aws_ec2_transit_gateway_vpc_attachment_accepter",
    "expressions": {"transit_gateway_attachment_id": {"constant_value": "att-1"}},
}


@pytest.mark.parametrize(
    ("values", "expression", "expected"),
    [
        ({"vpc_id": "vpc-1"}, {"references": ["aws_vpc.x.id", "aws_vpc.x"]}, "vpc-1"),
        ({}, {"references": ["aws_vpc.x.id", "aws_vpc.x"]}, "s: aws_vpc.x"),
        ({"vpc_id": None}, {"references": ["aws_vpc.x.id", "aws_vpc.x"]}, "s: aws_vpc.x"),
        ({}, {"references": ["aws_vpc.x[0].id", "aws_vpc.x[0]", "aws_vpc.x"]}, "unknown"),
        ({}, TWO, "unknown"),
        (
            {},
            {"references": ["aws_vpc.x.default_route_table_id", "aws_vpc.x"]},
            "s: aws_vpc.x#default_route_table_id",
        ),
        ({}, {"references": ["aws_vpc.x.cidr_block", "aws_vpc.x"]}, "unknown"),
        ({}, {"references": ["aws_vpc.y.id", "aws_vpc.y"]}, "unknown"),
        ({}, {"references": ["data.aws_vpc.x.id", "data.aws_vpc.x"]}, "unknown"),
        ({}, {"references": ["var.vpc"]}, "unknown"),
        ({}, {}, "unknown"),
        ({}, {"constant_value": "vpc-2"}, "vpc-2"),
        ({}, {"constant_value": "${aws_vpc.x.id}"}, "s: aws_vpc.x"),
        ({}, {"constant_value": "${local.vpc}"}, "unknown"),
        ({}, {"constant_value": "${data.aws_vpc.x.id}"}, "unknown"),
        ({}, {"references": [f"{ACCEPTER['address']}.id", ACCEPTER["address"]]}, "att-1"),
    ],
    ids=str,
)
def test_a_planned_value_counts_where_it_is_known_else_what_the_configuration_names(
    values: dict[str, Any], expression: dict[str, Any], expected: str
) -> None:
    assert planned_vpc(plan(values, {"vpc_id": expression}, VPC, DATA, ACCEPTER)) == expected


def test_a_resource_of_count_or_for_each_has_its_own_configuration() -> None:
    address = 'aws_subnet.x["a"]'
    document = plan({}, {"vpc_id": {"references": ["aws_vpc.x.id", "aws_vpc.x"]}}, VPC, address=address)
    assert planned_vpc(document, address) == "s: aws_vpc.x"


def endpoint_plan(planned: Any, configured: Any) -> tuple[object, ...]:
    """The subnets of an endpoint of which a list is planned and another is configured."""
    document = plan({}, {"vpc_id": {"constant_value": "vpc-1"}}, VPC)
    values = {"vpc_endpoint_type": "Interface", "service_name": "kms"} | (
        {} if planned is None else {"subnet_ids": planned}
    )
    expressions = {"vpc_endpoint_type": {"constant_value": "Interface"}} | (
        {} if configured is None else {"subnet_ids": configured}
    )
    block = {"address": "aws_vpc_endpoint.x", "type": "aws_vpc_endpoint"}
    document["planned_values"]["root_module"]["resources"].append({**block, "values": values})
    document["configuration"]["root_module"]["resources"].append({**block, "expressions": expressions})
    (found,) = read([("s", document)]).interface_endpoints.values()
    return tuple(known(each) for each in found.subnets)


@pytest.mark.parametrize(
    ("planned", "configured", "expected"),
    [
        (["subnet-1", "subnet-2"], TWO, ("subnet-1", "subnet-2")),
        (["subnet-1", None], TWO, ("s: aws_subnet.x", "s: aws_vpc.x")),
        ([], TWO, ("s: aws_subnet.x", "s: aws_vpc.x")),
        (None, TWO, ("s: aws_subnet.x", "s: aws_vpc.x")),
        (["subnet-1"], None, ()),
    ],
    ids=str,
)
def test_a_list_is_known_where_it_is_known_in_whole(
    planned: Any, configured: Any, expected: tuple[object, ...]
) -> None:
    assert endpoint_plan(planned, configured) == expected


@pytest.mark.parametrize(
    ("planned", "expected"),
    [
        ([{"subnet_id": "subnet-1", "ip": "10.0.0.9"}], ["subnet-1"]),
        ([{"subnet_id": "subnet-1"}], ["s: aws_subnet.x"]),
        ([{"ip": "10.0.0.9"}], ["s: aws_subnet.x"]),
        ([{"subnet_id": None, "ip": "10.0.0.9"}], ["s: aws_subnet.x"]),
        (None, ["s: aws_subnet.x"]),
    ],
    ids=str,
)
def test_blocks_are_known_where_every_configured_part_of_them_is(planned: Any, expected: list[str]) -> None:
    document = plan({}, {"vpc_id": {"constant_value": "vpc-1"}}, VPC)
    block = {"address": "aws_route53_resolver_endpoint.x", "type": "aws_route53_resolver_endpoint"}
    configured = [{"subnet_id": {"references": ["aws_subnet.x.id"]}, "ip": {"constant_value": "10.0.0.9"}}]
    values = {"direction": "INBOUND"} | ({} if planned is None else {"ip_address": planned})
    document["planned_values"]["root_module"]["resources"].append({**block, "values": values})
    expressions = {"ip_address": configured, "direction": {"constant_value": "INBOUND"}}
    document["configuration"]["root_module"]["resources"].append({**block, "expressions": expressions})
    (found,) = read([("s", document)]).resolver_endpoints.values()
    assert [known(at) for at, _ in found.interfaces] == expected


# States, and ids ---------------------------------------------------------------------------------------------------


def state(*resources: tuple[str, dict[str, Any]], **changes: Any) -> dict[str, Any]:
    blocks = [
        {"address": f"{kind}.x", "type": kind, "mode": "managed", "values": values, **changes}
        for kind, values in resources
    ]
    return {"format_version": "1.0", "values": {"root_module": {"resources": blocks}}}


def arn(account: str, of: str = "vpc/vpc-1") -> str:
    return f"arn:aws:ec2:us-east-1:{account}:{of}"


@pytest.mark.parametrize(
    ("values", "account", "region"),
    [
        ({"arn": arn(HUB)}, HUB, "us-east-1"),
        ({"arn": arn(HUB), "owner_id": SPOKE}, SPOKE, "us-east-1"),
        ({"owner_id": SPOKE}, SPOKE, "unknown"),
        ({"arn": ""}, "unknown", "unknown"),
        ({}, "unknown", "unknown"),
    ],
    ids=str,
)
def test_the_owner_of_a_resource_is_in_its_own_values(values: dict[str, Any], account: str, region: str) -> None:
    document = state(("aws_vpc", {"id": "vpc-1", "cidr_block": "10.0.0.0/16", **values}))
    owner = read([("s", document)]).vpcs["s: aws_vpc.x"].owner
    assert (known(owner.account), known(owner.region)) == (account, region)


ATTACHMENT = {"id": "att-1", "transit_gateway_id": "tgw-1", "vpc_id": "vpc-1", "subnet_ids": []}


@pytest.mark.parametrize(
    ("others", "values", "expected"),
    [
        ([("aws_vpc", {"id": "vpc-1", "arn": arn(SPOKE)})], {}, Owner(SPOKE, "us-east-1")),
        ([("aws_vpc", {"id": "vpc-1", "arn": arn(SPOKE)})], {"vpc_owner_id": HUB}, Owner(SPOKE, "us-east-1")),
    ],
    ids=str,
)
def test_an_attachment_is_its_vpcs_owners_whoever_asked(
    others: list[tuple[str, dict[str, Any]]], values: dict[str, Any], expected: Owner
) -> None:
    kind = "aws_ec2_transit_gateway_vpc_attachment"
    document = state(*others, (kind, {**ATTACHMENT, "arn": arn(HUB, "attachment"), **values}))
    assert read([("s", document)]).attachments[f"s: {kind}.x"].owner == expected


@pytest.mark.parametrize(("values", "account"), [({"vpc_owner_id": SPOKE}, SPOKE), ({}, "unknown")], ids=str)
def test_an_attachment_of_a_vpc_that_was_not_read_says_whose_it_is_or_is_not_known(
    values: dict[str, Any], account: str
) -> None:
    kind = "aws_ec2_transit_gateway_vpc_attachment"
    owner = read([("s", state((kind, {**ATTACHMENT, **values})))]).attachments[f"s: {kind}.x"].owner
    assert (known(owner.account), known(owner.region)) == (account, "unknown")


def test_other_owners_do_not_make_a_links_owner_up() -> None:
    kind = "aws_ec2_transit_gateway_route_table_association"
    table = ("aws_ec2_transit_gateway_route_table", {"id": "rtb-1", "transit_gateway_id": "tgw-1", "arn": arn(HUB)})
    link = {"transit_gateway_route_table_id": "rtb-1", "transit_gateway_attachment_id": "att-1", "vpc_owner_id": SPOKE}
    found = read([("s", state(table, (kind, {"id": "rtb-1_att-1", **link})))])
    (association,) = found.gateway_tables["s: aws_ec2_transit_gateway_route_table.x"].associations
    assert association.owner == Owner(HUB, "us-east-1")


def test_ids_of_other_states_come_to_the_resources_that_have_them() -> None:
    vpc = {"id": "vpc-1", "arn": arn(HUB), "cidr_block": "10.0.0.0/16", "default_network_acl_id": "acl-1"}
    hub = ("hub", state(("aws_vpc", vpc)))
    spoke = ("s", state(("aws_subnet", {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"})))
    for documents in ([hub, spoke], [spoke, hub]):
        network = read(documents)
        assert network.subnets["s: aws_subnet.x"].vpc == "hub: aws_vpc.x"
        assert dict(network.ids) == {
            "hub: aws_vpc.x": "vpc-1",
            "hub: aws_vpc.x#default_network_acl_id": "acl-1",
            "s: aws_subnet.x": "subnet-1",
        }


def test_the_name_of_a_role_is_nobodys_id() -> None:
    role = ("aws_iam_role", {"id": "vpc-1", "arn": arn(HUB, "role/vpc-1")})
    document = state(role, ("aws_subnet", {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.0.0/24"}))
    assert read([("s", document)]).subnets["s: aws_subnet.x"].vpc == "vpc-1"


@pytest.mark.parametrize("changes", [{"mode": "data"}, {"deposed_key": "1a2b"}], ids=str)
def test_what_is_read_or_left_behind_by_a_replacement_is_no_resource(changes: dict[str, Any]) -> None:
    assert read([("s", state(("aws_vpc", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}), **changes))]) == Network()


def test_resources_of_modules_are_read_at_any_depth() -> None:
    document = state(("aws_vpc", {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}))
    inner = document["values"]["root_module"]
    inner["resources"][0]["address"] = "module.a.module.b.aws_vpc.x"
    document["values"]["root_module"] = {"child_modules": [{"child_modules": [inner]}]}
    assert list(read([("s", document)]).vpcs) == ["s: module.a.module.b.aws_vpc.x"]


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"format_version": "1.0"}, "state"),
        ({"format_version": "1.0", "values": {}}, "state"),
        ({"format_version": "1.2", "planned_values": {}, "configuration": {}}, "plan"),
        ({"format_version": "1.2", "configuration": {}}, "stack"),
        ({"resource": {}}, "stack"),
        ({}, "stack"),
    ],
    ids=str,
)
def test_a_document_is_a_stack_a_plan_or_a_state(document: dict[str, Any], kind: str) -> None:
    assert (is_plan(document), is_state(document)) == (kind == "plan", kind == "state")
