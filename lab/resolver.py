"""Decides how each VPC's resolver handles a name, and runs name servers that do so with real queries.

A query that matches a forwarding rule leaves from an interface of the outbound endpoint and reaches an inbound one as a
real packet, subject to routes and security groups. The path from a VPC's resolver to the outbound endpoint is within
one process, just as it is within VPC Resolver.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from ipaddress import IPv4Address

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset

from lab.effective import rules_of
from lab.plan import Interface, Plan, public_address
from lab.routing import LINK_LOCAL_RESOLVER
from network.model import HostedZone, InterfaceEndpoint, ResolverRule, Vpc

__all__ = ["Decision", "Flow", "NameServers", "decide"]

PUBLIC_SUFFIXES = ("amazonaws.com", "aws", "example.com", "example.org")
"""Domains in which every name exists in public DNS; no other name does."""
SEEN = dns.edns.OptionType.make(65001)
"""The EDNS option (local use) that lists the VPC resolvers that a query has passed through."""
TRIES = 4
PATIENCE = 0.4
"""Seconds for one try. All tries together must take less than a client's timeout."""
AGAIN = 1.0
"""Seconds until a datagram is retransmitted."""
GLANCE, LAST_PATIENCE = 0.05, 8.0
"""Seconds between two checks of the record of drops, and until a query counts as lost."""
TTL = 60
Flow = tuple[str, str, str, int, int]
"""Source, destination, protocol, and the two ports."""
Way = tuple[Interface, str, tuple[str, int]]
"""A source interface and address, and a target."""
AT_ONCE = 96
Peer = tuple[str, int]
Within = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Decision:
    """How a resolver handles a name: it answers, returns NXDOMAIN, forwards the query, or resolves it in public DNS."""

    kind: str
    """`answer`, `nxdomain`, `forward` or `public`."""
    addresses: tuple[IPv4Address, ...] = ()
    rule: ResolverRule | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    labels: int
    is_rule: bool
    what: ResolverRule | HostedZone | tuple[InterfaceEndpoint, tuple[str, ...]]


def decide(plan: Plan, vpc: Vpc, name: str, *, inbound: bool) -> Decision:
    """How a VPC's resolver handles a name; `inbound` if the query came through an inbound endpoint."""
    found = [each for each in _candidates(plan, vpc, inbound=inbound) if _takes(each, name)]
    rules = [each for each in found if each.is_rule]
    zones = [each for each in found if not each.is_rule]
    rule = max(rules, key=lambda each: each.labels, default=None)
    zone = max(zones, key=lambda each: each.labels, default=None)
    if rule is not None and isinstance(rule.what, ResolverRule) and (zone is None or rule.labels >= zone.labels):
        if rule.what.kind == "FORWARD":
            return Decision("forward", rule=rule.what)
        if rule.what.kind != "SYSTEM":
            return Decision("nxdomain")
    if zone is None:
        return Decision("public")
    if isinstance(zone.what, HostedZone):
        return _in_zone(plan, zone.what, name)
    if isinstance(zone.what, tuple):
        return _at_endpoint(plan, *zone.what, name)
    return Decision("public")


def _candidates(plan: Plan, vpc: Vpc, *, inbound: bool) -> Iterator[_Candidate]:
    for rule in rules_of(plan.network, vpc):
        if isinstance(rule.domain, str):
            yield _Candidate(_labels(rule.domain), is_rule=True, what=rule)
    if vpc.dns_hostnames is not True:  # private zones need both DNS attributes
        return
    for zone in plan.network.zones.values():
        if isinstance(zone.domain, str) and any(link.target == vpc.address for link in zone.vpcs):
            yield _Candidate(_labels(zone.domain), is_rule=False, what=zone)
    for endpoint in plan.network.interface_endpoints.values():
        here = endpoint.vpc == vpc.address and endpoint.private_dns is True
        if here and (inbound or endpoint.inbound_only is not True):
            for names in _hidden_zones(plan, endpoint):
                yield _Candidate(_labels(names[0].removeprefix("*.")), is_rule=False, what=(endpoint, names))


