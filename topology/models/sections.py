"""The sections of a topology file. Each default's reason is beside it; the text below a key is its meaning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from topology.models.forms import PRESETS, Boolean, Segments, Zones, read_services, read_switch
from topology.models.networks import Address, Asn, Number, PoolCidr, SubnetCidr, VpcCidr
from topology.models.texts import (
    AccountId,
    Bucket,
    ExternalId,
    InstanceType,
    KmsKey,
    LocalName,
    Name,
    OrganizationId,
    ParameterName,
    Prefix,
    Reason,
    Region,
    ResourceAddress,
    Role,
    Tags,
    ZoneId,
)

__all__ = [
    "Accepted",
    "Hub",
    "Organization",
    "Section",
    "ServiceOptions",
    "Services",
    "Spoke",
    "State",
    "TestInstance",
    "Topology",
]


class Section(BaseModel):
    """A part of the file: only the keys that it names, and nothing that changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Organization(Section):
    """The AWS Organization that the hubs are shared with."""

    id: OrganizationId
    """The organization's id."""
    management_account: AccountId
    """The account that owns the organization; part of the ARN that shares go to."""


class State(Section):
    """Where Terraform keeps its state: one S3 bucket, one key for each stack, with the native lock."""

    bucket: Bucket
    """The bucket's name."""
    region: Region
    """The bucket's region."""
    account: AccountId
    """The account that owns the bucket."""
    create: Boolean = False
    """Make the bucket and its key, in a stack of their own. Off: most organizations have one."""
    role: Role | None = None
    """The role that reads and writes state. Default: `role` of the topology, in the bucket's account."""
    external_id: ExternalId | None = None
    """The external id of that role. Default: `external_id` of the topology."""
    key: KmsKey | None = None
    """The KMS key of the states. Default: alias/BUCKET where the bucket is created here, else the bucket's own."""
    prefix: Prefix = "endpoint-hub"
    """The part of each state's key before the stack's name: the bucket may hold other states too."""


class ServiceOptions(Section):
    """How one service is offered."""

    zones: list[ZoneId] | None = Field(default=None, min_length=1)
    """The zones that the endpoint is in. Default: all of the hub's in which the service is available."""


Services = Annotated[
    dict[str, ServiceOptions],
    BeforeValidator(read_services),
    Field(min_length=1, examples=[["kms", "ssm"]]),
]


class Hub(Section):
    """One set of endpoints: a VPC with resolver endpoints, a transit gateway, and the shares of both."""

    region: Region
    """The region of the hub and of its spokes."""
    account: AccountId
    """The account that owns it."""
    cidr: VpcCidr
    """The hub VPC's range."""
    zones: Zones
    """AZ ids, two or more. Order matters: zones take their subnets by position; an emptied entry (~) keeps its slot."""
    services: Services
    """The services on offer: a list of keys (`./hub services` prints them), or a mapping of keys to options."""
    pools: list[PoolCidr] = Field(min_length=1, examples=[["10.0.4.0/22"]])
    """The ranges that spokes come from. The hub's routes and security groups are written for them, so that adding a
    spoke does not change the hub."""
    subnets: dict[ZoneId, SubnetCidr] = {}
    """Subnets by zone, where the allocated ones do not fit."""
    attachment_subnets: dict[ZoneId, SubnetCidr] = {}
    """Subnets of the gateway attachment by zone, where the allocated ones do not fit."""
    resolver_addresses: list[Address] | None = None
    """Fixed addresses of the inbound endpoint, two to six. Default: base + 53 of each subnet."""
    asn: Asn = 64512
    """The gateway's private ASN; AWS's own default."""
    queries_per_second: Number | None = Field(default=None, examples=[3000])
    """DNS queries a second that all spokes together are expected to ask; `./hub trace` holds the resolver's addresses
    against it. Default: not compared."""
    segments: Segments = Field(default_factory=lambda: dict(PRESETS["segmented"]))
    """Gateway tables by name, each with the segments that it reaches beyond the hub; or `segmented` or `flat`.
    Default: segmented, since a shared network should not join what was apart."""
    role: Role | None = None
    """The role that deploys the hub. Default: `role` of the topology."""
    external_id: ExternalId | None = None
    """The external id of that role. Default: `external_id` of the topology."""
    wiring_role: Role | None = None
    """The role in the hub's account with which a spoke's stack accepts, associates and propagates its attachment.
    Default: the hub's own role; a smaller one keeps the spokes' pipelines out of the hub."""
    protect: Boolean | None = None
    """Whether Terraform refuses to destroy what every spoke depends on. Default: `protect` of the topology."""


