"""List services."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.console import out, refuse, table
from topology.problems import did_you_mean
from topology.services import catalogue


def services(
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="Show this service in full.")] = None,
) -> None:
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
        refuse(f'"{key}" is not a service of the catalogue; {did_you_mean(key, known, "./hub services lists them")}')
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
