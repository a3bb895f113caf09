"""docs/tutorial.md does what it says: its commands, run in order in a copy of the project, print what it shows."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import lab
from tests.examples import ROOT

PAGE = ROOT / "docs" / "tutorial.md"
END = "end of the block, exit status"


@dataclass(frozen=True)
class Block:
    """The commands of a block, the line that it starts in, and what the page shows of their output, if anything."""

    line: int
    shell: str
    commands: str
    shown: tuple[str, ...]


def blocks(page: str) -> Iterator[Block]:
    """The `sh` blocks of a page. A block without a language that follows at once shows the output."""
    pattern = r"^```sh( second shell)?\n(.*?)^```$(?:\n```\n(.*?)^```$)?"
    for match in re.finditer(pattern, page, re.DOTALL | re.MULTILINE):
        shown = tuple((match[3] or "").splitlines())
        yield Block(page.count("\n", 0, match.start()) + 1, (match[1] or "").strip(), match[2], shown)


def differences(shown: tuple[str, ...], printed: str) -> str | None:
    """What a page shows and a run did not print; None where it printed it all.

    A line `…` is any number of lines, and within a line any text. Seconds may differ, and so may the order of stacks that
    are applied side by side.
    """
    lines = _in_order([line.rstrip() for line in printed.splitlines()])
    at, exact = 0, True
    for line in _in_order(list(shown)):
        if line == "…":
            exact = False
            continue
        wanted = re.compile(".*".join(map(re.escape, line.split("…"))))
        found = next((index for index in range(at, len(lines)) if wanted.fullmatch(lines[index])), None)
        if found is None or (exact and found != at):
            return f"expected {line!r}, found {lines[at] if at < len(lines) else 'the end'!r}"
        at, exact = found + 1, True
    return f"expected the end, found {lines[at]!r}" if exact and at < len(lines) else None


def _in_order(lines: list[str]) -> list[str]:
    """Lines without seconds, and those of one step, such as `spoke-core-ledger: 20 added`, in alphabetical order."""
    timed = [re.sub(r" \(\d+ s\)$", "", line) for line in lines]
    groups: list[tuple[bool, list[str]]] = []
    for line, plain in zip(lines, timed, strict=True):
        spoke = line != plain and line.startswith("spoke-")
        if spoke and groups and groups[-1][0]:
            groups[-1][1].append(plain)
        else:
            groups.append((spoke, [plain]))
    return [line for _, group in groups for line in sorted(group)]


@pytest.mark.parametrize(
    ("shown", "printed", "missing"),
    [
        ("a\nb", "a  \nb\n", None),
        ("a\n…", "a\nb\nc", None),
        ("…\nc", "a\nb\nc", None),
        ("a\n…\nc", "a\nb\nb\nc", None),
        ("a … c", "a b c", None),
        ("state: 9 added (64 s)", "state: 9 added (7 s)", None),
        ("spoke-a: 1 added (1 s)\nspoke-b: 1 added (1 s)", "spoke-b: 1 added (3 s)\nspoke-a: 1 added (4 s)", None),
        ("a", "b", "expected 'a', found 'b'"),
        ("a", "a\nb", "expected the end, found 'b'"),
        ("a\nb", "a", "expected 'b', found 'the end'"),
        ("a\nc", "a\nb\nc", "expected 'c', found 'b'"),
        ("state: 9 added (64 s)", "state: 8 added (7 s)", "expected 'state: 9 added', found 'state: 8 added'"),
    ],
)
def test_an_output_other_than_the_one_shown_is_noticed(shown: str, printed: str, missing: str | None) -> None:
    assert differences(tuple(shown.splitlines()), printed) == missing


def test_the_page_shows_outputs_and_has_a_second_shell() -> None:
    found = list(blocks(PAGE.read_text(encoding="utf-8")))
    assert [block.commands for block in found if block.shell] == ["./hub emulator network.yaml > emulator.env\n"]
    assert sum(bool(block.shown) for block in found) >= 7, "the page shows what commands print"
    fences = re.findall(r"^```sh", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) == len(found), "every sh block is run"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's files, with the environment that `make setup` makes."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout.decode().split("\0")
    copy = tmp_path / "project"
    for name in files:
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to((ROOT / ".venv").resolve())
    # What is installed is what this test runs with: there is nothing to set up.
    os.utime(copy / "Pipfile.lock", (0, 0))
    return copy


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """A shell's environment, with one copy of the provider for all stacks and without anybody's AWS account."""
    plugins = ROOT / ".cache" / "terraform"
    plugins.mkdir(parents=True, exist_ok=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HUB_"))}
    result = {
        **own,
        "TF_PLUGIN_CACHE_DIR": str(plugins),
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    # As in tests/deploy/local.py: the first init with an empty plugin cache must not happen twice at once.
    needed = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}}
    (tmp_path / "main.tf.json").write_text(json.dumps({"terraform": needed}))
    with (plugins.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["terraform", "init", "-no-color"], cwd=tmp_path, env=result, check=True, capture_output=True)
    return result


class SecondShell:
    """Commands that run until they are interrupted."""

    def __init__(self, commands: str, folder: Path, environment: Mapping[str, str]) -> None:
        # Where these tests run in the background, Ctrl-C is ignored, and would be by what they start.
        ours = signal.signal(signal.SIGINT, signal.default_int_handler)
        self._process = subprocess.Popen(
            ["bash", "-c", f"exec {commands}"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        signal.signal(signal.SIGINT, ours)
        self._ready = threading.Event()
        self._said: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line)
            if line.startswith("listening on"):
                self._ready.set()
        self._ready.set()

    def wait_until_it_listens(self) -> None:
        self._ready.wait()
        assert self._process.poll() is None, "".join(self._said)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def end(self, how: signal.Signals) -> int:
        """Send a signal to the commands, and wait for their exit status."""
        os.killpg(self._process.pid, how)
        status = self._process.wait()
        self._reader.join()
        assert self._process.stderr is not None
        self._process.stderr.close()
        return status


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_commands_of_the_page_do_what_it_says(project: Path, environment: Mapping[str, str]) -> None:
    assert shutil.which("terraform"), "terraform is not on PATH, and the tutorial needs the real one"
    first = subprocess.Popen(
        ["bash", "-e"],
        cwd=project,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert first.stdin is not None
    assert first.stdout is not None
    second: SecondShell | None = None
    try:
        for block in blocks(PAGE.read_text(encoding="utf-8")):
            if "./hub lab" in block.commands and lab.missing() and "CI" not in os.environ:
                continue
            if block.shell:
                second = SecondShell(block.commands, project, environment)
                second.wait_until_it_listens()
                continue
            first.stdin.write(f"{{\n{block.commands}}} </dev/null\necho '{END}' $?\n")
            first.stdin.flush()
            printed = []
            for line in first.stdout:
                if line.startswith(END):
                    break
                printed.append(line)
            else:
                pytest.fail(f"docs/tutorial.md:{block.line} failed:\n{block.commands}\n{''.join(printed)}")
            wrong = differences(block.shown, "".join(printed)) if block.shown else None
            assert wrong is None, f"docs/tutorial.md:{block.line} {wrong}; it printed:\n{''.join(printed)}"
        assert second is not None
        assert second.end(signal.SIGINT) == 0
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGTERM)
        first.wait()
        first.stdin.close()
        first.stdout.close()
        if second is not None and second.running:
            second.end(signal.SIGKILL)
