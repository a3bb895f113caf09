"""Random networks with random faults, and in each of them a small sound network that no fault touches.

A network is written as the model has it, so that every shape can come up, and not only those that the stacks have.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from network.model import (
    Acl,
    AclEntry,
    Attachment,
    Forwarder,
    Gateway,
    GatewayEndpoint,
    GatewayRoute,
    GatewayTable,
    HostedZone,
    Instance,
    InterfaceEndpoint,
    Link,
    Network,
    Owner,
    Record,
    ResolverEndpoint,
    ResolverRule,
    Route,
    RouteTable,
    RuleAssociation,
    SecurityGroup,
    SecurityRule,
    Share,
    Subnet,
    Vpc,
)
from network.services import Service

__all__ = ["CONTROL", "FAULTS", "SERVICES", "Draft", "random_network", "sound_network"]

REGION = "us-east-1"
DOMAIN = f"{REGION}.amazonaws.com"
ANYWHERE = IPv4Network("0.0.0.0/0")
HUB_ACCOUNT = "111111111111"
CONTROL = "control"
"""The spoke of the sound network."""


def _service(key: str, *names: str, public: str = "") -> Service:
    return Service(key, f"com.amazonaws.{REGION}.{key}", names, (443,), (public,) if public else ())


SERVICES = (
    _service("kms", f"kms.{DOMAIN}"),
    _service("ecr.dkr", f"*.dkr.ecr.{DOMAIN}"),
    _service("monitoring", f"monitoring.{DOMAIN}", f"monitoring.{REGION}.api.aws"),
    _service("oidc", f"oidc.kms.{DOMAIN}"),
    _service("lambda", f"lambda.{DOMAIN}"),
    _service("s3", f"*.s3.{DOMAIN}"),
)
OFFERED = ("kms", "ecr.dkr")
NET = IPv4Network


class Draft:
    """A network that is being written."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.spokes: list[str] = []
        self.accounts: dict[str, str] = {}
        self.parts: dict[str, dict[str, Any]] = {
            name: {}
            for name in [
                "vpcs",
                "subnets",
                "tables",
                "groups",
                "acls",
                "gateways",
                "attachments",
                "gateway_tables",
                "resolver_endpoints",
                "rules",
                "zones",
                "interface_endpoints",
                "gateway_endpoints",
                "instances",
            ]
        }
        self.associations: dict[str, RuleAssociation] = {}
        self.shares: dict[str, Share] = {}
        self.faults: list[str] = []

    def network(self) -> Network:
        parts: dict[str, Any] = dict(self.parts)
        return Network(
            **parts,
            rule_associations=tuple(self.associations.values()),
            shares=tuple(self.shares.values()),
        )

    def change(self, kind: str, address: str, **values: Any) -> None:
        if address in self.parts[kind]:
            self.parts[kind][address] = replace(self.parts[kind][address], **values)

    def owner(self, account: str) -> Owner:
        return Owner(account, REGION)

    def vpc(self, name: str, cidr: str, account: str, subnets: dict[str, tuple[str, str]]) -> None:
        self.accounts[name] = account
        self.parts["vpcs"][f"{name}: vpc"] = Vpc(
            f"{name}: vpc", name, self.owner(account), (NET(cidr),), dns_support=True, dns_hostnames=True
        )
        self.parts["tables"][f"{name}: table"] = RouteTable(f"{name}: table", f"{name}: vpc")
        self.parts["tables"][f"{name}: empty"] = RouteTable(f"{name}: empty", f"{name}: vpc")
        for key, (zone, part) in subnets.items():
            address = f"{name}: {key}"
            self.parts["subnets"][address] = Subnet(address, f"{name}: vpc", zone, NET(part), f"{name}: table")

    def attach(self, name: str, gateway: str, account: str, doors: list[str]) -> None:
        own = account == HUB_ACCOUNT
        self.parts["attachments"][f"{name}: attachment"] = Attachment(
            f"{name}: attachment",
            self.owner(account),
            gateway,
            f"{name}: vpc",
            tuple(f"{name}: {door}" for door in doors),
            None if own else f"{name}: accepter",
            None if own else self.owner(HUB_ACCOUNT),
        )

    def route(
        self, name: str, destination: str, target: str, kind: str = "transit_gateway", table: str = "table"
    ) -> None:
        address = f"{name}: {table}"
        old = self.parts["tables"][address]
        own = self.parts["vpcs"][f"{name}: vpc"].cidrs[0]
        # AWS refuses a route to a gateway that is as specific as the local one.
        if all(route.destination != NET(destination) for route in old.routes) and not NET(destination).subnet_of(own):
            new = Route(f"{name}: route {destination}", NET(destination), kind, target)
            self.change("tables", address, routes=(*old.routes, new))

    def link(self, table: str, what: str, name: str, account: str = HUB_ACCOUNT) -> None:
        """Associate or propagate."""
        if f"{name}: attachment" not in self.parts["attachments"]:
            return
        links = getattr(self.parts["gateway_tables"][table], what)
        new = Link(f"{name}: {what} {table}", f"{name}: attachment", self.owner(account))
        self.change("gateway_tables", table, **{what: (*links, new)})

    def unlink(self, table: str, what: str, name: str) -> None:
        links = getattr(self.parts["gateway_tables"][table], what)
        self.change("gateway_tables", table, **{what: tuple(x for x in links if x.target != f"{name}: attachment")})

    def group(
        self, address: str, ingress: list[tuple[str, int, int, str]], egress: list[tuple[str, int, int, str]]
    ) -> str:
        def rules(side: str, wanted: list[tuple[str, int, int, str]]) -> tuple[SecurityRule, ...]:
            return tuple(
                SecurityRule(f"{address} {side} {at}", protocol, first, last, NET(peer) if "/" in peer else peer)
                for at, (protocol, first, last, peer) in enumerate(wanted)
            )

        vpc = f"{address.partition(':')[0]}: vpc"
        self.parts["groups"][address] = SecurityGroup(address, vpc, rules("in", ingress), rules("out", egress))
        return address

    def endpoint(self, name: str, key: str, subnets: list[str], group: str) -> None:
        address = f"{name}: {key}"
        self.parts["interface_endpoints"][address] = InterfaceEndpoint(
            address,
            f"{name}: vpc",
            f"com.amazonaws.{REGION}.{key}",
            tuple(f"{name}: {subnet}" for subnet in subnets),
            (group,),
            private_dns=True,
        )

    def resolver(self, name: str, cidr: str, subnets: dict[str, str]) -> None:
        """Inbound and outbound endpoints, and the rule that leads from the one to the other."""
        both = [("udp", 53, 53, cidr), ("tcp", 53, 53, cidr)]
        inbound = self.group(f"{name}: inbound-group", both, [])
        outbound = self.group(f"{name}: outbound-group", [], both)
        owner = self.owner(HUB_ACCOUNT)
        places = tuple((f"{name}: {subnet}", IPv4Address(ip)) for subnet, ip in subnets.items())
        endpoints = self.parts["resolver_endpoints"]
        endpoints[f"{name}: in"] = ResolverEndpoint(f"{name}: in", owner, "INBOUND", places, (inbound,))
        anywhere = tuple((subnet, None) for subnet, _ in places)
        endpoints[f"{name}: out"] = ResolverEndpoint(f"{name}: out", owner, "OUTBOUND", anywhere, (outbound,))
        self.rule(name, "rule", DOMAIN, tuple(ip for _, ip in places))

    def rule(self, name: str, key: str, domain: str, targets: tuple[IPv4Address, ...], kind: str = "FORWARD") -> str:
        address = f"{name}: {key}"
        self.parts["rules"][address] = ResolverRule(
            address,
            self.owner(HUB_ACCOUNT),
            domain,
            kind,
            f"{name}: out" if kind == "FORWARD" else None,
            tuple(Forwarder(ip, 53) for ip in targets),
        )
        return address

    def use_rule(self, name: str, rule: str) -> None:
        address = f"{name}: uses {rule}"
        owner = self.owner(self.accounts[name])
        self.associations[address] = RuleAssociation(address, owner, rule, f"{name}: vpc")

    def share(self, address: str, resources: list[str]) -> None:
        self.shares[address] = Share(
            address,
            self.owner(HUB_ACCOUNT),
            external=False,
            resources=tuple(Link(f"{address} {what}", what) for what in resources),
            principals=(Link(f"{address} all", "arn:aws:organizations::999999999999:organization/o-exampleorg1"),),
        )


