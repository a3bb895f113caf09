"""`cdktf synth`, from the pinned CLI on the Node of the Python dependencies, writes the bytes that we write."""

import os
import subprocess
from pathlib import Path

import pytest

from deployment.output import write
from tests.deployment.test_synthesis import tree
from tests.examples import ROOT, designed, synthesised

pytestmark = pytest.mark.slow


def test_cdktf_synth_writes_the_same_bytes(tmp_path: Path) -> None:
    cdktf = ROOT / "node_modules" / ".bin" / "cdktf"
    assert cdktf.is_file(), "cdktf-cli is not installed: make cdktf"
    env = {
        **os.environ,
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "CI": "1",
        "CHECKPOINT_DISABLE": "1",
        "HUB_TOPOLOGY": str(ROOT / "examples" / "two-hubs.yaml"),
    }
    done = subprocess.run(
        [str(cdktf), "synth", "--output", str(tmp_path / "theirs")],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    write(synthesised("two-hubs"), tmp_path / "ours", designed("two-hubs"))
    assert tree(tmp_path / "theirs") == tree(tmp_path / "ours")
