"""The files of a snapshot: which account and region each is of, what it lists, and what is missing.

A snapshot has the form that the AWS CLI prints, a file for each call, in the layout that Batfish reads:
`aws_configs/accounts/<account>/<region>/<File>.json`, `aws_configs/<region>/<File>.json` or `aws_configs/<File>.json`.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from network.model import Owner, Unknown

__all__ = ["Item", "Snapshot", "SnapshotError", "tags_of"]

Item = Mapping[str, Any]
"""An item of a list, as the AWS CLI prints it."""

FOLDER = "aws_configs"
ACCOUNTS = "accounts"
GLOBAL = "global"
"""The folder, in place of a region's, of what an account has once."""
ONCE = frozenset({"HostedZones", "HostedZoneDetails", "ResourceRecordSets"})
"""Files of global services, wherever they are."""
NOT_RECORDED = "NotRecorded"
TELLING = ("Vpcs", "Subnets", "RouteTables", "NetworkAcls", "SecurityGroups")
"""Files whose items say by `OwnerId` whose snapshot it is, where the path does not."""
WITH_ARNS = ("Vpcs", "Subnets", "TransitGateways", "ResolverEndpoints", "SecurityGroups")
ARN_KEYS = ("SubnetArn", "TransitGatewayArn", "Arn", "SecurityGroupArn")
ZONE = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]")
"""An availability zone: its region and a letter."""
NO_ACCOUNT = Unknown("the snapshot does not say whose account it is")
NO_REGION = Unknown("the snapshot does not say which region it is of")


class SnapshotError(ValueError):
    """Files that are no snapshot. `problems` has everything that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Snapshot:
    """What AWS returned, by account and region. Raises `SnapshotError` for files that are none of a snapshot's."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        problems: list[str] = []
        self._items: dict[Owner, dict[str, list[Item]]] = defaultdict(dict)
        self._lost: dict[Owner, dict[str, str]] = defaultdict(dict)
        self._owned: dict[str, Mapping[str, tuple[Owner, Item]]] = {}
        unplaced: dict[str, dict[str, list[Item]]] = defaultdict(dict)
        for path in sorted(files):
            if not path.endswith(".json"):
                continue
            *folders, file = _below(path)
            name = file.removesuffix(".json")
            items = _parsed(path, files[path], name, problems)
            match folders:
                case [first, account, region] if first == ACCOUNTS:
                    self._put(Owner(account, GLOBAL if name in ONCE else region), name, items)
                case [region]:
                    unplaced[region][name] = items
                case []:
                    unplaced[""][name] = items
                case _:
                    problems.append(f"{path}: a snapshot has no file there")
        for region, named in unplaced.items():
            self._place(region, named, unplaced)
        if not files:
            problems.append(f"no snapshot: there is no file below {FOLDER}/")
        if problems:
            raise SnapshotError(problems)

    def _place(
        self, region: str, named: dict[str, list[Item]], everything: Mapping[str, dict[str, list[Item]]]
    ) -> None:
        """Put files of a layout without accounts where their contents say."""
        account = _account_in(named if region != GLOBAL else _merged(everything))
        for name, items in named.items():
            home: str | Unknown = GLOBAL if name in ONCE else region or _region_in(named)
            self._put(Owner(account, home), name, items)

    def _put(self, place: Owner, name: str, items: list[Item]) -> None:
        if name != NOT_RECORDED:
            self._items[place][name] = items
            return
        for lost in items:
            told = f"{lost.get('Action', 'the call')}: {lost.get('Code', 'no answer')}"
            self._lost[place][str(lost.get("File"))] = told

    @property
    def places(self) -> tuple[Owner, ...]:
        """Every account and region that something was recorded of, or was to be."""
        return tuple(dict.fromkeys((*self._items, *self._lost)))

    def files(self) -> Iterator[tuple[Owner, str]]:
        """Every file that is there."""
        for place, named in self._items.items():
            for name in named:
                yield place, name

    def lost(self) -> Iterator[tuple[Owner, str, str]]:
        """Every file that was not recorded, and why."""
        for place, named in self._lost.items():
            for name, told in named.items():
                yield place, name, told

    def of(self, file: str) -> Iterator[tuple[Owner, Item]]:
        """The items of a file, of every account and region, each with where it was seen."""
        for place, named in self._items.items():
            for item in named.get(file, ()):
                yield place, item

    def owned(self, file: str, key: str, owner_key: str = "OwnerId") -> Mapping[str, tuple[Owner, Item]]:
        """The items of a file by id, each with its owner. Of what several accounts see, the owner's copy counts."""
        if file not in self._owned:
            found: dict[str, tuple[Owner, Item]] = {}
            for place, item in self.of(file):
                account = item.get(owner_key) or place.account
                if item.get(key) and (item[key] not in found or account == place.account):
                    found[item[key]] = (Owner(account, place.region), item)
            self._owned[file] = found
        return self._owned[file]

    def entries(self, file: str, key: str) -> dict[str, Item]:
        """The entries of a file that has one for each of many things, by the id that AWS was asked for."""
        return {item[key]: item for _, item in self.of(file) if item.get(key)}

    def missing(self, file: str, owner: Owner) -> Unknown | None:
        """Why a file is not there for the account and region of an owner; None where it is."""
        place = Owner(owner.account, GLOBAL) if file in ONCE else owner
        if place not in self._items and Owner(NO_ACCOUNT, place.region) in self._items:
            place = Owner(NO_ACCOUNT, place.region)
        if file in self._items.get(place, ()):
            return None
        where = f"account {place.account} in {place.region}" if place.region != GLOBAL else f"account {place.account}"
        if place not in self._items and place not in self._lost:
            return Unknown(f"{where} is not in the snapshot")
        told = self._lost[place].get(file)
        return Unknown(f"{file} of {where} was not recorded: {told}" if told else f"no {file}.json of {where}")


