"""A snapshot of what exists, with stacks, plans or states of what is to be built."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from assurance.path import Verdict
from assurance.trace import State, Trace
from network.aws.parameters import read_parameters
from network.join import JOBS, MAPPINGS, join
from network.model import Doubt, Network, Route, Unknown, stack_of
from network.names import named
from network.terraform.reader import read as read_stacks
from review.intent import names_in
from tests.assurance.faults import HUB as HUB_STACK
from tests.assurance.faults import LEDGER as LEDGER_STACK
from tests.assurance.faults import PAYMENTS as PAYMENTS_STACK
from tests.assurance.faults import Stacks
from tests.examples import designed
from tests.network.aws.recorded import HUB, LEDGER, PAYMENTS, Recorded, complaints, exposures, failing, judged

KMS = "payments → kms"
STATES = json.loads((Path(__file__).parent / "aws" / "quickstart-states.json").read_text(encoding="utf-8"))


@cache
def states(*stacks: str) -> Network:
    """What some stacks' states say of what was recorded; all of them where none is named."""
    return read_stacks((stack, STATES[stack]) for stack in stacks or STATES)


def of(*stacks: str, example: Stacks | None = None) -> Network:
    """Some of the quickstart's stacks."""
    chosen = example or Stacks()
    return read_stacks((stack, chosen.stacks[stack]) for stack in stacks or chosen.stacks)


def joined(base: Network, change: Network) -> Network:
    return named(join(base, change), names_in(designed("quickstart")))


def counts(network: Network) -> dict[str, int]:
    return {
        each.name: len(getattr(network, each.name)) for each in fields(Network) if each.name in {*MAPPINGS, "rules"}
    }


def drifted(change: Any) -> Network:
    snapshot = Recorded()
    change(snapshot)
    return snapshot.network


# The same thing is there once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [states(), of()], ids=["by its id", "by its tag and kind"])
def test_what_both_have_is_there_once_as_the_stack_says(change: Network) -> None:
    base = Recorded().network
    found = joined(base, change)
    assert counts(found) == counts(base)
    assert len(found.rule_associations) == len(base.rule_associations)
    ours = {
        at
        for name in MAPPINGS
        if name != "acls"
        for at in _addresses(found, name)
        if stack_of(at).startswith(("hub", "spoke"))
    }
    assert not {at for at in ours if "aws_" not in at}, (
        "only the default ACLs, which no stack manages, are the snapshot's"
    )
    assert judged(found).sound
    assert found.unmodelled == ()


def _addresses(network: Network, name: str) -> list[str]:
    return [each.address for each in network.shares] if name == "shares" else list(getattr(network, name))


def test_a_doubt_about_what_exists_stays_unless_a_plan_has_every_value() -> None:
    """A policy that somebody set by hand stays: a stack without one leaves it to AWS, and a state is from before."""
    base = Recorded().network
    endpoint = next(at for at, each in base.interface_endpoints.items() if str(each.service).endswith(".kms"))
    base = replace(base, doubts=(Doubt(endpoint, "has a policy", base.gateways[next(iter(base.gateways))].owner),))
    assert not judged(base).sound
    for change in (of(), states()):
        found = joined(base, change)
        assert [doubt.address in found.interface_endpoints for doubt in found.doubts] == [True]
        assert not judged(found).sound
    planned = replace(states(), makers=dict.fromkeys(states().interface_endpoints, base.doubts[0].owner))
    assert joined(base, planned).doubts == ()


@pytest.mark.parametrize("stack", [HUB_STACK, PAYMENTS_STACK, LEDGER_STACK])
def test_one_stack_is_added_to_what_exists(stack: str) -> None:
    found = joined(Recorded().network, states(stack))
    assert judged(found).sound, complaints(judged(found))
    assert found.loose == ()
    assert found.unmodelled == ()


def test_a_literal_id_is_the_resource_with_that_id() -> None:
    """A spoke's state names the hub's gateway, tables and rule by their ids."""
    found = joined(Recorded().network, states(PAYMENTS_STACK))
    (attachment,) = found.attachments_of[found.spokes["payments"].address]
    assert attachment.gateway in found.gateways
    linked = {str(link.target) for table in found.gateway_tables.values() for link in table.associations}
    assert attachment.address in linked
    alone = states(PAYMENTS_STACK)
    assert len(alone.loose) > 0
    assert any("was not read" in each for each in alone.unmodelled)