def _hidden_zones(plan: Plan, endpoint: InterfaceEndpoint) -> Iterator[tuple[str, ...]]:
    """The names of an endpoint, grouped by the hidden zones that AWS creates for them."""
    zones: dict[str, list[str]] = {}
    for service in plan.services:
        if service.endpoint == endpoint.service:
            for name in service.names:
                zones.setdefault(name.removeprefix("*."), []).append(name)
    yield from map(tuple, zones.values())


def _labels(domain: str) -> int:
    return len([label for label in domain.split(".") if label])


def _takes(candidate: _Candidate, name: str) -> bool:
    what = candidate.what
    domain = what[1][0].removeprefix("*.") if isinstance(what, tuple) else str(what.domain)
    own = [label for label in domain.lower().split(".") if label]
    labels = name.split(".")
    return not own or labels[-len(own) :] == own


def _at_endpoint(plan: Plan, endpoint: InterfaceEndpoint, names: tuple[str, ...], name: str) -> Decision:
    zone = names[0].removeprefix("*.")
    if name not in names and not (f"*.{zone}" in names and name.endswith(f".{zone}")):
        return Decision("nxdomain")
    return Decision("answer", _addresses(plan, endpoint.address))


def _in_zone(plan: Plan, zone: HostedZone, name: str) -> Decision:
    records = {_full(record.name, str(zone.domain)): record for record in zone.records}
    record, parent = records.get(name), name
    while record is None and "." in parent:
        parent = parent.partition(".")[2]
        record = records.get(f"*.{parent}")
    if record is None:
        return Decision("nxdomain")
    if record.alias is not None:
        return Decision("answer", _addresses(plan, str(record.alias)))
    return Decision("answer", tuple(value for value in record.values if isinstance(value, IPv4Address)))


def _full(record: str, zone: str) -> str:
    bare = record.rstrip(".").lower()
    return bare if bare == zone or bare.endswith(f".{zone}") else f"{bare}.{zone}"


def _addresses(plan: Plan, endpoint: str) -> tuple[IPv4Address, ...]:
    return tuple(address for each in plan.of(endpoint) for address in each.addresses)


