"""The checks of preflight: compares what AWS returned with the design. Pure: makes no calls."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from findings import Finding, Place, Severity, codes
from topology import Design
from topology.design import Account, Endpoint, HubDesign, Organization, SpokeDesign, StateStore, Vpc

__all__ = [
    "FORBIDDEN",
    "FOUND",
    "MISSING",
    "Bucket",
    "Existing",
    "Limit",
    "Offer",
    "Quota",
    "Role",
    "Route",
    "Site",
    "Use",
    "attachment_use",
    "judge_bucket",
    "judge_organization",
    "judge_quota",
    "judge_role",
    "judge_routes",
    "judge_services",
    "judge_sharing",
    "judge_zones",
    "sites",
    "uses",
]


@dataclass(frozen=True)
class Role:
    """The role with which to work in an account."""

    account: str
    arn: str
    """The role to assume; empty for the caller's own credentials."""
    external_id: str

    @classmethod
    def of(cls, who: Account | StateStore) -> Role:
        """The role of a provider, or the one for reading and writing states."""
        account = who.id if isinstance(who, Account) else who.account
        return cls(account, who.role_arn or "", who.external_id or "")

    def __str__(self) -> str:
        """The role's ARN, or words for the caller's own credentials."""
        return self.arn or "the caller's own credentials"


@dataclass(frozen=True)
class Site:
    """What is planned for an account in a region, and the roles that deploy it."""

    place: Place
    roles: tuple[Role, ...]
    hubs: tuple[HubDesign, ...]
    spokes: tuple[SpokeDesign, ...]

    @property
    def vpcs(self) -> dict[str, Vpc]:
        """Each planned VPC, by its owner, such as `hub "core"`."""
        hubs = {f'hub "{hub.name}"': hub.vpc for hub in self.hubs}
        return hubs | {f'spoke "{spoke.name}"': spoke.vpc for spoke in self.spokes}


def sites(design: Design) -> list[Site]:
    """The sites of a design, without absent spokes."""
    hubs: dict[Place, list[HubDesign]] = {}
    spokes: dict[Place, list[SpokeDesign]] = {}
    for hub in design.hubs:
        hubs.setdefault(Place(hub.account.id, hub.account.region), []).append(hub)
    for spoke in design.spokes:
        if not spoke.absent:
            spokes.setdefault(Place(spoke.account.id, spoke.account.region), []).append(spoke)
    return [_site(place, hubs.get(place, []), spokes.get(place, [])) for place in dict.fromkeys((*hubs, *spokes))]


def _site(place: Place, hubs: list[HubDesign], spokes: list[SpokeDesign]) -> Site:
    accounts = [hub.account for hub in hubs] + [spoke.account for spoke in spokes]
    return Site(place, tuple(dict.fromkeys(map(Role.of, accounts))), tuple(hubs), tuple(spokes))


# Roles and organization


def judge_role(role: Role, landed: str, refusal: str = "", *, caller: str) -> Finding:
    """Check that a role can be assumed and works in its account. `landed` is empty if it could not be assumed.

    STS returns AccessDenied both for a missing role and for one that does not trust the caller
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html).
    """
    place = Place(role.account)
    if landed == role.account:
        return Finding(codes.ROLE, place, Severity.OK, f"works with {role}")
    if landed:
        found = f"in account {landed} with {role}"
        fix = f"use credentials of account {role.account}, or name a role in it instead of ambient"
        return Finding(codes.ROLE, place, Severity.FAILED, found, fix)
    condition = f" with the external id {role.external_id}" if role.external_id else " without an external id"
    fix = f"create the role, allow {caller} in its trust policy{condition}, and allow the caller to sts:AssumeRole it"
    return Finding(
        codes.ROLE, place, Severity.FAILED, f"{role} cannot be assumed ({refusal}); nothing else was checked", fix
    )


def judge_organization(place: Place, planned: Organization, found: tuple[str, str] | None) -> Finding:
    """Check that the account is in the topology's organization. `found` is its organization and management account."""
    wanted = (planned.id, planned.management.id)
    if found == wanted:
        return Finding(codes.ORGANIZATION, place, Severity.OK, f"in {planned.id}")
    fix = "correct organization in the topology, or have the account join; the shares reach no other account"
    if found is None:
        return Finding(codes.ORGANIZATION, place, Severity.FAILED, "in no organization", fix)
    return Finding(
        codes.ORGANIZATION,
        place,
        Severity.FAILED,
        f"in {found[0]} of management account {found[1]}, not in {wanted[0]} of {wanted[1]}",
        fix,
    )


ENABLE_SHARING = "in the management account: aws ram enable-sharing-with-aws-organization"


