"""`./hub trace FILE --snapshot DIR`: the network as it is, and as it will be."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from tests.examples import ROOT, synthesised
from tests.network.aws.recorded import LEDGER, PAYMENTS, Recorded

TOPOLOGY = ROOT / "examples" / "quickstart.yaml"


def written(folder: Path, snapshot: Recorded) -> Path:
    """The snapshot as files."""
    for path, text in snapshot.files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
    return folder


def stacks(folder: Path, *names: str) -> list[Path]:
    """Some of the quickstart's stacks as files."""
    folder.mkdir()
    for name in names:
        (folder / f"{name}.json").write_bytes(synthesised("quickstart").stacks[name])
    return [folder / f"{name}.json" for name in names]


def traced(*arguments: Any, expect: int) -> str:
    done = CliRunner().invoke(app, ["trace", *map(str, arguments)], env={"COLUMNS": "300"})
    assert done.exit_code == expect, f"exit status {done.exit_code}, expected {expect}:\n{done.output}"
    return done.output


def no_route(snapshot: Recorded) -> Recorded:
    for table in snapshot.part("RouteTables", "route-table", PAYMENTS):
        table["Routes"] = [route for route in table["Routes"] if "TransitGatewayId" not in route]
    return snapshot


def test_the_network_as_it_is(tmp_path: Path) -> None:
    output = traced(TOPOLOGY, "--snapshot", written(tmp_path, Recorded()), expect=0)
    assert "payments" in output
    assert "172.31" not in output, "default VPCs are not the topology's"


def test_a_difference_from_the_topology_is_found(tmp_path: Path) -> None:
    output = traced(TOPOLOGY, "--snapshot", written(tmp_path, no_route(Recorded())), expect=1)
    assert "payments → ec2messages and 3 others" in output
    assert "no route leads to 10.0" in output


def test_the_network_as_it_will_be(tmp_path: Path) -> None:
    snapshot = written(tmp_path / "snapshot", no_route(Recorded()))
    files = stacks(tmp_path / "stacks", "hub-core", "spoke-core-payments", "spoke-core-ledger")
    traced(TOPOLOGY, *files, "--snapshot", snapshot, expect=0)


def test_a_spokes_stack_alone_over_a_snapshot(tmp_path: Path) -> None:
    files = stacks(tmp_path / "stacks", "spoke-core-ledger")
    traced(TOPOLOGY, *files, "--snapshot", written(tmp_path / "snapshot", Recorded()), expect=0)


def test_a_spokes_stack_alone_without_its_contract(tmp_path: Path) -> None:
    recorded = Recorded()
    recorded.lose("Parameters")
    files = stacks(tmp_path / "stacks", "spoke-core-ledger")
    output = traced(TOPOLOGY, *files, "--snapshot", written(tmp_path / "snapshot", recorded), expect=1)
    assert "parameter /endpoint-hub/core/contract of account 111111111111 in us-east-1" in output


def test_a_foreign_vpc_with_a_way_out_is_none_of_the_topologys(tmp_path: Path) -> None:
    recorded = Recorded()
    own = recorded.vpc(PAYMENTS)
    for table in recorded.items("RouteTables", PAYMENTS):
        if table["VpcId"] != own:
            table["Routes"].append({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"})
    traced(TOPOLOGY, "--snapshot", written(tmp_path, recorded), expect=0)


def test_one_hop_is_explained(tmp_path: Path) -> None:
    snapshot = written(tmp_path, Recorded())
    output = traced(TOPOLOGY, "--snapshot", snapshot, "--explain", "payments", "kms", expect=0)
    assert "AWS reports the attachment as available" in output


@pytest.mark.parametrize("lost", [("Vpcs",), ("Vpcs", "Subnets")])
def test_a_spoke_whose_vpc_was_not_recorded_is_refused(tmp_path: Path, lost: tuple[str, ...]) -> None:
    recorded = Recorded()
    for file in lost:
        recorded.lose(file, LEDGER)
    assert "ledger" in traced(TOPOLOGY, "--snapshot", written(tmp_path, recorded), expect=2)


def test_a_folder_without_a_snapshot_is_refused(tmp_path: Path) -> None:
    assert "contains no snapshot" in traced(TOPOLOGY, "--snapshot", tmp_path, expect=2)


def test_files_that_are_no_snapshots_are_refused_all_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "aws_configs"
    folder.mkdir()
    for name in ("Vpcs", "Subnets"):
        (folder / f"{name}.json").write_text("{")
    output = traced(TOPOLOGY, "--snapshot", tmp_path, expect=2)
    assert "Vpcs.json: not JSON" in output
    assert "Subnets.json: not JSON" in output
