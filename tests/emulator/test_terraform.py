"""Real Terraform with the real AWS provider, against the emulator, as a release does it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from emulator import Account, LocalAWS, LocalOrganization, serve

CONFIGURATIONS = Path(__file__).parent / "terraform"
ORGANIZATION = LocalOrganization(
    id="o-exampleorg1",
    management_account="999999999999",
    accounts=(
        Account("111111111111", roles=("NetworkDeploy",), ou="network"),
        Account("222222222222", roles=("NetworkDeploy",), ou="workloads/production"),
        Account("333333333333", roles=("NetworkDeploy",)),
    ),
)


class Stack:
    """One configuration in a folder of its own."""

    def __init__(self, name: str, folder: Path, aws: LocalAWS) -> None:
        self.folder = folder / name
        shutil.copytree(CONFIGURATIONS / name, self.folder)
        self.environment = os.environ | aws.environment() | {"TF_VAR_unit": ORGANIZATION.unit_arn("workloads")}

    def terraform(self, *arguments: str, expect: int = 0) -> str:
        done = subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == expect, (
            f"terraform {' '.join(arguments)} in {self.folder.name}: expected exit status {expect}, "
            f"found {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def apply(self) -> None:
        self.terraform("init")
        self.terraform("apply", "-auto-approve")

    def assert_unchanged(self) -> None:
        self.terraform("plan", "-detailed-exitcode")

    def destroy(self) -> None:
        self.terraform("destroy", "-auto-approve")


@pytest.mark.slow
def test_terraform_applies_plans_nothing_more_and_destroys_all(tmp_path: Path) -> None:
    with serve(ORGANIZATION) as aws:
        state, hub, spoke = stacks = [Stack(name, tmp_path, aws) for name in ("state", "hub", "spoke")]
        for stack in stacks:
            stack.apply()
        assert {"111111111111", "222222222222"} == set(aws.leftovers()), (
            f"expected the hub's and the spoke's account, found {aws.leftovers()}"
        )
        for stack in stacks:
            stack.assert_unchanged()
        spoke.destroy()
        hub.destroy()
        state.destroy()
        assert aws.leftovers() == {}, f"expected nothing, found {aws.leftovers()}"