HUB_SUBNETS = {
    "a": ("z1", "10.0.0.0/24"),
    "b": ("z2", "10.0.1.0/24"),
    "door-a": ("z1", "10.0.3.0/28"),
    "door-b": ("z2", "10.0.3.16/28"),
}


def spoke_subnets(at: int) -> dict[str, tuple[str, str]]:
    return {
        "a": ("z1", f"10.0.{at}.0/26"),
        "b": ("z2", f"10.0.{at}.64/26"),
        "door-a": ("z1", f"10.0.{at}.192/28"),
        "door-b": ("z2", f"10.0.{at}.208/28"),
    }


def sound_network(seed: int) -> Draft:
    """A hub and a few spokes as they should be, and the control beside them."""
    draft = Draft(seed)
    rng = draft.rng
    draft.parts["gateways"]["hub: gateway"] = Gateway("hub: gateway", draft.owner(HUB_ACCOUNT), auto_accept=False)
    draft.vpc("hub", "10.0.0.0/22", HUB_ACCOUNT, HUB_SUBNETS)
    draft.attach("hub", "hub: gateway", HUB_ACCOUNT, ["door-a", "door-b"])
    draft.route("hub", "10.0.4.0/22", "hub: gateway")
    draft.resolver("hub", "10.0.0.0/22", {"a": "10.0.0.53", "b": "10.0.1.53"})
    https = draft.group("hub: https", [("tcp", 443, 443, "10.0.0.0/22"), ("tcp", 443, 443, "10.0.4.0/22")], [])
    for key in OFFERED:
        draft.endpoint("hub", key, ["a", "b"], https)
    draft.share("hub: share", ["hub: gateway", "hub: rule"])
    tables = {"hub: table-hub": (), "hub: table-spokes": ()}
    for address in (*tables, "hub: table-other"):
        draft.parts["gateway_tables"][address] = GatewayTable(address, "hub: gateway")
    draft.link("hub: table-hub", "associations", "hub")
    draft.link("hub: table-spokes", "propagations", "hub")
    draft.link("hub: table-other", "propagations", "hub")
    for at in range(rng.choice([2, 3, 3])):
        name, account = f"s{at}", rng.choice([HUB_ACCOUNT, *[f"{at + 2}" * 12] * 4])
        draft.spokes.append(name)
        draft.vpc(name, f"10.0.{at + 4}.0/24", account, spoke_subnets(at + 4))
        draft.attach(name, "hub: gateway", account, ["door-a", "door-b"])
        draft.route(name, "10.0.0.0/22", "hub: gateway")
        draft.use_rule(name, "hub: rule")
        draft.link(rng.choice(["hub: table-spokes"] * 3 + ["hub: table-other"]), "associations", name)
        draft.link("hub: table-hub", "propagations", name)
    _control(draft)
    return draft


