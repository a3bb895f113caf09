"""What preflight makes of the facts that AWS told. No AWS here."""

from dataclasses import replace

import pytest

from accounts.judgements import (
    ASSOCIATIONS,
    ATTACHMENTS,
    GATEWAY_ENDPOINTS,
    GATEWAYS,
    INTERFACE_ENDPOINTS,
    RESOLVER_ENDPOINTS,
    RULES,
    TABLES,
    VPCS,
    Bucket,
    Existing,
    Limit,
    Offer,
    Role,
    Route,
    Use,
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
from findings import Finding, Place, Severity
from tests.examples import changed, designed
from topology.services import catalogue

DESIGN = designed("quickstart")
HUB = DESIGN.hubs[0]
HUB_PLACE = Place("111111111111", "us-east-1")
ZONES = ["use1-az1", "use1-az2", "use1-az4"]
ROLE = Role("222222222222", "arn:aws:iam::222222222222:role/NetworkDeploy", "")
CALLER = "arn:aws:iam::999999999999:user/operator"


def offers(**changes: Offer | None) -> dict[str, Offer]:
    """What AWS would offer if it agreed with the catalogue, with changes."""
    found = {}
    for endpoint in HUB.endpoints:
        names = catalogue()[endpoint.service].names_in("us-east-1")
        offer = changes.get(endpoint.service, Offer(frozenset(ZONES), frozenset(names)))
        if offer is not None:
            found[endpoint.service_name] = offer
    return found


def routes_found(*routes: Route) -> list[tuple[Severity, str]]:
    return [(f.severity, f.found) for f in judge_routes(HUB_PLACE, HUB, DESIGN.spokes, routes)]


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, f"expected one finding, found {findings}"
    return findings[0]


def test_a_role_in_its_account_is_fine() -> None:
    assert judge_role(ROLE, ROLE.account, caller=CALLER).severity is Severity.OK


def test_a_role_in_another_account_fails() -> None:
    finding = judge_role(Role("222222222222", "", ""), "999999999999", caller=CALLER)
    assert finding.severity is Severity.FAILED
    assert finding.found == "in account 999999999999 with the caller's own credentials"


def test_a_refused_role_names_the_caller_and_the_external_id() -> None:
    finding = judge_role(replace(ROLE, external_id="example"), "", "AssumeRole: AccessDenied", caller=CALLER)
    assert finding.severity is Severity.FAILED
    assert f"allow {CALLER} in its trust policy with the external id example" in finding.fix


def test_another_organization_fails() -> None:
    place = Place("222222222222")
    assert judge_organization(place, DESIGN.organization, ("o-exampleorg1", "999999999999")).severity is Severity.OK
    other = judge_organization(place, DESIGN.organization, ("o-another0001", "888888888888"))
    assert (other.severity, other.found) == (
        Severity.FAILED,
        "in o-another0001 of management account 888888888888, not in o-exampleorg1 of 999999999999",
    )
    assert judge_organization(place, DESIGN.organization, None).found == "in no organization"


@pytest.mark.parametrize(
    ("trusted", "role_exists", "severity"),
    [
        (True, True, Severity.OK),
        (True, False, Severity.FAILED),
        (False, True, Severity.FAILED),
        (False, False, Severity.FAILED),
    ],
)
def test_sharing_takes_trusted_access_and_the_role(trusted: bool, role_exists: bool, severity: Severity) -> None:  # noqa: FBT001
    assert judge_sharing(Place("999999999999"), trusted=trusted, role_exists=role_exists).severity is severity


def test_a_missing_zone_fails_for_each_vpc_that_wants_it() -> None:
    site = next(site for site in sites(DESIGN) if site.place == HUB_PLACE)
    assert only(list(judge_zones(site, ZONES))).severity is Severity.OK
    finding = only(list(judge_zones(site, ZONES[:2])))
    assert finding.severity is Severity.FAILED
    assert finding.found == 'hub "core": use1-az4 not in this account, which has use1-az1, use1-az2'


def test_services_as_in_the_catalogue_are_fine() -> None:
    assert only(list(judge_services(HUB_PLACE, HUB, offers()))).severity is Severity.OK


def test_a_service_that_is_not_offered_fails() -> None:
    finding = only(list(judge_services(HUB_PLACE, HUB, offers(kms=None))))
    assert finding.severity is Severity.FAILED
    assert "kms: com.amazonaws.us-east-1.kms is not offered to this account in us-east-1" in finding.found


def test_a_service_that_is_not_in_a_zone_fails_with_the_zones_that_are_left() -> None:
    offer = Offer(frozenset(ZONES[:2]), frozenset({"kms.us-east-1.amazonaws.com"}))
    names = only(list(judge_services(HUB_PLACE, HUB, offers(kms=offer))))
    assert names.severity is Severity.FAILED
    assert names.found == 'hub "core": kms: not offered in use1-az4, only in use1-az1, use1-az2'
    assert names.fix == "write `kms: {zones: [use1-az1, use1-az2]}`"


def test_other_private_names_are_a_warning_that_names_both() -> None:
    offer = Offer(frozenset(ZONES), frozenset({"kms.example"}))
    finding = only(list(judge_services(HUB_PLACE, HUB, offers(kms=offer))))
    assert finding.severity is Severity.WARNING
    assert "are kms.example; the catalogue has kms.us-east-1.amazonaws.com" in finding.found


def test_a_service_of_another_region_may_come_without_zones() -> None:
    hub = next(hub for hub in designed("two-hubs").hubs if hub.name == "europe")
    iam = next(endpoint for endpoint in hub.endpoints if endpoint.service == "iam")
    names = frozenset(catalogue()["iam"].names_in("eu-west-1"))
    found = list(
        judge_services(
            Place("444444444444", "eu-west-1"),
            replace(hub, endpoints=(iam,)),
            {iam.service_name: Offer(frozenset(), names)},
        )
    )
    assert only(found).severity is Severity.OK


def test_what_is_attached_already_counts_as_itself() -> None:
    found = routes_found(
        Route("10.0.0.0/22", "111111111111", "vpc", propagated=True),
        Route("10.0.4.0/24", "222222222222", "vpc", propagated=True),
        Route("10.0.5.0/24", "333333333333", "vpc", propagated=True),
        Route("172.16.0.0/12", "888888888888", "vpn", propagated=True),
        Route("0.0.0.0/0", "888888888888", "vpc", propagated=False),
    )
    assert found == [(Severity.OK, 'hub "core": 3 ranges overlap none of the gateway\'s 5 routes')]


@pytest.mark.parametrize(
    ("route", "severity"),
    [
        (Route("10.0.4.0/24", "888888888888", "vpc", propagated=True), Severity.FAILED),
        (Route("10.0.4.128/25", "888888888888", "vpn", propagated=True), Severity.FAILED),
        (Route("10.0.4.0/23", "888888888888", "vpc", propagated=True), Severity.FAILED),
        (Route("10.0.4.128/25", "", "", propagated=False), Severity.FAILED),
        (Route("10.0.0.0/8", "888888888888", "vpn", propagated=True), Severity.WARNING),
        (Route("10.0.0.0/8", "888888888888", "vpc", propagated=False), Severity.WARNING),
    ],
    ids=["the same", "within, from a VPN", "around, of a VPC", "within, a blackhole", "summary", "static summary"],
)
def test_another_network_in_a_planned_range(route: Route, severity: Severity) -> None:
    found = [finding for finding in judge_routes(HUB_PLACE, HUB, DESIGN.spokes, [route]) if "payments" in finding.found]
    finding = only(found)
    assert finding.severity is severity
    assert finding.found.startswith('spoke "payments" 10.0.4.0/24 overlaps the ')
    assert route.cidr in finding.found


def test_the_range_of_the_hub_is_compared_too() -> None:
    found = routes_found(Route("10.0.3.0/24", "888888888888", "vpc", propagated=True))
    assert found == [
        (
            Severity.FAILED,
            'hub "core" 10.0.0.0/22 overlaps the propagated route 10.0.3.0/24 to a vpc of account 888888888888',
        )
    ]


def test_the_figures_of_a_hub_and_of_a_spoke() -> None:
    by_place = {site.place: {(use.quota, use.more) for use in uses(site, Existing())} for site in sites(DESIGN)}
    assert by_place[HUB_PLACE] == {
        (VPCS, 1), (RULES, 1), (GATEWAYS, 1), (RESOLVER_ENDPOINTS, 2), (INTERFACE_ENDPOINTS, 4), (TABLES, 2)
    }  # fmt: skip
    assert by_place[Place("222222222222", "us-east-1")] == {
        (VPCS, 1), (RULES, 1), (GATEWAY_ENDPOINTS, 1), (ASSOCIATIONS, 2)
    }  # fmt: skip


def test_what_stands_already_adds_nothing() -> None:
    site = next(site for site in sites(DESIGN) if site.place.account == "222222222222")
    deployed = Existing(vpcs=(("10.0.4.0/24", "spoke-core-payments"),))
    assert {(use.quota, use.there, use.more) for use in uses(site, deployed)} >= {(VPCS, 1, 0), (ASSOCIATIONS, 0, 0)}
    stranger = Existing(vpcs=(("10.0.4.0/24", ""),))
    assert (VPCS, 1, 1) in {(use.quota, use.there, use.more) for use in uses(site, stranger)}


def test_a_spoke_that_is_to_go_counts_for_nothing() -> None:
    absent = changed("quickstart", spokes__payments__absent=True)
    assert "222222222222" not in {site.place.account for site in sites(absent)}


def test_attachments_of_strangers_count_beside_the_planned_ones() -> None:
    use = attachment_use(HUB, DESIGN.spokes, ["111111111111", "222222222222", "888888888888"])
    assert (use.quota, use.there, use.more) == (ATTACHMENTS, 1, 3)


def test_a_quota_that_is_too_low_fails_with_the_request() -> None:
    finding = judge_quota(HUB_PLACE, Use(VPCS, there=5, more=1), Limit(5))
    assert (finding.severity, finding.found) == (
        Severity.FAILED,
        "VPCs per region: 6 of 5, 5 exist and 1 will be added",
    )
    assert "--service-code vpc --quota-code L-F678F1CE --desired-value 6 --region us-east-1" in finding.fix
    assert judge_quota(HUB_PLACE, Use(VPCS, there=4, more=1), Limit(5)).severity is Severity.OK
    assert judge_quota(HUB_PLACE, Use(VPCS, there=6, more=0), Limit(5)).severity is Severity.OK


def test_too_little_by_a_default_is_a_warning_that_says_so() -> None:
    finding = judge_quota(HUB_PLACE, Use(VPCS, there=5, more=1), Limit(5, "GetServiceQuota: AccessDeniedException"))
    assert finding.severity is Severity.WARNING
    assert finding.found.endswith("(AWS's default: GetServiceQuota: AccessDeniedException)")


@pytest.mark.parametrize(
    ("bucket", "create", "severity", "words"),
    [
        (Bucket(200), False, Severity.OK, "accessible"),
        (Bucket(200), True, Severity.OK, "accessible"),
        (Bucket(404), True, Severity.OK, "does not exist yet"),
        (Bucket(404), False, Severity.FAILED, "does not exist"),
        (Bucket(403), True, Severity.FAILED, "belongs to another account, or denies access"),
        (Bucket(200, "eu-west-1"), False, Severity.FAILED, "is in eu-west-1, not in us-east-1"),
        (Bucket(200, versioned=False), False, Severity.WARNING, "is not versioned"),
    ],
)
def test_the_state_bucket(bucket: Bucket, create: bool, severity: Severity, words: str) -> None:  # noqa: FBT001
    finding = judge_bucket(HUB.backend, bucket, create=create)
    assert finding.severity is severity
    assert words in finding.found
