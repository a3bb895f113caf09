"""The synthesised output of every example is committed; a change of it is seen in review."""

import pytest

from tests.examples import EXAMPLES
from tests.golden import FOLDER, texts


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_synthesises_to_its_golden_files(example: str) -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / example).glob("*")}
    now = texts(example)
    assert sorted(committed) == sorted(now), "other stacks than before; if that is meant: make golden"
    for name, text in now.items():
        assert committed[name] == text, f"{example}/{name} changed; if that is meant: make golden, and read the diff"


def test_no_golden_file_is_left_of_an_example_that_is_gone() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(EXAMPLES)
