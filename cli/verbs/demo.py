"""Run the quickstart, from check to destroy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cli import console
from cli.console import heading, out, table
from cli.options import File, Output
from cli.steps import operating, read_file, show_stacks, synthesised, terraform_in
from deployment import operations
from deployment.operations import OperationError, Options
from deployment.terraform import Terraform, find
from emulator import serve
from local.organization import local_organization
from topology import Design, design

Inventory = Mapping[str, list[tuple[str, str]]]
"""Kind and id of what exists in each account."""


def demo(file: File = Path("examples/quickstart.yaml"), output: Output = Path("cdktf.out")) -> None:
    """Check, synthesise and validate a topology, deploy it to a local AWS Organization, and destroy it again."""
    topology = read_file(file).topology
    planned = design(topology)
    result = synthesised(planned, None, output)
    if find() is None:
        out.print("terraform is not on PATH: the stacks are synthesised, not validated or deployed", markup=False)
    else:
        with serve(local_organization(topology, planned)) as aws, operating():
            _rehearse(terraform_in(output, aws.environment()), planned, aws.leftovers)
    heading("the stacks, in the order they are applied")
    show_stacks(planned, result, output)


def _rehearse(terraform: Terraform, planned: Design, inventory: Callable[[], Inventory]) -> None:
    """Deploy everything, plan again, show what exists, destroy, and check that nothing is left.

    Raises `OperationError` if a step fails, the second plan shows changes, or something is left.
    """
    stacks, options = list(planned.order), Options()
    heading("deploy to a local AWS Organization")
    # The provider polls a new bucket's lifecycle rule for 55 seconds whatever the server returns; validate meanwhile.
    with ThreadPoolExecutor(1) as aside:
        valid = aside.submit(operations.validate, terraform, stacks)
        operations.deploy(terraform, planned, stacks, options, view=console)
        valid.result()
    out.print("every stack is valid for the real provider", markup=False)
    heading("plan again")
    operations.plan_again(terraform, planned, stacks, options, view=console)
    heading("resources by account")
    rows = [
        (account, kind, str(sum(other == kind for other, _ in items)))
        for account, items in sorted(inventory().items())
        for kind in sorted({kind for kind, _ in items})
    ]
    out.print(table(["account", "resource", "count"], rows))
    heading("destroy, in reverse order")
    operations.destroy(terraform, planned, stacks, options, view=console)
    left = inventory()
    if left:
        raise OperationError(f"left behind: {left}")
    out.print("nothing is left in any account", markup=False)
