"""Records the resources in the accounts of a design, with describe and list calls only."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from accounts.clients import AWSError, Clients, pages, reason
from accounts.judgements import Role
from accounts.snapshot.calls import CALLS, CONTRACTS, GLOBAL, NOT_RECORDED, Call
from accounts.snapshot.form import cleaned, ordered, rendered
from findings import Place
from topology import Design

__all__ = ["FOLDER", "Missing", "OccupiedError", "Recording", "record", "recorded", "sites"]

FOLDER = "aws_configs"
"""The part of a snapshot's folder that is written. Anything else in that folder belongs to other tools."""
WORKERS = 8
"""Accounts that are recorded in parallel: most of the time is spent waiting, and AWS limits requests by account."""
ATTEMPTS = 20
"""Attempts for each call. With the SDK's increasing pauses of up to 20 seconds, some three minutes of throttling.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""
GONE = {"NoSuchHostedZone", "ResourceNotFoundException", "ParameterNotFound"}
"""Error codes for items deleted since they were listed, besides codes that end in `.NotFound`."""
IDS = {CONTRACTS: "Name", **{call.file: call.id[0] for call in CALLS if call.id}}
"""The key of the id, for files whose items are queried one by one."""
ENCODED = "Encoded authorization failure message"
"""In EC2's errors, this is followed by text that differs each time."""

Item = Mapping[str, Any]
T = TypeVar("T")


class OccupiedError(Exception):
    """The folder contains something that a recording must not replace."""


@dataclass(frozen=True, order=True)
class Missing:
    """A file that could not be recorded."""

    account: str
    region: str
    """A region, or `global`."""
    file: str
    action: str
    """The IAM action of the call that failed."""
    code: str
    """AWS's error code, or the name of the error that prevented a response."""
    message: str


