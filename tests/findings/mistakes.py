"""A topology with each mistake that a code stands for."""

from __future__ import annotations

from findings import codes
from findings.codes import Code
from tests.topology.sound import SOUND, changed, in_hub, in_spoke, on_top

__all__ = ["MISTAKES"]

PAYMENTS = "cidr: 10.0.4.0/24\n"
ZONES = "[use1-az1, use1-az2]"
SERVICES = "[kms, ssm, ssmmessages]"
HUB = SOUND[: SOUND.index("spokes:")]
TWO_SEGMENTS = in_hub("segments: {prod: [], dev: []}")
TWO_HUBS = f"""{HUB}  a:
    {{region: us-east-1, account: "111111111111", cidr: 10.1.0.0/22, zones: {ZONES}, pools: [10.1.4.0/22], services: [kms]}}
  a-b:
    {{region: us-east-1, account: "111111111111", cidr: 10.2.0.0/22, zones: {ZONES}, pools: [10.2.4.0/22], services: [kms]}}
spokes:
  b-c: {{hub: a, account: "222222222222", cidr: 10.1.4.0/24}}
  c: {{hub: a-b, account: "333333333333", cidr: 10.2.4.0/24}}
"""
MANY = "".join(
    f'  s{at}: {{hub: core, account: "222222222222", cidr: 10.{64 + at // 256}.{at % 256}.0/24}}\n'
    for at in range(5000)
)

