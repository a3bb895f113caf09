"""What a topology means: which services each spoke should reach, and which spokes each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from network.model import Network, Owner
from network.services import Service
from review.verdicts import Intent
from topology import Design
from topology.names import HUB_TABLE
from topology.services import catalogue

__all__ = ["intent_of", "lost", "names_in", "services_in"]


def services_in(network: Network) -> list[Service]:
    """The catalogue, as each region of a network has it."""
    regions = sorted({str(vpc.owner.region) for vpc in network.vpcs.values() if isinstance(vpc.owner.region, str)})
    return [
        Service(
            row.key,
            row.name_in(region),
            row.names_in(region),
            row.ports,
            () if row.private_dns_names else (f"{row.key}.{region}.amazonaws.com",),
        )
        for region in regions
        for row in catalogue().values()
        if row.service_name is not None
    ]


def intent_of(design: Design) -> Intent:
    """What a design means: each spoke uses its hub's services, but for names that it keeps, and meets its segments."""
    offered = {hub.name: frozenset(endpoint.service for endpoint in hub.endpoints) for hub in design.hubs}
    spokes = [spoke for spoke in design.spokes if not spoke.absent]
    return Intent(
        services={spoke.name: frozenset(spoke.services) for spoke in spokes},
        hub={spoke.name: spoke.hub for spoke in spokes},
        gateway={spoke.name: frozenset(spoke.gateway_endpoints) - frozenset(spoke.services) for spoke in spokes},
        kept={spoke.name: offered[spoke.hub] - frozenset(spoke.services) for spoke in spokes},
        segment={spoke.name: f"{spoke.hub}/{spoke.segment}" for spoke in spokes},
        joined=frozenset(
            (f"{spoke.hub}/{spoke.segment}", f"{spoke.hub}/{table}")
            for spoke in spokes
            for table in spoke.propagations
            if table != HUB_TABLE
        ),
        queries={hub.name: hub.queries_per_second for hub in design.hubs if hub.queries_per_second is not None},
        owners={hub.stack: Owner(hub.account.id, hub.account.region) for hub in design.hubs}
        | {spoke.stack: Owner(spoke.account.id, spoke.account.region) for spoke in spokes},
        accepted=design.accepted,
        organization=design.organization.id,
    )


def names_in(design: Design) -> Mapping[str, str]:
    """The name of the hub or spoke of each stack."""
    return {hub.stack: hub.name for hub in design.hubs} | {spoke.stack: spoke.name for spoke in design.spokes}


def lost(design: Design, stacks: Collection[str], network: Network, where: str = "its stack") -> list[str]:
    """What is wrong with stacks that were read, and that should have a spoke's VPC and have none."""
    meant = {spoke.name for spoke in design.spokes if spoke.stack in stacks and not spoke.absent}
    return [f"{name}: its VPC is not in {where}" for name in sorted(meant - network.spokes.keys())]
