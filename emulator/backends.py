"""moto's state: per service a dictionary of accounts, in each one of regions, in each a backend."""

from typing import TypeVar

from moto.core.base_backend import BackendDict, BaseBackend

B = TypeVar("B", bound=BaseBackend)


def in_region(backends: BackendDict[B], region: str) -> list[B]:
    """The backends of all accounts that have used the service in the region. Looking up one more would create it."""
    return [regions[region] for regions in backends.values() if region in regions.keys()]  # noqa: SIM118 # "in" lies
