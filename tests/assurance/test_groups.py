"""Walking one spoke of a group gives the verdicts that walking each of them does."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from ipaddress import IPv4Address
from itertools import combinations
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assurance.flows import EVERYWHERE
from assurance.groups import LABELS, NOT_PLACED, NOT_READ, PLACED, groups
from network.aws.parameters import read_parameters
from network.aws.reader import read as read_snapshot
from network.join import join
from network.model import HostedZone, Link, Network, Owner, Record, Route, RouteTable, Unknown, stack_of
from network.names import named
from network.terraform.reader import read
from review.verdicts import Intent, Report, intended, report
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, catalogued, service
from tests.families import VERDICTS
from tests.network.aws.recorded import HUB as HUB_ACCOUNT
from tests.network.aws.recorded import PAYMENTS as PAYMENTS_ACCOUNT
from tests.network.aws.recorded import Recorded
from tests.network.aws.recorded import grown as recorded

Change = Callable[[Stacks, str], object]
KEYS = ("kms", "ssm", "states", "s3")


def grown(count: int) -> Stacks:
    """The quickstart with a number of spokes like ledger, each in an account and a range of its own."""
    stacks = Stacks()
    text = json.dumps(stacks.stacks.pop(LEDGER))
    del stacks.stacks[PAYMENTS]
    for at in range(count):
        own = (
            text.replace("ledger", f"spoke{at}")
            .replace("10.0.5.", f"10.0.{4 + at}.")
            .replace("333333333333", f"{at:012}")
        )
        stacks.stacks[f"spoke-core-spoke{at}"] = json.loads(own)
    return stacks


def opened(stacks: Stacks, stack: str) -> None:
    """The spoke's segment learns its range, and it routes the pool."""
    wiring = stacks.at(stack, "gateway/propagation-hub")
    table = stacks.at(stack, "gateway/association")["transit_gateway_route_table_id"]
    wiring = {**wiring, "transit_gateway_route_table_id": table}
    stacks.added(stack, "aws_ec2_transit_gateway_route_table_propagation", **wiring)
    routed(stacks, stack)


def routed(stacks: Stacks, stack: str, cidr: str = "10.0.0.0/13") -> None:
    route = {**stacks.at(stack, "gateway/route-hub"), "destination_cidr_block": cidr}
    stacks.added(stack, "aws_route", f"to-{cidr.replace('/', '-')}", **route)


def narrowed(stacks: Stacks, stack: str) -> None:
    attachment = stacks.at(stack, "gateway/attachment")
    attachment["subnet_ids"] = attachment["subnet_ids"][1:]


def internet(stacks: Stacks, stack: str) -> None:
    route = {**stacks.at(stack, "gateway/route-hub"), "destination_cidr_block": "0.0.0.0/0"}
    del route["transit_gateway_id"]
    stacks.added(stack, "aws_route", "default", nat_gateway_id="${aws_nat_gateway.own.id}", **route)
    stacks.added(stack, "aws_nat_gateway", "own")


def rehomed(stacks: Stacks, stack: str, account: str) -> None:
    for block in stacks.stacks[stack]["provider"]["aws"]:
        if block["alias"] == "spoke":
            block["allowed_account_ids"] = [account]


def listed(stacks: Stacks, stack: str) -> None:
    """An ACL that lets the hub in, and knows the second spoke's range."""
    allowed = {"protocol": "-1", "action": "allow", "cidr_block": "10.0.0.0/22", "rule_no": 1}
    other = {**allowed, "cidr_block": "10.0.5.0/25", "rule_no": 2}
    stacks.added(
        stack,
        "aws_network_acl",
        subnet_ids=[stacks.reference(stack, f"network/subnet-use1-az{zone}") for zone in (1, 2, 4)],
        ingress=[allowed, other],
        egress=[allowed, other],
    )


