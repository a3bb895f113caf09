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
    "The file is not YAML in UTF-8. Nothing after this line was read, so there may be more problems.",
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
    "The file is empty, or holds a list or a text where a topology is a mapping.",
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
    "The spoke is exempt from the rule for a name that the hub offers, so it does not use the hub's endpoint.",
    'network.yaml:15 spoke "payments" exempt.kms: kms.us-east-1.amazonaws.com stays with the spoke, so the hub\'s '
    "endpoint for kms is not used",
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
    "payments → public addresses: tcp 443 is reachable, and is no service on offer",
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

# 4xx: the deployed network -------------------------------------------------------------------------------------------

DEPLOYED = Code(
    "HUB401",
    "deployment",
    "The stack is deployed, and could be asked for.",
    "hub-core is not deployed: there is no parameter /endpoint-hub/core/contract",
    "Apply the stack; where the role may not ask, allow it the action that the finding names.",
)
VPC = Code(
    "HUB402",
    "VPC",
    "The VPC has its range, DNS support and DNS hostnames. Without DNS support nothing in it resolves a name.",
    "vpc-0123 has DNS support off",
    "Apply the stack.",
)
GATEWAY = Code(
    "HUB403",
    "gateway",
    "The transit gateway is available.",
    "modifying",
    "Wait, or apply the hub's stack.",
)
GATEWAY_SHARE = Code(
    "HUB404",
    "gateway share",
    "The hub's transit gateway is shared with the spoke's account.",
    "the account sees it as not there",
    "See that the share of the hub's stack holds the gateway, and that the account is in the organization.",
)
ATTACHMENT = Code(
    "HUB405",
    "attachment",
    "The VPC is attached to the hub's gateway, with a subnet in each planned zone.",
    "no attachment of the VPC to the hub's gateway",
    "Apply the stack.",
)
ASSOCIATION = Code(
    "HUB406",
    "association",
    "The attachment uses the gateway's route table of its segment. An attachment without a table drops every packet.",
    "tgw-attach-0123 is associated with no table",
    "Apply the spoke's stack.",
)
PROPAGATION = Code(
    "HUB407",
    "propagation",
    "The gateway's tables learn the attachment's routes. Where one does not, answers have no route back.",
    'not into "hub"',
    "Apply the spoke's stack.",
)
GATEWAY_ROUTES = Code(
    "HUB408",
    "gateway routes",
    "The gateway's tables have active routes to the spoke and to the hub, that lead to their attachments. A narrower "
    "route or a blackhole draws packets away.",
    'table "hub": the route to 10.0.4.0/24 is a blackhole',
    "Remove the route that is in the way, or apply the spoke's stack.",
)
ROUTES = Code(
    "HUB409",
    "routes",
    "The route tables of the VPC lead to the other side through the hub's gateway.",
    "table rtb-0123: no route to 10.0.0.0/22",
    "Apply the stack.",
)
NETWORK_ACLS = Code(
    "HUB410",
    "network ACLs",
    "The network ACLs of the VPC's subnets allow everything, as a default ACL does.",
    "the inbound entries of subnet-0123 are not those of a default ACL",
    "Give the subnets the VPC's default network ACL, or see that it allows 443, DNS and the answers.",
)
RESOLVER_ENDPOINTS = Code(
    "HUB411",
    "resolver endpoints",
    "The hub's resolver endpoints are operational, with every address attached, and the inbound one at the addresses "
    "that the rules lead to.",
    "rslvr-in-0123 is at 10.0.0.9, 10.0.1.53",
    "Apply the hub's stack.",
)
FORWARDING_RULE = Code(
    "HUB412",
    "forwarding rule",
    "The hub's rule forwards its domain to the inbound endpoint, through the outbound endpoint.",
    "rslvr-rr-0123 forwards to 10.9.9.9",
    "Apply the hub's stack.",
)
RULE_ASSOCIATION = Code(
    "HUB413",
    "rule association",
    "The rule is shared with the spoke's account and associated with its VPC. Otherwise the spoke silently uses public "
    "DNS.",
    "the account does not see the rule; its association is not there",
    "See that the share of the hub's stack holds the rule; then apply the spoke's stack.",
)
EXEMPTION = Code(
    "HUB414",
    "exemption",
    "The rule that keeps a name with the spoke exists and is associated.",
    "its association is not there",
    "Apply the spoke's stack.",
)
OTHER_ANSWERS = Code(
    "HUB415",
    "other answers",
    "Nothing else in the spoke's VPC answers a name that the hub offers: no other rule, no private hosted zone, no "
    "interface endpoint of its own.",
    "private zone kms.us-east-1.amazonaws.com takes kms.us-east-1.amazonaws.com",
    "Take it from the VPC, or take the service from the hub.",
)
ENDPOINT = Code(
    "HUB416",
    "endpoint",
    "The hub's interface endpoint of the service is available, with private DNS, in every planned zone.",
    "vpce-0123 has private DNS off",
    "Apply the hub's stack.",
)
SECURITY_GROUP = Code(
    "HUB417",
    "security group",
    "The security groups of the hub's endpoints and resolver endpoints allow what the spokes send.",
    "tcp 443 from 10.0.4.0/22 is denied",
    "Apply the hub's stack.",
)
GATEWAY_ENDPOINT = Code(
    "HUB418",
    "gateway endpoint",
    "The spoke's gateway endpoint of the service is available, and in every route table.",
    "it is not in the route tables rtb-0123",
    "Apply the spoke's stack.",
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
