"""What was synthesised once is read again, byte for byte, and only if nothing that it depends on has changed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployment import kept as module
from deployment import synthesis
from deployment.kept import PACKAGES, Kept, Made, code, kept, packages, sources
from deployment.synthesis import Synthesis, synthesise
from modules.start import cache
from tests.deployment.test_synthesis import alike
from tests.examples import EXAMPLES, ROOT, changed, designed, synthesised
from tests.families import CACHED
from tests.namespaces import in_namespace
from tests.topologies import designs
from tests.waiting import PATIENCE
from topology import Design

MADE = Made(b'{\n  "a": "\xc3\xa9"\n}', '{"name": "hub-core"}', "0.21.0")
HUB = designed("minimal").hubs[0]


@contextmanager
def keeping(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    """Within it, this process keeps what it synthesises in a folder; outside it keeps nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_START", "")
        patch.setattr(cache, "FOLDER", folder)
        yield patch


@contextmanager
def known(folder: Path) -> Iterator[None]:
    """Within it, every stack has to be in the folder: none can be synthesised."""

    def make(_: Design, missing: Callable[[str], bool], *__: Any) -> Any:
        raise AssertionError(f"{missing} would be synthesised again")

    with keeping(folder) as patch:
        patch.setattr(synthesis, "_make", make)
        yield


def files(folder: Path) -> list[Path]:
    return sorted((folder / "stacks").iterdir())


@pytest.mark.family
@settings(max_examples=CACHED.size)
@given(designs(), st.randoms(use_true_random=False))
def test_what_was_kept_has_the_bytes_of_a_synthesis(design: Design, random: Random) -> None:
    fresh = synthesise(design)
    some = random.sample(list(design.order), k=random.randint(1, len(design.order)))
    with TemporaryDirectory() as name:
        folder = Path(name)
        with keeping(folder):
            part = synthesise(design, some.__contains__)
            assert part.stacks == {stack: fresh.stacks[stack] for stack in some}, f"only {some}, and nothing was kept"
            assert synthesise(design) == fresh, f"after {some}"
        with known(folder):
            assert synthesise(design) == fresh, "all was kept"
            assert synthesise(design, some.__contains__) == part


def test_a_further_spoke_of_a_shape_and_another_value_in_one_need_no_synthesis(tmp_path: Path) -> None:
    with keeping(tmp_path):
        synthesise(alike(3))
    fresh = synthesise(alike(5))
    with known(tmp_path):
        assert synthesise(alike(5)) == fresh


def test_a_shape_is_found_again_beside_others(tmp_path: Path) -> None:
    """The marks of a shape have a number, which depends on the shapes before it."""
    spokes = {f"a{at}": {"hub": "core", "account": f"{at:012}", "cidr": f"10.0.{4 + at}.0/24"} for at in range(4)}
    first = {"other": {"hub": "core", "account": "333333333333", "cidr": "10.0.8.0/24", "absent": True}}
    pools = ["10.0.4.0/22", "10.0.8.0/21"]
    with keeping(tmp_path):
        synthesise(changed("minimal", hubs__core__pools=pools, spokes=spokes))
    both = changed("minimal", hubs__core__pools=pools, spokes={**first, **spokes})
    fresh, before = synthesise(both), files(tmp_path)
    with keeping(tmp_path):
        assert synthesise(both) == fresh
    assert len(files(tmp_path)) == len(before) + 1, "only the stack of the other spoke was not known"


