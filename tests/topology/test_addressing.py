from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.addressing import cut, free_blocks, is_reserved, lay_out, overlaps, parts_needed, smallest_vpc


def network(text: str) -> IPv4Network:
    return IPv4Network(text)


def texts(networks: list[IPv4Network]) -> list[str]:
    return list(map(str, networks))


@st.composite
def blocks(draw: st.DrawFn, within: str, longest: int = 30) -> IPv4Network:
    """A network within another one, of any size down to /`longest`."""
    outer = network(within)
    prefix = draw(st.integers(outer.prefixlen, longest))
    index = draw(st.integers(0, (1 << (prefix - outer.prefixlen)) - 1))
    return IPv4Network((int(outer.network_address) + (index << (32 - prefix)), prefix))


VPCS = blocks("10.0.0.0/8", longest=28).filter(lambda vpc: vpc.prefixlen >= 16)
ZONES = [f"use1-az{number}" for number in range(1, 16)]


@pytest.mark.parametrize(
    ("slots", "parts"), [(1, 2), (2, 4), (3, 4), (4, 8), (6, 8), (7, 8), (8, 16), (15, 16)], ids=str
)
def test_a_vpc_is_cut_into_the_least_power_of_two_above_its_zones(slots: int, parts: int) -> None:
    assert parts_needed(slots) == parts


def test_three_zones_of_a_22_are_the_samples_subnets() -> None:
    workload, attachment = cut(network("10.0.0.0/22"), 3) or ([], [])
    assert texts(workload) == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
    assert texts(attachment) == ["10.0.3.0/28", "10.0.3.16/28", "10.0.3.32/28"]


def test_three_zones_of_a_24_are_the_samples_subnets() -> None:
    workload, attachment = cut(network("10.0.4.0/24"), 3) or ([], [])
    assert texts(workload) == ["10.0.4.0/26", "10.0.4.64/26", "10.0.4.128/26"]
    assert texts(attachment) == ["10.0.4.192/28", "10.0.4.208/28", "10.0.4.224/28"]


