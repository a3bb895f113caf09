"""Operations on stacks with Terraform: validate, plan, deploy, destroy. A view shows the progress."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from deployment.bootstrap import OVERRIDE, bootstrap, retire
from deployment.planning import Planned, drift_stack, plan_stack, waits_for
from deployment.terraform import Terraform, TerraformError
from deployment.walk import Step, Work, apply_stack, destroy_stack, interruptible, walk
from topology import Design

__all__ = ["OperationError", "Options", "View", "deploy", "destroy", "plan", "plan_again", "validate"]


class OperationError(Exception):
    """Stacks failed; the message has Terraform's error and the path of the full log for each."""


class View(Protocol):
    """Shows the progress of stacks."""

    def following(self, accounts: Mapping[str, str], /) -> AbstractContextManager[Callable[[Step], None]]:
        """Show the steps passed to the callback within this context; `accounts` has the account of each stack."""

    def warn(self, text: str, /) -> None:
        """Show a line."""


@dataclass(frozen=True)
class Options:
    """How stacks are processed."""

    parallel: int = 2
    """Stacks that are processed at the same time.

    Two, since each Terraform process with the provider takes some 600 MB, and VPC Resolver accepts five requests per
    second and account.
    """
    share_wait: float = 120.0
    """Seconds to wait for a share to take effect.

    It usually takes a few seconds; after two minutes something is wrong.
    """


def validate(terraform: Terraform, stacks: Collection[str]) -> None:
    """Validate stacks with the real provider; needs no credentials."""
    apart = replace(terraform, logs="logs/validate")
    for stack in stacks:
        try:
            apart.begin_log(stack)
            apart.validate(stack)
        except TerraformError as failed:
            raise OperationError(f"{stack}: {failed}\nfull log: {apart.log(stack)}") from None


def plan(
    terraform: Terraform, design: Design, stacks: Collection[str], options: Options, *, view: View, drift: bool
) -> tuple[dict[str, Planned], list[str]]:
    """Plan stacks and apply nothing; with `drift`, find changes made outside Terraform instead.

    Returns the plan of each stack that could be planned, and the errors of the others.
    """
    found: dict[str, Planned] = {}
    work = (drift_stack if drift else plan_stack)(terraform, design, found)
    failures = _steps(terraform, design, _order(design, stacks), options, work, view=view, keep_going=True)
    return {stack: found[stack] for stack in design.order if stack in found}, failures


def deploy(terraform: Terraform, design: Design, stacks: Collection[str], options: Options, *, view: View) -> None:
    """Plan and apply stacks, each after its dependencies; create the state bucket if it does not exist yet."""
    apply, first = apply_stack(terraform, options.share_wait), bootstrap(terraform)
    state = design.state.stack if design.state else None

    def work(stack: str, report: Callable[[str], None]) -> str:
        try:
            return (first if stack == state else apply)(stack, report)
        except TerraformError as failed:
            before = waits_for(design, stack, failed)
            if before:
                raise TerraformError(f"{failed}\n\nwaits for {before}: apply that first") from None
            raise

    _walk(terraform, design, _order(design, stacks), options, work, view=view)


def destroy(terraform: Terraform, design: Design, stacks: Collection[str], options: Options, *, view: View) -> None:
    """Destroy stacks, each before its dependencies; the state bucket goes last, with every state in it."""
    remove, last = destroy_stack(terraform), retire(terraform)
    order = _order(design, stacks)
    order = {stack: tuple(other for other in order if stack in order[other]) for stack in reversed(list(order))}
    state = design.state.stack if design.state else None
    _walk(terraform, design, order, options, lambda s, report: (last if s == state else remove)(s, report), view=view)


def plan_again(terraform: Terraform, design: Design, stacks: Collection[str], options: Options, *, view: View) -> None:
    """Plan stacks that were just applied. Raises `OperationError` if a plan shows changes."""
    _walk(terraform, design, _order(design, stacks), options, _unchanged(terraform), view=view)


def _order(design: Design, stacks: Collection[str]) -> dict[str, tuple[str, ...]]:
    return {stack: before for stack, before in design.order.items() if stack in stacks}


def _unchanged(terraform: Terraform) -> Work:
    def work(stack: str, report: Callable[[str], None]) -> str:
        report("plan")
        if terraform.plan(stack):
            raise TerraformError("a plan right after the apply shows changes")
        return "no changes"

    return work


def _walk(
    terraform: Terraform,
    design: Design,
    order: Mapping[str, tuple[str, ...]],
    options: Options,
    work: Work,
    *,
    view: View,
) -> None:
    failures = _steps(terraform, design, order, options, work, view=view)
    if failures:
        raise OperationError("\n\n".join(failures))


def _steps(
    terraform: Terraform,
    design: Design,
    order: Mapping[str, tuple[str, ...]],
    options: Options,
    work: Work,
    *,
    view: View,
    keep_going: bool = False,
) -> list[str]:
    """Process stacks; returns the error of each failed stack, with the path of its log."""
    accounts = {stack: design.accounts[stack] for stack in order}
    for stack in order:  # a killed run may have left one, and states would be written to the stacks' folders
        (terraform.folder(stack) / OVERRIDE).unlink(missing_ok=True)
    with view.following(accounts) as tell, interruptible(terraform, view.warn):
        steps = walk(order, work, tell, workers=options.parallel, keep_going=keep_going)
    return [f"{step.stack}: {step.error}\nfull log: {terraform.log(step.stack)}" for step in steps if step.failed]
