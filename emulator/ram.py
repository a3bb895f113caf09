# mypy: disable-error-code=override
# moto types its answers as its own classes, or as text; these are the extended ones, or objects.
# ruff: noqa: ANN401 -- overriding methods hand through whatever moto's take
"""Resource Access Manager: decides which resources of other accounts an account can see."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.core.responses import ActionResult
from moto.core.utils import unix_time
from moto.ec2.models import ec2_backends
from moto.ram.exceptions import (
    InvalidParameterException,
    MalformedArnException,
    OperationNotPermittedException,
    UnknownResourceException,
)
from moto.ram.models import ResourceAccessManagerBackend, ResourceShare, ram_backends
from moto.ram.responses import ResourceAccessManagerResponse
from moto.route53resolver.models import route53resolver_backends

from emulator.backends import in_region
from emulator.mount import Extension
from emulator.organization import enable_ram_sharing, in_unit, organization_of, ram_sharing_enabled

PRINCIPAL, RESOURCE = "PRINCIPAL", "RESOURCE"


@dataclass(frozen=True)
class Shareable:
    """A kind of shareable resource: its name in RAM, its default permission, and a test whether a resource exists."""

    type: str
    permission: str
    exists: Callable[[str, str, str], bool]


SHAREABLE = {
    "transit-gateway": Shareable(
        "ec2:TransitGateway",
        "AWSRAMDefaultPermissionTransitGateway",
        lambda account, region, id_: id_ in ec2_backends[account][region].transit_gateways,
    ),
    "resolver-rule": Shareable(
        "route53resolver:ResolverRule",
        "AWSRAMDefaultPermissionResolverRule",
        lambda account, region, id_: id_ in route53resolver_backends[account][region].resolver_rules,
    ),
}


@dataclass
class Association:
    """One principal or one resource of a share."""

    kind: str
    entity: str
    status: str
    effective: float
    """When it becomes visible to others, on the monotonic clock."""
    created: float = field(default_factory=unix_time)

    @property
    def in_effect(self) -> bool:
        """Whether the association is in effect now."""
        return self.status == "ASSOCIATED" and time.monotonic() >= self.effective


class Share(ResourceShare):
    """A share whose principals and resources can change; moto fixes both when the share is created."""

    def __init__(self, account: str, region: str, **kwargs: Any) -> None:
        super().__init__(account, region, **kwargs)
        self.tags = {tag["key"]: tag["value"] for tag in kwargs.get("tags") or ()}
        self.associations: dict[tuple[str, str], Association] = {}

    def describe(self) -> dict[str, Any]:
        """The share in the API's form; moto omits the tags."""
        return super().describe() | {"tags": [{"key": key, "value": value} for key, value in self.tags.items()]}

    def describe_association(self, association: Association) -> dict[str, Any]:
        """An association in the API's form."""
        return {
            "resourceShareArn": self.arn,
            "resourceShareName": self.name,
            "associatedEntity": association.entity,
            "associationType": association.kind,
            "status": association.status,
            "creationTime": association.created,
            "lastUpdatedTime": association.created,
            "external": association.status == "ASSOCIATING",
        }

    def associate(self, principals: Iterable[str], resources: Iterable[str], delay: float) -> list[Association]:
        """Add principals and resources, all or none. They take effect after ``delay`` seconds.

        They are reported as ASSOCIATED at once. That is all the provider waits for (internal/service/ram, 5.100.0), so
        its next resource fails if the other account cannot see the shared resource yet (terraform-provider-aws#11902).
        """
        effective = time.monotonic() + delay
        new = [
            *(Association(PRINCIPAL, entity, self._principal_status(entity), effective) for entity in principals),
            *(Association(RESOURCE, self._checked(entity), "ASSOCIATED", effective) for entity in resources),
        ]
        self.associations |= {(a.kind, a.entity): a for a in new if (a.kind, a.entity) not in self.associations}
        return new

    def disassociate(self, principals: Iterable[str], resources: Iterable[str]) -> list[Association]:
        """Remove principals and resources, all or none, whether or not they are in use."""
        keys = [*((PRINCIPAL, entity) for entity in principals), *((RESOURCE, entity) for entity in resources)]
        for kind, entity in keys:
            if (kind, entity) not in self.associations:
                raise UnknownResourceException(f"The {kind.lower()} {entity} is not associated with {self.arn}.")
        gone = [self.associations.pop(key) for key in keys]
        for association in gone:
            association.status = "DISASSOCIATED"
        return gone

    def includes(self, account: str) -> bool:
        """Whether a principal of this share that is in effect now is the account, or contains it."""
        own = organization_of(account)
        organization = own.org.arn if own and own.org else None
        return any(
            association.entity in (account, organization) or in_unit(account, association.entity)
            for association in self.associations.values()
            if association.kind == PRINCIPAL and association.in_effect
        )

    def contains(self, arn: str) -> bool:
        """Whether the resource is in this share and in effect now."""
        association = self.associations.get((RESOURCE, arn))
        return association is not None and association.in_effect

    def _principal_status(self, principal: str) -> str:
        """ASSOCIATED within the organization; ASSOCIATING for an account that would have to accept an invitation first.

        Messages: terraform-provider-aws#12169 and #28848 (error output of its own acceptance tests).
        """
        enabled = ram_sharing_enabled(self.account_id)
        own = organization_of(self.account_id)
        if re.fullmatch(r"\d{12}", principal):
            if enabled and own is organization_of(principal):
                return "ASSOCIATED"
            if not self.allow_external_principals:
                raise InvalidParameterException(
                    "The resource you are attempting to share can only be shared within your AWS Organization. This "
                    "error may also occur if you have not enabled sharing with your AWS organization, or that "
                    "onboarding process is still in progress."
                )
            return "ASSOCIATING"
        known = [unit.arn for unit in own.ou] + [own.org.arn] if own and own.org and enabled else []
        if principal not in known:
            kind = "OrganizationalUnit" if ":ou/" in principal else "Organization"
            raise UnknownResourceException(f"{kind} {principal.rsplit('/', 1)[-1]} could not be found.")
        return "ASSOCIATED"

    def _checked(self, arn: str) -> str:
        """The ARN, if this account can share the resource. The error messages are not confirmed against AWS."""
        kind = shareable(arn)
        if kind is None:
            raise MalformedArnException(f"The specified resource ARN {arn} is not valid. Verify the ARN and try again.")
        _, _, _, region, owner, resource = arn.split(":", 5)
        if owner != self.account_id or not kind.exists(owner, region, resource.split("/", 1)[1]):
            raise UnknownResourceException(f"ResourceArn {arn} could not be found.")
        return arn


