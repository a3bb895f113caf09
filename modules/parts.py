"""What the parts of the pattern need of each other, and no more.

A part is built here, or it exists and is given by its ids. A construct asks one of these protocols and never a class,
so that a VPC, a gateway, resolver endpoints or a share that a company has already takes the place of a built one, and
no construct says `if`. Zones are AZ ids.
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
"""The name of a network's route table where it is the only one."""


class Network(Protocol):
    """A VPC with subnets for workloads and for the gateway's attachment."""

    @property
    def id(self) -> str:
        """The VPC's id."""

    @property
    def cidr(self) -> str:
        """The range that its subnets are in."""

    @property
    def subnet_ids(self) -> Ids:
        """Subnets of workloads, by zone."""

    @property
    def attachment_subnet_ids(self) -> Ids:
        """Subnets of the gateway's attachment, by zone."""

    @property
    def route_table_ids(self) -> Ids:
        """The route tables of these subnets, by names that never change: the ids of their routes are made of them."""


def in_table(id: str, table: str) -> str:  # noqa: A002  a construct's id
    """The id of a construct of which each route table has one: the table's name is in it where there are several."""
    return id if table == ONLY_TABLE else f"{id}-{table}"


class Gateway(Protocol):
    """A transit gateway and the tables that decide who reaches whom."""

    @property
    def id(self) -> str:
        """The gateway's id."""

    @property
    def arn(self) -> str:
        """The gateway's ARN, by which it is shared."""

    @property
    def table_ids(self) -> Ids:
        """Its tables by name: the hub's own and each segment's."""


class Attachment(Protocol):
    """A VPC's attachment to a gateway."""

    @property
    def id(self) -> str:
        """The attachment's id, in the account of the VPC."""

    @property
    def accepted_id(self) -> str:
        """The same id, known once the gateway's owner has accepted the attachment: tables refer to this one."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to exist before a route can lead to the attachment; nothing for one that exists."""


class Share(Protocol):
    """Resources of the hub that other accounts of the organization can use."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to exist before another account can see the resources; nothing for a share that exists."""


class ResolverEndpoints(Protocol):
    """An inbound resolver endpoint, and an outbound one that queries for it leave by."""

    @property
    def addresses(self) -> Sequence[str]:
        """The addresses of the inbound endpoint."""

    @property
    def outbound_id(self) -> str:
        """The id of the outbound endpoint."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to exist before the addresses answer and are taken; nothing for endpoints that exist."""


class HubDns(Protocol):
    """What a DNS mechanism made in a hub."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has its addresses before anything else of the hub's takes one of them."""

    @property
    def shared(self) -> Mapping[str, Ids]:
        """ARNs of what the spokes' accounts have to see, by the names of the shares and of the resources."""

    @property
    def contract(self) -> Mapping[str, Ids]:
        """The sections that the contract carries for it."""

    @property
    def outputs(self) -> Mapping[str, Ids]:
        """The stack's outputs that say what was made."""


class SpokeDns(Protocol):
    """What a DNS mechanism made in a spoke."""

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What has to exist before a workload resolves the hub's names."""


class Dns(Protocol):
    """A DNS mechanism: how queries of the spokes come to be answered with the addresses of the hub's endpoints.

    The design's own value says which names are taken (`domains` of `HubDesign.dns` and `SpokeDesign.dns`).
    """

    def at_hub(self, stack: Construct, design: HubDesign, network: Network, provider: aws.AwsProvider) -> HubDns:
        """Make the hub's side."""

    def needs(self, design: SpokeDesign) -> Mapping[str, Sequence[str]]:
        """What a spoke needs of the contract: names by section."""

    def at_spoke(
        self,
        stack: Construct,
        design: SpokeDesign,
        contract: Mapping[str, Ids],
        network: Network,
        provider: aws.AwsProvider,
    ) -> SpokeDns:
        """Make the spoke's side, from the sections of the contract that it needs."""
