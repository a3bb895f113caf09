"""Policies of endpoints, as Terraform and AWS have them: a text, or what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["allows_everything"]

ANYTHING: Mapping[str, tuple[object, ...]] = {
    "Effect": ("Allow",),
    "Principal": ("*", {"AWS": "*"}, {"AWS": ["*"]}),
    "Action": ("*",),
    "Resource": ("*",),
}
"""What AWS's default policy says, in each way of writing it."""


def allows_everything(policy: object) -> bool:
    """Whether a policy is AWS's default: one statement, which allows every action on every resource to anybody."""
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return False
    if not isinstance(document, Mapping) or not document.keys() <= {"Version", "Id", "Statement"}:
        return False
    return _allows_everything(_one(document.get("Statement")))


def _allows_everything(statement: Any) -> bool:  # noqa: ANN401  JSON
    if not isinstance(statement, Mapping) or not statement.keys() <= {"Sid", *ANYTHING}:
        return False
    return all(_one(statement.get(key)) in values for key, values in ANYTHING.items())


def _one(value: object) -> object:
    """A value that may be written as a list of one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value