SPOKE: dict[str, Change] = {
    "no resolver": lambda stacks, stack: stacks.changed(stack, "network/vpc", enable_dns_support=False),
    "no route": lambda stacks, stack: stacks.changed(stack, "gateway/route-hub", destination_cidr_block="10.0.0.0/24"),
    "no rule": lambda stacks, stack: stacks.without(stack, "resolver/rule-us-east-1_amazonaws_com-association"),
    "no association": lambda stacks, stack: stacks.without(stack, "gateway/association"),
    "not learnt": lambda stacks, stack: stacks.without(stack, "gateway/propagation-hub"),
    "no zone": narrowed,
    "open": opened,
    "routed": routed,
    "routed to one": lambda stacks, stack: routed(stacks, stack, "10.0.5.0/25"),
    "listed": listed,
    "no S3": lambda stacks, stack: stacks.without(stack, "endpoints/endpoint-s3"),
    "overlapping": lambda stacks, stack: stacks.changed(stack, "network/vpc", cidr_block="10.0.4.0/24"),
    "attached by the hub": lambda stacks, stack: stacks.changed(stack, "gateway/attachment", provider="aws.hub"),
    "learnt by itself": lambda stacks, stack: stacks.changed(stack, "gateway/propagation-hub", provider="aws.spoke"),
    "to the internet": internet,
    "the same account": lambda stacks, stack: rehomed(stacks, stack, "000000000000"),
    "the hub's account": lambda stacks, stack: rehomed(stacks, stack, "111111111111"),
    "keeps KMS": lambda stacks, stack: stacks.changed(
        stack, "resolver/exemption-efs", domain_name="kms.us-east-1.amazonaws.com"
    ),
}


def blackholed(stacks: Stacks, cidr: str) -> None:
    table = stacks.reference(HUB, "gateway/table-hub")
    arguments: dict[str, Any] = {"blackhole": True, "transit_gateway_route_table_id": table}
    stacks.added(HUB, "aws_ec2_transit_gateway_route", destination_cidr_block=cidr, **arguments)


ALL = "endpoints/ingress-https-443-pool-10-0-4-0_22"
SHARE = "gateway-share/organization"
HUBS: dict[str, Callable[[Stacks], object]] = {
    "sound": lambda stacks: stacks,
    "pool of some": lambda stacks: stacks.changed(HUB, ALL, cidr_ipv4="10.0.4.0/23"),
    "route of some": lambda stacks: stacks.changed(
        HUB, "gateway/route-pool-10-0-4-0_22", destination_cidr_block="10.0.6.0/23"
    ),
    "share with one": lambda stacks: stacks.changed(HUB, SHARE, principal="000000000002"),
    "blackhole of one": lambda stacks: blackholed(stacks, "10.0.5.0/24"),
    "blackhole within one": lambda stacks: blackholed(stacks, "10.0.6.64/26"),
    "resolver open to some": lambda stacks: stacks.changed(HUB, "resolver/inbound-udp", cidr_ipv4="10.0.0.0/21"),
}


def verdicts(found: Report) -> dict[str, object]:
    """Everything that a report says of each spoke by name."""
    group, names = found.group_of, sorted(found.group_of)
    pairs = {
        (source, target): (group[source], group[target]) in found.opened
        for source in names
        for target in names
        if source != target
    }
    exposed = {
        name: sorted((exposure.address, exposure.flow) for exposure in found.exposed.get(group[name], ()))
        for name in names
    }
    return {"table": dict(found.rows()), "pairs": pairs, "exposed": exposed}


@pytest.mark.family
@settings(max_examples=VERDICTS.size)
@given(
    st.sampled_from(sorted(HUBS)),
    st.lists(st.sampled_from(["", *sorted(SPOKE)]), min_size=4, max_size=4),
)
def test_the_shortcut_gives_the_same_verdicts(hub: str, changes: list[str]) -> None:
    stacks = grown(len(changes))
    HUBS[hub](stacks)
    for at, change in enumerate(changes):
        if change:
            SPOKE[change](stacks, f"spoke-core-spoke{at}")
    network = read(deepcopy(stacks.stacks).items())
    services = [service(key) for key in KEYS]
    meant = intended(network, catalogued())
    short = report(network, services, meant_for(meant))
    assert verdicts(short) == verdicts(report(network, services, meant_for(meant), shortcut=False))


