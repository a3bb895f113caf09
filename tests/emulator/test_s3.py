"""S3 as a home for Terraform's state."""

import json

import pytest

from tests.emulator.conftest import HUB, SPOKE, Client, Refused


@pytest.fixture
def bucket(client: Client, request: pytest.FixtureRequest) -> str:
    name = f"state-{abs(hash(request.node.name))}"
    client("s3", HUB).create_bucket(Bucket=name)
    client("s3", HUB).put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def test_a_lock_file_is_written_once(client: Client, refused: Refused, bucket: str) -> None:
    s3, lock = client("s3", HUB), {"Bucket": bucket, "Key": "hub.tfstate.tflock"}
    s3.put_object(Body=b"first", IfNoneMatch="*", **lock)
    with refused("PreconditionFailed"):
        s3.put_object(Body=b"second", IfNoneMatch="*", **lock)
    found = s3.get_object(**lock)["Body"].read()
    assert found == b"first", f"expected the lock of the first, found {found!r}"
    s3.delete_object(**lock)
    s3.put_object(Body=b"second", IfNoneMatch="*", **lock)


def test_a_policy_that_demands_tls_does_not_close_the_bucket(client: Client, refused: Refused, bucket: str) -> None:
    s3, resources = client("s3", HUB), [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources}
    tls = deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [tls]}))
    s3.put_object(Bucket=bucket, Key="hub.tfstate", Body=b"{}")
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": deny}))
    with refused("403"):  # moto answers without the code, which is AccessDenied
        s3.put_object(Bucket=bucket, Key="hub.tfstate", Body=b"{}")


def test_a_versioned_bucket_can_be_emptied(client: Client, bucket: str) -> None:
    s3 = client("s3", HUB)
    s3.put_object(Bucket=bucket, Key="hub.tfstate", Body=b"{}")
    s3.delete_object(Bucket=bucket, Key="hub.tfstate")
    found = s3.list_object_versions(Bucket=bucket)
    versions = [
        {"Key": one["Key"], "VersionId": one["VersionId"]} for one in found["Versions"] + found["DeleteMarkers"]
    ]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": versions})
    s3.delete_bucket(Bucket=bucket)


def test_a_bucket_name_is_taken_for_every_account(client: Client, refused: Refused, bucket: str) -> None:
    with refused("BucketAlreadyExists"):
        client("s3", SPOKE).create_bucket(Bucket=bucket)
