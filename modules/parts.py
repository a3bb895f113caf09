"""Protocols for the parts of the pattern: exactly what they need from each other.

A part is either built here, or exists already and is given by its ids. Constructs take these protocols rather than
classes, so that an existing VPC, gateway, share or pair of resolver endpoints can replace a built one, and no construct
needs an `if`. Zones are AZ ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from modules import aws
from modules.cdk import Construct, ITerraformDependable
from topology.design import HubDesign, SpokeDesign

__all__ = [
    "ONLY_TABLE",
    "Attachment",
    "Dns",
    "Gateway",
    "HubDns",
    "Ids",
    "Network",
    "ResolverEndpoints",
    "Share",
    "SpokeDns",
    "in_table",
]

Ids = Mapping[str, str]
"""Ids by a name: a zone, a table, a domain."""

ONLY_TABLE = ""
"""The name of a network's only route table."""


class Network(Protocol):
    """A VPC with subnets for workloads and for the gateway attachment."""

    @property
    def id(self) -> str:
        """The VPC's id."""

    @property
    def cidr(self) -> str:
        """The range that contains its subnets."""

    @property
    def subnet_ids(self) -> Ids:
        """The workload subnets, by zone."""

    @property
    def attachment_subnet_ids(self) -> Ids:
        """The subnets of the gateway attachment, by zone."""

    @property
    def route_table_ids(self) -> Ids:
        """The route tables of these subnets, by names that must never change: the ids of routes contain them."""


def in_table(id: str, table: str) -> str:  # noqa: A002  a construct's id
    """The id of a construct that each route table has; it contains the table's name if there are several tables."""
    return id if table == ONLY_TABLE else f"{id}-{table}"


class Gateway(Protocol):
    """A transit gateway and the tables that decide who reaches whom."""

    @property
    def id(self) -> str:
        """The gateway's id."""

    @property
    def arn(self) -> str:
        """The gateway's ARN, for sharing it."""

    @property
    def table_ids(self) -> Ids:
        """Its tables by name: the hub's and each segment's."""


class Attachment(Protocol):
    """A VPC's attachment to a gateway."""

    @property
    def id(self) -> str:
        """The attachment's id, in the account of the VPC."""

    @property
    def accepted_id(self) -> str:
        """The same id, available once the gateway's owner has accepted the attachment. Tables refer to this one."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to be created before a route can use the attachment; empty for an existing one."""


class Share(Protocol):
    """Resources of the hub that other accounts of the organization can use."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to be created before another account can see the resources; empty for an existing share."""


class ResolverEndpoints(Protocol):
    """An inbound resolver endpoint, and the outbound one that forwards queries to it."""

    @property
    def addresses(self) -> Sequence[str]:
        """The addresses of the inbound endpoint."""

    @property
    def outbound_id(self) -> str:
        """The id of the outbound endpoint."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to be created before the addresses are taken and respond; empty for existing endpoints."""


class HubDns(Protocol):
    """The hub's side of a DNS mechanism."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to be created before other network interfaces in the hub can take its addresses."""

    @property
    def shared(self) -> Mapping[str, Ids]:
        """ARNs of the resources to share with the spokes' accounts, by share name and resource name."""

    @property
    def contract(self) -> Mapping[str, Ids]:
        """Its sections of the contract."""

    @property
    def outputs(self) -> Mapping[str, Ids]:
        """Its stack outputs."""


class SpokeDns(Protocol):
    """The spoke's side of a DNS mechanism."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to be created before a workload can resolve the hub's names."""


class Dns(Protocol):
    """A DNS mechanism: how queries in the spokes get the addresses of the hub's endpoints as answers.

    The design says which names it covers (`domains` of `HubDesign.dns` and `SpokeDesign.dns`).
    """

    def at_hub(self, stack: Construct, design: HubDesign, network: Network, provider: aws.AwsProvider) -> HubDns:
        """Create the hub's side."""

    def needs(self, design: SpokeDesign) -> Mapping[str, Sequence[str]]:
        """What a spoke needs from the contract: names by section."""

    def at_spoke(
        self,
        stack: Construct,
        design: SpokeDesign,
        contract: Mapping[str, Ids],
        network: Network,
        provider: aws.AwsProvider,
    ) -> SpokeDns:
        """Create the spoke's side, with the ids from the sections of the contract that it needs."""
