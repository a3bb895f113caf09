"""The bucket for Terraform's state, if the project is to create it."""

from __future__ import annotations

import json
from typing import Any

from modules import aws
from modules.cdk import Construct, protected
from modules.tags import tags

__all__ = ["StateBucket"]

KEPT_DAYS = 90
"""How long an overwritten state can be restored: a quarter covers a mistake found at the next review."""


class StateBucket(Construct):
    """A versioned bucket with its own key, TLS only and no public access; old versions expire after 90 days.

    The bucket has its own key because the AWS managed one does not work across accounts. The key policy lets principals
    of the organization use it through S3 in this region; who may read which state is for the bucket's account to grant.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        bucket: str,
        alias: str,
        account: str,
        region: str,
        organization: str,
        provider: aws.AwsProvider,
        protect: bool,
    ) -> None:
        super().__init__(scope, id)
        key = aws.KmsKey(
            self,
            "key",
            provider=provider,
            description=f"Terraform state in {bucket}",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=json.dumps(_key_policy(account, region, organization)),
            lifecycle=protected(protect),
            tags=tags(bucket, "state-key"),
        )
        named = aws.KmsAlias(self, "alias", provider=provider, name=alias, target_key_id=key.key_id)
        store = aws.S3Bucket(
            self,
            "bucket",
            provider=provider,
            bucket=bucket,
            # A sample is destroyed as a whole; a protected bucket keeps its states whatever happens.
            force_destroy=not protect,
            lifecycle=protected(protect),
            tags=tags(bucket, "state-bucket"),
        )
        self.arn: str = store.arn
        self.key_arn: str = key.arn
        versioning = aws.S3BucketVersioningA(
            self,
            "versioning",
            provider=provider,
            bucket=store.id,
            versioning_configuration=aws.S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        encryption = aws.S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms", kms_master_key_id=key.arn
        )
        aws.S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            provider=provider,
            bucket=store.id,
            rule=[
                aws.S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=encryption, bucket_key_enabled=True
                )
            ],
            depends_on=[named],  # backends name the key by its alias
        )
        closed = aws.S3BucketPublicAccessBlock(
            self,
            "public-access",
            provider=provider,
            bucket=store.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        aws.S3BucketOwnershipControls(
            self,
            "ownership",
            provider=provider,
            bucket=store.id,
            rule=aws.S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
            depends_on=[closed],  # S3 refuses concurrent changes to a bucket's access
        )
        aws.S3BucketPolicy(
            self,
            "policy",
            provider=provider,
            bucket=store.id,
            policy=json.dumps(_bucket_policy(bucket)),
            depends_on=[closed],
        )
        rule = aws.S3BucketLifecycleConfigurationRule(
            id="old-versions",
            status="Enabled",
            filter=[aws.S3BucketLifecycleConfigurationRuleFilter(prefix="")],
            noncurrent_version_expiration=[
                aws.S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=KEPT_DAYS)
            ],
            abort_incomplete_multipart_upload=[
                aws.S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
            ],
        )
        aws.S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            provider=provider,
            bucket=store.id,
            rule=[rule],
            depends_on=[versioning],  # there are no old versions to expire without versioning
        )


def _key_policy(account: str, region: str, organization: str) -> dict[str, Any]:
    through_s3 = {"aws:PrincipalOrgID": organization, "kms:ViaService": f"s3.{region}.amazonaws.com"}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "OrganizationThroughS3",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
                "Resource": "*",
                "Condition": {"StringEquals": through_s3},
            },
        ],
    }


def _bucket_policy(bucket: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
