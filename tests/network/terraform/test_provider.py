"""The table of types and arguments is complete for the provider in use: the schema is asked of real Terraform."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from network.terraform.coverage.rows import META, Row
from network.terraform.coverage.table import FAMILIES, KINDS, ROWS, RULES
from network.terraform.reader import READERS
from tests.plugins import WARM, plugin_cache
from tests.waiting import PATIENCE

Block = Mapping[str, Any]


@cache
def schemas() -> Mapping[str, Block]:
    """The schema of every resource type of the provider in use."""
    with TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(WARM, encoding="utf-8")
        environment = {**os.environ, "TF_PLUGIN_CACHE_DIR": str(plugin_cache())}
        printed = ""
        for command in (["init", "-no-color"], ["providers", "schema", "-json"]):
            done = subprocess.run(
                ["terraform", *command],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=2 * PATIENCE,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            printed = done.stdout
    (provider,) = json.loads(printed)["provider_schemas"].values()
    found: Mapping[str, Block] = provider["resource_schemas"]
    return found


def arguments(block: Block, at: str = "") -> Iterator[tuple[str, bool]]:
    """Every argument and attribute of a block by its path, with whether it can be set."""
    for name, attribute in block.get("attributes", {}).items():
        settable = bool(attribute.get("optional") or attribute.get("required"))
        fields = fields_of(attribute.get("type")) if settable else []
        yield from ((f"{at}{name}.{field}", True) for field in fields)
        if not fields:
            yield at + name, settable
    for name, inner in block.get("block_types", {}).items():
        if name != "timeouts":
            yield from arguments(inner["block"], f"{at}{name}.")


def fields_of(kind: Any) -> list[str]:
    """The fields of a list of objects, which is written as blocks."""
    inner = kind[1] if isinstance(kind, list) and kind[0] in {"list", "set"} else None
    return list(inner[1]) if isinstance(inner, list) and inner[0] == "object" else []


def row_of(rows: Mapping[str, Row], path: str) -> Row | None:
    """The row of an argument: its own, or that of the block around it."""
    while path:
        if path in rows:
            return rows[path]
        path = path.rpartition(".")[0]
    return None


def first(text: str) -> str:
    return text.partition(".")[0]


@pytest.mark.slow
def test_every_type_is_decided_by_a_row_or_a_rule() -> None:
    decided = {kind for kind in schemas() if kind in KINDS or kind in ROWS or kind.startswith(tuple(RULES))}
    assert sorted(schemas().keys() - decided) == [], "add a row in network/terraform/coverage/ for each"


@pytest.mark.slow
def test_no_row_and_no_rule_is_about_what_does_not_exist() -> None:
    assert sorted((KINDS.keys() | ROWS.keys()) - schemas().keys()) == []
    ruled = schemas().keys() - KINDS.keys() - ROWS.keys()
    deciding = {max((start for start in RULES if kind.startswith(start)), key=len) for kind in ruled}
    assert sorted(start for start in RULES.keys() - deciding if start.startswith("aws_")) == [], "rules of no use"


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_argument_has_a_row(kind: str) -> None:
    found, rows = dict(arguments(schemas()[kind]["block"])), KINDS[kind].arguments
    missing = sorted(path for path in found if row_of(rows, path) is None)
    assert missing == [], f"add a row to {kind} for each: is it read, irrelevant, reported or not modelled?"
    foreign = sorted(path for path in rows if not any(f"{each}.".startswith(f"{path}.") for each in found))
    assert foreign == [], f"{kind} has no such arguments"
    reported = {path for path, row in rows.items() if row.status == "reported"}
    assert reported == {path for path in found if path in reported and not found[path]}, "reported, and can be set"
    assert not META & {first(path) for path in found} - {"address"}, "they would be taken for something else"


def test_every_type_and_argument_is_decided_once() -> None:
    types = Counter(
        [
            *KINDS,
            *(name for family in FAMILIES for row in family.ROWS for name in row.names),
        ]
    )
    assert [name for name, count in types.items() if count > 1] == []
    for name, table in KINDS.items():
        paths = Counter(path for row in table.rows for path in row.names)
        assert [path for path, count in paths.items() if count > 1] == [], name


def test_every_type_that_has_a_reader_has_a_row_for_each_argument() -> None:
    assert sorted(READERS.keys() - KINDS.keys()) == []


def test_what_is_not_read_and_has_rows_says_so() -> None:
    for kind in KINDS.keys() - READERS.keys():
        assert "read" not in {row.status for row in KINDS[kind].rows}, kind


def test_every_decision_has_a_reason() -> None:
    rows = [row for table in KINDS.values() for row in table.rows] + [*ROWS.values(), *RULES.values()]
    for row in rows:
        assert row.reason or row.status in {"read", "reported"}, row
        assert (row.status == "not modelled") <= bool(row.about), row


def test_the_guard_knows_blocks_and_objects() -> None:
    """The control: what it takes for an argument."""
    block = {
        "attributes": {
            "id": {"computed": True, "optional": True, "type": "string"},
            "arn": {"computed": True, "type": "string"},
            "route": {"optional": True, "type": ["set", ["object", {"cidr_block": "string"}]]},
        },
        "block_types": {
            "timeouts": {"block": {"attributes": {"create": {"optional": True}}}},
            "options": {"block": {"attributes": {"mode": {"required": True, "type": "string"}}}},
        },
    }
    assert dict(arguments(block)) == {"id": True, "arn": False, "route.cidr_block": True, "options.mode": True}
