"""The emulated AWS Organization: its description, its creation in moto, and lookups in it."""

import json
import re
import zlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from moto.iam.models import iam_backends
from moto.organizations import utils as moto_ids
from moto.organizations.models import OrganizationsBackend, organizations_backends

ROOT = "r-root"
OPERATOR = "operator"
RAM_SERVICE = "ram.amazonaws.com"
RAM_SERVICE_ROLE = "AWSServiceRoleForResourceAccessManager"


@dataclass(frozen=True)
class Account:
    """A member account, with the roles that exist in it initially.

    ``roles`` are role names, with their IAM path if they have one (``deploy/Network``). ``ou`` is the path of its
    organizational unit below the root (``network``, ``workloads/prod``); the empty path is the root itself.
    """

    id: str
    roles: tuple[str, ...] = ()
    ou: str = ""

    def __post_init__(self) -> None:
        """Refuse ids that AWS could not have issued."""
        if not re.fullmatch(r"\d{12}", self.id):
            raise ValueError(f"account id {self.id!r}: an AWS account id has 12 digits")


@dataclass(frozen=True)
class LocalOrganization:
    """The description of an AWS Organization to emulate. A plain value: creating one starts nothing.

    ``accounts`` may include the management account, to give it roles. ``share_delay`` is the time in seconds between
    the moment RAM reports an association as ASSOCIATED and the moment the other account can see the resource; on AWS
    this takes some seconds, and nothing signals its end (terraform-provider-aws#11902). ``share_with_organization``
    states whether RAM sharing within the organization is enabled, as by ``aws ram
    enable-sharing-with-aws-organization``.

    Raises ValueError for ids that AWS could not have issued and for an account listed twice.
    """

    id: str
    management_account: str
    accounts: tuple[Account, ...] = ()
    region: str = "us-east-1"
    share_delay: float = 0.0
    share_with_organization: bool = True

    def __post_init__(self) -> None:
        """Refuse ids that AWS could not have issued."""
        if not re.fullmatch(r"o-[a-z0-9]{10,32}", self.id):
            raise ValueError(f"organization id {self.id!r}: expected o- and 10 to 32 lower-case letters or digits")
        Account(self.management_account)
        ids = [account.id for account in self.accounts]
        if twice := {account for account in ids if ids.count(account) > 1}:
            raise ValueError(f"accounts listed twice: {', '.join(sorted(twice))}")

    @property
    def arn(self) -> str:
        """The organization's ARN, which can be the principal of a share."""
        return f"arn:aws:organizations::{self.management_account}:organization/{self.id}"

    def unit_arn(self, path: str) -> str:
        """The ARN of the organizational unit at ``path``, which can be the principal of a share."""
        return f"arn:aws:organizations::{self.management_account}:ou/{self.id}/{_unit_id(path)}"

    @property
    def account_ids(self) -> tuple[str, ...]:
        """The ids of all accounts, the management account first."""
        return (self.management_account, *(a.id for a in self.accounts if a.id != self.management_account))


def create(organization: LocalOrganization) -> None:
    """Create the organization, its units, accounts, roles and operators in moto.

    Each account gets an IAM user named ``operator``, whose access key plays the part of a person's configured
    credentials.
    """
    backend = organizations_backends[organization.management_account]["aws"]
    with _with_ids(organization_id=organization.id, root_id=ROOT):
        backend.create_organization(organization.region, FeatureSet="ALL")
    units = {"": ROOT}
    for account in organization.accounts:
        if account.id != organization.management_account:
            parent = _make_units(backend, account.ou, units)
            with _with_ids(account_id=account.id):
                backend.create_account(AccountName=account.id, Email=f"{account.id}@example.com")
            backend.get_account_by_id(account.id).parent_id = parent
        for role in account.roles:
            _make_role(account.id, role, {"AWS": f"arn:aws:iam::{organization.management_account}:root"})
    for account_id in organization.account_ids:
        iam = iam_backends[account_id]["aws"]
        iam.create_user(organization.region, OPERATOR)
        iam.create_access_key(OPERATOR)
    if organization.share_with_organization:
        enable_ram_sharing(organization.management_account)


def organization_of(account: str) -> OrganizationsBackend | None:
    """The organization that the account belongs to, if any."""
    owner, partition = organizations_backends.master_accounts.get(account, (account, "aws"))
    backend = organizations_backends[owner][partition]
    return backend if backend.org else None


def is_member(account: str) -> bool:
    """Whether the account exists."""
    return organization_of(account) is not None


def in_unit(account: str, unit_arn: str) -> bool:
    """Whether the account is in the organizational unit or in a unit below it."""
    backend = organization_of(account)
    if backend is None:
        return False
    units = {unit.id: unit for unit in backend.ou}
    parent = next((a.parent_id for a in backend.accounts if a.id == account), None)
    while parent in units:
        if units[parent].arn == unit_arn:
            return True
        parent = units[parent].parent_id
    return False


def enable_ram_sharing(management_account: str) -> None:
    """Do what EnableSharingWithAwsOrganization does: enable trusted access, and create RAM's service-linked role.

    Trusted access alone is not enough: sharing then fails (AWS RAM user guide, "Getting started: sharing"). The
    provider checks both to decide whether ``aws_ram_sharing_with_organization`` exists.
    """
    organizations_backends[management_account]["aws"].enable_aws_service_access(ServicePrincipal=RAM_SERVICE)
    if not _has_role(management_account, RAM_SERVICE_ROLE):
        _make_role(management_account, f"aws-service-role/{RAM_SERVICE}/{RAM_SERVICE_ROLE}", {"Service": RAM_SERVICE})


def ram_sharing_enabled(account: str) -> bool:
    """Whether RAM may share within the account's organization without invitations."""
    backend = organization_of(account)
    if backend is None or backend.org is None:
        return False
    trusted = any(service["ServicePrincipal"] == RAM_SERVICE for service in backend.services)
    return trusted and _has_role(backend.org.master_account_id, RAM_SERVICE_ROLE)


def _unit_id(path: str) -> str:
    return f"ou-{ROOT.removeprefix('r-')}-{zlib.crc32(path.encode()):08x}"


def _make_units(backend: OrganizationsBackend, path: str, units: dict[str, str]) -> str:
    """Create the unit at ``path`` and its parents, and return its id."""
    if path not in units:
        above, _, name = path.rpartition("/")
        parent = _make_units(backend, above, units)
        units[path] = _unit_id(path)
        with _with_ids(unit_id=units[path]):
            backend.create_organizational_unit(ParentId=parent, Name=name)
    return units[path]


def _make_role(account: str, role: str, principal: dict[str, str]) -> None:
    path, _, name = role.rpartition("/")
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    iam_backends[account]["aws"].create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        path=f"/{path}/" if path else "/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )


def _has_role(account: str, name: str) -> bool:
    return any(role.name == name for role in iam_backends[account]["aws"].roles.values())


def _with_ids(**ids: str) -> AbstractContextManager[Any]:
    """Make moto use these ids instead of random ones."""
    drawn = {
        "organization_id": "make_random_org_id",
        "root_id": "make_random_root_id",
        "unit_id": "make_random_ou_id",
        "account_id": "make_random_account_id",
    }
    return mock.patch.dict(vars(moto_ids), {drawn[kind]: lambda *_, value=value: value for kind, value in ids.items()})
