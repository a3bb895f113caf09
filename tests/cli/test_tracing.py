"""`./hub trace` and the trace within `./hub synth`: what is said, in which form, and with which exit status."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.given import network_of
from cli.steps import proved
from deployment.synthesis import Synthesis, UnsoundError, synthesise
from review.intent import intent_of
from tests.assurance.faults import HUB, LEDGER, PAYMENTS, Stacks
from tests.examples import EXAMPLES, ROOT, changed, designed, synthesised

ROUTE = "gateway/route-pool-10-0-4-0_22"
QUICKSTART = str(ROOT / "examples/quickstart.yaml")


def trace(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["trace", *arguments])
    return done.exit_code, done.stdout, done.stderr


def folder(stacks: Stacks, at: Path) -> str:
    """Stacks as `./hub synth` writes them."""
    for name, stack in stacks.stacks.items():
        (at / "stacks" / name).mkdir(parents=True)
        (at / "stacks" / name / "cdk.tf.json").write_text(json.dumps(stack))
    return str(at)


def test_a_topology_that_works_is_a_table_and_exit_status_0() -> None:
    status, said, _ = trace(QUICKSTART)
    assert status == 0
    lines = said.splitlines()
    assert lines[0].split() == ["spoke", "ec2messages", "kms", "s3", "ssm", "ssmmessages"]
    assert lines[1].split() == ["ledger", "private", "private", "gateway", "private", "private"]
    assert "spoke to spoke: every pair is blocked" in lines
    assert "anything else that spokes reach: nothing" in lines


def test_a_broken_path_is_exit_status_1_with_the_hop_and_the_fix(tmp_path: Path) -> None:
    status, said, _ = trace(folder(Stacks().without(HUB, ROUTE), tmp_path))
    assert status == 1
    lines = said.splitlines()
    at = lines.index("FAILED HUB301 ledger → ec2messages and 3 others (and 1 spoke like it): reach")
    assert lines[at + 1 : at + 6] == [
        "  found:    broken",
        "  expected: private",
        "  affects:  2 spokes: ledger, payments → ec2messages, kms, ssm, ssmmessages",
        "  why:      no route leads to 10.0.5.0/26",
        "  fix:      add a route to 10.0.5.0/26 (aws_route), and likewise for the other ranges",
    ]


def test_what_would_never_be_applied_is_exit_status_1_though_every_path_works(tmp_path: Path) -> None:
    """A resource without a provider: nobody knows whose account it would be in."""
    stacks = Stacks()
    stacks.added(HUB, "aws_security_group", vpc_id=stacks.reference(HUB, "network/vpc"))
    status, said, _ = trace(QUICKSTART, folder(stacks, tmp_path), "--format", "json")
    document = json.loads(said)
    wrong = [each for each in document["findings"] if each["severity"] in {"failed", "unknown"}]
    assert {each["code"] for each in wrong} == {"HUB310"}, wrong
    assert (status, document["sound"]) == (1, False)


def test_a_topology_beside_stacks_says_what_is_meant(tmp_path: Path) -> None:
    stacks = folder(Stacks("production"), tmp_path)
    assert trace(stacks)[0] == 1, "without it, no spoke is meant to reach another"
    assert trace(str(ROOT / "examples/production.yaml"), stacks)[0] == 0


def test_single_files_are_traced_too(tmp_path: Path) -> None:
    stacks = Stacks().stacks
    files = [tmp_path / f"{name}.tf.json" for name in (HUB, PAYMENTS)]
    for file in files:
        file.write_text(json.dumps(stacks[file.name.removesuffix(".tf.json")]))
    status, said, _ = trace(*map(str, files))
    assert (status, said.splitlines()[1].split()[0]) == (0, "payments")


def plans(stacks: Iterable[str], at: Path) -> list[str]:
    """Plans of the quickstart where `./hub plan` leaves them."""
    files = []
    for stack in stacks:
        files.append(at / "stacks" / stack / "tfplan.json")
        files[-1].parent.mkdir(parents=True)
        files[-1].write_bytes((ROOT / f"tests/network/terraform/plans/second/{stack}.json").read_bytes())
    return list(map(str, files))


def test_plans_of_stacks_folders_are_one_network(tmp_path: Path) -> None:
    status, said, noted = trace(QUICKSTART, *plans((HUB, PAYMENTS, LEDGER), tmp_path), "--explain", "payments", "kms")
    assert (status, said.splitlines()[0][-7:], noted) == (0, "private", "")
    assert set(re.findall(r"at (\S+): aws_", said)) == {HUB, PAYMENTS}


def test_what_no_file_is_about_is_named_as_not_traced(tmp_path: Path) -> None:
    status, _, noted = trace(QUICKSTART, *plans((HUB, PAYMENTS), tmp_path))
    assert (status, noted) == (0, "not traced, since their VPCs are not in the input: ledger\n")


def test_a_plan_without_its_spokes_vpc_is_refused(tmp_path: Path) -> None:
    """A plan to destroy it, or one whose construct lost it."""
    files = plans((HUB, PAYMENTS, LEDGER), tmp_path)
    emptied = json.loads(Path(files[1]).read_bytes()) | {"planned_values": {}}
    Path(files[1]).write_text(json.dumps(emptied))
    status, said, noted = trace(QUICKSTART, *files)
    assert (status, said, noted) == (2, "", "payments: its VPC is not in its stack\n")


def test_two_files_of_one_stack_are_refused(tmp_path: Path) -> None:
    [first], [second] = plans([HUB], tmp_path / "a"), plans([HUB], tmp_path / "b")
    status, _, said = trace(first, second)
    assert (status, " ".join(said.split())) == (
        2,
        f"{first} and {second} are both for stack {HUB}; give only one of them",
    )


def test_files_of_one_name_go_by_their_tags_and_their_folders(tmp_path: Path) -> None:
    """`hub/plan.json` and `payments/plan.json` are two stacks; their tags say which, and else the folder does."""
    files = [tmp_path / "hub/plan.json", tmp_path / "payments/plan.json"]
    for file, stack in zip(files, (HUB, PAYMENTS), strict=True):
        file.parent.mkdir()
        file.write_bytes((ROOT / f"tests/network/terraform/plans/second/{stack}.json").read_bytes())
    status, said, noted = trace(QUICKSTART, *map(str, files), "--explain", "payments", "kms")
    assert (status, noted) == (0, "not traced, since their VPCs are not in the input: ledger\n")
    assert set(re.findall(r"at (\S+): aws_", said)) == {HUB, PAYMENTS}
    for file in files:
        file.write_text(file.read_text().replace("hub:stack", "team"))
    status, said, _ = trace(*map(str, files), "--explain", "payments", "kms")
    assert set(re.findall(r"at (\S+): aws_", said)) == {"hub", "payments"}


def test_two_files_of_one_stack_in_different_folders_are_refused(tmp_path: Path) -> None:
    """Whatever the folders are called: both have the stack's tag."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        plan = (ROOT / f"tests/network/terraform/plans/second/{HUB}.json").read_bytes()
        (tmp_path / name / "plan.json").write_bytes(plan)
    status, _, said = trace(str(tmp_path / "old/plan.json"), str(tmp_path / "new/plan.json"))
    assert (status, f"are both for stack {HUB}; give only one of them" in " ".join(said.split())) == (2, True)


