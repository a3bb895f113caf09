"""CDKTF's own `Testing.synth`, with its validations, agrees with what is written."""

import json
from pathlib import Path
from typing import Any

import pytest

from modules import cdk
from stacks.app import add_stacks
from tests.examples import EXAMPLES, designed, stacks_of


def without_metadata(value: Any) -> Any:
    """A stack without the construct paths, which `Testing.synth` leaves out."""
    if isinstance(value, dict):
        return {key: without_metadata(child) for key, child in value.items() if key != "//"}
    return [without_metadata(child) for child in value] if isinstance(value, list) else value


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_stack_passes_cdktfs_validations_and_is_what_is_written(example: str, tmp_path: Path) -> None:
    run_validations = True
    written = stacks_of(example)
    stacks = add_stacks(cdk.App(outdir=str(tmp_path)), designed(example))
    assert len(stacks) == len(written)
    for stack in stacks:
        name = stack.node.id
        synthesised = json.loads(cdk.Testing.synth(stack, run_validations))
        assert without_metadata(synthesised) == without_metadata(written[name]), f"{example}/{name}"
