"""A cut assembly is complete or is not used, whoever makes it and whatever happens meanwhile."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from modules.start.assembly import cut_assembly, kept_assembly
from tests.namespaces import in_namespace
from tests.waiting import PATIENCE, wait_for

ROOT = Path(__file__).parents[3]
SUBMODULES = ["vpc", "route53_resolver_rule"]


def unpacked(content: bytes) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tarball:
        return {m.name: file.read().decode() for m in tarball if (file := tarball.extractfile(m)) is not None}


def keeper(whole: Path, folder: Path) -> list[str]:
    """The command of a process that keeps a cut, and prints where."""
    code = (
        "import sys; from pathlib import Path; from modules.start.assembly import kept_assembly\n"
        "print(kept_assembly(Path(sys.argv[1]), sys.argv[3:], 'key', Path(sys.argv[2])))"
    )
    return [sys.executable, "-c", code, str(whole), str(folder), *SUBMODULES]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_a_cut_has_what_is_named_and_nothing_else(whole: Path) -> None:
    files = unpacked(cut_assembly(whole, SUBMODULES))
    manifest = json.loads(files["package/.jsii"])
    assert set(manifest["types"]) == {"example.vpc.A", "example.route53ResolverRule.A"}
    assert set(manifest["submodules"]) == {"example.vpc", "example.route53ResolverRule"}
    assert manifest["version"] == "1.0.0"
    assert "left out" not in files["package/.jsii"], "documentation is dead weight at each start"
    assert set(files) == {
        "package/.jsii",
        "package/package.json",
        "package/lib/index.js",
        "package/lib/vpc/index.js",
        "package/lib/route53-resolver-rule/index.js",
    }
    assert "./route53-resolver-rule" in files["package/lib/index.js"]
    assert "instance" not in files["package/lib/index.js"]


def test_a_cut_has_the_same_bytes_each_time(whole: Path) -> None:
    assert cut_assembly(whole, SUBMODULES) == cut_assembly(whole, list(reversed(SUBMODULES)))


def test_a_submodule_that_is_not_there_is_named(whole: Path) -> None:
    with pytest.raises(ValueError, match="no submodule noSuchThing"):
        cut_assembly(whole, [*SUBMODULES, "no_such_thing"])


def test_a_cut_is_made_once(whole: Path, tmp_path: Path) -> None:
    first = kept_assembly(whole, SUBMODULES, "key", tmp_path / "cache")
    before = first.stat()
    again = kept_assembly(whole, SUBMODULES, "key", tmp_path / "cache")
    assert again == first
    assert (again.stat().st_ino, again.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns), "it was made anew"


@pytest.mark.parametrize("other", ["versions", "submodules", "package"])
def test_another_version_or_list_has_a_cut_of_its_own(whole: Path, tmp_path: Path, other: str) -> None:
    first = kept_assembly(whole, SUBMODULES, "key", tmp_path)
    if other == "package":
        whole = whole.rename(whole.with_name("example@1.0.1.jsii.tgz"))
    names = ["vpc"] if other == "submodules" else SUBMODULES
    second = kept_assembly(whole, names, "other" if other == "versions" else "key", tmp_path)
    assert second.name.partition("-")[0] != first.name.partition("-")[0], "two cuts share a name"
    assert first.exists(), "another project's cut was removed"


@pytest.mark.parametrize("left", [0, 0.5, 1])
def test_a_damaged_cut_is_made_anew(whole: Path, tmp_path: Path, left: float) -> None:
    path = kept_assembly(whole, SUBMODULES, "key", tmp_path)
    sound = path.read_bytes()
    path.write_bytes(sound[: int(len(sound) * left)] if left < 1 else sound[:-1] + b"x")
    assert kept_assembly(whole, SUBMODULES, "key", tmp_path).read_bytes() == sound


def test_many_processes_at_once_agree_on_one_cut(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    running = [
        subprocess.Popen(keeper(whole, folder), env=environment(), stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    said = {process.communicate(timeout=PATIENCE)[0].strip() for process in running}
    assert [process.returncode for process in running] == [0] * 8
    assert len(said) == 1, f"they use different cuts: {sorted(said)}"
    assert [path.name for path in folder.iterdir()] == [Path(said.pop()).name], "a build left something behind"


def test_a_killed_build_leaves_nothing_that_is_used(whole: Path, tmp_path: Path) -> None:
    folder, sound = tmp_path / "cache", whole.read_bytes()
    whole.unlink()
    os.mkfifo(whole)  # the build waits for a writer that never comes
    process = subprocess.Popen(keeper(whole, folder), env=environment(), stdout=subprocess.DEVNULL)
    wait_for("the build's folder", lambda: list(folder.glob("build-*")))
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=PATIENCE)
    whole.unlink()
    whole.write_bytes(sound)
    (left,) = folder.glob("build-*")
    path = kept_assembly(whole, SUBMODULES, "key", folder)
    assert unpacked(path.read_bytes())["package/lib/vpc/index.js"], "the cut is not whole"
    assert left.exists(), "it could be another process's, still at work"
    os.utime(left, (0, 0))
    path.unlink()
    kept_assembly(whole, SUBMODULES, "key", folder)
    assert not left.exists(), "what a build left behind stays for ever"


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    folder = tmp_path / "mounted"
    folder.mkdir()
    return folder


def test_a_full_disk_is_an_error_and_leaves_nothing(whole: Path, mounted: Path) -> None:
    fill = f"mount -t tmpfs -o size=16k none {mounted} && head -c 15000 /dev/zero > {mounted}/filling; "
    done = in_namespace(
        f'{fill} "$@"; status=$?; ls -A {mounted} >&2; exit $status', keeper(whole, mounted), environment()
    )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert done.stderr.splitlines()[-1] == "filling", "a part of a cut is left on the full disk"


def test_a_read_only_folder_is_an_error_unless_it_has_the_cut(whole: Path, mounted: Path) -> None:
    lock = f"mount --bind {mounted} {mounted} && mount -o remount,ro,bind {mounted}; "
    done = in_namespace(f'{lock} "$@"', keeper(whole, mounted), environment())
    assert done.returncode == 1
    assert "Read-only file system" in done.stderr
    path = kept_assembly(whole, SUBMODULES, "key", mounted)
    done = in_namespace(f'{lock} "$@"', keeper(whole, mounted), environment())
    assert (done.returncode, done.stdout.strip()) == (0, str(path)), done.stderr
