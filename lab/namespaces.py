"""Linux namespaces, through system calls: Python has `os.setns` only since 3.12."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["AUTHORITY", "FOLDER", "RESOLV", "CommandError", "Namespaces", "batch"]

FOLDER = Path("/run/netns")
"""Where `ip netns` keeps names, on the lab's own file system."""
AUTHORITY = Path("/run/lab/ca.pem")
RESOLV = Path("/run/lab/resolv")
"""The folder with each namespace's resolv.conf."""
CLONE_NEWNET = 0x40000000
COMMAND_SECONDS = 120


class CommandError(Exception):
    """A system command rejected its input."""


def batch(argv: list[str], lines: Iterable[str]) -> None:
    """Pass lines to a command. Raises `CommandError` with its error output."""
    done = subprocess.run(  # noqa: S603  fixed commands of the system
        argv,
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"{' '.join(argv)}: {done.stderr.strip()[:2000]}")


class Namespaces:
    """Enters network namespaces by name, for the calling thread and whatever it starts meanwhile."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._open: dict[str, int] = {}

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """Run in a namespace within this context."""
        if name not in self._open:
            self._open[name] = os.open(FOLDER / name, os.O_RDONLY | os.O_CLOEXEC)
        self._enter(self._open[name])
        try:
            yield
        finally:
            self._enter(self._home)

    def _enter(self, descriptor: int) -> None:
        if self._libc.setns(descriptor, CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"cannot enter a network namespace: {os.strerror(number)}")

    def close(self) -> None:
        """Release every namespace."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()
