"""The quickstart's production JSON, deployed and destroyed by real Terraform with `./hub`."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.local import TIMEOUT, Local, local
from tests.examples import ROOT
from tests.waiting import PATIENCE, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

BUCKET = "example-network-state"
STACKS = ["state", "hub-core", "spoke-core-ledger", "spoke-core-payments"]


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local(tmp_path_factory.mktemp("quickstart"), "quickstart") as running:
        yield running


VPC = "aws_vpc.network_vpc_4E8F0223"


def unfinished(log: str) -> set[str]:
    """What Terraform has begun to make and not finished, once it has finished something.

    An interrupt cancels requests: one that AWS carries out and whose answer is not awaited any more would leave a
    resource that no state knows. While only the VPC is watched (for ten seconds), no such request is under way.
    """
    begun, done = (set(re.findall(rf"^(\S+): {word}", log, re.MULTILINE)) for word in ("Creating", "Creation complete"))
    return begun - done if len(done) > 2 else set()


def test_0_before_there_is_a_bucket_state_and_hub_are_planned_from_nothing(quickstart: Local) -> None:
    said = quickstart.hub("plan", expect=2)
    assert re.search(r"^state +111111111111 +9 +0 +0 +0", said, re.MULTILINE), said
    assert re.search(r"^hub-core +111111111111 +45 +0 +0 +0", said, re.MULTILINE), said
    assert len(re.findall(r"^spoke-core-\S+ +\d{12} +waits for hub-core", said, re.MULTILINE)) == 2, said
    for stack in ("state", "hub-core"):
        assert (quickstart.stack(stack) / "tfplan.json").is_file()
        assert not (quickstart.stack(stack) / "tfplan").exists(), "applied, it would put the state beside the stack"
        assert not list(quickstart.stack(stack).glob("backend_override*"))
    hub_plan = quickstart.stack("hub-core") / "tfplan.json"
    traced = quickstart.run([ROOT / "hub", "trace", quickstart.topology, hub_plan], expect=3)  # no spoke is in it
    assert "not traced, since their VPCs are not in the input: ledger, payments" in traced
    assert quickstart.aws.leftovers() == {}


def test_1_bootstrap_makes_the_bucket_and_moves_its_own_state_into_it(quickstart: Local) -> None:
    assert "state: 9 added" in quickstart.hub("bootstrap", "--yes")
    assert not list(quickstart.stack("state").glob("*.tfstate*")), "the state is in the bucket, and nowhere else"
    assert not list(quickstart.stack("state").glob("backend_override*"))
    keys = [item["Key"] for item in quickstart.client("s3", "111111111111").list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert keys == ["endpoint-hub/state.tfstate"]


def test_2_a_second_bootstrap_changes_nothing(quickstart: Local) -> None:
    assert "state: no changes" in quickstart.hub("bootstrap", "--yes")


def test_3_interrupted_in_the_middle_of_an_apply_it_leaves_no_lock(quickstart: Local) -> None:
    process = quickstart.start("deploy", session=True)
    log = quickstart.output / "logs" / "hub-core.log"
    try:
        wait_for("only the hub's VPC being made", lambda: log.is_file() and unfinished(log.read_text()) == {VPC})
        os.kill(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 1, said
    assert "Terraform finishes its step" in said
    assert "to resume: ./hub deploy" in said
    assert quickstart.locks(BUCKET) == []
    assert VPC in quickstart.terraform("hub-core", "state", "list")


def test_4_deploy_goes_on_and_ends(quickstart: Local) -> None:
    said = quickstart.hub("deploy", "--yes")
    for stack in STACKS:
        assert re.search(rf"^{stack}: .*(added|no changes)", said, re.MULTILINE), said
    vpcs = quickstart.client("ec2", "111111111111").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["core"]}])[
        "Vpcs"
    ]
    assert len(vpcs) == 1, "the interrupted apply lost nothing: there is one hub VPC"


@pytest.mark.parametrize("stack", STACKS)
def test_5_a_plan_afterwards_shows_no_changes(quickstart: Local, stack: str) -> None:
    quickstart.terraform(stack, "plan", "-no-color", "-detailed-exitcode", expect=0)


def test_6_the_contract_names_what_the_hub_put_out(quickstart: Local) -> None:
    outputs = json.loads(quickstart.terraform("hub-core", "output", "-json"))
    parameter = quickstart.client("ssm", "111111111111").get_parameter(Name="/endpoint-hub/core/contract")["Parameter"]
    assert json.loads(parameter["Value"]) == {
        "version": 1,
        "transit_gateway_id": outputs["transit_gateway_id"]["value"],
        "tables": outputs["transit_gateway_table_ids"]["value"],
        "rules": outputs["resolver_rule_ids"]["value"],
    }


def test_7_the_spokes_stand_in_their_own_accounts_wired_to_the_hub(quickstart: Local) -> None:
    gateway = json.loads(quickstart.terraform("hub-core", "output", "-json"))["transit_gateway_id"]["value"]
    attachments = quickstart.client("ec2", "111111111111").describe_transit_gateway_attachments(
        Filters=[{"Name": "transit-gateway-id", "Values": [gateway]}]
    )["TransitGatewayAttachments"]
    seen = {item["ResourceOwnerId"]: (item["State"], item["Association"]["State"]) for item in attachments}
    assert seen == dict.fromkeys(["111111111111", "222222222222", "333333333333"], ("available", "associated"))
    for account in ("222222222222", "333333333333"):
        rules = quickstart.client("route53resolver", account).list_resolver_rule_associations()[
            "ResolverRuleAssociations"
        ]
        assert len(rules) == 2, "the hub's rule and the exemption of EFS names"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"version": 2}, "This spoke reads version 1 of the contract"),
        ({"tables": {}}, "The hub's contract lacks a table or rule"),
    ],
    ids=["another version", "a table that is missing"],
)
def test_7_a_contract_that_does_not_fit_names_the_stack_to_apply(
    quickstart: Local, change: dict[str, Any], expected: str
) -> None:
    ssm, name = quickstart.client("ssm", "111111111111"), "/endpoint-hub/core/contract"
    sound = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    ssm.put_parameter(Name=name, Value=json.dumps({**json.loads(sound), **change}), Type="String", Overwrite=True)
    try:
        said = quickstart.terraform("spoke-core-ledger", "plan", "-no-color", expect=1)
    finally:
        ssm.put_parameter(Name=name, Value=sound, Type="String", Overwrite=True)
    assert expected in said
    assert "hub-core" in said


def test_8_a_wrong_account_behind_a_role_is_refused_before_anything_is_written(
    quickstart: Local, tmp_path: Path
) -> None:
    standing = quickstart.aws.leftovers()
    stack = json.loads((quickstart.stack("spoke-core-ledger") / "cdk.tf.json").read_text())
    stack["terraform"]["backend"] = {"local": {"path": "wrong.tfstate"}}
    for provider in stack["provider"]["aws"]:
        provider["assume_role"][0]["role_arn"] = "arn:aws:iam::222222222222:role/NetworkDeploy"
    (tmp_path / "cdk.tf.json").write_text(json.dumps(stack))
    quickstart.run(["terraform", "init", "-no-color"], cwd=tmp_path)
    said = quickstart.run(["terraform", "apply", "-no-color", "-auto-approve"], cwd=tmp_path, expect=1)
    assert "AWS account ID not allowed: 222222222222" in said
    assert quickstart.aws.leftovers() == standing


def test_9_destroy_takes_everything_down_and_leaves_nothing(quickstart: Local) -> None:
    said = quickstart.hub("destroy", "--yes")
    assert [line.split(":")[0] for line in said.splitlines() if "destroyed" in line][-2:] == ["hub-core", "state"]
    assert quickstart.aws.leftovers() == {}
