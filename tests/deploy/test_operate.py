"""What an operator asks of a deployed network, answered by real Terraform: plans, drift, orphans, locks, protection.

One network, from nothing to nothing; the tests are its story and run in their order.
"""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.local import TIMEOUT, Local, children, local
from tests.examples import ROOT
from tests.waiting import PATIENCE, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

BUCKET, HUB, SPOKE = "example-network-state", "111111111111", "222222222222"
ORGANIZATION = "arn:aws:organizations::999999999999:organization/o-exampleorg1"
COLUMNS = ("create", "change", "replace", "delete")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local(tmp_path_factory.mktemp("operate"), "minimal") as running:
        running.client("s3", HUB).create_bucket(Bucket=BUCKET)
        yield running


def edit(network: Local, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the topology's file."""
    data = yaml.safe_load(network.topology.read_text())
    change(data)
    network.topology.write_text(yaml.safe_dump(data, sort_keys=False))


def numbers(said: str) -> dict[str, tuple[int, ...] | str]:
    """Of a plan's table: creates, changes, replacements and deletions of each stack; or what it waits for."""
    found: dict[str, tuple[int, ...] | str] = {}
    for stack, counts, remark in re.findall(r"^(\S+) +\d{12} +((?:\d+ +){4})?(waits for \S+)?", said, re.MULTILINE):
        found[stack] = remark or tuple(map(int, counts.split()))
    return found


NOTHING = (0, 0, 0, 0)


def test_01_before_anything_is_there_the_hub_is_all_creations_and_its_spoke_waits(network: Local) -> None:
    said = network.hub("plan", expect=2)
    assert numbers(said) == {"hub-core": (38, 0, 0, 0), "spoke-core-payments": "waits for hub-core"}, said
    assert (network.stack("hub-core") / "tfplan").is_file()
    assert (network.stack("hub-core") / "tfplan.json").is_file()
    assert network.aws.leftovers() == {HUB: [("bucket", BUCKET)]}, "a plan applies nothing"


def test_02_a_spoke_deployed_before_its_hub_is_told_to_wait(network: Local) -> None:
    said = network.hub("deploy", "--yes", "--only", "spoke-core-payments", expect=1)
    assert "waits for hub-core: apply that first" in said
    assert "couldn't find resource" in said, "Terraform's own error stays"
    assert "Traceback" not in said


def test_03_once_deployed_nothing_would_change_nothing_has_drifted_and_nothing_unmanaged(network: Local) -> None:
    network.hub("deploy", "--yes")
    clean = {"hub-core": NOTHING, "spoke-core-payments": NOTHING}
    assert numbers(network.hub("plan")) == clean
    plans = sorted(network.output.glob("stacks/*/tfplan.json"))
    traced = network.run([ROOT / "hub", "trace", network.topology, *plans])
    assert re.search(r"^payments +private", traced, re.MULTILINE), traced
    assert "not traced" not in traced
    assert numbers(network.hub("plan", "--drift")) == clean
    assert "0 unmanaged resources" in network.run([ROOT / "hub", "unmanaged", network.topology])


def test_04_a_mistake_of_the_callers_is_no_change(network: Local) -> None:
    assert "No such option" in network.hub("plan", "--drfit", expect=1)
    assert "no stack matches" in network.hub("plan", "--only", "spoke-core-nobody", expect=1)


def test_05_adding_a_spoke_changes_its_own_stack_only_and_only_creates(network: Local) -> None:
    edit(network, lambda t: t["spokes"].update(ledger={"hub": "core", "account": SPOKE, "cidr": "10.0.5.0/24"}))
    said = numbers(network.hub("plan", expect=2))
    assert said == {"hub-core": NOTHING, "spoke-core-ledger": (20, 0, 0, 0), "spoke-core-payments": NOTHING}
    only = numbers(network.hub("plan", "--only", "spoke-core-l*", expect=2))
    assert list(only) == ["spoke-core-ledger"]
    network.hub("deploy", "--yes", "--only", "spoke-core-ledger")
    network.hub("plan")


def routes_of(network: Local, spoke: str) -> tuple[Any, str]:
    """The EC2 client of a spoke's account, and the id of the spoke's route table."""
    ec2 = network.client("ec2", SPOKE)
    tables = ec2.describe_route_tables(Filters=[{"Name": "tag:hub:stack", "Values": [f"spoke-core-{spoke}"]}])
    return ec2, tables["RouteTables"][0]["RouteTableId"]


def test_06_what_someone_deleted_by_hand_is_named_and_an_apply_heals_it(network: Local) -> None:
    ec2, table = routes_of(network, "payments")
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/22")
    resolver = network.client("route53resolver", SPOKE)
    vpc = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["VpcId"]
    for association in resolver.list_resolver_rule_associations()["ResolverRuleAssociations"]:
        if association["VPCId"] == vpc and "keeps" not in association["Name"]:
            resolver.disassociate_resolver_rule(VPCId=vpc, ResolverRuleId=association["ResolverRuleId"])
    said = network.hub("plan", "--drift", expect=2)
    assert re.search(r"^deleted: spoke-core-payments aws_route\.", said, re.MULTILINE), said
    assert re.search(r"^deleted: spoke-core-payments aws_route53_resolver_rule_association\.", said, re.MULTILINE), said
    assert numbers(said) == {
        "hub-core": NOTHING,
        "spoke-core-ledger": NOTHING,
        "spoke-core-payments": (0, 0, 0, 2),
    }
    assert not (network.stack("spoke-core-payments") / "drift").exists(), "applied, it would make the drift the state"
    assert "2 added" in network.hub("deploy", "--yes", "--only", "spoke-core-payments")
    network.hub("plan", "--drift")


def test_07_a_share_withdrawn_on_a_live_network_is_seen_and_the_next_apply_heals_it(network: Local) -> None:
    ram = network.client("ram", HUB)
    for share in ram.get_resource_shares(resourceOwner="SELF")["resourceShares"]:
        ram.disassociate_resource_share(resourceShareArn=share["resourceShareArn"], principals=[ORGANIZATION])
    said = network.hub("plan", "--drift", expect=2)
    assert len(re.findall(r"^deleted: hub-core aws_ram_principal_association\.", said, re.MULTILINE)) == 2, said
    # The spokes see no gateway any more, and the provider cannot even read their attachments.
    assert numbers(said)["spoke-core-payments"] == "waits for hub-core", said
    healed = network.hub("deploy", "--yes")
    assert "hub-core: 2 added" in healed
    assert "spoke-core-payments: 1 added" in healed, "the rule's association, which AWS drops with the share"
    network.hub("plan")
    network.hub("plan", "--drift")


def test_08_a_hub_is_not_destroyed_while_anyone_uses_it(network: Local) -> None:
    standing = network.aws.leftovers()
    said = network.hub("destroy", "--yes", "--only", "hub-core", expect=2)
    assert "hub-core is used by spoke-core-ledger: 20 resources in its state" in said
    assert "hub-core is used by spoke-core-payments: 20 resources in its state" in said
    assert "nothing was changed" in said
    assert network.aws.leftovers() == standing


def test_09_protect_refuses_what_it_should(network: Local) -> None:
    edit(network, lambda t: t.update(protect=True))
    assert "protected: hub-core" in network.hub("destroy", "--yes", expect=2)
    said = network.terraform("hub-core", "plan", "-destroy", "-no-color", expect=1)
    assert "Instance cannot be destroyed" in said, "plain Terraform is refused too"
    network.hub("plan")
    edit(network, lambda t: t.update(protect=False))


def test_10_adding_a_service_creates_one_endpoint_and_replaces_nothing(network: Local) -> None:
    edit(network, lambda t: t["hubs"]["core"]["services"].append("sqs"))
    said = numbers(network.hub("plan", expect=2))
    assert said == {"hub-core": (1, 0, 0, 0), "spoke-core-ledger": NOTHING, "spoke-core-payments": NOTHING}
    network.hub("deploy", "--yes", "--only", "hub-core")
    network.hub("plan")


def test_11_a_service_with_a_rule_of_its_own_makes_the_spokes_wait_for_the_hub(network: Local) -> None:
    edit(network, lambda t: t["hubs"]["core"]["services"].append("sagemaker.notebook"))
    said = numbers(network.hub("plan", expect=2))
    assert said["spoke-core-payments"] == said["spoke-core-ledger"] == "waits for hub-core", said
    left = [path.name for path in network.stack("spoke-core-ledger").glob("tfplan*")]
    assert not left, f"{left} are of an earlier run, and nobody could tell"
    edit(network, lambda t: t["hubs"]["core"]["services"].remove("sagemaker.notebook"))


def test_12_a_resolver_address_moves_in_place(network: Local) -> None:
    addresses = ["10.0.0.60", "10.0.1.53"]
    edit(network, lambda t: t["hubs"]["core"].update(resolver_addresses=addresses))
    said = network.hub("plan", expect=2)
    assert numbers(said)["hub-core"] == (0, 2, 0, 0), (
        "the inbound endpoint and the rule's targets, as docs/reference/changes.md says"
    )
    network.hub("deploy", "--yes", "--only", "hub-core")
    network.hub("plan")


def test_13_a_zone_that_is_emptied_takes_its_subnets_once_nothing_stands_in_them(network: Local) -> None:
    for spoke in ("ledger", "payments"):
        edit(network, lambda t, name=spoke: t["spokes"][name].update(zones=["use1-az1", "use1-az2"]))  # type: ignore[misc]
    edit(network, lambda t: t["hubs"]["core"]["zones"].append("use1-az4"))
    edit(network, lambda t: t["hubs"]["core"]["resolver_addresses"].append("10.0.2.53"))
    network.hub("deploy", "--yes", "--only", "hub-core")
    edit(network, lambda t: t["hubs"]["core"]["zones"].pop())
    edit(network, lambda t: t["hubs"]["core"]["resolver_addresses"].pop())
    said = numbers(network.hub("plan", expect=2))
    # In place: attachment, two endpoints, both resolver endpoints, the rule. Two subnets go, with their route tables.
    assert said == {"hub-core": (0, 6, 0, 4), "spoke-core-ledger": NOTHING, "spoke-core-payments": NOTHING}
    # AWS keeps a subnet while it has interfaces, and the provider waits twenty minutes for it: more than `deploy` gets.
    network.hub("deploy", "--yes", "--only", "hub-core")
    network.hub("plan")


def test_14_an_absent_spoke_is_deleted_alone_and_then_leaves_the_file(network: Local) -> None:
    edit(network, lambda t: t["spokes"]["ledger"].update(absent=True))
    said = numbers(network.hub("plan", expect=2))
    assert said == {"hub-core": NOTHING, "spoke-core-ledger": (0, 0, 0, 20), "spoke-core-payments": NOTHING}
    network.hub("deploy", "--yes")
    edit(network, lambda t: t["spokes"].pop("ledger"))
    said = numbers(network.hub("plan"))
    assert said == {"hub-core": NOTHING, "spoke-core-payments": NOTHING}, "an empty state is no orphan"


def test_15_a_spoke_that_was_only_taken_out_is_an_orphan(network: Local) -> None:
    kept: dict[str, Any] = {}
    edit(network, lambda t: (kept.update(t["spokes"]), t["spokes"].clear()))
    said = network.hub("plan", expect=2)
    assert "has no stack spoke-core-payments, whose state still has 20 resources" in said
    assert "hub-core is used by spoke-core-payments" in network.hub("destroy", "--yes", expect=2)
    edit(network, lambda t: t["spokes"].update(kept))
    network.hub("plan")


def test_16_of_two_applies_of_one_stack_one_is_refused_by_the_lock(network: Local, tmp_path: Path) -> None:
    """The first is held, by its process group, while it has the lock."""
    edit(network, lambda t: t["hubs"]["core"]["services"].append("sns"))
    log = network.output / "logs" / "hub-core.log"
    log.unlink()
    first = network.start("deploy", "--only", "hub-core")
    try:
        wait_for("the first at work", lambda: log.is_file() and "Creating..." in log.read_text())
        [holder] = children(first.pid)
        os.killpg(holder, signal.SIGSTOP)
        assert network.locks(BUCKET), "the first is stopped and has no lock"
        command: list[str | Path] = [ROOT / "hub", "deploy", network.topology, "--only", "hub-core", "--yes"]
        refused = network.run([*command, "--output", tmp_path / "other"], expect=1)
        os.killpg(holder, signal.SIGCONT)
        said, _ = first.communicate(timeout=PATIENCE)
    finally:
        if first.poll() is None:
            first.kill()
    assert first.returncode == 0, said
    assert "Error acquiring the state lock" in refused
    assert re.search(r"terraform -chdir=\S+hub-core force-unlock -force \S+", refused), refused
    assert network.locks(BUCKET) == []
    network.hub("plan")


def test_17_destroyed_in_order_nothing_is_left(network: Local) -> None:
    network.hub("destroy", "--yes")
    assert network.aws.leftovers() == {HUB: [("bucket", BUCKET)]}
    said = network.run([ROOT / "hub", "unmanaged", network.topology])
    assert "0 unmanaged resources" in said, f"what AWS still shows of deleted things is no unmanaged resource:\n{said}"
