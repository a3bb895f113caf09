"""What a single value may be: each refusal with its line, the value and the fix."""

import pytest

from tests.topology.sound import SOUND, Change, changed, in_hub, in_spoke, on_top, problems_of, reading_of

ORGANIZATION, HUBS, SPOKES = (SOUND.index(word) for word in ("organization:", "hubs:", "spokes:"))
AN_EXAMPLE_HUB = (
    '{core: {region: us-east-1, account: "111111111111", cidr: 10.0.0.0/22, zones: [use1-az1, use1-az2], '
    "services: [kms, ssm], pools: [10.0.4.0/23]}}"
)


def cidr(value: str) -> Change:
    """Change the range of spoke "payments", on line 16."""
    return "cidr: 10.0.4.0/24", f"cidr: {value}"


def region(value: str) -> Change:
    """Change the region of the hub, on line 6."""
    return "    region: us-east-1\n", f"    region: {value}\n"


def last_zone(value: str) -> Change:
    """Change the second zone of the hub, on line 9."""
    return "use1-az2]", f"{value}]"


def state(keys: str) -> Change:
    """Add to the state, on line 3."""
    return 'account: "111111111111"}', f'account: "111111111111", {keys}}}'


def test_the_sound_topology_is_sound() -> None:
    assert problems_of(SOUND) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            on_top("color: blue"),
            'network.yaml:2 "color" is not a key of a topology; its keys are organization, role, external_id, state, tags, protect, accept, hubs, spokes',
            id="unknown key",
        ),
        pytest.param(
            on_top(f"{'k' * 900}: blue"),
            f'network.yaml:2 "{"k" * 79}…" is not a key of a topology; its keys are organization, role, external_id, state, tags, protect, accept, hubs, spokes',
            id="unknown key that is longer than a message shows",
        ),
        pytest.param(
            ("role: Net", "Role: Net"),
            'network.yaml:2 "Role" is not a key of a topology; did you mean "role"?',
            id="key in upper case",
        ),
        pytest.param(
            ("role: Net", "rolle: Net"),
            'network.yaml:2 "rolle" is not a key of a topology; did you mean "role"?',
            id="misspelt key of the topology",
        ),
        pytest.param(
            ("bucket:", "buckit:"),
            'network.yaml:3 "buckit" is not a key of state; did you mean "bucket"?',
            id="misspelt key of the state",
        ),
        pytest.param(
            ("cidr: 10.0.0.0/22", "cird: 10.0.0.0/22"),
            'network.yaml:8 "cird" is not a key of hub "core"; did you mean "cidr"?',
            id="misspelt key of a hub",
        ),
        pytest.param(
            in_spoke("gateway_endpoint: [s3]"),
            'network.yaml:15 "gateway_endpoint" is not a key of spoke "payments"; did you mean "gateway_endpoints"?',
            id="misspelt key of a spoke",
        ),
        pytest.param(
            in_spoke("test_instance: {typ: t3.nano}"),
            'network.yaml:15 "typ" is not a key of spoke "payments" test_instance; did you mean "type"?',
            id="misspelt key of a test instance",
        ),
        pytest.param(
            ("[kms, ssm, ssmmessages]", "{kms: {zone: [use1-az1]}}"),
            'network.yaml:11 "zone" is not a key of hub "core" services.kms; did you mean "zones"?',
            id="misspelt option of a service",
        ),
    ],
)
def test_an_unknown_key_is_one_problem_with_the_key_that_was_meant(change: Change, expected: str) -> None:
    assert problems_of(changed(change)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            (SOUND[ORGANIZATION : SOUND.index("role:")], ""),
            'network.yaml:1 the topology lacks `organization`; add `organization: {id: o-exampleorg1, management_account: "111111111111"}`',
            id="a section",
        ),
        pytest.param(
            (SOUND[HUBS:SPOKES], ""),
            f"network.yaml:1 the topology lacks `hubs`; add `hubs: {AN_EXAMPLE_HUB}`",
            id="all hubs",
        ),
        pytest.param(
            ("    region: us-east-1\n", ""),
            'network.yaml:5 hub "core" lacks `region`; add `region: us-east-1`',
            id="a hub's key",
        ),
        pytest.param(
            ('    account: "222222222222"\n', ""),
            'network.yaml:13 spoke "payments" lacks `account`; add `account: "111111111111"`',
            id="a spoke's key",
        ),
    ],
)
def test_a_missing_key_is_named_with_an_example(change: Change, expected: str) -> None:
    assert problems_of(changed(change)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            (SOUND[HUBS:SPOKES], "hubs: none\n"),
            f'network.yaml:4 hubs: expected a mapping, found "none"; write for example {AN_EXAMPLE_HUB}',
            id="text for hubs",
        ),
        pytest.param(
            (SOUND[HUBS:SPOKES], "hubs:\n"),
            f"network.yaml:4 hubs: expected a mapping, found nothing; write for example {AN_EXAMPLE_HUB}",
            id="nothing for hubs",
        ),
        pytest.param((SOUND[HUBS:SPOKES], "hubs: {}\n"), "network.yaml:4 hubs: needs at least 1, has 0", id="no hub"),
        pytest.param(
            (SOUND[SPOKES:], "spokes: [payments]\n"),
            "network.yaml:12 spokes: expected a mapping, found a list",
            id="a list for spokes",
        ),
        pytest.param(
            ("zones: [use1-az1, use1-az2]", "zones: use1-az1"),
            'network.yaml:9 hub "core" zones: expected a list, found "use1-az1"; write for example [use1-az1, use1-az2]',
            id="text for a list",
        ),
        pytest.param(
            ("zones: [use1-az1, use1-az2]", "zones: []"),
            'network.yaml:9 hub "core" zones: needs at least 1, has 0',
            id="an empty list",
        ),
        pytest.param(
            ("[10.0.4.0/22]", "[]"), 'network.yaml:10 hub "core" pools: needs at least 1, has 0', id="no pool"
        ),
        pytest.param(
            ("cidr: 10.0.0.0/22", "cidr: [10.0.0.0/22]"),
            'network.yaml:8 hub "core" cidr: expected text, found a list; write for example 10.0.0.0/22',
            id="a list for a network",
        ),
        pytest.param(
            ('"222222222222"', "{id: 1}"),
            'network.yaml:15 spoke "payments" account: expected text, found a mapping; write for example "111111111111"',
            id="a mapping for text",
        ),
        pytest.param(
            on_top("protect: yes"), 'network.yaml:2 protect: expected true or false, found "yes"', id="yes for true"
        ),
        pytest.param(
            in_hub("asn: many"),
            'network.yaml:7 hub "core" asn: expected a number, found "many"',
            id="text for a number",
        ),
        pytest.param(
            in_spoke("test_instance: maybe"),
            'network.yaml:15 spoke "payments" test_instance: expected true, false or a mapping, found "maybe"',
            id="text for a test instance",
        ),
        pytest.param(
            ("[kms, ssm, ssmmessages]", "kms"),
            'network.yaml:11 hub "core" services: expected a list or a mapping, found "kms"; write for example [kms, ssm]',
            id="text for services",
        ),
        pytest.param(
            in_hub("segments: [prod]"),
            'network.yaml:7 hub "core" segments: expected segmented, flat or a mapping, found a list',
            id="a list for segments",
        ),
        pytest.param(
            in_spoke("gateway_endpoints: [sqs]"),
            "network.yaml:15 spoke \"payments\" gateway_endpoints[0]: expected 's3' or 'dynamodb', found \"sqs\"",
            id="a gateway endpoint that AWS has not",
        ),
        pytest.param(
            in_spoke("gateway_endpoints: [[s3]]"),
            "network.yaml:15 spoke \"payments\" gateway_endpoints[0]: expected 's3' or 'dynamodb', found a list",
            id="a list for a gateway endpoint",
        ),
        pytest.param(
            on_top("tags: {owner: ~}"), "network.yaml:2 tags.owner: expected text, found nothing", id="nothing for text"
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(change: Change, expected: str) -> None:
    assert problems_of(changed(change)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            ('"222222222222"', '"2222"'),
            'network.yaml:15 spoke "payments" account: "2222" is not an AWS account id: 12 digits',
            id="short account id",
        ),
        pytest.param(
            ('"222222222222"', '"٢٢٢٢٢٢٢٢٢٢٢٢"'),
            'network.yaml:15 spoke "payments" account: "٢٢٢٢٢٢٢٢٢٢٢٢" is not an AWS account id: 12 digits',
            id="account id in another script's digits",
        ),
        pytest.param(
            ("o-exampleorg1", "exampleorg"),
            'network.yaml:1 organization.id: "exampleorg" is not an organization id: o- and 10 to 32 letters or digits',
            id="organization id",
        ),
        pytest.param(
            region("us-east"),
            'network.yaml:6 hub "core" region: "us-east" is not a region such as us-east-1',
            id="region",
        ),
        pytest.param(
            region("us-gov-west-1"),
            'network.yaml:6 hub "core" region: "us-gov-west-1" is outside the aws partition, the only one in the catalogue of services',
            id="region of another partition",
        ),
        pytest.param(
            last_zone("one"),
            'network.yaml:9 hub "core" zones[1]: "one" is not an AZ id; write one such as use1-az1',
            id="AZ id",
        ),
        pytest.param(
            last_zone("us-east-1b"),
            'network.yaml:9 hub "core" zones[1]: "us-east-1b" is an AZ name, which means another zone in each account; write the AZ id, such as use1-az1 (aws ec2 describe-availability-zones shows both)',
            id="AZ name for an AZ id",
        ),
        pytest.param(
            ("  payments:", "  Payments_1:"),
            'network.yaml:13 spoke "Payments_1": "Payments_1" is not a name: a lower-case letter, then up to 39 lower-case letters, digits and hyphens',
            id="spoke's name",
        ),
        pytest.param(
            ("  payments:", f"  {'p' * 41}:"),
            f'network.yaml:13 spoke "{"p" * 41}": "{"p" * 41}" is not a name: a lower-case letter, then up to 39 lower-case letters, digits and hyphens',
            id="long name",
        ),
        pytest.param(
            ("  payments:", f"  {'p' * 100}:"),
            f'network.yaml:13 spoke "{"p" * 79}…": "{"p" * 79}…" is not a name: a lower-case letter, then up to 39 lower-case letters, digits and hyphens',
            id="name that is longer than a message shows",
        ),
        pytest.param(
            ("role: NetworkDeploy", 'role: "Network Deploy"'),
            'network.yaml:2 role: "Network Deploy" is not a role: a name, an ARN such as arn:aws:iam::{account}:role/NetworkDeploy, or ambient',
            id="role",
        ),
        pytest.param(
            on_top("external_id: a b"),
            'network.yaml:2 external_id: "a b" is not an external id: 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / -',
            id="external id",
        ),
        pytest.param(
            ("example-network-state", "Example"),
            'network.yaml:3 state.bucket: "Example" is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens',
            id="bucket",
        ),
        pytest.param(
            state("key: mine"),
            'network.yaml:3 state.key: "mine" is not a KMS key: alias/NAME with up to 256 characters, or the ARN of a key or an alias',
            id="KMS key",
        ),
        pytest.param(
            state("prefix: /a/"),
            'network.yaml:3 state.prefix: "/a/" is not a key prefix: words joined by /, none at the ends',
            id="prefix of the state's keys",
        ),
        pytest.param(
            in_spoke("exempt: [EFS]"),
            'network.yaml:15 spoke "payments" exempt[0]: "EFS" is not a name below the region\'s domain, such as efs or oidc.eks',
            id="exempt name",
        ),
        pytest.param(
            in_spoke("test_instance: {image: ami-1}"),
            'network.yaml:15 spoke "payments" test_instance.image: "ami-1" is not the name of an SSM parameter, such as /aws/service/…, of up to 15 levels',
            id="image of a test instance",
        ),
        pytest.param(
            in_spoke("test_instance: {type: huge}"),
            'network.yaml:15 spoke "payments" test_instance.type: "huge" is not an instance type',
            id="type of a test instance",
        ),
        pytest.param(
            in_hub("asn: 64511"),
            'network.yaml:7 hub "core" asn: 64511 is not a private ASN: 64512 to 65534, or 4200000000 to 4294967294',
            id="ASN below the range",
        ),
        pytest.param(
            in_hub("asn: 4294967295"),
            'network.yaml:7 hub "core" asn: 4294967295 is not a private ASN: 64512 to 65534, or 4200000000 to 4294967294',
            id="ASN above the range",
        ),
        pytest.param(
            on_top('tags: {"hub:part": x}'),
            'network.yaml:2 tags: the tag "hub:part" is not yours to set: aws: belongs to AWS, Name and hub: to this project',
            id="tag that is the project's",
        ),
        pytest.param(
            on_top('tags: {owner: "{}"}'),
            'network.yaml:2 tags: the tag "owner: {}" has characters or a length that AWS refuses',
            id="tag that AWS refuses",
        ),
        pytest.param(
            in_hub("segments: open"),
            'network.yaml:7 hub "core" segments: "open" is not a preset; write segmented, flat, or a mapping of segments',
            id="preset of segments",
        ),
        pytest.param(
            ("[kms, ssm,", "[kms, kms, ssm,"),
            'network.yaml:11 hub "core" services: kms is listed twice; keep one',
            id="service that is listed twice",
        ),
        pytest.param(
            ("example-network-state", "a..b"),
            'network.yaml:3 state.bucket: "a..b" has two dots in a row, which S3 refuses; keep one of them, or write a hyphen',
            id="bucket with two dots",
        ),
        pytest.param(
            ("example-network-state", "192.168.5.4"),
            'network.yaml:3 state.bucket: "192.168.5.4" has the form of an IP address, which S3 refuses; choose another name',
            id="bucket like an address",
        ),
        *(
            pytest.param(
                ("example-network-state", f"{beginning}example"),
                f'network.yaml:3 state.bucket: "{beginning}example" begins with {beginning}, which S3 reserves; choose another name',
                id=f"bucket that begins with {beginning}",
            )
            for beginning in ("xn--", "sthree-", "amzn-s3-demo-")
        ),
        *(
            pytest.param(
                ("example-network-state", f"example{ending}"),
                f'network.yaml:3 state.bucket: "example{ending}" ends with {ending}, which S3 reserves; choose another name',
                id=f"bucket that ends with {ending}",
            )
            for ending in ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
        ),
        pytest.param(
            state(f"key: alias/{'k' * 251}"),
            f'network.yaml:3 state.key: "alias/{"k" * 73}…" is not a KMS key: alias/NAME with up to 256 characters, or the ARN of a key or an alias',
            id="long alias of a KMS key",
        ),
        pytest.param(
            ("role: NetworkDeploy", f"role: {'/'.join(['p' * 63] * 8)}/Deploy"),
            "network.yaml:2 role: the path of the role Deploy has 513 characters; a path has up to 512",
            id="long path of a role",
        ),
        pytest.param(
            in_spoke(f'role: "arn:aws:iam::222222222222:role/{"/".join(["p" * 63] * 8)}/Deploy"'),
            'network.yaml:15 spoke "payments" role: the path of the role Deploy has 513 characters; a path has up to 512',
            id="long path of a role's ARN",
        ),
        pytest.param(
            in_spoke(f"test_instance: {{image: {'/a' * 16}}}"),
            f'network.yaml:15 spoke "payments" test_instance.image: "{"/a" * 16}" is not the name of an SSM parameter, such as /aws/service/…, of up to 15 levels',
            id="parameter of too many levels",
        ),
        pytest.param(
            in_spoke("test_instance: {image: /a//b}"),
            'network.yaml:15 spoke "payments" test_instance.image: "/a//b" is not the name of an SSM parameter, such as /aws/service/…, of up to 15 levels',
            id="parameter with an empty level",
        ),
        *(
            pytest.param(
                on_top(f'tags: {{"{key}": x}}'),
                f'network.yaml:2 tags: the tag "{key}" is not yours to set: aws: belongs to AWS, Name and hub: to this project',
                id=f"tag {key}",
            )
            for key in ("aws:x", "AWS:x", "Aws:x", "Name")
        ),
        pytest.param(
            on_top('tags: {owner: "a\\tb"}'),
            r'network.yaml:2 tags: the tag "owner: a\tb" has characters or a length that AWS refuses',
            id="tag with a tab",
        ),
        pytest.param(
            on_top(f"tags: {{{', '.join(f't{number}: x' for number in range(47))}}}"),
            "network.yaml:2 tags: 47 tags, and with the 4 of this project (Name, hub:part, hub:stack, hub:state) a resource takes 50; keep 46",
            id="more tags than a resource takes",
        ),
        pytest.param(
            ("[kms, ssm, ssmmessages]", "[kms, ~]"),
            'network.yaml:11 hub "core" services[1]: expected the key of a service, found nothing; take the entry out',
            id="an empty entry of services",
        ),
        pytest.param(
            ("[kms, ssm, ssmmessages]", "[kms, {ssm: {}}]"),
            'network.yaml:11 hub "core" services[1]: expected the key of a service, found a mapping; write a mapping of keys, where one has options',
            id="a mapping in a list of services",
        ),
        pytest.param(
            ("[kms, ssm, ssmmessages]", "[[kms]]"),
            'network.yaml:11 hub "core" services[0]: expected the key of a service, found a list; write a mapping of keys, where one has options',
            id="a list in a list of services",
        ),
        pytest.param(
            in_hub("resolver_addresses: [10.0.0.10, ten]"),
            'network.yaml:7 hub "core" resolver_addresses[1]: "ten" is not an IPv4 address such as 10.0.0.53',
            id="resolver address",
        ),
    ],
)
def test_a_malformed_value_is_refused(change: Change, expected: str) -> None:
    assert problems_of(changed(change)) == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("10.0.4.1/24", '"10.0.4.1/24" has host bits set; the network is 10.0.4.0/24', id="host bits"),
        pytest.param("10.0.0.0/15", '"10.0.0.0/15" is a /15; it has to be from /16 to /28', id="too large"),
        pytest.param("10.0.4.0/29", '"10.0.4.0/29" is a /29; it has to be from /16 to /28', id="too small"),
        pytest.param(
            "10.0.4.0", '"10.0.4.0" has no prefix length; write 10.0.4.0/24 or another length', id="no length"
        ),
        pytest.param(
            "10.0.4.0/255.255.255.0", '"10.0.4.0/255.255.255.0" has a netmask; write 10.0.4.0/24', id="a netmask"
        ),
        pytest.param(
            "10.0.4.0/024", '"10.0.4.0/024" has zeros before its prefix length; write 10.0.4.0/24', id="zeros"
        ),
        pytest.param("ten", '"ten" is not an IPv4 network such as 10.0.4.0/24', id="no network"),
        pytest.param("2001:db8::/32", '"2001:db8::/32" is not an IPv4 network such as 10.0.4.0/24', id="IPv6"),
        *(
            pytest.param(
                block, f'"{block}" is a range that no VPC can use; take private ranges such as 10.0.0.0/8', id=block
            )
            for block in ("127.0.0.0/24", "0.0.0.0/24", "169.254.0.0/24", "224.0.0.0/24", "240.0.0.0/24")
        ),
    ],
)
def test_a_range_that_no_vpc_can_have_is_refused(value: str, expected: str) -> None:
    assert problems_of(changed(cidr(value))) == [f'network.yaml:16 spoke "payments" cidr: {expected}']


