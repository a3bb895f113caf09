"""Spokes that differ in nothing that a walk reads are walked once.

A spoke's form is everything of its own that a walk can read, with its own addresses and ranges written relative to the
spoke, and with the ranges of everybody else that its addresses fall into.

Its own parts are numbered, in whatever order tells them apart best. So the parts of two spokes of one form correspond,
number by number, and a network with each in the place of the other is the same to every walk:

- What parts say is in the form. What they name is a part of the spoke, by its number, or else somebody else's, by its
  whole address.
- What others say of a spoke is in the form: gateway tables of its attachments (`wires`), shares of its accounts
  (`principals`), and ranges that it lies in or that lie in it (`ranges`).
- Where a walk takes the first of several, their order as they were read is in the form (`ties`). All other lists are
  sets to a walk.

Thus their verdicts are the same. A poor order may keep apart what is alike, and none can make alike what is not. A
property test compares the verdicts of groups with those of each spoke, for stacks and for snapshots.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from typing import Any, cast

from network.model import (
    Attachment,
    HostedZone,
    InterfaceEndpoint,
    Network,
    Owner,
    Prefix,
    ResolverRule,
    Route,
    Subnet,
    Unknown,
    Vpc,
)

__all__ = ["groups"]

Form = tuple[Any, ...]
LABELS = frozenset({"address", "accepter"})
"""Addresses of the resources that say something; whether there is one is compared."""
NOT_READ = frozenset({("Vpc", "name"), ("InterfaceEndpoint", "addresses")})
"""Fields that no walk reads: an endpoint is reachable where every address is that it may have."""
SETS: Mapping[tuple[str, str], str] = {
    ("GatewayEndpoint", "tables"): "",
    ("Instance", "groups"): "",
    ("InterfaceEndpoint", "groups"): "",
    ("InterfaceEndpoint", "subnets"): "",
    ("RouteTable", "routes"): "destination",
    ("SecurityGroup", "egress"): "",
    ("SecurityGroup", "ingress"): "",
}
"""Lists whose order decides nothing, which AWS returns in the order of ids or in none. Where a field is named, the
first of those with one value of it decides."""
FIRST: Mapping[type, str] = {Attachment: "gateway", HostedZone: "domain", InterfaceEndpoint: "service"}
"""Parts of which a walk takes the first that was read, among those with one value of a field."""
LEADING = frozenset({"transit_gateway", "blackhole"})
"""Kinds of route whose target matters; any other is known by its kind alone."""
TOKENS = re.compile(r"\b(?:[a-z]+-)+[0-9a-f]{8,17}\b|\b\d{12}\b")
"""Ids and accounts in a text."""
ROUNDS = 3
"""How often parts are told apart by those that they name and are named by."""


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
        self.ranges = _Ranges(network, self.parts)
        self.overlapping = _overlapping(network)
        self.named_accounts = _named_accounts(network)
        self.principals = _principals(network)

    def of(self, vpc: Vpc) -> Form:
        """The form of one spoke's VPC."""
        if any(isinstance(cidr, Unknown) for cidr in vpc.cidrs):
            return ("alone", vpc.address)
        writer = _Writer(self, vpc)
        if len(writer.numbers) < len(writer.own):
            return ("alone", vpc.address)  # an address that two parts have is no name
        ordered = writer.ordered()
        return (
            tuple([writer.write(part) for part in ordered]),
            tuple([writer.wires(part) for part in ordered]),
            tuple([self._around(part, vpc.address) for part in ordered]),
            writer.ties(),
            tuple([self.principals.get(account, ()) for account in writer.accounts]),
        )

    def _around(self, part: Any, vpc: str) -> Form:  # noqa: ANN401  any part of the model
        """The ranges of others that a VPC or a subnet lies in or holds."""
        near = part.cidrs if isinstance(part, Vpc) else (part.cidr,) if isinstance(part, Subnet) else ()
        return tuple([self.ranges.around(prefix, vpc) for prefix in near if isinstance(prefix, IPv4Network)])


