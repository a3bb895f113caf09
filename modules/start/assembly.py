"""Cuts the provider's jsii assembly to the submodules in use, and caches the cut for the next start.

jsii loads a provider package as one assembly: for AWS a manifest of 120 MB, and an index that requires 1,500 files.
That costs two seconds and half a gigabyte at each start, even if only forty submodules are in use.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import tempfile
import time
from collections.abc import Callable, Collection
from gzip import GzipFile
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["cut_assembly", "kept_assembly"]

_MANIFEST = "package/.jsii"
_PACKAGE = "package/package.json"
_SNAKE = re.compile(r"_([a-z0-9])")
_BETWEEN = re.compile(r"[\s,:]*")
_DECODER = json.JSONDecoder()
_STALE = 3600.0
"""Seconds after which an unfinished file must be from a build that has ended."""


def kept_assembly(whole: Path, submodules: Collection[str], key: str, folder: Path) -> Path:
    """A cut of an assembly from the cache folder, created there if it is missing or damaged.

    `key` identifies whatever else the cut depends on, such as versions. Any number of processes may run this at once,
    and each may be killed at any time: a complete cut is renamed into place atomically, and its name contains its
    digest, so that a partial or damaged one is never used. Raises OSError if the folder is not writable.
    """
    recipe = [
        Path(__file__).read_text(encoding="utf-8"),
        whole.name,
        str(whole.stat().st_size),
        key,
        *sorted(submodules),
    ]
    prefix = hashlib.sha256("\n".join(recipe).encode()).hexdigest()[:16]
    for path in folder.glob(f"{prefix}-*.tgz"):
        if path.stem == f"{prefix}-{_digest(path.read_bytes())}":
            return path
    folder.mkdir(parents=True, exist_ok=True)
    _remove_stale(folder)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="build-", suffix=".new", delete=False) as file:
        fresh = Path(file.name)
        try:
            content = cut_assembly(whole, submodules)
            file.write(content)
            file.close()
            fresh.chmod(0o644)  # a temporary file is readable by its creator only
            return fresh.replace(folder / f"{prefix}-{_digest(content)}.tgz")
        except BaseException:
            file.close()
            fresh.unlink(missing_ok=True)
            raise


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _remove_stale(folder: Path) -> None:
    for path in folder.glob("build-*.new"):
        if path.stat().st_mtime < time.time() - _STALE:
            path.unlink(missing_ok=True)


def cut_assembly(whole: Path, submodules: Collection[str]) -> bytes:
    """A copy of an assembly's tarball with only some submodules, named as in Python. The bytes are reproducible.

    Types lose only their documentation. The index requires every submodule at once: Node has the time while Python
    imports. Raises ValueError for a submodule that the assembly does not have.
    """
    namespaces = {_SNAKE.sub(lambda match: match[1].upper(), name) for name in submodules}
    files: dict[str, bytes] = {}
    with tarfile.open(whole) as tarball:
        members = {member.name: member for member in tarball if member.isfile()}

        def content(name: str) -> bytes:
            file = tarball.extractfile(members[name]) if name in members else None
            if file is None:
                raise ValueError(f"{whole.name} has no {name}")
            return file.read()

        manifest = _cut_manifest(content(_MANIFEST).decode(), namespaces)
        folders = {name.rpartition(".")[2]: _folder(entry) for name, entry in manifest["submodules"].items()}
        if missing := namespaces - set(folders):
            raise ValueError(f"{whole.name} has no submodule {', '.join(sorted(missing))}")
        files[_MANIFEST] = json.dumps(manifest, separators=(",", ":")).encode()
        files[_PACKAGE] = content(_PACKAGE)
        files["package/lib/index.js"] = "".join(
            f'exports["{name}"] = require("./{folder}");\n' for name, folder in sorted(folders.items())
        ).encode()
        for name in sorted(members):
            path = PurePosixPath(name)
            if path.suffix == ".js" and path.parts[:2] == ("package", "lib") and path.parts[2] in folders.values():
                files[name] = content(name)
    return _packed(files)


def _folder(submodule: dict[str, str]) -> str:
    """The folder of a submodule: `src/vpc/index:` is compiled to `lib/vpc/index.js`."""
    return submodule["symbolId"].split("/")[1]


def _packed(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with GzipFile(fileobj=packed, mode="wb", mtime=0) as stream, tarfile.open(fileobj=stream, mode="w") as tarball:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tarball.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _cut_manifest(text: str, namespaces: Collection[str]) -> dict[str, Any]:
    """A manifest with the types of some namespaces. Types are decoded one by one: all at once take 700 MB."""

    def typed(_: str, at: int) -> tuple[Any, int]:
        declaration, at = _DECODER.raw_decode(text, at)
        wanted = declaration.get("namespace", "").partition(".")[0] in namespaces
        return _without_docs(declaration) if wanted else None, at

    def entry(key: str, at: int) -> tuple[Any, int]:
        return _decoded(text, at, typed) if key == "types" else _DECODER.raw_decode(text, at)

    manifest, _ = _decoded(text, 0, entry)
    manifest["submodules"] = {
        name: module for name, module in manifest["submodules"].items() if name.rpartition(".")[2] in namespaces
    }
    return {key: value for key, value in manifest.items() if key != "readme"}


def _decoded(text: str, at: int, member: Callable[[str, int], tuple[Any, int]]) -> tuple[dict[str, Any], int]:
    """A JSON object whose values are decoded by a function of key and position; None omits a value."""
    values: dict[str, Any] = {}
    at = _past(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        value, at = member(key, _past(text, at))
        if value is not None:
            values[key] = value
        at = _past(text, at)
    return values, at + 1


def _past(text: str, at: int) -> int:
    """The position of the next token after white space, a comma or a colon."""
    blank = _BETWEEN.match(text, at)
    return blank.end() if blank else at


def _without_docs(value: Any) -> Any:  # noqa: ANN401  any JSON value
    if isinstance(value, dict):
        return {key: _without_docs(child) for key, child in value.items() if key not in {"docs", "locationInModule"}}
    return [_without_docs(child) for child in value] if isinstance(value, list) else value
