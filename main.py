"""Entry point of `cdktf synth`, `cdktf deploy` and `python main.py`: a topology file becomes Terraform JSON.

The file is $HUB_TOPOLOGY, else `topology` of the context in cdktf.json. `./hub synth` does the same and checks more.
"""

import json
import os
import sys
from pathlib import Path

from topology import TopologyError, design, read_topology


def main() -> int:
    """Synthesise every stack into cdktf.out; exit status 2 and all problems where the topology is refused."""
    context = json.loads(Path(__file__).with_name("cdktf.json").read_text(encoding="utf-8"))["context"]
    try:
        reading = read_topology(os.environ.get("HUB_TOPOLOGY") or context["topology"])
    except TopologyError as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    for warning in reading.warnings:
        sys.stderr.write(f"warning: {warning}\n")

    from modules.cdk import App  # noqa: PLC0415  a refused topology need not wait for jsii
    from stacks.app import add_stacks  # noqa: PLC0415

    app = App()
    add_stacks(app, design(reading.topology))
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
