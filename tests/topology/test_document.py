import os
from pathlib import Path

import pytest

from topology.document import MAX_BYTES, Document, read_document, read_text


def refusal(text: str | bytes) -> list[str]:
    return [str(problem) for problem in read_text(text, "x.yaml").problems]


def test_every_scalar_stays_the_text_that_was_written() -> None:
    document = read_text('a: 012345670123\nb: 1e3\nc: yes\nd: 2024-01-01\ne: "~"\nf: 0x1F\n')
    assert document.data == {"a": "012345670123", "b": "1e3", "c": "yes", "d": "2024-01-01", "e": "~", "f": "0x1F"}
    assert document.problems == []


@pytest.mark.parametrize("text", ["a:", "a: ~", "a: null", "a: Null", "a: NULL"])
def test_an_empty_value_is_none(text: str) -> None:
    assert read_text(text).data == {"a": None}


@pytest.mark.parametrize("text", ['a: ""', "a: ''", 'a: "null"', "a: !!str null"])
def test_a_quoted_value_is_text(text: str) -> None:
    assert isinstance(read_text(text).data, dict)
    assert read_text(text).data != {"a": None}


def test_each_key_and_item_has_its_line() -> None:
    document = read_text("a:\n  b: 1\n  c:\n    - x\n    - {d: 2}\n")
    places = {("a",): 1, ("a", "b"): 2, ("a", "c"): 3, ("a", "c", 0): 4, ("a", "c", 1): 5, ("a", "c", 1, "d"): 5}
    assert {place: document.line(place) for place in places} == places
    assert document.line(("a", "c", "x")) == 4, "an item of text is found by its text too"


def test_a_place_that_is_not_in_the_file_has_the_line_of_what_encloses_it() -> None:
    document = read_text("a:\n  b: {c: 1}\n")
    assert document.line(("a", "b", "missing", "deeper")) == 2
    assert Document("x").line(("a",)) == 1


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert read_text(b"\xef\xbb\xbfa: 1").data == {"a": "1"}
    assert read_text("\ufeffa: 1").data == {"a": "1"}


def test_a_document_marker_may_stand_at_the_top() -> None:
    assert read_text("---\na: 1\n...\n").data == {"a": "1"}


def test_an_alias_is_what_its_anchor_holds() -> None:
    assert read_text("a: &x {k: v}\nb: *x\nc: &y text\nd: *y").data == {
        "a": {"k": "v"},
        "b": {"k": "v"},
        "c": "text",
        "d": "text",
    }


def test_a_merge_key_adds_what_the_mapping_does_not_say_itself() -> None:
    document = read_text("base: &x {k: v, l: w}\nmore: {l: own, <<: *x}\n")
    assert document.data == {"base": {"k": "v", "l": "w"}, "more": {"l": "own", "k": "v"}}


def test_of_several_merged_mappings_the_first_wins() -> None:
    document = read_text("a: &a {k: 1}\nb: &b {k: 2, l: 3}\nc: {<<: [*a, *b], m: 4}\n")
    assert isinstance(document.data, dict)
    assert document.data["c"] == {"k": "1", "l": "3", "m": "4"}


