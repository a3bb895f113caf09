"""Who acts, against the topology: another account or region than it says."""

from __future__ import annotations

from pathlib import Path

from deployment.synthesis import synthesise
from findings import Severity, codes
from network.names import named
from network.terraform.reader import read
from review.intent import intent_of, names_in, services_in
from review.verdicts import report
from tests.assurance.faults import PAYMENTS, Stacks, catalogued
from tests.examples import designed
from tests.network.aws.recorded import Recorded, judged
from topology import design
from topology.document import read_text
from topology.reader import topology_of


def found(stacks: Stacks) -> list[tuple[str, str, Severity]]:
    design = designed("quickstart")
    network = named(stacks.network, names_in(design))
    findings = report(network, catalogued(), intent_of(design)).findings
    return [(str(each.place.address), each.found, each.severity) for each in findings if each.code is codes.ACCOUNT]


def provider(stacks: Stacks, stack: str) -> dict[str, object]:
    block: dict[str, object] = stacks.stacks[stack]["provider"]["aws"][0]
    return block


def test_the_quickstart_is_where_it_is_meant_to_be() -> None:
    assert found(Stacks()) == []


def test_a_spoke_in_another_account() -> None:
    stacks = Stacks()
    provider(stacks, PAYMENTS).update(
        allowed_account_ids=["333333333333"],
        assume_role=[{"role_arn": "arn:aws:iam::333333333333:role/NetworkDeploy"}],
    )
    says = "it is in account 333333333333, and the topology says 222222222222"
    assert found(stacks) == [(stacks.address(PAYMENTS, "network/vpc"), says, Severity.FAILED)]


def test_a_spoke_in_another_region() -> None:
    stacks = Stacks()
    provider(stacks, PAYMENTS)["region"] = "eu-west-1"
    says = "it is in region eu-west-1, and the topology says us-east-1"
    assert (stacks.address(PAYMENTS, "network/vpc"), says, Severity.FAILED) in found(stacks)


def test_a_spoke_whose_account_nobody_says() -> None:
    stacks = Stacks()
    for name in ("allowed_account_ids", "assume_role"):
        del provider(stacks, PAYMENTS)[name]
    says = "its account could not be determined, and the topology says 222222222222"
    assert found(stacks) == [(stacks.address(PAYMENTS, "network/vpc"), says, Severity.UNKNOWN)]


def test_several_accounts_of_which_the_role_is_in_one() -> None:
    stacks = Stacks()
    provider(stacks, PAYMENTS)["allowed_account_ids"] = ["222222222222", "333333333333"]
    assert found(stacks) == []


def test_what_was_recorded_is_where_it_is_meant_to_be() -> None:
    assert not [each for each in judged(Recorded().network).findings if each.code is codes.ACCOUNT]


def test_a_hub_and_a_spoke_may_have_one_name_in_two_accounts() -> None:
    text = Path("examples/quickstart.yaml").read_text(encoding="utf-8").replace("ledger:", "core:")
    planned = design(topology_of(read_text(text)).topology)
    network = named(read(synthesise(planned).stacks.items()), names_in(planned))
    findings = report(network, services_in(network), intent_of(planned)).findings
    assert [each.title for each in findings if each.code is codes.ACCOUNT] == []
