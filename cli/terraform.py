"""Calls Terraform, in the folders of synthesised stacks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

__all__ = ["TerraformError", "find", "validate"]

VALIDATE_SECONDS = 600
"""Room for the first `init` to fetch a provider of some 150 MB over a slow line."""


class TerraformError(Exception):
    """Terraform said no; the message is what it said."""


def find() -> str | None:
    """The `terraform` on PATH, if there is one."""
    return shutil.which("terraform")


def environment(cache: Path) -> dict[str, str]:
    """The environment for Terraform: no questions, no calls home, and one copy of the provider for all stacks.

    Each stack's `init` would otherwise unpack its own 700 MB.
    """
    cache.mkdir(parents=True, exist_ok=True)
    defaults = {
        "TF_PLUGIN_CACHE_DIR": str(cache),
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
    }
    return {**defaults, **os.environ, "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


def validate(terraform: str, folder: Path, cache: Path) -> None:
    """Run `init` without backend and `validate` with the real provider; raises `TerraformError` with what it said."""
    for arguments in (["init", "-backend=false", "-no-color"], ["validate", "-no-color"]):
        try:
            done = subprocess.run(  # noqa: S603  terraform from PATH, with arguments of our own
                [terraform, f"-chdir={folder}", *arguments],
                env=environment(cache.resolve()),
                capture_output=True,
                text=True,
                timeout=VALIDATE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TerraformError(f"terraform {arguments[0]} took more than {VALIDATE_SECONDS} s") from None
        if done.returncode:
            raise TerraformError(f"terraform {arguments[0]} failed in {folder}:\n{done.stderr.strip()}")