class TestInstance(Section):
    """An instance that is reached through Session Manager only, to try the network from within a spoke."""

    image: ParameterName = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    """The SSM parameter that names the image; standard Amazon Linux 2023 carries the agent."""
    type: InstanceType = "t3.nano"
    """The instance type; the smallest that runs the agent."""
    zone: ZoneId | None = None
    """The zone. Default: the spoke's first."""


class Spoke(Section):
    """One VPC in one account that uses a hub's endpoints."""

    hub: Name
    """The hub that it uses; the spoke is in the hub's region."""
    account: AccountId
    """The account that owns the VPC. Several spokes may share one, also the hub's."""
    cidr: VpcCidr
    """The VPC's range, from the hub's pools."""
    zones: Zones | None = None
    """AZ ids. Default: the hub's."""
    subnets: dict[ZoneId, SubnetCidr] = {}
    """Subnets by zone, where the allocated ones do not fit."""
    attachment_subnets: dict[ZoneId, SubnetCidr] = {}
    """Subnets of the gateway attachment by zone, where the allocated ones do not fit."""
    segment: Name | None = None
    """The gateway table that it is in. Default: the hub's only segment."""
    gateway_endpoints: list[Literal["s3", "dynamodb"]] = Field(default=["s3"])
    """Gateway endpoints on its route table. Default: s3, which is free and which image layers and patches come from."""
    exempt: list[LocalName] = ["efs"]
    """Names below the region's domain that the spoke resolves itself. Default: efs, whose mount names mean something
    in the VPC of the mount target only."""
    test_instance: Annotated[TestInstance | None, BeforeValidator(read_switch)] = None
    """`true`, or a mapping of options. Default: off, since it costs money and is an instance to patch."""
    absent: Boolean = False
    """Leave the stack without resources, so that an apply deletes what the spoke deployed; then remove the spoke."""
    role: Role | None = None
    """The role that deploys the spoke. Default: `role` of the topology."""
    external_id: ExternalId | None = None
    """The external id of that role. Default: `external_id` of the topology."""


class Accepted(Section):
    """A resource of which it is accepted that not everything could be determined. What fails cannot be accepted."""

    address: ResourceAddress
    """The resource, as reports name it after `at:`, in quotes: `"hub-core: aws_cloudformation_stack.x"`."""
    reason: Reason
    """Why that is accepted. Every report shows it."""


class Topology(Section):
    """Hubs, spokes and services of one AWS Organization."""

    organization: Organization
    """The organization that the hubs are shared with."""
    role: Role
    """The role that deploys in each account: a name, an ARN with {account}, or `ambient` for the caller's own
    credentials."""
    external_id: ExternalId | None = None
    """The external id of these roles."""
    state: State
    """Where Terraform keeps its state."""
    tags: Tags = {}
    """Tags of every resource."""
    protect: Boolean = True
    """Whether Terraform refuses to destroy the parts that every spoke depends on: gateway, shares, rules, resolver
    endpoints, state bucket. On: withdrawing one silently sends every spoke back to public DNS."""
    accept: list[Accepted] = []
    """Resources that [could not be determined](../guides/trace.md#accept-what-could-not-be-determined), and that do
    not fail a trace."""
    hubs: dict[Name, Hub] = Field(min_length=1)
    """Hubs by name."""
    spokes: dict[Name, Spoke] = {}
    """Spokes by name."""
