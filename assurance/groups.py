"""Spokes that differ in nothing that a walk reads are walked once.

A spoke's form is everything of its own that a walk can read, with its own addresses and ranges written relative to the
spoke, and with the ranges of everybody else that its addresses fall into. Two spokes of one form meet the same rules,
routes and groups at each hop, so their verdicts are the same; what would make them differ is in the form, or keeps the
spoke apart from all others. A property test compares the verdicts of groups with those of each spoke.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from typing import Any, cast

from network.model import Network, Owner, Prefix, Route, Unknown, Vpc, stack_of

__all__ = ["groups"]

Form = tuple[Any, ...]
LABELS = frozenset({"address", "accepter"})
WAYS_OUT = frozenset({"internet_gateway", "nat_gateway"})
"""Kinds of route whose target matters by its kind alone."""


def groups(network: Network) -> list[tuple[str, ...]]:
    """The spokes by form: each group's names in order, the groups in the order of their first."""
    forms = _Forms(network)
    found: dict[Form, list[str]] = {}
    for name in sorted(network.spokes):
        found.setdefault(forms.of(network.spokes[name]), []).append(name)
    return [tuple(names) for names in found.values()]


class _Forms:
    """Brings spokes of one network into their form."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.parts = _parts(network)
        self.wires = _wires(network)
        self.ranges = _Ranges(network)
        self.overlapping = _overlapping(network)
        self.named_accounts = _named_accounts(network)

    def of(self, vpc: Vpc) -> Form:
        """The form of one spoke's VPC."""
        if vpc.address in self.overlapping or any(isinstance(cidr, Unknown) for cidr in vpc.cidrs):
            return ("alone", vpc.address)
        own = self.parts[vpc.address]
        writer = _Writer(vpc, {_address(part) for part in own}, self.named_accounts)
        near = [cidr for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)]
        near += [subnet.cidr for subnet in self.network.subnets_of[vpc.address] if isinstance(subnet.cidr, IPv4Network)]
        wires = [wire for part in own for wire in self.wires.get(_address(part), ())]
        return (
            tuple(writer.write(part) for part in own),
            tuple((kind, writer.write(table), writer.write(owner)) for kind, table, owner in wires),
            tuple(self.ranges.around(prefix, stack_of(vpc.address)) for prefix in near),
        )


class _Writer:
    """Writes values of one spoke: what is its own relative to it, everything else as it is."""

    def __init__(self, vpc: Vpc, own: set[str], named_accounts: frozenset[str]) -> None:
        self.stack = stack_of(vpc.address)
        self.base = vpc.cidrs[0]
        self.cidrs = [cidr for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)]
        self.own = own
        self.named_accounts = named_accounts
        self.accounts: dict[str, int] = {}

    def write(self, value: Any) -> Any:  # noqa: ANN401  any value of the model
        """A value, so that equal ones of two spokes are equal."""
        if isinstance(value, str):
            return self._address(value)
        if isinstance(value, tuple):
            return tuple([self.write(each) for each in value])
        if isinstance(value, (IPv4Network, IPv4Address)):
            return self._range(value)
        if isinstance(value, Owner):
            return (self._account(value.account), value.region)
        if is_dataclass(value) and not isinstance(value, (Unknown, type)):
            return (type(value).__name__, *(self._field(value, name) for name in _names(type(value))))
        return value

    def _field(self, value: object, name: str) -> Any:  # noqa: ANN401  any value of the model
        """A field; a part's own address and name are labels, which no walk reads."""
        content = getattr(value, name)
        way_out = isinstance(value, Route) and value.kind in WAYS_OUT and name == "target"
        if (name in LABELS or way_out) and isinstance(content, str):
            return content.partition(": ")[2] if stack_of(content) == self.stack else content
        return None if isinstance(value, Vpc) and name == "name" else self.write(content)

    def _address(self, value: str) -> str:
        bare = value.partition("#")[0]
        return "·" + value.partition(": ")[2] if bare in self.own else value

    def _account(self, account: str | Unknown) -> object:
        """An account that nothing else names is any account; two of them stay two."""
        if isinstance(account, Unknown) or account in self.named_accounts:
            return account
        return self.accounts.setdefault(account, len(self.accounts))

    def _range(self, value: IPv4Network | IPv4Address) -> object:
        prefix = IPv4Network(value)
        if isinstance(self.base, IPv4Network) and any(prefix.subnet_of(cidr) for cidr in self.cidrs):
            return (int(prefix.network_address) - int(self.base.network_address), prefix.prefixlen)
        return value


@cache
def _names(kind: Hashable) -> tuple[str, ...]:
    """The fields of a dataclass."""
    return tuple(each.name for each in fields(cast("type[Any]", kind)))


def _address(part: Any) -> str:  # noqa: ANN401  any part of the model
    return str(part.address)


def _parts(network: Network) -> dict[str, list[Any]]:
    """Everything that belongs to each VPC and is read on a walk, in the order in which it was read.

    What a part refers to and is not here is written with its whole address, which keeps the spoke apart.
    """
    found: dict[str, list[Any]] = {vpc: [] for vpc in network.vpcs}
    for placed in PLACED.values():
        for vpc, part in placed(network):
            if isinstance(vpc, str) and vpc in found:
                found[vpc].append(part)
    return found


Placed = Iterator[tuple[object, Any]]
"""Parts, each with the VPC that it belongs to, as far as that is known."""


def _in_subnets(network: Network) -> Placed:
    for instance in network.instances.values():
        home = network.subnets.get(str(instance.subnet))
        yield (home.vpc if home is not None else None), instance


def _associated(network: Network) -> Placed:
    for zone in network.zones.values():
        for link in zone.vpcs:
            yield link.target, zone


