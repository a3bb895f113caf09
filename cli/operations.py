"""What `./hub` does to a deployed network: it walks the stacks with Terraform, and shows how that goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from cli.bootstrap import OVERRIDE, bootstrap, retire
from cli.console import err, following, heading, out, table
from cli.planning import Planned, drift_stack, plan_stack, waits_for
from cli.terraform import Terraform, TerraformError
from cli.walk import Work, apply_stack, destroy_stack, interruptible, walk
from topology import Design

__all__ = ["OperationError", "Options", "deploy", "destroy", "plan", "rehearse", "validate"]


class OperationError(Exception):
    """Stacks that could not be worked on, each with Terraform's own error and where the whole log is."""


Standing = Mapping[str, list[tuple[str, str]]]
"""Kind and id of what stands in each account."""


@dataclass(frozen=True)
class Options:
    """How stacks are walked."""

    parallel: int = 2
    """Stacks that are worked on at once. Two: each Terraform with the provider takes some 600 MB, and the Resolver
    answers five requests a second an account."""
    share_wait: float = 120.0
    """Seconds that a share may take to be effective. It is a matter of seconds as a rule; after two minutes something
    is wrong."""


def validate(terraform: Terraform, stacks: Collection[str]) -> None:
    """Validate stacks with the real provider; needs no credentials."""
    apart = replace(terraform, logs="logs/validate")
    for stack in stacks:
        try:
            apart.begin_log(stack)
            apart.validate(stack)
        except TerraformError as failed:
            raise OperationError(f"{stack}: {failed}\nthe whole log: {apart.log(stack)}") from None


def plan(
    terraform: Terraform, design: Design, stacks: Collection[str], options: Options, *, drift: bool
) -> tuple[dict[str, Planned], list[str]]:
    """Plan stacks and apply nothing; or, for `drift`, find what was changed outside of Terraform.

    Returns what was found of each stack that could be planned, and the errors of the others.
    """
    found: dict[str, Planned] = {}
    work = (drift_stack if drift else plan_stack)(terraform, design, found)
    failures = _steps(terraform, design, _order(design, stacks), options, work, keep_going=True)
    return {stack: found[stack] for stack in design.order if stack in found}, failures


def deploy(terraform: Terraform, design: Design, stacks: Collection[str], options: Options) -> None:
    """Plan and apply stacks, each after those that it needs; the state bucket is made where it does not exist yet."""
    apply, first = apply_stack(terraform, options.share_wait), bootstrap(terraform)
    state = design.state.stack if design.state else None

    def work(stack: str, say: Callable[[str], None]) -> str:
        try:
            return (first if stack == state else apply)(stack, say)
        except TerraformError as failed:
            before = waits_for(design, stack, failed)
            if before:
                raise TerraformError(f"{failed}\n\nwaits for {before}: apply that first") from None
            raise

    _walk(terraform, design, _order(design, stacks), options, work)


def destroy(terraform: Terraform, design: Design, stacks: Collection[str], options: Options) -> None:
    """Destroy stacks, each before those that it needs; the state bucket goes last, with every state in it."""
    remove, last = destroy_stack(terraform), retire(terraform)
    order = _order(design, stacks)
    order = {stack: tuple(other for other in order if stack in order[other]) for stack in reversed(list(order))}
    state = design.state.stack if design.state else None
    _walk(terraform, design, order, options, lambda s, say: (last if s == state else remove)(s, say))


def rehearse(terraform: Terraform, design: Design, standing: Callable[[], Standing]) -> None:
    """Deploy everything to a local organization, plan again, show what stands, destroy, and see that nothing is left.

    Raises `OperationError` where a step fails, a second plan shows changes or something is left.
    """
    stacks, options = list(design.order), Options()
    heading("deploy to a local AWS Organization")
    # The provider watches a new bucket's lifecycle rule for 55 seconds, whatever the server says: time to validate in.
    with ThreadPoolExecutor(1) as aside:
        valid = aside.submit(validate, terraform, stacks)
        deploy(terraform, design, stacks, options)
        valid.result()
    out.print("every stack is valid for the real provider", markup=False)
    heading("plan again")
    _walk(terraform, design, _order(design, stacks), options, _unchanged(terraform))
    heading("what stands in which account")
    rows = [
        (account, kind, str(sum(other == kind for other, _ in items)))
        for account, items in sorted(standing().items())
        for kind in sorted({kind for kind, _ in items})
    ]
    out.print(table(["account", "resource", "count"], rows))
    heading("destroy, in reverse order")
    destroy(terraform, design, stacks, options)
    left = standing()
    if left:
        raise OperationError(f"left behind: {left}")
    out.print("nothing is left in any account", markup=False)


def _order(design: Design, stacks: Collection[str]) -> dict[str, tuple[str, ...]]:
    return {stack: before for stack, before in design.order.items() if stack in stacks}


def _unchanged(terraform: Terraform) -> Work:
    def work(stack: str, say: Callable[[str], None]) -> str:
        say("plan")
        if terraform.plan(stack):
            raise TerraformError("a plan right after the apply shows changes")
        return "no changes"

    return work


def _walk(
    terraform: Terraform, design: Design, order: Mapping[str, tuple[str, ...]], options: Options, work: Work
) -> None:
    failures = _steps(terraform, design, order, options, work)
    if failures:
        raise OperationError("\n\n".join(failures))


def _steps(
    terraform: Terraform,
    design: Design,
    order: Mapping[str, tuple[str, ...]],
    options: Options,
    work: Work,
    *,
    keep_going: bool = False,
) -> list[str]:
    """Walk stacks; returns the error of each that failed, with where its log is."""
    accounts = {stack: design.accounts[stack] for stack in order}
    for stack in order:  # a run that was killed may have left one, and states would go beside the stacks
        (terraform.folder(stack) / OVERRIDE).unlink(missing_ok=True)
    with following(accounts) as tell, interruptible(terraform, lambda text: err.print(text, markup=False)):
        steps = walk(order, work, tell, workers=options.parallel, keep_going=keep_going)
    return [f"{step.stack}: {step.error}\nthe whole log: {terraform.log(step.stack)}" for step in steps if step.failed]