class NameServers:
    """The resolver of each VPC, at its base + 2, and of every inbound endpoint, in one event loop.

    Targets are tried in turn, as by a real resolver. With `dropped`, which tells whether a router has recorded a flow
    as dropped, a forwarded query is sent from every interface to every target over UDP and TCP, and succeeds only if
    all of them succeed; each is given up only once it, or its response, is known to be dropped.
    """

    def __init__(self, plan: Plan, within: Within, dropped: Callable[[Flow], bool] | None = None) -> None:
        self.plan = plan
        self.within = within
        self.dropped = dropped
        self.lost: list[Flow] = []
        """Forwarded queries that were neither answered nor dropped."""
        self.refused: list[tuple[str, str]] = []
        """Names that a resolver could not forward, and why: a loop, or no target."""
        self._running: set[asyncio.Task[None]] = set()
        self._asking: dict[tuple[str, ...], asyncio.Future[list[bytes | None]]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._listed = sorted({str(endpoint.service) for endpoint in plan.network.gateway_endpoints.values()})
        self._servers: list[asyncio.Server] = []
        self._sockets: list[socket.socket] = []

    async def start(self) -> None:
        """Listen in the namespaces of routers and inbound endpoints."""
        for vpc in self.plan.network.vpcs.values():
            if vpc.dns_support is True:
                await self._listen(self.plan.routers[vpc.address], vpc, 53, inbound=False)
        ports = {target.port for rule in self.plan.network.rules.values() for target in rule.targets} or {53}
        for each in self.plan.interfaces:
            if each.kind == "inbound":
                for port in sorted(ports):
                    await self._listen(each.name, self.plan.network.vpcs[each.vpc], port, inbound=True)

    def close(self) -> None:
        """Stop listening."""
        loop = asyncio.get_event_loop()
        for sock in self._sockets:
            loop.remove_reader(sock.fileno())
            sock.close()
        for server in self._servers:
            server.close()
        for task in self._running:
            task.cancel()

    async def _listen(self, namespace: str, vpc: Vpc, port: int, *, inbound: bool) -> None:
        # A socket on the wildcard address could respond from an address other than the one that was queried.
        for host in self._hosts(namespace, vpc):
            datagrams = self._socket(namespace, socket.SOCK_DGRAM)
            datagrams.bind((host, port))
            self._sockets.append(datagrams)
            asyncio.get_running_loop().add_reader(datagrams.fileno(), self._receive, datagrams, vpc, inbound)
            streams = self._socket(namespace, socket.SOCK_STREAM)
            streams.bind((host, port))
            streams.listen(64)

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._stream(reader, writer, vpc, inbound=inbound)

            self._servers.append(await asyncio.start_server(serve, sock=streams))

    def _hosts(self, namespace: str, vpc: Vpc) -> list[str]:
        found = [str(a) for each in self.plan.interfaces if each.name == namespace for a in each.addresses]
        own = self.plan.resolver(vpc.address)
        return found or [*([str(own)] if own is not None else []), LINK_LOCAL_RESOLVER]

    def _socket(self, namespace: str, kind: socket.SocketKind) -> socket.socket:
        with self.within(namespace):
            found = socket.socket(socket.AF_INET, kind)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.settimeout(0)
        return found

    def _receive(self, sock: socket.socket, vpc: Vpc, inbound: bool) -> None:  # noqa: FBT001  the signature of a reader callback
        for _ in range(64):
            try:
                wire, peer = sock.recvfrom(4096)
            except OSError:
                return
            task = asyncio.get_running_loop().create_task(self._datagram(sock, wire, peer, vpc, inbound=inbound))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _datagram(self, sock: socket.socket, wire: bytes, peer: Peer, vpc: Vpc, *, inbound: bool) -> None:
        answer = await self.answer(wire, vpc, inbound=inbound)
        if answer:
            try:
                sock.sendto(answer, peer)
            except OSError:
                return

    async def _stream(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, vpc: Vpc, *, inbound: bool
    ) -> None:
        try:
            async with asyncio.timeout(10):
                wire = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
                answer = await self.answer(wire, vpc, inbound=inbound)
                writer.write(len(answer).to_bytes(2) + answer)
                await writer.drain()
        except (OSError, EOFError, TimeoutError):
            return
        finally:
            writer.close()

    async def answer(self, wire: bytes, vpc: Vpc, *, inbound: bool) -> bytes:
        """The response to a query; empty for anything that is not a query."""
        try:
            query = dns.message.from_wire(wire)
        except (dns.exception.DNSException, ValueError):
            return b""
        if not query.question or query.opcode() != dns.opcode.QUERY or query.flags & dns.flags.QR:
            return b""
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        if vpc.dns_support is not True:
            self.refused.append((name, "a resolver that is off"))
            return _failure(query)
        decision = decide(self.plan, vpc, name, inbound=inbound)
        if decision.rule is not None:
            return await self._forward(query, vpc, decision.rule, name)
        if decision.kind == "public":
            exists = any(name == suffix or name.endswith(f".{suffix}") for suffix in PUBLIC_SUFFIXES)
            address = public_address(name, self.plan.services, self._listed)
            decision = Decision("answer", (address,)) if exists else Decision("nxdomain")
        return _reply(query, decision)

    async def _forward(self, query: dns.message.Message, vpc: Vpc, rule: ResolverRule, name: str) -> bytes:
        here = self.plan.routers[vpc.address]
        seen = [option.data.decode() for option in query.options if isinstance(option, dns.edns.GenericOption)]
        starts = [each for each in self.plan.of(str(rule.endpoint)) if each.kind == "outbound"]
        targets = [(str(target.ip), target.port) for target in rule.targets if isinstance(target.ip, IPv4Address)]
        if here in seen or not starts or not targets:
            self.refused.append((name, "a loop" if here in seen else "no target"))
            return _failure(query)
        onward = dns.message.make_query(query.question[0].name, query.question[0].rdtype)
        onward.use_edns(options=[dns.edns.GenericOption(SEEN, passed.encode()) for passed in (*seen, here)])
        asked = onward.to_wire()
        ways = [(start, str(address), target) for start in starts for address in start.addresses for target in targets]
        if self.dropped is not None:
            answers = await self._by_every(ways, asked, (rule.address, name, *seen))
        else:
            answers = [await self._in_turn(ways, asked)]
        if not all(answers):
            return _failure(query)
        return _relayed(query, [answer for answer in answers if answer])

    async def _by_every(self, ways: list[Way], asked: bytes, key: tuple[str, ...]) -> list[bytes | None]:
        """Send a query along every path. A repetition of a pending query waits for the same responses."""
        if key not in self._asking:

            async def every() -> list[bytes | None]:
                wanted = [self._ask(*way, asked, kind) for way in ways for kind in ("udp", "tcp")]
                return list(await asyncio.gather(*wanted))

            self._asking[key] = asyncio.ensure_future(every())
            self._asking[key].add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(self._asking[key])

    async def _in_turn(self, ways: list[Way], asked: bytes) -> bytes | None:
        for way in random.sample(ways, min(TRIES, len(ways))):
            answer = await self._ask(*way, asked, "udp")
            if answer:
                return answer
        return None

    async def _ask(
        self, start: Interface, address: str, target: tuple[str, int], asked: bytes, protocol: str
    ) -> bytes | None:
        # A socket buffers some hundred queries; more at once would be lost without a record.
        async with self._room:
            with self._socket(start.name, socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM) as sock:
                sock.bind((address, 0))
                flow = (address, target[0], protocol, sock.getsockname()[1], target[1])
                exchange = asyncio.ensure_future(self._exchange(sock, target, asked, protocol))
                await self._wait(exchange, flow)
                if exchange.done():
                    return exchange.result()
                exchange.cancel()
                await asyncio.wait({exchange})
                return None

    async def _wait(self, exchange: asyncio.Future[bytes | None], flow: Flow) -> None:
        """Wait for the response until a timeout, or until a router's record shows that it was dropped."""
        if self.dropped is None:
            await asyncio.wait({exchange}, timeout=PATIENCE)
            return
        deadline = asyncio.get_running_loop().time() + LAST_PATIENCE
        while not exchange.done() and not self.dropped(flow):
            if asyncio.get_running_loop().time() > deadline:
                self.lost.append(flow)
                return
            await asyncio.wait({exchange}, timeout=GLANCE)

    async def _exchange(
        self, sock: socket.socket, target: tuple[str, int], asked: bytes, protocol: str
    ) -> bytes | None:
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_connect(sock, target)
            while protocol == "udp":
                await loop.sock_sendall(sock, asked)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN):
                        while True:
                            # Ports are reused, and the response to an earlier query from this one may arrive late.
                            if _answers(heard := await loop.sock_recv(sock, 4096), asked):
                                return heard
            await loop.sock_sendall(sock, len(asked).to_bytes(2) + asked)
            size = await self._exactly(sock, 2)
            return await self._exactly(sock, int.from_bytes(size))
        except (OSError, EOFError):
            return None

    @staticmethod
    async def _exactly(sock: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = await asyncio.get_running_loop().sock_recv(sock, size - len(data))
            if not more:
                raise EOFError
            data += more
        return data


def _reply(query: dns.message.Message, decision: Decision) -> bytes:
    answer = dns.message.make_response(query, recursion_available=True)
    if decision.kind == "nxdomain":
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif query.question[0].rdtype == dns.rdatatype.A and decision.addresses:
        answer.answer.append(dns.rrset.from_text_list(query.question[0].name, TTL, "IN", "A", _texts(decision)))
    return answer.to_wire()


def _answers(heard: bytes, asked: bytes) -> bool:
    """Whether a message is the response to this query, and not to an earlier one."""
    try:
        return dns.message.from_wire(asked).is_response(dns.message.from_wire(heard))
    except dns.exception.DNSException:
        return False


def _texts(decision: Decision) -> list[str]:
    return random.sample([str(address) for address in decision.addresses], len(decision.addresses))


def _failure(query: dns.message.Message) -> bytes:
    answer = dns.message.make_response(query, recursion_available=True)
    answer.set_rcode(dns.rcode.SERVFAIL)
    return answer.to_wire()


def _relayed(query: dns.message.Message, answers: list[bytes]) -> bytes:
    """The response to pass on to the client; of several, the worst."""
    parsed = [dns.message.from_wire(answer) for answer in answers]
    worst = min(parsed, key=lambda each: (each.rcode() == dns.rcode.NOERROR, each.rcode() == dns.rcode.NXDOMAIN))
    answer = dns.message.make_response(query, recursion_available=True)
    answer.set_rcode(worst.rcode())
    answer.answer.extend(worst.answer)
    return answer.to_wire()
