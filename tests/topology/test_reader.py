"""One run finds every problem of a file, each once, and nothing in a file ends in a traceback."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.families import TOPOLOGIES
from tests.topology.sound import FILE, SOUND, changed, in_hub, in_spoke, on_top, problems_of, reading_of
from topology import TopologyError, design, read_topology
from topology.document import read_text

TEN_MISTAKES = """\
organization: {id: exampleorg, management_account: "999999999999"}
rolle: NetworkDeploy
state: {bucket: Example, region: us-east-1, account: "111111111111"}
protect: yes
hubs:
  core:
    region: us-east-1
    account: "1111"
    cidr: 10.0.0.1/22
    zones: [use1-az1, us-east-1b]
    pools: [10.0.4.0/22]
    services: [kms, ssn]
spokes:
  payments:
    hub: cor
    account: "222222222222"
    cidr: 10.0.4.0/24
  ledger: {hub: core, account: "333333333333", cidr: 10.9.5.0/24}
"""


def lines_of(text: str) -> list[int]:
    return [int(problem.removeprefix(f"{FILE}:").split(" ", 1)[0]) for problem in problems_of(text)]


def test_ten_mistakes_are_ten_problems_in_the_order_of_their_lines() -> None:
    assert problems_of(TEN_MISTAKES) == [
        'network.yaml:1 organization.id: "exampleorg" is not an organization id: o- and 10 to 32 letters or digits',
        'network.yaml:2 "rolle" is not a key of a topology; did you mean "role"?',
        'network.yaml:3 state.bucket: "Example" is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens',
        'network.yaml:4 protect: expected true or false, found "yes"',
        'network.yaml:8 hub "core" account: "1111" is not an AWS account id: 12 digits',
        'network.yaml:9 hub "core" cidr: "10.0.0.1/22" has host bits set; the network is 10.0.0.0/22',
        'network.yaml:10 hub "core" zones[1]: "us-east-1b" is an AZ name, which means another zone in each account; write the AZ id, such as use1-az1 (aws ec2 describe-availability-zones shows both)',
        'network.yaml:12 hub "core" services.ssn: "ssn" is not a service of the catalogue; did you mean sts or ssm or sqs?',
        'network.yaml:15 spoke "payments" hub: there is no hub "cor"; did you mean "core"?',
        'network.yaml:18 spoke "ledger" cidr: 10.9.5.0/24 is outside the pools of hub "core" (10.0.4.0/22); the next free /24 is 10.0.5.0/24',
    ]


def test_a_malformed_id_does_not_hide_an_overlap_elsewhere() -> None:
    text = changed(("o-exampleorg1", "exampleorg"), ("10.0.5.0/24", "10.0.4.0/25"))
    assert problems_of(text) == [
        'network.yaml:1 organization.id: "exampleorg" is not an organization id: o- and 10 to 32 letters or digits',
        'network.yaml:17 spoke "ledger" cidr: 10.0.4.0/25 overlaps spoke "payments" 10.0.4.0/24 (line 16); the next free /25 is 10.0.5.0/25',
    ]


def test_a_key_that_is_listed_twice_does_not_hide_the_rest() -> None:
    assert lines_of(changed(in_spoke("cidr: 10.0.4.0/24"), ("o-exampleorg1", "exampleorg"))) == [1, 17]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        pytest.param([("  core:", "  Core:")], 5, id="the name of the only hub"),
        pytest.param([("cidr: 10.0.0.0/22", "cidr: 10.0.0.1/22")], 8, id="a hub's range"),
        pytest.param([("cidr: 10.0.4.0/24", "cidr: 10.9.4.1/24")], 16, id="a spoke's range"),
        pytest.param([("[10.0.4.0/22]", "[10.0.4.1/22]")], 10, id="the pools"),
        pytest.param([("    region: us-east-1\n", "    region: us-eest-1\n")], 6, id="a region that zones belong to"),
        pytest.param(
            [("use1-az2]", "az2]"), in_spoke("subnets: {use1-az2: 10.0.4.64/26}")], 9, id="zones that a subnet names"
        ),
        pytest.param(
            [
                in_spoke(
                    "zones: [use1-az4, az5]\n    subnets: {use1-az4: 10.0.4.0/26}\n    test_instance: {zone: use1-az4}"
                )
            ],
            15,
            id="a spoke's own zones",
        ),
        pytest.param([in_hub("subnets: none")], 7, id="subnets that addresses lie in"),
        pytest.param(
            [in_hub("subnets: {use1-az1: 10.0.0.0/33}\n    resolver_addresses: [10.0.0.10, 10.0.1.10]")],
            7,
            id="a subnet",
        ),
        pytest.param(
            [in_hub("resolver_addresses: [10.0.0.4, ten]"), ("10.0.0.0/22", "10.0.0.0/25")],
            7,
            id="addresses of small subnets",
        ),
        pytest.param([in_hub("segments: [prod]"), in_spoke("segment: prod")], 7, id="segments that a spoke names"),
        pytest.param(
            [in_hub("segments: {prod: , dev: }"), in_spoke("segment: Prod"), ("ledger: {", "ledger: {segment: dev, ")],
            16,
            id="a segment where there are several",
        ),
        pytest.param(
            [in_spoke("test_instance: true"), ("[kms, ssm, ssmmessages]", "kms")],
            11,
            id="services that an instance needs",
        ),
        pytest.param(
            [
                ("role: NetworkDeploy", "role: arn:aws:iam::111111111111:role/x"),
                in_spoke("role: a b"),
                ("ledger: {", "ledger: {role: x, "),
            ],
            15,
            id="a role that would replace the topology's",
        ),
    ],
)
def test_a_refused_value_brings_no_follow_up_problems(changes: list[tuple[str, str]], line: int) -> None:
    assert lines_of(changed(*changes)) == [line], problems_of(changed(*changes))


def test_a_misspelt_required_key_is_one_problem_and_its_value_counts() -> None:
    assert problems_of(changed(("cidr: 10.0.4.0/24", "cird: 10.0.5.0/24"))) == [
        'network.yaml:16 "cird" is not a key of spoke "payments"; did you mean "cidr"?',
        'network.yaml:17 spoke "ledger" cidr: 10.0.5.0/24 overlaps spoke "payments" 10.0.5.0/24 (line 13); the next free /24 is 10.0.4.0/24',
    ]


def test_a_misspelt_key_beside_the_right_one_is_unknown_and_changes_nothing() -> None:
    assert problems_of(changed(in_spoke("cird: 10.0.5.0/24"))) == [
        'network.yaml:15 "cird" is not a key of spoke "payments"; did you mean "cidr"?'
    ]


def test_aliases_and_merge_keys_share_what_spokes_have_in_common() -> None:
    text = changed(
        on_top("tags: &tags {owner: network}"),
        ("  payments:\n    hub: core\n", "  payments: &spoke\n    hub: core\n    exempt: [efs, oidc.eks]\n"),
    )
    text += "  wages: {<<: *spoke, cidr: 10.0.6.0/24}\n"
    topology = reading_of(text).topology
    assert topology.spokes["wages"] == topology.spokes["payments"].model_copy(
        update={"cidr": topology.spokes["wages"].cidr}
    )
    assert topology.spokes["wages"].exempt == ["efs", "oidc.eks"]


@pytest.mark.timeout(300)
def test_one_mapping_for_two_sections_is_refused_and_read_to_the_end() -> None:
    # Each section takes the other's key for a misspelling of its own.
    found = problems_of("hubs: {core: &x {segment: a}}\nspokes: {payments: *x}\n")
    assert 'network.yaml:1 "segment" is not a key of hub "core"; did you mean "segments"?' in found


def test_what_cannot_be_read_is_the_only_problem(tmp_path: Path) -> None:
    with pytest.raises(TopologyError) as caught:
        read_topology(tmp_path / "none.yaml")
    assert str(caught.value) == f"{tmp_path / 'none.yaml'}:1 cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "network.yaml:1 the file is empty; start from examples/minimal.yaml", id="nothing"),
        pytest.param(
            "- a\n", "network.yaml:1 expected a mapping, found a list; start from examples/minimal.yaml", id="a list"
        ),
        pytest.param(
            "hello\n", 'network.yaml:1 expected a mapping, found "hello"; start from examples/minimal.yaml', id="text"
        ),
        pytest.param(
            "a: 1\n---\n",
            "network.yaml:2 holds a second document; keep one; `---` may be at the top only",
            id="two documents",
        ),
    ],
)
def test_a_file_of_something_else_is_one_problem(text: str, expected: str) -> None:
    assert problems_of(text) == [expected]


@pytest.mark.parametrize("name", ["minimal", "quickstart"])
def test_the_examples_are_sound_and_surprise_nobody(name: str) -> None:
    assert read_topology(Path(__file__).parents[2] / "examples" / f"{name}.yaml").warnings == ()


# From here on: nonsense.

LINE_ENDS = ("\n", "\r", "\x85", "\u2028", "\u2029", r"\n", r"\r", r"\x")
"""What YAML takes for the end of a line, and how the text of bytes shows it."""


CONTRADICTION = re.compile(r"expected [^,]*(a list|a mapping|text)\b[^,]*, found \1$")


def survives(text: str | bytes) -> None:
    """Reading gives a topology that can be designed, or a refusal that names its lines."""
    refusal = None
    try:
        design(reading_of(text).topology)
    except TopologyError as error:
        refusal = error
    if refusal is not None:
        assert refusal.problems, "a refusal says why"
        lines = 2 + sum(str(text).count(end) for end in LINE_ENDS)
        assert all(1 <= problem.place.line <= lines for problem in refusal.problems), str(refusal)
        assert all(str(problem).isprintable() for problem in refusal.problems)
        odd = [str(problem) for problem in refusal.problems if CONTRADICTION.search(problem.found)]
        assert not odd, f"expected what was found: {odd}"


@given(st.binary())
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    survives(raw)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    survives(text)


@given(st.text(alphabet="[]{}:,-&*!|>'\"#%@`? \n\tab<~"))
def test_any_punctuation_is_read_or_refused(text: str) -> None:
    survives(text)


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 8), st.text(alphabet="[]{}:,-&*!|>'\"# \nab1<~", max_size=4))
def test_a_sound_topology_with_any_slip_of_the_finger_is_read_or_refused(at: int, gone: int, typed: str) -> None:
    survives(SOUND[:at] + typed + SOUND[at + gone :])


# Values of the right kind in the wrong place go further into the reader than text that looks like nothing.
WORDS = sorted({word.strip('"') for word in SOUND.replace("{", " ").replace("}", " ").replace("[", " ").replace("]", " ").replace(",", " ").replace(":", " ").split()})  # fmt: skip
WORDS += [
    "",
    "true",
    "false",
    "-1",
    "4200000000",
    "10.0.4.0/22",
    "10.0.0.0/16",
    "10.0.0.53",
    "flat",
    "dynamodb",
    "ecr-public",
]
WORDS += [
    "email-smtp",
    "use1-az4",
    "usw2-az1",
    "eu-west-1",
    "ambient",
    "arn:aws:iam::444444444444:role/x",
    "hub",
    "segment",
]
KEYS = [
    "segments",
    "segment",
    "subnets",
    "attachment_subnets",
    "resolver_addresses",
    "test_instance",
    "gateway_endpoints",
    "exempt",
]
KEYS += [
    "role",
    "wiring_role",
    "external_id",
    "tags",
    "protect",
    "absent",
    "asn",
    "create",
    "key",
    "zone",
    "core",
    "ledger",
    "<<",
]
scalars = st.none() | st.sampled_from(WORDS) | st.text(max_size=5)
keys = st.sampled_from(KEYS + WORDS) | st.text(max_size=5)
structures = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


@given(structures)
def test_any_structure_is_read_or_refused(structure: Any) -> None:
    survives(yaml.safe_dump(structure, allow_unicode=True))


@given(st.dictionaries(st.sampled_from(["organization", "role", "state", "hubs", "spokes", "tags"]), structures))
def test_any_values_of_the_sections_are_read_or_refused(structure: Any) -> None:
    survives(yaml.safe_dump(structure, allow_unicode=True))


def places_in(data: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [place] if place else []
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        found += places_in(value, (*place, key))
    return found


def at(data: Any, place: tuple[Any, ...]) -> Any:
    for part in place:
        data = data[part]
    return data


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """The sound topology with up to four values replaced, removed, added, or put in two places at once."""
    data = copy.deepcopy(read_text(SOUND).data)
    for _ in range(draw(st.integers(1, 4))):
        places = places_in(data)
        if not places:
            break
        *parent, key = draw(st.sampled_from(places))
        section = at(data, tuple(parent))
        match draw(st.sampled_from(["replace", "remove", "add", "share", "rename"])):
            case "replace":
                section[key] = draw(structures)
            case "remove":
                del section[key]
            case "add" if isinstance(section, dict):
                section[draw(keys)] = draw(structures)
            case "share":
                # safe_dump writes the same object in two places as an anchor and an alias.
                other = at(data, draw(st.sampled_from(places)))
                if not contains(other, section):
                    section[key] = other
            case "rename" if isinstance(section, dict):
                section[draw(keys)] = section.pop(key)
    return yaml.safe_dump(data, allow_unicode=True)


def contains(outer: Any, inner: Any) -> bool:
    items = outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
    return outer is inner or any(contains(item, inner) for item in items)


@pytest.mark.family
@settings(max_examples=TOPOLOGIES.size)
@given(mutants())
def test_a_sound_topology_with_anything_changed_is_read_or_refused(text: str) -> None:
    survives(text)


@pytest.mark.timeout(300)
def test_four_thousand_mistakes_are_all_found() -> None:
    unknown = ", ".join(f"service-{number}" for number in range(400))
    spokes = "".join(f'  s{n}: {{hub: core, acount: "1", cidr: 10.0.4.0/2{n % 9}}}\n' for n in range(1200))
    found = problems_of(changed(("[kms, ssm, ssmmessages]", f"[{unknown}]")) + spokes)
    assert len(found) >= 4000


def test_spokes_of_a_hub_that_is_no_mapping_are_not_said_to_name_an_unknown_one() -> None:
    """A hub in error is there: what it holds is not known, and nothing is checked against it."""
    second = (
        "  second:\n    region: us-east-1\n" + SOUND.partition("    region: us-east-1\n")[2].partition("spokes:")[0]
    )
    second = second.replace("10.0.", "10.1.")
    text = SOUND.partition("  core:\n")[0] + "  core: 3\n" + second + "spokes:" + SOUND.partition("spokes:")[2]
    assert problems_of(text) == ['network.yaml:5 hub "core": expected a mapping, found "3"']
