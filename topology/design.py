"""What a topology comes to, as values: every address, route, rule and name. `topology.decisions` makes them.

They are plain and final, and carry all that their readers need: nobody goes back to the file or to the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

__all__ = [
    "CONTRACT_VERSION",
    "Account",
    "Backend",
    "Design",
    "Endpoint",
    "EndpointGroup",
    "Forwarding",
    "HubDesign",
    "HubForwarding",
    "Image",
    "InboundAddress",
    "Organization",
    "Range",
    "SpokeDesign",
    "SpokeForwarding",
    "StateDesign",
    "StateStore",
    "Subnet",
    "Vpc",
]

CONTRACT_VERSION = 1
"""The form of the document that a hub publishes; a spoke refuses any other at plan time."""


@dataclass(frozen=True)
class Account:
    """Where a provider works, and as whom."""

    id: str
    region: str
    role_arn: str | None
    """The role to assume; None for the caller's own credentials."""
    external_id: str | None
    tags: Mapping[str, str]
    """Tags of every resource that the provider makes."""


@dataclass(frozen=True)
class StateStore:
    """Where the states of all stacks are: below one prefix of one bucket."""

    bucket: str
    prefix: str
    """The part of each key before the stack's name, without the slash between them."""
    region: str
    account: str
    role_arn: str | None
    external_id: str | None
    kms_key_id: str | None
    """ARN of the key that encrypts the states; None leaves it to the bucket's default."""

    @property
    def address(self) -> str:
        """Bucket and prefix, as every resource carries them in its tag `hub:state`."""
        return f"{self.bucket}/{self.prefix}"


@dataclass(frozen=True)
class Backend(StateStore):
    """Where one stack's state is."""

    key: str


@dataclass(frozen=True)
class Subnet:
    """A subnet in a zone (AZ id)."""

    zone: str
    cidr: str


@dataclass(frozen=True)
class Vpc:
    """A VPC with one subnet for workloads and one for the gateway attachment in each zone."""

    name: str
    cidr: str
    subnets: tuple[Subnet, ...]
    attachment_subnets: tuple[Subnet, ...]


@dataclass(frozen=True)
class Range:
    """An address range by name: `hub` for a hub's VPC; a pool has no name but its range."""

    id: str
    cidr: str


@dataclass(frozen=True)
class EndpointGroup:
    """A security group of endpoints that listen on the same ports."""

    id: str
    description: str
    ports: tuple[int, ...]


@dataclass(frozen=True)
class Endpoint:
    """An interface endpoint."""

    id: str
    service: str
    """Key of the catalogue."""
    names: tuple[str, ...]
    """The names that it answers in the hub's VPC, with private DNS; `*.` stands for all names below."""
    ports: tuple[int, ...]
    """TCP ports that it listens on."""
    service_name: str
    service_region: str | None
    """Set where the service's endpoint lives in another region."""
    zones: tuple[str, ...]
    group: str
    answers_everyone: bool
    """S3 only: the endpoint would otherwise answer the inbound resolver alone, and ask for a gateway endpoint."""


@dataclass(frozen=True)
class Forwarding:
    """A domain whose names a rule takes, or leaves to the VPC."""

    id: str
    domain: str
    name: str
    """What AWS calls the rule, or the association with it."""


@dataclass(frozen=True)
class InboundAddress:
    """A fixed address of the inbound endpoint."""

    zone: str
    address: str


@dataclass(frozen=True)
class HubForwarding:
    """DNS by forwarding rules, the hub's side: shared rules send queries for some domains to the inbound endpoint."""

    inbound: tuple[InboundAddress, ...]
    rules: tuple[Forwarding, ...]

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains whose names are taken from the spokes' own resolution."""
        return tuple(rule.domain for rule in self.rules)


