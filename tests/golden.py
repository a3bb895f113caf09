"""Writes the golden files: `make golden`. They are read as a diff, to see what a change does to every example."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.examples import EXAMPLES, synthesised

__all__ = ["FOLDER", "texts"]

FOLDER = Path(__file__).parent / "golden"


def texts(example: str) -> dict[str, str]:
    """The golden files of an example: each stack without the construct paths, which repeat its addresses."""
    result = synthesised(example)
    files = {
        f"{name}.tf.json": json.dumps(_readable(stack), indent=2) + "\n" for name, stack in result.parsed().items()
    }
    return {**files, "manifest.json": result.manifest.decode()}


def _readable(value: Any) -> Any:  # any JSON value
    if isinstance(value, dict):
        return {key: _readable(child) for key, child in value.items() if key != "//"}
    return [_readable(child) for child in value] if isinstance(value, list) else value


def main() -> None:
    """Make the folder hold the golden files of every example and nothing else."""
    os.environ["HUB_START"] = "fresh"
    wanted = {FOLDER / example / name: text for example in EXAMPLES for name, text in texts(example).items()}
    for path in FOLDER.glob("*/*"):
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
