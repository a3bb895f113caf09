"""What the lab's packets have taught the trace; each was a difference between the two once."""

from __future__ import annotations

from ipaddress import IPv4Network

from assurance.path import Verdict
from assurance.trace import State, Trace
from network.model import Acl, AclEntry
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, catalogued
from tests.lab.networks import SERVICES, Draft, sound_network

EVERYTHING = IPv4Network("0.0.0.0/0")


def everything_to_the_hub() -> Stacks:
    """The gateway sends the pool to the hub, whose own table sends the pool to the gateway."""
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_ec2_transit_gateway_route",
        destination_cidr_block="10.0.4.0/22",
        transit_gateway_attachment_id=stacks.reference(HUB, "gateway/attachment"),
        transit_gateway_route_table_id=stacks.reference(HUB, "gateway/table-spokes"),
    )
    route = stacks.at(PAYMENTS, "gateway/route-hub")
    return stacks.added(PAYMENTS, "aws_route", **{**route, "destination_cidr_block": "10.0.4.0/22"})


def drafted() -> Draft:
    return sound_network(1)


def test_a_hub_that_sends_packets_back_to_the_gateway_joins_its_spokes() -> None:
    stacks = everything_to_the_hub()
    path = Trace(stacks.network, catalogued()).between("payments", "ledger")
    assert path.verdict is Verdict.PASSES, str(path)
    passed = [hop.at for hop in path.hops if "passes through" in hop.says]
    assert passed == [stacks.address(HUB, "gateway/attachment")]


def test_what_is_shut_in_one_subnet_may_be_open_in_another() -> None:
    stacks = Stacks()
    rule = stacks.at(HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22")
    stacks.added(HUB, "aws_vpc_security_group_ingress_rule", **{**rule, "from_port": 22, "to_port": 22})
    stacks.added(
        HUB,
        "aws_ec2_transit_gateway_route",
        blackhole=True,
        destination_cidr_block="10.0.0.0/24",
        transit_gateway_route_table_id=stacks.reference(HUB, "gateway/table-spokes"),
    )
    exposed = {(e.address, e.flow) for e in Trace(stacks.network, catalogued()).exposures("payments", {})}
    assert (stacks.address(HUB, "endpoints/endpoint-kms"), "tcp 22") in exposed, exposed


def test_one_way_to_a_resource_is_reported_once() -> None:
    exposures = list(Trace(Stacks().network, catalogued()).exposures("payments", {}))
    listed = [(exposure.address, exposure.flow) for exposure in exposures]
    assert len(set(listed)) == len(listed), listed


def test_the_acl_of_a_subnet_that_is_also_the_attachments_is_asked_both_ways() -> None:
    draft = drafted()
    for key in ("a", "b"):
        del draft.parts["subnets"][f"s0: {key}"]
    deny = AclEntry("s0: acl", 10, "tcp", 443, 443, EVERYTHING, allow=False)
    allow = AclEntry("s0: acl", 20, "-1", 0, 65535, EVERYTHING, allow=True)
    draft.parts["acls"]["s0: acl"] = Acl("s0: acl", ingress=(deny, allow), egress=(allow,))
    draft.change("subnets", "s0: door-a", acl="s0: acl")
    reach = Trace(draft.network(), SERVICES).reach("s0", SERVICES[0])
    assert reach.state is State.BROKEN, str(reach.path)
    assert reach.path.end is not None
    assert reach.path.end.at == "s0: acl"


def test_a_range_that_is_refused_hides_no_wider_route() -> None:
    """Who may not propagate changes nothing: the packet takes the wider static route, by the hub and back."""
    stacks = everything_to_the_hub()
    propagation = stacks.at(LEDGER, "gateway/propagation-hub")
    table = stacks.at(LEDGER, "gateway/association")["transit_gateway_route_table_id"]
    refused = {**propagation, "transit_gateway_route_table_id": table, "provider": "aws.spoke"}
    stacks.added(LEDGER, "aws_ec2_transit_gateway_route_table_propagation", **refused)
    path = Trace(stacks.network, catalogued()).between("payments", "ledger")
    assert path.verdict is Verdict.PASSES, str(path)


def test_an_internet_gateway_is_no_way_to_another_spoke() -> None:
    draft = drafted()
    draft.route("s0", "0.0.0.0/0", "igw", "internet_gateway")
    path = Trace(draft.network(), SERVICES).between("s0", "s1")
    assert path.verdict is Verdict.DROPPED, str(path)
    assert path.end is not None
    assert "carries packets to public addresses only" in path.end.says
