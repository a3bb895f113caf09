"""Services that a hub can offer."""

import pytest

from tests.topology.checks.changes import pools, services, zones
from tests.topology.sound import Change, changed, problems_of


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [services("[kmss]")],
            'services.kmss: "kmss" is not a service of the catalogue; did you mean kms or kms-fips?',
            id="misspelt",
        ),
        pytest.param(
            [services("[secretmanager]")],
            'services.secretmanager: "secretmanager" is not a service of the catalogue; did you mean secretsmanager or license-manager or auditmanager?',
            id="misspelt, three are near",
        ),
        pytest.param(
            [services("[KMS]")],
            'services.KMS: "KMS" is not a service of the catalogue; did you mean kms?',
            id="in upper case",
        ),
        pytest.param(
            [services("[com.amazonaws.us-east-1.kms]")],
            'services.com.amazonaws.us-east-1.kms: "com.amazonaws.us-east-1.kms" is not a service of the catalogue; did you mean kms?',
            id="by its name in EC2",
        ),
        pytest.param(
            [services("[com.amazonaws.eu-west-1.ecr.dkr]")],
            'services.com.amazonaws.eu-west-1.ecr.dkr: "com.amazonaws.eu-west-1.ecr.dkr" is not a service of the catalogue; did you mean ecr.dkr?',
            id="by its name in EC2 of another region",
        ),
        pytest.param(
            [services("[aws.sagemaker.us-east-1.notebook]")],
            'services.aws.sagemaker.us-east-1.notebook: "aws.sagemaker.us-east-1.notebook" is not a service of the catalogue; did you mean sagemaker.notebook?',
            id="by its name in EC2, which begins otherwise",
        ),
        pytest.param(
            [services("[secretsmanager.us-east-1.amazonaws.com]")],
            'services.secretsmanager.us-east-1.amazonaws.com: "secretsmanager.us-east-1.amazonaws.com" is not a service of the catalogue; did you mean secretsmanager?',
            id="by its private DNS name",
        ),
        pytest.param(
            [services(f"[{'k' * 500}]")],
            f'services.{"k" * 79}…: "{"k" * 79}…" is not a service of the catalogue; ./hub services lists them',
            id="by a name that is longer than a message shows",
        ),
        pytest.param(
            [services("[zzzzzz]")],
            'services.zzzzzz: "zzzzzz" is not a service of the catalogue; ./hub services lists them',
            id="unknown",
        ),
        pytest.param(
            [services("[ecr-public]")],
            "services.ecr-public: ecr-public cannot be offered: ECR Public has no interface endpoint; pull through a cache in your own registry (ecr.dkr).",
            id="without an interface endpoint",
        ),
        pytest.param(
            [services("[dynamodb]")],
            "services.dynamodb: dynamodb cannot be offered: No private DNS: list dynamodb under `gateway_endpoints` in the spokes instead.",
            id="without private DNS",
        ),
        pytest.param(
            [services("{kms: {zones: [use1-az3]}}")],
            'services.kms.zones.use1-az3: use1-az3 is none of the hub\'s zones; did you mean "use1-az2"?',
            id="in a zone that the hub has not",
        ),
        pytest.param(
            [services("{email-smtp: {zones: [use1-az2]}}")],
            "services.email-smtp.zones.use1-az2: email-smtp is not in use1-az2; leave the zone out",
            id="in a zone where it is not",
        ),
        pytest.param(
            [services("[email-smtp]"), zones("[use1-az2, use1-az3]")],
            "services.email-smtp: email-smtp is in none of the hub's zones; leave the service out, or add a zone",
            id="in none of the zones",
        ),
        pytest.param(
            [services("[email-smtp]"), pools(f"[{', '.join(f'10.0.{n}.0/24' for n in range(4, 19))}]")],
            "services.email-smtp: email-smtp needs 64 security group rules, ports times ranges, and a group takes 60; use fewer, larger pools",
            id="with more rules than a security group takes",
        ),
    ],
)
def test_a_service_that_cannot_be_offered_is_refused(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [f'network.yaml:11 hub "core" {expected}']
