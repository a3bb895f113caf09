"""Walking one spoke of a group gives the verdicts that walking each of them does."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assurance.groups import LABELS, NOT_PLACED, PLACED, groups
from network.model import Network, Owner, Unknown
from network.terraform.reader import read
from review.verdicts import Intent, Report, intended, report
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, catalogued, service
from tests.families import VERDICTS

Change = Callable[[Stacks, str], object]
KEYS = ("kms", "ssm", "states", "s3")


def grown(count: int) -> Stacks:
    """The quickstart with a number of spokes like ledger, each in an account and a range of its own."""
    stacks = Stacks()
    text = json.dumps(stacks.stacks.pop(LEDGER))
    del stacks.stacks[PAYMENTS]
    for at in range(count):
        own = (
            text.replace("ledger", f"spoke{at}")
            .replace("10.0.5.", f"10.0.{4 + at}.")
            .replace("333333333333", f"{at:012}")
        )
        stacks.stacks[f"spoke-core-spoke{at}"] = json.loads(own)
    return stacks


def opened(stacks: Stacks, stack: str) -> None:
    """The spoke's segment learns its range, and it routes the pool."""
    wiring = stacks.at(stack, "gateway/propagation-hub")
    table = stacks.at(stack, "gateway/association")["transit_gateway_route_table_id"]
    wiring = {**wiring, "transit_gateway_route_table_id": table}
    stacks.added(stack, "aws_ec2_transit_gateway_route_table_propagation", **wiring)
    routed(stacks, stack)


def routed(stacks: Stacks, stack: str, cidr: str = "10.0.0.0/13") -> None:
    route = {**stacks.at(stack, "gateway/route-hub"), "destination_cidr_block": cidr}
    stacks.added(stack, "aws_route", f"to-{cidr.replace('/', '-')}", **route)


def narrowed(stacks: Stacks, stack: str) -> None:
    attachment = stacks.at(stack, "gateway/attachment")
    attachment["subnet_ids"] = attachment["subnet_ids"][1:]


def internet(stacks: Stacks, stack: str) -> None:
    route = {**stacks.at(stack, "gateway/route-hub"), "destination_cidr_block": "0.0.0.0/0"}
    del route["transit_gateway_id"]
    stacks.added(stack, "aws_route", "default", nat_gateway_id="${aws_nat_gateway.own.id}", **route)
    stacks.added(stack, "aws_nat_gateway", "own")


def rehomed(stacks: Stacks, stack: str, account: str) -> None:
    for block in stacks.stacks[stack]["provider"]["aws"]:
        if block["alias"] == "spoke":
            block["allowed_account_ids"] = [account]


def listed(stacks: Stacks, stack: str) -> None:
    """An ACL that lets the hub in, and knows the second spoke's range."""
    allowed = {"protocol": "-1", "action": "allow", "cidr_block": "10.0.0.0/22", "rule_no": 1}
    other = {**allowed, "cidr_block": "10.0.5.0/25", "rule_no": 2}
    stacks.added(
        stack,
        "aws_network_acl",
        subnet_ids=[stacks.reference(stack, f"network/subnet-use1-az{zone}") for zone in (1, 2, 4)],
        ingress=[allowed, other],
        egress=[allowed, other],
    )


SPOKE: dict[str, Change] = {
    "no resolver": lambda stacks, stack: stacks.changed(stack, "network/vpc", enable_dns_support=False),
    "no route": lambda stacks, stack: stacks.changed(stack, "gateway/route-hub", destination_cidr_block="10.0.0.0/24"),
    "no rule": lambda stacks, stack: stacks.without(stack, "resolver/rule-us-east-1_amazonaws_com-association"),
    "no association": lambda stacks, stack: stacks.without(stack, "gateway/association"),
    "not learnt": lambda stacks, stack: stacks.without(stack, "gateway/propagation-hub"),
    "no zone": narrowed,
    "open": opened,
    "routed": routed,
    "routed to one": lambda stacks, stack: routed(stacks, stack, "10.0.5.0/25"),
    "listed": listed,
    "no S3": lambda stacks, stack: stacks.without(stack, "endpoints/endpoint-s3"),
    "overlapping": lambda stacks, stack: stacks.changed(stack, "network/vpc", cidr_block="10.0.4.0/24"),
    "attached by the hub": lambda stacks, stack: stacks.changed(stack, "gateway/attachment", provider="aws.hub"),
    "learnt by itself": lambda stacks, stack: stacks.changed(stack, "gateway/propagation-hub", provider="aws.spoke"),
    "to the internet": internet,
    "the same account": lambda stacks, stack: rehomed(stacks, stack, "000000000000"),
    "the hub's account": lambda stacks, stack: rehomed(stacks, stack, "111111111111"),
    "keeps KMS": lambda stacks, stack: stacks.changed(
        stack, "resolver/exemption-efs", domain_name="kms.us-east-1.amazonaws.com"
    ),
}


def blackholed(stacks: Stacks, cidr: str) -> None:
    table = stacks.reference(HUB, "gateway/table-hub")
    arguments: dict[str, Any] = {"blackhole": True, "transit_gateway_route_table_id": table}
    stacks.added(HUB, "aws_ec2_transit_gateway_route", destination_cidr_block=cidr, **arguments)


