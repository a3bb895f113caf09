"""RAM shares, and what organizations decide."""

from __future__ import annotations

from typing import Any

from network.terraform.coverage.rows import ID, TAGS, irrelevant, kind, read, reported, unmodelled

__all__ = ["KINDS", "ROWS"]


def default_permissions(arns: Any) -> bool:  # noqa: ANN401  any value of an argument
    """Whether a share gives the permissions that AWS gives where none are named."""
    return isinstance(arns, list) and all(
        isinstance(arn, str) and ":aws:permission/AWSRAMDefaultPermission" in arn for arn in arns
    )


KINDS = (
    *kind(
        "aws_ram_resource_share",
        read("allow_external_principals"),
        irrelevant("a label", "name"),
        unmodelled("other permissions than AWS's default", "permission_arns", "both", neutral=default_permissions),
        reported("arn"),
        ID,
        TAGS,
    ),
    *kind("aws_ram_principal_association", read("principal resource_share_arn"), ID),
    *kind("aws_ram_resource_association", read("resource_arn resource_share_arn"), ID),
    *kind(
        "aws_organizations_policy",
        irrelevant("who may do what in AWS", "content"),
        irrelevant("a label", "description name"),
        irrelevant("concerns its deletion only", "skip_destroy"),
        unmodelled(
            "what such a policy decides is not known",
            "type",
            "packets",
            usual=(
                "AISERVICES_OPT_OUT_POLICY",
                "BACKUP_POLICY",
                "CHATBOT_POLICY",
                "DECLARATIVE_POLICY_EC2",
                "RESOURCE_CONTROL_POLICY",
                "SERVICE_CONTROL_POLICY",
                "TAG_POLICY",
            ),
        ),
        reported("arn"),
        ID,
        TAGS,
    ),
)

ROWS = (
    irrelevant("sharing within the organization needs no acceptance", "aws_ram_resource_share_accepter"),
    irrelevant("the trace assumes that it is on", "aws_ram_sharing_with_organization"),
    irrelevant(
        "which accounts there are, and what they may do",
        "aws_account_alternate_contact aws_account_primary_contact aws_account_region aws_organizations_account "
        "aws_organizations_delegated_administrator aws_organizations_organization "
        "aws_organizations_organizational_unit aws_organizations_policy_attachment aws_organizations_resource_policy",
    ),
)
