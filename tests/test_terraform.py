"""Real Terraform and the real provider accept every stack of every example."""

from pathlib import Path

import pytest

from cli import terraform
from cli.synthesis import write
from tests.examples import EXAMPLES, ROOT, designed, synthesised

# One worker: Terraform's plugin cache is not safe for two first inits at once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terraform")]


@pytest.mark.parametrize(
    ("example", "stack"), [(example, stack) for example in EXAMPLES for stack in designed(example).order]
)
def test_terraform_validates(example: str, stack: str, tmp_path: Path) -> None:
    binary = terraform.find()
    assert binary, "terraform is not on PATH, and this test needs the real one"
    write(synthesised(example), tmp_path, designed(example))
    terraform.validate(binary, tmp_path / "stacks" / stack, ROOT / ".cache" / "terraform")


def test_terraform_refuses_what_it_should(tmp_path: Path) -> None:
    """The positive control: the two tests above can fail."""
    binary = terraform.find()
    assert binary, "terraform is not on PATH, and this test needs the real one"
    write(synthesised("minimal"), tmp_path, designed("minimal"))
    file = tmp_path / "stacks" / "hub-core" / "cdk.tf.json"
    file.write_text(file.read_text().replace('"amazon_side_asn"', '"amazon_side_as"'))
    with pytest.raises(terraform.TerraformError, match="amazon_side_as"):
        terraform.validate(binary, file.parent, ROOT / ".cache" / "terraform")
