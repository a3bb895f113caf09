"""Wall time, CPU time and memory of a command, including all processes that it starts. Memory needs Linux."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FailedError", "Times", "calibrate", "descendants", "peak_memory", "pss", "timed"]

_EVERY = 0.01
"""Seconds between two memory samples."""


class FailedError(Exception):
    """A measured command failed."""


@dataclass(frozen=True)
class Times:
    """Wall and CPU time in seconds."""

    wall: float
    cpu: float


def timed(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Times:
    """The time that a command takes. CPU time includes children that it waited for."""
    start = time.perf_counter()
    process = _started(command, folder, environment)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    _ended(process, os.waitstatus_to_exitcode(status), command, folder)
    return Times(wall, usage.ru_utime + usage.ru_stime)


def peak_memory(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
    """The peak memory of a command and its descendants, in MB.

    This is PSS: shared memory counts once. Sampling slows the processes down, so do not time such a run.
    """
    process = _started(command, folder, environment)
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(pss, descendants(process.pid))))
        time.sleep(_EVERY)
    _ended(process, process.returncode, command, folder)
    return most / 1e3


def calibrate() -> float:
    """The seconds for a fixed amount of work: the same each time on an idle machine."""
    start = time.perf_counter()
    total = 0
    for number in range(500_000):
        total += number * number % 7
    return time.perf_counter() - start


def _started(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "output.log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)  # noqa: S603  ours


def _ended(process: subprocess.Popen[bytes], status: int, command: Sequence[str], folder: Path) -> None:
    process.returncode = status
    if status:
        output = (folder / "output.log").read_text(encoding="utf-8", errors="replace")
        raise FailedError(f"{' '.join(command)} ended with status {status}:\n{output}")


def descendants(pid: int) -> Iterator[int]:
    """A process and its descendants that still exist."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in found:
            yield from descendants(int(child))


def pss(pid: int) -> int:
    """A process's proportional share of memory, in kB; 0 if it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
