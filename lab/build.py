"""Builds a plan inside the sandbox and tears it down: namespaces, cables, routes, filters, name and TLS servers."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from pathlib import Path

from lab import filters, routing
from lab.authority import Authority
from lab.namespaces import FOLDER, Namespaces, batch
from lab.plan import LISTED, WORLD, Interface, Plan
from lab.resolver import Flow, NameServers

__all__ = ["BuiltPlan"]

HTTPS = 443
BACKLOG = 4096
GLANCE = 0.1
CONF = "/proc/sys/net/ipv4"
QUIET = ("/proc/sys/net/ipv6/conf/all/disable_ipv6", "/proc/sys/net/ipv6/conf/default/disable_ipv6")
ROUTER = {
    f"{CONF}/ip_forward": "1",
    f"{CONF}/conf/all/rp_filter": "0",
    f"{CONF}/conf/default/rp_filter": "0",
    f"{CONF}/conf/all/send_redirects": "0",
    f"{CONF}/conf/default/send_redirects": "0",
}
LOOSE = "/proc/sys/net/netfilter/nf_conntrack_tcp_loose"


class BuiltPlan:
    """A plan built in namespaces. Call `close`; anything left over ends with the sandbox."""

    def __init__(self, plan: Plan, authority: Authority | None = None, *, thorough: bool = False) -> None:
        self.plan = plan
        self.authority = authority
        self.namespaces = Namespaces()
        self.names = NameServers(plan, self.namespaces.within, self.dropped if thorough else None)
        self.world_sockets: list[socket.socket] = []
        """The listening sockets at public addresses."""
        self._sockets: list[socket.socket] = []
        self._servers: list[asyncio.Server] = []
        self._dropped: dict[Flow, str] = {}
        self._drops_read = 0.0

    def create(self) -> None:
        """Create the namespaces and everything in them. Raises `CommandError`."""
        plan = self.plan
        within = self.namespaces.within
        FOLDER.mkdir(parents=True, exist_ok=True)
        batch(["ip", "-batch", "-"], (line for line in routing.cables(plan) if line.startswith("netns")))
        routers = {*plan.routers.values(), *plan.gateways.values()}
        for name in plan.namespaces:
            with within(name):
                for path in QUIET:
                    if Path(path).exists():
                        Path(path).write_text("1", encoding="ascii")
                for path, value in ROUTER.items() if name in routers else ():
                    Path(path).write_text(value, encoding="ascii")
        batch(["ip", "-batch", "-"], (line for line in routing.cables(plan) if not line.startswith("netns")))
        for name, lines in self._routes():
            batch(["ip", "-n", name, "-batch", "-"], lines)
        for name, lines in self._filters():
            with within(name):
                batch(["nft", "-f", "-"], lines)
                if Path(LOOSE).exists():  # only a SYN may start a connection
                    Path(LOOSE).write_text("0", encoding="ascii")

    def _routes(self) -> Iterator[tuple[str, Iterable[str]]]:
        for each in self.plan.interfaces:
            yield each.name, routing.interface(each)
        for vpc, name in self.plan.routers.items():
            yield name, routing.router(self.plan, vpc)
        for gateway, name in self.plan.gateways.items():
            yield name, routing.gateway(self.plan, gateway)
        yield WORLD, routing.world(self.plan)

    def _filters(self) -> Iterator[tuple[str, Iterable[str]]]:
        for vpc, name in self.plan.routers.items():
            yield name, filters.router_filter(self.plan, vpc)
        for name in self.plan.gateways.values():
            yield name, filters.gateway_filter()

    @property
    def entry_count(self) -> int:
        """The most entry subnets of any attachment that differ in route table or ACL."""
        return max((len({(entry.table, entry.acl) for entry in wire.entries}) for wire in self.plan.wires), default=1)

    def use_entry(self, number: int) -> None:
        """Make packets from each gateway enter through another of the attachment's subnets, among those that differ."""
        for wire in self.plan.wires:
            different = list({(entry.table, entry.acl): at for at, entry in enumerate(wire.entries)}.values())
            if len(different) > 1:
                entry = different[number % len(different)]
                name = self.plan.routers[str(wire.attachment.vpc)]
                rules = [f"rule del pref {100 + int(wire.name[1:])}", *routing.entry_rule(self.plan, wire, entry)]
                batch(["ip", "-n", name, "-batch", "-"], rules)
                with self.namespaces.within(name):
                    batch(["nft", "-f", "-"], filters.entry_chain(self.plan, wire, entry))

    def dropped(self, flow: Flow) -> bool:
        """Whether a packet, or the response to it, was dropped, by a record that is at most `GLANCE` seconds old."""
        if time.monotonic() > self._drops_read + GLANCE:
            self._dropped = self.drops()
            self._drops_read = time.monotonic()
        source, target, protocol, first, second = flow
        return flow in self._dropped or (target, source, protocol, second, first) in self._dropped

    def drops(self) -> dict[Flow, str]:
        """Every dropped packet, with the router and the reason."""
        found: dict[Flow, str] = {}
        homes = {name: address for address, name in (*self.plan.routers.items(), *self.plan.gateways.items())}
        for name, address in homes.items():
            with self.namespaces.within(name):
                done = subprocess.run(  # noqa: S603  fixed words
                    ["nft", "-j", "list", "table", "ip", filters.TABLE],  # noqa: S607  known to be on PATH
                    capture_output=True,
                    timeout=30,
                    check=True,
                )
            for part in json.loads(done.stdout)["nftables"]:
                kept = part.get("set", {})
                for element in kept.get("elem", ()) if kept.get("name") in filters.REASONS else ():
                    source, target, protocol, first, second = element["elem"]["val"]["concat"]
                    flow = (source, target, str(protocol), int(first), int(second))
                    found[flow] = f"{address}: {filters.REASONS[kept['name']]}"
        return found

    # Servers ------------------------------------------------------------------------------------------------------

    async def serve(self) -> None:
        """Start the name servers and a server on every port of every endpoint, with TLS if there is an authority."""
        await self.names.start()
        ports = {service.endpoint: service.ports for service in self.plan.services}
        names = {service.endpoint: service.names for service in self.plan.services}
        for each in self.plan.interfaces:
            if each.kind == "endpoint":
                service = str(self.plan.network.interface_endpoints[each.resource].service)
                context = self.authority.context(names.get(service, ())) if self.authority is not None else None
                for port in ports.get(service, (HTTPS,)):
                    await self._listen(each, port, {"by": "interface endpoint", "service": service}, context)
        if self.plan.public:
            context = self.authority.any_context() if self.authority is not None else None
            await self._listen(None, HTTPS, {"by": "public address"}, context)

    async def _listen(
        self, each: Interface | None, port: int, says: dict[str, str], context: ssl.SSLContext | None
    ) -> None:
        with self.namespaces.within(each.name if each is not None else WORLD):
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._sockets.append(sock)
        if each is None:
            self.world_sockets.append(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.settimeout(0)
        sock.bind(("0.0.0.0", port))  # noqa: S104  in its own namespace
        sock.listen(BACKLOG)
        if context is None:
            return  # accepting connections is enough, and the kernel does that

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _answer(reader, writer, says)

        self._servers.append(await asyncio.start_server(answer, sock=sock, ssl=context))

    def close(self) -> None:
        """Tear everything down."""
        self.names.close()
        for server in self._servers:
            server.close()
        for sock in self._sockets:
            sock.close()
        self.namespaces.close()
        existing = {path.name for path in FOLDER.iterdir()} if FOLDER.is_dir() else set()
        batch(["ip", "-batch", "-"], (f"netns del {name}" for name in self.plan.namespaces if name in existing))


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, says: dict[str, str]) -> None:
    """Send one HTTP response that says which server was reached, at which address, from which client."""
    try:
        async with asyncio.timeout(10):
            await reader.readuntil(b"\r\n\r\n")
            here, peer = writer.get_extra_info("sockname")[0], writer.get_extra_info("peername")[0]
            by = "gateway endpoint" if IPv4Address(here) in LISTED else says["by"]
            body = json.dumps({**says, "by": by, "address": here, "client": peer}).encode() + b"\n"
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
    except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
        return
    finally:
        writer.close()
