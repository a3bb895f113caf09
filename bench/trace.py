"""`python -m bench.trace [SPOKES]`: the time and memory for tracing the largest network of one gateway.

A gateway takes 4,999 spokes and the hub. Fails if the trace takes more than 1 GB; time is only shown.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.topologies import MOST, topology
from deployment.synthesis import synthesise
from network.terraform.reader import read
from review.intent import intent_of, services_in
from review.verdicts import report
from topology import design
from topology.document import read_text
from topology.reader import topology_of
from topology.services import catalogue

SERVICES = 20
MEGABYTES = 1_000.0
T = TypeVar("T")


def services() -> list[str]:
    """Twenty services that are available in every zone."""
    offered = [s.key for s in catalogue().values() if s.private_dns and s.ports == (443,) and not s.unavailable_zones]
    return ["kms", "ssm", "ssmmessages", *[key for key in offered if not key.startswith(("ssm", "kms"))]][:SERVICES]


def timed(what: str, work: Callable[[], T]) -> T:
    """Run a function, and print how long it took."""
    start = time.perf_counter()
    result = work()
    print(f"{what:<12}{time.perf_counter() - start:>8.2f} s")  # noqa: T201  a benchmark's result
    return result


def main() -> int:
    """Measure and print, and compare with the bounds."""
    count, keys = int(sys.argv[1]) if len(sys.argv) > 1 else MOST, services()
    planned = design(topology_of(read_text(topology(count, keys))).topology)
    texts = synthesise(planned).stacks
    size = sum(map(len, texts.values())) / 1e6
    before = peak()
    start = time.perf_counter()
    network = timed("read", lambda: read(texts.items()))
    found = timed("trace", lambda: report(network, services_in(network), intent_of(planned)))
    seconds = time.perf_counter() - start
    print(  # noqa: T201
        f"{'together':<12}{seconds:>8.2f} s   {count:,} spokes × {len(keys)} services, {size:.0f} MB of JSON, "
        f"{len(found.groups)} groups, {len(found.findings)} findings\n"
        f"{'memory':<12}{peak():>8.0f} MB  at most ({before:.0f} MB before, with all the JSON in it)"
    )
    sound = found.sound and sum(map(len, found.groups)) == count
    return 0 if sound and peak() < MEGABYTES else 1


def peak() -> float:
    """The peak memory of this process, in MB.

    On Linux, `ru_maxrss` includes the parent's memory before this program was executed, such as pytest's.
    """
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    sys.exit(main())