# Snapshots ------------------------------------------------------------------------------------------------------------

Edit = Callable[[Recorded, str], object]


def routes_of(snapshot: Recorded, account: str) -> list[dict[str, Any]]:
    """The routes of the table that all or most of a spoke's subnets use."""
    table = snapshot.part("RouteTables", "route-table", account)[-1]
    return list.__iadd__(table["Routes"], [])


def route(snapshot: Recorded, account: str, cidr: str, **target: str) -> None:
    routes_of(snapshot, account).append({"DestinationCidrBlock": cidr, "State": "active", **target})


def spoke_vpc(snapshot: Recorded, account: str) -> dict[str, Any]:
    return next(vpc for vpc in snapshot.items("Vpcs", account) if not vpc["IsDefault"])


def cidr_of(snapshot: Recorded, account: str) -> str:
    return str(spoke_vpc(snapshot, account)["CidrBlock"])


def gateway_of(snapshot: Recorded, account: str) -> str:
    return str(snapshot.items("TransitGatewayVpcAttachments", account)[0]["TransitGatewayId"])


def unlinked(snapshot: Recorded, account: str, file: str, key: str) -> None:
    """The hub's tables say nothing of the spoke."""
    for entry in snapshot.items(file):
        entry[key] = [each for each in entry[key] if each["ResourceId"] != snapshot.vpc(account)]


def learnt(snapshot: Recorded, account: str) -> None:
    """Every table of the hub learns the spoke's range, and the spoke routes the pool."""
    attachment = snapshot.items("TransitGatewayVpcAttachments", account)[0]["TransitGatewayAttachmentId"]
    each = {
        "ResourceId": snapshot.vpc(account),
        "ResourceType": "vpc",
        "State": "enabled",
        "TransitGatewayAttachmentId": attachment,
    }
    for entry in snapshot.items("TransitGatewayPropagations"):
        links = entry["TransitGatewayRouteTablePropagations"]
        if each not in links:
            links.append(each)
    for entry in snapshot.items("TransitGatewayStaticRoutes"):
        learned = {
            "DestinationCidrBlock": cidr_of(snapshot, account),
            "State": "active",
            "TransitGatewayAttachments": [each],
            "Type": "propagated",
        }
        if not any(each["DestinationCidrBlock"] == learned["DestinationCidrBlock"] for each in entry["Routes"]):
            entry["Routes"].append(learned)
    route(snapshot, account, "10.128.0.0/9", TransitGatewayId=gateway_of(snapshot, account))


def own_table(snapshot: Recorded, account: str) -> None:
    """One subnet has a table of its own, like the others' but for the id."""
    table = snapshot.part("RouteTables", "route-table", account)[-1]
    first = min(snapshot.items("Subnets", account), key=lambda subnet: str(subnet["CidrBlock"]))["SubnetId"]
    (explicit,) = (each for each in table["Associations"] if each.get("SubnetId") == first)
    moved = {**explicit, "RouteTableId": f"rtb-{account}"}
    table["Associations"].remove(explicit)
    snapshot.items("RouteTables", account).insert(
        0, {**deepcopy(table), "RouteTableId": f"rtb-{account}", "Associations": [moved]}
    )


def more_addresses(snapshot: Recorded, account: str, cidr: str) -> None:
    associations = spoke_vpc(snapshot, account)["CidrBlockAssociationSet"]
    associations.append(
        {"AssociationId": "vpc-cidr-assoc-0", "CidrBlock": cidr, "CidrBlockState": {"State": "associated"}}
    )


