"""What the documents say of the topology's keys is complete, and what the models say."""

import re
from pathlib import Path

from tools import write_snapshot, write_terraform
from tools.write_reference import MEANINGS, PAGE, SECTIONS, reference
from topology.models import Organization, Topology
from topology.suggestions import MODELS

DOCS = PAGE.parent


def named(page: Path) -> set[str]:
    """The keys that a page names, without the path before them."""
    quoted = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    return {re.split(r"[.]", text.partition(":")[0])[-1] for text in quoted}


def test_the_committed_reference_is_the_one_that_its_script_writes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == reference(text), "run make reference"


def test_the_committed_page_of_terraforms_resources_is_the_one_that_its_script_writes() -> None:
    assert write_terraform.PAGE.read_text(encoding="utf-8") == write_terraform.page(), "run make reference"


def test_the_committed_page_about_snapshots_is_the_one_that_its_script_writes() -> None:
    text = write_snapshot.PAGE.read_text(encoding="utf-8")
    assert text == write_snapshot.page(text), "run make reference"


def test_the_reference_has_every_section_of_the_file() -> None:
    assert {model for model, _ in SECTIONS} == set(MODELS.values())


def test_every_key_has_a_meaning() -> None:
    for model, _ in SECTIONS:
        for key in model.model_fields:
            assert MEANINGS.get((model.__name__, key)), f"{model.__name__}.{key} has no docstring"


def test_every_key_with_a_default_has_a_reason() -> None:
    optional = {
        key for model, _ in SECTIONS for key, field in model.model_fields.items() if not field.is_required()
    } - {"spokes"}
    assert optional - named(DOCS / "defaults.md") == set()


def test_every_key_says_what_a_change_of_it_does() -> None:
    sections = {key for key, field in Topology.model_fields.items() if field.annotation in MODELS.values()}
    keys = {key for model, _ in SECTIONS if model is not Organization for key in model.model_fields}
    # Sections are known by their keys, and an organization does not change.
    assert keys - sections - {"hubs", "spokes", "create"} - named(DOCS / "changes.md") == set()
