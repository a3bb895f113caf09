"""Tables and remainders agree with what each single address says."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from assurance.prefixes import Table, remainder

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
