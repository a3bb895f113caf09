"""Reads what stands in the accounts of a hub and a spoke, by describing and listing only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from accounts.clients import AWSError, Clients, pages, reason
from accounts.judgements import Role
from accounts.preflight import ENDED
from accounts.wiring import (
    AclEntry,
    Attachment,
    Contract,
    GatewayRoute,
    Group,
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
)
from topology.design import CONTRACT_VERSION, Account, HubDesign, SpokeDesign
from topology.names import STACK_TAG, STATE_TAG

__all__ = ["AskedAccount", "NotDeployedError", "RefusedError", "part_filters", "read_hub", "read_spoke"]

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
"""AWS's codes for a role that may not: most services', and EC2's."""
TARGETS = (
    "TransitGatewayId",
    "NatGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "EgressOnlyInternetGatewayId",
    "CarrierGatewayId",
    "LocalGatewayId",
    "CoreNetworkArn",
    "GatewayId",
)
"""The keys of a route's target. `GatewayId` is an internet gateway, a virtual one, a gateway endpoint, or `local`."""

T = TypeVar("T")


class NotDeployedError(Exception):
    """A stack's VPC or contract is not there: nothing was applied, or it was destroyed."""


class RefusedError(Exception):
    """A question that AWS did not answer."""

    def __init__(self, refused: Refused, code: str) -> None:
        super().__init__(refused.why)
        self.refused = refused
        self.code = code