def bomb() -> str:
    """Nine of nine of nine …: 9^9 values in a few lines."""
    lines = ["l0: &l0 [lol]"] + [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(lines)


def tower() -> str:
    """Each level is shallow, and the last one some 200 levels deep."""
    return "\n".join(["x0: &x0 a"] + [f"x{n}: &x{n} {'[' * 10}*x{n - 1}{']' * 10}" for n in range(1, 21)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(b"a: 1\nb: \xff\n", "x.yaml:2 is not UTF-8 text; save it as UTF-8", id="bytes that are not UTF-8"),
        pytest.param("a: 1".encode("utf-16"), "x.yaml:1 is not UTF-8 text; save it as UTF-8", id="UTF-16"),
        pytest.param("a: \ud800", "x.yaml:1 is not UTF-8 text; save it as UTF-8", id="half a surrogate pair"),
        pytest.param(
            "a: 1\n\tb: 2\n",
            "x.yaml:2 is not YAML: found a tab character that violates indentation while scanning a plain scalar",
            id="a tab",
        ),
        pytest.param(
            "a: [1\nb: 2\n",
            "x.yaml:2 is not YAML: did not find expected ',' or ']' while parsing a flow sequence",
            id="an open bracket",
        ),
        pytest.param(
            "a: 1\nb: \0\n",
            "x.yaml:2 has a NUL character (U+0000) in column 4; remove it; a text file has none",
            id="NUL",
        ),
        pytest.param(
            "a: 1\r\nb: x\x07\n",
            "x.yaml:2 has a control character (U+0007) in column 5; remove it; a text file has none",
            id="a control character",
        ),
        pytest.param(
            'a: 1\nb: "x\nc: 2\nd: 3\n',
            "x.yaml:2 has a quote that is never closed; close it on this line",
            id="a quote that is never closed",
        ),
        pytest.param(
            'a: 1\nb: "x\nc: 2\nd: "3"\n',
            "x.yaml:2 has a quote that is closed on line 4 only; close it on this line",
            id="a quote that is closed by the next one",
        ),
        pytest.param(
            "a: {b: 'x, c: 2}\nd: {e: 'y'}\n",
            "x.yaml:1 has a quote that is closed on line 2 only; close it on this line",
            id="a single quote in braces that is closed by the next one",
        ),
        pytest.param(
            'a: 1\n"b: 2\nc: "3"\n',
            "x.yaml:2 has a quote that is closed on line 3 only; close it on this line",
            id="a key's quote that is closed by the next one",
        ),
        pytest.param(
            'a: "1\n  b"\nb: [1\n',
            "x.yaml:4 is not YAML: did not find expected ',' or ']' while parsing a flow sequence",
            id="an open bracket after a quoted text of two lines",
        ),
        pytest.param(
            "a: 1\nb: 2\na: 3\n",
            'x.yaml:3 key "a" is listed twice, first on line 1; keep one of them',
            id="a key that is listed twice",
        ),
        pytest.param(
            "a: 1\n---\nb: 2\n",
            "x.yaml:2 holds a second document; keep one; `---` may be at the top only",
            id="a second document",
        ),
        pytest.param(
            "a: !!python/object/apply:os.system [ls]",
            "x.yaml:1 the tag tag:yaml.org,2002:python/object/apply:os.system means nothing in a topology; leave it out",
            id="a tag that would run code",
        ),
        pytest.param(
            "a: !Ref b", "x.yaml:1 the tag !Ref means nothing in a topology; leave it out", id="CloudFormation's tag"
        ),
        pytest.param(
            "a: 1\nb: &x [*x]\n",
            "x.yaml:2 *x is used before &x ends; define the anchor first",
            id="an alias within itself",
        ),
        pytest.param(
            "a: *x", "x.yaml:1 *x is used before &x ends; define the anchor first", id="an alias without an anchor"
        ),
        pytest.param(
            "? [a, b]\n: 1\n", "x.yaml:1 a key must be plain text, not a list or mapping", id="a list for a key"
        ),
        pytest.param(
            "a: 1\n<<: text\n",
            "x.yaml:2 << takes a mapping or a list of mappings; write <<: *NAME",
            id="a merge of text",
        ),
        pytest.param("[" * 200_000, "x.yaml:1 is nested more than 32 levels deep", id="200,000 brackets"),
        pytest.param("{a: " * 200_000, "x.yaml:1 is nested more than 32 levels deep", id="200,000 braces"),
        pytest.param("- " * 200_000, "x.yaml:1 is nested more than 32 levels deep", id="200,000 dashes"),
        pytest.param(bomb(), "x.yaml:8 comes to more than 2,000,000 values; use fewer aliases", id="a billion laughs"),
        pytest.param(tower(), "x.yaml:5 is nested more than 32 levels deep", id="aliases that nest each other"),
    ],
)
def test_what_is_no_plain_yaml_is_a_problem_with_its_line(text: str | bytes, expected: str) -> None:
    assert refusal(text) == [expected]


def test_every_line_with_a_control_character_is_a_problem() -> None:
    assert refusal("a: \x01\x02\nb: 1\nc: \x1b\n") == [
        "x.yaml:1 has a control character (U+0001) in column 4; remove it; a text file has none",
        "x.yaml:3 has a control character (U+001B) in column 4; remove it; a text file has none",
    ]


def test_what_yaml_may_hold_is_no_control_character() -> None:
    assert refusal("a:\t1 \x85\r\nb: \xa0\ud7ff\ue000\ufffd\U00010000\U0010ffff\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{'k' * 900}: 1\n{'k' * 900}: 2\n", f'key "{"k" * 79}…" is listed twice, first on line 1; keep one of them'),
        (f"a: 1\nb: !{'t' * 900} 2\n", f"the tag !{'t' * 78}… means nothing in a topology; leave it out"),
        (
            f"a: 1\nb: *{'x' * 900}\n",
            f"*{'x' * 79}… is used before &{'x' * 79}… ends; define the anchor first",
        ),
    ],
    ids=["key", "tag", "alias"],
)
def test_a_message_repeats_no_more_than_the_beginning_of_a_long_text(text: str, expected: str) -> None:
    assert refusal(text) == [f"x.yaml:2 {expected}"]


