"""What the table of types and arguments leaves open: all that is not modelled and set, and nothing that is ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from network.model import Doubt, Network, Owner, Unknown
from network.terraform.builder import Builder
from network.terraform.coverage.doubts import doubts_of
from network.terraform.coverage.endpoints import full_access
from network.terraform.coverage.rows import IPV6, Row
from network.terraform.coverage.table import KINDS, ROWS, RULES, decision
from network.terraform.documents import NOBODY, Resource
from network.terraform.reader import READERS, read
from review.intent import intent_of, services_in
from review.verdicts import report
from tests.assurance.faults import HUB, PAYMENTS
from tests.examples import EXAMPLES, ROOT, designed, stacks_of

HERE = Path(__file__).parent
UNSET: tuple[Any, ...] = (None, "", [])
OPEN_ARGUMENTS = [
    (kind, path) for kind, table in KINDS.items() for path, row in table.arguments.items() if not row.silent
]
DOUBTED = {"names", "packets", "both"}


def built(kind: str, **arguments: Any) -> Network:
    """The network of a stack with one resource."""
    provider = {"aws": [{"region": "us-east-1", "allowed_account_ids": ["111111111111"]}]}
    return read([("stack", {"provider": provider, "resource": {kind: {"x": arguments}}})])


def nested(path: str, value: Any) -> dict[str, Any]:
    """An argument at a path, in its blocks."""
    first, _, rest = path.partition(".")
    return {first: [nested(rest, value)]} if rest else {first: value}


def listed(network: Network, text: str) -> list[str]:
    return [line for line in network.unmodelled if text in line and "sets " in line]


# What is ours -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("example", EXAMPLES)
def test_stacks_of_ours_leave_nothing_open(example: str) -> None:
    network = read(stacks_of(example).items())
    assert network.doubts == ()
    assert network.unmodelled == ()


@pytest.mark.parametrize(
    "folder", sorted({path.parent for path in (ROOT / "tests/golden").glob("*/*.tf.json")}), ids=str
)
def test_golden_stacks_leave_nothing_open(folder: Path) -> None:
    files = {path.name.removesuffix(".tf.json"): path.read_bytes() for path in folder.glob("*.tf.json")}
    assert read(files.items()).doubts == ()


@pytest.mark.parametrize("folder", ["plans/first", "plans/second", "states"])
def test_recorded_plans_and_states_leave_nothing_open(folder: str) -> None:
    """AWS's defaults are in them, for every argument that nobody set."""
    files = {path.stem: path.read_bytes() for path in (HERE / folder).glob("*.json")}
    network = read(files.items())
    assert files
    assert network.doubts == ()


# Arguments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "path"), OPEN_ARGUMENTS, ids=str)
def test_an_argument_that_is_not_modelled_and_set_is_named(kind: str, path: str) -> None:
    row, value = KINDS[kind].arguments[path], 54 if path.endswith("port") else "other"
    network = built(kind, **nested(path, value))
    assert listed(network, f"stack: {kind}.x (sets {path} to {value}, which is not modelled: {row.reason}")
    about = [doubt.about for doubt in network.doubts if f"sets {path} to {value}" in doubt.why]
    assert about == ([row.about] if row.about in DOUBTED else []), network.doubts


@pytest.mark.parametrize(("kind", "path"), OPEN_ARGUMENTS, ids=str)
def test_an_argument_that_is_not_modelled_and_not_known_is_named(kind: str, path: str) -> None:
    assert listed(built(kind, **nested(path, "${var.it}")), f"sets {path} to what is unknown (var.it")


@pytest.mark.parametrize(("kind", "path"), OPEN_ARGUMENTS, ids=str)
def test_an_argument_without_a_value_or_with_a_usual_one_leaves_nothing_open(kind: str, path: str) -> None:
    row = KINDS[kind].arguments[path]
    usual = row.usual or ((False, 0, "false") if row.neutral is not None and row.neutral(0) else ())
    for value in (*UNSET, *usual):
        assert not listed(built(kind, **nested(path, value)), path), f"{path} = {value!r}"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_argument_that_the_table_does_not_have_is_named(kind: str) -> None:
    assert listed(built(kind, brand_new="on"), f"{kind}.x (sets brand_new to on, which is not modelled")
    assert not listed(built(kind, brand_new=False), "brand_new"), "a default says nothing"


