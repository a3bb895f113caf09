"""Access to moto's state, in which each service has a backend for each account and region."""

from typing import TypeVar

from moto.core.base_backend import BackendDict, BaseBackend

B = TypeVar("B", bound=BaseBackend)


def in_region(backends: BackendDict[B], region: str) -> list[B]:
    """The existing backends of a service in a region. Looking up an account that has none would create one."""
    return [regions[region] for regions in backends.values() if region in regions.keys()]  # noqa: SIM118 # "in" lies