class _Writer:
    """Writes values of one spoke: what is its own relative to it, everything else as it is."""

    def __init__(self, forms: _Forms, vpc: Vpc) -> None:
        self.forms = forms
        self.vpc = vpc
        self.own = forms.parts[vpc.address]
        # Of VPCs that meet others only those with one range are alike.
        self.cidrs = () if vpc.address in forms.overlapping else vpc.cidrs
        self.numbers = {_address(part): 0 for part in self.own}
        """By what a part is named: a number that tells some parts apart, and in the end each."""
        self.locals = {address.partition(": ")[2]: address for address in self.numbers}
        self.named: list[str] = []
        self._start()

    def _start(self) -> None:
        self.accounts: dict[str, int] = {}
        self._account(self.vpc.owner.account)

    def ordered(self) -> list[Any]:
        """The parts in an order that parts like them have in other spokes too; from now on they go by it."""
        told: Mapping[str, Any] = {at: name for name, at in self.locals.items()}
        if len(told) < len(self.numbers) or any(TOKENS.search(name) for name in self.locals):
            told = self._told_by_content()
        ordered = sorted(self.own, key=lambda part: told[_address(part)])
        self.numbers = {_address(part): number for number, part in enumerate(ordered)}
        self._start()
        return ordered

    def _told_by_content(self) -> dict[str, int]:
        """A number for each part where its name is an id, which says nothing."""
        told = self._told_apart()
        for _ in range(ROUNDS):
            if len(set(told.values())) == len(told):
                break
            self.numbers = told
            told = self._told_apart()
        return told

    def _told_apart(self) -> dict[str, int]:
        """A number for each part, which comes of what it says, of what it names and of what names it."""
        said, naming = {}, defaultdict(list)
        for part in self.own:
            self.named = []
            at = _address(part)
            said[at] = hash((self.write(part), self.wires(part)))
            for name in self.named:
                naming[name].append(said[at])
        return {at: hash((number, tuple(sorted(naming[at])))) for at, number in said.items()}

    def ties(self) -> Form:
        """The order as they were read of parts of which a walk takes the first."""
        found: dict[Hashable, list[int]] = defaultdict(list)
        for part in self.own:
            if type(part) in FIRST:
                found[type(part), getattr(part, FIRST[type(part)])].append(self.numbers[_address(part)])
        return tuple(sorted(tuple(numbers) for numbers in found.values() if len(numbers) > 1))

    def wires(self, part: Any) -> Form:  # noqa: ANN401  any part of the model
        """What gateway tables say of an attachment."""
        return tuple([self.write(wire) for wire in self.forms.wires.get(_address(part), ())])

    def write(self, value: Any) -> Any:  # noqa: ANN401  any value of the model
        """A value, so that equal ones of two spokes are equal."""
        if isinstance(value, str):
            return self._name(value)
        if isinstance(value, tuple):
            return tuple([self.write(each) for each in value])
        if isinstance(value, (IPv4Network, IPv4Address)):
            return self._range(value)
        return self._record(value) if is_dataclass(value) and not isinstance(value, type) else value

    def _record(self, value: Any) -> Form:  # noqa: ANN401  any value of the model
        if isinstance(value, Owner):
            return (self._account(value.account), value.region)
        if isinstance(value, Unknown):
            return ("unknown", self._text(value.why))
        return (type(value).__name__, *[self._field(value, name) for name in _names(cast("Hashable", type(value)))])

    def _field(self, value: Any, name: str) -> Any:  # noqa: ANN401  any value of the model
        content, field = getattr(value, name), (type(value).__name__, name)
        if name in LABELS:
            return content is not None
        if field in NOT_READ or (isinstance(value, Route) and name == "target" and self._by_kind_alone(value)):
            return None
        if field in SETS:
            key = SETS[field]
            by = {id(each): hash(self.write(getattr(each, key) if key else each)) for each in content}
            content = tuple(sorted(content, key=lambda each: by[id(each)]))
        elif isinstance(value, Attachment) and name == "subnets":
            content = tuple(sorted(content, key=self._zone))
        return self.write(content)

    def _by_kind_alone(self, route: Route) -> bool:
        known = isinstance(route.target, str) and route.target not in self.forms.network.gateways
        return known and route.kind not in LEADING

    def _zone(self, subnet: str | Unknown) -> str:
        """The zone of an attachment's subnet: a walk takes the first of them by it."""
        known = self.forms.network.subnets.get(str(subnet))
        return str(known.zone) if known is not None else ""

    def _name(self, value: str) -> object:
        """A part of the spoke by its number; what follows it, and all else, as it is."""
        bare, _, rest = value.partition("#")
        if bare not in self.numbers and value not in self.numbers:
            return value
        at, rest = (value, "") if value in self.numbers else (bare, rest)
        self.named.append(at)
        return (self.numbers[at], self._text(rest))

    def _text(self, text: str) -> str:
        """A text with numbers for the ids and accounts in it that are the spoke's own."""

        def own(match: re.Match[str]) -> str:
            token = match[0]
            if token in self.locals:
                return str(self._name(self.locals[token]))
            return str(self._account(token)) if token in self.accounts else token

        return TOKENS.sub(own, text) if text else text

    def _account(self, account: str | Unknown) -> object:
        """An account that nothing else names is any account; two of them stay two."""
        if isinstance(account, Unknown):
            return self.write(account)
        if account in self.forms.named_accounts:
            return account
        return self.accounts.setdefault(account, len(self.accounts))

    def _range(self, value: IPv4Network | IPv4Address) -> object:
        prefix, base = IPv4Network(value), self.vpc.cidrs[0]
        if isinstance(base, IPv4Network) and any(
            prefix.subnet_of(cidr) for cidr in self.cidrs if isinstance(cidr, IPv4Network)
        ):
            return (int(prefix.network_address) - int(base.network_address), prefix.prefixlen)
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
    found: dict[str, dict[tuple[str, str], Any]] = {vpc: {} for vpc in network.vpcs}
    for name, placed in PLACED.items():
        for vpc, part in placed(network):
            if isinstance(vpc, str) and vpc in found:
                found[vpc][name, part.address] = part
    return {vpc: list(parts.values()) for vpc, parts in found.items()}


