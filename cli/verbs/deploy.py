"""Apply stacks."""

from __future__ import annotations

from pathlib import Path

from cli import console
from cli.options import Accept, File, Only, Output, Parallel, ShareWait, Yes
from cli.steps import accepting, accounts_of, agree, operating, read_file, synthesised, terraform_in
from deployment import operations
from deployment.operations import Options
from topology import design


def deploy(
    file: File,
    only: Only = None,
    output: Output = Path("cdktf.out"),
    yes: Yes = False,
    parallel: Parallel = Options.parallel,
    share_wait: ShareWait = Options.share_wait,
    accept: Accept = None,
) -> None:
    """Plan and apply every stack in order: the state bucket, hubs, spokes."""
    planned = accepting(design(read_file(file).topology), accept)
    result = synthesised(planned, only, output)
    stacks = list(result.stacks)
    agree(f"apply {len(stacks)} stacks in accounts {accounts_of(planned, stacks)}", yes)
    with operating(f"./hub deploy {file}"):
        operations.deploy(terraform_in(output), planned, stacks, Options(parallel, share_wait), view=console)
