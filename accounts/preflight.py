"""Checks with AWS, using the deploy roles, whether a design can be applied.

Each check calls AWS and passes the result to `accounts.judgements`, which compares it with the design. Nothing is
changed in any account. If AWS refuses a call or does not respond, the finding is "unknown" with the reason: a role with
few permissions is no failure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from botocore.exceptions import ClientError

from accounts.clients import AWSError, Clients, pages, reason
from accounts.judgements import (
    FORBIDDEN,
    FOUND,
    MISSING,
    Bucket,
    Existing,
    Limit,
    Offer,
    Quota,
    Role,
    Route,
    Site,
    attachment_use,
    judge_bucket,
    judge_organization,
    judge_quota,
    judge_role,
    judge_routes,
    judge_services,
    judge_sharing,
    judge_zones,
    sites,
    uses,
)
from findings import Finding, Place, Severity, codes
from findings.codes import Code
from topology import Design
from topology.design import CONTRACT_VERSION, HubDesign

__all__ = ["ENDED", "check_roles", "preflight"]

WORKERS = 8
"""Accounts that are checked in parallel: most of the time is spent waiting, and AWS limits requests by account."""
RAM_SERVICE, RAM_ROLE = "ram.amazonaws.com", "AWSServiceRoleForResourceAccessManager"
ENDED = ("deleted", "deleting", "failed", "failing", "rejected", "rejecting")
"""States of attachments and gateways that no longer exist; AWS lists them for a while."""


def preflight(design: Design, clients: Clients) -> list[Finding]:
    """All findings, in the order of checks and accounts."""
    pool = ThreadPoolExecutor(WORKERS)
    try:
        findings, usable = check_roles(clients, _roles(design), pool)
        return findings + list(chain.from_iterable(pool.map(list, _checks(design, clients, usable))))
    finally:
        pool.shutdown(cancel_futures=True)


def _roles(design: Design) -> dict[Role, str]:
    """Every role of a design (deploy roles, wiring roles, the state role), with a region to assume it in."""
    hubs = [(Role.of(hub.account), hub.account.region) for hub in design.hubs]
    spokes = [(Role.of(who), who.region) for spoke in design.spokes for who in (spoke.account, spoke.wiring)]
    state = [(Role.of(design.states), design.states.region)]
    return dict(hubs + spokes + state)


def check_roles(
    clients: Clients, regions: Mapping[Role, str], pool: ThreadPoolExecutor
) -> tuple[list[Finding], set[Role]]:
    """A finding for each role, and the roles that can be used. `regions` has where each is assumed."""
    landed = dict(zip(regions, pool.map(partial(_assume, clients), regions, regions.values()), strict=True))
    usable = {role for role, (account, _) in landed.items() if account == role.account}
    return [judge_role(role, *told, caller=clients.caller_arn) for role, told in landed.items()], usable


def _assume(clients: Clients, role: Role, region: str) -> tuple[str, str]:
    """The account that a role lands in, or an empty string and why it was refused."""
    try:
        return clients.assume(role, region), ""
    except AWSError as error:
        return "", reason(error)


def _checks(design: Design, clients: Clients, usable: set[Role]) -> Iterator[Iterator[Finding]]:
    """The checks of every account with a usable role. They make their calls when iterated."""
    management = Place(design.organization.management.id)
    yield _guarded(codes.RAM_SHARING, management, _sharing(design, clients, management), BY_HAND)
    role = Role.of(design.states)
    if role in usable:
        place = Place(role.account, design.states.region)
        yield _guarded(codes.STATE_BUCKET, place, _bucket(design, clients, role), _let(role))
    accounts = set()
    for site in sites(design):
        able = [role for role in site.roles if role in usable]
        if not able:
            continue
        role, place = able[0], site.place
        if place.account not in accounts:
            accounts.add(place.account)
            yield _guarded(codes.ORGANIZATION, Place(place.account), _organization(design, clients, role), _let(role))
        yield _guarded(codes.ZONES, place, _zones(clients, role, site), _let(role))
        yield _guarded(codes.QUOTA, place, _quotas(clients, role, site), _let(role))
    for hub in design.hubs:
        role, place = Role.of(hub.account), Place(hub.account.id, hub.account.region)
        if role in usable:
            yield _guarded(codes.SERVICES, place, _services(clients, role, hub), _let(role))
            yield _guarded(codes.ROUTE_OVERLAP, place, _attached(design, clients, role, hub), _let(role))


def _guarded(code: Code, place: Place, findings: Iterator[Finding], fix: str) -> Iterator[Finding]:
    try:
        yield from findings
    except AWSError as error:
        yield Finding(code, place, Severity.UNKNOWN, reason(error), fix)


def _let(role: Role) -> str:
    return f"allow {role} to make that call (docs/guides/preflight.md lists all of them), or check it yourself"


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


BY_HAND = (
    "in the management account: `aws organizations list-aws-service-access-for-organization` should list "
    f"{RAM_SERVICE}, and `aws iam get-role --role-name {RAM_ROLE}` should find it; "
    "else `aws ram enable-sharing-with-aws-organization`"
)


def _sharing(design: Design, clients: Clients, place: Place) -> Iterator[Finding]:
    """Only the management account and delegates may do this (ListAWSServiceAccessForOrganization, API reference)."""
    management = design.organization.management
    role = Role.of(management)
    if clients.caller_account == management.id:
        role = Role(management.id, "", "")
    if clients.assume(role, management.region) != management.id:
        yield Finding(
            codes.RAM_SHARING, place, Severity.UNKNOWN, "the caller is not in the management account", BY_HAND
        )
        return
    organizations = clients.get("organizations", role, management.region)
    services = [
        service["ServicePrincipal"]
        for page in pages(organizations, "list_aws_service_access_for_organization")
        for service in page["EnabledServicePrincipals"]
    ]
    exists = True
    try:
        clients.get("iam", role, management.region).get_role(RoleName=RAM_ROLE)
    except ClientError as error:
        if _code(error) != "NoSuchEntity":
            raise
        exists = False
    yield judge_sharing(place, trusted=RAM_SERVICE in services, role_exists=exists)


def _organization(design: Design, clients: Clients, role: Role) -> Iterator[Finding]:
    """DescribeOrganization, which "any account in a organization" may call (API reference)."""
    client = clients.get("organizations", role, design.organization.management.region)
    found = None
    try:
        told = client.describe_organization()["Organization"]
        found = (told["Id"], told["MasterAccountId"])
    except ClientError as error:
        if _code(error) != "AWSOrganizationsNotInUseException":
            raise
    yield judge_organization(Place(role.account), design.organization, found)


def _bucket(design: Design, clients: Clients, role: Role) -> Iterator[Finding]:
    backend = design.states
    s3 = clients.get("s3", role, backend.region)
    named = {"Bucket": backend.bucket, "ExpectedBucketOwner": backend.account}
    try:
        region = s3.head_bucket(**named).get("BucketRegion", "")
        versioned = s3.get_bucket_versioning(**named).get("Status") == "Enabled"
        bucket = Bucket(FOUND, region, versioned)
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if error.operation_name != "HeadBucket" or status not in (FORBIDDEN, MISSING):
            raise
        bucket = Bucket(status)
    yield judge_bucket(backend, bucket, create=design.state is not None)


def _zone_ids(ec2: Any) -> dict[str, str]:  # noqa: ANN401  boto3's clients have no types
    """The AZ ids of the zones that the account can use, by name. Only ids mean the same in every account.

    AWS leaves out zones that the account has not opted in to (DescribeAvailabilityZones, API reference).
    """
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    return {zone["ZoneName"]: zone["ZoneId"] for zone in zones}


def _zones(clients: Clients, role: Role, site: Site) -> Iterator[Finding]:
    yield from judge_zones(site, _zone_ids(clients.get("ec2", role, site.place.region)).values())


def _services(clients: Clients, role: Role, hub: HubDesign) -> Iterator[Finding]:
    """List all services: if they were requested by name, a single missing one would fail the whole call.

    That `ServiceRegions` returns the services of another region is from the API reference, and not confirmed.
    """
    region = hub.account.region
    ec2 = clients.get("ec2", role, region)
    ids = _zone_ids(ec2)
    offers = {}
    for other in sorted({endpoint.service_region or "" for endpoint in hub.endpoints}):
        where = {"ServiceRegions": [other]} if other else {}
        for page in pages(ec2, "describe_vpc_endpoint_services", **where):
            for service in page["ServiceDetails"]:
                if any(kind["ServiceType"] == "Interface" for kind in service["ServiceType"]):
                    names = frozenset(name["PrivateDnsName"] for name in service.get("PrivateDnsNames", []))
                    zones = frozenset(ids.get(zone, zone) for zone in service.get("AvailabilityZones", []))
                    offers[service["ServiceName"]] = Offer(zones, names)
    yield from judge_services(Place(role.account, region), hub, offers)


def _attached(design: Design, clients: Clients, role: Role, hub: HubDesign) -> Iterator[Finding]:
    """What the hub's gateway already reaches. If it exists, the contract has its id and those of its tables."""
    place = Place(role.account, hub.account.region)
    spokes = [spoke for spoke in design.spokes if spoke.hub == hub.name and not spoke.absent]
    owners: dict[str, str] = {}
    contract = _contract(clients, role, hub)
    if contract is None:
        yield Finding(codes.ROUTE_OVERLAP, place, Severity.OK, f'hub "{hub.name}" has no gateway yet')
    elif contract.get("version") != CONTRACT_VERSION:
        found = f"{hub.contract} is not a contract of version {CONTRACT_VERSION}"
        yield Finding(
            codes.ROUTE_OVERLAP, place, Severity.UNKNOWN, found, f"apply {hub.stack} with this version of the project"
        )
    else:
        ec2 = clients.get("ec2", role, place.region)
        gateway = [{"Name": "transit-gateway-id", "Values": [contract["transit_gateway_id"]]}]
        for page in pages(ec2, "describe_transit_gateway_attachments", Filters=gateway):
            for attachment in page["TransitGatewayAttachments"]:
                if attachment["State"] not in ENDED:
                    owners[attachment["TransitGatewayAttachmentId"]] = attachment["ResourceOwnerId"]
        routes: set[Route] = set()
        for name, table in sorted(contract["tables"].items()):
            if not _collect(ec2, table, owners, routes):
                found = f'hub "{hub.name}": table "{name}" has more routes than AWS returns'
                yield Finding(
                    codes.ROUTE_OVERLAP, place, Severity.UNKNOWN, found, "check the rest of the table yourself"
                )
        yield from judge_routes(place, hub, spokes, routes)
    use = attachment_use(hub, spokes, owners.values())
    yield judge_quota(place, use, _limit(clients, role, place.region, use.quota))


