"""What a topology file may say. Each model is a section of the file; `schema/` is generated from them.

Every scalar arrives as text (see `topology.document`), and the types here give it its meaning. Each default's reason
stands beside it. Checks that need more than one value are in `topology.checks`.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function, no_info_before_validator_function

from topology.services import catalogue

__all__ = [
    "Hub",
    "Organization",
    "ServiceOptions",
    "Spoke",
    "State",
    "TestInstance",
    "Topology",
    "json_schema",
    "meanings",
]


@dataclass(frozen=True)
class Matching:
    """Annotates text: refused with `what` it should have been where the pattern does not match the whole of it."""

    pattern: str
    what: str
    example: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the text after it is known to be text."""
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give editors the same pattern."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$", "examples": [self.example]}

    def _check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value, re.ASCII):
            raise ValueError(f'"{value[:80]}" is not {self.what}')
        return value


def _network(value: str, least: int, most: int) -> IPv4Network:
    try:
        network = IPv4Network(value, strict=False)
    except ValueError:
        raise ValueError(f'"{value[:80]}" is not an IPv4 network such as 10.0.4.0/24') from None
    if "/" not in value:
        raise ValueError(f'"{value}" has no prefix length; write {value}/24 or another length')
    if "." in value.partition("/")[2]:
        raise ValueError(f'"{value}" has a netmask; write {network}')
    if str(network.network_address) != value.partition("/")[0]:
        raise ValueError(f'"{value}" has host bits set; the network is {network}')
    if not least <= network.prefixlen <= most:
        raise ValueError(f'"{value}" is a /{network.prefixlen}; it has to be from /{least} to /{most}')
    if network.is_loopback or network.is_multicast or network.is_link_local or network.is_reserved or value[0] == "0":
        raise ValueError(f'"{value}" is a range that no VPC can use; take private ranges such as 10.0.0.0/8')
    return network


def _address(value: str) -> IPv4Address:
    try:
        return IPv4Address(value)
    except ValueError:
        raise ValueError(f'"{value[:80]}" is not an IPv4 address such as 10.0.0.53') from None


CIDR_PATTERN = r"^(\d{1,3}\.){3}\d{1,3}/\d{1,2}$"


@dataclass(frozen=True)
class Block:
    """Annotates a network: a CIDR block without host bits, of a size from /`least` to /`most`."""

    least: int
    most: int
    example: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the block before pydantic does, whose message would name neither the network nor the size."""
        return no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give editors a pattern."""
        return {"type": "string", "pattern": CIDR_PATTERN, "examples": [self.example]}

    def _read(self, value: object) -> object:
        return _network(value, self.least, self.most) if isinstance(value, str) else value


# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
VpcCidr = Annotated[IPv4Network, Block(16, 28, "10.0.4.0/24")]
SubnetCidr = Annotated[IPv4Network, Block(16, 28, "10.0.4.0/26")]
PoolCidr = Annotated[IPv4Network, Block(8, 28, "10.0.4.0/22")]
Address = Annotated[
    IPv4Address,
    BeforeValidator(lambda value: _address(value) if isinstance(value, str) else value),
    WithJsonSchema({"type": "string", "format": "ipv4", "examples": ["10.0.0.53"]}),
]

Name = Annotated[
    str,
    Matching(
        r"[a-z][a-z0-9-]{0,39}",
        "a name: a lower-case letter, then up to 39 lower-case letters, digits and hyphens",
        "payments",
    ),
]
AccountId = Annotated[str, Matching(r"\d{12}", "an AWS account id: 12 digits", "111111111111")]
OrganizationId = Annotated[
    str, Matching(r"o-[a-z0-9]{10,32}", "an organization id: o- and 10 to 32 letters or digits", "o-exampleorg1")
]
RoleName = r"[\w+=,.@-]{1,64}"
Role = Annotated[
    str,
    Matching(
        rf"ambient|(?:{RoleName}/)*{RoleName}|arn:aws:iam::(?:\d{{12}}|\{{account\}}):role/(?:{RoleName}/)*{RoleName}",
        "a role: a name, an ARN such as arn:aws:iam::{account}:role/NetworkDeploy, or ambient",
        "NetworkDeploy",
    ),
]
ExternalId = Annotated[
    str, Matching(r"[\w+=,.@:/-]{2,1224}", "an external id: 2 to 1,224 of A-Z a-z 0-9 _ + = , . @ : / -", "example")
]
Bucket = Annotated[
    str,
    Matching(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens",
        "example-network-state",
    ),
]
Prefix = Annotated[
    str, Matching(r"[\w.-]+(?:/[\w.-]+)*", "a key prefix: words joined by /, none at the ends", "endpoint-hub")
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
        r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*", "a name below the region's domain, such as efs or oidc.eks", "efs"
    ),
]


