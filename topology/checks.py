"""What cannot work although each value is sound: networks that overlap, names that nobody has, zones elsewhere.

A value of None is one that was refused already (see `topology.reader`); the checks pass over it, so that one run finds
every problem of a file. Where None is sound too, `refused`, the places of those values, tells the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from findings import codes
from findings.codes import Code
from topology.addressing import free_blocks, is_reserved, lay_out, overlaps, smallest_vpc
from topology.document import Place
from topology.models import Hub, Spoke, State, TestInstance, Topology
from topology.names import HUB_TABLE, spoke_stack
from topology.problems import did_you_mean, nearest
from topology.services import catalogue

__all__ = ["Mistake", "advise", "check", "zone_prefix"]

MIN_RESOLVER_ADDRESSES, MAX_RESOLVER_ADDRESSES = 2, 6
"""What a resolver endpoint takes: AWS's minimum and its default quota."""
MAX_SPOKES = 4999
"""A transit gateway takes 5,000 attachments, and one is the hub's."""
MAX_RULES = 60
"""AWS's default quota of inbound rules of a security group."""
DEFAULT_HOST = 53
"""The inbound endpoint's address within each subnet, where none is given: the port's number is easy to remember."""


@dataclass(frozen=True)
class Mistake:
    """One problem at a place of the file; `other` is a second place that takes part in it."""

    code: Code
    place: Place
    message: str
    fix: str = ""
    other: Place = ()


def check(topology: Topology, refused: AbstractSet[Place] = frozenset()) -> Iterator[Mistake]:
    """Every problem that takes more than one value to see."""
    hubs = topology.hubs if topology.hubs is not None else {}
    spokes = topology.spokes if topology.spokes is not None else {}
    if topology.state is not None:
        yield from _check_state(topology.state)
    for place, role, account in _roles(topology, hubs, spokes, refused):
        yield from _check_role(place, role, account)
    for name, hub in hubs.items():
        if hub is not None:
            yield from _check_hub(("hubs", name), hub, refused)
    for name, spoke in spokes.items():
        if spoke is not None:
            yield from _check_spoke(("spokes", name), spoke, topology, refused)
    yield from _check_stack_names(spokes)
    for name, hub in hubs.items():
        if hub is not None:
            members = {key: spoke for key, spoke in spokes.items() if spoke is not None and spoke.hub == name}
            yield from _check_networks(name, hub, members)


def zone_prefix(region: str) -> str:
    """How AZ ids of a region begin: `use1` for us-east-1, `apse2` for ap-southeast-2."""
    area, *_, compass, number = region.split("-")
    initials = re.sub(r"(north|south|east|west|central)", lambda match: match[0][0], compass)
    return f"{area}{initials}{number}"


def _check_state(state: State) -> Iterator[Mistake]:
    if state.create and state.key and not state.key.startswith("alias/"):
        yield Mistake(
            codes.KEY_NOT_CREATABLE,
            ("state", "key"),
            f'"{state.key}" cannot be created',
            "write alias/NAME, or leave it out",
        )


def _roles(
    topology: Topology, hubs: Mapping[str, Hub], spokes: Mapping[str, Spoke], refused: AbstractSet[Place]
) -> Iterator[tuple[Place, str | None, str | None]]:
    """Each role that is given for one account, with its place and that account."""
    units: dict[Place, State | Hub | Spoke | None] = {("state",): topology.state}
    units |= {("hubs", name): hub for name, hub in hubs.items()}
    units |= {("spokes", name): spoke for name, spoke in spokes.items()}
    accounts: list[str] = []  # those in which the topology's own role deploys
    for place, unit in units.items():
        if unit is None or unit.account is None:
            continue
        yield (*place, "role"), unit.role, unit.account
        if isinstance(unit, Hub):
            yield (*place, "wiring_role"), unit.wiring_role, unit.account
        if unit.role is None and (*place, "role") not in refused:
            accounts.append(unit.account)
    fixed = _account_of(topology.role) if topology.role else None
    yield ("role",), topology.role, next((account for account in accounts if account != fixed), None)


def _account_of(role: str) -> str | None:
    found = re.match(r"arn:aws:iam::(\d{12}):", role)
    return found[1] if found else None


