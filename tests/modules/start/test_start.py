"""What is kept from one start to the next saves time and changes nothing, whatever happens to it."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modules import aws
from tests.examples import EXAMPLES, ROOT, synthesised
from tests.namespaces import in_namespace

pytestmark = pytest.mark.slow

# Prints the digest of each file of some examples, and whether the assembly was cut.
SYNTHESIS = """
import hashlib, json, sys
from tests.examples import synthesised
from modules import aws
digests = {
    name: {stack: hashlib.sha256(text).hexdigest() for stack, text in
           {**synthesised(name).stacks, "manifest": synthesised(name).manifest}.items()}
    for name in sys.argv[1:]
}
print(json.dumps([digests, aws.CUT is not None]))
"""
SLOWER = "synthesis starts slower: cannot use the cache "


def command(*examples: str) -> list[str]:
    return [sys.executable, "-c", SYNTHESIS, *examples]


def environment(cache: Path) -> dict[str, str]:
    """Without what this process has set for jsii and Node."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("JSII_", "NODE_"))}
    return {**kept, "HUB_CACHE": str(cache), "PYTHONPATH": str(ROOT)}


def result(done: subprocess.CompletedProcess[str]) -> tuple[dict[str, dict[str, str]], bool]:
    assert done.returncode == 0, done.stderr
    digests, cut = json.loads(done.stdout)
    return digests, cut


def run(cache: Path, *examples: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*examples), env=environment(cache), capture_output=True, text=True, timeout=300, check=False
    )


def digests(*examples: str) -> dict[str, dict[str, str]]:
    """What this process synthesises, with a cut assembly."""
    found = {
        name: {
            stack: hashlib.sha256(text).hexdigest()
            for stack, text in {**synthesised(name).stacks, "manifest": synthesised(name).manifest}.items()
        }
        for name in examples
    }
    assert aws.CUT, "this process has loaded the whole assembly; what it says proves nothing"
    return found


def test_every_example_has_the_same_bytes_with_the_whole_assembly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(tmp_path / "file" / "cache", *EXAMPLES)
    whole, cut = result(done)
    assert not cut, "the whole assembly was to be loaded"
    assert done.stderr == f"{SLOWER}{tmp_path / 'file' / 'cache'} (Not a directory)\n"
    assert whole == digests(*EXAMPLES)


def test_processes_that_start_at_once_with_nothing_kept_write_the_same_bytes(tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            command("minimal"), env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for process in running:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        assert err == ""
        assert json.loads(out) == [digests("minimal"), True]
    assert len(list(tmp_path.glob("*.tgz"))) == 1
    assert not list(tmp_path.glob("build-*"))


def test_a_damaged_cut_is_made_anew(tmp_path: Path) -> None:
    result(run(tmp_path, "minimal"))
    (cut,) = tmp_path.glob("*.tgz")
    sound = cut.read_bytes()
    cut.write_bytes(sound[: len(sound) // 2])
    assert result(run(tmp_path, "minimal")) == (digests("minimal"), True)
    assert cut.read_bytes() == sound


def test_on_a_full_disk_one_line_says_what_it_costs(tmp_path: Path) -> None:
    fill = f'mount -t tmpfs -o size=64k none {tmp_path} && exec "$@"'
    done = in_namespace(fill, command("minimal"), environment(tmp_path), seconds=300)
    assert result(done) == (digests("minimal"), False)
    assert done.stderr == f"{SLOWER}{tmp_path} (No space left on device)\n"


def test_in_a_read_only_folder_what_is_kept_is_used(tmp_path: Path) -> None:
    lock = f'mount --bind {tmp_path} {tmp_path} && mount -o remount,ro,bind {tmp_path} && exec "$@"'
    done = in_namespace(lock, command("minimal"), environment(tmp_path), seconds=300)
    assert result(done) == (digests("minimal"), False)
    assert done.stderr == f"{SLOWER}{tmp_path} (Read-only file system)\n"
    result(run(tmp_path, "minimal"))
    done = in_namespace(lock, command("minimal"), environment(tmp_path), seconds=300)
    assert result(done) == (digests("minimal"), True)
    assert done.stderr == "", "the cut was there to be used"


def test_a_jsii_that_was_not_tested_writes_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import importlib.metadata; importlib.metadata.version = lambda _: '0.0.0'\n"
        f"{SYNTHESIS}\nassert 'JSII_RUNTIME' not in __import__('os').environ, 'jsii was to start Node its own way'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "minimal"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result(done) == (digests("minimal"), True)


def test_a_plain_start_writes_the_same_bytes_and_keeps_nothing(tmp_path: Path) -> None:
    """`HUB_START=plain`: the whole provider, in Python and in Node, as jsii starts it."""
    done = subprocess.run(
        command("minimal"),
        env={**environment(tmp_path), "HUB_START": "plain"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result(done) == (digests("minimal"), False)
    assert done.stderr == ""
    assert not list(tmp_path.iterdir())


def test_main_writes_the_same_bytes_without_a_cache(tmp_path: Path) -> None:
    """What `cdktf synth` and `cdktf deploy` run."""
    for name, cache in (("kept", tmp_path / "cache"), ("without", Path(os.devnull) / "cache")):
        (tmp_path / name).mkdir()
        env = {**environment(cache), "HUB_TOPOLOGY": str(ROOT / "examples" / "minimal.yaml")}
        done = subprocess.run(
            [sys.executable, str(ROOT / "main.py")],
            cwd=tmp_path / name,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert (done.stderr == "") == (name == "kept"), done.stderr
    files = {path.relative_to(tmp_path / "kept"): path.read_bytes() for path in (tmp_path / "kept").rglob("*.json")}
    assert files == {
        path.relative_to(tmp_path / "without"): path.read_bytes() for path in (tmp_path / "without").rglob("*.json")
    }
