"""Instances, and other network interfaces that start connections."""

from __future__ import annotations

from collections.abc import Mapping

from network.model import Instance
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.values import as_list, as_text, as_texts

__all__ = ["READERS"]


def _instance(to: Builder, r: Resource) -> None:
    groups = r.get("vpc_security_group_ids") or r.get("security_groups")
    subnet = as_text(r.get("subnet_id"))
    if r.get("subnet_id") is not None:
        # Without one it is in the default VPC, or has an interface that is listed itself.
        to.placed(r, "subnet_id", subnet)
    to.instances[r.address] = Instance(r.address, subnet, as_texts(groups))
    for name in ADDRESSES[r.kind]:
        to.fix(r.address, subnet, *as_list(r.get(name)))


ADDRESSES = {"aws_instance": ("private_ip",), "aws_network_interface": ("private_ips", "private_ip_list")}
"""The arguments with which it asks for addresses."""
READERS: Mapping[str, Reader] = {
    "aws_instance": _instance,
    "aws_network_interface": _instance,
}
