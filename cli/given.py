"""Reads the files and folders named on the command line: topologies, stacks, plans, states, snapshots."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cli.console import err, refuse
from cli.progress import counted, progress
from cli.steps import asking, read_file
from deployment.manifest import STACK_FILE
from deployment.synthesis import UnsoundError, listed, synthesise
from deployment.terraform import PLAN_FILE
from network.aws.parameters import read_parameters
from network.aws.reader import SnapshotError
from network.aws.reader import read as read_snapshot
from network.join import join
from network.model import Network
from network.names import named
from network.terraform.reader import DocumentError, read
from review.intent import intent_of, lost, names_in
from review.verdicts import Intent
from topology import Design, design
from topology.names import STACK_TAG

__all__ = ["documents", "network_of", "recorded_files", "recorded_network", "stack_files"]


def stack_files(paths: Iterable[Path]) -> dict[str, Path]:
    """The files of all stacks, plans and states at the given paths, by stack name.

    A folder is the output of `./hub synth`, the folder `stacks` in it, or contains JSON files. Files of the same name,
    such as two `plan.json`, are named after the stack in their tags, or else after their folder. Raises `UnsoundError`
    for a folder without stacks, and for two files for one stack; `OSError` for a file that cannot be read.
    """
    named: dict[str, list[Path]] = {}
    for path in paths:
        files = [path]
        if path.is_dir():
            patterns = (f"stacks/*/{STACK_FILE}", f"*/{STACK_FILE}", "*.json")
            files = next((found for found in (sorted(path.glob(pattern)) for pattern in patterns) if found), [])
            files = [file for file in files if file.name != "manifest.json"]
        if not files:
            raise UnsoundError([f"{path} contains no stacks; ./hub synth writes them"])
        for file in files:
            named.setdefault(_stack_name(file), []).append(file)
    given: dict[str, Path] = {}
    twice = []
    for name, files in named.items():
        for file in files:
            stack = name if len(files) == 1 else _tagged_stack(file) or file.absolute().parent.name
            if given.setdefault(stack, file) is not file:
                twice.append(f"{given[stack]} and {file} are both for stack {stack}; give only one of them")
    if twice:
        raise UnsoundError(twice)
    return given


def _stack_name(file: Path) -> str:
    return file.absolute().parent.name if file.name in {STACK_FILE, PLAN_FILE} else file.name.partition(".")[0]


def _tagged_stack(file: Path) -> str | None:
    """The stack in a file's `hub:stack` tags; None unless they all name the same one."""
    found = set(re.findall(rf'"{STACK_TAG}"\s*:\s*"([^"]+)"', file.read_text(encoding="utf-8", errors="replace")))
    return found.pop() if len(found) == 1 else None


def documents(files: Mapping[str, Path]) -> Iterator[tuple[str, str]]:
    """The texts of stacks, plans and states, one at a time. Raises `OSError`, and `UnsoundError` for other files.

    They are texts because a reader looks once for what is refused in all stacks whose texts are alike, and keeps no
    parsed stack that waits for another one.
    """
    for name, file in files.items():
        yield name, _text(file)


def _text(file: Path) -> str:
    content = file.read_bytes()
    try:
        text = content.decode(json.detect_encoding(content))  # also what PowerShell writes
        document = json.loads(text, object_pairs_hook=_once)
    except (RecursionError, ValueError) as error:
        raise UnsoundError([f"{file} is not JSON: {error}"]) from None
    known = {"format_version", "planned_values", "terraform", "resource"}
    if not isinstance(document, dict) or not known & document.keys():
        raise UnsoundError([f"{file} is neither a synthesised stack nor a plan or a state (terraform show -json)"])
    return text


def recorded_files(folder: Path) -> dict[str, bytes]:
    """A snapshot's files by path relative to its folder. Raises `OSError`, and `UnsoundError` if there are none."""
    found = {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.glob("aws_configs/**/*.json"))}
    if not found:
        raise UnsoundError([f"{folder} contains no snapshot (aws_configs/…); ./hub snapshot records one"])
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Of a name that is there twice, Terraform reads both and JSON's readers the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" is in one object twice; join them')
    return found


