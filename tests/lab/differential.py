"""`python -m tests.lab.differential FIRST LAST`: traces and builds random networks, and compares every result.

It must run in a sandbox, as started by `python -m tests.lab.replay`. Prints a line of JSON for each network.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assurance.flows import Flow
from assurance.path import Verdict
from assurance.trace import Trace
from lab.build import BuiltPlan
from lab.inside import enclose
from lab.plan import Interface, plan
from network.model import Network, Vpc
from network.services import Service
from tests.lab.mutations import MUTATIONS, Mutation
from tests.lab.networks import CONTROL, SERVICES, random_network
from tests.lab.probes import Connection, Inconclusive, Packet, Probes, addresses

__all__ = ["Answers", "asked_of_packets", "asked_of_trace", "differences"]

PUBLIC = "public addresses"
SAMPLES = (("tcp", 443), ("tcp", 53), ("udp", 53), ("tcp", 22), ("tcp", 450), ("udp", 2000))
"""Single packets to send: a flow for each range of ports that the random rules distinguish."""
PORTS = (1500, 65000)
"""Source ports: near both ends of the range that a network ACL has to allow for responses."""
ATTEMPTS = 3


@dataclass
class Answers:
    """All results for a network, by query."""

    names: dict[str, str] = field(default_factory=dict)
    """`spoke name`: the resolver's result."""
    reaches: dict[str, str] = field(default_factory=dict)
    """`spoke endpoint-service`: the state of the trace's table."""
    between: dict[str, bool] = field(default_factory=dict)
    """`spoke spoke`: whether any packet arrives."""
    exposed: dict[str, bool] = field(default_factory=dict)
    """`spoke thing protocol port`: whether any packet arrives."""
    blocked: int = 0
    """The number of blocked packets and connections, all of them recorded by a router."""

    def __len__(self) -> int:
        return len(self.names) + len(self.reaches) + len(self.between) + len(self.exposed)


def differences(
    one: Answers, other: Answers, sides: tuple[str, str] = ("the trace says", "packets say")
) -> Iterator[str]:
    """Where the two results differ."""
    for kind in ("names", "reaches", "between", "exposed"):
        first, second = getattr(one, kind), getattr(other, kind)
        for key in sorted({*first, *second}):
            if first.get(key) != second.get(key):
                yield f"{kind}: {key}: {sides[0]} {first.get(key)}, {sides[1]} {second.get(key)}"


# The trace --------------------------------------------------------------------------------------------------------


Label = Callable[[str], str]
"""What a part of the network is called in answers, by its address."""


def asked_of_trace(
    network: Network, services: Iterable[Service], among: Collection[str] | None = None, label: Label = str
) -> Answers:
    """What the trace says of all spokes, or of some."""
    known = tuple(services)
    trace = Trace(network, known)
    found = Answers()
    spokes = _spokes(network, among)
    for spoke, vpc in spokes.items():
        for service in known:
            for name in service.asked:
                answer = trace.names.resolve(vpc, name)
                found.names[f"{spoke} {name}"] = label(answer.endpoint) if answer.endpoint else answer.kind.value
            found.reaches[f"{spoke} {service.endpoint}"] = trace.reach(spoke, service).state.value
        for other in spokes:
            if other != spoke:
                verdict = trace.between(spoke, other).verdict
                found.between[f"{spoke} {other}"] = verdict is not Verdict.DROPPED
        opened = [(exposure.address, exposure.flow) for exposure in trace.exposures(spoke, {})]
        for thing in things(network):
            for protocol, port in SAMPLES:
                admitted = trace.admits(spoke, thing, Flow(protocol, port, port))
                covered = any(thing == address and _covers(flow, protocol, port) for address, flow in opened)
                assert covered or not admitted, f"{spoke} → {thing} {protocol} {port} is in no exposure: {opened}"
                key = f"{spoke} {label(thing)} {protocol} {port}"
                found.exposed[key] = found.exposed.get(key, False) or admitted
        leaves = trace.leaves(spoke, Flow("tcp", 443, 443))
        assert not leaves or any(address == PUBLIC for address, _ in opened), f"{spoke} leaves, and no exposure says so"
        found.exposed[f"{spoke} {PUBLIC}"] = leaves
    return found


def _spokes(network: Network, among: Collection[str] | None) -> dict[str, Vpc]:
    return {name: vpc for name, vpc in network.spokes.items() if among is None or name in among}


def things(network: Network) -> list[str]:
    """Every resource in a hub that has a network interface."""
    hubs = {hub.address for hub in network.hubs.values()}

    def inside(subnets: Iterable[object]) -> bool:
        return any(network.subnets[str(at)].vpc in hubs for at in subnets if at in network.subnets)

    return [
        *(each.address for each in network.interface_endpoints.values() if inside(each.subnets)),
        *(e.address for e in network.resolver_endpoints.values() if inside(at for at, _ in e.interfaces)),
        *(each.address for each in network.instances.values() if inside((each.subnet,))),
    ]


def _covers(flow: str, protocol: str, port: int) -> bool:
    if flow == "anything":
        return True
    known, _, ports = flow.partition(" ")
    first, _, last = ports.partition("-")
    return known == protocol and int(first) <= port <= int(last or first)


