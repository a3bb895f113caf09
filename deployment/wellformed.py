"""Finds defects that CDKTF and Terraform accept, but that would write to the wrong account or lose a resource.

This checks the synthesised JSON, since the JSON is what is applied. CDKTF's aspects would cost a round trip to Node for
each construct.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Stack", "defects"]

Stack = Mapping[str, Any]
"""One stack's Terraform JSON."""

SAFE = re.compile(r"[A-Za-z0-9_-]+")
"""The characters that CDKTF keeps in an id. It drops all others, so two ids can become one resource."""


def defects(name: str, stack: Stack) -> list[str]:
    """Every defect of a stack, as a sentence that names the stack and the address.

    A resource or data source without an explicit provider would run with default credentials; a duplicate or unknown
    alias, with another account's; an empty `assume_role`, with the caller's own.
    """
    return [f"{name}: {defect}" for defect in (*_providers(stack), *_resources(stack))]


def _providers(stack: Stack) -> Iterator[str]:
    for kind, configured in stack.get("provider", {}).items():
        blocks = configured if isinstance(configured, list) else [configured]
        for alias, count in Counter(block.get("alias") for block in blocks).items():
            if alias is None:
                yield f"provider {kind} has a configuration without an alias, which resources would use by mistake"
            elif count > 1:
                yield f"the alias {kind}.{alias} exists {count} times"
        for block in blocks:
            label = f"provider {kind}.{block.get('alias')}"
            for role in block.get("assume_role", []):
                if not role.get("role_arn"):
                    yield f"{label} has an empty assume_role: it would run with the caller's own credentials"
            if not block.get("allowed_account_ids"):
                yield f"{label} has no allowed_account_ids: a wrong role could write to a wrong account"


def _resources(stack: Stack) -> Iterator[str]:
    aliases = {
        f"{kind}.{block.get('alias')}"
        for kind, configured in stack.get("provider", {}).items()
        for block in (configured if isinstance(configured, list) else [configured])
    }
    for section, prefix in (("resource", ""), ("data", "data.")):
        for kind, instances in stack.get(section, {}).items():
            for key, block in instances.items():
                address = f"{prefix}{kind}.{key}"
                provider = block.get("provider")
                if provider is None:
                    yield f"{address} names no provider"
                elif provider not in aliases:
                    yield f"{address} names the provider {provider}, which the stack does not have"
                path = block.get("//", {}).get("metadata", {}).get("path", key)
                unsafe = [part for part in path.split("/") if not SAFE.fullmatch(part)]
                if unsafe or not SAFE.fullmatch(key):
                    yield f"{address} has an id outside [A-Za-z0-9_-]: {', '.join(unsafe) or key}"