def _control(draft: Draft) -> None:
    """A hub with one zone and one spoke, on a gateway of their own."""
    draft.parts["gateways"]["check: gateway"] = Gateway("check: gateway", draft.owner(HUB_ACCOUNT), auto_accept=False)
    draft.vpc("check", "10.250.0.0/24", HUB_ACCOUNT, {"a": ("z1", "10.250.0.0/25")})
    draft.vpc(CONTROL, "10.250.1.0/24", "777777777777", {"a": ("z1", "10.250.1.0/25")})
    draft.attach("check", "check: gateway", HUB_ACCOUNT, ["a"])
    draft.attach(CONTROL, "check: gateway", "777777777777", ["a"])
    draft.route("check", "10.250.1.0/24", "check: gateway")
    draft.route(CONTROL, "10.250.0.0/24", "check: gateway")
    draft.resolver("check", "10.250.0.0/24", {"a": "10.250.0.53"})
    draft.endpoint("check", "kms", ["a"], draft.group("check: https", [("tcp", 443, 443, "10.250.0.0/16")], []))
    draft.share("check: share", ["check: gateway", "check: rule"])
    draft.use_rule(CONTROL, "check: rule")
    draft.parts["gateway_tables"]["check: table"] = GatewayTable("check: table", "check: gateway")
    for name in ("check", CONTROL):
        draft.link("check: table", "associations", name)
        draft.link("check: table", "propagations", name)


# Faults -----------------------------------------------------------------------------------------------------------

