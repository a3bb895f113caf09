"""Entry point of `cdktf synth`, `cdktf deploy` and `python main.py`: a topology file becomes Terraform JSON.

The file is $HUB_TOPOLOGY, else `topology` of the context in cdktf.json. `./hub synth` does the same and traces too.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from modules import start

start.install(constructs=False)  # before what it makes faster is imported

# isort: split
from deployment.output import write  # noqa: E402
from deployment.synthesis import SynthesisError, UnsoundError, synthesise  # noqa: E402
from topology import TopologyError, design, read_topology  # noqa: E402


def counter(total: int) -> Callable[[int], None]:
    """A callback that prints a line for every thousand stacks done."""
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done, before = done + more, done
        if done // 1000 > before // 1000:
            sys.stderr.write(f"synthesising: {done:,} of {total:,} stacks\n")

    return count


def main() -> int:
    """Write every stack. Exit status 2 where the topology or a stack is refused, with all reasons; 1 where it fails."""
    context = json.loads(Path(__file__).with_name("cdktf.json").read_text(encoding="utf-8"))["context"]
    try:
        reading = read_topology(os.environ.get("HUB_TOPOLOGY") or context["topology"])
        planned = design(reading.topology)
        result = synthesise(planned, count=counter(len(planned.order)))
        kept = write(result, Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out"), planned)
    except (TopologyError, UnsoundError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    except (SynthesisError, OSError) as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    for warning in (*reading.warnings, *kept):
        sys.stderr.write(f"warning: {warning}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
