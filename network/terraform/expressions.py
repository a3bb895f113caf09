"""Terraform's expressions as far as their values are certain before an apply.

References, literals, templates, objects, conditions, arithmetic, JSON in either direction, and a few functions.
Anything else is `Unknown`, with its text: what an expression comes to is Terraform's to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Network
from typing import Any

from network.model import Unknown

__all__ = ["Identity", "Json", "Lookup", "Set", "decode", "evaluate", "follow", "is_known"]

Json = Any
"""Any value of a document, or what an expression in it comes to."""
Lookup = Callable[[tuple[str, ...]], Json]
"""What a reference such as `("aws_vpc", "network", "id")` comes to."""


class Identity(str):
    """The address of a resource, in place of the id or ARN that AWS has not given yet: no text can be made of it."""

    __slots__ = ()


class Set(list[Json]):
    """A list that is a set to Terraform: each value once, and none by its number."""


TOKEN = re.compile(
    r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_][\w-]*)'
    r"|(?P<mark>==|!=|<=|>=|&&|\|\||[{}\[\](),=:.?!<>+\-*/%]))"
)
LITERALS = {"true": True, "false": False, "null": None}
LEVELS = (("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))
"""Operators between two values: what is further down binds closer."""
DEEPEST = 25
"""Nested parentheses, calls and conditions that are still read."""
LARGEST = 2**53
"""Numbers that arithmetic is certain about."""


class _NotUnderstoodError(Exception):
    """An expression outside what is read here."""


def evaluate(value: Json, lookup: Lookup) -> Json:
    """A value of Terraform JSON with its references looked up, in lists and blocks as well."""
    if isinstance(value, str):
        return _string(value, lookup) if "{" in value and ("${" in value or "%{" in value) else value
    if isinstance(value, list):
        return [evaluate(child, lookup) for child in value]
    if isinstance(value, dict):
        return {key: evaluate(child, lookup) for key, child in value.items()}
    return value


def is_known(value: Json) -> bool:
    """Whether a value is known in whole."""
    if isinstance(value, list):
        return all(map(is_known, value))
    if isinstance(value, dict):
        return all(map(is_known, value.values()))
    return not isinstance(value, Unknown)


# Templates -------------------------------------------------------------------------------------------------------


def _string(text: str, lookup: Lookup) -> Json:
    path, parts = _template(text)
    if path is not None:
        return lookup(path)
    if parts is None:
        return Unknown(text)
    if len(parts) == 1 and parts[0][0] != "text":
        return _come_to(parts[0], lookup)
    found = [part[1] if part[0] == "text" else _text(_come_to(part, lookup), text) for part in parts]
    unknown = next((each for each in found if isinstance(each, Unknown)), None)
    return "".join(map(str, found)) if unknown is None else unknown


def _text(value: Json, whole: str) -> str | Unknown:
    """A value within a template."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Identity) or not isinstance(value, (str, int, Unknown)):
        return Unknown(whole)
    return value if isinstance(value, Unknown) else str(value)


@lru_cache(maxsize=4096)
def _template(text: str) -> tuple[tuple[str, ...] | None, tuple[tuple[Json, ...], ...] | None]:
    """The only reference that a template is; or else its texts and expressions, where they are understood."""
    try:
        parts = tuple(_pieces(text))
    except (_NotUnderstoodError, ValueError):
        return None, None
    alone = len(parts) == 1 and parts[0][0] == "reference"
    return (parts[0][1:] if alone else None), parts


def _pieces(text: str) -> Iterator[tuple[Json, ...]]:
    at, plain = 0, ""
    while at < len(text):
        if text.startswith(("$${", "%%{"), at):
            plain, at = plain + text[at + 1 : at + 3], at + 3
        elif text.startswith("%{", at):
            raise _NotUnderstoodError
        elif text.startswith("${", at):
            end = _closing(text, at + 2)
            if plain:
                yield ("text", plain)
            yield _parse(text[at + 2 : end])
            at, plain = end + 1, ""
        else:
            plain, at = plain + text[at], at + 1
    if plain:
        yield ("text", plain)


