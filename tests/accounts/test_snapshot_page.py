"""The page about snapshots says of each file what the code does."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from accounts.snapshot.calls import CALLS, CONTRACTS, GLOBAL
from tests.examples import ROOT

PAGE = (ROOT / "docs/reference/snapshot.md").read_text(encoding="utf-8")


def table() -> str:
    """The page's table, without its head."""
    rows = []
    for call in CALLS:
        file = f"`{GLOBAL}/{call.file}`" if call.once else f"`{call.file}`"
        each = "each hub's contract" if call.of == CONTRACTS else f"`{call.of}`" if call.of else ""
        rows.append(f"| {file} | `{call.key}` | `{call.action}` | {each} |\n")
    return "".join(rows)


def policy() -> str:
    """The page's policy."""
    actions = sorted({call.action for call in CALLS})
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2) + "\n"


def block(language: str, containing: str) -> str:
    """A block of code on the page."""
    blocks = [part.partition("\n```")[0] for part in PAGE.split(f"```{language}\n")[1:]]
    return next(one for one in blocks if containing in one)


def test_the_page_lists_every_file_with_its_call() -> None:
    assert table() in PAGE, f"the table under Files should be\n{table()}"


def test_the_policy_on_the_page_allows_every_call_and_nothing_else() -> None:
    assert block("json", "Statement") + "\n" == policy(), f"the policy should be\n{policy()}"


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed, and the page's commands need it")
def test_the_loop_by_hand_makes_every_file(tmp_path: Path) -> None:
    """The CLI is one that prints an empty answer: which file comes of which call is what counts."""
    answers: dict[str, dict[str, list[str]]] = {
        call.operation.lower(): {call.items: []} for call in CALLS if call.items and call.items != "Parameter"
    }
    asked = tmp_path / "asked"
    cli = tmp_path / "aws"
    cli.write_text(
        "#!/usr/bin/env python3\n"
        "import json, sys\n"
        f"answers = {answers!r}\n"
        f"open({str(asked)!r}, 'a').write(' '.join(sys.argv[1:3]) + '\\n')\n"
        "operation = sys.argv[2].replace('-', '')\n"
        "print('111111111111' if operation == 'getcalleridentity' else json.dumps(answers.get(operation, {})))\n",
        encoding="utf-8",
    )
    cli.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    script = f"set -euo pipefail\n{block('bash', 'get-caller-identity')}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    made = {path.stem: json.loads(path.read_bytes()) for path in (tmp_path / "snapshot").rglob("*.json")}
    assert {file: list(made[file]) for file in made} == {call.file: [call.key] for call in CALLS}
    listing = {f"{call.service} {call.operation.lower()}" for call in CALLS if not call.of}
    spoken = {line.replace("-", "") for line in asked.read_text(encoding="utf-8").splitlines()}
    assert listing <= spoken, f"not asked: {sorted(listing - spoken)}"
