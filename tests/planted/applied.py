"""One network that real Terraform applied to a local organization, on which edits of its stacks are planned and applied."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cli.given import recorded_files
from network.aws.reader import read
from network.names import named
from review.intent import intent_of, names_in, services_in
from review.verdicts import report
from tests.deploy.local import SECONDS, Local, written
from tests.examples import ROOT
from tests.planted.edits import VARIABLE, Edit
from tests.planted.judging import Traced
from tests.planted.schema import VERSION
from tests.planted.sound import Sound
from topology import design, read_topology

__all__ = ["Base", "Planned", "base"]

Json = Any
AT_ONCE = 2
TOPOLOGY = """\
organization: {id: o-exampleorg1, management_account: "999999999999"}
role: NetworkDeploy
state: {bucket: example-network-state, region: us-east-1, account: "111111111111"}
protect: false
hubs:
  core:
    region: us-east-1
    account: "111111111111"
    cidr: 10.0.0.0/22
    zones: [use1-az1, use1-az2]
    pools: [10.0.64.0/18]
    services: [kms, ssm]
    segments: {shared: [prod], prod: [], dev: []}
spokes:
  payments: {hub: core, account: "222222222222", cidr: 10.0.64.0/24, segment: prod}
  ledger: {hub: core, account: "333333333333", cidr: 10.0.65.0/24, segment: prod}
  tools: {hub: core, account: "111111111111", cidr: 10.0.66.0/24, segment: shared}
  sandbox: {hub: core, account: "333333333333", cidr: 10.0.67.0/24, segment: dev, gateway_endpoints: [s3, dynamodb]}
"""
"""Spokes in the hub's account and in others, of segments that meet and of one that does not."""
CHANGES = 2
"""The exit status of `terraform plan -detailed-exitcode` where an apply would change something."""
TOGETHER = 60
"""How many edits one run of Terraform plans."""
STEPS = range(6)
"""Terraform reads, validates and plans, and stops after the step in which something is refused."""
COPIES = 0
"""What a variable that is planted is given: nothing but the trace's ignorance may depend on it."""
PROVIDER = {"source": "hashicorp/aws", "version": VERSION}
SLOW = (
    "aws_ec2_transit_gateway",
    "aws_ec2_transit_gateway_vpc_attachment",
    "aws_instance",
    "aws_route53_resolver_endpoint",
    "aws_subnet",
    "aws_vpc",
)
"""Types that nothing is applied for that would replace or destroy one: it takes minutes, or everything with it."""


