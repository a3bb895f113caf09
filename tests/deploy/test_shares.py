"""RAM decides what a spoke's account sees, and when: what a user meets, with real Terraform."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.deploy.local import TIMEOUT, Local, local
from tests.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

HUB, SPOKE, DELAY = "111111111111", "222222222222", 45.0
ORGANIZATION = "arn:aws:organizations::999999999999:organization/o-exampleorg1"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    with local(tmp_path_factory.mktemp("shares"), "minimal", share_delay=DELAY) as running:
        running.client("s3", HUB).create_bucket(Bucket="example-network-state")
        yield running


def shares(network: Local) -> tuple[Any, list[str]]:
    ram = network.client("ram", HUB)
    return ram, [share["resourceShareArn"] for share in ram.get_resource_shares(resourceOwner="SELF")["resourceShares"]]


def test_1_a_share_that_takes_effect_late_is_waited_for(network: Local) -> None:
    said = network.hub("deploy", "--yes")
    assert "hub-core: 38 added" in said, said
    assert "spoke-core-payments: 20 added" in said, said
    log = (network.output / "logs" / "spoke-core-payments.log").read_text()
    assert "[RSLVR-00703]" in log, "the rule's share was effective at once, so this shows nothing"
    assert log.count("Apply complete!") == 1


def test_2_without_a_share_the_spoke_fails_with_aws_own_error(network: Local) -> None:
    with network.topology.open("a") as topology:
        topology.write('  ledger: {hub: core, account: "222222222222", cidr: 10.0.5.0/24}\n')
    ram, arns = shares(network)
    assert len(arns) == 2
    for arn in arns:
        ram.disassociate_resource_share(resourceShareArn=arn, principals=[ORGANIZATION])
    network.hub("synth")
    network.terraform("spoke-core-ledger", "init", "-no-color")
    said = network.terraform("spoke-core-ledger", "apply", "-no-color", "-auto-approve", expect=1)
    assert "InvalidTransitGatewayID.NotFound" in said
    assert "ResourceNotFoundException" in said


def statuses(resolver: Any) -> set[str]:
    """How the rules that an account sees are shared."""
    return {rule["ShareStatus"] for rule in resolver.list_resolver_rules()["ResolverRules"]}


def test_3_once_the_share_is_back_a_second_apply_heals_it(network: Local) -> None:
    ram, arns = shares(network)
    for arn in arns:
        ram.associate_resource_share(resourceShareArn=arn, principals=[ORGANIZATION])
    ec2, resolver = network.client("ec2", SPOKE), network.client("route53resolver", SPOKE)
    wait_for("the spoke's account sees the gateway", lambda: ec2.describe_transit_gateways()["TransitGateways"])
    wait_for("and the rule", lambda: "SHARED_WITH_ME" in statuses(resolver))
    assert "Apply complete!" in network.terraform("spoke-core-ledger", "apply", "-no-color", "-auto-approve")
    network.terraform("spoke-core-ledger", "plan", "-no-color", "-detailed-exitcode", expect=0)
