"""Networks add up: what exists, as a snapshot says, and what is to be built, as stacks, plans or states say.

A thing that both have is there once, as the stack says. It is the same thing when its id is in the stack's state or in
its plan's prior state. Of a stack without any id, it is the one with the stack's tag, of the same kind, where only one
on each side is of that kind, or does the same job (a subnet's range, an endpoint's service). What a part consists of
(routes, associations, rules) follows it. What AWS or other stacks have put into a part stays there.

What the snapshot has of a stack and the stack does not say is undetermined, unless ids tell that it will be destroyed
or that the stack never made it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

from network.doubts import opened
from network.model import (
    INSIDE,
    AclEntry,
    Attachment,
    Doubt,
    GatewayRoute,
    HostedZone,
    InterfaceEndpoint,
    Link,
    Network,
    Record,
    ResolverRule,
    Route,
    RuleAssociation,
    SecurityRule,
    Share,
    Subnet,
    Unknown,
    Vpc,
    stack_of,
)
from network.names import distinguished
from network.unplaced import doubted, doubted_groups, doubted_tables, doubted_zones

__all__ = ["join"]

NO_PARTS = frozenset(
    {"doubts", "fixed", "ids", "loose", "makers", "refused", "rule_associations", "states", "unmodelled"}
)
MAPPINGS = tuple(each.name for each in fields(Network) if each.name not in NO_PARTS)
"""The fields that hold parts by their addresses, in the order in which a part comes after what it belongs to."""
UNSURE = Unknown("it is in the snapshot and not in the stack; a plan tells whether it stays")


def join(base: Network, change: Network) -> Network:
    """What exists (`base`, a snapshot) with what is to be built (`change`: stacks, plans, states).

    Literal ids in either come to the address of the part that has them.
    """
    return _Joining(distinguished(base, change.states), change).network()


@dataclass(frozen=True)
class _Joining:
    """Two networks, and which parts of them are the same."""

    base: Network
    change: Network

    @cached_property
    def stacks(self) -> frozenset[str]:
        """The stacks of the change."""
        return frozenset(map(stack_of, (*self.parts, *self.change.ids)))

    @cached_property
    def known(self) -> frozenset[str]:
        """The stacks of which ids are known: whatever exists of them has its id there."""
        return frozenset(map(stack_of, self.change.ids))

    @cached_property
    def claims(self) -> Mapping[str, tuple[str, ...]]:
        """The parts that the change has, or is about to destroy, for each id."""
        found: dict[str, tuple[str, ...]] = {}
        for address, id_ in self.change.ids.items():
            if address in self.parts or ("#" not in address and _kind(address) in KINDS):
                found[id_] = (*found.get(id_, ()), address)
        # Several names of one part: Terraform manages what AWS made with a VPC.
        return {id_: tuple(at for at in every if "#" not in at) or every for id_, every in found.items()}

    @cached_property
    def parts(self) -> frozenset[str]:
        """The address of every part of the change."""
        return frozenset(
            (
                *(at for name in MAPPINGS for at in _parts(self.change, name)),
                *(each.address for each in self.change.rule_associations),
            )
        )

    @cached_property
    def same(self) -> Mapping[str, str | Unknown]:
        """What each part of the snapshot is in the change; unknown where that may be several."""
        found: dict[str, str | Unknown] = {}
        for name in MAPPINGS:
            for at in _parts(self.base, name):
                claimed = self.claims.get(self.base.ids.get(at, ""), ())
                if claimed:
                    found[at] = claimed[0] if len(claimed) == 1 else Unknown(f"{at} is {' and '.join(claimed)}")
        for name in MAPPINGS:
            found.update(self._matched(name, found))
        return found

    def _matched(self, name: str, found: Mapping[str, str | Unknown]) -> Iterator[tuple[str, str | Unknown]]:
        """The parts of one kind that go by their stack's tag, with what they are in the change."""
        tagged = self.stacks - self.known
        if not tagged:
            return
        ours: dict[str, list[tuple[Hashable, Any]]] = defaultdict(list)
        theirs: dict[str, list[tuple[Hashable, Any]]] = defaultdict(list)
        taken = {at for at in found.values() if isinstance(at, str)}
        literal = {id_: found.get(at, at) for at, id_ in self.base.ids.items()}
        before, after = self.jobs
        for at, part in _parts(self.base, name).items():
            if stack_of(at) in tagged and at not in found:
                ours[stack_of(at)].append((_written(JOBS[name](before, part), found), part))
        for at, part in _parts(self.change, name).items():
            if at not in taken:
                theirs[stack_of(at)].append((_written(JOBS[name](after, part), literal), part))
        for stack, parts in ours.items():
            yield from _paired(parts, theirs.get(stack, []))

    @cached_property
    def jobs(self) -> tuple[_Jobs, _Jobs]:
        """The jobs of the snapshot's parts, and of the change's."""
        return _Jobs(self.base), _Jobs(self.change)

    @cached_property
    def addresses(self) -> Mapping[str, str | Unknown]:
        """Where every id and every address of the snapshot is in the network that comes out."""
        found: dict[str, str | Unknown] = {id_: self.same.get(at, at) for at, id_ in self.base.ids.items()}
        for id_, claimed in self.claims.items():
            found[id_] = claimed[0] if len(claimed) == 1 else Unknown(f"{id_} is {' and '.join(claimed)}")
        for address, id_ in self.change.ids.items():
            if "#" in address and address not in self.parts and id_ in found:
                found[address] = found[id_]  # what AWS made with a VPC, and no stack manages
        return {**found, **self.same}

    def network(self) -> Network:
        """The joined network."""
        joined: dict[str, Any] = {}
        unsure: list[str] = []
        for name in MAPPINGS:
            kept = {at: part for at, part in _parts(self.base, name).items() if at not in self.same}
            for at, part in kept.items():
                if self._undetermined(at):
                    kept[at] = _unsure(part)
                    if at not in self.made_by_aws:
                        unsure.append(f"{at} (in the snapshot, and not in the stack)")
            joined[name] = {
                **{at: self._kept(part) for at, part in kept.items()},
                **{at: self._newer(name, part) for at, part in _parts(self.change, name).items()},
            }
        unsure += [now.why for now in self.same.values() if isinstance(now, Unknown)]
        associations, stand_ins = self._associations()
        joined["rules"].update(stand_ins)
        here = {at for name in MAPPINGS for at in joined[name]}
        left = tuple(each for each in self.change.loose if self.addresses.get(each.parent) not in here)
        placed = {each.part.address for each in self.change.loose} - {each.part.address for each in left}
        listed = (text for text in self.change.unmodelled if text.partition(" (")[0] not in placed)
        joined["shares"] = tuple(joined["shares"].values())
        old = {at: table for at, table in joined["gateway_tables"].items() if at not in self.parts}
        joined["gateway_tables"] |= doubted(old, self.change.loose, joined["attachments"], joined["vpcs"])
        for name, doubt in (("tables", doubted_tables), ("groups", doubted_groups)):
            old_parts = {at: part for at, part in joined[name].items() if at not in self.parts}
            joined[name] |= doubt(old_parts, self.change.loose, joined["vpcs"])
        joined["zones"] = doubted_zones(joined["zones"], self.change.loose)
        return Network(
            **joined,
            rule_associations=associations,
            unmodelled=tuple(sorted({*self.base.unmodelled, *listed, *unsure})),
            loose=left,
            doubts=tuple(self._doubts()),
            fixed=tuple(_written(each, self.addresses) for each in self.change.fixed),
            refused=self.change.refused,
            makers=self.change.makers,
            states={**self.base.states, **self.change.states},
            ids={**{at: id_ for at, id_ in self.base.ids.items() if at not in self.same}, **self.change.ids},
        )

    def _doubts(self) -> Iterator[Doubt]:
        """The change's doubts, and the snapshot's about everything of which the change does not have every value.

        A plan has them. A stack leaves to AWS what it does not set, and a state says what was, before it was changed.
        """
        for doubt in self.base.doubts:
            now = self.same.get(doubt.address, doubt.address)
            planned = now in self.change.makers and stack_of(str(now)) in self.known
            if not planned:
                kept = _written(doubt, self.addresses)
                yield replace(kept, address=now) if isinstance(now, str) else kept
        for doubt in self.change.doubts:
            yield _written(doubt, self.addresses)

    @cached_property
    def made_by_aws(self) -> frozenset[str]:
        """What every VPC has, whether or not a stack says so: a default group, and an ACL that may be the default."""
        groups = (vpc.default_group for vpc in self.base.vpcs.values() if vpc.default_group is not None)
        return frozenset((*self.base.acls, *groups))

    @cached_property
    def loose(self) -> Mapping[tuple[object, str], tuple[Any, ...]]:
        """What the change puts into parts that the snapshot has: a spoke's propagation in a hub's table."""
        found: dict[tuple[object, str], tuple[Any, ...]] = {}
        for each in self.change.loose:
            key = (self.addresses.get(each.parent), each.field)
            found[key] = (*found.get(key, ()), _written(each.part, self.addresses))
        return found

    def _kept(self, part: Any) -> Any:  # noqa: ANN401  any part of the model
        """A part that only the snapshot has, with what the change puts into it and takes out of it."""
        was = _written(part, self.addresses)
        inside = {}
        for name in INSIDE.get(type(was), ()):
            ours = self.loose.get((was.address, name), ())
            inside[name] = (*self._others(name, ours, was, mine=False), *ours)
        return replace(was, **inside)

    def _newer(self, name: str, part: Any) -> Any:  # noqa: ANN401  any part of the model
        """A part as the change says, with what the change leaves to AWS, to other stacks or to hands."""
        now = _written(part, self.addresses)
        old = _parts(self.base, name).get(self.before.get(part.address, ""))
        if old is None:
            return now
        was = _written(old, self.addresses)
        left = LEFT.get(type(now))
        inside = {
            each: (*getattr(now, each), *self._others(each, getattr(now, each), was, mine=True))
            for each in INSIDE.get(type(now), ())
        }
        return replace(left(now, was) if left is not None else now, **inside)

    def _others(self, name: str, ours: tuple[Any, ...], was: Any, *, mine: bool) -> Iterator[Any]:  # noqa: ANN401
        """What the snapshot has in a part, and the change has not, as far as it stays. `mine`: a part of the change."""
        there = {_key(each) for each in ours}
        for each in getattr(was, name):
            stays = self._stays(each, mine=mine)
            if _key(each) not in there and stays is not False:
                yield each if stays is True else _unsure(each)

    def _undetermined(self, at: str) -> bool:
        """Whether a part of the snapshot is of a stack that does not say so, and whose ids are not known."""
        return stack_of(at) in self.stacks - self.known

    @cached_property
    def before(self) -> Mapping[str, str]:
        """The part of the snapshot that each part of the change was."""
        return {now: at for at, now in self.same.items() if isinstance(now, str)}

    @cached_property
    def managed(self) -> frozenset[str]:
        """Every id that a stack knows."""
        return frozenset(self.change.ids.values())

    def _stays(self, was: Any, *, mine: bool) -> bool | Unknown:  # noqa: ANN401  a part with an address
        """Whether something within a part stays that the change does not have there."""
        stack, id_ = self._maker(was, mine=mine), self.base.ids.get(was.address)
        if id_ in self.managed:
            return False
        return True if stack is None or (stack in self.known and id_ is not None) else UNSURE

    def _maker(self, was: Any, *, mine: bool) -> str | None:  # noqa: ANN401  a part with an address
        """The stack of the change that may have made it, where there is one: what it joins is more telling."""
        target = getattr(was, "target", None) if isinstance(was, Link) else getattr(was, "attachment", None)
        if isinstance(target, str) and ": " in target:
            stack = stack_of(target)
        else:
            stack = stack_of(was.address) if mine else ""
        return stack if stack in self.stacks else None

    def _associations(self) -> tuple[tuple[RuleAssociation, ...], dict[str, ResolverRule]]:
        """The change's rule associations, and those of the snapshot that stay; a rule that may stay is a stand-in."""
        found = [_written(each, self.addresses) for each in self.change.rule_associations]
        there = {(each.vpc, each.rule) for each in found}
        stand_ins: dict[str, ResolverRule] = {}
        rules = {**self.base.rules, **self.change.rules}
        for old in self.base.rule_associations:
            was = _written(old, self.addresses)
            if self.base.ids.get(old.address) in self.claims or (was.vpc, was.rule) in there:
                continue
            rule = rules.get(str(was.rule))
            if rule is not None and isinstance(was.vpc, str) and self._undetermined(was.vpc):
                at = f"{was.rule}#{old.address.partition(': ')[2]}"
                kept = _written(rule, self.addresses)
                stand_ins[at] = replace(kept, address=at, owner=was.owner, kind=UNSURE)
                was = replace(was, rule=at)
            found.append(was)
        return tuple(found), stand_ins


