"""Names of hubs and segments, and names that are made of them."""

import re

import pytest

from tests.examples import ROOT, synthesised
from tests.topology.sound import Change, changed, in_hub, in_spoke, problems_of
from topology import read_topology
from topology.checks.names import contract_of


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


def test_a_hub_is_not_named_like_a_security_groups_id() -> None:
    text = changed(("  core:", "  sg-core:")).replace("hub: core", "hub: sg-core")
    assert problems_of(text) == [
        'network.yaml:5 hub "sg-core": its security groups would have names that begin with sg-, which AWS keeps for ids; choose another name'
    ]


@pytest.mark.parametrize("name", ["sg", "sgcore", "core-sg-1"])
def test_a_hub_may_be_named_almost_so(name: str) -> None:
    assert problems_of(changed(("  core:", f"  {name}:")).replace("hub: core", f"hub: {name}")) == []


def test_a_spoke_may_be_named_like_a_security_groups_id_since_its_groups_begin_otherwise() -> None:
    assert problems_of(changed(("  payments:", "  sg-payments:"))) == []


def segments(count: int, *others: str) -> list[Change]:
    """Segments with names of 40 characters, and others; the spokes are in the first one."""
    names = [*(f"segment-{number:032}" for number in range(count)), *others]
    listed = in_hub(f"segments: {{{', '.join(f'{name}: []' for name in names)}}}")
    return [listed, in_spoke(f"segment: {names[0]}"), ("ledger: {", f"ledger: {{segment: {names[0]}, ")]


def test_the_contract_fits_into_a_parameter() -> None:
    assert problems_of(changed(*segments(55))) == []
    assert problems_of(changed(*segments(54, "a" * 16, "b" * 16))) == [], "4,096 bytes are not too many"
    [problem] = problems_of(changed(*segments(54, "a" * 16, "b" * 17)))
    assert "the contract would have 4,097 bytes" in problem
    assert problems_of(changed(*segments(56))) == [
        'network.yaml:7 hub "core" segments: the contract would have 4,144 bytes with the ids of 56 segments, and a parameter takes 4,096; use fewer segments, or shorter names'
    ]


def test_the_size_of_the_contract_is_that_of_the_document_that_is_written() -> None:
    """As the hub's stack has it, with ids of AWS's own length in the place of references."""
    stack = synthesised("production").parsed()["hub-core"]
    [parameter] = stack["resource"]["aws_ssm_parameter"].values()
    document = re.sub(r"^\$\{jsonencode\((.*)\)\}$", r"\1", parameter["insecure_value"])
    keys = re.findall(r'"([^"]+)" = ', document)
    hub = read_topology(ROOT / "examples" / "production.yaml").topology.hubs["core"]
    written = contract_of(hub)
    assert sorted(keys) == sorted({*written, *written["tables"], *written["rules"]})


LONG = ".".join(["x" * 63, "y" * 63, "z" * 63])


def test_an_exempt_name_is_no_longer_than_a_domain_can_be() -> None:
    assert problems_of(changed(in_spoke(f"exempt: [{LONG}.{'w' * 32}]"))) == []
    assert problems_of(changed(in_spoke(f"exempt: [efs, {LONG}.{'w' * 39}]"))) == [
        'network.yaml:15 spoke "payments" exempt[1]: below us-east-1.amazonaws.com the name has 255 characters, and DNS takes 253; use up to 229 characters'
    ]
