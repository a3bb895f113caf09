"""Making stacks: the same bytes as CDKTF's, and only sound ones; and what a second synthesis changes of a folder."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployment.output import write
from deployment.synthesis import UnsoundError, select, synthesise
from modules import aws, cdk
from stacks.app import add_stacks
from tests.examples import EXAMPLES, ROOT, changed, designed, synthesised
from tests.families import SYNTHESES
from tests.topologies import designs
from tests.waiting import PATIENCE
from topology import Design

QUICKSTART = ["state", "hub-core", "spoke-core-ledger", "spoke-core-payments"]


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def run_main(example: str, folder: Path, **environment: str) -> dict[str, bytes]:
    """What `python main.py` writes, as one of our users runs it."""
    topology = str(ROOT / "examples" / f"{example}.yaml")
    env = {**os.environ, "HUB_TOPOLOGY": topology, "CDKTF_OUTDIR": str(folder / "out"), **environment}
    subprocess.run(
        [sys.executable, str(ROOT / "main.py")], cwd=folder, env=env, check=True, capture_output=True, timeout=PATIENCE
    )
    return tree(folder / "out")


@pytest.mark.parametrize("example", EXAMPLES)
def test_main_writes_the_same_bytes_from_another_folder_and_with_another_hash_seed(
    example: str, tmp_path: Path
) -> None:
    write(synthesised(example), tmp_path / "ours", designed(example))
    ours = tree(tmp_path / "ours")
    assert ours
    for seed in ("1", "2"):
        folder = tmp_path / f"elsewhere-{seed}"
        folder.mkdir()
        theirs = run_main(example, folder, PYTHONHASHSEED=seed)
        assert theirs == ours, [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)]


def by_cdktf(design: Design, folder: Path) -> dict[str, bytes]:
    """What CDKTF writes of a design where it makes every stack itself."""
    app = cdk.App(outdir=str(folder))
    add_stacks(app, design)
    app.synth()
    return tree(folder)


def differing(ours: dict[str, bytes], theirs: dict[str, bytes]) -> list[str]:
    return [name for name in sorted(ours.keys() | theirs.keys()) if ours.get(name) != theirs.get(name)]


@pytest.mark.family
@settings(max_examples=SYNTHESES.size)
@given(designs(), st.randoms(use_true_random=False))
def test_what_is_stamped_has_the_bytes_that_cdktf_writes(design: Design, random: Random) -> None:
    with TemporaryDirectory() as folder:
        theirs = by_cdktf(design, Path(folder, "theirs"))
        write(synthesise(design), Path(folder, "ours"), design)
        ours = tree(Path(folder, "ours"))
        assert not differing(ours, theirs)
        some = random.sample(list(design.order), k=random.randint(1, len(design.order)))
        write(synthesise(design, some.__contains__), Path(folder, "ours"), design)
        assert not differing(tree(Path(folder, "ours")), theirs), f"after a synthesis of {some} only"


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_have_the_bytes_that_cdktf_writes(example: str, tmp_path: Path) -> None:
    write(synthesised(example), tmp_path / "ours", designed(example))
    assert not differing(tree(tmp_path / "ours"), by_cdktf(designed(example), tmp_path / "theirs"))


def alike(count: int, **own: Any) -> Design:
    spokes = {
        f"spoke{at}": {"hub": "core", "account": f"{at:012}", "cidr": f"10.0.{4 + at}.0/24", **own}
        for at in range(count)
    }
    return changed("minimal", hubs__core__pools=["10.0.4.0/22", "10.0.8.0/21"], spokes=spokes)


@pytest.mark.parametrize(
    ("decide", "told"),
    [
        (lambda name: "dedicated" if name.startswith("x") else "default", r"/.*/test_synthesis\.py:\d+: "),
        (
            lambda name: f"{name}"[:5],
            r'spoke-core-spoke\d: line \d+ is "instance_tenancy": "spoke", but stamped from the spoke.s shape ',
        ),
    ],
    ids=["by a value", "by a text that holds it"],
)
def test_a_construct_that_decides_by_a_spokes_name_is_refused(
    decide: Callable[[str], str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vpc: Any = aws.Vpc

    def deciding(*arguments: Any, **values: Any) -> Any:
        return vpc(*arguments, **values, instance_tenancy=decide(values["tags"]["Name"]))

    monkeypatch.setattr(aws, "Vpc", deciding)
    with pytest.raises(UnsoundError) as refused:
        synthesise(alike(3))
    [reason] = refused.value.reasons
    assert re.match(told, reason), reason
    assert "make it a field of SpokeDesign" in reason, reason


def test_a_defect_of_a_shape_is_refused_once(monkeypatch: pytest.MonkeyPatch) -> None:
    table: Any = aws.RouteTable

    def careless(*arguments: Any, **values: Any) -> Any:
        del values["provider"]
        return table(*arguments, **values)

    monkeypatch.setattr(aws, "RouteTable", careless)
    with pytest.raises(UnsoundError) as refused:
        synthesise(alike(5), lambda stack: stack.startswith("spoke-"))
    assert [reason.partition(":")[0] for reason in refused.value.reasons] == ["spoke-core-spoke0"]


def test_every_stack_is_counted_once() -> None:
    counted: list[int] = []
    design = alike(7)
    synthesise(design, count=counted.append)
    assert sum(counted) == len(design.order) == 8


def test_hcl_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")
    with pytest.raises(UnsoundError, match="leave out --hcl"):
        synthesise(designed("minimal"))


def test_the_order_of_keys_in_the_file_does_not_matter() -> None:
    spokes = {
        "ledger": {"cidr": "10.0.5.0/24", "account": "333333333333", "hub": "core"},
        "payments": {"test_instance": "true", "cidr": "10.0.4.0/24", "hub": "core", "account": "222222222222"},
    }
    assert synthesise(changed("quickstart", spokes=spokes)) == synthesised("quickstart")


def test_adding_a_spoke_changes_its_own_file_and_the_manifest_only(tmp_path: Path) -> None:
    write(synthesised("quickstart"), tmp_path, designed("quickstart"))
    before = tree(tmp_path)
    more = changed("quickstart", spokes__added={"hub": "core", "account": "444444444444", "cidr": "10.0.6.0/24"})
    write(synthesise(more), tmp_path, more)
    after = tree(tmp_path)
    assert {name for name in after if before.get(name) != after[name]} == {
        "manifest.json",
        "stacks/spoke-core-added/cdk.tf.json",
    }
    assert not before.keys() - after.keys()


def test_a_file_that_would_not_change_is_not_touched(tmp_path: Path) -> None:
    write(synthesised("quickstart"), tmp_path, designed("quickstart"))
    path = tmp_path / "stacks" / "hub-core" / "cdk.tf.json"
    os.utime(path, (1, 1))
    write(synthesised("quickstart"), tmp_path, designed("quickstart"))
    assert path.stat().st_mtime == 1


def test_only_synthesises_what_it_names_and_leaves_the_rest_standing(tmp_path: Path) -> None:
    design = designed("quickstart")
    write(synthesised("quickstart"), tmp_path, design)
    before = tree(tmp_path)
    some = synthesise(design, select(design.order, ["spoke-*"]))
    assert sorted(some.stacks) == ["spoke-core-ledger", "spoke-core-payments"]
    write(some, tmp_path, design)
    assert tree(tmp_path) == before, "the manifest has the same bytes as after a synthesis of all stacks"


def test_only_in_an_empty_folder_writes_a_manifest_of_those_stacks(tmp_path: Path) -> None:
    design = designed("quickstart")
    write(synthesise(design, select(design.order, ["hub-core", "spoke-core-l*"])), tmp_path, design)
    stacks = json.loads((tmp_path / "manifest.json").read_text())["stacks"]
    assert {name: entry["dependencies"] for name, entry in stacks.items()} == {
        "hub-core": [],
        "spoke-core-ledger": ["hub-core"],
    }


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"stacks": 5}'])
def test_a_broken_manifest_is_written_anew(tmp_path: Path, broken: str) -> None:
    design = designed("quickstart")
    (tmp_path / "manifest.json").write_text(broken)
    write(synthesised("quickstart"), tmp_path, design)
    assert (tmp_path / "manifest.json").read_bytes() == synthesised("quickstart").manifest


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(UnsoundError) as refused:
        select(QUICKSTART, ["hub-*", "spoke-edge-*", "x"])
    assert refused.value.reasons == (
        'no stack matches "spoke-edge-*"; the stacks are state, hub-core, spoke-core-ledger, spoke-core-payments',
        'no stack matches "x"; the stacks are state, hub-core, spoke-core-ledger, spoke-core-payments',
    )


def test_the_manifest_says_what_comes_before_what() -> None:
    stacks = json.loads(synthesised("two-hubs").manifest)["stacks"]
    assert {name: entry["dependencies"] for name, entry in stacks.items()} == {
        name: list(before) for name, before in designed("two-hubs").order.items()
    }


def test_unsound_stacks_are_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    vpc: Any = aws.Vpc

    def careless(*arguments: Any, **values: Any) -> Any:
        """What a careless change of a construct would do."""
        del values["provider"]
        return vpc(*arguments, **values)

    monkeypatch.setattr(aws, "Vpc", careless)
    with pytest.raises(UnsoundError) as refused:
        synthesise(designed("minimal"))
    assert len(refused.value.reasons) == 2
    assert all("names no provider" in reason for reason in refused.value.reasons)
