"""One module for each verb of `./hub`, imported when the verb is called."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

__all__ = ["missing_package", "summary"]


def summary(verb: str) -> str:
    """The help text of a verb. The source is parsed, not imported, so that listing the verbs imports no packages."""
    text = Path(__file__).with_name(f"{verb}.py").read_text(encoding="utf-8")
    functions = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return ast.get_docstring(next(node for node in functions if node.name == verb)) or ""


def missing_package(error: ModuleNotFoundError) -> str:
    """The package that a verb needs and that is not installed. Re-raises the error if it has another cause."""
    package = str(error.name).partition(".")[0]
    if find_spec(package) is not None:
        raise error
    return package