def test_a_region_of_its_own_is_named_where_it_is_another_than_the_providers() -> None:
    assert built("aws_vpc", cidr_block="10.0.0.0/24", region="us-east-1").doubts == ()
    assert listed(built("aws_vpc", cidr_block="10.0.0.0/24", region="eu-west-1"), "sets region to eu-west-1")


def test_a_new_argument_within_a_block_is_named() -> None:
    network = built("aws_route53_resolver_rule", target_ip=[{"ip": "10.0.0.53", "brand_new": "on"}])
    assert listed(network, "sets target_ip.brand_new to on")
    assert not built("aws_instance", metadata_options={"http_tokens": "required"}).doubts


def test_a_block_that_is_not_known_is_named_where_something_in_it_matters() -> None:
    assert listed(built("aws_vpc_endpoint", dns_options="${var.it}"), "sets dns_options to what is unknown")
    assert not listed(built("aws_security_group", ingress="${var.it}"), "ingress"), "its reader knows what to do"


def test_what_a_plan_does_not_know_yet_is_named() -> None:
    address = "aws_vpc_endpoint.x"
    configured = {"policy": {"references": ["aws_iam_role.r.arn", "aws_iam_role.r"]}, "vpc_id": {"constant_value": "v"}}
    plan = {
        "planned_values": {
            "root_module": {"resources": [{"address": address, "type": "aws_vpc_endpoint", "values": {"vpc_id": "v"}}]}
        },
        "configuration": {"root_module": {"resources": [{"address": address, "expressions": configured}]}},
    }
    assert listed(read([("plan", plan)]), "plan: aws_vpc_endpoint.x (sets policy")


ALL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "full"),
    [
        (ALL, True),
        ([ALL], True),
        ([{**ALL, "Sid": "all"}], True),
        ([{**ALL, "Principal": {"AWS": "*"}}], True),
        ([{**ALL, "Action": ["*"], "Resource": ["*"]}], True),
        ([], False),
        ([ALL, ALL], False),
        ([{**ALL, "Effect": "Deny"}], False),
        ([{**ALL, "Action": "kms:*"}], False),
        ([{**ALL, "Resource": "arn:aws:s3:::ours"}], False),
        ([{**ALL, "Principal": {"AWS": "111111111111"}}], False),
        ([{**ALL, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}}], False),
        ([{**ALL, "Resource": Unknown("var.it")}], False),
    ],
    ids=str,
)
def test_full_access_is_one_statement_that_allows_everything_to_anybody(statements: Any, full: object) -> None:
    assert full_access({"Version": "2008-10-17", "Statement": statements}) is full
    if "Unknown" not in str(statements):
        assert full_access(json.dumps({"Statement": statements})) is full


@pytest.mark.parametrize("policy", ["{", "[]", "3", '"text"'])
def test_what_is_no_policy_is_not_full_access(policy: str) -> None:
    assert not full_access(policy)


# The table says what the readers do ---------------------------------------------------------------------------------


class Watched(dict[str, Any]):
    """A block that notes what is read of it."""

    def __init__(self, values: dict[str, Any], path: str, seen: set[str]) -> None:
        super().__init__(values)
        self.path, self.seen = path, seen

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(f"{self.path}{name}")
        return super().get(name, default)


class Probe:
    """A document of one resource, which notes what a reader reads."""

    builds = False

    def __init__(self, values: dict[str, Any], seen: set[str]) -> None:
        self.values, self.seen = values, seen

    def resources(self) -> Iterator[Resource]:
        return iter(())

    def value(self, _: Resource, name: str) -> Any:
        self.seen.add(name)
        return self.values.get(name)


def seen_by_reader(kind: str) -> set[str]:
    """The arguments that the reader of a type looks at, over resources that lack each and have each."""
    seen: set[str] = set()
    table = KINDS[kind].arguments
    blocks = {path.partition(".")[0] for path in table if "." in path}
    for value, flavour, without in product((None, "7"), ("Gateway", "Interface"), ("none", "ipv6", "cidr_ipv4")):
        inner = {path.partition(".")[2]: value for path in table if "." in path and without not in path}
        values: dict[str, Any] = {path: value for path in table if "." not in path and without not in path}
        values |= {block: [Watched(inner, f"{block}.", seen)] for block in blocks} | {"vpc_endpoint_type": flavour}
        READERS[kind](Builder(), Resource(kind, f"stack: {kind}.x", NOBODY, values, Probe(values, seen)))
    return seen & table.keys()


