"""The seam to CDKTF: with `modules.aws`, the only file that imports it or `constructs`.

CDKTF was archived in December 2025 and lives on as CDK Terrain, with the same classes under another name. The move to
it, or to another version, is a change of these two files and of the Pipfile.
"""

from __future__ import annotations

import modules.start.node  # noqa: F401  jsii's settings come first

# isort: split
from cdktf import (
    App,
    Fn,
    ITerraformDependable,
    Postcondition,
    S3Backend,
    S3BackendAssumeRoleConfig,
    TerraformLocal,
    TerraformOutput,
    TerraformResourceLifecycle,
    TerraformStack,
    Testing,
)
from constructs import Construct

__all__ = [
    "App",
    "Construct",
    "Fn",
    "ITerraformDependable",
    "Postcondition",
    "S3Backend",
    "S3BackendAssumeRoleConfig",
    "TerraformLocal",
    "TerraformOutput",
    "TerraformResourceLifecycle",
    "TerraformStack",
    "Testing",
    "protected",
]


def protected(protect: bool) -> TerraformResourceLifecycle | None:  # noqa: FBT001  the name says what is true
    """The lifecycle of a part that every spoke depends on: Terraform refuses to destroy or replace it."""
    return TerraformResourceLifecycle(prevent_destroy=True) if protect else None
