"""Each single fault is found, at the resource where a name or a packet is dropped, with what would fix it."""

import pytest

from assurance.path import Hop, Verdict
from assurance.trace import State
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks

POOL = "gateway/route-pool-10-0-4-0_22"
RULE = "resolver/rule-us-east-1_amazonaws_com"


def found(stacks: Stacks, state: State) -> Hop:
    """The hop at which payments does not get to KMS."""
    reach = stacks.reach()
    assert reach.state is state, f"{reach.state}\n{reach.path}"
    assert reach.path.end is not None
    return reach.path.end


def broken(stacks: Stacks) -> Hop:
    return found(stacks, State.BROKEN)


def test_the_quickstart_has_no_fault() -> None:
    reach = Stacks().reach()
    assert reach.state is State.PRIVATE, str(reach.path)
    assert reach.path.end is None


# Routes -----------------------------------------------------------------------------------------------------------


def test_a_missing_route_to_the_hub() -> None:
    hop = broken(Stacks().without(PAYMENTS, "gateway/route-hub"))
    assert hop.at == Stacks().address(PAYMENTS, "network/route-table")
    assert hop.fix == "add a route to 10.0.0.0/24 (aws_route)"


def test_a_missing_return_route() -> None:
    hop = broken(Stacks().without(HUB, POOL))
    assert hop.at == Stacks().address(HUB, "network/route-table")
    assert hop.fix == "add a route to 10.0.4.0/26 (aws_route)"


def test_a_return_route_for_half_of_the_spoke() -> None:
    hop = broken(Stacks().changed(HUB, POOL, destination_cidr_block="10.0.4.0/25"))
    assert "no route leads to 10.0.4.128/26" in hop.says


def test_a_subnet_without_its_route_table() -> None:
    hop = broken(Stacks().without(PAYMENTS, "network/subnet-use1-az2-routes"))
    assert hop.at == Stacks().address(PAYMENTS, "network/vpc") + "#default_route_table_id"


# The gateway ------------------------------------------------------------------------------------------------------


def test_a_zone_without_an_attachment_in_the_spoke() -> None:
    stacks = Stacks()
    attachment = stacks.at(PAYMENTS, "gateway/attachment")
    attachment["subnet_ids"] = attachment["subnet_ids"][:2]
    hop = broken(stacks)
    assert hop.at == stacks.address(PAYMENTS, "gateway/attachment")
    assert hop.says == "it has no subnet in use1-az4, so nothing in that zone can reach the gateway"


def test_a_zone_without_an_attachment_in_the_hub() -> None:
    stacks = Stacks()
    attachment = stacks.at(HUB, "gateway/attachment")
    attachment["subnet_ids"] = attachment["subnet_ids"][1:]
    hop = broken(stacks)
    assert hop.at == stacks.address(HUB, "gateway/attachment")
    assert "no subnet in use1-az1" in hop.says


def test_no_attachment() -> None:
    stacks = Stacks().without(PAYMENTS, "gateway/accepter").without(PAYMENTS, "gateway/attachment")
    for path in ("gateway/association", "gateway/propagation-hub"):
        stacks.without(PAYMENTS, path)
    assert broken(stacks).at == stacks.address(PAYMENTS, "network/vpc")


def test_an_attachment_that_nobody_accepts() -> None:
    stacks = Stacks()
    attached = stacks.reference(PAYMENTS, "gateway/attachment")
    for path in ("gateway/association", "gateway/propagation-hub"):
        stacks.changed(PAYMENTS, path, transit_gateway_attachment_id=attached)
    hop = broken(stacks.without(PAYMENTS, "gateway/accepter"))
    assert hop.at == stacks.address(PAYMENTS, "gateway/attachment")
    assert hop.says == "the attachment is not accepted"


def test_an_attachment_accepted_in_the_wrong_account() -> None:
    hop = broken(Stacks().changed(PAYMENTS, "gateway/accepter", provider="aws.spoke"))
    assert hop.says == "account 222222222222 accepts the attachment, but the gateway belongs to account 111111111111"


