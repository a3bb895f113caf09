"""The quickstart as `./hub snapshot` recorded it: the same verdicts as its stacks, in every layout, and no false pass."""

import json
import time
from collections.abc import Callable
from ipaddress import IPv4Address

import pytest

from assurance.trace import Trace
from network.aws.reader import SnapshotError, read
from network.model import Network, Unknown, stack_of
from network.names import named
from network.terraform.reader import read as read_stacks
from review.intent import names_in, services_in
from tests.examples import designed, stacks_of
from tests.network.aws.recorded import (
    HUB,
    LEDGER,
    PAYMENTS,
    REGION,
    Recorded,
    complaints,
    exposures,
    judged,
    leaks,
)

SPOKES = ("payments", "ledger")


def stacks() -> Network:
    """The network of the quickstart's stacks."""
    return named(read_stacks(stacks_of("quickstart").items()), names_in(designed("quickstart")))


def states(network: Network) -> dict[tuple[str, str], str]:
    """How each spoke reaches each service of the catalogue."""
    services = services_in(network)
    trace = Trace(network, services)
    keys = sorted({service.key for service in services})
    return {
        (spoke, key): trace.reach(spoke, trace.service(key, trace.spoke(spoke))).state.value
        for spoke in SPOKES
        for key in keys
    }


def test_the_snapshot_has_the_verdicts_of_the_stacks_for_every_pair() -> None:
    deployed, designed_ = Recorded().network, stacks()
    assert states(deployed) == states(designed_)
    traces = [Trace(network, ()) for network in (deployed, designed_)]
    for pair in (SPOKES, SPOKES[::-1]):
        found = [trace.between(*pair).verdict for trace in traces]
        assert found[0] == found[1], f"{pair}: {found[0]} in the snapshot, {found[1]} in the stacks"
    assert judged(deployed).sound
    assert deployed.unmodelled == ()


def test_parts_go_by_their_stack_or_by_their_account_and_region() -> None:
    network = Recorded().network
    assert set(network.hubs) == {"core"}
    assert {stack_of(network.spokes[name].address) for name in SPOKES} == {"spoke-core-payments", "spoke-core-ledger"}
    others = {stack_of(vpc.address) for vpc in network.vpcs.values()} - set(names_in(designed("quickstart")))
    assert others == {f"{account}/{REGION}" for account in (HUB, PAYMENTS, LEDGER)}, "the default VPCs"
    # Resolver parts have no tags: they are where their VPC is.
    assert {stack_of(at) for at in network.resolver_endpoints} == {"hub-core"}
    assert {stack_of(at) for at in network.rules} == {"hub-core", "spoke-core-payments", "spoke-core-ledger"}
    for address, vpc in network.vpcs.items():
        assert network.ids[address] == vpc.address.partition(": ")[2]


def test_the_addresses_of_an_endpoint_are_those_of_its_interfaces() -> None:
    network = Recorded().network
    for endpoint in network.interface_endpoints.values():
        assert {subnet for subnet, _ in endpoint.addresses} == set(endpoint.subnets)
        for subnet, address in endpoint.addresses:
            assert isinstance(address, IPv4Address)
            assert address in network.subnets[str(subnet)].cidr  # type: ignore[operator]


def layout(where: Callable[[str, str], str], account: str = PAYMENTS) -> Network:
    """One account's files in another layout."""
    found = {}
    for path, text in Recorded().files.items():
        *_, owner, region, file = path.split("/")
        if owner == account:
            found[where(region, file)] = text
    return read(found)


@pytest.mark.parametrize(
    "where",
    [
        lambda region, file: f"aws_configs/accounts/{PAYMENTS}/{region}/{file}",
        lambda region, file: f"aws_configs/{region}/{file}",
        lambda _, file: f"aws_configs/{file}",
    ],
    ids=["accounts", "regions", "bare"],
)
def test_a_snapshot_of_one_account_reads_the_same_in_every_layout(where: Callable[[str, str], str]) -> None:
    assert layout(where) == layout(lambda region, file: f"aws_configs/accounts/{PAYMENTS}/{region}/{file}")


