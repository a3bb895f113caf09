"""`./hub verify` of a network that real Terraform deployed, whose test instance is a namespace of the lab.

The emulator has the control plane, and hands the instance's command to the lab, where real nslookup, packets and TLS
answer it. What is taken away is taken away from both: by hand in the emulator, and from the Terraform that the lab is
built of.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from cli.given import documents, stack_files
from emulator import Machine, ScriptResult
from lab import Lab
from lab.plan import plan
from network.terraform.reader import read
from review.intent import services_in
from tests.deploy.local import TIMEOUT, Local, deployed
from tests.examples import ROOT
from tests.lab.parts import need_lab

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

HUB, PAYMENTS = "111111111111", "222222222222"
KMS, STATES, S3 = (f"{service}.us-east-1.amazonaws.com" for service in ("kms", "states", "s3"))
Stacks = dict[str, Any]


class Instance:
    """Where the commands of the test instance run: the lab that stands at the time."""

    lab: Lab | None = None

    def run(self, machine: Machine, script: str) -> ScriptResult | None:
        assert machine.account == PAYMENTS, f"a command for {machine}"
        if self.lab is None:
            return None
        done = self.lab.run("payments", ["sh", "-c", script], timeout=120)
        return ScriptResult(done.returncode, done.stdout, done.stderr)


INSTANCE = Instance()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    need_lab()
    with deployed(tmp_path_factory.mktemp("verify-in-lab"), INSTANCE.run) as running:
        yield running


def lab_of(network: Local, change: Callable[[Stacks], None]) -> Lab:
    """The lab of the stacks that were applied, with a change; its endpoints at the addresses that they have."""
    stacks = {name: json.loads(text) for name, text in documents(stack_files([network.output]))}
    change(stacks)
    model = read(stacks.items())
    laid = plan(model, services_in(model))
    known = deployed_addresses(network)
    seats = []
    for each in laid.interfaces:
        if each.kind in {"endpoint", "outbound"}:
            what = str(model.interface_endpoints[each.resource].service) if each.kind == "endpoint" else each.kind
            address = known[what, str(model.subnets[each.subnet].cidr)]
            seats.append(replace(each, addresses=(IPv4Address(address),)))
        else:
            seats.append(each)
    addresses = [address for each in seats for address in each.addresses]
    assert len(addresses) == len(set(addresses)), f"an address twice: {sorted(addresses)}"
    return Lab(replace(laid, interfaces=tuple(seats)))


def deployed_addresses(network: Local) -> dict[tuple[str, str], str]:
    """What AWS chose: the address of each endpoint and of the outbound resolver endpoint, by service and subnet."""
    ec2, resolver = network.client("ec2", HUB), network.client("route53resolver", HUB)
    ranges = {subnet["SubnetId"]: subnet["CidrBlock"] for subnet in ec2.describe_subnets()["Subnets"]}
    found = {}
    for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        interfaces = ec2.describe_network_interfaces(NetworkInterfaceIds=endpoint["NetworkInterfaceIds"])
        for interface in interfaces["NetworkInterfaces"]:
            found[endpoint["ServiceName"], ranges[interface["SubnetId"]]] = interface["PrivateIpAddress"]
    for endpoint in resolver.list_resolver_endpoints()["ResolverEndpoints"]:
        if endpoint["Direction"] == "OUTBOUND":
            listed = resolver.list_resolver_endpoint_ip_addresses(ResolverEndpointId=endpoint["Id"])
            found |= {("outbound", ranges[item["SubnetId"]]): item["Ip"] for item in listed["IpAddresses"]}
    return found


def verify(network: Local, change: Callable[[Stacks], None], expect: int) -> dict[str, Any]:
    """The report on the spoke with the instance, while the lab of the changed stacks stands."""
    with lab_of(network, change) as lab:
        INSTANCE.lab = lab
        try:
            command: list[str | Path] = [ROOT / "hub", "verify", network.topology, "--format", "json"]
            said = network.run([*command, "--only", "*payments"], expect=expect)
        finally:
            INSTANCE.lab = None
    return dict(json.loads(said[said.index("{") :]))


def amiss(report: dict[str, Any]) -> dict[tuple[str, str], str]:
    """What is wrong for each pair that a finding affects."""
    wrong = [check for check in report["findings"] if check["severity"] != "ok"]
    own = {(check["subject"], check["target"] or check["check"]): check["found"] for check in wrong}
    return own | {
        pair: check["found"]
        for check in wrong
        for each in check["affects"]
        for pair in product(each["spokes"], each["targets"])
    }


def cells(report: dict[str, Any], word: str) -> dict[str, str]:
    """What is deployed, or observed by the instance, of each service."""
    return {key: cell[word] for key, cell in report["facts"]["spokes"]["payments"]["services"].items()}


def without(stack: str, kind: str, *, having: str) -> Callable[[Stacks], None]:
    """Takes the one resource of a kind out of a stack in whose address some words are."""

    def change(stacks: Stacks) -> None:
        resources = stacks[stack]["resource"][kind]
        (name,) = [name for name in resources if having in name]
        del resources[name]

    return change


def test_real_packets_from_the_instance_agree_with_the_trace(network: Local) -> None:
    report = verify(network, lambda _: None, expect=0)
    assert amiss(report) == {}
    private = dict.fromkeys(("ec2messages", "kms", "ssm", "ssmmessages"), "private")
    expected = {**private, "s3": "gateway", "without endpoint": "unreachable"}
    assert cells(report, "observed") == expected
    assert cells(report, "deployed") == expected
    found = {check["check"]: check["found"] for check in report["findings"] if check["code"] == "HUB421"}
    assert found[KMS].count("(443 TLS)") == 3, "TLS with the endpoint's interface in each zone"
    assert "443 TLS" in found[S3]
    assert "443 no connection" in found[STATES]


def test_without_the_hubs_return_route_names_resolve_and_no_connection_comes_about(network: Local) -> None:
    ec2 = network.client("ec2", HUB)
    tags = [{"Name": "tag:hub:part", "Values": ["route-table"]}]
    table = ec2.describe_route_tables(Filters=tags)["RouteTables"][0]["RouteTableId"]
    gateway = ec2.describe_transit_gateways()["TransitGateways"][0]["TransitGatewayId"]
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="10.0.4.0/22")
    try:
        report = verify(network, without("hub-core", "aws_route", having="route-pool"), expect=1)
    finally:
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.0.4.0/22", TransitGatewayId=gateway)
    found = amiss(report)
    assert found["payments", "kms"] == "broken", f"the trace of what is deployed says so: {found}"
    assert found["core", "routes"].endswith("10.0.4.0/22 to transit gateway missing")
    assert found[("payments", KMS)].count("(443 no connection)") == 3, f"the packets say so too: {found}"
    assert cells(report, "observed")["kms"] == "broken"
    assert cells(report, "observed")["s3"] == "gateway", "which needs no hub"


def test_without_the_rules_association_names_are_public(network: Local) -> None:
    resolver = network.client("route53resolver", PAYMENTS)
    kinds = {rule["Id"]: rule["RuleType"] for rule in resolver.list_resolver_rules()["ResolverRules"]}
    links = resolver.list_resolver_rule_associations()["ResolverRuleAssociations"]
    link = next(link for link in links if kinds[link["ResolverRuleId"]] == "FORWARD")
    resolver.disassociate_resolver_rule(VPCId=link["VPCId"], ResolverRuleId=link["ResolverRuleId"])
    change = without("spoke-core-payments", "aws_route53_resolver_rule_association", having="rule-us-east-1")
    try:
        report = verify(network, change, expect=1)
    finally:
        resolver.associate_resolver_rule(VPCId=link["VPCId"], ResolverRuleId=link["ResolverRuleId"], Name=link["Name"])
    found = amiss(report)
    assert found["payments", "kms"] == "unreachable", f"the trace of what is deployed says so: {found}"
    assert "us-east-1.amazonaws.com FORWARD" in found["payments", "resolver rules"]
    assert "(443 no connection)" in found[("payments", KMS)]
    assert cells(report, "observed")["kms"] == "unreachable"
    assert ("payments", STATES) not in found, "which is public with and without the rule"