Placed = Iterator[tuple[object, Any]]
"""Parts, each with the VPC that it belongs to, as far as that is known."""


def _in_subnets(network: Network) -> Placed:
    for instance in network.instances.values():
        home = network.subnets.get(str(instance.subnet))
        yield (home.vpc if home is not None else None), instance


def _associated(network: Network) -> Placed:
    """Zones, without the links: a walk from a VPC reads that it has the zone, and not who else does."""
    for zone in network.zones.values():
        bare = replace(zone, vpcs=())
        for link in zone.vpcs:
            yield link.target, bare


def _of_subnets(network: Network) -> Placed:
    for subnet in network.subnets.values():
        if isinstance(subnet.acl, str) and subnet.acl in network.acls:
            yield subnet.vpc, network.acls[subnet.acl]


def _of_tables(network: Network) -> Placed:
    """Gateway endpoints, in their VPC and wherever one of their tables is."""
    for endpoint in network.gateway_endpoints.values():
        tables = (network.tables.get(str(link.target)) for link in endpoint.tables)
        for vpc in dict.fromkeys((endpoint.vpc, *(table.vpc for table in tables if table is not None))):
            yield vpc, endpoint


def _own_rules(network: Network) -> Iterator[tuple[str | Unknown, ResolverRule]]:
    """Rules that one VPC alone uses, and that are in no share."""
    shared = {link.target for share in network.shares for link in share.resources}
    users: dict[str | Unknown, set[str | Unknown]] = defaultdict(set)
    for association in network.rule_associations:
        users[association.rule].add(association.vpc)
    for address, rule in network.rules.items():
        if len(users.get(address, ())) == 1 and address not in shared:
            (vpc,) = users[address]
            yield vpc, rule


