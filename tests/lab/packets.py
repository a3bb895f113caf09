"""What packets say of a network that somebody else made, such as a topology's: `answers` asks them in a sandbox."""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
from collections.abc import Collection, Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from lab.host import end_with_parent, environment, sandbox
from lab.inside import enclose
from network.model import Network
from network.services import Service
from tests.lab.differential import ATTEMPTS, Answers, asked_of_packets
from tests.lab.probes import Inconclusive
from tests.network.verdicts import known_as
from tests.waiting import PATIENCE

__all__ = ["answers"]

ROOT = Path(__file__).parent.parent.parent


def answers(network: Network, services: Iterable[Service], spokes: Collection[str]) -> Answers:
    """What the packets of some spokes meet in a lab of the network. Raises `UnavailableError`."""
    done = subprocess.run(
        sandbox("tests.lab.packets"),
        input=pickle.dumps((network, tuple(services), frozenset(spokes))),
        env={**environment(), "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        timeout=2 * PATIENCE,
        check=False,
        preexec_fn=end_with_parent,
    )
    assert done.returncode == 0, done.stderr.decode()[-4000:]
    return Answers(**json.loads(done.stdout))


def main() -> int:
    """Ask the network on standard input. What is inconclusive is tried again: the machine may have been too slow."""
    network, services, spokes = pickle.load(sys.stdin.buffer)
    enclose()
    for attempt in range(ATTEMPTS):
        try:
            found = asyncio.run(asked_of_packets(network, services, spokes, partial(known_as, network)))
        except Inconclusive:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            sys.stdout.write(json.dumps(asdict(found)))
            return 0
    raise AssertionError


if __name__ == "__main__":
    sys.exit(main())
