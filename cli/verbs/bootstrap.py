"""Create the state bucket."""

from __future__ import annotations

from pathlib import Path

from cli import console
from cli.console import refuse
from cli.options import File, Output, Yes
from cli.steps import agree, operating, read_file, synthesised, terraform_in
from deployment import operations
from deployment.operations import Options
from topology import design


def bootstrap(file: File, output: Output = Path("cdktf.out"), yes: Yes = False) -> None:
    """Create the state bucket, and move the stack's own state into it. A second run changes nothing."""
    planned = design(read_file(file).topology)
    if planned.state is None:
        refuse("the topology does not create its state bucket: it has no `create: true` under `state`")
    synthesised(planned, [planned.state.stack], output)
    agree(f"create the state bucket {planned.state.bucket} in account {planned.state.account.id}", yes)
    with operating():
        operations.deploy(terraform_in(output), planned, [planned.state.stack], Options(), view=console)
