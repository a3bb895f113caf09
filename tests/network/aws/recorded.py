"""What `./hub snapshot` recorded of the quickstart after it was applied, to be changed as somebody would by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from assurance.path import Hop
from network.aws.reader import read
from network.model import Network
from network.names import named
from review.intent import intent_of, names_in, services_in
from review.verdicts import Report, report
from tests.examples import designed

__all__ = ["HUB", "LEDGER", "PAYMENTS", "Recorded", "judged", "only_finding"]

HUB, PAYMENTS, LEDGER = "111111111111", "222222222222", "333333333333"
REGION = "us-east-1"
TEXT = (Path(__file__).parent / "quickstart.json").read_text(encoding="utf-8")


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


@cache
def _meant() -> Any:
    return intent_of(designed("quickstart"))


def judged(network: Network) -> Report:
    """The report by what the quickstart means."""
    return report(network, services_in(network), _meant())


def only_finding(network: Network, subject: str) -> tuple[str, Hop]:
    """What is found about a subject, and the hop that decides."""
    found = {finding.subject: finding for finding in judged(network).findings}
    assert subject in found, f"expected a finding about {subject}, found {sorted(found)}"
    end = found[subject].path.end
    assert end is not None, f"{found[subject].title}: no hop of its path decides\n{found[subject].path}"
    return found[subject].says, end
