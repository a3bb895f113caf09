"""docs/reference/pattern.md names every resource of the quickstart by the address that it has."""

import re
from pathlib import Path

import pytest

from tests.examples import stacks_of

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "pattern.md"
SECTIONS = dict(
    re.findall(
        r"^## [^\n]*stack `([a-z-]+)`\n(.*?)(?=^## )", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
)


def addresses(stack: str) -> set[str]:
    synthesised = stacks_of("quickstart")[stack]
    return {
        prefix + f"{kind}.{name}"
        for section, prefix in (("resource", ""), ("data", "data."))
        for kind, instances in synthesised.get(section, {}).items()
        for name in instances
    }


@pytest.mark.parametrize("stack", ["hub-core", "spoke-core-payments", "state"])
def test_the_page_names_every_resource_and_no_other(stack: str) -> None:
    named = re.findall(r"`((?:data\.)?aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)`", SECTIONS[stack])
    assert sorted(named) == sorted(addresses(stack))


def test_the_page_says_who_makes_each_part_of_a_spoke() -> None:
    stack = stacks_of("quickstart")["spoke-core-payments"]
    for line in SECTIONS["spoke-core-payments"].splitlines():
        for prefix, kind, name in re.findall(r"`(data\.)?(aws_[a-z0-9_]+)\.([A-Za-z0-9_-]+)`", line):
            block = stack["data" if prefix else "resource"][kind][name]
            assert f"| {block['provider'].removeprefix('aws.')} |" in line, f"{kind}.{name}"


def test_the_other_spoke_has_the_same_addresses_without_the_test_instance() -> None:
    assert addresses("spoke-core-ledger") == {
        address for address in addresses("spoke-core-payments") if "test-instance" not in address
    }
