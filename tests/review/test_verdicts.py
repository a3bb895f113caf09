"""What is meant against what is there: services, isolation, everything else that is open, and quotas."""

from typing import Any

import pytest

from assurance.capacity import figures
from assurance.trace import State
from findings import Affected, codes
from network.model import Network
from review.verdicts import Intent, Report, intended, report
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks, affected, catalogued
from tests.assurance.test_asserts import joined

SERVICES = frozenset({"kms", "ssm", "ssmmessages", "ec2messages"})


def intent(**changes: Any) -> Intent:
    """What the quickstart's topology means."""
    spokes = ("payments", "ledger")
    meant = {
        "services": dict.fromkeys(spokes, SERVICES),
        "hub": dict.fromkeys(spokes, "core"),
        "gateway": dict.fromkeys(spokes, frozenset({"s3"})),
        "segment": dict.fromkeys(spokes, "core/spokes"),
    }
    return Intent(**{**meant, **changes})


def judged(network: Network, meant: Intent | None = None) -> Report:
    return report(network, catalogued(), meant or intent())


def titles(found: Report) -> list[str]:
    return [finding.title for finding in found.findings]


def test_the_quickstart_is_as_it_is_meant() -> None:
    found = judged(Stacks().network)
    assert found.sound, titles(found)
    private, gateway = State.PRIVATE, State.GATEWAY
    assert found.services == ("ec2messages", "kms", "s3", "ssm", "ssmmessages")
    assert dict(found.rows()) == dict.fromkeys(("ledger", "payments"), (private, private, gateway, private, private))


def test_without_a_topology_each_spoke_is_meant_for_its_gateways_hub() -> None:
    meant = intended(Stacks("two-hubs").network, [*catalogued(), *catalogued("eu-west-1")])
    assert meant.hub == {"payments": "prod", "payments-dev": "dev", "ledger-dev": "dev", "payments-eu": "europe"}
    assert meant.services["payments-dev"] == {"kms", "ssm"}
    assert not meant.may_reach("payments-dev", "ledger-dev")


def test_a_broken_path_is_found_with_the_spokes_that_it_is_broken_for() -> None:
    broken = judged(Stacks().without(HUB, "gateway/route-pool-10-0-4-0_22").network)
    (finding,) = broken.findings
    assert finding.title == "ledger → ec2messages and 3 others (and 1 spoke like it): broken, and should be private"
    assert finding.code == codes.REACH
    assert finding.affects == (Affected(("ledger", "payments"), tuple(sorted(SERVICES))),)


def test_a_missing_gateway_endpoint_is_found() -> None:
    broken = judged(Stacks().without(LEDGER, "endpoints/endpoint-s3").network)
    assert titles(broken) == ["ledger → s3: unreachable, and should be gateway"]


def test_an_open_pair_is_found() -> None:
    assert titles(judged(joined().network)) == [
        "ledger → payments: reachable, and should be blocked",
        "payments → ledger: reachable, and should be blocked",
    ]


def test_an_open_pair_can_be_meant() -> None:
    flat = intent(joined=frozenset({("core/spokes", "core/spokes")}))
    assert judged(joined().network, flat).sound
    assert titles(judged(Stacks().network, flat)) == [
        "ledger → payments: blocked, and should be reachable",
        "payments → ledger: blocked, and should be reachable",
    ]


@pytest.mark.parametrize(
    ("group", "protocol", "ports", "subject"),
    [
        ("resolver/inbound-group", "udp", (53, 53), "resolver/inbound"),
        ("resolver/outbound-group", "tcp", (53, 53), "resolver/outbound"),
        ("endpoints/group-https", "tcp", (22, 22), "endpoints/endpoint-kms"),
        ("endpoints/group-https", "tcp", (1, 1000), "endpoints/endpoint-kms"),
        ("endpoints/group-https", "-1", (0, 0), "endpoints/endpoint-kms"),
    ],
)
def test_everything_that_is_no_service_on_offer_is_found(
    group: str, protocol: str, ports: tuple[int, int], subject: str
) -> None:
    stacks = Stacks()
    stacks.added(
        HUB,
        "aws_vpc_security_group_ingress_rule",
        security_group_id=stacks.reference(HUB, group),
        ip_protocol=protocol,
        from_port=ports[0],
        to_port=ports[1],
        cidr_ipv4="10.0.0.0/8",
    )
    found = [finding for finding in judged(stacks.network).findings if finding.code == codes.EXPOSURE]
    assert ("payments", stacks.address(HUB, subject)) in affected(found)


def test_an_instance_of_the_hub_that_spokes_reach_is_found() -> None:
    stacks = Stacks()
    group, subnet = (stacks.reference(HUB, path) for path in ("endpoints/group-https", "network/subnet-use1-az1"))
    stacks.added(HUB, "aws_instance", "bastion", subnet_id=subnet, vpc_security_group_ids=[group])
    found = affected(judged(stacks.network).findings)["payments", "hub-core: aws_instance.bastion"]
    assert found.found == "tcp 443 is reachable, and is no service on offer"
    assert found.place.address == stacks.address(HUB, "endpoints/ingress-https-443-pool-10-0-4-0_22")


def test_the_way_to_the_internet_is_found() -> None:
    stacks = Stacks()
    route = {**stacks.at(PAYMENTS, "gateway/route-hub"), "destination_cidr_block": "0.0.0.0/0"}
    del route["transit_gateway_id"]
    stacks.added(PAYMENTS, "aws_route", **route, gateway_id="igw-0123456789abcdef0")
    assert titles(judged(stacks.network)) == [
        "payments → public addresses: anything is reachable, and is no service on offer"
    ]


def test_an_endpoint_that_a_spoke_is_not_meant_for_is_open() -> None:
    less = intent(services=dict.fromkeys(("payments", "ledger"), SERVICES - {"kms"}))
    assert any("endpoint-kms" in title for title in titles(judged(Stacks().network, less)))


def test_resolver_addresses_against_the_expected_rate() -> None:
    """Three addresses, with security groups that make AWS track connections."""
    found = [f for f in figures(Stacks().network, {"core": 5000}) if f.what.startswith("DNS queries")]
    assert [(figure.value, figure.limit, figure.fits) for figure in found] == [(5000, 4500, False)] * 2


def test_wide_open_resolver_groups_are_not_tracked() -> None:
    stacks = Stacks()
    for side, protocol in (("inbound", "tcp"), ("inbound", "udp"), ("outbound", "tcp"), ("outbound", "udp")):
        stacks.changed(HUB, f"resolver/{side}-{protocol}", cidr_ipv4="0.0.0.0/0")
    everything = {"ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"}
    for kind, side in (("egress", "inbound"), ("ingress", "outbound")):
        group = stacks.reference(HUB, f"resolver/{side}-group")
        stacks.added(HUB, f"aws_vpc_security_group_{kind}_rule", security_group_id=group, **everything)
    found = [f for f in figures(stacks.network, {"core": 5000}) if f.what.startswith("DNS queries")]
    assert [figure.limit for figure in found] == [30000, 30000]


def test_each_quota_has_a_figure_a_limit_and_a_source() -> None:
    found = {figure.what: figure for figure in figures(Stacks().network, {})}
    assert found["attachments of a gateway"].value == 3
    assert found["attachments of a gateway"].limit == 5000
    assert found["rule associations of an account and region"].value == 2
    assert found["resolver endpoints of an account and region"].value == 2
    assert found["interface endpoints of a VPC"].value == 4
    assert found["routes of a gateway, all tables together"].value == 3
    assert all(figure.source.startswith("https://docs.aws.amazon.com/") for figure in found.values())
