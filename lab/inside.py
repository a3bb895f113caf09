"""`python -m lab.inside`: the process in the sandbox. Reads a plan, builds it, and runs it until its input ends.

It is the first process in its process namespace, so when it ends, everything in the lab ends with it.
"""

from __future__ import annotations

import asyncio
import pickle
import signal
import subprocess
import sys
from pathlib import Path

from lab.authority import Authority
from lab.build import BuiltPlan
from lab.namespaces import AUTHORITY, RESOLV, CommandError
from lab.plan import Plan
from lab.routing import LINK_LOCAL_RESOLVER

__all__ = ["enclose"]

BUNDLES = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt"))
"""Where Linux distributions keep their trusted certificate authorities."""


def enclose() -> None:
    """Make sure that the lab is isolated: only a loopback interface, and writes only to its own file system."""
    listed = [line.partition(":")[0].strip() for line in Path("/proc/net/dev").read_text("ascii").splitlines()[2:]]
    if listed != ["lo"]:
        raise RuntimeError(f"not in a network namespace of its own: it has {', '.join(listed)}")
    target = Path("/etc/resolv.conf").resolve()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)  # noqa: S607  found on PATH before
    if not target.exists():  # a link into /run, as systemd-resolved creates it
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()


def _files(built: BuiltPlan) -> None:
    RESOLV.mkdir(parents=True)
    assert built.authority is not None  # noqa: S101  given in main
    bundle = next((path for path in BUNDLES if path.is_file()), None)
    AUTHORITY.write_bytes(built.authority.certificate + (bundle.read_bytes() if bundle is not None else b""))
    for each in built.plan.interfaces:
        server = built.plan.resolver(each.vpc) or LINK_LOCAL_RESOLVER
        (RESOLV / each.name).write_text(f"nameserver {server}\n", encoding="ascii")


async def _serve(built: BuiltPlan) -> None:
    await built.serve()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


def main() -> int:
    """Build the plan read from standard input, and run it until the input ends."""
    plan = pickle.load(sys.stdin.buffer)  # noqa: S301  as above
    if not isinstance(plan, Plan):
        raise TypeError("standard input is not a plan")
    try:
        enclose()
        built = BuiltPlan(plan, Authority())
        built.create()
        _files(built)
    except (CommandError, OSError, subprocess.SubprocessError, RuntimeError) as error:
        sys.stdout.write(f"{error}\n")
        return 1
    asyncio.run(_serve(built))
    return 0


if __name__ == "__main__":
    sys.exit(main())
