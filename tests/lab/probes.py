"""Sends real packets in a lab (connections, single packets, queries) and finds out what happened to each.

A packet that did not arrive counts as blocked only if a router recorded the drop. If it neither arrived nor was
dropped, the result is `Inconclusive`: the machine was too slow, or the lab is wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import socket
import struct
import time
from collections.abc import Iterable, Iterator

import dns.exception
import dns.message
import dns.rcode

from lab.build import BuiltPlan
from lab.plan import WORLD, Interface
from lab.resolver import Flow

__all__ = ["Inconclusive", "Packet", "Probes"]

PATIENCE = 30.0
"""Seconds until a packet that neither arrived nor was dropped makes a run inconclusive."""
PAUSE = 0.02
Connection = tuple[Interface, str, int, str, int]
"""The source interface, its address and port, and the destination address and port."""
Packet = tuple[Interface, str, Interface, str, str, int]
"""The source interface and address, the destination interface and address, protocol and port."""


class Inconclusive(Exception):  # noqa: N818  not an error of the network
    """A packet neither arrived nor was dropped."""


class Probes:
    """Sends the packets of a test."""

    def __init__(self, built: BuiltPlan) -> None:
        self.built = built
        self.rounds = 0
        self.seen_drops = 0

    # Names --------------------------------------------------------------------------------------------------------

    async def ask(self, client: Interface, server: str, name: str) -> tuple[str, frozenset[str]]:
        """The result of a query from an interface: the response code and the addresses."""
        query = dns.message.make_query(name, "A")
        with self.built.namespaces.within(client.name):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with sock:
            sock.settimeout(0)
            sock.bind((str(client.addresses[0]), 0))
            flow = (str(client.addresses[0]), server, "udp", sock.getsockname()[1], 53)
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(2 * PATIENCE):
                    await loop.sock_connect(sock, (server, 53))
                    await loop.sock_sendall(sock, query.to_wire())
                    receiving = asyncio.ensure_future(self._response(sock, query))
                    while not receiving.done():
                        await asyncio.wait({receiving}, timeout=PAUSE)
                        if not receiving.done() and self.built.dropped(flow):
                            receiving.cancel()
                            return "SERVFAIL", frozenset()
                    answer = receiving.result()
            except TimeoutError:
                raise Inconclusive(f"{name}: the query {flow} was neither answered nor dropped") from None
        addresses = frozenset(str(each) for rrset in answer.answer for each in rrset)
        return dns.rcode.to_text(answer.rcode()), addresses

    @staticmethod
    async def _response(sock: socket.socket, query: dns.message.Message) -> dns.message.Message:
        """The response to a query, ignoring responses to earlier queries from the same port."""
        while True:
            heard = dns.message.from_wire(await asyncio.get_running_loop().sock_recv(sock, 4096))
            if query.is_response(heard):
                return heard

    # Connections --------------------------------------------------------------------------------------------------

    def connect(  # noqa: C901  one loop over sockets with three possible outcomes
        self, wanted: Iterable[Connection]
    ) -> dict[Connection, str | None]:
        """Open connections, all at once.

        The result is None if one opened, else where and why its packets were dropped.
        """
        sockets: dict[int, tuple[Connection, socket.socket]] = {}
        found: dict[Connection, str | None] = {}
        flows: dict[int, Flow] = {}
        poll = select.epoll()
        by_name: dict[str, list[Connection]] = {}
        for connection in wanted:
            by_name.setdefault(connection[0].name, []).append(connection)
        for name, connections in by_name.items():
            with self.built.namespaces.within(name):
                opened = [(each, socket.socket(socket.AF_INET, socket.SOCK_STREAM)) for each in connections]
            for each, sock in opened:
                _, address, source_port, target, port = each
                sock.settimeout(0)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind((address, source_port))
                with contextlib.suppress(BlockingIOError):
                    sock.connect((target, port))
                flows[sock.fileno()] = (address, target, "tcp", source_port, port)
                sockets[sock.fileno()] = (each, sock)
                poll.register(sock.fileno(), select.EPOLLOUT)
        deadline = time.monotonic() + PATIENCE
        try:
            while sockets:
                ready = poll.poll(PAUSE, maxevents=1024)
                for number, _ in ready:
                    each, sock = sockets.pop(number)
                    poll.unregister(number)
                    error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    sock.close()
                    if error:
                        raise Inconclusive(f"{flows[number]}: {os.strerror(error)}")
                    found[each] = None
                if not ready and sockets:
                    drops = self.built.drops()
                    for number, why in self._explained(flows, sockets, drops):
                        each, sock = sockets.pop(number)
                        poll.unregister(number)
                        sock.close()
                        found[each] = why
                    if sockets and time.monotonic() > deadline:
                        lost = [flows[number] for number in sockets]
                        raise Inconclusive(f"neither opened nor dropped: {lost[:5]}")
        finally:
            for _, sock in sockets.values():
                sock.close()
            poll.close()
        self.seen_drops += sum(why is not None for why in found.values())
        return found

    @staticmethod
    def _explained(flows: dict[int, Flow], waiting: Iterable[int], drops: dict[Flow, str]) -> list[tuple[int, str]]:
        found = []
        for number in waiting:
            source, target, protocol, first, second = flow = flows[number]
            why = drops.get(flow) or drops.get((target, source, protocol, second, first))
            if why is not None:
                found.append((number, why))
        return found

    # Single packets -----------------------------------------------------------------------------------------------

    def send(self, wanted: Iterable[Packet]) -> dict[Packet, str | None]:
        """Send single packets, one way. The result is None if one arrived, else where and why it was dropped."""
        self.rounds += 1
        port = 40000 + self.rounds
        packets = list(wanted)
        flows: dict[Flow, Packet] = {(p[1], p[3], p[4], port, p[5]): p for p in packets}
        found: dict[Packet, str | None] = {}
        ears = self._ears({packet[2].name for packet in packets})
        try:
            by_name: dict[str, list[Packet]] = {}
            for packet in packets:
                by_name.setdefault(packet[0].name, []).append(packet)
            for name, own in by_name.items():
                with self.built.namespaces.within(name):
                    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
                with out:
                    for _, source, _, target, protocol, to in own:
                        out.sendto(_packet(source, target, protocol, port, to), (target, 0))
                # Sockets buffer some hundreds of packets: read them in between.
                self._hear(ears, flows, found)
            deadline = time.monotonic() + PATIENCE
            while len(found) < len(packets):
                self._hear(ears, flows, found)
                drops = self.built.drops()
                for flow, packet in flows.items():
                    if packet not in found and flow in drops:
                        found[packet] = drops[flow]
                if len(found) < len(packets) and time.monotonic() > deadline:
                    lost = [flow for flow, packet in flows.items() if packet not in found]
                    raise Inconclusive(f"neither arrived nor dropped: {lost[:5]}")
        finally:
            for ear in ears:
                ear.close()
        self.seen_drops += sum(why is not None for why in found.values())
        return found

    def _ears(self, names: Iterable[str]) -> list[socket.socket]:
        found = []
        for name in sorted(names):
            with self.built.namespaces.within(name):
                for protocol in (socket.IPPROTO_TCP, socket.IPPROTO_UDP):
                    ear = socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
                    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
                    ear.settimeout(0)
                    found.append(ear)
        return found

    @staticmethod
    def _hear(ears: Iterable[socket.socket], flows: dict[Flow, Packet], found: dict[Packet, str | None]) -> None:
        for ear in ears:
            while True:
                try:
                    data = ear.recv(256)
                except BlockingIOError:
                    break
                flow = _flow(data)
                if flow in flows:
                    found[flows[flow]] = None

    # Public addresses ---------------------------------------------------------------------------------------------

    def by_whom(self, wanted: Iterable[Connection]) -> dict[Connection, str | None]:
        """Open connections to public addresses: `public` or `gateway` by how each got there, None where it did not."""
        ways: dict[tuple[str, int, str], str] = {}
        opened = self.connect(wanted)
        with self.built.namespaces.within(WORLD):
            pass
        for listener in self.built.world_sockets:
            listener.settimeout(0)
            while True:
                try:
                    connection, (peer, port) = listener.accept()
                except BlockingIOError:
                    break
                target = connection.getsockname()[0]
                connection.close()
                ways[peer, port, target] = "gateway" if peer.startswith("198.19.") else "public"
        return {each: None if why is not None else self._way(each, ways) for each, why in opened.items()}

    def _way(self, each: Connection, ways: dict[tuple[str, int, str], str]) -> str:
        number = int(self.built.plan.routers[each[0].vpc][1:])
        for kind in ("18", "19"):
            way = ways.get((f"198.{kind}.{number // 256}.{number % 256}", each[2], each[3]))
            if way is not None:
                return way
        raise Inconclusive(f"a connection from {each[1]} arrived, and nobody accepted it")


def _packet(source: str, target: str, protocol: str, first: int, second: int) -> bytes:
    """An IPv4 packet with a SYN or an empty datagram."""
    near, far = socket.inet_aton(source), socket.inet_aton(target)
    if protocol == "udp":
        body = struct.pack("!HHHH", first, second, 8, 0)
        number = socket.IPPROTO_UDP
    else:
        number = socket.IPPROTO_TCP
        body = struct.pack("!HHIIBBHHH", first, second, 1, 0, 5 << 4, 2, 64240, 0, 0)
        pseudo = near + far + struct.pack("!BBH", 0, number, len(body))
        body = body[:16] + struct.pack("!H", _sum(pseudo + body)) + body[18:]
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, number, 0, near, far)
    return head + body


def _sum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def _flow(data: bytes) -> Flow:
    start = (data[0] & 15) * 4
    first, second = struct.unpack("!HH", data[start : start + 4])
    protocol = {socket.IPPROTO_TCP: "tcp", socket.IPPROTO_UDP: "udp"}.get(data[9], "")
    return (socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20]), protocol, first, second)


def addresses(interfaces: Iterable[Interface]) -> Iterator[tuple[Interface, str]]:
    """Each interface with each of its addresses."""
    for each in interfaces:
        for address in each.addresses:
            yield each, str(address)