def _check_role(place: Place, role: str | None, account: str | None) -> Iterator[Mistake]:
    fixed = _account_of(role) if role else None
    if fixed and account and fixed != account:
        fix = f"write {str(role).replace(fixed, '{account}')}, or only the role's name"
        yield Mistake(
            codes.ROLE_OF_ANOTHER_ACCOUNT,
            place,
            f"the role is in account {fixed}, and it is to deploy in {account}",
            fix,
        )


def _check_zones(place: Place, zones: list[str | None], region: str | None) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, zone in enumerate(zones):
        if zone is None:
            continue
        if zone in seen:
            yield Mistake(codes.LISTED_TWICE, (*place, index), f"{zone} is listed twice", "keep one")
        seen.add(zone)
        if region and not zone.startswith(f"{zone_prefix(region)}-"):
            fix = f"AZ ids of {region} begin with {zone_prefix(region)}-az"
            yield Mistake(codes.ZONE_OUTSIDE_REGION, (*place, index), f"{zone} is not in {region}", fix)


def _subnets_known(place: Place, refused: AbstractSet[Place]) -> bool:
    return refused.isdisjoint((*place, key) for key in ("zones", "subnets", "attachment_subnets"))


def _check_subnets(place: Place, unit: Hub | Spoke, zones: list[str | None]) -> Iterator[Mistake]:
    used = [zone for zone in zones if zone is not None]
    given = {"subnets": unit.subnets or {}, "attachment_subnets": unit.attachment_subnets or {}}
    for kind, chosen in given.items():
        for zone in chosen:
            if zone not in used:
                fix = did_you_mean(zone, used, f"its zones are {', '.join(used)}")
                yield Mistake(codes.UNKNOWN_ZONE, (*place, kind, zone), f"{zone} is none of its zones", fix)
    if unit.cidr is None:
        return
    layout = lay_out(unit.cidr, zones, *given.values())
    if layout is None:
        fix = f"give it a /{smallest_vpc(len(zones))} or larger, or fewer zones"
        message = f"{unit.cidr} is too small for {len(zones)} zones with a subnet and an attachment /28 each"
        yield Mistake(codes.VPC_TOO_SMALL, (*place, "cidr"), message, fix)
        return
    networks: list[tuple[Place, IPv4Network]] = [
        ((*place, kind, zone) if zone in given[kind] else (*place, "cidr"), network)
        for kind, by_zone in zip(given, layout, strict=True)
        for zone, network in by_zone.items()
    ]
    for where, network in networks:
        if not network.subnet_of(unit.cidr):
            yield Mistake(
                codes.SUBNET_OUTSIDE_VPC,
                where,
                f"{network} lies outside its VPC {unit.cidr}",
                f"choose a block within {unit.cidr}",
            )
    for inner, block, outer, enclosing in overlaps(networks):
        # Of an allocated and a given subnet, the given one is the author's to change.
        (where, network), (_, taken) = sorted(
            ((inner, block), (outer, enclosing)), key=lambda item: item[0][-1] == "cidr"
        )
        fix = "give every zone its subnet, or leave the allocation alone"
        yield Mistake(codes.OVERLAP, where, f"{network} overlaps {taken}, another subnet of the VPC", fix)


def _check_hub(place: Place, hub: Hub, refused: AbstractSet[Place]) -> Iterator[Mistake]:
    if hub.zones is not None:
        yield from _check_zones((*place, "zones"), hub.zones, hub.region)
        zones = [zone for zone in hub.zones if zone is not None]
        if len(set(zones)) < MIN_RESOLVER_ADDRESSES:
            yield Mistake(
                codes.ZONE_COUNT,
                (*place, "zones"),
                f"a resolver endpoint needs two zones or more, there are {len(zones)}",
                "add a zone",
            )
        if len(zones) > MAX_RESOLVER_ADDRESSES:
            message = f"a resolver endpoint takes six addresses, one a zone, and there are {len(zones)} zones"
            yield Mistake(codes.ZONE_COUNT, (*place, "zones"), message, "keep six")
        if _subnets_known(place, refused):
            yield from _check_subnets(place, hub, hub.zones)
            layout = lay_out(hub.cidr, hub.zones, hub.subnets, hub.attachment_subnets) if hub.cidr is not None else None
            if layout is not None and (*place, "resolver_addresses") not in refused:
                yield from _check_addresses(place, hub, layout[0])
    if hub.services is not None:
        yield from _check_services(place, hub)
    if hub.segments is not None:
        yield from _check_segments(place, hub.segments)
    yield from _check_pools(place, hub)


