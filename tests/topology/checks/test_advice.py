"""What works and may surprise."""

import pytest

from tests.topology.checks.changes import services
from tests.topology.sound import Change, changed, in_spoke, on_top, reading_of


def warnings_of(*changes: Change) -> list[str]:
    return [str(warning) for warning in reading_of(changed(*changes)).warnings]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(on_top("tags: {owner: network}"), [], id="nothing"),
        pytest.param(
            services("[cassandra]"), ['11 hub "core" services.cassandra: CQL, not HTTPS: port 9142.'], id="a note"
        ),
        pytest.param(
            services("[email-smtp]"),
            [
                '11 hub "core" services.email-smtp: SMTP, not HTTPS: ports 465, 587, 2465 and 2587.',
                '11 hub "core" services.email-smtp: it is not in use1-az2; its endpoint leaves them out',
            ],
            id="zones left out",
        ),
        pytest.param(
            services("[sagemaker.notebook]"),
            [
                '11 hub "core" services.sagemaker.notebook: no source confirms its private DNS (*.notebook.us-east-1.sagemaker.aws); compare: aws ec2 describe-vpc-endpoint-services --service-names aws.sagemaker.us-east-1.notebook'
            ],
            id="private DNS that no source confirms",
        ),
        pytest.param(
            in_spoke("exempt: [efs, kms]"),
            [
                '15 spoke "payments" exempt.kms: kms.us-east-1.amazonaws.com stays with the spoke, so the hub\'s endpoint for kms is not used; nothing, where the spoke has an endpoint of its own; else take kms out of exempt'
            ],
            id="a service on offer that a spoke exempts",
        ),
    ],
)
def test_what_works_and_may_surprise_is_a_warning(change: Change, expected: list[str]) -> None:
    assert warnings_of(change) == [f"network.yaml:{warning}" for warning in expected]