def entry(snapshot: Recorded, account: str, cidr: str) -> None:
    """The ACLs deny a range."""
    for acl in snapshot.items("NetworkAcls", account):
        acl["Entries"] += [
            {"CidrBlock": cidr, "Egress": egress, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 7}
            for egress in (True, False)
        ]


def twin_zones(snapshot: Recorded, account: str) -> None:
    """Two private zones of one name, with records of their own: a walk takes the first."""
    vpc = snapshot.vpc(account)
    of = [{"HostedZoneId": f"Z{at}{account}", "Name": "kms.us-east-1.amazonaws.com."} for at in range(2)]
    path = snapshot.path("HostedZonesByVpc", account)
    entries = snapshot.documents.setdefault(path, {"HostedZonesByVpc": []})["HostedZonesByVpc"]
    entries[:] = [each for each in entries if each.get("VpcId") != vpc]
    summaries = [{**zone, "Owner": {"OwningAccount": account}} for zone in of]
    entries.append({"VpcId": vpc, "HostedZoneSummaries": summaries})
    records = snapshot.documents.setdefault(
        snapshot.path("ResourceRecordSets", account, "global"), {"ResourceRecordSets": []}
    )["ResourceRecordSets"]
    name = "kms.us-east-1.amazonaws.com."
    records.append({"HostedZoneId": of[0]["HostedZoneId"], "ResourceRecordSets": []})
    value = {"Name": name, "Type": "A", "ResourceRecords": [{"Value": "192.0.2.1"}]}
    records.append({"HostedZoneId": of[1]["HostedZoneId"], "ResourceRecordSets": [value]})
    if int(account) % 2:
        summaries.reverse()


def no_instance_rule(snapshot: Recorded, account: str) -> None:
    for group in snapshot.items("SecurityGroups", account):
        group["IpPermissionsEgress"] = []


def without_rule(snapshot: Recorded, account: str) -> None:
    snapshot.items("ResolverRuleAssociations", account)[:] = [
        each
        for each in snapshot.items("ResolverRuleAssociations", account)
        if each["VPCId"] != snapshot.vpc(account) or "autodefined" in each["ResolverRuleId"]
    ]


def pending(snapshot: Recorded, account: str) -> None:
    for file, at in (
        ("TransitGatewayVpcAttachments", account),
        ("TransitGatewayAttachments", account),
        ("TransitGatewayAttachments", HUB_ACCOUNT),
    ):
        for each in snapshot.items(file, at):
            if snapshot.vpc(account) in {each.get("VpcId"), each.get("ResourceId")}:
                each["State"] = "pendingAcceptance"


def one_door(snapshot: Recorded, account: str) -> None:
    for each in snapshot.items("TransitGatewayVpcAttachments", account):
        each["SubnetIds"] = each["SubnetIds"][:1]