def _check_addresses(place: Place, hub: Hub, subnets: dict[str, IPv4Network]) -> Iterator[Mistake]:
    place = (*place, "resolver_addresses")
    given = hub.resolver_addresses
    if given is None:
        for zone, subnet in subnets.items():
            if subnet.num_addresses <= DEFAULT_HOST + 1:
                message = f"the subnet of {zone}, {subnet}, has no address base + {DEFAULT_HOST}"
                yield Mistake(
                    codes.RESOLVER_ADDRESSES, place, message, f"give resolver_addresses, for example {subnet[4]}"
                )
        return
    if not MIN_RESOLVER_ADDRESSES <= len(given) <= MAX_RESOLVER_ADDRESSES:
        yield Mistake(
            codes.RESOLVER_ADDRESSES,
            place,
            f"an inbound endpoint takes two to six addresses, there are {len(given)}",
            "give two to six",
        )
    holders: dict[IPv4Address, str] = {}
    for address in given:
        where = (*place, str(address))
        holder = next((zone for zone, subnet in subnets.items() if address in subnet), None)
        if holder is None:
            fix = f"its subnets are {', '.join(map(str, subnets.values()))}"
            yield Mistake(codes.RESOLVER_ADDRESSES, where, f"{address} is in no subnet of the hub", fix)
        elif is_reserved(address, subnets[holder]):
            fix = f"take one from {subnets[holder][4]} to {subnets[holder][-2]}"
            yield Mistake(
                codes.RESOLVER_ADDRESSES,
                where,
                f"{address} is one of the five addresses that AWS keeps in {subnets[holder]}",
                fix,
            )
        elif address in holders:
            yield Mistake(codes.LISTED_TWICE, where, f"{address} is listed twice", "keep one")
        else:
            holders[address] = holder
    if len(given) == len(holders) and len(holders) > 1 and len(set(holders.values())) == 1:
        yield Mistake(codes.RESOLVER_ADDRESSES, place, "all addresses are in one zone", "put them in two zones or more")


def _check_services(place: Place, hub: Hub) -> Iterator[Mistake]:
    known = catalogue()
    zones = [zone for zone in hub.zones or [] if zone is not None]
    for key, options in hub.services.items():
        where = (*place, "services", key)
        service = known.get(key)
        if service is None:
            close = nearest(key, known, 3)
            fix = f"did you mean {' or '.join(close)}?" if close else "./hub services lists them"
            yield Mistake(codes.UNKNOWN_SERVICE, where, f'"{key[:80]}" is not a service of the catalogue', fix)
            continue
        if service.service_name is None or service.private_dns is False:  # the notes say what to do instead
            yield Mistake(codes.SERVICE_NOT_OFFERABLE, where, f"{key} cannot be offered: {' '.join(service.notes)}")
            continue
        offered = options.zones if options is not None and options.zones is not None else None
        for zone in offered or []:
            if zones and zone not in zones:
                yield Mistake(
                    codes.UNKNOWN_ZONE,
                    (*where, "zones", zone),
                    f"{zone} is none of the hub's zones",
                    did_you_mean(zone, zones, f"they are {', '.join(zones)}"),
                )
            elif zone in service.unavailable_zones:
                yield Mistake(
                    codes.SERVICE_NOT_IN_ZONE, (*where, "zones", zone), f"{key} is not in {zone}", "leave the zone out"
                )
        if zones and offered is None and set(zones) <= set(service.unavailable_zones):
            yield Mistake(
                codes.SERVICE_NOT_IN_ZONE,
                where,
                f"{key} is in none of the hub's zones",
                "leave the service out, or add a zone",
            )
        rules = len(service.ports) * (1 + len(hub.pools or []))
        if rules > MAX_RULES:
            message = f"{key} needs {rules} security group rules, ports times ranges, and a group takes {MAX_RULES}"
            yield Mistake(codes.TOO_MANY_RULES, where, message, "use fewer, larger pools")