# Jobs ------------------------------------------------------------------------------------------------------------


class _Jobs:
    """By what parts of one kind and stack are told apart."""

    def __init__(self, network: Network) -> None:
        self.network = network

    @cached_property
    def cidrs(self) -> Mapping[tuple[str, str], frozenset[Any]]:
        """The ranges of the subnets that have a route table, or a network ACL."""
        found: dict[tuple[str, str], frozenset[Any]] = defaultdict(frozenset)
        for subnet in self.network.subnets.values():
            for what, at in (("table", subnet.table), ("acl", subnet.acl)):
                found[what, str(at)] |= {subnet.cidr}
        return found

    @cached_property
    def protected(self) -> Mapping[str, frozenset[Any]]:
        """What has a group: services of endpoints, directions of resolver endpoints, instances, a VPC by default."""
        found: dict[str, frozenset[Any]] = defaultdict(frozenset)
        network = self.network
        users: Iterator[tuple[tuple[Any, ...], object]] = chain(
            ((each.groups, each.service) for each in network.interface_endpoints.values()),
            ((each.groups, each.direction) for each in network.resolver_endpoints.values()),
            ((each.groups, "instance") for each in network.instances.values()),
            (((each.default_group,), "default") for each in network.vpcs.values()),
        )
        for groups, user in users:
            for group in groups:
                found[str(group)] |= {user}
        return found

    @cached_property
    def users(self) -> Mapping[str, frozenset[Any]]:
        """The VPCs that use a gateway's table and are of its own stack; those of other stacks may not be there yet."""
        found: dict[str, frozenset[Any]] = defaultdict(frozenset)
        for table in self.network.gateway_tables.values():
            for link in table.associations:
                user = self.network.attachments.get(str(link.target))
                if user is not None and stack_of(user.address) == stack_of(table.address):
                    found[table.address] |= {user.vpc}
        return found


