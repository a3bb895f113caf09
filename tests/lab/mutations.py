"""Bugs to plant in the trace: each is something that its author could have forgotten or reversed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from assurance import dns, filters, tables
from assurance.dns import Names
from assurance.filters import Filters
from assurance.packets import Packets
from assurance.path import Hop, Path, Verdict
from assurance.prefixes import Table
from assurance.tables import Tables
from assurance.trace import Trace
from network.model import GatewayTable, Network, ResolverRule, Unknown, Vpc

__all__ = ["MUTATIONS", "Mutation"]

Mutation = Callable[[], AbstractContextManager[object]]
FINE = Hop("nowhere", "a planted bug lets it pass", "")


def _instead(owner: object, name: str, function: object) -> Mutation:
    return lambda: patch.object(owner, name, function)


def _around(owner: type, name: str, wrap: Callable[..., Any]) -> Mutation:
    """Replace a method with one that gets the original as an extra first argument."""
    original = getattr(owner, name)
    return lambda: patch.object(owner, name, lambda self, *given, **named: wrap(original, self, *given, **named))


def _another_network(owner: Any, change: Callable[[Network], Network]) -> Mutation:
    """Make a walk see a changed network."""
    original = owner.__init__

    def begin(self: Any, network: Network, *given: Any) -> None:
        original(self, change(network), *given)

    return lambda: patch.object(owner, "__init__", begin)


def _without_blackholes(network: Network) -> Network:
    tables: dict[str, GatewayTable] = {
        address: replace(table, routes=tuple(route for route in table.routes if route.attachment is not None))
        for address, table in network.gateway_tables.items()
    }
    return replace(network, gateway_tables=tables)


def _dns_attributes_on(network: Network) -> Network:
    vpcs = {address: replace(vpc, dns_hostnames=True) for address, vpc in network.vpcs.items()}
    return replace(network, vpcs=vpcs)


class _ShortestPrefix(Table[Any]):
    def __init__(self, entries: Any) -> None:
        super().__init__(entries)
        self._lengths.reverse()


class _LastEntry(Table[Any]):
    """Prefer the propagated over the static route to the same range."""

    def __init__(self, entries: Any) -> None:
        super().__init__(reversed(list(entries)))


@contextmanager
def _shares_ignored() -> Iterator[None]:
    with ExitStack() as stack:
        for module in (dns, tables):
            stack.enter_context(patch.object(module, "admission", lambda *_: FINE))
        yield


def _no_system_rules(original: Any, self: Names, vpc: str | Unknown) -> Iterator[Any]:
    return (taker for taker in original(self, vpc) if taker.what.kind != "SYSTEM")


def _no_rules_on_hubs(original: Any, self: Names, vpc: str | Unknown) -> Iterator[Any]:
    hubs = {hub.address for hub in self.network.hubs.values()}
    return iter(()) if vpc in hubs else original(self, vpc)


def _first_target(original: Any, self: Names, rule: ResolverRule, *given: Any) -> Any:
    return original(self, replace(rule, targets=rule.targets[:1]), *given)


def _everything_below(original: Any, self: Names, vpc: str | Unknown, *, inbound: bool) -> Iterator[Any]:
    return (replace(taker, everything_below=True) for taker in original(self, vpc, inbound=inbound))


def _always_inbound(original: Any, self: Names, vpc: str | Unknown, *, inbound: bool) -> Iterator[Any]:
    del inbound
    return original(self, vpc, inbound=True)  # type: ignore[no-any-return]


def _no_own_endpoints(original: Any, self: Names, vpc: str | Unknown, *, inbound: bool) -> Iterator[Any]:
    return original(self, vpc, inbound=inbound) if inbound else iter(())


def _egress_passes(original: Any, self: Filters, own: Any, side: str, *given: Any) -> Hop:
    return FINE if side == "egress" else original(self, own, side, *given)


def _ingress_passes(original: Any, self: Filters, own: Any, side: str, *given: Any) -> Hop:
    return FINE if side == "ingress" else original(self, own, side, *given)


def _transit_dies(original: Any, self: Packets, path: Path, target: Any, *given: Any) -> Iterator[Any]:
    del original, self, given
    yield path.then(replace(FINE, verdict=Verdict.DROPPED)), target


def _there_only(original: Any, self: Packets, *given: Any) -> tuple[Path, ...]:
    del original
    return self.there(*given)


def _acls_pass(original: Any, self: Filters, path: Path, *given: Any, **named: Any) -> Path:
    del original, self, given, named
    return path


def _first_workload(original: Any, self: Trace, vpc: Vpc) -> Any:
    return original(self, vpc)[:1]


def _ports_ignored(rule: Any, flow: Any) -> bool:
    return rule.protocol in {"-1", flow.protocol}


def _first_interface(original: Any, self: Trace, vpc: Vpc) -> Iterator[Any]:
    seen = set()
    for home, interface in original(self, vpc):
        if interface.address not in seen:
            seen.add(interface.address)
            yield home, interface


MUTATIONS: dict[str, Mutation] = {
    "the return path is not walked": _around(Packets, "there_and_back", _there_only),
    "a security group's ports are ignored": _instead(filters, "_lets", _ports_ignored),
    "a rule for a part of a range is one for all of it": _instead(
        filters, "remainder", lambda whole, covers: [] if list(covers) else [whole]
    ),
    "egress rules of groups are ignored": _around(Filters, "security", _egress_passes),
    "ingress rules of groups are ignored": _around(Filters, "security", _ingress_passes),
    "shares are ignored": _shares_ignored,
    "acceptance is ignored": _instead(Tables, "accepted", lambda *_: FINE),
    "zones without an attachment are ignored": _instead(Packets, "_zone", lambda *_: FINE),
    "the shortest prefix wins": _instead(tables, "Table", _ShortestPrefix),
    "a propagated route beats a static one": _instead(tables, "Table", _LastEntry),
    "blackholes are ignored": _another_network(Packets, _without_blackholes),
    "anybody may change a gateway's tables": _instead(Tables, "wired", lambda *_: FINE),
    "network ACLs are ignored": _around(Filters, "acl_hops", _acls_pass),
    "a packet enters a VPC by one subnet only": _around(
        Packets, "_doors", lambda original, self, attachment: original(self, attachment)[:1]
    ),
    "a transit VPC forwards nothing": _around(Packets, "_leave_again", _transit_dies),
    "SYSTEM rules are ignored": _around(Names, "_rules_of", _no_system_rules),
    "rules of a hub are ignored": _around(Names, "_rules_of", _no_rules_on_hubs),
    "one target is enough": _around(Names, "_ask_targets", _first_target),
    "DNS is UDP only": _instead(dns, "PROTOCOLS", ("udp",)),
    "private DNS needs no DNS hostnames": _another_network(Names, _dns_attributes_on),
    "an endpoint answers everything below its name": _around(Names, "_endpoint_zones", _everything_below),
    "an endpoint for inbound queries answers all": _around(Names, "_endpoint_zones", _always_inbound),
    "a spoke's own endpoint has no private DNS": _around(Names, "_endpoint_zones", _no_own_endpoints),
    "private zones are ignored": _instead(Names, "_zones_of", lambda *_: iter(())),
    "one interface stands for all of a resource's": _around(Trace, "_foreign_interfaces", _first_interface),
    "one subnet stands for all of a spoke's": _around(Trace, "workloads", _first_workload),
}
