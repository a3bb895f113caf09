"""Names that are part of other names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from findings import codes
from topology.checks.mistake import Mistake
from topology.design import CONTRACT_VERSION
from topology.document import Place
from topology.models import Hub, Spoke
from topology.names import HUB_TABLE, spoke_stack
from topology.services import catalogue, forwarded_domains

__all__ = ["check_contract", "check_exemptions", "check_hub_name", "check_stack_names", "contract_of"]

RESERVED_GROUP_NAME = "sg-"
MAX_PARAMETER = 4096
MAX_DOMAIN = 253
ID = "0123456789abcdef0"
"""What comes after the prefix of an id: as long as AWS makes it."""


def check_hub_name(place: Place, name: str) -> Iterator[Mistake]:
    """The names of a hub's security groups begin with the hub's, and AWS takes none that begins like an id.

    Its other names take whatever a hub's name may be: names of resolver endpoints and rules have up to 64 letters,
    digits, hyphens and underscores, and not digits alone; those of shares have no rules.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateResolverEndpoint.html
    """
    if name.startswith(RESERVED_GROUP_NAME):
        message = f"its security groups would have names that begin with {RESERVED_GROUP_NAME}, which AWS keeps for ids"
        yield Mistake(codes.RESERVED_NAME, place, message, "choose another name")


def check_stack_names(spokes: Mapping[str, Spoke]) -> Iterator[Mistake]:
    """`spoke-a-b-c` can come from hub a, spoke b-c, and from hub a-b, spoke c: two stacks would share one state."""
    first: dict[str, str] = {}
    for name, spoke in spokes.items():
        if spoke is None or spoke.hub is None:
            continue
        stack = spoke_stack(spoke.hub, name)
        if stack in first:
            yield Mistake(
                codes.STACK_NAME_CLASH,
                ("spokes", name),
                f'its stack would be {stack}, as that of spoke "{first[stack]}"',
                "rename one of them",
                ("spokes", first[stack]),
            )
        first.setdefault(stack, name)


def check_contract(place: Place, hub: Hub) -> Iterator[Mistake]:
    """The contract, which has the id of every table and rule, fits into a parameter of the standard tier.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
    """
    size = len(json.dumps(contract_of(hub), separators=(",", ":")))
    if size > MAX_PARAMETER:
        message = (
            f"the contract would have {size:,} bytes with the ids of {len(hub.segments)} segments, "
            f"and a parameter takes {MAX_PARAMETER:,}"
        )
        fix = "use fewer segments, or shorter names"
        yield Mistake(codes.CONTRACT_TOO_LARGE, (*place, "segments"), message, fix)


def contract_of(hub: Hub) -> dict[str, Any]:
    """The contract as `modules.contract` will write it, with ids as long as AWS makes them."""
    domains = forwarded_domains(hub.region, hub.services.keys() & catalogue().keys())
    return {
        "version": CONTRACT_VERSION,
        "transit_gateway_id": f"tgw-{ID}",
        "tables": dict.fromkeys((HUB_TABLE, *hub.segments), f"tgw-rtb-{ID}"),
        "rules": dict.fromkeys(domains, f"rslvr-rr-{ID}"),
    }


def check_exemptions(place: Place, exempt: list[str], region: str) -> Iterator[Mistake]:
    """Domains of rules are no longer than DNS allows (RFC 1035, section 2.3.4)."""
    for index, label in enumerate(exempt):
        length = len(f"{label}.{region}.amazonaws.com")
        if length > MAX_DOMAIN:
            message = f"below {region}.amazonaws.com the name has {length} characters, and DNS takes {MAX_DOMAIN}"
            fix = f"use up to {MAX_DOMAIN - length + len(label)} characters"
            yield Mistake(codes.NAME_TOO_LONG, (*place, "exempt", index), message, fix)