@dataclass(frozen=True)
class AskedAccount:
    """An account in a region, asked as one role. Safe for threads, as boto3's clients are."""

    clients: Clients
    role: Role
    region: str
    _made: dict[str, Any] = field(default_factory=dict, compare=False)

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401  boto3's own
        """One call; raises `RefusedError`."""
        return next(self._answers(service, lambda client: iter([getattr(client, operation)(**arguments)])))

    def items(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  boto3's own
        """Everything that a list has, page by page; raises `RefusedError`."""
        for page in self._answers(service, lambda client: pages(client, operation, **arguments)):
            yield from page[key]

    def _answers(self, service: str, ask: Callable[[Any], Iterator[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        try:
            if service not in self._made:
                self._made[service] = self.clients.get(service, self.role, self.region)
            yield from ask(self._made[service])
        except AWSError as error:
            code = str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""
            action = f"{service}:{error.operation_name}" if isinstance(error, ClientError) and code in DENIED else ""
            raise RefusedError(Refused(reason(error), action), code) from None


def told(ask: Callable[[], T]) -> T | Refused:
    """What a question came to; a refusal is an answer too."""
    try:
        return ask()
    except RefusedError as error:
        return error.refused


def part_filters(account: Account, part: str) -> list[dict[str, Any]]:
    """EC2's filters for a part of a stack, by the project's tags."""
    tags = {"hub:part": part, **{key: account.tags[key] for key in (STACK_TAG, STATE_TAG)}}
    return [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]


def read_hub(asked: AskedAccount, hub: HubDesign) -> HubFacts:
    """What stands of a hub. Raises `NotDeployedError`, and `RefusedError` where not even its contract is told."""
    contract = _contract(asked, hub)
    vpc = _vpc(asked, hub.account, hub.stack)
    here = [{"Name": "vpc-id", "Values": [vpc.id]}]
    return HubFacts(
        contract=contract,
        vpc=vpc,
        subnets=told(lambda: _subnets(asked, vpc.id)),
        gateway=told(lambda: _gateway(asked, contract.gateway)),
        attachments=told(lambda: _attachments(asked, contract.gateway)),
        propagated=told(lambda: {name: _propagated(asked, table) for name, table in contract.tables.items()}),
        endpoints=told(lambda: {e.service: e for e in sorted(_endpoints(asked, vpc.id), key=lambda e: e.private_dns)}),
        resolvers=told(lambda: _resolvers(asked, hub, vpc.id)),
        rules=told(lambda: _rules(asked)),
        groups=told(lambda: {g["GroupId"]: _group(g) for g in asked.items(*GROUPS, Filters=here)}),
    )


def read_spoke(
    asked: AskedAccount, at_hub: AskedAccount, spoke: SpokeDesign, hub: HubDesign, facts: HubFacts
) -> SpokeFacts:
    """What stands of a spoke. Raises `NotDeployedError`, and `RefusedError` where not even its VPC is told."""
    vpc, contract = _vpc(asked, spoke.account, spoke.stack), facts.contract
    ranges = [(table, spoke.vpc.cidr) for table in spoke.propagations] + [(spoke.segment, hub.vpc.cidr)]
    return SpokeFacts(
        vpc=vpc,
        subnets=told(lambda: _subnets(asked, vpc.id)),
        gateway=told(lambda: _gateway(asked, contract.gateway)),
        attachment=told(lambda: _own_attachment(asked, contract.gateway, vpc.id)),
        gateway_routes=told(
            lambda: {
                (table, cidr): tuple(_gateway_routes(at_hub, contract.tables[table], cidr))
                for table, cidr in ranges
                if table in contract.tables
            }
        ),
        associations=told(lambda: _associations(asked, vpc.id)),
        rules=told(lambda: _rules(asked)),
        zones=told(lambda: tuple(_zones(asked, vpc.id))),
        endpoints=told(lambda: tuple(_endpoints(asked, vpc.id))),
    )


def _contract(asked: AskedAccount, hub: HubDesign) -> Contract:
    try:
        text = asked.call("ssm", "get_parameter", Name=hub.contract)["Parameter"]["Value"]
    except RefusedError as error:
        if error.code == "ParameterNotFound":
            raise NotDeployedError(f"{hub.stack} is not deployed: there is no parameter {hub.contract}") from None
        raise
    try:
        document = json.loads(text)
        contract = Contract(document["transit_gateway_id"], document["tables"], document["rules"])
        version = document["version"]
    except (ValueError, KeyError, TypeError):
        version = None
    if version != CONTRACT_VERSION:
        words = f"{hub.contract} is no contract of version {CONTRACT_VERSION}: {hub.stack} is of another version"
        raise NotDeployedError(words)
    return contract


def _vpc(asked: AskedAccount, account: Account, stack: str) -> Vpc:
    found = list(asked.items("ec2", "describe_vpcs", "Vpcs", Filters=part_filters(account, "vpc")))
    if not found:
        raise NotDeployedError(f"{stack} is not deployed: no VPC has its tags")
    vpc = found[0]["VpcId"]
    on = {
        name: asked.call("ec2", "describe_vpc_attribute", VpcId=vpc, Attribute=name)[key]["Value"]
        for name, key in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames"))
    }
    return Vpc(vpc, found[0]["CidrBlock"], on["enableDnsSupport"], on["enableDnsHostnames"])


def _subnets(asked: AskedAccount, vpc: str) -> tuple[Subnet, ...]:
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    tables = list(asked.items("ec2", "describe_route_tables", "RouteTables", Filters=here))
    acls = list(asked.items("ec2", "describe_network_acls", "NetworkAcls", Filters=here))
    table_of = {
        link.get("SubnetId", "") if not link.get("Main") else "": t for t in tables for link in t["Associations"]
    }
    acl_of = {link["SubnetId"]: acl for acl in acls for link in acl["Associations"]}
    found = []
    for subnet in asked.items("ec2", "describe_subnets", "Subnets", Filters=here):
        id_ = subnet["SubnetId"]
        table = table_of.get(id_, table_of.get("", {"RouteTableId": "", "Routes": []}))
        found.append(
            Subnet(
                id_,
                subnet["AvailabilityZoneId"],
                table["RouteTableId"],
                tuple(map(_route, table["Routes"])),
                tuple(map(_acl_entry, acl_of.get(id_, {}).get("Entries", []))),
            )
        )
    return tuple(sorted(found, key=lambda subnet: subnet.id))


def _route(route: Mapping[str, Any]) -> Route:
    destination = next((route[key] for key in route if key.startswith("Destination")), "")
    return Route(destination, next((route[key] for key in TARGETS if route.get(key)), ""), route.get("State", ""))


def _acl_entry(entry: Mapping[str, Any]) -> AclEntry:
    everything = entry["Protocol"] == "-1" and entry.get("CidrBlock") == "0.0.0.0/0"
    return AclEntry(entry["RuleNumber"], entry["Egress"], entry["RuleAction"] == "allow", everything)


def _gateway(asked: AskedAccount, gateway: str) -> str:
    """The state of a gateway; empty where the account does not see it."""
    try:
        found = list(asked.items("ec2", "describe_transit_gateways", "TransitGateways", TransitGatewayIds=[gateway]))
    except RefusedError as error:
        if error.code == "InvalidTransitGatewayID.NotFound":
            return ""
        raise
    return str(found[0]["State"]) if found else ""


def _attachments(asked: AskedAccount, gateway: str) -> dict[str, Attachment]:
    of_gateway = [{"Name": "transit-gateway-id", "Values": [gateway]}]
    found = {}
    for item in asked.items(
        "ec2", "describe_transit_gateway_attachments", "TransitGatewayAttachments", Filters=of_gateway
    ):
        link = item.get("Association") or {}
        attachment = Attachment(
            item["TransitGatewayAttachmentId"],
            item["ResourceId"],
            item["State"],
            link.get("TransitGatewayRouteTableId", ""),
            link.get("State", ""),
        )
        if item["State"] not in ENDED:
            found[attachment.vpc] = attachment
    return found


def _own_attachment(asked: AskedAccount, gateway: str, vpc: str) -> Attachment | None:
    filters = [{"Name": "transit-gateway-id", "Values": [gateway]}, {"Name": "vpc-id", "Values": [vpc]}]
    for item in asked.items(
        "ec2", "describe_transit_gateway_vpc_attachments", "TransitGatewayVpcAttachments", Filters=filters
    ):
        if item["State"] not in ENDED:
            id_, subnets = item["TransitGatewayAttachmentId"], tuple(item["SubnetIds"])
            return Attachment(id_, item["VpcId"], item["State"], subnets=subnets)
    return None


def _propagated(asked: AskedAccount, table: str) -> frozenset[str]:
    found = asked.items(
        "ec2",
        "get_transit_gateway_route_table_propagations",
        "TransitGatewayRouteTablePropagations",
        TransitGatewayRouteTableId=table,
    )
    return frozenset(item["TransitGatewayAttachmentId"] for item in found if item["State"] == "enabled")


def _gateway_routes(asked: AskedAccount, table: str, cidr: str) -> Iterator[GatewayRoute]:
    """A table's routes to a range and within it."""
    within = [{"Name": "route-search.subnet-of-match", "Values": [cidr]}]
    for route in asked.items(
        "ec2", "search_transit_gateway_routes", "Routes", TransitGatewayRouteTableId=table, Filters=within
    ):
        if "DestinationCidrBlock" in route:
            ids = tuple(a["TransitGatewayAttachmentId"] for a in route.get("TransitGatewayAttachments", []))
            yield GatewayRoute(route["DestinationCidrBlock"], route["State"], ids)


def _endpoints(asked: AskedAccount, vpc: str) -> Iterator[InterfaceEndpoint]:
    here = [{"Name": "vpc-id", "Values": [vpc]}]
    found = [
        endpoint
        for endpoint in asked.items("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=here)
        if endpoint["State"].lower() not in ENDED
    ]
    addresses: dict[str, str] = {}
    if any(endpoint.get("NetworkInterfaceIds") for endpoint in found):
        for interface in asked.items("ec2", "describe_network_interfaces", "NetworkInterfaces", Filters=here):
            addresses[interface["NetworkInterfaceId"]] = interface["PrivateIpAddress"]
    for endpoint in found:
        yield InterfaceEndpoint(
            id=endpoint["VpcEndpointId"],
            service=endpoint["ServiceName"],
            kind=endpoint["VpcEndpointType"],
            state=endpoint["State"],
            private_dns=endpoint.get("PrivateDnsEnabled", False),
            addresses=frozenset(addresses[i] for i in endpoint.get("NetworkInterfaceIds", []) if i in addresses),
            subnets=tuple(endpoint.get("SubnetIds", [])),
            groups=tuple(group["GroupId"] for group in endpoint.get("Groups", [])),
            tables=tuple(endpoint.get("RouteTableIds", [])),
        )


def _resolvers(asked: AskedAccount, hub: HubDesign, vpc: str) -> dict[str, Resolver]:
    """The hub's two endpoints; in its VPC somebody else's may stand too, so that the name decides."""
    here = [{"Name": "HostVPCId", "Values": [vpc]}]
    found = asked.items("route53resolver", "list_resolver_endpoints", "ResolverEndpoints", Filters=here)
    resolvers = {}
    for item in sorted(found, key=lambda item: str(item.get("Name", "")).startswith(f"{hub.name}-")):
        addresses = asked.items(
            "route53resolver",
            "list_resolver_endpoint_ip_addresses",
            "IpAddresses",
            ResolverEndpointId=item["Id"],
        )
        status = {address["Ip"]: address["Status"] for address in addresses if "Ip" in address}
        groups = tuple(item["SecurityGroupIds"])
        resolvers[item["Direction"]] = Resolver(item["Id"], item["Direction"], item["Status"], status, groups)
    return resolvers


def _rules(asked: AskedAccount) -> dict[str, Rule]:
    """The rules that an account sees: its own and those that are shared with it."""
    return {
        rule["Id"]: Rule(
            id=rule["Id"],
            domain=rule["DomainName"].rstrip(".") or ".",
            kind=rule["RuleType"],
            status=rule["Status"],
            share=rule.get("ShareStatus", ""),
            targets=frozenset(target["Ip"] for target in rule.get("TargetIps") or [] if "Ip" in target),
            endpoint=rule.get("ResolverEndpointId") or "",
        )
        for rule in asked.items("route53resolver", "list_resolver_rules", "ResolverRules")
    }


def _associations(asked: AskedAccount, vpc: str) -> dict[str, str]:
    here = [{"Name": "VPCId", "Values": [vpc]}]
    found = asked.items("route53resolver", "list_resolver_rule_associations", "ResolverRuleAssociations", Filters=here)
    return {item["ResolverRuleId"]: item["Status"] for item in found}


def _zones(asked: AskedAccount, vpc: str) -> Iterator[str]:
    """Private hosted zones of a VPC, whoever owns them. boto3 has no paginator for them."""
    token: dict[str, str] = {}
    while True:
        page = asked.call("route53", "list_hosted_zones_by_vpc", VPCId=vpc, VPCRegion=asked.region, **token)
        yield from (zone["Name"].rstrip(".") for zone in page["HostedZoneSummaries"])
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


GROUPS = ("ec2", "describe_security_groups", "SecurityGroups")


def _group(group: Mapping[str, Any]) -> Group:
    return tuple(
        Permission(
            egress,
            permission["IpProtocol"],
            permission.get("FromPort", -1),
            permission.get("ToPort", -1),
            tuple(cidr["CidrIp"] for cidr in permission.get("IpRanges", [])),
        )
        for egress, key in ((False, "IpPermissions"), (True, "IpPermissionsEgress"))
        for permission in group[key]
    )
