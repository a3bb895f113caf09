"""The verbs of `./hub`. Exit status: 0 done, 1 something is wrong outside the topology, 2 the input is refused."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from assurance.model import Network
from assurance.reader import read
from assurance.verdicts import Intent, intended, report
from cli import operations
from cli.console import err, heading, out, table
from cli.findings import Finding, Result
from cli.lab import rows
from cli.operations import Options
from cli.planning import WORDS, Planned
from cli.progress import counted, progress
from cli.reports import FORMATS
from cli.synthesis import STACK_FILE, Synthesis, UnsoundError, listed, matches, select, synthesise, write
from cli.terraform import Terraform, find
from cli.tracing import documents, explain, intent_of, lost, prove, services_in, stack_files, trace_of
from lab import Lab, UnavailableError, build
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

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Parallel = Annotated[int, typer.Option(metavar="N", min=1, max=20, help="Stacks that are worked on at once.")]
ShareWait = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for a share to take effect.")
]


class Format(StrEnum):
    """How findings are printed."""

    TABLE = "table"
    JSON = "json"


OPTIONS = Options()
MOST_SHOWN = 1000
"""Problems that are printed: enough for any file that is meant to be a topology."""
MOST_STACKS = 100
"""Stacks that are listed: more than anyone reads, and a table of thousands takes longer than their synthesis."""
FAILED, REFUSED = 1, 2
CHANGES = 2
DRIFT_WORDS = {"create": "created", "change": "changed", "replace": "replaced", "delete": "deleted"}
"""What was done outside of Terraform, for what a plan would do."""


def run() -> None:
    """Run the command line."""
    app(prog_name="hub")


def _fail(message: object) -> NoReturn:
    err.print(str(message), markup=False, style="red")
    raise typer.Exit(FAILED)


def _refuse(message: object) -> NoReturn:
    err.print(str(message), markup=False, style="red")
    raise typer.Exit(REFUSED)


def _read(file: Path) -> Reading:
    """Read a topology: its warnings are shown, and its problems end the command."""
    try:
        reading = read_topology(file)
    except TopologyError as refused:
        for problem in refused.problems[:MOST_SHOWN]:
            err.print(str(problem), markup=False)
        count = len(refused.problems)
        if count > MOST_SHOWN:
            err.print(f"… and {count - MOST_SHOWN:,} more", markup=False)
        _refuse(f"{count:,} problem{'s' if count > 1 else ''}; nothing was written")
    for warning in reading.warnings:
        err.print(f"warning: {warning}", markup=False, style="yellow")
    return reading


def _synthesise(planned: Design, only: list[str] | None, output: Path) -> Synthesis:
    try:
        wanted = select(planned.order, only or [])
        total = sum(map(wanted, planned.order))
        with progress("synthesising", total) as count:
            result = synthesise(planned, wanted, count)
        with progress("tracing", total) as count:
            found = prove(planned, result, count)
        kept = write(result, output, planned)
    except UnsoundError as unsound:
        _refuse(unsound)
    except OSError as error:
        _fail(f"cannot write to {output}: {error.strerror or error}")
    full = [f"{f.what}: {f.value:,} of {f.limit:,} at {f.where}; see {f.source}" for f in found.figures if not f.fits]
    for warning in (*kept, *full):
        err.print(f"warning: {warning}", markup=False, style="yellow")
    return result


def _show(planned: Design, result: Synthesis, output: Path) -> None:
    rows = []
    names = [name for name in planned.order if name in result.stacks]
    for name in names[:MOST_STACKS]:
        resources = json.loads(result.stacks[name]).get("resource", {})
        count = sum(len(instances) for instances in resources.values())
        rows.append((name, planned.accounts[name], str(count), str(output / "stacks" / name / STACK_FILE)))
    out.print(table(["stack", "account", "resources", "file"], rows))
    if len(names) > MOST_STACKS:
        out.print(f"… and {len(names) - MOST_STACKS:,} more stacks in {output / 'stacks'}", markup=False)


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
def trace(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR|PLAN.json…",
            help="A topology, which is synthesised; or stacks or plans, which a topology beside them judges.",
        ),
    ],
    explained: Annotated[
        tuple[str, str] | None,
        typer.Option("--explain", metavar="SPOKE SERVICE", help="Show the whole path to a service or to a spoke."),
    ] = None,
    form: Annotated[
        Literal["table", "json", "junit", "markdown"], typer.Option("--format", help="How the report is written.")
    ] = "table",
) -> None:
    """Trace every name and packet before an apply. Exit status 1: a path is broken, or one too many is open."""
    network, intent = _network(paths)
    if explained is not None:
        try:
            out.print(explain(network, *explained), markup=False)
        except KeyError as unknown:
            _refuse(unknown.args[0])
        return
    with progress("tracing"):
        known = services_in(network)
        found = report(network, known, intent if intent is not None else intended(network, known))
    sys.stdout.write(FORMATS[form](found) + "\n")
    if not found.sound:
        raise typer.Exit(FAILED)


@app.command()
def lab(
    file: File,
    spoke: Annotated[
        str | None, typer.Option("--shell", metavar="SPOKE", help="Open a shell where a workload of this spoke is.")
    ] = None,
) -> None:
    """Build the network here, out of Linux namespaces, and ask it with nslookup and TLS. Exit status 1: one fails."""
    network, intent = _network([file])
    known = services_in(network)
    if spoke is not None and spoke not in network.spokes:
        _refuse(f"no spoke {spoke}; there are {', '.join(sorted(network.spokes)) or 'none'}")
    try:
        with progress("building"), build(network, known) as built:
            if spoke is not None:
                _sit(built, spoke)
                return
            with progress("asking"):
                found = list(rows(built, known, intent if intent is not None else intended(network, known)))
    except UnavailableError as unavailable:
        _fail(unavailable)
    columns = ["spoke", "offered", "nslookup", "TLS", "without endpoint", "nslookup"]
    shown = [(r.spoke, r.offered or "–", r.answer, r.connected, r.other, r.other_answer) for r in found]
    out.print(table(columns, shown))
    failing = [row.spoke for row in found if not row.sound]
    if failing:
        err.print(f"why: ./hub trace {file} --explain {failing[0]} SERVICE", markup=False)
        raise typer.Exit(FAILED)


def _sit(built: Lab, spoke: str) -> None:
    """A shell in a spoke; its exit status is that of the last command, and says nothing about the lab."""
    err.print(
        f"a workload of {spoke}; the network ends with this shell. Try:\n"
        "  nslookup kms.us-east-1.amazonaws.com\n"
        "  curl https://kms.us-east-1.amazonaws.com/",
        markup=False,
    )
    built.shell(spoke)


def _network(paths: list[Path]) -> tuple[Network, Intent | None]:
    """What the paths hold, and what the topology among them means; without one the stacks speak for themselves."""
    topologies = [path for path in paths if path.suffix in {".yaml", ".yml"}]
    others = [path for path in paths if path not in topologies]
    if len(topologies) > 1:
        _refuse("one topology at a time")
    planned = design(_read(topologies[0]).topology) if topologies else None
    try:
        if planned is not None and not others:
            with progress("synthesising", len(planned.order)) as count:
                stacks = synthesise(planned, count=count).stacks
            with progress("reading", len(stacks)) as count:
                network = read(counted(stacks.items(), count))
            given: Collection[str] = stacks
        else:
            files = stack_files(others)
            network = read(documents(files))
            given = files
    except UnsoundError as unsound:
        _refuse(unsound)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")
    if planned is None:
        return network, None
    if reasons := lost(planned, given, network):
        _refuse("\n".join(reasons))
    meant = intent_of(planned)
    if untraced := sorted(meant.services.keys() - network.spokes.keys()):
        err.print(f"not traced, since nothing that was given has their VPC: {listed(untraced)}", markup=False)
    return network, meant


@app.command()
def validate(file: File, only: Only = None, output: Output = Path("cdktf.out")) -> None:
    """Synthesise, and validate every stack with the real provider. Needs Terraform, and no credentials."""
    planned = design(_read(file).topology)
    result = _synthesise(planned, only, output)
    with _operating(), progress(f"validating {len(result.stacks)} stacks"):
        operations.validate(_terraform(output), result.stacks)
    _show(planned, result, output)


def _terraform(output: Path, variables: Mapping[str, str] | None = None) -> Terraform:
    binary = find()
    if binary is None:
        _fail("terraform is not on PATH; install Terraform 1.11 or newer")
    return Terraform(binary, output, variables=variables or {})


@app.command()
def preflight(
    file: File,
    every: Annotated[bool, typer.Option("--all", help="Show what is in order too.")] = False,
    form: Annotated[Format, typer.Option("--format", help="JSON holds every finding.")] = Format.TABLE,
) -> None:
    """Ask AWS, with the deploy roles, whether the topology can be applied. Changes nothing."""
    from cli import preflight as asking  # noqa: PLC0415  boto3 takes a while to import
    from cli.clients import CallerError, Clients  # noqa: PLC0415

    planned = design(_read(file).topology)
    try:
        with progress(f"asking AWS in {len(set(planned.accounts.values()))} accounts"):
            findings = asking.preflight(planned, Clients())
    except CallerError as error:
        _fail(error)
    if form is Format.JSON:
        sys.stdout.write(json.dumps([_finding(finding) for finding in findings], indent=2) + "\n")
    else:
        _show_findings(findings, every)
    if any(finding.result is Result.FAILED for finding in findings):
        raise typer.Exit(FAILED)


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "account": finding.place.account,
        "region": finding.place.region,
        "result": finding.result.value,
        "found": finding.found,
        "fix": finding.fix,
    }


def _show_findings(findings: list[Finding], every: bool) -> None:  # noqa: FBT001  the option's own name
    """The worst first; of what is in order, the number."""
    counts = Counter(finding.result for finding in findings)
    shown = [finding for result in Result for finding in findings if finding.result is result]
    if not every:
        shown = [finding for finding in shown if finding.result is not Result.OK]
    if shown:
        rows = [
            (f.result.value, f.check, f.place.account, f.place.region, f.found + (f"\nfix: {f.fix}" if f.fix else ""))
            for f in shown
        ]
        out.print(table(["result", "check", "account", "region", "found"], rows))
    told = ", ".join(f"{counts[result]} {result.value}" for result in Result if counts[result])
    out.print(f"{len(findings)} checks: {told}", markup=False)


@app.command()
def verify(
    file: File,
    only: Only = None,
    form: Annotated[
        Literal["table", "json", "junit", "markdown"], typer.Option("--format", help="How the report is written.")
    ] = "table",
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="How long a test instance may take to answer.")
    ] = 180.0,
) -> None:
    """Ask a deployed network what the trace says of it. Exit status 1: something differs, or could not be asked."""
    from cli import verify as asking  # noqa: PLC0415  boto3 takes a while to import
    from cli.clients import CallerError, Clients  # noqa: PLC0415
    from cli.verify_reports import VERIFY_FORMATS  # noqa: PLC0415

    planned = design(_read(file).topology)
    try:
        wanted = select(planned.order, only or [])
        stacks = {stack for stack in planned.order if wanted(stack)}
        clients = Clients()
        with progress("tracing"):
            network, traced = trace_of(planned, stacks)
        expected = asking.expectations(planned, network, traced)
        with progress("asking AWS"):
            found = asking.verify(planned, stacks, expected, clients, seconds=timeout, stopping=threading.Event())
    except UnsoundError as unsound:
        _refuse(unsound)
    except CallerError as error:
        _fail(error)
    except KeyboardInterrupt:
        _fail("stopped; nothing was changed")
    sys.stdout.write(VERIFY_FORMATS[form](found) + "\n")
    if not found.sound:
        raise typer.Exit(FAILED)


@app.command()
def bootstrap(file: File, output: Output = Path("cdktf.out"), yes: Yes = False) -> None:
    """Make the state bucket, and move its own state into it. A second run changes nothing."""
    planned = design(_read(file).topology)
    if planned.state is None:
        _refuse("the topology does not make its state bucket: it has no `create: true` under `state`")
    _synthesise(planned, [planned.state.stack], output)
    _agree(f"make the state bucket {planned.state.bucket} in account {planned.state.account.id}", yes)
    with _operating():
        operations.deploy(_terraform(output), planned, [planned.state.stack], OPTIONS)


class ReviewCommand(TyperCommand):
    """A command whose exit status 2 means that there is something to review, so that no mistake of its user may."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  Typer has no public type for it
        """Read the arguments; a mistake in them ends with status 1."""
        try:
            return super().make_context(*args, **kwargs)
        except TyperException as mistake:
            vars(mistake)["exit_code"] = FAILED  # what Typer ends the process with
            raise


