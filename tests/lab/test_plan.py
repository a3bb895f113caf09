"""What is built for a network, before anything is: addresses, routes, filters, and what a resolver decides."""

from __future__ import annotations

import sys
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from lab import host, routing
from lab.effective import attached
from lab.filters import router_filter
from lab.host import PROGRAMS, missing
from lab.plan import Plan, plan, public_address
from lab.resolver import decide
from tests.assurance.faults import PAYMENTS, Stacks, catalogued
from tests.lab.networks import SERVICES, sound_network
from tests.network.aws.recorded import Recorded

ROOT = Path(__file__).parent.parent.parent


def laid(stacks: Stacks | None = None, *, every_part: bool = False) -> Plan:
    return plan((stacks or Stacks()).network, catalogued(), every_part=every_part)


def test_every_interface_of_the_quickstart_has_a_namespace() -> None:
    found = laid()
    kinds = [each.kind for each in found.interfaces]
    counts = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    assert counts == {"endpoint": 12, "inbound": 3, "instance": 1, "outbound": 3, "workload": 12}
    assert len(set(found.namespaces)) == len(found.namespaces)


def test_fixed_addresses_are_kept_and_none_is_given_twice() -> None:
    found = laid()
    inbound = {str(a) for each in found.interfaces if each.kind == "inbound" for a in each.addresses}
    assert inbound == {"10.0.0.53", "10.0.1.53", "10.0.2.53"}
    every = [address for each in found.interfaces for address in each.addresses]
    assert len(set(every)) == len(every)
    assert IPv4Address("10.0.0.3") not in every, "AWS keeps a subnet's first four addresses"


def test_an_endpoint_of_a_snapshot_has_the_addresses_that_were_recorded() -> None:
    network = Recorded().network
    found = plan(network, catalogued())
    recorded = {
        (endpoint.address, subnet): str(address)
        for endpoint in network.interface_endpoints.values()
        for subnet, address in endpoint.addresses
    }
    laid_out = {
        (each.resource, each.subnet): str(*each.addresses) for each in found.interfaces if each.kind == "endpoint"
    }
    assert laid_out == recorded
    seats = [(each.vpc, address) for each in found.interfaces for address in each.addresses]
    assert len(set(seats)) == len(seats), f"an address twice: {seats}"


def test_each_part_of_a_subnet_that_a_rule_treats_apart_has_an_address() -> None:
    stacks = Stacks().changed("hub-core", "gateway/route-pool-10-0-4-0_22", destination_cidr_block="10.0.4.0/27")
    clients = [each for each in laid(stacks, every_part=True).interfaces if each.kind == "workload"]
    # The instance took the first free address of each part.
    first = next(each for each in clients if IPv4Address("10.0.4.5") in each.addresses)
    assert [str(address) for address in first.addresses] == ["10.0.4.5", "10.0.4.33"]


def test_a_person_sits_at_the_test_instance_and_never_in_the_attachments_subnet() -> None:
    found = laid()
    assert found.client("payments").kind == "instance"
    client = found.client("ledger")
    assert (client.kind, found.network.subnets[client.subnet].cidr) == (
        "workload",
        found.network.subnets[client.resource].cidr,
    )
    assert "attachment" not in client.subnet


def test_a_spoke_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(KeyError, match="no spoke nobody; the spokes are ledger, payments"):
        laid().client("nobody")


def test_an_attachment_that_nobody_accepts_gets_no_cable() -> None:
    stacks = Stacks().changed(PAYMENTS, "gateway/accepter", provider="aws.spoke")
    network = stacks.network
    waiting = [each.address for each in network.attachments.values() if not attached(network, each)]
    assert waiting == [stacks.address(PAYMENTS, "gateway/attachment")]
    assert len(plan(network, ()).wires) == 2


def test_a_static_route_beats_a_propagated_one_by_its_metric() -> None:
    draft = sound_network(0)
    found = plan(draft.network(), SERVICES)
    lines = list(routing.gateway(found, "hub: gateway"))
    assert any("10.0.0.0/22" in line and "metric 20" in line for line in lines), lines


def test_every_packet_that_a_filter_drops_is_recorded() -> None:
    found = laid()
    for vpc in found.routers:
        for line in router_filter(found, vpc):
            silent = line.endswith(" drop") and "icmp" not in line
            assert not silent, f"this rule drops without a record: {line}"


def test_a_resolver_takes_the_most_specific_of_rules_and_zones() -> None:
    draft = sound_network(0)
    draft.use_rule("s0", draft.rule("hub", "exempt", "kms.us-east-1.amazonaws.com", (), "SYSTEM"))
    draft.share("hub: exempt-share", ["hub: exempt"])
    found = plan(draft.network(), SERVICES)
    spoke, hub = found.network.vpcs["s0: vpc"], found.network.vpcs["hub: vpc"]
    kinds = {
        name: decide(found, spoke, f"{name}.us-east-1.amazonaws.com", inbound=False).kind
        for name in ("kms", "oidc.kms", "sts")
    }
    assert kinds == {"kms": "public", "oidc.kms": "public", "sts": "forward"}
    at_hub = {
        name: decide(found, hub, f"{name}.us-east-1.amazonaws.com", inbound=True).kind
        for name in ("kms", "oidc.kms", "a.dkr.ecr", "sts")
    }
    assert at_hub == {"kms": "answer", "oidc.kms": "nxdomain", "a.dkr.ecr": "answer", "sts": "public"}


def test_names_behind_a_gateway_endpoint_have_addresses_of_their_own() -> None:
    listed = ["com.amazonaws.us-east-1.s3"]
    assert str(public_address("a.s3.us-east-1.amazonaws.com", SERVICES, listed)).startswith("203.0.113.")
    assert str(public_address("lambda.us-east-1.amazonaws.com", SERVICES, listed)).startswith("198.51.100.")


# Machines that cannot run it --------------------------------------------------------------------------------------


def test_a_machine_without_namespaces_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert missing() == ["the lab needs Linux namespaces, and this is darwin: use a Linux machine or container"]


def test_missing_programs_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "_program", lambda name: None if name in {"nft", "nslookup"} else f"/usr/bin/{name}")
    assert missing() == ["nft, nslookup not found; on Debian and Ubuntu: apt-get install bind9-dnsutils nftables"]


def test_a_kernel_that_forbids_namespaces_is_named_with_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "_program", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(host, "_unshare", list)
    (said,) = missing()
    assert "run it as root, or allow user namespaces" in said


def test_packages_txt_has_what_the_programs_come_from() -> None:
    lines = (ROOT / "packages.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == sorted(set(PROGRAMS.values()))
