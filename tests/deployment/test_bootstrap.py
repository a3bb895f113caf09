"""The state bucket is made once, and its own state is never lost: with what Terraform 1.11.4 printed."""

from pathlib import Path

import pytest

from deployment.bootstrap import LOCAL_STATE, OVERRIDE, bootstrap, is_missing, retire
from deployment.terraform import TerraformError
from tests.deployment.recorded import Recorded, said
from tests.examples import designed

NO_BUCKET = """Error: Failed to get existing workspaces: S3 bucket "example-network-state" does not exist.

The referenced S3 bucket must have been previously created. If the S3 bucket
was created within the last minute, please wait for a minute or two and try
again.

Error: operation error S3: ListObjectsV2, https response error StatusCode: 404, RequestID: n1YswUAuyhLv, HostID: 9Gjjt1m+cjU4=, NoSuchBucket: 
"""  # noqa: W291  as Terraform prints it
NO_ROLE = """Error: Cannot assume IAM Role

IAM Role (arn:aws:iam::111111111111:role/Nobody) cannot be assumed.

There are a number of possible causes of this - the most common are:
  * The credentials used in order to assume the role are invalid
  * The credentials do not have appropriate permission to assume the role
  * The role ARN is not valid

Error: operation error STS: AssumeRole, https response error StatusCode: 403,
RequestID: rur2m50yB2xa, api error AccessDenied: User is not authorized to
perform: sts:AssumeRole
"""
OTHERS = {
    "role": NO_ROLE,
    "profile": "Error: failed to get shared config profile, nobody",
    "no such file": 'Error: Unreadable module directory\n\nThe directory "modules/nobody" does not exist.',
    "key": "Error: operation error S3: PutObject, https response error StatusCode: 400, api error KMS.NotFoundException: "
    "Key 'arn:aws:kms:us-east-1:111111111111:key/0000' does not exist",
    "object": "Error: operation error S3: GetObject, https response error StatusCode: 404, NoSuchKey: The specified key "
    "does not exist.",
    "a role of that name": "Error: Cannot assume IAM Role\n\nIAM Role (arn:aws:iam::111111111111:role/NoSuchBucket) cannot "
    "be assumed.",
}
ONE = "echo aws_s3_bucket.state"
APPLIED = f"echo made > {LOCAL_STATE}; echo 'aws_s3_bucket.state: Creation complete after 2s [id=x]'"
LOCALLY = f"test -f {OVERRIDE} || {{ echo 'the backend is not the local one'; exit 1; }}; "
REMOTELY = f"test ! -f {OVERRIDE} || {{ echo 'the backend is the local one'; exit 1; }}; "


def test_a_missing_bucket_is_known_by_the_code_of_s3() -> None:
    assert is_missing(TerraformError(NO_BUCKET))


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_what_else_does_not_exist_is_no_missing_bucket(text: str) -> None:
    assert not is_missing(TerraformError(text))


def recorded(folder: Path, answers: dict[str, str], *, local: bool = False) -> Recorded:
    made = Recorded(folder / "fake", designed("quickstart"), answers)
    if local:
        (made.terraform.folder("state") / LOCAL_STATE).write_text("an earlier run's")
    return made


def files(made: Recorded) -> set[str]:
    return {path.name for path in made.terraform.folder("state").iterdir()}


def run(made: Recorded) -> str:
    return bootstrap(made.terraform)("state", lambda _: None)


def test_without_a_bucket_the_stack_is_applied_locally_and_its_state_moves_into_the_bucket(tmp_path: Path) -> None:
    made = recorded(
        tmp_path,
        {
            "state init 1": REMOTELY + said(NO_BUCKET, 1),
            "state init 2": LOCALLY,
            "state plan": f"{LOCALLY} exit 2",
            "state apply": LOCALLY + APPLIED,
            "state init 3": REMOTELY,
            "state state": REMOTELY + ONE,
        },
    )
    assert run(made) == "1 added"
    assert made.calls == [
        "state init -reconfigure",
        "state init -reconfigure",
        "state plan -detailed-exitcode -out=tfplan",
        "state apply tfplan",
        "state init -migrate-state -force-copy",
        "state state list",
    ]
    assert files(made) == set(), "the local state is in the bucket now"


