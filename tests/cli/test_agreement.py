"""`check`, `synth`, `python main.py` and `trace` say the same of one topology, and read what the others wrote."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples import ROOT
from tests.topology.sound import changed, in_spoke
from tests.waiting import PATIENCE


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize(
    ("services", "exempt"), [("[kms, ssm]", "kms"), ("[sagemaker.api, ssm]", "sagemaker")], ids=["name", "parent"]
)
def test_a_name_that_a_spoke_keeps_is_a_warning_everywhere(tmp_path: Path, services: str, exempt: str) -> None:
    text = changed(("[kms, ssm, ssmmessages]", services), in_spoke(f"exempt: [{exempt}]"))
    (tmp_path / "network.yaml").write_text(text)
    done = {
        "check": run("-m", "cli", "check", "network.yaml", cwd=tmp_path),
        "synth": run("-m", "cli", "synth", "network.yaml", "--output", "ours", cwd=tmp_path),
        "main": run(str(ROOT / "main.py"), cwd=tmp_path, HUB_TOPOLOGY="network.yaml", CDKTF_OUTDIR="theirs"),
        "trace": run("-m", "cli", "trace", "network.yaml", "ours", cwd=tmp_path),
    }
    assert {verb: each.returncode for verb, each in done.items()} == dict.fromkeys(done, 0), done
    for verb, each in done.items():
        assert f"exempt.{exempt}: {exempt}.us-east-1.amazonaws.com stays with the spoke" in each.stderr, verb
    assert tree(tmp_path / "ours") == tree(tmp_path / "theirs")


def test_the_folder_of_the_stacks_is_traced_as_what_is_above_it(tmp_path: Path) -> None:
    example = str(ROOT / "examples" / "quickstart.yaml")
    assert run("-m", "cli", "synth", example, cwd=tmp_path).returncode == 0
    above, within = (run("-m", "cli", "trace", folder, cwd=tmp_path) for folder in ("cdktf.out", "cdktf.out/stacks"))
    assert (within.returncode, within.stdout) == (0, above.stdout), within.stderr
