"""What cannot work although each value is sound: each refusal with its line, the values and the fix."""

import pytest

from tests.topology.sound import SOUND, Change, changed, in_hub, in_spoke, on_top, problems_of, reading_of
from topology.checks import zone_prefix
from topology.services import catalogue


def ledger(cidr: str) -> Change:
    """Change the range of spoke "ledger", on line 17."""
    return "cidr: 10.0.5.0/24", f"cidr: {cidr}"


def zones(value: str) -> Change:
    """Change the zones of the hub, on line 9."""
    return "[use1-az1, use1-az2]", value


def pools(value: str) -> Change:
    """Change the pools of the hub, on line 10."""
    return "[10.0.4.0/22]", value


def services(value: str) -> Change:
    """Change the services of the hub, on line 11."""
    return "[kms, ssm, ssmmessages]", value


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [ledger("10.0.4.128/25")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.4.128/25 overlaps spoke "payments" 10.0.4.0/24 (line 16); the next free /25 is 10.0.5.0/25',
            id="two spokes",
        ),
        pytest.param(
            [ledger("10.0.4.0/23")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.4.0/23 overlaps spoke "payments" 10.0.4.0/24 (line 16); the next free /23 is 10.0.6.0/23',
            id="the later one moves though it is larger",
        ),
        pytest.param(
            [ledger("10.0.1.0/24"), pools("[10.0.0.0/21]")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.1.0/24 overlaps hub "core" 10.0.0.0/22 (line 8); the next free /24 is 10.0.5.0/24',
            id="a spoke and its hub, which never moves",
        ),
        pytest.param(
            [ledger("10.9.0.0/24")],
            'network.yaml:17 spoke "ledger" cidr: 10.9.0.0/24 is outside the pools of hub "core" (10.0.4.0/22); the next free /24 is 10.0.5.0/24',
            id="outside the pools",
        ),
        pytest.param(
            [ledger("10.9.0.0/22")],
            'network.yaml:17 spoke "ledger" cidr: 10.9.0.0/22 is outside the pools of hub "core" (10.0.4.0/22); no /22 is free in the hub\'s pools; add a pool',
            id="outside the pools, which are full",
        ),
        pytest.param(
            [pools("[10.0.4.0/22, 10.0.5.0/24]")],
            'network.yaml:10 hub "core" pools[1]: the pool 10.0.5.0/24 overlaps the pool 10.0.4.0/22 (line 10); keep the larger',
            id="two pools",
        ),
        pytest.param(
            [pools("[10.0.4.0/22, 10.0.3.0/24]")],
            'network.yaml:10 hub "core" pools[1]: the pool 10.0.3.0/24 lies in the hub\'s own VPC 10.0.0.0/22; spokes need ranges of their own',
            id="a pool within the hub's VPC",
        ),
    ],
)
def test_networks_that_meet_at_one_gateway_are_kept_apart(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]


def test_spokes_of_two_hubs_may_overlap_since_they_never_meet() -> None:
    other = SOUND[SOUND.index("  core:") : SOUND.index("spokes:")].replace("core:", "twin:")
    text = changed(("spokes:", f"{other}spokes:"), ("ledger: {hub: core", "ledger: {hub: twin"), ledger("10.0.4.0/24"))
    assert problems_of(text) == []