@dataclass(frozen=True)
class Planned:
    """What Terraform says to an edited stack."""

    edit: Edit
    refusal: str
    """Its error; empty where it takes the edit."""
    changes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Type and actions of each resource that an apply would change."""

    @property
    def quick(self) -> bool:
        """Whether it can be applied and taken back while a test waits."""
        kinds = [kind for kind, actions in self.changes if "delete" in actions]
        return not self.refusal and bool(self.changes) and not any(kind in SLOW for kind in kinds)


@dataclass(frozen=True)
class Base:
    """The applied network, with a folder for each stack whose state is a file in it."""

    running: Local
    sound: Sound
    folder: Path

    def planned(self, edits: Sequence[Edit]) -> list[Planned]:
        """Plan every edit by itself, on the state as it was applied."""
        found: list[Planned] = []
        for at in range(0, len(edits), TOGETHER):
            found += self._together(at, edits[at : at + TOGETHER])
        return found

    def _together(self, number: int, edits: Sequence[Edit]) -> list[Planned]:
        """Each edited stack is a module with resources of its own, so that one run of Terraform plans many.

        Terraform stops after the step in which something is refused, so what is refused is left out of the next run.
        """
        folder = self.folder / "plans" / str(number)
        modules = {f"edit{at}": edit for at, edit in enumerate(edits)}
        refused: dict[str, str] = {}
        for _ in STEPS:
            taken = {name: edit for name, edit in modules.items() if name not in refused}
            shutil.rmtree(folder, ignore_errors=True)
            self._write_modules(folder, taken)
            self._run(folder, "init", "-input=false", "-no-color", "-get=true")
            status, text = self._run(
                folder, "plan", "-json", "-input=false", "-lock=false", "-refresh=false", "-out=it"
            )
            errors = dict(_errors(text, taken))
            refused |= errors
            if status == 0:
                break
            assert errors, f"Terraform refuses no edit by name:\n{text[-4000:]}"
        else:
            raise AssertionError(f"still refused: {sorted(errors)}")
        _, shown = self._run(folder, "show", "-json", "it")
        changes = _changes(json.loads(shown))
        return [Planned(edit, refused.get(name, ""), changes.get(name, ())) for name, edit in modules.items()]

    def _write_modules(self, folder: Path, modules: Mapping[str, Edit]) -> None:
        providers: list[Json] = []
        resources: list[Json] = []
        for stack in {edit.block.stack for edit in modules.values()}:
            blocks = self.sound.stacks[stack]["provider"]["aws"]
            providers += ({**block, "alias": f"{stack}_{block['alias']}"} for block in blocks)
        for name, edit in modules.items():
            stack = edit.block.stack
            document = self._document(stack, edit)
            aliases = [block["alias"] for block in document.pop("provider")["aws"]]
            document["terraform"]["required_providers"] = {
                "aws": {**PROVIDER, "configuration_aliases": [f"aws.{alias}" for alias in aliases]}
            }
            _write(folder / name / "cdk.tf.json", document)
            passed = {f"aws.{alias}": f"aws.{stack}_{alias}" for alias in aliases}
            given = dict.fromkeys(document.get("variable", ()), COPIES)
            call = {"source": f"./{name}", "providers": passed, **given}
            _write(folder / f"{name}.tf.json", {"module": {name: call}})  # errors about the call name the file
            resources += _moved(json.loads((self.folder / "states" / f"{stack}.tfstate").read_text()), stack, name)
        root = {"terraform": {"required_providers": {"aws": PROVIDER}}, "provider": {"aws": providers}}
        _write(folder / "main.tf.json", root)
        state = {"version": 4, "serial": 1, "lineage": "planted", "outputs": {}, "resources": resources}
        _write(folder / "terraform.tfstate", state)

    def _run(self, folder: Path, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=folder,
            env=self.running.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert arguments[0] == "plan" or done.returncode == 0, done.stdout[-2000:] + done.stderr
        return done.returncode, done.stdout

    def apply(self, edits: Mapping[str, Edit]) -> dict[str, str]:
        """Apply each stack with its edit, and all others without; the error of each that is refused."""
        stacks = sorted(self.sound.stacks)  # the hub's comes first
        found: dict[str, str] = {}
        for some in (stacks[:1], stacks[1:]):
            with ThreadPoolExecutor(AT_ONCE) as pool:
                said = pool.map(lambda stack: self._applied(stack, edits.get(stack)), some)
                found |= {stack: text for stack, (status, text) in zip(some, said, strict=True) if status}
        return found

    def _applied(self, stack: str, edit: Edit | None) -> tuple[int, str]:
        folder = self.folder / "applied" / stack
        text = json.dumps(self._document(stack, edit))
        if (folder / "cdk.tf.json").read_text(encoding="utf-8") == text:
            return 0, ""
        (folder / "cdk.tf.json").write_text(text, encoding="utf-8")
        return self._terraform(stack, folder, "apply", "-auto-approve")

    def unsettled(self, stack: str) -> list[tuple[str, tuple[str, ...]]]:
        """Type and changed arguments of what a plan after the apply would change again: the emulator ignored them."""
        folder = self.folder / "applied" / stack
        status, _ = self._terraform(stack, folder, "plan", "-detailed-exitcode", "-out=again")
        if status != CHANGES:
            return []
        _, shown = self._terraform(stack, folder, "show", "-json", "again", plain=False)
        found = []
        for each in json.loads(shown).get("resource_changes", ()):
            before, after = each["change"]["before"] or {}, each["change"]["after"] or {}
            names = tuple(key for key in after if before.get(key) != after[key])
            if each["change"]["actions"] != ["no-op"]:
                found.append((each["type"], names))
        return found

    def recorded(self, number: int) -> Traced:
        """The verdicts on a recording of what is there now."""
        folder = self.folder / "snapshots" / str(number)
        self.running.run([ROOT / "hub", "snapshot", self.running.topology, "--output", folder])
        planned = self.sound.design
        network = named(read(recorded_files(folder)), names_in(planned))
        meant = intent_of(planned)
        meant = replace(meant, judged=frozenset(meant.services))
        return Traced(report(network, services_in(network), meant), ())

    def _document(self, stack: str, edit: Edit | None) -> Json:
        stacks = self.sound.stacks if edit is None else edit.applied(self.sound.stacks)
        document = dict(stacks[stack])
        document["terraform"] = {key: value for key, value in document["terraform"].items() if key != "backend"}
        return document

    def _write(self, folder: Path, stack: str, edit: Edit | None) -> None:
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(self._document(stack, edit)), encoding="utf-8")
        lock = self.folder / "applied" / stack / ".terraform.lock.hcl"
        if lock.exists():
            shutil.copy(lock, folder)

    def _terraform(self, stack: str, folder: Path, *arguments: str, plain: bool = True) -> tuple[int, str]:
        options = ("-input=false", "-no-color", "-lock=false") if plain else ()
        data = self.folder / "applied" / stack / ".terraform"
        done = subprocess.run(
            ["terraform", arguments[0], *options, *arguments[1:]],
            cwd=folder,
            env={**self.running.environment, "TF_DATA_DIR": str(data), f"TF_VAR_{VARIABLE}": str(COPIES)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if plain else None,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout

    def prepare(self) -> None:
        """Take over the states from the bucket, each into a folder of its own."""
        (self.folder / "states").mkdir(parents=True)
        for stack in self.sound.stacks:
            folder = self.folder / "applied" / stack
            state = self.running.terraform(stack, "state", "pull")
            self._write(folder, stack, None)
            for file in (folder / "terraform.tfstate", self.folder / "states" / f"{stack}.tfstate"):
                file.write_text(state, encoding="utf-8")
            done = subprocess.run(
                ["terraform", "init", "-input=false", "-no-color"],
                cwd=folder,
                env={**os.environ, **self.running.environment},
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr


def _write(file: Path, document: Json) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document), encoding="utf-8")


def _moved(state: Json, stack: str, module: str) -> Iterator[Json]:
    """A stack's managed resources, as those of a module that is given its providers."""
    for each in state["resources"]:
        if each["mode"] == "managed":
            alias = each["provider"].rpartition(".")[2]
            provider = f'provider["registry.terraform.io/hashicorp/aws"].{stack}_{alias}'
            yield {**each, "module": f"module.{module}", "provider": provider}