READ_ALL_THE_SAME = {
    ("aws_default_network_acl", "vpc_id"),
    ("aws_default_route_table", "vpc_id"),
}
"""Attributes that only AWS sets, and a reader reads."""
READ_BY_THEIR_ABSENCE = {
    ("aws_route", "destination_prefix_list_id"),
    ("aws_vpc_security_group_egress_rule", "prefix_list_id"),
    ("aws_vpc_security_group_ingress_rule", "prefix_list_id"),
}
"""Arguments that are what is left where the others are not set."""


@pytest.mark.parametrize("kind", sorted(READERS))
def test_the_table_says_of_each_reader_what_it_reads(kind: str) -> None:
    table = KINDS[kind].arguments
    seen = {(kind, path) for path in seen_by_reader(kind)}
    claimed = {(kind, path) for path, row in table.items() if row.status == "read"}
    assert claimed - seen - READ_BY_THEIR_ABSENCE == set(), (
        "the table calls them read, and the reader does not read them"
    )
    other = {
        (kind, path) for path, row in table.items() if row.status in {"irrelevant", "reported"} and row.reason != IPV6
    }
    assert seen & other - READ_ALL_THE_SAME == set(), "the reader reads them, and the table does not say so"


# Types --------------------------------------------------------------------------------------------------------------

OPEN_TYPES = {kind: row for kind, row in ROWS.items() if row.status == "not modelled"}


@pytest.mark.parametrize("kind", sorted(OPEN_TYPES))
def test_a_type_that_is_not_modelled_is_named(kind: str) -> None:
    row = OPEN_TYPES[kind]
    network = built(kind, name="it", **({row.of: "vpc-0123"} if row.of else {}))
    assert [line.partition(" (")[0] for line in network.unmodelled] == [f"stack: {kind}.x"]
    (doubt,) = network.doubts
    assert (doubt.about, row.reason in doubt.why) == (row.about, True)
    assert (doubt.address, doubt.part) == (f"stack: {kind}.x", "vpc-0123" if row.of else "")


@pytest.mark.parametrize("kind", sorted(set(ROWS) - set(OPEN_TYPES)))
def test_a_type_that_is_irrelevant_leaves_nothing_open(kind: str) -> None:
    network = built(kind, name="it", anything={"brand_new": "${var.it}"})
    assert (network.doubts, network.unmodelled) == ((), ())


@pytest.mark.parametrize(
    ("kind", "decided"),
    [
        ("aws_iam_role", "irrelevant"),
        ("aws_cloudformation_stack", "not modelled"),
        ("aws_cloudformation_stack_set_instance", "not modelled"),
        ("aws_cloudformation_type", "irrelevant"),
        ("aws_datazone_environment", "not modelled"),
        ("aws_datazone_environment_profile", "irrelevant"),
        ("aws_vpc_brand_new", "not modelled"),
        ("aws_brandnew_thing", "not modelled"),
        ("awscc_ec2_vpc", "not modelled"),
        ("random_id", "irrelevant"),
        ("terraform_data", "irrelevant"),
        ("example_thing", "not modelled"),
    ],
)
def test_the_longest_rule_decides_and_what_none_knows_is_not_modelled(kind: str, decided: str) -> None:
    row = decision(kind)
    assert isinstance(row, Row)
    assert row.status == decided


def test_what_a_resource_names_is_found_however_deep() -> None:
    network = read(
        [
            (
                "stack",
                {
                    "resource": {
                        "aws_vpc": {"v": {"cidr_block": "10.0.0.0/24"}},
                        "aws_vpc_new": {
                            "x": {
                                "tags": {"of": "${aws_vpc.v.id}"},
                                "blocks": [{"deep": [{"ids": ["${aws_vpc.v.id}", "subnet-0123456789abcdef0"]}]}],
                                "arn": "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1",
                                "text": "nothing that names: anything",
                            }
                        },
                    }
                },
            )
        ]
    )
    (doubt,) = network.doubts
    assert set(doubt.names) == {
        "stack: aws_vpc.v",
        "subnet-0123456789abcdef0",
        "arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1",
    }


