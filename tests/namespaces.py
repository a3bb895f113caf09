"""Runs commands in a mount namespace of their own."""

import subprocess

import pytest

from tests.waiting import PATIENCE

__all__ = ["in_namespace"]


def in_namespace(
    script: str, command: list[str], environment: dict[str, str], *, seconds: float = PATIENCE
) -> subprocess.CompletedProcess[str]:
    """Run a shell script that mounts something in its own mount namespace and then executes "$@", the command."""
    isolated = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        possible = (
            subprocess.run([*isolated, "true"], capture_output=True, timeout=PATIENCE, check=False).returncode == 0
        )
    except FileNotFoundError:
        possible = False
    if not possible:
        pytest.skip("needs Linux with unshare (util-linux) and user namespaces")
    return subprocess.run(
        [*isolated, "sh", "-c", script, "sh", *command],
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
