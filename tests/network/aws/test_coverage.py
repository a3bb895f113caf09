"""Every field of every answer has a row, by botocore's models; what is not modelled and set is a doubt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.model import ListShape, Shape, StructureShape
from botocore.session import get_session

from accounts.snapshot.calls import CALLS, Call
from network.aws.coverage import FILES, OTHER_FILES
from network.aws.coverage.fields import EVERYWHERE, FULL_ACCESS, Default, Field, Use, rows
from network.model import Owner
from tests.network.aws.recorded import HUB, LEDGER, PAYMENTS, REGION, Recorded, judged

SESSION = get_session()
HERE = Owner(HUB, REGION)
OF_FILE = {call.file: call for call in CALLS}


@cache
def service(name: str) -> Any:
    return SESSION.get_service_model(name)


def paths(call: Call) -> set[str]:
    """The dotted path of every field of a file's items, lists counting as their items."""
    shape = service(call.service).operation_model(call.operation).output_shape
    entry = {call.entry} if call.entry else set()
    if not call.items or (call.of and call.file != "Parameters"):
        return entry | set(leaves(shape))
    return set(leaves(shape.members[call.items]))


def leaves(shape: Shape, path: str = "", above: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(shape, ListShape):
        yield from leaves(shape.member, path, above)
    elif isinstance(shape, StructureShape) and shape.members and shape.name not in above:
        for name, member in shape.members.items():
            yield from leaves(member, f"{path}.{name}".lstrip("."), (*above, shape.name))
    else:
        yield path


def covering(file: str, path: str) -> list[Field]:
    """The rows for a field: its own, or one of what it is in."""
    names = path.split(".")
    above = {".".join(names[:at]) for at in range(len(names) + 1)}
    found = [field for field in FILES[file] if field.path in above]
    return found or [EVERYWHERE[name] for name in names if name in EVERYWHERE]


@pytest.mark.parametrize("file", OF_FILE)
def test_every_field_of_every_answer_has_one_row(file: str) -> None:
    found = {path: covering(file, path) for path in paths(OF_FILE[file])}
    assert [path for path, fields in found.items() if not fields] == [], (
        "say in network/aws/coverage what becomes of it"
    )
    assert {path: fields for path, fields in found.items() if len(fields) > 1} == {}, "two rows say what becomes of it"


@pytest.mark.parametrize("file", OF_FILE)
def test_no_row_has_a_field_that_aws_does_not_return(file: str) -> None:
    there = paths(OF_FILE[file])
    known = there | {".".join(path.split(".")[:at]) for path in there for at in range(len(path.split(".")))}
    assert [field.path for field in FILES[file] if field.path not in known] == []


def test_every_file_is_one_of_a_call() -> None:
    assert FILES.keys() == OF_FILE.keys()
    assert not OTHER_FILES.keys() & OF_FILE.keys(), "files of other tools"


def test_every_reason_is_given() -> None:
    silent = [
        (file, field.path)
        for file, fields in FILES.items()
        for field in fields
        if field.use is not Use.READ and not field.why
    ]
    assert silent == []
    assert {field.about for fields in FILES.values() for field in fields} <= {"names", "packets", "both"}


def test_what_is_listed_everywhere_is_somewhere() -> None:
    every = {name for call in CALLS for path in paths(call) for name in path.split(".")}
    outer = {
        name for call in CALLS for name in service(call.service).operation_model(call.operation).output_shape.members
    }
    unused = EVERYWHERE.keys() - every - outer - {"ResponseMetadata"}
    assert unused == set()


# Neutral values --------------------------------------------------------------------------------------------------

ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize(
    ("policy", "neutral"),
    [
        ({"Version": "2008-10-17", "Statement": [ALLOW]}, True),
        ({"Statement": [ALLOW], "Version": "2012-10-17"}, True),
        ({"Statement": ALLOW}, True),
        ({"Statement": [{**ALLOW, "Sid": "all", "Principal": {"AWS": "*"}, "Action": ["*"]}]}, True),
        ({"Statement": []}, False),
        ({}, False),
        ("no JSON", False),
        ([ALLOW], False),
        ({"Statement": [{**ALLOW, "Effect": "Deny"}]}, False),
        ({"Statement": [ALLOW, {**ALLOW, "Effect": "Deny", "Action": "kms:Decrypt"}]}, False),
        ({"Statement": [{**ALLOW, "Action": "kms:*"}]}, False),
        ({"Statement": [{**ALLOW, "Resource": "arn:aws:s3:::example"}]}, False),
        ({"Statement": [{**ALLOW, "Principal": {"AWS": "111111111111"}}]}, False),
        ({"Statement": [{**ALLOW, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}}]}, False),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_only_full_access_is_the_default_policy(policy: Any, *, neutral: bool, indent: int | None) -> None:
    text = policy if isinstance(policy, str) else json.dumps(policy, indent=indent)
    assert FULL_ACCESS.matches(text, HERE) is neutral


def test_an_endpoint_to_another_region_is_no_doubt() -> None:
    """The service's name has its region: a hub elsewhere offers IAM by its endpoint in us-east-1."""
    (field,) = (field for field in FILES["VpcEndpoints"] if field.path == "ServiceRegion")
    assert field.use is Use.IRRELEVANT


# Doubts ----------------------------------------------------------------------------------------------------------


def test_a_recorded_quickstart_leaves_no_doubt() -> None:
    assert Recorded().network.doubts == ()


UNMODELLED = [(file, field) for file, fields in FILES.items() for field in fields if field.use is Use.NOT_MODELLED]
OPTIONS = {"DhcpOptionsId": "dopt-1", "OwnerId": HUB, "DhcpConfigurations": []}
SERVERS = {"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}
ZONE = "kms.us-east-1.amazonaws.com."


def prepared(file: str) -> Recorded:
    """A quickstart that has what a file is about: DHCP options, or a private zone beside an endpoint."""
    snapshot = Recorded()
    if file == "DhcpOptions":
        for account in (HUB, PAYMENTS, LEDGER):
            snapshot.items("DhcpOptions", account).append(json.loads(json.dumps(OPTIONS)))
            for vpc in snapshot.items("Vpcs", account):
                vpc["DhcpOptionsId"] = "dopt-1"
            snapshot.items("DhcpOptions", account)[-1]["DhcpConfigurations"].append(dict(SERVERS))
    if file == "ResourceRecordSets":
        zone = {"Id": "/hostedzone/Z1", "Name": ZONE, "Config": {"PrivateZone": True}}
        snapshot.items("HostedZones", region="global").append(zone)
        alias = next(
            each["DnsEntries"][0]["DnsName"]
            for each in snapshot.items("VpcEndpoints")
            if each["ServiceName"].endswith(".kms")
        )
        record = {"Name": ZONE, "Type": "A", "AliasTarget": {"DNSName": alias}}
        records = {"HostedZoneId": "/hostedzone/Z1", "ResourceRecordSets": [record]}
        snapshot.items("ResourceRecordSets", region="global").append(records)
        used = snapshot.item("HostedZonesByVpc", PAYMENTS, VpcId=snapshot.vpc(PAYMENTS))["HostedZoneSummaries"]
        used.append({"HostedZoneId": "Z1", "Name": ZONE, "Owner": {"OwningAccount": HUB}})
    return snapshot


@pytest.mark.parametrize("file", ["DhcpOptions", "ResourceRecordSets", "Vpcs"])
def test_what_is_prepared_for_the_fields_of_a_file_is_sound_and_no_doubt(file: str) -> None:
    network = prepared(file).network
    assert network.doubts == ()
    assert judged(network).sound


def changed(file: str, path: str, value: object) -> tuple[Recorded, dict[str, Any]]:
    """A quickstart in which an item has a value at a path, and the item: one that a verdict depends on."""
    snapshot = prepared(file)
    account = PAYMENTS if file == "Reservations" else HUB
    items = snapshot.items(file, account, "global" if file == "ResourceRecordSets" else REGION)
    item = next(each for each in reversed(items) if not each.get("IsDefault") and each.get("TargetIps") != [])
    *above, last = path.split(".")
    at: Any = item
    for name in above:
        below = at.setdefault(name, {})
        at = below[0] if isinstance(below, list) else below
    at[last] = value
    return snapshot, item


def ids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from ids(each)
    elif isinstance(value, list):
        for each in value:
            yield from ids(each)
    else:
        yield str(value).removeprefix("/hostedzone/")


@pytest.mark.parametrize(("file", "field"), UNMODELLED, ids=lambda each: each if isinstance(each, str) else each.path)
def test_what_is_not_modelled_and_set_is_a_doubt_with_its_address(file: str, field: Field) -> None:
    snapshot, item = changed(file, field.path, "something else")
    found = snapshot.network.doubts
    assert len(found) == 1, f"expected one doubt, found {found}"
    (doubt,) = found
    assert f"sets {field.path.split('.')[-1]}" in doubt.why.replace(field.path, field.path.split(".")[-1])
    assert field.why in doubt.why
    assert doubt.about == field.about
    assert doubt.address.partition(": ")[2].partition("#")[0] in set(ids(item)), doubt
    assert not judged(snapshot.network).sound, "it changes no verdict"
    for value in field.neutral:
        neutral = REGION if isinstance(value, Default) and value is not FULL_ACCESS else value
        if neutral is not FULL_ACCESS:
            snapshot, _ = changed(file, field.path, neutral)
            assert snapshot.network.doubts == (), f"{neutral} is neutral"
    nothing: tuple[object, ...] = (None, "", [], {})
    for empty in nothing:
        snapshot, _ = changed(file, field.path, empty)
        assert snapshot.network.doubts == (), f"{empty} says nothing"


@pytest.mark.parametrize("file", [file for file, fields in FILES.items() if fields[0].path and Recorded().home(file)])
def test_a_field_that_no_row_has_is_a_doubt(file: str) -> None:
    snapshot = Recorded()
    snapshot.items(file, snapshot.home(file))[-1]["Novelty"] = {"Enabled": False}
    found = [doubt for doubt in snapshot.network.doubts if "sets Novelty" in doubt.why]
    assert len(found) == 1, f"{file}: {snapshot.network.doubts}"
    assert found[0].about == "both"


def test_a_field_is_a_doubt_of_the_part_that_has_it() -> None:
    snapshot = Recorded()
    for table in snapshot.items("RouteTables"):
        for route in table["Routes"]:
            if "TransitGatewayId" in route:
                route["Novelty"] = "something"
    network = snapshot.network
    routes = {route.address for table in network.tables.values() for route in table.routes}
    assert network.doubts
    assert {doubt.address for doubt in network.doubts} <= routes


@pytest.mark.parametrize("state", ["pending", "failed", "failed-insufficient-capacity", "unavailable"])
def test_a_subnet_that_is_not_available_is_a_doubt(state: str) -> None:
    snapshot = Recorded()
    for subnet in snapshot.items("Subnets"):
        subnet["State"] = state
    assert len(snapshot.network.doubts) == len(snapshot.items("Subnets"))
    assert not judged(snapshot.network).sound


@pytest.mark.parametrize("state", ["deleted", "rejected", "failed"])
def test_what_is_gone_is_no_doubt(state: str) -> None:
    snapshot = Recorded()
    ids = {"VpcEndpointId": "vpce-0123456789abcdef0", "VpcId": snapshot.vpc(HUB), "OwnerId": HUB}
    snapshot.items("VpcEndpoints").append(
        {**ids, "State": state, "IpAddressType": "ipv6", "VpcEndpointType": "Resource"}
    )
    (reservation,) = snapshot.items("Reservations", PAYMENTS)
    over = {"InstanceId": "i-0123456789abcdef0", "State": {"Name": "terminated"}, "Novelty": "something"}
    reservation["Instances"].append(over)
    assert snapshot.network.doubts == ()
    assert judged(snapshot.network).sound


def test_a_route_that_the_network_leaves_out_is_a_doubt_of_its_table() -> None:
    """Local routes and what a propagation says are no parts of their own."""
    snapshot = Recorded()
    table = snapshot.items("TransitGatewayStaticRoutes")[0]
    table["Routes"][0]["Novelty"] = "something"
    (doubt,) = snapshot.network.doubts
    assert doubt.names[0] == f"hub-core: {table['TransitGatewayRouteTableId']}"
    assert not judged(snapshot.network).sound


def test_a_file_that_nobody_knows_is_a_doubt_of_its_account() -> None:
    snapshot = Recorded()
    snapshot.documents[snapshot.path("Novelties")] = {"Novelties": [{"Id": "n-1"}]}
    (doubt,) = snapshot.network.doubts
    assert doubt.address == f"{HUB}/{REGION}: Novelties"
    assert doubt.owner == HERE
    assert doubt.names == ()


@pytest.mark.parametrize(
    ("kind", "doubtful"), [("ServiceNetwork", True), ("Resource", True), ("GatewayLoadBalancer", False)]
)
def test_endpoints_of_other_types_leave_their_vpc_in_doubt(kind: str, *, doubtful: bool) -> None:
    snapshot = Recorded()
    vpc = snapshot.vpc(HUB)
    endpoint = {"VpcEndpointId": "vpce-0123456789abcdef0", "VpcEndpointType": kind, "State": "available", "VpcId": vpc}
    snapshot.items("VpcEndpoints").append({**endpoint, "OwnerId": HUB})
    network = snapshot.network
    assert [(doubt.address, doubt.names) for doubt in network.doubts] == (
        [("hub-core: vpce-0123456789abcdef0", (f"hub-core: {vpc}",))] if doubtful else []
    )


def test_rows_are_a_tree_with_what_holds_everywhere_at_every_level() -> None:
    tree = rows((Field("A.B", Use.READ), Field("A.C", Use.NOT_MODELLED, "because")))
    assert tree.settled >= {"Tags", "NextToken"}
    assert tree.below("A").settled >= {"B", "Tags"}
    assert tree.below("A").others["C"] == Field("", Use.NOT_MODELLED, "because")
    with pytest.raises(TypeError, match="C has no fields"):
        tree.below("A").below("C")
