"""Route 53 Profiles, which moto lacks: created and shared by one account, associated with the VPCs of others.

The RSLVR error numbers are not confirmed against AWS.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from moto import backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, BaseResponse
from moto.ec2.models import ec2_backends
from moto.moto_api._internal import mock_random

from emulator import ram
from emulator.backends import in_region

SERVICE = "route53profiles"
KINDS = {"route53": "PRIVATE_HOSTED_ZONE", "ec2": "VPC_ENDPOINT", "route53resolver": "RESOLVER_RULE"}
"""What a profile can hold, by the service in the ARN."""

Record = dict[str, Any]


class NotFoundError(JsonRESTError):
    """A resource does not exist, or is not visible to this account."""

    code = 404

    def __init__(self, what: str, id_: str) -> None:
        super().__init__("ResourceNotFoundException", f"[RSLVR-02500] The {what} with ID '{id_}' does not exist.")


class ConflictError(JsonRESTError):
    """A conflicting resource exists already, or still."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ConflictException", message)


class Backend(BaseBackend):
    """The profiles and profile associations of one account in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.profiles: dict[str, Record] = {}
        self.associations: dict[str, Record] = {}
        self.resources: dict[str, Record] = {}
        self.tags: dict[str, dict[str, str]] = {}

    @property
    def _url_module(self) -> Any:  # noqa: ANN401 # moto's own
        return sys.modules[__name__]

    def visible(self) -> Iterator[Record]:
        """The account's own profiles, and those shared with it."""
        for backend in in_region(BACKENDS, self.region_name):
            for profile in backend.profiles.values():
                if backend is self:
                    shared = ram.is_shared(profile["Arn"])
                    yield profile | {"ShareStatus": "SHARED_BY_ME" if shared else "NOT_SHARED"}
                elif ram.is_visible_to(self.account_id, profile["Arn"]):
                    yield profile | {"ShareStatus": "SHARED_WITH_ME"}

    def profile(self, id_: str) -> Record:
        """A profile that is visible to the account."""
        for profile in self.visible():
            if profile["Id"] == id_:
                return profile
        raise NotFoundError("profile", id_)

    def own_profile(self, id_: str) -> Record:
        """A profile of this account."""
        if id_ not in self.profiles:
            raise NotFoundError("profile", id_)
        return self.profiles[id_]

    def record(self, prefix: str, **fields: Any) -> Record:  # noqa: ANN401 # the API's own fields
        """A new resource in the API's form, ready at once."""
        id_ = f"{prefix}-{mock_random.get_random_hex(16)}"
        return {"Id": id_, "OwnerId": self.account_id, "Status": "COMPLETE", **fields}


