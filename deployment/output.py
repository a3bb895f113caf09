"""Writes stacks into a folder: all of them or none, only what changed, and nothing is deleted that is not ours.

The new files are written beside the old ones. Only when each of them is complete do they take the places of the old
ones, which takes no space and hardly any time; a signal waits for the end of it, and another run for its turn.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deployment.manifest import MANIFEST, STACK_FILE, merged, stacks_in
from deployment.synthesis import Synthesis
from topology import Design

__all__ = ["UnwritableError", "write"]

BESIDE = ".new-"
"""What the name of the folder of new files begins with."""


class UnwritableError(OSError):
    """What cannot be written, and why."""

    def __str__(self) -> str:
        """One line."""
        return f"cannot write to {self.filename}: {self.strerror}"


def write(
    result: Synthesis, output: Path, design: Design, count: Callable[[int], object] = lambda _: None
) -> list[str]:
    """Make a folder hold the stacks of a design, as far as they were synthesised; returns what else is to be known.

    Files that would not change are not touched, and stacks that were not synthesised this time stay. The folder of a
    stack that the design no longer has is deleted where the manifest lists the stack, its state is one of this
    topology's, and there is nothing in it but the stack. Any other such folder is kept. Both are reported.

    Raises `UnwritableError` where the disk refuses one of the files; the folder then is as it was.
    """
    made: list[Path] = []
    try:
        made = _make(output)
        with _alone(output), _uninterrupted(), _beside(output) as beside:
            listed = stacks_in(output)
            _replace(_changed(result, output, design), beside, count)
            return [
                _remove(folder, listed=folder.name in listed, design=design)
                for folder in sorted(path.parent for path in output.glob(f"stacks/*/{STACK_FILE}"))
                if folder.name not in design.order
            ]
    except OSError as error:
        _unmake(made)
        raise UnwritableError(error.errno, error.strerror or str(error), str(error.filename or output)) from None


def _changed(result: Synthesis, output: Path, design: Design) -> dict[Path, bytes | None]:
    """The text of each file of the stacks, and of the manifest, which comes last; None where it has that text."""
    texts = {output / "stacks" / name / STACK_FILE: text for name, text in result.stacks.items()}
    texts[output / MANIFEST] = merged(result.manifest, output, design)
    return {path: None if path.is_file() and path.read_bytes() == text else text for path, text in texts.items()}


def _replace(texts: dict[Path, bytes | None], beside: Path, count: Callable[[int], object]) -> None:
    """Give files new texts: each is written beside first, and all take their places at the end."""
    places: dict[Path, Path] = {}
    made: list[Path] = []
    try:
        for number, (path, text) in enumerate(texts.items()):
            if text is not None:
                made += _make(path.parent)
                fresh = _home(path, beside) / f"{BESIDE}{number}"
                places[fresh] = path
                fresh.write_bytes(text)
            if path.name != MANIFEST:
                count(1)
    except BaseException:
        for fresh in places:
            fresh.unlink(missing_ok=True)
        _unmake(made)
        raise
    for fresh, path in places.items():
        fresh.replace(path)


def _home(path: Path, beside: Path) -> Path:
    """Where the new text of a file is written first. Raises `OSError` where it could not take the file's place."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path.parent))
    # A folder that is a link may be on another disk, from which nothing can be moved at once.
    return beside if path.parent.stat().st_dev == beside.stat().st_dev else path.parent


def _make(folder: Path) -> list[Path]:
    """Make a folder with those above it; returns the ones that were not there, the uppermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _unmake(made: list[Path]) -> None:
    for folder in reversed(made):
        with suppress(OSError):  # it is in use by now
            folder.rmdir()


def _remove(folder: Path, *, listed: bool, design: Design) -> str:
    """Delete the folder of a stack that the design does not have, unless something speaks against it; returns which."""
    why = _keeps(folder, listed=listed, design=design)
    if why is not None:
        return f"{folder} is no stack of the topology, and is kept because {why}"
    shutil.rmtree(folder, ignore_errors=True)
    return f"{folder} is no stack of the topology any more, and was deleted"


def _keeps(folder: Path, *, listed: bool, design: Design) -> str | None:
    """Why a folder is not deleted."""
    others = sorted(path.name for path in folder.iterdir() if path.name != STACK_FILE)
    states = [name for name in others if ".tfstate" in name]
    if folder.is_symlink():
        return "it is a link"
    if states:
        return f"it holds a state file ({states[0]})"
    if others:
        return f"it holds {others[0]}"
    if not listed:
        return f"no {MANIFEST} lists it"
    found, ours = _state_of(folder), f"{design.states.bucket}/{design.states.prefix}/{folder.name}.tfstate"
    return None if found == ours else f"it belongs to another topology: its state is {found}"


def _state_of(folder: Path) -> str:
    """Bucket and key of a stack's state, as the stack says."""
    try:
        backend = json.loads((folder / STACK_FILE).read_bytes())["terraform"]["backend"]["s3"]
        return f"{backend['bucket']}/{backend['key']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "not known"


@contextmanager
def _beside(output: Path) -> Iterator[Path]:
    """A folder on the same disk, which is gone at the end."""
    with tempfile.TemporaryDirectory(prefix=BESIDE, dir=output, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Within it, no other run writes to the folder. What a run left there that was killed is removed."""
    folder = os.open(output, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems have no locks
            fcntl.flock(folder, fcntl.LOCK_EX)
            for left in output.glob(f"{BESIDE}*"):
                shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        os.close(folder)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Within it, Ctrl-C and SIGTERM wait. Only the main thread can see to that; another one is never interrupted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    usual = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM)]
    for number, _ in usual:
        signal.signal(number, lambda got, _: waiting.append(got))
    try:
        yield
    finally:
        for number, handler in usual:
            signal.signal(number, handler)
        for got in waiting[:1]:
            signal.raise_signal(got)
