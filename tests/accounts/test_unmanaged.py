"""What carries the topology's tag and is in no state, by recorded answers."""

import io
import json
from dataclasses import astuple
from typing import Any, cast

from botocore.exceptions import ClientError

from accounts.clients import Clients
from accounts.unmanaged import search
from tests.accounts.recorded import Answer, Answers, Recorded, Refusal
from tests.examples import designed

DESIGN = designed("quickstart")
HUB, PAYMENTS, LEDGER = "111111111111", "222222222222", "333333333333"
OWNER = "example-network-state/endpoint-hub"
Found = tuple[list[tuple[str, ...]], list[tuple[Any, ...]], list[str]]


def arn(account: str, resource: str, service: str = "ec2") -> str:
    return f"arn:aws:{service}:us-east-1:{account}:{resource}"


def tagged(*resources: str, part: str = "vpc") -> Answer:
    tags = [{"Key": "hub:stack", "Value": "spoke-core-ledger"}, {"Key": "hub:part", "Value": part}]
    name = [{"Key": "Name", "Value": "ledger"}]
    return {"ResourceTagMappingList": [{"ResourceARN": each, "Tags": [*tags, *name]} for each in resources]}


def in_ledger(answer: Answer) -> Answers:
    return lambda account, _: answer if account == LEDGER else {"ResourceTagMappingList": []}


def recorded(**answers: Answers) -> Recorded:
    known = [{"mode": "managed", "type": "aws_vpc", "name": "x", "instances": [{"attributes": {"id": "vpc-known"}}]}]
    return Recorded(
        {
            "s3:ListObjectsV2": {"Contents": [{"Key": "endpoint-hub/hub-core.tfstate"}]},
            "s3:GetObject": lambda *_: {
                "Body": io.BytesIO(json.dumps({"version": 4, "resources": known}).encode()),
            },
            "resourcegroupstaggingapi:GetResources": {"ResourceTagMappingList": []},
            "iam:ListRoles": {"Roles": []},
            "iam:ListInstanceProfiles": {"InstanceProfiles": []},
            **{name.replace("_", ":"): answer for name, answer in answers.items()},
        }
    )


def found(clients: Recorded) -> Found:
    """Resources, places without an answer, and stacks that are locked, as plain values."""
    told = search(DESIGN, cast("Clients", clients))
    unasked = [((place.account, place.region), why) for place, why in told.unasked]
    return [astuple(each) for each in told.resources], unasked, list(told.busy)


def test_what_a_state_has_is_managed_and_the_rest_is_listed_with_its_stack_and_name() -> None:
    lost = arn(LEDGER, "vpc/vpc-lost")
    clients = recorded(resourcegroupstaggingapi_GetResources=in_ledger(tagged(lost, arn(LEDGER, "vpc/vpc-known"))))
    assert found(clients) == ([(LEDGER, "us-east-1", "spoke-core-ledger", lost, "ledger")], [], [])
    asked = {
        (each, str(asked["TagFilters"])) for each, operation, asked in clients.asked if "GetResources" in operation
    }
    assert asked == {(each, str([{"Key": "hub:state", "Values": [OWNER]}])) for each in (HUB, PAYMENTS, LEDGER)}


def test_the_default_group_that_nobody_can_delete_is_not_listed() -> None:
    group = tagged(arn(LEDGER, "security-group/sg-1"), part="default-security-group")
    assert found(recorded(resourcegroupstaggingapi_GetResources=in_ledger(group))) == ([], [], [])


def test_what_aws_still_shows_of_ended_things_is_not_listed() -> None:
    shown: dict[str, Answers] = {
        "ec2_DescribeInstances": {
            "Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "terminated"}}]}]
        },
        "ec2_DescribeVpcEndpoints": {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "State": "Deleting"}]},
        "ec2_DescribeTransitGateways": {"TransitGateways": []},
        "kms_DescribeKey": {"KeyMetadata": {"KeyId": "k", "KeyState": "PendingDeletion"}},
    }
    resources = tagged(
        arn(LEDGER, "instance/i-1"),
        arn(LEDGER, "vpc-endpoint/vpce-1"),
        arn(LEDGER, "transit-gateway/tgw-1"),
        arn(LEDGER, "key/k", "kms"),
    )
    clients = recorded(resourcegroupstaggingapi_GetResources=in_ledger(resources), **shown)
    assert found(clients) == ([], [], [])


def test_the_same_things_alive_are_listed() -> None:
    shown: dict[str, Answers] = {
        "ec2_DescribeInstances": {
            "Reservations": [{"Instances": [{"InstanceId": "i-1", "State": {"Name": "stopped"}}]}]
        },
        "ec2_DescribeVpcEndpoints": {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "State": "available"}]},
        "kms_DescribeKey": {"KeyMetadata": {"KeyId": "k", "KeyState": "Disabled"}},
    }
    arns = [arn(LEDGER, "instance/i-1"), arn(LEDGER, "vpc-endpoint/vpce-1"), arn(LEDGER, "key/k", "kms")]
    clients = recorded(resourcegroupstaggingapi_GetResources=in_ledger(tagged(*arns)), **shown)
    assert sorted(each[3] for each in found(clients)[0]) == sorted(arns)


def test_roles_of_test_instances_are_found_in_iam_and_those_of_others_are_not() -> None:
    def role(name: str) -> dict[str, Any]:
        return {"RoleName": name, "Arn": f"arn:aws:iam::{PAYMENTS}:role/{name}"}

    def tags(_: str, asked: dict[str, Any]) -> Answer:
        owner = OWNER if asked["RoleName"].endswith("payments") else "example-other-state/endpoint-hub"
        return {"Role": {**role(asked["RoleName"]), "Tags": [{"Key": "hub:state", "Value": owner}]}}

    names = ["endpoint-hub-test-payments", "endpoint-hub-test-of-others", "Admin"]
    clients = recorded(
        iam_ListRoles=lambda account, _: {"Roles": [role(name) for name in names] if account == PAYMENTS else []},
        iam_GetRole=tags,
    )
    ((account, region, _, found_arn, _),) = found(clients)[0]
    assert (account, region, found_arn) == (PAYMENTS, "global", role(names[0])["Arn"])
    assert "Admin" not in [asked.get("RoleName") for _, _, asked in clients.asked], "others' roles are not looked at"


def test_a_place_that_does_not_answer_is_named_and_the_others_are_searched() -> None:
    lost = arn(LEDGER, "vpc/vpc-lost")
    denied = Refusal("AccessDeniedException", "no tag:GetResources")

    def ask(account: str, _: dict[str, Any]) -> Answer:
        return denied if account == PAYMENTS else tagged(lost) if account == LEDGER else {"ResourceTagMappingList": []}

    clients = recorded(resourcegroupstaggingapi_GetResources=ask)
    resources, unasked, _ = found(clients)
    assert [each[3] for each in resources] == [lost]
    assert unasked == [((PAYMENTS, "us-east-1"), "GetResources: AccessDeniedException: no tag:GetResources")]


def test_a_role_that_cannot_be_assumed_is_a_place_without_an_answer() -> None:
    clients = recorded()
    clients.refused = {LEDGER: ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "AssumeRole")}
    assert found(clients)[1] == [((LEDGER, "us-east-1"), "AssumeRole: AccessDenied")]


def test_a_stack_whose_state_is_locked_is_named() -> None:
    keys = [{"Key": f"endpoint-hub/hub-core.tfstate{end}"} for end in ("", ".tflock")]
    clients = recorded(s3_ListObjectsV2={"Contents": keys})
    assert found(clients)[2] == ["hub-core"]
