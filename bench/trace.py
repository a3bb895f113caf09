"""`python -m bench.trace [SPOKES]`: how long a trace of the largest network of one gateway takes, in how much memory.

4,999 spokes are what a gateway takes beside its hub. One is synthesised, and the others are written from its text, so
that the figures are the trace's own. Fails where the trace takes more than 10 seconds or 1 GB.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import yaml

from assurance.reader import read
from assurance.verdicts import Intent, report
from cli.synthesis import synthesise
from cli.tracing import services_in
from topology import design
from topology.document import read_text
from topology.reader import topology_of
from topology.services import catalogue

SPOKES = 4_999
SERVICES = 20
SECONDS, MEGABYTES = 10.0, 1_000.0
HUB, SPOKE = "hub-core", "spoke-core-template"
T = TypeVar("T")


def template() -> tuple[bytes, str, frozenset[str]]:
    """The text of a hub with twenty services, of one of its spokes, and the services."""
    offered = [s.key for s in catalogue().values() if s.private_dns and s.ports == (443,) and not s.unavailable_zones]
    keys = ["kms", "ssm", "ssmmessages", *[key for key in offered if not key.startswith(("ssm", "kms"))]][:SERVICES]
    text = yaml.safe_dump(
        {
            "organization": {"id": "o-exampleorg1", "management_account": "999999999999"},
            "role": "NetworkDeploy",
            "state": {"bucket": "example-network-state", "region": "us-east-1", "account": "111111111111"},
            "hubs": {
                "core": {
                    "region": "us-east-1",
                    "account": "111111111111",
                    "cidr": "10.0.0.0/22",
                    "zones": ["use1-az1", "use1-az2", "use1-az4"],
                    "pools": ["10.128.0.0/9"],
                    "services": keys,
                }
            },
            "spokes": {"template": {"hub": "core", "account": "222222222222", "cidr": "10.254.254.0/24"}},
        }
    )
    stacks = synthesise(design(topology_of(read_text(text)).topology)).stacks
    return stacks[HUB], stacks[SPOKE].decode(), frozenset(keys)


def name(at: int) -> str:
    """A spoke's name."""
    return f"spoke{at:04}"


def stacks(hub: bytes, spoke: str, count: int) -> Iterator[tuple[str, bytes]]:
    """A hub, and spokes each in an account and a range of its own."""
    yield HUB, hub
    for at in range(count):
        own = spoke.replace("10.254.254.", f"10.{128 + at // 256}.{at % 256}.").replace("222222222222", f"{at:012}")
        yield f"spoke-core-{name(at)}", own.replace("template", name(at)).encode()


def timed(what: str, work: Callable[[], T]) -> T:
    """Do something, and print how long it took."""
    start = time.perf_counter()
    result = work()
    print(f"{what:<12}{time.perf_counter() - start:>8.2f} s")  # noqa: T201  a benchmark's result
    return result


def main() -> int:
    """Measure, print, and compare with the bounds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SPOKES
    hub, spoke, keys = template()
    texts = list(stacks(hub, spoke, count))
    size = sum(len(text) for _, text in texts) / 1e6
    before = peak()
    start = time.perf_counter()
    network = timed("read", lambda: read(texts))
    names = [name(at) for at in range(count)]
    intent = Intent(services=dict.fromkeys(names, keys), hub=dict.fromkeys(names, "core"))
    found = timed("trace", lambda: report(network, services_in(network), intent))
    seconds = time.perf_counter() - start
    print(  # noqa: T201
        f"{'together':<12}{seconds:>8.2f} s   {count:,} spokes × {len(keys)} services, {size:.0f} MB of JSON, "
        f"{len(found.groups)} groups, {len(found.findings)} findings\n"
        f"{'memory':<12}{peak():>8.0f} MB  at most ({before:.0f} MB before, with all the JSON in it)"
    )
    sound = found.sound and sum(map(len, found.groups)) == count
    return 0 if sound and seconds < SECONDS and peak() < MEGABYTES else 1


def peak() -> float:
    """The most memory that this process has had, in MB. Linux counts in kilobytes, macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    sys.exit(main())
