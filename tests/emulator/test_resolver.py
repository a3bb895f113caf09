"""Route 53 Resolver: rules across accounts, and what AWS refuses."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator.conftest import HUB, ORGANIZATION, SPOKE, Client, Refused


def unique() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def hub(client: Client, network: Any) -> Iterator[dict[str, Any]]:
    """A hub VPC with both endpoints, and the rule that forwards to its inbound one; removed afterwards."""
    vpc, subnets = network(HUB)
    group = client("ec2", HUB).create_security_group(GroupName=unique(), Description="dns", VpcId=vpc)["GroupId"]
    resolver = client("route53resolver", HUB)
    endpoints = {
        direction: resolver.create_resolver_endpoint(
            CreatorRequestId=unique(),
            Name=direction,
            Direction=direction,
            SecurityGroupIds=[group],
            IpAddresses=addresses,
        )["ResolverEndpoint"]["Id"]
        for direction, addresses in {
            "INBOUND": [{"SubnetId": s, "Ip": ip} for s, ip in zip(subnets, ("10.0.0.53", "10.0.0.117"), strict=True)],
            "OUTBOUND": [{"SubnetId": s} for s in subnets],
        }.items()
    }
    rule = resolver.create_resolver_rule(
        CreatorRequestId=unique(), Name="aws", RuleType="FORWARD", DomainName="us-east-1.amazonaws.com",
        TargetIps=[{"Ip": "10.0.0.53", "Port": 53}, {"Ip": "10.0.0.117", "Port": 53}],
        ResolverEndpointId=endpoints["OUTBOUND"],
    )["ResolverRule"]  # fmt: skip
    yield {
        "vpc": vpc,
        "subnets": subnets,
        "group": group,
        "endpoints": endpoints,
        "rule": rule["Id"],
        "arn": rule["Arn"],
    }
    for member in (HUB, SPOKE):
        for left in client("route53resolver", member).list_resolver_rule_associations()["ResolverRuleAssociations"]:
            client("route53resolver", member).disassociate_resolver_rule(
                ResolverRuleId=left["ResolverRuleId"], VPCId=left["VPCId"]
            )
    for left in resolver.list_resolver_rules()["ResolverRules"]:
        resolver.delete_resolver_rule(ResolverRuleId=left["Id"])
    for endpoint in endpoints.values():
        resolver.delete_resolver_endpoint(ResolverEndpointId=endpoint)


@pytest.fixture
def spoke(network: Any) -> str:
    vpc, _ = network(SPOKE, 4)
    return str(vpc)


def forwards(client: Client, vpc: str) -> bool:
    found = client("route53resolver", SPOKE).list_resolver_rule_associations()["ResolverRuleAssociations"]
    return vpc in [one["VPCId"] for one in found]


def test_an_unshared_rule_does_not_exist_for_others(
    client: Client, refused: Refused, hub: dict[str, Any], spoke: str
) -> None:
    resolver = client("route53resolver", SPOKE)
    with refused("ResourceNotFoundException"):
        resolver.get_resolver_rule(ResolverRuleId=hub["rule"])
    with refused("RSLVR-00703"):
        resolver.associate_resolver_rule(ResolverRuleId=hub["rule"], VPCId=spoke, Name="aws")


def test_a_shared_rule_can_be_seen_and_associated(client: Client, share: Any, hub: dict[str, Any], spoke: str) -> None:
    share([hub["arn"]], [ORGANIZATION.arn])
    statuses = {
        account: client("route53resolver", account).get_resolver_rule(ResolverRuleId=hub["rule"])["ResolverRule"]
        for account in (HUB, SPOKE)
    }
    assert statuses[HUB]["ShareStatus"] == "SHARED_BY_ME", f"found {statuses[HUB]}"
    assert (statuses[SPOKE]["ShareStatus"], statuses[SPOKE]["OwnerId"]) == ("SHARED_WITH_ME", HUB), (
        f"found {statuses[SPOKE]}"
    )
    listed = client("route53resolver", SPOKE).list_resolver_rules()["ResolverRules"]
    assert hub["rule"] in [rule["Id"] for rule in listed], f"expected {hub['rule']}, found {listed}"
    client("route53resolver", SPOKE).associate_resolver_rule(ResolverRuleId=hub["rule"], VPCId=spoke, Name="aws")
    assert forwards(client, spoke), "expected that the spoke's VPC forwards"


def test_withdrawing_a_share_ends_forwarding_without_a_word(
    client: Client, share: Any, hub: dict[str, Any], spoke: str
) -> None:
    arn = share([hub["arn"]], [SPOKE])
    client("route53resolver", SPOKE).associate_resolver_rule(ResolverRuleId=hub["rule"], VPCId=spoke, Name="aws")
    client("ram", HUB).disassociate_resource_share(resourceShareArn=arn, resourceArns=[hub["arn"]])
    assert not forwards(client, spoke), "expected that the association is gone"
    client("ram", HUB).associate_resource_share(resourceShareArn=arn, resourceArns=[hub["arn"]])
    assert not forwards(client, spoke), "expected that sharing again does not bring the association back"


def test_a_vpc_takes_one_rule_for_a_domain(
    client: Client, refused: Refused, hub: dict[str, Any], share: Any, spoke: str
) -> None:
    share([hub["arn"]], [SPOKE])
    resolver = client("route53resolver", SPOKE)
    resolver.associate_resolver_rule(ResolverRuleId=hub["rule"], VPCId=spoke, Name="aws")
    with refused("InvalidRequestException"):
        resolver.associate_resolver_rule(ResolverRuleId=hub["rule"], VPCId=spoke, Name="again")
    own = resolver.create_resolver_rule(
        CreatorRequestId=unique(), Name="own", RuleType="SYSTEM", DomainName="us-east-1.amazonaws.com"
    )["ResolverRule"]["Id"]
    with refused("InvalidRequestException"):
        resolver.associate_resolver_rule(ResolverRuleId=own, VPCId=spoke, Name="own")
    resolver.delete_resolver_rule(ResolverRuleId=own)


def test_a_rule_cannot_be_associated_with_the_vpc_of_its_targets(
    client: Client, refused: Refused, hub: dict[str, Any]
) -> None:
    with refused("RSLVR-00804"):
        client("route53resolver", HUB).associate_resolver_rule(
            ResolverRuleId=hub["rule"], VPCId=hub["vpc"], Name="loop"
        )


def test_an_endpoint_with_rules_cannot_be_deleted(client: Client, refused: Refused, hub: dict[str, Any]) -> None:
    with refused("RSLVR-00600"):
        client("route53resolver", HUB).delete_resolver_endpoint(ResolverEndpointId=hub["endpoints"]["OUTBOUND"])


def test_a_rule_with_associations_of_any_account_cannot_be_deleted(
    client: Client, refused: Refused, share: Any, hub: dict[str, Any], spoke: str
) -> None:
    share([hub["arn"]], [SPOKE])
    client("route53resolver", SPOKE).associate_resolver_rule(ResolverRuleId=hub["rule"], VPCId=spoke, Name="aws")
    with refused("ResourceInUseException"):
        client("route53resolver", HUB).delete_resolver_rule(ResolverRuleId=hub["rule"])


def test_only_the_owner_deletes_a_rule(client: Client, refused: Refused, share: Any, hub: dict[str, Any]) -> None:
    share([hub["arn"]], [SPOKE])
    with refused("RSLVR-00703"):
        client("route53resolver", SPOKE).delete_resolver_rule(ResolverRuleId=hub["rule"])


def test_an_endpoint_cannot_take_an_address_that_is_in_use(
    client: Client, refused: Refused, hub: dict[str, Any]
) -> None:
    addresses = [{"SubnetId": s, "Ip": ip} for s, ip in zip(hub["subnets"], ("10.0.0.53", "10.0.0.118"), strict=True)]
    with refused("ResourceExistsException"):
        client("route53resolver", HUB).create_resolver_endpoint(
            CreatorRequestId=unique(), Direction="INBOUND", SecurityGroupIds=[hub["group"]], IpAddresses=addresses
        )


def test_the_owner_can_change_the_targets_of_a_rule(
    client: Client, refused: Refused, share: Any, hub: dict[str, Any]
) -> None:
    share([hub["arn"]], [SPOKE])
    wanted = {"ResolverRuleId": hub["rule"], "Config": {"TargetIps": [{"Ip": "10.0.0.117", "Port": 53}]}}
    with refused("RSLVR-00703"):
        client("route53resolver", SPOKE).update_resolver_rule(**wanted)
    client("route53resolver", HUB).update_resolver_rule(**wanted)
    found = client("route53resolver", SPOKE).get_resolver_rule(ResolverRuleId=hub["rule"])["ResolverRule"]
    assert ([target["Ip"] for target in found["TargetIps"]], found["Name"]) == (["10.0.0.117"], "aws"), f"found {found}"


def test_interfaces_of_a_subnet_have_addresses_of_their_own(client: Client, hub: dict[str, Any]) -> None:
    ec2 = client("ec2", HUB)
    for service in ("kms", "ssm"):
        ec2.create_vpc_endpoint(
            VpcId=hub["vpc"], ServiceName=f"com.amazonaws.us-east-1.{service}", VpcEndpointType="Interface", SubnetIds=hub["subnets"],
        )  # fmt: skip
    outbound = client("route53resolver", HUB).create_resolver_endpoint(
        CreatorRequestId=unique(), Direction="OUTBOUND", SecurityGroupIds=[hub["group"]],
        IpAddresses=[{"SubnetId": subnet} for subnet in hub["subnets"]],
    )["ResolverEndpoint"]["Id"]  # fmt: skip
    found = ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [hub["vpc"]]}])["NetworkInterfaces"]
    addresses = sorted(eni["PrivateIpAddress"] for eni in found)
    assert len(set(addresses)) == len(addresses) == 10, f"expected ten different addresses, found {addresses}"
    client("route53resolver", HUB).delete_resolver_endpoint(ResolverEndpointId=outbound)