RANGES = [
    "10.0.0.0/8",
    "10.0.0.0/22",
    "10.0.0.0/24",
    "10.0.1.0/24",
    "10.0.1.128/25",
    "10.0.4.0/22",
    "10.0.4.0/23",
    "10.0.4.0/24",
    "10.0.4.0/25",
    "10.0.5.0/24",
    "10.0.5.64/26",
    "10.0.4.32/27",
    "10.0.6.0/24",
    "10.0.0.0/16",
]
PORTS = ((443, 443), (443, 443), (53, 53), (22, 22), (0, 65535), (400, 500), (1024, 65535))
Fault = Callable[[Draft], None]


def someone(draft: Draft) -> str:
    return draft.rng.choice(draft.spokes)


def anyone(draft: Draft) -> str:
    return draft.rng.choice([*draft.spokes, "hub"])


def missing_return_route(draft: Draft) -> None:
    draft.change("tables", "hub: table", routes=())
    for wide in draft.rng.sample(RANGES, draft.rng.randint(0, 3)):
        draft.route("hub", wide, "hub: gateway")


def wrong_spoke_route(draft: Draft) -> None:
    name = someone(draft)
    draft.change("tables", f"{name}: table", routes=())
    for wide in draft.rng.sample(RANGES, draft.rng.randint(0, 3)):
        draft.route(name, wide, "hub: gateway")


def wide_spoke_route(draft: Draft) -> None:
    for name in draft.spokes:
        if draft.rng.random() < 0.7:
            draft.route(name, "10.0.0.0/8", "hub: gateway")


def route_to_nowhere(draft: Draft) -> None:
    draft.route(anyone(draft), draft.rng.choice(RANGES), "check: gateway")


def some_rules(draft: Draft, low: int = 0) -> list[tuple[str, int, int, str]]:
    rng = draft.rng
    found = []
    for _ in range(rng.randint(low, 3)):
        first, last = rng.choice(PORTS)
        protocol = rng.choice(["tcp", "tcp", "udp", "-1"])
        found.append((protocol, first, last, rng.choice([*RANGES, "0.0.0.0/0"])))
    return found


def wrong_endpoint_group(draft: Draft) -> None:
    rng = draft.rng
    rules = some_rules(draft, 1)
    if rng.random() < 0.4:
        rules = [("tcp", *rng.choice([(22, 22), (400, 442), (444, 500)]), "10.0.4.0/22")]
    elif rng.random() < 0.5:
        rules.append(("tcp", 443, 443, "10.0.4.0/22"))
    draft.group("hub: https", rules, [])


def wrong_inbound_group(draft: Draft) -> None:
    protocol = draft.rng.choice(["udp", "tcp", "-1"])
    ranges = ["10.0.0.0/22"] * len(RANGES) + RANGES
    draft.group("hub: inbound-group", [(protocol, 53, 53, draft.rng.choice(ranges))], [])


def wrong_outbound_group(draft: Draft) -> None:
    draft.group("hub: outbound-group", some_rules(draft), some_rules(draft))


def inbound_by_group(draft: Draft) -> None:
    peer = "hub: outbound-group"
    draft.group("hub: inbound-group", [("udp", 53, 53, peer), ("tcp", 53, 53, peer)], [])


def withdrawn_share(draft: Draft) -> None:
    share = draft.shares["hub: share"]
    if draft.rng.random() < 0.5:
        left = tuple(link for link in share.resources if draft.rng.random() < 0.5)
        draft.shares["hub: share"] = replace(share, resources=left)
    else:
        to = draft.accounts[someone(draft)]
        draft.shares["hub: share"] = replace(share, principals=(Link("hub: share to one", to),))


def share_of_another_region(draft: Draft) -> None:
    name = someone(draft)
    vpc = draft.parts["vpcs"][f"{name}: vpc"]
    far = Owner(vpc.owner.account, "eu-west-1")
    draft.change("vpcs", f"{name}: vpc", owner=far)
    draft.change("attachments", f"{name}: attachment", owner=far)


def no_rule(draft: Draft) -> None:
    draft.associations.pop(f"{someone(draft)}: uses hub: rule", None)


def rule_of_another_account(draft: Draft) -> None:
    address = f"{someone(draft)}: uses hub: rule"
    if address in draft.associations:
        draft.associations[address] = replace(draft.associations[address], owner=draft.owner("888888888888"))


def rule_on_the_hub(draft: Draft) -> None:
    draft.use_rule("hub", "hub: rule")


