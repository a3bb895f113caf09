"""A local organization for an example, and the tools that users deploy with, run as users run them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from emulator import LocalAWS, Shell, serve
from local.organization import local_organization
from tests.examples import ROOT
from tests.plugins import plugin_cache
from tests.waiting import PATIENCE
from topology import design, read_topology

__all__ = ["TIMEOUT", "Local", "children", "deployed", "local", "written"]

SECONDS = 3 * PATIENCE
"""A bound for one command. The provider itself waits for twenty minutes if something prevents a deletion."""


TIMEOUT = 2 * SECONDS
"""A bound for one test, fixtures included, while other tests have the machine too."""


@dataclass
class Local:
    """An organization on this machine, an output folder, and the environment that points tools at the organization."""

    aws: LocalAWS
    topology: Path
    output: Path
    environment: Mapping[str, str]

    def stack(self, name: str) -> Path:
        """The folder of a stack."""
        return self.output / "stacks" / name

    def run(self, command: Sequence[str | Path], cwd: Path = ROOT, expect: int = 0) -> str:
        """Run a command and return its output; a failure shows all of it."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == expect, f"{command} exited with {done.returncode}, expected {expect}:\n{done.stdout}"
        return done.stdout

    def hub(self, verb: str, *options: str, expect: int = 0) -> str:
        """`./hub VERB` on the topology."""
        return self.run([ROOT / "hub", verb, self.topology, "--output", self.output, *options], expect=expect)

    def start(self, verb: str, *options: str, session: bool = False) -> subprocess.Popen[str]:
        """Start `./hub VERB --yes` and return the process; with `session`, in a session of its own."""
        command: list[str | Path] = [ROOT / "hub", verb, self.topology, "--output", self.output, "--yes", *options]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=session,
        )

    def terraform(self, stack: str, *arguments: str, expect: int = 0) -> str:
        """`terraform` in the folder of a stack."""
        return self.run(["terraform", *arguments], cwd=self.stack(stack), expect=expect)

    def client(self, service: str, account: str, region: str = "us-east-1") -> Any:
        """A boto3 client in an account, with the account's own credentials."""
        environment = self.aws.environment(account)
        return boto3.client(
            service,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            region_name=region,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )

    def create_bucket(self) -> None:
        """Make the bucket of the states by hand."""
        states = design(read_topology(self.topology).topology).states
        elsewhere = {} if states.region == "us-east-1" else {"LocationConstraint": states.region}
        options = {"CreateBucketConfiguration": elsewhere} if elsewhere else {}
        self.client("s3", states.account, states.region).create_bucket(Bucket=states.bucket, **options)

    def locks(self, bucket: str) -> list[str]:
        """Lock objects in the state bucket."""
        listed = self.client("s3", "111111111111").list_objects_v2(Bucket=bucket)
        return [item["Key"] for item in listed.get("Contents", []) if item["Key"].endswith(".tflock")]


@contextmanager
def local(
    folder: Path, example: str, *, share_delay: float = 0.0, shell: Shell | None = None, accounts: Path | None = None
) -> Iterator[Local]:
    """Run the organization of an example, or the larger one of another topology (`accounts`).

    `folder` takes what is synthesised, `shell` runs what instances are sent.
    """
    text = (ROOT / "examples" / f"{example}.yaml").read_text(encoding="utf-8")
    # Everything deployed here is destroyed again, so nothing may be protected.
    text = text if "protect: false" in text else f"protect: false\n{text}"
    with written(folder / f"{example}.yaml", text, share_delay=share_delay, shell=shell, accounts=accounts) as running:
        yield running


@contextmanager
def written(
    topology: Path, text: str, *, share_delay: float = 0.0, shell: Shell | None = None, accounts: Path | None = None
) -> Iterator[Local]:
    """Write a topology, and run its organization; the folder `out` beside it takes what is synthesised."""
    assert shutil.which("terraform"), "terraform is not on PATH, and this test needs the real one"
    topology.write_text(text, encoding="utf-8")
    reading = read_topology(accounts or topology)
    cache = plugin_cache()
    with serve(local_organization(reading.topology, design(reading.topology), share_delay), shell=shell) as aws:
        shared = {
            "TF_PLUGIN_CACHE_DIR": str(cache),
            "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true",
            "TF_IN_AUTOMATION": "1",
            "HUB_TOPOLOGY": str(topology),
            "CI": "1",
        }
        environment = {**os.environ, **aws.environment(), **shared}
        yield Local(aws, topology, topology.parent / "out", environment)


@contextmanager
def deployed(folder: Path, shell: Shell | None = None, accounts: Path | None = None) -> Iterator[Local]:
    """The quickstart's hub and spokes, applied. The state bucket is created directly, which saves a minute."""
    with local(folder, "quickstart", shell=shell, accounts=accounts) as running:
        running.create_bucket()
        running.hub("deploy", "--yes", "--only", "hub-*", "--only", "spoke-*")
        yield running


def children(pid: int) -> list[int]:
    """The Terraform processes that a `./hub` has started; each leads a process group with its provider."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # a process that has just ended
            name, _, rest = path.read_text().partition("(")[2].rpartition(")")
            if name == "terraform" and int(rest.split()[1]) == pid:
                found.append(int(path.parent.name))
    return found