def _check_segments(place: Place, segments: dict[str, list[str]]) -> Iterator[Mistake]:
    for segment, reaches in segments.items():
        where = (*place, "segments", segment)
        if segment == HUB_TABLE:
            yield Mistake(
                codes.RESERVED_SEGMENT,
                where,
                f'"{HUB_TABLE}" is the name of the hub\'s own table',
                "choose another name",
            )
        for other in reaches:
            if other not in segments:
                yield Mistake(
                    codes.UNKNOWN_SEGMENT,
                    (*where, other),
                    f'there is no segment "{other}"',
                    did_you_mean(other, segments, f"there are {', '.join(segments)}"),
                )


def _check_pools(place: Place, hub: Hub) -> Iterator[Mistake]:
    for network, pool, other, enclosing in overlaps(((*place, "pools", i), p) for i, p in enumerate(hub.pools or [])):
        yield Mistake(
            codes.OVERLAP, network, f"the pool {pool} overlaps the pool {enclosing}", "keep the larger", other
        )
    for index, pool in enumerate(hub.pools or []):
        if hub.cidr is not None and pool.subnet_of(hub.cidr):
            yield Mistake(
                codes.OVERLAP,
                (*place, "pools", index),
                f"the pool {pool} lies in the hub's own VPC {hub.cidr}",
                "spokes need ranges of their own",
            )


def _check_spoke(place: Place, spoke: Spoke, topology: Topology, refused: AbstractSet[Place]) -> Iterator[Mistake]:
    hubs = topology.hubs
    if spoke.hub is None or hubs is None:
        return
    if spoke.hub not in hubs:
        fix = did_you_mean(spoke.hub, hubs, f"there are {', '.join(hubs)}")
        yield Mistake(codes.UNKNOWN_HUB, (*place, "hub"), f'there is no hub "{spoke.hub}"', fix)
        return
    hub = hubs[spoke.hub]
    if hub is None:
        return
    if spoke.zones is not None:
        yield from _check_zones((*place, "zones"), spoke.zones, hub.region)
    zones = spoke.zones if spoke.zones is not None or (*place, "zones") in refused else hub.zones
    used = [zone for zone in zones or [] if zone is not None]
    if spoke.zones is not None and not used:
        yield Mistake(codes.ZONE_COUNT, (*place, "zones"), "every entry is empty", "name at least one zone")
    elif zones is not None and _subnets_known(place, refused):
        yield from _check_subnets(place, spoke, zones)
    if hub.segments is not None and (*place, "segment") not in refused:
        yield from _check_segment(place, spoke, hub.segments)
    if spoke.test_instance is not None:
        yield from _check_instance((*place, "test_instance"), spoke.test_instance, spoke.hub, hub, used)


def _check_instance(
    place: Place, instance: TestInstance, hub_name: str, hub: Hub, zones: list[str]
) -> Iterator[Mistake]:
    missing = [key for key in ("ssm", "ssmmessages") if hub.services is not None and key not in hub.services]
    if missing:
        message = f'a test instance is reached through Session Manager, and hub "{hub_name}" lacks {", ".join(missing)}'
        yield Mistake(codes.UNREACHABLE_INSTANCE, place, message, f"add {', '.join(missing)} to its services")
    if instance.zone is not None and zones and instance.zone not in zones:
        fix = did_you_mean(instance.zone, zones, f"they are {', '.join(zones)}")
        yield Mistake(codes.UNKNOWN_ZONE, (*place, "zone"), f"{instance.zone} is none of the spoke's zones", fix)


def _check_segment(place: Place, spoke: Spoke, segments: dict[str, list[str]]) -> Iterator[Mistake]:
    if spoke.segment is None:
        if len(segments) > 1:
            message = f'hub "{spoke.hub}" has several segments, and it names none'
            yield Mistake(codes.SEGMENT_NOT_CHOSEN, place, message, f"add segment: {' or '.join(segments)}")
    elif spoke.segment not in segments:
        yield Mistake(
            codes.UNKNOWN_SEGMENT,
            (*place, "segment"),
            f'hub "{spoke.hub}" has no segment "{spoke.segment}"',
            did_you_mean(spoke.segment, segments, f"there are {', '.join(segments)}"),
        )


def _check_stack_names(spokes: Mapping[str, Spoke]) -> Iterator[Mistake]:
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


