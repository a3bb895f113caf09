"""Types of text in the file: names, ids, roles, regions and zones, each with the message for an invalid value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from findings import codes
from findings.codes import Code
from topology.models.refusal import RefusedValue
from topology.names import OWN_TAGS
from topology.problems import shortened
from topology.regions import REGION, zone_prefix

__all__ = [
    "AccountId",
    "Bucket",
    "ExternalId",
    "InstanceType",
    "KmsKey",
    "LocalName",
    "Matching",
    "Name",
    "OrganizationId",
    "ParameterName",
    "Prefix",
    "Reason",
    "Region",
    "ResourceAddress",
    "Role",
    "Tags",
    "ZoneId",
]


@dataclass(frozen=True)
class Matching:
    """Annotates text that has to match a pattern as a whole; the message for any other text says `what` is expected."""

    pattern: str
    what: str
    example: str
    code: Code = codes.INVALID_VALUE
    """The code of the finding for other text."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the text after it is known to be text."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give editors the same pattern."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$", "examples": [self.example]}

    def _check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value, re.ASCII):
            raise RefusedValue(f'"{shortened(value)}" is not {self.what}', code=self.code)
        return value


Name = Annotated[
    str,
    Matching(
        r"[a-z][a-z0-9-]{0,39}",
        "a name: a lower-case letter, then up to 39 lower-case letters, digits and hyphens",
        "payments",
        codes.INVALID_NAME,
    ),
]
AccountId = Annotated[str, Matching(r"\d{12}", "an AWS account id: 12 digits", "111111111111", codes.INVALID_IDENTITY)]
OrganizationId = Annotated[
    str,
    Matching(
        r"o-[a-z0-9]{10,32}",
        "an organization id: o- and 10 to 32 letters or digits",
        "o-exampleorg1",
        codes.INVALID_IDENTITY,
    ),
]
RoleName = r"[\w+=,.@-]{1,64}"


def _role(value: str) -> str:
    """A role's path, with the slashes around it, has up to 512 characters.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    """
    path, _, name = value.rpartition("/")
    length = len(path.partition(":role")[2] or f"/{path}") + 1
    if path and length > MAX_ROLE_PATH:
        raise RefusedValue(
            f"the path of the role {name} has {length} characters",
            f"a path has up to {MAX_ROLE_PATH}",
            code=codes.INVALID_IDENTITY,
        )
    return value


