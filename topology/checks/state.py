"""Where the states are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from findings import codes
from topology.checks.mistake import Mistake
from topology.models import State

__all__ = ["check_state"]

RESERVED_ALIAS = "alias/aws/"
MAX_TAG = 256


def check_state(state: State) -> Iterator[Mistake]:
    """The key of a bucket that is created here can be created too, and encrypts in the bucket's region."""
    if state.create and state.key:
        yield from _check_created(state.key)
    yield from _check_region(state)
    yield from _check_prefix(state)


def _check_created(key: str) -> Iterator[Mistake]:
    """AWS reserves the aliases of its own keys.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
    """
    place, fix = ("state", "key"), "write alias/NAME, or leave it out"
    if not key.startswith("alias/"):
        yield Mistake(codes.KEY_NOT_CREATABLE, place, f'"{key}" cannot be created', fix)
    elif key.startswith(RESERVED_ALIAS):
        message = f'"{key}" cannot be created: {RESERVED_ALIAS} is for keys of AWS itself'
        yield Mistake(codes.KEY_NOT_CREATABLE, place, message, fix)


def _check_region(state: State) -> Iterator[Mistake]:
    """S3 takes a key of the bucket's own region only.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    found = re.match(r"arn:aws:kms:([^:]+):", state.key or "")
    if found and state.region is not None and found[1] != state.region:
        message = f"the key is in {found[1]}, and its bucket in {state.region}"
        yield Mistake(codes.KEY_OF_ANOTHER_REGION, ("state", "key"), message, f"name a key in {state.region}")


def _check_prefix(state: State) -> Iterator[Mistake]:
    """The tag `hub:state` of every resource has the bucket and the prefix.

    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    if state.bucket is None or state.prefix is None:
        return
    length = len(f"{state.bucket}/{state.prefix}")
    if length > MAX_TAG:
        message = f"bucket and prefix are the value of a tag, and come to {length} characters of {MAX_TAG}"
        fix = f"use up to {MAX_TAG - len(state.bucket) - 1} characters"
        yield Mistake(codes.PREFIX_TOO_LONG, ("state", "prefix"), message, fix)
