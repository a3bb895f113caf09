"""The network is what the Terraform says, wherever a value stands; what it does not say is unknown, and listed."""

import json
from ipaddress import IPv4Network

import pytest

from assurance.trace import State, Trace
from network.model import Unknown
from network.terraform.reader import read
from tests.assurance.faults import HUB, PAYMENTS, Stacks, catalogued, service


def test_hubs_and_spokes_go_by_their_names() -> None:
    network = Stacks().network
    assert (sorted(network.hubs), sorted(network.spokes)) == (["core"], ["ledger", "payments"])


def test_a_reference_comes_to_an_address_within_the_stack() -> None:
    stacks = Stacks()
    subnet = stacks.network.subnets[stacks.address(PAYMENTS, "network/subnet-use1-az1")]
    assert subnet.vpc == stacks.address(PAYMENTS, "network/vpc")
    assert subnet.table == stacks.address(PAYMENTS, "network/route-table")
    assert (subnet.zone, subnet.cidr) == ("use1-az1", IPv4Network("10.0.4.0/26"))


def test_the_contract_leads_across_stacks_in_any_order() -> None:
    stacks = Stacks()
    for documents in (stacks.stacks.items(), reversed(list(stacks.stacks.items()))):
        network = read(documents)
        attachment = network.attachments[stacks.address(PAYMENTS, "gateway/attachment")]
        assert attachment.gateway == stacks.address(HUB, "gateway/gateway")
        table = network.gateway_tables[stacks.address(HUB, "gateway/table-spokes")]
        assert attachment.address in {link.target for link in table.associations}


def test_without_the_hub_what_the_contract_says_is_unknown() -> None:
    stacks = Stacks()
    network = read([(PAYMENTS, stacks.stacks[PAYMENTS])])
    gateway = network.attachments[stacks.address(PAYMENTS, "gateway/attachment")].gateway
    assert isinstance(gateway, Unknown)
    assert "/endpoint-hub/core/contract" in gateway.why
    assert Trace(network, catalogued()).reach("payments", service("kms")).state is State.UNKNOWN
    assert any("gateway_association" in line for line in network.unmodelled)


def test_text_and_parsed_documents_are_the_same_network() -> None:
    stacks = Stacks().stacks
    assert read((name, json.dumps(stack).encode()) for name, stack in stacks.items()) == read(stacks.items())


def test_resources_that_are_not_known_are_listed() -> None:
    stacks = Stacks().added(PAYMENTS, "aws_vpn_connection", transit_gateway_id="tgw-0123456789abcdef0")
    assert [line.partition(" (")[0] for line in stacks.network.unmodelled] == [
        "spoke-core-payments: aws_vpn_connection.added"
    ]
    assert Stacks().network.unmodelled == ()


def test_a_part_of_what_was_not_read_is_listed() -> None:
    stacks = Stacks().changed(PAYMENTS, "gateway/route-hub", route_table_id="rtb-0123456789abcdef0")
    assert stacks.network.unmodelled == (
        f"{stacks.address(PAYMENTS, 'gateway/route-hub')} (rtb-0123456789abcdef0 was not read)",
    )


def test_an_unknown_route_is_not_guessed_at() -> None:
    stacks = Stacks()
    route = stacks.at(PAYMENTS, "gateway/route-hub")
    stacks.added(PAYMENTS, "aws_route", **{**route, "destination_cidr_block": "${var.elsewhere}"})
    assert stacks.reach().state is State.UNKNOWN


def test_inline_rules_and_routes_are_read_too() -> None:
    stacks = Stacks()
    route = stacks.at(HUB, "gateway/route-pool-10-0-4-0_22")
    rule = {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.4.0/22"]}
    stacks.without(HUB, "gateway/route-pool-10-0-4-0_22").without(HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22")
    inline = {"cidr_block": "10.0.4.0/22", "transit_gateway_id": route["transit_gateway_id"]}
    stacks.changed(HUB, "network/route-table", route=[inline]).changed(HUB, "endpoints/group-https", ingress=[rule])
    assert stacks.reach().state is State.PRIVATE


def test_a_zone_with_an_alias_is_private_without_any_rule() -> None:
    """The other way to share endpoints: private zones on each spoke."""
    stacks = Stacks().changed(HUB, "endpoints/endpoint-kms", private_dns_enabled=False)
    vpc = stacks.reference(PAYMENTS, "network/vpc")
    stacks.added(PAYMENTS, "aws_route53_zone", name="kms.us-east-1.amazonaws.com", vpc=[{"vpc_id": vpc}])
    kind, key = stacks.find(HUB, "endpoints/endpoint-kms")
    stacks.stacks[PAYMENTS]["locals"]["endpoint"] = f"{HUB}: {kind}.{key}"
    stacks.added(
        PAYMENTS,
        "aws_route53_record",
        zone_id="${aws_route53_zone.added.id}",
        name="kms.us-east-1.amazonaws.com",
        alias=[{"name": "${local.endpoint}"}],
    )
    assert stacks.reach().state is State.PRIVATE


def test_a_gateway_with_default_tables_joins_everybody() -> None:
    stacks = Stacks().changed(
        HUB, "gateway/gateway", default_route_table_association="enable", default_route_table_propagation="enable"
    )
    for path in ("gateway/association", "gateway/propagation-hub"):
        stacks.without(PAYMENTS, path)
    stacks.changed(
        PAYMENTS,
        "gateway/accepter",
        transit_gateway_default_route_table_association=True,
        transit_gateway_default_route_table_propagation=True,
    )
    table = stacks.network.gateway_tables[stacks.address(HUB, "gateway/gateway") + "#default_route_table"]
    assert [link.target for link in table.associations] == [stacks.address(PAYMENTS, "gateway/attachment")]


@pytest.mark.parametrize(
    ("accounts", "joined"),
    [(["222222222222"], "known"), (["111111111111"], None), (["${var.account}"], "unknown")],
    ids=str,
)
def test_only_an_accepter_keeps_an_attachment_of_another_account_out_of_default_tables(
    accounts: list[str], joined: str | None
) -> None:
    """The provider changes no table of another account's gateway, whatever the attachment says."""
    stacks = Stacks().changed(
        HUB,
        "gateway/gateway",
        auto_accept_shared_attachments="enable",
        default_route_table_association="enable",
        default_route_table_propagation="enable",
    )
    stacks.without(PAYMENTS, "gateway/accepter")
    for provider in stacks.stacks[PAYMENTS]["provider"]["aws"]:
        if provider["alias"] == "spoke":
            provider["allowed_account_ids"] = accounts
            provider.pop("assume_role", None)
    stacks.changed(
        PAYMENTS,
        "gateway/attachment",
        transit_gateway_default_route_table_association=False,
        transit_gateway_default_route_table_propagation=False,
    )
    attachment = stacks.address(PAYMENTS, "gateway/attachment")
    table = stacks.network.gateway_tables[stacks.address(HUB, "gateway/gateway") + "#default_route_table"]
    for links in (table.associations, table.propagations):
        found = [link.target for link in links if link.address == attachment]
        known = ["unknown" if isinstance(each, Unknown) else "known" for each in found]
        assert known == ([] if joined is None else [joined])
