"""A folder of stacks holds all of them or is as it was, and nothing is deleted in it that is not this project's."""

import json
import multiprocessing
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from deployment.manifest import MANIFEST
from deployment.output import UnwritableError, write
from deployment.synthesis import synthesise
from tests.deployment.test_synthesis import tree
from tests.examples import ROOT, changed, designed, synthesised
from tests.waiting import PATIENCE

FEWER = changed("quickstart", spokes__ledger=None)
LEDGER = Path("stacks", "spoke-core-ledger")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A folder with the stacks of the quickstart."""
    write(synthesised("quickstart"), tmp_path / "out", designed("quickstart"))
    return tmp_path / "out"


def without_ledger(output: Path) -> list[str]:
    return write(synthesise(FEWER), output, FEWER)


def test_the_folder_of_a_stack_that_is_gone_is_deleted_and_reported(output: Path) -> None:
    (output / "stacks" / "notes").mkdir()
    (output / "stacks" / "spoke-core-payments" / ".terraform").mkdir()
    assert without_ledger(output) == [f"{output / LEDGER} is no stack of the topology any more, and was deleted"]
    assert sorted(path.name for path in (output / "stacks").iterdir()) == [
        "hub-core",
        "notes",
        "spoke-core-payments",
        "state",
    ]
    assert (output / "stacks/spoke-core-payments/.terraform").is_dir(), "a stack that lives keeps Terraform's files"


def add_state(folder: Path) -> None:
    (folder / "errored.tfstate").write_text("{}")


def add_terraform(folder: Path) -> None:
    (folder / ".terraform").mkdir()
    (folder / ".terraform" / "terraform.tfstate").write_text("{}")


def add_note(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine")


def move_state(folder: Path) -> None:
    path = folder / "cdk.tf.json"
    path.write_text(path.read_text().replace("endpoint-hub/spoke", "other/spoke"))


def make_link(folder: Path) -> None:
    folder.rename(folder.parents[1] / "elsewhere")
    folder.symlink_to(folder.parents[1] / "elsewhere")


def unlist(folder: Path) -> None:
    (folder.parents[1] / MANIFEST).unlink()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(add_state, "it holds a state file (errored.tfstate)", id="a state"),
        pytest.param(add_terraform, "it holds .terraform", id="Terraform's files"),
        pytest.param(add_note, "it holds notes.txt", id="a file of somebody's"),
        pytest.param(
            move_state,
            "it belongs to another topology: its state is example-network-state/other/spoke-core-ledger.tfstate",
            id="another topology's state",
        ),
        pytest.param(make_link, "it is a link", id="a link"),
        pytest.param(unlist, "no manifest.json lists it", id="no manifest"),
    ],
)
def test_a_folder_that_may_matter_to_somebody_is_kept_and_reported(
    output: Path, change: Callable[[Path], None], why: str
) -> None:
    change(output / LEDGER)
    before = tree(output / LEDGER)
    assert without_ledger(output) == [f"{output / LEDGER} is no stack of the topology, and is kept because {why}"]
    assert tree(output / LEDGER) == before


def test_a_second_topology_in_one_folder_leaves_the_first_ones_stacks(output: Path) -> None:
    other = changed(
        "minimal", state__bucket="another-state", hubs={"edge": {**hub_of_minimal()}}, spokes__payments__hub="edge"
    )
    said = write(synthesise(other), output, other)
    assert [text.partition(" is no stack")[0] for text in said] == [
        str(output / "stacks" / name) for name in ("hub-core", "spoke-core-ledger", "spoke-core-payments", "state")
    ]
    assert all("it belongs to another topology: its state is example-network-state/" in text for text in said), said


def hub_of_minimal() -> dict[str, object]:
    return {
        "region": "us-east-1",
        "account": "111111111111",
        "cidr": "10.0.0.0/22",
        "zones": ["use1-az1", "use1-az2"],
        "pools": ["10.0.4.0/22"],
        "services": ["kms"],
    }


# What goes wrong in the middle ----------------------------------------------------------------------------------------

PROGRAM = """
import json, os, pickle, sys
from pathlib import Path
from deployment.output import write
result, design, output, act = pickle.loads(sys.stdin.buffer.read())
done = 0
def count(_):
    global done
    done += 1
    if done == 2:
        exec(act)
