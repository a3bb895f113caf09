"""A local organization for an example, and the tools that users deploy with, run as they run them."""

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

__all__ = ["TIMEOUT", "Local", "children", "deployed", "local"]

SECONDS = 3 * PATIENCE
"""A bound for one command. The provider itself waits for twenty minutes where something keeps AWS from deleting."""


TIMEOUT = 2 * SECONDS
"""A bound for one test, fixtures included, while other tests have the machine too."""


@dataclass
class Local:
    """An organization on this machine, an output folder, and the environment that points tools at it."""

    aws: LocalAWS
    topology: Path
    output: Path
    environment: Mapping[str, str]

    def stack(self, name: str) -> Path:
        """The folder of a stack."""
        return self.output / "stacks" / name

    def run(self, command: Sequence[str | Path], cwd: Path = ROOT, expect: int = 0) -> str:
        """What a command prints; the failure shows all of it."""
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

    def locks(self, bucket: str) -> list[str]:
        """Lock objects that stand in the state bucket."""
        listed = self.client("s3", "111111111111").list_objects_v2(Bucket=bucket)
        return [item["Key"] for item in listed.get("Contents", []) if item["Key"].endswith(".tflock")]


@contextmanager
def local(
    folder: Path, example: str, *, share_delay: float = 0.0, shell: Shell | None = None, accounts: Path | None = None
) -> Iterator[Local]:
    """Run the organization of an example, or the larger one of another topology (`accounts`).

    `folder` takes what is synthesised, `shell` runs what instances are sent.
    """
    assert shutil.which("terraform"), "terraform is not on PATH, and this test needs the real one"
    topology = folder / f"{example}.yaml"
    # What is deployed here is taken down again, so nothing may be protected.
    text = (ROOT / "examples" / topology.name).read_text(encoding="utf-8")
    topology.write_text(text if "protect: false" in text else f"protect: false\n{text}", encoding="utf-8")
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
        yield Local(aws, topology, folder / "out", environment)


@contextmanager
def deployed(folder: Path, shell: Shell | None = None, accounts: Path | None = None) -> Iterator[Local]:
    """The quickstart's hub and spokes, applied. Its bucket is made by hand, which saves a minute."""
    with local(folder, "quickstart", shell=shell, accounts=accounts) as running:
        running.client("s3", "111111111111").create_bucket(Bucket="example-network-state")
        running.hub("deploy", "--yes", "--only", "hub-*", "--only", "spoke-*")
        yield running


def children(pid: int) -> list[int]:
    """The Terraform processes that a `./hub` has started; each leads a group with its provider."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # one that has just ended
            name, _, rest = path.read_text().partition("(")[2].rpartition(")")
            if name == "terraform" and int(rest.split()[1]) == pid:
                found.append(int(path.parent.name))
    return found
