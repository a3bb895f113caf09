"""What was applied reads back as what was designed: the stacks and a snapshot have one verdict for every pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from network.aws.reader import read
from network.join import join
from network.model import Network
from network.names import named
from network.terraform.reader import read as read_stacks
from review.intent import intent_of, names_in, services_in
from review.verdicts import Report, report
from tests.deploy.local import deployed
from tests.examples import ROOT, designed, stacks_of

SPOKES = ("payments", "ledger")


def judged(network: Network) -> Report:
    design = designed("quickstart")
    return report(named(network, names_in(design)), services_in(network), intent_of(design))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_quickstart_reads_back_as_its_stacks(tmp_path: Path) -> None:
    with deployed(tmp_path) as running:
        running.run([ROOT / "hub", "snapshot", running.topology, "--output", tmp_path / "snapshot"])
    folder = tmp_path / "snapshot"
    files = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.json")}
    stacks = read_stacks(stacks_of("quickstart").items())
    expected = judged(stacks)
    for network in (read(files), join(read(files), stacks)):
        found = judged(network)
        assert found.sound
        for spoke in SPOKES:
            for service in expected.services:
                assert found.state(spoke, service) is expected.state(spoke, service), f"{spoke} → {service}"