def judge_sharing(place: Place, *, trusted: bool, role_exists: bool) -> Finding:
    """Check that RAM may share within the organization without invitations.

    That requires trusted access and RAM's service-linked role. Enabling trusted access through Organizations does not
    create that role, "and you can't share resources within your organization"
    (https://docs.aws.amazon.com/ram/latest/userguide/getting-started-sharing.html).
    """
    if trusted and role_exists:
        return Finding(codes.RAM_SHARING, place, Severity.OK, "enabled")
    if trusted:
        found = "trusted access is on, but the role AWSServiceRoleForResourceAccessManager is missing"
        return Finding(codes.RAM_SHARING, place, Severity.FAILED, found, ENABLE_SHARING)
    return Finding(codes.RAM_SHARING, place, Severity.FAILED, "not enabled", ENABLE_SHARING)


# Zones and services


def judge_zones(site: Site, present: Collection[str]) -> Iterator[Finding]:
    """Check that the account has every planned zone (AZ id). Accounts do not all have the same zones."""
    zones: set[str] = set()
    sound = True
    for whose, vpc in site.vpcs.items():
        missing = [subnet.zone for subnet in vpc.subnets if subnet.zone not in present]
        zones.update(subnet.zone for subnet in vpc.subnets)
        if missing:
            sound = False
            found = f"{whose}: {_listed(missing)} not in this account, which has {_listed(present)}"
            yield Finding(codes.ZONES, site.place, Severity.FAILED, found, "choose zones that the account has")
    if sound:
        yield Finding(codes.ZONES, site.place, Severity.OK, f"has {_listed(zones)}")


@dataclass(frozen=True)
class Offer:
    """An endpoint service, as offered to the account."""

    zones: frozenset[str]
    """AZ ids."""
    private_dns_names: frozenset[str]


def judge_services(place: Place, hub: HubDesign, offers: Mapping[str, Offer]) -> Iterator[Finding]:
    """Check that the account is offered every service, in its endpoint's zones and with the catalogue's names."""
    sound = True
    for endpoint in hub.endpoints:
        for severity, found, fix in _judge_endpoint(endpoint, place.region, offers.get(endpoint.service_name)):
            sound = False
            what = f'hub "{hub.name}": {endpoint.service}: {found}'
            yield Finding(codes.SERVICES, place, severity, what, fix, service=endpoint.service)
    if sound:
        yield Finding(
            codes.SERVICES, place, Severity.OK, f'hub "{hub.name}": {len(hub.endpoints)} services are offered'
        )


def _judge_endpoint(endpoint: Endpoint, region: str, offer: Offer | None) -> Iterator[tuple[Severity, str, str]]:
    if offer is None:
        found = f"{endpoint.service_name} is not offered to this account in {endpoint.service_region or region}"
        yield Severity.FAILED, found, "remove it from the hub's services"
        return
    missing = [zone for zone in endpoint.zones if zone not in offer.zones]
    # A service of another region is offered without zones (hashicorp/terraform-provider-aws#44186).
    if missing and not (endpoint.service_region and not offer.zones):
        left = [zone for zone in endpoint.zones if zone in offer.zones]
        fix = f"write `{endpoint.service}: {{zones: [{', '.join(left)}]}}`" if left else "remove it from the hub"
        yield Severity.FAILED, f"not offered in {', '.join(missing)}, only in {_listed(offer.zones)}", fix
    known = endpoint.names
    if set(known) != offer.private_dns_names:
        found = f"AWS's private DNS names are {_listed(offer.private_dns_names)}; the catalogue has {_listed(known)}"
        yield Severity.WARNING, found, "check that the names your clients use are among AWS's, and report it"


# Networks that are attached


@dataclass(frozen=True)
class Route:
    """A route in a gateway table. Its owner is the attachment's account; empty if unknown."""

    cidr: str
    owner: str
    kind: str
    """The attachment's type: vpc, vpn, direct-connect-gateway, peering, connect; empty for a blackhole."""
    propagated: bool


EVERYTHING = "0.0.0.0/0"


def judge_routes(
    place: Place, hub: HubDesign, spokes: Iterable[SpokeDesign], routes: Collection[Route]
) -> Iterator[Finding]:
    """Check that no planned range overlaps a network that the hub's gateway already reaches.

    The gateway uses the most specific route, so a route within a planned range diverts its packets; a VPC's route that
    contains the range belongs to a network with the same addresses. AWS attaches a VPC whose range overlaps an attached
    one, but does not propagate its routes (https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html). Wider
    routes to anything but a VPC are usually summaries; the default route is ignored.
    """
    sound = True
    reached = _Reached(routes)
    planned = [(f'hub "{hub.name}"', hub.vpc.cidr, hub.account.id)]
    planned += [(f'spoke "{spoke.name}"', spoke.vpc.cidr, spoke.account.id) for spoke in spokes]
    for whose, cidr, account in planned:
        for route in reached.overlapping(IPv4Network(cidr)):
            if (route.cidr, route.owner) == (cidr, account):
                continue
            sound = False
            wider = IPv4Network(route.cidr).prefixlen < IPv4Network(cidr).prefixlen
            summary = wider and not (route.propagated and route.kind == "vpc")
            severity = Severity.WARNING if summary else Severity.FAILED
            fix = (
                f"check that nothing behind that route has addresses in {cidr}"
                if summary
                else f"give {whose} another range, or detach that network from the gateway"
            )
            yield Finding(codes.ROUTE_OVERLAP, place, severity, f"{whose} {cidr} overlaps {_describe(route)}", fix)
    if sound:
        found = f'hub "{hub.name}": {len(planned)} ranges overlap none of the gateway\'s {len(set(routes))} routes'
        yield Finding(codes.ROUTE_OVERLAP, place, Severity.OK, found)


