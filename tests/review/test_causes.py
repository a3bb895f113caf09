"""One cause is one finding, at the hop that matters, with the fix that would work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assurance.trace import State
from findings import Affected, Finding, Severity, codes
from findings.codes import Code
from network.services import Service
from review.verdicts import Report, report
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, affected, catalogued
from tests.assurance.test_asserts import joined
from tests.review.test_verdicts import SERVICES, intent, judged

RULE = "resolver/rule-us-east-1_amazonaws_com"
SPOKES = ("payments", "ledger")


def only(found: Report, *besides: Code) -> Finding:
    """The only finding, but for those of some other codes."""
    findings = [finding for finding in found.findings if finding.code not in besides]
    assert len(findings) == 1, [finding.title for finding in findings]
    return findings[0]


def smtp() -> Service:
    """A service on two ports, by the name and the endpoint of KMS."""
    return next(replace(each, ports=(443, 587)) for each in catalogued() if each.key == "kms")


# One cause --------------------------------------------------------------------------------------------------------


def test_one_cause_is_one_finding_with_every_spoke_and_service_that_it_affects() -> None:
    finding = only(judged(Stacks().without(HUB, "gateway/route-pool-10-0-4-0_22").network))
    assert finding.affects == (Affected(("ledger", "payments"), tuple(sorted(SERVICES))),)
    assert (finding.extent, finding.alike) == (8, 1)
    assert finding.fix == "add a route to 10.0.5.0/26 (aws_route), and likewise for the other ranges"


def test_two_causes_are_two_findings_and_the_one_that_affects_more_comes_first() -> None:
    stacks = Stacks().without(PAYMENTS, f"{RULE}-association").changed(
        HUB, "endpoints/endpoint-kms", private_dns_enabled=False
    )  # fmt: skip
    first, second = (each for each in judged(stacks.network).findings if each.code != codes.REFUSED)
    assert (first.subject, first.extent) == ("payments", 4)
    assert second.affects == (Affected(("ledger",), ("kms",)),)


def test_what_a_name_of_a_service_is_called_makes_no_cause_of_its_own() -> None:
    stacks = Stacks().changed(HUB, "network/vpc", enable_dns_support=False)
    finding = only(judged(stacks.network, intent(gateway={})), codes.REFUSED)
    assert finding.why.startswith("ec2messages.us-east-1.amazonaws.com: ")
    assert finding.targets == tuple(sorted(SERVICES))


def test_pairs_of_one_cause_are_one_finding() -> None:
    found = judged(joined().network)
    assert set(affected(found.findings)) == {("ledger", "payments"), ("payments", "ledger")}
    assert {finding.code for finding in found.findings} == {codes.ISOLATION}


def test_the_port_that_fails_is_named_and_the_others_are_not() -> None:
    stacks = Stacks().added(
        HUB,
        "aws_vpc_security_group_ingress_rule",
        provider="aws.hub",
        security_group_id=Stacks().reference(HUB, "endpoints/group-https"),
        ip_protocol="tcp",
        from_port=587,
        to_port=587,
        cidr_ipv4="10.0.5.0/24",
    )
    services = [smtp() if each.key == "kms" else each for each in catalogued()]
    found = report(stacks.network, services, intent())
    finding = only(found, codes.EXPOSURE)
    assert (finding.found, finding.affects) == ("broken on port 587", (Affected(("payments",), ("kms",)),))
    assert finding.why.startswith("no ingress rule allows tcp 587 from 10.0.4.")
    assert found.state("ledger", "kms") is State.PRIVATE
    assert found.reaches["payments", "kms"].ports == (587,)


# The fix ----------------------------------------------------------------------------------------------------------


def test_a_target_on_another_port_is_the_rules_fault() -> None:
    stacks = Stacks()
    targets = [{**each, "port": 54} for each in stacks.at(HUB, RULE)["target_ip"]]
    finding = only(judged(stacks.changed(HUB, RULE, target_ip=targets).network, intent(gateway={})))
    assert finding.place.address == stacks.address(HUB, RULE)
    assert finding.why.endswith("names port 54, and the inbound endpoint listens on 53")
    assert finding.fix == "set the port of the rule's target to 53"


def test_a_missing_gateway_endpoint_is_to_be_created_in_the_spoke() -> None:
    stacks = Stacks().without(LEDGER, "endpoints/endpoint-s3")
    finding = only(judged(stacks.network))
    assert (finding.subject, finding.target, finding.expected) == ("ledger", "s3", "gateway")
    assert finding.place.address == stacks.address(LEDGER, "network/route-table")
    assert finding.fix.startswith("create a gateway endpoint for com.amazonaws.us-east-1.s3 in "), finding.fix
    assert finding.place.address in finding.fix


def test_a_gateway_endpoint_without_the_table_is_to_be_associated_with_it() -> None:
    stacks = Stacks().changed(LEDGER, "endpoints/endpoint-s3", route_table_ids=[])
    finding = only(judged(stacks.network))
    assert finding.fix.startswith(f"associate {stacks.address(LEDGER, 'endpoints/endpoint-s3')} with"), finding.fix


def test_a_rule_that_became_a_system_rule_is_to_forward() -> None:
    stacks = Stacks()
    stacks.changed(HUB, RULE, rule_type="SYSTEM", resolver_endpoint_id=None, target_ip=[])
    finding = only(judged(stacks.network))
    assert finding.place.address == stacks.address(HUB, RULE)
    assert finding.fix.startswith(f"have {finding.place.address} forward (rule_type FORWARD)"), finding.fix
    assert set(affected([finding])) == {(spoke, key) for spoke in SPOKES for key in SERVICES}


def test_a_mistyped_domain_is_to_be_corrected() -> None:
    stacks = Stacks()
    finding = only(judged(stacks.changed(HUB, RULE, domain_name="us-east-1.amazonaws.con").network))
    assert finding.place.address == stacks.address(HUB, RULE)
    assert finding.fix == (
        f"correct the domain of {finding.place.address}: us-east-1.amazonaws.con, where us-east-1.amazonaws.com is "
        "asked for"
    )


def test_a_rule_for_another_region_is_named_as_one() -> None:
    stacks = Stacks()
    finding = only(judged(stacks.changed(HUB, RULE, domain_name="us-west-2.amazonaws.com").network))
    assert finding.fix.startswith("use one region for the VPC, us-east-1, and for "), finding.fix


def test_a_mistyped_service_of_an_endpoint_is_to_be_corrected() -> None:
    stacks = Stacks()
    stacks.changed(HUB, "endpoints/endpoint-kms", service_name="com.amazonaws.us-east-1.kmz")
    finding = only(judged(stacks.network), codes.EXPOSURE)
    assert finding.place.address == stacks.address(HUB, "endpoints/endpoint-kms")
    assert finding.fix.startswith(f"correct the service of {finding.place.address}"), finding.fix


def test_the_rule_of_the_spokes_own_hub_is_the_one_to_associate() -> None:
    stacks = Stacks("two-hubs")
    for spoke, hub in (("payments", "prod"), ("payments-dev", "dev")):
        broken = Stacks("two-hubs").without(f"spoke-{hub}-{spoke}", f"{RULE}-association")
        reach = broken.reach(spoke)
        assert reach.path.end is not None
        assert reach.path.end.fix.startswith(f"associate {stacks.address(f'hub-{hub}', RULE)} with the VPC"), spoke


def another_table(stacks: Stacks) -> Stacks:
    """The attachment of payments in a table that nothing propagates to."""
    stacks.added(
        HUB,
        "aws_ec2_transit_gateway_route_table",
        "island",
        provider="aws.hub",
        transit_gateway_id=stacks.reference(HUB, "gateway/gateway"),
    )
    contract = stacks.at(HUB, "contract/parameter")
    table = stacks.reference(HUB, "gateway/table-spokes")[2:-1]
    contract["insecure_value"] = contract["insecure_value"].replace(
        table, "aws_ec2_transit_gateway_route_table.island.id"
    )
    return stacks


def test_an_attachment_in_the_wrong_table_is_to_be_associated_with_the_one_that_has_the_route() -> None:
    """Of both spokes: nothing else uses the table, and another one has what it lacks."""
    stacks = Stacks().changed(
        HUB, "gateway/association", transit_gateway_route_table_id=Stacks().reference(HUB, "gateway/table-spokes")
    )
    finding = only(judged(stacks.network))
    assert finding.place.address == stacks.address(HUB, "gateway/association")
    assert finding.fix.startswith(f"associate {stacks.address(HUB, 'gateway/attachment')} with "), finding.fix
    assert stacks.address(HUB, "gateway/table-hub") in finding.fix


def test_a_table_that_lost_a_route_is_to_have_it_propagated() -> None:
    stacks = Stacks().without(HUB, "gateway/propagation-spokes")
    finding = only(judged(stacks.network))
    assert finding.place.address == stacks.address(HUB, "gateway/table-spokes")
    assert finding.fix.startswith("propagate the range into it"), finding.fix


# What opens a way -------------------------------------------------------------------------------------------------


def test_an_open_pair_names_the_propagation_that_opened_it() -> None:
    stacks = joined()
    for finding in judged(stacks.network).findings:
        assert "propagation" in finding.place.address, finding.place.address
        assert finding.fix.startswith(f"remove {finding.place.address}, which adds the route to "), finding.fix


def test_a_spoke_in_the_hubs_table_is_to_leave_it() -> None:
    stacks = Stacks().changed(
        LEDGER, "gateway/association", transit_gateway_route_table_id=Stacks().at(LEDGER, "gateway/propagation-hub")["transit_gateway_route_table_id"]
    )  # fmt: skip
    wide = {**stacks.at(LEDGER, "gateway/route-hub"), "destination_cidr_block": "10.0.4.0/22"}
    found = judged(stacks.added(LEDGER, "aws_route", **wide).network)
    isolation = [finding for finding in found.findings if finding.code == codes.ISOLATION]
    (finding,) = isolation
    assert (finding.subject, finding.target) == ("ledger", "payments")
    assert finding.place.address == stacks.address(LEDGER, "gateway/association")
    assert finding.fix.startswith(f"associate {stacks.address(LEDGER, 'gateway/attachment')} with its own table")


def test_a_way_out_names_its_route() -> None:
    stacks = Stacks()
    route: dict[str, Any] = {**stacks.at(PAYMENTS, "gateway/route-hub"), "destination_cidr_block": "0.0.0.0/0"}
    del route["transit_gateway_id"]
    finding = only(judged(stacks.added(PAYMENTS, "aws_route", **route, gateway_id="igw-0123456789abcdef0").network))
    assert finding.place.address == "spoke-core-payments: aws_route.added"
    assert finding.fix == "remove spoke-core-payments: aws_route.added"


def test_an_exposed_port_names_its_rule_once_for_every_endpoint_of_the_group() -> None:
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_vpc_security_group_ingress_rule",
        provider="aws.hub",
        security_group_id=stacks.reference(HUB, "endpoints/group-https"),
        ip_protocol="tcp",
        from_port=22,
        to_port=22,
        cidr_ipv4="10.0.0.0/8",
    )
    finding = only(judged(stacks.network))
    assert finding.place.address == "hub-core: aws_vpc_security_group_ingress_rule.added"
    assert finding.fix.startswith(f"remove {finding.place.address}"), finding.fix
    assert (finding.extent, finding.alike) == (8, 1)


# States -----------------------------------------------------------------------------------------------------------


def test_a_service_that_a_spoke_is_not_meant_to_use_and_reaches_is_exposed() -> None:
    less = intent(services={"payments": SERVICES, "ledger": SERVICES - {"kms"}})
    found = judged(Stacks().network, less)
    assert (found.state("ledger", "kms"), found.state("payments", "kms")) == (State.EXPOSED, State.PRIVATE)
    kept = replace(less, kept={"ledger": frozenset({"kms"})})
    assert judged(Stacks().network, kept).state("ledger", "kms") is State.PRIVATE


def test_a_zone_of_the_hubs_above_a_gateway_endpoints_name_breaks_nobody_who_does_not_use_it_so() -> None:
    """Ledger is meant for no gateway endpoint: that the hub's zone takes the name is nothing to it."""
    stacks = Stacks()
    vpc = stacks.reference(HUB, "network/vpc")
    stacks.added(HUB, "aws_route53_zone", provider="aws.hub", name="s3.us-east-1.amazonaws.com", vpc=[{"vpc_id": vpc}])
    found = judged(stacks.network, intent(gateway={"payments": frozenset({"s3"})}))
    assert set(affected(found.findings)) == {("payments", "s3")}
    assert (found.state("payments", "s3"), found.state("ledger", "s3")) == (State.BROKEN, State.UNREACHABLE)


@pytest.mark.parametrize("spoke", SPOKES)
def test_undetermined_is_a_state_of_its_own(spoke: str) -> None:
    found = judged(Stacks().changed(HUB, RULE, domain_name="${var.domain}").network)
    assert found.state(spoke, "kms").value == "undetermined"
    assert affected(found.findings)[spoke, "kms"].severity is Severity.UNKNOWN