def test_the_stacks_version_takes_the_snapshots_place() -> None:
    """A route that the snapshot lacks and the stack has is there, and the other way round."""

    def without_route(snapshot: Recorded) -> None:
        for table in snapshot.part("RouteTables", "route-table", PAYMENTS):
            table["Routes"] = [route for route in table["Routes"] if "TransitGatewayId" not in route]

    base = drifted(without_route)
    assert failing(base, KMS)[0] == "broken"
    assert judged(joined(base, of())).sound
    lacking = of(example=Stacks().without(PAYMENTS_STACK, "gateway/route-hub"))
    assert failing(joined(Recorded().network, lacking), KMS)[1].verdict is not Verdict.PASSES


def test_another_value_is_the_stacks() -> None:
    """Support is off in the stack, and still on in AWS."""
    change = of(example=Stacks().changed(PAYMENTS_STACK, "network/vpc", enable_dns_support=False))
    says, end = failing(joined(Recorded().network, change), KMS)
    assert (says, end.at) == ("broken", _spoke(change).address)


def _spoke(network: Network) -> Any:
    return next(vpc for vpc in network.vpcs.values() if stack_of(vpc.address) == PAYMENTS_STACK)


# What a plan destroys, and what nobody made ---------------------------------------------------------------------------


def planned(*gone: str) -> Network:
    """States as if a plan were about to destroy some resources: their ids are known, and they are not planned."""
    whole = states()
    ids = whole.ids
    stacks = {
        stack: {
            **document,
            "values": {
                "root_module": {
                    "resources": [
                        block
                        for block in document["values"]["root_module"]["resources"]
                        if not any(part in block["address"] for part in gone)
                    ]
                }
            },
        }
        for stack, document in STATES.items()
    }
    return replace(read_stacks(stacks.items()), ids=ids)


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        (
            "aws_route53_resolver_rule_association.resolver_rule-us-east-1_amazonaws_com",
            "unreachable",
        ),
        ("aws_ec2_transit_gateway_vpc_attachment.gateway_attachment", "broken"),
        ("aws_ec2_transit_gateway_route_table_association.gateway_association", "broken"),
        ("aws_ec2_transit_gateway_route_table_propagation.gateway_propagation", "broken"),
        ("aws_vpc_endpoint.endpoints_endpoint-kms", "unreachable"),
    ],
)
def test_what_a_plan_destroys_is_gone(gone: str, says: str) -> None:
    assert any(gone in at for at in states().ids), f"{gone} is in no state"
    assert failing(joined(Recorded().network, planned(gone)), KMS)[0] == says


def test_a_route_that_a_plan_destroys_is_gone() -> None:
    """Its table stays; a state shows the route in the table too, and a plan does not."""
    change = planned()
    table = next(at for at, t in change.tables.items() if stack_of(at) == PAYMENTS_STACK and t.routes)
    emptied = {**change.tables, table: replace(change.tables[table], routes=())}
    found = joined(Recorded().network, replace(change, tables=emptied))
    says, end = failing(found, KMS)
    assert (says, end.at) == ("broken", table)


