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
    where: str
    """The tests that try them."""
    sample: int
    full: int

    @property
    def size(self) -> int:
        """The number in this run."""
        return self.full if SOAK else self.sample


NETWORKS = Family(
    "random networks, traced and asked with packets, beside the 220 that are always the same",
    "tests/lab/test_differential.py",
    41,
    2050,
)
EXAMPLES = Family("examples of each property that is quick to try", "tests/stacks/test_shapes.py", 150, 3000)
SYNTHESES = Family(
    "random topologies, stamped and by CDKTF itself, byte for byte", "tests/deployment/test_synthesis.py", 25, 500
)
CACHED = Family(
    "random topologies, synthesised and read from what was kept of them, byte for byte",
    "tests/deployment/test_kept.py",
    15,
    500,
)
VERDICTS = Family(
    "random networks, judged with and without the shortcut for spokes that are alike",
    "tests/assurance/test_groups.py",
    60,
    1500,
)
TOPOLOGIES = Family(
    "sound topologies with anything changed, read or refused", "tests/topology/test_reader.py", 500, 20_000
)
INTERRUPTS = Family(
    "rounds of interrupts by signal, for each verb, stack and step", "tests/deploy/test_interrupts.py", 1, 2
)
DEPLOYED = Family(
    "examples beside the quickstart, deployed by Terraform and read back from a snapshot",
    "tests/deploy/test_read_back_examples.py",
    1,
    3,
)
APPLIED = Family(
    "random topologies with random faults, applied by Terraform and read back from a snapshot",
    "tests/deploy/test_read_back_random.py",
    1,
    12,
)
JUDGED = Family(
    "edits of sound stacks whose right answer follows from the design", "tests/planted/test_judged.py", 300, 2500
)
PLANNED = Family(
    "edits of an applied network that Terraform plans, every fifth or tenth applied",
    "tests/planted/test_planned.py",
    50,
    500,
)
SOLVED = Family(
    "random networks whose isolation a solver is asked for, beside the 40 that are always the same",
    "tests/assurance/test_isolation_by_solver.py",
    10,
    2000,
)
FAMILIES = (
    NETWORKS,
    EXAMPLES,
    SYNTHESES,
    CACHED,
    VERDICTS,
    TOPOLOGIES,
    INTERRUPTS,
    DEPLOYED,
    APPLIED,
    JUDGED,
    PLANNED,
)