def test_every_misplaced_spoke_is_offered_a_block_that_no_other_is() -> None:
    spokes = "".join(
        f'  s{number}: {{hub: core, account: "333333333333", cidr: 10.9.{number}.0/{prefix}}}\n'
        for number, prefix in enumerate([25, 24, 25, 26])
    ).replace("/26}", "/26, zones: [use1-az1]}")
    offered = [problem.rpartition(" is ")[2] for problem in problems_of(changed() + spokes)]
    assert offered == ["10.0.7.0/25", "10.0.6.0/24", "10.0.7.128/25", "free in the hub's pools; add a pool"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [in_hub("subnets: {use1-az1: 10.1.0.0/24}")],
            'network.yaml:7 hub "core" subnets.use1-az1: 10.1.0.0/24 lies outside its VPC 10.0.0.0/22; choose a block within 10.0.0.0/22',
            id="outside its VPC",
        ),
        pytest.param(
            [in_spoke("attachment_subnets: {use1-az2: 10.0.5.0/28}")],
            'network.yaml:15 spoke "payments" attachment_subnets.use1-az2: 10.0.5.0/28 lies outside its VPC 10.0.4.0/24; choose a block within 10.0.4.0/24',
            id="an attachment's outside its VPC",
        ),
        pytest.param(
            [in_hub("subnets: {use1-az3: 10.0.2.0/24}")],
            'network.yaml:7 hub "core" subnets.use1-az3: use1-az3 is none of its zones; did you mean "use1-az2"?',
            id="in no zone of the VPC",
        ),
        pytest.param(
            [in_hub("subnets: {use1-az1: 10.0.1.0/24}")],
            'network.yaml:7 hub "core" subnets.use1-az1: 10.0.1.0/24 overlaps 10.0.1.0/24, another subnet of the VPC; give every zone its subnet, or leave the allocation alone',
            id="on an allocated one",
        ),
        pytest.param(
            [in_hub("subnets: {use1-az1: 10.0.0.0/24, use1-az2: 10.0.0.128/25}")],
            'network.yaml:7 hub "core" subnets.use1-az2: 10.0.0.128/25 overlaps 10.0.0.0/24, another subnet of the VPC; give every zone its subnet, or leave the allocation alone',
            id="on another given one",
        ),
        pytest.param(
            [ledger("10.0.5.0/27")],
            'network.yaml:17 spoke "ledger" cidr: 10.0.5.0/27 is too small for 2 zones with a subnet and an attachment /28 each; give it a /25 or larger, or fewer zones',
            id="in too small a VPC",
        ),
    ],
)
def test_a_subnet_stands_in_its_vpc_and_on_no_other(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [zones("[use1-az1, usw2-az2]")],
            'network.yaml:9 hub "core" zones[1]: usw2-az2 is not in us-east-1; AZ ids of us-east-1 begin with use1-az',
            id="of another region",
        ),
        pytest.param(
            [in_spoke("zones: [use1-az1, use2-az1]")],
            'network.yaml:15 spoke "payments" zones[1]: use2-az1 is not in us-east-1; AZ ids of us-east-1 begin with use1-az',
            id="of another region, in a spoke",
        ),
        pytest.param(
            [zones("[use1-az1, use1-az2, use1-az1]")],
            'network.yaml:9 hub "core" zones[2]: use1-az1 is listed twice; keep one',
            id="twice",
        ),
        pytest.param(
            [zones("[use1-az1]")],
            'network.yaml:9 hub "core" zones: a resolver endpoint needs two zones or more, there are 1; add a zone',
            id="one only",
        ),
        pytest.param(
            [zones("[use1-az1, ~]")],
            'network.yaml:9 hub "core" zones: a resolver endpoint needs two zones or more, there are 1; add a zone',
            id="one only beside an emptied slot",
        ),
        pytest.param(
            [in_spoke("zones: [~, ~]")],
            'network.yaml:15 spoke "payments" zones: every entry is empty; name at least one zone',
            id="none in a spoke",
        ),
        pytest.param(
            [
                zones(f"[{', '.join(f'use1-az{n}' for n in range(1, 8))}]"),
                in_spoke("zones: [use1-az1]"),
                ("ledger: {hub", "ledger: {zones: [use1-az1], hub"),
            ],
            'network.yaml:9 hub "core" zones: a resolver endpoint takes six addresses, one a zone, and there are 7 zones; keep six',
            id="seven",
        ),
    ],
)
def test_zones_are_those_of_the_region_and_enough_for_a_resolver(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]


@pytest.mark.parametrize(
    ("region", "prefix"),
    [
        ("us-east-1", "use1"),
        ("us-west-2", "usw2"),
        ("eu-central-1", "euc1"),
        ("ap-southeast-2", "apse2"),
        ("ap-northeast-3", "apne3"),
        ("ca-central-1", "cac1"),
        ("me-south-1", "mes1"),
    ],
)
def test_az_ids_begin_with_their_regions_short_name(region: str, prefix: str) -> None:
    assert zone_prefix(region) == prefix


