"""A recorded network against its design: what was promised, what is deployed, and where a path is dropped."""

from __future__ import annotations

from functools import cache

import pytest

from assurance.trace import State
from cli.steps import proved
from findings import Finding, Place, Severity, codes
from network.model import Network
from review.deployed import Deployed, Promise, judge, promises
from tests.assurance.faults import affected
from tests.examples import designed, synthesised
from tests.network.aws.recorded import HUB, LEDGER, PAYMENTS, Recorded

DESIGN = designed("quickstart")
EVERY = frozenset(DESIGN.order)
OFFERED = ("ec2messages", "kms", "ssm", "ssmmessages")


@cache
def proof() -> tuple[Network, dict[str, tuple[Promise, ...]]]:
    network, traced = proved(DESIGN, synthesised("quickstart"))
    return network, promises(DESIGN, network, traced)


def judged(recorded: Recorded, *wanted: str, unseen: dict[Place, str] | None = None) -> Deployed:
    return judge(DESIGN, wanted or EVERY, proof()[0], recorded.network, unseen or {})


def wrong(found: Deployed) -> list[Finding]:
    return [finding for finding in found.findings if finding.severity is not Severity.OK]


def failed(found: Deployed) -> set[tuple[str, str]]:
    """Subject and target of every path that is not as promised."""
    return set(affected(each for each in found.findings if each.code in {codes.REACH, codes.ISOLATION}))


def without_gateway_route(account: str) -> Recorded:
    recorded = Recorded()
    for table in recorded.part("RouteTables", "route-table", account):
        table["Routes"] = [route for route in table["Routes"] if "TransitGatewayId" not in route]
    return recorded


def test_a_network_as_designed_has_every_promise_kept_and_no_difference() -> None:
    found = judged(Recorded())
    assert wrong(found) == []
    assert found.differences == ()
    for spoke, promised in proof()[1].items():
        for each in promised:
            state = found.report.state(spoke, each.service) if each.service else found.without[spoke]
            assert state is each.state, f"{spoke} → {each.name}: promised {each.state}, deployed {state}"


def test_promises_have_every_name_on_offer_one_for_s3_and_one_without_an_endpoint() -> None:
    promised = proof()[1]["payments"]
    assert {each.service for each in promised} == {*OFFERED, "s3", ""}
    told = {each.name: each.state for each in promised}
    assert told["kms.us-east-1.amazonaws.com"] is State.PRIVATE
    assert told["states.us-east-1.amazonaws.com"] is State.UNREACHABLE
    assert [each.state for each in promised if each.service == "s3"] == [State.GATEWAY]


def test_a_deleted_route_breaks_each_path_at_its_hop_and_is_listed_as_the_difference() -> None:
    found = judged(without_gateway_route(LEDGER))
    assert failed(found) == {("ledger", service) for service in OFFERED}
    kms = next(each for each in found.findings if each.code == codes.REACH)
    assert kms.expected == "private"
    assert kms.place.address.startswith("spoke-core-ledger: "), kms
    assert "no route leads to 10.0" in kms.why
    assert kms.fix.startswith("`./hub plan FILE --only spoke-core-ledger` shows what an apply restores")
    (difference,) = [each for each in found.findings if each.code == codes.DIFFERENCE]
    assert (difference.subject, difference.check, difference.severity) == ("ledger", "routes", Severity.WARNING)
    assert "10.0.0.0/22 to transit gateway" in difference.found
    assert difference.found.endswith(" missing")
    assert difference.why == "see the paths that fail"


def test_a_difference_that_breaks_no_path_is_a_warning_that_says_so() -> None:
    recorded = Recorded()
    for table in recorded.part("RouteTables", "route-table", PAYMENTS):
        gateway = next(route["TransitGatewayId"] for route in table["Routes"] if "TransitGatewayId" in route)
        table["Routes"].append(
            {"DestinationCidrBlock": "192.168.0.0/16", "TransitGatewayId": gateway, "State": "active"}
        )
    found = judged(recorded)
    assert failed(found) == set()
    (difference,) = wrong(found)
    assert (difference.subject, difference.check, difference.severity) == ("payments", "routes", Severity.WARNING)
    assert difference.found.endswith(" added")
    assert difference.why == "it breaks no path of a verified spoke"


def test_a_return_route_that_the_hub_lacks_fails_the_spokes_and_differs_in_the_hub() -> None:
    found = judged(without_gateway_route(HUB))
    assert {subject for subject, _ in failed(found)} == {"payments", "ledger"}
    assert {(each.subject, each.check) for each in found.findings if each.code == codes.DIFFERENCE} == {
        ("core", "routes")
    }


