"""What a trace is about: the Terraform that was given, and what the topology means by it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from assurance.facts import Service
from assurance.model import Network
from assurance.reader import read
from assurance.trace import Trace
from assurance.verdicts import Finding, Intent, Report, report
from cli.progress import counted
from cli.synthesis import STACK_FILE, Synthesis, UnsoundError, synthesise
from cli.terraform import PLAN_FILE
from topology import Design
from topology.names import HUB_TABLE
from topology.services import catalogue

__all__ = ["documents", "explain", "intent_of", "lost", "prove", "services_in", "stack_files", "trace_of"]


def stack_files(paths: Iterable[Path]) -> dict[str, Path]:
    """The file of every stack and plan at some paths, by the name of its stack.

    A folder is the output of `./hub synth`, or holds JSON files. Raises `UnsoundError` for one that is neither, and for
    two files of one stack.
    """
    given: dict[str, Path] = {}
    for path in paths:
        files = [path]
        if path.is_dir():
            files = sorted(path.glob(f"stacks/*/{STACK_FILE}")) or sorted(path.glob("*.json"))
            files = [file for file in files if file.name != "manifest.json"]
        if not files:
            raise UnsoundError([f"{path} holds no stacks; ./hub synth writes them"])
        for file in files:
            name = _stack_name(file)
            if name in given:
                raise UnsoundError([f"{given[name]} and {file} are both the stack {name}; give one of them"])
            given[name] = file
    return given


def _stack_name(file: Path) -> str:
    return file.absolute().parent.name if file.name in {STACK_FILE, PLAN_FILE} else file.name.partition(".")[0]


def documents(files: Mapping[str, Path]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Stacks and plans, read one at a time. Raises `OSError` or `UnsoundError` for what is none."""
    for name, file in files.items():
        yield name, _json(file)


def _json(file: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except ValueError as error:
        raise UnsoundError([f"{file} is not JSON: {error}"]) from None
    if not isinstance(document, dict) or not {"planned_values", "terraform", "resource"} & document.keys():
        raise UnsoundError([f"{file} is neither a synthesised stack nor a plan (terraform show -json)"])
    return document


def services_in(network: Network) -> list[Service]:
    """The catalogue, as each region of a network has it."""
    regions = sorted({str(vpc.owner.region) for vpc in network.vpcs.values() if isinstance(vpc.owner.region, str)})
    return [
        Service(
            row.key,
            row.name_in(region),
            row.names_in(region),
            row.ports,
            () if row.private_dns_names else (f"{row.key}.{region}.amazonaws.com",),
        )
        for region in regions
        for row in catalogue().values()
        if row.service_name is not None
    ]


def intent_of(design: Design) -> Intent:
    """What a design means: each spoke uses what its hub offers, and meets the segments that its own one lists."""
    offered = {hub.name: frozenset(endpoint.service for endpoint in hub.endpoints) for hub in design.hubs}
    spokes = [spoke for spoke in design.spokes if not spoke.absent]
    return Intent(
        services={spoke.name: offered[spoke.hub] for spoke in spokes},
        hub={spoke.name: spoke.hub for spoke in spokes},
        gateway={spoke.name: frozenset(spoke.gateway_endpoints) - offered[spoke.hub] for spoke in spokes},
        segment={spoke.name: f"{spoke.hub}/{spoke.segment}" for spoke in spokes},
        joined=frozenset(
            (f"{spoke.hub}/{spoke.segment}", f"{spoke.hub}/{table}")
            for spoke in spokes
            for table in spoke.propagations
            if table != HUB_TABLE
        ),
        queries={hub.name: hub.queries_per_second for hub in design.hubs if hub.queries_per_second is not None},
    )


def prove(design: Design, result: Synthesis, count: Callable[[int], object] = lambda _: None) -> Report:
    """Trace stacks before they are written. Hubs that they need and that were not asked for are synthesised as well.

    Raises `UnsoundError`, with the paths, where an intended one is broken or another open.
    """
    return _proved(design, result, count)[1]


def trace_of(design: Design, stacks: Collection[str]) -> tuple[Network, Report]:
    """Stacks and the hubs that they need, synthesised and traced. Raises `UnsoundError` as `prove` does."""
    return _proved(design, synthesise(design, stacks.__contains__))


def _proved(
    design: Design, result: Synthesis, count: Callable[[int], object] = lambda _: None
) -> tuple[Network, Report]:
    needed = {spoke.hub_stack for spoke in design.spokes if spoke.stack in result.stacks} - result.stacks.keys()
    hubs = synthesise(design, needed.__contains__).stacks if needed else {}
    network = read(chain(hubs.items(), counted(result.stacks.items(), count)))
    found = report(network, services_in(network), intent_of(design))
    if reasons := [*lost(design, result.stacks, network), *map(_refusal, found.findings)]:
        raise UnsoundError(reasons)
    return network, found


def lost(design: Design, stacks: Collection[str], network: Network) -> list[str]:
    """What is wrong with stacks that were read, and that should have a spoke's VPC and have none."""
    meant = {spoke.name for spoke in design.spokes if spoke.stack in stacks and not spoke.absent}
    return [f"{name}: its VPC is not in its stack" for name in sorted(meant - network.spokes.keys())]


def _refusal(finding: Finding) -> str:
    """A finding with the hop that decided; `--explain` shows the others."""
    end = finding.path.end or (finding.path.hops[-1] if finding.path.hops else None)
    return f"{finding.title}\n{end}" if end is not None else finding.title


def explain(network: Network, source: str, target: str) -> str:
    """The whole path from a spoke to a service or to another spoke. Raises `KeyError` where one is not there."""
    trace = Trace(network, services_in(network))
    vpc = trace.spoke(source)
    if target in network.spokes:
        path = trace.between(source, target)
        return f"{source} → {target}: {path.verdict.value}\n{path}"
    reach = trace.reach(source, trace.service(target, vpc))
    return f"{source} → {target} ({', '.join(reach.names)}): {reach.state.value}\n{reach.path}"
