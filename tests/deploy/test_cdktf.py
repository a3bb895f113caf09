"""`cdktf deploy`, `diff` and `destroy` of the same app, from the pinned CLI, as docs/guides/deploy.md describes it."""

import os
import re
from collections.abc import Iterator

import pytest

from tests.deploy.local import TIMEOUT, Local, local
from tests.examples import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TIMEOUT)]

CDKTF = ROOT / "node_modules" / ".bin" / "cdktf"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    assert CDKTF.is_file(), "cdktf-cli is not installed: make cdktf"
    with local(tmp_path_factory.mktemp("cdktf"), "minimal") as running:
        running.client("s3", "111111111111").create_bucket(Bucket="example-network-state")
        path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{running.environment['PATH']}"
        running.environment = {**running.environment, "PATH": path}
        yield running


def cdktf(network: Local, *arguments: str) -> str:
    said = network.run([CDKTF, *arguments, "--output", network.output])
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", said)


def test_1_deploy_applies_the_hub_and_then_its_spoke(network: Local) -> None:
    said = cdktf(
        network,
        "deploy",
        "hub-core",
        "spoke-core-payments",
        "--auto-approve",
        "--skip-provider-lock",
        "--parallelism",
        "1",
    )
    assert said.index("Apply complete! Resources: 38 added") < said.index("Apply complete! Resources: 20 added")


def test_2_diff_shows_no_changes(network: Local) -> None:
    for stack in ("hub-core", "spoke-core-payments"):
        assert "No changes" in cdktf(network, "diff", stack, "--skip-provider-lock")


def test_3_destroy_takes_down_the_spoke_first_and_leaves_nothing_but_the_bucket(network: Local) -> None:
    said = cdktf(
        network,
        "destroy",
        "hub-core",
        "spoke-core-payments",
        "--auto-approve",
        "--skip-provider-lock",
        "--parallelism",
        "1",
    )
    assert said.index("Destroy complete! Resources: 20 destroyed") < said.index(
        "Destroy complete! Resources: 38 destroyed"
    )
    assert network.aws.leftovers() == {"111111111111": [("bucket", "example-network-state")]}
