"""The state bucket before and after there is a state bucket.

The `state` stack's own state lies in the bucket that it makes. For its first apply a local backend is put in front of
the S3 one, with an override file (https://developer.hashicorp.com/terraform/language/files/override), and the state
then moves into the bucket; for its destruction the other way round. What is synthesised stays the same throughout.
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
    """Apply the state stack, moving its state into the bucket if this made the bucket. A second time changes nothing.

    Interrupted at any point, the next run resumes there: a local state that is left is applied and moved,
    unless the bucket has the state already.
    """

    def work(stack: str, say: Callable[[str], None]) -> str:
        folder = terraform.folder(stack)
        terraform.begin_log(stack)
        say("init")
        if _bucket_exists(terraform, stack):
            if terraform.addresses(stack):
                _forget(folder)
                return change(terraform, stack, say)
            if not (folder / LOCAL_STATE).is_file():
                raise TerraformError(
                    "The bucket exists, and no state in it says that this topology made it.\n"
                    "Set `create: false` under `state` to use it as it is, or import it into the stack."
                )
        with local_backend(folder):
            terraform.init(stack, "-reconfigure")
            outcome = change(terraform, stack, say)
        say("moving the state")
        terraform.init(stack, "-migrate-state", "-force-copy")
        if not terraform.addresses(stack):
            raise TerraformError(f"The state did not arrive in the bucket; it is still in {folder / LOCAL_STATE}.")
        _forget(folder)
        return outcome

    return work


def retire(terraform: Terraform) -> Work:
    """Destroy the state stack, and with it the bucket and every state in it, after taking its own state out."""

    def work(stack: str, say: Callable[[str], None]) -> str:
        folder = terraform.folder(stack)
        terraform.begin_log(stack)
        say("init")
        moved = (folder / LOCAL_STATE).is_file()
        if not _bucket_exists(terraform, stack) and not moved:
            return "no changes"
        with local_backend(folder):
            if not moved:
                say("moving the state")
                terraform.init(stack, "-migrate-state", "-force-copy")
            else:
                terraform.init(stack, "-reconfigure")
            outcome = change(terraform, stack, say, "-destroy")
        _forget(folder)
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
    """Whether `init` failed because S3 has no such bucket. S3's own code decides: much else "does not exist".

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    """
    return re.search(r"operation error S3: .*\bNoSuchBucket\b", str(failed), re.DOTALL) is not None


@contextmanager
def local_backend(folder: Path) -> Iterator[None]:
    """Within it, the stack's state is a file beside it. The path is relative, as in every clone."""
    override = folder / OVERRIDE
    override.write_text(json.dumps({"terraform": {"backend": {"local": {"path": LOCAL_STATE}}}}), encoding="utf-8")
    try:
        yield
    finally:
        override.unlink()


def _forget(folder: Path) -> None:
    for name in (LOCAL_STATE, f"{LOCAL_STATE}.backup"):
        (folder / name).unlink(missing_ok=True)