def by_hand(snapshot: Recorded) -> None:
    """Somebody lets the spokes reach each other."""
    tables = {entry["TransitGatewayRouteTableId"]: entry for entry in snapshot.items("TransitGatewayStaticRoutes")}
    spokes = next(
        entry
        for entry in snapshot.items("TransitGatewayRouteTableAssociations")
        if {each["ResourceId"] for each in entry["Associations"]} == {snapshot.vpc(PAYMENTS), snapshot.vpc(LEDGER)}
    )
    for association in spokes["Associations"]:
        each = {key: value for key, value in association.items() if key != "State"}
        cidr = "10.0.4.0/24" if each["ResourceId"] == snapshot.vpc(PAYMENTS) else "10.0.5.0/24"
        tables[spokes["TransitGatewayRouteTableId"]]["Routes"].append(
            {"DestinationCidrBlock": cidr, "State": "active", "Type": "static", "TransitGatewayAttachments": [each]}
        )
    for account in (PAYMENTS, LEDGER):
        for table in snapshot.part("RouteTables", "route-table", account):
            (way,) = (route for route in table["Routes"] if "TransitGatewayId" in route)
            table["Routes"].append({**way, "DestinationCidrBlock": "10.0.4.0/22"})


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(states(), Verdict.PASSES), (of(), Verdict.UNKNOWN)],
    ids=["a state knows what it made", "a stack does not"],
)
def test_what_was_added_by_hand_is_not_dropped(change: Network, verdict: Verdict) -> None:
    base = drifted(by_hand)
    assert Trace(base, ()).between("payments", "ledger").verdict is Verdict.PASSES
    # A state that was read after it would show the route in its table.
    tables = {
        at: replace(t, routes=tuple(r for r in t.routes if str(r.destination) != "10.0.4.0/22"))
        for at, t in change.tables.items()
    }
    change = replace(change, tables=tables)
    path = Trace(joined(base, change), ()).between("payments", "ledger")
    assert path.verdict is verdict, path


def test_rules_of_groups_that_the_stack_does_not_have_are_undetermined() -> None:
    def opened(snapshot: Recorded) -> None:
        group = next(each for each in snapshot.items("SecurityGroups") if each["GroupName"] == "core-endpoints-https")
        group["IpPermissions"].append(
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
        )

    found = joined(drifted(opened), states())
    ways = exposures(found)
    assert ways
    assert all(path.verdict is Verdict.UNKNOWN for path in ways.values())


def test_entries_of_the_default_acl_count_though_no_stack_manages_it() -> None:
    def denied(snapshot: Recorded) -> None:
        for acl in snapshot.items("NetworkAcls", PAYMENTS):
            acl["Entries"].append(
                {"CidrBlock": "10.0.0.0/8", "Egress": True, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 1}
            )

    for change in (of(), states()):
        says, end = failing(joined(drifted(denied), change), KMS)
        assert says == "broken"
        assert end.at.endswith("#egress-1")


def test_an_association_that_the_stack_does_not_have_is_undetermined() -> None:
    change = of(example=Stacks().without(PAYMENTS_STACK, "resolver/rule-us-east-1_amazonaws_com-association"))
    says, end = failing(joined(Recorded().network, change), KMS)
    assert says == "undetermined"
    assert "rslvr-rr-" in end.says or "not known" in end.says


# Twice, and new ------------------------------------------------------------------------------------------------------


def test_an_id_that_two_stacks_claim_is_undetermined_and_listed() -> None:
    base, change = Recorded().network, states()
    (gateway,) = change.gateways
    twin = "hub-copy: aws_ec2_transit_gateway.gateway"
    twice = replace(
        change,
        gateways={**change.gateways, twin: replace(change.gateways[gateway], address=twin)},
        ids={**change.ids, twin: change.ids[gateway]},
    )
    found = joined(base, twice)
    assert any(gateway in each and twin in each for each in found.unmodelled), found.unmodelled
    assert set(found.gateways) == {gateway, twin}
    foreign = Route("x#0.0.0.0/0", next(iter(base.vpcs.values())).cidrs[0], "transit_gateway", change.ids[gateway])
    table = next(t for at, t in base.tables.items() if stack_of(at).startswith("111111111111"))
    routed = replace(base, tables={**base.tables, table.address: replace(table, routes=(foreign,))})
    (route,) = join(routed, twice).tables[table.address].routes
    assert isinstance(route.target, Unknown)


def test_parts_of_one_kind_that_nothing_tells_apart_are_undetermined_and_listed() -> None:
    """Two groups of a stack that nothing has: which is which shows in no tag."""
    base, change = Recorded().network, of()
    group = next(iter(change.groups.values()))
    ours, theirs = (
        [f"{PAYMENTS_STACK}: sg-{n}" for n in "12"],
        [f"{PAYMENTS_STACK}: aws_security_group.{n}" for n in "ab"],
    )
    base = replace(base, groups={**base.groups, **{at: replace(group, address=at) for at in ours}})
    change = replace(change, groups={**change.groups, **{at: replace(group, address=at) for at in theirs}})
    found = join(base, change)
    assert set(theirs) <= found.groups.keys()
    assert not set(ours) & found.groups.keys()
    for at in ours:
        assert any(each.startswith(f"{at} is ") and theirs[0] in each for each in found.unmodelled), found.unmodelled


