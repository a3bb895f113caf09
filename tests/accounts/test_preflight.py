"""`./hub preflight` against a local AWS Organization: one that is in order, and one in which everything is wrong."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.sts.models import AssumedRole
from typer.testing import CliRunner

from accounts.clients import CallerError, Clients
from accounts.preflight import preflight
from cli.app import app
from emulator import Account, LocalAWS, LocalOrganization, serve, sts
from findings import Finding, Place, Severity, codes
from tests.cli.test_commands import hub
from tests.emulator.conftest import clients
from tests.examples import ROOT, changed, designed
from topology import Design

pytestmark = pytest.mark.xdist_group("preflight")

MANAGEMENT, HUB, PAYMENTS, LEDGER = "999999999999", "111111111111", "222222222222", "333333333333"
DEPLOY = ("NetworkDeploy",)
ORGANIZATION = LocalOrganization(
    "o-exampleorg1", MANAGEMENT, (Account(HUB, DEPLOY), Account(PAYMENTS, DEPLOY), Account(LEDGER, DEPLOY))
)


def ask(aws: LocalAWS, design: Design, account: str | None = None) -> list[Finding]:
    with mock.patch.dict(os.environ, aws.environment(account)):
        return preflight(design, Clients())


def attach(aws: LocalAWS, hub_cidr: str, *others: str) -> None:
    """What a hub leaves behind: a gateway with its own VPC, here with others of the same account, and the contract."""
    client = clients(aws)
    ec2 = client("ec2", HUB)
    options = dict.fromkeys(("DefaultRouteTableAssociation", "DefaultRouteTablePropagation"), "disable")
    gateway = ec2.create_transit_gateway(Options=options)["TransitGateway"]["TransitGatewayId"]
    table = ec2.create_transit_gateway_route_table(TransitGatewayId=gateway)["TransitGatewayRouteTable"]
    for cidr in (hub_cidr, *others):
        vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        tags = [{"Key": "hub:stack", "Value": "hub-core"}] if cidr == hub_cidr else []
        if tags:
            ec2.create_tags(Resources=[vpc], Tags=tags)
        network = cidr.partition("/")[0]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"{network}/28")["Subnet"]["SubnetId"]
        attachment = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=gateway, VpcId=vpc, SubnetIds=[subnet])[
            "TransitGatewayVpcAttachment"
        ]["TransitGatewayAttachmentId"]
        ec2.enable_transit_gateway_route_table_propagation(
            TransitGatewayRouteTableId=table["TransitGatewayRouteTableId"], TransitGatewayAttachmentId=attachment
        )
    contract = {"version": 1, "transit_gateway_id": gateway, "tables": {"hub": table["TransitGatewayRouteTableId"]}}
    client("ssm", HUB).put_parameter(Name="/endpoint-hub/core/contract", Type="String", Value=json.dumps(contract))


@pytest.fixture(scope="module")
def sound() -> list[Finding]:
    """The quickstart in an organization that is ready for it, with the hub deployed."""
    with serve(ORGANIZATION) as aws:
        attach(aws, "10.0.0.0/22", "172.16.0.0/24")
        s3 = clients(aws)("s3", HUB)
        s3.create_bucket(Bucket="example-network-state")
        s3.put_bucket_versioning(Bucket="example-network-state", VersioningConfiguration={"Status": "Enabled"})
        return ask(aws, designed("quickstart"))


@pytest.fixture(scope="module")
def broken() -> list[Finding]:
    """One where nearly nothing is as the topology has it, asked with the credentials of the management account."""
    organization = LocalOrganization(
        "o-another0001", MANAGEMENT, (Account(HUB, DEPLOY), Account(PAYMENTS, DEPLOY)), share_with_organization=False
    )
    design = changed(
        "quickstart",
        state__create=None,
        hubs__core__zones=["use1-az1", "use1-az2", "use1-az9"],
        hubs__core__services=["acm", "kms", "ssm", "ssmmessages"],
    )
    with serve(organization) as aws:
        attach(aws, "10.0.0.0/22", "10.0.4.0/25")
        for third in range(4):  # and the default VPC
            clients(aws)("ec2", PAYMENTS).create_vpc(CidrBlock=f"10.99.{third}.0/24")
        return ask(aws, design)


@pytest.fixture(scope="module")
def refusing() -> list[Finding]:
    """One whose hub account wants another external id than the topology has; asked from a member account.

    The emulator reads no trust policies, so this one does.
    """
    trusted = {HUB: "another", PAYMENTS: "example", MANAGEMENT: "example"}
    assume_role = sts.Backend.assume_role

    def trusting(self: sts.Backend, **asked: Any) -> AssumedRole:
        if asked["external_id"] != trusted[asked["role_arn"].split(":")[4]]:
            asked["role_arn"] = "arn:aws:iam::000000000000:role/None"
        return assume_role(self, **asked)

    with serve(ORGANIZATION) as aws, mock.patch.object(sts.Backend, "assume_role", trusting):
        return ask(aws, changed("minimal", external_id="example"), PAYMENTS)


def found(findings: list[Finding], check: str, account: str = "") -> list[tuple[Severity, str]]:
    """What a check found besides what is in order."""
    ours = [finding for finding in findings if finding.check == check and finding.severity is not Severity.OK]
    return [(finding.severity, finding.found) for finding in ours if account in ("", finding.place.account)]


def test_a_sound_organization_has_nothing_to_show(sound: list[Finding]) -> None:
    assert [finding for finding in sound if finding.severity is not Severity.OK] == []
    assert {finding.check for finding in sound} == {
        "role", "organization", "RAM sharing", "zones", "services", "overlap", "quota", "state bucket"
    }  # fmt: skip


def test_what_is_deployed_is_not_counted_twice(sound: list[Finding]) -> None:
    vpcs = [f.found for f in sound if f.place.account == HUB and f.found.startswith("VPCs")]
    assert vpcs == [
        "VPCs per region: 3 of 5, 3 exist and 0 will be added (AWS's default: not requested, since nothing is added)"
    ]


def test_a_quota_that_service_quotas_does_not_know_is_the_default_and_says_so(sound: list[Finding]) -> None:
    rules = next(f.found for f in sound if f.place.account == PAYMENTS and f.found.startswith("Resolver rules"))
    assert "1 of 1000" in rules
    assert "(AWS's default: " in rules


def test_a_missing_role_fails_and_nothing_else_is_asked_of_the_account(broken: list[Finding]) -> None:
    of_account = [finding for finding in broken if finding.place.account == LEDGER]
    assert [(finding.check, finding.severity) for finding in of_account] == [("role", Severity.FAILED)]
    assert of_account[0].found.startswith(f"arn:aws:iam::{LEDGER}:role/NetworkDeploy cannot be assumed (AssumeRole: ")
    assert f"allow arn:aws:iam::{MANAGEMENT}:user/operator in its trust policy" in of_account[0].fix


def test_an_account_of_another_organization_fails(broken: list[Finding]) -> None:
    assert found(broken, "organization", PAYMENTS) == [
        (Severity.FAILED, f"in o-another0001 of management account {MANAGEMENT}, not in o-exampleorg1 of {MANAGEMENT}")
    ]


def test_ram_sharing_that_is_off_fails(broken: list[Finding]) -> None:
    assert found(broken, "RAM sharing") == [(Severity.FAILED, "not enabled")]


def test_a_zone_that_the_account_lacks_fails_in_each_account(broken: list[Finding]) -> None:
    words = "use1-az9 not in this account, which has use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6"
    assert found(broken, "zones", HUB) == [(Severity.FAILED, f'hub "core": {words}')]
    assert found(broken, "zones", PAYMENTS) == [(Severity.FAILED, f'spoke "payments": {words}')]


def test_a_service_that_is_not_offered_fails(broken: list[Finding]) -> None:
    services = found(broken, "services")
    assert (
        Severity.FAILED,
        'hub "core": acm: com.amazonaws.us-east-1.acm is not offered to this account in us-east-1',
    ) in services


def test_a_service_that_is_not_in_a_zone_fails(broken: list[Finding]) -> None:
    assert any('hub "core": kms: not offered in use1-az9, only in ' in words for _, words in found(broken, "services"))


def test_an_attached_network_in_a_planned_range_fails(broken: list[Finding]) -> None:
    assert found(broken, "overlap") == [
        (
            Severity.FAILED,
            f'spoke "payments" 10.0.4.0/24 overlaps the propagated route 10.0.4.0/25 to a vpc of account {HUB}',
        )
    ]


def test_a_quota_that_is_too_low_fails(broken: list[Finding]) -> None:
    assert found(broken, "quota") == [(Severity.FAILED, "VPCs per region: 6 of 5, 5 exist and 1 will be added")]


def test_a_state_bucket_that_is_not_there_fails(broken: list[Finding]) -> None:
    assert found(broken, "state bucket") == [(Severity.FAILED, "example-network-state does not exist")]


def test_a_member_account_cannot_know_of_sharing(refusing: list[Finding]) -> None:
    sharing = next(finding for finding in refusing if finding.check == "RAM sharing")
    assert sharing.severity is Severity.UNKNOWN
    assert "`aws organizations list-aws-service-access-for-organization` should list ram.amazonaws.com" in sharing.fix


def test_a_role_that_wants_another_external_id_fails(refusing: list[Finding]) -> None:
    refused = [finding for finding in refusing if finding.severity is Severity.FAILED]
    assert [(finding.check, finding.place.account) for finding in refused] == [("role", HUB)]
    assert "with the external id example" in refused[0].fix


def test_credentials_that_are_refused_are_a_message() -> None:
    with (
        serve(ORGANIZATION) as aws,
        mock.patch.dict(os.environ, aws.environment() | {"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}),
        pytest.raises(CallerError, match="AWS refuses the credentials: GetCallerIdentity: InvalidClientTokenId"),
    ):
        Clients()


NOBODY = {
    "AWS_ACCESS_KEY_ID": "",
    "AWS_SECRET_ACCESS_KEY": "",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def test_no_credentials_are_a_message_and_exit_status_1() -> None:
    done = hub("preflight", "examples/quickstart.yaml", cwd=ROOT, **NOBODY)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no AWS credentials: Unable to locate credentials\n"


def test_a_refused_topology_asks_nobody(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("hubs: {}\n")
    assert hub("preflight", "bad.yaml", cwd=tmp_path, **NOBODY).returncode == 2


def test_the_verb_shows_what_is_not_in_order_and_counts_the_rest() -> None:
    with serve(ORGANIZATION) as aws:
        done = hub("preflight", "examples/minimal.yaml", cwd=ROOT, **aws.environment())
    assert done.returncode == 1, done.stderr
    *found, empty, counts = done.stdout.splitlines()
    assert found == [
        f"FAILED HUB208 {HUB} us-east-1: state bucket",
        "  found:    example-network-state does not exist",
        "  fix:      correct state.bucket, or let the project create it with `create: true`",
    ]
    assert not empty
    assert re.fullmatch(r"(\d+) checks: 1 FAILED, \d+ ok", counts)


FINDINGS = [
    Finding(codes.ZONES, Place(HUB, "us-east-1"), Severity.OK, "has [use1-az1]"),
    Finding(codes.STATE_BUCKET, Place(HUB, "us-east-1"), Severity.WARNING, "is not versioned", "turn them on"),
]


def verb(findings: list[Finding], *options: str) -> tuple[int, str]:
    """The verb, as if preflight had found this."""
    with mock.patch("cli.verbs.preflight.Clients"), mock.patch("accounts.preflight.preflight", return_value=findings):
        done = CliRunner().invoke(app, ["preflight", str(ROOT / "examples/minimal.yaml"), *options])
    return done.exit_code, done.stdout


def test_all_shows_what_is_in_order_too_the_worst_first() -> None:
    status, shown = verb(FINDINGS, "--all")
    assert status == 0
    headings = [line for line in shown.splitlines() if line and not line.startswith(" ")]
    assert headings == [
        f"warning HUB208 {HUB} us-east-1: state bucket",
        f"ok HUB204 {HUB} us-east-1: zones",
        "2 checks: 1 warning, 1 ok",
    ]
    assert "has [use1-az1]" in shown
    assert "zones" not in verb(FINDINGS)[1]


def test_json_holds_every_finding() -> None:
    status, shown = verb(FINDINGS, "--format", "json")
    assert status == 0
    found = [
        {key: each[key] for key in ("code", "check", "severity", "found", "fix")}
        for each in json.loads(shown)["findings"]
    ]
    assert found == [
        {"code": "HUB204", "check": "zones", "severity": "ok", "found": "has [use1-az1]", "fix": ""},
        {
            "code": "HUB208",
            "check": "state bucket",
            "severity": "warning",
            "found": "is not versioned",
            "fix": "turn them on",
        },
    ]
    assert {(each["place"]["account"], each["place"]["region"]) for each in json.loads(shown)["findings"]} == {
        (HUB, "us-east-1")
    }


def test_what_could_not_be_determined_is_no_failure() -> None:
    unknown = Finding(codes.QUOTA, Place(HUB, "us-east-1"), Severity.UNKNOWN, "AccessDenied", "let it")
    assert verb([unknown])[0] == 0
    assert verb([replace(unknown, severity=Severity.FAILED)])[0] == 1
