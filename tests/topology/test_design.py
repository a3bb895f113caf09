"""What a topology comes to: every address, route, rule and name."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.topology.sound import SOUND, Change, changed, designed, in_hub, in_spoke, on_top, reading_of
from topology import Design, decisions, design, read_topology
from topology.design import Endpoint, HubDesign, Range, SpokeDesign, Subnet
from topology.services import catalogue, forwarded_domains


def blocks(ranges: tuple[Range, ...]) -> tuple[str, ...]:
    return tuple(block.cidr for block in ranges)


def services(value: str) -> Change:
    return "[kms, ssm, ssmmessages]", value


def in_region(region: str, prefix: str, *changes: Change) -> Design:
    """The design of the sound topology, with the hub in another region."""
    text = changed(("    region: us-east-1\n", f"    region: {region}\n"), *changes).replace("use1-", f"{prefix}-")
    return design(reading_of(text).topology)


def units_of(found: Design) -> list[HubDesign | SpokeDesign]:
    return [*found.hubs, *found.spokes]


def spokes_of(found: Design) -> dict[str, SpokeDesign]:
    return {spoke.name: spoke for spoke in found.spokes}


def domains_of(unit: HubDesign | SpokeDesign) -> list[str]:
    return [rule.domain for rule in unit.dns.rules]


def endpoints_of(found: Design) -> dict[str, Endpoint]:
    return {endpoint.service: endpoint for endpoint in found.hubs[0].endpoints}


def subnets(*pairs: tuple[str, str]) -> tuple[Subnet, ...]:
    return tuple(Subnet(f"use1-{zone}", cidr) for zone, cidr in pairs)


@pytest.fixture(scope="module")
def quickstart() -> Design:
    return design(read_topology(Path(__file__).parents[2] / "examples" / "quickstart.yaml").topology)


def test_the_samples_hub_has_the_samples_subnets(quickstart: Design) -> None:
    vpc = quickstart.hubs[0].vpc
    assert vpc.cidr == "10.0.0.0/22"
    assert vpc.subnets == subnets(("az1", "10.0.0.0/24"), ("az2", "10.0.1.0/24"), ("az4", "10.0.2.0/24"))
    assert vpc.attachment_subnets == subnets(("az1", "10.0.3.0/28"), ("az2", "10.0.3.16/28"), ("az4", "10.0.3.32/28"))


def test_the_samples_spoke_has_the_samples_subnets(quickstart: Design) -> None:
    vpc = spokes_of(quickstart)["payments"].vpc
    assert vpc.cidr == "10.0.4.0/24"
    assert vpc.subnets == subnets(("az1", "10.0.4.0/26"), ("az2", "10.0.4.64/26"), ("az4", "10.0.4.128/26"))
    assert vpc.attachment_subnets == subnets(
        ("az1", "10.0.4.192/28"), ("az2", "10.0.4.208/28"), ("az4", "10.0.4.224/28")
    )


def test_the_samples_inbound_endpoint_has_address_53_of_each_subnet(quickstart: Design) -> None:
    assert [(a.zone, a.address) for a in quickstart.hubs[0].dns.inbound] == [
        ("use1-az1", "10.0.0.53"),
        ("use1-az2", "10.0.1.53"),
        ("use1-az4", "10.0.2.53"),
    ]


def test_the_samples_services_have_an_endpoint_in_every_zone(quickstart: Design) -> None:
    zones = ("use1-az1", "use1-az2", "use1-az4")
    assert [(e.id, e.service_name, e.service_region, e.zones, e.group) for e in quickstart.hubs[0].endpoints] == [
        (key, f"com.amazonaws.us-east-1.{key}", None, zones, "https")
        for key in ("ec2messages", "kms", "ssm", "ssmmessages")
    ]


def test_the_samples_spokes_forward_the_regions_domain_and_keep_efs(quickstart: Design) -> None:
    for spoke in quickstart.spokes:
        assert [(rule.id, rule.domain) for rule in spoke.dns.rules] == [
            ("us-east-1_amazonaws_com", "us-east-1.amazonaws.com")
        ]
        assert [(rule.id, rule.domain) for rule in spoke.dns.exemptions] == [("efs", "efs.us-east-1.amazonaws.com")]
        assert [rule.id for rule in spoke.dns.rules] == [rule.id for rule in quickstart.hubs[0].dns.rules]
        assert [rule.name for rule in spoke.dns.rules] == [f"{spoke.name}-us-east-1_amazonaws_com"]
        assert [rule.name for rule in spoke.dns.exemptions] == [f"{spoke.name}-keeps-efs"]


def test_the_samples_spokes_reach_the_hub_and_nothing_else(quickstart: Design) -> None:
    for spoke in quickstart.spokes:
        assert (spoke.segment, spoke.propagations, blocks(spoke.destinations)) == ("spokes", ("hub",), ("10.0.0.0/22",))


def test_the_hub_is_written_for_pools_and_not_for_spokes(quickstart: Design) -> None:
    hub = quickstart.hubs[0]
    assert (blocks(hub.sources), blocks(hub.pools)) == (("10.0.0.0/22", "10.0.4.0/22"), ("10.0.4.0/22",))


def test_the_sample_has_one_test_instance_in_the_spokes_first_zone(quickstart: Design) -> None:
    instances = {spoke.name: spoke.test_instance for spoke in quickstart.spokes}
    assert instances["ledger"] is None
    assert instances["payments"] is not None
    assert (instances["payments"].type, instances["payments"].zone) == ("t3.nano", "use1-az1")


def test_the_sample_is_shared_with_its_organization(quickstart: Design) -> None:
    assert quickstart.hubs[0].organization_arn == "arn:aws:organizations::999999999999:organization/o-exampleorg1"


def test_each_stack_has_a_name_a_state_and_a_tag_of_its_own(quickstart: Design) -> None:
    units = [quickstart.state, *quickstart.hubs, *quickstart.spokes]
    assert [(u.stack, u.backend.key, u.account.tags) for u in units if u] == [
        (
            stack,
            f"endpoint-hub/{stack}.tfstate",
            {"hub:stack": stack, "hub:state": "example-network-state/endpoint-hub", "owner": "network"},
        )
        for stack in ("state", "hub-core", "spoke-core-ledger", "spoke-core-payments")
    ]


def test_the_address_of_the_states_is_that_of_every_stacks_state(quickstart: Design) -> None:
    assert quickstart.states.address == "example-network-state/endpoint-hub"
    for stack, unit in quickstart.stacks.items():
        found = f"{unit.backend.address}/{stack}.tfstate"
        assert found == f"{unit.backend.bucket}/{unit.backend.key}", f"{stack}: {unit.backend.key}, expected {found}"


def test_hubs_and_spokes_are_found_by_name_and_by_stack(quickstart: Design) -> None:
    assert list(quickstart.stacks) == ["state", "hub-core", "spoke-core-ledger", "spoke-core-payments"]
    assert list(quickstart.stacks) == list(quickstart.order)
    assert quickstart.hub_named == {"core": quickstart.hubs[0]}
    assert quickstart.spoke_named == {"ledger": quickstart.spokes[0], "payments": quickstart.spokes[1]}
    assert quickstart.spoke_stacks == {spoke.stack: spoke for spoke in quickstart.spokes}
    assert quickstart.stacks["spoke-core-payments"] is quickstart.spoke_named["payments"]


def test_an_endpoint_knows_the_names_and_ports_of_its_service() -> None:
    found = endpoints_of(designed(services("[kms, ssm, ssmmessages, ecr.dkr, s3]")))
    for key, endpoint in found.items():
        service = catalogue()[key]
        assert (endpoint.names, endpoint.ports) == (service.names_in("us-east-1"), service.ports)
    assert found["kms"].names == ("kms.us-east-1.amazonaws.com",)


def test_the_domains_are_decided_once_for_each_hub(quickstart: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counting(region: str, keys: Iterable[str]) -> tuple[str, ...]:
        asked.append(region)
        return forwarded_domains(region, keys)

    monkeypatch.setattr(decisions, "forwarded_domains", counting)
    topology = read_topology(Path(__file__).parents[2] / "examples" / "quickstart.yaml").topology
    assert design(topology) == quickstart
    assert asked == ["us-east-1"], f"expected one decision for one hub with two spokes, found {asked}"


def test_spokes_find_their_hub_by_its_contract(quickstart: Design) -> None:
    assert {unit.contract for unit in units_of(quickstart)} == {"/endpoint-hub/core/contract"}


THREE = [
    ("cidr: 10.0.5.0/24}", 'cidr: 10.0.5.0/24, segment: prod}\n  tools: {hub: core, account: "333333333333", cidr: 10.0.6.0/24, segment: shared}'),
    in_spoke("segment: dev"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        pytest.param(
            "{prod: , dev: , shared: }", {"prod": ("hub",), "dev": ("hub",), "shared": ("hub",)}, id="all apart"
        ),
        pytest.param(
            "{prod: [shared], dev: [shared], shared: }",
            {"prod": ("hub", "shared"), "dev": ("hub", "shared"), "shared": ("hub", "dev", "prod")},
            id="a shared one answers those that list it",
        ),
        pytest.param(
            "{prod: , dev: , shared: [prod, dev]}",
            {"prod": ("hub", "shared"), "dev": ("hub", "shared"), "shared": ("hub", "dev", "prod")},
            id="the same, listed from the other side",
        ),
        pytest.param(
            "{prod: [prod], dev: , shared: }",
            {"prod": ("hub", "prod"), "dev": ("hub",), "shared": ("hub",)},
            id="one whose spokes reach each other",
        ),
    ],
)
def test_segments_reach_what_they_list_and_what_lists_them(
    segments: str, expected: Mapping[str, tuple[str, ...]]
) -> None:
    found = designed(in_hub(f"segments: {segments}"), *THREE)
    assert found.hubs[0].segments == ("dev", "prod", "shared")
    assert {spoke.segment: spoke.propagations for spoke in found.spokes} == expected
    for spoke in found.spokes:
        beyond = ("10.0.4.0/22",) if len(spoke.propagations) > 1 else ()
        assert blocks(spoke.destinations) == ("10.0.0.0/22", *beyond), spoke.name


def test_flat_spokes_reach_each_other() -> None:
    for spoke in designed(in_hub("segments: flat")).spokes:
        assert (spoke.propagations, blocks(spoke.destinations)) == (("hub", "spokes"), ("10.0.0.0/22", "10.0.4.0/22"))


def test_a_spoke_has_no_route_to_a_pool_that_is_its_own_range() -> None:
    found = designed(in_hub("segments: flat"), ("[10.0.4.0/22]", "[10.0.6.0/23, 10.0.4.0/24, 10.0.5.0/24]"))
    assert blocks(spokes_of(found)["payments"].destinations) == ("10.0.0.0/22", "10.0.5.0/24", "10.0.6.0/23")
    assert blocks(spokes_of(found)["ledger"].destinations) == ("10.0.0.0/22", "10.0.4.0/24", "10.0.6.0/23")


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("kms", []),
        ("ecr.dkr", []),
        ("s3", []),
        ("monitoring", ["eu-west-1.api.aws"]),
        ("eks-auth", ["eu-west-1.api.aws"]),
        ("iam", ["iam.amazonaws.com"]),
        ("organizations", ["organizations.us-east-1.amazonaws.com"]),
        ("sagemaker.notebook", ["eu-west-1.sagemaker.aws"]),
        ("s3-global.accesspoint", ["accesspoint.s3-global.amazonaws.com"]),
    ],
)
def test_names_outside_the_regions_domain_are_forwarded_too(service: str, expected: list[str]) -> None:
    found = in_region("eu-west-1", "euw1", services(f"[{service}]"))
    for unit in units_of(found):
        assert domains_of(unit) == ["eu-west-1.amazonaws.com", *expected]


def test_what_lives_in_us_east_1_needs_no_rule_of_its_own_there() -> None:
    assert domains_of(designed(services("[organizations]")).hubs[0]) == ["us-east-1.amazonaws.com"]


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_every_name_of_every_service_is_below_a_forwarded_domain(region: str) -> None:
    offered = [key for key, service in catalogue().items() if service.private_dns is not False]
    found = in_region(region, "use1" if region == "us-east-1" else "euw1", services(f"[{', '.join(offered)}]"))
    domains = domains_of(found.hubs[0])
    names = [name.removeprefix("*.") for key in offered for name in catalogue()[key].names_in(region)]
    assert [name for name in names if not any(f".{name}".endswith(f".{domain}") for domain in domains)] == []
    ids = [rule.id for rule in found.hubs[0].dns.rules] + [endpoint.id for endpoint in found.hubs[0].endpoints]
    assert all(set(id_) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for id_ in ids)
    assert len(ids) == len(set(ids))


def test_a_global_services_endpoint_names_the_region_where_it_lives() -> None:
    assert endpoints_of(in_region("eu-west-1", "euw1", services("[iam]")))["iam"].service_region == "us-east-1"
    assert endpoints_of(designed(services("[iam]")))["iam"].service_region is None


def test_endpoints_share_a_security_group_by_their_ports() -> None:
    found = designed(services("[kms, email-smtp, cassandra, sqs]"))
    assert [(group.id, group.ports) for group in found.hubs[0].groups] == [
        ("cassandra", (9142,)),
        ("email-smtp", (465, 587, 2465, 2587)),
        ("https", (443,)),
    ]
    assert {endpoint.service: endpoint.group for endpoint in found.hubs[0].endpoints} == {
        "cassandra": "cassandra",
        "email-smtp": "email-smtp",
        "kms": "https",
        "sqs": "https",
    }


def test_an_endpoint_leaves_out_the_zones_where_the_service_is_not() -> None:
    found = endpoints_of(designed(services("[kms, email-smtp]")))
    assert {key: endpoint.zones for key, endpoint in found.items()} == {
        "email-smtp": ("use1-az1",),
        "kms": ("use1-az1", "use1-az2"),
    }


def test_an_endpoint_is_in_the_zones_that_are_given() -> None:
    assert endpoints_of(designed(services("{kms: {zones: [use1-az2]}}")))["kms"].zones == ("use1-az2",)


def test_only_the_endpoint_of_s3_is_told_to_answer_everyone() -> None:
    found = endpoints_of(designed(services("[kms, s3]")))
    assert {key: endpoint.answers_everyone for key, endpoint in found.items()} == {"kms": False, "s3": True}


def test_given_resolver_addresses_are_in_the_zones_of_their_subnets() -> None:
    hub = designed(in_hub("resolver_addresses: [10.0.1.20, 10.0.0.10, 10.0.0.11]")).hubs[0]
    assert [(a.zone, a.address) for a in hub.dns.inbound] == [
        ("use1-az2", "10.0.1.20"),
        ("use1-az1", "10.0.0.10"),
        ("use1-az1", "10.0.0.11"),
    ]


def test_a_spoke_may_have_fewer_zones_than_its_hub() -> None:
    vpc = spokes_of(designed(in_spoke("zones: [use1-az2]")))["payments"].vpc
    assert (vpc.subnets, vpc.attachment_subnets) == (
        subnets(("az2", "10.0.4.0/25")),
        subnets(("az2", "10.0.4.128/28")),
    )


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("NetworkDeploy", "arn:aws:iam::222222222222:role/NetworkDeploy"),
        ("network/Deploy", "arn:aws:iam::222222222222:role/network/Deploy"),
        ("arn:aws:iam::{account}:role/Deploy", "arn:aws:iam::222222222222:role/Deploy"),
        ("ambient", None),
    ],
)
def test_a_role_is_assumed_in_the_account_where_it_deploys(role: str, expected: str | None) -> None:
    account = spokes_of(designed(("role: NetworkDeploy", f'role: "{role}"')))["payments"].account
    assert (account.id, account.region, account.role_arn) == ("222222222222", "us-east-1", expected)


def test_a_spokes_own_role_and_external_id_go_before_the_topologys() -> None:
    found = spokes_of(designed(on_top("external_id: common"), in_spoke("role: Other\n    external_id: own")))
    payments, ledger = found["payments"].account, found["ledger"].account
    assert (payments.role_arn, payments.external_id) == ("arn:aws:iam::222222222222:role/Other", "own")
    assert (ledger.role_arn, ledger.external_id) == ("arn:aws:iam::333333333333:role/NetworkDeploy", "common")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("protect: true", "NetworkDeploy"),
        ("role: HubDeploy", "HubDeploy"),
        ("wiring_role: Wiring", "Wiring"),
        ("role: HubDeploy\n    wiring_role: Wiring", "Wiring"),
    ],
    ids=["topology's", "hub's", "wiring", "wiring before the hub's"],
)
def test_a_spoke_is_wired_with_the_hubs_role_unless_a_smaller_one_is_named(line: str, expected: str) -> None:
    for spoke in designed(in_hub(line)).spokes:
        assert spoke.wiring.id == "111111111111"
        assert spoke.wiring.role_arn == f"arn:aws:iam::111111111111:role/{expected}"


def test_a_spoke_in_the_hubs_account_owns_its_gateway() -> None:
    found = spokes_of(designed(("222222222222", "111111111111")))
    assert {name: spoke.owns_gateway for name, spoke in found.items()} == {"payments": True, "ledger": False}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("create: true", "arn:aws:kms:us-east-1:111111111111:alias/example-network-state"),
        ("create: false", None),
        ("key: alias/mine", "arn:aws:kms:us-east-1:111111111111:alias/mine"),
        ('key: "arn:aws:kms:us-east-1:444444444444:key/1"', "arn:aws:kms:us-east-1:444444444444:key/1"),
    ],
)
def test_the_states_key_is_an_arn_that_is_known_before_the_key_exists(keys: str, expected: str | None) -> None:
    found = designed(("bucket:", f"{keys}, bucket:"))
    assert {unit.backend.kms_key_id for unit in units_of(found)} == {expected}


def test_a_bucket_with_dots_has_an_alias_without_them() -> None:
    found = designed(("bucket: example-network-state", "create: true, bucket: state.example.com"))
    assert found.state is not None
    assert (found.state.alias, found.state.backend.kms_key_id) == (
        "alias/state-example-com",
        "arn:aws:kms:us-east-1:111111111111:alias/state-example-com",
    )


def test_there_is_a_state_stack_only_where_the_bucket_is_created() -> None:
    assert designed().state is None


def test_a_hub_is_protected_unless_it_or_the_topology_says_otherwise() -> None:
    found = [
        designed(),
        designed(on_top("protect: false")),
        designed(on_top("protect: false"), in_hub("protect: true")),
    ]
    assert [each.hubs[0].protect for each in found] == [True, False, True]


def test_an_absent_spoke_keeps_its_stack() -> None:
    found = spokes_of(designed(in_spoke("absent: true")))
    assert {name: (spoke.stack, spoke.absent) for name, spoke in found.items()} == {
        "ledger": ("spoke-core-ledger", False),
        "payments": ("spoke-core-payments", True),
    }


# An id is a promise: what is added or removed changes nothing else.


@given(st.sets(st.integers(0, 30), min_size=1), st.integers(0, 30), st.booleans())
def test_adding_or_removing_a_spoke_changes_nothing_else(numbers: set[int], one: int, flat: bool) -> None:  # noqa: FBT001  drawn
    def with_spokes(chosen: set[int]) -> dict[str, Any]:
        text = SOUND[: SOUND.index("spokes:")].replace("[10.0.4.0/22]", "[10.1.0.0/16]") + "spokes:\n"
        text = text.replace("    services:", "    segments: flat\n    services:") if flat else text
        text += "".join(
            f'  s{n}: {{hub: core, account: "222222222222", cidr: 10.1.{n}.0/24}}\n' for n in sorted(chosen)
        )
        return by_stack(design(reading_of(text).topology))

    before, after = with_spokes(numbers | {one}), with_spokes((numbers | {99}) - {one})
    for name in ("hub-core", *(f"spoke-core-s{n}" for n in numbers - {one})):
        assert before[name] == after[name]


def by_stack(found: Design) -> dict[str, Any]:
    return {unit.stack: asdict(unit) for unit in units_of(found)}


@given(st.sets(st.sampled_from(sorted(catalogue())), max_size=8), st.sampled_from(sorted(catalogue())))
def test_adding_a_service_changes_no_other_endpoint_group_or_rule(keys: set[str], one: str) -> None:
    offered = {key for key in keys | {"kms"} if catalogue()[key].private_dns is not False}
    if catalogue()[one].private_dns is False:
        return
    before = designed(services(f"[{', '.join(sorted(offered - {one} | {'kms'}))}]")).hubs[0]
    after = designed(services(f"[{', '.join(sorted(offered | {one}))}]")).hubs[0]
    for kept, found in (
        (before.endpoints, after.endpoints),
        (before.groups, after.groups),
        (before.dns.rules, after.dns.rules),
    ):
        assert set(kept) <= set(found)
    assert (before.vpc, before.dns.inbound, before.sources) == (after.vpc, after.dns.inbound, after.sources)


@pytest.mark.parametrize("emptied", [0, 1, 2])
def test_emptying_a_zone_moves_no_other_one(emptied: int) -> None:
    zones = ["use1-az1", "use1-az2", "use1-az4"]
    full = designed(("[use1-az1, use1-az2]", f"[{', '.join(zones)}]"))
    left = [zone if slot != emptied else "~" for slot, zone in enumerate(zones)]
    rest = designed(("[use1-az1, use1-az2]", f"[{', '.join(left)}]"))
    for before, after in ((full.hubs[0].vpc, rest.hubs[0].vpc), (full.spokes[0].vpc, rest.spokes[0].vpc)):
        for was, is_ in ((before.subnets, after.subnets), (before.attachment_subnets, after.attachment_subnets)):
            assert is_ == tuple(subnet for subnet in was if subnet.zone != zones[emptied])
    gone = zones[emptied]
    assert rest.hubs[0].dns.inbound == tuple(address for address in full.hubs[0].dns.inbound if address.zone != gone)


def test_the_order_in_the_file_changes_nothing_but_the_zones() -> None:
    head, ledger = SOUND[: SOUND.index("  payments:")], SOUND[SOUND.index("  ledger:") :]
    payments = SOUND[SOUND.index("  payments:") : SOUND.index("  ledger:")]
    turned = head.replace("[kms, ssm, ssmmessages]", "[ssmmessages, kms, ssm]") + ledger + payments
    assert design(reading_of(turned).topology) == design(reading_of(SOUND).topology)


def test_a_rules_name_is_cut_to_the_64_characters_that_the_resolver_takes() -> None:
    rule = decisions._forwarding("c" * 40, "ap-southeast-1.amazonaws.com", "ap-southeast-1.amazonaws.com")  # noqa: SLF001  no shorter way to a long name
    assert rule.name == f"{'c' * 40}-ap-southeast-1_amazonaw"
    assert len(rule.name) == 64


def test_protected_is_every_stack_that_is_not_to_be_destroyed() -> None:
    state = "state: {bucket: example-network-state, region: us-east-1, account: "
    assert designed().protected == ("hub-core",)
    assert designed((state, f"{state.replace('{', '{create: true, ')}")).protected == ("state", "hub-core")
    assert designed(on_top("protect: false")).protected == ()
