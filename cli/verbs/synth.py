"""Write the stacks."""

from __future__ import annotations

from pathlib import Path

from cli.options import File, Only, Output
from cli.steps import read_file, show_stacks, synthesised
from topology import design


def synth(file: File, only: Only = None, output: Output = Path("cdktf.out")) -> None:
    """Write the Terraform JSON of every stack. Needs no network, no credentials and no Terraform."""
    planned = design(read_file(file).topology)
    show_stacks(planned, synthesised(planned, only, output), output)
