"""Destroy stacks."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from accounts.clients import Clients
from accounts.users import users
from cli import console
from cli.console import refuse
from cli.options import File, Only, Output, Parallel, Yes
from cli.steps import accounts_of, agree, asking, operating, read_file, synthesised, terraform_in
from deployment import operations
from deployment.operations import Options
from topology import Design, design


def destroy(
    file: File,
    only: Only = None,
    output: Output = Path("cdktf.out"),
    yes: Yes = False,
    parallel: Parallel = Options.parallel,
) -> None:
    """Destroy every stack in reverse order. Refused if a stack is protected."""
    planned = design(read_file(file).topology)
    stacks = list(synthesised(planned, only, output).stacks)
    kept = [stack for stack in planned.protected if stack in stacks]
    if kept:
        refuse(f"protected: {', '.join(kept)}; set `protect: false`, deploy, then destroy")
    agree(f"destroy {len(stacks)} stacks in accounts {accounts_of(planned, stacks)}", yes)
    _unused(planned, stacks)
    with operating(f"./hub destroy {file}"):
        operations.destroy(terraform_in(output), planned, stacks, Options(parallel), view=console)


def _unused(planned: Design, stacks: Collection[str]) -> None:
    """End the command if a hub that is to be destroyed is still in use."""
    with asking("could not determine what uses the hubs"):
        using = users(planned, stacks, Clients())
    if using:
        refuse("\n".join([*using, "destroy those first; nothing was changed"]))
