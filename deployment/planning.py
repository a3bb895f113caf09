"""Plans stacks, and reads what their plans would do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from deployment.bootstrap import is_missing, local_backend
from deployment.terraform import PLAN, PLAN_FILE, Terraform, TerraformError
from deployment.walk import Work
from topology import Design

__all__ = ["WORDS", "Planned", "drift_stack", "drifted", "plan_stack", "read_plan", "waits_for"]

ACTIONS = {
    ("create",): "create",
    ("update",): "change",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
"""What Terraform calls each action in a plan's JSON, in the words of its own summary.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""


Say = Callable[[str], None]
WORDS = ("create", "change", "replace", "delete")


@dataclass(frozen=True)
class Planned:
    """What a plan would do to a stack, or what somebody has done to it. Addresses are Terraform's."""

    changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Addresses by `create`, `change`, `replace` and `delete`; none that has no address."""
    outputs: tuple[str, ...] = ()
    """Outputs that change."""
    waits_for: str = ""
    """The stack that has to be applied before this one can be planned."""

    @property
    def remark(self) -> str:
        """What the numbers of addresses do not say."""
        if self.waits_for:
            return f"waits for {self.waits_for}"
        return "outputs" if self.outputs and not self.changes else ""

    def __str__(self) -> str:
        """As Terraform sums it up."""
        told = [f"{len(self.changes[word])} to {word}" for word in WORDS if word in self.changes]
        return ", ".join(told) or self.remark or "no changes"

    @property
    def clean(self) -> bool:
        """Whether nothing would change."""
        return self == Planned()


def read_plan(document: Mapping[str, Any], part: str = "resource_changes") -> Planned:
    """Read a plan's JSON (`terraform show -json`): what it would do, or, as `resource_drift`, what was done outside."""
    found: dict[str, list[str]] = {}
    for change in document.get(part, ()):
        action = ACTIONS.get(tuple(change["change"]["actions"]))
        if action is not None and change["mode"] == "managed":
            found.setdefault(action, []).append(change["address"])
    outputs = document.get("output_changes", {}) if part == "resource_changes" else {}
    return Planned(
        changes={action: tuple(sorted(addresses)) for action, addresses in found.items()},
        outputs=tuple(sorted(name for name, change in outputs.items() if change["actions"] != ["no-op"])),
    )


def drifted(drift: Planned, healing: Planned) -> Planned:
    """The part of a drift that an apply would undo.

    A refresh also finds what AWS and other resources of the stack have filled in since a resource was made: a gateway's
    share status, the rules of a security group. None of it is anybody's change, and no apply would touch it.
    """
    undone = set(chain.from_iterable(healing.changes.values()))
    kept = {action: tuple(a for a in addresses if a in undone) for action, addresses in drift.changes.items()}
    return Planned({action: addresses for action, addresses in kept.items() if addresses})


def plan_stack(terraform: Terraform, design: Design, found: dict[str, Planned]) -> Work:
    """Plan a stack, leaving `tfplan` and `tfplan.json` in its folder; `found` takes what the plan would do.

    Earlier ones go first: where no plan can be made, none is left that somebody could take for it.

    No lock is taken: a review needs no right to write the state, and Terraform refuses to apply a plan that is stale.
    Where the bucket that the topology makes does not exist yet, no state does: state and hubs are planned from nothing,
    and no `tfplan` is left, since applying it would put the state beside the stack.
    """

    def planned(stack: str, say: Say) -> Planned:
        for stale in (PLAN, PLAN_FILE):
            (terraform.folder(stack) / stale).unlink(missing_ok=True)
        try:
            terraform.init(stack)
        except TerraformError as failed:
            if design.state is None or not is_missing(failed):
                raise
            return _plan_from_nothing(terraform, design, stack, say)
        return _plan(terraform, stack, say)

    return _noting(terraform, design, found, planned)


def drift_stack(terraform: Terraform, design: Design, found: dict[str, Planned]) -> Work:
    """Compare a stack's state with AWS, and `found` takes what somebody changed outside of Terraform.

    Leaves `drift.json` in its folder, and no refresh-only plan: applying that would make the drift the state.
    """

    def planned(stack: str, say: Say) -> Planned:
        terraform.init(stack)
        say("refresh")
        changed = terraform.plan(stack, "-lock=false", "-refresh-only", out="drift")
        drift = read_plan(terraform.show(stack, "drift"), "resource_drift") if changed else Planned()
        (terraform.folder(stack) / "drift").unlink()
        return drift if drift.clean else drifted(drift, _plan(terraform, stack, say))

    return _noting(terraform, design, found, planned)


def _noting(
    terraform: Terraform, design: Design, found: dict[str, Planned], planned: Callable[[str, Say], Planned]
) -> Work:
    def work(stack: str, say: Say) -> str:
        terraform.begin_log(stack)
        say("init")
        try:
            found[stack] = planned(stack, say)
        except TerraformError as failed:
            before = waits_for(design, stack, failed)
            if not before:
                raise
            found[stack] = Planned(waits_for=before)
        return str(found[stack])

    return work


def _plan(terraform: Terraform, stack: str, say: Say) -> Planned:
    say("plan")
    terraform.plan(stack, "-lock=false")
    return read_plan(terraform.show(stack, PLAN))


def _plan_from_nothing(terraform: Terraform, design: Design, stack: str, say: Say) -> Planned:
    folder = terraform.folder(stack)
    if stack in design.spoke_stacks:
        return Planned(waits_for=design.spoke_stacks[stack].hub_stack)
    try:
        with local_backend(folder):
            terraform.init(stack, "-reconfigure")
            return _plan(terraform, stack, say)
    finally:
        (folder / PLAN).unlink(missing_ok=True)
        # Where Terraform notes which backend it was initialised with: the next `init` is the first again.
        (folder / ".terraform" / "terraform.tfstate").unlink(missing_ok=True)


def waits_for(design: Design, stack: str, failed: TerraformError) -> str:
    """The hub that has to be applied before a spoke can be planned, where that is what Terraform's error means.

    The hub has published no contract, or one that lacks what the spoke now needs; or its share is not there (yet, or
    any more), and AWS says that its gateway does not exist.
    """
    spoke = design.spoke_stacks.get(stack)
    if spoke is None:
        return ""
    said = " ".join(str(failed).split())
    signs = (
        rf"SSM Parameter \({re.escape(spoke.contract)}\): couldn't find resource",
        rf"Apply {re.escape(spoke.hub_stack)} first\.",
        r"reading EC2 Transit Gateway \(\S+\): couldn't find resource",
        r"InvalidTransitGatewayID\.NotFound",
    )
    return spoke.hub_stack if any(re.search(sign, said) for sign in signs) else ""