@pytest.mark.parametrize("path", ["gateway/association", "gateway/propagation-hub"])
def test_the_gateways_tables_changed_by_the_wrong_account(path: str) -> None:
    hop = broken(Stacks().changed(PAYMENTS, path, provider="aws.spoke"))
    assert hop.at == Stacks().address(PAYMENTS, path)
    assert hop.says == "account 222222222222 may not change the tables of account 111111111111's gateway"


def test_an_attachment_made_in_the_wrong_account() -> None:
    hop = broken(Stacks().changed(PAYMENTS, "gateway/attachment", provider="aws.hub"))
    assert hop.says == "account 111111111111 attaches a VPC of account 222222222222"


def test_a_withdrawn_association_with_the_segment() -> None:
    hop = broken(Stacks().without(PAYMENTS, "gateway/association"))
    assert hop.at == Stacks().address(PAYMENTS, "gateway/attachment")
    assert hop.says == "no gateway table is associated with the attachment"


def test_a_withdrawn_association_of_the_hub() -> None:
    hop = broken(Stacks().without(HUB, "gateway/association"))
    assert hop.at == Stacks().address(HUB, "gateway/attachment")


def test_a_segment_that_does_not_learn_the_hub() -> None:
    hop = broken(Stacks().without(HUB, "gateway/propagation-spokes"))
    assert hop.at == Stacks().address(HUB, "gateway/table-spokes")


def test_a_hub_that_does_not_learn_the_spoke() -> None:
    hop = broken(Stacks().without(PAYMENTS, "gateway/propagation-hub"))
    assert hop.at == Stacks().address(HUB, "gateway/table-hub")
    assert "no route to 10.0.4.0/26" in hop.says


def test_a_spoke_in_a_table_that_leads_nowhere() -> None:
    stacks = Stacks().added(
        HUB,
        "aws_ec2_transit_gateway_route_table",
        "island",
        provider="aws.hub",
        transit_gateway_id=Stacks().reference(HUB, "gateway/gateway"),
    )
    contract = stacks.at(HUB, "contract/parameter")
    text = contract["insecure_value"]
    table = Stacks().reference(HUB, "gateway/table-spokes")[2:-1]
    contract["insecure_value"] = text.replace(table, "aws_ec2_transit_gateway_route_table.island.id")
    assert broken(stacks).at == "hub-core: aws_ec2_transit_gateway_route_table.island"


@pytest.mark.parametrize(
    ("table", "destination"), [("table-spokes", "10.0.1.0/24"), ("table-hub", "10.0.4.64/26")], ids=["there", "back"]
)
def test_a_blackhole(table: str, destination: str) -> None:
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_ec2_transit_gateway_route",
        blackhole=True,
        destination_cidr_block=destination,
        transit_gateway_route_table_id=stacks.reference(HUB, f"gateway/{table}"),
    )
    hop = broken(stacks)
    assert hop.at == "hub-core: aws_ec2_transit_gateway_route.added"
    assert hop.says == f"a blackhole route drops {destination}"


def test_a_static_route_that_beats_the_propagated_one() -> None:
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_ec2_transit_gateway_route",
        destination_cidr_block="10.0.4.0/24",
        transit_gateway_attachment_id=stacks.reference(HUB, "gateway/attachment"),
        transit_gateway_route_table_id=stacks.reference(HUB, "gateway/table-hub"),
    )
    hop = broken(stacks)
    assert hop.at == stacks.address(HUB, "network/attachment-subnet-use1-az1")
    assert hop.says.endswith("loops until it is dropped")


def test_two_spokes_with_the_same_range() -> None:
    hop = found(Stacks().changed(LEDGER, "network/vpc", cidr_block="10.0.4.0/24"), State.UNKNOWN)
    assert hop.says == "several attachments propagate 10.0.4.0/26, and AWS keeps the routes of only one"


# Sharing ----------------------------------------------------------------------------------------------------------


def test_a_withdrawn_share_of_the_gateway() -> None:
    hop = broken(Stacks().without(HUB, "gateway-share/resource-gateway"))
    assert hop.at == Stacks().address(HUB, "gateway/gateway")
    assert hop.says == "it is in no share, so account 222222222222 cannot use it"


