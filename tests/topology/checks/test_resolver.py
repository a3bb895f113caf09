"""Addresses of the inbound resolver endpoint."""

import pytest

from tests.topology.sound import changed, in_hub, problems_of


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        pytest.param(
            "[10.0.0.53]",
            ["resolver_addresses: an inbound endpoint takes two to six addresses, there are 1; give two to six"],
            id="one",
        ),
        pytest.param(
            "[10.0.0.10, 10.0.0.11, 10.0.0.12, 10.0.0.13, 10.0.1.10, 10.0.1.11, 10.0.1.12]",
            ["resolver_addresses: an inbound endpoint takes two to six addresses, there are 7; give two to six"],
            id="seven",
        ),
        pytest.param(
            "[10.0.0.3, 10.0.1.255]",
            [
                "resolver_addresses.10.0.0.3: 10.0.0.3 is one of the five addresses that AWS keeps in 10.0.0.0/24; take one from 10.0.0.4 to 10.0.0.254",
                "resolver_addresses.10.0.1.255: 10.0.1.255 is one of the five addresses that AWS keeps in 10.0.1.0/24; take one from 10.0.1.4 to 10.0.1.254",
            ],
            id="reserved ones",
        ),
        pytest.param(
            "[10.0.0.10, 10.9.0.11]",
            [
                "resolver_addresses.10.9.0.11: 10.9.0.11 is in no subnet of the hub; its subnets are 10.0.0.0/24, 10.0.1.0/24"
            ],
            id="outside the subnets",
        ),
        pytest.param(
            "[10.0.0.10, 10.0.0.10]",
            ["resolver_addresses.10.0.0.10: 10.0.0.10 is listed twice; keep one"],
            id="the same twice",
        ),
        pytest.param(
            "[10.0.0.10, 10.0.0.11]",
            ["resolver_addresses: all addresses are in one zone; put them in two zones or more"],
            id="in one zone",
        ),
        pytest.param("[10.0.0.10, 10.0.0.11, 10.0.1.10]", [], id="two in a zone, and another one"),
    ],
)
def test_resolver_addresses_are_two_to_six_free_ones_in_two_zones(addresses: str, expected: list[str]) -> None:
    found = problems_of(changed(in_hub(f"resolver_addresses: {addresses}")))
    assert found == [f'network.yaml:7 hub "core" {problem}' for problem in expected]


def test_a_subnet_without_address_53_must_name_its_own() -> None:
    small = ("10.0.0.0/22", "10.0.0.0/25")
    advice = "has no address base + 53; give resolver_addresses, for example"
    assert problems_of(changed(small)) == [
        f'network.yaml:5 hub "core" resolver_addresses: the subnet of use1-az1, 10.0.0.0/27, {advice} 10.0.0.4',
        f'network.yaml:5 hub "core" resolver_addresses: the subnet of use1-az2, 10.0.0.32/27, {advice} 10.0.0.36',
    ]
    assert problems_of(changed(small, in_hub("resolver_addresses: [10.0.0.4, 10.0.0.36]"))) == []
