"""Test instances that can be reached and started."""

import pytest

from tests.topology.checks.changes import services
from tests.topology.sound import Change, changed, in_spoke, problems_of


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [in_spoke("test_instance: true"), services("[kms]")],
            'network.yaml:15 spoke "payments" test_instance: a test instance is reached through Session Manager, and hub "core" lacks ssm, ssmmessages; add ssm, ssmmessages to its services',
            id="without Session Manager",
        ),
        pytest.param(
            [in_spoke("test_instance: true"), services("[ssm]")],
            'network.yaml:15 spoke "payments" test_instance: a test instance is reached through Session Manager, and hub "core" lacks ssmmessages; add ssmmessages to its services',
            id="with half of it",
        ),
        pytest.param(
            [in_spoke("test_instance: {zone: use1-az6}")],
            'network.yaml:15 spoke "payments" test_instance.zone: use1-az6 is none of the spoke\'s zones; did you mean "use1-az2"?',
            id="in a zone that the spoke has not",
        ),
    ],
)
def test_a_test_instance_can_be_reached(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]


ARM_IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
UBUNTU = "/aws/service/canonical/ubuntu/server/24.04/stable/current"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param(
            "type: t4g.nano",
            f"t4g.nano has an Arm processor, and the image is for x86_64; name an image for arm64, such as {ARM_IMAGE}, or another type",
            id="an Arm type and the default image",
        ),
        pytest.param(
            f"image: {ARM_IMAGE}",
            f"t3.nano has an x86 processor, and the image is for arm64; name an image for x86_64, such as {ARM_IMAGE.replace('arm64', 'x86_64')}, or another type",
            id="the default type and an Arm image",
        ),
        pytest.param(
            f"type: m7i.large, image: {UBUNTU}/arm64/hvm/ebs-gp3/ami-id",
            f"m7i.large has an x86 processor, and the image is for arm64; name an image for amd64, such as {UBUNTU}/amd64/hvm/ebs-gp3/ami-id, or another type",
            id="a name of the image that says amd64",
        ),
    ],
)
def test_a_test_instances_type_runs_its_image(options: str, expected: str) -> None:
    assert problems_of(changed(in_spoke(f"test_instance: {{{options}}}"))) == [
        f'network.yaml:15 spoke "payments" test_instance.type: {expected}'
    ]


@pytest.mark.parametrize(
    "type_", ["t4g.nano", "c7gn.large", "im4gn.large", "a1.medium", "x2gd.medium", "hpc7g.4xlarge"]
)
def test_graviton_types_run_images_for_arm(type_: str) -> None:
    assert problems_of(changed(in_spoke(f"test_instance: {{type: {type_}, image: {ARM_IMAGE}}}"))) == []


@pytest.mark.parametrize(
    "type_", ["t3.nano", "g4dn.xlarge", "g6.xlarge", "m7i-flex.large", "u7i-12tb.224xlarge", "gr6.4xlarge"]
)
def test_other_types_run_images_for_x86(type_: str) -> None:
    assert problems_of(changed(in_spoke(f"test_instance: {{type: {type_}}}"))) == []


def test_an_image_that_does_not_say_is_taken() -> None:
    assert problems_of(changed(in_spoke("test_instance: {type: t4g.nano, image: /example/image}"))) == []
