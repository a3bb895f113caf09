"""Which rule or zone takes a name, and what it comes to."""

import pytest

from assurance.dns import Kind
from assurance.trace import State, Trace
from network.model import GatewayEndpoint, Link
from tests.assurance.faults import HUB, PAYMENTS, Stacks, catalogued, service
from tests.lab.networks import REGION, SERVICES, sound_network


def resolved(stacks: Stacks, name: str) -> Kind:
    trace = Trace(stacks.network, catalogued())
    return trace.names.resolve(trace.spoke("payments"), name).kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("kms.us-east-1.amazonaws.com", Kind.PRIVATE),
        ("KMS.us-east-1.amazonaws.com.", Kind.PRIVATE),
        ("states.us-east-1.amazonaws.com", Kind.PUBLIC),
        ("kms.eu-west-1.amazonaws.com", Kind.PUBLIC),
        ("kms.us-east-1.api.aws", Kind.PUBLIC),
        ("fs-0123.efs.us-east-1.amazonaws.com", Kind.PUBLIC),
        ("below.kms.us-east-1.amazonaws.com", Kind.NXDOMAIN),
        ("notkms.us-east-1.amazonaws.com", Kind.PUBLIC),
    ],
)
def test_a_name(name: str, kind: Kind) -> None:
    assert resolved(Stacks(), name) is kind


def test_an_endpoint_takes_the_names_below_its_own_and_has_none_of_them() -> None:
    """EKS's endpoint, and the issuer of its clusters' tokens."""
    stacks = Stacks()
    kms = stacks.at(HUB, "endpoints/endpoint-kms")
    stacks.added(HUB, "aws_vpc_endpoint", **{**kms, "service_name": "com.amazonaws.us-east-1.eks"})
    assert resolved(stacks, "eks.us-east-1.amazonaws.com") is Kind.PRIVATE
    assert resolved(stacks, "oidc.eks.us-east-1.amazonaws.com") is Kind.NXDOMAIN


def test_an_endpoint_with_a_wildcard_has_the_names_below() -> None:
    reach = Trace(Stacks("production").network, catalogued("eu-west-1")).reach("build", service("ecr.dkr", "eu-west-1"))
    assert reach.state is State.PRIVATE
    assert reach.names == ("example.dkr.ecr.eu-west-1.amazonaws.com",)


def test_an_endpoint_of_the_spokes_own_comes_before_the_rule() -> None:
    stacks = Stacks()
    kms = stacks.at(HUB, "endpoints/endpoint-kms")
    subnet, vpc = stacks.reference(PAYMENTS, "network/subnet-use1-az1"), stacks.reference(PAYMENTS, "network/vpc")
    own = {**kms, "service_name": "com.amazonaws.us-east-1.states", "vpc_id": vpc, "subnet_ids": [subnet]}
    stacks.added(PAYMENTS, "aws_vpc_endpoint", **{**own, "security_group_ids": []})
    trace = Trace(stacks.network, catalogued())
    answer = trace.names.resolve(trace.spoke("payments"), "states.us-east-1.amazonaws.com")
    assert answer.endpoint == "spoke-core-payments: aws_vpc_endpoint.added"


def test_s3_of_the_hub_can_answer_the_inbound_endpoint_alone() -> None:
    stacks = Stacks()
    kms = stacks.at(HUB, "endpoints/endpoint-kms")
    options = [{"private_dns_only_for_inbound_resolver_endpoint": True}]
    stacks.added(
        HUB, "aws_vpc_endpoint", **{**kms, "service_name": "com.amazonaws.us-east-1.s3", "dns_options": options}
    )
    trace = Trace(stacks.network, catalogued())
    name = "s3.us-east-1.amazonaws.com"
    assert trace.names.resolve(trace.spoke("payments"), name).kind is Kind.PRIVATE
    assert trace.names.resolve(trace.network.hubs["core"], name).kind is Kind.PUBLIC