def _check_networks(name: str, hub: Hub, spokes: dict[str, Spoke]) -> Iterator[Mistake]:
    """Networks that meet at one gateway: they do not overlap, and spokes come from the pools."""
    if len(spokes) > MAX_SPOKES:
        yield Mistake(
            codes.TOO_MANY_SPOKES,
            ("hubs", name),
            f"{len(spokes):,} spokes, and a transit gateway takes {MAX_SPOKES:,}",
            "put some behind another hub",
        )
    networks: list[tuple[Place, IPv4Network]] = [(("hubs", name), hub.cidr)] if hub.cidr is not None else []
    networks += [(("spokes", key), spoke.cidr) for key, spoke in spokes.items() if spoke.cidr is not None]
    order = {place: index for index, (place, _) in enumerate(networks)}
    misplaced: list[tuple[Code, Place, IPv4Network, str, Place]] = []
    for place, network in networks[1 if hub.cidr is not None else 0 :]:
        if hub.pools is not None and not any(network.subnet_of(pool) for pool in hub.pools):
            message = f'{network} is outside the pools of hub "{name}" ({", ".join(map(str, hub.pools))})'
            misplaced.append((codes.OUTSIDE_POOLS, place, network, message, ()))
    for place, network, other, enclosing in overlaps(networks):
        # The later one in the file is the one to move, and a hub never is.
        (moved, its), (kept, theirs) = sorted(((place, network), (other, enclosing)), key=lambda item: -order[item[0]])
        message = f'{its} overlaps {str(kept[0])[:-1]} "{kept[1]}" {theirs}'
        misplaced.append((codes.OVERLAP, moved, its, message, (*kept, "cidr")))
    free = _free(hub, networks, {place: network for _, place, network, _, _ in misplaced})
    for code, place, _, message, other in misplaced:
        yield Mistake(code, (*place, "cidr"), message, free[place], other)


def _free(hub: Hub, networks: list[tuple[Place, IPv4Network]], misplaced: dict[Place, IPv4Network]) -> dict[Place, str]:
    """The next free block for each misplaced network; no two of them overlap, so that all can be fixed at once."""
    if hub.pools is None:
        return dict.fromkeys(misplaced, "")
    taken = [network for _, network in networks]
    advice: dict[Place, str] = {}
    for prefix in sorted({network.prefixlen for network in misplaced.values()}):
        blocks = free_blocks(hub.pools, list(taken), prefix)
        for place in (place for place, network in misplaced.items() if network.prefixlen == prefix):
            block = next(blocks, None)
            if block is None:
                advice[place] = f"no /{prefix} is free in the hub's pools; add a pool"
            else:
                advice[place] = f"the next free /{prefix} is {block}"
                taken.append(block)
    return advice


def advise(topology: Topology) -> Iterator[Mistake]:
    """What works and may surprise: notes of the services on offer, names that nobody verified, zones left out."""
    known = catalogue()
    for name, hub in topology.hubs.items():
        for key, options in hub.services.items():
            service, where = known[key], ("hubs", name, "services", key)
            for note in service.notes:
                yield Mistake(codes.SERVICE_NOTE, where, note.replace("{region}", hub.region))
            if service.private_dns is None or service.confidence == "unverified":
                names = ", ".join(service.names_in(hub.region))
                unknown = service.private_dns is None
                message = f"{'no source confirms its private DNS' if unknown else 'unverified private DNS'} ({names})"
                fix = f"compare: aws ec2 describe-vpc-endpoint-services --service-names {service.name_in(hub.region)}"
                yield Mistake(codes.UNVERIFIED_NAMES, where, message, fix)
            absent = [zone for zone in hub.zones if zone in service.unavailable_zones]
            if absent and options.zones is None:
                yield Mistake(
                    codes.ZONES_LEFT_OUT, where, f"it is not in {', '.join(absent)}; its endpoint leaves them out"
                )
    for name, spoke in topology.spokes.items():
        hub = topology.hubs[spoke.hub]
        for label in spoke.exempt:
            domain = f"{label}.{hub.region}.amazonaws.com"
            taken = [key for key in hub.services if domain in known[key].names_in(hub.region)]
            if taken:
                message = f"{domain} stays with the spoke, so the hub's endpoint for {taken[0]} is not used"
                yield Mistake(codes.ENDPOINT_UNUSED, ("spokes", name, "exempt", label), message)