def _read(files: Mapping[str, Path], recorded: Mapping[tuple[Any, Any, str], str]) -> Network:
    """The network of stacks, plans and states. Raises `UnsoundError` with everything that is wrong with their form."""
    try:
        return read(documents(files), recorded)
    except DocumentError as error:
        raise UnsoundError([f"{files[name]}: {problem}" for name, problem in error.problems]) from None


@dataclass(frozen=True)
class Recorded:
    """A snapshot, and the network and accounts in it."""

    files: Mapping[str, bytes]
    network: Network
    accounts: frozenset[str]


def recorded_network(files: Mapping[str, bytes], folder: str = "") -> Recorded:
    """What a snapshot's files below a folder hold. Raises `UnsoundError`."""
    try:
        network = read_snapshot(files)
    except SnapshotError as error:
        raise UnsoundError([f"{folder}/{problem}" for problem in error.problems]) from None
    told = re.findall(r"^aws_configs/accounts/([^/]+)/", "\n".join(files), re.MULTILINE)
    return Recorded(files, network, frozenset((*told, *(str(vpc.owner.account) for vpc in network.vpcs.values()))))


def _deployed(planned: Design) -> Mapping[str, bytes]:
    """A snapshot of a topology's accounts, recorded now. What could not be recorded is shown."""
    from accounts.clients import Clients  # noqa: PLC0415  boto3 takes a while to import, and a trace seldom needs it
    from accounts.snapshot import recorded  # noqa: PLC0415
    from cli.recorded import show_missing  # noqa: PLC0415

    with asking("cannot record"), progress("recording", len(set(planned.accounts.values())), "accounts") as count:
        files, recording = recorded(planned, Clients(), count=count)
    show_missing(recording.missing)
    return files


def _existing(deployed: Design | None, snapshot: Path | None) -> Recorded | None:
    """What exists, where it is to be recorded or was."""
    if deployed is not None:
        return recorded_network(_deployed(deployed))
    return recorded_network(recorded_files(snapshot), str(snapshot)) if snapshot is not None else None


def _of_topology(planned: Design | None, exists: Recorded | None) -> tuple[Network, Collection[str]]:
    """The network of a topology without stacks beside it, and its stacks: what exists, or what is synthesised."""
    if exists is not None:
        spokes = planned.spokes if planned is not None else ()
        return exists.network, [spoke.stack for spoke in spokes if spoke.account.id in exists.accounts]
    if planned is None:
        raise UnsoundError(["nothing to trace: give a topology, or stacks, plans or states"])
    with progress("synthesising", len(planned.order)) as count:
        stacks = synthesise(planned, count=count).stacks
    with progress("reading", len(stacks)) as count:
        return read(counted(stacks.items(), count)), stacks


def network_of(
    paths: Collection[Path], snapshot: Path | None = None, *, deployed: bool = False
) -> tuple[Network, Intent | None]:
    """What the paths hold, and what the topology among them means; without one the stacks speak for themselves.

    With a snapshot, or with what is deployed, beside a topology alone it is the network as it is; with one under
    stacks, plans or states, the network as it will be.
    """
    topologies = [path for path in paths if path.suffix in {".yaml", ".yml"}]
    others = [path for path in paths if path not in topologies]
    if len(topologies) > 1:
        refuse("give only one topology")
    planned = design(read_file(topologies[0]).topology) if topologies else None
    if deployed and (planned is None or snapshot is not None):
        refuse("--deployed records the accounts of a topology: give its file, and no --snapshot beside it")
    try:
        exists = _existing(planned if deployed else None, snapshot)
        if not others:
            network, given = _of_topology(planned, exists)
        else:
            files = stack_files(others)
            recorded = read_parameters(exists.files) if exists is not None else {}
            network = join(exists.network if exists is not None else Network(), _read(files, recorded))
            given = files
    except UnsoundError as unsound:
        refuse(unsound)
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")
    if planned is None:
        return network, None
    network = named(network, names_in(planned), planned.states.address)
    if reasons := lost(planned, given, network, "its stack" if exists is None or others else "what was recorded"):
        refuse("\n".join(reasons))
    meant = intent_of(planned)
    if exists is not None:
        # Accounts contain more than the topology. Anything else in them matters only if it affects the topology's
        # spokes.
        meant = replace(meant, judged=frozenset(meant.services))
    if untraced := sorted(meant.services.keys() - network.spokes.keys()):
        err.print(f"not traced, since their VPCs are not in the input: {listed(untraced)}", markup=False)
    return network, meant
