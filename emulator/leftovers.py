"""Lists the resources that exist in each account, from moto's state."""

from collections.abc import Iterator

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.ram.models import ram_backends
from moto.route53resolver.models import route53resolver_backends
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends

from emulator.ec2 import is_default

Inventory = dict[str, list[tuple[str, str]]]


def inventory(accounts: tuple[str, ...]) -> Inventory:
    """The kind and id of every existing resource in each account, in all regions.

    Left out is what AWS creates by itself (default VPCs; the default security group and main route table of each VPC;
    AWS managed keys) and what only remains visible after its deletion (terminated instances, deleted endpoints and
    shares, keys pending deletion).
    """
    return {account: sorted({*_networks(account), *_resolvers(account), *_others(account)}) for account in accounts}


def _networks(account: str) -> Iterator[tuple[str, str]]:
    for backend in list(ec2_backends[account].values()):
        vpcs = {vpc.id for vpc in backend.vpcs.values() if not is_default(vpc)}
        yield from (("vpc", vpc) for vpc in vpcs)
        for zone in backend.subnets.values():
            yield from (("subnet", subnet.id) for subnet in zone.values() if subnet.vpc_id in vpcs)
        for table in backend.route_tables.values():
            if table.vpc_id in vpcs and not table.main_association_id:
                yield "route table", table.id
        for vpc in vpcs:
            yield from (("security group", g.id) for g in backend.groups[vpc].values() if g.name != "default")
        yield from (("network interface", id_) for id_ in backend.enis)
        yield from (("VPC endpoint", e.id) for e in backend.vpc_end_points.values() if e.state != "deleted")
        yield from (("transit gateway", id_) for id_ in backend.transit_gateways)
        yield from (("transit gateway route table", id_) for id_ in backend.transit_gateways_route_tables)
        yield from (("transit gateway attachment", id_) for id_ in backend.transit_gateway_attachments)
        for reservation in backend.reservations.values():
            yield from (("instance", i.id) for i in reservation.instances if i.state != "terminated")
        yield from (("volume", id_) for id_ in backend.volumes)


def _resolvers(account: str) -> Iterator[tuple[str, str]]:
    for backend in list(route53resolver_backends[account].values()):
        yield from (("resolver endpoint", id_) for id_ in backend.resolver_endpoints)
        yield from (("resolver rule", id_) for id_ in backend.resolver_rules)
        yield from (("resolver rule association", id_) for id_ in backend.resolver_rule_associations)


def _others(account: str) -> Iterator[tuple[str, str]]:
    for shares in list(ram_backends[account].values()):
        yield from (("resource share", s.arn) for s in shares.resource_shares if s.status == "ACTIVE")
    iam = iam_backends[account]["aws"]
    yield from (("role", role.name) for role in iam.roles.values())
    yield from (("instance profile", profile.name) for profile in iam.instance_profiles.values())
    yield from (("policy", arn) for arn in iam.managed_policies if not arn.startswith("arn:aws:iam::aws:"))
    yield from (("user", name) for name in iam.users)
    yield from (("bucket", name) for name in s3_backends[account]["aws"].buckets)
    for keys in list(kms_backends[account].values()):
        for key in keys.keys.values():
            created_by_aws = any(name.startswith("alias/aws/") for name in key.aliases)
            if key.key_state != "PendingDeletion" and not created_by_aws:
                yield "key", key.id
                yield from (("key alias", name) for name in key.aliases)
    for parameters in list(ssm_backends[account].values()):
        own = (name for name in parameters._parameters if not name.startswith("/aws/"))  # noqa: SLF001 # no accessor
        yield from (("parameter", name) for name in own)
