"""Stamping loses nothing: a shape and a spoke's own values say all that the spoke's design says."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given

from stacks.shapes import MARKS, Mark, MarkInspectedError, Stamp, marked, shapes
from tests.examples import changed, designed
from tests.topologies import designs
from topology import Design
from topology.design import SpokeDesign

KINDS: list[dict[str, Any]] = [{}, {}, {"exempt": []}, {}]
SPOKES = {
    f"spoke{at}": {"hub": "core", "account": f"{at:012}", "cidr": f"10.0.{4 + at}.0/24", **own}
    for at, own in enumerate(KINDS)
}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every text, number and truth value in a design."""
    if is_dataclass(value):
        return [leaf for field in fields(value) for leaf in leaves(getattr(value, field.name), (*path, field.name))]
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves(value[key], (*path, key))]
    if isinstance(value, tuple):
        return [leaf for at in range(len(value)) for leaf in leaves(value[at], (*path, at))]
    return [path]


def with_other(value: Any, path: tuple[Any, ...]) -> Any:
    """The same with another value at a path."""
    if not path:
        return (not value) if isinstance(value, bool) else f"{value}-other"
    key, *rest = path
    if is_dataclass(value):
        changes = {key: with_other(getattr(value, key), tuple(rest))}
        return replace(value, **changes)  # type: ignore[type-var]
    if isinstance(value, dict):
        return {**value, key: with_other(value[key], tuple(rest))}
    return (*value[:key], with_other(value[key], tuple(rest)), *value[key + 1 :])


@pytest.mark.family
@given(designs())
def test_the_template_with_a_spokes_values_is_the_spoke_again(design: Design) -> None:
    for number, shape in enumerate(shapes(design.spokes)):
        stamp = Stamp(repr(shape.template))
        for spoke, values in zip(shape.spokes, shape.values, strict=True):
            assert stamp.of(values) == repr(spoke), f"{spoke.stack}, of shape {number}"


def test_every_value_of_a_design_is_in_the_shape_or_a_value_of_the_spoke() -> None:
    """A new field of any part of a design is covered as soon as it is there."""
    for spoke in designed("production").spokes:
        before = repr(marked(spoke))
        for path in leaves(spoke):
            other: SpokeDesign = with_other(spoke, path)
            assert repr(marked(other)) != before, f"a change of {path} in {spoke.stack} would not show"


def test_spokes_that_differ_in_more_than_their_own_values_are_of_different_shapes() -> None:
    found = [[spoke.name for spoke in shape.spokes] for shape in shapes(changed("minimal", spokes=SPOKES).spokes)]
    assert found == [["spoke0", "spoke1", "spoke3"], ["spoke2"]]


def test_templates_have_stack_names_of_their_own() -> None:
    design = changed("minimal", spokes=SPOKES)
    names = [shape.template.stack for shape in shapes(design.spokes)]
    assert len({*names, *design.order}) == len(names) + len(design.order), names


def test_a_value_that_json_or_terraform_would_escape_is_part_of_the_shape() -> None:
    spoke = designed("minimal").spokes[0]
    for value in ('"', "\\", "${x}", "%{x}", "é", "~0-0~", "a b", ""):
        template, values = marked(replace(spoke, name=value))
        assert template.name == value, f"{value!r} became the mark {template.name}"
        assert value not in values
    assert MARKS.fullmatch(marked(spoke)[0].name)


@pytest.mark.parametrize(
    "look",
    [
        lambda mark: mark == "payments",
        lambda mark: "payments" == mark,  # noqa: SIM300  a text asks the mark, too
        lambda mark: mark in ("payments", "ledger"),
        lambda mark: mark in {"payments", "ledger"},
        lambda mark: "pay" in mark,
        lambda mark: mark.startswith("pay"),
        lambda mark: mark[:8],
        lambda mark: len(mark) > 8,
        lambda mark: sorted([mark, "payments"]),
        list,
        lambda mark: mark.upper(),
        lambda mark: {mark: 1},
        lambda mark: mark % (),
    ],
)
def test_a_mark_cannot_be_looked_at(look: Callable[[str], object]) -> None:
    with pytest.raises(MarkInspectedError):
        look(Mark("~0-0~"))


def test_a_mark_can_be_handed_on_and_put_into_a_text() -> None:
    mark, parts = Mark("~0-0~"), ["a"]
    texts = [
        f"a-{mark}",
        "a-" + mark,
        "-".join([*parts, mark]),
        "a-{}".format(*[mark]),
        json.loads(json.dumps(f"a-{mark}")),
    ]
    assert texts == ["a-~0-0~"] * len(texts)
    assert json.loads(json.dumps({"name": mark})) == {"name": "~0-0~"}
    assert mark, "no value that is marked is empty"
