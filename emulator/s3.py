# ruff: noqa: ANN401 -- overriding methods hand through whatever moto's take
"""S3: bucket policies with conditions."""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy
from moto.s3.models import FakeBucket, FakeDeleteMarker

from emulator.mount import Extension


class Bucket(FakeBucket):
    """moto denies whatever a statement with conditions names, for it has no values to compare them with.

    A bucket whose policy demands TLS, or a certain key, is then closed to everybody.
    """

    def get_permission(self, action: str, resource: str) -> Any:
        """What the policy says, statements with conditions passed over: the emulator evaluates none."""
        document = json.loads(self.policy or b'{"Statement": []}')
        statements = document["Statement"]
        if isinstance(statements, dict):
            statements = [statements]
        plain = [statement for statement in statements if "Condition" not in statement]
        return IAMPolicy(json.dumps(document | {"Statement": plain})).is_action_permitted(action, resource)


class DeleteMarker(FakeDeleteMarker):
    """moto disposes of every version of a key with its last one, but its delete markers cannot be disposed of.

    Emptying a versioned bucket then ends in an AttributeError.
    """

    def dispose(self, garbage: bool = False) -> None:  # noqa: FBT001, FBT002 # the signature of moto's objects
        """Nothing: a delete marker holds no content."""


EXTENSION = Extension("s3", models={"models.FakeBucket": Bucket, "models.FakeDeleteMarker": DeleteMarker})
