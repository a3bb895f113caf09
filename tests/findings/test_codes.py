"""The list of codes, the page that is written from it, and what uses it."""

import ast
import re
from pathlib import Path

import pytest

from findings import codes
from findings.codes import Code
from tests.findings.mistakes import MISTAKES
from tests.topology.sound import reading_of
from tools.write_findings import PAGE, page
from topology import TopologyError, read_topology

ROOT = Path(__file__).parent.parent.parent
NAMES = {name: value for name, value in vars(codes).items() if isinstance(value, Code)}
USERS = ("topology", "accounts", "assurance", "review", "cli", "deployment", "local")


def used() -> set[str]:
    """Every `codes.NAME` in the packages that make findings."""
    return {
        node.attr
        for package in USERS
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "codes"
    }


def test_every_code_is_used_and_every_used_code_is_on_the_list() -> None:
    names = {name for name in used() if name.isupper()}
    assert names == set(NAMES), "left: used; right: on the list"


def test_no_finding_names_a_code_by_hand() -> None:
    for package in (*USERS, "findings"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "codes.py":
                found = re.findall(r"HUB\d{3}", path.read_text(encoding="utf-8"))
                assert not found, f"{path.relative_to(ROOT)} names {found}; use findings.codes"


def test_ids_and_titles_are_unique_and_in_order() -> None:
    ids = [code.id for code in NAMES.values()]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"HUB[1-4]\d\d", id_) for id_ in ids)
    assert len({code.title for code in NAMES.values()}) == len(ids)


@pytest.mark.parametrize("code", codes.every(), ids=lambda code: code.id)
def test_every_code_is_explained(code: Code) -> None:
    for text in (code.title, code.meaning, code.example, code.fix):
        assert text, f"{code.id} lacks a text"
        assert text == " ".join(text.split()), f"{code.id}: {text!r}"
    assert code.meaning.endswith("."), f"{code.id}: the meaning is no sentence"
    assert code.fix.endswith("."), f"{code.id}: the fix is no sentence"


def test_every_code_of_the_topology_has_a_topology_with_its_mistake() -> None:
    of_topology = {code for code in codes.every() if code.id.startswith("HUB1")}
    assert of_topology - MISTAKES.keys() == {codes.FILE_UNREADABLE}


@pytest.mark.parametrize("code", MISTAKES, ids=lambda code: code.id)
def test_the_example_is_what_the_mistake_is_reported_as(code: Code) -> None:
    try:
        found = reading_of(MISTAKES[code]).warnings
    except TopologyError as refused:
        found = refused.problems
    assert code.example in [str(finding) for finding in found if finding.code == code]


def test_a_file_that_is_not_there_is_the_example_of_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TopologyError) as refused:
        read_topology("network.yaml")
    assert [(problem.code, str(problem)) for problem in refused.value.problems] == [
        (codes.FILE_UNREADABLE, codes.FILE_UNREADABLE.example)
    ]


def test_the_committed_page_is_the_one_that_its_script_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.write_findings"