def test_thirty_two_levels_are_read() -> None:
    assert refusal("[" * 32 + "]" * 32) == []


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_holds_nothing(text: str) -> None:
    document = read_text(text)
    assert (document.data, document.problems) == (None, [])


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    assert list(map(str, read_document(path).problems)) == [f"{path}:1 cannot be read: No such file or directory"]


def test_a_directory_is_a_problem(tmp_path: Path) -> None:
    assert list(map(str, read_document(tmp_path).problems)) == [f"{tmp_path}:1 cannot be read: Is a directory"]


def test_a_name_that_no_file_can_have_is_a_problem() -> None:
    [problem] = read_document("a\0b").problems
    assert str(problem).startswith(r"a\x00b:1 cannot be read: "), "the rest is Python's own and differs by version"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [problem.found for problem in read_document(tmp_path / "pipe").problems] == [
        "cannot be read: Not a regular file"
    ]


def test_a_file_beyond_any_topology_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: nothing is written
    assert list(map(str, read_document(path).problems)) == [f"{path}:1 the file is larger than 64 MiB"]


def test_control_characters_reach_no_terminal() -> None:
    assert refusal('"\\e[2J": 1\n"\\e[2J": 2\n') == [
        r'x.yaml:2 key "\x1b[2J" is listed twice, first on line 1; keep one of them'
    ]


def chain(levels: int) -> str:
    """Lists that hold each other by aliases, this many levels deep without the mapping that they are in."""
    lines = ["a1: &a1 [x]", *(f"a{at}: &a{at} [*a{at - 1}]" for at in range(2, levels + 1))]
    return "\n".join(lines)


def test_aliases_may_nest_as_deep_as_brackets_may() -> None:
    """The mapping is a level too, and 32 are the most."""
    assert refusal(chain(31)) == []
    assert refusal(chain(32)) == ["x.yaml:32 is nested more than 32 levels deep"]
    assert refusal("[" * 32 + "]" * 32) == []
    assert refusal("[" * 33 + "]" * 33) == ["x.yaml:1 is nested more than 32 levels deep"]


def test_a_document_may_come_to_as_many_values_as_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topology.document.MAX_NODES", 5)
    within, beyond = "{a: 1, b: 2}", "{a: 1, b: 2, c: 3}"
    assert refusal(within) == []
    assert refusal(beyond) == ["x.yaml:1 comes to more than 5 values; use fewer aliases"]
