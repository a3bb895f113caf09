"""Namespaces of Linux, through their own system calls: Python has `os.setns` only from 3.12 on."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["AUTHORITY", "FOLDER", "RESOLV", "CommandError", "Namespaces", "batch"]

FOLDER = Path("/run/netns")
"""Where `ip netns` keeps names; on a file system of the lab's own."""
AUTHORITY = Path("/run/lab/ca.pem")
RESOLV = Path("/run/lab/resolv")
"""Folder with each namespace's resolv.conf."""
CLONE_NEWNET = 0x40000000
COMMAND_SECONDS = 120


class CommandError(Exception):
    """A command of the system refused what the lab gave it."""


def batch(argv: list[str], lines: Iterable[str]) -> None:
    """Give lines to a command. Raises `CommandError` with what it says."""
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
    """Enters network namespaces by name. The thread that asks is there, and everything it starts meanwhile."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._open: dict[str, int] = {}

    @contextmanager
    def within(self, name: str) -> Iterator[None]:
        """Be in a namespace."""
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
        """Let go of every namespace."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()
