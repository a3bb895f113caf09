"""The command line of `./hub`.

Exit status: 0 done, 1 something is wrong outside the topology, 2 the input is refused.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli import progress
from cli.verbs import missing_package, summary

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
    "unmanaged",
    "deploy",
    "destroy",
    "emulator",
    "demo",
    "services",
    "schema",
)
"""In the order of the help. Each is a function of its own name, in a file of its own name in `cli/verbs/`."""
RENAMED = {"strays": "unmanaged"}
"""Old names of verbs. They still work, with a warning, and are not listed in the help."""


class Verbs(TyperGroup):
    """The verbs, each imported when it is called: most need neither boto3 nor the lab."""

    listing = False
    """Whether only the verbs' names and summaries are needed, so that none of them has to be imported."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  Typer has no public type for it
        """Every verb, in the order of the help."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401  Typer has no public type for it
        """The command of a verb; None where there is no such verb."""
        if cmd_name in RENAMED:
            if not ctx.params.get("quiet"):
                sys.stderr.write(f"warning: `{cmd_name}` is now `{RENAMED[cmd_name]}`\n")
            cmd_name = RENAMED[cmd_name]
        if cmd_name not in VERBS:
            return None
        if self.listing:
            return TyperCommand(cmd_name, help=summary(cmd_name), rich_help_panel=_panel(cmd_name))
        verb = import_module(f"cli.verbs.{cmd_name}")
        alone = typer.Typer(add_completion=False, context_settings=SETTINGS)
        alone.command(cmd_name, cls=getattr(verb, "COMMAND", None))(getattr(verb, cmd_name))
        return typer.main.get_command(alone)

    def format_help(self, *arguments: Any) -> None:  # noqa: ANN401  Typer has no public type for them
        """The help of the group."""
        self.listing = True
        super().format_help(*arguments)
        self.listing = False

    def shell_complete(self, *arguments: Any) -> Any:  # noqa: ANN401  Typer has no public type for them
        """The verbs and options that a shell offers."""
        self.listing = True
        found = super().shell_complete(*arguments)
        self.listing = False
        return found


PANELS = {
    "check": "Before an apply",
    "preflight": "With the accounts",
    "bootstrap": "Apply and operate",
    "emulator": "On this machine",
    "services": "Reference",
}
"""The headings of the help, by the first verb listed under each."""


def _panel(verb: str) -> str:
    """The heading that a verb is listed under."""
    return next(PANELS[first] for first in reversed(VERBS[: VERBS.index(verb) + 1]) if first in PANELS)


SETTINGS = {"help_option_names": ["-h", "--help"]}
app = typer.Typer(
    cls=Verbs,
    help="Private access to AWS services for every VPC of an organization, from one topology file.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)


def _show_version(asked: bool) -> None:  # noqa: FBT001  the option's own form
    """Print the version in pyproject.toml."""
    if asked:
        import tomllib  # noqa: PLC0415  seldom needed

        project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        sys.stdout.write(f"{project['name']} {project['version']}\n")
        raise typer.Exit


@app.callback()
def _hub(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version, and exit.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Show results and errors only: no progress, no warnings.")
    ] = False,
) -> None:
    """Private access to AWS services for every VPC of an organization, from one topology file."""
    del version  # handled by its callback
    progress.quiet = quiet


def run() -> None:
    """Run the command line. What the machine refuses ends in one line, and never in a traceback."""
    _prepare_streams()
    try:
        try:
            app(prog_name="hub")
        finally:
            sys.stdout.flush()
    except ModuleNotFoundError as error:
        package = missing_package(error)
        typer.echo(f"this needs {package}, which is not installed here; `make setup` installs it", err=True)
        raise SystemExit(1) from None
    except OSError as error:
        # Python would try once more to write what is left when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"{error.filename or 'cannot write to standard output'}: {error.strerror or error}\n")
        raise SystemExit(1) from None
    except Exception as error:
        from deployment.synthesis import SynthesisError  # noqa: PLC0415  only where something went wrong

        if not isinstance(error, SynthesisError):
            raise
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None


def _prepare_streams() -> None:
    """Give every command three streams that take any text, whatever it was started with.

    A stream that is closed becomes one that leads nowhere: the next file to be opened would take its number. What an
    encoding has no character for is written as its escape, which in JSON means the same.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
