"""`./hub verify` of a network that real Terraform deployed: as designed, and with one thing amiss at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree as ET

import pytest
from moto.core.exceptions import ServiceException
from moto.ec2.exceptions import EC2ClientError
from moto.ssm.exceptions import SSMException

from accounts import verify as asking
from accounts.clients import Clients
from accounts.verify import Expectation, expectations
from cli.steps import proved
from cli.verify_reports import verify_report
from deployment.synthesis import synthesise
from emulator import ec2 as emulated_ec2
from emulator import ssm as emulated_ssm
from findings.render import as_json, as_text
from tests.deploy.local import TIMEOUT, Local, deployed
from tests.deploy.played import Played, endpoint_addresses
from tests.examples import ROOT
from tests.waiting import PATIENCE, wait_for
from topology import Design, design, read_topology

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

HUB, PAYMENTS, LEDGER = "111111111111", "222222222222", "333333333333"
KMS, STATES = "kms.us-east-1.amazonaws.com", "states.us-east-1.amazonaws.com"
OFFERED = ("ec2messages", "kms", "ssm", "ssmmessages")
PLAYED = Played()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with deployed(tmp_path_factory.mktemp("verify"), PLAYED.shell) as running:
        PLAYED.addresses = lambda: endpoint_addresses(running.client("ec2", HUB))
        yield running


@pytest.fixture
def network(standing: Local) -> Iterator[Local]:
    PLAYED.reset()
    yield standing
    PLAYED.reset()


@cache
def traced(topology: Path) -> tuple[Design, dict[str, tuple[Expectation, ...]]]:
    planned = design(read_topology(topology).topology)
    return planned, expectations(planned, *proved(planned, synthesise(planned)))


def verify(network: Local, only: str = "*", *, seconds: float = PATIENCE, sound: bool = False) -> dict[str, Any]:
    """What the verb does in its process, for stacks whose names match; the report as JSON has it."""
    planned, expected = traced(network.topology)
    wanted = [stack for stack in planned.order if fnmatch(stack, only)]
    with mock.patch.dict(os.environ, network.aws.environment()):
        found = asking.verify(planned, wanted, expected, Clients(), seconds=seconds, stopping=threading.Event())
    report = verify_report(found)
    assert found.sound is sound, as_text(report)
    return dict(json.loads(as_json(report)))


def amiss(report: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """Severity and finding of everything that is not in order, by subject and check."""
    return {
        (check["subject"], check["check"]): (check["severity"], check["found"])
        for check in report["findings"]
        if check["severity"] != "ok"
    }


@contextmanager
def answering(klass: type, operation: str, error: ServiceException) -> Iterator[None]:
    """While this runs, an operation is refused."""
    with mock.patch.object(klass, operation, side_effect=error):
        yield


def table_of(network: Local, account: str, stack: str) -> tuple[Any, str]:
    """A stack's route table."""
    client = network.client("ec2", account)
    tags = [{"Name": "tag:hub:stack", "Values": [stack]}, {"Name": "tag:hub:part", "Values": ["route-table"]}]
    return client, client.describe_route_tables(Filters=tags)["RouteTables"][0]["RouteTableId"]


def test_a_network_as_designed_is_sound_and_shows_what_the_instance_saw(network: Local) -> None:
    said = network.run([ROOT / "hub", "verify", network.topology, "--format", "json"])
    report = dict(json.loads(said[said.index("{") :]))
    assert amiss(report) == {}
    payments = report["facts"]["spokes"]["payments"]
    assert payments["asked"].startswith("i-")
    private = dict.fromkeys(OFFERED, "private")
    assert payments["services"] == {**private, "s3": "gateway", "without endpoint": "unreachable"}
    assert report["facts"]["spokes"]["ledger"] == {
        "asked": "AWS APIs",
        "services": dict.fromkeys((*OFFERED, "s3"), "in place"),
    }
    assert {KMS, STATES} <= set(PLAYED.asked)
    assert PLAYED.ran_on[-1].account == PAYMENTS