write(result, Path(output), design, count)
"""


def interrupted(output: Path, act: str) -> subprocess.CompletedProcess[bytes]:
    """Write other stacks to a folder, and do something when the second one is written beside its old self."""
    import pickle  # noqa: PLC0415  between processes of this test

    design = changed("quickstart", hubs__core__asn="64999", tags={"owner": "somebody-else"})
    given = pickle.dumps((synthesise(design), design, str(output), act))
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, input=given, capture_output=True, timeout=PATIENCE, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_in_the_middle_waits_until_everything_is_written(output: Path, number: signal.Signals) -> None:
    before = tree(output)
    done = interrupted(output, f"os.kill(os.getpid(), {int(number)})")
    assert done.returncode == -number, done.stderr
    after = tree(output)
    assert after.keys() == before.keys()
    changed_files = {name for name in before if after[name] != before[name]}
    assert changed_files == before.keys() - {MANIFEST}, "expected every stack to be the new one"


def test_a_process_that_is_killed_in_the_middle_leaves_the_folder_as_it_was(output: Path) -> None:
    before = tree(output)
    done = interrupted(output, f"os.kill(os.getpid(), {int(signal.SIGKILL)})")
    assert done.returncode == -signal.SIGKILL
    left = {name: text for name, text in tree(output).items() if not name.startswith(".new-")}
    assert left == before
    write(synthesised("quickstart"), output, designed("quickstart"))
    assert tree(output) == before, "expected the next run to remove what was left"


def test_a_disk_that_is_full_leaves_the_folder_as_it_was(output: Path) -> None:
    """A limit on the size of files stands for the disk: the system refuses to write the same way."""
    before = tree(output)
    larger = changed("quickstart", hubs__core__services=["kms", "ssm", "ssmmessages", "ec2messages", "sqs", "sns"])
    largest = max(map(len, synthesised("quickstart").stacks.values()))
    made = synthesise(larger)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, limits[1]))
    try:
        with pytest.raises(UnwritableError) as refused:
            write(made, output, larger)
        with pytest.raises(UnwritableError):
            write(made, output.with_name("new") / "deeper", larger)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(refused.value) == f"cannot write to {output}: File too large"
    assert tree(output) == before
    assert not output.with_name("new").exists(), "expected no folder where there was none"


def test_a_link_to_nowhere_in_the_place_of_a_stack_is_an_error_with_its_name(output: Path) -> None:
    folder = output / LEDGER
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.symlink_to("nowhere")
    before = tree(output)
    with pytest.raises(UnwritableError) as refused:
        write(synthesised("quickstart"), output, designed("quickstart"))
    assert str(refused.value) == f"cannot write to {folder}: File exists"
    assert tree(output) == before


def test_the_folder_of_a_stack_may_be_a_link(output: Path) -> None:
    make_link(output / LEDGER)
    (output / "elsewhere" / "cdk.tf.json").write_text("{}")
    write(synthesised("quickstart"), output, designed("quickstart"))
    assert (output / LEDGER).is_symlink()
    assert (output / "elsewhere" / "cdk.tf.json").read_bytes() == synthesised("quickstart").stacks["spoke-core-ledger"]


def test_the_folder_of_a_stack_may_be_a_link_to_another_disk(output: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == output.stat().st_dev:
        pytest.skip("there is no second file system here")
    with tempfile.TemporaryDirectory(dir=memory) as elsewhere:
        shutil.rmtree(output / LEDGER)
        (output / LEDGER).symlink_to(elsewhere)
        write(synthesised("quickstart"), output, designed("quickstart"))
        assert tree(Path(elsewhere)) == {"cdk.tf.json": synthesised("quickstart").stacks["spoke-core-ledger"]}


def test_a_folder_in_the_place_of_a_file_is_an_error_and_nothing_is_written(output: Path) -> None:
    (output / LEDGER / "cdk.tf.json").unlink()
    (output / LEDGER / "cdk.tf.json").mkdir()
    before = tree(output)
    other = changed("quickstart", hubs__core__asn="64999")
    with pytest.raises(UnwritableError) as refused:
        write(synthesise(other), output, other)
    assert str(refused.value) == f"cannot write to {output / LEDGER / 'cdk.tf.json'}: Is a directory"
    assert tree(output) == before


def rewrite(output: Path, example: str) -> None:
    for _ in range(20):
        write(synthesised(example), output, designed(example))


def test_runs_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    examples = ("minimal", "quickstart", "minimal", "quickstart")
    for example in set(examples):
        synthesised(example)  # once, before the processes fork
    processes = [
        multiprocessing.get_context("fork").Process(target=rewrite, args=(tmp_path, example)) for example in examples
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    listed = json.loads((tmp_path / MANIFEST).read_text())["stacks"]
    assert sorted(path.parent.name for path in tmp_path.glob("stacks/*/cdk.tf.json")) == sorted(listed)
    assert not list(tmp_path.glob(".new-*"))
