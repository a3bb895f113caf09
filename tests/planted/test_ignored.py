"""Arguments that an apply to the emulator shows nothing about: the trace does not pass what sets one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.planted.edits import Action, Edit
from tests.planted.judging import traced
from tests.planted.sound import example

IGNORED = tomllib.loads(Path(__file__).with_name("ignored.toml").read_text(encoding="utf-8"))
OTHER = {"dns_record_ip_type": "ipv6", "ip_address_type": "ipv6"}
"""A value that breaks what has it."""


@pytest.mark.parametrize("name", IGNORED["undetermined"])
def test_the_trace_does_not_pass_what_the_emulator_ignores(name: str) -> None:
    kind, *path = name.split(".")
    sound = example("minimal")
    block = next(each for each in sound.blocks() if each.kind == kind and each.stack.startswith("hub"))
    edit = Edit(block, Action.SET, tuple(path), OTHER[path[-1]])
    found = traced(sound, edit.applied(sound.stacks))
    assert not found.passes, f"the trace passes {edit}"
