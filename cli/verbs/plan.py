"""Plan stacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from accounts.clients import Clients
from accounts.states import StateBucket, orphans
from cli import console
from cli.console import FAILED, err, out, table
from cli.options import Accept, File, Only, Output, Parallel
from cli.steps import accepting, asking, read_file, synthesised, terraform_in
from deployment import operations
from deployment.operations import Options
from deployment.planning import WORDS, Planned
from deployment.synthesis import matches
from topology import Design, design

CHANGES = 2
DRIFT_WORDS = {"create": "created", "change": "changed", "replace": "replaced", "delete": "deleted"}
"""The words for changes made outside Terraform, by the words for what a plan would do."""


class ReviewCommand(TyperCommand):
    """A command whose exit status 2 means "there are changes", so that usage errors must exit with another one."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  Typer has no public type for it
        """Parse the arguments; a usage error exits with status 1."""
        try:
            return super().make_context(*args, **kwargs)
        except TyperException as mistake:
            vars(mistake)["exit_code"] = FAILED  # what Typer ends the process with
            raise


@contextmanager
def _refusals_fail() -> Iterator[None]:
    """Exit with status 1 for refused input within this context, since 2 means "there are changes"."""
    try:
        yield
    except typer.Exit as refused:
        raise typer.Exit(FAILED if refused.exit_code else 0) from None


COMMAND = ReviewCommand


def plan(
    file: File,
    only: Only = None,
    output: Output = Path("cdktf.out"),
    parallel: Parallel = Options.parallel,
    accept: Accept = None,
    drift: Annotated[
        bool, typer.Option("--drift", help="Show what was changed outside Terraform and would be reverted.")
    ] = False,
) -> None:
    """Plan every stack and apply nothing. Exit status 0: no changes; 2: changes or orphans; 1: any error."""
    with _refusals_fail():
        planned = accepting(design(read_file(file).topology), accept)
        stacks = list(synthesised(planned, only, output).stacks)
        terraform = terraform_in(output)
    found, failures = operations.plan(terraform, planned, stacks, Options(parallel), view=console, drift=drift)
    _show_plans(planned, found, drift=drift)
    for failure in failures:
        err.print(f"{failure}\n", markup=False, style="red")
    if terraform.stopping.is_set():
        raise typer.Exit(FAILED)
    with asking("the states could not be read"):
        left = orphans(planned, StateBucket(planned, Clients()), lambda stack: matches(stack, only or []))
    for state in left:
        out.print(
            f"orphan: {file} has no stack {state.stack}, whose state still has {len(state.addresses)} resources; "
            "put it back with `absent: true`, deploy it, then remove it",
            markup=False,
        )
    if failures:
        raise typer.Exit(FAILED)
    if left or not all(told.clean for told in found.values()):
        raise typer.Exit(CHANGES)


def _show_plans(planned: Design, found: Mapping[str, Planned], *, drift: bool) -> None:
    """Print the counts for each stack, then the addresses that would be replaced or deleted, or all drift."""

    def numbers(told: Planned) -> list[str]:
        return ["" if told.waits_for else str(len(told.changes.get(word, ()))) for word in WORDS]

    rows = [(stack, planned.accounts[stack], *numbers(told), told.remark) for stack, told in found.items()]
    words = DRIFT_WORDS if drift else dict(zip(WORDS, WORDS, strict=True))
    out.print(table(["stack", "account", *words.values(), ""], rows))
    for stack, told in found.items():
        for word in WORDS if drift else ("replace", "delete"):
            for address in told.changes.get(word, ()):
                out.print(f"{words[word]}: {stack} {address}", markup=False)
