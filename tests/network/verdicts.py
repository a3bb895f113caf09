"""Everything that a report says of a topology's network, in words that no id is in: for two readings of one network."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import product

from assurance.capacity import figures
from assurance.path import Verdict
from network.model import Network, stack_of
from network.names import named
from review.intent import intent_of, names_in, services_in
from review.verdicts import report
from topology import Design

__all__ = ["known_as", "present", "unlike", "verdicts"]

Verdicts = dict[str, str]


def present(design: Design) -> set[str]:
    """The stacks of a design that build a VPC."""
    return {hub.stack for hub in design.hubs} | {spoke.stack for spoke in design.spokes if not spoke.absent}


def verdicts(network: Network, design: Design) -> Verdicts:
    """What becomes of each pair and of everything else that a report has, by what was asked.

    Accounts hold more than the topology, such as a default VPC. That is walked too, and only how it fares itself is
    left out.
    """
    network = named(network, names_in(design))
    spokes = {spoke.name for spoke in design.spokes if not spoke.absent}
    meant = replace(intent_of(design), judged=frozenset(spokes))
    # Which spokes are alike shows in the ids too, and is no verdict.
    found = report(network, services_in(network), meant, shortcut=False)
    said = {f"hub {hub}": str(hub in network.hubs) for hub in sorted(hub.name for hub in design.hubs)}
    for spoke in sorted(spokes & network.spokes.keys()):
        group = found.group_of[spoke]
        said |= {f"{spoke} → {key}": str(found.state(spoke, key).value) for key in found.services}
        for other in sorted(spokes & network.spokes.keys() - {spoke}):
            path = found.opened.get((group, found.group_of[other]))
            said[f"{spoke} → {other}"] = str((Verdict.DROPPED if path is None else path.verdict).value)
        exposed = (
            f"{known_as(network, each.address)} {each.flow} {each.path.verdict.value}"
            for each in found.exposed.get(group, ())
        )
        said[f"{spoke} also reaches"] = ", ".join(sorted(exposed))
    for each in found.findings:
        for spoke, target in (pair for block in each.affects for pair in product(block.spokes, block.targets or ("",))):
            said[f"finding {each.code.id} {spoke} → {known_as(network, target)} {each.label}".rstrip()] = (
                f"{each.severity.value}: {each.found}, expected {each.expected}"
            )
    for figure in figures(_without_others(network, set(names_in(design))), meant.queries):
        said[f"figure: {figure.what}"] = f"{figure.value} of {figure.limit}"
    said["not modelled"] = ", ".join(known_as(network, address) for address in found.unmodelled)
    return said


def unlike(first: Verdicts, second: Verdicts) -> list[str]:
    """Where two say something else, each as a line."""
    return [
        f"{key}: {first.get(key, 'nothing')} | {second.get(key, 'nothing')}"
        for key in sorted(first.keys() | second.keys())
        if first.get(key) != second.get(key)
    ]


def known_as(network: Network, address: str) -> str:
    """A part of a hub or a spoke by what it is, and not by what it is called: two of a kind in a VPC are one."""
    vpcs = {vpc.address: name for name, vpc in (*network.hubs.items(), *network.spokes.items())}
    if address in network.interface_endpoints:
        endpoint = network.interface_endpoints[address]
        return f"{endpoint.service} of {vpcs.get(str(endpoint.vpc))}"
    if address in network.resolver_endpoints:
        resolver = network.resolver_endpoints[address]
        home = next((network.subnets[str(at)].vpc for at, _ in resolver.interfaces if at in network.subnets), None)
        return f"{resolver.direction} of {vpcs.get(str(home))}"
    if address in network.instances:
        subnet = network.subnets.get(str(network.instances[address].subnet))
        return f"instance in {subnet.cidr} of {vpcs.get(str(subnet.vpc))}" if subnet is not None else "instance"
    return vpcs.get(address, address)


def _without_others(network: Network, stacks: Collection[str]) -> Network:
    """The network without the VPCs that are in no stack: they count towards AWS's quotas, and no design has them."""
    vpcs = {at: vpc for at, vpc in network.vpcs.items() if stack_of(at) in stacks}

    def kept(parts: dict[str, str]) -> set[str]:
        return {at for at, vpc in parts.items() if vpc in vpcs}

    subnets = kept({at: str(subnet.vpc) for at, subnet in network.subnets.items()})
    tables = kept({at: str(table.vpc) for at, table in network.tables.items()})
    groups = kept({at: str(group.vpc) for at, group in network.groups.items()})
    return replace(
        network,
        vpcs=vpcs,
        subnets={at: network.subnets[at] for at in subnets},
        tables={at: network.tables[at] for at in tables},
        groups={at: network.groups[at] for at in groups},
    )
