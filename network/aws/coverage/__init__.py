"""Which fields of a snapshot are read: one row for every field of every answer, and one rule for what has no row.

A field is read, or irrelevant to names and packets for a reason, or not modelled. One that is not modelled and is set
to anything but a neutral value is a doubt, and so is one that no row has: a newer AWS is a question, never a silence.
A test compares the rows with botocore's models of the services.
"""

from __future__ import annotations

from collections.abc import Mapping

from network.aws.coverage import endpoints, gateways, interfaces, names, shares, vpcs
from network.aws.coverage.fields import Field

__all__ = ["FILES", "OTHER_FILES", "is_known"]

FILES: Mapping[str, tuple[Field, ...]] = {
    **vpcs.FILES,
    **interfaces.FILES,
    **endpoints.FILES,
    **gateways.FILES,
    **names.FILES,
    **shares.FILES,
}
"""The fields of the items of each file."""
INTERFACES = "what packets meet of it is among NetworkInterfaces"
OTHER_FILES: Mapping[str, str] = {
    "AvailabilityZones": "subnets say which zone they are in",
    "DBInstances": INTERFACES,
    "ElasticsearchDomains": INTERFACES,
    "LoadBalancerAttributes": INTERFACES,
    "LoadBalancerListeners": INTERFACES,
    "LoadBalancerTargetHealth": INTERFACES,
    "LoadBalancers": INTERFACES,
    "RdsInstances": INTERFACES,
    "TargetGroups": INTERFACES,
}
"""Files that other tools record and nobody needs to read, and why."""


def is_known(file: str) -> bool:
    """Whether it is known what is in a file."""
    return file in FILES or file in OTHER_FILES