@given(vpc=VPCS, slots=st.integers(1, 15))
def test_a_cut_vpc_has_disjoint_subnets_of_the_right_sizes_within_it(vpc: IPv4Network, slots: int) -> None:
    result = cut(vpc, slots)
    if result is None:
        assert vpc.prefixlen > smallest_vpc(slots)
        return
    workload, attachment = result
    assert (len(workload), len(attachment)) == (slots, slots)
    assert {subnet.num_addresses for subnet in workload} == {vpc.num_addresses // parts_needed(slots)}
    assert {subnet.prefixlen for subnet in attachment} == {28}
    assert all(subnet.subnet_of(vpc) for subnet in workload + attachment)
    assert [pair for pair in combinations(workload + attachment, 2) if pair[0].overlaps(pair[1])] == []


@pytest.mark.parametrize("slots", range(1, 16))
def test_the_smallest_vpc_is_just_large_enough(slots: int) -> None:
    prefix = smallest_vpc(slots)
    assert cut(IPv4Network((0, prefix)), slots) is not None
    assert cut(IPv4Network((0, prefix + 1)), slots) is None


@given(vpc=VPCS, slots=st.integers(1, 15), emptied=st.sets(st.integers(0, 14)))
def test_emptying_a_slot_moves_no_other_zone(vpc: IPv4Network, slots: int, emptied: set[int]) -> None:
    full = lay_out(vpc, ZONES[:slots], {}, {})
    rest = lay_out(vpc, [None if slot in emptied else zone for slot, zone in enumerate(ZONES[:slots])], {}, {})
    if full is None:
        # Nothing is left to allocate where every slot is empty.
        assert rest is None or rest == ({}, {})
        return
    assert rest is not None
    for before, after in zip(full, rest, strict=True):
        assert after == {zone: before[zone] for slot, zone in enumerate(ZONES[:slots]) if slot not in emptied}


@given(vpc=VPCS, slots=st.sampled_from([2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14]))
def test_adding_a_zone_moves_no_other_one_while_the_number_of_parts_stays(vpc: IPv4Network, slots: int) -> None:
    before, after = cut(vpc, slots), cut(vpc, slots + 1)
    if before is not None and after is not None:
        assert [after[0][:-1], after[1][:-1]] == list(before)


def test_a_given_subnet_takes_the_place_of_the_allocated_one() -> None:
    given_ones = {"b": network("10.0.2.0/24")}
    assert lay_out(network("10.0.0.0/22"), ["a", "b"], given_ones, {}) == (
        {"a": network("10.0.0.0/24"), "b": network("10.0.2.0/24")},
        {"a": network("10.0.3.0/28"), "b": network("10.0.3.16/28")},
    )


def test_a_vpc_that_is_too_small_to_cut_takes_subnets_that_are_all_given() -> None:
    small, subnets = network("10.0.0.0/27"), {"a": network("10.0.0.0/28")}
    assert lay_out(small, ["a", None], subnets, {}) is None
    assert lay_out(small, ["a", None], subnets, {"a": network("10.0.0.16/28")}) == (
        subnets,
        {"a": network("10.0.0.16/28")},
    )


@pytest.mark.parametrize("address", ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.255"])
def test_aws_keeps_the_first_four_addresses_and_the_last(address: str) -> None:
    assert is_reserved(IPv4Address(address), network("10.0.0.0/24"))


@pytest.mark.parametrize("address", ["10.0.0.4", "10.0.0.53", "10.0.0.254"])
def test_the_others_are_free_to_use(address: str) -> None:
    assert not is_reserved(IPv4Address(address), network("10.0.0.0/24"))


@given(st.lists(blocks("10.0.0.0/26"), max_size=12))
def test_a_network_is_reported_exactly_where_it_lies_in_another_one(networks: list[IPv4Network]) -> None:
    found = list(overlaps(enumerate(networks)))
    within = {
        key
        for key, inner in enumerate(networks)
        for other, outer in enumerate(networks)
        if inner.subnet_of(outer) and key != other and (inner != outer or other < key)
    }
    reported = [key for key, *_ in found]
    assert sorted(reported) == sorted(within), "each one once"
    for key, block, other, enclosing in found:
        assert (networks[key], networks[other]) == (block, enclosing)
        assert key != other
        assert block.subnet_of(enclosing)
        around = [n for k, n in enumerate(networks) if block.subnet_of(n) and (n != block or k < key)]
        assert enclosing == min(around, key=lambda n: n.num_addresses), "the nearest one is named"


def test_n_equal_networks_give_one_finding_less_than_n() -> None:
    same = [(name, network("10.0.0.0/24")) for name in "abcd"]
    assert [(later, earlier) for later, _, earlier, _ in overlaps(same)] == [("b", "a"), ("c", "b"), ("d", "c")]


@given(
    pools=st.lists(blocks("10.0.0.0/24"), min_size=1, max_size=4),
    taken=st.lists(blocks("10.0.0.0/24", longest=32), max_size=6),
    prefix=st.integers(24, 31),
)
def test_free_blocks_are_those_of_the_pools_that_touch_nothing_taken(
    pools: list[IPv4Network], taken: list[IPv4Network], prefix: int
) -> None:
    every = {block for pool in pools if pool.prefixlen <= prefix for block in pool.subnets(new_prefix=prefix)}
    free = sorted(block for block in every if not any(block.overlaps(network) for network in taken))
    assert list(free_blocks(pools, taken, prefix)) == free


def test_free_blocks_of_a_large_pool_are_found_one_by_one() -> None:
    found = free_blocks([network("10.0.0.0/8")], [network("10.0.0.0/9"), network("10.128.0.0/28")], 28)
    assert [str(next(found)), str(next(found))] == ["10.128.0.16/28", "10.128.0.32/28"]
