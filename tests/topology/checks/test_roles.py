"""Roles deploy in the account that they are in."""

import pytest

from tests.topology.sound import Change, changed, in_hub, in_spoke, problems_of

OTHER_ROLE = "arn:aws:iam::444444444444:role/Deploy"


ADVICE = "write arn:aws:iam::{account}:role/Deploy, or only the role's name"


@pytest.mark.parametrize(
    ("change", "place", "account"),
    [
        pytest.param(("role: NetworkDeploy", f"role: {OTHER_ROLE}"), "2 role", "111111111111", id="of the topology"),
        pytest.param(("bucket:", f"role: {OTHER_ROLE}, bucket:"), "3 state.role", "111111111111", id="of the state"),
        pytest.param(in_hub(f"role: {OTHER_ROLE}"), '7 hub "core" role', "111111111111", id="of a hub"),
        pytest.param(
            in_hub(f"wiring_role: {OTHER_ROLE}"), '7 hub "core" wiring_role', "111111111111", id="that wires spokes"
        ),
        pytest.param(in_spoke(f"role: {OTHER_ROLE}"), '15 spoke "payments" role', "222222222222", id="of a spoke"),
    ],
)
def test_a_role_is_in_the_account_where_it_deploys(change: Change, place: str, account: str) -> None:
    assert problems_of(changed(change)) == [
        f"network.yaml:{place}: the role is in account 444444444444, and it is to deploy in {account}; {ADVICE}"
    ]


def test_a_role_of_one_account_will_do_where_every_other_account_has_its_own() -> None:
    text = changed(
        ("role: NetworkDeploy", "role: arn:aws:iam::111111111111:role/Deploy"),
        in_spoke("role: arn:aws:iam::222222222222:role/Deploy"),
        ("ledger: {hub: core", "ledger: {role: Deploy, hub: core"),
    )
    assert problems_of(text) == []
