"""One file for each verb of `./hub`, loaded when it is called."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

__all__ = ["missing_package", "summary"]


def summary(verb: str) -> str:
    """What a verb says of itself. It is read and not imported: a list of verbs needs none of their packages."""
    text = Path(__file__).with_name(f"{verb}.py").read_text(encoding="utf-8")
    functions = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return ast.get_docstring(next(node for node in functions if node.name == verb)) or ""


def missing_package(error: ModuleNotFoundError) -> str:
    """The package that a verb needs and that is not installed. Raises the error again where it means something else."""
    package = str(error.name).partition(".")[0]
    if find_spec(package) is not None:
        raise error
    return package
