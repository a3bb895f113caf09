"""Types of text in the file: names, ids, roles, regions and zones, each with the message for an invalid value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from findings import codes
from findings.codes import Code
from topology.models.invalid import InvalidError

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
    "Region",
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
            raise InvalidError(self.code, f'"{value[:80]}" is not {self.what}')
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
Role = Annotated[
    str,
    Matching(
        rf"ambient|(?:{RoleName}/)*{RoleName}|arn:aws:iam::(?:\d{{12}}|\{{account\}}):role/(?:{RoleName}/)*{RoleName}",
        "a role: a name, an ARN such as arn:aws:iam::{account}:role/NetworkDeploy, or ambient",
        "NetworkDeploy",
        codes.INVALID_IDENTITY,
    ),
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
Bucket = Annotated[
    str,
    Matching(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens",
        "example-network-state",
        codes.INVALID_NAME,
    ),
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
KmsKey = Annotated[
    str,
    Matching(
        r"alias/[\w/-]+|arn:aws:kms:[a-z0-9-]+:\d{12}:(?:alias/[\w/-]+|key/[\w-]+)",
        "a KMS key: alias/NAME, or the ARN of a key or an alias",
        "alias/example-network-state",
    ),
]
ParameterName = Annotated[
    str, Matching(r"/[\w./-]{1,1010}", "the name of an SSM parameter, such as /aws/service/…", "/aws/service/x")
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


def _region(value: str) -> str:
    if re.fullmatch(r"(cn|us-gov|us-iso\w*|eu-isoe|eusc)-.*", value):
        raise InvalidError(
            codes.INVALID_LOCATION, f'"{value}" is outside the aws partition, the only one in the catalogue of services'
        )
    if not REGION.fullmatch(value):
        raise InvalidError(codes.INVALID_LOCATION, f'"{value[:80]}" is not a region such as us-east-1')
    return value


def _zone(value: str) -> str:
    if re.fullmatch(r"[a-z]{2}-[a-z]+-\d[a-z]", value):
        raise InvalidError(
            codes.INVALID_LOCATION,
            f'"{value}" is an AZ name, which means another zone in each account; write the AZ id, such as use1-az1 '
            "(aws ec2 describe-availability-zones shows both)",
        )
    if not re.fullmatch(r"[a-z]{3,5}\d-az\d{1,2}", value, re.ASCII):
        raise InvalidError(codes.INVALID_LOCATION, f'"{value[:80]}" is not an AZ id such as use1-az1')
    return value


REGION = re.compile(
    r"(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-[1-9]"
)
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
    for key, value in tags.items():
        if key.startswith(("aws:", "hub:")) or key == "Name":
            raise InvalidError(
                codes.INVALID_NAME,
                f'the tag "{key}" is not yours to set: aws: belongs to AWS, Name and hub: to this project',
            )
        # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
        if not re.fullmatch(r"[\w\s.:/=+@-]{1,128}", key) or not re.fullmatch(r"[\w\s.:/=+@-]{0,256}", value):
            raise InvalidError(
                codes.INVALID_NAME, f'the tag "{key[:80]}: {value[:80]}" has characters or a length that AWS refuses'
            )
    return tags


Tags = Annotated[dict[str, str], AfterValidator(_tags)]
