"""Stacks against what the topology means, before they are written or applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from assurance.trace import Trace
from findings import Finding
from findings.render import reasons
from network.model import Network
from network.names import named
from network.terraform.reader import read
from review.intent import intent_of, lost, names_in, services_in
from review.membership import within
from review.verdicts import Intent, Report, report
from topology import Design

__all__ = ["explain", "needed_hubs", "prove"]


def needed_hubs(design: Design, stacks: Collection[str]) -> set[str]:
    """The hubs' stacks that some stacks cannot be traced without, and that are not among them."""
    return {design.spoke_stacks[stack].hub_stack for stack in stacks if stack in design.spoke_stacks} - set(stacks)


def prove(
    design: Design, stacks: Collection[str], texts: Iterable[tuple[str, bytes]]
) -> tuple[Network, Report, list[str]]:
    """Trace stacks: the network, the report, and why they must not be written, if they must not.

    `texts` has the JSON of each of the `stacks` and of the hubs that they need.
    """
    network = named(read(texts), names_in(design))
    found = report(network, services_in(network), intent_of(design))
    return network, found, [*lost(design, stacks, network), *map(_refusal, found.findings)]


def _refusal(finding: Finding) -> str:
    """A finding with the hop that decided; `--explain` shows the others."""
    return "\n".join([finding.title, *(f"  {line}" for line in reasons(finding))])


def explain(network: Network, intent: Intent, source: str, target: str) -> str:
    """The whole path from a spoke to a service or to another spoke, as the report judges it.

    Raises `KeyError` if the spoke, or what it should reach, is not in the network or the catalogue.
    """
    doubts = tuple(doubt for doubt in network.doubts if doubt.address not in intent.accepted)
    network = within(replace(network, doubts=doubts), intent.organization)
    trace = Trace(network, services_in(network), intent.accepted)
    vpc = trace.spoke(source)
    if target in network.spokes:
        path = trace.between(source, target)
        return f"{source} → {target}: {path.verdict.value}\n{path}"
    by_gateway = target in intent.gateway.get(source, ()) and target not in intent.services.get(source, ())
    reach = trace.reach(source, trace.service(target, vpc), by_gateway=by_gateway)
    return f"{source} → {target} ({', '.join(reach.names)}): {reach.state.value}\n{reach.path}"
