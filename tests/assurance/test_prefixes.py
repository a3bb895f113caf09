"""Tables and remainders agree with what each single address says."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assurance.prefixes import Table, covers, remainder

BASE = int(IPv4Address("10.0.0.0"))


@st.composite
def prefixes(draw: st.DrawFn) -> IPv4Network:
    """Ranges within 10.0.0.0/26, so that they often meet."""
    length = draw(st.integers(26, 32))
    return IPv4Network((BASE + (draw(st.integers(0, 63)) >> (32 - length) << (32 - length)), length))


@given(prefixes(), st.lists(prefixes(), max_size=6))
def test_the_remainder_is_every_address_that_nothing_covers(whole: IPv4Network, covers: list[IPv4Network]) -> None:
    left = {address for piece in remainder(whole, covers) for address in piece}
    assert left == {address for address in whole if not any(address in cover for cover in covers)}


@given(prefixes(), st.dictionaries(prefixes(), st.integers(), max_size=6))
def test_every_address_of_a_range_finds_its_longest_match(target: IPv4Network, routes: dict[IPv4Network, int]) -> None:
    found = Table(routes.items()).match(target)
    for address in target:
        matching = [prefix for prefix in routes if address in prefix]
        expected = routes[max(matching, key=lambda prefix: prefix.prefixlen)] if matching else None
        pieces = [(piece, entry) for piece, entry in found if address in piece]
        assert max(pieces, key=lambda each: each[0].prefixlen)[1] == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("10.0.0.0/24", [("10.0.0.0/24", "narrow")]),
        ("10.0.0.0/25", [("10.0.0.0/25", "narrow")]),
        ("10.0.0.0/23", [("10.0.0.0/23", "wide"), ("10.0.0.0/24", "narrow")]),
        ("10.0.1.0/24", [("10.0.1.0/24", "wide")]),
        ("10.1.0.0/24", [("10.1.0.0/24", None)]),
        ("10.2.0.0/23", [("10.2.0.0/24", "first"), ("10.2.1.0/24", "second")]),
        ("10.2.1.255/32", [("10.2.1.255/32", "second")]),
        ("10.2.0.0/22", [("10.2.0.0/22", None), ("10.2.0.0/24", "first"), ("10.2.1.0/24", "second")]),
        ("10.3.0.0/24", [("10.3.0.0/24", None)]),
    ],
    ids=str,
)
def test_the_longest_prefix_decides_about_each_part_of_a_range(
    target: str, expected: list[tuple[str, str | None]]
) -> None:
    table = Table(
        [
            (IPv4Network("10.0.0.0/16"), "wide"),
            (IPv4Network("10.0.0.0/24"), "narrow"),
            (IPv4Network("10.0.0.0/24"), "not the first of its prefix"),
            (IPv4Network("10.2.0.0/24"), "first"),
            (IPv4Network("10.2.1.0/24"), "second"),
            (IPv4Network("10.2.4.0/24"), "beyond"),
        ]
    )
    assert table.match(IPv4Network(target)) == [(IPv4Network(part), entry) for part, entry in expected]


def test_a_range_covers_its_parts_and_what_is_no_range_covers_nothing() -> None:
    assert covers(IPv4Network("10.0.0.0/24"), IPv4Network("10.0.0.0/25"))
    assert covers(IPv4Network("10.0.0.0/24"), IPv4Network("10.0.0.0/24"))
    assert not covers(IPv4Network("10.0.0.0/25"), IPv4Network("10.0.0.0/24"))
    for other in ("10.0.0.0/8", None):
        assert not covers(other, IPv4Network("10.0.0.0/24"))