def test_a_gateway_share_without_the_organization() -> None:
    hop = broken(Stacks().without(HUB, "gateway-share/organization"))
    assert hop.at == Stacks().address(HUB, "gateway-share/share")
    assert hop.says == "account 222222222222 is not among its principals"


def test_a_withdrawn_share_of_the_rule_sends_the_spoke_to_public_dns() -> None:
    hop = found(Stacks().without(HUB, "rules-share/resource-us-east-1_amazonaws_com"), State.UNREACHABLE)
    assert hop.at == Stacks().address(HUB, RULE)
    assert hop.fix == "add it to a share (aws_ram_resource_association)"


def test_a_share_with_another_account() -> None:
    hop = broken(Stacks().changed(HUB, "gateway-share/organization", principal="333333333333"))
    assert hop.fix == "share it with the organization or the account (aws_ram_principal_association)"


def test_a_share_with_an_organizational_unit_is_not_guessed_at() -> None:
    unit = "arn:aws:organizations::999999999999:ou/o-exampleorg1/ou-1234-12345678"
    hop = found(Stacks().changed(HUB, "gateway-share/organization", principal=unit), State.UNKNOWN)
    assert hop.verdict is Verdict.UNKNOWN


# Security groups and ACLs -----------------------------------------------------------------------------------------