def _contract(clients: Clients, role: Role, hub: HubDesign) -> dict[str, Any] | None:
    try:
        parameter = clients.get("ssm", role, hub.account.region).get_parameter(Name=hub.contract)["Parameter"]
    except ClientError as error:
        if _code(error) != "ParameterNotFound":
            raise
        return None
    try:
        document = json.loads(parameter["Value"])
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _collect(ec2: Any, table: str, owners: dict[str, str], routes: set[Route]) -> bool:  # noqa: ANN401
    """Add the routes of a table; returns whether they are complete.

    AWS returns at most a thousand. That a token for the rest comes with them is from botocore, and not confirmed.
    """
    complete = True
    every_state = [{"Name": "state", "Values": ["active", "blackhole"]}]
    for page in pages(ec2, "search_transit_gateway_routes", TransitGatewayRouteTableId=table, Filters=every_state):
        complete = not page.get("AdditionalRoutesAvailable") or "NextToken" in page
        for route in page["Routes"]:
            for attachment in route.get("TransitGatewayAttachments") or [{}]:
                if "DestinationCidrBlock" in route:
                    owner = owners.get(attachment.get("TransitGatewayAttachmentId", ""), "")
                    kind = attachment.get("ResourceType", "")
                    routes.add(Route(route["DestinationCidrBlock"], owner, kind, route["Type"] == "propagated"))
    return complete


