"""What stands in the accounts, compared with the design: each single thing that is amiss is named, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accounts.wiring import (
    AclEntry,
    Attachment,
    Contract,
    GatewayRoute,
    HubFacts,
    InterfaceEndpoint,
    Permission,
    Refused,
    Resolver,
    Route,
    Rule,
    SpokeFacts,
    Subnet,
    Vpc,
    judge_hub,
    judge_spoke,
)
from findings import Finding, Severity
from tests.examples import changed, designed
from topology.design import HubDesign, SpokeDesign

DESIGN = designed("quickstart")
CORE: HubDesign = DESIGN.hubs[0]
LEDGER: SpokeDesign = DESIGN.spokes[0]
TGW, HUB_TABLE, SPOKES = "tgw-1", "tgw-rtb-hub", "tgw-rtb-spokes"
REGION = "us-east-1.amazonaws.com"
OUT = AclEntry(100, egress=True, allow=True, everything=True)
OPEN_ACL = (OUT, replace(OUT, egress=False), AclEntry(32767, egress=False, allow=False, everything=True))


def subnets(zones: list[str], *routes: Route) -> tuple[Subnet, ...]:
    return tuple(Subnet(f"subnet-{at}", zone, "rtb-1", routes, OPEN_ACL) for at, zone in enumerate(zones))


def zones_of(unit: HubDesign | SpokeDesign) -> list[str]:
    return [subnet.zone for subnet in (*unit.vpc.attachment_subnets, *unit.vpc.subnets)]


HTTPS = (Permission(egress=False, protocol="tcp", first=443, last=443, cidrs=("10.0.0.0/22", "10.0.4.0/22")),)
INBOUND = tuple(Permission(egress=False, protocol=p, first=53, last=53, cidrs=("10.0.0.0/22",)) for p in ("udp", "tcp"))
OUTBOUND = tuple(replace(permission, egress=True) for permission in INBOUND)
ADDRESSES = {at.address: "ATTACHED" for at in CORE.dns.inbound}
SOUND_HUB = HubFacts(
    contract=Contract(TGW, {"hub": HUB_TABLE, "spokes": SPOKES}, {REGION: "rslvr-rr-1"}),
    vpc=Vpc("vpc-hub", "10.0.0.0/22", dns_support=True, dns_hostnames=True),
    subnets=subnets(zones_of(CORE), Route("10.0.0.0/22", "local", "active"), Route("10.0.4.0/22", TGW, "active")),
    gateway="available",
    attachments={
        "vpc-hub": Attachment("tgw-attach-hub", "vpc-hub", "available", HUB_TABLE, "associated"),
        "vpc-ledger": Attachment("tgw-attach-ledger", "vpc-ledger", "available", SPOKES, "associated"),
    },
    propagated={"hub": frozenset({"tgw-attach-ledger"}), "spokes": frozenset({"tgw-attach-hub"})},
    endpoints={
        e.service_name: InterfaceEndpoint(
            f"vpce-{e.service}",
            e.service_name,
            "Interface",
            "available",
            private_dns=True,
            subnets=("subnet-3", "subnet-4", "subnet-5"),
            groups=("sg-https",),
        )
        for e in CORE.endpoints
    },
    resolvers={
        "INBOUND": Resolver("rslvr-in-1", "INBOUND", "OPERATIONAL", ADDRESSES, ("sg-in",)),
        "OUTBOUND": Resolver("rslvr-out-1", "OUTBOUND", "OPERATIONAL", {"10.0.0.7": "ATTACHED"}, ("sg-out",)),
    },
    rules={
        "rslvr-rr-1": Rule(
            "rslvr-rr-1", REGION, "FORWARD", "COMPLETE", "SHARED_BY_ME", frozenset(ADDRESSES), "rslvr-out-1"
        )
    },
    groups={"sg-https": HTTPS, "sg-in": INBOUND, "sg-out": OUTBOUND},
)
SOUND_SPOKE = SpokeFacts(
    vpc=Vpc("vpc-ledger", "10.0.5.0/24", dns_support=True, dns_hostnames=True),
    subnets=subnets(zones_of(LEDGER), Route("10.0.0.0/22", TGW, "active"), Route("pl-s3", "vpce-s3", "active")),
    gateway="available",
    attachment=Attachment("tgw-attach-ledger", "vpc-ledger", "available", subnets=("subnet-0", "subnet-1", "subnet-2")),
    gateway_routes={
        ("hub", "10.0.5.0/24"): (GatewayRoute("10.0.5.0/24", "active", ("tgw-attach-ledger",)),),
        ("spokes", "10.0.0.0/22"): (GatewayRoute("10.0.0.0/22", "active", ("tgw-attach-hub",)),),
    },
    associations={"rslvr-rr-1": "COMPLETE", "rslvr-rr-efs": "COMPLETE"},
    rules={
        "rslvr-rr-1": Rule("rslvr-rr-1", REGION, "FORWARD", "COMPLETE", "SHARED_WITH_ME"),
        "rslvr-rr-efs": Rule("rslvr-rr-efs", f"efs.{REGION}", "SYSTEM", "COMPLETE", "NOT_SHARED"),
    },
    zones=(),
    endpoints=(InterfaceEndpoint("vpce-s3", "com.amazonaws.us-east-1.s3", "Gateway", "available", tables=("rtb-1",)),),
)


def amiss(findings: list[Finding]) -> dict[str, str]:
    """What is not in order, by check; the same check twice would hide one, so it is refused."""
    wrong = [finding for finding in findings if finding.severity is not Severity.OK]
    found = {finding.check: finding.found for finding in wrong}
    assert len(found) == len(wrong), f"a check twice: {wrong}"
    assert all(finding.fix and finding.subject for finding in wrong), f"no fix or no subject: {wrong}"
    return found


def at_hub(**changes: Any) -> dict[str, str]:
    return amiss(list(judge_hub(CORE, replace(SOUND_HUB, **changes))))


def at_spoke(**changes: Any) -> dict[str, str]:
    return amiss(list(judge_spoke(LEDGER, CORE, SOUND_HUB, replace(SOUND_SPOKE, **changes))))


def test_what_stands_as_designed_has_nothing_amiss_and_every_check_is_named() -> None:
    assert at_hub() == {}
    assert at_spoke() == {}
    findings = list(judge_spoke(LEDGER, CORE, SOUND_HUB, SOUND_SPOKE))
    assert [finding.check for finding in findings] == [
        "VPC",
        "gateway share",
        "attachment",
        "association",
        "propagation",
        "gateway routes",
        "routes",
        "network ACLs",
        f"rule {REGION}",
        f"exemption efs.{REGION}",
        "other rules",
        "private zones",
        "own endpoints",
        "gateway endpoint s3",
    ]
    wired = {"association", "propagation", "gateway routes"}
    assert {f.check for f in findings if f.place.account == CORE.account.id} == wired, "these are asked in the hub"


def with_(mapping: Any, key: str, **changes: Any) -> dict[str, Any]:
    return {**mapping, key: replace(mapping[key], **changes)}


KMS = "com.amazonaws.us-east-1.kms"
DENIED = (AclEntry(90, egress=False, allow=False, everything=False), *OPEN_ACL)
HUB_FAULTS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"vpc": replace(SOUND_HUB.vpc, dns_hostnames=False)}, {"VPC": "vpc-hub has DNS hostnames off"}),
    ({"vpc": replace(SOUND_HUB.vpc, cidr="10.1.0.0/22")}, {"VPC": "vpc-hub is 10.1.0.0/22"}),
    ({"gateway": "modifying"}, {"gateway": "modifying"}),
    ({"gateway": ""}, {"gateway": "not there"}),
    ({"attachments": {}}, {"attachment": "no attachment of the hub's VPC"}),
    (
        {"attachments": with_(SOUND_HUB.attachments, "vpc-hub", table=SPOKES)},
        {"association": 'tgw-attach-hub is associated with table "spokes"'},
    ),
    ({"propagated": {}}, {"propagation": 'not into "spokes"'}),
    ({"subnets": subnets(["a"])}, {"return routes": "table rtb-1: no route to 10.0.4.0/22"}),
    (
        {"subnets": subnets(["a"], Route("10.0.4.0/22", TGW, "blackhole"))},
        {"return routes": "table rtb-1: 10.0.4.0/22 is a blackhole"},
    ),
    (
        {"subnets": subnets(["a"], Route("10.0.4.0/22", TGW, "active"), Route("10.0.5.0/24", "nat-1", "active"))},
        {"return routes": "table rtb-1: 10.0.5.0/24 goes to nat-1"},
    ),
    ({"subnets": subnets(["a"], Route("0.0.0.0/0", TGW, "active"))}, {}),
    (
        {
            "subnets": tuple(
                replace(subnet, acl=DENIED) for subnet in subnets(["a"], Route("10.0.4.0/22", TGW, "active"))
            )
        },
        {"network ACLs": "the inbound entries of subnet-0 are not those of a default ACL"},
    ),
    (
        {"resolvers": with_(SOUND_HUB.resolvers, "INBOUND", status="AUTO_RECOVERING")},
        {"inbound endpoint": "rslvr-in-1 is AUTO_RECOVERING"},
    ),
    (
        {"resolvers": with_(SOUND_HUB.resolvers, "INBOUND", addresses={"10.0.0.99": "ATTACHED"})},
        {"inbound endpoint": "rslvr-in-1 is at 10.0.0.99"},
    ),
    (
        {"resolvers": with_(SOUND_HUB.resolvers, "OUTBOUND", addresses={"10.0.0.7": "DETACHING"})},
        {"outbound endpoint": "10.0.0.7 is DETACHING"},
    ),
    ({"resolvers": {"INBOUND": SOUND_HUB.resolvers["INBOUND"]}}, {"outbound endpoint": "not there"}),  # type: ignore[index]
    ({"rules": {}}, {f"forwarding rule {REGION}": "not there"}),
    (
        {"rules": with_(SOUND_HUB.rules, "rslvr-rr-1", targets=frozenset({"10.9.9.9"}))},
        {f"forwarding rule {REGION}": "rslvr-rr-1 forwards to 10.9.9.9"},
    ),
    (
        {"rules": with_(SOUND_HUB.rules, "rslvr-rr-1", endpoint="rslvr-out-2", status="UPDATING")},
        {f"forwarding rule {REGION}": "rslvr-rr-1 is UPDATING; rslvr-rr-1 goes out of rslvr-out-2, not of rslvr-out-1"},
    ),
    (
        {"endpoints": {key: value for key, value in SOUND_HUB.endpoints.items() if key != KMS}},  # type: ignore[union-attr]
        {"endpoint kms": f"no endpoint of {KMS} in the hub's VPC"},
    ),
    (
        {"endpoints": with_(SOUND_HUB.endpoints, KMS, private_dns=False)},
        {"endpoint kms": "vpce-kms has private DNS off"},
    ),
    ({"endpoints": with_(SOUND_HUB.endpoints, KMS, state="pending")}, {"endpoint kms": "vpce-kms is pending"}),
    ({"endpoints": with_(SOUND_HUB.endpoints, KMS, subnets=("subnet-3",))}, {"endpoint kms": "vpce-kms is in 1 zones"}),
    (
        {"endpoints": with_(SOUND_HUB.endpoints, KMS, groups=("sg-in",))},
        {"security group of kms": "tcp 443 from 10.0.0.0/22 is denied; tcp 443 from 10.0.4.0/22 is denied"},
    ),
    (
        {"groups": {**SOUND_HUB.groups, "sg-out": OUTBOUND[:1]}},  # type: ignore[dict-item]
        {"security group of the outbound endpoint": "tcp 53 to 10.0.0.0/22 is denied"},
    ),
    (
        # Two halves are as good as the whole.
        {
            "groups": {
                **SOUND_HUB.groups,  # type: ignore[dict-item]
                "sg-https": (replace(HTTPS[0], cidrs=("10.0.0.0/22", "10.0.4.0/23", "10.0.6.0/23")),),
            }
        },
        {},
    ),
    ({"groups": {**SOUND_HUB.groups, "sg-https": (replace(HTTPS[0], protocol="-1", first=-1, last=-1),)}}, {}),  # type: ignore[dict-item]
    ({"groups": Refused("no answer")}, {"security groups": "no answer"}),
    ({"endpoints": Refused("denied", "ec2:DescribeVpcEndpoints")}, {"endpoints": "denied"}),
]


@pytest.mark.parametrize(("changes", "expected"), HUB_FAULTS)
def test_what_is_amiss_in_a_hub_is_named(changes: dict[str, Any], expected: dict[str, str]) -> None:
    assert at_hub(**changes) == expected


def acl(*entries: AclEntry) -> tuple[Subnet, ...]:
    return tuple(replace(subnet, acl=entries) for subnet in SOUND_SPOKE.subnets)  # type: ignore[union-attr]


OWN = InterfaceEndpoint("vpce-own", KMS, "Interface", "available", private_dns=True)
SPOKE_FAULTS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"vpc": replace(SOUND_SPOKE.vpc, dns_support=False)}, {"VPC": "vpc-ledger has DNS support off"}),
    ({"gateway": ""}, {"gateway share": "the account sees it as not there"}),
    (
        {"attachment": None},
        {
            "attachment": "no attachment of the VPC to the hub's gateway",
        },
    ),
    (
        {"attachment": replace(SOUND_SPOKE.attachment, state="pendingAcceptance")},  # type: ignore[type-var]
        {"attachment": "tgw-attach-ledger is pendingAcceptance"},
    ),
    (
        {"attachment": replace(SOUND_SPOKE.attachment, subnets=("subnet-0",))},  # type: ignore[type-var]
        {"attachment": "it has a subnet in use1-az1"},
    ),
    (
        {"gateway_routes": {}},
        {"gateway routes": 'table "hub": no route to 10.0.5.0/24; table "spokes": no route to 10.0.0.0/22'},
    ),
    (
        {
            "gateway_routes": {
                **SOUND_SPOKE.gateway_routes,  # type: ignore[dict-item]
                ("hub", "10.0.5.0/24"): (
                    GatewayRoute("10.0.5.0/24", "active", ("tgw-attach-other",)),
                    GatewayRoute("10.0.5.0/25", "blackhole", ()),
                ),
            }
        },
        {
            "gateway routes": 'table "hub": the route to 10.0.5.0/24 leads to tgw-attach-other, not to tgw-attach-ledger; '
            'table "hub": the route to 10.0.5.0/25 is a blackhole'
        },
    ),
    (
        {"subnets": subnets(zones_of(LEDGER), Route("10.0.0.0/23", TGW, "active"))},
        {"routes": "table rtb-1: no route to 10.0.0.0/22"},
    ),
    (
        {"subnets": subnets(zones_of(LEDGER), Route("10.0.0.0/22", "tgw-2", "active"))},
        {"routes": "table rtb-1: 10.0.0.0/22 goes to tgw-2"},
    ),
    ({"subnets": acl(*OPEN_ACL[1:])}, {"network ACLs": "; ".join(
        f"the outbound entries of subnet-{at} are not those of a default ACL" for at in range(6))}),
    (
        {"associations": {"rslvr-rr-efs": "COMPLETE"}},
        {f"rule {REGION}": "its association is not there"},
    ),
    (
        {"associations": {**SOUND_SPOKE.associations, "rslvr-rr-1": "FAILED"}},  # type: ignore[dict-item]
        {f"rule {REGION}": "its association is FAILED"},
    ),
    (
        {"rules": {"rslvr-rr-efs": SOUND_SPOKE.rules["rslvr-rr-efs"]}},  # type: ignore[index]
        {f"rule {REGION}": "the account does not see the rule"},
    ),
    (
        {"rules": with_(SOUND_SPOKE.rules, "rslvr-rr-efs", kind="FORWARD")},
        {f"exemption efs.{REGION}": "its association is not there"},
    ),
    (
        {
            "rules": {
                **SOUND_SPOKE.rules,  # type: ignore[dict-item]
                "rslvr-rr-2": Rule("rslvr-rr-2", f"kms.{REGION}", "FORWARD", "COMPLETE", "NOT_SHARED"),
                "rslvr-rr-3": Rule("rslvr-rr-3", ".", "FORWARD", "COMPLETE", "NOT_SHARED"),
            },
            "associations": {**SOUND_SPOKE.associations, "rslvr-rr-2": "COMPLETE", "rslvr-rr-3": "COMPLETE"},  # type: ignore[dict-item]
        },
        {"other rules": f"rule rslvr-rr-2 kms.{REGION} takes kms.{REGION}"},
    ),
    ({"zones": (f"ssm.{REGION}", REGION, "example.internal")}, {"private zones": f"private zone ssm.{REGION} takes ssm.{REGION}"}),
    ({"endpoints": (*SOUND_SPOKE.endpoints, OWN)}, {"own endpoints": f"vpce-own of {KMS}"}),  # type: ignore[misc]
    ({"endpoints": (*SOUND_SPOKE.endpoints, replace(OWN, private_dns=False))}, {}),  # type: ignore[misc]
    ({"endpoints": ()}, {"gateway endpoint s3": "not there"}),
    (
        {"endpoints": (replace(SOUND_SPOKE.endpoints[0], tables=()),)},  # type: ignore[index]
        {"gateway endpoint s3": "it is not in the route tables rtb-1"},
    ),
    ({"associations": Refused("denied", "route53resolver:X")}, {"rule associations": "denied"}),
    ({"gateway_routes": Refused("denied", "ec2:X")}, {"gateway routes": "denied"}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), SPOKE_FAULTS)
def test_what_is_amiss_in_a_spoke_is_named(changes: dict[str, Any], expected: dict[str, str]) -> None:
    assert at_spoke(**changes) == expected


HUB_SIDE: list[tuple[Callable[[], HubFacts], dict[str, str]]] = [
    (
        lambda: replace(SOUND_HUB, attachments=with_(SOUND_HUB.attachments, "vpc-ledger", table="", association="")),
        {"association": "tgw-attach-ledger is associated with no table"},
    ),
    (
        lambda: replace(SOUND_HUB, attachments=with_(SOUND_HUB.attachments, "vpc-ledger", association="associating")),
        {"association": "the association is associating"},
    ),
    (
        lambda: replace(SOUND_HUB, propagated={"spokes": frozenset({"tgw-attach-hub"})}),
        {"propagation": 'not into "hub"'},
    ),
]


@pytest.mark.parametrize(("facts", "expected"), HUB_SIDE)
def test_what_the_gateway_does_not_know_of_a_spoke_is_named(
    facts: Callable[[], HubFacts], expected: dict[str, str]
) -> None:
    assert amiss(list(judge_spoke(LEDGER, CORE, facts(), SOUND_SPOKE))) == expected


def test_a_spoke_in_the_hubs_account_needs_no_share() -> None:
    own = next(
        spoke
        for spoke in changed("quickstart", spokes__ledger__account=CORE.account.id).spokes
        if spoke.name == "ledger"
    )
    facts = replace(SOUND_SPOKE, gateway="", rules=with_(SOUND_SPOKE.rules, "rslvr-rr-1", share="SHARED_BY_ME"))
    assert amiss(list(judge_spoke(own, CORE, SOUND_HUB, facts))) == {}
    assert amiss(list(judge_spoke(LEDGER, CORE, SOUND_HUB, facts))) == {
        "gateway share": "the account sees it as not there",
        f"rule {REGION}": "rslvr-rr-1 is SHARED_BY_ME",
    }


def test_a_refusal_names_the_action_and_the_role() -> None:
    refused = replace(
        SOUND_HUB, endpoints=Refused("DescribeVpcEndpoints: UnauthorizedOperation", "ec2:DescribeVpcEndpoints")
    )
    finding = next(f for f in judge_hub(CORE, refused) if f.check == "endpoints")
    assert finding.severity is Severity.UNKNOWN
    assert finding.fix == (
        "allow arn:aws:iam::111111111111:role/NetworkDeploy ec2:DescribeVpcEndpoints (see docs/guides/verify.md)"
    )