# The packets ------------------------------------------------------------------------------------------------------


class _Asking:
    """Collects all results from one lab."""

    def __init__(self, built: BuiltPlan, among: Collection[str] | None, label: Label) -> None:
        self.built = built
        self.plan = built.plan
        self.network = built.plan.network
        self.spokes = _spokes(self.network, among)
        self.label = label
        self.control = among is None
        self.probes = Probes(built)
        self.found = Answers()

    async def everything(self) -> Answers:
        """Once for each entry subnet of an attachment that differs in route table or ACL."""
        for entry in range(self.built.entry_count):
            if entry:
                self.built.use_entry(entry)
            answers = await self._names()
            self._reaches(answers)
            self._single_packets(entry)
            if self.control:
                self._control(answers)
        self.found.blocked = self.probes.seen_drops
        return self.found

    async def _names(self) -> dict[tuple[str, str], tuple[str, frozenset[str]]]:
        """The result of each name, in the trace's terms; a failure has to be explained by drops, or by a loop."""
        asked = [
            (spoke, vpc, name)
            for spoke, vpc in self.spokes.items()
            for service in self.plan.services
            for name in service.asked
        ]
        clients = {spoke: next(e for e in self.plan.within(v.address) if e.kind == "workload") for spoke, v, _ in asked}
        answers = await asyncio.gather(
            *(self.probes.ask(clients[s], str(self.plan.resolver(vpc.address)), name) for s, vpc, name in asked)
        )
        if self.built.names.lost:
            raise Inconclusive(f"forwarded and neither answered nor dropped: {self.built.names.lost[:3]}")
        found = {}
        for (spoke, _, name), (code, addresses_) in zip(asked, answers, strict=True):
            kind = self._kind(code, addresses_)
            found[spoke, name] = (kind, addresses_)
            self._worse(self.found.names, f"{spoke} {name}", kind)
        return found

    def _kind(self, code: str, found: frozenset[str]) -> str:
        if code != "NOERROR":
            return code
        for address in self.network.interface_endpoints:
            own = {str(a) for each in self.plan.of(address) for a in each.addresses}
            if own and found == own:
                return self.label(address)
        if found and all(address.startswith(("198.51.100.", "203.0.113.")) for address in found):
            return "public"
        raise Inconclusive(f"an answer that nothing in the network explains: {sorted(found)}")

    @staticmethod
    def _worse(into: dict[str, str], key: str, kind: str) -> None:
        order = ["SERVFAIL", "NXDOMAIN", "broken", "unreachable", "public", "gateway", "private"]
        old = into.get(key, kind)
        into[key] = min(old, kind, key=lambda each: order.index(each) if each in order else len(order))

    def _clients(self, vpc: Vpc) -> list[Interface]:
        """Instances, and a workload in each subnet other than the attachment's, if there is one."""
        entries = {at for each in self.network.attachments_of.get(vpc.address, ()) for at in each.subnets}
        own = [each for each in self.plan.within(vpc.address) if each.kind in {"workload", "instance"}]
        homes = [each for each in own if each.kind == "workload" and each.subnet not in entries]
        return [
            each for each in own if each.kind == "instance" or each in homes or (not homes and each.kind == "workload")
        ]

    def _workloads(self, vpc: Vpc) -> list[Interface]:
        """A workload in each subnet."""
        return [each for each in self.plan.within(vpc.address) if each.kind == "workload"]

    def _serves(self, targets: frozenset[str], service: Service) -> bool:
        """Whether an endpoint of a service has the addresses: another service's shows a certificate of its own."""
        owners = {
            each.resource
            for each in self.plan.interfaces
            if each.kind == "endpoint" and not targets.isdisjoint(map(str, each.addresses))
        }
        return any(self.plan.network.interface_endpoints[at].service == service.endpoint for at in owners)

    def _reaches(self, answers: dict[tuple[str, str], tuple[str, frozenset[str]]]) -> None:
        private: dict[str, list[Connection]] = {}
        public: dict[str, list[Connection]] = {}
        states: dict[str, str] = {}
        for spoke, vpc in self.spokes.items():
            clients = list(addresses(self._clients(vpc)))
            for service in self.plan.services:
                key = f"{spoke} {service.endpoint}"
                for name in service.asked:
                    kind, targets = answers[spoke, name]
                    wanted = [
                        (each, address, port, target, service_port)
                        for each, address in clients
                        for target in targets
                        for service_port in service.ports
                        for port in PORTS
                    ]
                    if kind in {"SERVFAIL", "NXDOMAIN"}:
                        states[f"{key} {name}"] = "broken"
                    elif kind == "public":
                        public[f"{key} {name}"] = wanted
                    elif not self._serves(targets, service):
                        states[f"{key} {name}"] = "broken"
                    else:
                        private[f"{key} {name}"] = wanted
        opened = self.probes.connect({each for some in private.values() for each in some})
        states |= {
            key: "private" if all(opened[each] is None for each in some) else "broken" for key, some in private.items()
        }
        ways = self.probes.by_whom({each for some in public.values() for each in some})
        for key, some in public.items():
            found = {ways[each] for each in some}
            states[key] = "unreachable" if None in found else "public" if "public" in found else "gateway"
        for key, state in states.items():
            self._worse(self.found.reaches, key.rpartition(" ")[0], state)
        self._public_exposure()

    def _public_exposure(self) -> None:
        """Whether a spoke can reach a public address that is in no prefix list."""
        wanted = {
            spoke: [(e, a, 2500, "198.51.100.7", 443) for e, a in addresses(self._workloads(vpc))]
            for spoke, vpc in self.spokes.items()
        }
        ways = self.probes.by_whom({each for some in wanted.values() for each in some})
        for spoke, some in wanted.items():
            key = f"{spoke} {PUBLIC}"
            opened = any(ways[each] is not None for each in some)
            self.found.exposed[key] = self.found.exposed.get(key, False) or opened

    def _single_packets(self, entry: int) -> None:
        del entry
        spokes = {
            spoke: [e for e in self.plan.within(vpc.address) if e.kind == "workload"]
            for spoke, vpc in self.spokes.items()
        }
        hubs = [(self.label(thing), each) for thing in things(self.network) for each in self.plan.of(thing)]
        packets: dict[str, list[Packet]] = {}
        for spoke, starts in spokes.items():
            targets = [(f"{spoke} {other}", e) for other, ends in spokes.items() if other != spoke for e in ends]
            targets += [(f"{spoke} {thing}", each) for thing, each in hubs]
            for key, target in targets:
                for protocol, port in SAMPLES:
                    packets.setdefault(f"{key} {protocol} {port}", []).extend(
                        (start, source, target, to, protocol, port)
                        for start, source in addresses(starts)
                        for _, to in addresses([target])
                    )
        arrived = self.probes.send(packet for some in packets.values() for packet in some)
        pairs = {f"{one} {other}" for one in spokes for other in spokes if one != other}
        for key, some in packets.items():
            opened = any(arrived[packet] is None for packet in some)
            pair = key.rsplit(" ", 2)[0]
            into, name = (self.found.between, pair) if pair in pairs else (self.found.exposed, key)
            into[name] = into.get(name, False) or opened

    def _control(self, answers: dict[tuple[str, str], tuple[str, frozenset[str]]]) -> None:
        """Check that the control network works, and blocks what it should, in the same run and with the same code."""
        name = "kms.us-east-1.amazonaws.com"
        seen = (
            answers[CONTROL, name][0],
            self.found.reaches[f"{CONTROL} com.amazonaws.us-east-1.kms"],
            self.found.exposed[f"{CONTROL} check: kms tcp 443"],
            self.found.exposed[f"{CONTROL} check: kms tcp 22"],
        )
        if seen != ("check: kms", "private", True, False):
            raise Inconclusive(f"the control is not as it should be: {seen}")