@contextmanager
def _refusals_fail() -> Iterator[None]:
    """Within it, refused input ends with status 1, since 2 has a meaning of its own."""
    try:
        yield
    except typer.Exit as refused:
        raise typer.Exit(FAILED if refused.exit_code else 0) from None


@app.command(cls=ReviewCommand)
def plan(
    file: File,
    only: Only = None,
    output: Output = Path("cdktf.out"),
    parallel: Parallel = OPTIONS.parallel,
    drift: Annotated[
        bool, typer.Option("--drift", help="Show what was changed outside of Terraform, and would be undone.")
    ] = False,
) -> None:
    """Plan every stack and apply nothing. Exit status 0: no changes; 2: changes or orphans; 1: anything else."""
    from cli.clients import Clients  # noqa: PLC0415  boto3 takes a while to import
    from cli.states import StateBucket, orphans  # noqa: PLC0415

    with _refusals_fail():
        planned = design(_read(file).topology)
        stacks = list(_synthesise(planned, only, output).stacks)
        terraform = _terraform(output)
    found, failures = operations.plan(terraform, planned, stacks, Options(parallel), drift=drift)
    _show_plans(planned, found, drift=drift)
    for failure in failures:
        err.print(f"{failure}\n", markup=False, style="red")
    if terraform.stopping.is_set():
        raise typer.Exit(FAILED)
    with _asking("the states could not be read"):
        left = orphans(planned, StateBucket(planned, Clients()), lambda stack: matches(stack, only or []))
    for state in left:
        out.print(
            f"orphan: {state.stack} is in no stack of {file}, and its state has {len(state.addresses)} resources; "
            "put it back with `absent: true`, deploy it, then take it out",
            markup=False,
        )
    if failures:
        raise typer.Exit(FAILED)
    if left or not all(told.clean for told in found.values()):
        raise typer.Exit(CHANGES)