def test_states_are_traced_like_plans(tmp_path: Path) -> None:
    files = []
    for stack in (HUB, LEDGER, PAYMENTS):
        files.append(tmp_path / f"{stack}.json")
        files[-1].write_bytes((ROOT / f"tests/network/terraform/states/{stack}.json").read_bytes())
    assert trace(QUICKSTART, *map(str, files)) == trace(QUICKSTART)


def test_a_raw_state_is_refused_with_the_command_that_reads_it(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate.json").write_text('{"version": 4, "lineage": "x", "resources": []}')
    status, _, said = trace(str(tmp_path))
    assert (status, "plan or a state (terraform show -json)" in " ".join(said.split())) == (2, True)


def test_explain_prints_every_hop() -> None:
    status, said, _ = trace(QUICKSTART, "--explain", "payments", "kms")
    assert status == 0
    assert said.startswith("payments → kms (kms.us-east-1.amazonaws.com): private")
    for part in (
        "resolver_inbound",
        "gateway_attachment",
        "aws_route.gateway_route-hub",
        "endpoints_ingress-https-443",
    ):
        assert part in said
    assert said.count("see https://docs.aws.amazon.com/") > 10


def test_explain_tells_of_spokes_too() -> None:
    status, said, _ = trace(QUICKSTART, "--explain", "payments", "ledger")
    assert (status, said.splitlines()[0]) == (0, "payments → ledger: dropped")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("paymets", "kms"), "no spoke paymets; the spokes are ledger, payments"),
        (("payments", "kmz"), "no service kmz is known"),
    ],
)
def test_explain_refuses_what_is_not_there(names: tuple[str, str], message: str) -> None:
    status, _, said = trace(QUICKSTART, "--explain", *names)
    assert status == 2
    assert message in said


