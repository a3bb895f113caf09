"""Ranges that meet at one gateway."""

import pytest

from tests.topology.checks.changes import ledger, pools
from tests.topology.sound import SOUND, Change, changed, problems_of


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [ledger("10.0.4.128/25")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.4.128/25 overlaps spoke "payments" 10.0.4.0/24 (line 16); the next free /25 is 10.0.5.0/25',
            id="two spokes",
        ),
        pytest.param(
            [ledger("10.0.4.0/23")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.4.0/23 overlaps spoke "payments" 10.0.4.0/24 (line 16); the next free /23 is 10.0.6.0/23',
            id="the later one moves though it is larger",
        ),
        pytest.param(
            [ledger("10.0.1.0/24"), pools("[10.0.0.0/21]")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.1.0/24 overlaps hub "core" 10.0.0.0/22 (line 8); the next free /24 is 10.0.5.0/24',
            id="a spoke and its hub, which never moves",
        ),
        pytest.param(
            [ledger("10.9.0.0/24")],
            'network.yaml:17 spoke "ledger" cidr: 10.9.0.0/24 is outside the pools of hub "core" (10.0.4.0/22); the next free /24 is 10.0.5.0/24',
            id="outside the pools",
        ),
        pytest.param(
            [ledger("10.9.0.0/22")],
            'network.yaml:17 spoke "ledger" cidr: 10.9.0.0/22 is outside the pools of hub "core" (10.0.4.0/22); no /22 is free in the hub\'s pools; add a pool',
            id="outside the pools, which are full",
        ),
        pytest.param(
            [pools("[10.0.4.0/22, 10.0.5.0/24]")],
            'network.yaml:10 hub "core" pools[1]: the pool 10.0.5.0/24 overlaps the pool 10.0.4.0/22 (line 10); keep the larger',
            id="two pools",
        ),
        pytest.param(
            [pools("[10.0.4.0/22, 10.0.3.0/24]")],
            'network.yaml:10 hub "core" pools[1]: the pool 10.0.3.0/24 lies in the hub\'s own VPC 10.0.0.0/22; spokes need ranges of their own',
            id="a pool within the hub's VPC",
        ),
    ],
)
def test_networks_that_meet_at_one_gateway_are_kept_apart(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]


def test_spokes_of_two_hubs_may_overlap_since_they_never_meet() -> None:
    other = SOUND[SOUND.index("  core:") : SOUND.index("spokes:")].replace("core:", "twin:")
    text = changed(("spokes:", f"{other}spokes:"), ("ledger: {hub: core", "ledger: {hub: twin"), ledger("10.0.4.0/24"))
    assert problems_of(text) == []


def test_every_misplaced_spoke_is_offered_a_block_that_no_other_is() -> None:
    spokes = "".join(
        f'  s{number}: {{hub: core, account: "333333333333", cidr: 10.9.{number}.0/{prefix}}}\n'
        for number, prefix in enumerate([25, 24, 25, 26])
    ).replace("/26}", "/26, zones: [use1-az1]}")
    offered = [problem.rpartition(" is ")[2] for problem in problems_of(changed() + spokes)]
    assert offered == ["10.0.7.0/25", "10.0.6.0/24", "10.0.7.128/25", "free in the hub's pools; add a pool"]


@pytest.mark.parametrize(("own", "size"), [("", 25), (", zones: [use1-az1]", 27)], ids=["hub's zones", "own zone"])
def test_the_block_that_is_offered_has_room_for_the_spokes_zones(own: str, size: int) -> None:
    spoke = f'  small: {{hub: core, account: "333333333333", cidr: 10.9.0.0/28{own}}}\n'
    problem, *_ = problems_of(changed() + spoke)
    assert problem.endswith(f"; the next free /{size} is 10.0.6.0/{size}"), problem


def test_a_gateway_takes_4999_spokes_beside_its_hub() -> None:
    hub = SOUND[: SOUND.index("spokes:")].replace("10.0.0.0/22", "172.16.0.0/22").replace("10.0.4.0/22", "10.0.0.0/8")
    spokes = [
        f'  s{n}: {{hub: core, account: "222222222222", cidr: 10.{n >> 8}.{n & 255}.0/24}}\n' for n in range(5000)
    ]
    assert problems_of(f"{hub}spokes:\n{''.join(spokes[:4999])}") == []
    assert problems_of(f"{hub}spokes:\n{''.join(spokes)}") == [
        'network.yaml:5 hub "core": 5,000 spokes, and a transit gateway takes 4,999; put some behind another hub'
    ]


def test_a_hub_without_spokes_is_allowed() -> None:
    assert problems_of(SOUND[: SOUND.index("spokes:")]) == []


def test_a_spoke_in_the_hubs_account_is_allowed() -> None:
    assert problems_of(changed(("222222222222", "111111111111"))) == []
