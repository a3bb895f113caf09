"""Test instances that can be reached and started."""

import pytest

from tests.topology.checks.changes import services
from tests.topology.sound import Change, changed, in_spoke, problems_of


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [in_spoke("test_instance: true"), services("[kms]")],
            'network.yaml:15 spoke "payments" test_instance: a test instance is reached through Session Manager, and hub "core" lacks ssm, ssmmessages; add ssm, ssmmessages to its services',
            id="without Session Manager",
        ),
        pytest.param(
            [in_spoke("test_instance: true"), services("[ssm]")],
            'network.yaml:15 spoke "payments" test_instance: a test instance is reached through Session Manager, and hub "core" lacks ssmmessages; add ssmmessages to its services',
            id="with half of it",
        ),
        pytest.param(
            [in_spoke("test_instance: {zone: use1-az6}")],
            'network.yaml:15 spoke "payments" test_instance.zone: use1-az6 is none of the spoke\'s zones; did you mean "use1-az2"?',
            id="in a zone that the spoke has not",
        ),
    ],
)
def test_a_test_instance_can_be_reached(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]
