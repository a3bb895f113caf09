"""RAM shares: which resources, to whom."""

from __future__ import annotations

from collections.abc import Mapping

from network.model import Share
from network.terraform.builder import Builder, Reader
from network.terraform.documents import Resource
from network.terraform.values import as_flag

__all__ = ["READERS"]


def _share(to: Builder, r: Resource) -> None:
    to.shares[r.address] = Share(r.address, r.owner, as_flag(r.get("allow_external_principals"), default=True))


def _shared(to: Builder, r: Resource) -> None:
    to.link("shared", r, "resource_share_arn", "resource_arn")


def _principal(to: Builder, r: Resource) -> None:
    to.link("principal", r, "resource_share_arn", "principal")


READERS: Mapping[str, Reader] = {
    "aws_ram_principal_association": _principal,
    "aws_ram_resource_association": _shared,
    "aws_ram_resource_share": _share,
}
