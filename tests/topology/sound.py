"""A valid topology in which a test changes one thing, and the result of reading it."""

from __future__ import annotations

from topology import Design, TopologyError, design
from topology.document import read_text
from topology.models import Topology
from topology.reader import Reading, topology_of

__all__ = [
    "FILE",
    "SOUND",
    "Change",
    "changed",
    "designed",
    "in_hub",
    "in_spoke",
    "on_top",
    "problems_of",
    "reading_of",
]

FILE = "network.yaml"
# Tests name its lines: keep them where they are.
SOUND = """\
organization: {id: o-exampleorg1, management_account: "999999999999"}
role: NetworkDeploy
state: {bucket: example-network-state, region: us-east-1, account: "111111111111"}
hubs:
  core:
    region: us-east-1
    account: "111111111111"
    cidr: 10.0.0.0/22
    zones: [use1-az1, use1-az2]
    pools: [10.0.4.0/22]
    services: [kms, ssm, ssmmessages]
spokes:
  payments:
    hub: core
    account: "222222222222"
    cidr: 10.0.4.0/24
  ledger: {hub: core, account: "333333333333", cidr: 10.0.5.0/24}
"""
Change = tuple[str, str]
"""A text in the valid topology, and its replacement."""


def in_hub(line: str) -> Change:
    """Add a line to the hub; it is line 7."""
    return "    region: us-east-1\n", f"    region: us-east-1\n    {line}\n"


def in_spoke(line: str) -> Change:
    """Add a line to spoke "payments"; it is line 15."""
    return "    hub: core\n", f"    hub: core\n    {line}\n"


def on_top(line: str) -> Change:
    """Add a line to the topology itself; it is line 2."""
    return "role: NetworkDeploy\n", f"{line}\nrole: NetworkDeploy\n"


def changed(*changes: Change) -> str:
    """The sound topology with something changed, each at its first place."""
    text = SOUND
    for old, new in changes:
        assert old in text, f"{old!r} is not in the sound topology"
        text = text.replace(old, new, 1)
    return text


def problems_of(text: str | bytes) -> list[str]:
    """Every problem of a text, as it would be printed; none where it is sound."""
    try:
        reading_of(text)
    except TopologyError as error:
        return [str(problem) for problem in error.problems]
    return []


def reading_of(text: str | bytes) -> Reading:
    return topology_of(read_text(text, FILE))


def designed(*changes: Change) -> Design:
    """The design of the sound topology with something changed."""
    topology: Topology = reading_of(changed(*changes)).topology
    return design(topology)
