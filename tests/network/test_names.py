"""What VPCs are called: by their stack, whatever their tags say; and which AWS ids their addresses have."""

from network.model import Network, stack_of
from network.names import named
from network.terraform.reader import read
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks
from tests.network.terraform.test_plans import plan

NAMES = {HUB: "core", PAYMENTS: "payments", LEDGER: "ledger"}


def names(network: Network) -> dict[str, str]:
    """The name of each stack's VPC."""
    return {stack_of(vpc.address): name for name, vpc in (*network.hubs.items(), *network.spokes.items())}


def test_a_vpc_is_found_by_its_stack_whatever_its_tag_says() -> None:
    stacks = Stacks().changed(PAYMENTS, "network/vpc", tags={"Name": "anything"})
    stacks.changed(HUB, "network/vpc", tags={})
    assert names(stacks.network)[PAYMENTS] == "anything"
    assert names(named(stacks.network, NAMES)) == NAMES


def test_tags_that_were_swapped_change_no_name() -> None:
    stacks = Stacks().changed(PAYMENTS, "network/vpc", tags={"Name": "ledger"})
    stacks.changed(LEDGER, "network/vpc", tags={"Name": "payments"})
    assert names(named(stacks.network, NAMES)) == NAMES


def test_a_vpc_of_no_stack_keeps_its_tag_and_takes_nobodys_name() -> None:
    stacks = Stacks()
    stacks.stacks["other"] = {"resource": {"aws_vpc": {"a": {"tags": {"Name": "payments"}}, "b": {}}}}
    stacks.stacks["legacy"] = {"resource": {"aws_vpc": {"c": {"tags": {"Name": "legacy"}}}}}
    network = named(stacks.network, NAMES)
    assert sorted(network.spokes) == ["ledger", "legacy", "other: aws_vpc.a", "other: aws_vpc.b", "payments"]
    assert stack_of(network.spokes["payments"].address) == PAYMENTS


def test_of_several_vpcs_in_a_stack_the_tag_says_which_is_meant() -> None:
    stacks = Stacks().added(PAYMENTS, "aws_vpc", cidr_block="10.9.0.0/16", tags={"Name": "second"})
    assert {"payments", "second"} < named(stacks.network, NAMES).spokes.keys()


def test_ids_of_what_exists_are_those_of_the_prior_state() -> None:
    """Also of what a plan replaces, whose planned id is not known, and of what it destroys."""
    planned = plan("second", HUB)
    vpc = {"mode": "managed", "type": "aws_vpc", "address": "aws_vpc.gone"}
    planned["prior_state"] = {
        "values": {
            "root_module": {"resources": [{**vpc, "values": {"id": "vpc-01", "default_route_table_id": "rtb-01"}}]}
        }
    }
    network = read([(HUB, planned)])
    assert network.ids[f"{HUB}: aws_vpc.gone"] == "vpc-01"
    assert network.ids[f"{HUB}: aws_vpc.gone#default_route_table_id"] == "rtb-01"
    assert network.ids[network.hubs["core"].address].startswith("vpc-")
    assert read([(HUB, plan("first", HUB))]).ids == {}, "nothing exists yet"