@dataclass(frozen=True)
class Recording:
    """The result of a recording."""

    accounts: tuple[str, ...]
    calls: int
    """The number of requests, not counting the SDK's retries."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Site:
    """An account in a region, with a role to use there and the contracts that its hubs publish there."""

    place: Place
    role: Role
    contracts: tuple[str, ...]


def sites(design: Design, wanted: Callable[[str], bool] = lambda _: True) -> dict[str, list[Site]]:
    """The sites of the selected stacks, by account, each with the role that deploys its first stack."""
    roles: dict[Place, Role] = {}
    contracts: dict[Place, list[str]] = {}
    deployed = [(hub.stack, hub.account) for hub in design.hubs]
    deployed += [(spoke.stack, spoke.account) for spoke in design.spokes]
    if design.state is not None:
        deployed.append((design.state.stack, design.state.account))
    for stack, account in deployed:
        if wanted(stack):
            roles.setdefault(Place(account.id, account.region), Role.of(account))
    for hub in design.hubs:
        contracts.setdefault(Place(hub.account.id, hub.account.region), []).append(hub.contract)
    found: dict[str, list[Site]] = {}
    for place, role in sorted(roles.items(), key=lambda item: (item[0].account, item[0].region)):
        found.setdefault(place.account, []).append(Site(place, role, tuple(contracts.get(place, ()))))
    return found


def record(
    design: Design,
    clients: Clients,
    output: Path,
    wanted: Callable[[str], bool] = lambda _: True,
    count: Callable[[int], object] = lambda _: None,
    *,
    excluded: Collection[str] = (),
) -> Recording:
    """Record the accounts of the selected stacks in `output`; calls `count` for each account done.

    Recorded accounts replace those of an earlier snapshot in the same folder; other accounts keep theirs. Each account
    is written to a temporary folder as soon as it is done, which replaces the earlier snapshot once all are done: an
    interruption leaves the earlier one unchanged. Tags whose keys are in `excluded` are left out, except those that
    identify a resource's stack and state. Raises `OccupiedError` for a folder with another tool's snapshot, and
    `OSError`.
    """
    asked = sites(design, wanted)
    calls, missing = 0, []
    with _replacing(output / FOLDER) as folder:
        for earlier in (output / FOLDER / "accounts").glob("*"):
            if earlier.name not in asked:
                shutil.copytree(earlier, folder / "accounts" / earlier.name)

        def written(account: _Account) -> tuple[int, list[Missing]]:
            for path, text in account.files.items():
                file = folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text)
            return account.calls, account.missing

        for made, failed in _in_parallel(clients, asked, excluded, count, written):
            calls += made
            missing += failed
    return Recording(tuple(asked), calls, tuple(sorted(missing)))


def recorded(
    design: Design,
    clients: Clients,
    wanted: Callable[[str], bool] = lambda _: True,
    count: Callable[[int], object] = lambda _: None,
    *,
    excluded: Collection[str] = (),
) -> tuple[dict[str, bytes], Recording]:
    """The same in memory: each file's text by its path below the snapshot's folder, `aws_configs/accounts/…`."""
    asked = sites(design, wanted)
    done = list(_in_parallel(clients, asked, excluded, count, lambda account: account))
    files = {f"{FOLDER}/{path}": account.files[path] for account in done for path in account.files}
    missing = sorted(each for account in done for each in account.missing)
    return files, Recording(tuple(asked), sum(account.calls for account in done), tuple(missing))


def _in_parallel(
    clients: Clients,
    accounts: Mapping[str, list[Site]],
    excluded: Collection[str],
    count: Callable[[int], object],
    done: Callable[[_Account], T],
) -> Iterator[T]:
    """The results of `done` for each account, in order. It is called in the thread that recorded the account."""
    stopping = threading.Event()

    def work(sites: list[Site]) -> T:
        account = _Account()
        for at, site in enumerate(sites):
            _SiteRecorder(clients, site, account, excluded, stopping).record(once=at == 0)
        return done(account)

    pool = ThreadPoolExecutor(WORKERS)
    try:
        futures = [pool.submit(work, sites) for sites in accounts.values()]
        for _ in as_completed(futures):
            count(1)
        yield from (future.result() for future in futures)
    finally:
        stopping.set()
        pool.shutdown(cancel_futures=True)


@dataclass
class _Account:
    """The recording of one account."""

    files: dict[str, bytes] = field(default_factory=dict)
    """The contents of files, by their paths in `aws_configs`."""
    missing: list[Missing] = field(default_factory=list)
    calls: int = 0


class _StoppedError(Exception):
    """The recording was interrupted."""


class _UnansweredError(Exception):
    """A call failed, or got no response."""

    def __init__(self, action: str, code: str, message: str) -> None:
        super().__init__(message)
        self.failure = (action, code, message)


class _SiteRecorder:
    """Records one account in one region. Not thread-safe."""

    def __init__(
        self,
        clients: Clients,
        site: Site,
        account: _Account,
        excluded: Collection[str],
        stopping: threading.Event,
    ) -> None:
        self._clients = clients
        self._site = site
        self._account = account
        self._excluded = excluded
        self._stopping = stopping
        self._made: dict[str, Any] = {}
        self._silent: dict[str, _UnansweredError] = {}
        """Services that did not respond: repeating every call to them would take hours."""
        self._listed: dict[str, list[Item] | _UnansweredError] = {
            CONTRACTS: [{"Name": name} for name in site.contracts]
        }

    def record(self, *, once: bool) -> None:
        """Make every call; with `once`, including those of global services."""
        calls = [call for call in CALLS if once or not call.once]
        try:
            self._assume()
        except _UnansweredError as error:
            self._listed = {call.file: error for call in calls}
        for call in calls:
            if call.of == CONTRACTS and not self._site.contracts:
                continue
            if call.file not in self._listed:
                try:
                    self._listed[call.file] = self._items(call)
                except _UnansweredError as error:
                    self._listed[call.file] = error
            self._keep(call, self._listed[call.file])
        for region in {GLOBAL, self._site.place.region}:
            lost = sorted(missing for missing in self._account.missing if missing.region == region)
            if lost and (once or region != GLOBAL):
                entries = [{"File": m.file, "Action": m.action, "Code": m.code, "Message": m.message} for m in lost]
                self._write(region, NOT_RECORDED, rendered(NOT_RECORDED, entries))

    def _keep(self, call: Call, items: list[Item] | _UnansweredError) -> None:
        region = GLOBAL if call.once else self._site.place.region
        if isinstance(items, _UnansweredError):
            self._account.missing.append(Missing(self._site.place.account, region, call.file, *items.failure))
        else:
            self._write(region, call.file, rendered(call.key, items))

    def _write(self, region: str, file: str, text: bytes) -> None:
        self._account.files[f"accounts/{self._site.place.account}/{region}/{file}.json"] = text

    def _assume(self) -> None:
        place, role = self._site.place, self._site.role
        try:
            landed = self._clients.assume(role, place.region)
        except AWSError as error:
            raise _unanswered("sts:AssumeRole", error) from error
        if landed != place.account:
            raise _UnansweredError("sts:AssumeRole", "AnotherAccount", f"{role} works in account {landed}")

    def _items(self, call: Call) -> list[Item]:
        """The file's list, sorted."""
        if not call.of:
            return self._sorted(call, chain.from_iterable(page[call.items] for page in self._answers(call, {})))
        parents = self._listed[call.of]
        if isinstance(parents, _UnansweredError):
            raise parents
        id_key = IDS[call.of]
        account = self._site.place.account
        entries = (self._entry(call, parent[id_key]) for parent in parents if call.asked(parent, account))
        return [entry for entry in entries if entry is not None]

    def _entry(self, call: Call, id_: str) -> Item | None:
        """The response for one item; None if the item was deleted in the meantime."""
        try:
            answers = list(self._answers(call, {call.parameter: id_}))
        except _UnansweredError as error:
            code = error.failure[1]
            if code in GONE or code.endswith(".NotFound"):
                return None
            raise
        entry: dict[str, Any] = {call.entry: id_} if call.entry else {}
        if not call.items or call.only:
            for answer in answers:
                entry |= answer[call.items] if call.items else answer
            entry = {key: entry[key] for key in call.only or entry}
            return dict(cleaned(entry, self._excluded))
        entry[call.items] = self._sorted(call, chain.from_iterable(answer[call.items] for answer in answers))
        return entry | {key: True for key in call.also if answers[-1].get(key)}

    def _sorted(self, call: Call, items: Iterable[Item]) -> list[Item]:
        return ordered((cleaned(item, self._excluded) for item in items), call.id)

    def _answers(self, call: Call, given: Item) -> Iterator[dict[str, Any]]:
        """Every page of every call; raises `_UnansweredError`."""
        if call.service in self._silent:
            raise _UnansweredError(call.action, *self._silent[call.service].failure[1:])
        if call.regional:
            given = {**given, "VPCRegion": self._site.place.region}
        try:
            for arguments in call.arguments:
                for answer in self._pages(call, {**arguments, **given}):
                    if self._stopping.is_set():
                        raise _StoppedError
                    self._account.calls += 1
                    yield answer
        except AWSError as error:
            failed = _unanswered(call.action, error)
            if not isinstance(error, ClientError):
                self._silent[call.service] = failed
            raise failed from error

    def _pages(self, call: Call, arguments: Item) -> Iterator[dict[str, Any]]:
        place, role = self._site.place, self._site.role
        if call.service not in self._made:
            self._made[call.service] = self._clients.get(call.service, role, place.region, attempts=ATTEMPTS)
        client = self._made[call.service]
        if client.can_paginate(call.method):
            yield from pages(client, call.method, **arguments)
            return
        token: dict[str, str] = {}
        while True:
            answer = getattr(client, call.method)(**arguments, **token)
            yield answer
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}


def _unanswered(action: str, error: Exception) -> _UnansweredError:
    if not isinstance(error, ClientError):
        return _UnansweredError(action, type(error).__name__, reason(error))
    told = error.response.get("Error", {})
    message = " ".join(str(told.get("Message", "")).split()).partition(ENCODED)[0].strip()
    return _UnansweredError(action, str(told.get("Code", "")), message)


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """An empty folder that replaces `target` when the block ends. If the block fails, nothing changes."""
    _check(target)
    new, old = (target.with_name(f".{target.name}.{word}") for word in ("new", "old"))
    if old.exists() and not target.exists():  # an earlier recording was interrupted between the two renames
        old.rename(target)
    first = not target.parent.exists()
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
        if target.exists():
            target.rename(old)
        new.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(new, ignore_errors=True)
        if first:
            target.parent.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _check(target: Path) -> None:
    for path in (target.parent, target):
        if path.exists() and not path.is_dir():
            raise OccupiedError(f"{path} is a file; a snapshot needs a folder")
    others = sorted(path.name for path in target.glob("*") if path.name != "accounts")
    if others:
        found = ", ".join(others[:3])
        raise OccupiedError(f"{target} has a snapshot of another layout ({found}); choose another folder with --output")
