"""Arguments and options that several verbs take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = ["Accept", "File", "Form", "Only", "Output", "Parallel", "ShareWait", "Yes", "accepted"]

File = Annotated[Path, typer.Argument(metavar="FILE", help="The topology file, for example examples/quickstart.yaml.")]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Only the stacks whose names match, such as 'spoke-core-*'. Repeatable."),
]
Output = Annotated[Path, typer.Option(metavar="DIR", help="The output folder of the stacks.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
Parallel = Annotated[int, typer.Option(metavar="N", min=1, max=20, help="How many stacks to process at once.")]
ShareWait = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for a share to take effect.")
]
Accept = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ADDRESS=REASON",
        help="Accept that a resource could not be determined, as `accept` in the topology does. Repeatable.",
    ),
]


def accepted(given: Iterable[str] | None) -> dict[str, str]:
    """The addresses that the command accepts, each with its reason. An `=` in a key of an address is in quotes."""
    found = {}
    for each in given or ():
        match = re.fullmatch(r'((?:[^="]|"[^"]*")+)=(.*\S.*)', each)
        if match is None:
            raise typer.BadParameter(f"{each}: write ADDRESS=REASON", param_hint="--accept")
        found[match[1].strip()] = match[2].strip()
    return found


Form = Annotated[
    Literal["table", "json", "junit", "markdown", "sarif"], typer.Option("--format", help="The format of the report.")
]
