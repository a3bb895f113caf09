"""A part is built or it exists: constructs take a second form of each part, given by ids, for the built one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from modules import aws, cdk, parts
from modules.contract import Contract
from modules.endpoints import GatewayEndpoints, InterfaceEndpoints
from modules.gateway import TransitGateway, VpcAttachment, add_routes, wire
from modules.instance import TestInstance
from modules.network import PrivateNetwork
from modules.resolver import HubResolver, SpokeResolver, VpcResolverEndpoints
from modules.sharing import OrganizationShare
from stacks.hub import HubStack
from stacks.spoke import SpokeStack
from tests.examples import designed
from topology.design import HubDesign, Range, SpokeDesign

QUICKSTART = designed("quickstart")
HUB, SPOKE = QUICKSTART.hub_named["core"], QUICKSTART.spoke_named["payments"]
ZONES = [subnet.zone for subnet in SPOKE.vpc.subnets]
RUN_VALIDATIONS = True


@dataclass(frozen=True)
class ExistingNetwork:
    """A VPC with a route table for each zone."""

    id: str = "vpc-0a"
    cidr: str = "10.9.0.0/16"
    subnet_ids: Mapping[str, str] = field(default_factory=lambda: {zone: f"subnet-{zone}" for zone in ZONES})
    attachment_subnet_ids: Mapping[str, str] = field(default_factory=lambda: {zone: f"tgw-{zone}" for zone in ZONES})
    route_table_ids: Mapping[str, str] = field(default_factory=lambda: {zone: f"rtb-{zone}" for zone in ZONES})


@dataclass(frozen=True)
class ExistingGateway:
    id: str = "tgw-0a"
    arn: str = "arn:aws:ec2:us-east-1:111111111111:transit-gateway/tgw-0a"
    table_ids: Mapping[str, str] = field(default_factory=lambda: {"hub": "tgw-rtb-0a", "spokes": "tgw-rtb-0b"})


@dataclass(frozen=True)
class ExistingAttachment:
    id: str = "tgw-attach-0a"
    accepted_id: str = "tgw-attach-0a"
    ready: Sequence[cdk.ITerraformDependable] = ()


@dataclass(frozen=True)
class ExistingShare:
    ready: Sequence[cdk.ITerraformDependable] = ()


@dataclass(frozen=True)
class ExistingResolverEndpoints:
    addresses: Sequence[str] = ("10.9.0.10", "10.9.1.10")
    outbound_id: str = "rslvr-out-0a"
    ready: Sequence[cdk.ITerraformDependable] = ()


@dataclass(frozen=True)
class NoNames:
    """The design of a mechanism that takes no name."""

    domains: tuple[str, ...] = ()


@dataclass(frozen=True)
class NothingMade:
    ready: Sequence[cdk.ITerraformDependable] = ()
    shared: Mapping[str, parts.Ids] = field(default_factory=dict)
    contract: Mapping[str, parts.Ids] = field(default_factory=dict)
    outputs: Mapping[str, parts.Ids] = field(default_factory=dict)


class NoDns:
    """A DNS mechanism that makes nothing: names are somebody else's."""

    def at_hub(self, stack: Any, design: HubDesign, network: parts.Network, provider: Any) -> parts.HubDns:
        return NothingMade()

    def needs(self, design: SpokeDesign) -> Mapping[str, Sequence[str]]:
        return {}

    def at_spoke(
        self, stack: Any, design: SpokeDesign, contract: Mapping[str, parts.Ids], network: parts.Network, provider: Any
    ) -> parts.SpokeDns:
        return NothingMade()


@pytest.fixture
def app(tmp_path: Path) -> cdk.App:
    return cdk.App(outdir=str(tmp_path))


@pytest.fixture
def stack(app: cdk.App) -> cdk.TerraformStack:
    return cdk.TerraformStack(app, "stack")


@pytest.fixture
def provider(stack: cdk.TerraformStack) -> aws.AwsProvider:
    return aws.AwsProvider(stack, "aws", alias="spoke", region="us-east-1")


def json_of(stack: cdk.TerraformStack) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(cdk.Testing.synth(stack, RUN_VALIDATIONS))
    return parsed