def test_json_has_every_spoke_and_the_path_of_every_finding(tmp_path: Path) -> None:
    said = json.loads(trace(folder(Stacks().without(HUB, ROUTE), tmp_path), "--format", "json")[1])
    assert said["sound"] is False
    assert said["facts"]["spokes"]["payments"]["kms"] == "broken"
    path = next(finding["path"] for finding in said["findings"] if finding["path"])
    assert next(hop for hop in path if hop["verdict"] == "dropped")["at"].startswith("hub-core: aws_route_table.")
    assert {"what", "where", "value", "limit", "source"} == set(said["facts"]["capacity"][0])


def test_junit_has_a_failure_for_every_finding(tmp_path: Path) -> None:
    suite = ET.fromstring(trace(folder(Stacks().without(HUB, ROUTE), tmp_path), "--format", "junit")[1])
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "1"
    suite = ET.fromstring(trace(QUICKSTART, "--format", "junit")[1])
    assert (suite.get("failures"), suite.get("tests")) == ("0", "12")


def test_markdown_is_a_table_and_a_verdict() -> None:
    said = trace(QUICKSTART, "--format", "markdown")[1]
    assert "| ledger | private | private | gateway | private | private |" in said
    assert "Every intended path works, and nothing else is reachable." in said


@pytest.mark.parametrize(
    ("text", "message"),
    [("not JSON", "is not JSON"), ("[]", "neither a synthesised stack nor a plan"), (None, "contains no stacks")],
)
def test_what_cannot_be_traced_is_refused(text: str | None, message: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "x.json").write_text(text)
    status, _, said = trace(str(tmp_path))
    assert status == 2
    assert message in said


def test_documents_of_another_form_are_refused_all_at_once_with_their_places(tmp_path: Path) -> None:
    stacks = Stacks()
    stacks.stacks[HUB]["resource"]["aws_vpc"] = 1
    stacks.stacks[PAYMENTS]["provider"] = "aws"
    status, _, said = trace(folder(stacks, tmp_path))
    assert status == 2
    for stack, problem in ((HUB, "resource.aws_vpc is 1;"), (PAYMENTS, "provider is 'aws';")):
        assert f"{tmp_path / 'stacks' / stack / 'cdk.tf.json'}: {problem}" in said.replace("\n", "")


def test_files_that_are_alike_are_looked_through_once_for_what_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = Stacks()
    stacks.stacks["spoke-core-billing"] = json.loads(json.dumps(stacks.stacks[LEDGER]).replace("ledger", "billing"))
    looked: list[object] = []

    def look(document: object) -> tuple[()]:
        looked.append(document)
        return ()

    monkeypatch.setattr("network.terraform.refusals._refused_form", look)
    network_of([Path(folder(stacks, tmp_path))])
    assert len(looked) == len(stacks.stacks) - 1


def test_a_file_in_utf_16_is_read(tmp_path: Path) -> None:
    (tmp_path / "hub-core.json").write_text(json.dumps(Stacks().stacks[HUB]), encoding="utf-16")
    assert list(network_of([tmp_path])[0].hubs) == ["core"]


def test_an_object_that_has_a_name_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"resource": {"aws_vpc": {}, "aws_vpc": {}}}')
    status, _, said = trace(str(tmp_path))
    assert (status, '"aws_vpc" is in one object twice' in said) == (2, True)


def test_a_plan_with_errors_is_refused(tmp_path: Path) -> None:
    plan = {"format_version": "1.2", "planned_values": {}, "configuration": {}, "errored": True}
    (tmp_path / "x.json").write_text(json.dumps(plan))
    status, _, said = trace(str(tmp_path))
    assert (status, '"errored" is true' in said) == (2, True)