PLACED: Mapping[str, Callable[[Network], Placed]] = {
    "vpcs": lambda network: ((vpc.address, vpc) for vpc in network.vpcs.values()),
    "subnets": lambda network: ((subnet.vpc, subnet) for subnet in network.subnets.values()),
    "tables": lambda network: ((table.vpc, table) for table in network.tables.values()),
    "groups": lambda network: ((group.vpc, group) for group in network.groups.values()),
    "attachments": lambda network: ((attachment.vpc, attachment) for attachment in network.attachments.values()),
    "interface_endpoints": lambda network: ((each.vpc, each) for each in network.interface_endpoints.values()),
    "gateway_endpoints": _of_tables,
    "rule_associations": lambda network: ((each.vpc, each) for each in network.rule_associations),
    "instances": _in_subnets,
    "zones": _associated,
    "acls": _of_subnets,
    "rules": _own_rules,
}
"""How the parts in each field of a network come to their VPC. All fields of such a part are compared."""
NOT_PLACED: Mapping[str, str] = {
    "gateways": "belong to a hub; attachments and routes name them by their whole address",
    "gateway_tables": "belong to a hub; what an attachment has to do with each is compared as its wires",
    "resolver_endpoints": "make their VPC a hub, and hubs are not grouped; rules name them by their whole address",
    "shares": "hold for accounts; which of them name an account is compared",
    "unmodelled": "no walk reads them",
    "loose": "no walk reads them",
    "doubts": "a trace has put them into the parts that they are about",
    "states": "no walk reads them",
    "ids": "no walk reads them",
    "fixed": "no walk reads them; what is refused is found for each part",
    "refused": "no walk reads them; what is refused is found for each part",
    "makers": "no walk reads them; what is refused is found for each part",
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
    """Accounts that it makes a difference to be: owners of gateways, and of rules that are not one VPC's own."""
    own = {rule.address for _, rule in _own_rules(network)}
    gateways = {str(gateway.owner.account) for gateway in network.gateways.values()}
    return frozenset(gateways | {str(rule.owner.account) for at, rule in network.rules.items() if at not in own})


def _principals(network: Network) -> dict[str, tuple[int, ...]]:
    """The shares that name each account, by number."""
    found: dict[str, tuple[int, ...]] = {}
    for number, share in enumerate(network.shares):
        for account in {link.target for link in share.principals if isinstance(link.target, str)}:
            found[account] = (*found.get(account, ()), number)
    return found


class _Ranges:
    """Every range in a table, a group or an ACL, and what of it an address falls into."""

    def __init__(self, network: Network, parts: Mapping[str, Sequence[Any]]) -> None:
        self.origins: dict[IPv4Network, set[str]] = {}
        homes: dict[str, set[str]] = defaultdict(set)
        for vpc, own in parts.items():
            for part in own:
                homes[_address(part)].add(vpc)
        for prefix, address in _written(network):
            self.origins.setdefault(prefix, set()).update(homes.get(address) or {address})
        self.ordered = sorted(self.origins)
        self.lengths = sorted({prefix.prefixlen for prefix in self.origins})

    def around(self, prefix: IPv4Network, vpc: str) -> tuple[IPv4Network, ...]:
        """The ranges that contain a range or lie within it, without those that the VPC's own parts alone have."""
        covering = [
            wide
            for length in self.lengths
            if length <= prefix.prefixlen and (wide := prefix.supernet(new_prefix=length)) in self.origins
        ]
        found = [*covering, *self._inside(prefix)]
        return tuple(each for each in found if self.origins[each] != {vpc})

    def _inside(self, prefix: IPv4Network) -> Iterator[IPv4Network]:
        for each in self.ordered[bisect_left(self.ordered, prefix) :]:
            if each.network_address > prefix.broadcast_address:
                return
            if each.prefixlen > prefix.prefixlen:
                yield each


def _written(network: Network) -> Iterator[tuple[IPv4Network, str]]:
    """Ranges with the address of the part that they are written in."""
    lists: Sequence[Iterable[tuple[Any, str]]] = (
        ((route.destination, table.address) for table in network.tables.values() for route in table.routes),
        ((rule.peer, group.address) for group in network.groups.values() for rule in (*group.ingress, *group.egress)),
        ((entry.cidr, acl.address) for acl in network.acls.values() for entry in (*acl.ingress, *acl.egress)),
        ((route.destination, table.address) for table in network.gateway_tables.values() for route in table.routes),
        ((subnet.cidr, hub.address) for hub in network.hubs.values() for subnet in network.subnets_of[hub.address]),
        ((cidr, hub.address) for hub in network.hubs.values() for cidr in hub.cidrs),
    )
    for entries in lists:
        for value, address in entries:
            if isinstance(value, IPv4Network):
                yield value, address
