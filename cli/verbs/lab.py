"""Build the network out of Linux namespaces."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import FAILED, err, fail, out, refuse, table
from cli.given import network_of
from cli.options import File
from cli.progress import progress
from lab import Lab, UnavailableError, build_lab
from lab.questions import rows
from review.intent import services_in
from review.verdicts import intended


def lab(
    file: File,
    spoke: Annotated[
        str | None, typer.Option("--shell", metavar="SPOKE", help="Open a shell on a workload in this spoke.")
    ] = None,
) -> None:
    """Build the network on this machine and test it with nslookup and TLS. Exit status 1: a test fails."""
    network, intent = network_of([file])
    known = services_in(network)
    if spoke is not None and spoke not in network.spokes:
        refuse(f"no spoke {spoke}; the spokes are {', '.join(sorted(network.spokes)) or 'none'}")
    try:
        with progress("building"), build_lab(network, known) as built:
            if spoke is not None:
                _sit(built, spoke)
                return
            with progress("testing"):
                found = list(rows(built, known, (intent or intended(network, known)).services))
    except UnavailableError as unavailable:
        fail(unavailable)
    columns = ["spoke", "offered", "nslookup", "TLS", "without endpoint", "nslookup"]
    shown = [(r.spoke, r.offered or "–", r.answer, r.connected, r.other, r.other_answer) for r in found]
    out.print(table(columns, shown))
    failing = [row.spoke for row in found if not row.sound]
    if failing:
        err.print(f"to see why: ./hub trace {file} --explain {failing[0]} SERVICE", markup=False)
        raise typer.Exit(FAILED)


def _sit(built: Lab, spoke: str) -> None:
    """Open a shell in a spoke. Its exit status is that of the last command, and not a result of the lab."""
    err.print(
        f"this shell is on a workload in {spoke}; the network is gone when it exits. Try:\n"
        "  nslookup kms.us-east-1.amazonaws.com\n"
        "  curl https://kms.us-east-1.amazonaws.com/",
        markup=False,
    )
    built.shell(spoke)
