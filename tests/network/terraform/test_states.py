"""States are the same network as the stacks that made them.

`states/` holds what real Terraform printed (`terraform show -json`, shortened to what is read) for the quickstart, after
an apply to the emulator.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from assurance.path import Verdict
from assurance.trace import State, Trace
from network.model import Network
from network.names import named
from network.terraform.reader import read
from review.intent import intent_of, names_in, services_in
from review.verdicts import report
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, catalogued, service
from tests.deploy.local import deployed
from tests.examples import designed

STATES = Path(__file__).parent / "states"
QUICKSTART = designed("quickstart")


def state(stack: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((STATES / f"{stack}.json").read_text(encoding="utf-8"))
    return loaded


def states() -> dict[str, dict[str, Any]]:
    return {stack: state(stack) for stack in (HUB, LEDGER, PAYMENTS)}


def values(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The values of all resources of a kind."""
    return [block["values"] for block in document["values"]["root_module"]["resources"] if block["type"] == kind]


def verdicts(network: Network) -> dict[object, object]:
    """What becomes of every pair: each spoke with each service, and with each other spoke; and all else it reaches."""
    network = named(network, names_in(QUICKSTART))
    known, meant = services_in(network), intent_of(QUICKSTART)
    found = report(network, known, meant, shortcut=False)
    trace = Trace(network, known)
    pairs = [(source, target) for source in network.spokes for target in network.spokes if source != target]
    return {
        **{(spoke, key): reach.state for (spoke, key), reach in found.reaches.items()},
        **{pair: trace.between(*pair).verdict for pair in pairs},
        "exposed": [exposure.address for exposures in found.exposed.values() for exposure in exposures],
        "figures": [(figure.what, figure.value) for figure in found.figures],
        "not modelled": network.unmodelled,
    }


def test_states_and_stacks_have_the_same_verdict_for_every_pair() -> None:
    found = verdicts(read(states().items()))
    assert found == verdicts(Stacks().network)
    assert found["payments", "kms"] is State.PRIVATE
    assert found["payments", "ledger"] is Verdict.DROPPED


@pytest.mark.parametrize("applied", [(HUB,), (HUB, PAYMENTS)])
def test_some_stacks_are_applied_and_others_are_not(applied: tuple[str, ...]) -> None:
    """States of what exists beside stacks of what is to be built, in the middle of a rollout."""
    mixed = {name: state(name) if name in applied else stack for name, stack in Stacks().stacks.items()}
    assert verdicts(read(mixed.items())) == verdicts(Stacks().network)


def test_the_order_of_states_does_not_matter() -> None:
    assert verdicts(read(reversed(states().items()))) == verdicts(read(states().items()))


def test_ids_of_a_state_are_known_by_address() -> None:
    network = read([(HUB, state(HUB))])
    vpc = network.hubs["core"].address
    (values_of_vpc,) = values(state(HUB), "aws_vpc")
    assert network.ids[vpc] == values_of_vpc["id"]
    assert network.ids[f"{vpc}#default_route_table_id"] == values_of_vpc["default_route_table_id"]


def test_accounts_are_those_of_the_resources() -> None:
    """A state knows no providers: who accepts an attachment is the owner of its gateway."""
    network = read(states().items())
    (attachment,) = network.attachments_of[network.spokes["payments"].address]
    assert attachment.owner.account == "222222222222"
    assert attachment.accepter_owner == network.hubs["core"].owner
    assert network.hubs["core"].owner.account == "111111111111"


def test_a_spoke_alone_names_ids_that_nothing_explains() -> None:
    trace = Trace(read([(PAYMENTS, state(PAYMENTS))]), catalogued())
    assert trace.reach("payments", service("kms")).state is State.UNKNOWN


def test_what_a_refresh_shows_twice_is_there_once() -> None:
    """After a refresh a route table's own list has the routes that are resources too, and a group's its rules."""
    refreshed = states()
    [table], routes = values(refreshed[HUB], "aws_route_table"), values(refreshed[HUB], "aws_route")
    table["route"] = [
        {"cidr_block": each["destination_cidr_block"], "transit_gateway_id": each["transit_gateway_id"]}
        for each in routes
    ]
    rules = values(refreshed[HUB], "aws_vpc_security_group_ingress_rule")
    for group in values(refreshed[HUB], "aws_security_group"):
        group["ingress"] = [
            {
                "protocol": rule["ip_protocol"],
                "from_port": rule["from_port"],
                "to_port": rule["to_port"],
                "cidr_blocks": [rule["cidr_ipv4"]],
            }
            for rule in rules
            if rule["security_group_id"] == group["id"]
        ]
    assert read(refreshed.items()) == read(states().items())


