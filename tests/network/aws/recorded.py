"""What `./hub snapshot` recorded of the quickstart after it was applied, to be changed as somebody would by hand."""

from __future__ import annotations

import json
import pathlib
import re
from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from assurance.path import Hop, Path, Verdict
from assurance.trace import State, Trace
from network.aws.reader import read
from network.model import Network
from network.names import named
from review.intent import intent_of, names_in, services_in
from review.verdicts import Report, report
from tests.examples import designed

__all__ = [
    "HUB",
    "LEDGER",
    "PAYMENTS",
    "REGION",
    "Recorded",
    "complaints",
    "exposures",
    "failing",
    "grown",
    "judged",
    "leaks",
]

HUB, PAYMENTS, LEDGER = "111111111111", "222222222222", "333333333333"
REGION = "us-east-1"
IDS = re.compile(r"\b(?:[a-z]+-)+[0-9a-f]{8,17}\b")
TEXT = (pathlib.Path(__file__).parent / "quickstart.json").read_text(encoding="utf-8")


class Recorded:
    """The files of a snapshot, as data that a test may change."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = json.loads(TEXT)

    @staticmethod
    def path(file: str, account: str = HUB, region: str = REGION) -> str:
        """Where a file is."""
        return f"aws_configs/accounts/{account}/{region}/{file}.json"

    def items(self, file: str, account: str = HUB, region: str = REGION) -> list[dict[str, Any]]:
        """The list of a file."""
        (found,) = self.documents[self.path(file, account, region)].values()
        return list.__iadd__(found, [])  # the list itself, typed

    def home(self, file: str) -> str:
        """The first account in which a file of the region has an item; empty where none has."""
        found = (a for a in (HUB, PAYMENTS) if any(self.documents.get(self.path(file, a), {"": []}).values()))
        return next(found, "")

    def vpc(self, account: str) -> str:
        """The id of an account's VPC that a stack made."""
        return str(next(item for item in self.items("Vpcs", account) if not item["IsDefault"])["VpcId"])

    def item(self, file: str, account: str = HUB, **having: Any) -> dict[str, Any]:
        """The only item with some values."""
        found = [item for item in self.items(file, account) if having.items() <= item.items()]
        assert len(found) == 1, f"expected one item of {file} with {having}, found {found}"
        return found[0]

    def part(self, file: str, part: str, account: str = HUB) -> list[dict[str, Any]]:
        """The items that the tag `hub:part` names."""
        return [
            item
            for item in self.items(file, account)
            if any(tag["Key"] == "hub:part" and tag["Value"] == part for tag in item.get("Tags", ()))
        ]

    def lose(self, file: str, account: str = HUB, region: str = REGION) -> None:
        """Have a file that the role might not ask for."""
        del self.documents[self.path(file, account, region)]
        lost = self.documents.setdefault(self.path("NotRecorded", account, region), {"NotRecorded": []})
        lost["NotRecorded"].append(
            {"File": file, "Action": f"ec2:Describe{file}", "Code": "UnauthorizedOperation", "Message": ""}
        )

    @property
    def files(self) -> Mapping[str, bytes]:
        """The files' texts."""
        return {path: json.dumps(document).encode() for path, document in self.documents.items()}

    @property
    def network(self) -> Network:
        """What the reader makes of it, with the names of the quickstart."""
        return named(read(self.files), names_in(designed("quickstart")))


def grown(count: int) -> Recorded:
    """The quickstart with a number of spokes like payments alone: `000000000000` has spoke-core-spoke0, and so on.

    Ids are as random as AWS's, and each list is in their order.
    """
    snapshot = Recorded()
    known = {account: _ids(snapshot, account) for account in (HUB, PAYMENTS, LEDGER)}
    every = snapshot.documents
    snapshot.documents = {}
    for path, document in every.items():
        text = json.dumps(document).replace("10.0.4.0/22", "10.128.0.0/9")
        if HUB in path:
            mine = (known[PAYMENTS] - known[LEDGER]) | {PAYMENTS}
            others = (known[LEDGER] - known[PAYMENTS]) | {LEDGER}
            snapshot.documents[path] = _multiplied(json.loads(text), (mine, others), count)
        for at in range(count) if PAYMENTS in path else ():
            own = _renamed(json.loads(text), known[PAYMENTS] - known[LEDGER], at)
            snapshot.documents[path.replace(PAYMENTS, f"{at:012}")] = own
    return snapshot