def overlapping_rule(draft: Draft) -> None:
    rng = draft.rng
    domain = rng.choice([f"kms.{DOMAIN}", "amazonaws.com", ".", f"dkr.ecr.{DOMAIN}", "com", f"s.{DOMAIN}"])
    kind = rng.choice(["SYSTEM", "FORWARD", "FORWARD"])
    known = ("10.0.0.53", "10.0.1.53", "10.0.0.53", "10.0.2.9", "10.250.0.53")
    targets = tuple({IPv4Address(rng.choice(known)) for _ in range(2)}) if kind == "FORWARD" else ()
    address = draft.rule("hub", f"rule {domain}", domain, targets, kind)
    draft.share(f"hub: share {domain}", [address])
    for name in (*draft.spokes, "hub"):
        if rng.random() < (0.6 if name != "hub" else 0.15):
            draft.use_rule(name, address)


def wrong_target(draft: Draft) -> None:
    targets = [Forwarder(IPv4Address("10.0.0.53"), 53), Forwarder(IPv4Address("10.0.2.53"), 53)]
    draft.change("rules", "hub: rule", targets=tuple(targets[draft.rng.randint(0, 1) :]))


def inbound_endpoint_for_outbound(draft: Draft) -> None:
    draft.change("rules", "hub: rule", endpoint="hub: in")


def gateway_association(draft: Draft) -> None:
    rng, name = draft.rng, anyone(draft)
    for table in ("hub: table-hub", "hub: table-spokes", "hub: table-other"):
        draft.unlink(table, "associations", name)
    if rng.random() < 0.6:
        account = rng.choice([HUB_ACCOUNT, HUB_ACCOUNT, "888888888888"])
        draft.link(
            rng.choice(["hub: table-hub", "hub: table-spokes", "hub: table-other"]), "associations", name, account
        )


def wired_by_another(draft: Draft) -> None:
    name = anyone(draft)
    for table in ("hub: table-hub", "hub: table-spokes", "hub: table-other"):
        for what in ("associations", "propagations"):
            known = any(x.target == f"{name}: attachment" for x in getattr(draft.parts["gateway_tables"][table], what))
            if known and draft.rng.random() < 0.6:
                draft.unlink(table, what, name)
                draft.link(table, what, name, "888888888888")


def gateway_propagation(draft: Draft) -> None:
    rng = draft.rng
    for table in ("hub: table-hub", "hub: table-spokes", "hub: table-other"):
        for name in (*draft.spokes, "hub"):
            if rng.random() < 0.25:
                known = any(
                    x.target == f"{name}: attachment" for x in draft.parts["gateway_tables"][table].propagations
                )
                if known:
                    draft.unlink(table, "propagations", name)
                else:
                    account = rng.choice([HUB_ACCOUNT] * 4 + ["888888888888"])
                    draft.link(table, "propagations", name, account)


def flat_tables(draft: Draft) -> None:
    for table in ("hub: table-spokes", "hub: table-other"):
        for name in draft.spokes:
            draft.unlink(table, "propagations", name)
            draft.link(table, "propagations", name)


def blackhole(draft: Draft) -> None:
    rng = draft.rng
    if rng.random() < 0.5:
        table, destination = "hub: table-hub", rng.choice(["10.0.4.0/24", "10.0.5.64/26", "10.0.4.0/23"])
    else:
        table, destination = "hub: table-spokes", rng.choice(["10.0.0.0/22", "10.0.0.0/24", "10.0.1.128/25"])
    new = GatewayRoute(f"hub: blackhole {destination}", NET(destination), None)
    kept = tuple(r for r in draft.parts["gateway_tables"][table].routes if r.destination != new.destination)
    draft.change("gateway_tables", table, routes=(*kept, new))


def static_route(draft: Draft) -> None:
    rng = draft.rng
    table = rng.choice(["hub: table-hub", "hub: table-spokes", "hub: table-other"])
    destination = NET(rng.choice(RANGES))
    old = draft.parts["gateway_tables"][table].routes
    if all(route.destination != destination for route in old):
        to = rng.choice([None, None, *[f"{name}: attachment" for name in (*draft.spokes, "hub", "hub")]])
        new = GatewayRoute(f"hub: static {destination} {table}", destination, to)
        draft.change("gateway_tables", table, routes=(*old, new))