JOBS: Mapping[str, Callable[[_Jobs, Any], Hashable]] = {
    "acls": lambda jobs, acl: jobs.cidrs["acl", acl.address],
    "attachments": lambda _, attachment: (attachment.vpc, attachment.gateway),
    "gateway_endpoints": lambda _, endpoint: (endpoint.vpc, endpoint.service),
    "gateway_tables": lambda jobs, table: (table.gateway, jobs.users[table.address]),
    "gateways": lambda _, gateway: gateway.owner,
    "groups": lambda jobs, group: jobs.protected[group.address],
    "instances": lambda _, instance: instance.subnet,
    "interface_endpoints": lambda _, endpoint: (endpoint.vpc, endpoint.service),
    "resolver_endpoints": lambda _, endpoint: endpoint.direction,
    "rules": lambda _, rule: (rule.domain, rule.kind),
    "shares": lambda _, share: frozenset(link.target for link in share.resources),
    "subnets": lambda _, subnet: (subnet.vpc, subnet.cidr),
    "tables": lambda jobs, table: (table.vpc, jobs.cidrs["table", table.address]),
    "vpcs": lambda _, vpc: vpc.cidrs,
    "zones": lambda _, zone: zone.domain,
}
"""What tells the parts of one kind and stack apart. A test names every kind."""


