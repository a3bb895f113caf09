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
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock
from xml.etree import ElementTree as ET

import pytest
from moto.core.exceptions import ServiceException
from moto.ec2.exceptions import EC2ClientError
from moto.ssm.exceptions import SSMException

from accounts.clients import Clients
from cli.steps import proved
from cli.verification import report_of
from cli.verification import verify as verified
from deployment.synthesis import synthesise
from emulator import ec2 as emulated_ec2
from emulator import ssm as emulated_ssm
from findings.render import as_json, as_text
from findings.report import Report
from network.model import Network
from review.verdicts import Report as Traced
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
def traced(topology: Path) -> tuple[Design, tuple[Network, Traced]]:
    planned = design(read_topology(topology).topology)
    return planned, proved(planned, synthesise(planned))


def reported(network: Local, only: str = "*", seconds: float = PATIENCE) -> Report:
    """What the verb does in its process, for stacks whose names match."""
    planned, proof = traced(network.topology)
    wanted = [stack for stack in planned.order if fnmatch(stack, only)]
    with mock.patch.dict(os.environ, network.aws.environment()):
        return report_of(verified(planned, wanted, proof, Clients(), seconds=seconds, stopping=threading.Event()))


def verify(network: Local, only: str = "*", *, seconds: float = PATIENCE, sound: bool = False) -> dict[str, Any]:
    """The report as JSON has it."""
    report = reported(network, only, seconds)
    assert report.sound is sound, as_text(report)
    return dict(json.loads(as_json(report)))