def test_a_pool_may_be_larger_than_a_vpc_and_not_larger_than_an_8() -> None:
    assert problems_of(changed(("[10.0.4.0/22]", "[10.0.0.0/8]"))) == []
    assert problems_of(changed(("[10.0.4.0/22]", "[10.0.0.0/7]"))) == [
        'network.yaml:10 hub "core" pools[0]: "10.0.0.0/7" is a /7; it has to be from /8 to /28'
    ]


@pytest.mark.parametrize("number", ["6_4512", "+64512", "064512", "64512.0", "0xFC00", "٦٤٥١٢", "6" * 19, "true"])
def test_a_number_is_decimal_digits_and_nothing_else(number: str) -> None:
    assert problems_of(changed(in_hub(f'asn: "{number}"'))) == [
        f'network.yaml:7 hub "core" asn: expected a number, found "{number}"'
    ]


def test_a_rate_of_queries_is_at_least_one() -> None:
    assert problems_of(changed(in_hub("queries_per_second: 0"))) == [
        'network.yaml:7 hub "core" queries_per_second: expected a number from 1, found "0"; write for example 3000'
    ]


def test_as_many_tags_as_a_resource_takes_are_taken() -> None:
    assert problems_of(changed(on_top(f"tags: {{{', '.join(f't{number}: x' for number in range(46))}}}"))) == []


