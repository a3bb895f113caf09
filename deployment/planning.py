"""Plans stacks, and reads their plans."""

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
"""The actions in a plan's JSON, by the words of Terraform's own summary.

https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""


Report = Callable[[str], None]
WORDS = ("create", "change", "replace", "delete")


@dataclass(frozen=True)
class Planned:
    """What a plan would change in a stack, or the drift found in it. Addresses are Terraform's."""

    changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Addresses by `create`, `change`, `replace` and `delete`; words without addresses are left out."""
    outputs: tuple[str, ...] = ()
    """Outputs that change."""
    waits_for: str = ""
    """The stack that has to be applied before this one can be planned."""

    @property
    def remark(self) -> str:
        """What the counts do not show: that the stack waits for another, or that only outputs change."""
        if self.waits_for:
            return f"waits for {self.waits_for}"
        return "outputs" if self.outputs and not self.changes else ""

    def __str__(self) -> str:
        """A summary in Terraform's form."""
        counts = [f"{len(self.changes[word])} to {word}" for word in WORDS if word in self.changes]
        return ", ".join(counts) or self.remark or "no changes"

    @property
    def clean(self) -> bool:
        """Whether nothing would change."""
        return self == Planned()


def read_plan(document: Mapping[str, Any], part: str = "resource_changes") -> Planned:
    """Read a plan's JSON (`terraform show -json`): its changes, or with `resource_drift` the changes made outside."""
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


def drifted(drift: Planned, reverting: Planned) -> Planned:
    """The part of a drift that an apply would revert.

    A refresh also finds values that AWS or other resources of the stack have filled in since a resource was created,
    such as a gateway's share status or the rules of a security group. Nobody changed these by hand, and no apply would
    touch them.
    """
    reverted = set(chain.from_iterable(reverting.changes.values()))
    kept = {action: tuple(a for a in addresses if a in reverted) for action, addresses in drift.changes.items()}
    return Planned({action: addresses for action, addresses in kept.items() if addresses})


def plan_stack(terraform: Terraform, design: Design, found: dict[str, Planned]) -> Work:
    """Plan a stack, writing `tfplan` and `tfplan.json` to its folder, and add the plan to `found`.

    Earlier plans are deleted first: if planning fails, no stale plan is left behind.

    No lock is taken: a review needs no write access to the state, and Terraform refuses to apply a stale plan. If the
    bucket that the topology creates does not exist yet, there are no states: `state` and hubs are planned from an empty
    state, and `tfplan` is deleted, since applying it would write the state to the stack's folder.
    """

    def planned(stack: str, report: Report) -> Planned:
        for stale in (PLAN, PLAN_FILE):
            (terraform.folder(stack) / stale).unlink(missing_ok=True)
        try:
            terraform.init(stack)
        except TerraformError as failed:
            if design.state is None or not is_missing(failed):
                raise
            return _plan_from_nothing(terraform, design, stack, report)
        return _plan(terraform, stack, report)

    return _noting(terraform, design, found, planned)


def drift_stack(terraform: Terraform, design: Design, found: dict[str, Planned]) -> Work:
    """Compare a stack's state with AWS, and add changes made outside Terraform to `found`.

    Leaves `drift.json` in the folder, but no refresh-only plan: applying that would accept the drift into the state.
    """

    def planned(stack: str, report: Report) -> Planned:
        terraform.init(stack)
        report("refresh")
        changed = terraform.plan(stack, "-lock=false", "-refresh-only", out="drift")
        drift = read_plan(terraform.show(stack, "drift"), "resource_drift") if changed else Planned()
        (terraform.folder(stack) / "drift").unlink()
        return drift if drift.clean else drifted(drift, _plan(terraform, stack, report))

    return _noting(terraform, design, found, planned)


def _noting(
    terraform: Terraform, design: Design, found: dict[str, Planned], planned: Callable[[str, Report], Planned]
) -> Work:
    def work(stack: str, report: Report) -> str:
        terraform.begin_log(stack)
        report("init")
        try:
            found[stack] = planned(stack, report)
        except TerraformError as failed:
            before = waits_for(design, stack, failed)
            if not before:
                raise
            found[stack] = Planned(waits_for=before)
        return str(found[stack])

    return work


def _plan(terraform: Terraform, stack: str, report: Report) -> Planned:
    report("plan")
    terraform.plan(stack, "-lock=false")
    return read_plan(terraform.show(stack, PLAN))


def _plan_from_nothing(terraform: Terraform, design: Design, stack: str, report: Report) -> Planned:
    folder = terraform.folder(stack)
    if stack in design.spoke_stacks:
        return Planned(waits_for=design.spoke_stacks[stack].hub_stack)
    try:
        with local_backend(folder):
            terraform.init(stack, "-reconfigure")
            return _plan(terraform, stack, report)
    finally:
        (folder / PLAN).unlink(missing_ok=True)
        # Terraform records here which backend it was initialised with. Without it the next `init` starts afresh.
        (folder / ".terraform" / "terraform.tfstate").unlink(missing_ok=True)


def waits_for(design: Design, stack: str, failed: TerraformError) -> str:
    """The hub that has to be applied before a spoke can be planned, if Terraform's error means that; else empty.

    The hub has published no contract, or one that lacks what the spoke now needs; or its share does not exist (yet, or
    any more), and AWS reports that the gateway does not exist.
    """
    spoke = design.spoke_stacks.get(stack)
    if spoke is None:
        return ""
    output = " ".join(str(failed).split())
    signs = (
        rf"SSM Parameter \({re.escape(spoke.contract)}\): couldn't find resource",
        rf"Apply {re.escape(spoke.hub_stack)} first\.",
        r"reading EC2 Transit Gateway \(\S+\): couldn't find resource",
        r"InvalidTransitGatewayID\.NotFound",
    )
    return spoke.hub_stack if any(re.search(sign, output) for sign in signs) else ""
