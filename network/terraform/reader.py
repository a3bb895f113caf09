"""Terraform JSON, as it would be applied, becomes a network.

Each family of resources has a file beside this one, and each kind a function in it. A type without a function or an
argument that no function reads is a doubt if `coverage/` calls it not modelled, and is listed in `Network.unmodelled`;
so is a part whose parent was not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from network.model import Network
from network.terraform import endpoints, gateways, instances, resolver, security, shares, vpcs, zones
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Names, Parameters
from network.terraform.expressions import Json
from network.terraform.plans import Plan, is_plan
from network.terraform.stacks import Judged, Stack
from network.terraform.states import State, is_state
from network.terraform.syntax import DocumentError

__all__ = ["DocumentError", "read"]

STATE = re.compile(r'"hub:state"\s*:\s*"([^"]+)"')
Source = Mapping[str, Json] | bytes | str
"""A document: parsed, or its text."""


READERS: Mapping[str, Reader] = {
    kind: reader
    for family in (endpoints, gateways, instances, resolver, security, shares, vpcs, zones)
    for kind, reader in family.READERS.items()
}
"""The reader of each kind of resource."""


def read(
    documents: Iterable[tuple[str, Source]], recorded: Mapping[tuple[Json, Json, str], str] | None = None
) -> Network:
    """The network of synthesised stacks, plans and states, each given with the name that its addresses begin with.

    A stack that reads a parameter is read after the stack that writes it, so the order does not matter. What none of
    them writes is taken from `recorded`: the texts of parameters by account, region and name. Texts of documents are
    parsed one at a time and let go, since five thousand parsed stacks do not fit into memory. Raises `DocumentError`
    with every problem of all documents.
    """
    builder = Builder()
    parameters: dict[tuple[Json, Json, str], Json] = {}
    names = Names()
    states: dict[str, str] = {}
    known: list[Plan | State] = []
    waiting: list[tuple[str, Source]] = []
    problems: list[tuple[str, str]] = []
    for name, source in documents:
        try:
            parsed = _parsed(name, source)
            document = _document(name, parsed, parameters, names)
        except DocumentError as error:
            problems += error.problems
            continue
        states[name] = _state_of(source)
        if not isinstance(document, Stack):
            known.append(document)
            continue
        builder.refused += builder.refusing.of_stack(name, parsed, source)
        if document.waits():
            waiting.append((name, source))
        else:
            parameters.update(document.writes())
            builder.take(document, READERS)
    if problems:
        raise DocumentError(problems)
    for applied in known:
        parameters.update(applied.writes())
    parameters = {**(recorded or {}), **parameters}
    judged: Judged = {}
    for name, source in waiting:
        builder.take(Stack(name, _parsed(name, source), parameters, judged), READERS)
    for applied in known:
        builder.take(applied, READERS)
        builder.ids.update(applied.ids())
        if isinstance(applied, Plan):
            builder.repeats(applied.before, READERS)
    return replace(builder.network(), states={name: state for name, state in states.items() if state})


def _state_of(source: Source) -> str:
    """Where a stack's state is, as all of its tags say; empty where they do not."""
    text = source if isinstance(source, (bytes, str)) else json.dumps(source)
    found = set(STATE.findall(text.decode(errors="replace") if isinstance(text, bytes) else text))
    return found.pop() if len(found) == 1 else ""


def _document(name: str, document: Mapping[str, Json], parameters: Parameters, names: Names) -> Stack | Plan | State:
    if is_plan(document):
        return Plan(name, document, names)
    return State(name, document, names) if is_state(document) else Stack(name, document, parameters)


def _parsed(name: str, source: Source) -> Mapping[str, Json]:
    try:
        document = json.loads(source) if isinstance(source, (bytes, str)) else source
    except (RecursionError, ValueError) as error:
        raise DocumentError([(name, f"not JSON: {error}")]) from None
    if not isinstance(document, dict):
        raise DocumentError([(name, f"expected an object, found {type(document).__name__}")])
    return document
