"""The catalogue of AWS services that have interface endpoints: their names, ports and what is known of them.

The table is data (`services.json`), for the `aws` partition. Each row says how far it is trusted: `verified` (printed
by AWS), `corroborated` (two independent sources agree), `derived` (the SDK's host), `unverified` (a pattern). The
authority is `ec2:DescribeVpcEndpointServices` in the account and region itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from topology.regions import REGION

__all__ = ["GLOBAL_REGION", "HTTPS", "Service", "catalogue", "forwarded_domains", "keys_for"]

HTTPS = (443,)

# Endpoints of global services exist in the region of their control plane.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam_vpc_endpoint_create.html
GLOBAL_REGION = "us-east-1"


@dataclass(frozen=True)
class Service:
    """One AWS service, as a hub can offer it. `{region}` in a name stands for the hub's region."""

    key: str
    """The key that a topology lists, for example `ecr.dkr`."""
    service_name: str | None
    """The endpoint service's name in EC2; None where the service has no interface endpoint."""
    private_dns_names: tuple[str, ...]
    """The names that the endpoint answers with private DNS on; `*.` stands for all names below."""
    private_dns: bool | None
    """Whether private DNS exists; None where no source says so."""
    ports: tuple[int, ...]
    """TCP ports."""
    confidence: str
    """How far the row is trusted: verified, corroborated, derived or unverified."""
    source: str
    """Where the row comes from."""
    endpoint_policy: bool = True
    """Whether the endpoint takes an endpoint policy."""
    unavailable_zones: tuple[str, ...] = ()
    """AZ ids in which AWS's documentation says the service is not."""
    notes: tuple[str, ...] = ()
    """What surprises its users; shown as warnings when a hub offers the service."""

    @property
    def is_global(self) -> bool:
        """Whether the service's name carries no region: its endpoint exists in one region only."""
        return self.service_name is not None and "{region}" not in self.service_name

    def name_in(self, region: str) -> str:
        """The endpoint service's name in a region."""
        if self.service_name is None:
            raise ValueError(f"{self.key} has no interface endpoint")
        return self.service_name.replace("{region}", region)

    def names_in(self, region: str) -> tuple[str, ...]:
        """The private DNS names in a region."""
        return tuple(name.replace("{region}", region) for name in self.private_dns_names)

    def kept_by(self, labels: Iterable[str], region: str) -> str | None:
        """The first of some names below the region's domain that keeps a name of the service from the hub, if any does.

        A rule for a domain takes the domain and all names below it, so a parent keeps the names of its children too.
        """
        names = [name.removeprefix("*.") for name in self.names_in(region)]
        for label in labels:
            domain = f"{label}.{region}.amazonaws.com"
            if any(name == domain or name.endswith(f".{domain}") for name in names):
                return label
        return None


@cache
def catalogue() -> Mapping[str, Service]:
    """Every known service by its key, in alphabetical order."""
    rows: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("services.json").read_text(encoding="utf-8"))
    return {key: _service(key, row) for key, row in rows.items()}


def _service(key: str, row: dict[str, Any]) -> Service:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Service(key=key, **values)


def keys_for(word: str) -> list[str]:
    """The keys of the services that a word is another name of: an endpoint service's name or a private DNS name."""
    pattern = REGION.sub("{region}", word.strip().lower().removeprefix("*."))
    return [
        service.key
        for service in catalogue().values()
        if pattern == service.service_name
        or pattern in {name.removeprefix("*.") for name in service.private_dns_names}
        or pattern == service.key
    ]


def forwarded_domains(region: str, keys: Iterable[str]) -> tuple[str, ...]:
    """The domains to forward for some services: the region's own, and what the services have outside it.

    Names below `<region>.api.aws` and the like share one rule; a name without the region gets a rule of its own, so
    that nothing else of that domain is taken.
    """
    own = f"{region}.amazonaws.com"
    domains = {own}
    for key in keys:
        for name in catalogue()[key].names_in(region):
            bare = name.removeprefix("*.")
            if bare.endswith(f".{own}"):
                continue
            at = bare.find(f".{region}.")
            domains.add(bare[at + 1 :] if at >= 0 and not bare.endswith(".amazonaws.com") else bare)
    return tuple(sorted(domains, key=lambda domain: (domain != own, domain)))
