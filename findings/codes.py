"""Every code that a finding can have: 1xx the topology, 2xx preflight, 3xx the trace, 4xx the deployed network.

A code stands for one check, whatever came of it, and never changes its meaning: pipelines and suppressions name it. One
that is no longer used is not given to anything else. `docs/reference/findings.md` is written from this list.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Code", "every"]


class Code(NamedTuple):
    """A check that findings come from."""

    id: str
    title: str
    """What is compared, in a word or three: the name that a report shows."""
    meaning: str
    """What the finding means for the network."""
    example: str
    """A finding as a report shows it."""
    fix: str


# 1xx: the topology ---------------------------------------------------------------------------------------------------

FILE_UNREADABLE = Code(
    "HUB101",
    "unreadable file",
    "The topology's file does not exist, may not be read, is a folder or a pipe, or is larger than any topology can "
    "be.",
    "network.yaml:1 cannot be read: No such file or directory",
    "Correct the path, or the file's permissions.",
)
NOT_YAML = Code(
    "HUB102",
    "not YAML",
    "The file is not YAML in UTF-8, or has a control character. Nothing after this line was read, so there may be more "
    "problems.",
    "network.yaml:17 is not YAML: did not find expected ',' or ']' while parsing a flow sequence",
    "Correct the line. Brackets, quotes and indentation are the usual causes; the mistake may be on the line before.",
)
UNSUPPORTED_YAML = Code(
    "HUB103",
    "unsupported YAML",
    "The file is YAML that a topology has no use for: a tag, a second document, a key that is no text, an alias before "
    "its anchor, or values nested or repeated without bound. Nothing after this line was read.",
    "network.yaml:2 the tag !role means nothing in a topology; leave it out",
    "Write mappings, lists and plain text. Anchors, aliases and `<<` work within one document.",
)
DUPLICATE_KEY = Code(
    "HUB104",
    "duplicate key",
    "A key is listed twice in one mapping. YAML readers disagree on which of the two counts, so neither is taken.",
    'network.yaml:3 key "role" is listed twice, first on line 2; keep one of them',
    "Keep one of them.",
)
NOT_A_TOPOLOGY = Code(
    "HUB105",
    "not a topology",
    "The file is empty, or contains a list or a text where a topology is a mapping.",
    "network.yaml:1 the file is empty; start from examples/minimal.yaml",
    "Start from `examples/minimal.yaml`.",
)
UNKNOWN_KEY = Code(
    "HUB110",
    "unknown key",
    "The section has no key of this name. Unknown keys are refused, since a misspelt one would silently mean its "
    "default.",
    'network.yaml:15 "cird" is not a key of spoke "payments"; did you mean "cidr"?',
    "Correct the spelling, or remove the key. `docs/reference/topology.md` lists the keys of each section.",
)
MISSING_KEY = Code(
    "HUB111",
    "missing key",
    "A key without a default is not there.",
    "network.yaml:1 the topology lacks `role`; add `role: NetworkDeploy`",
    "Add it; the message has an example.",
)
WRONG_TYPE = Code(
    "HUB112",
    "wrong type",
    "The value is of another kind than the key takes: a text for a list, a word for a number.",
    'network.yaml:11 hub "core" services: expected a list or a mapping, found "kms"; write for example [kms, ssm]',
    "Write a value of that kind.",
)
INVALID_VALUE = Code(
    "HUB113",
    "invalid value",
    "The value has the right type, but is not accepted: an ASN, a preset, an instance type, a KMS key, the name of a "
    "parameter.",
    'network.yaml:7 hub "core" asn: 64000 is not a private ASN: 64512 to 65534, or 4200000000 to 4294967294',
    "Write a value of the form that the message describes.",
)
WRONG_LENGTH = Code(
    "HUB114",
    "wrong length",
    "A list or a mapping has too few or too many entries.",
    'network.yaml:10 hub "core" pools: needs at least 1, has 0',
    "Add or remove entries.",
)
INVALID_RANGE = Code(
    "HUB115",
    "invalid range",
    "The value is not an IPv4 network that a VPC, a subnet or a pool can have: it is no CIDR block, has host bits set, "
    "or is too large or too small.",
    'network.yaml:16 spoke "payments" cidr: "10.0.4.1/24" has host bits set; the network is 10.0.4.0/24',
    "Write a CIDR block such as `10.0.4.0/24`; the message has the correct network where it can be told.",
)
INVALID_ADDRESS = Code(
    "HUB116",
    "invalid address",
    "The value is not an IPv4 address.",
    'network.yaml:7 hub "core" resolver_addresses[1]: "10.0.1" is not an IPv4 address such as 10.0.0.53',
    "Write an address in the hub's subnets.",
)
INVALID_NAME = Code(
    "HUB117",
    "invalid name",
    "The name of a hub, spoke, segment, bucket, key prefix, tag or exemption has characters or a length that it cannot "
    "have, or belongs to AWS or to this project. Names become parts of stacks, resources and state keys.",
    'network.yaml:3 state.bucket: "Example" is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens',
    "Choose a name of the form that the message describes.",
)
INVALID_IDENTITY = Code(
    "HUB118",
    "invalid account, organization or role",
    "The value is not an account id, an organization id, a role or an external id.",
    'network.yaml:15 spoke "payments" account: "22222222222" is not an AWS account id: 12 digits',
    "Copy the id or ARN from AWS; account ids have 12 digits.",
)
INVALID_LOCATION = Code(
    "HUB119",
    "invalid region or zone",
    "The value is not a region of the `aws` partition, or not an AZ id. AZ names such as `us-east-1b` mean a different "
    "zone in each account.",
    'network.yaml:9 hub "core" zones[1]: "us-east-1b" is an AZ name, which means another zone in each account; write '
    "the AZ id, such as use1-az1 (aws ec2 describe-availability-zones shows both)",
    "Write a region such as `us-east-1`, or an AZ id such as `use1-az1`.",
)
KEY_NOT_CREATABLE = Code(
    "HUB120",
    "state key",
    "The state stack creates a KMS key under an alias; it cannot create one under an ARN that AWS has yet to choose.",
    'network.yaml:3 state.key: "arn:aws:kms:us-east-1:111111111111:key/x" cannot be created; write alias/NAME, or '
    "leave it out",
    "Write `alias/NAME`, or leave the key out; or take `create: true` out, where the key exists.",
)
ROLE_OF_ANOTHER_ACCOUNT = Code(
    "HUB121",
    "role of another account",
    "The role's ARN names an account other than the one that is deployed with it: every resource would be created in "
    "the wrong account.",
    'network.yaml:15 spoke "payments" role: the role is in account 999999999999, and it is to deploy in 222222222222; '
    "write arn:aws:iam::{account}:role/Deploy, or only the role's name",
    "Write `{account}` in place of the account id, or only the role's name.",
)
KEY_OF_ANOTHER_REGION = Code(
    "HUB122",
    "state key of another region",
    "S3 encrypts the objects of a bucket with a KMS key of the bucket's own region only.",
    "network.yaml:3 state.key: the key is in eu-west-1, and its bucket in us-east-1; name a key in us-east-1",
    "Name a key in the bucket's region, or leave the key out.",
)
PREFIX_TOO_LONG = Code(
    "HUB123",
    "state prefix",
    "Every resource has the tag `hub:state` with the bucket and the prefix, and the value of a tag has up to 256 "
    "characters.",
    "network.yaml:3 state.prefix: bucket and prefix are the value of a tag, and come to 257 characters of 256; use up "
    "to 234 characters",
    "Use a shorter prefix.",
)
TAGS_DIFFER_IN_CASE = Code(
    "HUB124",
    "tags that differ in case",
    "Two tags have keys that differ in upper and lower case only. The role of a test instance has every tag too, and "
    "IAM takes such keys for one and refuses the second.",
    'network.yaml:2 tags.Owner: "Owner" and "owner" are one key to IAM, where the test instance of "payments" has '
    "a role; keep one of them, or choose another key",
    "Keep one of the two, or choose another key; without a test instance both are accepted.",
)
LISTED_TWICE = Code(
    "HUB130",
    "listed twice",
    "A zone, an address or a service is listed twice.",
    'network.yaml:9 hub "core" zones[2]: use1-az1 is listed twice; keep one',
    "Keep one of them.",
)
ZONE_OUTSIDE_REGION = Code(
    "HUB131",
    "zone outside the region",
    "The AZ id belongs to another region than the hub's.",
    'network.yaml:9 hub "core" zones[2]: euw1-az2 is not in us-east-1; AZ ids of us-east-1 begin with use1-az',
    "Name zones of the hub's region: `aws ec2 describe-availability-zones` shows their ids.",
)
UNKNOWN_ZONE = Code(
    "HUB132",
    "unknown zone",
    "Something is placed in a zone that its VPC does not use.",
    'network.yaml:7 hub "core" subnets.use1-az4: use1-az4 is none of its zones; did you mean "use1-az2"?',
    "Name one of the VPC's zones, or add the zone to it.",
)
ZONE_COUNT = Code(
    "HUB133",
    "number of zones",
    "The VPC uses too few or too many zones: a resolver endpoint takes two to six addresses, one in each zone, and a "
    "spoke needs one zone at least.",
    'network.yaml:9 hub "core" zones: a resolver endpoint needs two zones or more, there are 1; add a zone',
    "Add or remove zones.",
)
VPC_TOO_SMALL = Code(
    "HUB140",
    "VPC too small",
    "The VPC's range has no room for a subnet and a /28 for the gateway's attachment in each of its zones.",
    'network.yaml:16 spoke "payments" cidr: 10.0.4.0/28 is too small for 2 zones with a subnet and an attachment /28 '
    "each; give it a /25 or larger, or fewer zones",
    "Give the VPC a larger range, or fewer zones.",
)
SUBNET_OUTSIDE_VPC = Code(
    "HUB141",
    "subnet outside its VPC",
    "A subnet's range is not within the VPC's.",
    'network.yaml:15 spoke "payments" subnets.use1-az1: 10.0.5.0/26 lies outside its VPC 10.0.4.0/24; choose a block '
    "within 10.0.4.0/24",
    "Choose a block within the VPC.",
)
OVERLAP = Code(
    "HUB142",
    "overlapping ranges",
    "Two ranges that meet at one gateway, in one VPC, or in one list of pools overlap. Packets to the overlap would "
    "reach one of the two networks only.",
    'network.yaml:17 spoke "ledger" cidr: 10.0.4.0/25 overlaps spoke "payments" 10.0.4.0/24 (line 16); the next free '
    "/25 is 10.0.5.0/25",
    "Give one of them another range; the message names a free one.",
)
OUTSIDE_POOLS = Code(
    "HUB143",
    "outside the pools",
    "The spoke's range is in none of the hub's pools. Routes and security groups of the hub are written for its pools, "
    "so nothing would answer the spoke.",
    'network.yaml:16 spoke "payments" cidr: 10.9.0.0/24 is outside the pools of hub "core" (10.0.4.0/22); the next '
    "free /24 is 10.0.4.0/24",
    "Choose a range from the pools, or add a pool.",
)
RESOLVER_ADDRESSES = Code(
    "HUB144",
    "resolver addresses",
    "The inbound resolver endpoint cannot have these addresses: they are outside its subnets, reserved by AWS, too "
    "few, "
    "too many, or all in one zone.",
    'network.yaml:7 hub "core" resolver_addresses: all addresses are in one zone; put them in two zones or more',
    "Choose two to six addresses in the hub's subnets, in two zones or more; the message names what is free.",
)
SUBNET_TOO_SMALL = Code(
    "HUB145",
    "subnet too small",
    "A subnet of the hub has fewer addresses than AWS needs in it: one for each endpoint in the zone and for each "
    "address of the resolver endpoints. AWS keeps five addresses of every subnet for itself.",
    'network.yaml:9 hub "core" subnets.use1-az1: the subnet of use1-az1, 10.0.0.0/28, has 11 usable addresses, and 12 '
    "are needed: 10 endpoints, 2 of the resolver; give it a /27 or larger, or offer fewer services in it",
    "Give the hub a larger range, or the zone a larger subnet; or offer fewer services in the zone.",
)
UNKNOWN_SERVICE = Code(
    "HUB150",
    "unknown service",
    "The catalogue has no service of this name.",
    'network.yaml:11 hub "core" services.kmss: "kmss" is not a service of the catalogue; did you mean kms or kms-fips?',
    "Use a key that `./hub services` lists.",
)
SERVICE_NOT_OFFERABLE = Code(
    "HUB151",
    "service without private DNS",
    "An interface endpoint of this service has no private DNS name that a rule could lead to, so a hub cannot offer "
    "it.",
    'network.yaml:11 hub "core" services.iot.data: iot.data cannot be offered: No private DNS: its names belong to a '
    "private zone of your own.",
    "Do what the message says instead.",
)
SERVICE_NOT_IN_ZONE = Code(
    "HUB152",
    "service not in the zone",
    "AWS does not offer the service's endpoint in that zone.",
    'network.yaml:11 hub "core" services.email-smtp.zones.use1-az2: email-smtp is not in use1-az2; leave the zone out',
    "Leave the zone out, or the service where no zone remains.",
)
TOO_MANY_RULES = Code(
    "HUB153",
    "too many rules",
    "The security group of the service would need more inbound rules than AWS allows: one for each port and range.",
    'network.yaml:11 hub "core" services.email-smtp: email-smtp needs 64 security group rules, ports times ranges, and '
    "a group takes 60; use fewer, larger pools",
    "Use fewer, larger pools.",
)
UNREACHABLE_INSTANCE = Code(
    "HUB154",
    "test instance without Session Manager",
    "A test instance is reached through Session Manager only, and the hub does not offer the endpoints that it needs.",
    'network.yaml:15 spoke "payments" test_instance: a test instance is reached through Session Manager, and hub '
    '"core" lacks ssm, ssmmessages; add ssm, ssmmessages to its services',
    "Add `ssm` and `ssmmessages` to the hub's services, or remove the test instance.",
)
IMAGE_OF_ANOTHER_PROCESSOR = Code(
    "HUB155",
    "image of another processor",
    "The test instance's type has an Arm processor and its image is for x86, or the other way round. EC2 does not "
    "start such an instance.",
    'network.yaml:15 spoke "payments" test_instance.type: t4g.nano has an Arm processor, and the image is for x86_64; '
    "name an image for arm64, such as /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64, or another "
    "type",
    "Name an image for the type's processor, or another type.",
)
UNKNOWN_HUB = Code(
    "HUB160",
    "unknown hub",
    "The spoke names a hub that the topology does not have.",
    'network.yaml:14 spoke "payments" hub: there is no hub "cor"; did you mean "core"?',
    "Correct the name, or add the hub.",
)
UNKNOWN_SEGMENT = Code(
    "HUB161",
    "unknown segment",
    "A spoke or a segment names a segment that its hub does not have.",
    'network.yaml:15 spoke "payments" segment: hub "core" has no segment "prod"; there are spokes',
    "Correct the name, or add the segment.",
)
RESERVED_SEGMENT = Code(
    "HUB162",
    "reserved segment",
    "The segment has the name of the hub's own route table.",
    'network.yaml:7 hub "core" segments.hub: "hub" is the name of the hub\'s own table; choose another name',
    "Choose another name.",
)
SEGMENT_NOT_CHOSEN = Code(
    "HUB163",
    "segment not chosen",
    "The hub has several segments and the spoke names none. None is a safe default: a segment decides who reaches "
    "whom.",
    'network.yaml:14 spoke "payments": hub "core" has several segments, and it names none; add segment: prod or dev',
    "Name the spoke's segment.",
)
STACK_NAME_CLASH = Code(
    "HUB164",
    "stack name clash",
    "Two spokes would have stacks of one name, and so share one Terraform state.",
    'network.yaml:18 spoke "c": its stack would be spoke-a-b-c, as that of spoke "b-c" (line 17); rename one of them',
    "Rename one of them.",
)
TOO_MANY_SPOKES = Code(
    "HUB165",
    "too many spokes",
    "The hub has more spokes than a transit gateway takes attachments.",
    'network.yaml:5 hub "core": 5,000 spokes, and a transit gateway takes 4,999; put some behind another hub',
    "Put some behind another hub.",
)
RESERVED_NAME = Code(
    "HUB166",
    "reserved name",
    "The hub's security groups are named after it, and AWS refuses names of groups that look like ids.",
    'network.yaml:5 hub "sg-core": its security groups would have names that begin with sg-, which AWS keeps for ids; '
    "choose another name",
    "Choose another name.",
)
CONTRACT_TOO_LARGE = Code(
    "HUB167",
    "contract too large",
    "The hub passes the ids of its gateway's tables to its spokes in one SSM parameter, which takes 4,096 bytes. So "
    "many segments with such names do not fit.",
    'network.yaml:7 hub "core" segments: the contract would have 4,144 bytes with the ids of 56 segments, and a '
    "parameter takes 4,096; use fewer segments, or shorter names",
    "Use fewer segments, or shorter names; or put some spokes behind another hub.",
)
NAME_TOO_LONG = Code(
    "HUB168",
    "name too long",
    "A name that the spoke keeps to itself is longer, with the region's domain, than a domain name can be.",
    'network.yaml:15 spoke "payments" exempt[0]: below us-east-1.amazonaws.com the name has 255 characters, and DNS '
    "takes 253; use up to 229 characters",
    "Correct the name.",
)
SERVICE_NOTE = Code(
    "HUB170",
    "note on a service",
    "The service works, and has a peculiarity that surprises its users: a port, a name, a protocol.",
    'network.yaml:11 hub "core" services.email-smtp: SMTP, not HTTPS: ports 465, 587, 2465 and 2587.',
    "Nothing, where it is known; tell the service's users.",
)
UNVERIFIED_NAMES = Code(
    "HUB171",
    "unverified private DNS",
    "No source confirms the names that the service's endpoint answers in this region. `./hub preflight` compares them "
    "with AWS's.",
    'network.yaml:11 hub "core" services.appsync-api: unverified private DNS (*.appsync-api.us-east-1.amazonaws.com); '
    "compare: aws ec2 describe-vpc-endpoint-services --service-names com.amazonaws.us-east-1.appsync-api",
    "Compare them with AWS's own, as the message shows.",
)
ZONES_LEFT_OUT = Code(
    "HUB172",
    "zones left out",
    "AWS does not offer the service in all of the hub's zones; its endpoint uses the others. Packets from the zones "
    "that "
    "are left out cross to another one.",
    'network.yaml:11 hub "core" services.email-smtp: it is not in use1-az2; its endpoint leaves them out',
    "Nothing, or choose other zones for the hub.",
)
ENDPOINT_UNUSED = Code(
    "HUB173",
    "endpoint not used",
    "The spoke keeps to itself a name that the hub offers, or a parent of such a name, so it does not use the hub's "
    "endpoint. The trace does not expect it to.",
    'network.yaml:15 spoke "payments" exempt.kms: kms.us-east-1.amazonaws.com stays with the spoke, so the hub\'s '
    "endpoint for kms is not used; nothing, where the spoke has an endpoint of its own; else take kms out of exempt",
    "Nothing, where the spoke has an endpoint of its own; otherwise take the name out of `exempt`.",
)

# 2xx: preflight ------------------------------------------------------------------------------------------------------

ROLE = Code(
    "HUB201",
    "role",
    "Each role of the topology can be assumed, and works in the account that it is for. Nothing else was asked of an "
    "account whose role cannot be assumed.",
    "arn:aws:iam::222222222222:role/NetworkDeploy cannot be assumed (AccessDenied)",
    "Create the role, let its trust policy admit the caller (with the topology's external id), and allow the caller to "
    "assume it.",
)
ORGANIZATION = Code(
    "HUB202",
    "organization",
    "The account is a member of the topology's organization. Shares with the organization reach no other account.",
    "in no organization",
    "Correct `organization` in the topology, or have the account join.",
)
RAM_SHARING = Code(
    "HUB203",
    "RAM sharing",
    "AWS RAM may share within the organization without invitations. Without that, a spoke sees neither the gateway nor "
    "the rules.",
    "trusted access is on, but the role AWSServiceRoleForResourceAccessManager is missing",
    "In the management account: `aws ram enable-sharing-with-aws-organization`.",
)
ZONES = Code(
    "HUB204",
    "zones",
    "The account has every zone that is planned in it. Accounts do not all have the same zones.",
    'spoke "payments": use1-az3 not in this account, which has use1-az1, use1-az2',
    "Choose zones that the account has.",
)
SERVICES = Code(
    "HUB205",
    "services",
    "AWS offers every service to the hub's account, in the zones of its endpoint, and the endpoint answers the names "
    "of "
    "the catalogue.",
    'hub "core": kms: not offered in use1-az3, only in use1-az1, use1-az2',
    "Take the zone or the service out of the hub; where the names differ, see that your clients use AWS's.",
)
ROUTE_OVERLAP = Code(
    "HUB206",
    "overlap",
    "No planned range overlaps a network that the hub's gateway reaches already. The gateway takes the most specific "
    "route, so an overlap draws packets away from one of the two.",
    'spoke "payments" 10.0.4.0/24 overlaps the propagated route 10.0.4.0/25 to a vpc of account 333333333333',
    "Give the planned VPC another range, or detach that network from the gateway.",
)
QUOTA = Code(
    "HUB207",
    "quota",
    "The account's quotas are enough for what exists and what the topology adds.",
    "VPCs per region: 6 of 5, 5 exist and 1 will be added",
    "Request an increase; the finding has the command.",
)
STATE_BUCKET = Code(
    "HUB208",
    "state bucket",
    "The state bucket exists in its account and region, is accessible to its role, and keeps versions; or the state "
    "stack is to create it.",
    "example-network-state does not exist",
    "Correct `state.bucket`, or let the project create it with `create: true`.",
)

# 3xx: the trace ------------------------------------------------------------------------------------------------------

REACH = Code(
    "HUB301",
    "reach",
    "A spoke reaches a service as the topology intends, by every name, from every subnet, there and back: privately, "
    "or "
    "through a gateway endpoint of its own. Clients of a service that is broken get no answer; clients of one that is "
    "public leave AWS's private network.",
    "payments → kms: broken, and should be private",
    "The finding names the hop that decided; `./hub trace FILE --explain SPOKE SERVICE` shows the whole path.",
)
ISOLATION = Code(
    "HUB302",
    "isolation",
    "Spokes reach each other where the topology joins their segments, and nowhere else.",
    "ledger → payments: reachable, and should be blocked",
    "Correct the gateway's associations, propagations and static routes; or list the segments for each other.",
)
EXPOSURE = Code(
    "HUB303",
    "exposure",
    "From a spoke nothing in a hub is reached but the ports of the services on offer, and no public address.",
    "payments → public addresses: anything is reachable, and is no service on offer",
    "Remove the rule or the route that the finding names.",
)
CAPACITY = Code(
    "HUB304",
    "capacity",
    "The network stays within AWS's quotas, and its resolver endpoints have addresses enough for the expected rate of "
    "queries.",
    "DNS queries per second, 1,500 per address: 5,000 of 4,500",
    "Request an increase, or give the resolver endpoint more addresses.",
)

HUB_NOT_READ = Code(
    "HUB305",
    "hub",
    "The hub of every spoke is in what was traced.",
    "payments: its hub is not in what was read, so what it should reach is not known",
    "Trace the stack or the plan of its hub as well, or the topology, or a snapshot that contains the hub.",
)

ACCEPTED = Code(
    "HUB306",
    "accepted exception",
    "What the topology or the command accepts could not be determined, and the rest was proved without it: it is "
    "assumed to change neither names nor packets. A warning is an accepted address at which there was nothing to "
    "accept.",
    "hub-core: aws_cloudformation_stack.x: not modelled; accepted: it has dashboards and no network (NET-12)",
    "Nothing, as long as the reason holds; take an address that matches nothing out of `accept`.",
)

REFUSED = Code(
    "HUB310",
    "refused",
    "Terraform and AWS accept every resource as it is written. What they refuse never exists, so nothing is proved: "
    "subnets that overlap, addresses that AWS keeps for itself, two routes to one destination, names of what is not in "
    "the stack, resources that wait for each other, a provider of another account than the one that owns the part.",
    "hub-core: aws_subnet.second: 10.0.1.0/24 overlaps 10.0.0.0/23 of hub-core: aws_subnet.first: subnets of one VPC "
    "may not (InvalidSubnet.Conflict)",
    "Do what the finding says, and trace again. Where it is a question of what was not read, give that too.",
)

ACCOUNT = Code(
    "HUB311",
    "account",
    "Each hub and spoke is in the account and the region that the topology says.",
    "spoke-core-payments: aws_vpc.network: it is in account 333333333333, and the topology says 222222222222",
    "Correct the provider of the stack, or the topology; the finding names both accounts.",
)

# 4xx: the deployed network -------------------------------------------------------------------------------------------

DEPLOYED = Code(
    "HUB401",
    "deployment",
    "The stack is deployed: one VPC has its tags.",
    "spoke-core-payments is not deployed: no VPC has its tags",
    "Apply the stack; where its VPC could not be recorded, fix that first.",
)
NOT_RECORDED = Code(
    "HUB402",
    "recording",
    "AWS answered every describe and list call. A verdict that depends on one that it did not answer is "
    "`undetermined`, and has a finding of its own.",
    "ec2:DescribeRouteTables: UnauthorizedOperation, so RouteTables could not be recorded",
    "Allow the role the action that the finding names; docs/guides/verify.md lists all of them.",
)
DIFFERENCE = Code(
    "HUB403",
    "difference",
    "What is deployed is what the topology designs, part by part. A difference is a warning; each path that it breaks "
    "has a finding of its own.",
    "10.0.4.0/26: 10.0.0.0/22 to transit gateway missing",
    "`./hub plan FILE --only STACK` shows what an apply restores. What was added by hand is not in it: remove that by "
    "hand, or add it to the topology.",
)
TEST_INSTANCE = Code(
    "HUB420",
    "instance",
    "The spoke's test instance runs, and could be asked.",
    "i-0123 is stopped",
    "Start the instance; where it does not answer, look at the Systems Manager agent.",
)
ANSWER = Code(
    "HUB421",
    "answer",
    "What a test instance saw of a name is what the trace says: the addresses, and whether it could connect to them.",
    "52.46.1.1 (443 no connection)",
    "The finding says where to look: the rule's association and share, the routes there and back, security groups.",
)


def every() -> tuple[Code, ...]:
    """Every code, in the order of the ids."""
    return tuple(sorted(value for value in globals().values() if isinstance(value, Code)))
