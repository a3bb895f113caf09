"""Write the stacks."""

from __future__ import annotations

from pathlib import Path

from cli.options import Accept, File, Only, Output
from cli.steps import accepting, read_file, show_stacks, synthesised
from topology import design


def synth(file: File, only: Only = None, output: Output = Path("cdktf.out"), accept: Accept = None) -> None:
    """Write the Terraform JSON of every stack. Needs no network, no credentials and no Terraform."""
    planned = accepting(design(read_file(file).topology), accept)
    show_stacks(planned, synthesised(planned, only, output), output)
