"""Who uses a hub, by recorded answers: stacks by their states, and anybody by the gateway's own list."""

import io
import json
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from accounts.clients import Clients
from accounts.users import users
from tests.accounts.recorded import Answer, Recorded, Refusal
from tests.examples import designed

DESIGN = designed("quickstart")
HUB, LEDGER, PAYMENTS = "hub-core", "spoke-core-ledger", "spoke-core-payments"
OTHER = "spoke-core-retired"


def resource(mode: str, kind: str, **attributes: Any) -> dict[str, Any]:
    return {"mode": mode, "type": kind, "name": "x", "instances": [{"attributes": attributes}]}


def spoke(attachment: str, contract: str = "/endpoint-hub/core/contract") -> list[dict[str, Any]]:
    return [
        resource("managed", "aws_ec2_transit_gateway_vpc_attachment", id=attachment),
        resource("managed", "aws_vpc", id=f"vpc-{attachment}"),
        resource("data", "aws_ssm_parameter", name=contract),
    ]


GATEWAY = [resource("managed", "aws_ec2_transit_gateway", id="tgw-1")]
STATES = {HUB: GATEWAY, LEDGER: spoke("tgw-attach-1"), PAYMENTS: spoke("tgw-attach-2")}


def attachment(id_: str, state: str = "available") -> dict[str, Any]:
    return {
        "TransitGatewayAttachmentId": id_,
        "ResourceOwnerId": "444444444444",
        "ResourceId": "vpc-9",
        "State": state,
    }


def recorded(states: dict[str, list[dict[str, Any]]], *attachments: dict[str, Any]) -> Recorded:
    def state(_: str, parameters: dict[str, Any]) -> Answer:
        stack = parameters["Key"].removeprefix("endpoint-hub/").removesuffix(".tfstate")
        return {"Body": io.BytesIO(json.dumps({"version": 4, "resources": states[stack]}).encode())}

    return Recorded(
        {
            "s3:ListObjectsV2": {"Contents": [{"Key": f"endpoint-hub/{stack}.tfstate"} for stack in states]},
            "s3:GetObject": state,
            "ec2:DescribeTransitGatewayAttachments": {"TransitGatewayAttachments": list(attachments)},
        }
    )


def found(clients: Recorded, *stacks: str) -> list[str]:
    return users(DESIGN, stacks, cast("Clients", clients))


def test_spokes_that_stay_are_named_with_what_they_have() -> None:
    assert found(recorded(STATES), HUB, PAYMENTS) == ["hub-core is used by spoke-core-ledger: 2 resources in its state"]


def test_nothing_uses_a_hub_whose_spokes_go_with_it() -> None:
    assert found(recorded(STATES), HUB, LEDGER, PAYMENTS) == []


def test_a_state_that_the_topology_has_forgotten_counts() -> None:
    states = {HUB: GATEWAY, OTHER: spoke("tgw-attach-3")}
    assert found(recorded(states), HUB) == ["hub-core is used by spoke-core-retired: 2 resources in its state"]


@pytest.mark.parametrize(
    "rest",
    [[], spoke("tgw-attach-1", "/endpoint-hub/other/contract")],
    ids=["an empty state", "a spoke of another hub"],
)
def test_a_state_that_has_nothing_of_the_hub_does_not_count(rest: list[dict[str, Any]]) -> None:
    assert found(recorded({HUB: GATEWAY, OTHER: rest}), HUB) == []


def test_an_attachment_that_no_state_has_is_a_user_with_its_account() -> None:
    clients = recorded(STATES, attachment("tgw-attach-1"), attachment("tgw-attach-9"))
    assert found(clients, HUB, LEDGER, PAYMENTS) == [
        (
            "hub-core is used by account 444444444444: attachment tgw-attach-9 of vpc-9, "
            "which is in no state of this topology"
        )
    ]
    (question,) = [(account, asked) for account, operation, asked in clients.asked if operation.startswith("ec2:")]
    assert question == ("111111111111", {"Filters": [{"Name": "transit-gateway-id", "Values": ["tgw-1"]}]})


@pytest.mark.parametrize("state", ["deleted", "deleting", "failed", "rejected"])
def test_an_attachment_that_has_ended_uses_nothing(state: str) -> None:
    assert found(recorded(STATES, attachment("tgw-attach-9", state)), HUB, LEDGER, PAYMENTS) == []


def test_a_hub_that_was_never_deployed_has_no_users() -> None:
    clients = recorded({LEDGER: spoke("tgw-attach-1")})
    assert found(clients, HUB) == []
    assert not [operation for _, operation, _ in clients.asked if operation.startswith("ec2:")]


def test_without_a_hub_among_the_stacks_nobody_is_asked() -> None:
    clients = recorded(STATES)
    assert found(clients, LEDGER, PAYMENTS) == []
    assert clients.asked == []


def test_a_bucket_that_cannot_be_read_is_an_error_and_no_empty_answer() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        found(Recorded({"s3:ListObjectsV2": Refusal("AccessDenied")}), HUB)