async def asked_of_packets(
    network: Network, services: Iterable[Service], among: Collection[str] | None = None, label: Label = str
) -> Answers:
    """Build a network, and ask it everything, from all spokes or from some. Raises `Inconclusive`.

    The random networks have a sound one beside them, which is asked where all spokes are.
    """
    built = BuiltPlan(plan(network, services, every_part=True), thorough=True)
    try:
        built.create()
        await built.serve()
        return await _Asking(built, among, label).everything()
    finally:
        built.close()


def compare(seed: int, mutations: Mapping[str, Mutation]) -> dict[str, Any]:
    """Both sets of results for the network of a seed, and which planted bugs show in it.

    An inconclusive run is repeated, since the machine may have been too slow.
    """
    start = time.perf_counter()
    draft = random_network(seed)
    network = draft.network()
    inconclusive = []
    for _ in range(ATTEMPTS):
        try:
            packets = asyncio.run(asked_of_packets(network, SERVICES))
            break
        except Inconclusive as reason:
            inconclusive.append(str(reason)[:300])
    else:
        return {"seed": seed, "faults": draft.faults, "inconclusive": inconclusive}
    trace = asked_of_trace(network, SERVICES)
    different = list(differences(trace, packets))
    caught = []
    for name, plant in mutations.items():
        with plant():
            if not different and any(True for _ in differences(asked_of_trace(network, SERVICES), packets)):
                caught.append(name)
    return {
        "seed": seed,
        "faults": draft.faults,
        "answers": len(packets),
        "blocked": packets.blocked,
        "open": sum(packets.between.values()) + sum(packets.exposed.values()),
        "states": sorted(set(packets.reaches.values())),
        "slow": inconclusive,
        "seconds": round(time.perf_counter() - start, 2),
        "different": different,
        "caught": caught,
    }


def main() -> int:
    """Compare the networks of a range of seeds, including the last one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--mutations", action="store_true", help="also plant bugs in the trace, each until it shows")
    options = parser.parse_args()
    enclose()
    different = 0
    uncaught = dict(MUTATIONS) if options.mutations else {}
    for seed in range(options.first, options.last + 1):
        found = compare(seed, uncaught)
        for name in found.get("caught", ()):
            del uncaught[name]
        different += bool(found.get("different") or found.get("inconclusive"))
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