def _show_plans(planned: Design, found: Mapping[str, Planned], *, drift: bool) -> None:
    """The numbers for each stack; then, by address, what would be lost for a while, and all of a drift."""

    def numbers(told: Planned) -> list[str]:
        return ["" if told.waits_for else str(len(told.changes.get(word, ()))) for word in WORDS]

    rows = [(stack, planned.accounts[stack], *numbers(told), told.remark) for stack, told in found.items()]
    words = DRIFT_WORDS if drift else dict(zip(WORDS, WORDS, strict=True))
    out.print(table(["stack", "account", *words.values(), ""], rows))
    for stack, told in found.items():
        for word in WORDS if drift else ("replace", "delete"):
            for address in told.changes.get(word, ()):
                out.print(f"{words[word]}: {stack} {address}", markup=False)


@app.command()
def strays(file: File) -> None:
    """List what carries the topology's tag in some account and is in no state. Exit status 1: something does."""
    from cli import strays as searching  # noqa: PLC0415  boto3 takes a while to import
    from cli.clients import Clients  # noqa: PLC0415

    planned = design(_read(file).topology)
    with (
        _asking("the states could not be read"),
        progress(f"asking AWS in {len(set(planned.accounts.values()))} accounts"),
    ):
        told = searching.search(planned, Clients())
    if told.strays:
        rows = [(stray.account, stray.region, stray.stack, stray.name, stray.arn) for stray in told.strays]
        out.print(table(["account", "region", "made by", "name", "resource"], rows))
    for stack in told.busy:
        err.print(f"warning: {stack} is locked: what an apply has just made is in no state yet", style="yellow")
    for place, why in told.unasked:
        err.print(f"not asked: {place.account} {place.region}: {why}", markup=False, style="red")
    count = len(told.strays)
    out.print(f"{count} stray{'s' * (count != 1)}", markup=False)
    if told.strays or told.unasked:
        raise typer.Exit(FAILED)


