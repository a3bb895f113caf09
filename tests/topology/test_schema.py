"""The schema that editors check a topology with as it is written."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from topology.models import json_schema
from topology.services import catalogue

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
SCHEMA = json_schema()


def refusals(document: Any) -> list[str]:
    # Editors read YAML's own types, as safe_load does.
    return [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)]


@pytest.fixture
def quickstart() -> Any:
    return deepcopy(yaml.safe_load((EXAMPLES[0].parent / "quickstart.yaml").read_text(encoding="utf-8")))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_each_example_fits_the_schema(path: Path) -> None:
    assert refusals(yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "place",
    [(), ("organization",), ("state",), ("hubs", "core"), ("spokes", "ledger")],
    ids=lambda place: ".".join(place) or "topology",
)
def test_a_misspelt_key_does_not_fit(quickstart: Any, place: tuple[str, ...]) -> None:
    section = quickstart
    for part in place:
        section = section[part]
    section["acount"] = "111111111111"
    assert refusals(quickstart) == ["Additional properties are not allowed ('acount' was unexpected)"]


@pytest.mark.parametrize("name", ["Payments", "1st", "a_b", "a" * 41])
def test_a_name_that_cannot_be_an_id_does_not_fit(quickstart: Any, name: str) -> None:
    quickstart["spokes"][name] = quickstart["spokes"]["ledger"]
    assert refusals(quickstart) != []


@pytest.mark.parametrize(
    "services",
    [["kmss"], ["dynamodb"], ["ecr-public"], {"kmss": {}}, {"kms": {"zone": []}}, [], {}, ["kms", "kms"], "kms"],
    ids=str,
)
def test_services_that_cannot_be_offered_do_not_fit(quickstart: Any, services: object) -> None:
    quickstart["hubs"]["core"]["services"] = services
    assert refusals(quickstart) != []


@pytest.mark.parametrize("services", [["kms"], {"kms": {}, "ssm": None, "s3": {"zones": ["use1-az1"]}}], ids=str)
def test_services_fit_as_a_list_and_as_a_mapping(quickstart: Any, services: object) -> None:
    quickstart["hubs"]["core"]["services"] = services
    assert refusals(quickstart) == []


def test_every_service_that_can_be_offered_fits(quickstart: Any) -> None:
    offered = [key for key, service in catalogue().items() if service.private_dns is not False]
    quickstart["hubs"]["core"]["services"] = offered
    assert refusals(quickstart) == []


@pytest.mark.parametrize("segments", ["flat", "segmented", {"prod": ["dev"], "dev": None}], ids=str)
def test_segments_fit_as_a_preset_and_as_a_mapping(quickstart: Any, segments: object) -> None:
    quickstart["hubs"]["core"]["segments"] = segments
    assert refusals(quickstart) == []


@pytest.mark.parametrize("segments", ["open", {"Prod": []}, {}, []], ids=str)
def test_other_segments_do_not_fit(quickstart: Any, segments: object) -> None:
    quickstart["hubs"]["core"]["segments"] = segments
    assert refusals(quickstart) != []


@pytest.mark.parametrize("instance", [True, False, {}, {"type": "t4g.nano"}], ids=str)
def test_a_test_instance_fits_as_a_switch_and_as_a_mapping(quickstart: Any, instance: object) -> None:
    quickstart["spokes"]["ledger"]["test_instance"] = instance
    assert refusals(quickstart) == []


def test_every_key_is_described_to_the_author() -> None:
    models = {"Topology": SCHEMA, **SCHEMA["$defs"]}
    silent = [f"{m}.{key}" for m, s in models.items() for key, p in s["properties"].items() if "description" not in p]
    assert silent == []


def test_one_segment_is_enough(quickstart: Any) -> None:
    quickstart["hubs"]["core"]["segments"] = {"prod": []}
    assert refusals(quickstart) == []