def test_where_a_place_is_not_known_any_may_be_meant() -> None:
    (doubt,) = built("aws_vpc_new", subnet_id="subnet-0123", vpc_id="${data.aws_vpc.v.id}").doubts
    assert doubt.names == ()
    (doubt,) = built("aws_vpc_new", subnet_id="subnet-0123", key="${data.aws_kms_key.k.arn}").doubts
    assert doubt.names == ("subnet-0123",)


def test_what_may_create_anything_reaches_its_account_whatever_it_names() -> None:
    (doubt,) = built("aws_cloudformation_stack", parameters={"Vpc": "vpc-0123"}).doubts
    assert (doubt.names, doubt.owner) == ((), Owner("111111111111", "us-east-1"))
    (doubt,) = built("aws_cloudformation_stack_set", name="it").doubts
    assert isinstance(doubt.owner.account, Unknown)


def test_a_service_with_an_address_in_a_subnet_is_listed() -> None:
    """It changes no verdict: it carries nothing, and every subnet is taken to have workloads."""
    network = built("aws_lb", subnets=["subnet-0123"])
    assert [line.partition(" (")[0] for line in network.unmodelled] == ["stack: aws_lb.x"]
    assert network.doubts == ()
    assert built("aws_lambda_function", function_name="it").unmodelled == ()


def test_every_type_that_may_create_anything_reaches_at_least_its_account() -> None:
    assert {row.reach for row in RULES.values() if row.status == "not modelled"} == {"account", "organization"}


def doubts(kind: str, **values: Any) -> tuple[Doubt, ...]:
    return tuple(doubts_of(Resource(kind, f"stack: {kind}.x", NOBODY, values, Probe(values, set()))))


def test_a_policy_of_an_endpoint_is_the_endpoints() -> None:
    endpoint = "stack: aws_vpc_endpoint.e"
    (doubt,) = doubts("aws_vpc_endpoint_policy", vpc_endpoint_id=endpoint, policy="{}")
    assert (doubt.address, doubt.part) == ("stack: aws_vpc_endpoint_policy.x", endpoint)
    assert doubt.why.startswith("sets policy to {}")
    assert doubts("aws_vpc_endpoint_policy", vpc_endpoint_id=endpoint, policy=json.dumps({"Statement": [ALL]})) == ()


# Verdicts -----------------------------------------------------------------------------------------------------------

STACKS = stacks_of("quickstart")
MEANT = intent_of(designed("quickstart"))
SERVICES = services_in(read(STACKS.items()))


def of(kind: str, stack: str = HUB) -> str:
    """A reference to the first resource of a type."""
    return f"${{{kind}.{next(iter(STACKS[stack]['resource'][kind]))}.id}}"


EDITS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (HUB, "aws_vpc_endpoint", {"ip_address_type": "ipv6"}),
    (HUB, "aws_vpc_endpoint", {"dns_options": {"dns_record_ip_type": "ipv6"}}),
    (HUB, "aws_vpc_endpoint", {"policy": "{}"}),
    (HUB, "aws_route53_resolver_endpoint", {"protocols": ["DoH"]}),
    (HUB, "aws_route53_resolver_endpoint", {"resolver_endpoint_type": "IPV6"}),
    (HUB, "aws_route53_resolver_rule", {"target_ip": [{"ip": "10.0.0.53", "protocol": "DoH"}]}),
    (HUB, "aws_ec2_transit_gateway", {"security_group_referencing_support": "enable"}),
    (HUB, "aws_ram_resource_share", {"permission_arns": ["arn:aws:ram::111111111111:permission/ours"]}),
    (PAYMENTS, "aws_route_table", {"propagating_vgws": ["vgw-0123"]}),
    (PAYMENTS, "aws_subnet", {"enable_dns64": True}),
    (PAYMENTS, "aws_vpc", {"brand_new": "on"}),
)


def undetermined(network: Network, causes: set[str]) -> None:
    """The report says that it could not be determined, and names one of the causes."""
    found = report(network, SERVICES, MEANT)
    assert not found.sound
    assert {finding.severity.value for finding in found.findings} == {"unknown"}, [
        each.title for each in found.findings
    ]
    named = {step.at.partition("#")[0] for finding in found.findings for step in finding.path}
    assert causes & named, f"expected one of {causes} in the paths, found {named}"