def test_a_spoke_that_is_not_deployed_is_said_once_and_the_others_are_judged() -> None:
    recorded = Recorded()
    vpc = recorded.vpc(LEDGER)
    recorded.items("Vpcs", LEDGER)[:] = [each for each in recorded.items("Vpcs", LEDGER) if each["VpcId"] != vpc]
    found = judged(recorded)
    told = {each.subject: (each.severity, each.found) for each in wrong(found) if each.code == codes.DEPLOYED}
    assert told == {"ledger": (Severity.FAILED, "spoke-core-ledger is not deployed: no VPC has its tags")}
    assert not any(each.subject == "ledger" for each in wrong(found) if each.code == codes.REACH)
    assert found.report.state("payments", "kms") is State.PRIVATE


def test_vpcs_that_could_not_be_recorded_are_unknown_and_not_absent() -> None:
    recorded = Recorded()
    recorded.lose("Vpcs", LEDGER)
    found = judged(recorded, unseen={Place(LEDGER, "us-east-1"): "ec2:DescribeVpcs: UnauthorizedOperation"})
    (ledger,) = [each for each in wrong(found) if each.subject == "ledger"]
    assert (ledger.code, ledger.severity) == (codes.DEPLOYED, Severity.UNKNOWN)
    assert ledger.found == "not verified: ec2:DescribeVpcs: UnauthorizedOperation"


def test_spokes_whose_hub_is_not_deployed_wait_for_it() -> None:
    recorded = Recorded()
    vpc = recorded.vpc(HUB)
    recorded.items("Vpcs")[:] = [each for each in recorded.items("Vpcs") if each["VpcId"] != vpc]
    found = judged(recorded)
    told = {each.subject: (each.severity, each.found) for each in wrong(found) if each.code == codes.DEPLOYED}
    waits = (Severity.UNKNOWN, 'not verified: hub "core" is not deployed, or could not be recorded')
    assert told == {
        "core": (Severity.FAILED, "hub-core is not deployed: no VPC has its tags"),
        "payments": waits,
        "ledger": waits,
    }
    assert found.without == {}, "no spoke was judged"


def test_two_vpcs_with_the_tags_of_one_stack_fail_it() -> None:
    recorded = Recorded()
    own = next(each for each in recorded.items("Vpcs", LEDGER) if not each["IsDefault"])
    recorded.items("Vpcs", LEDGER).append({**own, "VpcId": "vpc-again"})
    (ledger,) = [each for each in wrong(judged(recorded)) if each.subject == "ledger" and each.code == codes.DEPLOYED]
    assert (ledger.severity, ledger.found) == (Severity.FAILED, "2 VPCs have the tags of spoke-core-ledger")


@pytest.mark.parametrize("file", ["RouteTables", "VpcEndpoints", "ResolverRuleAssociations"])
def test_what_could_not_be_recorded_of_a_spoke_leaves_its_paths_unknown(file: str) -> None:
    recorded = Recorded()
    recorded.lose(file, LEDGER)
    found = judged(recorded)
    states = {found.report.state("ledger", service) for service in OFFERED}
    assert states == {State.UNKNOWN}, f"without {file}: {states}"
    assert {each.severity for each in wrong(found) if each.code == codes.REACH} <= {Severity.UNKNOWN}


def test_only_the_wanted_stacks_are_judged_and_compared() -> None:
    found = judged(without_gateway_route(LEDGER), "spoke-core-payments")
    assert wrong(found) == []
    assert set(found.without) == {"payments"}
    assert {each.subject for each in found.findings} == {"core", "payments"}


def test_what_the_gateway_learns_from_spokes_that_were_not_recorded_is_no_difference() -> None:
    recorded = Recorded()
    for path in [path for path in recorded.documents if f"/{LEDGER}/" in path]:
        del recorded.documents[path]
    found = judged(recorded, "spoke-core-payments")
    assert wrong(found) == []
    assert found.differences == ()


def test_a_difference_of_a_hub_none_of_whose_spokes_was_verified_is_unknown() -> None:
    (difference,) = wrong(judged(without_gateway_route(HUB), "hub-core"))
    assert (difference.subject, difference.check, difference.severity) == ("core", "routes", Severity.UNKNOWN)
    assert difference.why == "no spoke was verified that shows whether it breaks a path"