SNAPSHOT: dict[str, Edit] = {
    "no route": lambda snapshot, account: routes_of(snapshot, account).clear(),
    "no rule": without_rule,
    "not associated": lambda snapshot, account: unlinked(
        snapshot, account, "TransitGatewayRouteTableAssociations", "Associations"
    ),
    "not learnt": lambda snapshot, account: unlinked(
        snapshot, account, "TransitGatewayPropagations", "TransitGatewayRouteTablePropagations"
    ),
    "learnt by all": learnt,
    "to the internet": lambda snapshot, account: route(snapshot, account, "0.0.0.0/0", NatGatewayId=f"nat-{account}"),
    "by a peering": lambda snapshot, account: route(
        snapshot, account, "10.0.0.0/24", VpcPeeringConnectionId=f"pcx-{account}"
    ),
    "to one": lambda snapshot, account: route(
        snapshot, account, "10.128.1.0/24", TransitGatewayId=gateway_of(snapshot, account)
    ),
    "a table of its own": own_table,
    "overlapping": lambda snapshot, account: more_addresses(snapshot, account, "10.128.0.0/25"),
    "more addresses": lambda snapshot, account: more_addresses(snapshot, account, f"100.{64 + int(account)}.0.0/16"),
    "the same addresses": lambda snapshot, account: more_addresses(snapshot, account, "100.127.0.0/16"),
    "hub denied": lambda snapshot, account: entry(snapshot, account, "10.0.1.0/24"),
    "another denied": lambda snapshot, account: entry(snapshot, account, "10.128.2.0/26"),
    "itself denied": lambda snapshot, account: entry(snapshot, account, cidr_of(snapshot, account)),
    "zones": twin_zones,
    "an instance without rules": no_instance_rule,
    "pending": pending,
    "one door": one_door,
    "no subnets": lambda snapshot, account: snapshot.lose("Subnets", account),
    "no tables": lambda snapshot, account: snapshot.lose("RouteTables", account),
    "no groups": lambda snapshot, account: snapshot.lose("SecurityGroups", account),
    "no instances": lambda snapshot, account: snapshot.lose("Reservations", account),
    "no associations": lambda snapshot, account: snapshot.lose("ResolverRuleAssociations", account),
    "no profiles": lambda snapshot, account: snapshot.lose("ProfileAssociations", account),
}


def hub_route(snapshot: Recorded, cidr: str) -> None:
    for each in snapshot.items("TransitGatewayStaticRoutes"):
        each["Routes"].append({"DestinationCidrBlock": cidr, "State": "blackhole", "Type": "static"})


def shared_with_units(snapshot: Recorded) -> None:
    """Shares name a unit: who is in it shows in what accounts list."""
    for each in snapshot.items("ResourceShareAssociations"):
        if each["associationType"] == "PRINCIPAL":
            each["associatedEntity"] = "arn:aws:organizations::999999999999:ou/o-exampleorg1/ou-root-workloads"


def group_of_hub(snapshot: Recorded) -> None:
    """The endpoints' group allows some of the pool."""
    for group in snapshot.items("SecurityGroups"):
        for permission in group["IpPermissions"]:
            for each in permission.get("IpRanges", ()):
                each["CidrIp"] = each["CidrIp"].replace("10.128.0.0/9", "10.128.0.0/23")


SNAPSHOT_HUBS: dict[str, Callable[[Recorded], object]] = {
    "sound": lambda snapshot: snapshot,
    "blackhole of one": lambda snapshot: hub_route(snapshot, "10.128.1.0/24"),
    "blackhole within one": lambda snapshot: hub_route(snapshot, "10.128.2.64/26"),
    "pool of some": group_of_hub,
    "shared with units": shared_with_units,
    "no tables": lambda snapshot: snapshot.lose("TransitGatewayRouteTables"),
}


@pytest.mark.family
@settings(max_examples=VERDICTS.size)
@given(
    st.sampled_from(sorted(SNAPSHOT_HUBS)),
    st.lists(st.lists(st.sampled_from(sorted(SNAPSHOT)), max_size=2, unique=True), min_size=4, max_size=4),
    st.sets(st.integers(0, 3)),
)
def test_the_shortcut_gives_the_same_verdicts_of_snapshots(hub: str, edits: list[list[str]], built: set[int]) -> None:
    """Also where stacks of some spokes are joined: `built` has their numbers."""
    snapshot = recorded(len(edits))
    SNAPSHOT_HUBS[hub](snapshot)
    for at, names in enumerate(edits):
        for name in sorted(names, key=lambda name: name.startswith("no ")):  # what is lost can be edited no more
            SNAPSHOT[name](snapshot, f"{at:012}")
    base = read_snapshot(snapshot.files)
    text = json.dumps(Stacks().stacks[PAYMENTS])
    documents = (
        (
            f"spoke-core-spoke{at}",
            text.replace("payments", f"spoke{at}")
            .replace(PAYMENTS_ACCOUNT, f"{at:012}")
            .replace("10.0.4.", f"10.128.{at}."),
        )
        for at in sorted(built)
    )
    network = join(base, read(documents, read_parameters(snapshot.files)))
    services = [service(key) for key in KEYS]
    meant = meant_for(intended(network, catalogued()))
    short = report(network, services, meant)
    assert verdicts(short) == verdicts(report(network, services, meant, shortcut=False))


