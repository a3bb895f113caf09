"""Validate stacks with the real provider."""

from __future__ import annotations

from pathlib import Path

from cli.options import File, Only, Output
from cli.progress import progress
from cli.steps import operating, read_file, show_stacks, synthesised, terraform_in
from deployment import operations
from topology import design


def validate(file: File, only: Only = None, output: Output = Path("cdktf.out")) -> None:
    """Synthesise, and validate every stack with the real provider. Needs Terraform, but no credentials."""
    planned = design(read_file(file).topology)
    result = synthesised(planned, only, output)
    with operating(), progress(f"validating {len(result.stacks)} stacks"):
        operations.validate(terraform_in(output), result.stacks)
    show_stacks(planned, result, output)
