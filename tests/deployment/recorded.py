"""A `terraform` with canned output, to test its callers without the real one."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from deployment.terraform import Terraform
from topology import Design

__all__ = ["Recorded", "said"]

SCRIPT = """#!/bin/sh
# The folder, the verb and how often it came before name the answer, a script that runs in the stack's folder.
here=$(dirname "$0")
folder=${1#-chdir=}; shift
stack=$(basename "$folder")
call="$stack $*"
echo "$call" >> "$here/calls"
count=$(grep -c "^$stack $1" "$here/calls")
cd "$folder" || exit 9
for answer in "$here/answers/$stack $1 $count" "$here/answers/$stack $1"; do
    if [ -f "$answer" ]; then . "$answer"; exit; fi
done
case $1 in plan) exit 2 ;; show) echo '{}' ;; esac
"""


class Recorded:
    """The executable in a folder, and stacks for it to work in.

    An answer's name is a stack, a verb and, where it is not for all of them, the number of the call: `hub-core init 2`.
    Where there is none, a plan has changes and everything else succeeds and prints nothing.
    """

    def __init__(self, folder: Path, design: Design, answers: Mapping[str, str]) -> None:
        self.folder = folder
        (folder / "answers").mkdir(parents=True)
        for name, script in answers.items():
            (folder / "answers" / name).write_text(script, encoding="utf-8")
        binary = folder / "terraform"
        binary.write_text(SCRIPT, encoding="utf-8")
        binary.chmod(0o755)
        self.terraform = Terraform(str(binary), folder / "out", folder / "cache")
        for stack in design.order:
            self.terraform.folder(stack).mkdir(parents=True)

    @property
    def calls(self) -> list[str]:
        """What it was called with, each with the stack before it."""
        path = self.folder / "calls"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return [line.replace(" -no-color", "") for line in lines]


def said(text: str, status: int = 0) -> str:
    """An answer that prints something and ends with a status."""
    return f"printf '%s\\n' {shlex.quote(text)}; exit {status}"