@app.command()
def deploy(
    file: File,
    only: Only = None,
    output: Output = Path("cdktf.out"),
    yes: Yes = False,
    parallel: Parallel = OPTIONS.parallel,
    share_wait: ShareWait = OPTIONS.share_wait,
) -> None:
    """Plan and apply every stack in order: the state bucket, hubs, spokes."""
    planned = design(_read(file).topology)
    result = _synthesise(planned, only, output)
    stacks = list(result.stacks)
    _agree(f"apply {len(stacks)} stacks in accounts {_accounts(planned, stacks)}", yes)
    with _operating(f"./hub deploy {file}"):
        operations.deploy(_terraform(output), planned, stacks, Options(parallel, share_wait))


@app.command()
def destroy(
    file: File,
    only: Only = None,
    output: Output = Path("cdktf.out"),
    yes: Yes = False,
    parallel: Parallel = OPTIONS.parallel,
) -> None:
    """Destroy every stack in reverse order. Refused where a stack is protected."""
    planned = design(_read(file).topology)
    stacks = list(_synthesise(planned, only, output).stacks)
    kept = [stack for stack in planned.protected if stack in stacks]
    if kept:
        _refuse(f"{', '.join(kept)}: protected; set `protect: false`, deploy that, then destroy")
    _agree(f"destroy {len(stacks)} stacks in accounts {_accounts(planned, stacks)}", yes)
    _unused(planned, stacks)
    with _operating(f"./hub destroy {file}"):
        operations.destroy(_terraform(output), planned, stacks, Options(parallel))


