"""Turns the results of verbs into reports, which `findings.render` formats."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import typer

from assurance.capacity import Figure
from assurance.trace import State
from cli.console import FAILED, NOTHING
from findings import Affected, Finding, Place, Severity, codes
from findings.render import render
from findings.report import Report, Table
from review.verdicts import Report as Traced
from topology.document import read_document

__all__ = ["NOTHING_PROVED", "checks_of", "located", "pairs_of", "show", "trace_report"]

EACH = 100
"""Up to this many spokes get a row each; beyond it, equivalent spokes share a row."""
NOTHING_PROVED = "Nothing was proved: the input has no spoke that should reach a service."
SHOWN = 8
"""How many figures and pairs the table shows; of figures, those nearest to their limits."""


def show(report: Report, form: str) -> None:
    """Write a report to standard output. One that is not sound ends the verb with status 1; one on nothing, with 3."""
    sys.stdout.write(render(report, form) + "\n")
    if not report.sound:
        wrong = report.counts[Severity.FAILED] or report.counts[Severity.UNKNOWN]
        raise typer.Exit(FAILED if wrong else NOTHING)


def located(findings: Iterable[Finding], topology: Path | None) -> tuple[Finding, ...]:
    """The findings, each with the line of the topology on which its spoke or hub begins."""
    found = tuple(findings)
    if topology is None or not any(finding.subject for finding in found):
        return found
    document = read_document(topology)

    def place(finding: Finding) -> Place:
        for section in ("spokes", "hubs"):
            if (section, finding.subject) in document.lines:
                line = document.line((section, finding.subject))
                return replace(finding.place, file=document.name, line=line)
        return finding.place

    return tuple(replace(finding, place=place(finding)) for finding in found)


def trace_report(found: Traced, topology: Path | None = None) -> Report:
    """The report of a trace. Given the topology file, findings carry its lines."""
    checks = located((*checks_of(found, (*found.findings, *found.accepted)), *_capacity(found)), topology)
    return Report(
        "trace",
        checks,
        Table(("spoke", *found.services), tuple(_rows(found))),
        tuple(_notes(found)),
        {
            "spokes": {
                spoke: dict(zip(found.services, (state.value for state in states), strict=True))
                for spoke, states in found.rows()
            },
            "reachable": pairs_of(found, found.reachable()),
            "undetermined": pairs_of(found, sorted(found.opened.keys() - set(found.reachable()))),
            "capacity": [
                {"what": f.what, "where": f.where, "value": f.value, "limit": f.limit, "source": f.source}
                for f in found.figures
            ],
            "unmodelled": list(found.unmodelled),
        },
        examined=found.examined,
    )


def pairs_of(found: Traced, pairs: Iterable[tuple[int, int]]) -> list[dict[str, list[str]]]:
    """Pairs of groups of spokes, for programs."""
    return [{"from": list(found.groups[source]), "to": list(found.groups[target])} for source, target in pairs]


def checks_of(found: Traced, findings: Collection[Finding]) -> Iterator[Finding]:
    """Every check of a trace: `findings` where there is one, and else that it found nothing."""
    wrong = [finding for finding in findings if finding.code == codes.REACH]
    blocks = [block for each in wrong for block in each.affects or (Affected((each.subject,), (each.target,)),)]
    covered = {(spoke, key) for block in blocks for spoke in block.spokes for key in block.targets}
    yield from wrong
    for names in found.groups:
        wanted = tuple(name for name in names if found.intent.judges(name))
        for service in found.services if wanted else ():
            if (wanted[0], service) not in covered:
                yield Finding(
                    codes.REACH,
                    Place(),
                    Severity.OK,
                    str(found.state(names[0], service).value),
                    subject=wanted[0],
                    target=service,
                    service=service,
                    affects=(Affected(wanted, (service,)),),
                )
    shown = {codes.REACH, codes.ISOLATION, codes.EXPOSURE}
    yield from (finding for finding in findings if finding.code not in shown)
    for code, sound in (
        (codes.ISOLATION, "spokes reach each other only where intended"),
        (codes.EXPOSURE, "spokes reach nothing else"),
    ):
        others = [finding for finding in findings if finding.code == code]
        yield from others or ([Finding(code, Place(), Severity.OK, sound)] if found.examined else [])


def _capacity(found: Traced) -> Iterator[Finding]:
    for figure in found.figures:
        if not figure.fits:
            yield Finding(
                codes.CAPACITY,
                Place(address=figure.where),
                Severity.WARNING,
                _figure(figure),
                codes.CAPACITY.fix,
                label=figure.what,
                source=figure.source,
            )


def _figure(figure: Figure) -> str:
    return f"{figure.what}: {figure.value:,} of {figure.limit:,}"


def _rows(found: Traced) -> Iterator[tuple[str, ...]]:
    """The table's cells. A dash marks a service that a spoke is not meant to reach and does not reach."""
    if len(found.group_of) <= EACH:
        for spoke in sorted(found.group_of):
            yield spoke, *(_cell(found, spoke, service) for service in found.services)
        return
    for names in found.groups:
        alike = f" (and {len(names) - 1:,} like it)" if len(names) > 1 else ""
        yield f"{names[0]}{alike}", *(_cell(found, names[0], service) for service in found.services)


def _cell(found: Traced, spoke: str, service: str) -> str:
    state = found.state(spoke, service)
    if state is not State.UNREACHABLE:
        return str(state.value)
    return str(State.BROKEN.value) if found.intent.wants(spoke, service) else "–"


def _notes(found: Traced) -> Iterator[str]:
    """The notes below the table."""
    if found.sound:
        but = ", but for what is accepted (see below)" if any(map(_is_accepted, found.accepted)) else ""
        yield f"Every intended path works, and nothing else is reachable{but}."
    if not found.examined:
        yield NOTHING_PROVED
    meant = [pair for pair in _pairs(found) if found.intent.may_reach(*pair)]
    yield f"spoke to spoke: {'every other pair' if found.opened else 'every pair'} is blocked"
    unknown = len(found.opened) - len(list(found.reachable()))
    if unknown:
        yield f"  {unknown:,} pair{'s' * (unknown > 1)} could not be determined"
    for source, target in meant[:SHOWN]:
        yield f"  {source} → {target} is reachable, as intended"
    if len(meant) > SHOWN:
        yield f"  and {len(meant) - SHOWN:,} more"
    exposed = sum(map(len, found.exposed.values()))
    yield f"anything else that spokes reach: {exposed or 'nothing'}"
    fitting = [figure for figure in found.figures if figure.fits]
    for figure in fitting[:SHOWN]:
        yield f"{_figure(figure)} ({figure.where}; {figure.source})"
    if len(fitting) > SHOWN:
        yield f"and {len(fitting) - SHOWN} more figures, further from their limits (--format json lists them)"
    for address in found.unmodelled:
        yield f"not modelled: {address}"


def _is_accepted(finding: Finding) -> bool:
    return finding.severity is Severity.ACCEPTED


def _pairs(found: Traced) -> Iterator[tuple[str, str]]:
    """One pair of spokes for each pair of groups that reach each other."""
    for source, target in found.reachable():
        yield found.groups[source][0], found.groups[target][1 if source == target else 0]
