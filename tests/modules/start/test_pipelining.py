"""Answers that are known are not waited for, and those that were not as expected are told; Node is played by a script."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from jsii._kernel.types import CreateRequest, CreateResponse, LoadRequest, LoadResponse, ObjRef
from jsii.errors import JSIIError

from modules.start.pipelining import ROOM, Pipelined, _failure

# Greets, then answers each request with the next line of a file; writes down what it was asked, and when it ended.
PLAYED = """
import sys
answers, asked = open(sys.argv[1]), open(sys.argv[2], "w")
print('{"hello": "@jsii/runtime@1.142.0"}', flush=True)
for line in sys.stdin:
    print(line, end="", file=asked, flush=True)
    if line.startswith('{"exit"'):
        break
    print(answers.readline(), end="", flush=True)
print("ended", file=asked, flush=True)
"""


@contextmanager
def played(tmp_path: Path, *answers: object, asked: tuple[str, ...] = ()) -> Iterator[tuple[Pipelined, Path]]:
    """Python's side, with a Node that gives some answers, and the file in which it writes what it was asked."""
    given, log = tmp_path / "answers", tmp_path / "asked"
    given.write_text("".join(json.dumps(answer) + "\n" for answer in answers), encoding="utf-8")
    command = [sys.executable, "-c", PLAYED, str(given), str(log)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as node:
        side = Pipelined(node, asked)
        try:
            yield side, log
        finally:
            side.stop()


def created(number: int) -> dict[str, Any]:
    return {"ok": {"$jsii.byref": f"example.Thing@{number}", "$jsii.interfaces": None}}


def create(side: Pipelined, **changes: Any) -> str:
    made = side.send(CreateRequest(fqn="example.Thing", **changes), CreateResponse)
    assert isinstance(made, CreateResponse)
    return made.ref


def load(name: str) -> LoadRequest:
    return LoadRequest(name=name, version="1.0.0", tarball=f"/somewhere/{name}@1.0.0.jsii.tgz")


LOADED = {"ok": {"assembly": "example", "types": 7}}


def test_an_object_has_the_number_after_the_last_one_s(tmp_path: Path) -> None:
    with played(tmp_path, created(10_000), created(10_001), created(10_002)) as (side, _):
        assert [create(side) for _ in range(3)] == [f"example.Thing@{number}" for number in (10_000, 10_001, 10_002)]


def test_a_load_says_nothing_that_is_waited_for(tmp_path: Path) -> None:
    with played(tmp_path, LOADED) as (side, log):
        assert side.send(load("example"), LoadResponse) == LoadResponse(assembly="example", types=0)
    assert '"api": "load"' in log.read_text(encoding="utf-8")


def test_what_was_asked_before_python_came_is_not_asked_again(tmp_path: Path) -> None:
    early = "example@1.0.0.jsii.tgz"
    # Its request was sent by whoever started Node: here it is sent by hand.
    with played(tmp_path, LOADED, created(10_000), asked=(early,)) as (side, log):
        side._process.stdin.write(b'{"api": "load"}\n')  # noqa: SLF001  as the start does
        side._process.stdin.flush()  # noqa: SLF001
        side.send(load("example"), LoadResponse)
        create(side)
    assert log.read_text(encoding="utf-8").count('"api": "load"') == 1


def test_node_is_asked_to_end_and_ends(tmp_path: Path) -> None:
    with played(tmp_path, created(10_000)) as (side, log):
        create(side)
    assert log.read_text(encoding="utf-8").splitlines()[-2:] == ['{"exit":0}', "ended"]
    side.stop()


def test_a_refusal_is_raised_with_the_next_answer_and_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = {"error": "no such thing", "name": "@jsii/kernel.Fault", "stack": "at line 1"}
    with played(tmp_path, created(10_000), refused, created(10_001), created(10_002)) as (side, _):
        create(side)
        create(side)
        for _ in range(2):
            with pytest.raises(JSIIError, match=r"example\.Thing@10001: no such thing"):
                create(side, overrides=[{"method": "m"}])
    assert capsys.readouterr().err == "", "it was told already"


def test_a_refusal_that_nobody_came_to_read_is_printed_at_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = {"error": "no such thing", "name": "@jsii/kernel.RuntimeError", "stack": "at line 1"}
    with played(tmp_path, created(10_000), refused) as (side, _):
        create(side)
        create(side)
    assert "example.Thing@10001: no such thing" in capsys.readouterr().err


def test_more_than_a_pipe_takes_is_never_unread(tmp_path: Path) -> None:
    count = 40
    with played(tmp_path, *(created(10_000 + at) for at in range(count))) as (side, _):
        for _ in range(count):
            create(side, args=["x" * (ROOM // 10)])
            assert side._bytes <= ROOM  # noqa: SLF001  what this is about
            assert len(side._unread) < 10  # noqa: SLF001


@pytest.mark.parametrize(
    ("answer", "expected", "problem"),
    [
        (LOADED, "example.tgz", None),
        ({"ok": None}, "example.tgz", "Node returned"),
        ({"ok": ObjRef("example.Thing@1")}, CreateResponse("example.Thing@1"), None),
        ({"ok": ObjRef("example.Thing@2")}, CreateResponse("example.Thing@1"), "Node returned example.Thing@2"),
        (LOADED, CreateResponse("example.Thing@1"), "expected example.Thing@1"),
        ({}, "example.tgz", "expected example.tgz"),
        ({"error": "why", "name": "@jsii/kernel.Fault", "stack": ""}, "example.tgz", "example.tgz: why"),
    ],
    ids=str,
)
def test_an_answer_is_what_was_expected_or_a_failure(answer: Any, expected: Any, problem: str | None) -> None:
    failure = _failure(answer, expected)
    if problem is None:
        assert failure is None
        return
    assert isinstance(failure, JSIIError)
    assert problem in str(failure)


def test_what_javascript_throws_is_an_error_of_its_own_kind() -> None:
    failure = _failure({"error": "why", "name": "@jsii/kernel.RuntimeError", "stack": "at line 1"}, "example.tgz")
    assert type(failure) is RuntimeError
    assert str(failure) == "example.tgz: why"
    assert "at line 1" in str(failure.__cause__)
