"""Controls the lab from outside: starts the sandbox, runs commands in spokes, and stops it.

Everything is in the lab's own namespaces: network, mount, process and, without root, user namespaces. Nothing is
written outside, and everything ends with the process that started the lab, however that ends.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from lab.namespaces import AUTHORITY, FOLDER, RESOLV
from lab.plan import Plan, plan
from network.model import Network
from network.services import Service

__all__ = ["Lab", "UnavailableError", "build_lab", "missing", "sandbox"]

PROGRAMS = {
    "ip": "iproute2",
    "nft": "nftables",
    "nslookup": "bind9-dnsutils",
    "curl": "curl",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "mount": "mount",
    "timeout": "coreutils",
}
"""The programs that the lab runs, with the Debian package of each, as in packages.txt."""
PACKAGES = ("cryptography", "dns")
"""Python packages that only the sandbox imports."""
BUILD_SECONDS = 300.0
GRACE = 5.0
ROOT = Path(__file__).parent.parent
PR_SET_PDEATHSIG = 1


class UnavailableError(Exception):
    """The machine cannot run the lab; the message says what is missing and how to get it."""


def missing() -> list[str]:
    """What this machine lacks for the lab, as sentences that say how to get it; empty if the lab can run."""
    if sys.platform != "linux":
        return [f"the lab needs Linux namespaces, and this is {sys.platform}: use a Linux machine or container"]
    absent = [package for package in PACKAGES if find_spec(package) is None]
    if absent:
        return [f"the lab needs {', '.join(absent)}, which are not installed here; `make setup` installs them"]
    lacking = {name: package for name, package in PROGRAMS.items() if _program(name) is None}
    if lacking:
        packages = " ".join(sorted(set(lacking.values())))
        return [f"{', '.join(lacking)} not found; on Debian and Ubuntu: apt-get install {packages}"]
    return [] if _unshare() else [NO_NAMESPACES]


NO_NAMESPACES = (
    "the kernel does not allow this user to create namespaces: run it as root, or allow user namespaces (sysctl "
    "kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0; in Docker, "
    "--security-opt seccomp=unconfined --security-opt systempaths=unconfined)"
)


def _program(name: str) -> str | None:
    """The path of a program, also in the sbin folders that an ordinary user may not have on PATH."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")


