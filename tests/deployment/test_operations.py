"""Operations walk the stacks of a design with Terraform: in which order, with what, and what is said of failures."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from deployment.bootstrap import OVERRIDE
from deployment.operations import OperationError, Options, deploy, destroy, plan, plan_again, validate
from deployment.planning import Planned
from deployment.walk import Step
from tests.deployment.recorded import Recorded, said
from tests.deployment.test_bootstrap import NO_BUCKET
from tests.examples import designed

DESIGN = designed("quickstart")
ALL = list(DESIGN.order)
HUB, LEDGER, PAYMENTS = "hub-core", "spoke-core-ledger", "spoke-core-payments"
ADDED = "echo 'aws_vpc.x: Creation complete after 1s'"
STATE = {"state state": "echo aws_kms_key.x"}
NO_CONTRACT = """Error: reading SSM Parameter (/endpoint-hub/core/contract): couldn't find resource

  with data.aws_ssm_parameter.contract,
"""


class Seen:
    """A view that keeps what it is shown."""

    def __init__(self) -> None:
        self.accounts: dict[str, str] = {}
        self.outcomes: dict[str, str] = {}

    @contextmanager
    def following(self, accounts: Mapping[str, str], /) -> Iterator[Callable[[Step], None]]:
        self.accounts = dict(accounts)
        yield lambda step: self.outcomes.update({step.stack: step.status})

    def warn(self, text: str, /) -> None:
        raise AssertionError(f"nobody interrupts this, and it warns: {text}")


def recorded(folder: Path, answers: Mapping[str, str]) -> Recorded:
    return Recorded(folder / "fake", DESIGN, answers)


def stacks(made: Recorded, verb: str) -> list[str]:
    """The stacks that a verb of Terraform was called for, in order, each once."""
    return list(dict.fromkeys(call.split()[0] for call in made.calls if call.split()[1] == verb))


def test_deploy_applies_state_hub_and_spokes_in_this_order_and_shows_what_became_of_each(tmp_path: Path) -> None:
    made, view = recorded(tmp_path, {**STATE, "hub-core apply": ADDED, f"{LEDGER} plan": "exit 0"}), Seen()
    deploy(made.terraform, DESIGN, ALL, Options(), view=view)
    assert stacks(made, "apply") == ["state", HUB, PAYMENTS]
    assert view.outcomes == {
        "state": "no changes",
        HUB: "1 added",
        LEDGER: "no changes",
        PAYMENTS: "no changes",
    }
    assert view.accounts == DESIGN.accounts


def test_only_the_stacks_that_were_chosen_are_touched(tmp_path: Path) -> None:
    made, view = recorded(tmp_path, {}), Seen()
    deploy(made.terraform, DESIGN, [LEDGER], Options(), view=view)
    assert {call.split()[0] for call in made.calls} == {LEDGER}
    assert view.accounts == {LEDGER: "333333333333"}


def test_a_spoke_whose_hub_has_no_contract_says_what_to_apply_first(tmp_path: Path) -> None:
    made = recorded(tmp_path, {f"{LEDGER} plan": said(NO_CONTRACT, 1)})
    with pytest.raises(OperationError) as failed:
        deploy(made.terraform, DESIGN, [LEDGER], Options(), view=Seen())
    text = str(failed.value)
    assert text.startswith(f"{LEDGER}: Error: reading SSM Parameter"), text
    assert "waits for hub-core: apply that first" in text
    assert f"full log: {made.terraform.log(LEDGER)}" in text


def test_a_failed_hub_is_reported_with_its_log_and_no_spoke_is_begun(tmp_path: Path) -> None:
    made, view = recorded(tmp_path, {**STATE, "hub-core apply": said("Error: UnauthorizedOperation", 1)}), Seen()
    with pytest.raises(OperationError) as failed:
        deploy(made.terraform, DESIGN, ALL, Options(), view=view)
    assert str(failed.value) == f"hub-core: Error: UnauthorizedOperation\nfull log: {made.terraform.log(HUB)}"
    assert view.outcomes == {"state": "no changes", HUB: "failed"}
    assert stacks(made, "init") == ["state", HUB]


def test_a_local_backend_that_a_killed_run_left_behind_is_taken_away_first(tmp_path: Path) -> None:
    made = recorded(tmp_path, {"hub-core init": f"test ! -f {OVERRIDE}"})
    (made.terraform.folder(HUB) / OVERRIDE).write_text("{}")
    deploy(made.terraform, DESIGN, [HUB], Options(), view=Seen())


def test_destroy_goes_from_the_spokes_to_the_bucket_and_plans_destructions_only(tmp_path: Path) -> None:
    made = recorded(tmp_path, {})
    destroy(made.terraform, DESIGN, ALL, Options(), view=Seen())
    applied = stacks(made, "apply")
    assert (set(applied[:2]), applied[2:]) == ({LEDGER, PAYMENTS}, [HUB, "state"])
    plans = [call for call in made.calls if call.split()[1] == "plan"]
    assert len(plans) == 4
    assert all(call.endswith(" -destroy") for call in plans), plans


def test_a_spoke_that_cannot_be_destroyed_keeps_its_hub(tmp_path: Path) -> None:
    made = recorded(tmp_path, {f"{LEDGER} apply": said("Error: DependencyViolation", 1)})
    with pytest.raises(OperationError, match=f"{LEDGER}: Error: DependencyViolation"):
        destroy(made.terraform, DESIGN, ALL, Options(), view=Seen())
    assert not {HUB, "state"} & set(stacks(made, "init"))


CREATES = '{"resource_changes": [{"address": "aws_vpc.x", "mode": "managed", "change": {"actions": ["create"]}}]}'


def test_a_plan_counts_what_it_would_do_and_goes_on_past_stacks_that_fail(tmp_path: Path) -> None:
    answers = {
        "state plan": said("Error: AccessDenied", 1),
        "hub-core show": said(CREATES),
        f"{LEDGER} plan": said(NO_CONTRACT, 1),
        f"{PAYMENTS} plan": "exit 0",
    }
    made = recorded(tmp_path, answers)
    found, failures = plan(made.terraform, DESIGN, ALL, Options(), view=Seen(), drift=False)
    assert found == {
        HUB: Planned({"create": ("aws_vpc.x",)}),
        LEDGER: Planned(waits_for=HUB),
        PAYMENTS: Planned(),
    }
    assert failures == [f"state: Error: AccessDenied\nfull log: {made.terraform.log('state')}"]
    assert not stacks(made, "apply")
    assert all("-lock=false" in call for call in made.calls if call.split()[1] == "plan"), "a review takes no lock"


def test_before_there_is_a_bucket_the_hub_is_planned_from_nothing_and_its_spokes_wait(tmp_path: Path) -> None:
    plan_file = "echo plan > tfplan; exit 2"
    made = recorded(
        tmp_path,
        {
            "hub-core init 1": said(NO_BUCKET, 1),
            "hub-core init 2": f"test -f {OVERRIDE}",
            "hub-core plan": plan_file,
            "hub-core show": said(CREATES),
            f"{LEDGER} init": said(NO_BUCKET, 1),
        },
    )
    found, failures = plan(made.terraform, DESIGN, [HUB, LEDGER], Options(), view=Seen(), drift=False)
    assert (found, failures) == ({HUB: Planned({"create": ("aws_vpc.x",)}), LEDGER: Planned(waits_for=HUB)}, [])
    left = {path.name for path in made.terraform.folder(HUB).iterdir()}
    assert left == {"tfplan.json"}, "a plan that could be applied would put the state beside the stack"


def test_drift_is_what_an_apply_would_undo(tmp_path: Path) -> None:
    drift = (
        '{"resource_drift": ['
        '{"address": "aws_route.x", "mode": "managed", "change": {"actions": ["delete"]}}, '
        '{"address": "aws_security_group.x", "mode": "managed", "change": {"actions": ["update"]}}]}'
    )
    healing = CREATES.replace("aws_vpc", "aws_route")
    refreshed = "echo > drift; exit 2"
    answers = {"hub-core plan 1": refreshed, "hub-core show 1": said(drift), "hub-core show 2": said(healing)}
    made = recorded(tmp_path, answers)
    found, failures = plan(made.terraform, DESIGN, [HUB], Options(), view=Seen(), drift=True)
    assert (found, failures) == ({HUB: Planned({"delete": ("aws_route.x",)})}, [])
    assert not (made.terraform.folder(HUB) / "drift").exists(), "applied, it would make the drift the state"


def test_a_plan_right_after_an_apply_that_shows_changes_is_an_error(tmp_path: Path) -> None:
    made = recorded(tmp_path, {f"{LEDGER} plan": "exit 0"})
    with pytest.raises(OperationError) as failed:
        plan_again(made.terraform, DESIGN, [LEDGER, PAYMENTS], Options(), view=Seen())
    assert str(failed.value).startswith(f"{PAYMENTS}: a plan right after the apply shows changes")
    assert LEDGER not in str(failed.value)


def test_validation_stops_at_the_first_stack_that_the_provider_refuses(tmp_path: Path) -> None:
    made = recorded(tmp_path, {"hub-core validate": said('Error: Unsupported argument "amazon_side_as"', 1)})
    with pytest.raises(OperationError) as failed:
        validate(made.terraform, ALL)
    log = made.terraform.output / "logs" / "validate" / "hub-core.log"
    assert str(failed.value) == f'hub-core: Error: Unsupported argument "amazon_side_as"\nfull log: {log}'
    assert stacks(made, "validate") == ["state", HUB]
    assert all("-backend=false" in call for call in made.calls if call.split()[1] == "init")
