"""What Terraform refuses of a stack's text, found before anything else is looked at."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from network.model import Network, Refusal
from network.terraform.reader import read
from network.terraform.refusals import ONE_OF, REQUIRED
from tests.assurance.faults import HUB, PAYMENTS, Stacks

Edit = Callable[[Stacks], object]


def refused(stacks: Stacks) -> tuple[Refusal, ...]:
    """What is refused of stacks as data, which is what is refused of them as text."""
    found = stacks.network.refused
    texts: Network = read((name, json.dumps(stack, indent=2)) for name, stack in stacks.stacks.items())
    assert texts.refused == found, f"expected {found}, found {texts.refused}"
    return found


def one(stacks: Stacks) -> Refusal:
    found = refused(stacks)
    assert len(found) == 1, f"expected one refusal, found {found}"
    assert found[0].fix, f"expected a fix, found {found[0]}"
    return found[0]


def provider(stacks: Stacks, stack: str = PAYMENTS, at: int = 0) -> dict[str, Any]:
    block: dict[str, Any] = stacks.stacks[stack]["provider"]["aws"][at]
    return block


# Providers --------------------------------------------------------------------------------------------------------


def test_a_provider_that_is_configured_twice() -> None:
    stacks = Stacks()
    stacks.stacks[PAYMENTS]["provider"]["aws"].append(dict(provider(stacks)))
    found = one(stacks)
    assert found.address == f"{PAYMENTS}: provider.aws.spoke"
    assert "configured twice" in found.says


def test_a_provider_that_assumes_a_role_of_an_account_that_it_does_not_allow() -> None:
    stacks = Stacks()
    provider(stacks)["assume_role"][0]["role_arn"] = "arn:aws:iam::333333333333:role/NetworkDeploy"
    found = one(stacks)
    assert found.address == f"{PAYMENTS}: provider.aws.spoke"
    assert found.says == "it assumes a role of account 333333333333, and allows only 222222222222"


def test_a_provider_that_forbids_the_account_of_its_role() -> None:
    stacks = Stacks()
    del provider(stacks)["allowed_account_ids"]
    provider(stacks)["forbidden_account_ids"] = ["222222222222"]
    assert one(stacks).says == "it assumes a role of account 222222222222, which it forbids"


def test_a_provider_with_lists_of_both_kinds() -> None:
    stacks = Stacks()
    provider(stacks)["forbidden_account_ids"] = ["333333333333"]
    assert "exclude each other" in one(stacks).says


def test_an_alias_that_is_not_configured() -> None:
    stacks = Stacks().changed(PAYMENTS, "network/vpc", provider="aws.nobody")
    found = [each for each in refused(stacks) if each.address == stacks.address(PAYMENTS, "network/vpc")]
    assert [each.says for each in found] == ["its provider aws.nobody is not configured in the stack"]


def test_a_resource_without_a_provider_in_a_stack_without_a_default_one() -> None:
    stacks = Stacks()
    del stacks.at(PAYMENTS, "network/vpc")["provider"]
    found = next(each for each in refused(stacks) if each.address == stacks.address(PAYMENTS, "network/vpc"))
    assert not found.certain, "expected a question: it depends on where Terraform runs"


def test_a_stack_with_a_default_provider() -> None:
    stacks = Stacks()
    del provider(stacks)["alias"]
    for kind in ("resource", "data"):
        for blocks in stacks.stacks[PAYMENTS][kind].values():
            for block in blocks.values():
                if block["provider"] == "aws.spoke":
                    del block["provider"]
    assert refused(stacks) == ()


# References -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "missing"),
    [
        ("${aws_vpc.nothing.id}", "aws_vpc.nothing"),
        ("${data.aws_vpc.nothing.id}", "data.aws_vpc.nothing"),
        ("${local.nothing}", "local.nothing"),
        ("${var.nothing}", "var.nothing"),
        ("${module.nothing.vpc_id}", "module.nothing"),
        ("${jsondecode(local.nothing).id}", "local.nothing"),
        ('${join("-", ["${aws_vpc.nothing.id}"])}', "aws_vpc.nothing"),
        ("prefix-${aws_vpc.nothing.id}-suffix", "aws_vpc.nothing"),
        ('${{ "a" = aws_vpc.nothing.id }["a"]}', "aws_vpc.nothing"),
        ("${aws_vpc.nothing[0].id}", "aws_vpc.nothing"),
    ],
)
def test_a_name_of_what_is_not_there(value: str, missing: str) -> None:
    stacks = Stacks().changed(PAYMENTS, "network/subnet-use1-az1", vpc_id=value)
    found = next(each for each in refused(stacks) if missing in each.says)
    assert found.address == stacks.address(PAYMENTS, "network/subnet-use1-az1")
    assert found.says == f"it names {missing}, which the stack does not have"


@pytest.mark.parametrize(
    "value",
    [
        "$${aws_vpc.nothing.id}",
        "aws_vpc.nothing.id",
        '${"aws_vpc.nothing.id"}',
        "${[for subnet in [] : subnet.id]}",
        "${each.value}",
        "${path.module}",
    ],
)
def test_what_only_looks_like_a_name(value: str) -> None:
    stacks = Stacks()
    stacks.at(PAYMENTS, "network/vpc")["tags"]["Name"] = value
    assert refused(stacks) == ()


def test_a_second_alias_of_one_name() -> None:
    stacks = Stacks()
    kind, key = stacks.find("state", "state/alias")
    stacks.added("state", kind, **stacks.stacks["state"]["resource"][kind][key])
    found = one(stacks)
    assert found.address == "state: aws_kms_alias.added"
    assert "AWS takes each name of a key's alias once" in found.says


@pytest.mark.parametrize("several", [{"count": 0}, {"count": "${var.copies}"}, {"for_each": {}}])
def test_an_attribute_of_what_has_instances(several: dict[str, Any]) -> None:
    """A role has no part in a network, and yet nothing of the stack is applied."""
    stacks = Stacks().changed(PAYMENTS, "test-instance/role", **several)
    stacks.stacks[PAYMENTS]["variable"] = {"copies": {"type": "number"}}
    found = [each for each in refused(stacks) if "which has instances" in each.says]
    assert {each.address for each in found} == {
        stacks.address(PAYMENTS, f"test-instance/{path}") for path in ("profile", "trials", "session-manager")
    }


@pytest.mark.parametrize("reference", ["[0].name", "[*].name", ""])
def test_an_instance_of_what_has_instances(reference: str) -> None:
    stacks = Stacks().changed(PAYMENTS, "test-instance/role", count=1)
    role = ".".join(stacks.find(PAYMENTS, "test-instance/role"))
    for path in ("profile", "trials", "session-manager"):
        stacks.changed(PAYMENTS, f"test-instance/{path}", role=f"${{{role}{reference}}}")
    assert refused(stacks) == (), "an instance is named, or the list of them"


@pytest.mark.parametrize(
    ("path", "owner"),
    [("network/subnet-use1-az1-routes", "network/subnet-use1-az1"), ("test-instance/profile", "test-instance/role")],
)
def test_what_another_account_makes_of_something_of_the_spoke(path: str, owner: str) -> None:
    stacks = Stacks().changed(PAYMENTS, path, provider="aws.hub")
    found = refused(stacks)
    assert any(each.address == stacks.address(PAYMENTS, path) for each in found), found
    own = ".".join(stacks.find(PAYMENTS, owner))
    assert any(f"{own} is account 222222222222's" in each.says for each in found), found


def test_a_resource_that_waits_for_what_is_not_there() -> None:
    stacks = Stacks().changed(PAYMENTS, "network/vpc", depends_on=["aws_vpc.nothing"])
    assert one(stacks).says == "it names aws_vpc.nothing, which the stack does not have"


def test_an_output_and_a_local_that_name_what_is_not_there() -> None:
    stacks = Stacks()
    stacks.stacks[PAYMENTS]["output"]["nothing"] = {"value": "${aws_vpc.nothing.id}"}
    assert one(stacks).address == f"{PAYMENTS}: output.nothing"


def test_a_resource_that_is_gone_and_still_named() -> None:
    stacks = Stacks().without(PAYMENTS, "network/subnet-use1-az1")
    missing = {each.address for each in refused(stacks)}
    assert stacks.address(PAYMENTS, "network/subnet-use1-az1-routes") in missing
    assert f"{PAYMENTS}: output.subnet_ids" in missing


def test_resources_that_wait_for_each_other() -> None:
    stacks = Stacks()
    subnet = "{}.{}".format(*stacks.find(PAYMENTS, "network/subnet-use1-az1"))
    vpc = "{}.{}".format(*stacks.find(PAYMENTS, "network/vpc"))
    found = one(stacks.changed(PAYMENTS, "network/vpc", depends_on=[subnet]))
    assert f"{vpc} → {subnet} → {vpc}" in found.says or f"{subnet} → {vpc} → {subnet}" in found.says


def test_a_circle_through_a_local() -> None:
    stacks = Stacks()
    stacks.stacks[PAYMENTS]["locals"]["network"] = stacks.reference(PAYMENTS, "network/vpc")
    stacks.at(PAYMENTS, "network/vpc")["tags"]["Name"] = "${local.network}"
    assert "each waits for the next" in one(stacks).says


# Arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "changes", "words"),
    [
        ("network/subnet-use1-az1", {"vpc_id": None}, "it has no vpc_id"),
        ("network/subnet-use1-az1", {"availability_zone": "us-east-1a"}, "availability_zone_id exclude each other"),
        ("gateway/route-hub", {"transit_gateway_id": None}, "it sets none of"),
        ("gateway/route-hub", {"nat_gateway_id": "nat-0123456789abcdef0"}, "nat_gateway_id and transit_gateway_id of"),
        ("gateway/route-hub", {"destination_cidr_block": None}, "it sets none of destination_cidr_block"),
        ("test-instance/https", {"prefix_list_id": "pl-0123456789abcdef0"}, "cidr_ipv4 and prefix_list_id of"),
        ("network/subnet-use1-az1-routes", {"subnet_id": None}, "it sets none of gateway_id, subnet_id"),
    ],
    ids=str,
)
def test_arguments_that_the_provider_refuses(path: str, changes: dict[str, Any], words: str) -> None:
    stacks = Stacks().changed(PAYMENTS, path, **changes)
    found = one(stacks)
    assert found.address == stacks.address(PAYMENTS, path)
    assert words in found.says


@pytest.mark.slow
def test_the_provider_requires_these_arguments(provider_schema: Any) -> None:
    for kind, names in REQUIRED.items():
        attributes = provider_schema[kind]["block"]["attributes"]
        required = tuple(sorted(name for name, each in attributes.items() if each.get("required")))
        assert required == tuple(sorted(names)), kind
    for kind, groups in ONE_OF.items():
        unknown = {name for names in groups for name in names} - provider_schema[kind]["block"]["attributes"].keys()
        assert not unknown, f"{kind} has no {unknown}"


# What one resource makes and another takes away --------------------------------------------------------------------


def test_a_route_of_its_own_beside_routes_within_the_table() -> None:
    stacks = Stacks()
    stacks.changed(
        PAYMENTS,
        "network/route-table",
        route=[{"cidr_block": "10.9.0.0/16", "nat_gateway_id": "nat-0123456789abcdef0"}],
    )
    found = one(stacks)
    assert (found.address, found.certain) == (stacks.address(PAYMENTS, "gateway/route-hub"), False)
    assert "removes at the next apply" in found.says


def test_a_rule_of_its_own_beside_rules_within_the_group() -> None:
    entry = {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"]}
    stacks = Stacks().changed(HUB, "endpoints/group-https", ingress=[entry])
    found = refused(stacks)
    assert {each.address for each in found} == {
        stacks.address(HUB, f"endpoints/ingress-https-443-{name}") for name in ("hub", "pool-10-0-4-0_22")
    }


def test_a_zone_that_ignores_what_others_associate() -> None:
    stacks = Stacks()
    vpc = stacks.reference(HUB, "network/vpc")
    stacks.added(HUB, "aws_route53_zone", provider="aws.hub", name="example.org", vpc=[{"vpc_id": vpc}])
    stacks.added(
        HUB,
        "aws_route53_zone_association",
        provider="aws.hub",
        zone_id="${aws_route53_zone.added.id}",
        vpc_id="vpc-0123",
    )
    assert one(stacks).address == "hub-core: aws_route53_zone_association.added"
    stacks.stacks[HUB]["resource"]["aws_route53_zone"]["added"]["lifecycle"] = {"ignore_changes": ["vpc"]}
    assert refused(stacks) == ()


# Other forms of a stack -------------------------------------------------------------------------------------------


def test_blocks_in_lists() -> None:
    stack = {
        "provider": [{"aws": {"region": "us-east-1"}}],
        "resource": [{"aws_vpc": [{"x": [{"cidr_block": "10.0.0.0/16"}]}]}, {"aws_subnet": {"y": {}}}],
    }
    found = list(Stacks().network.refused)
    assert not found
    from network.terraform.refusals import Refusals  # noqa: PLC0415

    says = [(each.address, each.says) for each in Refusals().of_stack("stack", stack, None)]
    assert says == [("stack: aws_subnet.y", "it has no vpc_id, which the provider requires")]


def test_spokes_of_one_form_are_each_refused_under_their_own_name() -> None:
    stacks = Stacks()
    for stack in (PAYMENTS, "spoke-core-ledger"):
        stacks.changed(stack, "network/vpc", depends_on=["aws_vpc.nothing"])
    assert [each.address for each in refused(stacks)] == [
        stacks.address(stack, "network/vpc") for stack in stacks.stacks if stack.startswith("spoke-")
    ]