def test_without_owners_and_arns_account_and_region_are_unknown() -> None:
    vpc = {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.9.0.0/16", "DhcpOptionsId": "dopt-1"}
    network = read({"aws_configs/Vpcs.json": json.dumps({"Vpcs": [vpc]}).encode()})
    (found,) = network.vpcs.values()
    assert found.address == "?/?: vpc-0123456789abcdef0"
    assert isinstance(found.owner.account, Unknown)
    assert isinstance(found.owner.region, Unknown)
    assert isinstance(found.dns_support, Unknown)


@pytest.mark.parametrize(
    ("path", "text", "problem"),
    [
        ("aws_configs/Vpcs.json", b"{", "aws_configs/Vpcs.json: not JSON"),
        ("aws_configs/Vpcs.json", b"[]", "aws_configs/Vpcs.json: not an object"),
        ("aws_configs/Vpcs.json", b'{"Vpcs": 1}', "aws_configs/Vpcs.json: no list of objects under the key Vpcs"),
        ("aws_configs/Vpcs.json", b'{"Vpcs": ["a"]}', "aws_configs/Vpcs.json: no list of objects under the key Vpcs"),
        ("aws_configs/Vpcs.json", b'{"Vpcs": [], "NextToken": "x"}', "only the first page"),
        (
            "aws_configs/HostedZonesByVpc.json",
            b'{"HostedZonesByVpc": [{"VpcId": "vpc-1", "HostedZoneSummaries": [], "NextToken": "x"}]}',
            "only the first page",
        ),
        ("aws_configs/a/b/c/d/Vpcs.json", b'{"Vpcs": []}', "a snapshot has no file there"),
    ],
)
def test_files_that_are_none_of_a_snapshots_are_refused_all_at_once(path: str, text: bytes, problem: str) -> None:
    with pytest.raises(SnapshotError) as refused:
        read({path: text, "aws_configs/Subnets.json": b"no"})
    assert any(problem in each for each in refused.value.problems), refused.value.problems
    assert any("Subnets.json: not JSON" in each for each in refused.value.problems), refused.value.problems


def test_no_file_is_no_snapshot() -> None:
    with pytest.raises(SnapshotError, match="no snapshot"):
        read({})


def test_it_takes_milliseconds() -> None:
    files = Recorded().files
    start = time.process_time()
    read(files)
    assert time.process_time() - start < 1.0, "some 10 ms for a hub and two spokes on an idle machine"


# What was not recorded -----------------------------------------------------------------------------------------------

HARMLESS = {
    "Addresses": "public addresses of interfaces",
    "CustomerGateways": "the far ends of VPN connections",
    "EgressOnlyInternetGateways": "known by the routes to them",
    "HostedZoneDetails": "each VPC's zones say which it has",
    "HostedZones": "the same; a zone without records is undetermined",
    "InternetGateways": "known by the routes to them",
    "ManagedPrefixListEntries": "no route or group of the quickstart names a list",
    "ManagedPrefixLists": "the same",
    "NatGateways": "known by the routes to them",
    "Parameters": "the contract, which a plan has read",
    "PrefixLists": "the same as of ManagedPrefixLists",
    "ProfileResourceAssociations": "no VPC has a profile",
    "Profiles": "the same",
    "ResourceRecordSets": "there is no private zone",
    "TransitGatewayAttachments": "TransitGatewayVpcAttachments has them, with their subnets",
    "TransitGatewayPrefixListReferences": "their routes are listed too",
    "TransitGatewayRouteTableAssociations": "TransitGatewayAttachments has them too",
    "TransitGateways": "the other accounts see the gateway too",
    "VpcPeeringConnections": "known by the routes to them",
    "VpnConnections": "known by the routes to them",
    "VpnGateways": "known by the routes to them",
}
"""Files of any account without which every verdict is the same."""
HARMLESS_HERE = {
    (HUB, "DhcpOptions"): "no workload in the hub is traced",
    (HUB, "ResolverRules"): "the spokes see the hub's rule, which is shared with them",
    **dict.fromkeys(
        (
            (account, file)
            for account in (PAYMENTS, LEDGER)
            for file in (
                "NetworkInterfaces",
                "ResolverEndpointIpAddresses",
                "ResolverEndpoints",
                "ResourceShareAssociations",
                "ResourceShares",
                "TransitGatewayPropagations",
                "TransitGatewayRouteTables",
                "TransitGatewayStaticRoutes",
                "TransitGatewayVpcAttachments",
            )
        ),
        "the hub has what decides",
    ),
    (LEDGER, "SecurityGroups"): "nothing in ledger has a group",
}
LISTED = [
    (account, path.split("/")[-2], path.split("/")[-1].removesuffix(".json"))
    for account in (HUB, PAYMENTS, LEDGER)
    for path in Recorded().documents
    if account in path
]


@pytest.mark.parametrize(
    ("account", "region", "file", "told"),
    [(*each, "not recorded") for each in LISTED] + [(*each, "not asked for") for each in LISTED if each[0] == HUB],
    ids=str,
)
def test_what_is_missing_is_unknown_and_never_a_pass(account: str, region: str, file: str, told: str) -> None:
    snapshot = Recorded()
    if told == "not recorded":
        snapshot.lose(file, account, region)
    else:
        del snapshot.documents[snapshot.path(file, account, region)]
    network = snapshot.network
    found = judged(network)
    allowed = file in HARMLESS or (account, file) in HARMLESS_HERE
    named_ = "payments" in network.spokes and "ledger" in network.spokes
    assert found.sound == allowed or not named_, complaints(found)
    for spoke in SPOKES if named_ else ():
        for service in found.services:
            assert found.state(spoke, service).value in {"undetermined", "private", "gateway"}, "more than is known"
    if told == "not recorded":
        assert any(f"{file} (not recorded: ec2:Describe{file}" in each for each in network.unmodelled)


TELLING = [
    (account, region, file)
    for account, region, file in LISTED
    if account != LEDGER
    and HARMLESS.get(file) not in {"known by the routes to them", "the same as of ManagedPrefixLists"}
]
"""Files of the hub and of one spoke that a verdict may come from."""


def leaking() -> Recorded:
    """A snapshot in which the spokes reach each other: by propagations, and by a route in each."""
    snapshot = Recorded()
    routes = {entry["TransitGatewayRouteTableId"]: entry for entry in snapshot.items("TransitGatewayStaticRoutes")}
    hub = snapshot.vpc(HUB)
    for entry in snapshot.items("TransitGatewayPropagations"):
        told = entry["TransitGatewayRouteTablePropagations"]
        if [each["ResourceId"] for each in told] == [hub]:
            spokes = next(other for other in snapshot.items("TransitGatewayPropagations") if other is not entry)
            told += spokes["TransitGatewayRouteTablePropagations"]
            learnt = routes[spokes["TransitGatewayRouteTableId"]]["Routes"]
            routes[entry["TransitGatewayRouteTableId"]]["Routes"] += learnt
    for account in (PAYMENTS, LEDGER):
        for table in snapshot.part("RouteTables", "route-table", account):
            table["Routes"] += [
                {**route, "DestinationCidrBlock": "10.0.4.0/22"}
                for route in table["Routes"]
                if "TransitGatewayId" in route
            ]
    return snapshot


@pytest.mark.parametrize(("account", "region", "file"), TELLING, ids=str)
def test_a_leak_is_never_blocked_by_what_is_missing(account: str, region: str, file: str) -> None:
    whole = leaks(leaking().network)
    assert set(whole) == {"ledger → payments", "payments → ledger"}
    snapshot = leaking()
    snapshot.lose(file, account, region)
    network = snapshot.network
    if not {"payments", "ledger"} <= network.spokes.keys():
        assert file == "Vpcs", f"{file} hides a VPC"
        return
    assert leaks(network).keys() == whole.keys(), f"without {file} of {account}"
    assert not judged(network).sound, f"without {file} of {account}"


def exposing() -> Recorded:
    """A snapshot with an instance in the hub that anything may connect to."""
    snapshot = Recorded()
    reservation = json.loads(json.dumps(snapshot.items("Reservations", PAYMENTS)[0]))
    (instance,) = reservation["Instances"]
    subnet = snapshot.part("Subnets", "subnet")[0]
    group = {"GroupId": "sg-0123456789abcdef0", "GroupName": "open"}
    instance |= {
        "InstanceId": "i-0123456789abcdef0",
        "Tags": [],
        "SubnetId": subnet["SubnetId"],
        "VpcId": subnet["VpcId"],
    }
    instance["NetworkInterfaces"] = [{"SubnetId": subnet["SubnetId"], "Groups": [group]}]
    snapshot.items("Reservations").append({**reservation, "OwnerId": HUB, "Instances": [instance]})
    anything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    snapshot.items("SecurityGroups").append(
        {**group, "VpcId": subnet["VpcId"], "OwnerId": HUB, "IpPermissions": anything, "IpPermissionsEgress": anything}
    )
    return snapshot


@pytest.mark.parametrize(("account", "region", "file"), TELLING, ids=str)
def test_an_exposure_is_never_hidden_by_what_is_missing(account: str, region: str, file: str) -> None:
    snapshot = exposing()
    assert "payments → hub-core: i-0123456789abcdef0" in exposures(snapshot.network)
    snapshot.lose(file, account, region)
    network = snapshot.network
    # A hub whose instances were not recorded may have one in each subnet.
    assert exposures(network), f"without {file} of {account}"
