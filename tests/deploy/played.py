"""Simulates a test instance: prints what its script would print in a working network, or with faults."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from emulator import Machine, ScriptResult, Shell
from tests.waiting import PATIENCE

__all__ = ["Played"]

ASKED = re.compile(r"^ask (\d+) (\S+) (\d+)((?: \d+)*) &$", re.MULTILINE)
PUBLIC, S3 = "192.0.2.1", "s3.us-east-1.amazonaws.com"


class Played:
    """A shell that behaves as in a working network: endpoints as in the hub's account, S3 through a gateway endpoint.

    `answers` has other results by name: a list of addresses, each with the result of a connection, or a word. `silent`
    instances never pick up a command; `slow` ones block until `release` is set.
    """

    def __init__(self) -> None:
        self.addresses: Callable[[], Mapping[str, list[str]]] = dict
        self.answers: dict[str, list[tuple[str, str]] | str] = {}
        self.silent = False
        self.cut = False
        self.slow = False
        self.release = threading.Event()
        self.asked: list[str] = []
        self.ran_on: list[Machine] = []

    @property
    def shell(self) -> Shell:
        return self._run

    def reset(self) -> None:
        self.answers, self.silent, self.cut, self.slow, self.asked = {}, False, False, False, []
        self.release.set()
        self.release = threading.Event()

    def _run(self, machine: Machine, script: str) -> ScriptResult | None:
        self.ran_on.append(machine)
        if self.silent:
            return None
        if self.slow:
            self.release.wait(PATIENCE)
        known = self.addresses()
        lines = []
        for number, name, _, ports in ASKED.findall(script):
            self.asked.append(name)
            told = self.answers.get(name)
            if told is None:
                told = [(address, "tls") for address in known.get(name, [])] or [
                    (PUBLIC, "tls" if name == S3 else "closed")
                ]
            if isinstance(told, str):
                lines.append(f"{number} - - {told}")
            else:
                lines += [f"{number} {ip} {port} {word}" for ip, word in told for port in ports.split()]
        return ScriptResult(0, "\n".join(lines if self.cut else [*lines, f"end {len(self.asked)}"]))


def endpoint_addresses(ec2: Any) -> dict[str, list[str]]:
    """The addresses of each interface endpoint of an account, by the service's name in DNS."""
    found = {}
    for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]:
        if endpoint["VpcEndpointType"] == "Interface":
            interfaces = ec2.describe_network_interfaces(NetworkInterfaceIds=endpoint["NetworkInterfaceIds"])
            region, service = endpoint["ServiceName"].split(".")[2:]
            name = f"{service}.{region}.amazonaws.com"
            found[name] = sorted(interface["PrivateIpAddress"] for interface in interfaces["NetworkInterfaces"])
    return found