def _beside(network: Network, parts: Mapping[str, Any]) -> Placed:
    """Parts that name no VPC, and are in the stack of one."""
    for address, part in parts.items():
        home = network.stacks.get(stack_of(address), ())
        yield (home[0].address if len(home) == 1 else None), part


PLACED: Mapping[str, Callable[[Network], Placed]] = {
    "vpcs": lambda network: ((vpc.address, vpc) for vpc in network.vpcs.values()),
    "subnets": lambda network: ((subnet.vpc, subnet) for subnet in network.subnets.values()),
    "tables": lambda network: ((table.vpc, table) for table in network.tables.values()),
    "groups": lambda network: ((group.vpc, group) for group in network.groups.values()),
    "attachments": lambda network: ((attachment.vpc, attachment) for attachment in network.attachments.values()),
    "interface_endpoints": lambda network: ((each.vpc, each) for each in network.interface_endpoints.values()),
    "gateway_endpoints": lambda network: ((each.vpc, each) for each in network.gateway_endpoints.values()),
    "rule_associations": lambda network: ((each.vpc, each) for each in network.rule_associations),
    "instances": _in_subnets,
    "zones": _associated,
    "acls": lambda network: _beside(network, network.acls),
    "rules": lambda network: _beside(network, network.rules),
}
"""How the parts in each field of a network come to their VPC. All fields of such a part are compared."""
NOT_PLACED: Mapping[str, str] = {
    "gateways": "belong to a hub; attachments and routes name them by their whole address",
    "gateway_tables": "belong to a hub; what an attachment has to do with each is compared as its wires",
    "resolver_endpoints": "make their VPC a hub, and hubs are not grouped; rules name them by their whole address",
    "shares": "hold for accounts; an account that one of them names is compared as it is",
    "unmodelled": "no walk reads them",
    "loose": "no walk reads them",
    "ids": "no walk reads them",
}
"""The other fields of a network, with the reason why a spoke's form is complete without them."""


def _wires(network: Network) -> dict[str, list[tuple[str, str, Owner | None]]]:
    """Which gateway tables an attachment is associated with and propagates to, and who says so."""
    found: dict[str, list[tuple[str, str, Owner | None]]] = {}
    for table in network.gateway_tables.values():
        for kind, links in (("association", table.associations), ("propagation", table.propagations)):
            for link in links:
                found.setdefault(str(link.target), []).append((kind, table.address, link.owner))
        for route in table.routes:
            if isinstance(route.attachment, str):
                found.setdefault(route.attachment, []).append((f"route {route.destination}", table.address, None))
    return found


def _overlapping(network: Network) -> set[str]:
    """VPCs whose range meets another's."""
    ordered = sorted(
        ((cidr, vpc.address) for vpc in network.vpcs.values() for cidr in vpc.cidrs if isinstance(cidr, IPv4Network)),
        key=lambda each: (int(each[0].network_address), each[0].prefixlen),
    )
    found: set[str] = set()
    widest: tuple[Prefix, str] | None = None
    for cidr, vpc in ordered:
        if widest is not None and cidr.network_address <= widest[0].broadcast_address:
            if vpc != widest[1]:
                found |= {vpc, widest[1]}
        else:
            widest = (cidr, vpc)
    return found


def _named_accounts(network: Network) -> frozenset[str]:
    """Accounts that it makes a difference to be: owners of what is shared, and those that a share names."""
    gateways = {str(gateway.owner.account) for gateway in network.gateways.values()}
    forwarding = {str(rule.owner.account) for rule in network.rules.values() if rule.kind != "SYSTEM"}
    principals = {str(link.target) for share in network.shares for link in share.principals}
    return frozenset(gateways | forwarding | principals)


class _Ranges:
    """Every range in a table, a group or an ACL, and what of it an address falls into."""

    def __init__(self, network: Network) -> None:
        self.origins: dict[IPv4Network, set[str]] = {}
        for prefix, stack in _written(network):
            self.origins.setdefault(prefix, set()).add(stack)
        self.ordered = sorted(self.origins)
        self.lengths = sorted({prefix.prefixlen for prefix in self.origins})

    def around(self, prefix: IPv4Network, own: str) -> tuple[IPv4Network, ...]:
        """The ranges of others that contain a range or lie within it."""
        covering = [
            wide
            for length in self.lengths
            if length <= prefix.prefixlen and (wide := prefix.supernet(new_prefix=length)) in self.origins
        ]
        found = [*covering, *self._inside(prefix)]
        return tuple(each for each in found if self.origins[each] != {own})

    def _inside(self, prefix: IPv4Network) -> Iterator[IPv4Network]:
        for each in self.ordered[bisect_left(self.ordered, prefix) :]:
            if each.network_address > prefix.broadcast_address:
                return
            if each.prefixlen > prefix.prefixlen:
                yield each


def _written(network: Network) -> Iterator[tuple[IPv4Network, str]]:
    """Ranges with the stack that they are written in."""
    lists: Sequence[Iterable[tuple[Any, str]]] = (
        ((route.destination, route.address) for table in network.tables.values() for route in table.routes),
        ((rule.peer, rule.address) for group in network.groups.values() for rule in (*group.ingress, *group.egress)),
        ((entry.cidr, entry.address) for acl in network.acls.values() for entry in (*acl.ingress, *acl.egress)),
        ((route.destination, route.address) for table in network.gateway_tables.values() for route in table.routes),
        ((subnet.cidr, subnet.address) for hub in network.hubs.values() for subnet in network.subnets_of[hub.address]),
        ((cidr, hub.address) for hub in network.hubs.values() for cidr in hub.cidrs),
    )
    for entries in lists:
        for value, address in entries:
            if isinstance(value, IPv4Network):
                yield value, stack_of(address)
