"""Terraform's expressions as far as they name things: references, literals, objects, and JSON in either direction.

So are the conditions of stacks: `==`, `&&`, and a few functions. Anything else is `Unknown`, with its text: what an
expression comes to is Terraform's to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from network.model import Unknown

__all__ = ["Json", "Lookup", "decode", "evaluate", "follow"]

Json = Any
"""Any value of a document, or what an expression in it comes to."""
Lookup = Callable[[tuple[str, ...]], Json]
"""What a reference such as `("aws_vpc", "network", "id")` comes to."""

TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<mark>==|&&|[{}\[\](),=:.]))'
)
TAKES: Mapping[str, list[type]] = {"keys": [dict], "length": [list], "setsubtract": [list, list]}
"""The functions that conditions use, with the types of their arguments."""
LITERALS = {"true": True, "false": False, "null": None}
WHOLE = re.compile(r"\$\{(.*)\}", re.DOTALL)


class _NotUnderstoodError(Exception):
    """An expression outside what is read here."""


def evaluate(value: Json, lookup: Lookup) -> Json:
    """A value of Terraform JSON with its references looked up, in lists and blocks as well."""
    if isinstance(value, str):
        return _string(value, lookup) if "${" in value else value
    if isinstance(value, list):
        return [evaluate(child, lookup) for child in value]
    if isinstance(value, dict):
        return {key: evaluate(child, lookup) for key, child in value.items()}
    return value


def _string(text: str, lookup: Lookup) -> Json:
    whole = WHOLE.fullmatch(text)
    if whole is None:
        return Unknown(text)
    try:
        tree = _parse(whole[1])
    except _NotUnderstoodError:
        return Unknown(text)
    return _come_to(tree, lookup)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _NotUnderstoodError
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


@lru_cache(maxsize=4096)
def _parse(text: str) -> Json:
    reader = _Reader(_tokens(text))
    tree = reader.expression()
    if reader.rest:
        raise _NotUnderstoodError
    return tree


class _Reader:
    """Reads one expression from its tokens, into tuples that begin with what they are."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.rest = tokens[::-1]

    def take(self, *wanted: str) -> str:
        if not self.rest or (wanted and self.rest[-1][1] not in wanted):
            raise _NotUnderstoodError
        return self.rest.pop()[1]

    def sees(self, mark: str) -> bool:
        return bool(self.rest) and self.rest[-1] == ("mark", mark)

    def expression(self) -> Json:
        found = [self.comparison()]
        while self.sees("&&"):
            self.take()
            found.append(self.comparison())
        return found[0] if len(found) == 1 else ("and", *found)

    def comparison(self) -> Json:
        left = self.value()
        if not self.sees("=="):
            return left
        self.take()
        return ("equal", left, self.value())

    def value(self) -> Json:
        if not self.rest:
            raise _NotUnderstoodError
        kind, text = self.rest.pop()
        if kind in {"string", "number"}:  # both are written as in JSON
            return ("value", json.loads(text))
        if text == "{":
            return self.object()
        if text == "[":
            return self.list("]", "list")
        if kind != "name":
            raise _NotUnderstoodError
        if text in LITERALS:
            return ("value", LITERALS[text])
        if self.sees("("):
            self.take("(")
            return self.path((text, *self.list(")", "call")))
        return self.path(("reference", text))

    def list(self, end: str, label: str) -> Json:
        items = []
        while not self.sees(end):
            items.append(self.expression())
            if not self.sees(end):
                self.take(",")
        self.take(end)
        return (label, *items)

    def object(self) -> Json:
        items = []
        while not self.sees("}"):
            kind, text = self.rest.pop() if self.rest else ("", "")
            if kind not in {"string", "name"}:
                raise _NotUnderstoodError
            self.take("=", ":")
            items.append((json.loads(text) if kind == "string" else text, self.expression()))
            if self.sees(","):
                self.take(",")
        self.take("}")
        return ("object", *items)

    def path(self, base: tuple[Json, ...]) -> Json:
        steps: list[str] = []
        while self.sees(".") or self.sees("["):
            if self.take() == ".":
                steps.append(self.take())
                continue
            kind, text = self.rest.pop() if self.rest else ("", "")
            if kind not in {"string", "number"}:
                raise _NotUnderstoodError
            steps.append(json.loads(text) if kind == "string" else text)
            self.take("]")
        return (*base, *steps) if base[0] == "reference" else ("path", base, *steps)


def _come_to(tree: Json, lookup: Lookup) -> Json:
    kind, *rest = tree
    if kind == "value":
        return evaluate(rest[0], lookup)
    if kind == "reference":
        return lookup(tuple(rest))
    if kind == "list":
        return [_come_to(item, lookup) for item in rest]
    if kind == "object":
        return {key: _come_to(item, lookup) for key, item in rest}
    if kind in {"equal", "and"}:
        return _condition(kind, [_come_to(item, lookup) for item in rest])
    return follow(_call(rest[0], lookup), rest[1:])


def _condition(kind: str, found: list[Json]) -> bool | Unknown:
    """One false part decides; otherwise one that is not known leaves the whole unknown."""
    if kind == "and" and False in found:
        return False
    unknown = next((each for each in found if isinstance(each, Unknown)), None)
    return unknown or (found[0] == found[1] if kind == "equal" else True)


def _call(tree: Json, lookup: Lookup) -> Json:
    name, _, *arguments = tree
    given = [_come_to(argument, lookup) for argument in arguments]
    if name == "jsonencode" and len(given) == 1:
        return given[0]  # kept as data: the only way out of it is jsondecode
    if name == "jsondecode" and len(given) == 1:
        return decode(given[0])
    unknown = next((each for each in given if isinstance(each, Unknown)), None)
    if unknown is not None or [type(each) for each in given] != TAKES.get(name):
        return unknown or Unknown(f"{name}(…)")
    if name == "keys":
        return sorted(given[0])
    return len(given[0]) if name == "length" else [each for each in given[0] if each not in given[1]]


def decode(value: Json) -> Json:
    """What a text says as JSON; what is no text is data already."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return Unknown("it is not JSON")


def follow(value: Json, steps: list[str] | tuple[str, ...]) -> Json:
    """What is found in a value by a path of keys and indices."""
    for step in steps:
        if isinstance(value, Unknown):
            return value
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return Unknown(f"no {step} in it")
    return value
