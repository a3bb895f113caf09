"""The test instance of a spoke."""

from __future__ import annotations

import json
from collections.abc import Sequence

from modules import aws
from modules.cdk import Construct, ITerraformDependable, TerraformResourceLifecycle
from modules.parts import Network
from modules.tags import tags
from topology.design import Image
from topology.names import TEST_PREFIX

__all__ = ["TestInstance"]

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
# Two harmless calls, so that a session on the instance can use an endpoint; neither can be restricted further.
TRIALS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["sns:ListTopics", "ssm:ListDocuments"], "Resource": "*"}],
}


class TestInstance(Construct):
    """An instance that is reachable through Session Manager only, started once the network around it works.

    It has no inbound rule, IMDSv2 only and an encrypted volume; the VPC's only connection is the gateway. Egress is
    port 443 only: security groups do not filter DNS to the VPC's resolver. A newer image does not replace a running
    instance.
    """

    __test__ = False  # pytest would collect it as a test class

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        name: str,
        image: Image,
        network: Network,
        provider: aws.AwsProvider,
        after: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id)
        unique = f"{TEST_PREFIX}{name}"
        role = aws.IamRole(
            self,
            "role",
            provider=provider,
            name=unique,
            assume_role_policy=json.dumps(TRUST),
            tags=tags(unique, "test-instance-role"),
        )
        policies: list[ITerraformDependable] = [
            aws.IamRolePolicyAttachment(
                self,
                "session-manager",
                provider=provider,
                role=role.name,
                policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
            ),
            aws.IamRolePolicy(
                self, "trials", provider=provider, name="trials", role=role.name, policy=json.dumps(TRIALS)
            ),
        ]
        profile = aws.IamInstanceProfile(
            self,
            "profile",
            provider=provider,
            name=unique,
            role=role.name,
            tags=tags(unique, "test-instance-profile"),
        )
        group = aws.SecurityGroup(
            self,
            "group",
            provider=provider,
            vpc_id=network.id,
            name=unique,
            description="Test instance: HTTPS out, nothing in",
            tags=tags(unique, "test-instance-security-group"),
        )
        egress = aws.VpcSecurityGroupEgressRule(
            self,
            "https",
            provider=provider,
            security_group_id=group.id,
            description="HTTPS to endpoints, and to S3 through its gateway endpoint",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            cidr_ipv4="0.0.0.0/0",
            tags=tags(unique, "test-instance-security-group-rule"),
        )
        parameter = aws.DataAwsSsmParameter(self, "image", provider=provider, name=image.parameter)
        instance = aws.Instance(
            self,
            "instance",
            provider=provider,
            ami=parameter.insecure_value,
            instance_type=image.type,
            subnet_id=network.subnet_ids[image.zone],
            iam_instance_profile=profile.name,
            vpc_security_group_ids=[group.id],
            metadata_options=aws.InstanceMetadataOptions(http_endpoint="enabled", http_tokens="required"),
            root_block_device=aws.InstanceRootBlockDevice(encrypted=True, volume_type="gp3"),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["ami"]),
            tags=tags(unique, "test-instance"),
            depends_on=[*after, *policies, egress],
        )
        self.id: str = instance.id
