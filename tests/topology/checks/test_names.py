"""Names of hubs and segments, and names that are made of them."""

import pytest

from tests.topology.sound import Change, changed, in_hub, in_spoke, problems_of


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
