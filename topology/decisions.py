"""Decides all that a topology leaves to rules. Nothing here knows of Terraform, and no construct does arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network

from topology import models
from topology.addressing import DEFAULT_HOST, lay_out
from topology.design import (
    Account,
    Backend,
    Design,
    Endpoint,
    EndpointGroup,
    Forwarding,
    HubDesign,
    HubForwarding,
    Image,
    InboundAddress,
    Organization,
    Range,
    SpokeDesign,
    SpokeForwarding,
    StateDesign,
    StateStore,
    Subnet,
    Vpc,
)
from topology.names import HUB_TABLE, STACK_TAG, STATE_STACK, STATE_TAG, hub_stack, spoke_stack
from topology.services import GLOBAL_REGION, HTTPS, Service, catalogue, forwarded_domains

__all__ = ["design"]


def design(topology: models.Topology) -> Design:
    """The design of a topology that passed the checks. Stacks come in the order of their names."""
    states = _states(topology)
    hubs = {name: _hub(topology, states, name) for name in sorted(topology.hubs)}
    return Design(
        organization=_organization(topology),
        states=states,
        state=_state(topology, states) if topology.state.create else None,
        hubs=tuple(hubs.values()),
        spokes=tuple(_spoke(topology, states, hubs, name) for name in sorted(topology.spokes)),
        accepted={each.address: each.reason for each in topology.accept},
    )


def _identifier(name: str) -> str:
    """A name as a part of an id: dots become underscores, which none of these names has, so no two become one."""
    return name.replace(".", "_")


def _role_arn(role: str, account: str) -> str | None:
    if role == "ambient":
        return None
    return role.replace("{account}", account) if role.startswith("arn:") else f"arn:aws:iam::{account}:role/{role}"


def _account(
    topology: models.Topology, unit: models.Hub | models.Spoke, region: str, tags: Mapping[str, str]
) -> Account:
    return Account(
        id=unit.account,
        region=region,
        role_arn=_role_arn(unit.role or topology.role, unit.account),
        external_id=unit.external_id or topology.external_id,
        tags=tags,
    )


def _organization(topology: models.Topology) -> Organization:
    account = topology.organization.management_account
    role = _role_arn(topology.role, account)
    # Organizations is a global service, whose requests are signed for this region.
    # https://docs.aws.amazon.com/general/latest/gr/ao.html
    return Organization(topology.organization.id, Account(account, "us-east-1", role, topology.external_id, {}))


def _tags(topology: models.Topology, states: StateStore, stack: str) -> dict[str, str]:
    return dict(sorted({**topology.tags, STACK_TAG: stack, STATE_TAG: states.address}.items()))


def _kms_key(state: models.State) -> str | None:
    """The key as an ARN that is known before the key exists."""
    key = state.key or (f"alias/{state.bucket.replace('.', '-')}" if state.create else None)
    return f"arn:aws:kms:{state.region}:{state.account}:{key}" if key and key.startswith("alias/") else key


def _states(topology: models.Topology) -> StateStore:
    state = topology.state
    return StateStore(
        bucket=state.bucket,
        prefix=state.prefix,
        region=state.region,
        account=state.account,
        role_arn=_role_arn(state.role or topology.role, state.account),
        external_id=state.external_id or topology.external_id,
        kms_key_id=_kms_key(state),
    )


def _backend(states: StateStore, stack: str) -> Backend:
    return Backend(
        states.bucket,
        states.prefix,
        states.region,
        states.account,
        states.role_arn,
        states.external_id,
        states.kms_key_id,
        key=f"{states.prefix}/{stack}.tfstate",
    )


def _state(topology: models.Topology, states: StateStore) -> StateDesign:
    tags = _tags(topology, states, STATE_STACK)
    return StateDesign(
        stack=STATE_STACK,
        account=Account(states.account, states.region, states.role_arn, states.external_id, tags),
        backend=_backend(states, STATE_STACK),
        protect=topology.protect,
        bucket=states.bucket,
        alias=str(states.kms_key_id).rpartition(":")[2],
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
        names=service.names_in(region),
        ports=service.ports,
        service_name=service.name_in(region),
        service_region=GLOBAL_REGION if service.is_global and region != GLOBAL_REGION else None,
        zones=tuple(zone for zone in zones if zone in chosen),
        group=_group(service).id,
        answers_everyone=service.key == "s3",
    )


def _forwarding(owner: str, label: str, domain: str) -> Forwarding:
    """A rule of an owner; its name is cut to the 64 characters that the Resolver takes, its id never is."""
    return Forwarding(_identifier(label), domain, f"{owner}-{_identifier(label)}"[:64])


def _rules(owner: str, domains: Iterable[str]) -> tuple[Forwarding, ...]:
    return tuple(_forwarding(owner, domain, domain) for domain in domains)


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


def _hub(topology: models.Topology, states: StateStore, name: str) -> HubDesign:
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
        account=_account(topology, hub, hub.region, _tags(topology, states, stack)),
        backend=_backend(states, stack),
        protect=topology.protect if hub.protect is None else hub.protect,
        organization_arn=f"arn:aws:organizations::{organization.management_account}:organization/{organization.id}",
        vpc=vpc,
        asn=hub.asn,
        segments=tuple(sorted(hub.segments)),
        groups=tuple(groups[key] for key in sorted(groups)),
        endpoints=tuple(_endpoint(service, hub.services[service.key], hub.region, zones) for service in services),
        sources=(Range("hub", str(hub.cidr)), *pools),
        pools=pools,
        dns=HubForwarding(_inbound(hub, vpc), _rules(name, forwarded_domains(hub.region, hub.services))),
        queries_per_second=hub.queries_per_second,
        contract=_contract(name),
    )


def _neighbours(segments: dict[str, list[str]], segment: str) -> list[str]:
    """The segments that one exchanges packets with: those it lists and those that list it.

    A gateway's tables keep no state, so reaching a segment takes a route back as well.
    """
    return sorted(other for other in segments if other in segments[segment] or segment in segments[other])


@lru_cache(maxsize=256)  # most spokes exempt the same
def _used(endpoints: tuple[Endpoint, ...], exempt: tuple[str, ...], region: str) -> tuple[str, ...]:
    """The services on offer of which no name is exempt."""
    keys = (endpoint.service for endpoint in endpoints)
    return tuple(key for key in keys if catalogue()[key].kept_by(exempt, region) is None)


def _spoke(topology: models.Topology, states: StateStore, hubs: Mapping[str, HubDesign], name: str) -> SpokeDesign:
    spoke = topology.spokes[name]
    hub, designed = topology.hubs[spoke.hub], hubs[spoke.hub]
    stack = spoke_stack(spoke.hub, name)
    vpc = _vpc(name, spoke, spoke.zones or hub.zones)
    segment = spoke.segment or next(iter(hub.segments))
    neighbours = _neighbours(hub.segments, segment)
    # A route into the VPC's own range would compete with its local one, and AWS refuses it.
    others = [
        range_
        for pool, range_ in zip(sorted(hub.pools), designed.pools, strict=True)
        if neighbours and not pool.subnet_of(spoke.cidr)
    ]
    instance = spoke.test_instance
    tags = _tags(topology, states, stack)
    return SpokeDesign(
        name=name,
        hub=spoke.hub,
        stack=stack,
        hub_stack=designed.stack,
        account=_account(topology, spoke, hub.region, tags),
        wiring=Account(
            id=hub.account,
            region=hub.region,
            role_arn=_role_arn(hub.wiring_role or hub.role or topology.role, hub.account),
            external_id=hub.external_id or topology.external_id,
            tags=tags,
        ),
        backend=_backend(states, stack),
        absent=spoke.absent,
        vpc=vpc,
        owns_gateway=spoke.account == hub.account,
        segment=segment,
        propagations=(HUB_TABLE, *neighbours),
        destinations=(Range("hub", designed.vpc.cidr), *others),
        services=_used(designed.endpoints, tuple(spoke.exempt), hub.region),
        dns=SpokeForwarding(
            rules=_rules(name, designed.dns.domains),
            exemptions=tuple(
                _forwarding(f"{name}-keeps", label, f"{label}.{hub.region}.amazonaws.com")
                for label in sorted(set(spoke.exempt))
            ),
        ),
        gateway_endpoints=tuple(sorted(set(spoke.gateway_endpoints))),
        test_instance=Image(instance.image, instance.type, instance.zone or vpc.subnets[0].zone) if instance else None,
        contract=designed.contract,
    )