class _Reached:
    """Routes sorted by address, since thousands of spokes are compared with thousands of routes."""

    def __init__(self, routes: Iterable[Route]) -> None:
        by_network: dict[IPv4Network, list[Route]] = {}
        for route in sorted(set(routes), key=lambda route: (route.owner, route.kind, route.propagated)):
            if route.cidr != EVERYTHING and ":" not in route.cidr:
                by_network.setdefault(IPv4Network(route.cidr), []).append(route)
        self._by_network = by_network
        self._ordered = sorted(by_network)

    def overlapping(self, own: IPv4Network) -> Iterator[Route]:
        """The routes that contain a range, then those within it. CIDR blocks either nest or are disjoint."""
        for prefix in range(1, own.prefixlen):
            yield from self._by_network.get(own.supernet(new_prefix=prefix), ())
        for network in self._ordered[bisect_left(self._ordered, own) :]:
            if network.network_address > own.broadcast_address:
                break
            yield from self._by_network[network]


def _describe(route: Route) -> str:
    kind = "propagated" if route.propagated else "static"
    to = f" to a {route.kind} of account {route.owner or 'unknown'}" if route.kind else ""
    return f"the {kind} route {route.cidr}{to}"


# Quotas


@dataclass(frozen=True)
class Quota:
    """A quota, by its codes in Service Quotas, with AWS's default."""

    name: str
    service: str
    code: str
    default: int


# Codes and defaults are from the page above each group. AWS's page on Resolver has no codes: these are from tools that
# read them from the API (for example brennerm/aws-quota-checker, route53resolver.py), and not confirmed here.
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
VPCS = Quota("VPCs per region", "vpc", "L-F678F1CE", 5)
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
GATEWAY_ENDPOINTS = Quota("gateway endpoints per region", "vpc", "L-1B52E74A", 20)
INTERFACE_ENDPOINTS = Quota("interface endpoints per VPC", "vpc", "L-29B6F2EB", 50)
# https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html
GATEWAYS = Quota("transit gateways per account", "ec2", "L-A2478D36", 5)
TABLES = Quota("route tables per transit gateway", "ec2", "L-43872EB7", 20)
ATTACHMENTS = Quota("attachments per transit gateway", "ec2", "L-E0233F82", 5000)
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
RESOLVER_ENDPOINTS = Quota("Resolver endpoints per region", "route53resolver", "L-4A669CC0", 4)
RULES = Quota("Resolver rules per region", "route53resolver", "L-51D8A1FB", 1000)
ASSOCIATIONS = Quota("Resolver rule associations per region", "route53resolver", "L-94E19253", 2000)

RESOLVER_ENDPOINTS_OF_A_HUB = 2
"""One inbound, one outbound."""


@dataclass(frozen=True)
class Existing:
    """What exists in an account and region, whoever created it."""

    vpcs: tuple[tuple[str, str], ...] = ()
    """Range and stack (the tag `hub:stack`, or empty) of each VPC."""
    gateway_endpoints: int = 0
    gateways: int = 0
    resolver_endpoints: int = 0
    rules: int = 0
    associations: int = 0


@dataclass(frozen=True)
class Use:
    """How much of a quota is in use, and how much the topology adds."""

    quota: Quota
    there: int
    more: int
    of: str = ""
    """What the quota applies to, such as a hub; empty for the account and region."""


@dataclass(frozen=True)
class Limit:
    """A quota's value."""

    value: int
    assumed: str = ""
    """Why this is AWS's default; empty if Service Quotas returned the value."""


