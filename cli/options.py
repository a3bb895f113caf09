"""Arguments and options that several verbs take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["File", "Form", "Only", "Output", "Parallel", "ShareWait", "Yes"]

File = Annotated[Path, typer.Argument(metavar="FILE", help="The topology, for example examples/quickstart.yaml.")]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Only the stacks whose names match, such as 'spoke-core-*'. Repeatable."),
]
Output = Annotated[Path, typer.Option(metavar="DIR", help="Where the stacks' folders are.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Parallel = Annotated[int, typer.Option(metavar="N", min=1, max=20, help="Stacks that are worked on at once.")]
ShareWait = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for a share to take effect.")
]
Form = Annotated[
    Literal["table", "json", "junit", "markdown", "sarif"], typer.Option("--format", help="How the report is written.")
]
