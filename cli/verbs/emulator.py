"""Run a local AWS Organization."""

from __future__ import annotations

import shlex
import threading
from typing import Annotated

import typer

from cli.console import err, fail, out
from cli.options import File
from cli.steps import read_file
from emulator import serve
from local.organization import local_organization
from topology import design


def emulator(
    file: File,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 picks a free one.")] = 0,
    share_delay: Annotated[float, typer.Option(metavar="SECONDS", help="Delay until a share takes effect.")] = 0.0,
) -> None:
    """Run a local AWS Organization with the accounts and roles of a topology, until Ctrl-C."""
    topology = read_file(file).topology
    try:
        with serve(local_organization(topology, design(topology), share_delay), port=port) as aws:
            for name, value in sorted(aws.environment().items()):
                out.print(f"export {name}={shlex.quote(value)}", markup=False)
            err.print(f"listening on {aws.url}; run the lines above in a shell; Ctrl-C stops it", markup=False)
            threading.Event().wait()
    except OSError as error:
        fail(f"cannot listen on port {port}: {error.strerror or error}")
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