def environment() -> dict[str, str]:
    """The environment of this process, with the sbin folders on PATH."""
    return {**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"}


def _unshare() -> list[str]:
    """The command that creates the sandbox, unprivileged if the kernel allows it, else as root; [] if neither works."""
    base = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    ways = [[base[0], "--user", "--map-root-user", *base[1:]]]
    if os.geteuid() == 0:
        ways.append(base)
    # The only way to know is to try what the lab does first.
    trial = "mount -t tmpfs tmpfs /run && mkdir /run/netns && ip netns add trial && ip netns exec trial nft list tables"
    for way in ways:
        done = subprocess.run(  # noqa: S603  fixed commands
            [*way, "sh", "-c", trial], capture_output=True, timeout=30, check=False, env=environment()
        )
        if done.returncode == 0:
            return way
    return []


def sandbox(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module of this project in a sandbox. Raises `UnavailableError`."""
    lacking = missing()
    if lacking:
        raise UnavailableError("\n".join(lacking))
    return [*_unshare(), sys.executable, "-m", module, *arguments]


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends. To be called in a child before it executes a command."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Lab:
    """A running lab, as a context manager that leaves nothing behind."""

    def __init__(self, laid: Plan) -> None:
        self.plan = laid
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def spokes(self) -> tuple[str, ...]:
        """The spokes' names."""
        return tuple(sorted(self.plan.network.spokes))

    def run(
        self, spoke: str, argv: Sequence[str], *, timeout: float = 30.0, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on a workload in a spoke, and return its output and exit status.

        It has the spoke's network and resolver, and this machine's files. After `timeout` seconds it is killed, with
        exit status 137. Raises `KeyError` for an unknown spoke.
        """
        done = subprocess.run(  # noqa: S603  the caller's command, inside the sandbox
            self.command(spoke, ["timeout", "--signal=KILL", str(timeout), *argv]),
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            timeout=timeout + GRACE,
            check=False,
            env=self.environment(spoke),
        )
        if done.returncode < 0:  # killed by a signal: use a shell's exit status
            done.returncode = 128 - done.returncode
        return done

    def shell(self, spoke: str) -> int:
        """Open a shell in a spoke on this terminal, and return its exit status."""
        shell = os.environ.get("SHELL") or "/bin/sh"
        environment = {**self.environment(spoke), "PS1": f"{spoke} \\$ "}
        argv = [shell, "--norc", "-i"] if Path(shell).name == "bash" else [shell, "-i"]
        return subprocess.run(self.command(spoke, argv), check=False, env=environment).returncode  # noqa: S603

    def command(self, spoke: str, argv: Sequence[str]) -> list[str]:
        """The command line that runs a command on a workload in a spoke."""
        client = self.plan.client(spoke)
        bind = f"mount --bind {RESOLV / client.name} /etc/resolv.conf && "
        inner = f'{bind}exec nsenter --net={FOLDER / client.name} -- "$@"'
        enter = ["nsenter", "--target", str(self._sandboxed), "--mount", "--pid", *self._user]
        here = os.getcwd()  # noqa: PTH109  a str is needed
        return [*enter, f"--wd={here}", "--", "unshare", "--mount", "sh", "-c", inner, "lab", *argv]

    def environment(self, spoke: str) -> dict[str, str]:
        """The environment of a command in a spoke, with the lab's certificate authority and the spoke's name."""
        bundle = dict.fromkeys(
            ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), str(AUTHORITY)
        )
        return {**environment(), **bundle, "LAB_SPOKE": spoke}

    @property
    def _user(self) -> list[str]:
        """The options to enter the sandbox's user namespace, if it is not the current one."""
        ours, theirs = (Path(f"/proc/{process}/ns/user").readlink() for process in ("self", self._sandboxed))
        return ["--user", "--preserve-credentials"] if ours != theirs else []

    @property
    def _sandboxed(self) -> int:
        """The process id of the first process in the sandbox, the only child of `unshare`."""
        if self._process is None:
            raise RuntimeError("the lab is not running")
        parent = self._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        return int(children[0])

    def __enter__(self) -> Self:
        """Build the lab. Raises `UnavailableError` if that fails, and leaves nothing behind.

        The kernel kills the lab when the calling thread ends, so that thread must stay alive.
        """
        self._process = subprocess.Popen(  # noqa: S603  this project's own module
            sandbox("lab.inside"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**environment(), "PYTHONPATH": str(ROOT)},
            preexec_fn=end_with_parent,  # noqa: PLW1509  a single call into the C library, without locks
        )
        late = threading.Timer(BUILD_SECONDS, self._process.kill)
        late.start()
        try:
            self._wait_for_it(*self._pipes())
        except BaseException:
            self.close()
            raise
        finally:
            late.cancel()
        return self

    def _wait_for_it(self, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        try:
            pickle.dump(self.plan, stdin)
            stdin.flush()
        except BrokenPipeError:
            said = ""
        else:
            said = stdout.readline().decode().strip()
        if said != "ready":
            said = f"{said}\n{stdout.read().decode().strip()}".strip()
            raise UnavailableError(f"the lab could not be built: {said or 'it ended at once'}")

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process is not None  # noqa: S101  called while it runs
        assert self._process.stdin is not None  # noqa: S101  as above
        assert self._process.stdout is not None  # noqa: S101  as above
        return self._process.stdin, self._process.stdout

    def close(self) -> None:
        """Stop the lab and everything that runs in it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # this kills unshare's child too, and with it everything in its process namespace
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait(GRACE)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the lab."""
        self.close()


def build_lab(network: Network, services: Iterable[Service]) -> Lab:
    """A lab of a network, to be used in a `with` statement. `services` give the names and ports of each endpoint."""
    return Lab(plan(network, services))