@dataclass(frozen=True)
class SpokeForwarding:
    """DNS by forwarding rules, the spoke's side: associations with the hub's rules, and names that it keeps."""

    rules: tuple[Forwarding, ...]
    exemptions: tuple[Forwarding, ...]

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains whose names the hub resolves, but for those below a domain that is exempt."""
        return tuple(rule.domain for rule in self.rules)


@dataclass(frozen=True)
class HubDesign:
    """One hub, ready to be written down."""

    name: str
    stack: str
    account: Account
    backend: Backend
    protect: bool
    organization_arn: str
    vpc: Vpc
    asn: int
    segments: tuple[str, ...]
    groups: tuple[EndpointGroup, ...]
    endpoints: tuple[Endpoint, ...]
    sources: tuple[Range, ...]
    """Ranges that may use the endpoints: the hub's VPC, then its pools."""
    pools: tuple[Range, ...]
    dns: HubForwarding
    """How the spokes' queries come to the hub."""
    queries_per_second: int | None
    """What the resolver's addresses are held against; None where nobody says."""
    contract: str
    """Name of the SSM parameter that holds the contract."""


@dataclass(frozen=True)
class Image:
    """The test instance of a spoke."""

    parameter: str
    type: str
    zone: str


@dataclass(frozen=True)
class SpokeDesign:
    """One spoke, ready to be written down."""

    name: str
    hub: str
    stack: str
    hub_stack: str
    account: Account
    wiring: Account
    """The hub's account, with the wiring role."""
    backend: Backend
    absent: bool
    vpc: Vpc
    owns_gateway: bool
    """The spoke is in the hub's account: its attachment needs no accepting."""
    segment: str
    propagations: tuple[str, ...]
    """Gateway tables that learn the spoke's range, the hub's own among them."""
    destinations: tuple[Range, ...]
    """Ranges behind the gateway."""
    services: tuple[str, ...]
    """Keys of the services that it uses of its hub: all on offer but those whose names it keeps to itself."""
    dns: SpokeForwarding
    """How its queries come to the hub."""
    gateway_endpoints: tuple[str, ...]
    test_instance: Image | None
    contract: str


@dataclass(frozen=True)
class StateDesign:
    """The state bucket and its key."""

    stack: str
    account: Account
    backend: Backend
    protect: bool
    bucket: str
    alias: str
    organization: str


@dataclass(frozen=True)
class Organization:
    """The AWS Organization that everything is shared in."""

    id: str
    management: Account
    """The account that owns it, with the topology's role. Nothing is deployed there, so the role may not exist."""


@dataclass(frozen=True)
class Design:
    """All stacks of a topology."""

    organization: Organization
    states: StateStore
    state: StateDesign | None
    """The stack that makes the bucket of the states; None where the bucket exists."""
    hubs: tuple[HubDesign, ...]
    spokes: tuple[SpokeDesign, ...]
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Addresses of what may remain undetermined, each with the reason."""

    @cached_property
    def stacks(self) -> dict[str, StateDesign | HubDesign | SpokeDesign]:
        """What every stack is of, in the order in which stacks are applied."""
        state = (self.state,) if self.state is not None else ()
        return {unit.stack: unit for unit in (*state, *self.hubs, *self.spokes)}

    @cached_property
    def hub_named(self) -> dict[str, HubDesign]:
        """Hubs by name."""
        return {hub.name: hub for hub in self.hubs}

    @cached_property
    def spoke_named(self) -> dict[str, SpokeDesign]:
        """Spokes by name."""
        return {spoke.name: spoke for spoke in self.spokes}

    @cached_property
    def spoke_stacks(self) -> dict[str, SpokeDesign]:
        """Spokes by stack."""
        return {spoke.stack: spoke for spoke in self.spokes}

    @cached_property
    def accounts(self) -> dict[str, str]:
        """The account of every stack."""
        return {stack: unit.account.id for stack, unit in self.stacks.items()}

    @property
    def protected(self) -> tuple[str, ...]:
        """The stacks that Terraform refuses to destroy."""
        state = (self.state.stack,) if self.state is not None and self.state.protect else ()
        return (*state, *(hub.stack for hub in self.hubs if hub.protect))

    @cached_property
    def order(self) -> dict[str, tuple[str, ...]]:
        """Every stack, with the stacks that have to be applied before it: state, then hubs, then spokes."""
        state = (self.state.stack,) if self.state is not None else ()
        return {
            **dict.fromkeys(state, ()),
            **{hub.stack: state for hub in self.hubs},
            **{spoke.stack: (spoke.hub_stack,) for spoke in self.spokes},
        }