def tags_of(item: Item) -> Mapping[str, str]:
    """The tags of an item; RAM writes their keys small."""
    tags = item.get("Tags") or item.get("tags") or ()
    return {str(tag.get("Key", tag.get("key"))): str(tag.get("Value", tag.get("value"))) for tag in tags}


def _below(path: str) -> list[str]:
    """The parts of a path below the snapshot's folder."""
    parts = path.split("/")
    return parts[parts.index(FOLDER) + 1 :] if FOLDER in parts else parts


def _parsed(path: str, text: bytes, name: str, problems: list[str]) -> list[Item]:
    """The list of a file; what is wrong with it is added to the problems."""
    try:
        document = json.loads(text)
    except ValueError as error:
        problems.append(f"{path}: not JSON: {error}")
        return []
    if not isinstance(document, dict):
        problems.append(f"{path}: not an object, as the AWS CLI prints it")
        return []
    if document.get("NextToken"):
        problems.append(f"{path}: only the first page of an answer (it has a NextToken); record all pages")
    lists = [value for value in document.values() if isinstance(value, list)]
    found = document.get(name, lists[0] if len(lists) == 1 else None)
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        problems.append(f"{path}: no list of objects under the key {name}")
        return []
    if any(item.get("NextToken") or item.get("IsTruncated") for item in found):
        problems.append(f"{path}: only the first page of an answer in it (it has a NextToken); record all pages")
    return found


def _merged(everything: Mapping[str, dict[str, list[Item]]]) -> dict[str, list[Item]]:
    return {name: [item for named in everything.values() for item in named.get(name, ())] for name in TELLING}


def _account_in(named: Mapping[str, list[Item]]) -> str | Unknown:
    owners = {item.get("OwnerId") for file in TELLING for item in named.get(file, ())} - {None}
    return str(owners.pop()) if len(owners) == 1 else NO_ACCOUNT


def _region_in(named: Mapping[str, list[Item]]) -> str | Unknown:
    """The region that most ARNs say, or else the zones of subnets."""
    arns = [item.get(key) for file in WITH_ARNS for item in named.get(file, ()) for key in ARN_KEYS]
    said = Counter(str(arn).split(":")[3] for arn in arns if str(arn).count(":") > 3)  # noqa: PLR2004  an ARN's fields
    if not said:
        zones = [ZONE.fullmatch(str(item.get("AvailabilityZone"))) for item in named.get("Subnets", ())]
        said = Counter(zone[1] for zone in zones if zone)
    return said.most_common(1)[0][0] if said else NO_REGION
