"""Fields of RAM's shares, and of the parameters through which hubs pass ids to spokes."""

from __future__ import annotations

from collections.abc import Mapping

from network.aws.coverage.fields import Field, irrelevant, read

__all__ = ["FILES"]

FILES: Mapping[str, tuple[Field, ...]] = {
    "ResourceShares": (
        *read("resourceShareArn owningAccountId allowExternalPrincipals status"),
        *irrelevant("a text for people", "name"),
        *irrelevant("whether it was made from a policy", "featureSet"),
        *irrelevant("what happens when an account leaves the organization", "resourceShareConfiguration"),
    ),
    "ResourceShareAssociations": (
        *read("resourceShareArn associatedEntity associationType status"),
        *irrelevant("the share has it too", "resourceShareName"),
        *irrelevant("the principal says who it is", "external"),
    ),
    "Parameters": (
        *read("Name Value"),
        *irrelevant(
            "the name and the value are all that a stack reads",
            "Type Version Selector SourceResult LastModifiedDate ARN DataType",
        ),
    ),
}
"""The fields of each file's items."""
