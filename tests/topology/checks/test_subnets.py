"""Zones of one region, and subnets that fit into their VPC."""

import pytest

from tests.topology.checks.changes import ledger, zones
from tests.topology.sound import Change, changed, in_hub, in_spoke, problems_of


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [in_hub("subnets: {use1-az1: 10.1.0.0/24}")],
            'network.yaml:7 hub "core" subnets.use1-az1: 10.1.0.0/24 lies outside its VPC 10.0.0.0/22; choose a block within 10.0.0.0/22',
            id="outside its VPC",
        ),
        pytest.param(
            [in_spoke("attachment_subnets: {use1-az2: 10.0.5.0/28}")],
            'network.yaml:15 spoke "payments" attachment_subnets.use1-az2: 10.0.5.0/28 lies outside its VPC 10.0.4.0/24; choose a block within 10.0.4.0/24',
            id="an attachment's outside its VPC",
        ),
        pytest.param(
            [in_hub("subnets: {use1-az3: 10.0.2.0/24}")],
            'network.yaml:7 hub "core" subnets.use1-az3: use1-az3 is none of its zones; did you mean "use1-az2"?',
            id="in no zone of the VPC",
        ),
        pytest.param(
            [in_hub("subnets: {use1-az1: 10.0.1.0/24}")],
            'network.yaml:7 hub "core" subnets.use1-az1: 10.0.1.0/24 overlaps 10.0.1.0/24, another subnet of the VPC; give every zone its subnet, or leave the allocation alone',
            id="on an allocated one",
        ),
        pytest.param(
            [in_hub("subnets: {use1-az1: 10.0.0.0/24, use1-az2: 10.0.0.128/25}")],
            'network.yaml:7 hub "core" subnets.use1-az2: 10.0.0.128/25 overlaps 10.0.0.0/24, another subnet of the VPC; give every zone its subnet, or leave the allocation alone',
            id="on another given one",
        ),
        pytest.param(
            [ledger("10.0.5.0/27")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.5.0/27 is too small for 2 zones with a subnet and an attachment /28 each; give it a /25 or larger, or fewer zones',
            id="in too small a VPC",
        ),
        pytest.param(
            [("cidr: 10.0.5.0/24", "cidr: 10.0.5.0/28, zones: [use1-az1]")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.5.0/28 is too small for its subnet and attachment; give it a /27 or larger',
            id="in too small a VPC of one zone",
        ),
    ],
)
def test_a_subnet_is_in_its_vpc_and_overlaps_no_other(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [zones("[use1-az1, usw2-az2]")],
            'network.yaml:9 hub "core" zones[1]: usw2-az2 is not in us-east-1; AZ ids of us-east-1 begin with use1-az',
            id="of another region",
        ),
        pytest.param(
            [in_spoke("zones: [use1-az1, use2-az1]")],
            'network.yaml:15 spoke "payments" zones[1]: use2-az1 is not in us-east-1; AZ ids of us-east-1 begin with use1-az',
            id="of another region, in a spoke",
        ),
        pytest.param(
            [zones("[use1-az1, use1-az2, use1-az1]")],
            'network.yaml:9 hub "core" zones[2]: use1-az1 is listed twice; keep one',
            id="twice",
        ),
        pytest.param(
            [zones("[use1-az1]")],
            'network.yaml:9 hub "core" zones: a resolver endpoint needs two zones or more, there are 1; add a zone',
            id="one only",
        ),
        pytest.param(
            [zones("[use1-az1, ~]")],
            'network.yaml:9 hub "core" zones: a resolver endpoint needs two zones or more, there are 1; add a zone',
            id="one only beside an emptied slot",
        ),
        pytest.param(
            [in_spoke("zones: [~, ~]")],
            'network.yaml:15 spoke "payments" zones: every entry is empty; name at least one zone',
            id="none in a spoke",
        ),
        pytest.param(
            [
                zones(f"[{', '.join(f'use1-az{n}' for n in range(1, 8))}]"),
                in_spoke("zones: [use1-az1]"),
                ("ledger: {hub", "ledger: {zones: [use1-az1], hub"),
            ],
            'network.yaml:9 hub "core" zones: a resolver endpoint takes six addresses, one a zone, and there are 7 zones; keep six',
            id="seven",
        ),
    ],
)
def test_zones_are_those_of_the_region_and_enough_for_a_resolver(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]


@pytest.mark.parametrize(("count", "refused"), [(6, False), (7, True)])
def test_a_resolver_endpoint_takes_six_addresses(count: int, *, refused: bool) -> None:
    spokes = [in_spoke("zones: [use1-az1]"), ("ledger: {hub", "ledger: {zones: [use1-az1], hub")]
    six = changed(zones(f"[{', '.join(f'use1-az{number}' for number in range(1, count + 1))}]"), *spokes)
    found = [problem for problem in problems_of(six) if "resolver endpoint" in problem]
    assert bool(found) is refused, problems_of(six)