def test_alike_spokes_of_a_snapshot_are_one_group() -> None:
    """Also those that have one thing changed, those with a table lost, and the default VPCs, which overlap."""
    snapshot = recorded(8)
    for at in (2, 3):
        SNAPSHOT["a table of its own"](snapshot, f"{at:012}")
        SNAPSHOT["to the internet"](snapshot, f"{at:012}")
    for at in (4, 5):
        SNAPSHOT["no profiles"](snapshot, f"{at:012}")
    for at in (6, 7):
        SNAPSHOT["zones"](snapshot, f"{at:012}")
    network = read_snapshot(snapshot.files)
    found = sorted(sorted(_accounts(network, names)) for names in groups(network))
    own = [["0", "1"], ["2", "3"], ["4", "5"], ["6"], ["7"]]
    defaults = [["0", "1", "2", "3", "6", "7"], ["4", "5"], ["111111111111"]]
    assert found == sorted(own + defaults)


def _accounts(network: Network, names: tuple[str, ...]) -> list[str]:
    return [str(network.spokes[name].owner.account).lstrip("0") or "0" for name in names]


def test_an_account_that_owns_what_spokes_use_is_on_its_own() -> None:
    """The hub's account needs no share, and every other one does."""
    stacks = grown(3).without(HUB, "gateway-share/organization")
    rehomed(stacks, "spoke-core-spoke1", "111111111111")
    assert groups(stacks.network) == [("spoke0", "spoke2"), ("spoke1",)]


def test_which_part_names_which_is_compared() -> None:
    """Ten spokes have a table with a way out and one without; each has the former for two other subnets."""
    pairs = list(combinations(range(5), 2))
    network = read_snapshot(recorded(len(pairs)).files)
    spokes = [vpc for vpc in network.vpcs.values() if str(vpc.cidrs[0]).startswith("10.128.")]
    tables, subnets = dict(network.tables), dict(network.subnets)
    for spoke, pair in zip(spokes, pairs, strict=True):
        ordered = sorted(network.subnets_of[spoke.address], key=lambda subnet: str(subnet.cidr))
        way = Route("", EVERYWHERE, "internet_gateway", "igw-1")
        more = RouteTable(f"{spoke.address}0", spoke.address, (way,))
        tables[more.address] = more
        for at in pair:
            subnets[ordered[at].address] = replace(ordered[at], table=more.address)
    found = groups(replace(network, tables=tables, subnets=subnets))
    assert sorted(len(names) for names in found) == [*[1] * len(pairs), 1, len(pairs)]


def test_what_a_foreign_part_says_of_a_spoke_keeps_it_apart() -> None:
    """Another VPC of the same account routes to it, and both have no tag."""
    network = read_snapshot(recorded(3).files)
    assert [len(names) for names in groups(network)] == [3, 1, 3]
    spoke = next(vpc for vpc in network.vpcs.values() if str(vpc.cidrs[0]) == "10.128.1.0/24")
    (other,) = (
        vpc for vpc in network.vpcs.values() if vpc.owner == spoke.owner and str(vpc.cidrs[0]) == "172.31.0.0/16"
    )
    table = next(table for table in network.tables.values() if table.vpc == other.address)
    way = Route(table.address, spoke.cidrs[0], "peering", "pcx-1")
    changed = {**network.tables, table.address: replace(table, routes=(*table.routes, way))}
    found = groups(replace(network, tables=changed))
    assert sorted(len(names) for names in found) == [1, 1, 1, 2, 2]


