"""The base of every stack: a backend, pinned requirements, and providers that can write to one account only."""

from __future__ import annotations

from modules import aws
from modules.cdk import Construct, S3Backend, S3BackendAssumeRoleConfig, TerraformStack
from topology.design import Account, Backend

__all__ = ["OwnedStack", "account_provider"]

TERRAFORM = ">= 1.11"
"""The first version in which the S3 backend's native lock is no longer experimental."""

ATTEMPTS = 7
"""How often the provider and the backend send a request that AWS throttles or does not respond to.

The pause doubles from at most 2 s, so the last attempt is after a minute or two; then the apply ends with AWS's error.
By default the provider makes 25 attempts, which takes over an hour since its pauses grow to five minutes, and the
backend 5, so that half a minute without S3 loses the state of an apply. Neither honours AWS_MAX_ATTEMPTS (measured with
Terraform 1.11.4 and provider 5.100.0).
"""


class OwnedStack(TerraformStack):
    """A stack that is planned, applied and destroyed by itself, with its state under its own key."""

    def __init__(self, scope: Construct, id: str, *, backend: Backend) -> None:  # noqa: A002
        super().__init__(scope, id)
        # The provider package writes the bare name "aws", which OpenTofu and some registries resolve to another source.
        self.add_override("terraform.required_providers.aws.source", "hashicorp/aws")
        self.add_override("terraform.required_version", TERRAFORM)
        store = S3Backend(
            self,
            bucket=backend.bucket,
            key=backend.key,
            region=backend.region,
            # With `encrypt` and no key, Terraform would override the bucket's own default with AES256.
            encrypt=True if backend.kms_key_id else None,
            kms_key_id=backend.kms_key_id,
            allowed_account_ids=[backend.account],
            assume_role=_state_role(backend),
            max_retries=ATTEMPTS,
        )
        store.add_override("use_lockfile", True)  # noqa: FBT003  CDKTF 0.21 supports only the deprecated DynamoDB lock


def _state_role(backend: Backend) -> S3BackendAssumeRoleConfig | None:
    if backend.role_arn is None:
        return None
    return S3BackendAssumeRoleConfig(role_arn=backend.role_arn, external_id=backend.external_id)


def account_provider(stack: TerraformStack, alias: str, account: Account) -> aws.AwsProvider:
    """A provider that works in one account and refuses any other, whatever account its role is in."""
    # Must be the typed struct: CDKTF silently empties a dictionary, and the caller's own credentials would be used.
    role = aws.AwsProviderAssumeRole(role_arn=account.role_arn, external_id=account.external_id)
    return aws.AwsProvider(
        stack,
        f"{alias}-account",
        alias=alias,
        region=account.region,
        allowed_account_ids=[account.id],
        max_retries=ATTEMPTS,
        assume_role=[role] if account.role_arn else None,
        default_tags=[aws.AwsProviderDefaultTags(tags=dict(account.tags))],
    )
