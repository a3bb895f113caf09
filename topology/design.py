"""What a topology comes to: every address, route, rule and name, decided here and only transcribed by the constructs.

Values are plain and final. Nothing here knows of Terraform, and nothing in `modules/` or `stacks/` does arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network

from topology import models
from topology.addressing import lay_out
from topology.checks import DEFAULT_HOST
from topology.names import HUB_TABLE, STACK_TAG, STATE_STACK, STATE_TAG, hub_stack, spoke_stack
from topology.services import GLOBAL_REGION, HTTPS, Service, catalogue

__all__ = [
    "CONTRACT_VERSION",
    "Account",
    "Backend",
    "Design",
    "Endpoint",
    "EndpointGroup",
    "Forwarding",
    "HubDesign",
    "Image",
    "InboundAddress",
    "Organization",
    "Range",
    "SpokeDesign",
    "StateDesign",
    "Subnet",
    "Vpc",
    "design",
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
class Backend:
    """Where one stack's state is."""

    bucket: str
    key: str
    region: str
    account: str
    role_arn: str | None
    external_id: str | None
    kms_key_id: str | None
    """ARN of the key that encrypts the state; None leaves it to the bucket's default."""


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
    inbound: tuple[InboundAddress, ...]
    rules: tuple[Forwarding, ...]
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
    rules: tuple[Forwarding, ...]
    exemptions: tuple[Forwarding, ...]
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
    state: StateDesign | None
    hubs: tuple[HubDesign, ...]
    spokes: tuple[SpokeDesign, ...]

    @cached_property
    def accounts(self) -> dict[str, str]:
        """The account of every stack."""
        state = {self.state.stack: self.state.account.id} if self.state is not None else {}
        hubs = {hub.stack: hub.account.id for hub in self.hubs}
        return state | hubs | {spoke.stack: spoke.account.id for spoke in self.spokes}

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


def design(topology: models.Topology) -> Design:
    """Decide everything that a topology leaves to rules. Stacks come in the order of their names."""
    return Design(
        organization=_organization(topology),
        state=_state(topology) if topology.state.create else None,
        hubs=tuple(_hub(topology, name) for name in sorted(topology.hubs)),
        spokes=tuple(_spoke(topology, name) for name in sorted(topology.spokes)),
    )


def _identifier(name: str) -> str:
    """A name as a part of an id: dots become underscores, which none of these names has, so no two become one."""
    return name.replace(".", "_")


def _role_arn(role: str, account: str) -> str | None:
    if role == "ambient":
        return None
    return role.replace("{account}", account) if role.startswith("arn:") else f"arn:aws:iam::{account}:role/{role}"


def _account(topology: models.Topology, unit: models.Hub | models.Spoke, region: str, stack: str) -> Account:
    return Account(
        id=unit.account,
        region=region,
        role_arn=_role_arn(unit.role or topology.role, unit.account),
        external_id=unit.external_id or topology.external_id,
        tags=_tags(topology, stack),
    )


def _organization(topology: models.Topology) -> Organization:
    account = topology.organization.management_account
    role = _role_arn(topology.role, account)
    # Organizations is a global service, whose requests are signed for this region.
    # https://docs.aws.amazon.com/general/latest/gr/ao.html
    return Organization(topology.organization.id, Account(account, "us-east-1", role, topology.external_id, {}))


def _tags(topology: models.Topology, stack: str) -> dict[str, str]:
    state = f"{topology.state.bucket}/{topology.state.prefix}"
    return dict(sorted({**topology.tags, STACK_TAG: stack, STATE_TAG: state}.items()))


def _kms_key(state: models.State) -> str | None:
    """The key as an ARN that is known before the key exists."""
    key = state.key or (f"alias/{state.bucket.replace('.', '-')}" if state.create else None)
    return f"arn:aws:kms:{state.region}:{state.account}:{key}" if key and key.startswith("alias/") else key


def _backend(topology: models.Topology, stack: str) -> Backend:
    state = topology.state
    return Backend(
        bucket=state.bucket,
        key=f"{state.prefix}/{stack}.tfstate",
        region=state.region,
        account=state.account,
        role_arn=_role_arn(state.role or topology.role, state.account),
        external_id=state.external_id or topology.external_id,
        kms_key_id=_kms_key(state),
    )


def _state(topology: models.Topology) -> StateDesign:
    state = topology.state
    backend = _backend(topology, STATE_STACK)
    return StateDesign(
        stack=STATE_STACK,
        account=Account(
            state.account, state.region, backend.role_arn, backend.external_id, _tags(topology, STATE_STACK)
        ),
        backend=backend,
        protect=topology.protect,
        bucket=state.bucket,
        alias=str(backend.kms_key_id).rpartition(":")[2],
        organization=topology.organization.id,
    )


def _vpc(name: str, unit: models.Hub | models.Spoke, zones: list[str | None]) -> Vpc:
    layout = lay_out(unit.cidr, zones, unit.subnets, unit.attachment_subnets)
    if layout is None:
        raise ValueError(f"{name}: {unit.cidr} is too small, which the checks refuse")
    workload, attachment = (tuple(Subnet(zone, str(cidr)) for zone, cidr in kind.items()) for kind in layout)
    return Vpc(name, str(unit.cidr), workload, attachment)


def _group(service: Service) -> EndpointGroup:
    """HTTPS endpoints share a group; other ports get one of their own, so that none is open where nobody listens."""
    if service.ports == HTTPS:
        return EndpointGroup("https", "Interface endpoints that listen on 443", HTTPS)
    return EndpointGroup(_identifier(service.key), f"Interface endpoint of {service.key}", service.ports)


