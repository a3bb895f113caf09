"""jsii runs in one process of Node, and as it would in its own two."""

import os
import subprocess
import sys
from pathlib import Path

from tests.waiting import PATIENCE, wait_for

ROOT = Path(__file__).parents[3]
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
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done


COUNT = "from bench.measure import descendants\nimport os; print(len(list(descendants(os.getpid()))))"


def test_one_process_is_started() -> None:
    """A jsii of another minor version than the tested one starts two: see `_TESTED` in modules/start/node.py."""
    assert ran(STARTED + COUNT).stdout.strip() == "2", "Python and Node"


def test_a_jsii_that_was_not_tested_is_started_its_own_way() -> None:
    code = "import importlib.metadata; importlib.metadata.version = lambda _: '0.0.0'\n"
    assert ran(code + STARTED + COUNT).stdout.strip() == "3", "Python, and jsii's two processes of Node"


def test_a_node_that_cannot_be_started_is_named() -> None:
    done = ran(STARTED, status=1, JSII_NODE="/missing/node")
    assert "FileNotFoundError: [Errno 2] No such file or directory: '/missing/node'" in done.stderr


def test_an_import_of_this_package_changes_nothing() -> None:
    code = (
        "import gc, os, sys\n"
        "def state(): return gc.get_threshold(), dict(os.environ)\n"
        "before = state()\n"
        "import modules.start.node, modules.start.python, modules.start.cache, modules.start.assembly\n"
        "print(state() == before, 'jsii' in sys.modules)\n"
    )
    assert ran(code + COUNT).stdout.split() == ["True", "False", "1"], "and no Node runs"


def test_a_second_install_does_nothing() -> None:
    code = (
        "import os; from modules import start; start.install(); before = dict(os.environ)\n"
        "start.install(); start.install(constructs=False); import modules.cdk; print(dict(os.environ) == before)\n"
    )
    assert ran(code + COUNT).stdout.split() == ["True", "2"], "one Node runs"


def test_an_install_without_constructs_starts_no_node() -> None:
    code = "import sys; from modules import start; start.install(constructs=False); print('jsii' in sys.modules)\n"
    assert ran(code + COUNT).stdout.split() == ["False", "1"]


def test_an_install_looks_for_garbage_seldom_and_for_no_plugins() -> None:
    code = (
        "import gc, os; from modules import start; start.install(constructs=False)\n"
        "print(gc.get_threshold()[0], os.environ['PYDANTIC_DISABLE_PLUGINS'])\n"
    )
    assert ran(code).stdout.split() == ["100000", "__all__"]


def test_a_plain_start_changes_nothing_of_python_or_of_jsii() -> None:
    code = (
        "import gc, os, sys; before = gc.get_threshold(); import modules.cdk\n"
        "print(gc.get_threshold() == before, 'JSII_RUNTIME' in os.environ)\n"
    )
    said = ran(code + COUNT, HUB_START="plain").stdout.split()
    assert said == ["True", "False", "3"], "jsii's own two processes of Node"


def test_an_off_switch_that_is_misspelt_is_refused() -> None:
    done = ran("import modules.cdk", status=2, HUB_START="plian")
    assert done.stderr == 'HUB_START is "plian"; expected "fresh", "plain", or nothing for the fastest start\n'


STACK = (
    "import tempfile; from modules import aws, cdk\n"
    "folder = tempfile.TemporaryDirectory(); app = cdk.App(outdir=folder.name); stack = cdk.TerraformStack(app, 's')\n"
)


def test_what_node_refuses_is_told_at_the_line() -> None:
    code = STACK + (
        "try: aws.VpcEndpoint(stack, 'refused', vpc_id='v', service_name='s', subnet_ids=['x' * 315] * 100 + [5])\n"
        "except (RuntimeError, TypeError) as refused: print(repr(refused))\n"
        "print(aws.Vpc(stack, 'made', cidr_block='10.0.0.0/24').cidr_block_input)\n"
    )
    told, answer = ran(code).stdout.splitlines()
    assert "subnet" in told.lower(), told
    assert answer == "10.0.0.0/24", "and what is asked later is answered"


def test_a_run_that_ends_early_lets_node_finish_and_leaves_nothing(tmp_path: Path) -> None:
    """Without a usable cache, Node still unpacks and loads the whole provider when Python ends.

    jsii terminates a Node that has not ended after five seconds, and its folder would stay: here it never has.
    """
    code = (
        "import subprocess; wait = subprocess.Popen.wait\n"
        "def impatient(process, timeout=None):\n"
        "    if timeout == 5: raise subprocess.TimeoutExpired(process.args, timeout)\n"
        "    return wait(process, timeout)\n"
        "subprocess.Popen.wait = impatient; import modules.aws"
    )
    ran(code, TMPDIR=str(tmp_path), HUB_CACHE=f"{os.devnull}/cache")
    wait_for("the end of what Node unpacked", lambda: not list(tmp_path.iterdir()))


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
        [sys.executable, "-c", code], cwd=ROOT, env=kept, stdout=subprocess.PIPE, timeout=PATIENCE, check=False
    )
    node = Path("/proc") / done.stdout.decode().strip()

    def ended() -> bool:
        try:
            return "\nState:\tZ" in (node / "status").read_text()
        except OSError:
            return True

    wait_for(f"the end of {node}", ended)
