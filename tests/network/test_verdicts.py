"""The comparison of two readings of a network, with the quickstart as it was recorded after an apply."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from network.model import Network
from network.names import named
from network.terraform.reader import read
from review.differences import differences
from review.intent import names_in
from tests.examples import designed, stacks_of
from tests.network.aws.recorded import PAYMENTS, Recorded
from tests.network.verdicts import present, unlike, verdicts

DESIGN = designed("quickstart")


def stacks() -> Network:
    return named(read(stacks_of("quickstart").items()), names_in(DESIGN))


def lines(recorded: Recorded) -> list[str]:
    return unlike(verdicts(stacks(), DESIGN), verdicts(recorded.network, DESIGN))


def no_route(recorded: Recorded) -> None:
    for table in recorded.part("RouteTables", "route-table", PAYMENTS):
        table["Routes"] = [route for route in table["Routes"] if "TransitGatewayId" not in route]


def no_share(recorded: Recorded) -> None:
    for share in recorded.items("ResourceShares"):
        share["status"] = "DELETED"


def an_open_group(recorded: Recorded) -> None:
    for group in recorded.items("SecurityGroups"):
        for permission in group["IpPermissions"]:
            permission |= {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1}


def test_the_recorded_quickstart_is_as_its_stacks() -> None:
    recorded = Recorded()
    assert lines(recorded) == []
    assert list(differences(stacks(), recorded.network, present(DESIGN))) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (no_route, "payments → kms: private | broken"),
        (no_share, "finding HUB301 payments → kms: nothing | failed: unreachable"),
        (an_open_group, "payments also reaches:"),
    ],
    ids=["a verdict", "a finding", "an exposure"],
)
def test_a_change_by_hand_shows(change: Callable[[Recorded], None], expected: str) -> None:
    recorded = Recorded()
    change(recorded)
    found = lines(recorded)
    assert any(line.startswith(expected) for line in found), f"expected {expected!r}, found:\n" + "\n".join(found)


def test_a_figure_shows() -> None:
    recorded = Recorded()
    recorded.items("ResolverRules")[0]["TargetIps"].append({"Ip": "10.0.0.60", "Port": 53})
    assert [line for line in lines(recorded) if line.startswith("figure: targets of a rule")], lines(recorded)
