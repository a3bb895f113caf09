"""Where the states are kept."""

from tests.topology.sound import changed, problems_of


def test_a_key_that_exists_cannot_be_created() -> None:
    arn = "arn:aws:kms:us-east-1:111111111111:key/1234"
    text = changed(("bucket:", f'create: true, key: "{arn}", bucket:'))
    assert problems_of(text) == [
        f'network.yaml:3 state.key: "{arn}" cannot be created; write alias/NAME, or leave it out'
    ]
