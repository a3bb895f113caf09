"""Instances, and the network interfaces of everything that the model has no part for: answers of EC2."""

from __future__ import annotations

from collections.abc import Iterator

from network.aws.names import Names, instances_of
from network.aws.snapshot import Item, Snapshot
from network.aws.values import refer, refer_all
from network.model import Instance, Network, Unknown

__all__ = ["other_interfaces", "read_instances"]

CARRIERS = frozenset({"transit_gateway", "nat_gateway", "natGateway"})
"""Types of interfaces that pass packets on, and that nobody connects to."""


def read_instances(snapshot: Snapshot, names: Names) -> dict[str, Instance]:
    """Every interface of every instance; the first one goes by the instance's address."""
    found = {}
    for _, item in instances_of(snapshot):
        address = names.of(item.get("InstanceId"))
        interfaces = sorted(
            item.get("NetworkInterfaces") or (item,),
            key=lambda each: (each.get("Attachment") or {}).get("DeviceIndex", 0),
        )
        for at, each in enumerate(interfaces):
            own = address if at == 0 else f"{address}#{each.get('NetworkInterfaceId')}"
            found[own] = _instance(names, own, each)
    return found


def _instance(names: Names, address: str, item: Item) -> Instance:
    groups = item.get("Groups") or item.get("SecurityGroups") or ()
    named = refer_all(names, [group.get("GroupId") for group in groups])
    # An interface without a group, such as a Network Load Balancer's, has no filter, or one that is not told.
    return Instance(address, refer(names, item.get("SubnetId"), "subnet"), named or (Unknown("no security group"),))


def other_interfaces(snapshot: Snapshot, names: Names, network: Network) -> dict[str, Instance]:
    """What else is in the hubs and can be connected to: load balancers, databases, functions.

    Only in hubs, where packets of spokes may meet them. A spoke's own are no workload that a proof has to speak for.
    """
    hubs = {hub.address for hub in network.hubs.values()}
    known = set(_known(snapshot, network))
    found = {}
    for id_, (_, item) in snapshot.owned("NetworkInterfaces", "NetworkInterfaceId").items():
        modelled = (
            id_ in known or item.get("PrivateIpAddress") in known or (item.get("Attachment") or {}).get("InstanceId")
        )
        if modelled or item.get("InterfaceType") in CARRIERS or names.of(item.get("VpcId")) not in hubs:
            continue
        found[names.of(id_)] = _instance(names, names.of(id_), item)
    return found


def _known(snapshot: Snapshot, network: Network) -> Iterator[str]:
    """Ids of interfaces of endpoints, and addresses of those of resolver endpoints."""
    for _, endpoint in snapshot.owned("VpcEndpoints", "VpcEndpointId").values():
        yield from map(str, endpoint.get("NetworkInterfaceIds") or ())
    for resolver in network.resolver_endpoints.values():
        yield from (str(address) for _, address in resolver.interfaces if address is not None)