def test_an_endpoint_group_without_the_pool() -> None:
    hop = broken(Stacks().without(HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22"))
    assert hop.at == Stacks().address(HUB, "endpoints/group-https")
    assert hop.fix == "add an ingress rule for tcp 443 from 10.0.4.0/26"


def test_an_endpoint_with_the_wrong_group() -> None:
    stacks = Stacks()
    group = stacks.reference(HUB, "resolver/inbound-group")
    hop = broken(stacks.changed(HUB, "endpoints/endpoint-kms", security_group_ids=[group]))
    assert hop.at == stacks.address(HUB, "resolver/inbound-group")


def test_an_endpoint_without_a_group_has_the_default_one() -> None:
    stacks = Stacks().changed(HUB, "endpoints/endpoint-kms", security_group_ids=[])
    assert broken(stacks).at == stacks.address(HUB, "network/default-security-group")


def test_an_endpoint_group_with_the_wrong_port() -> None:
    hop = broken(Stacks().changed(HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22", from_port=80, to_port=80))
    assert "no ingress rule allows tcp 443 from 10.0.4.0/26" in hop.says


def test_an_endpoint_group_for_half_of_a_subnet() -> None:
    hop = broken(Stacks().changed(HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22", cidr_ipv4="10.0.4.0/27"))
    assert "10.0.4.32/27" in hop.says


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_an_inbound_endpoint_that_lets_no_dns_in(protocol: str) -> None:
    hop = broken(Stacks().without(HUB, f"resolver/inbound-{protocol}"))
    assert hop.at == Stacks().address(HUB, "resolver/inbound-group")
    assert f"{protocol} 53" in hop.says


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_an_outbound_endpoint_that_lets_no_dns_out(protocol: str) -> None:
    hop = broken(Stacks().without(HUB, f"resolver/outbound-{protocol}"))
    assert hop.at == Stacks().address(HUB, "resolver/outbound-group")


def test_an_instance_whose_group_lets_nothing_out() -> None:
    hop = broken(Stacks().without(PAYMENTS, "test-instance/https"))
    assert hop.at == Stacks().address(PAYMENTS, "test-instance/group")


def acl(stacks: Stacks, *, back: bool) -> Stacks:
    """A network ACL on a hub subnet that lets HTTPS in, and answers out or not."""
    everything = {"protocol": "-1", "rule_no": 100, "action": "allow", "cidr_block": "0.0.0.0/0"}
    return stacks.added(
        HUB,
        "aws_network_acl",
        vpc_id=stacks.reference(HUB, "network/vpc"),
        subnet_ids=[stacks.reference(HUB, "network/subnet-use1-az1")],
        ingress=[everything],
        egress=[everything] if back else [{**everything, "protocol": "tcp", "from_port": 443, "to_port": 443}],
    )


def test_a_network_acl_that_lets_everything_pass() -> None:
    assert acl(Stacks(), back=True).reach().state is State.PRIVATE


def test_a_network_acl_is_stateless() -> None:
    hop = broken(acl(Stacks(), back=False))
    assert hop.at == "hub-core: aws_network_acl.added"
    assert "no egress entry allows" in hop.says


# Names ------------------------------------------------------------------------------------------------------------


def test_a_withdrawn_association_of_the_rule() -> None:
    hop = found(Stacks().without(PAYMENTS, f"{RULE}-association"), State.UNREACHABLE)
    assert hop.at == Stacks().address(PAYMENTS, "network/vpc")
    assert hop.fix.startswith(f"associate {Stacks().address(HUB, RULE)} with the VPC")


def test_a_rule_associated_by_the_wrong_account() -> None:
    hop = found(Stacks().changed(PAYMENTS, f"{RULE}-association", provider="aws.hub"), State.UNREACHABLE)
    assert hop.says == "account 111111111111 associates a rule with a VPC of account 222222222222"


def test_a_zone_whose_domain_is_not_known_may_take_the_name() -> None:
    stacks = Stacks()
    vpc = stacks.reference(PAYMENTS, "network/vpc")
    hop = found(stacks.added(PAYMENTS, "aws_route53_zone", name="${var.domain}", vpc=[{"vpc_id": vpc}]), State.UNKNOWN)
    assert hop.at == "spoke-core-payments: aws_route53_zone.added"


def test_a_rule_on_the_hubs_own_vpc_goes_round_for_ever() -> None:
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_route53_resolver_rule_association",
        provider="aws.hub",
        resolver_rule_id=stacks.reference(HUB, RULE),
        vpc_id=stacks.reference(HUB, "network/vpc"),
    )
    # The endpoint's own zone is more specific than the rule; the names that it does not have go round.
    assert stacks.reach().state is State.PRIVATE
    reach = stacks.reach(key="sqs")
    assert reach.state is State.BROKEN
    assert reach.path.end is not None
    assert "returns to this rule and loops" in reach.path.end.says
    assert reach.path.end.at == stacks.address(HUB, RULE)


def specific(stacks: Stacks, domain: str, target: str) -> Stacks:
    """Another rule of the hub's, used by payments too."""
    stacks.added(
        PAYMENTS,
        "aws_route53_resolver_rule",
        provider="aws.spoke",
        domain_name=domain,
        rule_type="FORWARD",
        resolver_endpoint_id="rslvr-out-0123456789abcdef0",
        target_ip=[{"ip": target}],
    )
    return stacks.added(
        PAYMENTS,
        "aws_route53_resolver_rule_association",
        provider="aws.spoke",
        resolver_rule_id="${aws_route53_resolver_rule.added.id}",
        vpc_id=stacks.reference(PAYMENTS, "network/vpc"),
    )


def test_a_more_specific_rule_takes_the_name_elsewhere() -> None:
    hop = found(specific(Stacks(), "kms.us-east-1.amazonaws.com", "192.0.2.53"), State.UNKNOWN)
    assert hop.at == "spoke-core-payments: aws_route53_resolver_rule.added"
    assert "outbound endpoint is not in the input" in hop.says


def test_two_rules_for_the_same_domain() -> None:
    hop = found(specific(Stacks(), "us-east-1.amazonaws.com", "192.0.2.53"), State.UNKNOWN)
    assert hop.at == "spoke-core-payments: aws_route53_resolver_rule_association.added"
    assert "two rules for us-east-1.amazonaws.com" in hop.says


def test_a_system_rule_that_keeps_the_name() -> None:
    hop = found(
        Stacks().changed(PAYMENTS, "resolver/exemption-efs", domain_name="kms.us-east-1.amazonaws.com"),
        State.UNREACHABLE,
    )
    assert hop.at == Stacks().address(PAYMENTS, "resolver/exemption-efs")
    assert hop.fix.startswith(f"have {hop.at} forward (rule_type FORWARD) or remove it"), hop.fix


def test_a_rule_that_aims_at_nobody() -> None:
    targets = [{"ip": "10.0.0.54"}, {"ip": "10.0.1.53"}]
    hop = broken(Stacks().changed(HUB, RULE, target_ip=targets))
    assert hop.says == "no inbound endpoint has the target address 10.0.0.54"


def test_a_rule_through_the_inbound_endpoint() -> None:
    stacks = Stacks()
    hop = broken(stacks.changed(HUB, RULE, resolver_endpoint_id=stacks.reference(HUB, "resolver/inbound")))
    assert hop.fix == "forward through an outbound endpoint"


def test_the_spokes_resolver_is_off() -> None:
    hop = broken(Stacks().changed(PAYMENTS, "network/vpc", enable_dns_support=False))
    assert hop.at == Stacks().address(PAYMENTS, "network/vpc")
    assert hop.fix == "set enable_dns_support to true"


def test_the_hubs_resolver_is_off() -> None:
    assert broken(Stacks().changed(HUB, "network/vpc", enable_dns_support=False)).at == Stacks().address(
        HUB, "network/vpc"
    )


def test_the_hub_has_no_dns_hostnames() -> None:
    hop = found(Stacks().changed(HUB, "network/vpc", enable_dns_hostnames=False), State.UNREACHABLE)
    assert hop.at == Stacks().address(HUB, "network/vpc")
    assert hop.fix.startswith("set enable_dns_hostnames on")


def test_a_spoke_needs_no_dns_hostnames_to_forward() -> None:
    assert Stacks().changed(PAYMENTS, "network/vpc", enable_dns_hostnames=False).reach().state is State.PRIVATE


def test_an_endpoint_without_private_dns() -> None:
    hop = found(Stacks().changed(HUB, "endpoints/endpoint-kms", private_dns_enabled=False), State.UNREACHABLE)
    assert hop.fix == f"set private_dns_enabled on {Stacks().address(HUB, 'endpoints/endpoint-kms')}"


def test_no_endpoint() -> None:
    hop = found(Stacks().without(HUB, "endpoints/endpoint-kms"), State.UNREACHABLE)
    assert hop.at == Stacks().address(HUB, "network/vpc")
    assert hop.fix == "create an interface endpoint for the service, with private DNS"


def test_a_private_zone_of_the_spoke_without_the_record() -> None:
    stacks = Stacks()
    vpc = stacks.reference(PAYMENTS, "network/vpc")
    hop = broken(stacks.added(PAYMENTS, "aws_route53_zone", name="kms.us-east-1.amazonaws.com", vpc=[{"vpc_id": vpc}]))
    assert hop.at == "spoke-core-payments: aws_route53_zone.added"
    assert "public DNS is not queried" in hop.says


def test_a_private_zone_of_the_rules_own_domain_loses_to_the_rule() -> None:
    stacks = Stacks()
    vpc = stacks.reference(PAYMENTS, "network/vpc")
    stacks.added(PAYMENTS, "aws_route53_zone", name="us-east-1.amazonaws.com", vpc=[{"vpc_id": vpc}])
    assert stacks.reach().state is State.PRIVATE


def test_a_contract_read_from_another_account_is_unknown() -> None:
    stacks = Stacks()
    for block in stacks.stacks[PAYMENTS]["provider"]["aws"]:
        block["allowed_account_ids"] = ["222222222222"]
    hop = found(stacks, State.UNKNOWN)
    assert "/endpoint-hub/core/contract of account 222222222222" in hop.says


@pytest.mark.parametrize(
    ("ports", "blocked"),
    [((442, 442), False), ((444, 444), False), ((443, 443), True), ((400, 443), True), ((443, 500), True)],
    ids=str,
)
def test_an_entry_of_an_acl_concerns_the_ports_that_it_names(ports: tuple[int, int], *, blocked: bool) -> None:
    stacks = acl(Stacks(), back=True)
    first, last = ports
    entry = {"protocol": "tcp", "rule_no": 50, "action": "deny", "from_port": first, "to_port": last}
    network_acl = stacks.stacks[HUB]["resource"]["aws_network_acl"]["added"]
    network_acl["ingress"].append({**entry, "cidr_block": "0.0.0.0/0"})
    assert stacks.reach().state is (State.BROKEN if blocked else State.PRIVATE)