def _errors(text: str, modules: Collection[str]) -> Iterator[tuple[str, str]]:
    """The errors of a run by module: they name a resource of it, its folder, or the file that calls it."""
    for line in text.splitlines():
        said = json.loads(line)
        told = said.get("diagnostic", {})
        if told.get("severity") != "error":
            continue
        where = f"{told.get('address', '')} {told.get('range', {}).get('filename', '')}"
        name = next(iter(re.findall(r"edit\d+", where)), None)
        if name is not None and name in modules:
            yield name, f"{told['summary']}: {told.get('detail', '')}"


def _changes(shown: Json) -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    found: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
    for each in shown.get("resource_changes", ()):
        module = each.get("module_address", "").removeprefix("module.")
        actions = tuple(each["change"]["actions"])
        if each["mode"] == "managed" and actions != ("no-op",):
            found[module] = (*found.get(module, ()), (each["type"], actions))
    return found


@contextmanager
def base(folder: Path) -> Iterator[Base]:
    """The network, applied as its users do."""
    with written(folder / "network.yaml", TOPOLOGY) as running:
        running.create_bucket()
        running.hub("deploy", "--yes", "--only", "hub-*", "--only", "spoke-*")
        planned = design(read_topology(running.topology).topology)
        files = sorted(running.output.glob("stacks/*/cdk.tf.json"))
        stacks = {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}
        found = Base(running, Sound("applied network", planned, stacks), folder / "edits")
        found.prepare()
        yield found