@pytest.mark.parametrize("name", ["state.example.com", "my-xn--bucket", "1.2.3.4.5", "mrap", "a-s3alias-b"])
def test_a_bucket_may_look_like_a_reserved_name_elsewhere(name: str) -> None:
    assert problems_of(changed(("example-network-state", name))) == []


@pytest.mark.parametrize("asn", [64512, 65534, 4200000000, 4294967294])
def test_the_private_asns_are_taken(asn: int) -> None:
    assert reading_of(changed(in_hub(f"asn: {asn}"))).topology.hubs["core"].asn == asn


@pytest.mark.parametrize(
    "role",
    [
        "ambient",
        "NetworkDeploy",
        "network/deploy/Role",
        "arn:aws:iam::{account}:role/NetworkDeploy",
        "arn:aws:iam::222222222222:role/network/Deploy",
    ],
)
def test_the_forms_of_a_role_are_taken(role: str) -> None:
    topology = reading_of(changed(in_spoke(f'role: "{role}"'))).topology
    assert topology.spokes["payments"].role == role


@pytest.mark.parametrize(
    "name", ["us-east-1", "eu-central-2", "ap-southeast-7", "il-central-1", "mx-central-1", "ca-west-1", "af-south-1"]
)
def test_regions_of_the_aws_partition_are_taken(name: str) -> None:
    areas = {"us-east-1": "use1", "eu-central-2": "euc2", "ap-southeast-7": "apse7", "il-central-1": "ilc1"}
    areas |= {"mx-central-1": "mxc1", "ca-west-1": "caw1", "af-south-1": "afs1"}
    text = changed(region(name)).replace("use1-", f"{areas[name]}-")
    assert problems_of(text) == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("[kms, ssm]", {"kms": None, "ssm": None}),
        ("{kms: , ssm: {zones: [use1-az2]}}", {"kms": None, "ssm": ["use1-az2"]}),
    ],
)
def test_services_are_a_list_or_a_mapping_of_options(written: str, found: dict[str, list[str] | None]) -> None:
    hub = reading_of(changed(("[kms, ssm, ssmmessages]", written))).topology.hubs["core"]
    assert {key: options.zones for key, options in hub.services.items()} == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("segmented", {"spokes": []}),
        ("flat", {"spokes": ["spokes"]}),
        ("{only: }", {"only": []}),
        ("{only: [only]}", {"only": ["only"]}),
    ],
)
def test_segments_are_a_preset_or_a_mapping(written: str, found: dict[str, list[str]]) -> None:
    assert reading_of(changed(in_hub(f"segments: {written}"))).topology.hubs["core"].segments == found


@pytest.mark.parametrize(
    ("written", "type_"), [("true", "t3.nano"), ("{}", "t3.nano"), ("{type: t3.micro}", "t3.micro")]
)
def test_a_test_instance_is_true_or_a_mapping_of_options(written: str, type_: str) -> None:
    instance = reading_of(changed(in_spoke(f"test_instance: {written}"))).topology.spokes["payments"].test_instance
    assert instance is not None
    assert instance.type == type_


def test_what_is_left_out_has_the_documented_default() -> None:
    topology = reading_of(SOUND).topology
    hub, spoke = topology.hubs["core"], topology.spokes["payments"]
    assert (topology.protect, topology.tags, topology.state.create, topology.state.prefix) == (
        True,
        {},
        False,
        "endpoint-hub",
    )
    assert (hub.asn, hub.segments, hub.resolver_addresses) == (64512, {"spokes": []}, None)
    assert (spoke.gateway_endpoints, spoke.exempt, spoke.test_instance, spoke.absent) == (["s3"], ["efs"], None, False)


def test_a_topology_does_not_change_after_reading() -> None:
    topology = reading_of(SOUND).topology
    with pytest.raises(ValueError, match="frozen"):
        topology.role = "Other"
