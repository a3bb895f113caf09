"""Plans of modules and of repeated and generated blocks; plans that are not whole.

`plans/modules/network.json` is what real Terraform printed (`terraform show -json`, shortened to what is read, and with
an account) for a hub and two spokes that one module makes: its resources are repeated by `count` and `for_each`, a
group's rules are generated, and modules are wired by their variables and outputs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assurance.trace import State
from network.model import Network, Unknown
from network.terraform.reader import DocumentError, read
from review.verdicts import intended, report
from tests.assurance.faults import catalogued

PLAN = Path(__file__).parent / "plans/modules/network.json"
HUB = "network: module.hub."
PAYMENTS = 'network: module.spoke["payments"].'


def plan() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(PLAN.read_text(encoding="utf-8"))
    return loaded


def planned(document: dict[str, Any]) -> Network:
    return read([("network", document)])


def known(value: object) -> object:
    return "unknown" if isinstance(value, Unknown) else value


def resource(document: dict[str, Any], address: str) -> dict[str, Any]:
    """A planned resource by its address."""
    modules = [document["planned_values"]["root_module"]]
    while modules:
        module = modules.pop()
        modules += module.get("child_modules", [])
        for each in module.get("resources", []):
            if each["address"] == address:
                found: dict[str, Any] = each
                return found
    raise AssertionError(f"no {address} in the plan")


def configured(document: dict[str, Any], module: str, address: str) -> dict[str, Any]:
    """What the configuration says of a resource of a module."""
    root = document["configuration"]["root_module"]
    within = root["module_calls"][module]["module"] if module else root
    (found,) = (each for each in within["resources"] if each["address"] == address)
    expressions: dict[str, Any] = found["expressions"]
    return expressions


def unknown(document: dict[str, Any], address: str) -> dict[str, Any]:
    """What is not known of a resource before the apply."""
    (change,) = (each["change"] for each in document["resource_changes"] if each["address"] == address)
    found: dict[str, Any] = change["after_unknown"]
    return found


def test_a_network_of_modules_is_proved() -> None:
    network = planned(plan())
    found = report(network, catalogued(), intended(network, catalogued()))
    assert found.sound, [(each.subject, each.target, each.found, each.why) for each in found.findings]
    assert sorted(found.group_of) == ["ledger", "payments"]
    assert {found.state(spoke, "kms") for spoke in ("ledger", "payments")} == {State.PRIVATE}
    assert (network.unmodelled, network.doubts) == ((), ())


def test_a_reference_leads_through_variables_and_outputs_to_the_instance() -> None:
    network = planned(plan())
    subnet = network.subnets[f'{PAYMENTS}aws_subnet.this["use1-az1"]']
    assert (subnet.vpc, subnet.table) == (f"{PAYMENTS}aws_vpc.this", f"{PAYMENTS}aws_route_table.this")
    attachment = network.attachments[f"{PAYMENTS}aws_ec2_transit_gateway_vpc_attachment.this"]
    assert attachment.gateway == "network: aws_ec2_transit_gateway.this[0]"
    assert attachment.subnets == (f"{PAYMENTS}aws_subnet.attachment",)
    table = network.gateway_tables['network: aws_ec2_transit_gateway_route_table.tables["spokes"]']
    assert {link.target for link in table.associations} == {
        attachment.address,
        'network: module.spoke["ledger"].aws_ec2_transit_gateway_vpc_attachment.this',
    }
    endpoint = network.interface_endpoints["network: aws_vpc_endpoint.kms"]
    assert endpoint.subnets == (f'{HUB}aws_subnet.this["use1-az1"]',)
    assert endpoint.vpc == f"{HUB}aws_vpc.this"


def test_generated_rules_that_are_known_are_there() -> None:
    (rule,) = planned(plan()).groups[f"{HUB}aws_security_group.this"].ingress
    assert (str(rule.peer), rule.first_port) == ("10.0.4.0/22", 443)


def test_a_generated_route_has_the_parts_that_are_known() -> None:
    document = plan()
    table = "module.hub.aws_route_table.this"
    resource(document, table)["values"]["route"] = [{"cidr_block": "10.9.0.0/16", "transit_gateway_id": None}]
    unknown(document, table)["route"] = [{"transit_gateway_id": True}]
    (route, _) = planned(document).tables[f"network: {table}"].routes
    assert (str(route.destination), route.kind, known(route.target)) == ("10.9.0.0/16", "transit_gateway", "unknown")


def test_generated_blocks_that_nobody_can_count_are_unknown() -> None:
    document = plan()
    zone = 'aws_route53_zone.each["payments"]'
    resource(document, zone)["values"].pop("vpc", None)
    del configured(document, "", "aws_route53_zone.each")["vpc"]
    unknown(document, zone)["vpc"] = True
    network = planned(document)
    assert [known(link.target) for link in network.zones[f"network: {zone}"].vpcs] == ["unknown"]
    assert f"network: {zone} (vpc)" in [doubt.address for doubt in network.doubts]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (["aws_subnet.this", "each.key"], "unknown"),
        (["aws_subnet.this"], "unknown"),
        (["aws_subnet.this.id", "aws_subnet.this"], "unknown"),
        (['aws_subnet.this["none"].id', 'aws_subnet.this["none"]', "aws_subnet.this"], "unknown"),
        (["local.subnet"], "unknown"),
        (["var.none"], "unknown"),
        (["each.value.id", "each.value"], 'this["use1-az1"]'),
        (['aws_subnet.this["use1-az1"].id', 'aws_subnet.this["use1-az1"]', "aws_subnet.this"], 'this["use1-az1"]'),
    ],
    ids=str,
)
def test_a_reference_to_something_repeated_needs_its_key(reference: list[str], expected: str) -> None:
    document = plan()
    told = configured(document, "hub", "aws_route_table_association.this")
    told["subnet_id"] = {"references": reference}
    network = planned(document)
    table = network.subnets[f'{HUB}aws_subnet.this["use1-az1"]'].table
    assert known(table) == ("unknown" if expected == "unknown" else f"{HUB}aws_route_table.this")


def test_an_association_with_a_subnet_that_is_not_known_leaves_no_subnet_to_the_main_table() -> None:
    document = plan()
    configured(document, "hub", "aws_route_table_association.this")["subnet_id"] = {"references": ["local.x"]}
    tables = {known(subnet.table) for subnet in planned(document).subnets.values()}
    assert not any(str(table).endswith("#default_route_table_id") for table in tables), tables


def test_a_variable_of_the_root_has_the_value_that_it_is_planned_with() -> None:
    document = plan()
    document["configuration"]["provider_config"]["aws"]["expressions"]["region"] = {"references": ["var.region"]}
    assert {known(vpc.owner.region) for vpc in planned(document).vpcs.values()} == {"unknown"}
    document["variables"] = {"region": {"value": "eu-west-1"}}
    assert {vpc.owner.region for vpc in planned(document).vpcs.values()} == {"eu-west-1"}


def test_a_resource_that_terraform_forgets_is_still_there() -> None:
    document = plan()
    before = {"cidr_block": "10.7.0.0/16", "id": "vpc-0123456789abcdef0"}
    change = {"actions": ["forget"], "before": before, "after_unknown": {}}
    document["resource_changes"].append({"address": "aws_vpc.left", "type": "aws_vpc", "change": change})
    assert str(planned(document).vpcs["network: aws_vpc.left"].cidrs[0]) == "10.7.0.0/16"


def test_a_route_that_is_destroyed_is_gone_although_the_table_still_lists_it() -> None:
    document = plan()
    table = "module.hub.aws_route_table.this"
    gone = {"cidr_block": "10.9.0.0/16", "gateway_id": "igw-1"}
    stays = {"cidr_block": "10.8.0.0/16", "gateway_id": "igw-1"}
    resource(document, table)["values"] |= {"id": "rtb-1", "route": [gone, stays]}
    unknown(document, table).pop("route")
    values = {"route_table_id": "rtb-1", "destination_cidr_block": "10.9.0.0/16", "gateway_id": "igw-1"}
    route = {"address": "aws_route.gone", "type": "aws_route", "values": values}
    document["prior_state"] = {"values": {"root_module": {"resources": [route]}}}
    change = {"actions": ["delete"], "before": values}
    document["resource_changes"].append({"address": "aws_route.gone", "type": "aws_route", "change": change})
    routes = planned(document).tables[f"network: {table}"].routes
    assert [str(each.destination) for each in routes] == ["10.8.0.0/16", "10.0.4.0/22"], "one was made by hand"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"errored": True}, '"errored" is true: Terraform failed while it planned'),
        ({"complete": False}, '"complete" is false: resources are left out of the plan'),
        (
            {
                "prior_state": {
                    "values": {"root_module": {"resources": [{"address": "aws_vpc.left", "type": "aws_vpc"}]}}
                }
            },
            "resource_changes leaves out aws_vpc.left, which exists",
        ),
        ({"planned_values": []}, "planned_values is []; expected an object"),
        ({"planned_values": {"root_module": {"resources": [{"type": "aws_vpc"}]}}}, "resources[0].address is None"),
        ({"planned_values": {"root_module": {"child_modules": [1]}}}, "child_modules[0] is 1; expected an object"),
        ({"configuration": {"root_module": {"resources": {}}}}, "configuration.root_module.resources is {}"),
    ],
    ids=str,
)
def test_a_plan_that_is_not_whole_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(DocumentError) as refused:
        planned({**plan(), **changes})
    (problem,) = (text for _, text in refused.value.problems)
    assert says in problem, problem


def test_a_state_of_another_form_is_refused() -> None:
    with pytest.raises(DocumentError) as refused:
        read([("s", {"format_version": "1.0", "values": {"root_module": {"resources": [{"address": 1}, "x"]}}})])
    assert [text for _, text in refused.value.problems] == [
        "values.resources[1] is 'x'; expected an object",
        "values.resources[0].address is 1; expected a text",
        "values.resources[0].type is None; expected a text",
    ]
