"""Reads the states in the bucket: which stacks have one, and what they manage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from accounts.clients import Clients, pages
from accounts.judgements import Role
from topology import Design

__all__ = ["State", "StateBucket", "orphans", "parse"]

WORKERS = 16
"""States that are read in parallel: each is one small response, and most of the time is spent waiting."""
STATE, LOCK = ".tfstate", ".tfstate.tflock"
OWN_IDS = ("id", "arn", "volume_id")
"""Attributes that identify what a resource created in AWS; an instance's root volume has tags of its own."""


@dataclass(frozen=True)
class State:
    """What a stack's state manages."""

    stack: str
    addresses: tuple[str, ...] = ()
    """The addresses of managed resources."""
    ids: frozenset[str] = frozenset()
    """Ids and ARNs of the managed resources."""
    gateways: frozenset[str] = frozenset()
    """Ids of the transit gateways among them."""
    parameters: frozenset[str] = frozenset()
    """Names of the SSM parameters that the stack reads: for a spoke, its hub's contract."""


def parse(stack: str, text: bytes) -> State:
    """Read a state of Terraform's version 4. Raises ValueError for anything else."""
    document = json.loads(text)
    if document.get("version") != 4:  # noqa: PLR2004  written by Terraform 0.12 and later
        raise ValueError(f"the state of {stack} has version {document.get('version')}, expected 4")
    addresses: list[str] = []
    ids: set[str] = set()
    gateways: set[str] = set()
    parameters: set[str] = set()
    for resource in document.get("resources", ()):
        kind = resource["type"]
        for instance in resource.get("instances", ()):
            attributes = instance.get("attributes") or {}
            if resource["mode"] == "managed":
                addresses.append(f"{kind}.{resource['name']}")
                ids |= set(_own_ids(attributes))
                if kind == "aws_ec2_transit_gateway":
                    gateways.add(attributes["id"])
            elif kind == "aws_ssm_parameter":
                parameters.add(attributes["name"])
    return State(stack, tuple(addresses), frozenset(ids), frozenset(gateways), frozenset(parameters))


def _own_ids(attributes: Mapping[str, Any]) -> Iterator[str]:
    for name, value in attributes.items():
        if name in OWN_IDS and isinstance(value, str):
            yield value
        elif isinstance(value, list):
            for block in value:
                if isinstance(block, dict):
                    yield from _own_ids(block)


class StateBucket:
    """The states of a topology in its bucket, read with the role of the backend.

    A bucket that does not exist has none. Methods raise `accounts.clients.AWSError`.
    """

    def __init__(self, design: Design, clients: Clients) -> None:
        states = design.states
        self.name, self.prefix = states.bucket, f"{states.prefix}/"
        role = Role.of(states)
        clients.assume(role, states.region)
        self.address = states.address
        """The value of the `hub:state` tag on the topology's resources."""
        self._client = clients.get("s3", role, states.region)

    def keys(self) -> list[str]:
        """The keys below the topology's prefix."""
        try:
            listed = list(pages(self._client, "list_objects_v2", Bucket=self.name, Prefix=self.prefix))
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                return []
            raise
        return sorted(item["Key"].removeprefix(self.prefix) for page in listed for item in page.get("Contents", ()))

    def stacks(self) -> list[str]:
        """Every stack that has a state."""
        return [key.removesuffix(STATE) for key in self.keys() if key.endswith(STATE)]

    def locked(self) -> list[str]:
        """Every stack whose state is locked: Terraform is working on it, or was killed."""
        return [key.removesuffix(LOCK) for key in self.keys() if key.endswith(LOCK)]

    def read(self, stacks: Iterable[str]) -> list[State]:
        """The states of some stacks. Raises ValueError for a file that is not a state."""
        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(self._read, stacks))

    def _read(self, stack: str) -> State:
        answer = self._client.get_object(Bucket=self.name, Key=f"{self.prefix}{stack}{STATE}")
        return parse(stack, answer["Body"].read())


def orphans(design: Design, bucket: StateBucket, wanted: Callable[[str], bool] = lambda _: True) -> list[State]:
    """States that still manage resources and belong to no stack of the topology.

    An empty state is no orphan: a spoke that was made `absent` first leaves one behind.
    """
    unknown = [stack for stack in bucket.stacks() if stack not in design.order and wanted(stack)]
    return [state for state in bucket.read(unknown) if state.addresses]