ALL = "endpoints/ingress-https-443-pool-10-0-4-0_22"
SHARE = "gateway-share/organization"
HUBS: dict[str, Callable[[Stacks], object]] = {
    "sound": lambda stacks: stacks,
    "pool of some": lambda stacks: stacks.changed(HUB, ALL, cidr_ipv4="10.0.4.0/23"),
    "route of some": lambda stacks: stacks.changed(
        HUB, "gateway/route-pool-10-0-4-0_22", destination_cidr_block="10.0.6.0/23"
    ),
    "share with one": lambda stacks: stacks.changed(HUB, SHARE, principal="000000000002"),
    "blackhole of one": lambda stacks: blackholed(stacks, "10.0.5.0/24"),
    "blackhole within one": lambda stacks: blackholed(stacks, "10.0.6.64/26"),
    "resolver open to some": lambda stacks: stacks.changed(HUB, "resolver/inbound-udp", cidr_ipv4="10.0.0.0/21"),
}


def verdicts(found: Report) -> dict[str, object]:
    """Everything that a report says of each spoke by name."""
    group, names = found.group_of, sorted(found.group_of)
    pairs = {
        (source, target): (group[source], group[target]) in found.opened
        for source in names
        for target in names
        if source != target
    }
    exposed = {
        name: sorted((exposure.address, exposure.flow) for exposure in found.exposed.get(group[name], ()))
        for name in names
    }
    return {"table": dict(found.rows()), "pairs": pairs, "exposed": exposed}


@pytest.mark.family
@settings(max_examples=VERDICTS.size)
@given(
    st.sampled_from(sorted(HUBS)),
    st.lists(st.sampled_from(["", *sorted(SPOKE)]), min_size=4, max_size=4),
)
def test_the_shortcut_gives_the_same_verdicts(hub: str, changes: list[str]) -> None:
    stacks = grown(len(changes))
    HUBS[hub](stacks)
    for at, change in enumerate(changes):
        if change:
            SPOKE[change](stacks, f"spoke-core-spoke{at}")
    network = read(deepcopy(stacks.stacks).items())
    services = [service(key) for key in KEYS]
    meant = intended(network, catalogued())
    short = report(network, services, meant_for(meant))
    assert verdicts(short) == verdicts(report(network, services, meant_for(meant), shortcut=False))


def meant_for(meant: Intent) -> Intent:
    """The intent over a few services only, so that a walk is quick."""
    return replace(meant, services={spoke: frozenset(KEYS) for spoke in meant.services})


def test_equal_spokes_are_one_group() -> None:
    assert groups(grown(4).network) == [("spoke0", "spoke1", "spoke2", "spoke3")]


def test_spokes_with_a_way_out_of_their_own_are_one_group() -> None:
    stacks = grown(4)
    for at in (1, 2):
        internet(stacks, f"spoke-core-spoke{at}")
    assert groups(stacks.network) == [("spoke0", "spoke3"), ("spoke1", "spoke2")]


def test_a_spoke_that_differs_is_on_its_own() -> None:
    stacks = grown(4)
    narrowed(stacks, "spoke-core-spoke2")
    assert groups(stacks.network) == [("spoke0", "spoke1", "spoke3"), ("spoke2",)]


def test_a_spoke_that_a_range_of_the_hub_is_about_is_on_its_own() -> None:
    stacks = grown(4)
    blackholed(stacks, "10.0.5.0/24")
    assert groups(stacks.network) == [("spoke0", "spoke2", "spoke3"), ("spoke1",)]


def test_every_field_of_a_network_is_compared_or_has_a_reason() -> None:
    """A part that is forgotten would make spokes alike that are not."""
    known = [*PLACED, *NOT_PLACED]
    assert sorted(known) == sorted(field.name for field in fields(Network)), "see PLACED and NOT_PLACED in groups.py"


def test_every_field_of_a_part_is_compared_unless_it_is_a_label() -> None:
    """Two spokes whose parts differ in one field alone are not alike."""
    network = grown(2).network
    assert groups(network) == [("spoke0", "spoke1")]
    tried = set()
    for name in PLACED:
        parts = getattr(network, name)
        for key, part in parts.items() if isinstance(parts, Mapping) else enumerate(parts):
            if not part.address.startswith("spoke-core-spoke0: "):
                continue
            for field in fields(part):
                value = getattr(part, field.name)
                if field.name in LABELS or (name, field.name) == ("vpcs", "name") or value == ():
                    continue
                other = replace(part, **{field.name: something_else(value)})
                if isinstance(parts, Mapping):
                    changed: Any = {**parts, key: other}
                else:
                    changed = (*parts[:key], other, *parts[key + 1 :])
                found = groups(replace(network, **cast("Any", {name: changed})))
                assert found == [("spoke0",), ("spoke1",)], f"{type(part).__name__}.{field.name} is not compared"
                tried.add((type(part).__name__, field.name))
    assert {("Subnet", "table"), ("Attachment", "owner"), ("RuleAssociation", "rule"), ("RouteTable", "routes")} < tried


def something_else(value: object) -> object:
    """A value of the same shape that is not the same."""
    unknown = Unknown("something else")
    if isinstance(value, Owner):
        return Owner(unknown, unknown)
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return ()
    return (unknown,) if isinstance(value, tuple) else unknown
