"""The seam to CDKTF: the only file that imports it or `constructs`.

CDKTF was archived in December 2025 and continues as CDK Terrain, with the same classes under another package name.
Moving to it, or to another version, changes only this file, `modules/aws.py` and the Pipfile.
"""

from __future__ import annotations

from modules import start

start.install()  # jsii reads the environment when it is imported; Node loads CDKTF meanwhile

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


def protected(protect: bool) -> TerraformResourceLifecycle | None:  # noqa: FBT001  the name says what True means
    """The lifecycle of a part that every spoke depends on. If protected, Terraform refuses to destroy or replace it."""
    return TerraformResourceLifecycle(prevent_destroy=True) if protect else None