def test_the_zones_of_the_catalogue_begin_with_a_regions_short_name() -> None:
    known = {zone.partition("-")[0] for service in catalogue().values() for zone in service.unavailable_zones}
    regions = ("us-east-1", "us-west-1", "us-west-2", "ap-northeast-2", "ca-central-1")
    assert known == {zone_prefix(region) for region in regions}


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        pytest.param(
            "[10.0.0.53]",
            ["resolver_addresses: an inbound endpoint takes two to six addresses, there are 1; give two to six"],
            id="one",
        ),
        pytest.param(
            "[10.0.0.10, 10.0.0.11, 10.0.0.12, 10.0.0.13, 10.0.1.10, 10.0.1.11, 10.0.1.12]",
            ["resolver_addresses: an inbound endpoint takes two to six addresses, there are 7; give two to six"],
            id="seven",
        ),
        pytest.param(
            "[10.0.0.3, 10.0.1.255]",
            [
                "resolver_addresses.10.0.0.3: 10.0.0.3 is one of the five addresses that AWS keeps in 10.0.0.0/24; take one from 10.0.0.4 to 10.0.0.254",
                "resolver_addresses.10.0.1.255: 10.0.1.255 is one of the five addresses that AWS keeps in 10.0.1.0/24; take one from 10.0.1.4 to 10.0.1.254",
            ],
            id="reserved ones",
        ),
        pytest.param(
            "[10.0.0.10, 10.9.0.11]",
            [
                "resolver_addresses.10.9.0.11: 10.9.0.11 is in no subnet of the hub; its subnets are 10.0.0.0/24, 10.0.1.0/24"
            ],
            id="outside the subnets",
        ),
        pytest.param(
            "[10.0.0.10, 10.0.0.10]",
            ["resolver_addresses.10.0.0.10: 10.0.0.10 is listed twice; keep one"],
            id="the same twice",
        ),
        pytest.param(
            "[10.0.0.10, 10.0.0.11]",
            ["resolver_addresses: all addresses are in one zone; put them in two zones or more"],
            id="in one zone",
        ),
        pytest.param("[10.0.0.10, 10.0.0.11, 10.0.1.10]", [], id="two in a zone, and another one"),
    ],
)
def test_resolver_addresses_are_two_to_six_free_ones_in_two_zones(addresses: str, expected: list[str]) -> None:
    found = problems_of(changed(in_hub(f"resolver_addresses: {addresses}")))
    assert found == [f'network.yaml:7 hub "core" {problem}' for problem in expected]


def test_a_subnet_without_address_53_must_name_its_own() -> None:
    small = ("10.0.0.0/22", "10.0.0.0/25")
    advice = "has no address base + 53; give resolver_addresses, for example"
    assert problems_of(changed(small)) == [
        f'network.yaml:5 hub "core" resolver_addresses: the subnet of use1-az1, 10.0.0.0/27, {advice} 10.0.0.4',
        f'network.yaml:5 hub "core" resolver_addresses: the subnet of use1-az2, 10.0.0.32/27, {advice} 10.0.0.36',
    ]
    assert problems_of(changed(small, in_hub("resolver_addresses: [10.0.0.4, 10.0.0.36]"))) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [services("[kmss]")],
            'services.kmss: "kmss" is not a service of the catalogue; did you mean kms or kms-fips?',
            id="misspelt",
        ),
        pytest.param(
            [services("[secretmanager]")],
            'services.secretmanager: "secretmanager" is not a service of the catalogue; did you mean secretsmanager or license-manager or auditmanager?',
            id="misspelt, three are near",
        ),
        pytest.param(
            [services("[zzzzzz]")],
            'services.zzzzzz: "zzzzzz" is not a service of the catalogue; ./hub services lists them',
            id="unknown",
        ),
        pytest.param(
            [services("[ecr-public]")],
            "services.ecr-public: ecr-public cannot be offered: ECR Public has no interface endpoint; pull through a cache in your own registry (ecr.dkr).",
            id="without an interface endpoint",
        ),
        pytest.param(
            [services("[dynamodb]")],
            "services.dynamodb: dynamodb cannot be offered: No private DNS: list dynamodb under `gateway_endpoints` in the spokes instead.",
            id="without private DNS",
        ),
        pytest.param(
            [services("{kms: {zones: [use1-az3]}}")],
            'services.kms.zones.use1-az3: use1-az3 is none of the hub\'s zones; did you mean "use1-az2"?',
            id="in a zone that the hub has not",
        ),
        pytest.param(
            [services("{email-smtp: {zones: [use1-az2]}}")],
            "services.email-smtp.zones.use1-az2: email-smtp is not in use1-az2; leave the zone out",
            id="in a zone where it is not",
        ),
        pytest.param(
            [services("[email-smtp]"), zones("[use1-az2, use1-az3]")],
            "services.email-smtp: email-smtp is in none of the hub's zones; leave the service out, or add a zone",
            id="in none of the zones",
        ),
        pytest.param(
            [services("[email-smtp]"), pools(f"[{', '.join(f'10.0.{n}.0/24' for n in range(4, 19))}]")],
            "services.email-smtp: email-smtp needs 64 security group rules, ports times ranges, and a group takes 60; use fewer, larger pools",
            id="with more rules than a security group takes",
        ),
    ],
)
def test_a_service_that_cannot_be_offered_is_refused(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [f'network.yaml:11 hub "core" {expected}']


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            [in_spoke("test_instance: true"), services("[kms]")],
            'network.yaml:15 spoke "payments" test_instance: a test instance is reached through Session Manager, and hub "core" lacks ssm, ssmmessages; add ssm, ssmmessages to its services',
            id="without Session Manager",
        ),
        pytest.param(
            [in_spoke("test_instance: true"), services("[ssm]")],
            'network.yaml:15 spoke "payments" test_instance: a test instance is reached through Session Manager, and hub "core" lacks ssmmessages; add ssmmessages to its services',
            id="with half of it",
        ),
        pytest.param(
            [in_spoke("test_instance: {zone: use1-az6}")],
            'network.yaml:15 spoke "payments" test_instance.zone: use1-az6 is none of the spoke\'s zones; did you mean "use1-az2"?',
            id="in a zone that the spoke has not",
        ),
    ],
)
def test_a_test_instance_can_be_reached(change: list[Change], expected: str) -> None:
    assert problems_of(changed(*change)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            ("hub: core", "hub: cor"),
            ['network.yaml:14 spoke "payments" hub: there is no hub "cor"; did you mean "core"?'],
            id="a misspelt hub",
        ),
        pytest.param(
            ("hub: core", "hub: west"),
            ['network.yaml:14 spoke "payments" hub: there is no hub "west"; there are core'],
            id="an unknown hub",
        ),
        pytest.param(
            in_spoke("segment: spoke"),
            ['network.yaml:15 spoke "payments" segment: hub "core" has no segment "spoke"; did you mean "spokes"?'],
            id="a misspelt segment",
        ),
        pytest.param(
            in_spoke("segment: prod"),
            ['network.yaml:15 spoke "payments" segment: hub "core" has no segment "prod"; there are spokes'],
            id="an unknown segment",
        ),
        pytest.param(
            in_hub("segments: {prod: , dev: }"),
            [
                'network.yaml:14 spoke "payments": hub "core" has several segments, and it names none; add segment: prod or dev',
                'network.yaml:18 spoke "ledger": hub "core" has several segments, and it names none; add segment: prod or dev',
            ],
            id="no segment where there are several",
        ),
        pytest.param(
            in_hub("segments: {spokes: [spoke]}"),
            ['network.yaml:7 hub "core" segments.spokes.spoke: there is no segment "spoke"; did you mean "spokes"?'],
            id="a segment that reaches an unknown one",
        ),
        pytest.param(
            in_hub("segments: {hub: }"),
            ['network.yaml:7 hub "core" segments.hub: "hub" is the name of the hub\'s own table; choose another name'],
            id="a segment with the name of the hub's table",
        ),
    ],
)
def test_names_are_names_of_something(change: Change, expected: list[str]) -> None:
    assert problems_of(changed(change)) == expected


