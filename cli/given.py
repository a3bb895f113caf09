"""The files and folders that a command is given: topologies, stacks, plans, states."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cli.console import err, refuse
from cli.progress import counted, progress
from cli.steps import read_file
from deployment.manifest import STACK_FILE
from deployment.synthesis import UnsoundError, listed, synthesise
from deployment.terraform import PLAN_FILE
from network.aws.reader import SnapshotError
from network.aws.reader import read as read_snapshot
from network.join import join
from network.model import Network
from network.names import named
from network.terraform.reader import read
from review.intent import intent_of, lost, names_in
from review.verdicts import Intent
from topology import design
from topology.names import STACK_TAG

__all__ = ["documents", "network_of", "recorded_files", "recorded_network", "stack_files"]


def stack_files(paths: Iterable[Path]) -> dict[str, Path]:
    """The file of every stack, plan and state at some paths, by the name of its stack.

    A folder is the output of `./hub synth`, the folder of stacks within it, or holds JSON files. Files of one name, as
    everybody's `plan.json`, go by the stack that their tags name, or else by their folder. Raises `UnsoundError` for a
    folder that holds nothing, and for two files of one stack; `OSError` for a file that cannot be read.
    """
    named: dict[str, list[Path]] = {}
    for path in paths:
        files = [path]
        if path.is_dir():
            patterns = (f"stacks/*/{STACK_FILE}", f"*/{STACK_FILE}", "*.json")
            files = next((found for found in (sorted(path.glob(pattern)) for pattern in patterns) if found), [])
            files = [file for file in files if file.name != "manifest.json"]
        if not files:
            raise UnsoundError([f"{path} holds no stacks; ./hub synth writes them"])
        for file in files:
            named.setdefault(_stack_name(file), []).append(file)
    given: dict[str, Path] = {}
    twice = []
    for name, files in named.items():
        for file in files:
            stack = name if len(files) == 1 else _tagged_stack(file) or file.absolute().parent.name
            if given.setdefault(stack, file) is not file:
                twice.append(f"{given[stack]} and {file} are both the stack {stack}; give one of them")
    if twice:
        raise UnsoundError(twice)
    return given


def _stack_name(file: Path) -> str:
    return file.absolute().parent.name if file.name in {STACK_FILE, PLAN_FILE} else file.name.partition(".")[0]


def _tagged_stack(file: Path) -> str | None:
    """The stack that a file's tags name, where they name one."""
    found = set(re.findall(rf'"{STACK_TAG}"\s*:\s*"([^"]+)"', file.read_text(encoding="utf-8", errors="replace")))
    return found.pop() if len(found) == 1 else None


def documents(files: Mapping[str, Path]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Stacks, plans and states, read one at a time. Raises `OSError` or `UnsoundError` for what is none."""
    for name, file in files.items():
        yield name, _json(file)


def _json(file: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except ValueError as error:
        raise UnsoundError([f"{file} is not JSON: {error}"]) from None
    known = {"format_version", "planned_values", "terraform", "resource"}
    if not isinstance(document, dict) or not known & document.keys():
        raise UnsoundError([f"{file} is neither a synthesised stack nor a plan or a state (terraform show -json)"])
    return document


def recorded_files(folder: Path) -> dict[str, bytes]:
    """A snapshot's files by their paths below its folder. Raises `OSError`, or `UnsoundError` where there are none."""
    found = {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.glob("aws_configs/**/*.json"))}
    if not found:
        raise UnsoundError([f"{folder} holds no snapshot (aws_configs/…); ./hub snapshot records one"])
    return found


def recorded_network(folder: Path) -> tuple[Network, frozenset[str]]:
    """The network of a snapshot, and the accounts that it is of. Raises as `recorded_files` does."""
    files = recorded_files(folder)
    try:
        network = read_snapshot(files)
    except SnapshotError as error:
        raise UnsoundError([f"{folder}/{problem}" for problem in error.problems]) from None
    told = re.findall(r"^aws_configs/accounts/([^/]+)/", "\n".join(files), re.MULTILINE)
    return network, frozenset((*told, *(str(vpc.owner.account) for vpc in network.vpcs.values())))


def network_of(paths: list[Path], snapshot: Path | None = None) -> tuple[Network, Intent | None]:
    """What the paths hold, and what the topology among them means; without one the stacks speak for themselves.

    With a snapshot beside a topology alone it is the network as it is; with one under stacks, plans or states, the
    network as it will be.
    """
    topologies = [path for path in paths if path.suffix in {".yaml", ".yml"}]
    others = [path for path in paths if path not in topologies]
    if len(topologies) > 1:
        refuse("one topology at a time")
    planned = design(read_file(topologies[0]).topology) if topologies else None
    try:
        exists, accounts = recorded_network(snapshot) if snapshot is not None else (Network(), frozenset())
        if snapshot is not None and not others:
            network = exists
            spokes = planned.spokes if planned is not None else ()
            given: Collection[str] = [spoke.stack for spoke in spokes if spoke.account.id in accounts]
        elif planned is not None and not others:
            with progress("synthesising", len(planned.order)) as count:
                stacks = synthesise(planned, count=count).stacks
            with progress("reading", len(stacks)) as count:
                network = read(counted(stacks.items(), count))
            given = stacks
        else:
            files = stack_files(others)
            network = join(exists, read(documents(files)))
            given = files
    except UnsoundError as unsound:
        refuse(unsound)
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")
    if planned is None:
        return network, None
    network = named(network, names_in(planned))
    if reasons := lost(planned, given, network):
        refuse("\n".join(reasons))
    meant = intent_of(planned)
    if snapshot is not None:
        # Accounts hold more than the topology: what else is there is judged by what it does to its spokes.
        meant = replace(meant, judged=frozenset(meant.services))
    if untraced := sorted(meant.services.keys() - network.spokes.keys()):
        err.print(f"not traced, since nothing that was given has their VPC: {listed(untraced)}", markup=False)
    return network, meant
