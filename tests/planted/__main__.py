"""`python -m tests.planted STACKS INDEX`: one edit of an example or of random topology N, its answer and the trace's.

HUB_SEED is the seed. With `--write DIR`, the edited stacks are written, for `./hub trace` or Terraform.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import islice
from pathlib import Path

from tests.planted.answers import answer
from tests.planted.edits import drawn
from tests.planted.judging import traced
from tests.planted.sound import example, random_topology


def main() -> int:
    """Print the edit, and return the trace's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stacks", help="the name of an example, or the number of a random topology")
    parser.add_argument("index", type=int)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    sound = random_topology(int(given.stacks)) if given.stacks.isdigit() else example(given.stacks)
    edit = next(islice(drawn(sound, "edits"), given.index, None))
    stacks = edit.applied(sound.stacks)
    found = traced(sound, stacks)
    lines = [str(edit), f"right answer: {answer(sound, edit)}", *(found.reasons or ["the trace passes it"])]
    sys.stdout.write("\n".join(lines) + "\n")
    if given.write is not None:
        for name, document in stacks.items():
            folder = given.write / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "cdk.tf.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    return int(not found.passes)


if __name__ == "__main__":
    sys.exit(main())