KINDS = frozenset(
    {
        "aws_default_network_acl",
        "aws_default_route_table",
        "aws_default_security_group",
        "aws_ec2_transit_gateway",
        "aws_ec2_transit_gateway_route_table",
        "aws_ec2_transit_gateway_vpc_attachment",
        "aws_instance",
        "aws_network_acl",
        "aws_network_interface",
        "aws_ram_resource_share",
        "aws_route53_resolver_endpoint",
        "aws_route53_resolver_rule",
        "aws_route53_resolver_rule_association",
        "aws_route53_zone",
        "aws_route_table",
        "aws_security_group",
        "aws_subnet",
        "aws_vpc",
        "aws_vpc_endpoint",
    }
)
"""Kinds of resources that have an id of their own; an endpoint's policy has the endpoint's."""


def _kind(address: str) -> str:
    """The kind of a resource, which may be in a module."""
    return next((part for part in address.partition(": ")[2].split(".") if part.startswith("aws_")), "")


def _parts(network: Network, name: str) -> Mapping[str, Any]:
    """The parts of one kind, by their addresses."""
    return {each.address: each for each in network.shares} if name == "shares" else getattr(network, name)


Parts = list[tuple[Hashable, Any]]
"""Parts of one kind and stack, each with its job."""


def _paired(ours: Parts, theirs: Parts) -> Iterator[tuple[str, str | Unknown]]:
    """Which of the change's parts each of the snapshot's is: the only one, or the only one that does its job."""
    if len(ours) == 1 and len(theirs) == 1:
        yield ours[0][1].address, theirs[0][1].address
        return
    left, right = _by_job(ours), _by_job(theirs)
    pairs = {job for job, parts in left.items() if len(parts) == 1 and len(right.get(job, ())) == 1}
    for job in pairs:
        yield left[job][0], right[job][0]
    rest = [at for job, parts in left.items() if job not in pairs for at in parts]
    spare = [at for job, parts in right.items() if job not in pairs for at in parts]
    if spare and len(rest) <= len(spare):
        # Each is one of them, and none is left over.
        for at in rest:
            yield at, Unknown(f"{at} is {' or '.join(spare)}")