class Response(BaseResponse):
    """The operations of the API."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> Backend:
        """The caller's profiles."""
        return BACKENDS[self.current_account][self.region]

    def create_profile(self) -> ActionResult:
        """CreateProfile."""
        profile = self.backend.record("rp", Name=self._get_param("Name"), ClientToken=self._get_param("ClientToken"))
        profile["Arn"] = f"arn:aws:{SERVICE}:{self.region}:{self.current_account}:profile/{profile['Id']}"
        self.backend.profiles[profile["Id"]] = profile
        self._tag(profile["Arn"])
        return ActionResult({"Profile": profile | {"ShareStatus": "NOT_SHARED"}})

    def get_profile(self) -> ActionResult:
        """GetProfile, for own profiles and those shared with the account."""
        return ActionResult({"Profile": self.backend.profile(self._get_param("ProfileId"))})

    def list_profiles(self) -> ActionResult:
        """ListProfiles: own profiles and those shared with the account."""
        return ActionResult({"ProfileSummaries": list(self.backend.visible())})

    def delete_profile(self) -> ActionResult:
        """DeleteProfile, refused while a VPC or a resource is associated."""
        profile = self.backend.own_profile(self._get_param("ProfileId"))
        for backend in in_region(BACKENDS, self.region):
            held = [*backend.associations.values(), *backend.resources.values()]
            if any(association["ProfileId"] == profile["Id"] for association in held):
                raise ConflictError(f"[RSLVR-02504] Profile {profile['Id']} has associations")
        return ActionResult({"Profile": self.backend.profiles.pop(profile["Id"]) | {"Status": "DELETED"}})

    def associate_profile(self) -> ActionResult:
        """AssociateProfile, with a VPC of the caller; a VPC takes only one profile."""
        profile, vpc = self.backend.profile(self._get_param("ProfileId")), self._get_param("ResourceId")
        if vpc not in ec2_backends[self.current_account][self.region].vpcs:
            raise NotFoundError("VPC", vpc)
        if any(association["ResourceId"] == vpc for association in self.backend.associations.values()):
            raise ConflictError(f"[RSLVR-02506] VPC {vpc} already has a profile")
        name = self._get_param("Name")
        association = self.backend.record("rpassoc", Name=name, ProfileId=profile["Id"], ResourceId=vpc)
        self.backend.associations[association["Id"]] = association
        self._tag(f"arn:aws:{SERVICE}:{self.region}:{self.current_account}:profile-association/{association['Id']}")
        return ActionResult({"ProfileAssociation": association})

    def get_profile_association(self) -> ActionResult:
        """GetProfileAssociation."""
        found = _found(self.backend.associations, self._get_param("ProfileAssociationId"))
        return ActionResult({"ProfileAssociation": found})

    def list_profile_associations(self) -> ActionResult:
        """ListProfileAssociations, of the caller's own VPCs: a profile's owner does not see those of other accounts."""
        wanted = {key: self._get_param(key) for key in ("ProfileId", "ResourceId")}
        found = [
            association
            for association in self.backend.associations.values()
            if all(value in (None, association[key]) for key, value in wanted.items())
        ]
        return ActionResult({"ProfileAssociations": found})

    def disassociate_profile(self) -> ActionResult:
        """DisassociateProfile."""
        return ActionResult({"ProfileAssociation": self._removed(self.backend.associations, "ResourceId")})

    def associate_resource_to_profile(self) -> ActionResult:
        """AssociateResourceToProfile, for the owner: private hosted zones, endpoints, resolver rules."""
        profile, arn = self.backend.own_profile(self._get_param("ProfileId")), self._get_param("ResourceArn")
        association = self.backend.record(
            "rpr",
            Name=self._get_param("Name"),
            ProfileId=profile["Id"],
            ResourceArn=arn,
            ResourceType=KINDS[arn.split(":")[2]],
            ResourceProperties=self._get_param("ResourceProperties"),
        )
        self.backend.resources[association["Id"]] = association
        return ActionResult({"ProfileResourceAssociation": association})

    def get_profile_resource_association(self) -> ActionResult:
        """GetProfileResourceAssociation."""
        found = _found(self.backend.resources, self._get_param("ProfileResourceAssociationId"))
        return ActionResult({"ProfileResourceAssociation": found})

    def list_profile_resource_associations(self) -> ActionResult:
        """ListProfileResourceAssociations, also of a profile that is shared with the account."""
        profile = self.backend.profile(self._get_param("ProfileId"))
        owner = BACKENDS[profile["OwnerId"]][self.region]
        found = [association for association in owner.resources.values() if association["ProfileId"] == profile["Id"]]
        return ActionResult({"ProfileResourceAssociations": found})

    def disassociate_resource_from_profile(self) -> ActionResult:
        """DisassociateResourceFromProfile."""
        return ActionResult({"ProfileResourceAssociation": self._removed(self.backend.resources, "ResourceArn")})

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": self.backend.tags.get(self._get_param("ResourceArn"), {})})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        self.backend.tags.setdefault(self._get_param("ResourceArn"), {}).update(self._get_param("Tags"))
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        tags = self.backend.tags.get(self._get_param("ResourceArn"), {})
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return ActionResult({})

    def _tag(self, arn: str) -> None:
        self.backend.tags[arn] = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags") or ()}

    def _removed(self, held: dict[str, Record], key: str) -> Record:
        wanted = {name: self._get_param(name) for name in ("ProfileId", key)}
        for id_, association in held.items():
            if all(association[name] == value for name, value in wanted.items()):
                return held.pop(id_) | {"Status": "DELETED"}
        raise NotFoundError("association", wanted[key])


def _found(held: dict[str, Record], id_: str) -> Record:
    if id_ not in held:
        raise NotFoundError("association", id_)
    return held[id_]


@contextmanager
def mounted() -> Iterator[None]:
    """Add the service to moto within this context."""
    modules = dict.fromkeys((f"moto.{SERVICE}", f"moto.{SERVICE}.models"), sys.modules[__name__])
    patterns = [*backend_index.backend_url_patterns, (SERVICE, re.compile(url_bases[0]))]
    kind = {"profile": ram.Shareable(f"{SERVICE}:Profile", "AWSRAMPermissionRoute53ProfileAllowAssociation", _exists)}
    with (
        mock.patch.dict(sys.modules, modules),
        mock.patch.object(backend_index, "backend_url_patterns", patterns),
        mock.patch.dict(ram.SHAREABLE, kind),
    ):
        yield


def _exists(account: str, region: str, id_: str) -> bool:
    return id_ in BACKENDS[account][region].profiles


# The names by which moto finds a service's backends and URLs in its modules.
BACKENDS = route53profiles_backends = BackendDict(Backend, SERVICE)
url_bases = [rf"https?://{SERVICE}\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/.*$": Response.dispatch}
