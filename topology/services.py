"""The catalogue of AWS services that have interface endpoints: their names, ports and what is known of them.

The table is data (`services.json`), for the `aws` partition. Each row says how far it is trusted: `verified` (printed
by AWS), `corroborated` (two independent sources agree), `derived` (the SDK's host), `unverified` (a pattern). The
authority is `ec2:DescribeVpcEndpointServices` in the account and region itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["GLOBAL_REGION", "HTTPS", "Service", "catalogue"]

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


@cache
def catalogue() -> Mapping[str, Service]:
    """Every known service by its key, in alphabetical order."""
    rows: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("services.json").read_text(encoding="utf-8"))
    return {key: _service(key, row) for key, row in rows.items()}


def _service(key: str, row: dict[str, Any]) -> Service:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return Service(key=key, **values)