def uses(site: Site, existing: Existing) -> Iterator[Use]:
    """The use of each quota of a site's account.

    A stack whose VPC exists already (same range, same tag) counts as deployed, and adds nothing.
    """
    hubs = [hub for hub in site.hubs if (hub.vpc.cidr, hub.stack) not in existing.vpcs]
    spokes = [spoke for spoke in site.spokes if (spoke.vpc.cidr, spoke.stack) not in existing.vpcs]
    yield Use(VPCS, len(existing.vpcs), len(hubs) + len(spokes))
    rules = sum(len(hub.dns.rules) for hub in hubs) + sum(len(spoke.dns.exemptions) for spoke in spokes)
    yield Use(RULES, existing.rules, rules)
    if site.spokes:
        yield Use(GATEWAY_ENDPOINTS, existing.gateway_endpoints, sum(len(s.gateway_endpoints) for s in spokes))
        yield Use(ASSOCIATIONS, existing.associations, sum(len(s.dns.rules) + len(s.dns.exemptions) for s in spokes))
    if site.hubs:
        yield Use(GATEWAYS, existing.gateways, len(hubs))
        yield Use(RESOLVER_ENDPOINTS, existing.resolver_endpoints, RESOLVER_ENDPOINTS_OF_A_HUB * len(hubs))
    for hub in site.hubs:
        yield Use(INTERFACE_ENDPOINTS, 0, len(hub.endpoints), f'hub "{hub.name}"')
        yield Use(TABLES, 0, len(hub.segments) + 1, f'hub "{hub.name}"')


def attachment_use(hub: HubDesign, spokes: Collection[SpokeDesign], owners: Iterable[str]) -> Use:
    """The attachments of a gateway: those of the hub and its spokes, and those of other accounts.

    `owners`: the account of each existing attachment.
    """
    known = {hub.account.id, *(spoke.account.id for spoke in spokes)}
    others = sum(owner not in known for owner in owners)
    return Use(ATTACHMENTS, others, len(spokes) + 1, f'hub "{hub.name}"')


def judge_quota(place: Place, use: Use, limit: Limit) -> Finding:
    """Check that a quota is enough for what exists and what will be created. It passes if nothing will be created.

    If Service Quotas returns no value, AWS's default is used; since the quota may have been raised, exceeding that is a
    warning.
    """
    quota, needed = use.quota, use.there + use.more
    found = f"{quota.name}: {needed} of {limit.value}"
    found = f"{use.of}: {found}" if use.of else f"{found}, {use.there} exist and {use.more} will be added"
    if limit.assumed:
        found += f" (AWS's default: {limit.assumed})"
    if use.more == 0 or needed <= limit.value:
        return Finding(codes.QUOTA, place, Severity.OK, found)
    fix = (
        f"aws service-quotas request-service-quota-increase --service-code {quota.service} --quota-code {quota.code} "
        f"--desired-value {needed} --region {place.region}, in account {place.account}"
    )
    if limit.assumed:
        return Finding(codes.QUOTA, place, Severity.WARNING, found, f"check the quota; if it really is that low: {fix}")
    return Finding(codes.QUOTA, place, Severity.FAILED, found, fix)


# State


@dataclass(frozen=True)
class Bucket:
    """The state bucket, as seen by its role."""

    status: int
    """The status of a HeadBucket with the expected owner: 200, 403 or 404."""
    region: str = ""
    versioned: bool = True


FOUND, FORBIDDEN, MISSING = 200, 403, 404


def judge_bucket(backend: StateStore, bucket: Bucket, *, create: bool) -> Finding:
    """Check that the bucket is accessible to its role, in its account and region, and versioned; or will be created.

    S3 returns 403 both if the role may not list the bucket and if another account owns it
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html).
    """
    place, name = Place(backend.account, backend.region), backend.bucket
    if bucket.status == MISSING and create:
        return Finding(codes.STATE_BUCKET, place, Severity.OK, f"{name} does not exist yet; the state stack creates it")
    if bucket.status == MISSING:
        return Finding(
            codes.STATE_BUCKET,
            place,
            Severity.FAILED,
            f"{name} does not exist",
            "correct state.bucket, or let the project create it with `create: true`",
        )
    if bucket.status != FOUND:
        fix = f"allow {backend.role_arn or 'the caller'} to s3:ListBucket it"
        fix += ", or choose another name: bucket names are globally unique" if create else ", or correct state.account"
        found = f"{name} belongs to another account, or denies access to the role ({bucket.status})"
        return Finding(codes.STATE_BUCKET, place, Severity.FAILED, found, fix)
    if bucket.region not in ("", backend.region):
        found = f"{name} is in {bucket.region}, not in {backend.region}"
        return Finding(
            codes.STATE_BUCKET, place, Severity.FAILED, found, f"write `region: {bucket.region}` under state"
        )
    if not bucket.versioned:
        return Finding(
            codes.STATE_BUCKET,
            place,
            Severity.WARNING,
            f"{name} is not versioned: a damaged state could not be restored",
            f"aws s3api put-bucket-versioning --bucket {name} --versioning-configuration Status=Enabled",
        )
    return Finding(codes.STATE_BUCKET, place, Severity.OK, f"{name} is accessible and versioned")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "none"