@pytest.mark.parametrize(("stack", "kind", "arguments"), EDITS, ids=str)
def test_an_argument_that_is_not_modelled_turns_verdicts(stack: str, kind: str, arguments: dict[str, Any]) -> None:
    resources = STACKS[stack]["resource"]
    edited = {name: {**block, **arguments} for name, block in resources[kind].items()}
    network = read({**STACKS, stack: {**STACKS[stack], "resource": {**resources, kind: edited}}}.items())
    undetermined(network, {f"{stack}: {kind}.{name}" for name in edited})


ADDED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (HUB, "aws_ec2_transit_gateway_peering_attachment", {"transit_gateway_id": of("aws_ec2_transit_gateway")}),
    (
        HUB,
        "aws_finspace_kx_environment",
        {"transit_gateway_configuration": [{"transit_gateway_id": of("aws_ec2_transit_gateway")}]},
    ),
    (HUB, "aws_vpn_connection", {"transit_gateway_id": of("aws_ec2_transit_gateway")}),
    (HUB, "aws_vpc_endpoint_private_dns", {"vpc_endpoint_id": of("aws_vpc_endpoint"), "private_dns_enabled": False}),
    (HUB, "aws_vpc_endpoint_policy", {"vpc_endpoint_id": of("aws_vpc_endpoint"), "policy": "{}"}),
    (HUB, "aws_cloudformation_stack", {"name": "it"}),
    (
        HUB,
        "aws_ec2_transit_gateway_prefix_list_reference",
        {"transit_gateway_route_table_id": of("aws_ec2_transit_gateway_route_table"), "prefix_list_id": "pl-0123"},
    ),
    (PAYMENTS, "aws_route53_resolver_firewall_rule_group_association", {"vpc_id": of("aws_vpc", PAYMENTS)}),
    (PAYMENTS, "aws_route53profiles_association", {"resource_id": of("aws_vpc", PAYMENTS)}),
    (PAYMENTS, "aws_vpclattice_service_network_vpc_association", {"vpc_identifier": of("aws_vpc", PAYMENTS)}),
    (
        PAYMENTS,
        "aws_service_discovery_private_dns_namespace",
        {"vpc": of("aws_vpc", PAYMENTS), "name": "amazonaws.com"},
    ),
    (PAYMENTS, "aws_vpn_gateway_route_propagation", {"route_table_id": of("aws_route_table", PAYMENTS)}),
    (PAYMENTS, "aws_fms_policy", {"name": "it"}),
    (PAYMENTS, "aws_vpc_brand_new", {"vpc_id": of("aws_vpc", PAYMENTS)}),
)


@pytest.mark.parametrize(("stack", "kind", "arguments"), ADDED, ids=str)
def test_a_type_that_is_not_modelled_turns_verdicts(stack: str, kind: str, arguments: dict[str, Any]) -> None:
    resources = {**STACKS[stack]["resource"], kind: {"added": {"provider": provider_of(stack), **arguments}}}
    network = read({**STACKS, stack: {**STACKS[stack], "resource": resources}}.items())
    undetermined(network, {f"{stack}: {kind}.added", *(doubt.address for doubt in network.doubts)})


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("aws_vpc_block_public_access_options", {"internet_gateway_block_mode": "block-bidirectional"}),
        ("aws_vpc_block_public_access_exclusion", {"vpc_id": of("aws_vpc"), "internet_gateway_exclusion_mode": "x"}),
        ("aws_organizations_policy", {"name": "it", "content": "{}", "type": "DECLARATIVE_POLICY_EC2"}),
    ],
    ids=str,
)
def test_what_can_only_block_internet_gateways_changes_no_verdict(kind: str, arguments: dict[str, Any]) -> None:
    resources = {**STACKS[HUB]["resource"], kind: {"added": {"provider": provider_of(HUB), **arguments}}}
    found = report(read({**STACKS, HUB: {**STACKS[HUB], "resource": resources}}.items()), SERVICES, MEANT)
    assert found.sound, [each.title for each in found.findings]


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("aws_cloudwatch_log_group", True),
        ("aws_iam_role", True),
        ("aws_internet_gateway", True),
        ("aws_nat_gateway", True),
        ("aws_vpc_peering_connection", True),
        ("random_id", True),
        ("aws_route", False),
        ("aws_vpn_connection", False),
        ("aws_vpc_brand_new", False),
    ],
)
def test_what_may_exist_or_not_leaves_something_open_where_its_type_has_an_effect(kind: str, *, known: bool) -> None:
    resources = {**STACKS[HUB]["resource"], kind: {"it": {"provider": provider_of(HUB), "count": "${var.count}"}}}
    found = report(read({**STACKS, HUB: {**STACKS[HUB], "resource": resources}}.items()), SERVICES, MEANT)
    unknown = [each.title for each in found.findings if each.severity.value == "unknown"]
    assert (not unknown) is known, unknown