TEN = ["logs", "sqs", "sns", "sts", "ec2", "lambda", "events", "ssmmessages"]
MISTAKES: dict[Code, str | bytes] = {
    codes.NOT_YAML: changed((PAYMENTS, "cidr: [10.0.4.0/24\n")),
    codes.UNSUPPORTED_YAML: changed(("role: NetworkDeploy", "role: !role NetworkDeploy")),
    codes.DUPLICATE_KEY: changed(on_top("role: NetworkDeploy")),
    codes.NOT_A_TOPOLOGY: "",
    codes.UNKNOWN_KEY: changed(in_spoke("cird: 10.0.4.0/24")),
    codes.MISSING_KEY: changed(("role: NetworkDeploy\n", "")),
    codes.WRONG_TYPE: changed((SERVICES, "kms")),
    codes.INVALID_VALUE: changed(in_hub("asn: 64000")),
    codes.INVALID_RANGE: changed((PAYMENTS, "cidr: 10.0.4.1/24\n")),
    codes.INVALID_ADDRESS: changed(in_hub("resolver_addresses: [10.0.0.53, 10.0.1]")),
    codes.INVALID_NAME: changed(("bucket: example-network-state", "bucket: Example")),
    codes.INVALID_IDENTITY: changed(('account: "222222222222"', 'account: "22222222222"')),
    codes.INVALID_LOCATION: changed((ZONES, "[use1-az1, us-east-1b]")),
    codes.WRONG_LENGTH: changed(("[10.0.4.0/22]", "[]")),
    codes.KEY_NOT_CREATABLE: changed(
        (
            'account: "111111111111"}',
            'account: "111111111111", create: true, key: "arn:aws:kms:us-east-1:111111111111:key/x"}',
        )
    ),
    codes.ROLE_OF_ANOTHER_ACCOUNT: changed(in_spoke("role: arn:aws:iam::999999999999:role/Deploy")),
    codes.KEY_OF_ANOTHER_REGION: changed(("bucket:", 'key: "arn:aws:kms:eu-west-1:111111111111:key/x", bucket:')),
    codes.PREFIX_TOO_LONG: changed(("bucket:", f"prefix: {'p' * 235}, bucket:")),
    codes.TAGS_DIFFER_IN_CASE: changed(on_top("tags: {owner: a, Owner: b}"), in_spoke("test_instance: true")),
    codes.LISTED_TWICE: changed((ZONES, "[use1-az1, use1-az2, use1-az1]")),
    codes.ZONE_OUTSIDE_REGION: changed((ZONES, "[use1-az1, use1-az2, euw1-az2]")),
    codes.UNKNOWN_ZONE: changed(in_hub("subnets: {use1-az4: 10.0.0.0/26}")),
    codes.ZONE_COUNT: changed((ZONES, "[use1-az1]")),
    codes.VPC_TOO_SMALL: changed((PAYMENTS, "cidr: 10.0.4.0/28\n")),
    codes.SUBNET_OUTSIDE_VPC: changed(in_spoke("subnets: {use1-az1: 10.0.5.0/26}")),
    codes.OVERLAP: changed(("10.0.5.0/24", "10.0.4.0/25")),
    codes.OUTSIDE_POOLS: changed((PAYMENTS, "cidr: 10.9.0.0/24\n")),
    codes.RESOLVER_ADDRESSES: changed(in_hub("resolver_addresses: [10.0.0.10, 10.0.0.11]")),
    codes.SUBNET_TOO_SMALL: changed(
        ("10.0.0.0/22", "10.0.0.0/26"),
        in_hub("subnets: {use1-az1: 10.0.0.0/28, use1-az2: 10.0.0.16/28}"),
        in_hub("attachment_subnets: {use1-az1: 10.0.0.32/28, use1-az2: 10.0.0.48/28}"),
        in_hub("resolver_addresses: [10.0.0.4, 10.0.0.20]"),
        (SERVICES, f"[kms, ssm, {', '.join(TEN)}]"),
    ),
    codes.UNKNOWN_SERVICE: changed((SERVICES, "[kmss, ssm, ssmmessages]")),
    codes.SERVICE_NOT_OFFERABLE: changed((SERVICES, "[kms, iot.data]")),
    codes.SERVICE_NOT_IN_ZONE: changed((SERVICES, "{kms: {}, email-smtp: {zones: [use1-az1, use1-az2]}}")),
    codes.TOO_MANY_RULES: changed(
        (SERVICES, "[kms, email-smtp]"), ("[10.0.4.0/22]", f"[{', '.join(f'10.0.{4 + at}.0/24' for at in range(15))}]")
    ),
    codes.UNREACHABLE_INSTANCE: changed((SERVICES, "[kms]"), in_spoke("test_instance: true")),
    codes.IMAGE_OF_ANOTHER_PROCESSOR: changed(in_spoke("test_instance: {type: t4g.nano}")),
    codes.UNKNOWN_HUB: changed(("hub: core\n", "hub: cor\n")),
    codes.UNKNOWN_SEGMENT: changed(in_spoke("segment: prod")),
    codes.RESERVED_SEGMENT: changed(in_hub("segments: {spokes: [], hub: []}"), in_spoke("segment: spokes")),
    codes.SEGMENT_NOT_CHOSEN: changed(TWO_SEGMENTS),
    codes.STACK_NAME_CLASH: TWO_HUBS,
    codes.TOO_MANY_SPOKES: HUB + "spokes:\n" + MANY,
    codes.RESERVED_NAME: changed(("  core:", "  sg-core:")),
    codes.CONTRACT_TOO_LARGE: changed(
        in_hub(f"segments: {{{', '.join(f'segment-{at:032}: []' for at in range(56))}}}")
    ),
    codes.NAME_TOO_LONG: changed(in_spoke(f"exempt: [{'.'.join(['x' * 63] * 3)}.{'x' * 39}]")),
    codes.SERVICE_NOTE: changed((SERVICES, "[kms, email-smtp]")),
    codes.UNVERIFIED_NAMES: changed((SERVICES, "[kms, appsync-api]")),
    codes.ZONES_LEFT_OUT: changed((ZONES, "[use1-az1, use1-az2, use1-az4]"), (SERVICES, "[kms, email-smtp]")),
    codes.ENDPOINT_UNUSED: changed(in_spoke("exempt: [kms]")),
}
"""Each makes the finding that its code has for an example."""
