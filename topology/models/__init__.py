"""What a topology file may say. Each section of the file is a model; `schema/` is generated from them.

Every scalar arrives as text (see `topology.document`), and the types here give it its meaning. Checks that need more
than one value are in `topology.checks`.
"""

from topology.models.forms import PRESETS, Boolean, Segments, Zones
from topology.models.networks import Address, PoolCidr, SubnetCidr, VpcCidr
from topology.models.refusal import RefusedValue
from topology.models.schema import json_schema, meanings
from topology.models.sections import (
    Accepted,
    Hub,
    Organization,
    Section,
    ServiceOptions,
    Services,
    Spoke,
    State,
    TestInstance,
    Topology,
)
from topology.models.texts import (
    AccountId,
    Bucket,
    ExternalId,
    InstanceType,
    KmsKey,
    LocalName,
    Matching,
    Name,
    OrganizationId,
    ParameterName,
    Prefix,
    Reason,
    Region,
    ResourceAddress,
    Role,
    ZoneId,
)

__all__ = [
    "PRESETS",
    "Accepted",
    "AccountId",
    "Address",
    "Boolean",
    "Bucket",
    "ExternalId",
    "Hub",
    "InstanceType",
    "KmsKey",
    "LocalName",
    "Matching",
    "Name",
    "Organization",
    "OrganizationId",
    "ParameterName",
    "PoolCidr",
    "Prefix",
    "Reason",
    "RefusedValue",
    "Region",
    "ResourceAddress",
    "Role",
    "Section",
    "Segments",
    "ServiceOptions",
    "Services",
    "Spoke",
    "State",
    "SubnetCidr",
    "TestInstance",
    "Topology",
    "VpcCidr",
    "ZoneId",
    "Zones",
    "json_schema",
    "meanings",
]