def test_the_table_has_a_row_for_each_spoke_and_counts_the_checks(network: Local) -> None:
    planned, expected = traced(network.topology)
    with mock.patch.dict(os.environ, network.aws.environment()):
        found = asking.verify(planned, planned.order, expected, Clients(), seconds=PATIENCE, stopping=threading.Event())
    lines = as_text(verify_report(found)).splitlines()
    assert lines[0].split() == [
        "spoke",
        "asked",
        "ec2messages",
        "kms",
        "s3",
        "ssm",
        "ssmmessages",
        "without",
        "endpoint",
    ]
    assert lines[1].split()[:3] == ["ledger", "AWS", "APIs"]
    assert lines[2].split()[0] == "payments"
    assert lines[2].split()[2:] == ["private", "private", "gateway", "private", "private", "unreachable"]
    assert lines[-1].endswith(" ok"), lines


def test_junit_has_a_failure_with_what_was_expected_and_found(network: Local) -> None:
    PLAYED.answers = {KMS: [("10.0.0.99", "tls")]}
    said = network.run([ROOT / "hub", "verify", network.topology, "--format", "junit"], expect=1)
    suite = ET.fromstring(said[said.index("<testsuite") :])
    failed = {(c.get("classname"), c.get("name")): c.find("failure") for c in suite if c.find("failure") is not None}
    assert list(failed) == [("payments", KMS)]
    failure = failed["payments", KMS]
    assert failure is not None
    assert "found:    10.0.0.99 (443 TLS)" in str(failure.text)
    assert "expected: private (10.0." in str(failure.text)
    assert suite.get("failures") == "1"


@pytest.mark.parametrize(
    ("answers", "name", "found", "cell"),
    [
        ({KMS: [("192.0.2.7", "closed")]}, KMS, "192.0.2.7 (443 no connection)", ("kms", "unreachable")),
        ({KMS: "SERVFAIL"}, KMS, "no address (SERVFAIL)", ("kms", "broken")),
        ({STATES: [("192.0.2.7", "tls")]}, STATES, "192.0.2.7 (443 TLS)", ("without endpoint", "public")),
    ],
    ids=["public instead of private", "no answer", "a way out"],
)
def test_what_the_instance_saw_and_the_trace_does_not_say_is_a_difference(
    network: Local, answers: dict[str, Any], name: str, found: str, cell: tuple[str, str]
) -> None:
    PLAYED.answers = answers
    report = verify(network, "*payments")
    assert amiss(report) == {("payments", name): ("failed", found)}
    assert report["facts"]["spokes"]["payments"]["services"][cell[0]] == cell[1]
    assert ("payments", "routes") in {(check["subject"], check["check"]) for check in report["findings"]}, (
        "the wiring is looked at too, since it may say why"
    )


def test_a_deleted_route_is_found_where_there_is_no_instance(network: Local) -> None:
    client, table = table_of(network, LEDGER, "spoke-core-ledger")
    gateway = client.describe_transit_gateways()["TransitGateways"][0]["TransitGatewayId"]
    client.delete_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/22")
    try:
        report = verify(network)
    finally:
        client.create_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/22", TransitGatewayId=gateway)
    assert amiss(report) == {("ledger", "routes"): ("failed", f"table {table}: no route to 10.0.0.0/22")}
    assert report["facts"]["spokes"]["ledger"]["services"] == {**dict.fromkeys(OFFERED, "differs"), "s3": "in place"}
    assert report["facts"]["spokes"]["payments"]["services"]["kms"] == "private"


def test_a_missing_return_route_of_the_hub_is_found(network: Local) -> None:
    client, table = table_of(network, HUB, "hub-core")
    gateway = client.describe_transit_gateways()["TransitGateways"][0]["TransitGatewayId"]
    client.delete_route(RouteTableId=table, DestinationCidrBlock="10.0.4.0/22")
    try:
        report = verify(network, "hub-core")
    finally:
        client.create_route(RouteTableId=table, DestinationCidrBlock="10.0.4.0/22", TransitGatewayId=gateway)
    assert amiss(report) == {("core", "return routes"): ("failed", f"table {table}: no route to 10.0.4.0/22")}


