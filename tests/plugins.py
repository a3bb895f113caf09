"""Terraform's plugin cache, filled once before several processes use it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.examples import ROOT
from tests.waiting import PATIENCE

__all__ = ["plugin_cache"]

WARM = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws", version = "5.100.0" }\n  }\n}\n'


@cache
def plugin_cache() -> Path:
    """The cache folder, with the provider in it. Two first inits at once are not safe; later ones only create links."""
    folder = ROOT / ".cache" / "terraform"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock, tempfile.TemporaryDirectory() as warm:
        fcntl.flock(lock, fcntl.LOCK_EX)
        Path(warm, "main.tf").write_text(WARM, encoding="utf-8")
        done = subprocess.run(
            ["terraform", "init", "-no-color"],
            cwd=warm,
            env={**os.environ, "TF_PLUGIN_CACHE_DIR": str(folder)},
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return folder