def provider_of(stack: str) -> str:
    """The provider of a stack's VPC."""
    provider: str = next(iter(STACKS[stack]["resource"]["aws_vpc"].values()))["provider"]
    return provider


# Services with an address in a hub ----------------------------------------------------------------------------------


def with_service(stack: str, **arguments: Any) -> Network:
    """The quickstart's network with a load balancer."""
    blocks = {"added": {"provider": provider_of(stack), **arguments}}
    resources = {**STACKS[stack]["resource"], "aws_lb": blocks}
    return read({**STACKS, stack: {**STACKS[stack], "resource": resources}}.items())


def exposed(network: Network) -> set[str]:
    """What the report says that spokes reach, or may reach, of the load balancer."""
    found = report(network, SERVICES, MEANT).findings
    return {finding.severity.value for finding in found if "aws_lb.added" in finding.title}


@pytest.mark.parametrize(
    ("subnets", "severities"),
    [([of("aws_subnet")], {"unknown"}), ("${flatten([])}", {"unknown"}), (["subnet-0123"], set())],
    ids=str,
)
def test_a_service_in_a_hub_is_something_that_a_spoke_may_reach(subnets: Any, severities: set[str]) -> None:
    assert exposed(with_service(HUB, subnets=subnets)) == severities


def test_a_service_in_a_hub_is_reached_as_its_groups_allow() -> None:
    groups = [f"${{aws_security_group.{key}.id}}" for key in STACKS[HUB]["resource"]["aws_security_group"]]
    assert exposed(with_service(HUB, subnets=[of("aws_subnet")], security_groups=groups)) == {"failed"}
    shut = [
        f"${{aws_default_security_group.{key}.id}}" for key in STACKS[HUB]["resource"]["aws_default_security_group"]
    ]
    assert exposed(with_service(HUB, subnets=[of("aws_subnet")], security_groups=shut)) == set()


def test_a_service_in_a_spoke_changes_no_verdict() -> None:
    network = with_service(PAYMENTS, subnets=[of("aws_subnet", PAYMENTS)])
    assert report(network, SERVICES, MEANT).sound
    assert len(network.unmodelled) == 1


@pytest.mark.parametrize(
    ("account", "region", "added"),
    [
        ("111111111111", "us-east-1", True),
        ("111111111111", "eu-west-1", False),
        ("222222222222", "us-east-1", False),
        (None, None, True),
    ],
)
def test_a_service_whose_subnets_are_not_known_may_be_in_any_hub_of_its_account(
    account: str | None, region: str | None, added: object
) -> None:
    stack = STACKS[HUB]
    theirs = {"alias": "theirs", "region": region, "allowed_account_ids": [account] if account else None}
    resources = {**stack["resource"], "aws_lb": {"added": {"provider": "aws.theirs", "subnets": "${flatten([])}"}}}
    network = read(
        {
            **STACKS,
            HUB: {**stack, "provider": {"aws": [*stack["provider"]["aws"], theirs]}, "resource": resources},
        }.items()
    )
    assert any("aws_lb.added" in at for at in network.instances) is added


def test_a_service_in_two_subnets_has_an_address_in_each() -> None:
    subnets = [f"${{aws_subnet.{key}.id}}" for key in list(STACKS[HUB]["resource"]["aws_subnet"])[:2]]
    network = with_service(HUB, subnets=subnets)
    assert len({instance.subnet for instance in network.instances.values() if "aws_lb" in instance.address}) == 2
