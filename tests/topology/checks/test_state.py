"""Where the states are kept."""

import pytest

from tests.topology.sound import changed, problems_of


def test_a_key_that_exists_cannot_be_created() -> None:
    arn = "arn:aws:kms:us-east-1:111111111111:key/1234"
    text = changed(("bucket:", f'create: true, key: "{arn}", bucket:'))
    assert problems_of(text) == [
        f'network.yaml:3 state.key: "{arn}" cannot be created; write alias/NAME, or leave it out'
    ]


@pytest.mark.parametrize("alias", ["alias/aws/s3", "alias/aws/mine"])
def test_an_alias_of_aws_cannot_be_created(alias: str) -> None:
    assert problems_of(changed(("bucket:", f"create: true, key: {alias}, bucket:"))) == [
        f'network.yaml:3 state.key: "{alias}" cannot be created: alias/aws/ is for keys of AWS itself; write alias/NAME, or leave it out'
    ]
    assert problems_of(changed(("bucket:", f"key: {alias}, bucket:"))) == [], "a key that exists is used"


def test_an_alias_may_begin_with_aws_otherwise() -> None:
    assert problems_of(changed(("bucket:", "create: true, key: alias/aws-state, bucket:"))) == []


def test_a_key_is_in_the_region_of_its_bucket() -> None:
    text = changed(("bucket:", 'key: "arn:aws:kms:eu-west-1:111111111111:alias/state", bucket:'))
    assert problems_of(text) == [
        "network.yaml:3 state.key: the key is in eu-west-1, and its bucket in us-east-1; name a key in us-east-1"
    ]
    assert problems_of(text.replace("eu-west-1", "us-east-1")) == []


def test_bucket_and_prefix_fit_into_a_tag() -> None:
    assert problems_of(changed(("bucket:", f"prefix: {'p' * 234}, bucket:"))) == []
    assert problems_of(changed(("bucket:", f"prefix: {'p' * 235}, bucket:"))) == [
        "network.yaml:3 state.prefix: bucket and prefix are the value of a tag, and come to 257 characters of 256; use up to 234 characters"
    ]


def test_a_bucket_or_a_prefix_that_is_refused_brings_no_follow_up_problem() -> None:
    for change in (
        [("bucket: example-network-state", f"prefix: {'p' * 300}, bucket: Example")],
        [("bucket: example-network-state", f"prefix: /{'p' * 300}, bucket: example-network-state")],
    ):
        assert len(problems_of(changed(*change))) == 1, problems_of(changed(*change))