def test_a_bucket_whose_state_it_has_is_changed_in_place(tmp_path: Path) -> None:
    made = recorded(tmp_path, {"state state": REMOTELY + ONE, "state plan": f"{REMOTELY} exit 0"}, local=True)
    assert run(made) == "no changes"
    assert "state apply tfplan" not in made.calls
    assert files(made) == set(), "a local state that is left is stale"


def test_somebody_elses_bucket_is_refused_and_nothing_is_planned(tmp_path: Path) -> None:
    made = recorded(tmp_path, {})
    with pytest.raises(TerraformError, match="Set `create: false` under `state`"):
        run(made)
    assert made.calls == ["state init -reconfigure", "state state list"]


def test_an_interrupted_run_goes_on_from_its_local_state(tmp_path: Path) -> None:
    """It made the bucket, and did not come to move the state."""
    made = recorded(
        tmp_path, {"state state 2": ONE, "state init 2": LOCALLY, "state plan": f"{LOCALLY} exit 0"}, local=True
    )
    assert run(made) == "no changes"
    assert made.calls[-2:] == ["state init -migrate-state -force-copy", "state state list"]
    assert files(made) == set()


def test_a_state_that_does_not_arrive_is_kept_here(tmp_path: Path) -> None:
    made = recorded(tmp_path, {"state init 1": said(NO_BUCKET, 1), "state apply": APPLIED})
    with pytest.raises(TerraformError, match="it is still in .*" + LOCAL_STATE):
        run(made)
    assert files(made) == {LOCAL_STATE}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_another_failure_of_init_makes_no_bucket(tmp_path: Path, text: str) -> None:
    made = recorded(tmp_path, {"state init": said(text, 1)})
    with pytest.raises(TerraformError) as failed:
        run(made)
    assert str(failed.value).split() == text.split(), "Terraform's own words are the message"
    assert made.calls == ["state init -reconfigure"]


def test_a_failed_apply_keeps_the_local_state_and_takes_the_local_backend_away(tmp_path: Path) -> None:
    failing = f"echo partly > {LOCAL_STATE}; {said('Error: BucketAlreadyExists', 1)}"
    made = recorded(tmp_path, {"state init 1": said(NO_BUCKET, 1), "state apply": failing})
    with pytest.raises(TerraformError, match="BucketAlreadyExists"):
        run(made)
    assert files(made) == {LOCAL_STATE}


def retired(made: Recorded) -> str:
    return retire(made.terraform)("state", lambda _: None)


def test_before_the_bucket_is_destroyed_its_own_state_is_taken_out_of_it(tmp_path: Path) -> None:
    gone = f"{LOCALLY} rm {LOCAL_STATE}; echo 'aws_s3_bucket.state: Destruction complete after 1s'"
    moved = f"{LOCALLY} echo moved > {LOCAL_STATE}"
    made = recorded(tmp_path, {"state init 1": REMOTELY, "state init 2": moved, "state apply": gone})
    assert retired(made) == "1 destroyed"
    assert made.calls == [
        "state init -reconfigure",
        "state init -migrate-state -force-copy",
        "state plan -detailed-exitcode -out=tfplan -destroy",
        "state apply tfplan",
    ]
    assert files(made) == set()


def test_an_interrupted_destruction_goes_on_from_the_state_that_was_moved(tmp_path: Path) -> None:
    """The bucket may be gone already, and its state with it: nothing is fetched from there."""
    made = recorded(tmp_path, {"state init 1": said(NO_BUCKET, 1), "state init 2": LOCALLY}, local=True)
    retired(made)
    assert made.calls[1:] == [
        "state init -reconfigure",
        "state plan -detailed-exitcode -out=tfplan -destroy",
        "state apply tfplan",
    ]
    assert files(made) == set()


def test_without_a_bucket_there_is_nothing_to_destroy(tmp_path: Path) -> None:
    made = recorded(tmp_path, {"state init": said(NO_BUCKET, 1)})
    assert retired(made) == "no changes"
    assert made.calls == ["state init -reconfigure"]
