"""A snapshot of AWS's describe calls becomes a network.

Each service has a file beside this one. Of what several accounts see, the owner's copy counts. What was not recorded is
unknown, and never absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from network.aws.children import child_ids
from network.aws.doubts import doubts
from network.aws.endpoints import read_gateway_endpoints, read_interface_endpoints
from network.aws.gaps import fill, guard
from network.aws.gateways import read_attachments, read_gateway_tables, read_gateways
from network.aws.interfaces import other_interfaces, read_instances
from network.aws.names import Names
from network.aws.others import unmodelled
from network.aws.resolver import read_resolver_endpoints, read_rule_associations, read_rules
from network.aws.security import default_groups, read_acls, read_groups
from network.aws.shares import read_shares
from network.aws.snapshot import Snapshot, SnapshotError
from network.aws.vpcs import read_subnets, read_tables, read_vpcs
from network.aws.zones import read_zones
from network.model import Network

__all__ = ["SnapshotError", "read"]


def read(files: Mapping[str, bytes]) -> Network:
    """The network of a snapshot's files, given by their paths below its folder (`aws_configs/…`).

    Takes the layouts of this project and of Batfish, also of one account alone. Raises `SnapshotError` with everything
    that is wrong with the files.
    """
    snapshot = Snapshot(files)
    names = Names(snapshot)
    defaults = default_groups(snapshot, names)
    vpcs = {at: replace(vpc, default_group=defaults.get(at)) for at, vpc in read_vpcs(snapshot, names).items()}
    attachments = read_attachments(snapshot, names)
    rules = read_rules(snapshot, names)
    associations, unsure = read_rule_associations(snapshot, names, vpcs, rules)
    network = Network(
        vpcs=vpcs,
        subnets=read_subnets(snapshot, names),
        tables=read_tables(snapshot, names, vpcs),
        groups=read_groups(snapshot, names),
        acls=read_acls(snapshot, names),
        gateways=read_gateways(snapshot, names),
        attachments=attachments,
        gateway_tables=read_gateway_tables(snapshot, names, vpcs, attachments),
        resolver_endpoints=read_resolver_endpoints(snapshot, names),
        rules={**rules, **unsure},
        rule_associations=associations,
        zones=read_zones(snapshot, names),
        interface_endpoints=read_interface_endpoints(snapshot, names),
        gateway_endpoints=read_gateway_endpoints(snapshot, names),
        shares=read_shares(snapshot, names),
        instances=read_instances(snapshot, names),
    )
    network = replace(network, instances={**network.instances, **other_interfaces(snapshot, names, network)})
    made = {**dict(child_ids(network, names.ids)), **names.ids}
    network = guard(fill(snapshot, network))
    return replace(
        network,
        unmodelled=unmodelled(snapshot, names, network),
        doubts=doubts(snapshot, names),
        states=names.states,
        ids=made,
    )
