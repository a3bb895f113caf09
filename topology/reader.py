"""From a file to a `Topology`, or to every problem that the file has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from findings import Finding, Severity, codes
from topology.checks import Mistake, advise, check
from topology.document import Document, Place, read_document
from topology.models import Hub, RefusedValue, Spoke, Topology
from topology.problems import TopologyError, did_you_mean, nearest, problem, shortened
from topology.suggestions import Suggestions, as_yaml, model_at, placeholder

__all__ = ["Reading", "read_topology", "topology_of"]

Errors = list[dict[str, Any]]

FORMS: dict[tuple[type[BaseModel] | None, str | int], str] = {
    (Hub, "services"): "a list or a mapping",
    (Hub, "segments"): "segmented, flat or a mapping",
    (Spoke, "test_instance"): "true, false or a mapping",
}
"""What to write where a key takes more than one type."""


@dataclass(frozen=True)
class Reading:
    """A sound topology, and what its users should know of it although it works."""

    topology: Topology
    warnings: tuple[Finding, ...]


def read_topology(path: Path | str) -> Reading:
    """The topology in a file.

    Raises `TopologyError` with every problem of the file: what is not YAML, what no model takes, and what cannot work.
    """
    return topology_of(read_document(path))


def topology_of(document: Document) -> Reading:
    """The topology of a document that was read; raises `TopologyError` as `read_topology` does."""
    suggestions = Suggestions(document.data)
    topology, problems, refused = _validate(document, suggestions)
    if topology is not None:
        problems += [_finding(document, mistake) for mistake in check(topology, refused, suggestions.claimed)]
    if problems or topology is None:
        raise TopologyError(problems)
    return Reading(topology, tuple(_finding(document, note, Severity.WARNING) for note in advise(topology)))


def _finding(document: Document, mistake: Mistake, severity: Severity = Severity.FAILED) -> Finding:
    subject = _subject(mistake.place)
    message = f"{subject}: {mistake.message}" if subject else mistake.message
    if mistake.other:
        message += f" (line {document.line(mistake.other)})"
    return problem(mistake.code, document.name, document.line(mistake.place), message, mistake.fix, severity)


def _subject(place: Place) -> str:
    """`spoke "payments" cidr` for the place of that value."""
    head, rest = place[:2], place[2:]
    if len(head) > 1 and head[0] in ("hubs", "spokes"):
        subject = f'{str(head[0])[:-1]} "{shortened(str(head[1]))}"'
    else:
        subject, rest = "", place
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{shortened(part)}" for part in rest).lstrip(".")
    return f"{subject} {path}".strip()


def _validate(document: Document, suggestions: Suggestions) -> tuple[Topology | None, list[Finding], set[Place]]:
    """The topology as far as its values are sound, what is wrong with the others, and where those are.

    A value that no model takes is None in the result, so that the checks, which need several values, can still say
    what is wrong with the rest: a file's problems are to be found in one run.
    """
    problems = list(document.problems)
    data = document.data
    if not isinstance(data, dict):
        if not problems:
            found = "the file is empty" if data is None else f"expected a mapping, found {_found(data)}"
            problems.append(problem(codes.NOT_A_TOPOLOGY, document.name, 1, found, "start from examples/minimal.yaml"))
        return None, problems, set()
    unknown: set[Place] = set()
    topology, errors = _validated(data)
    known: set[Place] = set()  # an alias can be two sections, whose keys would be renamed to and fro
    while errors and (renamed := _rename(data, errors, known)):
        problems += [_misspelt(document, error) for error in errors if _place(error) in renamed]
        known |= renamed
        topology, errors = _validated(data)
    problems += [_translate(document, error, suggestions) for error in errors]
    for _ in range(4):  # a placeholder can bring a deeper error to light, never more often than there are levels
        if not errors:
            break
        for error in errors:
            _replace(data, error, unknown)
        topology, errors = _validated(data)
    if topology is None:
        return None, problems, unknown
    for place in sorted(unknown, key=len, reverse=True):
        _forget(topology, place)
    return topology, problems, unknown


def _validated(data: dict[str, Any]) -> tuple[Topology | None, Errors]:
    try:
        return Topology.model_validate(data), []
    except ValidationError as error:
        return None, cast("Errors", error.errors(include_url=False))


def _place(error: dict[str, Any]) -> Place:
    return tuple(part for part in error["loc"] if part != "[key]")


def _keys(place: Place) -> list[str]:
    model = model_at(place)
    return list(model.model_fields) if model else []


def _at(data: Any, place: Place) -> Any:  # noqa: ANN401  a node of the document
    for part in place:
        if isinstance(data, list) and part in data:  # `services: [kms]`, which the model reads as a mapping
            return data
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):  # another error at the same place was corrected already
            return None
    return data


def _rename(data: dict[str, Any], errors: Errors, known: set[Place]) -> set[Place]:
    """Give misspelt keys the name that was meant, where it is not taken; returns the places of the old names."""
    renamed: set[Place] = set()
    for error in errors:
        *parent, key = place = _place(error)
        if error["type"] == "extra_forbidden" and place not in known:
            section = _at(data, tuple(parent))
            meant = nearest(str(key), _keys(tuple(parent)))
            if isinstance(section, dict) and key in section and meant and meant[0] not in section:
                section[meant[0]] = section.pop(key)
                renamed.add(place)
    return renamed


def _misspelt(document: Document, error: dict[str, Any]) -> Finding:
    *parent, key = place = _place(error)
    keys = _keys(tuple(parent))
    subject = _subject(tuple(parent))
    message = f'"{shortened(str(key))}" is not a key of ' + (subject or "a topology")
    fix = did_you_mean(str(key), keys, f"its keys are {', '.join(keys)}")
    return problem(codes.UNKNOWN_KEY, document.name, document.line(place), message, fix)


def _translate(document: Document, error: dict[str, Any], suggestions: Suggestions) -> Finding:
    """A problem in the field's words for one of pydantic's errors."""
    place, kind = _place(error), error["type"]
    refusal = error["ctx"]["error"] if kind == "value_error" else None
    if isinstance(refusal, RefusedValue):
        place = (*place, *refusal.at)
    if kind == "extra_forbidden":
        return _misspelt(document, error)
    subject, fix, code = _subject(place), "", codes.INVALID_VALUE
    if kind == "missing":
        *parent, key = place
        message = f"{_subject(tuple(parent)) or 'the topology'} lacks `{key}`"
        fix = f"add `{key}: {as_yaml(suggestions.example(place))}`"
        return problem(codes.MISSING_KEY, document.name, document.line(place), message, fix)
    if isinstance(refusal, RefusedValue):
        message, code = refusal.message, refusal.code
        fix = suggestions.refined(place, error["input"], refusal.fix)
    elif kind == "literal_error":
        message = f"expected {error['ctx']['expected']}, found {_found(error['input'])}"
    elif kind in ("too_short", "too_long"):
        code = codes.WRONG_LENGTH
        bound, number = ("at least", "min_length") if kind == "too_short" else ("at most", "max_length")
        message = f"needs {bound} {error['ctx'][number]}, has {error['ctx']['actual_length']}"
    else:
        code = codes.WRONG_TYPE
        wanted = FORMS.get((model_at(place[:-1]), place[-1]), _expected(kind))
        message = f"expected {wanted}, found {_found(error['input'])}"
        example = suggestions.example(place)
        if example is not None:
            fix = f"write for example {as_yaml(example)}"
    return problem(code, document.name, document.line(place), f"{subject}: {message}" if subject else message, fix)


def _expected(kind: str) -> str:
    return {
        "string_type": "text",
        "ip_v4_network": "text",
        "ip_v4_address": "text",
        "list_type": "a list",
        "dict_type": "a mapping",
        "model_type": "a mapping",
        "model_attributes_type": "a mapping",
        "bool_type": "true or false",
        "int_type": "a number",
        "greater_than_equal": "a number from 1",
    }.get(kind, "another value")


def _found(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f'"{shortened(str(value))}"'


def _replace(data: dict[str, Any], error: dict[str, Any], unknown: set[Place]) -> None:
    """Put something sound in the place of an error, and note that its value is not known."""
    place = _place(error)
    for size in range(len(place) - 1, -1, -1):  # the nearest section, and the key in it that the error lies under
        parent, key = place[:size], place[size]
        model = model_at(parent)
        if model is None and parent not in (("hubs",), ("spokes",)):
            continue
        section = _at(data, parent)
        if not isinstance(section, dict):
            continue
        section.pop(key, None)
        if model is not None and key in model.model_fields:
            unknown.add(place[: size + 1])
            if model.model_fields[str(key)].is_required():
                section[key] = placeholder(place[: size + 1])
        elif model is None:
            unknown.add(place[: size + 1])
            if parent == ("hubs",) and not section:
                data["hubs"] = placeholder(("hubs",))
                unknown.add(("hubs",))
        return


def _forget(topology: Topology, place: Place) -> None:
    """Set the value at a place to None: it was a placeholder."""
    node: Any = topology
    for part in place[:-1]:
        node = node[part] if isinstance(node, dict) else getattr(node, str(part), None)
        if node is None:
            return
    if isinstance(node, dict):
        node[place[-1]] = None
    else:
        object.__setattr__(node, str(place[-1]), None)