class Backend(ResourceAccessManagerBackend, TaggableResourcesMixin):
    """The shares of one account in one region."""

    SERVICE_NAMESPACE = "ram"

    share_delay: ClassVar[float] = 0.0
    """Seconds until an association takes effect; set when the emulator starts."""

    resource_shares: list[Share]  # type: ignore[assignment]  # moto's list has its own class

    def share(self, arn: str) -> Share:
        """The account's own share with this ARN."""
        share = next((share for share in self.resource_shares if share.arn == arn), None)
        if share is None:
            raise UnknownResourceException(f"ResourceShare {arn} could not be found.")
        return share

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Resources for the Resource Groups Tagging API; moto lists no shares."""
        for share in self.resource_shares:
            if share.status == "ACTIVE":
                yield TaggedResource(share.arn, dict(share.tags), "ram:resource-share")

    def shares_of_others(self) -> Iterator[Share]:
        """The shares of other accounts that include this one."""
        for backend in in_region(ram_backends, self.region_name):
            if backend is not self:
                shares: list[Share] = backend.resource_shares  # type: ignore[assignment]  # mounted class
                yield from (s for s in shares if s.status == "ACTIVE" and s.includes(self.account_id))


class Response(ResourceAccessManagerResponse):
    """Operations that moto implements in part or not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> Backend:
        """The caller's shares."""
        return ram_backends[self.current_account][self.region]  # type: ignore[return-value]  # mounted in its place

    def _list(self, name: str) -> list[Any]:
        return list(self._get_param(name) or ())

    def _described(self, share: Share, associations: list[Association]) -> ActionResult:
        return ActionResult({"resourceShareAssociations": [share.describe_association(a) for a in associations]})

    def create_resource_share(self) -> ActionResult:
        """CreateResourceShare, with default permissions only."""
        if self._get_param("permissionArns"):
            raise NotImplementedError("permissionArns: shares here have the default permissions")
        share = Share(
            self.current_account,
            self.region,
            name=self._get_param("name"),
            tags=self._list("tags"),
            allowExternalPrincipals=self._get_param("allowExternalPrincipals", True),  # noqa: FBT003 # moto's signature
        )
        share.associate(self._list("principals"), self._list("resourceArns"), self.backend.share_delay)
        self.backend.resource_shares.append(share)
        return ActionResult({"resourceShare": share.describe()})

    def get_resource_shares(self) -> ActionResult:
        """GetResourceShares; moto ignores the filters and does not list shares of other accounts."""
        own = self._get_param("resourceOwner") == "SELF"
        arns, name, status = (self._get_param(key) for key in ("resourceShareArns", "name", "resourceShareStatus"))
        shares = [
            share.describe()
            for share in (self.backend.resource_shares if own else self.backend.shares_of_others())
            if (not arns or share.arn in arns) and name in (None, share.name) and status in (None, share.status)
        ]
        if arns and not shares:
            raise UnknownResourceException(f"ResourceShare {arns[0]} could not be found.")
        return ActionResult({"resourceShares": shares})

    def delete_resource_share(self) -> ActionResult:
        """DeleteResourceShare, which also ends all of its associations."""
        share = self.backend.share(self._get_param("resourceShareArn"))
        share.delete()
        share.associations.clear()
        end_forwarding(self.region)
        return ActionResult({"returnValue": True})

    def associate_resource_share(self) -> ActionResult:
        """AssociateResourceShare, which moto lacks."""
        share = self.backend.share(self._get_param("resourceShareArn"))
        delay = self.backend.share_delay
        return self._described(share, share.associate(self._list("principals"), self._list("resourceArns"), delay))

    def disassociate_resource_share(self) -> ActionResult:
        """DisassociateResourceShare, which moto lacks."""
        share = self.backend.share(self._get_param("resourceShareArn"))
        gone = share.disassociate(self._list("principals"), self._list("resourceArns"))
        end_forwarding(self.region)
        return self._described(share, gone)

    def get_resource_share_associations(self) -> ActionResult:
        """GetResourceShareAssociations; moto reports every association with whatever status the request filters for."""
        kind, arns, status = (
            self._get_param(key) for key in ("associationType", "resourceShareArns", "associationStatus")
        )
        entity = self._get_param("principal" if kind == PRINCIPAL else "resourceArn")
        found = [
            share.describe_association(association)
            for share in self.backend.resource_shares
            for association in share.associations.values()
            if association.kind == kind
            and (not arns or share.arn in arns)
            and entity in (None, association.entity)
            and status in (None, association.status)
        ]
        return ActionResult({"resourceShareAssociations": found})

    def list_resource_share_permissions(self) -> ActionResult:
        """ListResourceSharePermissions, which moto lacks; the provider calls it after creating a share."""
        share = self.backend.share(self._get_param("resourceShareArn"))
        kinds = {kind.type: kind for _, arn in share.associations if (kind := shareable(arn))}
        permissions = [
            {
                "arn": f"arn:aws:ram::aws:permission/{kind.permission}",
                "version": "1",
                "defaultVersion": True,
                "name": kind.permission,
                "resourceType": kind.type,
                "status": "ASSOCIATED",
            }
            for kind in kinds.values()
        ]
        return ActionResult({"permissions": permissions})

    def tag_resource(self) -> ActionResult:
        """TagResource, which moto lacks."""
        share = self.backend.share(self._get_param("resourceShareArn"))
        share.tags |= {tag["key"]: tag["value"] for tag in self._list("tags")}
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """UntagResource, which moto lacks."""
        share = self.backend.share(self._get_param("resourceShareArn"))
        for key in self._list("tagKeys"):
            share.tags.pop(key, None)
        return ActionResult({})

    def enable_sharing_with_aws_organization(self) -> ActionResult:
        """EnableSharingWithAwsOrganization, for the management account only; in moto it has no effect."""
        own = organization_of(self.current_account)
        if own is None or own.account_id != self.current_account:
            raise OperationNotPermittedException
        enable_ram_sharing(self.current_account)
        return ActionResult({"returnValue": True})


