"""Check that a deployed network does what its design promises."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from accounts.clients import CallerError, Clients
from cli.console import fail, refuse
from cli.options import Accept, File, Form, Only
from cli.progress import progress
from cli.reports import show
from cli.steps import accepting, proved, read_file
from cli.verification import report_of
from cli.verification import verify as verified
from deployment.synthesis import UnsoundError, select, synthesise
from topology import design


def verify(
    file: File,
    only: Only = None,
    form: Form = "table",
    accept: Accept = None,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="How long a test instance may take to answer.")
    ] = 180.0,
) -> None:
    """Check that a deployed network does what its design promises. Changes nothing in AWS.

    Exit status 1: a path is not as promised, or could not be determined.
    """
    planned = accepting(design(read_file(file).topology), accept)
    try:
        wanted = select(planned.order, only or [])
        stacks = {stack for stack in planned.order if wanted(stack)}
        clients = Clients()
        with progress("tracing"):
            proof = proved(planned, synthesise(planned, stacks.__contains__))
        found = verified(
            planned, stacks, proof, clients, seconds=timeout, stopping=threading.Event(), progress=progress
        )
    except UnsoundError as unsound:
        refuse(unsound)
    except CallerError as error:
        fail(error)
    except KeyboardInterrupt:
        fail("stopped; nothing was changed")
    show(report_of(found, file), form)