def _quotas(clients: Clients, role: Role, site: Site) -> Iterator[Finding]:
    for use in uses(site, _existing(clients, role, site)):
        limit = Limit(use.quota.default, "not requested, since nothing is added")
        if use.more:
            limit = _limit(clients, role, site.place.region, use.quota)
        yield judge_quota(site.place, use, limit)


def _existing(clients: Clients, role: Role, site: Site) -> Existing:
    ec2 = clients.get("ec2", role, site.place.region)
    resolver = clients.get("route53resolver", role, site.place.region)
    vpcs = []
    for vpc in _items(ec2, "describe_vpcs", "Vpcs"):
        tags = {tag["Key"]: tag["Value"] for tag in vpc.get("Tags", [])}
        vpcs.append((vpc["CidrBlock"], tags.get("hub:stack", "")))
    rules = _items(resolver, "list_resolver_rules", "ResolverRules")
    found = Existing(tuple(vpcs), rules=sum(rule["OwnerId"] == role.account for rule in rules))
    if site.spokes:
        gateway_type = [{"Name": "vpc-endpoint-type", "Values": ["Gateway"]}]
        endpoints = _items(ec2, "describe_vpc_endpoints", "VpcEndpoints", Filters=gateway_type)
        associations = _items(resolver, "list_resolver_rule_associations", "ResolverRuleAssociations")
        found = replace(
            found,
            gateway_endpoints=sum(endpoint["State"].lower() not in ENDED for endpoint in endpoints),
            associations=sum(1 for _ in associations),
        )
    if site.hubs:
        gateways = _items(ec2, "describe_transit_gateways", "TransitGateways")
        found = replace(
            found,
            gateways=sum(g["OwnerId"] == role.account and g["State"] not in ENDED for g in gateways),
            resolver_endpoints=sum(1 for _ in _items(resolver, "list_resolver_endpoints", "ResolverEndpoints")),
        )
    return found


def _items(client: Any, operation: str, key: str, **arguments: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    for page in pages(client, operation, **arguments):
        yield from page[key]


def _limit(clients: Clients, role: Role, region: str, quota: Quota) -> Limit:
    """The applied value of a quota; AWS's default if Service Quotas does not return it.

    For some services GetServiceQuota returns only quotas that have been changed: "if the applied quota value is not
    available for a quota, the quota is not retrieved" (API reference). The default then applies.
    """
    client = clients.get("service-quotas", role, region)
    why = ""
    for ask in (client.get_service_quota, client.get_aws_default_service_quota):
        try:
            return Limit(int(ask(ServiceCode=quota.service, QuotaCode=quota.code)["Quota"]["Value"]))
        except AWSError as error:
            why = f"{error.operation_name}: {_code(error)}" if isinstance(error, ClientError) else reason(error)
            if not isinstance(error, ClientError) or _code(error) != "NoSuchResourceException":
                break
    return Limit(quota.default, why)
