"""The command line of `./hub`.

Exit status: 0 done, 1 something is wrong outside the topology, 2 the input is refused.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

__all__ = ["app", "run"]

VERBS = (
    "check",
    "synth",
    "trace",
    "lab",
    "validate",
    "preflight",
    "snapshot",
    "verify",
    "bootstrap",
    "plan",
    "strays",
    "deploy",
    "destroy",
    "emulator",
    "demo",
    "services",
    "schema",
)
"""In the order of the help. Each is a function of its own name, in a file of its own name in `cli/verbs/`."""


class Verbs(TyperGroup):
    """The verbs, each imported when it is called: most need neither boto3 nor the lab."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  Typer has no public type for it
        """Every verb, in the order of the help."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002  Typer has no public type for it
        """The command of a verb; None where there is no such verb."""
        if cmd_name not in VERBS:
            return None
        verb = import_module(f"cli.verbs.{cmd_name}")
        alone = typer.Typer(add_completion=False, context_settings=SETTINGS)
        alone.command(cmd_name, cls=getattr(verb, "COMMAND", None))(getattr(verb, cmd_name))
        return typer.main.get_command(alone)


SETTINGS = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    cls=Verbs,
    help="Private access to AWS services for every VPC of an organization, from one topology file.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


@app.callback()
def _hub() -> None:
    """Private access to AWS services for every VPC of an organization, from one topology file."""


def run() -> None:
    """Run the command line."""
    app(prog_name="hub")