def _region(value: str) -> str:
    if re.fullmatch(r"(cn|us-gov|us-iso\w*|eu-isoe|eusc)-.*", value):
        raise ValueError(f'"{value}" is outside the aws partition, the only one in the catalogue of services')
    if not REGION.fullmatch(value):
        raise ValueError(f'"{value[:80]}" is not a region such as us-east-1')
    return value


def _zone(value: str) -> str:
    if re.fullmatch(r"[a-z]{2}-[a-z]+-\d[a-z]", value):
        raise ValueError(
            f'"{value}" is an AZ name, which means another zone in each account; write the AZ id, such as use1-az1 '
            "(aws ec2 describe-availability-zones shows both)"
        )
    if not re.fullmatch(r"[a-z]{3,5}\d-az\d{1,2}", value, re.ASCII):
        raise ValueError(f'"{value[:80]}" is not an AZ id such as use1-az1')
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
            raise ValueError(f'the tag "{key}" is not yours to set: aws: belongs to AWS, Name and hub: to this project')
        # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
        if not re.fullmatch(r"[\w\s.:/=+@-]{1,128}", key) or not re.fullmatch(r"[\w\s.:/=+@-]{0,256}", value):
            raise ValueError(f'the tag "{key[:80]}: {value[:80]}" has characters or a length that AWS refuses')
    return tags


def _asn(value: int) -> int:
    # https://docs.aws.amazon.com/vpc/latest/tgw/tgw-transit-gateways.html
    if not (64512 <= value <= 65534 or 4200000000 <= value <= 4294967294):  # noqa: PLR2004  the page's figures
        raise ValueError(f"{value} is not a private ASN: 64512 to 65534, or 4200000000 to 4294967294")
    return value


def _services(value: Any) -> Any:  # noqa: ANN401  whatever the file holds
    """Read `[kms, ssm]` as `{kms: {}, ssm: {}}`, and an empty value as no options."""
    if isinstance(value, list) and all(isinstance(key, str) for key in value):
        twice = [key for key, count in Counter(value).items() if count > 1]
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} is listed twice; keep one")
        return {key: {} for key in value}
    if isinstance(value, dict):
        return {key: {} if options is None else options for key, options in value.items()}
    return value


def _segments(value: Any) -> Any:  # noqa: ANN401  whatever the file holds
    """Read a preset as the segments that it stands for, and an empty value as a list of none."""
    if isinstance(value, str):
        if value not in PRESETS:
            raise ValueError(f'"{value}" is not a preset; write segmented, flat, or a mapping of segments')
        return PRESETS[value]
    if isinstance(value, dict):
        return {key: [] if reaches is None else reaches for key, reaches in value.items()}
    return value


def _boolean(value: object) -> object:
    """Read YAML 1.2's two words, and no others: `yes` and `on` mean something else to other readers of the file."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _switch(value: Any) -> Any:  # noqa: ANN401  whatever the file holds
    """Read `true` as all defaults and `false` as absence."""
    return {"true": {}, "false": None}.get(value, value) if isinstance(value, str) else value


# The two presets have a segment of the same name, so that a change from one to the other adds and removes
# propagations and keeps every table.
PRESETS: dict[str, dict[str, list[str]]] = {"segmented": {"spokes": []}, "flat": {"spokes": ["spokes"]}}

Boolean = Annotated[
    bool,
    BeforeValidator(_boolean),
    Field(strict=True),
]
Zones = Annotated[list[ZoneId | None], Field(min_length=1, max_length=15, examples=[["use1-az1", "use1-az2"]])]


class Section(BaseModel):
    """A part of the file: only the keys that it names, and nothing that changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Organization(Section):
    """The AWS Organization that the hubs are shared with."""

    id: OrganizationId
    """The organization's id."""
    management_account: AccountId
    """The account that owns the organization; part of the ARN that shares go to."""