def _endpoint(service: Service, options: models.ServiceOptions, region: str, zones: tuple[str, ...]) -> Endpoint:
    chosen = options.zones or [zone for zone in zones if zone not in service.unavailable_zones]
    return Endpoint(
        id=_identifier(service.key),
        service=service.key,
        service_name=service.name_in(region),
        service_region=GLOBAL_REGION if service.is_global and region != GLOBAL_REGION else None,
        zones=tuple(zone for zone in zones if zone in chosen),
        group=_group(service).id,
        answers_everyone=service.key == "s3",
    )


def _forwarding(owner: str, label: str, domain: str) -> Forwarding:
    """A rule of an owner; its name is cut to the 64 characters that the Resolver takes, its id never is."""
    return Forwarding(_identifier(label), domain, f"{owner}-{_identifier(label)}"[:64])


def _rules(owner: str, hub: models.Hub) -> tuple[Forwarding, ...]:
    """The domains to forward: the region's own, and what the services on offer have outside it.

    Names below `<region>.api.aws` and the like share one rule; a name without the region gets a rule of its own, so
    that nothing else of that domain is taken.
    """
    region = f"{hub.region}.amazonaws.com"
    domains = {region}
    for key in hub.services:
        for name in catalogue()[key].names_in(hub.region):
            bare = name.removeprefix("*.")
            if bare.endswith(f".{region}"):
                continue
            at = bare.find(f".{hub.region}.")
            domains.add(bare[at + 1 :] if at >= 0 and not bare.endswith(".amazonaws.com") else bare)
    return tuple(_forwarding(owner, domain, domain) for domain in sorted(domains, key=lambda d: (d != region, d)))


def _inbound(hub: models.Hub, vpc: Vpc) -> tuple[InboundAddress, ...]:
    networks = {subnet.zone: IPv4Network(subnet.cidr) for subnet in vpc.subnets}
    if hub.resolver_addresses is None:
        return tuple(InboundAddress(zone, str(network[DEFAULT_HOST])) for zone, network in networks.items())
    return tuple(
        InboundAddress(next(zone for zone, network in networks.items() if address in network), str(address))
        for address in hub.resolver_addresses
    )


def _pool(pool: IPv4Network) -> Range:
    return Range(f"pool-{str(pool).replace('.', '-').replace('/', '_')}", str(pool))


def _contract(hub: str) -> str:
    return f"/endpoint-hub/{hub}/contract"


def _hub(topology: models.Topology, name: str) -> HubDesign:
    hub, stack = topology.hubs[name], hub_stack(name)
    vpc = _vpc(name, hub, hub.zones)
    zones = tuple(subnet.zone for subnet in vpc.subnets)
    services = [catalogue()[key] for key in sorted(hub.services)]
    groups = {_group(service).id: _group(service) for service in services}
    organization = topology.organization
    pools = tuple(map(_pool, sorted(hub.pools)))
    return HubDesign(
        name=name,
        stack=stack,
        account=_account(topology, hub, hub.region, stack),
        backend=_backend(topology, stack),
        protect=topology.protect if hub.protect is None else hub.protect,
        organization_arn=f"arn:aws:organizations::{organization.management_account}:organization/{organization.id}",
        vpc=vpc,
        asn=hub.asn,
        segments=tuple(sorted(hub.segments)),
        groups=tuple(groups[key] for key in sorted(groups)),
        endpoints=tuple(_endpoint(service, hub.services[service.key], hub.region, zones) for service in services),
        sources=(Range("hub", str(hub.cidr)), *pools),
        pools=pools,
        inbound=_inbound(hub, vpc),
        rules=_rules(name, hub),
        queries_per_second=hub.queries_per_second,
        contract=_contract(name),
    )


def _neighbours(segments: dict[str, list[str]], segment: str) -> list[str]:
    """The segments that one exchanges packets with: those it lists and those that list it.

    A gateway's tables keep no state, so reaching a segment takes a route back as well.
    """
    return sorted(other for other in segments if other in segments[segment] or segment in segments[other])


def _spoke(topology: models.Topology, name: str) -> SpokeDesign:
    spoke = topology.spokes[name]
    hub, stack = topology.hubs[spoke.hub], spoke_stack(spoke.hub, name)
    vpc = _vpc(name, spoke, spoke.zones or hub.zones)
    segment = spoke.segment or next(iter(hub.segments))
    neighbours = _neighbours(hub.segments, segment)
    # A route into the VPC's own range would compete with its local one, and AWS refuses it.
    others = [pool for pool in sorted(hub.pools) if not pool.subnet_of(spoke.cidr)] if neighbours else []
    instance = spoke.test_instance
    return SpokeDesign(
        name=name,
        hub=spoke.hub,
        stack=stack,
        hub_stack=hub_stack(spoke.hub),
        account=_account(topology, spoke, hub.region, stack),
        wiring=Account(
            id=hub.account,
            region=hub.region,
            role_arn=_role_arn(hub.wiring_role or hub.role or topology.role, hub.account),
            external_id=hub.external_id or topology.external_id,
            tags=_tags(topology, stack),
        ),
        backend=_backend(topology, stack),
        absent=spoke.absent,
        vpc=vpc,
        owns_gateway=spoke.account == hub.account,
        segment=segment,
        propagations=(HUB_TABLE, *neighbours),
        destinations=(Range("hub", str(hub.cidr)), *map(_pool, others)),
        rules=_rules(name, hub),
        exemptions=tuple(
            _forwarding(f"{name}-keeps", label, f"{label}.{hub.region}.amazonaws.com")
            for label in sorted(set(spoke.exempt))
        ),
        gateway_endpoints=tuple(sorted(set(spoke.gateway_endpoints))),
        test_instance=Image(instance.image, instance.type, instance.zone or vpc.subnets[0].zone) if instance else None,
        contract=_contract(spoke.hub),
    )