def _by_job(parts: Parts) -> dict[Hashable, list[str]]:
    found: dict[Hashable, list[str]] = defaultdict(list)
    for job, part in parts:
        found[job].append(part.address)
    return found


# What the change does not say ------------------------------------------------------------------------------------


def _key(part: Any) -> Hashable:  # noqa: ANN401  what is in a container
    """By what two entries of one list are the same."""
    return tuple(getattr(part, name) for name in KEYS[type(part)])


KEYS: Mapping[type, tuple[str, ...]] = {
    AclEntry: ("number",),
    GatewayRoute: ("destination",),
    Link: ("target",),
    Record: ("name",),
    Route: ("destination",),
    SecurityRule: ("protocol", "first_port", "last_port", "peer"),
}


def _vpc(now: Vpc, was: Vpc) -> Vpc:
    servers, group = now.name_servers or was.name_servers, now.default_group or was.default_group
    return replace(now, name_servers=servers, default_group=group)


def _subnet(now: Subnet, was: Subnet) -> Subnet:
    """A subnet that the stack leaves to the VPC's default ACL has the one that AWS reports."""
    return now if now.acl is not None else replace(now, acl=was.acl)


def _attachment(now: Attachment, was: Attachment) -> Attachment:
    """An attachment that was accepted stays so, whoever accepted it."""
    known = now.accepter_owner is not None and isinstance(now.accepter_owner.account, str)
    if known or was.available is not True:
        return now
    return replace(now, accepter=now.accepter or was.accepter, accepter_owner=was.accepter_owner)


def _endpoint(now: InterfaceEndpoint, was: InterfaceEndpoint) -> InterfaceEndpoint:
    return replace(now, addresses=was.addresses)


LEFT: Mapping[type, Callable[[Any, Any], Any]] = {
    Attachment: _attachment,
    InterfaceEndpoint: _endpoint,
    Subnet: _subnet,
    Vpc: _vpc,
}
"""Values that a stack leaves to AWS, as AWS reports them."""

LAST = 32767
"""The number of the entry of every ACL that denies what no other matches."""


def _unsure(part: Any) -> Any:  # noqa: ANN401  any part of the model
    """A part of which it is not known whether it stays. Subnets, instances and the like are walked in any case."""
    if isinstance(part, AclEntry):
        return part if part.number == LAST else replace(part, cidr=UNSURE)
    return opened(part, UNSURE) if isinstance(part, MAY_GO) else part


MAY_GO = (
    Attachment,
    GatewayRoute,
    HostedZone,
    InterfaceEndpoint,
    Link,
    Record,
    ResolverRule,
    Route,
    SecurityRule,
    Share,
)
"""Parts that leave a path open when they may be gone."""


def _written(value: Any, addresses: Mapping[str, str | Unknown]) -> Any:  # noqa: ANN401  any value of the model
    """A value with the addresses that its ids and addresses have come to."""
    if isinstance(value, str):
        if value in addresses:
            return addresses[value]
        last = value.rpartition("/")[2] if value.startswith("arn:") else ""
        return addresses.get(last, value)
    if isinstance(value, (tuple, frozenset)):
        return type(value)(_written(each, addresses) for each in value)
    if is_dataclass(value) and not isinstance(value, (Unknown, type)):
        changed = {
            each.name: _written(content, addresses)
            for each in fields(value)
            if each.name != "address" and (content := getattr(value, each.name)) is not None
        }
        return replace(value, **changed)
    return value
