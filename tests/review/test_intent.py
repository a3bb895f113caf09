"""Who is meant to reach what: services, segments, hubs, and the spokes that are judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assurance.path import Hop, Path, Verdict
from assurance.trace import Exposure, State
from findings import Finding, Severity, codes
from network.model import Network
from review.intent import intent_of, lost, names_in
from review.verdicts import Intent, Report, intended, report
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, catalogued
from tests.assurance.test_asserts import joined
from tests.examples import changed, designed
from tests.review.test_verdicts import SERVICES, intent, judged, titles


def alike() -> Stacks:
    """The quickstart without its test instance, so that nothing distinguishes its spokes."""
    stacks = Stacks()
    for blocks in stacks.stacks[PAYMENTS]["resource"].values():
        for key in [key for key in blocks if key.startswith("test-instance")]:
            del blocks[key]
    del stacks.stacks[PAYMENTS]["output"]["test_instance_id"]
    return stacks


def of_reach(found: Report) -> list[Finding]:
    return [finding for finding in found.findings if finding.code == codes.REACH]


@pytest.mark.parametrize(
    ("joined_pairs", "expected"),
    [
        (set(), False),
        ({("a", "b")}, True),
        ({("b", "a")}, True),
        ({("a", "a")}, False),
        ({("b", "b")}, False),
    ],
    ids=str,
)
def test_spokes_of_two_segments_meet_where_these_are_joined_whichever_is_named_first(
    joined_pairs: set[tuple[str, str]], *, expected: bool
) -> None:
    meant = Intent({}, {}, segment={"one": "a", "two": "b"}, joined=frozenset(joined_pairs))
    assert meant.may_reach("one", "two") is expected
    assert meant.may_reach("two", "one") is expected


def test_a_spoke_without_a_segment_meets_nobody() -> None:
    meant = Intent({}, {}, segment={"one": "a"}, joined=frozenset({("a", "a")}))
    assert not meant.may_reach("one", "two")
    assert not meant.may_reach("two", "one")
    assert not meant.may_reach("two", "three")


def test_a_service_is_wanted_on_an_interface_endpoint_or_a_gateway_endpoint() -> None:
    meant = Intent({"one": frozenset({"kms"})}, {}, gateway={"one": frozenset({"s3"})})
    assert meant.wants("one", "kms")
    assert meant.wants("one", "s3")
    assert not meant.wants("one", "ssm")
    assert not meant.wants("two", "kms")


def test_every_spoke_is_judged_unless_some_are_named() -> None:
    everybody, one = Intent({}, {}), Intent({}, {}, judged=frozenset({"one"}))
    assert everybody.judges("one")
    assert one.judges("one")
    assert one.judges("two", "one")
    assert not one.judges("two")
    assert not Intent({}, {}, judged=frozenset()).judges("one")


def test_only_what_concerns_a_judged_spoke_is_reported() -> None:
    only = judged(joined().network, intent(judged=frozenset({"ledger"}), services={"ledger": SERVICES}, gateway={}))
    assert [spoke for spoke, _ in only.rows()] == ["ledger"]
    assert len([title for title in titles(only) if "reachable, and should be blocked" in title]) == 2
    nobody = judged(joined().network, intent(judged=frozenset(), services={}, gateway={}))
    assert (titles(nobody), list(nobody.rows())) == ([], [])


def test_exposures_of_a_spoke_that_is_not_judged_are_not_reported() -> None:
    less = {name: SERVICES - {"kms"} for name in ("payments", "ledger")}
    both = judged(alike().network, intent(services=less))
    assert both.exposed, titles(both)
    assert judged(alike().network, intent(services=less, judged=frozenset())).exposed == {}
    (found,) = both.exposed.values()
    assert isinstance(found[0], Exposure)


def test_spokes_that_are_alike_are_reported_once_and_counted() -> None:
    (finding,) = of_reach(judged(alike().without(HUB, "gateway/route-pool-10-0-4-0_22").network))
    assert (finding.code, finding.severity, finding.alike) == (codes.REACH, Severity.FAILED, 1)
    assert (finding.found, finding.expected) == ("broken", "private")
    less = intent(services=dict.fromkeys(("payments", "ledger"), SERVICES - {"kms"}))
    exposed = [f for f in judged(alike().network, less).findings if f.code == codes.EXPOSURE]
    assert {finding.alike for finding in exposed} == {1}, exposed


def test_spokes_that_are_alike_and_meant_for_different_services_are_judged_apart() -> None:
    meant = intent(services={"payments": SERVICES, "ledger": SERVICES - {"kms"}})
    assert len(judged(alike().network, meant).groups) == 2
    assert len(judged(alike().network).groups) == 1
    for changes in (
        {"gateway": {"payments": frozenset({"s3"})}},
        {"segment": {"payments": "core/a", "ledger": "core/b"}},
        {"hub": {"payments": "core", "ledger": "other"}},
    ):
        assert len(judged(alike().network, intent(**changes)).groups) == 2, changes


def test_what_could_not_be_determined_is_a_finding_of_its_own_severity() -> None:
    route = Stacks().at(PAYMENTS, "gateway/route-hub")
    unknown = Stacks().added(PAYMENTS, "aws_route", **{**route, "destination_cidr_block": "${var.elsewhere}"})
    found = [each for each in judged(unknown.network).findings if each.subject == "payments"]
    assert found
    assert {each.severity for each in found} == {Severity.UNKNOWN}, titles(judged(unknown.network))
    isolation = next(each for each in found if each.code == codes.ISOLATION)
    assert (isolation.found, isolation.expected) == ("could not be determined", "blocked")


def test_a_finding_names_the_hop_that_decides_its_fix_and_its_source() -> None:
    stacks = Stacks().without(PAYMENTS, "gateway/route-hub")
    (finding,) = of_reach(judged(stacks.network))
    assert finding.place.address == stacks.address(PAYMENTS, "network/route-table")
    assert finding.fix == "add a route to 10.0.0.0/24 (aws_route)"
    assert finding.why == "no route leads to 10.0.0.0/24"
    assert finding.source.startswith("https://docs.aws.amazon.com/")
    assert finding.path[-1].says == finding.why


def test_a_service_on_an_interface_endpoint_is_not_missed_at_a_gateway_endpoint() -> None:
    found = judged(Stacks().network, intent(gateway=dict.fromkeys(("payments", "ledger"), frozenset({"s3", "kms"}))))
    assert found.sound, titles(found)


def test_the_table_has_a_state_for_each_spoke_of_a_group() -> None:
    found = judged(Stacks().network)
    assert found.state("ledger", "kms") is State.PRIVATE
    assert found.state("payments", "s3") is State.GATEWAY
    assert found.group_of.keys() == {"ledger", "payments"}


def test_without_the_shortcut_every_spoke_is_a_group_of_its_own() -> None:
    found = report(Stacks().network, catalogued(), intent(), shortcut=False)
    assert found.groups == (("ledger",), ("payments",))
    assert found.sound, titles(found)


# Without a topology -----------------------------------------------------------------------------------------------


def test_a_spoke_without_an_attachment_belongs_to_the_only_hub() -> None:
    network = Stacks().network
    meant = intended(replace(network, attachments={}), catalogued())
    assert meant.hub == {"payments": "core", "ledger": "core"}
    assert meant.services["payments"] == SERVICES


def test_a_spoke_that_is_attached_to_no_hub_of_several_is_meant_for_none() -> None:
    network = Stacks("two-hubs").network
    meant = intended(replace(network, attachments={}), [*catalogued(), *catalogued("eu-west-1")])
    assert (meant.hub, meant.services) == ({}, {})


def test_without_any_hub_nothing_is_meant() -> None:
    stacks = Stacks()
    del stacks.stacks[HUB]
    assert intended(stacks.network, catalogued()).hub == {}
    assert intended(Network(), catalogued()) == Intent({}, {})


# Of a topology ----------------------------------------------------------------------------------------------------


def test_a_design_means_what_its_hubs_offer_to_each_spoke() -> None:
    meant = intent_of(designed("quickstart"))
    assert meant.services == dict.fromkeys(("payments", "ledger"), SERVICES)
    assert meant.gateway == dict.fromkeys(("payments", "ledger"), frozenset({"s3"}))
    assert meant.hub == dict.fromkeys(("payments", "ledger"), "core")
    assert not meant.may_reach("payments", "ledger")
    assert meant.queries == {}


def test_an_absent_spoke_is_meant_for_nothing_and_lacks_no_vpc() -> None:
    design = changed("quickstart", spokes__payments__absent=True)
    assert intent_of(design).hub == {"ledger": "core"}
    assert lost(design, {LEDGER, PAYMENTS}, Network()) == ["ledger: its VPC is not in its stack"]
    assert names_in(design) == {HUB: "core", LEDGER: "ledger", PAYMENTS: "payments"}


def test_a_vpc_is_missed_only_in_a_stack_that_was_read() -> None:
    design = designed("quickstart")
    assert lost(design, {PAYMENTS}, Network()) == ["payments: its VPC is not in its stack"]
    assert lost(design, {HUB}, Network()) == []
    assert lost(design, {LEDGER, PAYMENTS}, Stacks().network) == []


def test_a_path_without_hops_is_reported_without_a_place() -> None:
    dropped = Hop("at", "says", "source", Verdict.DROPPED, "fix")
    assert Path((dropped,)).end == dropped
    unnamed = replace(catalogued()[0], names=(), public=())
    found = report(Stacks().network, [unnamed], Intent({"payments": frozenset({unnamed.key})}, {"payments": "core"}))
    finding = next(each for each in found.findings if each.code == codes.REACH)
    assert (finding.severity, finding.why, finding.fix, finding.path) == (Severity.UNKNOWN, "", "", ())
