# ruff: noqa: ANN401 -- overriding methods hand through whatever moto's take
"""S3: bucket policies with conditions."""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy
from moto.s3.models import FakeBucket, FakeDeleteMarker

from emulator.mount import Extension


class Bucket(FakeBucket):
    """A bucket that ignores policy statements with conditions; moto applies them as if the conditions were met.

    In moto, a bucket whose policy requires TLS or a particular key therefore denies everybody.
    """

    def get_permission(self, action: str, resource: str) -> Any:
        """The policy's verdict, without statements that have conditions: the emulator evaluates none."""
        document = json.loads(self.policy or b'{"Statement": []}')
        statements = document["Statement"]
        if isinstance(statements, dict):
            statements = [statements]
        plain = [statement for statement in statements if "Condition" not in statement]
        return IAMPolicy(json.dumps(document | {"Statement": plain})).is_action_permitted(action, resource)


class DeleteMarker(FakeDeleteMarker):
    """A delete marker that can be disposed of; moto's cannot, although moto disposes of all versions of a key together.

    Without this, emptying a versioned bucket fails with an AttributeError.
    """

    def dispose(self, garbage: bool = False) -> None:  # noqa: FBT001, FBT002 # the signature of moto's objects
        """Do nothing: a delete marker has no content."""


EXTENSION = Extension("s3", models={"models.FakeBucket": Bucket, "models.FakeDeleteMarker": DeleteMarker})
