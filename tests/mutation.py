"""`python -m tests.mutation`: change the code in one place at a time, and list the changes that no test notices.

A mutant flips one comparison, condition or constant, returns None, or leaves out a statement. Mutants are drawn with a
seed from all that there are; for each, the fast tests that belong to its file run in a copy of the tree. Exit status 0
where at least 95 % are killed.

    python -m tests.mutation --count 300 --seed $(git rev-parse HEAD) --minutes 60

What was killed is remembered under .cache/mutation, by the seed: the next run goes on with the others, and tries
survivors again. Mutants that nothing could tell from the original are listed in tests/equivalent_mutants.toml, each with
its reason, and left out.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parent.parent
FOLDERS = ("topology", "network", "assurance", "review", "modules")
GOAL, MOST_EQUIVALENT = 0.95, 0.10
TESTS: dict[str, tuple[str, ...]] = {
    "topology": ("tests/topology", "tests/test_costs.py", "tests/stacks", "tests/test_golden.py"),
    "network": ("tests/network", "tests/assurance", "tests/review", "tests/lab/test_plan.py"),
    "assurance": ("tests/assurance", "tests/review"),
    "review": ("tests/review", "tests/assurance", "tests/cli/test_tracing.py"),
    "modules": ("tests/modules/test_*.py", "tests/stacks", "tests/test_golden.py"),
    "modules/start": ("tests/modules/start",),
}
"""The tests that belong to the files of a folder: folders, files and patterns. Of two keys that fit, the longer one counts."""
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
PREPARE = ("hypothesis", "pydantic", "pytest", "typeguard", "yaml", "_pytest.assertion.rewrite")
"""What every run needs, imported once before it forks."""


# Mutants ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str
    where: str
    """The function or class around it."""
    line: int
    start: int
    """In the file's bytes, like `end`."""
    end: int
    old: str
    new: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by when lines have moved."""
        return self.file, self.where, self.old, self.new

    def __str__(self) -> str:
        """Where it is, and what was changed."""
        return f"{self.file}:{self.line} in {self.where or 'the module'}: {_short(self.old)}  →  {_short(self.new)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) < 100 else f"{line[:97]}..."


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """What a node can be changed to."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in FLIPPED:
            other = copy.deepcopy(node)
            other.ops = [FLIPPED[type(op)]()]
            yield other
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(op=ast.Or() if isinstance(op, ast.And) else ast.And(), values=values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value=value + 1)
            yield ast.Constant(value=value - 1)
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(value=ast.Constant(value=None))
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign() | ast.Raise():
            yield ast.Pass()
        case ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()


def _conditions(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
            yield test
        case ast.comprehension(ifs=ifs):
            yield from ifs


def _skipped(node: ast.AST) -> Iterator[ast.AST]:
    """Parts of a node that are about types, and those whose place Python 3.11 does not know."""
    match node:
        case ast.JoinedStr():
            yield node
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from node.decorator_list
            yield from filter(
                None, [node.returns, *(a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg))]
            )
        case ast.ClassDef():
            yield from node.decorator_list
            yield from (keyword.value for keyword in node.keywords)
        case ast.AnnAssign(annotation=annotation) if not any(isinstance(n, ast.Call) for n in ast.walk(annotation)):
            yield annotation


