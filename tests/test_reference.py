"""The reference of the topology says what the models say."""

from docs.write_reference import PAGE, SECTIONS, reference
from topology.reader import MODELS


def test_the_committed_reference_is_the_one_that_its_script_writes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == reference(text), "run make reference"


def test_the_reference_has_every_section_of_the_file() -> None:
    assert {model for model, _ in SECTIONS} == set(MODELS.values())


def test_every_key_has_a_meaning() -> None:
    for model, _ in SECTIONS:
        for key, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{key} has no docstring"