def by_the_hub_and_back(draft: Draft) -> None:
    """The gateway sends everything to the hub, whose own table sends it back."""
    for name in draft.spokes:
        draft.route(name, "10.0.0.0/8", "hub: gateway")
    draft.change("gateway_tables", "hub: table-spokes", propagations=())
    new = GatewayRoute("hub: everything to the hub", NET("10.0.0.0/8"), "hub: attachment")
    draft.change("gateway_tables", "hub: table-spokes", routes=(new,))


def missing_zone(draft: Draft) -> None:
    name = anyone(draft)
    kept = draft.rng.choice(["door-a", "door-b"])
    draft.change("attachments", f"{name}: attachment", subnets=(f"{name}: {kept}",))


def no_acceptance(draft: Draft) -> None:
    name = someone(draft)
    if draft.rng.random() < 0.5:
        draft.change("attachments", f"{name}: attachment", accepter=None, accepter_owner=None)
    else:
        draft.change("attachments", f"{name}: attachment", accepter_owner=draft.owner("888888888888"))


def everything_accepted(draft: Draft) -> None:
    draft.change("gateways", "hub: gateway", auto_accept=True)
    no_acceptance(draft)


def attached_by_another(draft: Draft) -> None:
    draft.change("attachments", f"{someone(draft)}: attachment", owner=draft.owner("888888888888"))


def no_attachment(draft: Draft) -> None:
    name = someone(draft)
    draft.parts["attachments"].pop(f"{name}: attachment", None)
    for table in ("hub: table-hub", "hub: table-spokes", "hub: table-other"):
        draft.unlink(table, "associations", name)
        draft.unlink(table, "propagations", name)
        kept = tuple(r for r in draft.parts["gateway_tables"][table].routes if r.attachment != f"{name}: attachment")
        draft.change("gateway_tables", table, routes=kept)


def resolver_off(draft: Draft) -> None:
    draft.change("vpcs", f"{anyone(draft)}: vpc", dns_support=False)


def hostnames_off(draft: Draft) -> None:
    draft.change("vpcs", f"{draft.rng.choice([anyone(draft), 'hub'])}: vpc", dns_hostnames=False)


def private_dns_off(draft: Draft) -> None:
    draft.change("interface_endpoints", f"hub: {draft.rng.choice(OFFERED)}", private_dns=False)


def no_endpoint(draft: Draft) -> None:
    draft.parts["interface_endpoints"].pop(f"hub: {draft.rng.choice(OFFERED)}", None)
    for zone, found in list(draft.parts["zones"].items()):
        kept = tuple(r for r in found.records if r.alias is None or r.alias in draft.parts["interface_endpoints"])
        draft.change("zones", zone, records=kept)


def inbound_only_endpoint(draft: Draft) -> None:
    draft.endpoint("hub", "s3", ["a"], "hub: https")
    draft.change("interface_endpoints", "hub: s3", inbound_only=True)
    name = someone(draft)
    if draft.rng.random() < 0.5:
        draft.endpoint(name, "s3", ["a"], draft.group(f"{name}: own", [("tcp", 443, 443, "10.0.0.0/8")], []))
        draft.change("interface_endpoints", f"{name}: s3", inbound_only=draft.rng.random() < 0.5)


def own_endpoint(draft: Draft) -> None:
    name = someone(draft)
    group = draft.group(f"{name}: own", [("tcp", 443, 443, draft.rng.choice(["10.0.0.0/8", *RANGES]))], [])
    draft.endpoint(name, draft.rng.choice(["kms", "lambda", "monitoring"]), ["a"], group)


def hosted_zone(draft: Draft) -> None:
    rng, name = draft.rng, anyone(draft)
    domain = rng.choice([DOMAIN, f"lambda.{DOMAIN}", f"a.kms.{DOMAIN}", f"{REGION}.api.aws"])
    address = f"{name}: zone {domain}"
    at = rng.choice([domain, f"lambda.{DOMAIN}", f"*.{domain}"])
    records = (Record(f"{address} record", at, (), "hub: kms"),)
    keep = rng.random() < 0.6 and "hub: kms" in draft.parts["interface_endpoints"] and (at.endswith(domain))
    draft.parts["zones"][address] = HostedZone(
        address, domain, (Link(address, f"{name}: vpc"),), records if keep else ()
    )


