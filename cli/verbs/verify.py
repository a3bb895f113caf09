"""Ask a deployed network."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from accounts import verify as asking
from accounts.clients import CallerError, Clients
from cli.console import fail, refuse
from cli.options import File, Form, Only
from cli.progress import progress
from cli.reports import show
from cli.steps import proved, read_file
from cli.verify_reports import verify_report
from deployment.synthesis import UnsoundError, select, synthesise
from topology import design


def verify(
    file: File,
    only: Only = None,
    form: Form = "table",
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="How long a test instance may take to answer.")
    ] = 180.0,
) -> None:
    """Ask a deployed network what the trace says of it. Exit status 1: something differs, or could not be asked."""
    planned = design(read_file(file).topology)
    try:
        wanted = select(planned.order, only or [])
        stacks = {stack for stack in planned.order if wanted(stack)}
        clients = Clients()
        with progress("tracing"):
            network, traced = proved(planned, synthesise(planned, stacks.__contains__))
        expected = asking.expectations(planned, network, traced)
        with progress("asking AWS"):
            found = asking.verify(planned, stacks, expected, clients, seconds=timeout, stopping=threading.Event())
    except UnsoundError as unsound:
        refuse(unsound)
    except CallerError as error:
        fail(error)
    except KeyboardInterrupt:
        fail("stopped; nothing was changed")
    show(verify_report(found, file), form)