MAX_ROLE_PATH = 512
Role = Annotated[
    str,
    Matching(
        rf"ambient|(?:{RoleName}/)*{RoleName}|arn:aws:iam::(?:\d{{12}}|\{{account\}}):role/(?:{RoleName}/)*{RoleName}",
        "a role: a name, an ARN such as arn:aws:iam::{account}:role/NetworkDeploy, or ambient",
        "NetworkDeploy",
        codes.INVALID_IDENTITY,
    ),
    AfterValidator(_role),
]
ExternalId = Annotated[
    str,
    Matching(
        r"[\w+=,.@:/-]{2,1224}",
        "an external id: 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / -",
        "example",
        codes.INVALID_IDENTITY,
    ),
]
RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDINGS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def _bucket(value: str) -> str:
    """S3's rules beyond length and characters.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    if ".." in value:
        raise RefusedValue(
            f'"{value}" has two dots in a row, which S3 refuses',
            "keep one of them, or write a hyphen",
            code=codes.INVALID_NAME,
        )
    if re.fullmatch(r"(\d+\.){3}\d+", value):
        raise RefusedValue(
            f'"{value}" has the form of an IP address, which S3 refuses', "choose another name", code=codes.INVALID_NAME
        )
    for beginning in RESERVED_BEGINNINGS:
        if value.startswith(beginning):
            raise RefusedValue(
                f'"{value}" begins with {beginning}, which S3 reserves', "choose another name", code=codes.INVALID_NAME
            )
    for ending in RESERVED_ENDINGS:
        if value.endswith(ending):
            raise RefusedValue(
                f'"{value}" ends with {ending}, which S3 reserves', "choose another name", code=codes.INVALID_NAME
            )
    return value


Bucket = Annotated[
    str,
    Matching(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens",
        "example-network-state",
        codes.INVALID_NAME,
    ),
    AfterValidator(_bucket),
]
Prefix = Annotated[
    str,
    Matching(
        r"[\w.-]+(?:/[\w.-]+)*",
        "a key prefix: words joined by /, none at the ends",
        "endpoint-hub",
        codes.INVALID_NAME,
    ),
]
# An alias has up to 256 characters, alias/ included.
# https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
KmsKey = Annotated[
    str,
    Matching(
        r"alias/[\w/-]{1,250}|arn:aws:kms:[a-z0-9-]+:\d{12}:(?:alias/[\w/-]{1,250}|key/[\w-]+)",
        "a KMS key: alias/NAME with up to 256 characters, or the ARN of a key or an alias",
        "alias/example-network-state",
    ),
]
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
ParameterName = Annotated[
    str,
    Matching(
        r"(?=.{2,1011}$)(?:/[\w.-]+){1,15}",
        "the name of an SSM parameter, such as /aws/service/…, of up to 15 levels",
        "/aws/service/x",
    ),
]
InstanceType = Annotated[str, Matching(r"[a-z0-9-]+\.[a-z0-9-]+", "an instance type", "t3.nano")]
LocalName = Annotated[
    str,
    Matching(
        r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*",
        "a name below the region's domain, such as efs or oidc.eks",
        "efs",
        codes.INVALID_NAME,
    ),
]


ResourceAddress = Annotated[
    str,
    Matching(
        r"[\w./-]+: \S.*",
        'a resource as reports name it: its stack, a colon, a space and its address, such as "hub-core: aws_route.x"',
        "hub-core: aws_route.x",
    ),
]
Reason = Annotated[str, Matching(r".*\S.*", "a reason, in one line", "It inspects traffic and drops none of it.")]


def _region(value: str) -> str:
    if re.fullmatch(r"(cn|us-gov|us-iso\w*|eu-isoe|eusc)-.*", value):
        raise RefusedValue(
            f'"{shortened(value)}" is outside the aws partition, the only one in the catalogue of services',
            code=codes.INVALID_LOCATION,
        )
    if not REGION.fullmatch(value):
        raise RefusedValue(f'"{shortened(value)}" is not a region such as us-east-1', code=codes.INVALID_LOCATION)
    return value


def _zone(value: str) -> str:
    if re.fullmatch(rf"{REGION.pattern}[a-z]", value, re.ASCII):
        raise RefusedValue(
            f'"{value}" is an AZ name, which means another zone in each account',
            f"write the AZ id, such as {zone_prefix(value[:-1])}-az1 (aws ec2 describe-availability-zones shows both)",
            code=codes.INVALID_LOCATION,
        )
    if not re.fullmatch(r"[a-z]{3,5}\d-az\d{1,2}", value, re.ASCII):
        raise RefusedValue(
            f'"{shortened(value)}" is not an AZ id', "write one such as use1-az1", code=codes.INVALID_LOCATION
        )
    return value


Region = Annotated[
    str,
    AfterValidator(_region),
    WithJsonSchema({"type": "string", "pattern": f"^{REGION.pattern}$", "examples": ["us-east-1"]}),
]
ZoneId = Annotated[
    str,
    AfterValidator(_zone),
    WithJsonSchema({"type": "string", "pattern": r"^[a-z]{3,5}\d-az\d{1,2}$", "examples": ["use1-az1"]}),
]


def _tags(tags: dict[str, str]) -> dict[str, str]:
    """Tags that every kind of resource takes.

    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html; without tabs and line ends:
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
    """
    for key, value in tags.items():
        if key.lower().startswith("aws:") or key.startswith("hub:") or key == "Name":
            raise RefusedValue(
                f'the tag "{shortened(key)}" is not yours to set: aws: belongs to AWS, Name and hub: to this project',
                code=codes.INVALID_NAME,
            )
        if not re.fullmatch(r"[\w .:/=+@-]{1,128}", key) or not re.fullmatch(r"[\w .:/=+@-]{0,256}", value):
            raise RefusedValue(
                f'the tag "{shortened(key)}: {shortened(value)}" has characters or a length that AWS refuses',
                code=codes.INVALID_NAME,
            )
    if len(tags) > MAX_TAGS:
        own = ", ".join(OWN_TAGS)
        raise RefusedValue(
            f"{len(tags)} tags, and with the {len(OWN_TAGS)} of this project ({own}) a resource takes 50",
            f"keep {MAX_TAGS}",
            code=codes.INVALID_NAME,
        )
    return tags


MAX_TAGS = 50 - len(OWN_TAGS)
Tags = Annotated[dict[str, str], AfterValidator(_tags), Field(json_schema_extra={"maxProperties": MAX_TAGS})]