def test_removed_associations_are_found_on_both_sides_of_the_account_boundary(network: Local) -> None:
    resolver, spoke, hub = (
        network.client("route53resolver", LEDGER), network.client("ec2", LEDGER), network.client("ec2", HUB)
    )  # fmt: skip
    rules = {rule["Id"]: rule for rule in resolver.list_resolver_rules()["ResolverRules"]}
    link = next(
        a
        for a in resolver.list_resolver_rule_associations()["ResolverRuleAssociations"]
        if rules[a["ResolverRuleId"]]["RuleType"] == "FORWARD"
    )
    attachment = spoke.describe_transit_gateway_vpc_attachments()["TransitGatewayVpcAttachments"][0]
    seen = hub.describe_transit_gateway_attachments(
        TransitGatewayAttachmentIds=[attachment["TransitGatewayAttachmentId"]]
    )["TransitGatewayAttachments"][0]
    wired = {
        "TransitGatewayAttachmentId": attachment["TransitGatewayAttachmentId"],
        "TransitGatewayRouteTableId": seen["Association"]["TransitGatewayRouteTableId"],
    }
    resolver.disassociate_resolver_rule(VPCId=link["VPCId"], ResolverRuleId=link["ResolverRuleId"])
    hub.disassociate_transit_gateway_route_table(**wired)
    try:
        report = verify(network, "*ledger")
    finally:
        hub.associate_transit_gateway_route_table(**wired)
        resolver.associate_resolver_rule(VPCId=link["VPCId"], ResolverRuleId=link["ResolverRuleId"], Name=link["Name"])
    assert amiss(report) == {
        ("ledger", "association"): (
            "failed", f"{attachment['TransitGatewayAttachmentId']} is associated with no table"
        ),
        ("ledger", "rule us-east-1.amazonaws.com"): ("failed", "its association is not there"),
    }  # fmt: skip
    accounts = {
        check["check"]: check["place"]["account"] for check in report["findings"] if check["subject"] == "ledger"
    }
    assert (accounts["association"], accounts["rule us-east-1.amazonaws.com"]) == (HUB, LEDGER)


def test_a_withdrawn_share_is_found(network: Local) -> None:
    ram, owner = network.client("ram", HUB), network.client("route53resolver", HUB)
    share = next(
        s for s in ram.get_resource_shares(resourceOwner="SELF")["resourceShares"] if s["name"] == "core-rules"
    )
    principal = "arn:aws:organizations::999999999999:organization/o-exampleorg1"
    rule = owner.list_resolver_rules()["ResolverRules"][0]["Id"]
    ram.disassociate_resource_share(resourceShareArn=share["resourceShareArn"], principals=[principal])
    try:
        report = verify(network, "*ledger")
    finally:
        ram.associate_resource_share(resourceShareArn=share["resourceShareArn"], principals=[principal])
        for account in (PAYMENTS, LEDGER):  # whose associations ended with the share
            tags = [{"Name": "tag:hub:part", "Values": ["vpc"]}]
            vpc = network.client("ec2", account).describe_vpcs(Filters=tags)["Vpcs"][0]["VpcId"]
            resolver = network.client("route53resolver", account)
            resolver.associate_resolver_rule(VPCId=vpc, ResolverRuleId=rule, Name="anew")
    assert amiss(report) == {
        ("ledger", "rule us-east-1.amazonaws.com"): (
            "failed", "the account does not see the rule; its association is not there"
        )
    }  # fmt: skip


def test_an_instance_that_is_not_registered_is_told_and_the_wiring_is_looked_at(network: Local) -> None:
    iam, policy = network.client("iam", PAYMENTS), "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    iam.detach_role_policy(RoleName="endpoint-hub-test-payments", PolicyArn=policy)
    try:
        report = verify(network, "*payments", seconds=3)
    finally:
        iam.attach_role_policy(RoleName="endpoint-hub-test-payments", PolicyArn=policy)
    (result, found), *others = amiss(report).values()
    assert others == []
    assert result == "failed"
    assert found.endswith("is not registered with Systems Manager")
    assert report["facts"]["spokes"]["payments"] == {
        "asked": "AWS APIs",
        "services": dict.fromkeys((*OFFERED, "s3"), "in place"),
    }