def mutants(file: str, source: bytes) -> list[Mutant]:  # noqa: C901  one walk
    """Every mutant of a file."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: dict[tuple[int, int, str], Mutant] = {}

    def add(node: Any, new: ast.AST, where: str) -> None:  # a node with a place
        start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        text = ast.unparse(ast.fix_missing_locations(new))
        text = f"({text})" if isinstance(new, ast.expr) and not isinstance(new, ast.Constant) else text
        found.setdefault(
            (start, end, text), Mutant(file, where, node.lineno, start, end, source[start:end].decode(), text)
        )

    def walk(node: ast.AST, where: str) -> None:
        skipped = set(map(id, _skipped(node)))
        if id(node) in skipped:
            return
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            where = f"{where}.{node.name}" if where else node.name
        for new in _changes(node):
            add(node, new, where)
        for test in _conditions(node):
            if not list(_changes(test)):  # it has no flip of its own
                add(test, ast.UnaryOp(op=ast.Not(), operand=test), where)
        for child in ast.iter_child_nodes(node):
            if id(child) not in skipped:
                walk(child, where)

    walk(ast.parse(source), "")
    return list(found.values())


def drawn(count: int, seed: str, only: str) -> list[Mutant]:
    """So many mutants of the tree, in the order in which the seed draws them."""
    known = [
        mutant
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for mutant in mutants(str(path.relative_to(ROOT)), path.read_bytes())
        if mutant.file.startswith(only)
    ]
    return Random(seed).sample(known, min(count, len(known)))


def equivalents() -> set[tuple[str, str, str, str]]:
    """The mutants that are known to change nothing."""
    listed = tomllib.loads((ROOT / "tests" / "equivalent_mutants.toml").read_text(encoding="utf-8"))
    for entry in listed.get("mutant", ()):
        assert entry["reason"], f"an equivalent mutant without a reason: {entry}"
    return {(each["file"], each["where"], each["old"], each["new"]) for each in listed.get("mutant", ())}


# Runs -------------------------------------------------------------------------------------------------------------


def tests_of(file: str, seconds: Mapping[str, float]) -> list[str]:
    """The test files that belong to a file: the one of its name first, then those of its folder, the quickest first."""
    found: set[str] = set()
    for name in TESTS[_folder(file)]:
        inside = (ROOT / name).rglob("test_*.py") if (ROOT / name).is_dir() else ROOT.glob(name)
        found |= {str(each.relative_to(ROOT)) for each in inside}
    stem, folder = f"/test_{Path(file).stem}.py", f"tests/{Path(file).parent}/"
    return sorted(found, key=lambda name: (stem not in name, folder not in name, seconds.get(name, 0), name))


class Clock:
    """Notes how long each test file takes; a plugin of pytest's."""

    def __init__(self, into: Path) -> None:
        self.into = into
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Add a phase of a test."""
        file = report.nodeid.partition("::")[0]
        self.seconds[file] = self.seconds.get(file, 0) + report.duration

    def pytest_sessionfinish(self) -> None:
        """Write it down for the process that forked this one."""
        self.into.write_text(json.dumps(self.seconds), encoding="utf-8")


def copied(into: Path) -> Path:
    """A copy of the tree as it is, with the same environment."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, into / name)
    (into / ".venv").symlink_to((ROOT / ".venv").resolve())
    os.utime(into / "Pipfile.lock", (0, 0))  # nothing is to be installed
    return into


class Bench:
    """A copy of the tree in which one mutant after the other is tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = copied(folder / "tree")
        self.temporary = folder / "tmp"
        self.log = folder / "log"
        self.clock = folder / "seconds"
        self.written = 0

    def write(self, file: str, text: bytes) -> None:
        """Write a file with a time of its own: compiled files are known by seconds and size."""
        self.written += 1
        (self.folder / file).write_bytes(text)
        os.utime(self.folder / file, (1_000_000_000 + self.written,) * 2)

    def run(self, tests: Iterable[str], seconds: float) -> bool:
        """Whether tests pass. A run that takes longer than so many seconds does not."""
        self.temporary.mkdir()
        try:
            child = os.fork()
            if child == 0:
                self._pytest(list(tests))
            deadline = time.monotonic() + seconds
            while True:
                ended, status = os.waitpid(child, os.WNOHANG)
                if ended:
                    break
                if time.monotonic() > deadline:
                    os.killpg(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    return False
                time.sleep(0.02)
        finally:
            shutil.rmtree(self.temporary, ignore_errors=True)
        code = os.waitstatus_to_exitcode(status)
        assert code not in {4, 5}, f"pytest ran nothing:\n{self.log.read_text(encoding='utf-8')[-2000:]}"
        return code == 0

    def _pytest(self, tests: list[str]) -> None:
        """In a process of its own, which never returns."""
        code = 3
        try:
            os.setsid()
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for number in (1, 2):
                os.dup2(log, number)
            os.chdir(self.folder)
            own = {"TMPDIR": self.temporary, "HYPOTHESIS_STORAGE_DIRECTORY": self.temporary / "hypothesis"}
            os.environ |= {name: str(path) for name, path in own.items()} | {"HUB_CACHE": str(self.folder / ".cache")}
            tempfile.tempdir = None
            sys.dont_write_bytecode = False
            sys.path[:] = [
                str(self.folder),
                *(p for p in sys.path if Path(p or ".").resolve() not in {ROOT, self.folder}),
            ]
            for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
                del sys.modules[name]
            import pytest  # noqa: PLC0415  it is there already

            options = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", "not slow", "--timeout", "120"]
            options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # what was imported before the fork
            code = int(pytest.main([*options, *tests], [Clock(self.clock)]))
        except BaseException:  # noqa: BLE001  whatever it is, the log has it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(code)


BENCH: Bench
LIMITS: dict[str, float]
SECONDS: dict[str, float]


def _begin(folders: Any, limits: dict[str, float], seconds: dict[str, float]) -> None:
    global BENCH, LIMITS, SECONDS
    BENCH, LIMITS, SECONDS = Bench(Path(folders.get())), limits, seconds


def _try(mutant: Mutant) -> tuple[Mutant, bool]:
    sound = (ROOT / mutant.file).read_bytes()
    BENCH.write(mutant.file, sound[: mutant.start] + mutant.new.encode() + sound[mutant.end :])
    try:
        return mutant, BENCH.run(tests_of(mutant.file, SECONDS), LIMITS[_folder(mutant.file)])
    finally:
        BENCH.write(mutant.file, sound)


def _folder(file: str) -> str:
    return max((key for key in TESTS if file.startswith(f"{key}/")), key=len)


def baseline(folder: Path, files: Iterable[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Run the tests of the code as it is: the seconds that a mutant's tests may take by folder, and those of each file."""
    bench = Bench(folder)
    limits: dict[str, float] = {}
    seconds: dict[str, float] = {}
    for file in files:
        key = _folder(file)
        if key not in limits:
            began = time.monotonic()
            assert bench.run(tests_of(file, {}), 1800), (
                f"without a mutant:\n{bench.log.read_text(encoding='utf-8')[-3000:]}"
            )
            took = time.monotonic() - began
            limits[key] = 60 + 6 * took
            seconds |= json.loads(bench.clock.read_text(encoding="utf-8"))
            say(f"{key}: its tests take {took:.0f} s")
    return limits, seconds


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201


