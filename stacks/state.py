"""The stack of the state bucket."""

from __future__ import annotations

from modules.cdk import Construct, TerraformOutput
from modules.state import StateBucket
from stacks.foundation import OwnedStack, account_provider
from topology.design import StateDesign

__all__ = ["StateStack"]


class StateStack(OwnedStack):
    """The state bucket and its key. Its own state is in this bucket too, once the bucket exists."""

    def __init__(self, scope: Construct, *, design: StateDesign) -> None:
        super().__init__(scope, design.stack, backend=design.backend)
        bucket = StateBucket(
            self,
            "state",
            bucket=design.bucket,
            alias=design.alias,
            account=design.account.id,
            region=design.account.region,
            organization=design.organization,
            provider=account_provider(self, "state", design.account),
            protect=design.protect,
        )
        TerraformOutput(self, "bucket_arn", value=bucket.arn)
        TerraformOutput(self, "key_arn", value=bucket.key_arn)