def test_an_instance_that_is_stopped_is_told_with_the_command_that_starts_it(network: Local) -> None:
    ec2 = network.client("ec2", PAYMENTS)
    tags = [{"Name": "tag:hub:part", "Values": ["test-instance"]}]
    id_ = ec2.describe_instances(Filters=tags)["Reservations"][0]["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[id_])
    try:
        report = verify(network, "*payments")
    finally:
        ec2.start_instances(InstanceIds=[id_])
    assert amiss(report) == {("payments", "instance"): ("failed", f"{id_} is stopped")}
    fix = next(check["fix"] for check in report["findings"] if check["check"] == "instance")
    assert fix == f"aws ec2 start-instances --instance-ids {id_} --region us-east-1, in account {PAYMENTS}"


def test_a_command_that_nobody_answers_ends_in_time_and_is_taken_back(network: Local) -> None:
    PLAYED.silent = True
    with mock.patch.object(emulated_ssm.Backend, "cancel_command", autospec=True) as cancel:
        report = verify(network, "*payments", seconds=1)
    assert cancel.call_count == 1
    ((result, found),) = amiss(report).values()
    assert result == "unknown"
    assert "did not answer within 45 s (Pending)" in found


def test_a_script_that_takes_too_long_has_timed_out(network: Local) -> None:
    PLAYED.slow = True
    report = verify(network, "*payments", seconds=1)
    ((result, found),) = amiss(report).values()
    assert result == "unknown"
    assert found.startswith("the command timed out on i-")


def test_an_output_that_was_cut_proves_nothing(network: Local) -> None:
    PLAYED.cut = True
    report = verify(network, "*payments")
    assert amiss(report) == {("payments", "instance"): ("unknown", "its output is not complete")}


DENIED = SSMException("AccessDeniedException", "User is not authorized to perform: ssm:SendCommand")
REFUSED = EC2ClientError("UnauthorizedOperation", "You are not authorized to perform this operation.")


def test_a_role_that_may_not_send_commands_is_told_the_action(network: Local) -> None:
    with answering(emulated_ssm.Backend, "send_command", DENIED):
        report = verify(network, "*payments")
    ((result, found),) = amiss(report).values()
    assert (result, found.split(":")[:2]) == ("unknown", ["SendCommand", " AccessDeniedException"])
    fix = next(check["fix"] for check in report["findings"] if check["check"] == "instance")
    assert fix.startswith(f"allow arn:aws:iam::{PAYMENTS}:role/NetworkDeploy ssm:SendCommand ")


def test_a_role_that_may_not_describe_is_told_each_action_and_the_rest_is_checked(network: Local) -> None:
    with answering(emulated_ec2.Backend, "search_transit_gateway_routes", REFUSED):
        report = verify(network, "*ledger")
    assert list(amiss(report)) == [("ledger", "gateway routes")]
    fix = next(check["fix"] for check in report["findings"] if check["check"] == "gateway routes")
    assert fix.startswith(f"allow arn:aws:iam::{HUB}:role/NetworkDeploy ec2:SearchTransitGatewayRoutes ")
    assert report["facts"]["spokes"]["ledger"]["services"] == {**dict.fromkeys(OFFERED, "unknown"), "s3": "in place"}


def test_ctrl_c_ends_it_within_seconds_and_takes_the_command_back(network: Local) -> None:
    PLAYED.slow = True
    before = len(PLAYED.ran_on)
    process = subprocess.Popen(
        [ROOT / "hub", "verify", network.topology],
        cwd=ROOT,
        env=network.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for("the command on the instance", lambda: len(PLAYED.ran_on) > before)
        os.kill(process.pid, signal.SIGINT)
        said, told = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 1, told
    assert said == ""
    assert told.splitlines()[-1] == "stopped; nothing was changed"
    assert "Traceback" not in told