def main() -> int:
    """Draw, try, and list what survives."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", default="", help="the hash of the commit, where none is given")
    parser.add_argument("--minutes", type=float, default=0, help="how long mutants are tried; 0 is until the end")
    parser.add_argument("--only", default="", help="files whose path begins so, as `assurance/dns.py`")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    head = ["git", "rev-parse", "HEAD"]
    seed = options.seed or subprocess.run(head, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    sample = drawn(options.count, seed, options.only)
    known = equivalents()
    wanted = [mutant for mutant in sample if mutant.key not in known]
    left_out = len(sample) - len(wanted)
    assert left_out <= MOST_EQUIVALENT * len(sample), f"{left_out} of {len(sample)} are listed as equivalent: too many"
    memory = ROOT / ".cache" / "mutation" / f"{seed}.json"
    memory.parent.mkdir(parents=True, exist_ok=True)
    killed = {tuple(key) for key in json.loads(memory.read_text(encoding="utf-8"))} if memory.is_file() else set()
    say(f"seed {seed}: {len(sample)} mutants drawn, {left_out} of them equivalent, {len(killed)} known to be killed")
    for name in PREPARE:
        __import__(name)
    survivors, tried = _tried([mutant for mutant in wanted if mutant.key not in killed], options, killed, memory)
    dead = sum(mutant.key in killed for mutant in wanted)
    done = dead + len(survivors)
    say(
        f"\n{tried} tried now; of {len(wanted)} mutants {dead} are killed, {len(survivors)} survive, "
        f"{len(wanted) - done} are untried: {dead / max(done, 1):.1%} killed"
    )
    for mutant in sorted(survivors, key=lambda each: (each.file, each.line)):
        say(f"survives: {mutant}")
    return 0 if done == len(wanted) and dead >= GOAL * done else 1


def _tried(todo: list[Mutant], options: argparse.Namespace, killed: set[Any], memory: Path) -> tuple[list[Mutant], int]:
    survivors: list[Mutant] = []
    tried = 0
    if not todo:
        return survivors, tried
    with tempfile.TemporaryDirectory(prefix="mutation-") as temporary:
        limits, seconds = baseline(Path(temporary, "baseline"), [mutant.file for mutant in todo])
        context = multiprocessing.get_context("fork")
        folders = context.Queue()
        for number in range(options.workers):
            folders.put(str(Path(temporary, str(number))))
        ends = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
        with context.Pool(options.workers, _begin, (folders, limits, seconds)) as pool:
            for mutant, survives in pool.imap_unordered(_try, todo):
                tried += 1
                if survives:
                    survivors.append(mutant)
                    say(f"survives: {mutant}")
                else:
                    killed.add(mutant.key)
                    memory.write_text(json.dumps(sorted(killed)), encoding="utf-8")
                if time.monotonic() > ends:
                    break
    return survivors, tried


if __name__ == "__main__":
    sys.exit(main())
