"""Families of tests without a natural end. Each run draws a sample with a seed; `make soak` runs many times as many.

The seed is HUB_SEED, or the commit's hash, so that each commit tries others and a failure can be repeated.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

__all__ = ["FAMILIES", "SEED", "SOAK", "Family", "drawing", "number"]

SOAK = os.environ.get("HUB_SOAK", "") not in {"", "0"}


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "none"


SEED = os.environ.setdefault("HUB_SEED", os.environ.get("HUB_SEED") or _commit())


def number() -> int:
    """The seed as a number below 2³²."""
    return int.from_bytes(sha256(SEED.encode()).digest()[:4])


def drawing(what: str) -> Random:
    """A random generator from the seed, a separate one for each purpose."""
    return Random(f"{SEED} {what}")


@dataclass(frozen=True)
class Family:
    """How many members of a family are tried."""

    what: str
    sample: int
    full: int

    @property
    def size(self) -> int:
        """The number in this run."""
        return self.full if SOAK else self.sample


NETWORKS = Family("random networks, traced and asked with packets, beside the 220 that are always the same", 41, 2050)
EXAMPLES = Family("examples of each property that is quick to try", 150, 3000)
SYNTHESES = Family("random topologies, stamped and by CDKTF itself, byte for byte", 25, 500)
VERDICTS = Family("random networks, judged with and without the shortcut for spokes that are alike", 60, 1500)
TOPOLOGIES = Family("sound topologies with anything changed, read or refused", 500, 20_000)
INTERRUPTS = Family("rounds of interrupts by signal, for each verb, stack and step", 1, 2)
FAMILIES = (NETWORKS, EXAMPLES, SYNTHESES, VERDICTS, TOPOLOGIES, INTERRUPTS)