@contextmanager
def _asking(failure: str) -> Iterator[None]:
    """Within it, an AWS that refuses or does not answer ends the command, with why."""
    from cli.clients import AWSError, CallerError, reason  # noqa: PLC0415  boto3 takes a while to import

    try:
        yield
    except (CallerError, ValueError) as error:
        _fail(error)
    except AWSError as error:
        _fail(f"{failure}: {reason(error)}")


def _unused(planned: Design, stacks: Collection[str]) -> None:
    """End the command where somebody uses a hub that is to go."""
    from cli.clients import Clients  # noqa: PLC0415  boto3 takes a while to import
    from cli.users import users  # noqa: PLC0415

    with _asking("who uses the hubs could not be asked"):
        using = users(planned, stacks, Clients())
    if using:
        _refuse("\n".join([*using, "destroy those first; nothing was changed"]))


def _accounts(planned: Design, stacks: Iterable[str]) -> str:
    return ", ".join(sorted({planned.accounts[stack] for stack in stacks}))


@contextmanager
def _operating(resume: str = "") -> Iterator[None]:
    """Within it, what fails is shown with the command to go on with."""
    try:
        yield
    except operations.OperationError as failed:
        _fail(f"{failed}\n\nto go on: {resume}" if resume else failed)


def _agree(what: str, yes: bool) -> None:  # noqa: FBT001  the option's own name
    """Ask a person once; a pipeline has to say --yes, so that none applies by mistake."""
    if yes:
        return
    if not sys.stdin.isatty():
        _refuse(f"this would {what}; say --yes where nobody can be asked")
    if not typer.confirm(f"{what[0].upper()}{what[1:]}?", err=True):
        raise typer.Exit(REFUSED)


@app.command()
def emulator(
    file: File,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any free one.")] = 0,
    share_delay: Annotated[float, typer.Option(metavar="SECONDS", help="Time until a share takes effect.")] = 0.0,
) -> None:
    """Run a local AWS Organization with the accounts and roles of a topology, until Ctrl-C."""
    from cli.local import local_organization  # noqa: PLC0415  moto takes a second to import
    from emulator import serve  # noqa: PLC0415

    topology = _read(file).topology
    try:
        with serve(local_organization(topology, design(topology), share_delay), port=port) as aws:
            for name, value in sorted(aws.environment().items()):
                out.print(f"export {name}={shlex.quote(value)}", markup=False)
            err.print(f"listening on {aws.url}; give a shell the lines above, and stop with Ctrl-C", markup=False)
            threading.Event().wait()
    except OSError as error:
        _fail(f"cannot listen on port {port}: {error.strerror or error}")
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command()
def demo(file: File = Path("examples/quickstart.yaml"), output: Output = Path("cdktf.out")) -> None:
    """Check, synthesise and validate a topology, deploy it to a local AWS Organization, and take it down again."""
    topology = _read(file).topology
    planned = design(topology)
    result = _synthesise(planned, None, output)
    if find() is None:
        out.print("terraform is not on PATH: the stacks are synthesised, not validated or deployed", markup=False)
    else:
        from cli.local import local_organization  # noqa: PLC0415  moto takes a second to import
        from emulator import serve  # noqa: PLC0415

        with serve(local_organization(topology, planned)) as aws, _operating():
            operations.rehearse(_terraform(output, aws.environment()), planned, aws.leftovers)
    heading("the stacks, in the order in which they are applied")
    _show(planned, result, output)


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