def test_two_spokes_whose_stacks_would_be_one_are_refused() -> None:
    text = """\
organization: {id: o-exampleorg1, management_account: "999999999999"}
role: NetworkDeploy
state: {bucket: example-network-state, region: us-east-1, account: "111111111111"}
hubs:
  a: {region: us-east-1, account: "111111111111", cidr: 10.0.0.0/22, zones: [use1-az1, use1-az2], pools: [10.0.4.0/22], services: [kms]}
  a-b: {region: us-east-1, account: "111111111111", cidr: 10.1.0.0/22, zones: [use1-az1, use1-az2], pools: [10.1.4.0/22], services: [kms]}
spokes:
  b-c: {hub: a, account: "222222222222", cidr: 10.0.4.0/24}
  c: {hub: a-b, account: "222222222222", cidr: 10.1.4.0/24}
"""
    assert problems_of(text) == [
        'network.yaml:9 spoke "c": its stack would be spoke-a-b-c, as that of spoke "b-c" (line 8); rename one of them'
    ]


OTHER_ROLE = "arn:aws:iam::444444444444:role/Deploy"
ADVICE = "write arn:aws:iam::{account}:role/Deploy, or only the role's name"


@pytest.mark.parametrize(
    ("change", "place", "account"),
    [
        pytest.param(("role: NetworkDeploy", f"role: {OTHER_ROLE}"), "2 role", "111111111111", id="of the topology"),
        pytest.param(("bucket:", f"role: {OTHER_ROLE}, bucket:"), "3 state.role", "111111111111", id="of the state"),
        pytest.param(in_hub(f"role: {OTHER_ROLE}"), '7 hub "core" role', "111111111111", id="of a hub"),
        pytest.param(
            in_hub(f"wiring_role: {OTHER_ROLE}"), '7 hub "core" wiring_role', "111111111111", id="that wires spokes"
        ),
        pytest.param(in_spoke(f"role: {OTHER_ROLE}"), '15 spoke "payments" role', "222222222222", id="of a spoke"),
    ],
)
def test_a_role_is_in_the_account_where_it_deploys(change: Change, place: str, account: str) -> None:
    assert problems_of(changed(change)) == [
        f"network.yaml:{place}: the role is in account 444444444444, and it is to deploy in {account}; {ADVICE}"
    ]


