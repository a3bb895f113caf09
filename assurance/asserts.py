"""Assertions in the language of networks, for tests. A failure prints the path, and the hop where it went wrong."""

from __future__ import annotations

from collections.abc import Iterable

from assurance.path import Path, Verdict
from assurance.trace import Reach, State, Trace
from network.model import Network
from network.services import Service

__all__ = ["assert_blocked", "assert_reaches", "assert_resolves_private"]


def assert_reaches(network: Network, spoke: str, service: Service) -> Reach:
    """Every workload of the spoke reaches the service privately, by every name and on every port."""
    found = Trace(network, [service]).reach(spoke, service)
    if found.state is not State.PRIVATE:
        raise AssertionError(f"{spoke} does not reach {service.key} privately: {found.state.value}\n{found.path}")
    return found


def assert_blocked(network: Network, source: str, target: str) -> Path:
    """No packet gets from one spoke to the other, whatever their security groups say."""
    found = Trace(network, ()).between(source, target)
    if found.verdict is not Verdict.DROPPED:
        verb = "reaches" if found.verdict is Verdict.PASSES else "may reach"
        raise AssertionError(f"{source} {verb} {target}\n{found}")
    return found


def assert_resolves_private(network: Network, spoke: str, name: str, services: Iterable[Service]) -> str:
    """The spoke's resolver answers the name with the addresses of an interface endpoint; returns which."""
    trace = Trace(network, services)
    answer = trace.names.resolve(trace.spoke(spoke), name)
    if answer.endpoint is None:
        raise AssertionError(f"{spoke} resolves {name} to {answer.kind.value}\n{answer.path}")
    return answer.endpoint