def network_acl(draft: Draft) -> None:
    rng, name = draft.rng, anyone(draft)
    address = f"{name}: acl"

    def entries() -> tuple[AclEntry, ...]:
        found = []
        for number in range(rng.randint(1, 3)):
            protocol = rng.choice(["-1", "-1", "tcp", "udp"])
            first, last = rng.choice(PORTS)
            cidr = NET(rng.choice([*RANGES, "0.0.0.0/0", "0.0.0.0/0"]))
            found.append(AclEntry(address, number * 10 + 10, protocol, first, last, cidr, rng.random() < 0.7))
        if rng.random() < 0.6:
            found.append(AclEntry(address, 900, "-1", 0, 65535, ANYWHERE, allow=True))
        return tuple(found)

    draft.parts["acls"][address] = Acl(address, entries(), entries())
    keys = rng.choice([["a"], ["a", "b"], ["door-a", "door-b"], ["door-a"], ["a", "door-a"]])
    for key in keys:
        draft.change("subnets", f"{name}: {key}", acl=address)


def other_table_for_a_subnet(draft: Draft) -> None:
    rng, name = draft.rng, anyone(draft)
    for key in rng.choice([["a"], ["b"], ["b"], ["door-a"], ["door-b"], ["door-a", "door-b"]]):
        draft.change("subnets", f"{name}: {key}", table=f"{name}: empty")
    for wide in rng.sample(RANGES, rng.randint(0, 2)):
        draft.route(name, wide, "hub: gateway", table="empty")


def no_subnet_but_the_doors(draft: Draft) -> None:
    name = someone(draft)
    if not draft.parts["instances"] and not any(
        str(e.vpc) == f"{name}: vpc" for e in draft.parts["interface_endpoints"].values()
    ):
        for key in ("a", "b"):
            draft.parts["subnets"].pop(f"{name}: {key}", None)


def way_out(draft: Draft) -> None:
    draft.route(someone(draft), "0.0.0.0/0", "igw", "internet_gateway")


def gateway_endpoint(draft: Draft) -> None:
    name = someone(draft)
    address = f"{name}: s3 gateway"
    table = draft.rng.choice(["table", "table", "empty"])
    link = Link(address, f"{name}: {table}")
    draft.parts["gateway_endpoints"][address] = GatewayEndpoint(
        address, f"{name}: vpc", f"com.amazonaws.{REGION}.s3", (link,)
    )


def instance(draft: Draft) -> None:
    name = anyone(draft)
    if f"{name}: a" in draft.parts["subnets"]:
        group = draft.group(f"{name}: instance-group", some_rules(draft), some_rules(draft, 1))
        groups = (group,) if draft.rng.random() < 0.8 else ()
        draft.parts["instances"][f"{name}: instance"] = Instance(f"{name}: instance", f"{name}: a", groups)


FAULTS: tuple[Fault, ...] = (
    missing_return_route,
    wrong_spoke_route,
    wide_spoke_route,
    route_to_nowhere,
    wrong_endpoint_group,
    wrong_inbound_group,
    wrong_outbound_group,
    inbound_by_group,
    withdrawn_share,
    share_of_another_region,
    no_rule,
    rule_of_another_account,
    rule_on_the_hub,
    overlapping_rule,
    wrong_target,
    inbound_endpoint_for_outbound,
    gateway_association,
    wired_by_another,
    gateway_propagation,
    flat_tables,
    static_route,
    blackhole,
    by_the_hub_and_back,
    missing_zone,
    no_acceptance,
    everything_accepted,
    attached_by_another,
    no_attachment,
    resolver_off,
    hostnames_off,
    private_dns_off,
    no_endpoint,
    inbound_only_endpoint,
    own_endpoint,
    hosted_zone,
    network_acl,
    other_table_for_a_subnet,
    no_subnet_but_the_doors,
    way_out,
    gateway_endpoint,
    instance,
)


def random_network(seed: int) -> Draft:
    """The network of a seed: a sound one with none to five faults. Each fault comes first in turn."""
    draft = sound_network(seed)
    first = FAULTS[seed % len(FAULTS)]
    others = draft.rng.sample(FAULTS, draft.rng.choice([0, 1, 1, 2, 3, 4]))
    for fault in (first, *others):
        fault(draft)
        draft.faults.append(fault.__name__)
    return draft
