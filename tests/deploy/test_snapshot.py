"""`./hub snapshot` of the quickstart, after real Terraform deployed it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.local import deployed
from tests.examples import ROOT

HUB, PAYMENTS, LEDGER = "111111111111", "222222222222", "333333333333"


def entries(folder: Path, file: str, account: str = HUB) -> list[dict[str, Any]]:
    """What a file of a snapshot lists."""
    text = (folder / "aws_configs/accounts" / account / "us-east-1" / f"{file}.json").read_text(encoding="utf-8")
    ((_, found),) = json.loads(text).items()
    return list(found)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_quickstart_is_recorded_after_it_was_deployed(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with deployed(tmp_path) as running:
        for folder in (first, second):
            running.run([ROOT / "hub", "snapshot", running.topology, "--output", folder])
    assert tree(first) == tree(second)
    assert not list(first.rglob("NotRecorded.json"))
    endpoints = entries(first, "VpcEndpoints")
    assert {one["VpcEndpointType"] for one in endpoints} == {"Interface"}
    types = {one["NetworkInterfaceId"]: one["InterfaceType"] for one in entries(first, "NetworkInterfaces")}
    assert {types[id_] for one in endpoints for id_ in one["NetworkInterfaceIds"]} == {"vpc_endpoint"}
    seen = {account: entries(first, "TransitGatewayAttachments", account) for account in (HUB, PAYMENTS, LEDGER)}
    assert {account: [one["State"] for one in found] for account, found in seen.items()} == {
        HUB: ["available"] * 3,
        PAYMENTS: ["available"],
        LEDGER: ["available"],
    }
    stacks = {tag["Value"] for vpc in entries(first, "Vpcs") for tag in vpc["Tags"] if tag["Key"] == "hub:stack"}
    assert stacks == {"hub-core"}
    shares = sorted(one["ShareStatus"] for one in entries(first, "ResolverRules", PAYMENTS))
    assert shares == ["NOT_SHARED", "SHARED_WITH_ME"]
