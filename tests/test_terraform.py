"""Real Terraform and the real provider accept every stack of every example."""

from pathlib import Path

import pytest

from deployment.output import write
from deployment.terraform import Terraform, TerraformError, find
from tests.examples import EXAMPLES, designed, synthesised
from tests.plugins import plugin_cache

pytestmark = [pytest.mark.slow]


@pytest.mark.parametrize(
    ("example", "stack"), [(example, stack) for example in EXAMPLES for stack in designed(example).order]
)
def test_terraform_validates(example: str, stack: str, tmp_path: Path) -> None:
    binary = find()
    assert binary, "terraform is not on PATH, and this test needs the real one"
    write(synthesised(example), tmp_path, designed(example))
    Terraform(binary, tmp_path, plugin_cache()).validate(stack)


def test_terraform_refuses_what_it_should(tmp_path: Path) -> None:
    """The positive control: the two tests above can fail."""
    binary = find()
    assert binary, "terraform is not on PATH, and this test needs the real one"
    write(synthesised("minimal"), tmp_path, designed("minimal"))
    file = tmp_path / "stacks" / "hub-core" / "cdk.tf.json"
    file.write_text(file.read_text().replace('"amazon_side_asn"', '"amazon_side_as"'))
    with pytest.raises(TerraformError, match="amazon_side_as"):
        Terraform(binary, tmp_path, plugin_cache()).validate("hub-core")
