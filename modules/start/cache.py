"""The cache folder of a start. Without it, only time is lost."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["FOLDER", "unusable"]

FOLDER = Path(os.environ.get("HUB_CACHE") or Path(__file__).parents[2] / ".cache" / "synthesis").absolute()
"""`$HUB_CACHE`, else a folder in the project. It can be deleted at any time and shared between processes."""

_ROOM = 64_000_000
"""The most space that the cache needs, in bytes: jsii unpacks CDKTF to 20 MB, and the cut provider to 10."""


def unusable(folder: Path) -> str | None:
    """Why a folder cannot be used as the cache; None if it can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return error.strerror or str(error)
    return None if free >= _ROOM else f"{free / 1e6:.0f} MB are free, of {_ROOM / 1e6:.0f} that it takes"
