"""Shares parts of the hub with the organization."""

from __future__ import annotations

from collections.abc import Mapping

from modules import aws
from modules.cdk import Construct, ITerraformDependable, protected
from modules.tags import tags

__all__ = ["OrganizationShare"]


class OrganizationShare(Construct):
    """Resources shared with every account of one organization, and with nobody outside it.

    In an organization with RAM sharing enabled there are no invitations to accept. AWS does not refuse to withdraw a
    share that is in use: that silently ends forwarding for every spoke, hence `protect`
    (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-rules-managing.html).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002
        *,
        name: str,
        resource_arns: Mapping[str, str],
        organization_arn: str,
        provider: aws.AwsProvider,
        protect: bool,
    ) -> None:
        super().__init__(scope, id)
        share = aws.RamResourceShare(
            self,
            "share",
            provider=provider,
            name=name,
            allow_external_principals=False,
            lifecycle=protected(protect),
            tags=tags(name, "share"),
        )
        self.ready: list[ITerraformDependable] = [
            aws.RamResourceAssociation(
                self,
                f"resource-{key}",
                provider=provider,
                resource_arn=arn,
                resource_share_arn=share.arn,
                lifecycle=protected(protect),
            )
            for key, arn in resource_arns.items()
        ]
        self.ready.append(
            aws.RamPrincipalAssociation(
                self,
                "organization",
                provider=provider,
                principal=organization_arn,
                resource_share_arn=share.arn,
                lifecycle=protected(protect),
            )
        )
