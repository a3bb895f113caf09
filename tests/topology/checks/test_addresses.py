"""What takes addresses in the subnets of a hub."""

import pytest

from tests.topology.checks.changes import services, zones
from tests.topology.sound import Change, changed, in_hub, problems_of
from topology.services import catalogue

OFFERED = [
    key for key, row in catalogue().items() if row.service_name and row.private_dns and not row.unavailable_zones
]
SMALL: Change = ("10.0.0.0/22", "10.0.0.0/25")
"""The hub's range: with two zones each has a /27, of which 27 addresses are usable."""
ADDRESSES = in_hub("resolver_addresses: [10.0.0.4, 10.0.0.36]")


def many(count: int) -> Change:
    return services(f"[{', '.join(OFFERED[:count])}]")


def test_a_subnet_has_an_address_for_each_endpoint_and_each_side_of_the_resolver() -> None:
    assert problems_of(changed(SMALL, ADDRESSES, many(25))) == []
    assert problems_of(changed(SMALL, ADDRESSES, many(26))) == [
        'network.yaml:9 hub "core" cidr: the subnet of use1-az1, 10.0.0.0/27, has 27 usable addresses, and 28 are needed: 26 endpoints, 2 of the resolver; give the hub a /24 or larger, or offer fewer services'
    ]


@pytest.mark.parametrize(("count", "size"), [(40, 24), (57, 24), (58, 23), (100, 23)])
def test_the_fix_is_the_smallest_range_that_suffices(count: int, size: int) -> None:
    [problem] = problems_of(changed(SMALL, ADDRESSES, many(count)))
    assert problem.endswith(f"; give the hub a /{size} or larger, or offer fewer services"), problem
    larger = ("10.0.0.0/22", f"10.0.0.0/{size}"), ("[10.0.4.0/22]", "[10.0.4.0/22]")
    assert problems_of(changed(*larger, many(count))) == []


def test_a_given_subnet_is_named_by_itself() -> None:
    subnets = in_hub("subnets: {use1-az2: 10.0.1.0/27}")
    addresses = in_hub("resolver_addresses: [10.0.0.4, 10.0.1.4]")
    assert problems_of(changed(subnets, addresses, many(40))) == [
        'network.yaml:8 hub "core" subnets.use1-az2: the subnet of use1-az2, 10.0.1.0/27, has 27 usable addresses, and 42 are needed: 40 endpoints, 2 of the resolver; give it a /26 or larger, or offer fewer services in it'
    ]


def test_an_endpoint_takes_addresses_in_its_own_zones_only() -> None:
    elsewhere = ", ".join(f"{key}: {{zones: [use1-az1]}}" for key in OFFERED[:26])
    text = changed(SMALL, ADDRESSES, services(f"{{{elsewhere}}}"))
    [problem] = problems_of(text)
    assert "the subnet of use1-az1, 10.0.0.0/27" in problem


def test_every_address_of_the_inbound_endpoint_counts() -> None:
    four = in_hub("resolver_addresses: [10.0.0.4, 10.0.0.5, 10.0.0.6, 10.0.0.36]")
    [problem] = problems_of(changed(SMALL, four, many(25)))
    assert "the subnet of use1-az1" in problem
    assert "29 are needed: 25 endpoints, 4 of the resolver" in problem


def test_a_service_takes_no_address_in_a_zone_where_it_is_not() -> None:
    mail = services(f"[{', '.join(OFFERED[:25])}, email-smtp]")
    [problem] = problems_of(changed(SMALL, ADDRESSES, mail, zones("[use1-az2, use1-az1]")))
    assert "the subnet of use1-az1, 10.0.0.32/27, has 27 usable addresses, and 28 are needed: 26 endpoints" in problem
