"""What Terraform does not say and a proof needs: which names a service's endpoint answers, on which ports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Service", "by_endpoint"]

SAMPLE = "example"
"""The label that stands for any, where an endpoint answers all names below one."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service as one region has it."""

    key: str
    """Its name in a table, such as `kms`."""
    endpoint: str
    """The endpoint service, such as `com.amazonaws.us-east-1.kms`."""
    names: tuple[str, ...]
    """Private DNS names; `*.` stands for all names below."""
    ports: tuple[int, ...]
    public: tuple[str, ...] = ()
    """What its clients ask for where the endpoint has no private DNS, as DynamoDB's."""

    @property
    def asked(self) -> tuple[str, ...]:
        """The names as a client would ask them."""
        return tuple(name.replace("*", SAMPLE) for name in self.names or self.public)

    def zones(self) -> Iterable[tuple[str, bool]]:
        """The hidden zones that an endpoint makes, each with whether it answers all names below."""
        domains = {name.removeprefix("*.") for name in self.names}
        for domain in sorted(domains):
            yield domain, f"*.{domain}" in self.names


def by_endpoint(services: Iterable[Service]) -> Mapping[str, Service]:
    """Services by endpoint service."""
    return {service.endpoint: service for service in services}