def test_a_role_of_one_account_will_do_where_every_other_account_has_its_own() -> None:
    text = changed(
        ("role: NetworkDeploy", "role: arn:aws:iam::111111111111:role/Deploy"),
        in_spoke("role: arn:aws:iam::222222222222:role/Deploy"),
        ("ledger: {hub: core", "ledger: {role: Deploy, hub: core"),
    )
    assert problems_of(text) == []


def test_a_key_that_exists_cannot_be_created() -> None:
    arn = "arn:aws:kms:us-east-1:111111111111:key/1234"
    text = changed(("bucket:", f'create: true, key: "{arn}", bucket:'))
    assert problems_of(text) == [
        f'network.yaml:3 state.key: "{arn}" cannot be created; write alias/NAME, or leave it out'
    ]


def test_a_gateway_takes_4999_spokes_beside_its_hub() -> None:
    hub = SOUND[: SOUND.index("spokes:")].replace("10.0.0.0/22", "172.16.0.0/22").replace("10.0.4.0/22", "10.0.0.0/8")
    spokes = [
        f'  s{n}: {{hub: core, account: "222222222222", cidr: 10.{n >> 8}.{n & 255}.0/24}}\n' for n in range(5000)
    ]
    assert problems_of(f"{hub}spokes:\n{''.join(spokes[:4999])}") == []
    assert problems_of(f"{hub}spokes:\n{''.join(spokes)}") == [
        'network.yaml:5 hub "core": 5,000 spokes, and a transit gateway takes 4,999; put some behind another hub'
    ]


def test_a_hub_without_spokes_is_allowed() -> None:
    assert problems_of(SOUND[: SOUND.index("spokes:")]) == []


def test_a_spoke_in_the_hubs_account_is_allowed() -> None:
    assert problems_of(changed(("222222222222", "111111111111"))) == []


def warnings_of(*changes: Change) -> list[str]:
    return [str(warning) for warning in reading_of(changed(*changes)).warnings]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(on_top("tags: {owner: network}"), [], id="nothing"),
        pytest.param(
            services("[cassandra]"), ['11 hub "core" services.cassandra: CQL, not HTTPS: port 9142.'], id="a note"
        ),
        pytest.param(
            services("[email-smtp]"),
            [
                '11 hub "core" services.email-smtp: SMTP, not HTTPS: ports 465, 587, 2465 and 2587.',
                '11 hub "core" services.email-smtp: it is not in use1-az2; its endpoint leaves them out',
            ],
            id="zones left out",
        ),
        pytest.param(
            services("[sagemaker.notebook]"),
            [
                '11 hub "core" services.sagemaker.notebook: no source confirms its private DNS (*.notebook.us-east-1.sagemaker.aws); compare: aws ec2 describe-vpc-endpoint-services --service-names aws.sagemaker.us-east-1.notebook'
            ],
            id="private DNS that no source confirms",
        ),
        pytest.param(
            in_spoke("exempt: [efs, kms]"),
            [
                '15 spoke "payments" exempt.kms: kms.us-east-1.amazonaws.com stays with the spoke, so the hub\'s endpoint for kms is not used'
            ],
            id="a service on offer that a spoke exempts",
        ),
    ],
)
def test_what_works_and_may_surprise_is_a_warning(change: Change, expected: list[str]) -> None:
    assert warnings_of(change) == [f"network.yaml:{warning}" for warning in expected]


@pytest.mark.parametrize(("count", "refused"), [(6, False), (7, True)])
def test_a_resolver_endpoint_takes_six_addresses(count: int, *, refused: bool) -> None:
    spokes = [in_spoke("zones: [use1-az1]"), ("ledger: {hub", "ledger: {zones: [use1-az1], hub")]
    six = changed(zones(f"[{', '.join(f'use1-az{number}' for number in range(1, count + 1))}]"), *spokes)
    found = [problem for problem in problems_of(six) if "resolver endpoint" in problem]
    assert bool(found) is refused, problems_of(six)
