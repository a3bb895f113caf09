"""Finds unmanaged resources: they have the topology's tag, and are in no state.

An apply that is killed, or a response that is lost, can leave behind a resource that is in no state. Terraform will
never know of it, but the Resource Groups Tagging API lists it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from accounts.clients import AWSError, Clients, pages, reason
from accounts.judgements import Role
from accounts.preflight import ENDED
from accounts.snapshot.recording import sites
from accounts.states import StateBucket
from findings import Place
from topology import Design
from topology.names import STACK_TAG, STATE_TAG, TEST_PREFIX

__all__ = ["Search", "Unmanaged", "managed", "search"]

WORKERS = 8
"""Accounts that are searched in parallel."""
GONE = {*ENDED, "terminated", "shutting-down", "pendingdeletion"}
"""States, in lower case, of resources being deleted.

AWS lists them with their tags for an hour or so, keys for weeks.
"""
MOST_VALUES = 200
"""The most values that a filter takes (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html)."""
DEFAULT_GROUP = "default-security-group"
"""The part that cannot be deleted: Terraform only drops it from the state, and it is deleted with its VPC."""
LINGERING = {
    "instance": ("describe_instances", "InstanceId"),
    "transit-gateway": ("describe_transit_gateways", "TransitGatewayId"),
    "transit-gateway-attachment": ("describe_transit_gateway_attachments", "TransitGatewayAttachmentId"),
    "transit-gateway-route-table": ("describe_transit_gateway_route_tables", "TransitGatewayRouteTableId"),
    "vpc-endpoint": ("describe_vpc_endpoints", "VpcEndpointId"),
}
"""EC2's types that are listed after their deletion, with the call that returns their state and the key of their id."""

Tags = dict[str, str]


@dataclass(frozen=True, order=True)
class Unmanaged:
    """A resource that is in no state."""

    account: str
    region: str
    stack: str
    """The stack that created it, from its tag."""
    arn: str
    name: str = ""


@dataclass(frozen=True)
class Search:
    """The result of a search."""

    resources: tuple[Unmanaged, ...]
    unasked: tuple[tuple[Place, str], ...]
    """Places that could not be searched, and why."""
    busy: tuple[str, ...]
    """Stacks whose state is locked: resources that an apply has just created are in no state yet."""


def search(design: Design, clients: Clients) -> Search:
    """Look for unmanaged resources in every account and region of a design.

    Resources without tags (routes, associations) are not found; they are deleted with the resource that they belong to.
    Raises `accounts.clients.AWSError` or ValueError if the states cannot be read: without them, everything would seem
    unmanaged.
    """
    bucket = StateBucket(design, clients)
    busy = bucket.locked()
    known = frozenset(chain.from_iterable(state.ids for state in bucket.read(bucket.stacks())))
    places = [(site.place, site.role) for site in chain.from_iterable(sites(design).values())]
    with ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(partial(_ask, clients, bucket.address, known), places))
    return Search(
        resources=tuple(sorted(set(chain.from_iterable(found for found, _ in results)))),
        unasked=tuple((place, why) for (place, _), (_, why) in zip(places, results, strict=True) if why),
        busy=tuple(busy),
    )


def _ask(clients: Clients, owner: str, known: frozenset[str], where: tuple[Place, Role]) -> tuple[list[Unmanaged], str]:
    """The unmanaged resources in a place, or none and why it could not be searched."""
    place, role = where
    try:
        clients.assume(role, place.region)
        get = partial(clients.get, role=role, region=place.region)
        tagged = [*_tagged(get("resourcegroupstaggingapi"), owner), *_in_iam(get("iam"), owner)]
        unknown = {arn: tags for arn, tags in tagged if not managed(arn, known)}
        ended = set(_ended(unknown, get))
    except AWSError as error:
        return [], reason(error)
    return [
        Unmanaged(
            place.account,
            "global" if arn.startswith("arn:aws:iam:") else place.region,
            tags.get(STACK_TAG, ""),
            arn,
            tags.get("Name", ""),
        )
        for arn, tags in unknown.items()
        if arn not in ended and tags.get("hub:part") != DEFAULT_GROUP
    ], ""


def managed(arn: str, known: frozenset[str]) -> bool:
    """Whether a resource is in a state, by its ARN or its id.

    Some types have no ARN in a state, and a resource that an interrupted apply began to create has none yet.
    """
    resource = arn.split(":", 5)[5]
    id_ = resource.partition("/")[2] or resource
    return not known.isdisjoint({arn, id_, f"/{id_}"})  # the id of a parameter begins with a slash


def _tagged(client: Any, owner: str) -> Iterator[tuple[str, Tags]]:  # noqa: ANN401  boto3's clients have no types
    for page in pages(client, "get_resources", TagFilters=[{"Key": STATE_TAG, "Values": [owner]}]):
        for item in page["ResourceTagMappingList"]:
            yield item["ResourceARN"], {tag["Key"]: tag["Value"] for tag in item["Tags"]}


def _in_iam(client: Any, owner: str) -> Iterator[tuple[str, Tags]]:  # noqa: ANN401  boto3's clients have no types
    """Roles and profiles of test instances, which the Tagging API does not list. IAM's own lists have no tags.

    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
    """
    for operation, kind, get in (
        ("list_roles", "Role", client.get_role),
        ("list_instance_profiles", "InstanceProfile", client.get_instance_profile),
    ):
        for page in pages(client, operation):
            for item in page[f"{kind}s"]:
                name = item[f"{kind}Name"]
                if name.startswith(TEST_PREFIX):
                    details = get(**{f"{kind}Name": name})[kind]
                    tags = {tag["Key"]: tag["Value"] for tag in details.get("Tags", ())}
                    if tags.get(STATE_TAG) == owner:
                        yield item["Arn"], tags


def _ended(arns: Iterable[str], get: Callable[[str], Any]) -> Iterator[str]:
    """The ARNs of resources that have been deleted, or are being deleted."""
    kinds: dict[str, dict[str, str]] = {}
    for arn in arns:
        service, resource = arn.split(":", 5)[2::3]
        kind, _, id_ = resource.partition("/")
        if service in {"ec2", "kms"}:
            kinds.setdefault(kind, {})[id_] = arn
    for kind, (operation, key) in LINGERING.items():
        asked = kinds.get(kind, {})
        existing = set()
        for at in range(0, len(asked), MOST_VALUES):
            filters = [{"Name": f"{kind}-id", "Values": sorted(asked)[at : at + MOST_VALUES]}]
            items = chain.from_iterable(map(_items, pages(get("ec2"), operation, Filters=filters)))
            existing |= {item[key] for item in items if _state(item) not in GONE}
        yield from (arn for id_, arn in asked.items() if id_ not in existing)
    for id_, arn in kinds.get("key", {}).items():
        if get("kms").describe_key(KeyId=id_)["KeyMetadata"]["KeyState"].lower() in GONE:
            yield arn


def _items(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for value in page.values():
        if isinstance(value, list):
            for item in value:
                yield from item.get("Instances", [item])


def _state(item: dict[str, Any]) -> str:
    state = item["State"]
    return str(state["Name"] if isinstance(state, dict) else state).lower()