def _ids(snapshot: Recorded, account: str) -> set[str]:
    return {
        id_ for path, each in snapshot.documents.items() if account in path for id_ in IDS.findall(json.dumps(each))
    }


def _renamed(value: Any, own: set[str], at: int) -> Any:
    """Data of payments as another spoke has it."""

    def other(match: re.Match[str]) -> str:
        kind, _, digits = match[0].rpartition("-")
        return f"{kind}-{Random(f'{at} {digits}').getrandbits(68):017x}" if match[0] in own else match[0]

    text = IDS.sub(other, json.dumps(value)).replace(PAYMENTS, f"{at:012}").replace("payments", f"spoke{at}")
    found = json.loads(text.replace("10.0.4.", f"10.{128 + at // 256}.{at % 256}."))
    for items in found.values() if isinstance(found, dict) else ():
        if isinstance(items, list):
            items.sort(key=lambda item: str(next(iter(IDS.findall(json.dumps(item))), item)))
    return found


def _multiplied(value: Any, spokes: tuple[set[str], set[str]], count: int) -> Any:
    """Data of the hub, with what it says of payments said of every spoke, and nothing of the ledger."""
    if isinstance(value, dict):
        return {key: _multiplied(each, spokes, count) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    mine, others = spokes
    found = []
    for each in value:
        text = json.dumps(each)
        if _names(each, mine, text):
            found += [_renamed(each, mine, at) for at in range(count)]
        elif not _names(each, others, text):
            found.append(_multiplied(each, spokes, count))
    return found


def _names(value: Any, texts: set[str], text: str) -> bool:
    """Whether an item names a spoke, and holds no list of several."""
    lists = ("Associations", "Routes", "TransitGatewayRouteTablePropagations")
    return any(each in text for each in texts) and not (isinstance(value, dict) and any(key in value for key in lists))


@cache
def _meant() -> Any:
    return intent_of(designed("quickstart"))


def judged(network: Network) -> Report:
    """The report by what the quickstart means."""
    return report(network, services_in(network), _meant())


def complaints(report: Report) -> list[str]:
    """What is not as it should be, for a message."""
    return [f"{name} {key}: {reach.state.value}" for (name, key), reach in report.reaches.items()]


def failing(network: Network, subject: str) -> tuple[str, Hop]:
    """How a spoke reaches a service that it should reach privately (`payments → kms`), and the hop that decides."""
    spoke, _, key = subject.partition(" → ")
    services = services_in(network)
    trace = Trace(network, services)
    reach = trace.reach(spoke, trace.service(key, trace.spoke(spoke)))
    assert reach.state is not State.PRIVATE, f"{subject} is private, and should not be:\n{reach.path}"
    assert not judged(network).sound, f"{subject} is {reach.state.value}, and the report is sound"
    end = reach.path.end
    assert end is not None, f"{subject}: {reach.state.value}, and no hop decides:\n{reach.path}"
    return reach.state.value, end


def exposures(network: Network) -> dict[str, Path]:
    """What spokes reach besides what is on offer, as `payments → …`."""
    report = judged(network)
    return {
        f"{spoke} → {exposure.address}": exposure.path
        for at, found in report.exposed.items()
        for spoke in report.groups[at]
        for exposure in found
    }


def leaks(network: Network) -> dict[str, Path]:
    """What is not blocked between the quickstart's spokes, which may not reach each other."""
    trace = Trace(network, ())
    pairs = (("payments", "ledger"), ("ledger", "payments"))
    found = {f"{source} → {target}": trace.between(source, target) for source, target in pairs}
    return {pair: path for pair, path in found.items() if path.verdict is not Verdict.DROPPED}
