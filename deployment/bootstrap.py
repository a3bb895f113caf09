"""Creates and destroys the state bucket, in which the stack that creates it keeps its own state.

For the first apply of the `state` stack, an override file replaces the S3 backend with a local one
(https://developer.hashicorp.com/terraform/language/files/override), and the state is then migrated into the bucket; for
its destruction, the other way round. The synthesised JSON is the same throughout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deployment.terraform import Terraform, TerraformError
from deployment.walk import Work, change

__all__ = ["OVERRIDE", "bootstrap", "is_missing", "local_backend", "retire"]

LOCAL_STATE = "bootstrap.tfstate"
OVERRIDE = "backend_override.tf.json"


def bootstrap(terraform: Terraform) -> Work:
    """Apply the state stack, and migrate its state into the bucket if this created it. A second run changes nothing.

    After an interruption the next run resumes: a local state that was left is applied and migrated, unless the bucket
    already has the state.
    """

    def work(stack: str, report: Callable[[str], None]) -> str:
        folder = terraform.folder(stack)
        terraform.begin_log(stack)
        report("init")
        if _bucket_exists(terraform, stack):
            if terraform.addresses(stack):
                _delete_local_state(folder)
                return change(terraform, stack, report)
            if not (folder / LOCAL_STATE).is_file():
                raise TerraformError(
                    "The bucket exists, and no state in it shows that this topology created it.\n"
                    "Set `create: false` under `state` to use it as it is, or import it into the stack."
                )
        with local_backend(folder):
            terraform.init(stack, "-reconfigure")
            outcome = change(terraform, stack, report)
        report("moving the state")
        terraform.init(stack, "-migrate-state", "-force-copy")
        if not terraform.addresses(stack):
            raise TerraformError(f"The state was not migrated into the bucket; it is still in {folder / LOCAL_STATE}.")
        _delete_local_state(folder)
        return outcome

    return work


def retire(terraform: Terraform) -> Work:
    """Destroy the state stack, with the bucket and every state in it, after migrating its own state out of it."""

    def work(stack: str, report: Callable[[str], None]) -> str:
        folder = terraform.folder(stack)
        terraform.begin_log(stack)
        report("init")
        moved = (folder / LOCAL_STATE).is_file()
        if not _bucket_exists(terraform, stack) and not moved:
            return "no changes"
        with local_backend(folder):
            if not moved:
                report("moving the state")
                terraform.init(stack, "-migrate-state", "-force-copy")
            else:
                terraform.init(stack, "-reconfigure")
            outcome = change(terraform, stack, report, "-destroy")
        _delete_local_state(folder)
        return outcome

    return work


def _bucket_exists(terraform: Terraform, stack: str) -> bool:
    try:
        terraform.init(stack, "-reconfigure")
    except TerraformError as failed:
        if is_missing(failed):
            return False
        raise
    return True


def is_missing(failed: TerraformError) -> bool:
    """Whether `init` failed because the bucket does not exist, by S3's error code: other things may not exist, too.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    """
    return re.search(r"operation error S3: .*\bNoSuchBucket\b", str(failed), re.DOTALL) is not None


@contextmanager
def local_backend(folder: Path) -> Iterator[None]:
    """Use a local state file in the stack's folder within this context.

    Its path is relative, so the same in any clone.
    """
    override = folder / OVERRIDE
    override.write_text(json.dumps({"terraform": {"backend": {"local": {"path": LOCAL_STATE}}}}), encoding="utf-8")
    try:
        yield
    finally:
        override.unlink()


def _delete_local_state(folder: Path) -> None:
    for name in (LOCAL_STATE, f"{LOCAL_STATE}.backup"):
        (folder / name).unlink(missing_ok=True)
