"""Finds out who uses a hub before it is destroyed, since that would cut them off."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from accounts.clients import Clients, pages
from accounts.judgements import Role
from accounts.preflight import ENDED
from accounts.states import StateBucket
from topology import Design
from topology.design import HubDesign

__all__ = ["users"]


def users(design: Design, stacks: Collection[str], clients: Clients) -> list[str]:
    """A line for each user of the hubs among some stacks that is not itself among those stacks.

    Users are stacks with a state, whether or not they are in the topology, and other attachments in the gateway's own
    list, which includes those of every account. Raises `accounts.clients.AWSError`.
    """
    hubs = [hub for hub in design.hubs if hub.stack in stacks]
    if not hubs:
        return []
    bucket = StateBucket(design, clients)
    states = {state.stack: state for state in bucket.read(bucket.stacks())}
    known = frozenset(chain.from_iterable(state.ids for state in states.values()))
    found = []
    for hub in hubs:
        if hub.stack not in states:
            continue
        found += [
            f"{hub.stack} is used by {state.stack}: {len(state.addresses)} resources in its state"
            for state in states.values()
            if state.stack not in stacks and state.addresses and hub.contract in state.parameters
        ]
        found += _strangers(hub, states[hub.stack].gateways, known, clients)
    return found


def _strangers(hub: HubDesign, gateways: Collection[str], known: frozenset[str], clients: Clients) -> list[str]:
    """Attachments that are in no state of the topology."""
    if not gateways:
        return []
    role = Role.of(hub.account)
    clients.assume(role, hub.account.region)
    ec2 = clients.get("ec2", role, hub.account.region)
    filters = [{"Name": "transit-gateway-id", "Values": sorted(gateways)}]
    return [
        f"{hub.stack} is used by account {item['ResourceOwnerId']}: attachment {item['TransitGatewayAttachmentId']} "
        f"of {item['ResourceId']}, which is in no state of this topology"
        for page in pages(ec2, "describe_transit_gateway_attachments", Filters=filters)
        for item in page["TransitGatewayAttachments"]
        if item["State"] not in ENDED and item["TransitGatewayAttachmentId"] not in known
    ]