def blocks(found: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    return list(found["resource"].get(kind, {}).values())


def test_the_built_parts_are_parts_as_the_existing_ones_are(
    stack: cdk.TerraformStack, provider: aws.AwsProvider
) -> None:
    """Mostly a matter for mypy; what it cannot see is that every value is there."""
    network: parts.Network = PrivateNetwork(stack, "network", vpc=SPOKE.vpc, provider=provider)
    scope = cdk.Construct(stack, "gateway")
    gateway: parts.Gateway = TransitGateway(
        scope, name="core", asn=64512, segments=["spokes"], provider=provider, protect=False
    )
    attachment: parts.Attachment = VpcAttachment(
        scope, name="core", gateway_id=gateway.id, network=network, provider=provider, accepter=None
    )
    endpoints: parts.ResolverEndpoints = VpcResolverEndpoints(
        cdk.Construct(stack, "resolver"),
        name="core",
        inbound=HUB.dns.inbound,
        network=network,
        provider=provider,
        protect=False,
    )
    share: parts.Share = OrganizationShare(
        stack,
        "share",
        name="core",
        resource_arns={"gateway": gateway.arn},
        organization_arn=HUB.organization_arn,
        provider=provider,
        protect=False,
    )
    pairs: list[tuple[Any, Any]] = [
        (network, ExistingNetwork()),
        (gateway, ExistingGateway()),
        (attachment, ExistingAttachment()),
        (endpoints, ExistingResolverEndpoints()),
        (share, ExistingShare()),
    ]
    for built, existing in pairs:
        for name, value in vars(existing).items():
            found = getattr(built, name)
            assert found, f"{type(built).__name__}.{name} is empty"
            if isinstance(value, dict):
                assert all(isinstance(key, str) for key in found), f"{type(built).__name__}.{name} is {found}"


def test_a_spoke_in_an_existing_network_has_routes_in_each_of_its_tables(
    stack: cdk.TerraformStack, provider: aws.AwsProvider
) -> None:
    network, gateway, scope = ExistingNetwork(), ExistingGateway(), cdk.Construct(stack, "gateway")
    attachment = VpcAttachment(
        scope, name="payments", gateway_id=gateway.id, network=network, provider=provider, accepter=provider
    )
    wired = wire(
        scope, attachment, table="spokes", propagations=["hub"], table_ids=gateway.table_ids, provider=provider
    )
    routes = add_routes(scope, network, SPOKE.destinations, gateway_id=gateway.id, provider=provider, after=wired)
    GatewayEndpoints(
        stack, "endpoints", name="payments", region="us-east-1", services=["s3"], network=network, provider=provider
    )
    resolver = SpokeResolver(
        stack,
        "resolver",
        rules=SPOKE.dns.rules,
        rule_ids=dict.fromkeys(SPOKE.dns.domains, "rslvr-rr-0a"),
        exemptions=(),
        network=network,
        provider=provider,
    )
    assert SPOKE.test_instance is not None
    TestInstance(
        stack,
        "instance",
        name="payments",
        image=SPOKE.test_instance,
        network=network,
        provider=provider,
        after=[*routes, *resolver.ready],
    )
    found = json_of(stack)
    assert not {"aws_vpc", "aws_subnet", "aws_route_table"} & found["resource"].keys(), "nothing of an existing network"
    (attached,) = blocks(found, "aws_ec2_transit_gateway_vpc_attachment")
    assert (attached["vpc_id"], attached["subnet_ids"]) == ("vpc-0a", [f"tgw-{zone}" for zone in ZONES])
    tables = sorted(f"rtb-{zone}" for zone in ZONES)
    assert sorted(route["route_table_id"] for route in blocks(found, "aws_route")) == tables
    assert blocks(found, "aws_vpc_endpoint")[0]["route_table_ids"] == [f"rtb-{zone}" for zone in ZONES]
    assert blocks(found, "aws_route53_resolver_rule_association")[0]["vpc_id"] == "vpc-0a"
    assert blocks(found, "aws_instance")[0]["subnet_id"] == f"subnet-{SPOKE.test_instance.zone}"


def test_the_only_route_table_is_in_no_id_and_each_of_several_is() -> None:
    assert parts.in_table("route-hub", parts.ONLY_TABLE) == "route-hub"
    assert {parts.in_table("route-hub", zone) for zone in ZONES} == {f"route-hub-{zone}" for zone in ZONES}


def test_an_existing_attachment_to_an_existing_gateway_is_wired_without_waiting(
    stack: cdk.TerraformStack, provider: aws.AwsProvider
) -> None:
    attachment, gateway = ExistingAttachment(), ExistingGateway()
    wire(stack, attachment, table="spokes", propagations=["hub"], table_ids=gateway.table_ids, provider=provider)
    add_routes(
        stack,
        ExistingNetwork(),
        [Range("hub", "10.0.0.0/22")],
        gateway_id=gateway.id,
        provider=provider,
        after=attachment.ready,
    )
    found = json_of(stack)
    (association,) = blocks(found, "aws_ec2_transit_gateway_route_table_association")
    (propagation,) = blocks(found, "aws_ec2_transit_gateway_route_table_propagation")
    for block, table in ((association, "tgw-rtb-0b"), (propagation, "tgw-rtb-0a")):
        assert block["transit_gateway_attachment_id"] == "tgw-attach-0a"
        assert block["transit_gateway_route_table_id"] == table
    assert {route["transit_gateway_id"] for route in blocks(found, "aws_route")} == {"tgw-0a"}
    assert not any(route.get("depends_on") for route in blocks(found, "aws_route")), "there is nothing to wait for"


def test_a_hub_in_existing_parts_forwards_to_their_addresses(
    stack: cdk.TerraformStack, provider: aws.AwsProvider
) -> None:
    network, gateway, share = ExistingNetwork(), ExistingGateway(), ExistingShare()
    resolver = HubResolver(
        cdk.Construct(stack, "resolver"),
        rules=HUB.dns.rules,
        endpoints=ExistingResolverEndpoints(),
        provider=provider,
        protect=False,
    )
    InterfaceEndpoints(
        stack,
        "endpoints",
        name="core",
        groups=HUB.groups,
        endpoints=HUB.endpoints,
        sources=HUB.sources,
        network=network,
        provider=provider,
        after=resolver.ready,
    )
    Contract(
        stack,
        "contract",
        parameter=HUB.contract,
        gateway_id=gateway.id,
        table_ids=gateway.table_ids,
        sections=resolver.contract,
        provider=provider,
        after=share.ready,
    )
    found = json_of(stack)
    assert "aws_route53_resolver_endpoint" not in found["resource"], "the endpoints exist"
    (rule,) = blocks(found, "aws_route53_resolver_rule")
    assert [target["ip"] for target in rule["target_ip"]] == ["10.9.0.10", "10.9.1.10"]
    assert rule["resolver_endpoint_id"] == "rslvr-out-0a"
    endpoints = blocks(found, "aws_vpc_endpoint")
    assert {block["vpc_id"] for block in endpoints} == {"vpc-0a"}
    assert all(set(block["subnet_ids"]) == {f"subnet-{zone}" for zone in ZONES} for block in endpoints)
    (contract,) = blocks(found, "aws_ssm_parameter")
    assert '"transit_gateway_id" = "tgw-0a"' in contract["insecure_value"]
    assert not contract.get("depends_on"), f"there is no share to wait for, found {contract['depends_on']}"


def test_a_mechanism_that_makes_nothing_leaves_no_dns_in_hub_spoke_share_or_contract(
    app: cdk.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("stacks.hub", "stacks.spoke"):
        monkeypatch.setattr(f"{module}.MECHANISMS", {NoNames: NoDns()})
    nothing: Any = NoNames()
    hub = json_of(HubStack(app, design=replace(HUB, dns=nothing)))
    spoke = json_of(SpokeStack(app, design=replace(SPOKE, dns=nothing)))
    for found in (hub, spoke):
        dns_of = [kind for kind in found["resource"] if "resolver" in kind]
        assert not dns_of, f"expected no resolver resources, found {dns_of}"
    assert len(blocks(hub, "aws_ram_resource_share")) == 1, "the gateway's"
    (contract,) = blocks(hub, "aws_ssm_parameter")
    assert '"rules"' not in contract["insecure_value"]
    assert "resolver_rule_ids" not in hub["output"]
    postconditions = spoke["data"]["aws_ssm_parameter"]
    assert ".rules" not in json.dumps(postconditions)
    (instance,) = blocks(spoke, "aws_instance")
    assert any(at.startswith("aws_route.") for at in instance["depends_on"]), "it still waits for its routes"
