"""SSM parameters as recorded: what a stack that reads one finds there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from network.aws.snapshot import ACCOUNTS, Snapshot
from network.model import Unknown

__all__ = ["read_parameters"]

FILE = "Parameters"

Place = tuple[str | Unknown, str | Unknown, str]
"""Account, region and name of a parameter."""


def read_parameters(files: Mapping[str, bytes]) -> dict[Place, str]:
    """The text of each parameter in a snapshot's files, by account, region and name.

    Raises `SnapshotError` as `network.aws.reader.read` does.
    """
    # Where the path says the account, no other file is needed.
    paths = [path for path in files if PurePosixPath(path).stem == FILE or ACCOUNTS not in PurePosixPath(path).parts]
    if not paths:
        return {}
    return {
        (place.account, place.region, str(item["Name"])): str(item["Value"])
        for place, item in Snapshot({path: files[path] for path in paths}).of(FILE)
        if "Name" in item and "Value" in item
    }
