"""Queries a lab: the name of a service on offer, a name without an endpoint, and a connection over TLS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address

from lab import Lab
from network.model import Network
from network.services import Service

__all__ = ["Row", "rows"]

AT_ONCE = 8
NSLOOKUP = ("nslookup", "-timeout=2", "-retry=1")
CURL = ("curl", "--silent", "--show-error", "--max-time", "5", "--output", "/dev/null")
ADDRESS = re.compile(r"^Address: (\d[\d.]+)$", re.MULTILINE)
REFUSED = re.compile(r"can't find [^:]+: (\w+)")
FAMILIAR = "lambda"
"""The service to query if it has no endpoint: one that everybody knows."""


@dataclass(frozen=True)
class Row:
    """The results in one spoke."""

    spoke: str
    offered: str
    """The name of a service on offer; empty if the spoke is offered none."""
    answer: str
    """What nslookup returned for it."""
    connected: str
    """The result of a TLS connection to that name."""
    other: str
    """A name without an endpoint."""
    other_answer: str
    sound: bool
    """Whether the offered name resolved to private addresses only and TLS to it works."""


def rows(lab: Lab, services: Iterable[Service], wanted: Mapping[str, frozenset[str]]) -> Iterator[Row]:
    """Query from every spoke, several at once. Results are in the order of the spokes' names.

    `wanted` has the keys of the services that each spoke should reach privately.
    """
    known = tuple(services)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda spoke: _row(lab, spoke, known, wanted.get(spoke, frozenset())), lab.spokes)


def _row(lab: Lab, spoke: str, services: tuple[Service, ...], wanted: frozenset[str]) -> Row:
    network = lab.plan.network
    near = [service for service in services if _plain(service) and _in_region(network, spoke, service)]
    offered = next((service.names[0] for service in near if service.key in wanted), "")
    taken = [name for service in services if service.key in wanted for name in service.names]
    free = [service for service in near if service.key not in wanted and not _below(service.names[0], taken)]
    other = min(free, key=lambda service: (service.key != FAMILIAR, service.key)).names[0]
    found = _answered(lab, spoke, offered) if offered else []
    answer = ", ".join(found) if offered else "–"
    connected = _connected(lab, spoke, offered) if offered else "–"
    private = bool(found) and all(_is_private(address) for address in found)
    sound = not offered or (private and connected.startswith("200 "))
    return Row(spoke, offered, answer, connected, other, ", ".join(_answered(lab, spoke, other)), sound)


def _plain(service: Service) -> bool:
    return bool(service.names) and "*" not in service.names[0] and 443 in service.ports  # noqa: PLR2004  HTTPS


def _in_region(network: Network, spoke: str, service: Service) -> bool:
    return f".{network.spokes[spoke].owner.region}." in service.endpoint


def _below(name: str, others: Iterable[str]) -> bool:
    return any(name == other or name.endswith(f".{other.removeprefix('*.')}") for other in others)


def _answered(lab: Lab, spoke: str, name: str) -> list[str]:
    """The addresses that nslookup returns, or one word for why there are none."""
    done = lab.run(spoke, [*NSLOOKUP, name])
    found = sorted(ADDRESS.findall(done.stdout))
    refused = REFUSED.search(done.stdout)
    return found or [refused[1] if refused else "no answer"]


def _connected(lab: Lab, spoke: str, name: str) -> str:
    done = lab.run(spoke, [*CURL, "--write-out", "%{http_code} from %{remote_ip}", f"https://{name}/"])
    return done.stdout if done.returncode == 0 else done.stderr.strip() or f"curl: exit status {done.returncode}"


def _is_private(address: str) -> bool:
    try:
        return IPv4Address(address).is_private and not address.startswith(("198.51.100.", "203.0.113."))
    except ValueError:
        return False
