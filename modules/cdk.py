"""The seam to CDKTF: with `modules.aws`, the only file that imports it or `constructs`.

CDKTF was archived in December 2025 and lives on as CDK Terrain, with the same classes under another name. The move to
it, or to another version, is a change of these two files and of the Pipfile.
"""

from __future__ import annotations

from modules import start

start.install()  # jsii reads the environment when it is imported, and Node loads CDKTF meanwhile

# isort: split
from cdktf import (  # noqa: E402
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
from constructs import Construct  # noqa: E402

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
