"""What is suggested fits the rest of the file: its hubs, its regions, and ranges that nobody has."""

import pytest

from tests.topology.sound import SOUND, Change, changed, in_hub, in_spoke, problems_of

EUROPE: list[Change] = [
    ("region: us-east-1\n", "region: eu-west-1\n"),
    ("[use1-az1, use1-az2]", "[euw1-az1, euw1-az2]"),
]


def without(line: str) -> Change:
    return line, ""


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            [without("    hub: core\n")],
            ['network.yaml:13 spoke "payments" lacks `hub`; add `hub: core`'],
            id="a hub of the file, and no spoke",
        ),
        pytest.param(
            [("    hub: core\n", "    hub: [core]\n")],
            ['network.yaml:14 spoke "payments" hub: expected text, found a list; write for example core'],
            id="a hub of the file for another type",
        ),
        pytest.param(
            [without("    cidr: 10.0.4.0/24\n")],
            ['network.yaml:13 spoke "payments" lacks `cidr`; add `cidr: 10.0.4.0/24`'],
            id="a range that is free",
        ),
        pytest.param(
            [("cidr: 10.0.5.0/24", "cidr: 10.0.4.9/24")],
            [
                'network.yaml:17 spoke "ledger" cidr: "10.0.4.9/24" has host bits set; 10.0.4.0/24 overlaps spoke "payments" 10.0.4.0/24, and the next free /24 is 10.0.5.0/24'
            ],
            id="no range that another spoke has",
        ),
        pytest.param(
            [("cidr: 10.0.5.0/24", "cidr: 10.0.4.0")],
            [
                'network.yaml:17 spoke "ledger" cidr: "10.0.4.0" has no prefix length; 10.0.4.0/24 overlaps spoke "payments" 10.0.4.0/24, and the next free /24 is 10.0.5.0/24'
            ],
            id="no length that makes it another spoke's",
        ),
        pytest.param(
            [without("    cidr: 10.0.4.0/24\n"), (", cidr: 10.0.5.0/24", "")],
            [
                'network.yaml:13 spoke "payments" lacks `cidr`; add `cidr: 10.0.4.0/24`',
                'network.yaml:16 spoke "ledger" lacks `cidr`; add `cidr: 10.0.5.0/24`',
            ],
            id="no block twice",
        ),
        pytest.param(
            [("cidr: 10.0.4.0/24", "cidr: 10.0.4.9/24"), ("cidr: 10.0.5.0/24", "cidr: 10.9.5.0/24")],
            [
                'network.yaml:16 spoke "payments" cidr: "10.0.4.9/24" has host bits set; the network is 10.0.4.0/24',
                'network.yaml:17 spoke "ledger" cidr: 10.9.5.0/24 is outside the pools of hub "core" (10.0.4.0/22); the next free /24 is 10.0.5.0/24',
            ],
            id="no block that a refused value will become",
        ),
        pytest.param(
            [("cidr: 10.0.4.0/24", "cidr: 10.0.5.9/24"), ("cidr: 10.0.5.0/24", "cidr: 10.0.5.8/24")],
            [
                'network.yaml:16 spoke "payments" cidr: "10.0.5.9/24" has host bits set; the network is 10.0.5.0/24',
                'network.yaml:17 spoke "ledger" cidr: "10.0.5.8/24" has host bits set; 10.0.5.0/24 overlaps spoke "payments" 10.0.5.0/24, and the next free /24 is 10.0.4.0/24',
            ],
            id="one of two that would become the same",
        ),
        pytest.param(
            [("cidr: 10.0.4.0/24", "cidr: 10.0.5.9/24")],
            [
                'network.yaml:16 spoke "payments" cidr: "10.0.5.9/24" has host bits set; 10.0.5.0/24 overlaps spoke "ledger" 10.0.5.0/24, and the next free /24 is 10.0.4.0/24'
            ],
            id="no range that a later spoke has",
        ),
        pytest.param(
            [("cidr: 10.0.4.0/24", "cidr: 10.0.0.9/24"), ("[10.0.4.0/22]", "[10.0.0.0/21]")],
            [
                'network.yaml:16 spoke "payments" cidr: "10.0.0.9/24" has host bits set; 10.0.0.0/24 overlaps hub "core" 10.0.0.0/22, and the next free /24 is 10.0.4.0/24'
            ],
            id="no range of the hub",
        ),
        pytest.param(
            [without("    cidr: 10.0.0.0/22\n"), ("[10.0.4.0/22]", "[10.0.0.0/21]")],
            ['network.yaml:5 hub "core" lacks `cidr`; add `cidr: 10.0.8.0/22`'],
            id="a hub's range outside its pools",
        ),
        pytest.param(
            [without("    pools: [10.0.4.0/22]\n")],
            ['network.yaml:5 hub "core" lacks `pools`; add `pools: [10.0.4.0/23]`'],
            id="pools that hold the spokes",
        ),
        pytest.param(
            [*EUROPE, without("    zones: [euw1-az1, euw1-az2]\n")],
            ['network.yaml:5 hub "core" lacks `zones`; add `zones: [euw1-az1, euw1-az2]`'],
            id="zones of the region",
        ),
        pytest.param(
            [*EUROPE, in_spoke("zones: [one]")],
            ['network.yaml:15 spoke "payments" zones[0]: "one" is not an AZ id; write one such as euw1-az1'],
            id="a zone of the hub's region",
        ),
        pytest.param(
            [*EUROPE, in_spoke("zones: [us-east-1b]")],
            [
                'network.yaml:15 spoke "payments" zones[0]: "us-east-1b" is an AZ name, which means another zone in each account; write the AZ id, such as euw1-az1 (aws ec2 describe-availability-zones shows both)'
            ],
            id="a zone of the hub's region for a name in another one",
        ),
        pytest.param(
            [("[use1-az1, use1-az2]", "[use1-az1, use1-az2, usw2-az3]"), in_hub("subnets: {usw2-az4: 10.0.0.0/26}")],
            [
                'network.yaml:7 hub "core" subnets.usw2-az4: usw2-az4 is none of its zones; did you mean "use1-az2"?',
                'network.yaml:10 hub "core" zones[2]: usw2-az3 is not in us-east-1; AZ ids of us-east-1 begin with use1-az',
            ],
            id="no zone of another region that is listed too",
        ),
        pytest.param(
            [("cidr: 10.0.5.0/24", "cidr: 10.9.5.0/27")],
            [
                'network.yaml:17 spoke "ledger" cidr: 10.9.5.0/27 is outside the pools of hub "core" (10.0.4.0/22); the next free /25 is 10.0.5.0/25',
                'network.yaml:17 spoke "ledger" cidr: 10.9.5.0/27 is too small for 2 zones with a subnet and an attachment /28 each; give it a /25 or larger, or fewer zones',
            ],
            id="one size where two problems ask for one",
        ),
        pytest.param(
            [
                in_spoke("segment: [prod]"),
                in_hub("segments: {prod: , dev: }"),
                ("ledger: {", "ledger: {segment: dev, "),
            ],
            ['network.yaml:16 spoke "payments" segment: expected text, found a list; write for example prod'],
            id="a segment of the hub",
        ),
    ],
)
def test_a_suggestion_fits_the_rest_of_the_file(changes: list[Change], expected: list[str]) -> None:
    assert problems_of(changed(*changes)) == expected