def test_a_part_too_many_stays_and_is_listed() -> None:
    """An instance that has the stack's tag, and that the stack does not have."""
    base = Recorded().network
    instance = next(iter(base.instances.values()))
    more = f"{LEDGER_STACK}: i-0123456789abcdef0"
    base = replace(base, instances={**base.instances, more: replace(instance, address=more)})
    found = join(base, of())
    assert more in found.instances
    assert f"{more} (in the snapshot, and not in the stack)" in found.unmodelled
    assert more not in " ".join(join(base, states()).unmodelled), "a state knows that it did not make it"
    assert more in join(base, states()).instances


def without(value: Any, texts: set[str]) -> Any:
    """Data without the items of lists that name something."""
    if isinstance(value, dict):
        return {key: without(each, texts) for key, each in value.items()}
    if isinstance(value, list):
        return [without(each, texts) for each in value if not _names(each, texts)]
    return value


def _names(value: Any, texts: set[str]) -> bool:
    """Whether an item that holds no others names something."""
    nested = isinstance(value, dict) and any(
        isinstance(each, list) and key not in {"Tags", "TransitGatewayAttachments", "SubnetIds"}
        for key, each in value.items()
    )
    return not nested and any(text in json.dumps(value) for text in texts)


def never_applied() -> Recorded:
    """The ledger's stack is new: its account has no VPC of it, and the hub's tables do not know it."""
    snapshot = Recorded()
    attachment = snapshot.item("TransitGatewayVpcAttachments", LEDGER)["TransitGatewayAttachmentId"]
    gone = {snapshot.vpc(LEDGER), attachment}
    for path, document in snapshot.documents.items():
        if LEDGER in path:
            ours = [item for items in document.values() for item in items if LEDGER_STACK not in json.dumps(item)]
            (key,) = document
            document[key] = [item for item in ours if not any(text in json.dumps(item) for text in gone)]
        else:
            snapshot.documents[path] = without(document, gone)
    base = snapshot.network
    assert "ledger" not in base.spokes
    assert judged(base).sound
    return snapshot


def test_a_stack_that_was_never_applied_is_added() -> None:
    found = joined(never_applied().network, of())
    assert {"payments", "ledger", "core"} <= {*found.spokes, *found.hubs}
    assert judged(found).sound, complaints(judged(found))


# The contract as it was recorded --------------------------------------------------------------------------------------


def alone(stack: str, snapshot: Recorded) -> Network:
    """A stack over a snapshot, without the stack of its hub."""
    change = read_stacks([(stack, Stacks().stacks[stack])], read_parameters(snapshot.files))
    return joined(snapshot.network, change)


@pytest.mark.parametrize("stack", [PAYMENTS_STACK, LEDGER_STACK])
def test_a_spokes_stack_alone_is_the_spoke_on_the_hub_that_exists(stack: str) -> None:
    found = alone(stack, Recorded())
    assert judged(found).sound, complaints(judged(found))
    assert (found.unmodelled, found.loose) == ((), ())


def test_a_new_spokes_stack_alone_is_the_spoke_that_it_will_be() -> None:
    snapshot = never_applied()
    found = alone(LEDGER_STACK, snapshot)
    assert judged(found).sound, complaints(judged(found))
    assert (found.unmodelled, found.loose) == ((), ())
    lacking = Stacks().without(LEDGER_STACK, "gateway/association").stacks[LEDGER_STACK]
    change = read_stacks([(LEDGER_STACK, lacking)], read_parameters(snapshot.files))
    says, end = failing(joined(snapshot.network, change), "ledger → kms")
    assert (says, end.says) == ("broken", "no gateway table is associated with the attachment")


