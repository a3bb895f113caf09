"""The verbs of `./hub`. Exit status: 0 done, 1 something is wrong outside the topology, 2 the input is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli import terraform
from cli.console import err, out, progress, table
from cli.synthesis import STACK_FILE, Synthesis, UnsoundError, select, synthesise, write
from topology import Design, Reading, TopologyError, design, read_topology
from topology.models import json_schema
from topology.problems import did_you_mean
from topology.services import catalogue

__all__ = ["run"]

app = typer.Typer(
    help="Private access to AWS services for every VPC of an organization, from one topology file.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The topology, for example examples/quickstart.yaml.")]
Only = Annotated[
    list[str] | None,
    typer.Option(metavar="GLOB", help="Only the stacks whose names match, such as 'spoke-core-*'. Repeatable."),
]
Output = Annotated[Path, typer.Option(metavar="DIR", help="Where the stacks' folders are.")]

REFUSED = 2


def run() -> None:
    """Run the command line."""
    app(prog_name="hub")


def _refuse(message: object) -> NoReturn:
    err.print(str(message), markup=False, style="red")
    raise typer.Exit(REFUSED)


def _read(file: Path) -> Reading:
    """Read a topology: its warnings are shown, and its problems end the command."""
    try:
        reading = read_topology(file)
    except TopologyError as refused:
        for problem in refused.problems:
            err.print(str(problem), markup=False)
        count = len(refused.problems)
        _refuse(f"{count} problem{'s' if count > 1 else ''}; nothing was written")
    for warning in reading.warnings:
        err.print(f"warning: {warning}", markup=False, style="yellow")
    return reading


def _synthesise(planned: Design, only: list[str] | None, output: Path) -> Synthesis:
    try:
        wanted = select(planned.order, only or [])
        with progress(f"synthesising {sum(map(wanted, planned.order))} stacks"):
            result = synthesise(planned, wanted)
            kept = write(result, output, planned)
    except UnsoundError as unsound:
        _refuse(unsound)
    except OSError as error:
        err.print(f"cannot write to {output}: {error.strerror or error}", markup=False, style="red")
        raise typer.Exit(1) from None
    for warning in kept:
        err.print(f"warning: {warning}", markup=False, style="yellow")
    return result


def _show(planned: Design, result: Synthesis, output: Path, notes: dict[str, str] | None = None) -> None:
    rows = []
    for name in planned.order:
        if name in result.stacks:
            resources = json.loads(result.stacks[name]).get("resource", {})
            count = sum(len(instances) for instances in resources.values())
            row = [name, planned.accounts[name], str(count), str(output / "stacks" / name / STACK_FILE)]
            rows.append(row + ([notes.get(name, "")] if notes is not None else []))
    columns = ["stack", "account", "resources", "file"] + (["terraform"] if notes is not None else [])
    out.print(table(columns, rows))


@app.command()
def check(file: File) -> None:
    """Check a topology: every problem at once, with its line and the fix."""
    planned = design(_read(file).topology)
    hubs, spokes = len(planned.hubs), len(planned.spokes)
    out.print(f"{file} is sound: {hubs} hub{'s' * (hubs != 1)}, {spokes} spoke{'s' * (spokes != 1)}", markup=False)


@app.command()
def synth(file: File, only: Only = None, output: Output = Path("cdktf.out")) -> None:
    """Write the Terraform JSON of every stack. Needs no network, no credentials and no Terraform."""
    planned = design(_read(file).topology)
    _show(planned, _synthesise(planned, only, output), output)


@app.command()
def demo(file: File = Path("examples/quickstart.yaml"), output: Output = Path("cdktf.out")) -> None:
    """Check and synthesise a topology, and validate every stack with the real provider where Terraform is there."""
    planned = design(_read(file).topology)
    result = _synthesise(planned, None, output)
    binary = terraform.find()
    notes = {}
    for name in result.stacks if binary else ():
        with progress(f"terraform validate {name}"):
            try:
                terraform.validate(str(binary), output / "stacks" / name, Path(".cache/terraform"))
            except terraform.TerraformError as failed:
                err.print(str(failed), markup=False, style="red")
                raise typer.Exit(1) from None
        notes[name] = "valid"
    _show(planned, result, output, notes if binary else None)
    if not binary:
        out.print("terraform is not on PATH: the stacks were synthesised and not validated", markup=False)


@app.command()
def services(key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="One service, in full.")] = None) -> None:
    """List the services that a hub can offer, or show one."""
    known = catalogue()
    if key is None:
        rows = [
            (
                service.key,
                " ".join(service.private_dns_names) or "no private DNS",
                " ".join(map(str, service.ports)),
                service.confidence,
            )
            for service in known.values()
        ]
        out.print(table(["service", "private DNS names", "ports", "confidence"], rows))
        return
    if key not in known:
        _refuse(f'"{key}" is not a service of the catalogue; {did_you_mean(key, known, "./hub services lists them")}')
    service = known[key]
    private = {True: "yes", False: "no", None: "not known"}[service.private_dns]
    facts = [
        ("service", service.key),
        ("endpoint service", service.service_name or "none: it has no interface endpoint"),
        ("private DNS", private),
        ("private DNS names", "\n".join(service.private_dns_names) or "none"),
        ("ports", " ".join(map(str, service.ports))),
        ("endpoint policy", "yes" if service.endpoint_policy else "no"),
        ("not in zones", " ".join(service.unavailable_zones) or "none known"),
        ("confidence", service.confidence),
        ("source", service.source),
        *(("note", note) for note in service.notes),
    ]
    out.print(table(["", ""], facts))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the topology file, for editors."""
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
