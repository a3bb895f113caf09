"""Trace names and packets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.console import out, refuse
from cli.given import network_of
from cli.options import Accept, Form, accepted
from cli.progress import progress
from cli.reports import show, trace_report
from review.intent import services_in
from review.proof import explain
from review.verdicts import intended, report


def trace(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR|PLAN.json…",
            help="A topology, which is synthesised; or stacks, plans or states, which a topology beside them judges.",
        ),
    ],
    explained: Annotated[
        tuple[str, str] | None,
        typer.Option("--explain", metavar="SPOKE SERVICE", help="Show the whole path to a service or to a spoke."),
    ] = None,
    form: Form = "table",
    accept: Accept = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="What exists (./hub snapshot), alone or under the stacks or plans."),
    ] = None,
    deployed: Annotated[
        bool, typer.Option("--deployed", help="Record what exists now, with the deploy roles, in place of a snapshot.")
    ] = False,
) -> None:
    """Trace every name and packet, before an apply or of what is deployed.

    Exit status 1: a path is broken or could not be determined, or one is reachable that should not be.
    """
    network, intent = network_of(paths, snapshot, deployed=deployed)
    known = services_in(network)
    meant = intent if intent is not None else intended(network, known)
    meant = replace(meant, accepted={**meant.accepted, **accepted(accept)})
    if explained is not None:
        try:
            out.print(explain(network, meant, *explained), markup=False)
        except KeyError as unknown:
            refuse(unknown.args[0])
        return
    with progress("tracing"):
        found = report(network, known, meant)
    topology = next((path for path in paths if path.suffix in {".yaml", ".yml"}), None)
    show(trace_report(found, topology), form)
