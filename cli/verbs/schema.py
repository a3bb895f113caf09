"""Print the topology's JSON Schema."""

from __future__ import annotations

import json
import sys

from topology.models import json_schema


def schema() -> None:
    """Print the JSON Schema of the topology file, for editors."""
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
