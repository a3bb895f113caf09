"""What a machine can do to a command: closed streams, full disks, other encodings. One line, and no traceback."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples import ROOT
from tests.topology.sound import SOUND, changed
from tests.waiting import PATIENCE

HUB = f"{shlex.quote(sys.executable)} -m cli"
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sound topology and one that is refused."""
    (tmp_path / "network.yaml").write_text(SOUND)
    (tmp_path / "bad.yaml").write_text(changed(("role: NetworkDeploy", "role: a b")))
    return tmp_path


def shell(command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        command, shell=True, cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_command_that_nobody_listens_to_still_has_its_exit_status(folder: Path, form: str) -> None:
    for stream in (">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"):
        found = [
            shell(f"{HUB} check {file} --format {form} {stream}", folder).returncode
            for file in ("network.yaml", "bad.yaml")
        ]
        assert found == [0, 2], stream


def test_a_closed_stream_is_not_taken_for_a_file(folder: Path) -> None:
    done = shell(f"{HUB} synth network.yaml <&- >&- 2>&-", folder)
    assert done.returncode == 0
    stacks = folder / "cdktf.out" / "stacks"
    assert all(json.loads(path.read_bytes()) for path in stacks.glob("*/cdk.tf.json"))


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_full_disk_behind_standard_output_is_one_line(folder: Path, form: str) -> None:
    done = shell(f"{HUB} check network.yaml --format {form} > /dev/full", folder)
    assert (done.returncode, done.stderr) == (1, "cannot write to standard output: No space left on device\n")


def test_a_reader_that_stops_early_is_no_error_of_ours(folder: Path) -> None:
    done = shell(f"{HUB} services | head -n 1", folder)
    assert done.stderr == ""


def test_an_encoding_without_a_character_gets_its_escape(folder: Path) -> None:
    done = shell(f"{HUB} trace network.yaml --explain payments kms", folder, **ASCII)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(r"payments \u2192 kms")
    report = shell(f"{HUB} trace network.yaml --format json", folder, **ASCII)
    assert json.loads(report.stdout)["sound"] is True


def test_a_refusal_is_written_in_any_encoding(folder: Path) -> None:
    (folder / "bad.yaml").write_text(changed(("role: NetworkDeploy", "role: Ünïcode→")), encoding="utf-8")
    done = shell(f"{HUB} check bad.yaml", folder, **ASCII)
    assert done.returncode == 2
    assert done.stderr.startswith(r'bad.yaml:2 role: "\xdcn\xefcode\u2192" is not a role')


@pytest.mark.parametrize("command", [f"{HUB} synth network.yaml", f"{shlex.quote(sys.executable)} {ROOT / 'main.py'}"])
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param(
            {"NODE_OPTIONS": "--no-such-option"},
            "Node has ended; what it printed may say why (NODE_OPTIONS is --no-such-option)",
            id="an option that Node refuses",
        ),
        pytest.param(
            {"JSII_NODE": "/missing/node"},
            "cannot start Node: /missing/node (JSII_NODE): No such file or directory",
            id="a Node that is missing",
        ),
        pytest.param({"TMPDIR": "/nowhere"}, "Node cannot work here: ENOENT: no such file or directory", id="TMPDIR"),
    ],
)
def test_what_keeps_node_from_working_is_one_line(
    folder: Path, command: str, environment: dict[str, str], said: str
) -> None:
    done = shell(command, folder, HUB_TOPOLOGY="network.yaml", **environment)
    assert done.returncode == 1
    assert said in done.stderr
    assert not (folder / "cdktf.out").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="a file system of its own takes root")
@pytest.mark.parametrize("size", [4, 16], ids=lambda size: f"{size} KiB")
def test_a_full_temporary_folder_is_one_line(folder: Path, size: int) -> None:
    (folder / "small").mkdir()
    mounted = f"mount -t tmpfs -o size={size}k tmpfs small"
    command = f"{mounted} && TMPDIR=$PWD/small {HUB} synth network.yaml"
    done = shell(f"unshare --mount sh -c {shlex.quote(command)}", folder)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no file system of its own here: {done.stderr}")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "No space left on device" in done.stderr, done.stderr
    assert not (folder / "cdktf.out").exists()


def test_a_file_that_is_not_there_is_refused(folder: Path) -> None:
    done = shell(f"{HUB} trace network.yaml nothing.json", folder)
    assert (done.returncode, done.stderr) == (2, "nothing.json: No such file or directory\n")


def test_the_command_is_found_through_a_link(folder: Path) -> None:
    (folder / "bin").mkdir()
    (folder / "bin" / "hub").symlink_to(ROOT / "hub")
    (folder / "again").symlink_to("bin/hub")
    done = shell("./again check network.yaml && bin/hub check network.yaml", folder)
    assert (done.returncode, done.stdout) == (0, "network.yaml is sound: 1 hub, 2 spokes\n" * 2), done.stderr