def test_without_an_interface_endpoint_s3_goes_through_the_gateway_endpoint() -> None:
    assert Stacks().reach(key="s3").state is State.GATEWAY
    assert Stacks().without(PAYMENTS, "endpoints/endpoint-s3").reach(key="s3").state is State.UNREACHABLE


def test_a_default_route_to_a_nat_gateway_makes_public_names_reachable() -> None:
    stacks = Stacks()
    route = {**stacks.at(PAYMENTS, "gateway/route-hub"), "destination_cidr_block": "0.0.0.0/0"}
    del route["transit_gateway_id"]
    stacks.added(PAYMENTS, "aws_route", **route, nat_gateway_id="nat-0123456789abcdef0")
    assert stacks.reach(key="states").state is State.PUBLIC


def test_every_hop_has_its_source() -> None:
    hops = Stacks().reach().path.hops
    assert len(hops) > 10
    assert all(hop.source.startswith("https://docs.aws.amazon.com/") for hop in hops)
    assert all(": aws_" in hop.at for hop in hops)


def test_one_subnet_that_leaves_for_the_internet_is_the_answer_for_all() -> None:
    """The other subnet's table has the gateway endpoint: whichever is looked at first, S3 is reached publicly."""
    for by_gateway in ("table", "empty"):
        draft = sound_network(0)
        draft.change("subnets", "s1: b", table="s1: empty")
        for table in ("table", "empty"):
            draft.route("s1", "0.0.0.0/0", "igw", "internet_gateway", table=table)
        link = Link("s1: s3 gateway", f"s1: {by_gateway}")
        draft.parts["gateway_endpoints"][link.address] = GatewayEndpoint(
            link.address, "s1: vpc", f"com.amazonaws.{REGION}.s3", (link,)
        )
        trace = Trace(draft.network(), tuple(SERVICES))
        assert trace.reach("s1", trace.service("s3", trace.spoke("s1"))).state is State.PUBLIC, by_gateway


# What is not known is never an answer -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "argument"),
    [
        ("network/vpc", "enable_dns_support"),
        ("network/vpc", "enable_dns_hostnames"),
        ("endpoints/endpoint-kms", "private_dns_enabled"),
        ("resolver/outbound", "ip_address"),
        ("resolver/inbound", "ip_address"),
        ("resolver/rule-us-east-1_amazonaws_com", "domain_name"),
        ("resolver/rule-us-east-1_amazonaws_com", "target_ip"),
        ("resolver/rule-us-east-1_amazonaws_com", "rule_type"),
    ],
)
def test_what_is_not_known_of_the_hub_is_no_private_answer(path: str, argument: str) -> None:
    stacks = Stacks().changed(HUB, path, **{argument: "${var.value}"})
    reach = stacks.reach()
    assert reach.state is State.UNKNOWN, f"{reach.state}\n{reach.path}"


def test_an_outbound_endpoint_without_an_interface_carries_no_query() -> None:
    reach = Stacks().changed(HUB, "resolver/outbound", ip_address=[]).reach()
    assert reach.state is State.UNKNOWN, f"{reach.state}\n{reach.path}"


@pytest.mark.parametrize(
    ("value", "kind"), [(True, Kind.PUBLIC), (False, Kind.PRIVATE), ("${var.value}", Kind.UNKNOWN)], ids=str
)
def test_an_endpoint_that_may_answer_inbound_endpoints_alone(value: object, kind: Kind) -> None:
    options = [{"private_dns_only_for_inbound_resolver_endpoint": value}]
    trace = Trace(Stacks().changed(HUB, "endpoints/endpoint-kms", dns_options=options).network, catalogued())
    name = "kms.us-east-1.amazonaws.com"
    assert trace.names.resolve(trace.network.hubs["core"], name).kind is kind
    assert trace.names.resolve(trace.spoke("payments"), name).kind is Kind.PRIVATE
