"""The folder that keeps what a start would have to make again. Nothing but time is lost without it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["FOLDER", "unusable"]

FOLDER = Path(os.environ.get("HUB_CACHE") or Path(__file__).parents[2] / ".cache" / "synthesis").absolute()
"""`$HUB_CACHE`, else a folder of the project. Safe to delete at any time, and to share between processes."""

_ROOM = 64_000_000
"""Bytes that what is kept here takes at most: jsii unpacks CDKTF to 20 MB, and the cut provider to 10."""


def unusable(folder: Path) -> str | None:
    """Why a folder cannot keep anything, in words; None where it can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return error.strerror or str(error)
    return None if free >= _ROOM else f"{free / 1e6:.0f} MB are free, of {_ROOM / 1e6:.0f} that it takes"
