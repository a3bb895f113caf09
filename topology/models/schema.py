"""What the sections say of themselves: the meaning of each key, and the JSON Schema that editors read."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from pathlib import Path
from typing import Any

from topology.models.forms import PRESETS
from topology.models.sections import Topology
from topology.services import catalogue

__all__ = ["json_schema", "meanings"]


def meanings() -> dict[tuple[str, str], str]:
    """What each key of each section means: the text below it. Pydantic would take 10 ms of each start for it."""
    found = {}
    parts = ast.parse(Path(__file__).with_name("sections.py").read_text(encoding="utf-8")).body
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
        named["additionalProperties"] = False  # pydantic writes names as patternProperties, which allow others
    models["Spoke"]["properties"]["test_instance"]["anyOf"].append({"type": "boolean"})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "topology.schema.json", **schema}