def _closing(text: str, at: int) -> int:
    """Where the expression ends that begins at a place: braces and texts within it are its own."""
    depth = 1
    while at < len(text):
        if text[at] == '"':
            match = TOKEN.match(text, at)
            if match is None:
                raise _NotUnderstoodError
            at = match.end()
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
        at += 1
    raise _NotUnderstoodError


# Reading ---------------------------------------------------------------------------------------------------------


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


def _parse(text: str) -> tuple[Json, ...]:
    reader = _Reader(_tokens(text))
    tree: tuple[Json, ...] = reader.expression()
    if reader.rest:
        raise _NotUnderstoodError
    return tree


class _Reader:
    """Reads one expression from its tokens, into tuples that begin with what they are."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.rest = tokens[::-1]
        self.depth = 0

    def take(self, *wanted: str) -> str:
        if not self.rest or (wanted and self.rest[-1][1] not in wanted):
            raise _NotUnderstoodError
        return self.rest.pop()[1]

    def sees(self, *marks: str) -> bool:
        return bool(self.rest) and self.rest[-1][0] == "mark" and self.rest[-1][1] in marks

    def expression(self) -> Json:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _NotUnderstoodError
        found = self.operation(0)
        if self.sees("?"):
            self.take()
            one = self.expression()
            self.take(":")
            found = ("if", found, one, self.expression())
        self.depth -= 1
        return found

    def operation(self, level: int) -> Json:
        if level == len(LEVELS):
            return self.signed()
        left = self.operation(level + 1)
        while self.sees(*LEVELS[level]):
            left = ("operation", self.take(), left, self.operation(level + 1))
        return left

    def signed(self) -> Json:
        signs = []
        while self.sees("!", "-"):
            signs.append(self.take())
        found = self.value()
        for sign in reversed(signs):
            found = ("not", found) if sign == "!" else ("operation", "-", ("value", 0), found)
        return found

    def value(self) -> Json:
        if not self.rest:
            raise _NotUnderstoodError
        kind, text = self.rest.pop()
        if kind in {"string", "number"}:  # both are written as in JSON
            return ("value", json.loads(text))
        if text in {"{", "["} and kind == "mark":
            return self.path(self.object() if text == "{" else self.list("]", "list"))
        if text == "(" and kind == "mark":
            inner = self.expression()
            self.take(")")
            return self.path(inner)
        if kind != "name":
            raise _NotUnderstoodError
        if text in LITERALS:
            return ("value", LITERALS[text])
        if self.sees("("):
            self.take("(")
            return self.path(("call", text, *self.list(")", "call")[1:]))
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
            key = json.loads(text) if kind == "string" else text
            if "{" in key and ("${" in key or "%{" in key):
                raise _NotUnderstoodError
            self.take("=", ":")
            items.append((key, self.expression()))
            if self.sees(","):
                self.take(",")
        self.take("}")
        return ("object", *items)

    def path(self, base: tuple[Json, ...]) -> Json:
        steps: list[Json] = []
        while self.sees(".", "["):
            if self.take() == ".":
                if not self.rest or self.rest[-1][0] == "mark":
                    raise _NotUnderstoodError  # a splat
                steps.append(self.take())
                continue
            step = self.expression()
            steps.append(str(step[1]) if step[0] == "value" and isinstance(step[1], (str, int)) else step)
            self.take("]")
        if base[0] == "reference" and all(isinstance(step, str) for step in steps):
            return (*base, *steps)
        return ("path", base, *steps) if steps else base


# Values ----------------------------------------------------------------------------------------------------------


def _come_to(tree: Json, lookup: Lookup) -> Json:
    kind, *rest = tree
    return COMES_TO[kind](rest, lookup)


def _not(value: Json) -> Json:
    return not value if isinstance(value, bool) else _open(value, "!")


def _if(condition: Json, branches: list[Json], lookup: Lookup) -> Json:
    return _come_to(branches[not condition], lookup) if isinstance(condition, bool) else _open(condition, "?")


def _open(value: Json, what: str) -> Unknown:
    """Why a value leaves open what it is used for."""
    return value if isinstance(value, Unknown) else Unknown(f"{what} of what it does not take")


def _path(base: Json, steps: list[Json], lookup: Lookup) -> Json:
    """What is found in a value by steps that may be expressions themselves."""
    found = [step if isinstance(step, str) else _come_to(step, lookup) for step in steps]
    for step in found:
        if isinstance(step, (bool, Identity)) or not isinstance(step, (str, int)):
            return _open(step, "an index")
    texts = tuple(map(str, found))
    if base[0] == "reference":
        return lookup((*base[1:], *texts))
    return follow(_come_to(base, lookup), texts)


def _operation(sign: str, found: list[Json]) -> Json:
    if sign in {"&&", "||"}:
        decides = sign == "||"
        if any(each is decides for each in found):  # one part decides, whatever the other is
            return decides
        wrong = next((each for each in found if not isinstance(each, bool)), None)
        return (not decides) if wrong is None else _open(wrong, sign)
    if sign in {"==", "!="}:
        same = _equal(*found)
        return same if isinstance(same, Unknown) or sign == "==" else not same
    wrong = next((each for each in found if isinstance(each, bool) or not isinstance(each, (int, float))), None)
    return _arithmetic(sign, found[0], found[1]) if wrong is None else _open(wrong, sign)


def _arithmetic(sign: str, left: float, right: float) -> Json:
    if sign in {"/", "%"} and (right <= 0 or left < 0):
        return Unknown(f"{left} {sign} {right}")
    if max(abs(left), abs(right)) > LARGEST:
        return Unknown(f"{sign} of numbers that large")
    value = ARITHMETIC[sign](left, right)
    return int(value) if isinstance(value, float) and value.is_integer() else value


ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": lambda left, right: left % right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


def _equal(left: Json, right: Json) -> bool | Unknown:
    """Whether two values are equal. A resource's id is no other's, and it is not known what it says."""
    for each in (left, right):
        if not is_known(each):
            return each if isinstance(each, Unknown) else Unknown("a part of it")
    identities = [isinstance(each, Identity) for each in (left, right)]
    if any(identities) and not all(identities):
        other = right if identities[0] else left
        return Unknown(f"{left} == {right}") if isinstance(other, str) and other else False
    if left is None or right is None:
        return left is right
    if isinstance(left, (list, dict)) or isinstance(right, (list, dict)):
        return Unknown("a comparison of collections")
    kinds = [_kind(each) for each in (left, right)]
    return bool(kinds[0] is kinds[1] and left == right)


def _kind(value: Json) -> type:
    """The type of a plain value: Terraform has one of numbers."""
    return next((kind for kind in (bool, str) if isinstance(value, kind)), float)


COMES_TO: Mapping[str, Callable[[list[Json], Lookup], Json]] = {
    "call": lambda rest, lookup: _call(rest[0], [_come_to(argument, lookup) for argument in rest[1:]]),
    "if": lambda rest, lookup: _if(_come_to(rest[0], lookup), rest[1:], lookup),
    "list": lambda rest, lookup: [_come_to(item, lookup) for item in rest],
    "not": lambda rest, lookup: _not(_come_to(rest[0], lookup)),
    "object": lambda rest, lookup: {key: _come_to(item, lookup) for key, item in rest},
    "operation": lambda rest, lookup: _operation(rest[0], [_come_to(item, lookup) for item in rest[1:]]),
    "path": lambda rest, lookup: _path(rest[0], rest[1:], lookup),
    "reference": lambda rest, lookup: lookup(tuple(rest)),
    "value": lambda rest, lookup: evaluate(rest[0], lookup),
}
"""What each kind of tree comes to."""


# Functions -------------------------------------------------------------------------------------------------------


def _call(name: str, given: list[Json]) -> Json:
    if name == "jsonencode" and len(given) == 1:
        return given[0]  # kept as data: the only way out of it is jsondecode
    if name == "jsondecode" and len(given) == 1:
        return decode(given[0])
    unknown = next((each for each in given if isinstance(each, Unknown)), None)
    if unknown is not None or name not in FUNCTIONS:
        return unknown or Unknown(f"{name}(…)")
    try:
        return FUNCTIONS[name](*given)
    except (IndexError, TypeError, ValueError, ZeroDivisionError):
        return Unknown(f"{name}(…)")


def _of(kind: type, value: Json) -> Any:  # noqa: ANN401  a value of that kind
    if not isinstance(value, kind) or isinstance(value, (bool, Identity)):
        raise TypeError
    return value


def _plain(value: Json) -> list[Json]:
    """A list of which every value is known, and none is yet to be given by AWS."""
    if any(isinstance(each, (Unknown, Identity, list, dict)) for each in _of(list, value)):
        raise ValueError
    return list(value)


def _set(value: Json) -> Json:
    if len({type(each) for each in _plain(value)}) > 1:
        raise TypeError
    return Set(sorted(set(value)))


def _subnet(prefix: Json, bits: Json, number: Json) -> str:
    network, bits, number = IPv4Network(_of(str, prefix)), _of(int, bits), _of(int, number)
    size = network.prefixlen + bits
    if not (bits >= 0 and size <= network.max_prefixlen and 0 <= number < 2**bits):
        raise ValueError
    return str(IPv4Network((int(network.network_address) + (number << (network.max_prefixlen - size)), size)))


def _host(prefix: Json, number: Json) -> str:
    return str(IPv4Network(_of(str, prefix))[_of(int, number)])


def _element(values: Json, number: Json) -> Json:
    found = _of(list, values)
    if isinstance(values, Set) or _of(int, number) < 0:
        raise ValueError
    return found[number % len(found)]


def _contains(values: Json, value: Json) -> bool:
    _of(list, values)
    same = [_equal(each, value) for each in values]
    if True not in same and any(isinstance(each, Unknown) for each in same):
        raise ValueError
    return True in same


def _merge(*maps: Json) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for each in maps:
        found |= _of(dict, each)
    return found


def _length(value: Json) -> int:
    return len(value if isinstance(value, (list, dict)) else _of(str, value))


def _without(values: Json, others: Json) -> Json:
    left, gone = _set(values), _set(others)
    if len({type(each) for each in (*left, *gone)}) > 1:
        raise TypeError
    return Set(each for each in left if each not in gone)


FUNCTIONS: Mapping[str, Callable[..., Json]] = {
    "cidrhost": _host,
    "cidrsubnet": _subnet,
    "concat": lambda *lists: [each for one in lists for each in _of(list, one)],
    "contains": _contains,
    "element": _element,
    "keys": lambda value: sorted(_of(dict, value)),
    "length": _length,
    "lookup": lambda values, key, default: _of(dict, values).get(_of(str, key), default),
    "lower": lambda text: _of(str, text).lower(),
    "merge": _merge,
    "setsubtract": _without,
    "tolist": lambda value: list(_of(list, value)),
    "tomap": lambda value: _of(dict, value),
    "toset": _set,
    "upper": lambda text: _of(str, text).upper(),
    "values": lambda value: [_of(dict, value)[key] for key in sorted(value)],
}
"""Functions whose values are the same here as in Terraform."""


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
        if isinstance(value, (str, Set)):
            return Unknown(f"no {step} in it")
        try:
            number = int(step) if isinstance(value, list) else 0
            if number < 0:
                return Unknown(f"no {step} in it")
            value = value[number] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return Unknown(f"no {step} in it")
    return value