def meant_for(meant: Intent) -> Intent:
    """The intent over a few services only, so that a walk is quick."""
    return replace(meant, services={spoke: frozenset(KEYS) for spoke in meant.services})


def test_equal_spokes_are_one_group() -> None:
    assert groups(grown(4).network) == [("spoke0", "spoke1", "spoke2", "spoke3")]


def test_spokes_with_a_way_out_of_their_own_are_one_group() -> None:
    stacks = grown(4)
    for at in (1, 2):
        internet(stacks, f"spoke-core-spoke{at}")
    assert groups(stacks.network) == [("spoke0", "spoke3"), ("spoke1", "spoke2")]


def test_a_spoke_that_differs_is_on_its_own() -> None:
    stacks = grown(4)
    narrowed(stacks, "spoke-core-spoke2")
    assert groups(stacks.network) == [("spoke0", "spoke1", "spoke3"), ("spoke2",)]


def test_a_spoke_that_a_range_of_the_hub_is_about_is_on_its_own() -> None:
    stacks = grown(4)
    blackholed(stacks, "10.0.5.0/24")
    assert groups(stacks.network) == [("spoke0", "spoke2", "spoke3"), ("spoke1",)]


def test_every_field_of_a_network_is_compared_or_has_a_reason() -> None:
    """A part that is forgotten would make spokes alike that are not."""
    known = [*PLACED, *NOT_PLACED]
    assert sorted(known) == sorted(field.name for field in fields(Network)), "see PLACED and NOT_PLACED in groups.py"


def of_stacks() -> Network:
    return grown(2).network


def of_snapshot() -> Network:
    """Two spokes with all that a snapshot has of them, and a zone each."""
    snapshot = recorded(2)
    network = read_snapshot(snapshot.files)
    zones: dict[str, HostedZone] = {}
    for vpc in network.vpcs.values():
        if str(vpc.cidrs[0]).startswith("10.128."):
            at = f"{stack_of(vpc.address)}: Z{len(zones)}0123456789"
            record = Record(f"{at}#a", "a.example", (IPv4Address("192.0.2.1"),), None)
            zones[at] = HostedZone(at, "example", (Link(at, vpc.address),), (record,))
    return replace(network, zones=zones)


def apart(network: Network) -> bool:
    """Whether the two spokes that the network has beside default VPCs are not alike."""
    return ("spoke0",) in groups(named(network, {f"spoke-core-spoke{at}": f"spoke{at}" for at in range(2)}))


@pytest.mark.parametrize("network", [of_stacks(), of_snapshot()], ids=["stacks", "a snapshot"])
def test_every_field_of_a_part_is_compared_unless_it_is_a_label(network: Network) -> None:
    """Two spokes whose parts differ in one field alone are not alike."""
    assert not apart(network)
    tried = set()
    for name in PLACED:
        parts = getattr(network, name)
        for key, part in parts.items() if isinstance(parts, Mapping) else enumerate(parts):
            if not part.address.startswith("spoke-core-spoke0: "):
                continue
            for field in fields(part):
                value = getattr(part, field.name)
                if field.name in LABELS or (type(part).__name__, field.name) in NOT_READ or value == ():
                    continue
                other = replace(part, **{field.name: something_else(value)})
                if isinstance(parts, Mapping):
                    changed: Any = {**parts, key: other}
                else:
                    changed = (*parts[:key], other, *parts[key + 1 :])
                found = apart(replace(network, **cast("Any", {name: changed})))
                assert found, f"{type(part).__name__}.{field.name} is not compared"
                tried.add((type(part).__name__, field.name))
    assert {("Subnet", "table"), ("Attachment", "owner"), ("RuleAssociation", "rule"), ("RouteTable", "routes")} < tried


def something_else(value: object) -> object:
    """A value of the same shape that is not the same."""
    unknown = Unknown("something else")
    if isinstance(value, Owner):
        return Owner(unknown, unknown)
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return ()
    return (unknown,) if isinstance(value, tuple) else unknown