def shareable(arn: str) -> Shareable | None:
    """The kind of shareable resource that the ARN names; None for any other ARN."""
    return SHAREABLE.get(arn.split(":", 5)[-1].partition("/")[0]) if arn.startswith("arn:") else None


def is_visible_to(account: str, arn: str) -> bool:
    """Whether the account owns the resource or has it shared with it, with the share in effect."""
    _, _, _, region, owner, _ = arn.split(":", 5)
    if account == owner:
        return True
    shares: list[Share] = ram_backends[owner][region].resource_shares  # type: ignore[assignment]  # mounted class
    return any(share.status == "ACTIVE" and share.contains(arn) and share.includes(account) for share in shares)


def is_shared(arn: str) -> bool:
    """Whether the owner has put the resource in a share."""
    _, _, _, region, owner, _ = arn.split(":", 5)
    shares: list[Share] = ram_backends[owner][region].resource_shares  # type: ignore[assignment]  # mounted class
    return any(share.status == "ACTIVE" and share.contains(arn) for share in shares)


def end_forwarding(region: str) -> None:
    """Remove every rule association whose account can no longer see the rule.

    AWS does not refuse to withdraw a share: the members' VPCs fall back to public DNS without an error (Route 53
    developer guide, "Managing forwarding rules": "unsharing a rule"). Transit gateway attachments, in contrast, stay.
    """
    backends = in_region(route53resolver_backends, region)
    rules = {rule.id: rule for owner in backends for rule in owner.resolver_rules.values()}
    for member in backends:
        for association in list(member.resolver_rule_associations.values()):
            rule = rules.get(association.resolver_rule_id)
            if rule is not None and not is_visible_to(member.account_id, rule.arn):
                del member.resolver_rule_associations[association.id]


EXTENSION = Extension(
    "ram",
    backend=Backend,
    response=Response,
    actions=(
        "associateresourceshare",
        "disassociateresourceshare",
        "listresourcesharepermissions",
        "tagresource",
        "untagresource",
    ),
)