def amiss(report: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """Severity and finding of everything that is not in order, by subject and check or target."""
    return {
        pair: (check["severity"], check["found"])
        for check in report["findings"]
        if check["severity"] != "ok"
        for pair in (
            (check["subject"], check["target"] or check["check"]),
            *(pair for each in check["affects"] for pair in product(each["spokes"], each["targets"])),
        )
    }


def why(report: dict[str, Any], subject: str, target: str) -> str:
    """The hop that decided, and the resource that it is at."""
    check = next(
        check
        for check in report["findings"]
        if any(subject in each["spokes"] and target in each["targets"] for each in check["affects"])
    )
    return f"{check['place']['address']}: {check['why']}"


def cells(report: dict[str, Any], spoke: str, word: str) -> dict[str, str]:
    """What is promised, deployed or observed of each service."""
    return {key: cell[word] for key, cell in report["facts"]["spokes"][spoke]["services"].items()}


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


AS_DESIGNED = {**dict.fromkeys(OFFERED, "private"), "s3": "gateway", "without endpoint": "unreachable"}


def test_a_network_as_designed_is_sound_and_shows_what_the_instance_saw(network: Local) -> None:
    said = network.run([ROOT / "hub", "verify", network.topology, "--format", "json"])
    report = dict(json.loads(said[said.index("{") :]))
    assert amiss(report) == {}
    assert report["facts"]["differences"] == []
    for spoke in ("payments", "ledger"):
        assert cells(report, spoke, "promised") == AS_DESIGNED
        assert cells(report, spoke, "deployed") == AS_DESIGNED
    assert cells(report, "payments", "observed") == AS_DESIGNED
    assert report["facts"]["spokes"]["payments"]["instance"].startswith("i-")
    assert report["facts"]["spokes"]["ledger"]["instance"] == ""
    assert {KMS, STATES} <= set(PLAYED.asked)
    assert PLAYED.ran_on[-1].account == PAYMENTS


def test_the_deployed_network_is_traced_as_it_is_and_under_the_stacks(network: Local) -> None:
    network.run([ROOT / "hub", "trace", network.topology, "--deployed"])
    client, table = table_of(network, LEDGER, "spoke-core-ledger")
    gateway = client.describe_transit_gateways()["TransitGateways"][0]["TransitGatewayId"]
    client.delete_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/22")
    try:
        said = network.run([ROOT / "hub", "trace", network.topology, "--deployed"], expect=1)
        network.run([ROOT / "hub", "trace", network.topology, network.output, "--deployed"])
    finally:
        client.create_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/22", TransitGatewayId=gateway)
    assert "affects:  1 spoke: ledger → ec2messages, kms, ssm, ssmmessages" in said, said


def test_the_table_has_a_row_for_each_spoke_and_counts_the_checks(network: Local) -> None:
    lines = as_text(reported(network)).splitlines()
    assert lines[0].split() == [
        *("spoke", "test", "instance", "ec2messages", "kms", "s3", "ssm", "ssmmessages", "without", "endpoint")
    ]
    assert lines[1].split() == ["ledger", "–", "private", "private", "gateway", "private", "private", "unreachable"]
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
    assert cells(report, "payments", "observed")[cell[0]] == cell[1]
    assert cells(report, "payments", "deployed") == AS_DESIGNED


def every(spoke: str, state: str, *services: str) -> dict[tuple[str, str], tuple[str, str]]:
    return {(spoke, service): ("failed", state) for service in services or OFFERED}


def differing(report: dict[str, Any]) -> dict[tuple[str, str], tuple[list[str], list[str]]]:
    """What is missing and what was added, by stack and part."""
    return {(each["stack"], each["part"]): (each["missing"], each["added"]) for each in report["facts"]["differences"]}


def broken(report: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """What is amiss besides the differences, which are warnings."""
    found = amiss(report)
    parts = {(check["subject"], check["check"]) for check in report["findings"] if check["code"] == "HUB403"}
    assert {found[part][0] for part in parts} <= {"warning"}, found
    return {key: value for key, value in found.items() if key not in parts}


def test_a_deleted_route_is_found_where_there_is_no_instance(network: Local) -> None:
    client, table = table_of(network, LEDGER, "spoke-core-ledger")
    gateway = client.describe_transit_gateways()["TransitGateways"][0]["TransitGatewayId"]
    client.delete_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/22")
    try:
        report = verify(network)
    finally:
        client.create_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/22", TransitGatewayId=gateway)
    assert broken(report) == every("ledger", "broken")
    assert "no route leads to 10.0." in why(report, "ledger", "kms")
    assert why(report, "ledger", "kms").startswith(f"spoke-core-ledger: {table}: ")
    assert cells(report, "ledger", "deployed") == {**AS_DESIGNED, **dict.fromkeys(OFFERED, "broken")}
    assert cells(report, "payments", "observed") == AS_DESIGNED
    assert list(differing(report)) == [("spoke-core-ledger", "routes")]


def test_a_missing_return_route_of_the_hub_is_found(network: Local) -> None:
    client, table = table_of(network, HUB, "hub-core")
    gateway = client.describe_transit_gateways()["TransitGateways"][0]["TransitGatewayId"]
    client.delete_route(RouteTableId=table, DestinationCidrBlock="10.0.4.0/22")
    try:
        report = verify(network, "*ledger")
    finally:
        client.create_route(RouteTableId=table, DestinationCidrBlock="10.0.4.0/22", TransitGatewayId=gateway)
    assert broken(report) == every("ledger", "broken")
    assert why(report, "ledger", "kms").startswith(f"hub-core: {table}: ")
    assert list(differing(report)) == [("hub-core", "routes")]


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
    hub.disassociate_transit_gateway_route_table(**wired)
    try:
        table = verify(network, "*ledger")
        resolver.disassociate_resolver_rule(VPCId=link["VPCId"], ResolverRuleId=link["ResolverRuleId"])
        both = verify(network, "*ledger")
    finally:
        hub.associate_transit_gateway_route_table(**wired)
        resolver.associate_resolver_rule(VPCId=link["VPCId"], ResolverRuleId=link["ResolverRuleId"], Name=link["Name"])
    assert broken(table) == every("ledger", "broken")
    assert attachment["TransitGatewayAttachmentId"] in why(table, "ledger", "kms")
    assert differing(table)["spoke-core-ledger", "gateway tables"][1] == ["no association with a route table"]
    assert broken(both) == every("ledger", "unreachable")
    assert {part for _, part in differing(both)} == {"gateway tables", "resolver rules"}


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
    assert broken(report) == every("ledger", "unreachable")
    assert list(differing(report)) == [("spoke-core-ledger", "resolver rules")]


def test_an_instance_that_is_not_registered_is_reported_and_the_trace_still_judges_its_spoke(network: Local) -> None:
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
    assert report["facts"]["spokes"]["payments"]["instance"] == ""
    assert cells(report, "payments", "deployed") == AS_DESIGNED


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


def test_a_role_that_may_not_describe_is_told_the_action_and_what_depends_on_it_is_unknown(network: Local) -> None:
    with answering(emulated_ec2.Backend, "describe_network_acls", REFUSED):
        report = verify(network, "*ledger")
    found = amiss(report)
    assert {severity for (_, target), (severity, _) in found.items() if target in OFFERED} == {"unknown"}
    lost = [check for check in report["findings"] if check["code"] == "HUB402"]
    assert {(check["severity"], check["place"]["account"]) for check in lost} == {("warning", HUB), ("warning", LEDGER)}
    assert {check["fix"].partition(" (")[0] for check in lost} == {
        f"allow arn:aws:iam::{account}:role/NetworkDeploy ec2:DescribeNetworkAcls" for account in (HUB, LEDGER)
    }
    assert {cells(report, "ledger", "deployed")[service] for service in OFFERED} == {"undetermined"}


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