class State(Section):
    """Where Terraform keeps its state: one S3 bucket, one key for each stack, with the native lock."""

    bucket: Bucket
    """The bucket's name."""
    region: Region
    """The bucket's region."""
    account: AccountId
    """The account that owns the bucket."""
    create: Boolean = False
    """Make the bucket and its key, in a stack of their own. Off: most organizations have one."""
    role: Role | None = None
    """The role that reads and writes state. Default: `role` of the topology, in the bucket's account."""
    external_id: ExternalId | None = None
    """The external id of that role. Default: `external_id` of the topology."""
    key: KmsKey | None = None
    """The KMS key of the states. Default: alias/BUCKET where the bucket is created here, else the bucket's own."""
    prefix: Prefix = "endpoint-hub"
    """The part of each state's key before the stack's name: the bucket may hold other states too."""


class ServiceOptions(Section):
    """How one service is offered."""

    zones: list[ZoneId] | None = Field(default=None, min_length=1)
    """The zones in which the endpoint stands. Default: all of the hub's in which the service is known to be."""


Services = Annotated[
    dict[str, ServiceOptions],
    BeforeValidator(_services),
    Field(min_length=1, examples=[["kms", "ssm"]]),
]
Segments = Annotated[dict[Name, list[Name]], BeforeValidator(_segments), Field(min_length=1)]


class Hub(Section):
    """One set of endpoints: a VPC with resolver endpoints, a transit gateway, and the shares of both."""

    region: Region
    """The region of the hub and of its spokes."""
    account: AccountId
    """The account that owns it."""
    cidr: VpcCidr
    """The hub VPC's range."""
    zones: Zones
    """AZ ids, two or more. Order matters: zones take their subnets by position; an emptied entry (~) keeps its slot."""
    services: Services
    """The services on offer: a list of keys (`./hub services` prints them), or a mapping of keys to options."""
    pools: list[PoolCidr] = Field(min_length=1, examples=[["10.0.4.0/22"]])
    """The ranges that spokes come from. The hub's routes and security groups are written for them, so that adding a
    spoke does not change the hub."""
    subnets: dict[ZoneId, SubnetCidr] = {}
    """Subnets by zone, where the allocated ones do not fit."""
    attachment_subnets: dict[ZoneId, SubnetCidr] = {}
    """Subnets of the gateway attachment by zone, where the allocated ones do not fit."""
    resolver_addresses: list[Address] | None = None
    """Fixed addresses of the inbound endpoint, two to six. Default: base + 53 of each subnet."""
    asn: Annotated[int, AfterValidator(_asn)] = 64512
    """The gateway's private ASN; AWS's own default."""
    queries_per_second: int | None = Field(default=None, ge=1, examples=[3000])
    """DNS queries a second that all spokes together are expected to ask; `./hub trace` holds the resolver's addresses
    against it. Default: not compared."""
    segments: Segments = Field(default_factory=lambda: dict(PRESETS["segmented"]))
    """Gateway tables by name, each with the segments that it reaches beyond the hub; or `segmented` or `flat`.
    Default: segmented, since a shared network should not join what was apart."""
    role: Role | None = None
    """The role that deploys the hub. Default: `role` of the topology."""
    external_id: ExternalId | None = None
    """The external id of that role. Default: `external_id` of the topology."""
    wiring_role: Role | None = None
    """The role in the hub's account with which a spoke's stack accepts, associates and propagates its attachment.
    Default: the hub's own role; a smaller one keeps the spokes' pipelines out of the hub."""
    protect: Boolean | None = None
    """Whether Terraform refuses to destroy what every spoke depends on. Default: `protect` of the topology."""


class TestInstance(Section):
    """An instance that is reached through Session Manager only, to try the network from within a spoke."""

    __test__ = False  # pytest would take the name for a test class

    image: ParameterName = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    """The SSM parameter that names the image; standard Amazon Linux 2023 carries the agent."""
    type: InstanceType = "t3.nano"
    """The instance type; the smallest that runs the agent."""
    zone: ZoneId | None = None
    """The zone. Default: the spoke's first."""


