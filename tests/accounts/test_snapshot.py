"""`./hub snapshot` against a local AWS Organization: what it records, what it leaves out, and what it survives."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from accounts.clients import Clients
from accounts.judgements import Role
from accounts.snapshot import Missing, OccupiedError, record, recording
from accounts.snapshot import recorded as recorded_in_memory
from accounts.snapshot.calls import CALLS, CONTRACTS
from accounts.snapshot.form import cleaned, rendered
from cli.app import app
from emulator import Fault, LocalAWS, serve
from tests.accounts.test_preflight import HUB, LEDGER, ORGANIZATION, PAYMENTS, attach
from tests.emulator.conftest import clients
from tests.examples import ROOT, designed

# The emulator is the module's: two cannot run in one process.
pytestmark = [pytest.mark.xdist_group("snapshot"), pytest.mark.usefixtures("aws")]

REGIONAL = {call.file for call in CALLS if not call.once}
ONCE = {call.file for call in CALLS if call.once}
CONTRACT = {call.file for call in CALLS if call.of == CONTRACTS}
DESIGN = designed("quickstart")


def recorded(*arguments: Any, **options: Any) -> dict[str, bytes]:
    """The files of a recording in memory."""
    return recorded_in_memory(*arguments, **options)[0]


class OneDenied(Clients):
    """Clients of roles that may not make one call; the emulator evaluates no policies."""

    def __init__(self, operation: str, code: str, message: str = "") -> None:
        super().__init__()
        self.operation, self.code, self.message = operation, code, message

    def get(self, service: str, role: Role, region: str, attempts: int = 1) -> Any:
        client = super().get(service, role, region, attempts)

        def refuse(model: Any, **_: Any) -> None:
            if model.name == self.operation:
                raise ClientError({"Error": {"Code": self.code, "Message": self.message}}, model.name)

        client.meta.events.register("before-call", refuse)
        return client


def network(aws: LocalAWS) -> None:
    """A hub with a gateway, an endpoint, a resolver endpoint, a zone and a share; a spoke with its default VPC."""
    attach(aws, "10.0.0.0/22", "172.16.0.0/24")
    client = clients(aws)
    ec2 = client("ec2", HUB)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.0.0.0/22"]}])["Vpcs"][0]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.1.{part * 64}/26", AvailabilityZoneId=f"use1-az{part + 1}")
        for part in range(2)
    ]
    ids = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
    ec2.create_tags(
        Resources=ids,
        Tags=[{"Key": key, "Value": key} for key in ("owner", "hub:stack", "hub:state", "cost-centre")],
    )
    ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-east-1.kms", VpcEndpointType="Interface", SubnetIds=ids
    )
    group = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"][0]["GroupId"]
    client("route53resolver", HUB).create_resolver_endpoint(
        CreatorRequestId="one",
        Name="core-outbound",
        SecurityGroupIds=[group],
        Direction="OUTBOUND",
        IpAddresses=[{"SubnetId": id_} for id_ in ids],
    )
    zone = client("route53", HUB).create_hosted_zone(
        Name="example.internal", CallerReference="one", VPC={"VPCRegion": "us-east-1", "VPCId": vpc}
    )["HostedZone"]["Id"]
    made = {"Name": "a.example.internal", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.1.9"}]}
    client("route53", HUB).change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": made}]}
    )
    client("route53", HUB).create_hosted_zone(Name="example.com", CallerReference="two")
    gateway = ec2.describe_transit_gateways()["TransitGateways"][0]["TransitGatewayArn"]
    client("ram", HUB).create_resource_share(
        name="core", allowExternalPrincipals=False, resourceArns=[gateway], principals=[PAYMENTS]
    )


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAWS]:
    with serve(ORGANIZATION) as running, mock.patch.dict(os.environ, running.environment()):
        network(running)
        yield running


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """What an undisturbed recording holds."""
    return recorded(DESIGN, Clients())


def lines(files: dict[str, bytes], file: str, account: str = HUB, region: str = "us-east-1") -> list[dict[str, Any]]:
    """The entries of a file."""
    ((_, entries),) = json.loads(files[f"aws_configs/accounts/{account}/{region}/{file}.json"]).items()
    return list(entries)


def names(files: dict[str, bytes], account: str, region: str) -> set[str]:
    """The files that an account has in a region."""
    folder = f"aws_configs/accounts/{account}/{region}/"
    return {path.removeprefix(folder).removesuffix(".json") for path in files if path.startswith(folder)}


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_account_has_every_file(files: dict[str, bytes]) -> None:
    assert names(files, HUB, "us-east-1") == REGIONAL
    for account in (PAYMENTS, LEDGER):
        assert names(files, account, "us-east-1") == REGIONAL - CONTRACT, f"in {account}"
        assert names(files, account, "global") == ONCE, f"in {account}"


def test_recording_twice_gives_the_same_bytes(files: dict[str, bytes], tmp_path: Path) -> None:
    done = record(DESIGN, Clients(), tmp_path)
    assert tree(tmp_path) == files
    assert (done.accounts, done.missing) == ((HUB, PAYMENTS, LEDGER), ())


def test_a_file_is_what_the_cli_prints_sorted_and_without_times(files: dict[str, bytes]) -> None:
    for path, text in files.items():
        document = json.loads(text)
        assert text == (json.dumps(document, indent=2, sort_keys=True) + "\n").encode(), f"{path} is written otherwise"
        assert len(document) == 1, f"{path} has the keys {sorted(document)}"
        for key in ("ResponseMetadata", "CreationTimestamp", "CreationTime", "creationTime", "NextToken"):
            assert f'"{key}"' not in text.decode(), f"{path} has {key}"


def test_what_is_asked_one_by_one_says_for_what(files: dict[str, bytes]) -> None:
    (table,) = [one["TransitGatewayRouteTableId"] for one in lines(files, "TransitGatewayRouteTables")]
    (routes,) = lines(files, "TransitGatewayStaticRoutes")
    assert routes["TransitGatewayRouteTableId"] == table
    assert [(route["DestinationCidrBlock"], route["Type"]) for route in routes["Routes"]] == [
        ("10.0.0.0/22", "propagated"),
        ("172.16.0.0/24", "propagated"),
    ]
    attributes = {one["VpcId"]: one["EnableDnsHostnames"]["Value"] for one in lines(files, "VpcAttributes")}
    (hub,) = [one["VpcId"] for one in lines(files, "Vpcs") if one["CidrBlock"] == "10.0.0.0/22"]
    assert attributes[hub] is True
    assert set(attributes) == {one["VpcId"] for one in lines(files, "Vpcs")}
    (addresses,) = lines(files, "ResolverEndpointIpAddresses")
    assert addresses["ResolverEndpointId"] == lines(files, "ResolverEndpoints")[0]["Id"]
    assert len(addresses["IpAddresses"]) == 2
    zones = {
        one["VpcId"]: [zone["Name"] for zone in one["HostedZoneSummaries"]] for one in lines(files, "HostedZonesByVpc")
    }
    assert zones[hub] == ["example.internal."]
    kinds = [one["associationType"] for one in lines(files, "ResourceShareAssociations")]
    assert kinds == ["PRINCIPAL", "RESOURCE"]


def test_records_of_private_zones_only(files: dict[str, bytes]) -> None:
    zones = {zone["Name"] for zone in lines(files, "HostedZones", region="global")}
    assert zones == {"example.internal.", "example.com."}
    (details,) = lines(files, "HostedZoneDetails", region="global")
    assert details["HostedZone"]["Name"] == "example.internal."
    assert [vpc["VPCRegion"] for vpc in details["VPCs"]] == ["us-east-1"]
    (records,) = lines(files, "ResourceRecordSets", region="global")
    assert records["HostedZoneId"] == details["HostedZone"]["Id"]
    assert "a.example.internal." in [one["Name"] for one in records["ResourceRecordSets"]]


def test_of_parameters_only_the_contract_is_recorded(aws: LocalAWS) -> None:
    ssm = clients(aws)("ssm", HUB)
    ssm.put_parameter(Name="/password", Type="String", Value="hunter2", Overwrite=True)
    (contract,) = lines(recorded(DESIGN, Clients()), "Parameters")
    assert contract.keys() == {"Name", "Type", "Value"}
    assert contract["Name"] == "/endpoint-hub/core/contract"


def test_a_hub_without_a_contract_has_an_empty_list() -> None:
    found = recorded(DESIGN, OneDenied("GetParameter", "ParameterNotFound"))
    assert lines(found, "Parameters") == []
    assert "NotRecorded" not in names(found, HUB, "us-east-1")


def test_a_call_that_a_role_may_not_make_is_recorded_with_its_action(tmp_path: Path) -> None:
    words = "You are not authorized. Encoded authorization failure message: Xf83kd"
    done = record(DESIGN, OneDenied("DescribeVpcEndpoints", "UnauthorizedOperation", words), tmp_path)
    entry = {
        "Action": "ec2:DescribeVpcEndpoints",
        "Code": "UnauthorizedOperation",
        "File": "VpcEndpoints",
        "Message": "You are not authorized.",
    }
    assert lines(tree(tmp_path), "NotRecorded") == [entry]
    assert names(tree(tmp_path), HUB, "us-east-1") == REGIONAL - {"VpcEndpoints"} | {"NotRecorded"}
    assert [(one.account, one.file) for one in done.missing] == [
        (account, "VpcEndpoints") for account in (HUB, PAYMENTS, LEDGER)
    ]


def test_what_is_asked_for_each_of_a_list_is_missing_with_the_list() -> None:
    found = recorded(DESIGN, OneDenied("DescribeVpcs", "UnauthorizedOperation"))
    lost = {entry["File"]: entry["Action"] for entry in lines(found, "NotRecorded")}
    assert lost == dict.fromkeys(("Vpcs", "VpcAttributes", "HostedZonesByVpc"), "ec2:DescribeVpcs")


def test_what_is_deleted_while_it_is_recorded_is_left_out() -> None:
    found = recorded(DESIGN, OneDenied("DescribeVpcAttribute", "InvalidVpcID.NotFound"))
    assert lines(found, "VpcAttributes") == []


def test_a_role_that_cannot_be_assumed_leaves_its_account_not_recorded(tmp_path: Path) -> None:
    assume = Clients.assume

    def refuse(self: Clients, role: Role, region: str) -> str:
        if role.account == LEDGER:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")
        return assume(self, role, region)

    with mock.patch.object(Clients, "assume", refuse):
        done = record(DESIGN, Clients(), tmp_path)
    assert {(one.account, one.action, one.code) for one in done.missing} == {(LEDGER, "sts:AssumeRole", "AccessDenied")}
    assert {one.file for one in done.missing} == REGIONAL - CONTRACT | ONCE
    assert names(tree(tmp_path), LEDGER, "us-east-1") == {"NotRecorded"}
    assert names(tree(tmp_path), LEDGER, "global") == {"NotRecorded"}
    assert names(tree(tmp_path), PAYMENTS, "global") == ONCE


def test_a_role_of_another_account_leaves_its_account_not_recorded() -> None:
    with mock.patch.object(Clients, "assume", return_value=HUB):
        found = recorded(DESIGN, Clients(), lambda stack: stack == "spoke-core-ledger")
    assert {entry["Code"] for entry in lines(found, "NotRecorded", LEDGER)} == {"AnotherAccount"}


def test_throttling_is_survived(aws: LocalAWS, files: dict[str, bytes]) -> None:
    aws.faults = (Fault("ec2:*", rate=10), Fault("route53resolver:*", rate=1))
    try:
        found = recorded(DESIGN, Clients())
        throttled = sum(number for (what, _), number in aws.injected.items() if what == "throttled")
    finally:
        aws.faults = ()
    assert throttled > 0, "nothing was throttled, so this shows nothing"
    assert found == files


def test_a_service_that_does_not_answer_is_asked_once(aws: LocalAWS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "ATTEMPTS", 1)
    aws.faults = (Fault("ram:*", lost_request=1),)
    try:
        found = recorded(DESIGN, Clients(), lambda stack: stack == "hub-core")
        asked = dict(aws.injected)
    finally:
        aws.faults = ()
    lost = [(entry["File"], entry["Action"]) for entry in lines(found, "NotRecorded")]
    assert lost == [
        ("ResourceShareAssociations", "ram:GetResourceShareAssociations"),
        ("ResourceShares", "ram:GetResourceShares"),
    ]
    assert asked == {("lost_request", "ram:POST /getresourceshares"): 1}


def test_every_page_is_asked_for(files: dict[str, bytes]) -> None:
    """Of the calls that boto3 turns the pages of, and of one that it does not."""
    paged = {"DescribeSubnets": "MaxResults", "ListHostedZonesByVPC": "MaxItems"}
    asked: list[str] = []

    class Paged(Clients):
        def get(self, service: str, role: Role, region: str, attempts: int = 1) -> Any:
            client = super().get(service, role, region, attempts)
            client.meta.events.register("after-call", turn)
            return client

    def turn(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        """The first answer of a kind has one item less, and names a next page."""
        if model.name in paged:
            asked.append(model.name)
            if asked.count(model.name) == 1:
                parsed["NextToken"] = "more"

    found = recorded(DESIGN, Paged(), lambda stack: stack == "hub-core")
    vpcs = len(lines(files, "Vpcs"))
    assert (asked.count("DescribeSubnets"), asked.count("ListHostedZonesByVPC")) == (2, vpcs + 1)
    assert len(lines(found, "Subnets")) == 2 * len(lines(files, "Subnets"))


def test_only_the_accounts_of_the_wanted_stacks_are_asked_and_the_others_stay(tmp_path: Path) -> None:
    kept = tmp_path / "aws_configs/accounts/444444444444/us-east-1/Vpcs.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}\n")
    gone = tmp_path / f"aws_configs/accounts/{PAYMENTS}/us-east-1/Old.json"
    gone.parent.mkdir(parents=True)
    gone.write_text("{}\n")
    heard: list[int] = []
    done = record(DESIGN, Clients(), tmp_path, lambda stack: stack == "spoke-core-payments", heard.append)
    assert (done.accounts, heard) == ((PAYMENTS,), [1])
    assert names(tree(tmp_path), PAYMENTS, "us-east-1") == REGIONAL - CONTRACT
    assert kept.read_text() == "{}\n"
    assert {path.name for path in (tmp_path / "aws_configs/accounts").iterdir()} == {PAYMENTS, "444444444444"}


def test_tags_that_are_excluded_are_left_out_but_never_the_stacks() -> None:
    found = recorded(DESIGN, Clients(), excluded=("owner", "cost-centre", "hub:stack", "hub:state"))
    tags = {tag["Key"] for subnet in lines(found, "Subnets") for tag in subnet["Tags"]}
    assert tags == {"hub:stack", "hub:state"}


@pytest.mark.parametrize("earlier", [["spoke-core-payments"], []], ids=["earlier", "none"])
def test_an_interruption_leaves_the_earlier_snapshot_or_none(tmp_path: Path, earlier: list[str]) -> None:
    output = tmp_path / "snapshot"
    if earlier:
        record(DESIGN, Clients(), output, earlier.__contains__)
    before = tree(tmp_path)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(DESIGN, Clients(), output, count=interrupt)
    assert tree(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == (["snapshot"] if earlier else [])


def test_a_recording_that_was_killed_between_two_renames_is_found_again(tmp_path: Path) -> None:
    old = tmp_path / ".aws_configs.old/accounts/444444444444/us-east-1/Vpcs.json"
    old.parent.mkdir(parents=True)
    old.write_text("{}\n")
    record(DESIGN, Clients(), tmp_path, lambda stack: stack == "spoke-core-payments")
    assert {path.name for path in (tmp_path / "aws_configs/accounts").iterdir()} == {PAYMENTS, "444444444444"}
    assert [path.name for path in tmp_path.iterdir()] == ["aws_configs"]


@pytest.mark.parametrize("other", ["aws_configs/us-east-1/Vpcs.json", "aws_configs"])
def test_the_snapshot_of_another_tool_is_not_replaced(tmp_path: Path, other: str) -> None:
    (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / other).write_text("{}\n")
    with pytest.raises(OccupiedError):
        record(DESIGN, Clients(), tmp_path)
    assert tree(tmp_path) == {other: b"{}\n"}


def test_keys_of_vpn_connections_and_times_are_never_recorded() -> None:
    connection = {
        "VpnConnectionId": "vpn-1",
        "CustomerGatewayConfiguration": "<pre_shared_key>secret</pre_shared_key>",
        "Options": {"TunnelOptions": [{"PreSharedKey": "secret", "OutsideIpAddress": "192.0.2.1"}]},
        "VgwTelemetry": [{"LastStatusChange": datetime(2026, 1, 1, tzinfo=UTC), "Status": "UP", "StatusMessage": "x"}],
    }
    assert cleaned(connection, ()) == {
        "VpnConnectionId": "vpn-1",
        "Options": {"TunnelOptions": [{"OutsideIpAddress": "192.0.2.1"}]},
        "VgwTelemetry": [{"Status": "UP"}],
    }


def test_lists_have_one_order_except_where_the_order_means_something() -> None:
    servers = [{"Value": "10.0.0.2"}, {"Value": "10.0.0.1"}]
    options = {
        "DhcpConfigurations": [{"Key": "ntp-servers", "Values": []}, {"Key": "domain-name-servers", "Values": servers}]
    }
    assert cleaned(options, ()) == {
        "DhcpConfigurations": [{"Key": "domain-name-servers", "Values": servers}, {"Key": "ntp-servers", "Values": []}]
    }
    one, two = {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}, {"SubnetIds": ["b", "a"]}
    reversed_ = {key: value[::-1] for key, value in (one | two).items()}
    assert rendered("Items", [cleaned(one | two, ())]) == rendered("Items", [cleaned(reversed_, ())])


Verb = Callable[..., tuple[int, str, str]]


@pytest.fixture
def verb() -> Verb:
    def run(*options: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, ["snapshot", str(ROOT / "examples/quickstart.yaml"), *options])
        return done.exit_code, done.stdout, done.stderr

    return run


def test_the_verb_writes_a_snapshot(verb: Verb, tmp_path: Path, files: dict[str, bytes]) -> None:
    status, said, _ = verb("--output", str(tmp_path))
    assert status == 0
    assert said.startswith(f"3 accounts recorded in {tmp_path} with ")
    assert tree(tmp_path) == files


def test_the_verb_names_what_could_not_be_recorded(verb: Verb, tmp_path: Path) -> None:
    lost = [Missing(HUB, "us-east-1", file, "ec2:DescribeVpcs", "UnauthorizedOperation", "") for file in ("Vpcs", "A")]
    done = recording.Recording((HUB,), 7, tuple(lost))
    with mock.patch("accounts.snapshot.record", return_value=done):
        status, said, complaint = verb("--output", str(tmp_path))
    assert status == 1
    assert complaint == f"not recorded: {HUB} us-east-1 Vpcs, A: ec2:DescribeVpcs: UnauthorizedOperation\n"
    assert said == f"1 account recorded in {tmp_path} with 7 calls\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--only", "spoke-none"], 'no stack matches "spoke-none"'),
        (["--exclude-tags", "hub:stack"], "hub:stack: this tag identifies a resource's stack"),
        (["--output", "FILE"], "is a file; a snapshot needs a folder"),
    ],
)
def test_the_verb_refuses(verb: Verb, tmp_path: Path, options: list[str], words: str) -> None:
    file = tmp_path / "file"
    file.write_text("")
    status, said, complaint = verb(*[option.replace("FILE", str(file)) for option in options])
    assert (status, said) == (2, "")
    assert words in complaint