def test_what_a_refresh_found_is_traced_too() -> None:
    """A route that somebody added by hand is no resource, and stands in the table's own list."""
    refreshed = states()
    [table] = values(refreshed[PAYMENTS], "aws_route_table")
    table["route"] = [{"cidr_block": "10.0.0.0/24", "network_interface_id": "eni-01234567"}]
    assert Trace(read(refreshed.items()), catalogued()).reach("payments", service("kms")).state is State.UNKNOWN


def test_a_default_table_that_is_managed_holds_for_subnets_without_one() -> None:
    changed = states()
    (vpc,) = values(changed[PAYMENTS], "aws_vpc")
    blocks = changed[PAYMENTS]["values"]["root_module"]["resources"]
    blocks[:] = [block for block in blocks if block["type"] != "aws_route_table_association"]
    default = {
        "id": vpc["default_route_table_id"],
        "default_route_table_id": vpc["default_route_table_id"],
        "vpc_id": vpc["id"],
        "route": [],
    }
    blocks.append({"address": "aws_default_route_table.x", "type": "aws_default_route_table", "values": default})
    network = read(changed.items())
    subnets = network.subnets_of[network.spokes["payments"].address]
    assert {subnet.table for subnet in subnets} == {f"{PAYMENTS}: aws_default_route_table.x"}
    assert network.tables[f"{PAYMENTS}: aws_default_route_table.x"].vpc == network.spokes["payments"].address


def test_an_alias_of_an_endpoint_is_known_by_its_dns_name() -> None:
    """The other way to share endpoints: a private zone, whose record names the endpoint by what AWS called it."""
    changed = states()
    endpoint = next(each for each in values(changed[HUB], "aws_vpc_endpoint") if each["service_name"].endswith(".kms"))
    endpoint["private_dns_enabled"] = False
    (vpc,) = values(changed[PAYMENTS], "aws_vpc")
    zone = {"id": "Z0123", "zone_id": "Z0123", "name": "kms.us-east-1.amazonaws.com", "vpc": [{"vpc_id": vpc["id"]}]}
    name = endpoint["dns_entry"][0]["dns_name"]
    record = {"zone_id": "Z0123", "name": "kms.us-east-1.amazonaws.com", "alias": [{"name": name}]}
    changed[PAYMENTS]["values"]["root_module"]["resources"] += [
        {"address": "aws_route53_zone.x", "type": "aws_route53_zone", "values": zone},
        {"address": "aws_route53_record.x", "type": "aws_route53_record", "values": record},
    ]
    assert Trace(read(changed.items()), catalogued()).reach("payments", service("kms")).state is State.PRIVATE


def test_an_object_that_a_replacement_left_behind_is_not_the_resource() -> None:
    changed = states()
    blocks = changed[HUB]["values"]["root_module"]["resources"]
    vpc = next(block for block in blocks if block["type"] == "aws_vpc")
    blocks.append({**vpc, "deposed_key": "1a2b3c4d", "values": {**vpc["values"], "id": "vpc-0123456789"}})
    assert read(changed.items()) == read(states().items())


def test_an_empty_state_is_an_empty_network() -> None:
    assert read([("hub-core", {"format_version": "1.0"})]) == Network()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_states_of_a_real_apply_have_the_verdicts_of_their_stacks(tmp_path: Path) -> None:
    assert shutil.which("terraform"), "terraform is not on PATH, and this test needs the real one"
    with deployed(tmp_path) as running:
        texts = {}
        for stack in (HUB, LEDGER, PAYMENTS):
            running.terraform(stack, "apply", "-refresh-only", "-auto-approve", "-no-color")
            texts[stack] = running.terraform(stack, "show", "-json")
    assert verdicts(read(texts.items())) == verdicts(Stacks().network)