def test_a_spoke_of_a_misspelt_hub_keeps_its_range() -> None:
    text = changed(("    hub: core\n", "    hub: cor\n"), ("cidr: 10.0.5.0/24", "cidr: 10.9.5.0/24"))
    assert problems_of(text) == [
        'network.yaml:14 spoke "payments" hub: there is no hub "cor"; did you mean "core"?',
        'network.yaml:17 spoke "ledger" cidr: 10.9.5.0/24 is outside the pools of hub "core" (10.0.4.0/22); the next free /24 is 10.0.5.0/24',
    ]


def test_spokes_of_two_hubs_may_be_given_one_range() -> None:
    twin = SOUND[SOUND.index("  core:") : SOUND.index("spokes:")].replace("core:", "twin:")
    text = changed(("spokes:", f"{twin}spokes:"), ("ledger: {hub: core", "ledger: {hub: twin"))
    assert problems_of(text.replace("cidr: 10.0.5.0/24", "cidr: 10.0.4.9/24")) == [
        'network.yaml:24 spoke "ledger" cidr: "10.0.4.9/24" has host bits set; the network is 10.0.4.0/24'
    ]


def test_pools_hold_the_spokes_of_their_own_hub_and_those_without_one() -> None:
    twin = SOUND[SOUND.index("  core:") : SOUND.index("spokes:")].replace("core:", "twin:")
    text = changed(("spokes:", f"{twin}spokes:"), ("ledger: {hub: core", "ledger: {hub: twin"))
    text += '  odd: {hub: cor, account: "444444444444", cidr: 10.0.7.0/24}\n'
    assert problems_of(text.replace("    pools: [10.0.4.0/22]\n", "", 1)) == [
        'network.yaml:5 hub "core" lacks `pools`; add `pools: [10.0.4.0/24, 10.0.7.0/24]`',
        'network.yaml:24 spoke "odd" hub: there is no hub "cor"; did you mean "core"?',
    ]


@pytest.mark.parametrize("value", ["ten", '""', "/24", "2001:db8::/32"])
def test_what_is_no_range_at_all_is_left_to_its_author(value: str) -> None:
    assert problems_of(changed(("cidr: 10.0.5.0/24", f"cidr: {value}"))) == [
        f'network.yaml:17 spoke "ledger" cidr: "{value.strip(chr(34))}" is not an IPv4 network such as 10.0.4.0/24'
    ]