class Spoke(Section):
    """One VPC in one account that uses a hub's endpoints."""

    hub: Name
    """The hub that it uses; the spoke is in the hub's region."""
    account: AccountId
    """The account that owns the VPC. Several spokes may share one, also the hub's."""
    cidr: VpcCidr
    """The VPC's range, from the hub's pools."""
    zones: Zones | None = None
    """AZ ids. Default: the hub's."""
    subnets: dict[ZoneId, SubnetCidr] = {}
    """Subnets by zone, where the allocated ones do not fit."""
    attachment_subnets: dict[ZoneId, SubnetCidr] = {}
    """Subnets of the gateway attachment by zone, where the allocated ones do not fit."""
    segment: Name | None = None
    """The gateway table that it is in. Default: the hub's only segment."""
    gateway_endpoints: list[Literal["s3", "dynamodb"]] = Field(default=["s3"])
    """Gateway endpoints on its route table. Default: s3, which is free and which image layers and patches come from."""
    exempt: list[LocalName] = ["efs"]
    """Names below the region's domain that the spoke resolves itself. Default: efs, whose mount names mean something
    in the VPC of the mount target only."""
    test_instance: Annotated[TestInstance | None, BeforeValidator(_switch)] = None
    """`true`, or a mapping of options. Default: off, since it costs money and is an instance to patch."""
    absent: Boolean = False
    """Leave the stack without resources, so that an apply deletes what the spoke deployed; then remove the spoke."""
    role: Role | None = None
    """The role that deploys the spoke. Default: `role` of the topology."""
    external_id: ExternalId | None = None
    """The external id of that role. Default: `external_id` of the topology."""


class Topology(Section):
    """Hubs, spokes and services of one AWS Organization."""

    organization: Organization
    """The organization that the hubs are shared with."""
    role: Role
    """The role that deploys in each account: a name, an ARN with {account}, or `ambient` for the caller's own
    credentials."""
    external_id: ExternalId | None = None
    """The external id of these roles."""
    state: State
    """Where Terraform keeps its state."""
    tags: Annotated[dict[str, str], AfterValidator(_tags)] = {}
    """Tags of every resource."""
    protect: Boolean = True
    """Whether Terraform refuses to destroy the parts that every spoke depends on: gateway, shares, rules, resolver
    endpoints, state bucket. On: withdrawing one sends every spoke back to public DNS without a word."""
    hubs: dict[Name, Hub] = Field(min_length=1)
    """Hubs by name."""
    spokes: dict[Name, Spoke] = {}
    """Spokes by name."""


def meanings() -> dict[tuple[str, str], str]:
    """What each key of each section means: the text below it. Pydantic would take 10 ms of each start for it."""
    found = {}
    parts = ast.parse(Path(__file__).read_text(encoding="utf-8")).body
    for section in (part for part in parts if isinstance(part, ast.ClassDef)):
        for field, below in pairwise(section.body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=key)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[section.name, key] = inspect.cleandoc(text)
    return found


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a topology file, for editors."""
    schema = Topology.model_json_schema()
    models = schema["$defs"]
    for (section, key), meaning in meanings().items():
        models.get(section, schema)["properties"][key]["description"] = meaning
    keys = {"enum": [key for key, service in catalogue().items() if service.private_dns is not False]}
    offered = models["Hub"]["properties"]["services"]
    offered["anyOf"] = [
        {"type": "array", "items": keys, "uniqueItems": True, "minItems": 1},
        {
            "type": "object",
            "propertyNames": keys,
            "minProperties": 1,
            "additionalProperties": {"anyOf": [{"$ref": "#/$defs/ServiceOptions"}, {"type": "null"}]},
        },
    ]
    for key in ("type", "additionalProperties", "minProperties"):
        offered.pop(key, None)
    name = models["Spoke"]["properties"]["hub"]
    models["Hub"]["properties"]["segments"] = {
        "description": models["Hub"]["properties"]["segments"]["description"],
        "anyOf": [
            {"enum": sorted(PRESETS)},
            {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": name["pattern"]},
                "additionalProperties": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
            },
        ],
    }
    for named in (schema["properties"]["hubs"], schema["properties"]["spokes"]):
        named["additionalProperties"] = False  # pydantic writes names as patternProperties, which let others pass
    models["Spoke"]["properties"]["test_instance"]["anyOf"].append({"type": "boolean"})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "topology.schema.json", **schema}
