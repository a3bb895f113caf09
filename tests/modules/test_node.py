"""jsii runs in one process of Node, and as it would in its own two."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
STARTED = "from modules import cdk; cdk.Fn.abs(1)\n"


def ran(code: str, status: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that has run some lines."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("JSII_", "NODE_"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done


COUNT = "from bench.measure import descendants\nimport os; print(len(list(descendants(os.getpid()))))"


def test_one_process_is_started() -> None:
    """A jsii of another version than the tested one starts two: see `_TESTED` in modules/node.py."""
    assert ran(STARTED + COUNT).stdout.strip() == "2", "Python and Node"


def test_a_jsii_that_was_not_tested_is_started_its_own_way() -> None:
    code = "import importlib.metadata; importlib.metadata.version = lambda _: '0.0.0'\n"
    assert ran(code + STARTED + COUNT).stdout.strip() == "3", "Python, and jsii's two processes of Node"


def test_a_node_that_cannot_be_started_is_named() -> None:
    done = ran(STARTED, status=1, JSII_NODE="/missing/node")
    assert "FileNotFoundError: [Errno 2] No such file or directory: '/missing/node'" in done.stderr


def test_what_javascript_prints_arrives(tmp_path: Path) -> None:
    script = tmp_path / "prints.js"
    script.write_text("setImmediate(() => { console.log('as output'); console.error('as é error'); });")
    done = ran(STARTED, NODE_OPTIONS=f"--require={script}")
    assert (done.stdout, done.stderr) == ("as output\n", "as é error\n")


def test_packages_find_each_other_and_not_what_is_installed_above_the_cache(tmp_path: Path) -> None:
    """As `make cdktf` does in the project's own folder."""
    other = tmp_path / "node_modules" / "constructs"
    other.mkdir(parents=True)
    (other / "index.js").write_text("throw new Error('another version');")
    assert ran(STARTED, HUB_CACHE=str(tmp_path / ".cache")).stderr == ""
    assert ran(STARTED, HUB_CACHE=str(tmp_path / ".cache")).stderr == "", "with what Node compiled the first time"


def test_node_ends_with_an_interpreter_that_was_killed() -> None:
    code = STARTED + (
        "import os; from bench.measure import descendants\n"
        "print(list(descendants(os.getpid()))[1], flush=True); os.kill(os.getpid(), 9)"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("JSII_", "NODE_"))}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=kept, stdout=subprocess.PIPE, timeout=120, check=False
    )
    node = Path("/proc") / done.stdout.decode().strip()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not node.exists() or "\nState:\tZ" in (node / "status").read_text():
            return
        time.sleep(0.05)
    raise AssertionError(f"{node} runs on")