def test_a_sample_with_longer_values_is_synthesised_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What holds for short values may not for longer ones: a text that is cut, for example."""
    from modules import aws  # noqa: PLC0415  as the constructs do

    vpc: Any = aws.Vpc

    def cutting(*arguments: Any, **values: Any) -> Any:
        return vpc(*arguments, **values, instance_tenancy=f"{values['tags']['Name']}"[:20])

    monkeypatch.setattr(aws, "Vpc", cutting)
    longer = {
        "x" * 30: {"hub": "core", "account": "333333333333", "cidr": "10.0.8.0/24"},
        **{f"a{at}": {"hub": "core", "account": f"{at:012}", "cidr": f"10.0.{4 + at}.0/24"} for at in range(3)},
    }
    with keeping(tmp_path):
        synthesise(alike(3))
        with pytest.raises(synthesis.UnsoundError, match=r"xxxxx.*stamped from the spoke.s shape"):
            synthesise(changed("minimal", hubs__core__pools=["10.0.4.0/22", "10.0.8.0/21"], spokes=longer))


def test_every_stack_is_counted_once_whether_it_was_kept_or_not(tmp_path: Path) -> None:
    for keep in (keeping, known):
        counted: list[int] = []
        with keep(tmp_path):
            synthesise(alike(7), count=counted.append)
        assert sum(counted) == 8, keep


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_change_of_any_source_file_is_another_code(path: Path, tmp_path: Path) -> None:
    copies = []
    for source in sources():
        copies.append(tmp_path / source.relative_to(ROOT))
        copies[-1].parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copies[-1])
    assert sources(tmp_path) == copies
    before = code(copies, [], tmp_path)
    assert before == code(sources(), []), "the same sources in another folder are the same code"
    copy = tmp_path / path.relative_to(ROOT)
    copy.write_bytes(path.read_bytes() + b"\n")
    assert code(sources(tmp_path), [], tmp_path) != before, "a byte more"
    copy.write_bytes(path.read_bytes())
    assert code(sources(tmp_path), [], tmp_path) == before
    renamed = copy.rename(copy.with_name(f"other{copy.suffix}"))
    assert code([renamed if each == copy else each for each in copies], [], tmp_path) != before, "another name"


def test_sources_that_swap_their_texts_are_another_code(tmp_path: Path) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("1")
    other.write_text("2")
    before = code([one, other], [], tmp_path)
    one.write_text("2")
    other.write_text("1")
    assert code([one, other], [], tmp_path) != before


def test_every_file_of_ours_that_a_synthesis_loads_is_a_source() -> None:
    """`findings` has the form of problems, `start` and `kept` what this is about: no construct reads them."""
    program = (
        "import sys; from deployment.synthesis import synthesise; from tests.examples import designed, EXAMPLES\n"
        "[synthesise(designed(name)) for name in EXAMPLES]\n"
        "print(*(module.__file__ for module in sys.modules.values() if getattr(module, '__file__', None)), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = {Path(line).relative_to(ROOT) for line in done.stdout.split("\n") if Path(line).is_relative_to(ROOT)}
    ours = {path for path in loaded if path.parts[0] not in {".venv", "tests", "findings"}}
    assert Path("stacks/spoke.py") in ours, done.stdout
    others = {Path("deployment/__init__.py"), Path("deployment/manifest.py"), Path("deployment/wellformed.py")}
    assert ours - others <= {path.relative_to(ROOT) for path in sources()}


def installed(monkeypatch: pytest.MonkeyPatch, folder: Path, versions: dict[str, str]) -> list[str] | None:
    """What `packages` says of packages with some versions in a folder."""
    for name, version in versions.items():
        (folder / f"{name}-{version}.dist-info").mkdir(parents=True)
    (folder / "jsii").mkdir()
    (folder / "jsii" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "jsii", raising=False)
    return packages()


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_change_of_any_version_is_another_code(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = dict.fromkeys((*PACKAGES, "another"), "1.0.0")
    with monkeypatch.context() as patch:
        before = installed(patch, tmp_path / "before", versions)
    assert before is not None
    with monkeypatch.context() as patch:
        after = installed(patch, tmp_path / "after", {**versions, name: "1.0.1"})
    assert after is not None
    assert code([], before) != code([], after)
    assert len(before) == len(PACKAGES) + 1, "Python, and no package that has nothing to do with it"
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "3.99.0")
        assert packages() != before
    fewer = {key: version for key, version in versions.items() if key != name}
    assert installed(monkeypatch, tmp_path / "missing", fewer) is None, f"{name} has no version"


def test_the_packages_are_those_that_are_installed() -> None:
    from importlib.metadata import version  # noqa: PLC0415  the other way to ask

    told = packages()
    assert told is not None
    assert sorted(told[1:]) == sorted(f"{name}-{version(name)}.dist-info" for name in PACKAGES)


@pytest.mark.parametrize("name", ["CDKTF_CONTEXT_JSON", "CDKTF_TARGET_STACK_ID", "NODE_OPTIONS"])
def test_a_setting_that_cdktf_or_node_reads_is_another_code(name: str, tmp_path: Path) -> None:
    with keeping(tmp_path) as patch:
        patch.delenv(name, raising=False)
        before = kept()
        assert before.code is not None
        patch.setenv("CDKTF_OUTDIR", "elsewhere")
        assert kept() == before, "where stacks are written is not in them"
        patch.setenv(name, "{}")
        assert kept().code not in {before.code, None}


@pytest.mark.parametrize(
    ("name", "value"),
    [("HUB_START", "fresh"), ("HUB_START", "plain"), ("JSII_NODE", "/usr/bin/node"), ("JSII_RUNTIME", "/other.js")],
)
def test_nothing_is_kept_where_that_is_asked_or_node_is_another(name: str, value: str, tmp_path: Path) -> None:
    with keeping(tmp_path) as patch:
        assert kept().code is not None
        patch.setenv(name, value)
        assert kept().code is None
        if name == "HUB_START":
            assert synthesise(designed("minimal")) == synthesised("minimal")
            assert not tmp_path.joinpath("stacks").exists()


def test_what_was_kept_is_told_apart_by_design_and_by_code(tmp_path: Path) -> None:
    hubs = {name: designed(name).hubs[0] for name in EXAMPLES}
    Kept(tmp_path, "code").put([(HUB, MADE)])
    assert Kept(tmp_path, "code").get(HUB) == MADE
    assert Kept(tmp_path, "other").get(HUB) is None
    assert Kept(tmp_path, None).get(HUB) is None
    assert [name for name, hub in hubs.items() if Kept(tmp_path, "code").get(hub)] == ["minimal"]


def test_nothing_is_kept_of_a_code_that_changed_meanwhile(tmp_path: Path) -> None:
    """It is not known which of the two was imported."""
    with keeping(tmp_path) as patch:
        numbers = iter(range(9))
        patch.setattr(module, "code", lambda *_: str(next(numbers)))
        assert synthesise(designed("minimal")) == synthesised("minimal")
    assert not tmp_path.joinpath("stacks").exists()


@pytest.mark.parametrize("damage", ["empty", "half", "a bit", "another stack's", "no file"])
def test_what_was_damaged_is_made_anew(damage: str, tmp_path: Path) -> None:
    design, fresh = designed("quickstart"), synthesised("quickstart")
    with keeping(tmp_path):
        synthesise(design)
    sound = {path: path.read_bytes() for path in files(tmp_path)}
    assert len(sound) == 4
    for (path, content), other in zip(sound.items(), [*sound.values()][1:] + [*sound.values()][:1], strict=True):
        middle = len(content) // 2
        damaged = {
            "empty": b"",
            "half": content[:middle],
            "a bit": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "another stack's": other,
        }
        path.unlink()
        if damage == "no file":
            path.mkdir()
            continue
        path.write_bytes(damaged[damage])
    with keeping(tmp_path):
        assert synthesise(design) == fresh
    if damage != "no file":
        assert {path: path.read_bytes() for path in files(tmp_path)} == sound


def test_the_oldest_files_beyond_a_number_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    hubs = [designed(name).hubs[0] for name in ("minimal", "quickstart", "production")]
    left = tmp_path / "left by a killed process"
    left.touch()
    os.utime(left, (0, 0))
    of = Kept(tmp_path, "code")
    for at, hub in enumerate(hubs, 1):
        before = set(tmp_path.iterdir())
        of.put([(hub, MADE)])
        for fresh in set(tmp_path.iterdir()) - before:
            os.utime(fresh, (at, at))
    assert [of.get(hub) for hub in hubs] == [MADE] * 3
    assert not left.exists()
    of.put([(designed("two-hubs").hubs[0], MADE)])
    assert [of.get(hub) for hub in hubs] == [None, MADE, MADE]
    assert len(list(tmp_path.iterdir())) == 3


# Synthesises an example, and prints whether it was kept before and after.
PROGRAM = """
import sys
from deployment.kept import kept
from deployment.synthesis import synthesise
from tests.examples import designed
design = designed("minimal")
before = kept().get(design.hubs[0])
result = synthesise(design)
after = kept().get(design.hubs[0])
print(before is not None, after is not None, sum(map(len, result.stacks.values())))
"""


def environment(folder: Path) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith(("JSII_", "NODE_"))}
    return {**own, "HUB_CACHE": str(folder), "HUB_START": "", "PYTHONPATH": str(ROOT)}


def said(kept_before: bool, kept_after: bool) -> str:  # noqa: FBT001  what is printed
    return f"{kept_before} {kept_after} {sum(map(len, synthesised('minimal').stacks.values()))}\n"


@pytest.mark.slow
@pytest.mark.parametrize("refusal", ["full", "read only"])
def test_a_disk_that_takes_nothing_costs_time_only(refusal: str, tmp_path: Path) -> None:
    program = [sys.executable, "-c", PROGRAM]
    lock = {
        "full": f'mount -t tmpfs -o size=16k none {tmp_path} && head -c 15000 /dev/zero > {tmp_path}/filling; "$@"; '
        f"ls {tmp_path}/stacks >&2",
        "read only": f'mount --bind {tmp_path} {tmp_path} && mount -o remount,ro,bind {tmp_path} && exec "$@"',
    }[refusal]
    done = in_namespace(lock, program, environment(tmp_path), seconds=300)
    assert done.stdout == said(False, False), done.stderr  # noqa: FBT003
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1, "one line says that the start is slower, and no file is left behind"
    if refusal == "read only":
        subprocess.run(program, env=environment(tmp_path), check=True, capture_output=True, timeout=PATIENCE)
        done = in_namespace(lock, program, environment(tmp_path), seconds=300)
        assert (done.stdout, done.stderr) == (said(True, True), "")  # noqa: FBT003


def test_many_processes_at_once_keep_one_file_of_each_stack(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from deployment.kept import Kept, Made\n"
        "of, made = Kept(Path(sys.argv[1]), 'code'), Made(b'{}', '{}', '1')\n"
        "for _ in range(200): of.put([('hub', made)]); assert of.get('hub') == made"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    errors = [process.communicate(timeout=PATIENCE)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 4, errors
    assert len(list(tmp_path.iterdir())) == 1


# Runs a program of ours, and writes down what it imported of CDKTF and which processes it started.
WATCHED = """
import json, runpy, sys
started = []
sys.addaudithook(lambda event, args: started.append(event) if event in
    {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"} else None)
target, log, *sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_path(target, run_name="__main__") if target.endswith(".py") else runpy.run_module(target, run_name="__main__")
except SystemExit as ended:
    status = ended.code
names = {"jsii", "cdktf", "constructs", "cdktf_cdktf_provider_aws", "modules.cdk", "modules.aws", "stacks.app"}
with open(log, "w") as file:
    json.dump([status or 0, sorted(names & sys.modules.keys()), started], file)
"""


def cut_only(folder: Path) -> Path:
    """A cache with what this process's has of CDKTF and the provider, and no stack."""
    folder.mkdir(exist_ok=True)
    for name in ("jsii", "node", *(path.name for path in cache.FOLDER.glob("*.tgz"))):
        if not (folder / name).exists():
            (folder / name).symlink_to(cache.FOLDER / name)
    return folder


def watched(folder: Path, target: str, *arguments: str) -> Any:
    own = {**environment(cut_only(folder / "cache")), "HUB_TOPOLOGY": str(ROOT / "examples" / "quickstart.yaml")}
    subprocess.run(
        [sys.executable, "-c", WATCHED, target, str(folder / "log"), *arguments],
        cwd=folder,
        env=own,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return json.loads((folder / "log").read_text())


@pytest.mark.parametrize(
    "command",
    [[str(ROOT / "main.py")], ["cli", "synth", str(ROOT / "examples" / "quickstart.yaml")]],
    ids=["main.py", "hub synth"],
)
def test_a_run_that_knows_every_stack_imports_no_cdktf_and_starts_no_process(
    command: list[str], tmp_path: Path
) -> None:
    status, imported, started = watched(tmp_path, *command)
    assert (status, "jsii" in imported, bool(started)) == (0, True, True), "the first run synthesises"
    first = {path: path.read_bytes() for path in (tmp_path / "cdktf.out").rglob("*.json")}
    shutil.rmtree(tmp_path / "cdktf.out")
    assert watched(tmp_path, *command) == [0, [], []]
    assert {path: path.read_bytes() for path in (tmp_path / "cdktf.out").rglob("*.json")} == first
    assert len(first) == len(synthesised("quickstart").stacks) + 1


def test_the_tests_synthesise_for_real() -> None:
    assert kept().code is None
    assert isinstance(synthesise(designed("minimal")), Synthesis)