def test_a_file_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    status, _, said = trace(str(tmp_path / "missing.json"))
    assert (status, "missing.json: No such file" in said) == (2, True)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_passes(example: str) -> None:
    assert proved(designed(example), synthesised(example))[1].sound


def test_stacks_that_cannot_work_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stacks = {name: json.dumps(stack).encode() for name, stack in Stacks().without(HUB, ROUTE).stacks.items()}
    broken = Synthesis(stacks, synthesised("quickstart").manifest)
    monkeypatch.setattr("cli.steps.synthesise", lambda *_: broken)
    done = CliRunner().invoke(app, ["synth", QUICKSTART, "--output", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "ledger → ec2messages and 3 others (and 1 spoke like it): broken, and should be private" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_spoke_is_proved_with_the_hub_that_it_needs() -> None:
    design = designed("quickstart")
    assert proved(design, synthesise(design, lambda stack: stack == PAYMENTS))[1].sound


def test_a_spoke_that_is_not_in_its_stack_is_missed() -> None:
    stacks = dict(synthesised("quickstart").stacks)
    stacks[PAYMENTS] = b'{"terraform": {}}'
    with pytest.raises(UnsoundError, match="payments: its VPC is not in its stack"):
        proved(designed("quickstart"), replace(synthesised("quickstart"), stacks=stacks))


def test_the_expected_rate_of_queries_comes_from_the_topology() -> None:
    design = changed("quickstart", hubs__core__queries_per_second=5000)
    assert intent_of(design).queries == {"core": 5000}
    full = [figure for figure in proved(design, synthesised("quickstart"))[1].figures if not figure.fits]
    assert {(figure.value, figure.limit) for figure in full} == {(5000, 4500)}


def test_segments_that_list_each_other_are_meant_to_meet() -> None:
    meant = intent_of(designed("production"))
    assert meant.may_reach("build", "payments")
    assert meant.may_reach("payments", "build")
    assert not meant.may_reach("payments", "sandbox")
    assert not meant.may_reach("payments", "ledger")
    assert intent_of(designed("two-hubs")).may_reach("payments-dev", "ledger-dev")


def only(stacks: Stacks, at: Path, *names: str) -> str:
    stacks.stacks = {name: stack for name, stack in stacks.stacks.items() if name in names}
    return folder(stacks, at)


def test_a_trace_without_a_spoke_proves_nothing_and_says_so_with_its_own_exit_status(tmp_path: Path) -> None:
    status, said, _ = trace(only(Stacks(), tmp_path, HUB))
    assert status == 3, said
    assert "Nothing was proved: the input has no spoke that should reach a service." in said
    assert "Every intended path works" not in said
    document = json.loads(trace(str(tmp_path), "--format", "json")[1])
    assert (document["sound"], document["examined"]) == (False, False)


def test_a_topology_of_a_hub_alone_proves_nothing_and_is_written(tmp_path: Path) -> None:
    text = Path(QUICKSTART).read_text(encoding="utf-8").partition("\nspokes:")[0]
    (tmp_path / "hub.yaml").write_text(f"{text}\n")
    assert trace(str(tmp_path / "hub.yaml"))[0] == 3
    done = CliRunner().invoke(app, ["synth", str(tmp_path / "hub.yaml"), "--output", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output


def test_spokes_whose_hub_was_not_read_are_unknown_without_a_topology(tmp_path: Path) -> None:
    status, said, _ = trace(only(Stacks(), tmp_path, PAYMENTS), "--format", "json")
    assert status == 1, said
    [finding] = [each for each in json.loads(said)["findings"] if each["code"] == "HUB305"]
    assert (finding["subject"], finding["severity"]) == ("payments", "unknown")
    assert finding["place"]["address"].startswith(f"{PAYMENTS}: aws_vpc.")


def test_a_stack_without_any_vpc_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(json.dumps({"resource": {"aws_sns_topic": {"x": {"name": "x"}}}}))
    status, said, _ = trace(str(tmp_path / "other.json"))
    assert status == 3, said
    assert "Nothing was proved" in said