def other_contract(**changes: Any) -> Recorded:
    snapshot = never_applied()
    (contract,) = snapshot.items("Parameters")
    contract["Value"] = json.dumps({**json.loads(contract["Value"]), **changes})
    return snapshot


def no_contract() -> Recorded:
    snapshot = never_applied()
    snapshot.items("Parameters").clear()
    return snapshot


def contract_not_asked() -> Recorded:
    snapshot = never_applied()
    snapshot.lose("Parameters")
    return snapshot


def contract_elsewhere() -> Recorded:
    """The parameter is another region's."""
    snapshot = never_applied()
    snapshot.documents[snapshot.path("Parameters", HUB, "eu-west-1")] = snapshot.documents.pop(
        snapshot.path("Parameters")
    )
    return snapshot


@pytest.mark.parametrize(
    ("snapshot", "action"),
    [
        (no_contract, "give the stack that writes it too, or a snapshot"),
        (contract_not_asked, "give the stack that writes it too, or a snapshot"),
        (contract_elsewhere, "give the stack that writes it too, or a snapshot"),
        (partial(other_contract, version=2), "Apply hub-core with such a version"),
        (partial(other_contract, tables={"hub": "tgw-rtb-1"}), "Apply hub-core first"),
        (partial(other_contract, rules={}), "Apply hub-core first"),
    ],
    ids=["not there", "not recorded", "of another region", "of another version", "without a table", "without a rule"],
)
def test_without_its_contract_a_spoke_could_not_be_determined(snapshot: Callable[[], Recorded], action: str) -> None:
    found = alone(LEDGER_STACK, snapshot())
    says, end = failing(found, "ledger → kms")
    assert says == "undetermined"
    assert action in end.says
    assert {reach.state for (spoke, _), reach in judged(found).reaches.items() if spoke == "payments"} == {
        State.PRIVATE,
        State.GATEWAY,
    }, "the other spoke is as it was"


def test_a_propagation_whose_table_is_not_known_may_be_in_any() -> None:
    """The other spoke routes to the new one; whether the gateway's tables lead there is the contract's to say."""
    verdicts = {}
    for name, snapshot in (("known", never_applied()), ("unknown", no_contract())):
        for table in snapshot.part("RouteTables", "route-table", PAYMENTS):
            (way,) = (route for route in table["Routes"] if "TransitGatewayId" in route)
            table["Routes"].append({**way, "DestinationCidrBlock": "10.0.4.0/22"})
        verdicts[name] = Trace(alone(LEDGER_STACK, snapshot), ()).between("payments", "ledger").verdict
    assert verdicts == {"known": Verdict.DROPPED, "unknown": Verdict.UNKNOWN}


def test_an_association_whose_table_is_not_known_may_be_in_any() -> None:
    association = "gateway/association"
    stacks = Stacks().changed(LEDGER_STACK, association, transit_gateway_route_table_id="${var.table}")
    for network in (stacks.network, joined(never_applied().network, stacks.network)):
        says, end = failing(named(network, names_in(designed("quickstart"))), "ledger → kms")
        assert says == "undetermined"
        assert end.at == stacks.address(LEDGER_STACK, association)


def test_what_is_given_comes_before_what_was_recorded() -> None:
    """The hub's own stack is beside it, and the contract in AWS is an old one."""
    recorded = read_parameters(other_contract(transit_gateway_id="tgw-0123456789abcdef0").files)
    change = read_stacks(Stacks().stacks.items(), recorded)
    assert change == of()


def test_what_no_stack_is_about_stays_as_it_is() -> None:
    base = Recorded().network
    found = join(base, of(PAYMENTS_STACK))
    for name in ("vpcs", "subnets", "tables", "interface_endpoints", "groups"):
        kept = {at: part for at, part in getattr(base, name).items() if not at.startswith(f"{PAYMENTS_STACK}: ")}
        assert kept.items() <= getattr(found, name).items(), name


def test_every_kind_of_part_has_something_that_tells_it_apart() -> None:
    assert set(MAPPINGS) == set(JOBS)


def test_joining_with_nothing_changes_nothing() -> None:
    base = Recorded().network
    assert join(base, Network()) == base
    change = of()
    assert join(Network(), change) == change
